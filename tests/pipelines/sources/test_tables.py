"""Tables as Excel keeps them: a header under titles, dates and numbers of its own, and no damage that stops a run."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from nlp.conversation import Conversation
from pipelines import sources
from pipelines.sources import DeadRecord, Options


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("notes").append(["not read"])
    book.save(path)
    return path


ROWS: list[list[object]] = [
    ["Complaints of May"],
    [],
    ["Ticket ID", "Created", "Body", "Email", "Status", None],
    [1, datetime(2024, 5, 1, 9, 30), "My kettle leaks.", "Ann@Example.org", "open", "stray"],  # noqa: DTZ001
    [2, "2024-05-02", None, "ben@example.org", "open"],
    [3, "03/04/2020", "Where is it?", "eve@example.org", "closed"],
    [4, "2024-05-03", "Refund me.", None, "closed"],
]


def test_a_workbook_is_a_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "may.xlsx", ROWS)
    assert sources.guess(path) == ("table", "the name ends in .xlsx")
    options = Options(timezone="Europe/Paris")
    first, dead, last = sources.read(path, options)
    assert isinstance(first, Conversation)
    assert (first.id, first.customer, first.turns[0].text) == ("table:1", "email:ann@example.org", "My kettle leaks.")
    assert first.started_at == datetime(2024, 5, 1, 7, 30, tzinfo=UTC)
    assert first.metadata["status"] == "open"
    assert isinstance(dead, DeadRecord)
    assert (dead.record, dead.field, dead.value) == (3, "started_at", "03/04/2020")
    assert isinstance(last, Conversation)
    assert options.skipped == {"no text": 1}


def test_a_workbook_within_an_archive_is_read(tmp_path: Path) -> None:
    inner = workbook(tmp_path / "may.xlsx", ROWS)
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.write(inner, "a/may.xlsx")
    assert sources.files([archive]) == [archive / "a" / "may.xlsx"]
    assert len([item for item in sources.read(archive / "a" / "may.xlsx") if isinstance(item, Conversation)]) == 2


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_a_damaged_workbook_is_a_dead_letter(tmp_path: Path, name: str) -> None:
    whole = zipfile.ZipFile(io.BytesIO(workbook(tmp_path / "may.xlsx", ROWS).read_bytes()))
    path = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path, "w") as files:
        for info in whole.infolist():
            data = whole.read(info)
            files.writestr(info.filename, data[: len(data) // 2] if info.filename == name else data)
    found = list(sources.read(path, format="table"))
    assert isinstance(found[-1], DeadRecord)
    assert found[-1].file == str(path)
