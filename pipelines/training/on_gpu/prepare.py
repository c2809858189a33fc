"""Writes material.npz (texts as token ids, targets), check.npz, base.npz to var/gpu2: all that run.py needs."""
import random
from pathlib import Path
import numpy as np
from tokenizers import Tokenizer
from transformers import AutoModel
from nlp.signal import SENTIMENTS
from pipelines.corpora import located
from pipelines.settings import Settings
from pipelines.training import curriculum, dequantised, public
from pipelines.training.encoder import base_folder
HERE = Path('var/gpu2'); C = Settings.from_environment().corpora
w = Tokenizer.from_file('models/encoder/tokenizer.json'); w.no_padding(); w.enable_truncation(128)
def packed(lessons, extra=()):
    tokens, lesson, names, targets = [], [], [], {}
    total = sum(len(l.task.tokens) for l in lessons) + sum(len(t) for _, t in extra); at = 0
    for l in lessons:
        n = len(l.task.tokens); names.append(l.task.name)
        for name, t in l.task.targets.items():
            c, wt, k = targets.setdefault(name, (np.zeros(total, np.int16), np.zeros(total, np.float32), t.kinds)); assert k == t.kinds
            c[at:at+n] = t.classes; wt[at:at+n] = t.weights
        tokens += l.task.tokens; lesson += [len(names)-1]*n; at += n
    for name, own in extra:
        names.append(name); tokens += own; lesson += [len(names)-1]*len(own); at += len(own)
    out = {'tokens': np.concatenate([np.array(t, np.uint16) for t in tokens]), 'lengths': np.array([len(t) for t in tokens], np.int16), 'lesson': np.array(lesson, np.int8), 'names': np.array(names)}
    for n, (c, wt, k) in targets.items(): out |= {f'{n}:classes': c, f'{n}:weights': wt, f'{n}:kinds': np.array(k)}
    return out
def crossed(task, seed=7):
    draw, number = random.Random(seed), len(task.tokens); found = []
    for a, b in zip(draw.sample(range(number), number), draw.sample(range(number), number), strict=True):
        one, two = task.tokens[a], task.tokens[b]
        found.append([*one[:draw.randrange(1, len(one))], *two[draw.randrange(1, len(two)):]][:127] + [two[-1]])
    return found
lessons = curriculum.lessons(C, w, curriculum.FROM_BASE['all'], seed=7)
known = {t for l in lessons for t in l.texts}
turns = set()
for path in sorted(located('multidogo', C).glob('*.train.tsv')):
    if path.name.split('.')[0] in curriculum.MULTIDOGO_SEEN:
        for line in path.read_text('utf-8').split('\n')[1:]:
            c = line.split('\t')
            if len(c) >= 6 and len(c[3].split()) > 2: turns.add(c[3])
turns = sorted(turns - known) + [t for t in public.outside(C) if t not in known]
of = {l.task.name: l.task for l in lessons}
extra = [('turns', [e.ids for e in w.encode_batch_fast(turns)])] + [(f'{n}, crossed', crossed(of[n])) for n in ('posts', 'films')]
np.savez_compressed(HERE/'material.npz', **(m := packed(lessons, extra)))
print({n: int((m['lesson'] == i).sum()) for i, n in enumerate(m['names'].tolist())}, len(m['tokens']))
held = curriculum.held_out(C, w, seed=7); sem = public.sentiments(C, test=True); films = public.films(C, test=True)
check = [held, curriculum._lesson('sem', [t for t, _ in sem], {'feeling': curriculum.target([l for _, l in sem], SENTIMENTS)}, w, 0, 0), curriculum._lesson('sst', [t for t, _ in films], {'polarity': curriculum.target([l for _, l in films], ('negative', 'positive'))}, w, 0, 0)]
np.savez_compressed(HERE/'check.npz', **packed(check))
ours = dequantised.tensors(Path('models/encoder')); base = {n: t.detach().numpy() for n, t in AutoModel.from_pretrained(base_folder()).state_dict().items()}
out = {n: v.astype(np.float16) for n, v in base.items() if n.startswith(('encoder.layer.', 'embeddings.LayerNorm'))}
for n in ('embeddings.word_embeddings.weight', 'embeddings.position_embeddings.weight'):
    s = np.maximum(np.abs(ours[n]).max(1, keepdims=True)/127, 1e-12).astype(np.float32); out[n+':int8'] = np.rint(ours[n]/s).astype(np.int8); out[n+':scale'] = s
np.savez_compressed(HERE/'base.npz', **out)
