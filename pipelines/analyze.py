"""Texts and a conversation in real time: masked, annotated, placed among the known themes; nothing is stored."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from nlp import course, sentiment
from nlp.conversation import Conversation, Speaker, Turn
from nlp.names import Names
from nlp.redaction import mask_handles, redact
from nlp.secondary import secondary
from nlp.signal import SENTIMENTS, Signal, Summary
from nlp.taxonomy import NONE, UNSUPPORTED
from nlp.themes.assign import Assigner
from nlp.themes.context import in_context
from nlp.themes.units import speaks
from pipelines.annotate import Annotator, summary
from pipelines.discover import MINIMUM_FRICTION
from pipelines.explain import explanation
from pipelines.talk import Heard, Talk, read

Row = dict[str, Any]
PASSES = 20
"""Of the models over a text that is explained, about."""


@dataclass(frozen=True, slots=True)
class Ask:
    """`texts`, each by itself, or what was said in a conversation after `before`; and what is to be told of them.

    `evidence`: the words that show it; `explain`: those that carried intent and sentiment, one or two dozen passes a
    text; `agent`: the course of the agents' sentiment, too: a pass over their turns, which `before` must not have.
    """

    texts: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    before: Talk | None = None
    evidence: bool = False
    explain: bool = False
    agent: bool = False

    @property
    def read(self) -> int:
        """Characters that the models read, about."""
        said = self.texts or tuple(t.text for t in self.turns if self.agent or t.speaker is Speaker.CUSTOMER)
        return sum(map(len, said)) * (PASSES if self.explain else 1)


@dataclass(frozen=True, slots=True)
class Answer:
    """`rows`: one a text, or one a segment of the customer's turns; of a conversation `whole`, what they say together,
    and the `talk`, to be gone on with."""

    rows: list[Row]
    whole: Row = field(default_factory=dict)
    talk: Talk | None = None


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

        `secondary` names what else the text asks for.
        """
        (answer,) = self.answers([Ask(texts=tuple(texts), evidence=evidence, explain=explain)])
        return [{**found, "id": id} for id, found in zip(ids, answer.rows, strict=True)]

    def conversation(
        self, conversation: Conversation, *, evidence: bool = False, explain: bool = False, agent: bool = False
    ) -> tuple[list[Row], Row]:
        """One row a segment of the customer's turns, with its place, and what they say together."""
        ask = Ask(turns=conversation.turns, before=Talk(), evidence=evidence, explain=explain, agent=agent)
        (answer,) = self.answers([ask])
        return answer.rows, answer.whole

    def answers(self, asks: Sequence[Ask]) -> list[Answer]:
        """One an ask, in order: the models pass ONCE over all that is new in them, whoever asks."""
        heard = [self._heard(ask) for ask in asks]
        talks = iter(read(self.annotator, [one for each in heard for one in each]))
        own = [[next(talks) for _ in each] for each in heard]
        alone = [talk for ask, each in zip(asks, own, strict=True) if ask.before is None for talk in each]
        others = iter(self.annotator.secondary([t.signals[0] for t in alone], [t.texts[0] for t in alone]))
        return [
            self._texts(ask, each, [next(others) for _ in each])
            if ask.before is None
            else self._conversation(ask, *each)
            for ask, each in zip(asks, own, strict=True)
        ]

    def _heard(self, ask: Ask) -> list[Heard]:
        """Of a conversation what the customer says and, where asked for, what the agents say, bots left out."""
        if ask.before is None:
            return [Heard.text(text) for text in self.masked(ask.texts)]
        said = self.masked([turn.text for turn in ask.turns])
        turns = [replace(turn, text=text) for turn, text in zip(ask.turns, said, strict=True)]
        agents = [Heard.said(turns, speaker=Speaker.AGENT)] if ask.agent else []
        return [Heard.said(turns, ask.before), *agents]

    def _texts(self, ask: Ask, talks: Sequence[Talk], others: Sequence[tuple[str, ...]]) -> Answer:
        rows = [self.rows(talk, evidence=ask.evidence, explain=ask.explain)[0] for talk in talks]
        told = enumerate(zip(rows, others, strict=True), 1)
        return Answer([{**found, "id": str(n), "secondary": list(names)} for n, (found, names) in told])

    def _conversation(self, ask: Ask, talk: Talk, agents: Talk | None = None) -> Answer:
        rows = self.rows(talk, evidence=ask.evidence, explain=ask.explain)
        placed = [
            {**found, "turn": s.turn, "start": s.start, "end": s.end}
            for found, s in zip(rows, talk.segments, strict=True)
        ]
        found = summary("", talk.signals, " ".join(talk.texts), taxonomy=self.annotator.taxonomy)
        said = together(found, talk.signals, talk.turns, agents=agents.signals if agents else None)
        return Answer(placed, {"summary": overall(found), **said}, talk)

    def rows(self, talk: Talk, *, evidence: bool = False, explain: bool = False) -> list[Row]:
        """One a segment; `explain` adds what carried its intent and sentiment, by `pipelines/explain.py`."""
        found = zip(talk.texts, talk.signals, self.themes(talk), strict=True)
        rows = [row(f"{s.segment.turn}:{s.segment.start}", t, s, theme, evidence=evidence) for t, s, theme in found]
        if explain:
            for each, signal, text in zip(rows, talk.signals, talk.texts, strict=True):
                each["explanation"] = explanation(self.annotator, signal, text)
        return rows

    def masked(self, texts: Sequence[str]) -> list[str]:
        """By patterns, handles, then names; halves of characters, which no encoder takes, become "?"."""
        whole = [redact(text.encode("utf-8", "replace").decode())[0] for text in texts]
        plain = [mask_handles(text, keep=[self.company]) for text in whole]
        return self.names(plain, keep=[self.company]) if self.names else plain

    def themes(self, talk: Talk) -> list[str | None]:
        """One a segment: what bears friction is read in the context of its conversation."""
        themes: list[str | None] = [None] * len(talk.texts)
        bearing = [n for n, s in enumerate(talk.signals) if s.intent != NONE and s.friction >= MINIMUM_FRICTION]
        bearing = [n for n in bearing if speaks(talk.texts[n])]
        if self.assigner and bearing:
            vectors = np.stack([talk.embeddings[n] for n in bearing])
            seen = in_context(vectors, [""] * len(bearing), [len(talk.texts[n]) for n in bearing])
            for n, theme in zip(bearing, self.assigner.assign(seen)[0], strict=True):
                themes[n] = theme
        return themes


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
