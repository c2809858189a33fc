"""Which intent a text has and who should deal with it: no more is computed than the rules ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlp import language, sentiment
from nlp.encoder import languages_of
from nlp.intent import Intents
from nlp.routing import Finding, Routing
from nlp.signal import doubt
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED
from pipelines.analyze import Analyst, Row

WORDLESS, STRANGE = Intents(((NONE, 1.0),), False), Intents((), True)
"""Of a text without words, and of one in a language that the models do not know."""


@dataclass(frozen=True, slots=True)
class Routed:
    """`rows`: one a text; `rules`: the version of the rules, `model`: of the models."""

    rows: list[Row]
    rules: int
    model: str


@dataclass(frozen=True, slots=True)
class Router:
    """The analyst's intents, and the rules of the moment."""

    analyst: Analyst
    routing: Routing
    rules: int = 0

    def routed(self, asks: Sequence[Sequence[str]]) -> list[Routed]:
        """One an ask, in order: one pass over the texts of all. Intents are those of `Analyst.texts`."""
        rows = iter(self.rows([text for texts in asks for text in texts]))
        version = self.analyst.annotator.version
        each = [[{"id": str(n), **next(rows)} for n, _ in enumerate(texts, 1)] for texts in asks]
        return [Routed(own, self.rules, version) for own in each]

    def rows(self, texts: Sequence[str]) -> list[Row]:
        annotator, masked = self.analyst.annotator, self.analyst.masked(texts)
        spoken, known = [language.detect(text) for text in masked], languages_of(annotator.encoder)
        encoder = annotator.encoder
        feelings: Any = None
        if self.routing.asks_sentiment:
            embeddings, feelings = sentiment.read(encoder, annotator.sentiments, masked)
        else:
            embeddings = encoder.encode(masked)
        wants = annotator.intents.classify(embeddings, masked)
        stages = annotator.staged(embeddings, wants) if self.routing.asks_stage else None
        rows = []
        for n, text in enumerate(masked):
            found, feeling = wants[n], None if feelings is None else float(feelings[n][2] - feelings[n][0])
            stage = None if stages is None else stages[n][0]
            code = spoken[n]
            unread = None
            if language.wordless(text):
                unread, code = WORDLESS, language.UNKNOWN
            elif not language.supported(code, known):
                unread = STRANGE
            if unread:
                found, feeling, stage = unread, feeling and 0.0, stage and UNKNOWN_STAGE
            rows.append(self._row(found, code, feeling, stage))
        return rows

    def _row(self, found: Intents, code: str, feeling: float | None, stage: str | None) -> Row:
        name, sure = found.ranked[0] if found.ranked else (UNSUPPORTED, 0.0)
        queue, rule = self.routing.queue(Finding(name, sure, found.abstained, code, feeling, stage))
        return {
            "intent": name,
            "confidence": round(sure, 4),
            "abstained": found.abstained,
            "doubt": doubt(name, found.abstained, found.outside),
            "outside": None if found.outside is None else round(found.outside, 4),
            "intents": [{"name": each, "confidence": round(p, 4)} for each, p in found.ranked],
            "sentiment": None if feeling is None else round(feeling, 4),
            "stage": stage,
            "language": code,
            "queue": queue,
            "rule": rule,
        }


def of_conversation(routing: Routing, whole: Row) -> Row:
    """The queue of a conversation by its summary, and the rule that says so."""
    said = whole["summary"]
    asked = ("intent", "confidence", "abstained", "language", "sentiment", "stage")
    found = Finding(**{name: said[name] for name in asked})
    return dict(zip(("queue", "rule"), routing.queue(found), strict=True))
