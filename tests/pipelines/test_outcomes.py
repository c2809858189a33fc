"""Outcomes out of a store: the themes of today, the customers' events, and what is too small to tell."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation
from nlp.customer import Event
from nlp.errors import NotFound, UnknownName
from nlp.summary import summarise
from pipelines.attribution import attributed
from pipelines.journeys import shipped
from pipelines.outcomes import asked, outcomes
from pipelines.stores import open_store
from pipelines.stores.protocols import Store


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        yield opened


def test_leaving_after_a_theme_is_told_beside_other_contacts(store: Store) -> None:
    found = outcomes(store, shipped())
    first, second = found["associations"]
    assert (first["theme"], first["name"], first["stage"], first["outcome"]) == (
        "t1",
        "Heater breaks",
        "use",
        "leaves",
    )
    assert (first["contacts"], first["risk"], first["others"], round(first["ratio"], 6)) == (40, 0.5, 0.1, 5.0)
    assert (first["stands_out"], second["theme"], second["stands_out"]) == (True, "t2", False)
    assert (found["until"], found["unknown"]) == (
        datetime(2026, 5, 1, 9, 0, tzinfo=UTC),
        ["writes_again", "does_not_buy"],
    )
    assert found["caveat"].startswith("Association, not cause")


def test_an_answer_does_not_depend_on_the_question(store: Store) -> None:
    found = outcomes(store, shipped())
    assert asked(store, found, theme="t2")["associations"] == found["associations"][1:]
    assert asked(store, found, stage="exit")["associations"] == []
    with pytest.raises(NotFound, match="t9"):
        asked(store, found, theme="t9")


def test_an_empty_store_has_no_outcomes(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/empty.db") as store:
        found = outcomes(store, shipped())
    assert (found["associations"], found["suppressed"], found["until"]) == ([], 0, None)
    assert found["unknown"] == ["leaves", "writes_again", "does_not_buy"]


def test_credit_for_leaving_falls_to_the_theme_that_customers_leave_after(store: Store) -> None:
    store.events.put([Event("e:later", "c099", "waved", datetime(2026, 9, 1, tzinfo=UTC))])
    found = attributed(store, shipped(), of="leaving", by="themes")
    assert [(c["touchpoint"], c["name"], c["paths"], c["ends"]) for c in found["credits"]] == [
        ("t1", "Heater breaks", 40, 20),
        ("t2", "Hub lost", 60, 6),
    ]
    assert (found["paths"], found["ends"], found["suppressed"]) == (100, 26, 0)
    assert [c["touchpoint"] for c in attributed(store, shipped())["credits"]] == ["chat at use"]
    assert attributed(store, shipped(), of="buying")["credits"] == []


def test_touchpoints_of_few_customers_are_counted_and_not_shown(store: Store) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    calls = [Conversation(f"s:x{n}", "s", Channel.CALL, f"c{n:03}", at, ()) for n in range(3)]
    store.conversations.put(calls)
    silent = [summarise(call.id, [], language="en") for call in calls]
    store.signals.put("m", [call.id for call in calls], [], np.zeros((0, 4), np.float32), silent)
    store.events.put([Event("e:later", "c099", "waved", datetime(2026, 9, 1, tzinfo=UTC))])
    found = attributed(store, shipped())
    assert ([c["touchpoint"] for c in found["credits"]], found["suppressed"]) == (["chat at use"], 1)


def test_what_attribution_does_not_know_is_told_with_what_it_knows(store: Store) -> None:
    with pytest.raises(UnknownName, match="buying, leaving"):
        attributed(store, shipped(), of="love")
    with pytest.raises(UnknownName, match="themes, touchpoints"):
        attributed(store, shipped(), by="stars")
