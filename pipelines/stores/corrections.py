"""The log of what people say of segments' findings, and the segments that wait for them."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, insert, or_, select

from nlp.corrections import Correction
from nlp.errors import UnknownName
from nlp.sentiment import SURE
from nlp.taxonomy import UNSUPPORTED
from pipelines.stores.conversations import UNSTORABLE
from pipelines.stores.database import Database
from pipelines.stores.filters import current_run
from pipelines.stores.schema import assignments, corrections, signals

C, S, A = corrections.c, signals.c, assignments.c
SECOND = 4
"""Of one in so many segments, by their length, a second opinion is wanted."""


class Corrections:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, correction: Correction) -> Correction:
        """Characters that a database refuses are replaced."""
        said = replace(correction, who=UNSTORABLE.sub("\ufffd", correction.who))
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            number = connection.execute(select(func.coalesce(func.max(C.number), 0) + 1)).scalar_one()
            added = replace(said, number=number)
            connection.execute(insert(corrections), [asdict(added)])
        return added

    def all(self, kind: str = "") -> list[Correction]:
        statement = select(corrections).order_by(C.number)
        with self._database.read() as connection:
            rows = connection.execute(statement.where(C.kind == kind) if kind else statement).mappings()
            return [Correction(**row) for row in rows]

    def doubtful(self, kind: str, who: str, *, limit: int = 50) -> list[str]:
        """Raises UnknownName."""
        others = select(func.count(C.who.distinct())).where(_of(kind)).correlate(signals).scalar_subquery()
        again = and_(others == 1, (S.end - S.start) % SECOND == 0)
        statement = (
            _asked(kind)
            .where(~exists().where(_of(kind), C.who == who), or_(others == 0, again))
            .order_by(case((others == 1, 0), else_=1), *_order(kind), S.segment)
        )
        with self._database.read() as connection:
            return list(connection.execute(statement.limit(limit)).scalars())

    def waiting(self, kind: str) -> int:
        """Raises UnknownName."""
        open_ones = _asked(kind).where(~exists().where(_of(kind))).subquery()
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(open_ones)).scalar_one()


def _of(kind: str) -> ColumnElement[bool]:
    return and_(C.segment == S.segment, C.kind == kind)


def _asked(kind: str) -> Select[Any]:
    if kind == "intent":
        return select(S.segment).where(S.abstained, S.intent != UNSUPPORTED)
    if kind == "sentiment":
        return select(S.segment).where(or_(S.negative >= SURE, S.positive >= SURE))
    if kind == "theme":
        placed = and_(A.segment == S.segment, A.run == current_run(), A.theme.is_not(None))
        return select(S.segment).join(assignments, placed)
    raise UnknownName.of("kind of correction", kind, ("intent", "sentiment", "theme"))


def _order(kind: str) -> tuple[ColumnElement[Any], ...]:
    return (A.confidence,) if kind == "theme" else (S.friction.desc(),)
