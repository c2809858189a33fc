import csv,sys,json,random
from pathlib import Path
import numpy as np
from sklearn.linear_model import LogisticRegression
from nlp.encoder import OnnxEncoder
from nlp.metrics import macro_recall
from pipelines.training import curriculum, public
from pipelines.training.authored import authored, split
C=Path('/work/shared/corpora')
bank=[(r['text'],r['category']) for r in csv.DictReader(open(C/'banking77/train.csv'))]
cl=list(curriculum.clinc(C,curriculum.CLINC_UNSEEN))
md=[(t,l) for l,ts in curriculum.multidogo(C,seen=False).items() for t in ts[:200]]
films=public.films(C,test=True); sem=public.sentiments(C,test=True)
mine,held=split(authored(curriculum.OWN))
for path in sys.argv[1:]:
    e=OnnxEncoder(Path(path),threads=2); out=[]
    p=e.encode_with_sentiment([t for t,_ in films])[1]; out.append(('sst',round(float(np.mean((p[:,2]>p[:,0])==np.array([l=='positive' for _,l in films])))*100,2)))
    p=e.encode_with_sentiment([t for t,_ in sem])[1]; N=['negative','neutral','positive']; out.append(('sem',round(macro_recall([l for _,l in sem],[N[i] for i in p.argmax(1)])*100,2)))
    p=e.encode_with_sentiment([r['text'] for r in held])[1]; out.append(('held feel',round(macro_recall([r['sentiment'] for r in held],[N[i] for i in p.argmax(1)])*100,2)))
    a,b=e.encode([r['text'] for r in mine]),e.encode([r['text'] for r in held])
    m=LogisticRegression(C=30,max_iter=300).fit(a,[r['intent'] for r in mine]); out.append(('held intent',round(float(np.mean(m.predict(b)==np.array([r['intent'] for r in held])))*100,2)))
    for name,rows in (('bank',bank),('clinc',cl),('mdogo',md)):
        v=e.encode([t for t,_ in rows])
        for k in (5,10):
            accs=[]
            for seed in range(4):
                d=random.Random(seed); by={}
                for i,(_,l) in enumerate(rows): by.setdefault(l,[]).append(i)
                tr=[i for l,x in sorted(by.items()) for i in d.sample(x,k)]; s=set(tr); rest=[i for i in range(len(rows)) if i not in s]; te=d.sample(rest,2500) if len(rest)>2500 else rest
                y=np.array([l for _,l in rows]); m=LogisticRegression(C=30,max_iter=300).fit(v[tr],y[tr]); accs.append((m.predict(v[te])==y[te]).mean())
            out.append((name,k,round(float(np.mean(accs))*100,2)))
    print(path,out,flush=True)
