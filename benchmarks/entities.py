"""Entities on the gold texts that mark them: patterns alone and with recognition, how well and how fast."""

import time
from collections.abc import Sequence

from benchmarks.heading import heading
from nlp.entities.finder import TYPES, WAYS, Finder
from nlp.metrics import Interval
from nlp.redaction import redact
from pipelines.evaluate import Labelled, gold
from pipelines.settings import ROOT
from pipelines.spans import scores

SEED = 7
ROUNDS = 5
RESULT = ROOT / "benchmarks" / "results" / "entities.md"
NOTES = """
F1 with its 95 % interval over resampled texts, then precision and recall. Texts are masked first, as on ingest, but for
@handles: they are the company's own. No file of own names is given: products are found by kinds and patterns alone.
The rules were chosen by eye on the training texts and on public ones, which mark nothing: the gold texts were scored,
not looked at. One author marked each text, without a second annotator.
"""


def rate(finder: Finder, texts: Sequence[str]) -> float:
    """Texts a second of processor time: the best of some rounds, one thread."""
    finder(texts)
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        finder(texts)
        best = min(best, time.process_time() - start)
    return len(texts) / best


def shown(*figures: Interval | None) -> str:
    """The first with its interval, the others alone."""
    first, *rest = figures
    if not first:
        return "- | | "
    plain = (f"{figure.value:.2f}" if figure else "-" for figure in rest)
    return f"{first.value:.2f} ({first.low:.2f} to {first.high:.2f}) | " + " | ".join(plain)


def table(labelled: Sequence[Labelled]) -> str:
    texts = [row.text for row in labelled]
    masked = [redact(text)[0] for text in texts]
    lines = [
        "| way | type | marked | exact F1 | P | R | overlapping F1 | P | R |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    marks = [row.entities or () for row in labelled]
    speeds = []
    for way in WAYS:
        finder = Finder.load(way)
        found = scores(finder, texts, marks, seed=SEED)
        for type in (*TYPES, "entities"):
            count = sum(mark["type"] == type or type == "entities" for own in marks for mark in own)
            cells = (
                shown(*(found[f"{type}, {name}"][measure] for measure in ("F1", "precision", "recall")))
                for name in ("exact", "overlapping")
            )
            lines.append(f"| {way} | {type} | {count} | {' | '.join(cells)} |")
        speeds.append(f"{way} {rate(finder, masked):,.0f}")
    size = sum(map(len, masked)) / len(masked)
    return "\n".join(lines) + f"\n\nTexts a second, one thread, {size:.0f} characters each: {', '.join(speeds)}.\n"


def main() -> None:
    labelled = [row for row in gold(ROOT / "corpora" / "gold") if row.entities is not None]
    head = heading("Entities", command="python -m benchmarks.entities", seed=SEED)
    RESULT.write_text(f"{head}\n{len(labelled)} texts of the gold set.\n{NOTES}\n{table(labelled)}")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
