"""Texts and a conversation in real time: masked, annotated, placed among the known themes; nothing is stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from nlp import course, sentiment
from nlp.conversation import Conversation, Segment, Speaker, Turn
from nlp.names import Names
from nlp.redaction import mask_handles, redact
from nlp.secondary import secondary
from nlp.signal import SENTIMENTS, Signal, Summary
from nlp.taxonomy import NONE, UNSUPPORTED
from nlp.themes.assign import Assigner
from nlp.themes.context import in_context
from nlp.themes.units import speaks
from pipelines.annotate import Annotator, customer_segments, speaker_segments, summary
from pipelines.discover import MINIMUM_FRICTION
from pipelines.explain import explanation

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Analyst:
    """All that an answer needs. `assigner`: the known themes, or None. `names`: masks person names too, where given.
    `company`: whose own name and @handle stay."""

    annotator: Annotator
    assigner: Assigner | None = None
    names: Names | None = None
    company: str = ""

    def texts(
        self, texts: Sequence[str], ids: Sequence[str], *, evidence: bool = False, explain: bool = False
    ) -> list[Row]:
        """One row a text, in order, whatever the text; one that is blank asks for nothing and feels nothing.

        `secondary` names what else the text asks for. `explain` adds the words that carried intent and sentiment: one
        or two dozen passes a text.
        """
        masked = self.masked(texts)
        segments = [Segment(str(n), 0, 0, len(text)) for n, text in enumerate(masked)]
        signals, themes = self.found(segments, masked)
        others = self.annotator.secondary(signals, masked)
        rows = [row(*found, evidence=evidence) for found in zip(ids, masked, signals, themes, strict=True)]
        rows = [{**found, "secondary": list(names)} for found, names in zip(rows, others, strict=True)]
        return self.explained(rows, signals, masked) if explain else rows

    def explained(self, rows: Sequence[Row], signals: Sequence[Signal], texts: Sequence[str]) -> list[Row]:
        """The rows with what carried their intent and sentiment, by `pipelines/explain.py`."""
        told = (explanation(self.annotator, signal, text) for signal, text in zip(signals, texts, strict=True))
        return [{**found, "explanation": why} for found, why in zip(rows, told, strict=True)]

    def conversation(
        self, conversation: Conversation, *, evidence: bool = False, explain: bool = False, agent: bool = False
    ) -> tuple[list[Row], Row]:
        """One row a segment of the customer's turns, with its place, and what they say `together`.

        `agent` tells the course of the agents' sentiment, too: one more pass, over their turns.
        """
        said = self.masked([turn.text for turn in conversation.turns])
        turns = [replace(turn, text=text) for turn, text in zip(conversation.turns, said, strict=True)]
        pairs = list(customer_segments(replace(conversation, turns=tuple(turns))))
        segments, texts = [s for s, _ in pairs], [t for _, t in pairs]
        signals, themes = self.found(segments, texts)
        rows = [
            {**row(f"{s.turn}:{s.start}", *found, evidence=evidence), "turn": s.turn, "start": s.start, "end": s.end}
            for s, found in zip(segments, zip(texts, signals, themes, strict=True), strict=True)
        ]
        rows = self.explained(rows, signals, texts) if explain else rows
        found = summary(conversation.id, signals, " ".join(texts), taxonomy=self.annotator.taxonomy)
        agents = self._agents(conversation.id, turns) if agent else None
        return rows, {"summary": overall(found), **together(found, signals, turns, agents=agents)}

    def _agents(self, conversation: str, turns: Sequence[Turn]) -> list[Signal]:
        """Signals of the agents' turns, bots left out."""
        pairs = list(speaker_segments(conversation, turns, Speaker.AGENT))
        return self.annotator.signals([s for s, _ in pairs], [t for _, t in pairs])[0]

    def masked(self, texts: Sequence[str]) -> list[str]:
        """By patterns, handles, then names; halves of characters, which no encoder takes, become "?"."""
        whole = [redact(text.encode("utf-8", "replace").decode())[0] for text in texts]
        plain = [mask_handles(text, keep=[self.company]) for text in whole]
        return self.names(plain, keep=[self.company]) if self.names else plain

    def found(self, segments: Sequence[Segment], texts: Sequence[str]) -> tuple[list[Signal], list[str | None]]:
        """Signals and themes of masked texts, one each a segment."""
        signals, embeddings = self.annotator.signals(segments, texts)
        themes: list[str | None] = [None] * len(texts)
        bearing = [n for n, s in enumerate(signals) if s.intent != NONE and s.friction >= MINIMUM_FRICTION]
        bearing = [n for n in bearing if speaks(texts[n])]
        if self.assigner and bearing:
            own = [segments[n].conversation for n in bearing]
            seen = in_context(embeddings[np.array(bearing)], own, [len(texts[n]) for n in bearing])
            for n, theme in zip(bearing, self.assigner.assign(seen)[0], strict=True):
                themes[n] = theme
        return signals, themes


def row(id: str, text: str, signal: Signal, theme: str | None, *, evidence: bool = False) -> Row:
    """The public shape of one analysed text; `evidence` adds the words that show it."""
    found: Row = {
        "id": id,
        "intent": signal.intent,
        "confidence": round(signal.confidence, 4),
        "abstained": signal.abstained,
        "doubt": signal.doubt,
        "outside": None if signal.outside is None else round(signal.outside, 4),
        "intents": [{"name": name, "confidence": round(value, 4)} for name, value in signal.intents],
        "sentiment": round(signal.sentiment, 4),
        "sentiment_class": signal.sentiment_class,
        "probabilities": {name: round(p, 4) for name, p in zip(SENTIMENTS, signal.probabilities, strict=True)},
        "review": [sentiment.REVIEW] if sentiment.disagrees(text, signal.probabilities) else [],
        "friction": round(signal.friction, 1),
        "effort": round(signal.effort, 4),
        "leaving": round(signal.leaving, 4),
        "stage": signal.stage,
        "stage_confidence": round(signal.stage_confidence, 4),
        "theme": theme,
        "entities": named(text, signal),
        "language": signal.language,
        "truncated": signal.truncated,
    }
    return found | {"evidence": spans(text, signal)} if evidence else found


def overall(found: Summary) -> Row:
    """The public shape of a conversation's summary."""
    figures = {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(found).items()}
    del figures["conversation"]
    figures["witnesses"] = witnesses(found)
    return figures | {"friction": round(found.friction, 1)}


def witnesses(found: Summary) -> list[Row]:
    """The public shape of what speaks for its stage: the stage that each finds likeliest, and how likely."""
    return [
        {
            "kind": w.kind,
            "stage": w.says,
            "confidence": round(w.stages[0][1], 4),
            "weight": w.weight,
            "reason": w.reason,
        }
        for w in found.witnesses
    ]


def together(
    found: Summary, signals: Sequence[Signal], turns: Sequence[Turn], *, agents: Sequence[Signal] | None = None
) -> Row:
    """What the segments of a conversation say beside its summary.

    secondary: the other intents among them; course: of the customer's sentiment, and of the `agents`' where given.
    """
    return {
        "secondary": list(secondary(found.intent, [(s.intent, s.confidence) for s in signals])),
        "course": {"customer": side(turns, signals), "agent": None if agents is None else side(turns, agents)},
    }


def side(turns: Sequence[Turn], signals: Sequence[Signal]) -> Row:
    """The public shape of one side's course (`nlp/course.py`)."""
    read = [(s.segment, s.sentiment) for s in signals if s.intent != UNSUPPORTED]
    found = asdict(course.course(course.points(turns, read)))
    quarters = [None if score is None else round(score, 2) for score in found.pop("quarters")]
    return {"quarters": quarters} | {name: None if v is None else round(v, 2) for name, v in found.items()}


def named(text: str, signal: Signal) -> list[Row]:
    """Each entity: its type, its characters [start, end) of the segment's masked `text`, its words and its value."""
    first = signal.segment.start
    places = [(e, e.start - first, e.end - first) for e in signal.entities]
    return [
        {"type": e.type, "start": start, "end": end, "words": text[start:end], "value": e.value}
        for e, start, end in places
    ]


def spans(text: str, signal: Signal) -> list[Row]:
    """Each piece of evidence: its kind, its characters [start, end) of the segment's masked `text`, and its words."""
    first = signal.segment.start
    places = [(e.kind, e.start - first, e.end - first) for e in signal.evidence]
    return [{"kind": kind, "start": start, "end": end, "words": text[start:end]} for kind, start, end in places]
