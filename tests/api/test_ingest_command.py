"""The sample goes into a store and on to themes, each customer as one; killed at any moment, the store is the same."""

import csv
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group
from benchmarks.ingest_kill import contents
from nlp.redaction import pseudonym
from pipelines.settings import ROOT
from pipelines.stores import open_store

SAMPLE = ROOT / "corpora" / "sample"
KEY = "a-key-for-tests"
COMMAND = ["ingest", "--json", "--company", "Brindle Home"]
FEW = [str(SAMPLE / name) for name in ("events.csv", "posts.jsonl", "customers.csv")]
ARGUMENTS = [*COMMAND, *FEW, str(SAMPLE / "tickets.jsonl"), str(SAMPLE / "calls")]


def environment(folder: Path) -> dict[str, str]:
    return {
        "FRICTIONARY_KEY": KEY,
        "FRICTIONARY_DEAD_LETTERS": str(folder / "dead.jsonl"),
        "FRICTIONARY_STORE": f"sqlite:///{folder}/sample.db",
    }


def ingest(folder: Path, arguments: list[str] = ARGUMENTS) -> dict:
    """The counts of a run that leaves the themes out: they have a test of their own."""
    result = CliRunner().invoke(group, [*arguments, "--no-themes"], env=environment(folder), catch_exceptions=False)
    assert result.exit_code == 0
    return json.loads(result.stdout)["counts"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    ingest(folder)
    return folder


def test_every_conversation_of_the_key_is_in_the_store_and_annotated(folder: Path) -> None:
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with open_store(f"sqlite:///{folder}/sample.db") as store:
        missing = [id for id in key if store.signals.summary(id) is None]
    assert missing == []


def test_the_same_export_twice_adds_and_changes_nothing(tmp_path: Path) -> None:
    ingest(tmp_path, [*COMMAND, *FEW])
    again = ingest(tmp_path, [*COMMAND, *FEW])
    assert (again["added"], again["changed"], again["annotated"], again["dead"]) == (0, 0, 0, 0)


def test_no_address_or_phone_of_a_customer_is_left_in_the_store(folder: Path) -> None:
    stored = b"".join(p.read_bytes() for p in folder.glob("sample.db*")).decode("utf-8", "ignore").lower()
    with (SAMPLE / "customers.csv").open(encoding="utf-8") as file:
        people = list(csv.DictReader(file))
    left = [p["id"] for p in people for field in ("email", "phone") if p[field] and p[field].lower() in stored]
    assert left == []


def test_conversations_of_one_customer_over_all_channels_are_his_alone(folder: Path) -> None:
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with open_store(f"sqlite:///{folder}/sample.db") as store:
        owners = {id: store.conversations.get(id).customer for id in key}
    right = [id for id, facts in key.items() if owners[id] == pseudonym(f"id:{facts['customer']}", KEY.encode())]
    assert len(right) >= 390  # the others came under an address or phone that two contacts share


def test_hardly_a_customers_full_name_is_left_in_the_texts(folder: Path) -> None:
    with sqlite3.connect(folder / "sample.db") as connection:
        texts = "\n".join(text for (text,) in connection.execute("select text from turns")).lower()
    with (SAMPLE / "customers.csv").open(encoding="utf-8") as file:
        names = {row["name"].lower() for row in csv.DictReader(file)}
    assert len([name for name in names if re.search(rf"\b{re.escape(name)}\b", texts)]) <= 3


def test_columns_are_named_on_the_command_line_and_each_guess_is_explained(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "chats.tsv").write_text("conv\tsaid\n1\thi\n1\tno heat\n2\tbye\n")
    (tmp_path / "in" / "picture.png").write_bytes(b"\x89PNG\r\n")
    columns = ["id=conv", "text=said", "speaker==customer", "channel==chat"]
    options = [
        *(word for column in columns for word in ("--column", column)),
        "--started-at",
        "2026-05-01",
        "--no-names",
    ]
    result = CliRunner().invoke(group, ["ingest", str(tmp_path / "in"), *options], env=environment(tmp_path))
    assert result.exit_code == 0, result.stderr
    assert "chats.tsv: table, since the name ends in .tsv" in result.stderr
    assert "picture.png: its format cannot be guessed" in result.stderr
    with open_store(f"sqlite:///{tmp_path}/sample.db") as store:
        assert [turn.text for turn in store.conversations.get("table:1").turns] == ["hi", "no heat"]


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    (tmp_path / "drops" / ".hidden").mkdir(parents=True)
    arguments = ["ingest", str(tmp_path / "drops"), "--no-names", "--no-themes"]
    result = CliRunner().invoke(group, arguments, env=environment(tmp_path), catch_exceptions=False)
    assert result.exit_code == 0
    assert f"no files in {tmp_path / 'drops'}" in result.stderr


def test_a_column_without_a_name_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["ingest", str(SAMPLE), "--column", "text"], env=environment(tmp_path))
    assert result.exit_code == 2
    assert "field=NAME expected" in result.stderr


def test_a_speaker_without_a_label_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(group, ["ingest", str(SAMPLE), "--speaker", "agent"], env=environment(tmp_path))
    assert result.exit_code == 2
    assert "LABEL=agent expected" in result.stderr


def start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", "from api.commands import main; main()", *ARGUMENTS, "--no-names"]
    return subprocess.Popen(
        command, env=os.environ | environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> None:
    _, said = process.communicate()
    assert process.returncode == 0, said


@pytest.mark.slow
def test_one_command_leads_from_exports_to_themes_and_a_second_run_keeps_them(tmp_path: Path) -> None:
    first = CliRunner().invoke(group, [*ARGUMENTS, "--no-names"], env=environment(tmp_path), catch_exceptions=False)
    before = contents(tmp_path / "sample.db")
    summary = [word for word in ARGUMENTS if word != "--json"]
    wide = environment(tmp_path) | {"COLUMNS": "200"}
    second = CliRunner().invoke(group, [*summary, "--no-names"], env=wide, catch_exceptions=False)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert contents(tmp_path / "sample.db") == before
    with open_store(f"sqlite:///{tmp_path}/sample.db") as store:
        assert store.themes.current()[0].name in second.stdout
    assert "Journey stages" in second.stdout


@pytest.mark.slow
def test_killed_at_any_moment_and_run_again_the_store_is_the_same(tmp_path: Path) -> None:
    began = time.monotonic()
    whole = tmp_path / "whole"
    whole.mkdir()
    finish(start(whole))
    lasted = time.monotonic() - began
    for n, part in enumerate((0.12, 0.3, 0.8)):
        broken = tmp_path / str(n)
        broken.mkdir()
        process = start(broken)
        time.sleep(part * lasted)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        finish(start(broken))
        assert contents(broken / "sample.db") == contents(whole / "sample.db")
