"""Findings in doubt by the API, the pages and the command line."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import group
from api.retraining import REPORT, Retraining
from nlp.errors import BadInput
from nlp.metrics import Interval
from pipelines.annotate import Annotator
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.training.own.retrain import Beside, Retrained

PAGE = {"accept": "text/html"}


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    """100 messages whose intent the model vouches for, but for the first ten."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        for n in range(10):
            (signal,), summary = opened.signals.of(f"s:{n}"), opened.signals.summary(f"s:{n}")
            doubtful = replace(signal, abstained=True, confidence=0.3, intents=(("praise", 0.3), ("none", 0.2)))
            opened.signals.put("m", [f"s:{n}"], [doubtful], _vector(), [summary])
        yield opened


def _vector() -> object:
    import numpy as np

    return np.ones((1, 4), np.float32)


@pytest.fixture
def client(store: Store, annotator: Annotator, tmp_path: Path) -> TestClient:
    settings = Settings(reviewed=tmp_path / "reviewed")
    return TestClient(create_app(store, settings, annotator), base_url="http://localhost")


def token(client: TestClient, path: str) -> str:
    return re.findall(r'name="csrf_token" value="([^"]+)"', client.get(path, headers=PAGE).text)[0]


def test_what_waits_is_told_and_what_is_said_of_it_is_kept(client: TestClient) -> None:
    (first, *rest) = client.get("/v1/review", params={"who": "Ada"}).json()
    assert len(rest) == 9
    assert first["options"] == [{"value": "praise", "score": 0.3}, {"value": "none", "score": 0.2}]
    said = {"kind": "intent", "segment": first["segment"], "value": "billing_dispute", "who": "Ada"}
    kept = client.post("/v1/review", json=said).json()
    assert (kept["number"], kept["guess"], kept["who"]) == (1, "praise", "Ada")
    assert client.get("/v1/review/corrections").json() == [kept]
    assert [item["segment"] for item in client.get("/v1/review", params={"who": "Ada"}).json()] == [
        r["segment"] for r in rest
    ]
    standing = client.get("/v1/review/standing").json()
    assert (standing["judged"], standing["waiting"], standing["with_model"]["alike"]["value"]) == (1, 9, 0.0)


def test_what_cannot_be_said_is_refused_with_what_can(client: TestClient) -> None:
    said = {"kind": "intent", "segment": "s:0#0:0", "value": "bilings", "who": "Ada"}
    answer = client.post("/v1/review", json=said)
    assert answer.status_code == 422
    assert "billing_dispute" in answer.text


def test_a_page_asks_who_one_is_and_then_what_one_thinks(client: TestClient) -> None:
    assert "Your name" in client.get("/review", headers=PAGE).text
    page = client.get("/review?who=Ada", headers=PAGE).text
    assert page.count('class="item"') == 10
    assert "The model is not sure." in page


def test_what_is_said_on_the_page_is_kept_and_not_asked_again(client: TestClient, store: Store) -> None:
    fields = {"kind": "intent", "who": "Ada", "segment": "s:0#0:0", "value": "none", "other": ""}
    form = fields | {"csrf_token": token(client, "/review?who=Ada")}
    answer = client.post("/review", data=form, headers=PAGE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/review?kind=intent&who=Ada")
    assert [c.value for c in store.corrections.all()] == ["none"]
    assert client.get("/review?who=Ada", headers=PAGE).text.count('class="item"') == 9


def test_a_form_of_another_site_keeps_nothing(client: TestClient, store: Store) -> None:
    client.post("/review", data={"kind": "intent", "who": "Eve", "segment": "s:0#0:0", "value": "none"}, headers=PAGE)
    assert store.corrections.all() == []


def test_no_theme_can_be_said(client: TestClient, store: Store) -> None:
    fields = {"kind": "theme", "who": "Ada", "segment": "s:0#0:0", "value": "-"}
    client.post("/review", data=fields | {"csrf_token": token(client, "/review?who=Ada")}, headers=PAGE)
    assert [(c.value, c.guess) for c in store.corrections.all()] == [("", "t1")]
    assert store.themes.members()["s:0#0:0"] is None


def test_too_few_corrections_are_told_on_the_page(client: TestClient) -> None:
    client.post("/review/retrain", data={"csrf_token": token(client, "/review?who=Ada")}, headers=PAGE)
    for _ in range(100):
        page = client.get("/review", headers=PAGE).text
        if "at least 10 are needed" in page:
            return
    raise AssertionError("the page does not tell")


def test_a_report_is_shown_with_its_intervals_before_anybody_switches(
    store: Store, tmp_path: Path, annotator: Annotator
) -> None:
    beside = Beside(
        "corrections held out", 40, Interval(0.5, 0.4, 0.6), Interval(0.8, 0.7, 0.9), Interval(0.3, 0.2, 0.4)
    )
    folder, serving = tmp_path / "reviewed", tmp_path / "serving"
    for place in (folder, serving):
        place.mkdir()
        (place / "intent.npz").write_bytes(str(place).encode())
    told = asdict(Retrained(folder, 120, 900, (beside,))) | {"better": True, "at": datetime(2026, 5, 1, tzinfo=UTC)}
    (folder / REPORT).write_text(json.dumps(told, default=str), "utf-8")
    client = TestClient(create_app(store, Settings(reviewed=folder), annotator), base_url="http://localhost")
    page = client.get("/review", headers=PAGE).text
    assert "80 % <small>70 to 90</small>" in page
    assert "+30.0 <small>+20.0 to +40.0</small>" in page
    assert f"frictionary serve --model {folder}" in page
    with pytest.raises(BadInput, match="--model"):
        Retraining(store, Settings(reviewed=folder)).switch()
    own = Retraining(store, Settings(reviewed=folder, model=str(serving)))
    own.switch()
    assert (serving / "intent.npz").read_bytes() == str(folder).encode()


def test_a_switch_is_undone_by_a_button(store: Store, tmp_path: Path, annotator: Annotator) -> None:
    folder, serving = tmp_path / "reviewed", tmp_path / "serving"
    for place in (folder, serving):
        place.mkdir()
        for name in ("intent.npz", "card.toml"):
            (place / name).write_text(f"# {place.name}", "utf-8")
    told = asdict(Retrained(folder, 120, 900, ())) | {"better": True, "at": datetime(2026, 5, 1, tzinfo=UTC)}
    (folder / REPORT).write_text(json.dumps(told, default=str), "utf-8")
    settings = Settings(reviewed=folder, model=str(serving))
    client = TestClient(create_app(store, settings, annotator), base_url="http://localhost", headers=PAGE)
    assert "Go back to the model before" not in client.get("/review").text
    form = {"csrf_token": token(client, "/review")}
    client.post("/review/switch", data=form)
    page = client.get("/review").text
    assert "It serves now." in page
    assert "Serve the new model" not in page
    assert (serving / "intent.npz").read_text("utf-8") == "# reviewed"
    client.post("/review/back", data=form)
    assert (serving / "intent.npz").read_text("utf-8") == "# serving"
    assert "Serve the new model" in client.get("/review").text
    assert client.post("/review/back", data=form).status_code == 400


def test_the_command_lists_corrects_tells_and_exports(store: Store) -> None:
    def call(*words: str) -> str:
        found = CliRunner().invoke(group, ["review", *words, "--store", store.url], catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.output

    rows = json.loads(call("list", "--who", "Ada", "--json"))
    assert [row["segment"] for row in rows] == [f"s:{n}#0:0" for n in range(10)]
    assert "the model said praise" in call("correct", "s:0#0:0", "billing_dispute", "--who", "Ada")
    assert "1 judged, 9 wait" in call("standing")
    (row,) = csv.DictReader(io.StringIO(call("export")))
    assert (row["text"], row["intent"], row["segment"]) == ("It broke.", "billing_dispute", "s:0#0:0")
