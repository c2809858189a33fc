"""A source read again and again: the same twice adds nothing, a later state replaces an earlier one, marks tell since
when to read."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.freshness import LAST, Since
from pipelines.ingest import IngestReport, ingest
from pipelines.protect import Protector
from pipelines.settings import Settings
from pipelines.sources import Options
from pipelines.stores import open_store
from pipelines.stores.protocols import Run, Store

MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def ticket(number: int, day: int, *said: str, status: str = "open") -> dict[str, Any]:
    """A Zendesk ticket that began on 1 May and was last changed on a day of May."""
    comments = [{"id": n, "author_id": 7, "body": text, "public": True} for n, text in enumerate(said or ("late",))]
    times = {"created_at": "2026-05-01T08:00:00Z", "updated_at": f"2026-05-{day:02}T12:00:00Z"}
    said_at = [comment | {"created_at": f"2026-05-01T08:00:{n:02}Z"} for n, comment in enumerate(comments)]
    return {"id": number, "requester_id": 7, "status": status, "comments": said_at, **times}


def run(store: Store, folder: Path, *tickets: dict[str, Any], names: bool = False, **how: Any) -> IngestReport:
    path = folder / "export.jsonl"
    path.write_text("".join(json.dumps(ticket) + "\n" for ticket in tickets))
    settings = Settings(dead_letters=folder / "dead.jsonl")
    return ingest([path], store=store, protect=Protector(b"k", names=names), settings=settings, **how)


def test_a_later_export_updates_tickets_and_an_earlier_one_does_not_undo_it(store: Store, tmp_path: Path) -> None:
    first, second = ticket(1, 2), ticket(1, 3, "late", "here it is", status="solved")
    assert run(store, tmp_path, first, ticket(2, 2)).added == 2
    later = run(store, tmp_path, second, ticket(2, 2))
    assert (later.changed, later.same) == (1, 1)
    assert run(store, tmp_path, first, ticket(2, 2)) == IngestReport(files=1, read=2, same=1, old=1)
    found = store.conversations.get("zendesk:1")
    assert (found.metadata["status"], len(found.turns)) == ("solved", 2)


def test_a_ticket_that_was_only_touched_is_the_same(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, ticket(1, 2))
    assert run(store, tmp_path, ticket(1, 9)) == IngestReport(files=1, read=1, same=1)
    assert run(store, tmp_path, ticket(1, 5)).old == 1


def test_what_is_masked_otherwise_than_before_is_masked_again(store: Store, tmp_path: Path) -> None:
    said = ticket(1, 2, "Maria Keller never called me back about it")
    run(store, tmp_path, said)
    assert run(store, tmp_path, said, names=True).changed == 1
    assert "Keller" not in store.conversations.get("zendesk:1").turns[0].text


@pytest.mark.parametrize(("since", "read"), [(datetime(2026, 5, 3, 12, tzinfo=UTC), 2), (LAST, 3), (None, 3)])
def test_what_changed_before_a_moment_is_left_out(store: Store, tmp_path: Path, since: Since, read: int) -> None:
    report = run(store, tmp_path, ticket(1, 2), ticket(2, 3), ticket(3, 4), since=since)
    assert (report.added, report.old) == (read, 3 - read)


def test_since_last_reads_what_changed_since_the_last_run_and_each_source_has_its_mark(
    store: Store, tmp_path: Path
) -> None:
    run(store, tmp_path, ticket(1, 2), ticket(2, 3))
    assert store.marks.all() == {"zendesk": datetime(2026, 5, 3, 12, tzinfo=UTC)}
    grown = run(store, tmp_path, ticket(1, 2), ticket(2, 3, status="solved"), ticket(3, 4), since=LAST)
    assert (grown.added, grown.changed, grown.old) == (1, 1, 1)
    other = run(store, tmp_path, ticket(1, 2), since=LAST, options=Options(source="zendesk-uk"))
    assert other.added == 1
    assert store.marks.all() == {
        "zendesk": datetime(2026, 5, 4, 12, tzinfo=UTC),
        "zendesk-uk": datetime(2026, 5, 2, 12, tzinfo=UTC),
    }


def test_a_file_that_was_not_read_to_its_end_does_not_raise_the_mark(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path, ticket(1, 2))
    path = tmp_path / "export.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08 no gzip")
    settings = Settings(dead_letters=tmp_path / "dead.jsonl")
    whole = tmp_path / "whole.jsonl"
    whole.write_text(json.dumps(ticket(5, 9)))
    protect = Protector(b"k", names=False)
    ingest([path, whole], store=store, protect=protect, settings=settings, format="zendesk")
    assert store.marks.all() == {"zendesk": datetime(2026, 5, 2, 12, tzinfo=UTC)}


def test_a_clock_that_is_ahead_does_not_hide_what_comes_next(store: Store, tmp_path: Path) -> None:
    ahead = ticket(1, 2) | {"updated_at": "2199-01-01T00:00:00Z"}
    run(store, tmp_path, ahead)
    assert store.marks.all()["zendesk"] <= datetime.now(UTC)


def test_a_run_keeps_what_each_file_brought_and_why_records_died(store: Store, tmp_path: Path) -> None:
    store.runs.put(Run("r", MAY))
    bad = [ticket(n, 2) | {"created_at": f"soon {n}"} for n in (2, 3)]
    run(store, tmp_path, ticket(1, 2), *bad, {"id": 4, "status": "deleted"}, run="r")
    (input,) = store.runs.inputs("r")
    written = (tmp_path / "export.jsonl").read_bytes()
    assert (input.name, input.format, input.size) == (str(tmp_path / "export.jsonl"), "zendesk", len(written))
    assert len(input.sha256) == 64
    assert input.counts == {"read": 1, "added": 1, "dead": 2, "skipped": 1}
    assert input.dead == {"created_at: not a time; use ISO 8601, such as 2024-05-01T09:30:00Z": 2}
    assert input.seconds is not None


def test_dead_records_are_counted_by_what_is_wrong_not_by_where(store: Store, tmp_path: Path) -> None:
    store.runs.put(Run("r", MAY))
    path = tmp_path / "broken.jsonl"
    path.write_text("\n".join([json.dumps(ticket(1, 2)), '{"id": 5, "x": nil}', '{"id": 66, "x": nil}']))
    settings = Settings(dead_letters=tmp_path / "dead.jsonl")
    ingest([path], store=store, protect=Protector(b"k", names=False), settings=settings, run="r")
    assert store.runs.inputs("r")[0].dead == {"not valid JSON: Expecting value at character …": 2}
