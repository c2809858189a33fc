"""Would a cascade pay? A static student answers what it is sure of, the encoder the rest: speed against points lost.

The student is a table of word vectors, begun at the encoder's own vectors of single tokens and taught the encoder's
answers on texts for training; a text is the mean of its tokens, a softmax layer each tells intent and feeling. It
answers where it is sure of both; how sure, is chosen on held-out texts so that at most half a point of either is lost.
"""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer

from benchmarks.heading import heading
from nlp.encoder import Floats, OnnxEncoder
from nlp.head import Head
from nlp.signal import SENTIMENTS
from pipelines.settings import ROOT, Settings
from pipelines.training import public
from pipelines.training.authored import authored, split

SEED = 7
LOST = 0.005
"""Share of the guesses that may turn wrong, of intent and of feeling each."""
EPOCHS, RATE, BATCH = 6, 2e-3, 256
POSTS = 12_000
RESULT = ROOT / "benchmarks" / "results" / "cascade.md"


class Answers(NamedTuple):
    """Probabilities of intent (n, 34) and of feeling (n, 3)."""

    intent: Floats
    feeling: Floats


class Student:
    """The table and its two layers."""

    def __init__(self, encoder: OnnxEncoder, tokenizer: Tokenizer, intents: int) -> None:
        self.tokenizer = tokenizer
        words = [(tokenizer.id_to_token(n) or "").removeprefix("##") for n in range(tokenizer.get_vocab_size())]
        torch.manual_seed(SEED)
        start = torch.tensor(encoder.encode(words))
        self.table = torch.nn.EmbeddingBag.from_pretrained(start, mode="mean", freeze=False)
        self.layers = torch.nn.ModuleList([torch.nn.Linear(start.shape[1], n) for n in (intents, len(SENTIMENTS))])

    def tokens(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Token numbers in one row, and where each text begins."""
        found = [e.ids for e in self.tokenizer.encode_batch_fast(list(texts))]
        starts = np.cumsum([0, *(len(ids) for ids in found[:-1])])
        return torch.tensor([n for ids in found for n in ids]), torch.tensor(starts)

    def logits(self, texts: Sequence[str]) -> list[Any]:
        pooled = self.table(*self.tokens(texts))
        return [layer(pooled) for layer in self.layers]

    def learn(self, texts: Sequence[str], told: Answers) -> None:
        """To say what the encoder says: cross-entropy with its probabilities."""
        learning = [*self.table.parameters(), *self.layers.parameters()]
        optimiser = torch.optim.Adam(learning, lr=RATE)
        draw = np.random.default_rng(SEED)
        for _ in range(EPOCHS):
            for rows in np.array_split(draw.permutation(len(texts)), len(texts) // BATCH):
                loss = sum(
                    torch.nn.functional.cross_entropy(logits, torch.tensor(truth[rows]))
                    for logits, truth in zip(self.logits([texts[i] for i in rows]), told, strict=True)
                )
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()

    def answers(self, texts: Sequence[str]) -> Answers:
        with torch.inference_mode():
            return Answers(*(torch.softmax(logits, 1).numpy() for logits in self.logits(texts)))


def right(found: Answers, rows: Sequence[dict[str, Any]], intents: Sequence[str]) -> np.ndarray:
    """bool (2, n): whether intent and feeling are guessed right."""
    truth = [[intents.index(row["intent"]) for row in rows], [SENTIMENTS.index(row["sentiment"]) for row in rows]]
    return np.stack([p.argmax(1) == np.array(t) for p, t in zip(found, truth, strict=True)])


def sureness(found: Answers) -> Floats:
    """float (n,): how sure the student is of the answer that it is less sure of."""
    sure: Floats = np.minimum(found.intent.max(1), found.feeling.max(1))
    return sure


def least(sure: Floats, mine: np.ndarray, theirs: np.ndarray) -> float:
    """The confidence of most coverage at which neither part loses more than LOST."""
    found = 1.01
    for level in np.sort(np.unique(sure))[::-1]:
        kept = sure >= level
        if max((theirs[part, kept].sum() - mine[part, kept].sum()) / len(sure) for part in (0, 1)) <= LOST:
            found = float(level)
    return found


def main() -> None:
    corpora = Settings.from_environment().corpora
    encoder = OnnxEncoder(ROOT / "models" / "encoder", threads=2)
    head = Head.load(ROOT / "models" / "heads" / "intent.npz", encoder=encoder.version)
    learnt, held = split(authored(ROOT / "corpora" / "training"))
    gold = authored(ROOT / "corpora" / "gold")
    tokenizer = Tokenizer.from_file(str(ROOT / "models" / "encoder" / "tokenizer.json"))

    def teacher(texts: Sequence[str]) -> Answers:
        embeddings, feelings = encoder.encode_with_sentiment(texts)
        return Answers(head.probabilities(embeddings), feelings)

    texts = [row["text"] for row in learnt] + [text for text, _ in public.sentiments(corpora)[:POSTS]]
    student = Student(encoder, tokenizer, len(head.labels))
    student.learn(texts, teacher(texts))
    sets = {"held out": held, "gold": gold}
    said = {name: [row["text"] for row in rows] for name, rows in sets.items()}
    mine = {name: student.answers(asked) for name, asked in said.items()}
    theirs = {name: teacher(asked) for name, asked in said.items()}
    good = {
        name: (right(mine[name], rows, head.labels), right(theirs[name], rows, head.labels))
        for name, rows in sets.items()
    }
    level = least(sureness(mine["held out"]), *good["held out"])
    fast, slow = (seconds(way, said["gold"]) for way in (student.answers, teacher))
    lines = []
    for name in sets:
        own, other = good[name]
        kept = sureness(mine[name]) >= level
        both = np.where(kept, own, other)
        share = float(kept.mean())
        figures = " | ".join(
            f"{100 * own[k].mean():.1f} / {100 * other[k].mean():.1f} / {100 * both[k].mean():.1f}" for k in (0, 1)
        )
        lines.append(
            f"| {name} | {len(kept)} | {figures} | {100 * share:.0f} % | {slow / (fast + (1 - share) * slow):.2f} |"
        )
    RESULT.write_text(
        f"""{heading("Would a cascade pay?", command="python -m benchmarks.cascade", seed=SEED)}
A static student answers where it is sure of intent and feeling, the encoder answers the rest. A text takes the student
{fast * 1e6:.0f} µs and the encoder {slow * 1e6:.0f}. The confidence {level:.2f} is the one from which on at most
{100 * LOST:.1f} points are lost on held-out texts.
Accuracy in percent: student alone / encoder alone / both in a cascade.

| texts | number | intent | feeling | answered by the student | times as fast |
|---|---|---|---|---|---|
{chr(10).join(lines)}

Embeddings, which themes need, are not among the student's answers: a store's segments need the encoder all the same.
""",
        encoding="utf-8",
    )
    print(RESULT.read_text(encoding="utf-8"))


def seconds(way: Any, texts: Sequence[str]) -> float:
    """A text's, the best of five."""
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        way(texts)
        taken.append(time.perf_counter() - start)
    return min(taken) / len(texts)


if __name__ == "__main__":
    main()
