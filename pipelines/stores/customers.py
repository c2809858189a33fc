"""Customers, the identifiers that belong to them, and their visits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, func, or_, select

from nlp.customer import Customer
from nlp.errors import NotFound
from nlp.journeys.contact import Contact
from nlp.signal import Summary
from pipelines.stores.database import Database, chunks
from pipelines.stores.filters import conditions
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import conversations, customers, identity_links, summaries, turns

C = conversations.c
TABLE = customers


class Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, customers: Iterable[Customer]) -> int:
        """Returns how many were new or changed."""
        rows = [{"id": customer.id, "attributes": dict(customer.attributes)} for customer in customers]
        with self._database.write() as connection:
            return self._database.upsert_changed(connection, TABLE, rows)

    def get(self, id: str) -> Customer:
        with self._database.read() as connection:
            row = connection.execute(select(customers).where(customers.c.id == id)).first()
            spoke = row or connection.execute(select(C.id).where(C.customer == id).limit(1)).first()
        if not spoke or not id:
            raise NotFound(f"no customer {id!r}")
        return Customer(id, row.attributes if row else {})

    def all(self) -> Iterator[Customer]:
        for row in self._database.stream(select(customers).order_by(customers.c.id)):
            yield Customer(row.id, row.attributes)

    def link(self, pairs: Iterable[tuple[str, str]]) -> int:
        rows = [{"identifier": identifier, "customer": customer} for identifier, customer in pairs]
        with self._database.write() as connection:
            return self._database.upsert_changed(connection, identity_links, rows)

    def links(self) -> dict[str, str]:
        statement = select(identity_links).order_by(identity_links.c.identifier)
        with self._database.read() as connection:
            return {row.identifier: row.customer for row in connection.execute(statement)}

    def page(self, *, after: str = "", limit: int = 50) -> list[dict[str, Any]]:
        known = _known()
        statement = select(known).order_by(known.c.conversations.desc(), known.c.id).limit(limit)
        with self._database.read() as connection:
            if after:
                last = connection.execute(select(known.c.conversations).where(known.c.id == after)).scalar()
                if last is None:
                    raise NotFound(f"no customer {after!r} to page after")
                behind = and_(known.c.conversations == last, known.c.id > after)
                statement = statement.where(or_(known.c.conversations < last, behind))
            rows = [dict(row) for row in connection.execute(statement).mappings()]
            return _described(connection, rows)

    def visits(self, filter: Filter = Filter()) -> Iterator[tuple[str, datetime, str, str, float, float]]:
        """Conversations of unknown customers are left out."""
        s = summaries.c
        statement = (
            select(C.customer, C.started_at, C.id, s.stage, s.friction, s.sentiment)
            .join(summaries, s.conversation == C.id)
            .where(C.customer != "", *conditions(filter))
            .order_by(C.customer, C.started_at, C.id)
        )
        for row in self._database.stream(statement):
            yield tuple(row)

    def contacts(self, filter: Filter = Filter()) -> Iterator[Contact]:
        """Those of unknown customers come too, first, with the customer ""."""
        last = select(func.max(turns.c.at)).where(turns.c.conversation == C.id).scalar_subquery()
        statement = (
            select(C.id, C.source, C.channel, C.customer, C.started_at, last, *summaries.c)
            .join(summaries, summaries.c.conversation == C.id)
            .where(*conditions(filter))
            .order_by(C.customer, C.started_at, C.id)
        )
        for id, source, channel, customer, at, last_at, *found in self._database.stream(statement):
            yield Contact(id, source, channel, customer, at, last_at or at, Summary(*found))


def _known() -> Subquery:
    """Everyone with a row or a conversation: id and number of conversations."""
    spoke = select(C.customer.label("id")).where(C.customer != "")
    everyone = spoke.union(select(customers.c.id)).subquery()
    count = func.count(C.id).label("conversations")
    joined = everyone.outerjoin(conversations, C.customer == everyone.c.id)
    return select(everyone.c.id, count).select_from(joined).group_by(everyone.c.id).subquery()


def _described(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for part in chunks(rows):
        ids = [row["id"] for row in part]
        rows_of = connection.execute(select(customers).where(customers.c.id.in_(ids)))
        attributes = {row.id: row.attributes for row in rows_of}
        visits: dict[str, list[Any]] = {id: [] for id in ids}
        for visit in connection.execute(_conversations_of(ids)):
            visits[visit.customer].append(visit)
        for row in part:
            row |= _figures(visits[row["id"]]) | {"attributes": attributes.get(row["id"], {})}
    return rows


def _conversations_of(ids: Sequence[str]) -> Select[Any]:
    s = summaries.c
    return (
        select(C.customer, C.channel, C.started_at, s.friction, s.sentiment, s.stage)
        .outerjoin(summaries, s.conversation == C.id)
        .where(C.customer.in_(ids))
        .order_by(C.started_at, C.id)
    )


def _figures(visits: Sequence[Any]) -> dict[str, Any]:
    """Figures of what is not annotated yet are None."""
    found = [visit for visit in visits if visit.stage is not None]
    return {
        "channels": sorted({visit.channel for visit in visits}),
        "first_seen": visits[0].started_at if visits else None,
        "last_seen": visits[-1].started_at if visits else None,
        "friction": sum(v.friction for v in found) / len(found) if found else None,
        "sentiment": sum(v.sentiment for v in found) / len(found) if found else None,
        "stage": found[-1].stage if found else None,
    }
