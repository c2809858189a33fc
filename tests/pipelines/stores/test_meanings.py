"""An index of meanings, over a PostgreSQL that has pgvector: `pgserver` brings one along."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from sqlalchemy import text

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.encoder import Floats
from nlp.errors import BadInput, StoreError
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines.stores import meanings
from pipelines.stores.database import Database
from pipelines.stores.protocols import Filter
from pipelines.stores.sql import SqlStore

pytestmark = pytest.mark.postgres
COUNT, DIMENSION = 300, 8
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pgserver = pytest.importorskip("pgserver", reason="needs pgserver, which brings a PostgreSQL with pgvector")
    # Where root runs the tests the server is another user's, who may not enter pytest's folders.
    with TemporaryDirectory() as folder, pgserver.get_server(f"{folder}/data", cleanup_mode="stop") as running:
        Path(folder).chmod(0o755)
        yield running.get_uri()


@pytest.fixture
def store(server: str) -> Iterator[SqlStore]:
    with SqlStore.open(server) as opened:
        yield opened


@pytest.fixture
def database(store: SqlStore, server: str) -> Iterator[Database]:
    database = Database(server)
    yield database
    with database.write() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    database.engine.dispose()


def vectors(seed: int, *, dimension: int = DIMENSION) -> Floats:
    drawn = np.random.default_rng(seed).normal(size=(COUNT, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def told(store: SqlStore, rows: Floats, *, encoder: str = "e1", model: str = "m", first: int = 0) -> None:
    """Conversations of one turn and one segment each."""
    ids, guess = [f"s:{n:03}" for n in range(first, first + len(rows))], ("refund", 0.9)
    said = (Turn(0, Speaker.CUSTOMER, "Where is my refund?", MONDAY),)
    store.conversations.put(Conversation(id, "s", Channel.CHAT, "ann", MONDAY, said) for id in ids)
    signals = [
        Signal(Segment(id, 0, 0, 9), model, *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.8)
        for id in ids
    ]
    summaries = [summarise(id, [signal], language="en") for id, signal in zip(ids, signals, strict=True)]
    store.signals.put(model, ids, signals, rows, summaries, encoder=encoder)


def indexed(database: Database) -> tuple[int, int]:
    """Segments in the index, and those that wait for it."""
    with database.read() as connection:
        return tuple(connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("meanings", "meanings_due"))  # type: ignore[return-value]


def test_what_is_found_with_an_index_is_what_is_found_without(store: SqlStore, database: Database) -> None:
    told(store, vectors(1))
    asked = vectors(2)[:20]
    without = [store.search.near(vector, encoder="e1", limit=10) for vector in asked]
    assert meanings.build(database) == COUNT
    with_index = [store.search.near(vector, encoder="e1", limit=10) for vector in asked]
    for found, exact in zip(with_index, without, strict=True):  # sums over blocks of other sizes round differently
        assert [replace(place, score=0) for place in found] == [replace(place, score=0) for place in exact]
        assert [place.score for place in found] == pytest.approx([place.score for place in exact], abs=1e-6)
    with database.read() as connection:
        near = meanings.candidates(connection, asked[0], 10)
        assert near is not None
        written = near.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {written}"))
    assert "meanings_near" in plan
    filtered = store.search.near(asked[0], Filter(customer="ann"), encoder="e1", limit=10)
    assert [place.conversation for place in filtered] == [place.conversation for place in without[0]]


def test_what_comes_later_is_found_at_once_and_is_in_the_index_after_a_run(store: SqlStore, database: Database) -> None:
    told(store, vectors(1)[:100])
    assert meanings.build(database) == 100
    told(store, vectors(1)[100:], first=100)
    assert indexed(database) == (100, 200)
    last = vectors(1)[-1]
    assert store.search.near(last, encoder="e1", limit=1)[0].conversation == f"s:{COUNT - 1:03}"
    assert (store.search.keep(), indexed(database)) == (200, (COUNT, 0))
    assert store.search.near(last, encoder="e1", limit=1)[0].conversation == f"s:{COUNT - 1:03}"


def test_what_means_something_else_or_is_gone_is_not_found_where_it_was(store: SqlStore, database: Database) -> None:
    told(store, vectors(1))
    meanings.build(database)
    told(store, vectors(3), encoder="e2", model="m2")
    assert store.search.near(vectors(3)[7], encoder="e2", limit=1)[0].conversation == "s:007"
    assert store.search.near(vectors(1)[7], encoder="e1") == []
    assert store.search.keep() == COUNT
    with database.write() as connection:
        connection.execute(text("DELETE FROM conversations WHERE id = 's:007'"))
        connection.execute(text("DELETE FROM signals WHERE conversation = 's:007'"))
    assert indexed(database) == (COUNT - 1, 0)
    assert "s:007" not in {place.conversation for place in store.search.near(vectors(3)[7], encoder="e2", limit=3)}


def test_an_encoder_of_other_dimensions_has_an_index_of_its_own(store: SqlStore, database: Database) -> None:
    told(store, vectors(1))
    meanings.build(database)
    told(store, vectors(4, dimension=12), encoder="e2", model="m2")
    assert store.search.near(vectors(4, dimension=12)[5], encoder="e2", limit=1)[0].conversation == "s:005"
    assert (store.search.keep(), indexed(database)) == (COUNT, (COUNT, 0))
    assert store.search.near(vectors(4, dimension=12)[5], encoder="e2", limit=1)[0].conversation == "s:005"


def test_vectors_that_are_no_numbers_are_near_nothing_and_keep_nothing_up(store: SqlStore, database: Database) -> None:
    rows = vectors(1)
    rows[3] = np.nan
    told(store, rows)
    meanings.build(database)
    assert indexed(database) == (COUNT - 1, 0)


def test_an_index_is_dropped_and_the_search_goes_on(store: SqlStore, database: Database) -> None:
    told(store, vectors(1))
    meanings.build(database)
    meanings.drop(database)
    assert store.search.keep() == 0
    assert store.search.near(vectors(1)[9], encoder="e1", limit=1)[0].conversation == "s:009"
    told(store, vectors(2))


def test_nothing_embedded_gives_no_index(store: SqlStore, database: Database) -> None:
    with pytest.raises(BadInput, match="nothing is embedded yet"):
        meanings.build(database)
    assert store.search.keep() == 0


def test_sqlite_says_that_it_has_no_such_index(tmp_path: Path) -> None:
    with SqlStore.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        assert opened.search.keep() == 0
        database = Database(opened.url)
        with pytest.raises(StoreError, match="needs PostgreSQL with pgvector"):
            meanings.build(database)
        database.engine.dispose()
