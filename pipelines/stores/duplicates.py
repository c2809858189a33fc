"""What was told more than once: fingerprints, the links that follow, and whom conversations count with."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import case, delete, func, insert, or_, select, update

from nlp.conversation import Conversation
from nlp.duplicates.fingerprint import SIZE, Fingerprint, Signature
from nlp.duplicates.links import Link, Told
from nlp.encoder import Floats
from nlp.identity.claim import Decision
from pipelines.stores.conversations import read_conversations
from pipelines.stores.database import Database, chunks
from pipelines.stores.decisions import add_decision, read_decisions
from pipelines.stores.schema import (
    conversations,
    duplicate_decisions,
    duplicate_links,
    embeddings,
    fingerprints,
    signals,
    summaries,
)

C, D, F, S = conversations.c, duplicate_links.c, fingerprints.c, signals.c
TOLD = (C.id, C.customer, C.started_at, F.digest, F.head, F.words, F.signature, F.again, F.repost, C.channel)
VOUCHED = case((summaries.c.abstained, ""), else_=func.coalesce(summaries.c.intent, ""))


class Duplicates:
    def __init__(self, database: Database) -> None:
        self._database = database

    def unread(self, *, batch: int = 500) -> Iterator[list[Conversation]]:
        joined = conversations.outerjoin(fingerprints, F.conversation == C.id)
        stale = or_(F.content_hash.is_(None), F.content_hash != C.content_hash)
        after = ""
        while True:
            statement = select(conversations).select_from(joined).where(stale, C.id > after).order_by(C.id).limit(batch)
            with self._database.read() as connection:
                found = read_conversations(connection, statement)
            if not found:
                return
            yield found
            after = found[-1].id

    def keep(self, prints: Mapping[str, Fingerprint]) -> None:
        with self._database.write() as connection:
            for ids in chunks(prints):
                hashes = connection.execute(select(C.id, C.content_hash).where(C.id.in_(ids)))
                rows = [_row(id, content, prints[id]) for id, content in hashes]
                self._database.upsert(connection, fingerprints, rows)

    def told(self) -> Iterator[Told]:
        joined = _told_with_intent()
        statement = select(*TOLD, VOUCHED).select_from(joined).where(C.customer != "")
        for row in self._database.stream(statement.order_by(C.customer, C.started_at, C.id)):
            yield _told(row)

    def passed_on(self) -> list[Told]:
        joined = _told_with_intent()
        heads = select(F.head).where(F.repost)
        statement = select(*TOLD, VOUCHED).select_from(joined).where(F.head.in_(heads)).order_by(C.id)
        with self._database.read() as connection:
            return [_told(row) for row in connection.execute(statement)]

    def long(self, words: int) -> tuple[list[str], list[str], Signature]:
        joined = conversations.join(fingerprints, F.conversation == C.id)
        statement = select(C.id, C.customer, F.signature).select_from(joined).where(F.words >= words, ~F.repost)
        ids: list[str] = []
        customers: list[str] = []
        held = bytearray()
        for id, customer, signature in self._database.stream(statement.order_by(C.started_at, C.id)):
            ids.append(id)
            customers.append(customer)
            held += signature
        return ids, customers, np.frombuffer(bytes(held), np.uint32).reshape(-1, SIZE)

    def vectors(self, conversations: Iterable[str]) -> dict[str, Floats]:
        sums: dict[tuple[str, str], Floats] = {}
        columns = (S.conversation, embeddings.c.model, S.end - S.start, embeddings.c.vector)
        statement = select(*columns).join(embeddings, embeddings.c.segment == S.segment).order_by(S.segment)
        with self._database.read() as connection:
            for ids in chunks(sorted(set(conversations))):
                for id, model, size, vector in connection.execute(statement.where(S.conversation.in_(ids))):
                    weighed = np.frombuffer(vector, np.float16).astype(np.float32) * size
                    sums[id, model] = sums.get((id, model), np.float32(0)) + weighed
        return {id: total / max(float(np.linalg.norm(total)), 1e-9) for (id, _), total in sorted(sums.items())}

    def begun(self, conversations: Iterable[str]) -> dict[str, datetime]:
        found: dict[str, datetime] = {}
        with self._database.read() as connection:
            for ids in chunks(sorted(set(conversations))):
                rows = connection.execute(select(C.id, C.started_at).where(C.id.in_(ids)))
                found |= {row.id: row.started_at for row in rows}
        return found

    def links(self, conversation: str = "") -> list[Link]:
        statement = select(duplicate_links).order_by(D.later, D.earlier, D.kind)
        if conversation:
            statement = statement.where(or_(D.later == conversation, D.earlier == conversation))
        with self._database.read() as connection:
            rows = connection.execute(statement).mappings()
            return [Link(**row) for row in rows]

    def settle(self, links: Iterable[Link], originals: Mapping[str, str]) -> int:
        with self._database.write() as connection:
            self._database.backend.lock(connection)
            connection.execute(delete(duplicate_links))
            for rows in chunks(asdict(link) for link in links):
                connection.execute(insert(duplicate_links), rows)
            known = dict(connection.execute(select(C.id, C.duplicate_of).where(C.duplicate_of.is_not(None))).all())
            moved = [id for id in known.keys() | originals.keys() if known.get(id) != originals.get(id)]
            for id in sorted(moved):
                connection.execute(update(conversations).where(C.id == id).values(duplicate_of=originals.get(id)))
        return len(moved)

    def originals(self) -> dict[str, str]:
        statement = select(C.id, C.duplicate_of).where(C.duplicate_of.is_not(None)).order_by(C.id)
        with self._database.read() as connection:
            return {row.id: row.duplicate_of for row in connection.execute(statement)}

    def page(self, *, kind: str = "", limit: int = 50) -> list[dict[str, Any]]:
        pairs = {link.later: link.earlier for link in self.links() if link.kind == kind} if kind else self.originals()
        groups: dict[str, list[str]] = {}
        for later, first in pairs.items():
            groups.setdefault(first, []).append(later)
        largest = sorted(groups, key=lambda first: (-len(groups[first]), first))[:limit]
        begun = self.begun([*largest, *(id for first in largest for id in groups[first])])
        with self._database.read() as connection:
            channels = dict(connection.execute(select(C.id, C.channel).where(C.id.in_(largest))).all())
        return [
            {
                "original": first,
                "at": begun[first],
                "channel": channels[first],
                "conversations": sorted([first, *groups[first]], key=lambda id: (begun[id], id)),
            }
            for first in largest
        ]

    def decide(self, decision: Decision) -> Decision:
        return add_decision(self._database, duplicate_decisions, decision)

    def decisions(self) -> list[Decision]:
        return read_decisions(self._database, duplicate_decisions)


def _row(id: str, content: str, found: Fingerprint) -> dict[str, Any]:
    columns = {name: getattr(found, name) for name in ("digest", "head", "words", "again", "repost")}
    return {"conversation": id, "content_hash": content, "signature": found.signature.tobytes(), **columns}


def _told_with_intent() -> Any:
    joined = conversations.join(fingerprints, F.conversation == C.id)
    return joined.outerjoin(summaries, summaries.c.conversation == C.id)


def _told(row: Any) -> Told:
    id, customer, at, digest, head, words, signature, again, repost, channel, intent = row
    print_ = Fingerprint(digest, head, words, np.frombuffer(signature, np.uint32), again, repost)
    return Told(id, customer, at, print_, channel, intent)
