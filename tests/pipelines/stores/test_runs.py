"""The run log and the high-water marks, over every database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nlp.errors import NotFound
from pipelines.stores.database import Database
from pipelines.stores.protocols import Run, RunInput
from pipelines.stores.sql import SqlStore, migrate

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RUN = Run("r", MONDAY, counts={"read": 1}, seconds={"ingest": 0.5}, versions={"encoder": "e1"}, worker="here:1")


def test_a_run_comes_back_as_put_and_says_that_it_still_goes_on(store: SqlStore) -> None:
    store.runs.put(RUN)
    store.runs.beat("r", MONDAY + timedelta(minutes=1))
    assert store.runs.get("r") == replace(RUN, beat_at=MONDAY + timedelta(minutes=1))
    ended = replace(RUN, finished_at=MONDAY, status="failed", error="no space", resumes="q")
    store.runs.put(ended)
    assert store.runs.get("r") == ended
    with pytest.raises(NotFound, match="no run 'x'"):
        store.runs.get("x")


def test_runs_come_newest_first_and_by_status(store: SqlStore) -> None:
    later = replace(RUN, id="s", started_at=MONDAY + timedelta(hours=1), status="done")
    for run in (RUN, later):
        store.runs.put(run)
    assert store.runs.page() == [later, RUN]
    assert store.runs.page(limit=1) == [later]
    assert store.runs.page(status="running") == [RUN]


def test_what_a_run_took_in_comes_back_in_order_and_is_replaced(store: SqlStore) -> None:
    store.runs.put(RUN)
    first = RunInput("r", 1, "a.csv", "table", "ab" * 32, 12_000_000_000)
    second = RunInput("r", 2, "nats://support")
    store.runs.put_inputs([second, first])
    assert store.runs.inputs("r") == [first, second]
    read = replace(first, counts={"read": 3, "dead": 2}, dead={"id: the record has no id": 2}, seconds=1.5)
    store.runs.put_inputs([read])
    assert store.runs.inputs("r") == [read, second]
    assert store.runs.inputs("other") == []


def test_what_was_read_to_its_end_is_known_by_name_and_hash(store: SqlStore) -> None:
    store.runs.put(RUN)
    whole, cut = RunInput("r", 1, "a.csv", sha256="ab" * 32, seconds=1.5), RunInput("r", 2, "b.csv", sha256="cd" * 32)
    store.runs.put_inputs([whole, cut, RunInput("r", 3, "c.csv", seconds=0.1)])
    assert store.runs.read([whole.sha256, cut.sha256, "ef" * 32, ""]) == {("a.csv", whole.sha256)}
    assert store.runs.read([]) == set()


def test_marks_only_rise(store: SqlStore) -> None:
    assert store.marks.all() == {}
    store.marks.raise_to({"zendesk": MONDAY, "x": MONDAY}, run="r")
    store.marks.raise_to({"zendesk": MONDAY - timedelta(days=1), "x": MONDAY + timedelta(days=1)}, run="s")
    assert store.marks.all() == {"x": MONDAY + timedelta(days=1), "zendesk": MONDAY}


def test_runs_of_before_the_run_log_keep_their_figures(store: SqlStore, url: str) -> None:
    database = Database(url)
    store.runs.put(RUN)
    migrate(database, "0006")
    migrate(database)
    assert store.runs.get("r") == replace(RUN, worker="")
    database.engine.dispose()
