"""The command line finds the themes of texts in a file, without a store."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.commands import group
from nlp.errors import BadInput, UnknownName

SAID = {
    "parcel": ("My {} parcel has not arrived", "Where is the {} parcel that I ordered?", "The {} parcel is late again"),
    "refund": ("I want a refund for the {} one", "The {} refund was not paid", "When will my {} refund come?"),
    "login": ("I cannot log in with my {} password", "The {} login fails", "My {} account locks me out at login"),
}
KINDS = ("first", "second", "third", "fourth", "last", "large", "small", "new", "old", "red", "blue", "green")


def texts() -> list[str]:
    return [form.format(kind) for forms in SAID.values() for form in forms for kind in KINDS]


def run(*arguments: object) -> Result:
    words = ["themes", "discover", *map(str, arguments)]
    letters = {"FRICTIONARY_DEAD_LETTERS": str(Path(str(arguments[0])).with_name("dead.jsonl"))}
    return CliRunner().invoke(group, words, catch_exceptions=False, env=letters)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("file")
    lines = [json.dumps({"id": f"a{n}", "body": text}) for n, text in enumerate(texts())]
    lines += ["no JSON", json.dumps({"id": "e", "body": " "})]
    (folder / "texts.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict:
    result = run(folder / "texts.jsonl", "--text", "body", "--out", folder / "out.jsonl", "--json")
    assert result.exit_code == 0
    return json.loads(result.stdout)


def test_each_text_has_a_line_with_its_theme_in_the_order_of_the_file(folder: Path, summary: dict) -> None:
    lines = [json.loads(line) for line in (folder / "out.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == [f"a{n}" for n in range(len(texts()))]
    names = {theme["id"]: theme["name"] for theme in summary["themes"]} | {None: None}
    assert all(line.keys() == {"id", "theme", "confidence", "name"} for line in lines)
    assert all(line["name"] == names[line["theme"]] for line in lines)
    of = [{line["theme"] for line in lines[n : n + 36]} - {None} for n in (0, 36, 72)]
    assert len(of[0] | of[1] | of[2]) == len(of[0]) + len(of[1]) + len(of[2])


def test_the_summary_counts_what_is_in_no_theme_and_what_was_left_out(summary: dict) -> None:
    assert summary["texts"] == len(texts())
    assert summary["skipped"] == {"not readable": 1, "without text": 1}
    assert sum(theme["texts"] for theme in summary["themes"]) + summary["unassigned"] == len(texts())
    assert summary["unassigned"] <= 0.05 * len(texts())


def test_a_record_that_cannot_be_read_is_a_dead_letter_with_its_place_and_reason(folder: Path, summary: dict) -> None:
    (letter,) = map(json.loads, (folder / "dead.jsonl").read_text("utf-8").splitlines())
    assert letter["file"].endswith("texts.jsonl")
    assert letter["record"] == len(texts()) + 1
    assert letter["reason"]


def test_the_same_file_gives_the_same_bytes(folder: Path, summary: dict) -> None:
    run(folder / "texts.jsonl", "--text", "body", "--out", folder / "again.jsonl", "--seed", "1", "--json")
    assert (folder / "again.jsonl").read_bytes() == (folder / "out.jsonl").read_bytes()


def test_a_table_without_ids_counts_its_records_and_few_texts_have_no_theme(tmp_path: Path) -> None:
    with (tmp_path / "few.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["Comment"], ["Where is my parcel?"], ["The bill is wrong"]])
    result = run(tmp_path / "few.csv", "--text", "Comment", "--out", tmp_path / "out.jsonl")
    assert result.stdout.startswith("no themes: too few texts are alike\n2 of 2 texts in no theme")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert lines == [{"id": id, "theme": None, "confidence": 0.0, "name": None} for id in ("1", "2")]


def test_what_is_wrong_is_said(folder: Path, tmp_path: Path) -> None:
    file, out = folder / "texts.jsonl", tmp_path / "out.jsonl"
    with pytest.raises(UnknownName, match=r"record 1 of .*Did you mean 'body'"):
        run(file, "--text", "bdy", "--out", out)
    (tmp_path / "empty.csv").write_text("", "utf-8")
    with pytest.raises(BadInput, match="no texts in the column 'body'"):
        run(tmp_path / "empty.csv", "--text", "body", "--out", out)
    (tmp_path / "one.csv").write_text("a\nWhere is it?\n", "utf-8")
    with pytest.raises(BadInput, match="cannot be written: No such file"):
        run(tmp_path / "one.csv", "--text", "a", "--out", tmp_path / "none" / "out.jsonl")
    for arguments in ((file, "--text", "body"), (file, "--out", out), ("--text", "body"), (file, "--store", "s.db")):
        assert run(*arguments).exit_code == 2
    assert not out.exists()
