"""Experiments and decisions by route and command: made, entered, told."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api.app import create_app
from api.commands import group
from nlp.customer import Event
from nlp.experiments.experiment import HELD, Entry, Experiment, arm
from nlp.redaction.pseudonyms import pseudonym
from pipelines.annotate import Annotator
from pipelines.experiments import result
from pipelines.journeys import shipped
from pipelines.keys import keys
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/own.db") as opened:
        yield opened


@pytest.fixture
def asked(own: Store, settings: Settings, annotator: Annotator) -> TestClient:
    return TestClient(create_app(own, settings, annotator), base_url="http://localhost")


def left(store: Store, experiment: Experiment, *, entered: bool) -> None:
    """400 customers; whoever is held out leaves after five days."""
    ids = [f"c{n:03}" for n in range(400)]
    store.events.put(Event(f"o:{id}", id, "ordered", START - timedelta(9), 9.0) for id in ids)
    gone = [Event(f"x:{id}", id, "cancelled", START + timedelta(5)) for id in ids if arm(experiment, id) == HELD]
    store.events.put([*gone, Event("last", "c000", "renewed", START + timedelta(60))])
    if entered:
        store.experiments.enter(experiment.name, [Entry(id, arm(experiment, id), START) for id in ids])


def made(store: Store, holdout: float = 0.2) -> Experiment:
    return store.experiments.put(Experiment("call-back", "00ff", holdout, 30, START))


def test_an_experiment_is_made_entered_and_ended_by_route(asked: TestClient, settings: Settings) -> None:
    body = {"name": "call-back", "holdout": 0.1, "started_at": "2026-03-02", "says": "Calls them."}
    first = asked.post("/v1/experiments", json=body)
    assert first.status_code == 201, first.text
    assert asked.post("/v1/experiments", json=body).json() == first.json()
    assert asked.post("/v1/experiments", json=body | {"holdout": 0.2}).status_code == 422
    assert asked.post("/v1/experiments", json={"name": "a b"}).status_code == 422
    assert asked.get("/v1/experiments").json()["items"] == [first.json()]
    told = asked.get("/v1/experiments/call-back/assignment?customer=c1").json()
    assert told == asked.get("/v1/experiments/call-back/assignment?customer=c1").json()
    assert (told["entered"], told["running"]) == (False, True)
    ann = pseudonym("email:ann@example.com", *keys(settings))
    came = asked.post("/v1/experiments/call-back/entries", json={"customers": ["c1", "email:ann@example.com"]}).json()
    assert [row["customer"] for row in came["items"]] == ["c1", ann]
    assert came["items"][0]["arm"] == told["arm"]
    assert asked.get(f"/v1/experiments/call-back/assignment?customer={ann}").json()["entered"]
    assert asked.post("/v1/experiments/call-back/end").json()["ended_at"]
    assert not asked.get("/v1/experiments/call-back/assignment?customer=c2").json()["running"]
    assert asked.post("/v1/experiments/call-back/entries", json={"customers": ["c2"]}).status_code == 422
    assert asked.get("/v1/experiments/other").status_code == 404


@pytest.mark.parametrize("entered", [True, False])
def test_what_being_treated_does_is_told(asked: TestClient, own: Store, entered: bool) -> None:
    left(own, made(own), entered=entered)
    found = asked.get("/v1/experiments/call-back/result").json()
    assert found["by"] == ("entries" if entered else "everybody known at the start")
    assert (sum(found["arms"].values()), found["waiting"], found["unfair"]) == (400, 0, False)
    leaves = found["uplifts"][0]
    assert (leaves["figure"], leaves["treated"], leaves["held"], leaves["difference"]) == ("leaves", 0, 1, -1)
    assert leaves["told"]
    assert leaves["high"] < 0
    shown = CliRunner().invoke(group, ["experiments", "result", "call-back", "--store", own.url])
    assert "leaves" in shown.output
    assert "Intervals hold for one look" in shown.output


def test_whose_days_are_not_over_wait_and_who_came_in_twice_is_left_out(own: Store) -> None:
    experiment = made(own)
    left(own, experiment, entered=True)
    late = [Entry("late", "treated", START + timedelta(55)), Entry("a", "holdout", START), Entry("b", "treated", START)]
    own.experiments.enter("call-back", late)
    own.identity.settle({"a": "b", "b": "b"}, [])
    found = result(own, shipped(), experiment)
    assert (found["waiting"], found["crossed"], sum(found["arms"].values())) == (1, 1, 400)


def test_arms_that_are_not_as_large_as_planned_are_told(own: Store) -> None:
    left(own, made(own), entered=False)
    own.experiments.enter("call-back", [Entry(f"c{n:03}", HELD if n < 5 else "treated", START) for n in range(400)])
    assert result(own, shipped(), own.experiments.get("call-back"))["unfair"]
    shown = CliRunner().invoke(group, ["experiments", "result", "call-back", "--store", own.url])
    assert "trust nothing here" in shown.output


def test_experiments_are_made_listed_and_ended_by_command(own: Store) -> None:
    def ran(*arguments: str) -> str:
        done = CliRunner().invoke(group, ["experiments", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    assert "10% are held out" in ran("create", "call-back", "--store", own.url)
    assert [one["name"] for one in json.loads(ran("list", "--json", "--store", own.url))] == ["call-back"]
    assert "call-back" in ran("list", "--store", own.url)
    assert ran("assign", "call-back", "c1", "--store", own.url).strip() in ("treated", "holdout")
    assert "ended at" in ran("end", "call-back", "--store", own.url)
    assert "19,265 customers" in ran("power", "--share", "0.1", "--difference", "-0.02")


def decisions(count: int = 120) -> list[dict[str, object]]:
    """Calling pays for those in use, writing for the others; each was chosen half of the time."""
    rows = []
    for n in range(count):
        stage, action = ("use", "renewal")[n % 2], ("call", "write")[n // 2 % 2]
        pays = (stage == "use") == (action == "call")
        head = {"id": f"d{n}", "policy": "p", "customer": f"c{n}", "at": "2026-03-02T09:00:00Z", "action": action}
        rows.append(head | {"propensity": 0.5, "context": {"stage": stage}, "reward": float(pays)})
    return rows


def test_decisions_are_logged_once_rewarded_and_asked_what_another_policy_earns(asked: TestClient, own: Store) -> None:
    rows = decisions()
    late = rows[0].pop("reward")
    assert asked.post("/v1/decisions", json={"choices": rows}).json() == {"new": 120}
    assert asked.post("/v1/decisions", json={"choices": rows}).json() == {"new": 0}
    assert asked.post("/v1/decisions/rewards", json={"rewards": {"d0": late, "x": 1}}).json() == {"known": 1}
    policy = {"otherwise": "write", "by": "stage", "actions": {"use": "call"}}
    found = asked.post("/v1/decisions/evaluation", json=policy).json()
    assert (found["choices"], found["matching"], found["logged"]["value"]) == (120, 60, 0.5)
    assert [one["way"] for one in found["worths"]] == ["ips", "snips", "dr"]
    assert all(abs(one["value"] - 1) < 0.1 for one in found["worths"])
    assert asked.post("/v1/decisions/evaluation", json={"otherwise": "bow"}).status_code == 422
    assert asked.post("/v1/decisions/evaluation", json={"otherwise": "call", "reward": "stays"}).status_code == 422
    bad = rows[0] | {"id": "new", "propensity": 0}
    assert asked.post("/v1/decisions", json={"choices": [bad]}).status_code == 422
    shown = CliRunner().invoke(
        group, ["experiments", "evaluate", "write", "--by", "stage", "--when", "use=call", "--store", own.url]
    )
    assert "60 of 120 decisions are alike" in shown.output


def test_what_the_store_tells_of_the_days_after_may_be_the_reward(asked: TestClient, own: Store) -> None:
    own.events.put(Event(f"o{n}", f"c{n}", "ordered", START, 9.0) for n in range(120))
    own.events.put(Event(f"x{n}", f"c{n}", "cancelled", START + timedelta(5)) for n in range(0, 120, 2))
    own.events.put([Event("last", "c1", "renewed", START + timedelta(60))])
    asked.post("/v1/decisions", json={"choices": [row | {"reward": None} for row in decisions()]})
    found = asked.post("/v1/decisions/evaluation", json={"otherwise": "call", "reward": "stays"}).json()
    assert (found["choices"], found["logged"]["value"]) == (120, 0.5)
