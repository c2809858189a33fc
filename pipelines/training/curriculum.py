"""What the encoder is tuned on: feeling of posts and authored texts, and intents of authored texts and two corpora.

Banking77 is left out, and so are three domains of CLINC150 and two of MultiDoGO: what is measured or chosen on them
(intents from few examples, themes) speaks of texts that the encoder has not seen.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from nlp.signal import SENTIMENTS
from pipelines.corpora import located
from pipelines.settings import ROOT
from pipelines.training import public
from pipelines.training.authored import AUTHORED_WEIGHT, authored, split
from pipelines.training.tuning import FEELING, Task

CLINC_UNSEEN = ("banking", "travel", "utility")
MULTIDOGO_SEEN = ("airline", "insurance", "media", "software")
MULTIDOGO_SHARED = ("confirmation", "openinggreeting", "rejection", "thankyou", "closinggreeting")
"""Labels that mean the same in every domain."""
VAGUE = ("contentonly", "outofdomain")
FEWEST, MOST = 20, 250
"""Texts of one MultiDoGO label: those with fewer are left out, of those with more so many are drawn."""
HELD_POSTS = 1500
TOKENS = 128

Texts = Sequence[tuple[str, str]]


class Lesson(NamedTuple):
    """A task, and its texts as they are read."""

    task: Task
    texts: Sequence[str]


def lessons(corpora: Path, tokenizer: Tokenizer, *, own: bool, seed: int) -> tuple[list[Lesson], Lesson]:
    """What is learnt, and the feeling that is held out. Without `own`, public texts alone."""
    tokenizer.enable_truncation(TOKENS)
    posts = public.sentiments(corpora)
    random.Random(seed).shuffle(posts)
    held, posts = posts[:HELD_POSTS], posts[HELD_POSTS:]
    mine, mine_held = split(authored(ROOT / "corpora" / "training")) if own else ([], [])
    felt = [(row["text"], row["sentiment"]) for row in mine]
    weights = _balanced(posts, 0.75) + [AUTHORED_WEIGHT * w for w in _balanced(felt, 0.5)]
    stay = 0.5 if own else 1.0
    feeling = _lesson(FEELING, [*posts, *felt], tokenizer, SENTIMENTS, stay=stay, weights=weights)
    found = [
        feeling,
        _lesson("clinc150", _clinc(corpora), tokenizer, stay=stay, passes=1 if own else 2),
        _lesson("multidogo", _multidogo(corpora, seed=seed), tokenizer, stay=stay),
    ]
    if own:
        wants = [(row["text"], row["intent"]) for row in mine]
        found.append(_lesson("support", wants, tokenizer, stay=0.3, passes=4))
    rest = [*held, *((row["text"], row["sentiment"]) for row in mine_held)]
    counts = [1.0] * len(held) + [len(held) / max(1, len(mine_held))] * len(mine_held)  # each kind counts for a half
    return found, _lesson(FEELING, rest, tokenizer, SENTIMENTS, stay=0.0, weights=counts)


def _lesson(
    name: str,
    texts: Texts,
    tokenizer: Tokenizer,
    labels: Sequence[str] = (),
    *,
    stay: float,
    passes: int = 1,
    weights: Sequence[float] = (),
) -> Lesson:
    labels = labels or sorted({label for _, label in texts})
    number = {label: n for n, label in enumerate(labels)}
    words = [text for text, _ in texts]
    tokens = [e.ids for e in tokenizer.encode_batch_fast(words)]
    classes, counts = [number[label] for _, label in texts], weights or [1.0] * len(texts)
    return Lesson(Task(name, tokens, classes, counts, len(labels), stay, passes), words)


def _balanced(texts: Texts, power: float) -> list[float]:
    """Weights that make up for rare classes: wholly with power 1, not at all with 0."""
    counts = Counter(label for _, label in texts)
    return [(len(texts) / len(counts) / counts[label]) ** power for _, label in texts]


def _clinc(corpora: Path) -> Texts:
    folder = located("clinc150", corpora)
    domains: Mapping[str, Any] = json.loads((folder / "domains.json").read_text("utf-8"))
    unseen = {intent for domain in CLINC_UNSEEN for intent in domains[domain]}
    rows = json.loads((folder / "data_full.json").read_text("utf-8"))["train"]
    return [(text, label) for text, label in rows if label not in unseen]


def _multidogo(corpora: Path, *, seed: int) -> Texts:
    texts: dict[str, set[str]] = defaultdict(set)
    for domain in MULTIDOGO_SEEN:
        path = located("multidogo", corpora) / f"{domain}.train.tsv"
        for line in path.read_text("utf-8").split("\n")[1:]:
            cells = line.split("\t")
            label = cells[5] if len(cells) >= 6 else ""
            if label.isalpha() and label not in VAGUE:
                texts[label if label in MULTIDOGO_SHARED else f"{domain} {label}"].add(cells[3])
    draw = random.Random(seed)
    kept = {label: sorted(found) for label, found in sorted(texts.items()) if len(found) >= FEWEST}
    return [(text, label) for label, found in kept.items() for text in draw.sample(found, min(MOST, len(found)))]
