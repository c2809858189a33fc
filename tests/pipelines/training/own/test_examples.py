"""Labelled texts: what is taken, what is left out with its rows, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.errors import BadInput, UnknownName
from pipelines.training.own.examples import EMPTY, TWICE, TWO_LABELS, UNREADABLE, hashes, named, read

ROWS = [("where is my parcel?", "parcel"), ("cancel my plan", "cancel"), ("it never came", "parcel")]


def csv(folder: Path, rows: list[tuple[str, str]], header: str = "body,topic") -> Path:
    path = folder / "mine.csv"
    path.write_text(header + "\n" + "".join(f"{json.dumps(text)},{label}\n" for text, label in rows))
    return path


def test_csv_json_lines_and_parquet_say_the_same(tmp_path: Path) -> None:
    records = [{"body": text, "topic": label} for text, label in ROWS]
    lines, parquet = tmp_path / "mine.jsonl", tmp_path / "mine.parquet"
    lines.write_text("".join(json.dumps(record) + "\n" for record in records))
    pq.write_table(pa.Table.from_pylist(records), parquet)
    found = [read(path, text="body", label="topic") for path in (csv(tmp_path, ROWS), lines, parquet)]
    assert found[0] == found[1] == found[2]
    assert found[0].texts == tuple(text for text, _ in ROWS)
    assert found[0].counts == {"cancel": 1, "parcel": 2}


def test_what_is_left_out_is_named_with_its_rows(tmp_path: Path) -> None:
    rows = [*ROWS, ("Cancel  MY plan", "cancel"), ("", "cancel"), ("help", "parcel"), ("Help", "cancel"), ("x", "")]
    found = read(csv(tmp_path, rows), text="body", label="topic")
    assert found.dropped == {TWICE: (4,), EMPTY: (5, 8), TWO_LABELS: (6, 7)}
    assert found.rows == (1, 2, 3)


def test_a_line_that_cannot_be_read_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"text": "a", "intent": "x"}\n{nope\n{"text": "b", "intent": "y"}\n')
    found = read(path, text="text", label="intent")
    assert found.texts == ("a", "b")
    assert found.dropped == {UNREADABLE: (2,)}


def test_texts_are_masked_as_they_are_when_the_model_serves(tmp_path: Path) -> None:
    found = read(csv(tmp_path, [("write to ann@example.com", "x"), ("b", "y")]), text="body", label="topic")
    assert found.texts[0] == "write to <EMAIL>"


def test_a_column_that_is_not_there_is_named_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"column \(record 1 of .*mine.csv\) 'text'; known: body, topic"):
        read(csv(tmp_path, ROWS), text="text", label="topic")


def test_labels_that_the_taxonomy_does_not_name_are_refused_with_their_rows(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"record 1, 3 of .*: 'parcel'; known: cancel, parcels. Did you mean"):
        read(csv(tmp_path, ROWS), text="body", label="topic", known=["cancel", "parcels"])


@pytest.mark.parametrize("rows", [[], [("", "a"), ("b", "")]])
def test_a_file_without_labelled_texts_is_refused(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    with pytest.raises(BadInput, match="no labelled texts in the columns 'body' and 'topic'"):
        read(csv(tmp_path, rows), text="body", label="topic")


def test_one_label_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="have the label 'parcel'; at least 2 intents are needed"):
        read(csv(tmp_path, [ROWS[0], ROWS[2]]), text="body", label="topic")


def test_texts_that_all_stand_under_two_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="all texts stand under two labels"):
        read(csv(tmp_path, [("a", "x"), ("a", "y")]), text="body", label="topic")


def test_a_text_is_known_again_whatever_its_case_and_spaces() -> None:
    assert np.array_equal(hashes(["Where is it?"]), hashes([" where  IS it? "]))
    assert not np.array_equal(hashes(["where is it?"]), hashes(["where is he?"]))


def test_many_rows_are_named_by_the_first_and_how_many_more() -> None:
    assert named(range(1, 4)) == "1, 2, 3"
    assert named(range(1, 15)).endswith("10 and 4 more")
