"""An ingest killed at random moments and run again: the store must equal the undisturbed one, row for row.

Each round begins with an empty store. Its ingest is killed with SIGKILL at a random moment of the time that the
undisturbed one took (where it is killed more than once, of half of it), begun again, and in the end run to its end.
The processes that mask beside it (`FRICTIONARY_MASKERS`) must end by themselves.
Conversations are the golden tickets under ids of their own, with customers and events of the sample; `--models` walks
the whole path (annotation, themes, journeys) on calls of the sample.
"""

import argparse
import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.heading import heading
from benchmarks.same import INDEX
from benchmarks.shapes import SAMPLE, SHAPES
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "ingest-kill.md"
SMALL = [SAMPLE / "customers.csv", SAMPLE / "events.csv", *sorted((SAMPLE / "calls").glob("*.vtt"))[:20]]
OWN = ("runs", "run_inputs")
"""What tells of runs differs from run to run, and so do these columns of other tables."""
MOMENTS = ("run", "assigned_at")
SAID_AT = ("turns", "events", "marks")
"""Tables whose `at` is the source's own moment; elsewhere it is when something was done."""
ORPHANS = 30.0
"""Seconds within which the processes of a killed ingest must be gone: each looks for its parent now and then."""
LEARNT = {("online_features", "facts"): "json_remove(facts, '$[0]')"}
"""The first of these facts is when they were last learnt."""


def contents(store: Path) -> dict[str, str]:
    """A digest of each table's rows, in whatever order they were written."""
    found: dict[str, str] = {}
    with sqlite3.connect(store) as connection:
        for (table,) in connection.execute("select name from sqlite_master where type = 'table' order by name"):
            columns = [name for _, name, *_ in connection.execute(f"pragma table_info({table})")]
            moments = (*MOMENTS, *(() if table in SAID_AT else ("at",)))
            kept = ", ".join(LEARNT.get((table, name), f'"{name}"') for name in columns if name not in moments)
            if table not in OWN and not table.startswith(INDEX) and kept:
                rows = sorted(map(repr, connection.execute(f"select {kept} from {table}")))
                found[table] = f"{len(rows)} {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"
    return found


def make(folder: Path, conversations: int) -> list[Path]:
    """Tickets, customers and events."""
    tickets, shape = folder / "tickets.jsonl", SHAPES["zendesk"]
    with tickets.open("w", encoding="utf-8") as file:
        for n in range(conversations // 2):  # a copy holds two
            file.write(shape.copy(n))
    return [tickets, SAMPLE / "customers.csv", SAMPLE / "events.csv"]


def ingest(store: Path, paths: list[Path], *, models: bool) -> None:
    """In this process, to its end."""
    from pipelines.ingest import ingest as take
    from pipelines.protect import protector
    from pipelines.runlog import logged
    from pipelines.stores import open_store

    settings = replace(Settings(), names=False, key="a key", dead_letters=store.with_suffix(".dead"))
    with open_store(f"sqlite:///{store}") as opened:
        if models:
            from pipelines.annotate import Annotator
            from pipelines.run import run

            run(paths, store=opened, annotator=Annotator.of(settings), settings=settings)
            return
        with logged(opened, versions={}) as log:
            take(paths, store=opened, protect=protector(settings), settings=settings, run=log.run.id)


def start(store: Path, paths: list[Path], *, models: bool) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "benchmarks.ingest_kill", "--ingest", str(store), *map(str, paths)]
    return subprocess.Popen([*arguments, *(["--models"] if models else [])], cwd=ROOT, env=dict(os.environ))


def end(process: subprocess.Popen[bytes]) -> None:
    if process.wait():
        raise SystemExit(f"an ingest ended with {process.returncode}")


def rounds(folder: Path, paths: list[Path], *, count: int, kills: int, seed: int, models: bool) -> list[str]:
    """First what the undisturbed ingest took; then a line a round: when it was killed, what that left, and whether the
    store is the same after a run to the end."""
    whole = folder / "whole.db"
    began = time.perf_counter()
    end(start(whole, paths, models=models))
    seconds = time.perf_counter() - began
    wanted, chance = contents(whole), random.Random(seed)
    lines = [f"{len(wanted)} tables compared; undisturbed {seconds:.1f} s."]
    for number in range(1, count + 1):
        store, moments, left, helped = folder / f"{number}.db", [], [], []
        for _ in range(kills):
            moments.append(chance.uniform(0, seconds if kills == 1 else seconds / 2))
            helped.append(kill(start(store, paths, models=models), after=moments[-1]))
            left.append(_rows(store))
        end(start(store, paths, models=models))
        found = contents(store)
        different = [table for table in wanted if found.get(table) != wanted[table]]
        same = "yes" if not different else f"NO: {', '.join(different)}"
        times, rows = (", ".join(map(form.format, made)) for form, made in (("{:.1f}", moments), ("{:,}", left)))
        lines.append(f"| {number} | {times} | {rows} | {sum(own > 1 for own in helped)} | {same} |")
        print(lines[-1], flush=True)
        for path in folder.glob(f"{number}.d*"):
            path.unlink()
    return lines


def kill(process: subprocess.Popen[bytes], *, after: float) -> int:
    """Returns how many processes of its own it had. Raises SystemExit where they outlive it."""
    time.sleep(after)
    own = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("ascii").split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    until = time.monotonic() + ORPHANS
    while left := list(filter(lives, own)):
        if time.monotonic() > until:
            raise SystemExit(f"processes of a killed ingest go on: {', '.join(left)}")
        time.sleep(0.1)
    return len(own)


def lives(process: str) -> bool:
    """Whether a process runs: one that ended may still be listed."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _rows(store: Path) -> int:
    try:
        with sqlite3.connect(store) as connection:
            return int(connection.execute("select count(*) from conversations").fetchone()[0])
    except sqlite3.OperationalError:  # killed before the tables were there
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ingest", nargs="+", type=Path, help="a store, and what to take into it")
    parser.add_argument("--models", action="store_true", help="walk the whole path")
    parser.add_argument("--conversations", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=50, help="stores")
    parser.add_argument("--kills", type=int, default=1, help="in each store, one after the other")
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    if told.ingest:
        ingest(told.ingest[0], told.ingest[1:], models=told.models)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = SMALL if told.models else make(folder, told.conversations)
        lines = rounds(folder, paths, count=told.rounds, kills=told.kills, seed=told.seed, models=told.models)
    what = "the whole path, with models"
    if not told.models:
        aside = f"{Settings().maskers} processes mask beside"
        what = f"{told.conversations:,} conversations, without models, {aside}"
    command = f"python -m benchmarks.ingest_kill --rounds {told.rounds} --kills {told.kills}{' --models' * told.models}"
    same = sum("| yes |" in line for line in lines)
    said = f"{told.rounds * told.kills} kills in {told.rounds} stores, {same} of them the same in the end. {lines[0]}\n"
    table = [
        "| store | killed after s, each time | conversations stored by then | kills amid maskers | same in the end |",
        "|---|---|---|---|---|",
    ]
    head = heading(f"Kill -9: {what}", command=command, seed=told.seed)
    result = RESULT.with_stem(f"{RESULT.stem}-models") if told.models else RESULT
    result.write_text("\n".join([head, said, *table, *lines[1:], ""]), "utf-8")
    print(said)


if __name__ == "__main__":
    main()
