"""Ingest: batches into a store, protected first, with dead letters that give nothing away."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nlp.conversation import Conversation
from nlp.errors import BadInput
from pipelines.ingest import IngestReport, ingest
from pipelines.settings import Settings


class Kept:
    """Conversations in a dict."""

    def __init__(self) -> None:
        self.rows: dict[str, Conversation] = {}
        self.batches: list[int] = []

    def put(self, conversations: Iterable[Conversation]) -> tuple[int, int]:
        batch = list(conversations)
        self.batches.append(len(batch))
        added = sum(c.id not in self.rows for c in batch)
        changed = sum(c.id in self.rows and self.rows[c.id] != c for c in batch)
        self.rows |= {c.id: c for c in batch}
        return added, changed


def run(path: Path, kept: Kept, folder: Path) -> IngestReport:
    store: Any = SimpleNamespace(conversations=kept)
    settings = Settings(dead_letters=folder / "dead.jsonl")
    return ingest([path], store=store, protect=lambda c: replace(c, customer="someone"), settings=settings)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    path, kept = tmp_path / "t.csv", Kept()
    path.write_text("id,text,date\n" + "".join(f"{n},hello,2024-05-01\n" for n in range(1200)))
    assert run(path, kept, tmp_path) == IngestReport(files=1, read=1200, added=1200)
    assert kept.batches == [500, 500, 200]
    assert {c.customer for c in kept.rows.values()} == {"someone"}
    assert run(path, kept, tmp_path) == IngestReport(files=1, read=1200)


def test_a_dead_letter_shows_twenty_characters_and_no_digit(tmp_path: Path) -> None:
    path, kept = tmp_path / "t.csv", Kept()
    path.write_text("id,text,date\n1,hello,card 4111 1111 1111 1111\n2,,2024-05-01\n")
    report = run(path, kept, tmp_path)
    assert (report.dead, report.skipped, report.read) == (1, 1, 0)
    (line,) = (tmp_path / "dead.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "file": str(path),
        "record": 1,
        "field": "started_at",
        "reason": "not a time; use ISO 8601, such as 2024-05-01T09:30:00Z",
        "value": "card #### #### #### ",
    }


def test_a_missing_file_stops_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        run(tmp_path / "none.csv", Kept(), tmp_path)
