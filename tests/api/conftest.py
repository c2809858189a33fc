"""A store filled from a part of the sample through the real pipeline, and a client of the API over it."""

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from nlp.customer import Event
from nlp.themes.assign import Assigner
from nlp.themes.lineage import Fact
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator
from pipelines.discover import MINIMUM_FRICTION
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

SAMPLE = ROOT / "corpora" / "sample"
HERE = "http://localhost"
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("served")
    return Settings(
        store=f"sqlite:///{folder}/store.db", key="a key for tests", names=False, dead_letters=folder / "dead.jsonl"
    )


@pytest.fixture(scope="session")
def put_themes(annotator: Annotator) -> Callable[[Store], None]:
    """Puts two themes by hand, of the first and the second half of the segments that hurt: discovery takes its time."""

    def put(store: Store) -> None:
        ids, _, vectors, _ = store.signals.bearing(MINIMUM_FRICTION)
        half = len(ids) // 2
        centroids = np.stack([vectors[:half].mean(axis=0), vectors[half:].mean(axis=0)])
        centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
        themes = [
            Theme("t1", "Delivery <b>late</b>", "Parcels that do not come.", ("parcel", "late"), half, (ids[0],)),
            Theme("t2", "Charged twice", "Bills that are wrong.", ("charged", "bill"), len(ids) - half, (ids[-1],)),
        ]
        assigned = [Assignment(id, "first", "t1" if n < half else "t2", 0.5, NOW) for n, id in enumerate(ids)]
        serving = Assigner(centroids, np.full(2, 0.1, np.float32), ("t1", "t2"), annotator.encoder.version)
        facts = [Fact("first", NOW, "t1", "born"), Fact("first", NOW, "t2", "split from", "t1", 0.6)]
        store.themes.put(
            "first", themes, assigned, np.zeros((len(ids), 2), np.float32), serving.to_bytes(), facts=facts
        )

    return put


@pytest.fixture(scope="session")
def as_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the store as it was filled, whatever tests did to it since; there once `store` is."""
    return tmp_path_factory.mktemp("filled") / "store.db"


@pytest.fixture(scope="session")
def store(
    settings: Settings,
    annotator: Annotator,
    put_themes: Callable[[Store], None],
    as_filled: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Store]:
    part = tmp_path_factory.mktemp("part") / "tickets.jsonl"
    lines = (SAMPLE / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)
    part.write_text("".join(lines[:60]), "utf-8")
    with open_store(settings.store) as store:
        run([part], store=store, annotator=annotator, settings=settings, refit=False)
        put_themes(store)
        shopper = store.customers.page(limit=1)[0]["id"]
        store.events.put([Event("e1", shopper, "order_delivered", NOW - timedelta(days=90), 20.0)])
        with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"))) as filled:
            filled.execute("VACUUM INTO ?", (str(as_filled),))
        yield store


@pytest.fixture(scope="session")
def client(store: Store, settings: Settings, annotator: Annotator) -> TestClient:
    """Of an application that nothing is written to."""
    return TestClient(create_app(store, settings, annotator), base_url=HERE)


@pytest.fixture
def writable(settings: Settings, annotator: Annotator, tmp_path: Path) -> Iterator[TestClient]:
    """Of an application over an empty store of its own."""
    own = replace(settings, store=f"sqlite:///{tmp_path}/own.db")
    with open_store(own.store) as store:
        yield TestClient(create_app(store, own, annotator), base_url=HERE)


@pytest.fixture(scope="session")
def served() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """`with served(app) as address`: a server on a free port of this machine, in a thread."""

    @contextmanager
    def serve(app: FastAPI) -> Iterator[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=3))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.should_exit = True
            thread.join(10)

    return serve


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    """A store of customers some of whom have left."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('left')}/left.db") as opened:
        put_leavers(opened)
        yield opened


@pytest.fixture(scope="module")
def asked(left: Store, settings: Settings, annotator: Annotator) -> TestClient:
    return TestClient(create_app(left, settings, annotator), base_url="http://localhost")
