"""Customers, the identifiers that belong to them, and their visits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    func,
    or_,
    select,
    type_coerce,
)

from nlp.customer import DATES, Customer, latest
from nlp.errors import NotFound
from nlp.journeys.contact import TAKEN_OVER, Contact
from pipelines.stores.database import Database, chunks
from pipelines.stores.filters import TELLING, conditions
from pipelines.stores.order import Place, ordered
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import conversations, customers, identity_links, summaries, turns
from pipelines.stores.summaries import read_summary

C, L = conversations.c, identity_links.c
TABLE = customers
OWNER = func.coalesce(L.customer, customers.c.id)
"""Whose a row's facts are: it is kept under the id that it came with, so that a link can be undone."""
LAST = (L.customer.is_(None), customers.c.id)
"""The customer's own row comes last, and stands."""


class Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, customers: Iterable[Customer]) -> int:
        """Returns how many were new or changed."""
        given, found = list(customers), dict[str, dict[str, Any]]()
        with self._database.write() as connection:
            for ids in chunks({customer.id for customer in given if DATES in customer.attributes}):
                stored = connection.execute(select(TABLE).where(TABLE.c.id.in_(ids)))
                found |= {row.id: row.attributes for row in stored}
            for customer in given:
                found[customer.id] = latest(found.get(customer.id, {}), customer.attributes)
            rows = [{"id": id, "attributes": attributes} for id, attributes in found.items()]
            return self._database.upsert_changed(connection, TABLE, rows)

    def get(self, id: str) -> Customer:
        """With the facts of all rows that are this customer's; where two tell one fact, its own row's stands."""
        with self._database.read() as connection:
            found = _facts(connection, [id])
            spoke = found or connection.execute(select(C.id).where(C.customer == id).limit(1)).first()
            owner = connection.execute(select(L.customer).where(L.identifier == id)).scalar()
        if not spoke or not id:
            raise NotFound(f"no customer {id!r}" + (f"; it is one with {owner!r}" if owner else ""))
        return Customer(id, found.get(id, {}))

    def all(self, among: Sequence[str] = ()) -> Iterator[Customer]:
        if among:
            with self._database.read() as connection:
                facts = {id: own for ids in chunks(among) for id, own in _facts(connection, ids).items()}
            yield from (Customer(id, facts[id]) for id in sorted(facts))
            return
        rows = self._database.stream(_owned().order_by(OWNER, *LAST))
        for owner, found in groupby(rows, key=lambda row: row.owner):
            yield Customer(owner, _merged(found))

    def wrote(self, filter: Filter = Filter()) -> dict[str, int]:
        statement = select(C.customer, func.count()).where(C.customer != "", *conditions(filter)).group_by(C.customer)
        with self._database.read() as connection:
            return dict(map(tuple, connection.execute(statement)))

    def page(
        self,
        filter: Filter = Filter(),
        *,
        after: str = "",
        limit: int = 50,
        sort: str = "-conversations",
        place: Place | None = None,
    ) -> list[dict[str, Any]]:
        known = _known(filter)
        sorts = {"conversations": known.c.conversations, "id": known.c.id}
        statement = ordered(select(known), sorts, known.c.id, sort=sort, place=place).limit(limit)
        with self._database.read() as connection:
            if after:
                last = connection.execute(select(known.c.conversations).where(known.c.id == after)).scalar()
                if last is None:
                    raise NotFound(f"no customer {after!r} to page after")
                behind = and_(known.c.conversations == last, known.c.id > after)
                statement = statement.where(or_(known.c.conversations < last, behind))
            rows = [dict(row) for row in connection.execute(statement).mappings()]
            return _described(connection, rows, filter)

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
            select(C.id, C.source, C.channel, C.customer, C.started_at, last, _handed(), C.duplicate_of, *summaries.c)
            .join(summaries, summaries.c.conversation == C.id)
            .where(*conditions(filter))
            .order_by(C.customer, C.started_at, C.id)
        )
        for id, source, channel, customer, at, last_at, handed, first, *found in self._database.stream(statement):
            yield Contact(id, source, channel, customer, at, last_at or at, read_summary(found), bool(handed), first)


def _handed() -> ColumnElement[bool]:
    """`nlp.journeys.contact.handed`, of a row of `conversations`."""
    bot, agent = turns.alias(), turns.alias()
    first = select(func.min(bot.c.number)).where(bot.c.conversation == C.id, bot.c.speaker == "bot")
    spoke = select(agent.c.number).where(agent.c.conversation == C.id, agent.c.speaker == "agent")
    after = spoke.where(agent.c.number > first.correlate(conversations).scalar_subquery())
    taken = type_coerce(C.metadata, Text).contains(f'"{TAKEN_OVER}": [', autoescape=True)
    return or_(taken, after.correlate(conversations).exists())


def _known(filter: Filter) -> Subquery:
    """Everyone with a row or a conversation, or with one that fulfils the filter: id and number of conversations."""
    count = func.count(TELLING.distinct()).label("conversations")
    if filter != Filter():
        chosen = select(C.customer.label("id"), count).where(C.customer != "", *conditions(filter))
        return chosen.group_by(C.customer).subquery()
    spoke = select(C.customer.label("id")).where(C.customer != "")
    everyone = spoke.union(select(OWNER.label("id")).select_from(_linked())).subquery()
    joined = everyone.outerjoin(conversations, C.customer == everyone.c.id)
    return select(everyone.c.id, count).select_from(joined).group_by(everyone.c.id).subquery()


def _linked() -> FromClause:
    return customers.outerjoin(identity_links, L.identifier == customers.c.id)


def _owned() -> Select[Any]:
    """(owner, attributes) of every row."""
    return select(OWNER.label("owner"), customers.c.attributes).select_from(_linked())


def _facts(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The attributes of each of these customers that has any row."""
    theirs = select(L.identifier).where(L.customer.in_(ids))
    own = and_(customers.c.id.in_(ids), L.customer.is_(None))
    rows = connection.execute(_owned().where(or_(customers.c.id.in_(theirs), own)).order_by(OWNER, *LAST))
    return {owner: _merged(found) for owner, found in groupby(rows, key=lambda row: row.owner)}


def _merged(rows: Iterable[Any]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for row in rows:
        facts |= row.attributes
    facts.pop(DATES, None)
    return facts


def _described(connection: Connection, rows: list[dict[str, Any]], filter: Filter) -> list[dict[str, Any]]:
    for part in chunks(rows):
        ids = [row["id"] for row in part]
        attributes = _facts(connection, ids)
        visits: dict[str, list[Any]] = {id: [] for id in ids}
        for visit in connection.execute(_conversations_of(ids, filter)):
            visits[visit.customer].append(visit)
        for row in part:
            row |= _figures(visits[row["id"]]) | {"attributes": attributes.get(row["id"], {})}
    return rows


def _conversations_of(ids: Sequence[str], filter: Filter) -> Select[Any]:
    s = summaries.c
    return (
        select(C.customer, C.channel, C.started_at, s.friction, s.sentiment)
        .outerjoin(summaries, s.conversation == C.id)
        .where(C.customer.in_(ids), *conditions(filter))
        .order_by(C.started_at, C.id)
    )


def _figures(visits: Sequence[Any]) -> dict[str, Any]:
    """Figures of what is not annotated yet are None."""
    found = [visit for visit in visits if visit.friction is not None]
    return {
        "channels": sorted({visit.channel for visit in visits}),
        "first_seen": visits[0].started_at if visits else None,
        "last_seen": visits[-1].started_at if visits else None,
        "friction": sum(v.friction for v in found) / len(found) if found else None,
        "sentiment": sum(v.sentiment for v in found) / len(found) if found else None,
    }
