"""Why a text may hurt, beside its feeling: effort and leaving by learnt heads, what blocks and escalates by cues.

Each reason is shown by words: the cues of its kind (`cues.py`) or, where a head tells of one without a cue, the
sentence that says it most. Cues of what the head does not hear are not shown: "three times a week" is no effort.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.cues import cues
from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.segmentation import sentences
from nlp.signal import Evidence

LEARNT = ("effort", "leaving")
NO, YES = "no", "yes"
"""The labels of their heads; from a head's `threshold` on, it tells of its kind."""
Heads = Mapping[str, Head]


@dataclass(frozen=True, slots=True)
class Reasons:
    """P(effort) and P(leaving), 0..1; whether a cue shows the others; the cues that show any, in their order; and the
    kinds that a head tells of without a cue, which `by_sentences` shows."""

    effort: float
    leaving: float
    blocked: bool
    escalation: bool
    evidence: tuple[Evidence, ...]
    unshown: frozenset[str] = frozenset()


def reasons(heads: Heads, embeddings: Floats, texts: Sequence[str]) -> list[Reasons]:
    """Of each text. `embeddings` are theirs, float32 (n, d)."""
    likely = _likely(heads, embeddings)
    least = [heads[kind].threshold for kind in LEARNT]
    return [_reasons(text, own, least) for text, own in zip(texts, likely.tolist(), strict=True)]


def _reasons(text: str, likely: Sequence[float], least: Sequence[float]) -> Reasons:
    told = {kind for kind, p, threshold in zip(LEARNT, likely, least, strict=True) if p >= threshold}
    shown = [e for e in cues(text) if e.kind in told or e.kind not in LEARNT]
    kinds = {e.kind for e in shown}
    effort, leaving = likely
    return Reasons(effort, leaving, "blocked" in kinds, "escalation" in kinds, tuple(shown), frozenset(told - kinds))


def by_sentences(
    encoder: Encoder, heads: Heads, texts: Sequence[str], found: Sequence[Reasons]
) -> list[tuple[Evidence, ...]]:
    """All evidence of each text, an `unshown` kind by the sentence that says it most: a pass over the sentences of
    those that have several."""
    spans = [list(sentences(text)) for text in texts]
    flat = [text[start:end] for text, own in zip(texts, spans, strict=True) if len(own) > 1 for start, end in own]
    scores = iter(_likely(heads, encoder.encode(flat)) if flat else ())
    return [
        tuple(sorted((*why.evidence, *_loudest(why, own, [next(scores) for _ in own[1:] and own])), key=_start))
        for why, own in zip(found, spans, strict=True)
    ]


def _loudest(why: Reasons, spans: Sequence[tuple[int, int]], said: Sequence[Floats]) -> Iterator[Evidence]:
    """`said`: of each sentence, where there are several, the columns of `_likely`."""
    for kind in sorted(why.unshown) if spans else ():
        best = int(np.array(said)[:, LEARNT.index(kind)].argmax()) if len(spans) > 1 else 0
        yield Evidence(kind, *spans[best])


def _start(found: Evidence) -> int:
    return found.start


def _likely(heads: Heads, embeddings: Floats) -> Floats:
    """float32 (n, 2): a column for each of LEARNT."""
    return np.column_stack([heads[kind].likelihood(embeddings, YES) for kind in LEARNT])
