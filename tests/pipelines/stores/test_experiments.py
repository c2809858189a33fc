"""Experiments, entries and choices, over every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nlp.errors import NotFound
from nlp.experiments.experiment import Entry, Experiment
from nlp.experiments.policies import Choice
from pipelines.stores.sql import SqlStore

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALLS = Experiment("call-back", "00ff", 0.1, 30, DAY, says="We call\x00 them.")
CHOICE = Choice("d1", "p", "c1", DAY, "call", 0.25, {"angry": True, "stage": "use", "days": 3})


def test_the_first_experiment_of_a_name_stays(store: SqlStore) -> None:
    assert store.experiments.put(CALLS).says == "We call\ufffd them."
    assert store.experiments.put(replace(CALLS, salt="other")).salt == "00ff"
    later = store.experiments.put(replace(CALLS, name="later", started_at=DAY + timedelta(days=1)))
    assert [one.name for one in store.experiments.all()] == [later.name, "call-back"]
    with pytest.raises(NotFound, match="no experiment 'x'"):
        store.experiments.get("x")


def test_an_experiment_ends_once(store: SqlStore) -> None:
    store.experiments.put(CALLS)
    assert store.experiments.end("call-back", DAY + timedelta(days=9)).ended_at == DAY + timedelta(days=9)
    assert store.experiments.end("call-back", DAY + timedelta(days=12)).ended_at == DAY + timedelta(days=9)
    with pytest.raises(NotFound):
        store.experiments.end("x", DAY)


def test_the_first_entry_of_a_customer_stays(store: SqlStore) -> None:
    store.experiments.put(CALLS)
    entries = [Entry(f"c{n:04}", "treated", DAY) for n in range(2_500)]
    assert store.experiments.enter("call-back", [*entries, Entry("c0000", "holdout", DAY)]) == 2_500
    assert store.experiments.enter("call-back", [Entry("c0001", "holdout", DAY), Entry("d", "holdout", DAY)]) == 1
    found = store.experiments.entries("call-back")
    assert (len(found), found[1]) == (2_501, Entry("c0001", "treated", DAY))
    assert [entry.customer for entry in store.experiments.entries("call-back", among=["d", "e", "c0002"])] == [
        "c0002",
        "d",
    ]
    assert store.experiments.entries("x") == []


def test_a_choice_stays_as_it_was_and_its_reward_may_come_later(store: SqlStore) -> None:
    assert store.choices.put([CHOICE, replace(CHOICE, id="d0", policy="q")]) == 2
    assert store.choices.put([replace(CHOICE, action="write", propensity=0.9)]) == 0
    assert [choice.id for choice in store.choices.all()] == ["d0", "d1"]
    assert list(store.choices.all("p")) == [CHOICE]
    assert store.choices.reward({"d1": 1.0, "nobody's": 2.0}) == 1
    assert store.choices.put([replace(CHOICE, reward=None)]) == 0
    assert list(store.choices.all("p")) == [replace(CHOICE, reward=1.0)]


def test_who_is_forgotten_is_in_no_experiment_and_no_choice(store: SqlStore) -> None:
    store.experiments.put(CALLS)
    store.experiments.enter("call-back", [Entry("c" + "0" * 20, "treated", DAY)])
    store.choices.put([replace(CHOICE, customer="c" + "0" * 20)])
    store.sweep.forget(["c" + "0" * 20])
    assert (store.experiments.entries("call-back"), list(store.choices.all())) == ([], [])
    assert store.experiments.get("call-back")
