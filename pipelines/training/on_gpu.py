"""stages: teachers+S | F.  OUT: results."""
import os, sys, time, json, shutil, subprocess
T0=time.time()
from pathlib import Path
from dataclasses import replace
import numpy as np, torch
HERE=Path('var/gpu'); OUT=Path(os.environ['OUT']); TINY=int(os.environ.get('TINY','0'))
WORK=Path(os.environ.get('WORKDIR','/tmp/gpuwork')); WORK.mkdir(parents=True,exist_ok=True)
def log(*a):
    line=f"[{time.time()-T0:6.1f}] "+' '.join(str(x) for x in a)
    print(line,flush=True)
    with (OUT/'log.txt').open('a') as f: f.write(line+'\n')
C=WORK/'corpora'
if not C.is_dir():
    C.mkdir(); subprocess.run(['tar','xJf',str(HERE/'corpora.tar.xz'),'-C',str(C)],check=True)
    for d in 'airline fastfood finance insurance media software'.split():
        for p in ('dev','test'): (C/f'multidogo/{d}.{p}.tsv').touch()
from transformers import BertConfig, BertModel
from pipelines.training import curriculum, dequantised, feeling, short, teacher, tops, tuning, encoder, public
from pipelines.training.learning import WHERE, array, fill, tensor
from pipelines.training.reader import Reader
import rich.progress
quiet=lambda seq,description='': seq
for m in (feeling,short,tuning): m.track=quiet
OURS=Path('models/encoder')
BASE=WORK/'base'
if not (BASE/'config.json').is_file():
    ours=dequantised.tensors(OURS); made=np.load(HERE/'base.npz')
    words,width=ours['embeddings.word_embeddings.weight'].shape
    config=BertConfig(vocab_size=words,hidden_size=width,num_hidden_layers=6,num_attention_heads=12,intermediate_size=1536,max_position_embeddings=len(ours['embeddings.position_embeddings.weight']))
    model=BertModel(config); st={n:torch.tensor(v) for n,v in ours.items() if n.startswith('embeddings.')}|{n:torch.tensor(made[n].astype(np.float32)) for n in made.files}
    missing=model.load_state_dict(st,strict=False); print(missing)
    model.save_pretrained(BASE)
    shutil.copyfile(OURS/'tokenizer.json',BASE/'tokenizer.json'); (BASE/'tokenizer_config.json').write_text('{}')
encoder.base_folder=lambda: BASE
SEED=7
words=encoder._words(BASE)
def cut(t):
    if not TINY: return t
    k=list(range(min(TINY,len(t.tokens))))
    return replace(t,tokens=[t.tokens[i] for i in k],targets={n:replace(g,classes=[g.classes[i] for i in k],weights=[g.weights[i] for i in k]) for n,g in t.targets.items()})
tasks=[cut(t) for t in encoder._felt(C,words)]
held=cut(curriculum.held_out(C,words,seed=SEED).task)
s=public.sentiments(C,test=True); f=public.films(C,test=True)
sem=cut(curriculum._lesson('sem',[t for t,_ in s],{tuning.FEELING:curriculum.target([l for _,l in s],("negative","neutral","positive"))},words,0,0).task)
sst=cut(curriculum._lesson('sst',[t for t,_ in f],{tuning.POLARITY:curriculum.target([l for _,l in f],("negative","positive"))},words,0,0).task)
log('ready',str(WHERE),torch.__version__,[ (t.name,len(t.tokens)) for t in tasks])
from nlp.metrics import macro_recall
def score(likely,task,name):
    t=task.targets[name]; g=likely[:,tuning.FELT[name]].argmax(1)
    return macro_recall(list(map(str,t.classes)),[str(x) for x in g]), float((g==np.array(t.classes)).mean())
def scores(give):
    h=give(held); n=len([1 for w in held.targets['feeling'].weights if w==1.0])
    t=np.array(held.targets['feeling'].classes); g=h.argmax(1); P=curriculum.HELD_POSTS if not TINY else TINY//2
    rec=lambda s: macro_recall(list(map(str,t[s])),[str(x) for x in g[s]]) if len(t[s]) else 0
    return f"held posts {rec(slice(0,P)):.4f} authored {rec(slice(P,None)):.4f} | SemEval {score(give(sem),sem,'feeling')[0]:.4f} SST {score(give(sst),sst,'polarity')[1]:.4f}"
def split(folder,name):
    s={n:v.cpu().numpy().astype(np.float16) for n,v in BertModel.from_pretrained(folder).state_dict().items() if n.startswith('encoder.')}|{n:v.astype(np.float16) for n,v in dequantised.above(folder).items()}
    names=sorted(s); size=np.cumsum([s[n].nbytes for n in names]); at=int(np.searchsorted(size,size[-1]/2))
    np.savez(OUT/f'{name}-a.npz',**{n:s[n] for n in names[:at]}); np.savez(OUT/f'{name}-b.npz',**{n:s[n] for n in names[at:]})
    log('wrote',name,[round((OUT/f'{name}-{x}.npz').stat().st_size/2**20,1) for x in 'ab'])
def finish(folder,reader,before,told,recipe,name,places=()):
    t=time.time()
    sentiment=feeling.learn(reader,before,tasks,told,recipe,checkpoint=folder/'feeling.pt',places=places)
    log(name,'learnt in',round(time.time()-t,1),scores(lambda k: feeling.logits(reader,sentiment,k.tokens)))
    encoder._keep(folder,sentiment|tops.taken(reader.tensors(),tops.EMBEDDING)); reader.encoder.save_pretrained(folder)
    split(folder,name)
EPOCHS=int(os.environ.get('EPOCHS','12')); TEACH=int(os.environ.get('TEACH','3'))
def step_speed(model):
    t=time.time()
def deadline(): return float(os.environ.get('DEADLINE','600'))-(time.time()-T0)
stage=sys.argv[1]
if stage=='S':
    found=[np.zeros((len(t.tokens),3),np.float32) for t in tasks]; count={n:0 for n in teacher.COURSES}
    tests={n:[np.zeros((len(k.tokens),3)) for k in (held,sem,sst)] for n in teacher.COURSES}
    begun=time.time(); longest=0
    for number in range(TEACH):
        t1=time.time()
        if number and deadline()-longest < float(os.environ.get('STUDENT','170')): log('no time for teacher',number); break
        for name,of in teacher.COURSES.items():
            t=time.time(); model=teacher.taught(BASE,tasks,held,WORK/f'teacher-{name}-{number}.pt',of=of,number=number)
            log(name,number,'in',round(time.time()-t,1)); model.encoder.eval()
            for task,likely in zip(tasks,found):
                if teacher.course(task)==name: likely += array(model.read(task.tokens)[1].softmax(1))
            for k,x in zip((held,sem,sst),tests[name]): x += array(model.read(k.tokens)[1].softmax(1))
            count[name]+=1
            log(name,count[name],scores(lambda k: tests[name][[id(held),id(sem),id(sst)].index(id(k))]))
        longest=max(longest,time.time()-t1)
    told=[f/count[teacher.course(t)] for f,t in zip(found,tasks)]
    np.savez(WORK/'told.npz',*told); np.savez_compressed(OUT/'told.npz',*[t.astype(np.float16) for t in told])
    folder=WORK/'S'; folder.mkdir(exist_ok=True)
    dequantised.checkpoint(OURS,folder); encoder._keep(folder,tops.taken(dequantised.tensors(OURS),*tops.NAMES))
    reader=Reader(folder); before=tops.taken(dequantised.above(folder),tops.SENTIMENT)
    log('before',scores(lambda k: feeling.logits(reader,before,k.tokens)))
    finish(folder,reader,before,told,feeling.Recipe(epochs=EPOCHS,seed=SEED),'S')
else:
    with np.load(WORK/'told.npz') as f: told=[f[n] for n in f.files]
    kinds=curriculum.FROM_BASE; rounds={n:[cut(l.task) for l in curriculum.lessons(C,words,k,seed=SEED)] for n,k in kinds.items()}
    stays=tuning.Model.start(BASE,[],tensors={},seed=SEED)
    texts={}
    def base_of(task):
        if task.name not in texts: texts[task.name]=array(stays.read(task.tokens)[0])
        return texts[task.name]
    models=[]
    for number in range(int(os.environ.get('TUNED','3'))):
        if number and deadline()-longest<float(os.environ.get('STUDENT','170')): log('no time for tuned',number); break
        t=time.time(); tensors={}
        for n,k in kinds.items():
            model=tuning.Model.start(BASE,rounds[n],tensors=tensors,seed=SEED+number)
            recipe=tuning.Recipe(epochs=k.epochs,seed=SEED+number,tokens=4096,rate=1e-4,top_rate=5e-4,average=0.995)
            got=tuning.tune(model,rounds[n],[base_of(x) for x in rounds[n]],recipe,held=held,checkpoint=WORK/f'{n}-{number}.pt')
            fill(model.parameters(),got); tensors={a:array(b).copy() for a,b in model.parameters().items()}
            log('tuned',number,n,round(time.time()-t,1),{a:round(b,4) for a,b in tuning.recalls(model,held).items()})
        models.append(model); longest=time.time()-t
    plain=[i for i,x in enumerate(tasks) if 'crossed' not in x.name]
    said=[np.hstack([array(stays.read(x.tokens)[0]),*(array(m.read(x.tokens)[0])*len(models)**-.5 for m in models)]) for x in tasks]
    P=short.projection(np.vstack([said[i] for i in plain]),384)
    goal=[]
    for s in said:
        g=s@P.T; log('kept',round(float((g**2).sum()/(s**2).sum()),4)); goal.append((g/np.linalg.norm(g,axis=1,keepdims=True)).astype(np.float32))
    np.savez_compressed(OUT/'projection.npz',P=P.astype(np.float16))
    folder=WORK/'F'; folder.mkdir(exist_ok=True)
    t=time.time()
    top=short.shorten(models[0],[ids for i in plain for ids in tasks[i].tokens],np.vstack([goal[i] for i in plain]),short.Recipe(epochs=int(os.environ.get('SHORT','4')),seed=SEED),checkpoint=folder/'short.pt')
    log('short',round(time.time()-t,1))
    encoder.save(folder,models[0],top)
    reader=Reader(folder); before=tops.taken(dequantised.above(folder),tops.SENTIMENT)
    log('before',scores(lambda k: feeling.logits(reader,before,k.tokens)))
    finish(folder,reader,before,told,feeling.Recipe(epochs=EPOCHS,seed=SEED,average=0.999),'F',places=goal)
log('done')
