"""What people say a segment's findings should be, what follows of it for all, and how far people and models agree."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from nlp.conversation import conversation_of
from nlp.metrics import Interval, kappa, proportion

KINDS = ("intent", "sentiment", "theme")
UNSURE = "?"
"""The value of who has looked and cannot tell."""
PARTS = ("learn", "held-out")
HELD_OUT = 25
"""Percent of the conversations whose corrections nothing is learnt from."""


@dataclass(frozen=True, slots=True)
class Correction:
    """`who` says that the `kind` of finding of `segment` is `value`: an intent, a class of sentiment, a theme's id (""
    for no theme), or UNSURE. `guess`: what the `model` had said then. `number`: from 1; a person's last one holds."""

    number: int
    at: datetime
    who: str
    segment: str
    kind: str
    value: str
    guess: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `items` that both judged, the share judged alike and Cohen's kappa (None where chance cannot be told)."""

    items: int
    alike: Interval | None
    kappa: float | None


Judged = Mapping[str, Mapping[str, Correction]]
"""Segment -> person -> the last thing said."""


def judged(corrections: Iterable[Correction], kind: str) -> Judged:
    found: dict[str, dict[str, Correction]] = {}
    for one in sorted((c for c in corrections if c.kind == kind), key=lambda c: c.number):
        found.setdefault(one.segment, {})[one.who] = one
    return found


def settled(said: Judged) -> tuple[dict[str, str], list[str]]:
    """(segment -> what most people say of it, the segments on which as many say one thing as another).

    Who cannot tell has no vote; a segment of which nobody can tell is in neither.
    """
    found: dict[str, str] = {}
    disputed: list[str] = []
    for segment, by in said.items():
        votes = [c.value for c in by.values() if c.value != UNSURE]
        counts = {value: votes.count(value) for value in votes}
        best = [value for value, count in counts.items() if count == max(counts.values())]
        if len(best) == 1:
            found[segment] = best[0]
        elif best:
            disputed.append(segment)
    return found, sorted(disputed)


def part(segment: str) -> str:
    """Of PARTS, by a hash of the conversation: a segment stays where it is, and none is learnt beside one held out."""
    digest = hashlib.blake2b(conversation_of(segment).encode("utf-8", "replace"), digest_size=8).digest()
    return PARTS[int.from_bytes(digest, "big") % 100 < HELD_OUT]


def between_people(said: Judged) -> Agreement:
    """Over all pairs of people and the segments that both could tell."""
    pairs: list[tuple[str, str]] = []
    for by in said.values():
        told = [c.value for _, c in sorted(by.items()) if c.value != UNSURE]
        pairs += combinations(told, 2)
    return agreement(pairs)


def with_model(said: Judged) -> Agreement:
    """Between what people settled on and what the model had said."""
    values, _ = settled(said)
    first = {segment: min(said[segment].values(), key=lambda c: c.number).guess for segment in values}
    return agreement([(first[segment], value) for segment, value in values.items()])


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    alike = sum(a == b for a, b in pairs)
    return Agreement(len(pairs), proportion(alike, len(pairs)), kappa([a for a, _ in pairs], [b for _, b in pairs]))
