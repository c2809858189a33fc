"""A new model of own intents is served without a restart; one that is broken changes nothing and is told of."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.desk import Desk
from nlp.errors import StoreError
from nlp.routing import Routing
from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.training.own.train import Data, train

ROWS = ("where is my parcel", "my parcel is late", "cancel my plan", "end my plan", "stop the subscription now")


def trained(annotator: Annotator, folder: Path, *labels: str) -> Path:
    path = folder / "learn.csv"
    path.write_text("text,intent\n" + "".join(f"{text},{label}\n" for text, label in zip(ROWS, labels, strict=True)))
    out = folder / "my"
    train(Data(path), encoder=annotator.encoder, known=annotator.taxonomy, out=out, seed=1)
    return out


def test_a_folder_trained_anew_is_served_at_once(store: Store, annotator: Annotator, tmp_path: Path) -> None:
    model = trained(annotator, tmp_path, "parcel", "parcel", "stop", "stop", "stop")
    desk = Desk(store, annotator.with_intents(model), model=model, fresh=0)
    assert desk.annotator.taxonomy.intent_names == ("parcel", "stop")
    before = desk.annotator
    assert desk.annotator is before
    trained(annotator, tmp_path, "where", "where", "end", "end", "end")
    assert desk.analyst().texts(["where is my parcel"], ["1"])[0]["intent"] == "where"
    assert desk.annotator.taxonomy.intent_names == ("end", "where")
    assert desk.annotator.version != before.version


def test_a_broken_folder_leaves_the_old_one_serving_and_is_told_once(
    store: Store, annotator: Annotator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = trained(annotator, tmp_path, "parcel", "parcel", "stop", "stop", "stop")
    desk = Desk(store, annotator.with_intents(model), model=model, fresh=0)
    card = model / "card.toml"
    whole = card.read_text("utf-8")
    card.write_text("name = ")
    with caplog.at_level(logging.WARNING, "frictionary.api"):
        assert [desk.annotator.taxonomy.intent_names for _ in range(3)] == [("parcel", "stop")] * 3
    assert len(caplog.messages) == 1
    assert "card.toml: not valid TOML" in caplog.text
    card.write_text(whole.replace("seed = 1", "seed = 2"))
    (model / "intent.npz").write_bytes(b"half")
    with caplog.at_level(logging.WARNING, "frictionary.api"):
        assert desk.annotator.taxonomy.intent_names == ("parcel", "stop")
    assert "intent.npz is not the file of its card" in caplog.text


def test_a_conversation_is_taken_in_alone_after_a_new_model_and_the_rest_is_annotated_beside(
    settings: Settings, annotator: Annotator, tmp_path: Path
) -> None:
    model = trained(annotator, tmp_path, "parcel", "parcel", "stop", "stop", "stop")
    turns, at = [{"speaker": "customer", "text": "Where is my parcel?"}], "2026-10-05T09:30:00Z"
    said = [{"id": str(n), "channel": "chat", "customer": "x:1", "started_at": at, "turns": turns} for n in range(3)]
    with open_store(f"sqlite:///{tmp_path}/own.db") as store:
        client = TestClient(create_app(store, settings, annotator), base_url="http://localhost")
        assert client.post("/v1/conversations", json=said[:2]).json()["counts"]["annotated"] == 2
        own = replace(settings, model=str(model))
        app = create_app(store, own, annotator.with_intents(model))
        app.state.desk.writing.acquire()
        thread = app.state.desk.catch_up()
        assert thread is not None
        assert app.state.desk.catch_up() is None
        app.state.desk.writing.release()
        thread.join()
        assert {q.signal.intent for q in store.signals.all()} <= {"parcel", "stop", "none"}
        assert app.state.desk.catch_up() is None
        back = TestClient(create_app(store, settings, annotator), base_url="http://localhost")
        assert back.post("/v1/conversations", json=said[2]).json()["counts"]["annotated"] == 1
        for thread in threading.enumerate():
            if thread.name == "annotate anew":
                thread.join()
        assert store.conversations.waiting(annotator.version) == 0


def test_a_store_is_settled_once_for_all_who_ask_meanwhile(store: Store, annotator: Annotator) -> None:
    desk, done, going = Desk(store, annotator, pause=0.01), [], threading.Event()

    def work() -> None:
        done.append(desk.writing.locked())
        if len(done) == 1:
            going.set()
            asked.wait(10)

    asked = threading.Event()
    first = threading.Thread(target=desk.settle, args=(work,))
    first.start()
    assert going.wait(10)
    for _ in range(5):
        desk.settle(work)  # comes back at once
    asked.set()
    first.join(10)
    assert done == [True, True]


def test_a_store_that_refuses_to_be_settled_is_told_of_and_asked_again(
    store: Store, annotator: Annotator, caplog: pytest.LogCaptureFixture
) -> None:
    desk, done = Desk(store, annotator), []

    def refuse() -> None:
        raise StoreError("away")

    desk.settle(refuse)
    desk.settle(lambda: done.append(True))
    assert (done, "away" in caplog.text) == ([True], True)


def test_what_is_followed_is_looked_at_beside_those_who_ask(
    annotator: Annotator, tmp_path: Path, settings: Settings, put_themes: Callable[[Store], None]
) -> None:
    with open_store(f"sqlite:///{tmp_path}/own.db") as store:
        part = tmp_path / "tickets.jsonl"
        lines = (ROOT / "corpora" / "sample" / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)
        part.write_text("".join(lines[:10]), "utf-8")
        run([part], store=store, annotator=annotator, settings=settings, refit=False)
        desk = Desk(store, annotator, fresh=1_000.0)
        assert desk.themes() is None
        assert desk.routing().number == 0
        put_themes(store)
        store.routing.put(Routing(), at=datetime.now(UTC), who="ada")
        assert desk.themes() is None
        desk.refresh()
        assert desk.themes() is not None
        assert desk.routing().number == 1
