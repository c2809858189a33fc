import sys,time; sys.path.insert(0,'var/thin')
from pathlib import Path
import numpy as np, torch, shutil
from dataclasses import replace
from pipelines.training import curriculum, feeling, tops, dequantised, tuning, encoder
from pipelines.training.encoder import _words, _keep
from pipelines.training.reader import Reader
from pipelines.training.temperature import temperature
torch.set_num_threads(2)
C=Path('/work/shared/corpora'); S=Path('var/thin/start'); F=Path('var/encoder'); O=Path('var/encoder2')
words=_words(S); kind=curriculum.Round(posts=0.4,films=0.3,clinc=0.5,multidogo=0.5,own=4,plain=0.25,stay=1.0)
tasks=[l.task for l in curriculum.lessons(C,words,kind,seed=7)]
# only what is drawn is held
import random
d=random.Random(5)
def cut(t,keep):
    return replace(t,tokens=[t.tokens[i] for i in keep],targets={n:replace(g,classes=[g.classes[i] for i in keep],weights=[g.weights[i] for i in keep]) for n,g in t.targets.items()},passes=max(1,t.passes))
told0=np.load(F/'told.npz'); t0=time.time()
old=Reader(S); above=dequantised.above(S); T=[];P=[];Q=[]
for t in tasks:
    n=len(t.tokens); keep=sorted(d.sample(range(n),round(n*min(1,t.passes)))); c=cut(t,keep); T.append(c)
    P.append(old.embed([torch.tensor(i) for i in c.tokens])); Q.append(told0[t.name][keep] if t.name in told0.files else feeling.probabilities(old,above,c.tokens))
print('places',round(time.time()-t0),[(t.name,len(t.tokens),t.passes) for t in T],flush=True)
reader=Reader(F); before=tops.taken(dequantised.above(F),tops.SENTIMENT)
r=feeling.Recipe(epochs=1,rate=5e-5,top_rate=2e-4,truth=0.5)
O.mkdir(exist_ok=True)
sent=feeling.learn(reader,before,T,Q,r,places=P,checkpoint=O/'feeling.pt')
held=curriculum.held_out(C,words,seed=7).task
truth,lg=held.targets[tuning.FEELING],feeling.logits(reader,sent,held.tokens)
div=np.float32(temperature(lg,np.array(truth.classes),np.array(truth.weights)))
sent|={n:sent[n]/div for n in ('sentiment.weight','sentiment.bias')}
for n in ('tokenizer.json','start','config.json'): shutil.copyfile(F/n,O/n)
_keep(O,sent|tops.taken(reader.tensors(),tops.EMBEDDING)); reader.encoder.save_pretrained(O)
print('done',round(time.time()-t0),flush=True)
