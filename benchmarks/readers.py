"""Throughput and peak memory of every reader, and of the way into the store without models.

Each format's golden file is enlarged (every copy with ids of its own) to a file of the size asked for, and streamed
through its reader in a process of its own, so that its peak memory is its own; then it is deleted. Seconds are of the
processor, since the machine may be shared; what passed on the clock stands beside them.
"""

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.heading import commit, heading, processor
from benchmarks.shapes import SHAPES, write
from nlp.conversation import Conversation
from nlp.errors import BadRecord
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "readers.md"
STORED = ("zendesk", "threads", "x")
"""Whose way into the store is measured: HTML mails, plain chats, posts."""


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def measured(work: Any) -> dict[str, float]:
    before, clock, processor = _peak(), time.perf_counter(), time.process_time()
    counts = work()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        **counts,
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "children": children.ru_utime + children.ru_stime,
        "before": before,
        "peak": _peak(),
    }


def _peak() -> float:
    """MB. By the status of the process: what getrusage tells begins with the memory of whoever started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def read(format: str, folder: Path) -> dict[str, int]:
    """Records, turns and what could not be read, of reading all files to their end."""
    from pipelines import sources
    from pipelines.sources import Options
    from pipelines.vocabulary import vocabulary

    counts, options = {"records": 0, "turns": 0, "dead": 0}, Options(company="Acme", names=vocabulary(Settings()))
    for path in files(folder):
        for found in sources.read(path, options, format=format):
            counts["dead"] += isinstance(found, BadRecord)
            counts["records"] += not isinstance(found, BadRecord)
            counts["turns"] += len(found.turns) if isinstance(found, Conversation) else 0
    return counts


def store(format: str, folder: Path, *, names: bool, maskers: int = 0) -> dict[str, int]:
    """Masked and stored, without models but that of names."""
    from pipelines.ingest import ingest
    from pipelines.protect import protector
    from pipelines.sources import Options
    from pipelines.stores import open_store

    found = files(folder)
    with tempfile.TemporaryDirectory() as place:
        letters = Path(place) / "dead.jsonl"
        settings = replace(Settings(), names=names, key="a key", dead_letters=letters, maskers=maskers)
        with open_store(f"sqlite:///{place}/store.db") as opened:
            protect, options = protector(settings), Options(company="Acme")
            done = ingest(found, store=opened, protect=protect, settings=settings, format=format, options=options)
        with sqlite3.connect(f"{place}/store.db") as stored:
            (turns,) = stored.execute("select count(*) from turns").fetchone()
    return {"records": done.read, "turns": turns, "dead": done.dead}


def work(what: str, format: str, folder: Path) -> Callable[[], dict[str, int]]:
    """What is measured, by how the command tells it."""
    if what == "read":
        return lambda: read(format, folder)
    kind, maskers = what.split()
    warm(names=kind == "names")
    return lambda: store(format, folder, names=kind == "names", maskers=int(maskers))


def warm(*, names: bool) -> None:
    """What is loaded once is loaded before the clock starts."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "warm.jsonl"
        path.write_text(SHAPES["threads"].copy(0), "utf-8")
        store("threads", path.parent, names=names)


def alone(*arguments: str) -> dict[str, float]:
    """Measured in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.readers", "--measure", *arguments]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout)
    return found


def row(format: str, size: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bytes_ = sum(path.stat().st_size for path in write(SHAPES[format], folder, size))
        found = alone("read", format, name)
    seconds, megabytes = found["processor"], bytes_ / 1e6
    counts = f"{megabytes:,.0f} | {found['records']:,} | {megabytes / seconds:.1f} | {found['records'] / seconds:,.0f}"
    memory = f"{found['turns'] / seconds:,.0f} | {found['peak']:.0f} | {found['before']:.0f}"
    return f"| {format} | {counts} | {memory} | {found['clock']:.0f} | {found['dead']} | {commit()}, {processor()} |"


def stored(format: str, names: bool, maskers: int, size: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        write(SHAPES[format], Path(name), size)
        found = alone(f"{'names' if names else 'store'} {maskers}", format, name)
    turns, busiest = found["turns"], max(found["processor"], found["children"] / max(maskers, 1))
    return (
        f"| {format} | {'yes' if names else 'no'} | {maskers} | {turns:,} | {found['processor']:.1f} | "
        f"{found['children']:.1f} | {turns / busiest:,.0f} | {turns / found['clock']:,.0f} | {found['peak']:.0f} | "
        f"{commit()}, {processor()} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "FORMAT", "FOLDER"), help="print figures as JSON")
    parser.add_argument("--bytes", type=int, default=1_000_000_000, help="size of each file; 0: no reader alone")
    parser.add_argument("--held", type=int, default=256_000_000, help="the same where texts wait on disk")
    parser.add_argument("--calls", type=int, default=64_000_000, help="the same in all where a call is a file")
    parser.add_argument("--only", default="", help="formats whose name has this in it; the others' rows stay")
    parser.add_argument("--go-on", action="store_true", help="leave out readers whose row is there")
    parser.add_argument(
        "--stored", type=int, default=8_000_000, help="the same for the way into the store; 0: not measured"
    )
    told = parser.parse_args()
    if told.measure:
        what, format, folder = told.measure[0], told.measure[1], Path(told.measure[2])
        print(json.dumps(measured(work(what, format, folder))))
        return
    sizes = f"--bytes {told.bytes} --held {told.held} --calls {told.calls} --stored {told.stored}"
    for format, shape in SHAPES.items():
        most = told.calls if shape.alone else told.held if shape.held else told.bytes
        if told.bytes and told.only in format and not (told.go_on and format in known(READ)):
            keep(row(format, min(told.bytes, most)), sizes)
    for format in STORED:
        for names, maskers in ((False, 0), (False, 1), (True, 0), (True, 2)):
            if told.only in format and told.stored:
                keep(stored(format, names, maskers, told.stored // (3 if names else 1)), sizes)


READ, KEPT = 11, 10
"""Cells of a row of each table."""
HEADS = {
    READ: "| format | MB | records | MB/s | records/s | turns/s | peak MB | MB before | s on the clock | dead "
    "| commit, machine |",
    KEPT: "| format | names masked | maskers | turns | s of the main one | s of the maskers "
    "| turns/s by the busiest | turns/s on the clock | peak MB of the main one | commit, machine |",
}
NOTES = {
    READ: "MB/s, records/s and turns/s are by the seconds of one processor. A row tells the size of its own\nfile, its "
    "commit and its machine.",
    KEPT: "## Into the store\n\nMasked, into SQLite, with so many processes that mask beside the main one "
    "(`FRICTIONARY_MASKERS`). Seconds are of the processor, those of starting the maskers included; by the busiest: "
    "turns by the seconds of the process that has most to do, as the clock would tell with a processor for each. The "
    "machine was shared by others: the clock tells less.",
}


def known(cells: int) -> dict[str, str]:
    """The rows of a table of the result, by what they are of."""
    rows = RESULT.read_text("utf-8").splitlines() if RESULT.is_file() else []
    found = [line for line in rows if line.startswith("| ") and line.count("|") == cells + 1 and line != HEADS[cells]]
    return {name(line): line for line in found}


def name(line: str) -> str:
    cells = [cell.strip() for cell in line.split("|")]
    return cells[1] if len(cells) == READ + 2 else " ".join(cells[1:4])


def keep(line: str, sizes: str) -> None:
    """Every row is written at once; those of other formats stay."""
    print(line, flush=True)
    tables = {cells: known(cells) for cells in (READ, KEPT)}
    tables[line.count("|") - 1][name(line)] = line
    parts = [heading("Readers: throughput and memory", command=f"python -m benchmarks.readers {sizes}")]
    for cells, rows in tables.items():
        parts += [NOTES[cells], "", HEADS[cells], "|---" * cells + "|", *rows.values(), ""]
    RESULT.write_text("\n".join(parts), "utf-8")


if __name__ == "__main__":
    main()
