"""`teacher places|feelings SEED`, then `student LAYERS EPOCHS`; OUT names the folder that the student is written to."""
import sys, os, time
from dataclasses import replace
from pathlib import Path
import numpy as np, torch
from pipelines.training import layers, student, teachers, tops
from pipelines.training.material import Material, Target
from pipelines.training.teachers import Shelf
HERE=Path('var/student')
OUT=Path(os.environ['OUT']); TINY=bool(os.environ.get('TINY')); DEV='cpu' if TINY else 'cuda'
torch.set_float32_matmul_precision('high')
T0=time.time()
def start():
    f=np.load(HERE/'base.npz'); out={}
    for n in f.files:
        if n.endswith(':scale'): continue
        if n.endswith(':int8'): out[n[:-5]]=f[n].astype(np.float32)*f[n[:-5]+':scale']
        else: out[n]=f[n].astype(np.float32)
    out['embeddings.token_type_embeddings.weight']=np.zeros((2,384),np.float32)
    return out
def load(name):
    m=Material.load(HERE/name)
    if TINY:
        keep=np.sort(np.concatenate([m.rows(n)[:int(os.environ['TINY'])] for n in m.names]))
        ends=np.cumsum(m.lengths.astype(int)); tok=np.concatenate([m.tokens[ends[i]-m.lengths[i]:ends[i]] for i in keep])
        m=Material(tok,m.lengths[keep],m.lesson[keep],m.names,{n:Target(t.classes[keep],t.weights[keep],t.kinds) for n,t in m.targets.items()})
    return m
def scores(logits,check):
    out=[]
    for name,target in (('feeling','feeling'),('polarity','polarity')):
        for lesson in check.names:
            t=check.targets[target]; rows=check.rows(lesson); rows=rows[t.weights[rows]>0]
            if not len(rows): continue
            l=logits[rows][:,teachers.FELT[target]].argmax(1); y=t.classes[rows]
            rec=np.mean([(l[y==k]==k).mean() for k in np.unique(y)]); out.append(f'{lesson} {target} acc {(l==y).mean():.4f} rec {rec:.4f}')
    return '; '.join(out)
def feel(tensors,check):
    return Shelf(check,DEV).read(lambda ids: teachers.feeling(tensors,ids),3).cpu().numpy()
what=sys.argv[1]
if TINY:
    teachers.RECIPES={k:replace(r,epochs=2) for k,r in teachers.RECIPES.items()}
if what=='teacher':
    kind,seed=sys.argv[2],int(sys.argv[3])
    found=teachers.teach(kind,load('material.npz'),start(),seed=seed,device=DEV)
    torch.save({n:v.cpu() for n,v in found.items()},f'/tmp/teacher-{kind}-{seed}.pt')
    if kind=='feelings': print(seed,scores(feel(found,load('check.npz')),load('check.npz')),flush=True)
    print(kind,seed,'took',round(time.time()-T0),flush=True)
else:
    count=int(sys.argv[2]); epochs=int(sys.argv[3])
    read=lambda kind:[{n:v.to(DEV) for n,v in torch.load(p).items()} for p in sorted(Path('/tmp').glob(f'teacher-{kind}-*.pt'))]
    places,feelings=read('places'),read('feelings')
    check=load('check.npz'); shelf=Shelf(check,DEV)
    if count==5:
        print('ensemble',scores(sum(torch.tensor(feel(f,check)).softmax(1) for f in feelings).numpy(),check),flush=True)
    def told(number,tensors):
        if number%4==3 or number>=epochs-2:
            for kind,lin in (('plain',layers.Plain(tensors)),):
                l=shelf.read(lambda ids: student.said(tensors,ids,lin,count)[1],3).cpu().numpy()
                print(count,number,round(time.time()-T0),scores(l,check),flush=True)
    recipe=student.Recipe(layers=count,epochs=epochs)
    m=load('material.npz')
    found=student.learn(m,start(),places,feelings,recipe,seed=7,device=DEV,told=told)
    own={n:v.cpu().numpy().astype(np.float16) for n,v in found.items() if not n.startswith(('embeddings.','pooler.'))}
    names=sorted(own); half=len(names)//2
    sizes=np.cumsum([own[n].nbytes for n in names]); cut=int(np.searchsorted(sizes,sizes[-1]/2))
    np.savez(OUT/f'student{count}-a.npz',**{n:own[n] for n in names[:cut]}); np.savez(OUT/f'student{count}-b.npz',**{n:own[n] for n in names[cut:]})
    print('student',count,'took',round(time.time()-T0),[ (OUT/f'student{count}-{c}.npz').stat().st_size/2**20 for c in 'ab'],flush=True)
