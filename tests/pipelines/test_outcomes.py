"""Outcomes out of a store: the themes of today, the customers' events, and what is too small to tell."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.errors import NotFound
from pipelines.journeys import shipped
from pipelines.outcomes import outcomes
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
    everything = outcomes(store, shipped())["associations"]
    assert outcomes(store, shipped(), theme="t2")["associations"] == everything[1:]
    assert outcomes(store, shipped(), stage="exit")["associations"] == []
    with pytest.raises(NotFound, match="t9"):
        outcomes(store, shipped(), theme="t9")


def test_an_empty_store_has_no_outcomes(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/empty.db") as store:
        found = outcomes(store, shipped())
    assert (found["associations"], found["suppressed"], found["until"]) == ([], 0, None)
    assert found["unknown"] == ["leaves", "writes_again", "does_not_buy"]
