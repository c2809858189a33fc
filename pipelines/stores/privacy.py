"""Under which keys the pseudonyms are, and who has refused to be kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from nlp.identity.claim import Claim
from pipelines.stores.database import Database, chunks
from pipelines.stores.protocols.privacy import WITHHELD, Refusal
from pipelines.stores.schema import conversations, key_marks, refusals
from pipelines.stores.schema.columns import Json

R = refusals.c
OWN = R.identifier == R.whose
"""The row of a refusal that holds what is pending."""
KEYED = (R.whose == bindparam("own")) & (R.why == bindparam("reason"))
PENDING = bindparam("told", type_=Json())


class Privacy:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keys(self) -> list[str]:
        with self._database.read() as connection:
            return list(connection.scalars(select(key_marks.c.fingerprint).order_by(key_marks.c.number)))

    def put_keys(self, fingerprints: Sequence[str], at: datetime) -> None:
        rows = [{"number": n, "fingerprint": mark, "at": at} for n, mark in enumerate(fingerprints)]
        with self._database.write() as connection:
            self._database.upsert(connection, key_marks, rows)

    def refusals(self, *, among: Collection[str] | None = None) -> dict[str, set[str]]:
        every = select(R.identifier, R.why)
        wanted = [every] if among is None else [every.where(R.identifier.in_(part)) for part in chunks(among)]
        found: dict[str, set[str]] = {}
        with self._database.read() as connection:
            for row in (row for statement in wanted for row in connection.execute(statement)):
                found.setdefault(row.identifier, set()).add(row.why)
        return found

    def refuse(self, refusals: Collection[Refusal], *, at: datetime) -> None:
        with self._database.write() as connection:
            refuse(self._database, connection, refusals, at)
            _await(connection, refusals)

    def withhold(self, talks: Collection[str], *, at: datetime) -> int:
        with self._database.write() as connection:
            wanted = [select(conversations.c.id).where(conversations.c.id.in_(part)) for part in chunks(talks)]
            stored = [id for statement in wanted for id in connection.scalars(statement)]
            found = [Refusal(id, WITHHELD, frozenset({id})) for id in stored]
            refuse(self._database, connection, found, at)
            _await(connection, found)
        return len(found)

    def pending(self) -> list[Refusal]:
        own = refusals.alias()
        waiting = own.c.pending.is_not(None) & (own.c.whose == R.whose) & (own.c.why == R.why)
        statement = select(R.identifier, R.whose, R.why, own.c.pending).join(own, waiting)
        closed: dict[tuple[str, str], set[str]] = {}
        claims: dict[tuple[str, str], tuple[Claim, ...]] = {}
        with self._database.read() as connection:
            for row in connection.execute(statement.order_by(R.whose, R.why, R.identifier)):
                closed.setdefault((row.whose, row.why), set()).add(row.identifier)
                claims[row.whose, row.why] = tuple(Claim(*told) for told in row.pending)
        return [Refusal(*key, frozenset(found), claims[key]) for key, found in closed.items()]

    def closed_by(self, identifiers: Collection[str]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with self._database.read() as connection:
            for part in chunks(identifiers):
                for row in connection.execute(select(R.identifier, R.whose).where(R.identifier.in_(part))):
                    found.setdefault(row.identifier, set()).add(row.whose)
        return found

    def allow(self, whose: Iterable[str], *, why: str = "", among: Collection[str] | None = None) -> int:
        wanted: list[ColumnElement[bool]] = [R.whose.in_(part) for part in chunks(whose)]
        if among is not None:
            wanted = [each & R.identifier.in_(part) for each in wanted for part in chunks(among)]
        with self._database.write() as connection:
            statements = [delete(refusals).where(each, *([R.why == why] if why else [])) for each in wanted]
            return sum(connection.execute(statement).rowcount for statement in statements)


def refuse(database: Database, connection: Connection, found: Iterable[Refusal], at: datetime) -> None:
    """What is there already stays, with its time."""
    rows = [
        {"identifier": one, "why": refusal.why, "whose": refusal.whose, "at": at}
        for refusal in found
        for one in sorted(refusal.identifiers)
    ]
    if rows:
        connection.execute(database.backend.insert(refusals).on_conflict_do_nothing(), rows)


def done(connection: Connection, found: Iterable[Refusal]) -> None:
    """What was stored of them is forgotten, unless more was claimed meanwhile."""
    rows = [_row(refusal.whose, refusal.why, refusal.claims) for refusal in found]
    if rows:
        connection.execute(update(refusals).where(OWN, KEYED, R.pending == PENDING).values(pending=None), rows)
        connection.execute(delete(refusals).where(R.why == WITHHELD, R.pending.is_(None)))


def _await(connection: Connection, found: Collection[Refusal]) -> None:
    """Several records of one customer may refuse before any is forgotten: each is added."""
    told: dict[tuple[str, str], dict[Claim, None]] = {}
    for part in chunks({refusal.whose for refusal in found}):
        waiting = select(R.whose, R.why, R.pending).where(OWN, R.identifier.in_(part), R.pending.is_not(None))
        for row in connection.execute(waiting):
            told[row.whose, row.why] = dict.fromkeys(Claim(*claim) for claim in row.pending)
    for refusal in found:
        told.setdefault((refusal.whose, refusal.why), {}).update(dict.fromkeys(refusal.claims))
    if told:
        rows = [_row(whose, why, claims) for (whose, why), claims in told.items()]
        connection.execute(update(refusals).where(OWN, KEYED).values(pending=PENDING), rows)


def _row(whose: str, why: str, claims: Iterable[Claim]) -> dict[str, Any]:
    return {"own": whose, "reason": why, "told": [list(astuple(claim)) for claim in claims]}
