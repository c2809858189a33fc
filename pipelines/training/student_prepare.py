"""Writes what teachers and a student learn from to var/student, to be taken to where a GPU is."""
import json, sys
from pipelines.settings import Settings
from pathlib import Path
import numpy as np
from tokenizers import Tokenizer
from pipelines.training import curriculum, public, dequantised
from pipelines.training.curriculum import *
from pipelines.training.material import Material, Target as T
from pipelines.corpora import located
import torch
from transformers import AutoModel
from pipelines.training.encoder import base_folder

corpora=Settings.from_environment().corpora
w=Tokenizer.from_file('models/encoder/tokenizer.json'); w.no_padding(); w.enable_truncation(128)
def tok(texts): return [e.ids for e in w.encode_batch_fast(list(texts))]
def material(lessons, extra=()):
    tokens=[];lesson=[];names=[];targets={}
    total=sum(len(l.task.tokens) for l in lessons)+sum(len(t) for _,t in extra)
    at=0
    for l in lessons:
        n=len(l.task.tokens); names.append(l.task.name)
        for name,t in l.task.targets.items():
            c,wt,k=targets.setdefault(name,(np.zeros(total,np.int16),np.zeros(total,np.float32),t.kinds))
            assert k==t.kinds
            c[at:at+n]=t.classes; wt[at:at+n]=t.weights
        tokens+=l.task.tokens; lesson+=[len(names)-1]*n; at+=n
    for name,texts in extra:
        names.append(name); tokens+=tok(texts); lesson+=[len(names)-1]*len(texts); at+=len(texts)
    return Material(np.concatenate([np.array(t,np.uint16) for t in tokens]), np.array([len(t) for t in tokens],np.int16), np.array(lesson,np.int8), names, {n:T(*v) for n,v in targets.items()})
lessons=curriculum.lessons(corpora,w,curriculum.FROM_BASE['all'],seed=7)
known={t for l in lessons for t in l.texts}
turns=set()
for path in sorted(located("multidogo",corpora).glob("*.train.tsv")):
    if path.name.split('.')[0] in MULTIDOGO_SEEN:
        for line in path.read_text('utf-8').split('\n')[1:]:
            c=line.split('\t')
            if len(c)>=6 and len(c[3].split())>2: turns.add(c[3])
turns=sorted(turns-known); turns += [t for t in public.outside(corpora) if t not in known]
m=material(lessons,[("turns",turns)])
print(m.names,[int((m.lesson==i).sum()) for i in range(len(m.names))],len(m.tokens))
m.save(Path('var/student/material.npz'))
held=curriculum.held_out(corpora,w,seed=7)
sem=public.sentiments(corpora,test=True); films=public.films(corpora,test=True)
e=[held, curriculum._lesson("sem",[t for t,_ in sem],{"feeling":target([l for _,l in sem],("negative","neutral","positive"))},w,0,0),
 curriculum._lesson("sst",[t for t,_ in films],{"polarity":target([l for _,l in films],("negative","positive"))},w,0,0)]
material(e).save(Path('var/student/check.npz'))
ours=dequantised.tensors(Path('models/encoder'))
base={n:t.detach().numpy() for n,t in AutoModel.from_pretrained(base_folder()).state_dict().items()}
out={}
for n,v in base.items():
    if n.startswith('encoder.layer.') or n.startswith('embeddings.LayerNorm'): out[n]=v.astype(np.float16)
for n in ("embeddings.word_embeddings.weight","embeddings.position_embeddings.weight"):
    t=ours[n]; s=np.maximum(np.abs(t).max(1,keepdims=True)/127,1e-12).astype(np.float32)
    out[n+":int8"]=np.rint(t/s).astype(np.int8); out[n+":scale"]=s
np.savez('var/student/base.npz',**out)
# check embedding layernorm is unchanged
print({n:float(np.abs(base[n]-ours[n]).max()) for n in base if n.startswith('embeddings.LayerNorm')})
