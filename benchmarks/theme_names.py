"""Fifty theme names of three public corpora, joined with what a reader says of each: would a support leader accept it?

Verdicts are written by hand, from the quotes, in theme-names-verdicts.md; `--quotes` prints those. No text of a corpus
is written. A name without a verdict counts as not judged.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.heading import heading
from benchmarks.real_input import CORPORA
from nlp.conversation import conversation_of
from nlp.encoder import cohesion_of
from nlp.themes.context import in_context
from nlp.themes.discover import discover
from nlp.themes.quotes import representative
from nlp.themes.units import copies
from pipelines.discover import units
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "theme-names.md"
VERDICTS = ROOT / "benchmarks" / "theme-names-verdicts.md"
STORES = Path(tempfile.gettempdir()) / "frictionary-theme-names"
FOUND = STORES.with_suffix(".csv")
SHOWN = {"twitter_care": 11, "cfpb": 28, "multidogo": 11}
"""Largest themes that are read, of each corpus."""
FILES = {"multidogo": "*.test.tsv"}
"""Of a corpus whose files are not all read."""
QUOTES = 10

Row = tuple[str, str, int, list[str]]
"""Corpus, name, size, quotes."""


def of_store(corpus: str, folder: Path) -> Iterator[Row]:
    """Themes found anew in a store in `folder`, which is filled first where it is not there. What a discovery says of
    itself is left out: it takes longest, and names nothing."""
    from pipelines.annotate import Annotator, annotate
    from pipelines.corpora import located
    from pipelines.ingest import ingest
    from pipelines.naming import named
    from pipelines.protect import protector
    from pipelines.sources import Options
    from pipelines.stores import open_store

    given = CORPORA[corpus]
    files = sorted(located(corpus, Settings.from_environment().corpora).glob(FILES.get(corpus, given["files"])))
    known = (folder / f"{corpus}.db").exists()
    settings = Settings.from_environment(
        store=f"sqlite:///{folder}/{corpus}.db", key="benchmark", dead_letters=folder / "dead-letters.jsonl"
    )
    annotator = Annotator.of(settings)
    options = Options(mapping=given.get("mapping"), started_at=given.get("started_at"), source=corpus)
    with open_store(settings.store) as store:
        if not known:
            ingest(files, store=store, protect=protector(settings), settings=settings, options=options)
            annotate(store, annotator)
        ids, texts, embeddings = units(store, encoder=annotator.encoder.version)
    told = list(map(conversation_of, ids))
    seen = in_context(embeddings, told, list(map(len, texts)))
    near = cohesion_of(annotator.encoder)
    found = discover(seen[copies(texts)], conversations=told, cohesion=near, mapped=False)
    numbers = [f"t{n}" for n in range(1, len(found.centroids) + 1)]
    themes = named(found, numbers, ids, texts, embeddings, encoder=annotator.encoder, headlines=annotator.headlines)
    for k, theme in enumerate(themes):
        own = [n for n, label in enumerate(found.labels) if label == k]
        places = representative([texts[n] for n in own], embeddings[own], found.centroids[k], count=QUOTES)
        yield corpus, theme.name, theme.size, [texts[own[place]] for place in places]


def verdicts() -> dict[tuple[str, str], tuple[bool, str]]:
    """(corpus, name) -> accepted or not, and why: the rows of the hand-written table."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in VERDICTS.read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    return {(row[0], row[1]): (row[2] == "yes", row[3]) for row in cells if row[2] in ("yes", "no")}


def report(rows: list[Row]) -> str:
    said, lines, judged, accepted = verdicts(), list[str](), 0, 0
    for corpus, name, size, _ in rows:
        yes, why = said.get((corpus, name), (None, ""))
        judged += yes is not None
        accepted += yes is True
        lines.append(
            f"| {corpus} | {name} | {size} | {'not judged' if yes is None else 'yes' if yes else 'no'} | {why} |"
        )
    share = f"{accepted} of {judged} names judged are accepted ({accepted / max(1, judged):.0%})."
    each = "; ".join(
        f"{corpus} {sum(said.get(r[:2], (False,))[0] for r in own)} of {sum(r[:2] in said for r in own)}"
        for corpus in SHOWN
        for own in [[r for r in rows if r[0] == corpus]]
    )
    head = heading("Names of themes, read by eye", command="python -m benchmarks.theme_names")
    table = ["| corpus | name | segments | accepted | why not |", "|---|---|---|---|---|", *lines]
    return "\n".join(
        [
            head,
            f"{share} By corpus: {each}. Judged from {QUOTES} quotes each.",
            "",
            *table,
            "",
        ]
    )


def find(corpus: str, folder: Path, *, quotes: bool) -> None:
    """Find one corpus's themes, in a process of its own, and keep the names beside."""
    start = time.perf_counter()
    rows = list(of_store(corpus, folder))
    with FOUND.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[:3] for row in rows[: SHOWN[corpus]])
    print(f"# {corpus}: {len(rows)} themes, {time.perf_counter() - start:.0f} s")
    for _, name, size, said in rows[: SHOWN[corpus]]:
        print(f"{size:6} {name}")
        for text in said if quotes else ():
            print("        -", " ".join(text.split())[:300])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quotes", action="store_true", help="print the quotes by which names are judged")
    parser.add_argument("--one", choices=SHOWN, help="find the themes of one corpus alone")
    parser.add_argument("--join", action="store_true", help="write the result from the names found last")
    parser.add_argument("--stores", type=Path, default=STORES, help="where stores lie, for a run after a run")
    given = parser.parse_args()
    if given.one:
        find(given.one, given.stores, quotes=given.quotes)
        return
    if not given.join:
        FOUND.unlink(missing_ok=True)
        given.stores.mkdir(exist_ok=True)
        flags = ["--quotes"] if given.quotes else []
        for corpus in SHOWN:
            command = [sys.executable, "-m", "benchmarks.theme_names", "--stores", str(given.stores)]
            subprocess.run([*command, "--one", corpus, *flags], check=True)
    with FOUND.open(encoding="utf-8", newline="") as file:
        rows: list[Row] = [(corpus, name, int(size), []) for corpus, name, size in csv.reader(file)]
    RESULT.write_text(report(rows))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
