"""Turns by what they say (the database's full text index) and by what they mean (the segments' embeddings)."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select, tuple_

from nlp.conversation import Channel, Speaker
from nlp.encoder import Floats
from pipelines.stores.database import Database, chunks
from pipelines.stores.filters import conditions
from pipelines.stores.meanings import candidates, keep
from pipelines.stores.protocols import Filter
from pipelines.stores.protocols.search import Passage, Place, Words
from pipelines.stores.schema import conversations, embeddings, signals, turns

BLOCK = 8_192
"""Vectors in memory at once."""
OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters, with which a database marks what it met in a text: no text should hold them."""
T, C, S = turns.c, conversations.c, signals.c
OF_CONVERSATION = C.id == T.conversation


class Search:
    def __init__(self, database: Database) -> None:
        self._database = database

    def words(self, asked: Words, filter: Filter = Filter(), *, speaker: str = "", limit: int = 1_000) -> list[Place]:
        found = self._database.backend.matches(asked, mark=(OPEN, CLOSE))
        statement = (
            select(T.conversation, T.number, found.score.label("score"))
            .select_from(found.source)
            .join(conversations, OF_CONVERSATION)
            .where(found.condition, *conditions(filter))
            .order_by(found.score.desc(), T.conversation, T.number)
            .limit(limit)
        )
        if speaker:
            statement = statement.where(T.speaker == speaker)
        with self._database.read() as connection:
            return [Place(*row) for row in connection.execute(statement)]

    def near(
        self, vector: Floats, filter: Filter = Filter(), *, encoder: str, least: float = 0.0, limit: int = 1_000
    ) -> list[Place]:
        statement = select(S.conversation, S.turn, S.start, S.end, embeddings.c.vector)
        statement = statement.join(signals, S.segment == embeddings.c.segment).where(embeddings.c.model == encoder)
        if filter != Filter():
            statement = statement.join(conversations, C.id == S.conversation).where(*conditions(filter))
        best: dict[tuple[str, int], Place] = {}
        with self._database.read() as connection:
            if filter == Filter() and (near := candidates(connection, _unit(vector), limit)) is not None:
                statement = statement.where(S.segment.in_(near))
            for place in _near(connection, statement, _unit(vector), least, limit):
                known = best.get((place.conversation, place.turn))
                if known is None or place.score > known.score:
                    best[place.conversation, place.turn] = place
        ranked = sorted(best.values(), key=lambda place: (-place.score, place.conversation, place.turn))
        return ranked[:limit]

    def keep(self) -> int:
        return keep(self._database)

    def read(self, places: Sequence[Place], asked: Words | None = None) -> list[Passage]:
        wanted = list(dict.fromkeys((place.conversation, place.turn) for place in places))
        said_at = func.coalesce(T.at, C.started_at)
        columns = (T.conversation, T.number, T.speaker, T.text, said_at, C.channel, C.customer)
        found: dict[tuple[str, int], Passage] = {}
        with self._database.read() as connection:
            for keys in chunks(wanted, 100):
                met = self._met(connection, asked, keys) if asked else {}
                statement = select(*columns).join(conversations, OF_CONVERSATION)
                for row in connection.execute(statement.where(tuple_(T.conversation, T.number).in_(keys))):
                    id, number, speaker, text, at, channel, customer = row
                    marked = marks(met.get((id, number), ""), text)
                    found[id, number] = Passage(
                        id, number, Speaker(speaker), text, at, Channel(channel), customer, marked
                    )
        return [found[key] for key in wanted if key in found]

    def _met(self, connection: Connection, asked: Words, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
        found = self._database.backend.matches(asked, mark=(OPEN, CLOSE))
        statement = select(T.conversation, T.number, found.marked).select_from(found.source)
        statement = statement.where(found.condition, tuple_(T.conversation, T.number).in_(keys))
        return {(row[0], row[1]): row[2] for row in connection.execute(statement)}


def marks(marked: str, text: str) -> tuple[tuple[int, int], ...]:
    """The characters of `text` between marks; those that only white space parts are one. Nothing where the marked text
    has marks of its own, so that it is not told which are the database's."""
    if OPEN in text or CLOSE in text:
        return ()
    found: list[tuple[int, int]] = []
    place, start = 0, 0
    for character in marked:
        if character == OPEN:
            start = place
        elif character == CLOSE:
            if found and not text[found[-1][1] : start].strip():
                start = found.pop()[0]
            found.append((start, place))
        else:
            place += 1
    return tuple(found)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)


def _near(connection: Connection, statement: Select[Any], vector: Floats, least: float, limit: int) -> Iterator[Place]:
    """The nearest of each block: memory is that of one, however many vectors there are."""
    rows = connection.execution_options(yield_per=BLOCK).execute(statement)
    for block in rows.partitions():
        matrix = np.frombuffer(b"".join(row[4] for row in block), np.float16).reshape(len(block), -1)
        if matrix.shape[1] != len(vector):
            continue
        near = matrix.astype(np.float32)
        lengths = np.linalg.norm(near, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = np.nan_to_num((near @ vector) / lengths, nan=-1.0)
        places = np.flatnonzero(cosines >= least)
        for n in places[np.argsort(-cosines[places], kind="stable")][:limit]:
            conversation, turn, start, end = block[n][:4]
            yield Place(conversation, turn, float(cosines[n]), start, end)
