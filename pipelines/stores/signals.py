"""What was found in each segment: signals, embeddings, summaries, and segments as a person reads them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, insert, select, update

from nlp.conversation import Segment
from nlp.encoder import Floats
from nlp.errors import StoreError
from nlp.language import UNKNOWN
from nlp.signal import Entity, Evidence, Signal, Summary
from pipelines.stores.announcing import analyzed
from pipelines.stores.database import Database, chunks
from pipelines.stores.filters import conditions, current_run, nowhere, segment_text
from pipelines.stores.order import Place, ordered
from pipelines.stores.outbox import announce
from pipelines.stores.protocols import Filter, Quote
from pipelines.stores.schema import (
    assignments,
    conversations,
    earlier_assignments,
    embeddings,
    signals,
    summaries,
    turns,
)
from pipelines.stores.summaries import read_summary, summary_row

S = signals.c
SORTS: dict[str, ColumnElement[Any]] = {
    "at": func.coalesce(turns.c.at, conversations.c.started_at),
    "friction": S.friction,
    "sentiment": S.sentiment,
}
OF_TURN = and_(turns.c.conversation == S.conversation, turns.c.number == S.turn)


class Signals:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self,
        model: str,
        annotated: Sequence[str],
        signals: Sequence[Signal],
        embeddings: Floats,
        summaries: Sequence[Summary],
        *,
        encoder: str = "",
    ) -> None:
        """Raises StoreError where the parts do not belong together or a conversation is not stored."""
        _check(annotated, signals, embeddings, summaries)
        with self._database.write() as connection:
            _mark(connection, model, annotated)
            _clear(connection, annotated, {signal.segment.id for signal in signals})
            _insert(connection, encoder or model, signals, embeddings, summaries)
            announce(self._database, connection, analyzed(connection, summaries))

    def summarise(self, summaries: Iterable[Summary]) -> int:
        """A transaction a batch: `summaries` may be drawn from this very store."""
        changed = 0
        for batch in chunks(summaries):
            with self._database.write() as connection:
                rows = [summary_row(summary) for summary in batch]
                new = {row["conversation"] for row in self._database.upserted(connection, _SUMMARIES, rows)}
                changed += len(new)
                announce(self._database, connection, analyzed(connection, [s for s in batch if s.conversation in new]))
        return changed

    def of(self, conversation: str) -> list[Signal]:
        with self._database.read() as connection:
            statement = select(signals).where(S.conversation == conversation).order_by(S.turn, S.start)
            return [_signal(row) for row in connection.execute(statement)]

    def summary(self, conversation: str) -> Summary | None:
        with self._database.read() as connection:
            row = connection.execute(select(summaries).where(summaries.c.conversation == conversation)).first()
        return read_summary(row) if row else None

    def bearing(
        self,
        minimum_friction: float,
        *,
        unplaced: bool = False,
        themeless: bool = False,
        of: Sequence[str] | None = None,
        encoder: str = "",
    ) -> tuple[list[str], list[str], Floats, Floats]:
        """Raises StoreError where segments were embedded by different encoders: their distances say nothing."""
        e = embeddings.c
        statement = (
            select(S.segment, segment_text(), S.friction, e.model, e.vector)
            .join(embeddings, e.segment == S.segment)
            .join(turns, OF_TURN)
            .where(S.friction >= minimum_friction, S.intent != "none")
            .order_by(S.segment)
        )
        if unplaced:
            placed = select(assignments.c.segment).where(assignments.c.run == current_run())
            statement = statement.where(S.segment.not_in(placed))
        if encoder:
            statement = statement.where(e.model == encoder)
        if of is not None:
            statement = statement.where(S.conversation.in_(of))
        if themeless:
            statement = statement.where(S.segment.in_(select(assignments.c.segment).where(nowhere())))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        if not rows:
            return [], [], np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
        ids, texts, friction, models, vectors = zip(*rows, strict=True)
        if len(found := set(models)) > 1:
            raise StoreError(f"segments are embedded by {', '.join(sorted(found))}: annotate all with one model first")
        matrix = np.frombuffer(b"".join(vectors), np.float16).reshape(len(rows), -1).astype(np.float32)
        matrix[~np.isfinite(matrix).all(axis=1)] = 0
        return list(ids), list(texts), matrix, np.array(friction, np.float32)

    def embedded(self, *, but: str = "") -> int:
        with self._database.read() as connection:
            statement = select(func.count()).select_from(embeddings).where(embeddings.c.model != but)
            return connection.execute(statement).scalar_one()

    def page(
        self,
        filter: Filter = Filter(),
        *,
        friction: float = 0.0,
        sort: str = "-at",
        place: Place | None = None,
        limit: int = 50,
    ) -> list[Quote]:
        statement = _quotes().where(*conditions(filter))
        statement = statement.where(S.friction >= friction) if friction else statement
        with self._database.read() as connection:
            rows = connection.execute(ordered(statement, SORTS, S.segment, sort=sort, place=place).limit(limit))
            return [_quote(row) for row in rows]

    def quotes(self, segments: Sequence[str]) -> list[Quote]:
        with self._database.read() as connection:
            return read_quotes(connection, segments)

    def all(self, filter: Filter = Filter()) -> Iterator[Quote]:
        """Read by the index on conversation, turn and start: nothing is sorted, and memory stays flat."""
        statement = _quotes().where(*conditions(filter)).order_by(S.conversation, S.turn, S.start)
        for row in self._database.stream(statement):
            yield _quote(row)


_SUMMARIES = summaries


def _check(annotated: Sequence[str], found: Sequence[Signal], vectors: Floats, derived: Sequence[Summary]) -> None:
    if len(vectors) != len(found):
        raise StoreError(f"{len(found)} signals came with {len(vectors)} embeddings; give one a signal")
    others = {s.segment.conversation for s in found} | {s.conversation for s in derived}
    if strange := others - set(annotated):
        raise StoreError(f"findings of {sorted(strange)[0]!r}, which is not among the annotated conversations")


def _mark(connection: Connection, model: str, annotated: Sequence[str]) -> None:
    for ids in chunks(dict.fromkeys(annotated)):
        marked = update(conversations).where(conversations.c.id.in_(ids)).values(annotated_model=model)
        if connection.execute(marked).rowcount != len(ids):
            known = set(connection.execute(select(conversations.c.id).where(conversations.c.id.in_(ids))).scalars())
            raise StoreError(f"annotated {sorted(set(ids) - known)[0]!r} is not stored; put the conversation first")


def _clear(connection: Connection, annotated: Sequence[str], kept: set[str]) -> None:
    """Segments that are found again keep their themes."""
    for ids in chunks(annotated):
        old = connection.execute(select(S.segment).where(S.conversation.in_(ids))).scalars().all()
        for gone in chunks(segment for segment in old if segment not in kept):
            for table in (assignments, earlier_assignments):
                connection.execute(delete(table).where(table.c.segment.in_(gone)))
        for table in (signals, summaries):
            connection.execute(delete(table).where(table.c.conversation.in_(ids)))


def _insert(
    connection: Connection, encoder: str, found: Sequence[Signal], vectors: Floats, derived: Sequence[Summary]
) -> None:
    if found:
        halves = np.asarray(vectors, np.float16)
        blobs = [
            {"segment": s.segment.id, "model": encoder, "vector": v.tobytes()}
            for s, v in zip(found, halves, strict=True)
        ]
        connection.execute(insert(signals), [_row(signal) for signal in found])
        connection.execute(insert(embeddings), blobs)
    if derived:
        connection.execute(insert(summaries), [summary_row(summary) for summary in derived])


def _row(s: Signal) -> dict[str, Any]:
    negative, neutral, positive = map(float, s.probabilities)
    evidence = [[e.kind, int(e.start), int(e.end)] for e in s.evidence]
    return {
        "segment": s.segment.id,
        **asdict(s.segment),
        "model": s.model,
        "intent": s.intent,
        "confidence": float(s.confidence),
        "abstained": bool(s.abstained),
        "sentiment": float(s.sentiment),
        "negative": negative,
        "neutral": neutral,
        "positive": positive,
        "friction": float(s.friction),
        "stage": s.stage,
        "stage_confidence": float(s.stage_confidence),
        "entities": [[e.type, int(e.start), int(e.end), e.value] for e in s.entities] or None,
        "details": {
            "intents": [[name, float(p)] for name, p in s.intents],
            "evidence": evidence,
            "language": s.language,
            "truncated": s.truncated,
            "outside": s.outside,
            "effort": s.effort,
            "leaving": s.leaving,
            "stages": [[name, float(p)] for name, p in s.stages],
        },
    }


def _signal(r: Row[Any]) -> Signal:
    return Signal(
        segment=Segment(r.conversation, r.turn, r.start, r.end),
        model=r.model,
        intent=r.intent,
        confidence=r.confidence,
        abstained=r.abstained,
        intents=tuple((name, p) for name, p in r.details["intents"]),
        sentiment=r.sentiment,
        probabilities=(r.negative, r.neutral, r.positive),
        friction=r.friction,
        stage=r.stage,
        stage_confidence=r.stage_confidence,
        evidence=tuple(Evidence(*e) for e in r.details["evidence"]),
        language=r.details.get("language", UNKNOWN),
        truncated=r.details.get("truncated", False),
        entities=tuple(Entity(*e) for e in r.entities or ()),
        outside=r.details.get("outside"),
        effort=r.details.get("effort", 0.0),
        leaving=r.details.get("leaving", 0.0),
        stages=tuple((name, p) for name, p in r.details.get("stages", ())),
    )


def _quotes() -> Select[Any]:
    c, a = conversations.c, assignments.c
    said_at = func.coalesce(turns.c.at, c.started_at).label("said_at")
    return (
        select(signals, segment_text().label("text"), c.channel, said_at, c.customer, a.theme)
        .join(turns, OF_TURN)
        .join(conversations, c.id == S.conversation)
        .outerjoin(assignments, and_(a.segment == S.segment, a.run == current_run()))
    )


def read_quotes(connection: Connection, segments: Sequence[str]) -> list[Quote]:
    found: dict[str, Quote] = {}
    for ids in chunks(dict.fromkeys(segments)):
        rows = connection.execute(_quotes().where(S.segment.in_(ids)))
        found |= {row.segment: _quote(row) for row in rows}
    return [found[segment] for segment in segments if segment in found]


def _quote(r: Row[Any]) -> Quote:
    signal = _signal(r)
    return Quote(signal.segment, r.text, r.channel, r.said_at, r.customer, signal, r.theme)
