"""Authored hard cases: sentiment by kind against VADER, and the rule for secondary intents by its threshold."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.heading import heading
from nlp.conversation import Segment
from nlp.secondary import SURE
from nlp.segmentation import clauses
from nlp.sentiment import disagrees, vader
from nlp.signal import SENTIMENTS, Signal
from nlp.taxonomy import NONE
from pipelines.annotate import Annotator
from pipelines.evaluate import NEUTRAL
from pipelines.settings import ROOT, Settings
from pipelines.training.authored import authored

RESULT = ROOT / "benchmarks" / "results" / "probes.md"
SWEEP = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
NOTES = """
Texts of `corpora/probes`, never trained on. Sentiment: accuracy by kind of difficulty; *marked* are the texts that are
marked for review because our class and VADER's are sure of opposites, and how many of these our model gets wrong.
Secondary intents: `{sure}` is the threshold that serves, chosen here and not on gold. *Second guesses* are the labels
after the first on the whole text; *clauses* are asked one by one. A name is right where the text asks for it, also
where the main guess is what the author calls secondary; recall is over all names that the main guess does not tell.
"""


def sentiment_rows(rows: Sequence[dict[str, Any]], signals: Sequence[Signal]) -> Iterator[str]:
    yield "| kind | texts | ours | VADER | marked | of these ours wrong |\n|---|---|---|---|---|---|"
    kinds = [*dict.fromkeys(row["kind"] for row in rows), "all"]
    for kind in kinds:
        own = [n for n, row in enumerate(rows) if kind in (row["kind"], "all")]
        wrong = {n for n in own if signals[n].sentiment_class != rows[n]["sentiment"]}
        second = sum(_vader(rows[n]["text"]) == rows[n]["sentiment"] for n in own)
        marked = [n for n in own if disagrees(rows[n]["text"], signals[n].probabilities)]
        share = f"{1 - len(wrong) / len(own):.2f} | {second / len(own):.2f}"
        yield f"| {kind} | {len(own)} | {share} | {len(marked)} | {len(wrong & set(marked))} |"


def _vader(text: str) -> str:
    score = vader(text)
    return SENTIMENTS[1 + (score >= NEUTRAL) - (score <= -NEUTRAL)]


def secondary_rows(annotator: Annotator, rows: Sequence[dict[str, Any]], signals: Sequence[Signal]) -> Iterator[str]:
    parts = [clauses(row["text"]) for row in rows]
    flat = [clause for found in parts for clause in found]
    best = iter(annotator.intents.classify(annotator.encoder.encode(flat), flat))
    asked = [[next(best).ranked[0] for _ in found] for found in parts]
    ways = {"second guesses": [signal.intents[1:] for signal in signals], "clauses": asked}
    yield "| way | threshold | names | precision | recall |\n|---|---|---|---|---|"
    for way, found in ways.items():
        for least in SWEEP:
            told = [
                {name for name, p in pairs if p >= least and name not in (signal.intent, NONE)}
                for pairs, signal in zip(found, signals, strict=True)
            ]
            wanted = [{r["intent"], *r["secondary"]} - {s.intent} for r, s in zip(rows, signals, strict=True)]
            wanted = [names if row["secondary"] else set() for names, row in zip(wanted, rows, strict=True)]
            right = sum(len(t & w) for t, w in zip(told, wanted, strict=True))
            names, all_ = sum(map(len, told)), sum(map(len, wanted))
            yield f"| {way} | {least} | {names} | {right / names if names else 0:.2f} | {right / all_:.2f} |"


def main() -> None:
    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy)
    rows = authored(ROOT / "corpora" / "probes")
    feelings, wishes = ([row for row in rows if name in row] for name in ("sentiment", "intent"))
    felt, wanted = (
        annotator.signals([Segment(str(n), 0, 0, len(r["text"])) for n, r in enumerate(own)], [r["text"] for r in own])[
            0
        ]
        for own in (feelings, wishes)
    )
    head = heading("Probes: hard cases of feeling, and texts with two wishes", command="python -m benchmarks.probes")
    lines = [head, f"Models {annotator.version}.", NOTES.format(sure=SURE), "## Sentiment\n"]
    lines += [*sentiment_rows(feelings, felt), "\n## Secondary intents\n", *secondary_rows(annotator, wishes, wanted)]
    RESULT.write_text("\n".join(lines) + "\n")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
