"""A simulated year: public complaints taken in month by month, themes found anew each time, ids followed by lineage.

Every theme of a discovery, and of the one before, must have a fact that says what became of it. No text is written.
"""

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from nlp.themes.lineage import BORN, CONTINUED, DIED, DORMANT, MERGED, SPLIT
from nlp.themes.quality import Quality
from pipelines.annotate import Annotator
from pipelines.corpora import located
from pipelines.discover import discover
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

FIRST = date(2018, 12, 1)
"""The month with the first discovery; what came before is in it, and months are taken in until MONTHS later."""
MONTHS = 12
EACH = 6
"""Of the complaints every sixth is taken, so that twelve discoveries take minutes."""
NARRATIVE, RECEIVED = "Consumer complaint narrative", "Date received"
RESULT = ROOT / "benchmarks" / "results" / "theme-year.md"
KINDS = (CONTINUED, BORN, SPLIT, MERGED, DORMANT, DIED)

HEAD = (
    "month",
    "conversations",
    "segments",
    "themes",
    "live on",
    *KINDS,
    "unexplained",
    "alike",
    "in none",
    "stability",
    "drift p",
)


def month(n: int) -> date:
    """The first day of the nth month."""
    whole = FIRST.year * 12 + FIRST.month - 1 + n
    return date(whole // 12, whole % 12 + 1, 1)


def parts(file: Path) -> Iterator[list[dict[str, str]]]:
    """The rows with a text of each month, the first with all before."""
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row[NARRATIVE].strip()][::EACH]
    for n in range(MONTHS):
        since, until = date.min if n == 0 else month(n), month(n + 1)
        yield [row for row in rows if since <= received(row) < until]


def received(row: dict[str, str]) -> date:
    return date(*map(int, row[RECEIVED].split("/")))


def refit(store: Store, annotator: Annotator, settings: Settings, rows: list[dict[str, str]], n: int) -> dict[str, Any]:
    """Take one month in and find the themes anew; what the discovery says."""
    path = settings.dead_letters.parent / f"{n:02d}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    before = {theme.id for theme in store.themes.found()}
    run([path], store=store, annotator=annotator, settings=settings, refit=False)
    id, at = f"m{n:02d}", datetime.combine(month(n + 1), datetime.min.time(), UTC) - timedelta(seconds=1)
    discover(store, annotator.encoder, run=id, at=at, headlines=annotator.headlines)
    facts = [fact for fact in store.lineage.all() if fact.run == id]
    after = {theme.id for theme in store.themes.found()}
    alike = [fact.share for fact in facts if fact.kind == CONTINUED and fact.share is not None]
    return {
        "conversations": store.conversations.count(),
        "quality": store.qualities.of(id),
        "before": before,
        "after": after,
        "kinds": Counter(fact.kind for fact in facts),
        "alike": sum(alike) / len(alike) if alike else None,
        "unexplained": len((before | after) - {fact.theme for fact in facts}),
    }


def line(n: int, found: dict[str, Any]) -> str:
    q: Quality = found["quality"]
    lives = len(found["before"] & found["after"])
    share = f"{100 * lives / len(found['before']):.0f} %" if found["before"] else "-"
    kinds = " | ".join(str(found["kinds"][kind]) for kind in KINDS)
    figures = (found["alike"], q.unassigned, q.stability, q.drift_p)
    told = " | ".join("-" if value is None else f"{value:.2f}" for value in figures)
    head = f"{month(n):%Y-%m} | {found['conversations']:,} | {q.segments:,} | {q.themes}"
    return f"| {head} | {lives} of {len(found['before'])} ({share}) | {kinds} | {found['unexplained']} | {told} |"


def report(rows: list[dict[str, Any]]) -> str:
    kept = [len(r["before"] & r["after"]) for r in rows[1:]]
    known = [len(r["before"]) for r in rows[1:]]
    first, last = rows[0]["after"], rows[-1]["after"]
    return f"""{heading("A year of themes", command="python -m benchmarks.theme_year", seed=0)}
Every sixth narrative of `cfpb` (complaints to a public office, sent in over years), taken in by the month in which
they were received and kept, as a company's conversations are; the themes are found anew at the end of each month over
all that is there. *Unexplained*: themes of this discovery or of the one before of which lineage says nothing. *Alike*:
mean likeness of those that live on to what they were. *In none*, *stability* and *drift p* are what the discovery says
of itself.

Of {sum(known)} themes known before a refit {sum(kept)} live on under their id ({100 * sum(kept) / sum(known):.0f} %);
{sum(r["unexplained"] for r in rows)} changes are unexplained. Of the {len(first)} themes of the first month
{len(first & last)} are among the {len(last)} of the last.

| {" | ".join(HEAD)} |
|{"---|" * len(HEAD)}
{chr(10).join(line(n, row) for n, row in enumerate(rows))}
"""


def main(months: int = MONTHS) -> None:
    file = located("cfpb", Settings.from_environment().corpora) / "complaints_sample.csv"
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment(
            store=f"sqlite:///{folder}/store.db", key="benchmark", dead_letters=Path(folder) / "dead-letters.jsonl"
        )
        annotator, rows = Annotator.of(settings), []
        with open_store(settings.store) as store:
            for n, part in enumerate(list(parts(file))[:months]):
                rows.append(refit(store, annotator, settings, part, n))
                print(line(n, rows[-1]), flush=True)
    RESULT.write_text(report(rows), encoding="utf-8")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
