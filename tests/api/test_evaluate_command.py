"""`frictionary evaluate`: tables for people, JSON for machines, and errors that say what to do."""

import json
from pathlib import Path

from click.testing import CliRunner

from api.commands import group

TEXTS = ["where is my parcel?", "cancel my plan please", "thank you, that was lovely"]
LABELS = ["order_status", "subscription_cancel", "praise"]


def examples(folder: Path) -> str:
    path = folder / "mine.jsonl"
    rows = [{"body": text, "topic": label} for text, label in zip(TEXTS, LABELS, strict=True)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_own_examples_are_scored_as_json(tmp_path: Path) -> None:
    arguments = ["evaluate", "--examples", examples(tmp_path), "--text", "body", "--label", "topic", "--json"]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    report = json.loads(result.output)
    assert report["texts"] == 3
    assert set(report["figures"]["intent"]["accuracy"]) == {"value", "low", "high"}


def test_tables_name_parts_and_measures(tmp_path: Path) -> None:
    arguments = ["evaluate", "--examples", examples(tmp_path), "--text", "body", "--label", "topic"]
    result = CliRunner().invoke(group, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert "macro F1" in result.output


def test_two_sets_at_once_are_wrong_usage(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["evaluate", "--gold", str(tmp_path), "--examples", examples(tmp_path)])
    assert result.exit_code == 2
    assert "one set at a time" in result.output
