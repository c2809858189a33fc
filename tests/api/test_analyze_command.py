"""`frictionary analyze`: a pipe of texts in, one JSON object a line out, in order."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group
from api.commands.analyze import LONGEST, batches

KEYS = {
    "id", "intent", "confidence", "abstained", "doubt", "outside", "intents", "secondary", "review", "sentiment",
    "sentiment_class", "probabilities",
    "friction", "effort", "leaving", "stage", "stage_confidence", "theme", "entities", "language", "truncated",
}  # fmt: skip
COMMAND = [sys.executable, "-c", "from api.commands import main; main()", "analyze"]


def analyze(text: str | bytes, *options: str) -> list[dict]:
    result = CliRunner().invoke(group, ["analyze", *options], input=text, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.output.splitlines()]


def test_texts_and_json_lines_come_out_in_order_with_their_ids() -> None:
    rows = analyze('where is my parcel?\n{"id": "x7", "text": "I forgot my password"}\n{"broken": \n{"text": "hi"}')
    assert [row["id"] for row in rows] == ["1", "x7", "3", "4"]
    assert all(set(row) == KEYS for row in rows)


def test_every_figure_is_in_its_range() -> None:
    hostile = ["", "   ", "😀", "a" * 200_000, "\u202eright to left", "\x00\x07", "QUJD" * 3000, "lol " * 5000]
    rows = analyze("\n".join(hostile) + "\n")
    assert len(rows) == len(hostile)
    for row in rows:
        assert 0 <= row["confidence"] <= 1
        assert -1 <= row["sentiment"] <= 1
        assert 0 <= row["friction"] <= 100
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize(
    "line",
    [
        '{"text": "half a character: \\ud800", "id": "\\udfff"}',
        '{"a":' * 100_000,
        '{"text": ' + "9" * 5_000 + "}",
        '{"id": {"a": [1]}, "text": "an object as id"}',
        '{"text": null}',
        "x" * (LONGEST + 10),
        "{",
    ],
    ids=["surrogate", "deep", "digits", "id", "null", "long", "brace"],
)
def test_a_hostile_line_is_one_row_and_the_next_is_still_read(line: str) -> None:
    assert len(analyze(line + "\nwhere is my parcel?\n")) == 2


def test_bytes_that_are_no_utf_8_are_read_as_far_as_they_can_be() -> None:
    assert len(analyze(b"caf\xe9 is closed\n\xff\xff\n")) == 2
    assert analyze("\ufeffhello\n".encode())[0] == analyze("hello\n")[0]
    assert analyze("hello\nwhere is it?\n".encode("utf-16")) == analyze("hello\nwhere is it?\n")


def test_a_blank_line_asks_for_nothing_and_feels_nothing() -> None:
    (row,) = analyze("   \n")
    assert (row["intent"], row["sentiment"], row["friction"]) == ("none", 0.0, 0.0)


def test_anger_about_a_late_refund_is_told_from_thanks() -> None:
    angry, glad = analyze(
        "third time I ask, where is my refund? this is a disgrace\nthank you so much, you were wonderful\n"
    )
    assert angry["sentiment_class"] == "negative"
    assert glad["sentiment_class"] == "positive"
    assert angry["friction"] > glad["friction"] + 30


def test_handles_are_masked_but_the_companys_own() -> None:
    (row,) = analyze("@acme I can't reach @help, @jo_bloggs\n", "--evidence", "--company", "Acme")
    (cue,) = [e for e in row["evidence"] if e["kind"] == "blocked"]
    (plain,) = analyze("@acme I can't reach @help, @jo_bloggs\n", "--evidence")
    (moved,) = [e for e in plain["evidence"] if e["kind"] == "blocked"]
    assert moved["start"] - cue["start"] == len("<HANDLE>") - len("@acme")


def test_evidence_is_the_words_that_show_friction() -> None:
    (row,) = analyze("Third time I ask: mail me at ada@example.com, where is my refund?\n", "--evidence")
    assert {"kind": "effort", "start": 0, "end": 10, "words": "Third time"} in row["evidence"]


def test_explanations_are_the_words_that_carried_the_finding() -> None:
    (row,) = analyze("The driver came on Monday at ten and he was horrible.\n", "--explain")
    assert set(row) == KEYS | {"explanation"}
    assert any("horrible" in carried["words"] for carried in row["explanation"]["sentiment"])


def test_the_language_of_each_line_is_named() -> None:
    rows = analyze("Where is the parcel that I ordered last week?\nWo ist mein Paket? Ich warte seit zwei Wochen.\n")
    assert [row["language"] for row in rows] == ["en", "de"]


def test_files_are_read_one_after_the_other_and_ids_count_on(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("where is my parcel?\nhello\n", "utf-8")
    assert [row["id"] for row in analyze("", str(tmp_path / "a"), str(tmp_path / "b"))] == ["1", "2", "3", "4"]


def test_a_store_that_does_not_exist_is_an_error_only_where_it_is_asked_for(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.db")
    result = CliRunner().invoke(group, ["analyze", "--store", missing], input="hi\n")
    assert result.exit_code == 1
    assert "frictionary ingest" in str(result.exception)
    result = CliRunner().invoke(group, ["analyze"], input="hi\n", env={"FRICTIONARY_STORE": missing})
    assert json.loads(result.output)["theme"] is None
    assert not Path(missing).exists()


def test_an_answer_comes_before_the_next_question_is_asked() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for number in ("1", "2"):
            process.stdin.write("where is my parcel?\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()


def test_lines_that_have_all_come_are_answered_in_batches(tmp_path: Path) -> None:
    (tmp_path / "many").write_text("hello\n" * 2_000, "utf-8")
    with (tmp_path / "many").open("rb") as stream:
        found = list(batches(stream))
    assert sum(map(len, found)) == 2_000
    assert len(found) < 10


@pytest.mark.skipif(os.name != "posix", reason="pipes of another kind")
def test_a_reader_that_leaves_early_is_no_error_worth_a_word() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.write(b"where is my parcel?\n" * 20_000)
            process.stdin.close()
        assert process.stderr.read() == b""


def test_help_shows_an_example() -> None:
    assert "Example" in CliRunner().invoke(group, ["analyze", "--help"]).output
