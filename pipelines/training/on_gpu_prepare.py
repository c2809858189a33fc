"""base layers fp16 + corpora tar."""
import numpy as np, subprocess
from pathlib import Path
from transformers import AutoModel
from pipelines.training.encoder import base_folder
from pipelines.training import dequantised
base={n:t.detach().numpy() for n,t in AutoModel.from_pretrained(base_folder()).state_dict().items()}
out={n:v.astype(np.float16) for n,v in base.items() if n.startswith('encoder.layer.') or n.startswith('embeddings.LayerNorm')}
np.savez_compressed('var/gpu/base.npz',**out)
ours=dequantised.tensors(Path('models/encoder'))
print({n:float(np.abs(base[n]-ours[n]).max()) for n in base if n.startswith('embeddings.LayerNorm')})
import json
vb=json.load(open(base_folder()/'tokenizer.json'))['model']['vocab']; vo=json.load(open('models/encoder/tokenizer.json'))['model']['vocab']
ids=[vb[t] for t in sorted(vo,key=vo.get)]
w=base['embeddings.word_embeddings.weight'][ids]; o=ours['embeddings.word_embeddings.weight']
print('words',float(np.abs(w-o).max()),float(np.abs(w).max()), 'cos', float(((w*o).sum(1)/np.linalg.norm(w,axis=1)/np.linalg.norm(o,axis=1)).min()))
p=base['embeddings.position_embeddings.weight'][:256]+base['embeddings.token_type_embeddings.weight'][0]
print('pos',float(np.abs(p-ours['embeddings.position_embeddings.weight']).max()))
