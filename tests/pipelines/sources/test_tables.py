"""Tables as Excel keeps them: a header under titles, dates and numbers of its own, and no damage that stops a run."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from nlp.conversation import Conversation
from nlp.errors import BadSetting
from pipelines import sources
from pipelines.sources import DeadRecord, Options
from pipelines.sources.table import mapping_of, proposal


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


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("03/04/2020", "day-first", datetime(2020, 4, 3, tzinfo=UTC)),
        ("03/04/2020", "month-first", datetime(2020, 3, 4, tzinfo=UTC)),
        ("5/14/2024 3:07 PM", "month-first", datetime(2024, 5, 14, 15, 7, tzinfo=UTC)),
        ("5/14/2024, 12:07:09 a.m.", "month-first", datetime(2024, 5, 14, 0, 7, 9, tzinfo=UTC)),
        ("14.05.2024 08:00", "day-first", datetime(2024, 5, 14, 8, tzinfo=UTC)),
        ("2024-05-14T08:00:00Z", "day-first", datetime(2024, 5, 14, 8, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_order_that_the_mapping_tells(
    written: str, order: str, read: datetime, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'id,text,date\n1,Where is it?,"{written}"\n', "utf-8")
    (found,) = sources.read(path, Options(mapping={"dates": order}))
    assert isinstance(found, Conversation)
    assert found.started_at == read


def test_without_an_order_a_date_that_can_be_read_two_ways_is_not_read_and_the_remedy_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text,date\n1,Where is it?,03/04/2020\n", "utf-8")
    (dead,) = sources.read(path)
    assert isinstance(dead, DeadRecord)
    assert "dates=day-first or dates=month-first" in dead.reason


def test_a_date_that_its_order_does_not_allow_is_told_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text,date\n1,Where is it?,14/05/2024\n", "utf-8")
    (dead,) = sources.read(path, Options(mapping={"dates": "month-first"}))
    assert isinstance(dead, DeadRecord)
    assert dead.value == "14/05/2024"


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/04/2020", "14/04/2020"], "day-first"),
        (["03/04/2020", "04/14/2020"], "month-first"),
        (["03.04.2020", "01.02.2020"], "day-first"),
        (["03/04/2020", "01/02/2020"], None),
        (["13/04/2020", "04/14/2020"], None),
        (["13/04/2020", "2020-04-14"], None),
    ],
)
def test_the_order_of_dates_is_proposed_where_a_column_leaves_no_other(
    dates: list[str], order: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,text,date\n" + "".join(f"{n},Where is it?,{date}\n" for n, date in enumerate(dates)), "utf-8")
    assert proposal(path, Options())[2].get("dates") == order


def test_an_unknown_order_of_dates_lists_the_known() -> None:
    with pytest.raises(BadSetting, match="day-first, month-first"):
        mapping_of({"dates": "year-first"})
