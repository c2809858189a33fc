"""Teachers, tuned encoders, students: `python var/gpu2/run.py`; OUT names where the students are written. TINY=n: few texts, on a CPU."""
import os, sys, time
from pathlib import Path
import numpy as np, torch, torch.nn.functional as nn
HERE = Path(__file__).parent; sys.path.insert(0, str(HERE))
import layers
from graphs import BUCKETS, Flat, Steps, bucket, epoch
OUT = Path(os.environ['OUT']); TINY = int(os.environ.get('TINY', '0')); DEV = 'cuda' if torch.cuda.is_available() else 'cpu'
LIMIT = float(os.environ.get('LIMIT', '560')); T0 = time.time()
torch.backends.cuda.matmul.allow_tf32 = True
def log(*a):
    line = f'[{time.time()-T0:6.1f}] ' + ' '.join(map(str, a)); print(line, flush=True)
    with (OUT/'log.txt').open('a') as f: f.write(line + '\n')
FELT = {'feeling': [0, 1, 2], 'polarity': [0, 2]}; SCALE = 20.0
mixed = lambda: torch.autocast(DEV, torch.bfloat16, enabled=DEV == 'cuda', cache_enabled=False)
class Shelf:
    def __init__(self, path):
        f = np.load(path); self.names = f['names'].tolist(); lengths, lesson = f['lengths'].astype(int), f['lesson']
        starts = np.concatenate([[0], np.cumsum(lengths)]); keep = np.arange(len(lengths))
        if TINY: keep = np.sort(np.concatenate([np.flatnonzero(lesson == i)[:TINY] for i in range(len(self.names))]))
        table = np.zeros((len(keep), 128), np.int32)
        tokens = f['tokens']
        for row, i in enumerate(keep): table[row, :lengths[i]] = tokens[starts[i]:starts[i+1]]
        self.lengths, self.lesson = lengths[keep], lesson[keep]; self.buckets = bucket(self.lengths)
        self.ids = torch.tensor(table, device=DEV); self.count = torch.tensor(self.lengths, device=DEV)
        told = {n.partition(':')[0] for n in f.files if ':' in n}
        self.kinds = {n: int(f[f'{n}:kinds']) for n in sorted(told)}
        self.told = {n: (torch.tensor(f[f'{n}:classes'][keep].astype(np.int64), device=DEV), torch.tensor(f[f'{n}:weights'][keep], device=DEV)) for n in sorted(told)}
    def rows(self, *names): return np.flatnonzero(np.isin(self.lesson, [self.names.index(n) for n in names]))
    def drawn(self, passes, draw):
        found = []
        for name, times in passes.items():
            own = self.rows(name); left = round(times*len(own))
            while left > 0: found.append(draw.permutation(own)[:left]); left -= len(found[-1])
        return np.concatenate(found)
    def by_lesson(self, values, default=1.0): return torch.tensor(np.array([values.get(n, default) for n in self.names], np.float32)[self.lesson], device=DEV)
    def read(self, said, width, rows=None, tokens=65536):
        every = np.arange(len(self.lengths)) if rows is None else rows; found = torch.zeros(len(self.lengths), width, device=DEV)
        with torch.no_grad(), mixed():
            for own, length in epoch(every, self.buckets, lambda l: tokens//l, np.random.default_rng(0)):
                i = torch.tensor(own, device=DEV); found[i] = said(self.ids[i, :length], self.mask(i, length)).float()
        return found
    def mask(self, i, length): return torch.arange(length, device=DEV) < self.count[i, None]
def states(t, ids, mask, count, dropout=0.0):
    x, out = nn.dropout(layers.embedded(t, ids), dropout), []
    for n in range(count): x = layer(t, f'encoder.layer.{n}', x, mask, dropout=dropout); out.append(x)
    return out
def lin(t, name, x): return nn.linear(x, t[f'{name}.weight'], t[f'{name}.bias'])
def layer(t, at, x, mask, *, alone=False, dropout=0.0):
    asking = x[:, :1] if alone else x
    q = layers.heads(lin(t, f'{at}.attention.self.query', asking)); k, v = (layers.heads(lin(t, f'{at}.attention.self.{p}', x)) for p in ('key', 'value'))
    a = nn.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :].expand(-1, 1, asking.shape[1], -1), dropout_p=dropout).transpose(1, 2).flatten(2)
    y = layers.norm(t, f'{at}.attention.output.LayerNorm', nn.dropout(lin(t, f'{at}.attention.output.dense', a), dropout) + asking)
    wide = nn.gelu(lin(t, f'{at}.intermediate.dense', y))
    return layers.norm(t, f'{at}.output.LayerNorm', nn.dropout(lin(t, f'{at}.output.dense', wide), dropout) + y)
def mean(x, mask): return (x.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
def top(t, name, x, mask, dropout=0.0):
    answer = layer(t, f'{name}.layer', x, mask, alone=True, dropout=dropout)[:, 0]
    return lin(t, name, nn.dropout(torch.cat([answer.float(), mean(x, mask)], 1), dropout))
place = lambda t, ids, mask, count=6: nn.normalize(mean(states(t, ids, mask, count)[-1], mask), dim=1)
feeling = lambda t, ids, mask: top(t, 'sentiment', states(t, ids, mask, 6)[-1], mask)
def said(t, ids, mask): 
    x = states(t, ids, mask, 5)[-1]; return torch.cat([nn.normalize(top(t, 'embedding', x, mask).float(), dim=1), top(t, 'sentiment', x, mask).float()], 1)
def start():
    f, out = np.load(HERE/'base.npz'), {}
    for n in f.files:
        if n.endswith(':scale'): continue
        out[n.removesuffix(':int8')] = f[n].astype(np.float32) * f[n.replace(':int8', ':scale')] if n.endswith(':int8') else f[n].astype(np.float32)
    out['embeddings.token_type_embeddings.weight'] = np.zeros((2, 384), np.float32)
    return {n: torch.tensor(v, device=DEV) for n, v in out.items()}
BASE = start()
def with_top(tensors, name, number, answers=None):
    own = {f'{name}.layer.{n.removeprefix(f"encoder.layer.{number}.")}': v.clone() for n, v in tensors.items() if n.startswith(f'encoder.layer.{number}.')}
    w = torch.zeros(answers, 768, device=DEV) if answers else torch.cat([torch.zeros(384, 384), torch.eye(384)], 1).to(DEV)
    return tensors | own | {f'{name}.weight': w, f'{name}.bias': torch.zeros(answers or 384, device=DEV)}
learnable = lambda t: {n: v for n, v in t.items() if not n.startswith('embeddings.')}
def rates(names, rate, top_rate, decay=0.9, count=6, linear=None):
    return {n: rate*decay**(count-1-int(n.split('.')[2])) if n.startswith('encoder.layer.') else linear if linear and '.layer.' not in n and n.startswith('embedding.') else top_rate for n in names}
def felt_loss(logits, shelf, i, w):
    loss = logits.sum()*0
    for name, columns in FELT.items():
        c, weights = (part[i] for part in shelf.told[name])
        loss = loss + (nn.cross_entropy(logits[:, columns].float(), c, reduction='none')*weights*w).sum()/len(i)
    return loss
def train(flat, steps, shelf, tensors, passes, *, epochs, seed, average, name, told=None):
    draw = np.random.default_rng(seed); torch.manual_seed(seed)
    orders = [epoch(shelf.drawn(passes, draw), shelf.buckets, steps.size, draw) for _ in range(epochs)]
    flat.start(tensors, steps=sum(map(len, orders)), average=average); t = time.time()
    for number, order in enumerate(orders):
        for rows, length in order: steps(rows, length)
        if told: told(number)
    if DEV == 'cuda': torch.cuda.synchronize()
    log(name, flat.steps, 'steps', round(time.time()-t, 1), 's')
    return flat.averaged()
shelf, check = Shelf(HERE/'material.npz'), Shelf(HERE/'check.npz')
log('ready', DEV, {n: int((shelf.lesson == i).sum()) for i, n in enumerate(shelf.names)})
def recall(guess, truth): return float(np.mean([(guess[truth == k] == k).mean() for k in np.unique(truth)]))
def scores(logits):
    logits, out = logits.cpu().numpy(), []
    for lesson, target in (('held out', 'feeling'), ('sem', 'feeling'), ('sst', 'polarity')):
        rows = check.rows(lesson); c = check.told[target][0].cpu().numpy()[rows]; g = logits[rows][:, FELT[target]].argmax(1)
        if lesson == 'held out': n = 1500 if not TINY else TINY//2; out.append(f'posts {recall(g[:n], c[:n]):.4f} authored {recall(g[n:], c[n:]):.4f}' if len(c) > n else '')
        else: out.append(f'{lesson} {recall(g, c):.4f}')
    return ' | '.join(out)
GRAPHS = DEV == 'cuda'; TEACHERS = int(os.environ.get('TEACHERS', '4')); TUNED = int(os.environ.get('TUNED', '3')); EPOCHS = int(os.environ.get('EPOCHS', '20'))
# teachers of feeling
begun = with_top(dict(BASE), 'sentiment', 5, 3); own = learnable(begun)
COURSES = {'films': (dict(films=1), 4, .995), 'posts': (dict(posts=1), 2, .99), 'support': (dict(posts=.5, films=.3, support=4), 3, .995)}
flat = Flat(own, rates(own, 1e-4, 5e-4), device=DEV); current = begun | flat.params
def loss(i, w, length):
    with mixed():
        mask = shelf.mask(i, length); logits = top(current, 'sentiment', states(current, shelf.ids[i, :length], mask, 6, .1)[-1], mask, .1)
    return felt_loss(logits, shelf, i, w)
steps = Steps(flat, loss, tokens=256 if TINY else 4096, graphs=GRAPHS)
felt = torch.zeros(len(shelf.lengths), 3, device=DEV); tests = {n: torch.zeros(len(check.lengths), 3, device=DEV) for n in COURSES}
home = np.array([n.partition(',')[0] if n.partition(',')[0] in COURSES else 'support' for n in shelf.names])[shelf.lesson]
for name, (passes, epochs, average) in COURSES.items():
    for number in range(TEACHERS):
        found = begun | train(flat, steps, shelf, own, passes, epochs=epochs, seed=7+number, average=average, name=f'teacher {name} {number}')
        rows = np.flatnonzero(home == name); i = torch.tensor(rows, device=DEV)
        felt[i] += shelf.read(lambda ids, mask: feeling(found, ids, mask), 3, rows)[i].softmax(1)/TEACHERS
        tests[name] += check.read(lambda ids, mask: feeling(found, ids, mask), 3).softmax(1)/TEACHERS
        if number in (0, TEACHERS-1): log('  so far', number+1, scores(tests[name]))
np.savez_compressed(OUT/'felt.npz', felt=felt.cpu().numpy().astype(np.float16)) if not TINY else None
del steps, flat; torch.cuda.empty_cache()
# encoders tuned to intents, feeling and staying
base_places = shelf.read(lambda ids, mask: place(BASE, ids, mask), 384)
pointed = {n: k for n, k in shelf.kinds.items() if n not in FELT}
torch.manual_seed(7); directions = {f'directions.{n}': torch.randn(k, 384, device=DEV)*.05 for n, k in pointed.items()}
own = learnable(begun) | directions
flat = Flat(own, rates(own, 1e-4, 5e-4), device=DEV); current = begun | flat.params
stay = shelf.by_lesson({'films': .3, 'plain': 2.0, 'turns': 2.0})*.7
def loss(i, w, length):
    with mixed():
        mask = shelf.mask(i, length); found = states(current, shelf.ids[i, :length], mask, 6, .1); logits = top(current, 'sentiment', found[-2], mask, .1)
    at = nn.normalize(mean(found[-1], mask), dim=1)
    total = felt_loss(logits, shelf, i, w) + (stay[i]*w*(1-(at*base_places[i]).sum(1))).sum()/len(i)
    seen = nn.dropout(at, .1)
    for n in pointed:
        c, weights = (part[i] for part in shelf.told[n])
        total = total + (nn.cross_entropy(SCALE*nn.linear(seen, nn.normalize(current[f'directions.{n}'], dim=1)), c, reduction='none')*weights*w).sum()/len(i)
    return total
steps = Steps(flat, loss, tokens=256 if TINY else 4096, graphs=GRAPHS); tuned = []
for number in range(TUNED):
    tuned.append(begun | train(flat, steps, shelf, own, dict(posts=1, films=.7, clinc150=1.5, multidogo=1.5, support=3, plain=.5, turns=.2), epochs=4, seed=7+number, average=.998, name=f'tuned {number}'))
del steps, flat; torch.cuda.empty_cache()
def side_by_side(ids, mask): return torch.cat([place(BASE, ids, mask), *(TUNED**-.5*place(t, ids, mask) for t in tuned)], 1)
wide = shelf.read(side_by_side, 384*(1+TUNED)); some = torch.tensor(shelf.rows(*[n for n in shelf.names if 'crossed' not in n]), device=DEV)
_, vectors = torch.linalg.eigh((wide[some].T @ wide[some]).double().cpu()); projection = vectors.flip(1)[:, :384].T.float().to(DEV)
kept = wide @ projection.T; log('kept', round(float((kept**2).sum()/(wide**2).sum()), 4)); goal = nn.normalize(kept, dim=1); del wide, kept
np.savez_compressed(OUT/'projection.npz', projection=projection.cpu().numpy().astype(np.float16))
# the student: five layers, both tops
begun5 = {n: v for n, v in tuned[0].items() if not n.startswith(('encoder.layer.5.', 'directions.'))}
begun5 |= {n: v for n, v in with_top(dict(tuned[0]), 'embedding', 5).items() if n.startswith('embedding.')}
own = learnable(begun5)
flat = Flat(own, rates(own, 2e-4, 6e-4, count=5, linear=2e-3), device=DEV); current = begun5 | flat.params
held_ = shelf.by_lesson({'films': .3, 'films, crossed': .3, 'posts': .7, 'posts, crossed': .7})
polar = (shelf.by_lesson({'films': 1.0, 'films, crossed': 1.0}, 0.0) > 0)
two = felt[:, [0, 2]]/felt[:, [0, 2]].sum(1, keepdim=True)
def loss(i, w, length):
    with mixed():
        mask = shelf.mask(i, length); x = states(current, shelf.ids[i, :length], mask, 5)[-1]
        at, logits = nn.normalize(top(current, 'embedding', x, mask).float(), dim=1), top(current, 'sentiment', x, mask, .1).float()
    off = held_[i]*w*(1-(at*goal[i]).sum(1))
    whole = nn.kl_div(nn.log_softmax(logits, 1), felt[i], reduction='none').sum(1); side = nn.kl_div(nn.log_softmax(logits[:, [0, 2]], 1), two[i], reduction='none').sum(1)
    return 30*off.sum()/len(i) + (torch.where(polar[i], side, whole)*w).sum()/len(i) + .3*felt_loss(logits, shelf, i, w)
steps = Steps(flat, loss, tokens=256 if TINY else 8192, graphs=GRAPHS)
def told(number):
    if number % 4 == 3 or number >= EPOCHS-2:
        t = begun5 | flat.averaged(); log('  epoch', number+1, scores(check.read(lambda ids, mask: said(t, ids, mask), 387)[:, 384:]))
found = train(flat, steps, shelf, own, {'posts': 1.5, 'films': .7, 'plain': 1, 'turns': .5, 'clinc150': 1, 'multidogo': 1, 'support': 3, 'posts, crossed': 1, 'films, crossed': .7}, epochs=EPOCHS, seed=7, average=.999, name='student', told=told)
t = begun5 | found; got = shelf.read(lambda ids, mask: said(t, ids, mask), 387)[:, :384]
log('cosine to the goal', {n: round(float((got*goal).sum(1)[torch.tensor(shelf.rows(n), device=DEV)].mean()), 4) for n in shelf.names})
own = {n: v.cpu().numpy().astype(np.float16) for n, v in found.items()}; names = sorted(own); size = np.cumsum([own[n].nbytes for n in names]); at = int(np.searchsorted(size, size[-1]/2))
np.savez(OUT/'student-a.npz', **{n: own[n] for n in names[:at]}); np.savez(OUT/'student-b.npz', **{n: own[n] for n in names[at:]})
log('done')
