"""`frictionary analyze`: a pipe of texts in, one JSON object a line out, in order."""

import json

import pytest
from click.testing import CliRunner

from api.commands import group

KEYS = {
    "id", "intent", "confidence", "abstained", "intents", "sentiment", "sentiment_class", "probabilities",
    "friction", "stage", "stage_confidence",
}  # fmt: skip


def analyze(text: str) -> list[dict]:
    result = CliRunner().invoke(group, ["analyze"], input=text, catch_exceptions=False)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.output.splitlines()]


def test_texts_and_json_lines_come_out_in_order_with_their_ids() -> None:
    rows = analyze('where is my parcel?\n{"id": "x7", "text": "I forgot my password"}\n{"broken": \n')
    assert [row["id"] for row in rows] == ["1", "x7", "3"]
    assert all(set(row) >= KEYS for row in rows)


def test_every_figure_is_in_its_range() -> None:
    hostile = ["", "   ", "😀", "a" * 200_000, "\u202eright to left", "\x00\x07", "QUJD" * 3000, "lol " * 5000]
    for row in analyze("\n".join(hostile) + "\n"):
        assert 0 <= row["confidence"] <= 1
        assert -1 <= row["sentiment"] <= 1
        assert 0 <= row["friction"] <= 100
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=0.001)


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


def test_help_shows_an_example() -> None:
    assert "Example:" in CliRunner().invoke(group, ["analyze", "--help"]).output
