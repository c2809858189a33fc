"""Which words carried a score: each phrase is left out in turn, and what the score loses without it is its weight.

Leaving out (occlusion: Zeiler & Fergus 2014; of words: Li, Monroe & Jurafsky 2016) asks a model for nothing but scores.
A phrase is a word of content with the words of function before it, "where is my refund", "was not": half as many passes
as words, and a negation goes with what it negates. A text of more than PHRASES is asked in parts first, and the
strongest of them anew. Strong neighbours become one span, which is left out once more, so that a weight always says
what the score loses without exactly these characters.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Floats

Score = Callable[[Sequence[str]], Floats]
"""Texts to float32 (n, k): k scores of each."""
Place = tuple[int, int]
PHRASES = 24
"""Up to so many phrases are asked one by one."""
PARTS, KEPT = 16, 3
"""A text of more is asked in so many parts, and of each score's strongest parts so many are asked anew."""
LEAST = 0.2
"""Share of the strongest phrase's weight from which another is shown."""
_WORD = re.compile(r"<[A-Z_]+>|[^\W_]+(?:['’.-][^\W_]+)*|[^\w\s.,;:'\"()\[\]<>/-]+")
_MARK = re.compile(r"[.,;:()\n]")
_FUNCTION = re.compile(
    "a|an|the|this|that|these|those|my|your|our|his|her|its|their|i|you|he|she|it|we|they|me|him|us|them|is|am|are"
    "|was|were|be|been|being|do|does|did|have|has|had|will|would|can|could|should|may|might|must|shall|to|of|in|on|at"
    "|by|for|from|with|about|into|and|or|but|so|as|if|than|then|there|not|no|never|cannot|[a-z]+n['’]t"
    "|(?:i|you|we|it|that)['’](?:m|re|ve|d|ll|s)|what|which|who|where|when|how|why|just|very|really|too|also|um|uh",
    re.IGNORECASE,
)
"""Words that belong to the word of content that follows them."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of the text, and what the score loses without them; below 0 where it gains."""

    start: int
    end: int
    weight: float


def explain(score: Score, text: str, *, most: int = 3) -> list[tuple[Span, ...]]:
    """For each of the k scores the spans that raise it, at most `most`, the heaviest first; none where none does.

    Texts of one phrase have nothing to be told apart. Calls `score` three times, more often on long texts.
    """
    whole = score([text])[0]
    parts = phrases(text)
    if len(parts) < 2:
        return [() for _ in whole]
    parts = _narrowed(score, text, parts, whole)
    weights = whole - _without(score, text, parts)
    chosen = [_joined(parts, weights[:, column], text, most) for column in range(len(whole))]
    lost = dict(zip(parts, weights, strict=True))
    if more := [place for places in chosen for place in places if place not in lost]:
        lost |= dict(zip(more, whole - _without(score, text, more), strict=True))
    return [_spans({place: float(lost[place][column]) for place in places}) for column, places in enumerate(chosen)]


def _spans(lost: Mapping[Place, float]) -> tuple[Span, ...]:
    spans = (Span(*place, weight) for place, weight in lost.items() if weight > 0)
    return tuple(sorted(spans, key=lambda span: -span.weight))


def phrases(text: str) -> list[Place]:
    """[start, end) of each phrase, in order. Masks and runs of emoji, "?" and "!" are words, too."""
    found: list[Place] = []
    begin = end = 0
    pending = False
    for match in _WORD.finditer(text):
        if pending and _MARK.search(text, end, match.start()):
            found[-1:] = [(found[-1][0] if found else begin, end)]
            pending = False
        begin, end = begin if pending else match.start(), match.end()
        pending = bool(_FUNCTION.fullmatch(match[0]))
        if not pending:
            found.append((begin, end))
    if pending:
        found[-1:] = [(found[-1][0] if found else begin, end)]
    return found


def left_out(text: str, places: Sequence[Place]) -> str:
    """The text without these places, and without the double space that each would leave."""
    kept, at = [], 0
    for start, end in sorted(places):
        kept.append(text[at:start])
        at = end
    return " ".join("".join([*kept, text[at:]]).split())


def _without(score: Score, text: str, places: Sequence[Place]) -> Floats:
    return score([left_out(text, [place]) for place in places])


def _narrowed(score: Score, text: str, parts: list[Place], whole: Floats) -> list[Place]:
    """The phrases, where they are at most PHRASES; else those of the parts without which a score loses most."""
    while len(parts) > PHRASES:
        size = -(-len(parts) // PARTS)
        groups = [parts[n : n + size] for n in range(0, len(parts), size)]
        weights = whole - _without(score, text, [(group[0][0], group[-1][1]) for group in groups])
        best = {int(n) for column in weights.T for n in np.argsort(-column, kind="stable")[:KEPT]}
        if len(best) == len(groups):  # so many scores that none can be left out
            break
        parts = [place for n in sorted(best) for place in groups[n]]
    return parts


def _joined(parts: Sequence[Place], weights: Floats, text: str, most: int) -> list[Place]:
    """The `most` heaviest phrases, those that only space parts as one."""
    heaviest = [int(n) for n in np.argsort(-weights, kind="stable")[:most] if weights[n] > 0]
    strong = sorted(n for n in heaviest if weights[n] >= LEAST * weights[heaviest[0]])
    found: list[Place] = []
    for n in strong:
        if found and not text[found[-1][1] : parts[n][0]].strip():
            found[-1] = (found[-1][0], parts[n][1])
        else:
            found.append(parts[n])
    return found
