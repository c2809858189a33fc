"""Every database keeps jobs and replies: a job is one worker's, an answer is given again to its asker alone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from nlp.errors import NotFound, UnknownName
from pipelines.stores.protocols import Job, Reply
from pipelines.stores.sql import SqlStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LONG_AGO = {"since": NOON - timedelta(days=1), "stuck": NOON - timedelta(minutes=10)}


def job(n: int, **others: object) -> Job:
    return replace(Job(f"job-{n}", "export", {"table": "é"}, "key:1", "queued", NOON + n * MINUTE), **others)


def test_a_job_comes_back_as_put_and_pages_go_newest_first(store: SqlStore) -> None:
    for n in range(5):
        store.jobs.put(job(n, kind="annotate" if n % 2 else "export"))
    assert store.jobs.get("job-1") == job(1, kind="annotate")
    first = store.jobs.page(limit=2)
    rest = store.jobs.page(place=(first[-1].created_at, first[-1].id))
    assert [one.id for one in first + rest] == [f"job-{n}" for n in (4, 3, 2, 1, 0)]
    assert [one.id for one in store.jobs.page(kind="annotate", sort="created_at")] == ["job-1", "job-3"]
    assert store.jobs.page(state="done") == []
    with pytest.raises(NotFound, match="no job 'x'"):
        store.jobs.get("x")
    with pytest.raises(UnknownName):
        store.jobs.page(sort="colour")


def test_each_job_is_claimed_once_the_oldest_first(store: SqlStore) -> None:
    for n in range(6):
        store.jobs.put(job(n))
    first = store.jobs.claim("w", NOON)
    assert first == job(0, state="running", worker="w", started_at=NOON, beat_at=NOON, attempts=1)
    with ThreadPoolExecutor(6) as pool:
        others = list(pool.map(lambda n: store.jobs.claim(f"w{n}", NOON), range(6)))
    assert sorted(one.id for one in others if one) == [f"job-{n}" for n in range(1, 6)]
    assert store.jobs.claim("w", NOON) is None


def test_progress_is_told_and_an_end_is_final(store: SqlStore) -> None:
    store.jobs.put(job(1))
    store.jobs.claim("w", NOON)
    assert not store.jobs.beat("job-1", NOON + MINUTE, step="rows", done=3, total=9)
    store.jobs.cancel("job-1", NOON)
    assert store.jobs.beat("job-1", NOON + MINUTE, step="rows", done=4, total=None)
    store.jobs.end("job-1", "done", NOON + 2 * MINUTE, result={"rows": 9})
    store.jobs.end("job-1", "failed", NOON + 3 * MINUTE, error="late")
    found = store.jobs.get("job-1")
    assert (found.state, found.done, found.total, found.result, found.error) == ("done", 4, None, {"rows": 9}, "")
    assert found.finished_at == NOON + 2 * MINUTE


def test_what_waits_is_cancelled_at_once_and_what_is_over_stays(store: SqlStore) -> None:
    store.jobs.put(job(1))
    assert store.jobs.cancel("job-1", NOON).state == "cancelled"
    assert store.jobs.claim("w", NOON) is None
    assert store.jobs.cancel("job-1", NOON + MINUTE).finished_at == NOON
    with pytest.raises(NotFound):
        store.jobs.cancel("x", NOON)


def test_a_job_is_taken_back_from_a_worker_once(store: SqlStore) -> None:
    store.jobs.put(job(1))
    claimed = store.jobs.claim("w", NOON)
    assert claimed
    assert store.jobs.requeue(claimed, "queued", NOON)
    assert not store.jobs.requeue(claimed, "interrupted", NOON)
    again = store.jobs.claim("v", NOON)
    assert (again and again.attempts, again and again.worker) == (2, "v")
    assert not store.jobs.requeue(claimed, "queued", NOON)  # it is another's now


def test_a_key_is_begun_once_and_answers_again_to_its_asker_alone(store: SqlStore) -> None:
    assert store.replies.begin("ada", "k", "hash", NOON, **LONG_AGO) is None
    assert store.replies.begin("ada", "k", "hash", NOON, **LONG_AGO) == Reply("hash", NOON)
    assert store.replies.begin("bob", "k", "other", NOON, **LONG_AGO) is None
    told = Reply("hash", NOON, 201, {"location": "/é"}, b"\x00body")
    store.replies.answer("ada", "k", told)
    assert store.replies.begin("ada", "k", "hash", NOON, **LONG_AGO) == told
    store.replies.forget("ada", "k")
    assert store.replies.begin("ada", "k", "new", NOON, **LONG_AGO) is None


def test_a_key_is_free_again_after_its_time_or_where_it_was_never_answered(store: SqlStore) -> None:
    store.replies.begin("ada", "old", "hash", NOON, **LONG_AGO)
    store.replies.answer("ada", "old", Reply("hash", NOON, 200))
    store.replies.begin("ada", "stuck", "hash", NOON, **LONG_AGO)
    later = {"since": NOON - MINUTE, "stuck": NOON + MINUTE}
    assert store.replies.begin("ada", "old", "hash", NOON + 2 * MINUTE, **later) is not None
    assert store.replies.begin("ada", "stuck", "hash", NOON + 2 * MINUTE, **later) is None
    assert store.replies.drop(NOON + MINUTE) == 1


def test_only_one_of_many_begins_a_key(store: SqlStore) -> None:
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: store.replies.begin("ada", "k", "hash", NOON, **LONG_AGO), range(6)))
    assert found.count(None) == 1


def test_answers_that_may_quote_somebody_go_with_whoever_is_forgotten(store: SqlStore) -> None:
    store.replies.begin("ada", "k", "hash", NOON, **LONG_AGO)
    store.sweep.forget(["cid"])
    assert store.replies.drop(NOON + MINUTE) == 0
