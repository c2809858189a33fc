"""Evidence in a text: escaped first, then marked, so that what a customer wrote stays text."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from nlp.conversation import Turn
from nlp.redaction import PLACEHOLDER
from nlp.signal import Evidence, Signal

CUES = {"effort": "extra effort", "blocked": "blocked", "leaving": "threat to leave", "escalation": "escalation"}
FEELINGS = {"negative": "negative word", "positive": "positive word"}
MASKED = Markup('<span class="masked" title="Masked: {}">{}</span>')
MARK = Markup('<mark class="{}" title="{}">{}</mark>')


def marked(text: str, evidence: Iterable[Evidence], *, offset: int = 0) -> Markup:
    """HTML of `text` with each span of evidence in a <mark>. `offset`: where `text` begins in the turn's text.

    Spans may overlap or reach outside; overlapping ones share a mark. Words of feeling alone look different from cues
    of friction. A span of the whole text beside narrower ones is left out: it would hide them.
    """
    html, at, spans = Markup(), 0, list(evidence)
    narrow = [e for e in spans if e.start > offset or e.end < offset + len(text)]
    for start, end, kinds in _merged(narrow or spans, offset, len(text)):
        what = ", ".join((CUES | FEELINGS).get(kind, kind) for kind in kinds)
        look = kinds[0] if set(kinds) in ({name} for name in FEELINGS) else "cue"
        html += shown(text[at:start]) + MARK.format(look, what, shown(text[start:end]))
        at = end
    return html + shown(text[at:])


def shown(text: str) -> Markup:
    """HTML of a text, in which what was masked looks like it."""
    html, at = Markup(), 0
    for found in PLACEHOLDER.finditer(text):
        kind = found[1].replace("_", " ").lower()
        html += escape(text[at : found.start()]) + MASKED.format(kind, kind)
        at = found.end()
    return html + escape(text[at:])


def _merged(evidence: Iterable[Evidence], offset: int, length: int) -> list[tuple[int, int, tuple[str, ...]]]:
    spans: list[tuple[int, int, tuple[str, ...]]] = []
    for e in sorted(evidence, key=lambda e: (e.start, e.end)):
        start, end = max(0, e.start - offset), min(length, e.end - offset)
        if start >= end:
            continue
        if spans and start < spans[-1][1]:
            first, last, kinds = spans.pop()
            spans.append((first, max(last, end), tuple(dict.fromkeys((*kinds, e.kind)))))
        else:
            spans.append((start, end, (e.kind,)))
    return spans


def pieces(turn: Turn, signals: Sequence[Signal]) -> list[tuple[Markup, Signal | None]]:
    """A turn cut into its segments, each with what was found in it, and the text between them."""
    found: list[tuple[Markup, Signal | None]] = []
    at = 0
    for signal in sorted((s for s in signals if s.segment.turn == turn.number), key=lambda s: s.segment.start):
        start, end = signal.segment.start, signal.segment.end
        if turn.text[at:start].strip():
            found.append((shown(turn.text[at:start]), None))
        found.append((marked(turn.text[start:end], signal.evidence, offset=start), signal))
        at = max(at, end)
    if turn.text[at:].strip() or not found:
        found.append((shown(turn.text[at:]), None))
    return found
