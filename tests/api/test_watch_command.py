"""frictionary ingest --watch: takes what is dropped, ends when it is told to, and remembers."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.stores import open_store

ROWS = "id,text,date\n{id},where is my parcel,2026-05-03\n"


def drop(folder: Path, id: int) -> None:
    (folder / f".{id}.csv").write_text(ROWS.format(id=id))
    (folder / f".{id}.csv").rename(folder / f"{id}.csv")


@pytest.mark.slow
def test_drops_are_taken_until_sigterm_and_known_after_a_restart(tmp_path: Path) -> None:
    drops = tmp_path / "drops"
    drops.mkdir()
    drop(drops, 1)
    os.utime(drops / "1.csv", (0, 0))  # it lies there for long
    told = {
        "FRICTIONARY_KEY": "a key for tests",
        "FRICTIONARY_STORE": f"sqlite:///{tmp_path}/store.db",
        "FRICTIONARY_DEAD_LETTERS": str(tmp_path / "dead.jsonl"),
    }
    code = "from api.commands import main; main()"
    command = [sys.executable, "-c", code, "ingest", str(drops), "--watch", "--json", "--no-names", "--no-themes"]

    def added(*, later: int | None = None) -> list[int]:
        """Of each run until the process is told to end."""
        process = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        runs = [json.loads(process.stdout.readline())["counts"]["added"]]
        if later:
            drop(drops, later)
            runs.append(json.loads(process.stdout.readline())["counts"]["added"])
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
        assert (process.returncode, rest) == (0, "")
        return runs

    assert added(later=2) == [1, 1]
    assert added(later=3) == [0, 1]
    with open_store(told["FRICTIONARY_STORE"]) as store:
        assert store.conversations.count() == 3
