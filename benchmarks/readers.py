"""Throughput and peak memory of every reader, and of the way into the store without models.

Each format's golden file is enlarged (every copy with ids of its own) to a file of the size asked for, and streamed
through its reader in a process of its own, so that its peak memory is its own; then it is deleted. Seconds are of the
processor, since the machine may be shared; what passed on the clock stands beside them.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
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
    return {
        **counts,
        "clock": time.perf_counter() - clock,
        "processor": time.process_time() - processor,
        "before": before,
        "peak": _peak(),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def read(format: str, folder: Path) -> dict[str, int]:
    """Records, turns and what could not be read, of reading all files to their end."""
    from pipelines import sources
    from pipelines.sources import Options

    counts = {"records": 0, "turns": 0, "dead": 0}
    for path in files(folder):
        for found in sources.read(path, Options(company="Acme"), format=format):
            counts["dead"] += isinstance(found, BadRecord)
            counts["records"] += not isinstance(found, BadRecord)
            counts["turns"] += len(found.turns) if isinstance(found, Conversation) else 0
    return counts


def store(format: str, folder: Path, *, names: bool) -> dict[str, int]:
    """Masked and stored, without models but that of names."""
    from pipelines.ingest import ingest
    from pipelines.protect import protector
    from pipelines.sources import Options
    from pipelines.stores import open_store

    found = files(folder)
    with tempfile.TemporaryDirectory() as place:
        settings = replace(Settings(), names=names, key="a key", dead_letters=Path(place) / "dead.jsonl")
        with open_store(f"sqlite:///{place}/store.db") as opened:
            protect, options = protector(settings), Options(company="Acme")
            done = ingest(found, store=opened, protect=protect, settings=settings, format=format, options=options)
            turns = sum(len(talk.turns) for batch in opened.conversations.pending("none") for talk in batch)
    return {"records": done.read, "turns": turns, "dead": done.dead}


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
    return f"| {format} | {counts} | {memory} | {found['clock']:.0f} | {found['dead']} |"


def stored(format: str, names: bool, size: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        write(SHAPES[format], Path(name), size)
        found = alone("names" if names else "store", format, name)
    return (
        f"| {format} | {'yes' if names else 'no'} | {found['turns']:,} | {found['turns'] / found['processor']:,.0f} | "
        f"{found['turns'] / found['clock']:,.0f} | {found['peak']:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", nargs=3, metavar=("WHAT", "FORMAT", "FOLDER"), help="print figures as JSON")
    parser.add_argument("--bytes", type=int, default=1_000_000_000, help="size of each file")
    parser.add_argument("--held", type=int, default=256_000_000, help="the same where the reader holds a file's texts")
    parser.add_argument("--calls", type=int, default=64_000_000, help="the same in all where a call is a file")
    parser.add_argument("--stored", type=int, default=8_000_000, help="the same for the way into the store")
    told = parser.parse_args()
    if told.measure:
        what, format, folder = told.measure[0], told.measure[1], Path(told.measure[2])
        work = (
            (lambda: read(format, folder)) if what == "read" else (lambda: store(format, folder, names=what == "names"))
        )
        print(json.dumps(measured(work)))
        return
    lines = [
        "| format | MB | records | MB/s | records/s | turns/s | peak MB | MB before | s on the clock | dead |",
        "|---" * 10 + "|",
    ]
    for format, shape in SHAPES.items():
        most = told.calls if shape.alone else told.held if shape.held else told.bytes
        lines.append(row(format, min(told.bytes, most)))
        print(lines[-1], flush=True)
    ways = [
        "| format | names masked | turns | turns/s of the processor | turns/s on the clock | peak MB |",
        "|---" * 6 + "|",
    ]
    for format in STORED:
        for names in (False, True):
            ways.append(stored(format, names, told.stored // (8 if names else 1)))
            print(ways[-1], flush=True)
    sizes = f"--bytes {told.bytes} --held {told.held} --calls {told.calls} --stored {told.stored}"
    note = "MB/s, records/s and turns/s are by the seconds of one processor."
    store_note = "Into a SQLite store, masked, in one process: turns a second."
    head = heading("Readers: throughput and memory", command=f"python -m benchmarks.readers {sizes}")
    RESULT.write_text("\n".join([head, note + "\n", *lines, f"\n## {store_note}\n", *ways, ""]), "utf-8")


if __name__ == "__main__":
    main()
