"""The figures of docs/sizing.md, out of what benchmarks/api_load.py has measured."""

import re
from collections.abc import Iterable
from pathlib import Path

from pipelines.settings import ROOT

RESULTS, PAGE = ROOT / "benchmarks" / "results", ROOT / "docs" / "sizing.md"
STORES = ("SQLite", "PostgreSQL")
BEGIN, END = "<!-- figures, by benchmarks/api_load.py -->\n", "<!-- end of figures -->\n"
ROW = re.compile(r"^\| (`POST \S+`) \| (\w+) \| (\d+) \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|", re.MULTILINE)


def figures(results: Path = RESULTS) -> str:
    """A table of one server by store, and how many servers follow from it."""
    load = (results / "api-load.md").read_text("utf-8")
    machine = re.search(r"\d{4}-\d\d-\d\d\. (.+?), Python", load)
    seen = {(route, store): f"{p50} / {p99}" for route, store, _, p50, p99 in ROW.findall(load)}
    rate = ROW.findall(load)[0][2]
    held = {store: memory for memory, store in re.findall(r"(\d+) MB over (\w+)", load)}
    rows = [
        f"| {route} at {rate} a second: p50 / p99 ms | {_cells(seen.get((route, store)) for store in STORES)} |"
        for route in dict.fromkeys(route for route, _ in seen)
    ]
    rows.append(f"| memory after that, MB | {_cells(held.get(store) for store in STORES)} |")
    long = [_long(results / f"api-memory-{store.lower()}.md") for store in STORES]
    rows.append(f"| memory after the first and the last minute of a long load, MB | {_cells(long)} |")
    bears = {route: int(most) for route, most in re.findall(r"(`POST \S+`) (\d+)[;.]", load)}
    told = "; ".join(f"{route} {most}" for route, most in bears.items())
    half = min(bears.values()) // 2
    return f"""{BEGIN}| one server on {machine[1] if machine else "a machine"} | {" | ".join(STORES)} |
|---|---|---|
{chr(10).join(rows)}

It bears so many requests a second, 99 % of them within 0.1 s: {told}.
Plan for half: {half} a second a server, {half * 3600:,} an hour. For N a second at the peak take
N / {half} servers, rounded up, and one more, so that one may fail or be changed.
{END}"""


def write(page: Path = PAGE, results: Path = RESULTS) -> None:
    """Put the figures in place of those that the page has."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    page.write_text(before + figures(results) + rest.partition(END)[2], "utf-8")


def _cells(found: Iterable[str | None]) -> str:
    return " | ".join(cell or "-" for cell in found)


def _long(file: Path) -> str:
    held = re.findall(r"\| ([\d.]+) \|$", file.read_text("utf-8"), re.MULTILINE) if file.is_file() else []
    return f"{held[0]}, {held[-1]}" if held else ""
