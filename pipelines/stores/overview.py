"""The one page of figures about a whole store."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from nlp.taxonomy import UNSUPPORTED
from pipelines.stores.database import Database
from pipelines.stores.filters import TELLING, conditions, current_run
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import conversations, signals, summaries, themes

C, S = conversations.c, summaries.c
COUNT = func.count(TELLING.distinct()).label("conversations")
CUSTOMERS = func.count(func.nullif(C.customer, "").distinct()).label("customers")
READ = S.intent != UNSUPPORTED
MEANS = (
    func.avg(case((READ, S.friction))).label("friction"),
    func.avg(case((READ, S.sentiment))).label("sentiment"),
)
"""Of the conversations in a language that the models know: the others have no figures."""


def read_overview(database: Database, filter: Filter) -> dict[str, Any]:
    """Every key but `unassigned`, which the themes know."""
    week = database.backend.week(C.started_at).label("week")
    with database.read() as connection:
        stages = _groups(connection, S.stage, _annotated(filter, S.stage, COUNT, CUSTOMERS, *MEANS))
        intents = _groups(connection, S.intent, _annotated(filter, S.intent, COUNT, *MEANS))
        weekly = connection.execute(_select(filter, week, COUNT, *MEANS).group_by(week).order_by(week)).mappings().all()
        channels = connection.execute(_select(filter, C.channel, COUNT).group_by(C.channel).order_by(C.channel))
        return {
            **_totals(connection, filter),
            "channels": {row.channel: row.conversations for row in channels},
            "stages": stages,
            "intents": intents,
            "weekly": [{**row, "week": date.fromisoformat(str(row["week"]))} for row in weekly],
        }


def _totals(connection: Connection, filter: Filter) -> dict[str, Any]:
    annotated = _counted(C.annotated_model.is_not(None)).label("annotated")
    leaving, unread = _counted(S.leaving >= 0.5).label("leaving"), _counted(~READ).label("unsupported")
    again = func.count(C.duplicate_of).label("duplicates")
    times = (func.min(C.started_at).label("first"), func.max(C.started_at).label("last"))
    columns = (COUNT, again, annotated, CUSTOMERS, *MEANS, leaving, unread, *times)
    totals = connection.execute(_select(filter, *columns)).mappings().one()
    joined = select(func.count()).select_from(signals.join(conversations, C.id == signals.c.conversation))
    segments = connection.execute(joined.where(*conditions(filter))).scalar_one()
    current = select(func.count()).select_from(themes).where(themes.c.run == current_run(), themes.c.hidden.is_(False))
    return {**totals, "segments": segments, "themes": connection.execute(current).scalar_one()}


def _counted(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((which, TELLING)).distinct())


def _select(filter: Filter, *columns: ColumnElement[Any]) -> Select[Any]:
    joined = conversations.outerjoin(summaries, S.conversation == C.id)
    return select(*columns).select_from(joined).where(*conditions(filter))


def _annotated(filter: Filter, *columns: ColumnElement[Any]) -> Select[Any]:
    return _select(filter, *columns).where(S.conversation.is_not(None))


def _groups(connection: Connection, by: ColumnElement[Any], statement: Select[Any]) -> list[dict[str, Any]]:
    rows = connection.execute(statement.group_by(by).order_by(COUNT.desc(), by)).mappings().all()
    return [dict(row) for row in rows]
