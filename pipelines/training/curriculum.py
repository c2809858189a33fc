"""What the encoder is tuned on: feeling of posts, intents of two corpora, and all that is told of the authored texts.

Banking77 is left out, and so are three domains of CLINC150 and two of MultiDoGO: what is measured or chosen on them
(intents from few examples, themes) speaks of texts that the encoder has not seen.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer

from nlp.signal import SENTIMENTS
from pipelines.corpora import located
from pipelines.settings import ROOT
from pipelines.training import public
from pipelines.training.authored import authored, split
from pipelines.training.tuning import FEELING, POLARITY, Target, Task

CLINC_UNSEEN = ("banking", "travel", "utility")
CLINC_SEEN = ("credit_cards", "kitchen_and_dining", "home", "auto_and_commute", "work", "small_talk", "meta")
MULTIDOGO_SEEN = ("airline", "insurance", "media", "software")
MULTIDOGO_SHARED = ("confirmation", "openinggreeting", "rejection", "thankyou", "closinggreeting")
"""Labels that mean the same in every domain."""
VAGUE = ("contentonly", "outofdomain")
FEWEST, MOST = 20, 250
"""Texts of one MultiDoGO label: those with fewer are left out, of those with more so many are drawn."""
HELD_POSTS = 1500
FILMS_STAY, PLAIN_STAY = 0.3, 2.0
"""How much films stay near the base, which are no matter of support, and texts of which nothing else is learnt."""
CROSSED = ", crossed"
"""Ends the name of such a task."""
TOKENS = 128
OWN = ROOT / "corpora" / "training"

Texts = Sequence[tuple[str, str]]


class Lesson(NamedTuple):
    """A task, and its texts as they are read."""

    task: Task
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Round:
    """How often an epoch sees each text of a kind, how much all of them stay near the base, and what learns."""

    posts: float
    films: float
    clinc: float
    multidogo: float
    own: float
    plain: float
    stay: float
    epochs: int = 2
    frozen: int = 0
    crossed: float = 0.0
    """Texts of a kind crossed, for each text of it that an epoch sees."""


FROM_BASE = {
    "public": Round(posts=1, films=1, clinc=2, multidogo=1, own=0, plain=0.5, stay=1.0),
    "all": Round(posts=1, films=0.5, clinc=1, multidogo=1, own=4, plain=0.5, stay=0.5),
}
TUNED_ON = {
    "on": Round(posts=0.4, films=0.3, clinc=0.5, multidogo=0.5, own=2, plain=0.5, stay=1.0, epochs=1, frozen=1),
    "own": Round(posts=0.2, films=0.2, clinc=0.5, multidogo=0.5, own=3, plain=0.3, stay=0.5, epochs=1, frozen=1),
}
"""From an encoder that has been through the others: with as much of the public texts as keeps what they taught, what is
new, then the authored texts once more."""
FELT_AGAIN = {
    "feeling": Round(posts=1, films=0.7, clinc=0.5, multidogo=0.5, own=2, plain=0.4, stay=1.0, crossed=0.5),
    "own feeling": Round(posts=0.4, films=0.3, clinc=0.5, multidogo=0.5, own=4, plain=0.25, stay=1.0, epochs=1),
}
"""What a short encoder learns feeling from, and holds its embeddings by: first what all texts feel like, then mostly
what authored ones do, which films and posts would drown."""


def lessons(corpora: Path, tokenizer: Tokenizer, kind: Round, *, seed: int) -> list[Lesson]:
    """What is learnt in a round."""
    posts = _posts(corpora, seed=seed)[HELD_POSTS:]
    felt = target([label for _, label in posts], SENTIMENTS, power=0.75)
    found = [_lesson("posts", [text for text, _ in posts], {FEELING: felt}, tokenizer, kind.posts, kind.stay)]
    films = public.films(corpora)
    seen = {POLARITY: target([label for _, label in films], ("negative", "positive"))}
    found.append(_lesson("films", [text for text, _ in films], seen, tokenizer, kind.films, kind.stay * FILMS_STAY))
    plain = public.plain(corpora)
    found.append(_lesson("plain", plain, {}, tokenizer, kind.plain, kind.stay * PLAIN_STAY))
    for name, rows, passes in (
        ("clinc150", clinc(corpora, CLINC_SEEN), kind.clinc),
        ("multidogo", _multidogo(corpora, seed=seed), kind.multidogo),
    ):
        targets = {name: target([label for _, label in rows])}
        found.append(_lesson(name, [text for text, _ in rows], targets, tokenizer, passes, kind.stay))
    if kind.own:
        mine, _ = split(authored(OWN))
        found.append(_lesson("support", [row["text"] for row in mine], _own(mine), tokenizer, kind.own, kind.stay))
    return found


def crossed(task: Task, share: float, *, seed: int) -> Task:
    """As many texts, each the beginning of one of the task's and the end of another, shown `share` times as often: no
    label is known of them, but a teacher tells what they feel like."""
    draw, number = random.Random(seed), len(task.tokens)
    tokens = []
    for start, end in zip(draw.sample(range(number), number), draw.sample(range(number), number), strict=True):
        first, last = task.tokens[start], task.tokens[end]
        cut, left = draw.randrange(1, len(first)), draw.randrange(1, len(last))
        tokens.append([*[*first[:cut], *last[left:-1]][: TOKENS - 1], last[-1]])
    targets = {name: replace(target, weights=[0.0] * number) for name, target in task.targets.items()}
    return replace(task, name=f"{task.name}{CROSSED}", tokens=tokens, targets=targets, passes=task.passes * share)


def held_out(corpora: Path, tokenizer: Tokenizer, *, seed: int) -> Lesson:
    """Posts and authored texts that no round learns from. Of their feelings, each kind counts for a half."""
    posts = _posts(corpora, seed=seed)[:HELD_POSTS]
    _, mine = split(authored(OWN))
    rows = [{"text": text, "sentiment": label} for text, label in posts] + mine
    targets = _own(rows)
    weights = [1.0] * len(posts) + [len(posts) / max(1, len(mine))] * len(mine)
    targets[FEELING] = replace(targets[FEELING], weights=weights)
    return _lesson("held out", [row["text"] for row in rows], targets, tokenizer, passes=0, stay=0)


def newest(corpora: Path, tokenizer: Tokenizer, *, seed: int) -> Task:
    """The feelings of the held-out posts of the last year: what is new is less like what was learnt than what was held
    out at random, and a model less often right about it."""
    late = dict(public.sentiments(corpora, year="2016"))
    posts = [(text, label) for text, label in _posts(corpora, seed=seed)[:HELD_POSTS] if text in late]
    targets = {FEELING: target([label for _, label in posts], SENTIMENTS)}
    return _lesson("newest", [text for text, _ in posts], targets, tokenizer, passes=0, stay=0).task


def _lesson(
    name: str, texts: Sequence[str], targets: Mapping[str, Target], tokenizer: Tokenizer, passes: float, stay: float
) -> Lesson:
    tokenizer.enable_truncation(TOKENS)
    tokens = [e.ids for e in tokenizer.encode_batch_fast(list(texts))]
    return Lesson(Task(name, tokens, targets, stay, passes), texts)


def _own(rows: Sequence[Mapping[str, Any]]) -> dict[str, Target]:
    """All that is known of authored texts; each target weighs as much as its worth to the product."""
    intents, stages = (sorted({row[name] for row in authored(OWN)}) for name in ("intent", "stage"))
    told = {name: [row.get(name) for row in rows] for name in ("sentiment", "intent", "stage", "effort", "leaving")}
    return {
        FEELING: target(told["sentiment"], SENTIMENTS, power=0.5),
        "intent": target(told["intent"], intents),
        "stage": target(told["stage"], stages, power=0.5, share=0.5),
        "effort": target(told["effort"], (False, True), power=0.5, share=0.3),
        "leaving": target(told["leaving"], (False, True), power=0.5, share=0.3),
    }


def target(labels: Sequence[Any], names: Sequence[Any] = (), *, power: float = 0.0, share: float = 1.0) -> Target:
    """Labels as classes in the order of `names`, or of the alphabet; None is unknown and weighs nothing.

    `power`: how far weights make up for rare classes, wholly with 1, not at all with 0; their mean is about `share`.
    """
    names = names or sorted({label for label in labels if label is not None})
    counts = Counter(label for label in labels if label is not None)
    number, known = {name: n for n, name in enumerate(names)}, sum(counts.values())
    weight = {name: share * (known / len(counts) / count) ** power for name, count in counts.items()}
    return Target([number.get(label, 0) for label in labels], [weight.get(label, 0.0) for label in labels], len(names))


def _posts(corpora: Path, *, seed: int) -> list[tuple[str, str]]:
    posts = public.sentiments(corpora)
    random.Random(seed).shuffle(posts)
    return posts


def clinc(corpora: Path, domains: Container[str]) -> Texts:
    """The texts of CLINC150 train of some domains, with their intent."""
    folder = located("clinc150", corpora)
    of: Mapping[str, Any] = json.loads((folder / "domains.json").read_text("utf-8"))
    wanted = {intent for domain in of if domain in domains for intent in of[domain]}
    rows = json.loads((folder / "data_full.json").read_text("utf-8"))["train"]
    return [(text, label) for text, label in rows if label in wanted]


def multidogo(corpora: Path, *, seen: bool) -> dict[str, list[str]]:
    """The different texts of MultiDoGO train by what is asked for, where there are FEWEST: of the domains that tuning
    learns, with what all of them share, or of the others."""
    texts: dict[str, set[str]] = defaultdict(set)
    for path in sorted(located("multidogo", corpora).glob("*.train.tsv")):
        domain = path.name.split(".")[0]
        for line in path.read_text("utf-8").split("\n")[1:] if (domain in MULTIDOGO_SEEN) is seen else ():
            cells = line.split("\t")
            label = cells[5] if len(cells) >= 6 else ""
            if label.isalpha() and label not in VAGUE and (seen or label not in MULTIDOGO_SHARED):
                texts[label if label in MULTIDOGO_SHARED else f"{domain} {label}"].add(cells[3])
    return {label: sorted(found) for label, found in sorted(texts.items()) if len(found) >= FEWEST}


def _multidogo(corpora: Path, *, seed: int) -> Texts:
    draw, kept = random.Random(seed), multidogo(corpora, seen=True)
    return [(text, label) for label, found in kept.items() for text in draw.sample(found, min(MOST, len(found)))]
