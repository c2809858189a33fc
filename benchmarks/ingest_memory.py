"""Peak memory and speed of reading: a gigabyte of Zendesk JSON lines, and one of CSV, streamed through the readers.

Each file is made in a temporary folder by repeating the tickets of the shipped sample under new ids, and is read by a
process of its own, so that its peak memory is its own.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from pipelines.settings import ROOT

RESULT = ROOT / "benchmarks" / "results" / "ingest-memory.md"
TICKETS = ROOT / "corpora" / "sample" / "tickets.jsonl"
GIGABYTE = 1_000_000_000


def tickets() -> Iterator[dict[str, Any]]:
    """The sample's tickets again and again, each time under a new id."""
    sample = [json.loads(line) for line in TICKETS.read_text("utf-8").splitlines()]
    for number in range(10**9):
        yield sample[number % len(sample)] | {"id": number}


def make_zendesk(path: Path, size: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for ticket in tickets():
            file.write(json.dumps(ticket) + "\n")
            if file.tell() >= size:
                return


def make_csv(path: Path, size: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "text", "created_at", "email"])
        for ticket in tickets():
            rows.writerow([ticket["id"], ticket["description"], ticket["created_at"], ticket["requester"]["email"]])
            if file.tell() >= size:
                return


MAKERS: dict[str, Callable[[Path, int], None]] = {"tickets.jsonl": make_zendesk, "tickets.csv": make_csv}


def measure(path: Path) -> dict[str, float]:
    """Records, seconds and peak memory in MB of reading a file to its end."""
    from pipelines import sources

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    records = sum(1 for _ in sources.read(path))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"records": records, "seconds": seconds, "before": before, "peak": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=Path, help="read one file and print its figures as JSON")
    parser.add_argument("--bytes", type=int, default=GIGABYTE, help="size of each file")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return
    rows = ["| file | MB | records | records/s | MB/s | peak MB | MB before reading |", "|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, make in MAKERS.items():
            path = Path(folder) / name
            make(path, options.bytes)
            command = [sys.executable, "-m", "benchmarks.ingest_memory", "--measure", str(path)]
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            megabytes = path.stat().st_size / 1e6
            rows.append(
                f"| {name} | {megabytes:,.0f} | {found['records']:,} | {found['records'] / found['seconds']:,.0f} | "
                f"{megabytes / found['seconds']:.0f} | {found['peak']:.0f} | {found['before']:.0f} |"
            )
            path.unlink()
    head = heading("Reading large files", command="python -m benchmarks.ingest_memory")
    note = (
        "The ids that a file has shown are kept, to tell the second record of one id: the peak grows with them alone.\n"
    )
    RESULT.write_text("\n".join([head, note, *rows, ""]))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
