"""frictionary export: every noun in every format, safe for spreadsheets, whole or not at all."""

import csv
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from api.commands import export as command
from api.commands import group
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.errors import BadInput, BadSetting, StoreError, UnknownName
from nlp.signal import Entity, Evidence, Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines import export, sinks
from pipelines.settings import ROOT
from pipelines.sinks.csv import FORMULA
from pipelines.stores import open_store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
EVIL = '=HYPERLINK("http://example.com", "refund")'


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three conversations of Ann and Bob, one event, one theme, one customer who never spoke."""
    url = f"sqlite:///{tmp_path_factory.mktemp('export')}/store.db"
    with open_store(url) as store:
        for n, (customer, text) in enumerate((("ann", EVIL), ("ann", "It broke, again."), ("bob", "It broke. 😀"))):
            at = START + n * DAY
            turns = (Turn(0, Speaker.CUSTOMER, text, at),)
            channel = Channel.CALL if n else Channel.TICKET
            store.conversations.put([Conversation(f"s:{n}", "s", channel, customer, at, turns)])
            cue = (Evidence("effort", 0, 2),)
            named = (Entity("product", 0, 2, "Lamp 2"), Entity("amount", 3, 5, "40 GBP"))
            intents, feeling = (("technical_fault", 0.9),), (0.7, 0.1, 0.2)
            segment = Segment(f"s:{n}", 0, 0, len(text))
            found = Signal(segment, "m", "technical_fault", 0.9, False, intents, -0.5, feeling, 40.0, "use", 0.8, cue)
            found = replace(found, entities=named, effort=0.5)
            summary = summarise(f"s:{n}", [found], language="en")
            store.signals.put("m", [f"s:{n}"], [found], np.ones((1, 4), np.float32), [summary])
        store.events.put([Event("e:1", "ann", "ordered", START - DAY, 9.5)])
        store.customers.put([Customer("ann", {"plan": "pro"}), Customer("cid", {})])
        member = Assignment("s:1#0:0", "r", "t1", 0.9, START + 5 * DAY)
        store.themes.put("r", [Theme("t1", "It breaks", "", ("break",), 1)], [member], np.zeros((1, 2), np.float32))
    return url


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["export", "--store", url, *arguments], catch_exceptions=False)


def rows(url: str, *arguments: str) -> list[dict[str, str]]:
    result = run(url, *arguments)
    assert result.exit_code == 0
    return list(csv.DictReader(result.stdout.splitlines()))


def test_what_is_named_comes_with_segments_and_by_how_many_with_themes(url: str) -> None:
    assert json.loads(rows(url, "signals")[0]["entities"]) == [["product", 0, 2, "Lamp 2"], ["amount", 3, 5, "40 GBP"]]
    assert json.loads(rows(url, "themes")[0]["entities"]) == [["product", "Lamp 2", 1]]


@pytest.mark.parametrize("noun", command.NOUNS)
def test_every_noun_comes_in_every_format_with_the_same_columns_and_rows(url: str, noun: str, tmp_path: Path) -> None:
    for format in command.FORMATS[: None if noun == "journeys" else -1]:
        result = run(url, noun, "--at", "2026-06-01", "--json", "--out", f"{tmp_path}/out.{format}")
        assert json.loads(result.stdout)["rows"] > 0
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        cells = list(csv.DictReader(file))
    table = parquet.read_table(tmp_path / "out.parquet")
    assert list(lines[0]) == list(cells[0]) == table.column_names == list(export.NOUNS[noun].columns)
    assert len(lines) == len(cells) == table.num_rows
    assert not list(tmp_path.glob("*.part"))


def test_what_is_no_event_log_is_no_xes(url: str, tmp_path: Path) -> None:
    assert command.FORMATS[-1] == "xes"
    with pytest.raises(BadInput, match="event logs"):
        run(url, "themes", "--out", f"{tmp_path}/out.xes")
    assert not list(tmp_path.iterdir())


def test_the_command_and_its_page_name_what_there_is() -> None:
    assert list(command.NOUNS) == sorted(export.NOUNS)
    assert list(command.FORMATS) == sinks.formats()
    assert list(command.CHANNELS) == list(Channel)
    page = (ROOT / "docs" / "export.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(command.NOUNS)
    assert "Examples:" in CliRunner().invoke(group, ["export", "--help"]).stdout


def test_times_are_iso_in_utc_and_what_is_not_known_is_empty(url: str) -> None:
    bob = rows(url, "features", "--at", "2026-03-05T10:00:00+01:00")[1]
    assert (bob["customer"], bob["at"], bob["days_since_contact"]) == ("bob", "2026-03-05T09:00:00Z", "1.0")
    assert (bob["days_since_event"], bob["sentiment_trend_90d"]) == ("", "")


def test_a_text_that_looks_like_a_formula_gets_an_apostrophe_in_csv_alone(url: str) -> None:
    assert [row["text"] for row in rows(url, "signals")] == [f"'{EVIL}", "It broke, again.", "It broke. 😀"]
    first = json.loads(run(url, "signals", "--format", "jsonl").stdout.splitlines()[0])
    assert (first["text"], first["evidence"]) == (EVIL, [["effort", 0, 2]])


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_cell_of_csv_starts_like_a_formula_and_texts_come_back(texts: list[str]) -> None:
    file = BytesIO()
    sinks.write(({"text": text, "n": -1.5} for text in texts), {"text": str, "n": float}, file, format="csv")
    cells = list(csv.reader(StringIO(file.getvalue().decode("utf-8"), newline="")))[1:]
    assert not any(FORMULA.match(text) for text, _ in cells)
    assert [text.removeprefix("'") for text, _ in cells] == [text.removeprefix("'") for text in texts]
    assert [n for _, n in cells] == ["-1.5"] * len(texts)


def test_filters_choose_conversations(url: str) -> None:
    assert [row["conversation"] for row in rows(url, "conversations", "--channel", "call")] == ["s:1", "s:2"]
    assert [row["themes"] for row in rows(url, "conversations", "--theme", "t1")] == ['["t1"]']
    assert [row["conversation"] for row in rows(url, "signals", "--until", "2026-03-03")] == ["s:0"]
    assert [row["id"] for row in rows(url, "customers", "--since", "2026-03-04")] == ["bob"]
    assert rows(url, "conversations", "--stage", "exit") == []


def test_customers_come_with_their_stage_and_attributes_also_those_who_never_spoke(url: str) -> None:
    ann, bob, cid = rows(url, "customers")
    assert (ann["conversations"], ann["events"], ann["stage"], ann["attributes"]) == (
        "2",
        "1",
        "use",
        '{"plan": "pro"}',
    )
    assert (bob["channels"], cid["stage"], cid["first_seen"]) == ('["call"]', "unknown", "")


def test_parquet_goes_to_standard_output_too(url: str) -> None:
    assert parquet.read_table(BytesIO(run(url, "themes", "--format", "parquet").stdout_bytes)).num_rows == 1


def test_wrong_usage_says_what_is_right(url: str) -> None:
    for arguments, said in (
        (["everything"], "signals"),
        (["themes", "--out", "themes.xlsx"], "parquet"),
        (["themes", "--json"], "--out"),
        (["themes", "--since", "yesterday"], "2026-05-31"),
        (["themes", "--channel", "fax"], "ticket"),
    ):
        result = run(url, *arguments)
        assert (result.exit_code, said in result.stderr) == (2, True)


def test_unknown_stages_themes_and_stores_are_explained(url: str, tmp_path: Path) -> None:
    for arguments, error, said in (
        (["--stage", "usage"], UnknownName, "consideration"),
        (["--theme", "t2"], UnknownName, "t1"),
        (["--out", f"{tmp_path}/no/such.csv"], BadSetting, "No such file"),
        (["--store", f"{tmp_path}/none.db"], StoreError, "frictionary ingest"),
    ):
        with pytest.raises(error, match=said):
            run(url, "themes", *arguments)


def test_rows_go_to_standard_output_bars_and_errors_to_standard_error(url: str) -> None:
    call = [sys.executable, "-c", "from api.commands import main; main()", "export", "themes", "--store", url]
    done = subprocess.run(call, capture_output=True, check=True, cwd=ROOT)
    assert (done.stdout.splitlines()[0][:8], b"themes" in done.stderr) == (b"id,name,", True)
    failed = subprocess.run([*call, "--stage", "usage"], capture_output=True, check=False, cwd=ROOT)
    assert (failed.returncode, failed.stdout, b"consideration" in failed.stderr) == (1, b"", True)


def half(out: str) -> None:
    with command.opened(out, seekable=False) as file:
        sinks.write([{"id": "t1", "name": "One"}, {"id": "t2"}], {"id": str, "name": str}, file, format="csv")


def test_a_file_takes_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("of yesterday")
    with pytest.raises(KeyError, match="name"):
        half(str(out))
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.csv", "of yesterday")]
