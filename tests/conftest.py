"""The shipped models, loaded once for all tests and changed by none, and a store's worth of customers who leave."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Event
from nlp.encoder import Encoder
from nlp.names import Names
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.reading import Parse
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator
from pipelines.naming import parser
from pipelines.settings import Settings
from pipelines.stores import sql
from pipelines.stores.database import Database
from pipelines.stores.protocols import Store

settings.register_profile("untimed", deadline=None)  # how long an example takes tells of the machine
settings.load_profile("untimed")


def pytest_runtest_setup() -> None:
    """A test that would begin after TESTS_UNTIL, in seconds of Unix time, is skipped."""
    if time.time() > float(os.environ.get("TESTS_UNTIL", "inf")):
        pytest.skip("it would begin after TESTS_UNTIL")


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite store without a row."""
    path = tmp_path_factory.mktemp("empty") / "store.db"
    sql.SqlStore.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(autouse=True)
def new_stores(monkeypatch: pytest.MonkeyPatch, empty_store: Path) -> None:
    """A new SQLite store begins as a copy of the empty one: to migrate takes longer than most tests. The stores' own
    tests migrate each."""
    real = sql.migrate

    def migrate(database: Database, revision: str = "head") -> None:
        file = Path(database.engine.url.database or "")
        new = database.engine.dialect.name == "sqlite" and file.parent.is_dir() and not file.exists()
        if revision == "head" and new:
            copyfile(empty_store, file)
        real(database, revision)

    monkeypatch.setattr(sql, "migrate", migrate)


@pytest.fixture(scope="session")
def annotator() -> Annotator:
    return Annotator.load(Settings().models, Settings().taxonomy)


@pytest.fixture(scope="session")
def assert_near() -> Callable[[Any, Any], None]:
    """Says that two answers are the same: equal labels, and figures within 0.01, friction's (0..100) within 1."""

    def check(one: Any, other: Any, *, within: float = 0.01) -> None:
        if isinstance(one, dict):
            assert one.keys() == other.keys()
            for name in one:
                check(one[name], other[name], within=1 if name == "friction" else within)
        elif isinstance(one, list | tuple):
            assert len(one) == len(other)
            for each, like in zip(one, other, strict=True):
                check(each, like, within=within)
        elif isinstance(one, float):
            assert one == pytest.approx(other, abs=within)
        else:
            assert one == other

    return check


@pytest.fixture(scope="session")
def encoder(annotator: Annotator) -> Encoder:
    return annotator.encoder


@pytest.fixture(scope="session")
def names() -> Names:
    return Names.load()


@pytest.fixture(scope="session")
def parse() -> Parse:
    return parser()


@pytest.fixture(scope="session")
def put_leavers() -> Callable[[Store], None]:
    """Puts 40 customers who write once about t1, half of whom leave, and 60 about t2, of whom six leave; on one day."""
    start, day = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), timedelta(days=1)

    def put(store: Store) -> None:
        ids = [f"s:{n}" for n in range(100)]
        told = (Turn(0, Speaker.CUSTOMER, "It broke.", start),)
        store.conversations.put(
            Conversation(id, "s", Channel.CHAT, f"c{n:03}", start, told) for n, id in enumerate(ids)
        )
        segments, guess = [Segment(id, 0, 0, 9) for id in ids], ("praise", 0.9)
        signals = [Signal(s, "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.8) for s in segments]
        summaries = [summarise(id, [signal], language="en") for id, signal in zip(ids, signals, strict=True)]
        store.signals.put("m", ids, signals, np.ones((100, 4), np.float32), summaries)
        themes = [Theme("t1", "Heater breaks", "", (), 40), Theme("t2", "Hub lost", "", (), 60)]
        placed = [Assignment(s.id, "r", "t1" if n < 40 else "t2", 0.9, start) for n, s in enumerate(segments)]
        store.themes.put("r", themes, placed, np.zeros((100, 2), np.float32))
        gone = [*range(20), *range(40, 46)]
        store.events.put(Event(f"e:{n}", f"c{n:03}", "cancelled", start + 9 * day) for n in gone)
        store.events.put([Event("e:late", "c099", "waved", start + 60 * day)])

    return put
