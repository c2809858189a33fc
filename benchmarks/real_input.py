"""Real exports through the whole path: seconds a step, peak memory, and the largest themes by name and size.

Each corpus runs in a process of its own, so that its peak memory is its own. No text of a corpus is written.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from pipelines.movements import ranked
from pipelines.overview import overview
from pipelines.settings import ROOT, Settings

RESULT = ROOT / "benchmarks" / "results" / "real-input.md"
REMARKS = ROOT / "benchmarks" / "real-input-remarks.md"
TOP = 15
CORPORA: dict[str, dict[str, Any]] = {
    "twitter_care": {"files": "conversations.json"},
    "cfpb": {"files": "complaints_sample.csv"},
    "multidogo": {
        "files": "*.tsv",
        "mapping": {"id": "conversationId", "text": "utterance", "speaker": "=customer", "channel": "=chat"},
        "started_at": datetime(2020, 1, 1, tzinfo=UTC),
    },
}


def analyse(name: str) -> dict[str, Any]:
    """Counts, seconds, peak memory and top themes of one corpus, in a new store."""
    from pipelines.annotate import Annotator
    from pipelines.corpora import located
    from pipelines.run import run
    from pipelines.sources import Options
    from pipelines.stores import open_store

    corpus = CORPORA[name]
    files = sorted(located(name, Settings.from_environment().corpora).glob(corpus["files"]))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment(
            store=f"sqlite:///{folder}/store.db", key="benchmark", dead_letters=Path(folder) / "dead-letters.jsonl"
        )
        options = Options(mapping=corpus.get("mapping"), started_at=corpus.get("started_at"), source=name)
        annotator = Annotator.load(settings.models, settings.taxonomy, threads=2)
        with open_store(settings.store) as store:
            done = run(files, store=store, annotator=annotator, settings=settings, options=options)
            figures, themes = overview(store), ranked(store)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shown = [{key: theme[key] for key in ("name", "segments", "conversations", "friction")} for theme in themes[:TOP]]
    totals = {key: figures[key] for key in ("conversations", "segments", "customers", "themes", "unassigned")}
    return {"counts": dict(done.counts), "seconds": dict(done.seconds), "peak": peak, **totals, "top": shown}


def section(name: str, found: dict[str, Any]) -> str:
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in found["seconds"].items())
    assigned = sum(theme["segments"] for theme in found["top"])
    rows = [
        f"| {theme['name']} | {theme['segments']} | {theme['conversations']} | {theme['friction']:.0f} |"
        for theme in found["top"]
    ]
    return "\n".join(
        [
            f"## {name}",
            "",
            f"{found['conversations']:,} conversations, {found['segments']:,} customer segments, "
            f"{found['themes']} themes (the {len(rows)} below hold {assigned:,} segments; "
            f"{found['unassigned']:,} in no theme). {found['counts']['dead']:,} dead letters, "
            f"{found['counts']['skipped']:,} records without text skipped.",
            f"Seconds: {steps}. Peak memory {found['peak']:.0f} MB.",
            "",
            "| theme | segments | conversations | friction |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", choices=CORPORA, help="analyse one corpus and print its figures as JSON")
    one = parser.parse_args().one
    if one:
        print(json.dumps(analyse(one)))
        return
    parts = [heading("Real input through the whole path", command="make real-input")]
    for name in CORPORA:
        command = [sys.executable, "-m", "benchmarks.real_input", "--one", name]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        parts.append(section(name, found))
        print(parts[-1])
    RESULT.write_text("\n".join([*parts, REMARKS.read_text("utf-8")]))


if __name__ == "__main__":
    main()
