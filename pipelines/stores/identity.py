"""Claims, decisions, matches, and what follows from them: whose each conversation and event is."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from nlp.identity.claim import Claim, Conflict, Decision, Match
from nlp.identity.traits import Traits
from pipelines.stores.database import Database, chunks
from pipelines.stores.decisions import add_decision, read_decisions
from pipelines.stores.schema import (
    conversations,
    events,
    identity_claims,
    identity_conflicts,
    identity_decisions,
    identity_links,
    identity_matches,
    identity_traits,
)

C = conversations.c


class Identity:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, claims: Iterable[Claim]) -> int:
        with self._database.write() as connection:
            rows = [
                {"record": c.record, "identifier": c.identifier, "source": c.source, "kind": c.kind} for c in claims
            ]
            return self._database.upsert_changed(connection, identity_claims, rows)

    def claims(self) -> Iterator[Claim]:
        statement = select(identity_claims).order_by(identity_claims.c.record, identity_claims.c.identifier)
        for row in self._database.stream(statement):
            yield Claim(*row)

    def decide(self, decision: Decision) -> Decision:
        return add_decision(self._database, identity_decisions, decision)

    def decisions(self) -> list[Decision]:
        return read_decisions(self._database, identity_decisions)

    def describe(self, traits: Iterable[tuple[str, Traits]]) -> int:
        found: dict[str, dict[str, set[str]]] = {}
        for identifier, told in traits:
            for name, hashes in told.items():
                found.setdefault(identifier, {}).setdefault(name, set()).update(hashes)
        if not found:
            return 0
        with self._database.write() as connection:
            for some in chunks(found):
                known = select(identity_traits).where(identity_traits.c.identifier.in_(some))
                for row in connection.execute(known):
                    for name, hashes in row.traits.items():
                        found[row.identifier].setdefault(name, set()).update(hashes)
            rows = [{"identifier": i, "traits": {n: sorted(h) for n, h in told.items()}} for i, told in found.items()]
            return self._database.upsert_changed(connection, identity_traits, rows)

    def traits(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        for row in self._database.stream(select(identity_traits).order_by(identity_traits.c.identifier)):
            yield row.identifier, row.traits

    def match(self, matches: Iterable[Match]) -> None:
        with self._database.write() as connection:
            connection.execute(delete(identity_matches))
            for rows in chunks(asdict(match) for match in matches):
                connection.execute(insert(identity_matches), rows)

    def matches(self) -> list[Match]:
        m = identity_matches.c
        with self._database.read() as connection:
            rows = connection.execute(select(identity_matches).order_by(m.probability.desc(), m.one, m.other))
            return [Match(*row) for row in rows]

    def settle(self, links: Mapping[str, str], conflicts: Iterable[Conflict]) -> int:
        rows = [{"identifier": identifier, "customer": customer} for identifier, customer in links.items()]
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            known = set(connection.execute(select(identity_links.c.identifier)).scalars())
            for gone in chunks(sorted(known - links.keys())):
                connection.execute(delete(identity_links).where(identity_links.c.identifier.in_(gone)))
            self._database.upsert_changed(connection, identity_links, rows)
            connection.execute(delete(identity_conflicts))
            for found in chunks(asdict(conflict) for conflict in conflicts):
                connection.execute(insert(identity_conflicts), found)
            _hand_over(connection, events)
            return _hand_over(connection, conversations)

    def links(self) -> dict[str, str]:
        with self._database.read() as connection:
            rows = connection.execute(select(identity_links).order_by(identity_links.c.identifier))
            return {row.identifier: row.customer for row in rows}

    def conflicts(self) -> list[Conflict]:
        statement = select(identity_conflicts).order_by(identity_conflicts.c.kind, identity_conflicts.c.node)
        with self._database.read() as connection:
            return [Conflict(r.node, r.kind, tuple(r.customers), r.reason) for r in connection.execute(statement)]

    def seen(self, identifiers: Iterable[str]) -> dict[str, tuple[int, datetime, datetime]]:
        found: dict[str, tuple[int, datetime, datetime]] = {}
        figures = (C.customer_given, func.count(), func.min(C.started_at), func.max(C.started_at))
        with self._database.read() as connection:
            for part in chunks(identifiers):
                statement = select(*figures).where(C.customer_given.in_(part)).group_by(C.customer_given)
                found |= {given: (count, first, last) for given, count, first, last in connection.execute(statement)}
        return found


def _hand_over(connection: Connection, table: Table) -> int:
    """Every row of conversations or events to the customer of the identifier that it was given; how many changed."""
    given, customer = table.c.customer_given, table.c.customer
    linked = select(identity_links.c.customer).where(identity_links.c.identifier == given).scalar_subquery()
    owner = func.coalesce(linked, given)
    changed: Any = connection.execute(update(table).where(customer != owner).values(customer=owner))
    return int(changed.rowcount)
