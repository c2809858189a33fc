"""Friction 0..100: a documented proxy of how much a message hurts, from its feeling and the effort that it shows.

Customer effort and friction have no standard measure (the Customer Effort Score is a survey item), so this is ours:
each reason to hurt is taken for independent of the others: friction = 100 * (1 - product of (1 - WEIGHTS * strength)).
The strength of feeling is P(negative); of a kind of cue it is 1 - 0.5^(number of families found). A message that asks
for nothing (intent `none`) or praises has no feeling that counts. Each cue is returned with its span, so that every
figure can be shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from nlp.cues import families
from nlp.signal import Evidence

WEIGHTS = {"feeling": 0.55, "effort": 0.4, "blocked": 0.25, "leaving": 0.2, "escalation": 0.3}
EFFORT = ("effort",)
LEAVING = ("leaving",)
PLAIN = str.maketrans({"’": "'", "‘": "'", "\n": " ", "\t": " ", "\r": " ", "\xa0": " "})


@dataclass(frozen=True, slots=True)
class Cues:
    """Strength 0..1 of each kind of cue, and where each was found."""

    effort: float
    blocked: float
    leaving: float
    escalation: float
    evidence: tuple[Evidence, ...]


def cues(text: str, *, offset: int = 0) -> Cues:
    """The cues of one text, the first of each family; `offset` is added to the spans."""
    plain = _plain(text)
    found = [(f.kind, *m.span()) for f in families(plain) if (m := f.pattern.search(plain))]
    evidence = tuple(Evidence(kind, start + offset, end + offset) for kind, start, end in _apart(found))
    return Cues(
        strength(evidence, *EFFORT),
        strength(evidence, "blocked"),
        strength(evidence, *LEAVING),
        strength(evidence, "escalation"),
        evidence,
    )


def _apart(found: Sequence[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    """In the order of the text; of two that overlap, one kind has the first: the same words are one reason."""
    ends: dict[str, int] = {}
    for kind, start, end in sorted(found, key=itemgetter(1)):
        if start >= ends.get(kind, 0):
            ends[kind] = end
            yield kind, start, end


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, spaces for breaks; every character in its place, so that spans hold."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).translate(PLAIN)


def strength(evidence: Sequence[Evidence], *kinds: str) -> float:
    """0..1 from the number of different cues of those kinds: 1 - 0.5^n."""
    return float(1 - 0.5 ** sum(e.kind in kinds for e in evidence))


def friction(negative: float, found: Cues, *, asks: bool) -> float:
    """0..100 from P(negative) 0..1 and the cues; `asks` is False for texts that ask for nothing or praise."""
    spared = 1 - WEIGHTS["feeling"] * (negative if asks else 0.0)
    for kind in ("effort", "blocked", "leaving", "escalation"):
        spared *= 1 - WEIGHTS[kind] * getattr(found, kind)
    return 100 * (1 - spared)
