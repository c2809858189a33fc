"""Why a text may hurt, beside its feeling: effort and leaving by learnt heads, what blocks and escalates by cues.

Each reason is shown by words: the cues of its kind (`cues.py`) or, where a head tells of one without a cue, the
sentence that says it most. Cues of what the head does not hear are not shown: "three times a week" is no effort.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
    """P(effort) and P(leaving), 0..1; whether a cue shows the others; and the words that show any, in their order."""

    effort: float
    leaving: float
    blocked: bool
    escalation: bool
    evidence: tuple[Evidence, ...]


def reasons(encoder: Encoder, heads: Heads, embeddings: Floats, texts: Sequence[str]) -> list[Reasons]:
    """Of each text. `embeddings` are theirs, float32 (n, d), by the same encoder."""
    likely = _likely(heads, embeddings)
    told = [{kind for kind in LEARNT if likely[kind][n] >= heads[kind].threshold} for n in range(len(texts))]
    shown = [[e for e in cues(t) if e.kind in own or e.kind not in LEARNT] for t, own in zip(texts, told, strict=True)]
    wordless = [kinds - {e.kind for e in own} for kinds, own in zip(told, shown, strict=True)]
    for own, more in zip(shown, _sentences(encoder, heads, texts, wordless), strict=True):
        own += more
    return [
        Reasons(
            effort=float(likely["effort"][n]),
            leaving=float(likely["leaving"][n]),
            blocked=any(e.kind == "blocked" for e in own),
            escalation=any(e.kind == "escalation" for e in own),
            evidence=tuple(sorted(own, key=lambda e: e.start)),
        )
        for n, own in enumerate(shown)
    ]


def _likely(heads: Heads, embeddings: Floats) -> dict[str, Floats]:
    return {kind: heads[kind].likelihood(embeddings, YES) for kind in LEARNT}


def _sentences(encoder: Encoder, heads: Heads, texts: Sequence[str], kinds: Sequence[set[str]]) -> list[list[Evidence]]:
    """For each of a text's `kinds` the sentence that says it most: a pass over the sentences of texts with several."""
    parts = [list(sentences(text)) if own else [] for text, own in zip(texts, kinds, strict=True)]
    flat = [text[start:end] for text, own in zip(texts, parts, strict=True) if len(own) > 1 for start, end in own]
    scores = _likely(heads, encoder.encode(flat)) if flat else {}
    found: list[list[Evidence]] = []
    first = 0
    for own, places in zip(kinds, parts, strict=True):
        rows = slice(first, first + len(places))
        if len(places) > 1:
            found.append([Evidence(kind, *places[int(scores[kind][rows].argmax())]) for kind in sorted(own)])
            first = rows.stop
        else:
            found.append([Evidence(kind, *place) for kind in sorted(own) for place in places])
    return found
