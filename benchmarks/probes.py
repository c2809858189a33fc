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
from pipelines.training.authored import authored, split

RESULT = ROOT / "benchmarks" / "results" / "probes.md"
Guesses = Sequence[tuple[str, float]]
SWEEP = (0.1, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9)
NOTES = """
Texts of `corpora/probes`, never trained on. Sentiment: accuracy by kind of difficulty; *marked* are the texts that are
marked for review because our class and VADER's are sure of opposites, and how many of these our model gets wrong.
Secondary intents: `{sure}` is the threshold that serves, chosen on such figures and not on gold. *Second guesses* are
the labels after the first on the whole text; *clauses* are asked one by one; *likely clauses* count where their label
is among the few best on the whole text, too: the rule that serves. A name is right where the text asks for it, also
where the main guess is what the author calls secondary; recall is over all names that the main guess does not tell.
*False* is the share of held-out training texts, most of which ask for one thing, with a name that their
author does not give.
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


def secondary_rows(annotator: Annotator, wishes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """`wishes` name secondary intents; few of the held-out texts of training have any."""
    held = split(authored(ROOT / "corpora" / "training"))[1][::2]
    rows = [*wishes, *held]
    signals = read(annotator, rows)
    parts = [clauses(row["text"]) for row in rows]
    flat = [clause for found in parts for clause in found]
    best = iter(annotator.intents.classify(annotator.encoder.encode(flat), flat))
    asked = [[next(best).ranked[0] for _ in found] for found in parts]
    likely = [[pair for pair in a if pair[0] in dict(s.intents)] for a, s in zip(asked, signals, strict=True)]
    second = [s.intents[1:] for s in signals]
    ways: dict[str, Sequence[Guesses]] = {"second guesses": second, "clauses": asked, "likely clauses": likely}
    yield "| way | threshold | names | precision | recall | false |\n|---|---|---|---|---|---|"
    for way, found in ways.items():
        for least in SWEEP:
            told = [
                {name for name, p in pairs if p >= least and name not in (signal.intent, NONE)}
                for pairs, signal in zip(found, signals, strict=True)
            ]
            right, wrong = figures(wishes, told, [s.intent for s in signals]), false(held, told[len(wishes) :])
            yield f"| {way} | {least} | {right} | {wrong} |"


def figures(wishes: Sequence[dict[str, Any]], told: Sequence[set[str]], main: Sequence[str]) -> str:
    asked = [{row["intent"], *row["secondary"]} if row["secondary"] else set() for row in wishes]
    wanted = [names - {guess} for names, guess in zip(asked, main, strict=False)]
    right = sum(len(t & w) for t, w in zip(told, wanted, strict=False))
    names = sum(map(len, told[: len(wishes)]))
    return f"{names} | {right / names if names else 0:.2f} | {right / sum(map(len, wanted)):.2f}"


def false(held: Sequence[dict[str, Any]], told: Sequence[set[str]]) -> str:
    asked = [{row["intent"], *row.get("secondary", ())} for row in held]
    return f"{sum(bool(names - own) for own, names in zip(asked, told, strict=True)) / len(held):.2f}"


def read(annotator: Annotator, rows: Sequence[dict[str, Any]]) -> list[Signal]:
    places = [Segment(str(n), 0, 0, len(row["text"])) for n, row in enumerate(rows)]
    return annotator.signals(places, [row["text"] for row in rows])[0]


def main() -> None:
    settings = Settings.from_environment()
    annotator = Annotator.load(settings.models, settings.taxonomy)
    rows = authored(ROOT / "corpora" / "probes")
    feelings, wishes = ([row for row in rows if name in row] for name in ("sentiment", "intent"))
    head = heading("Probes: hard cases of feeling, and texts with two wishes", command="python -m benchmarks.probes")
    lines = [head, f"Models {annotator.version}.", NOTES.format(sure=SURE), "## Sentiment\n"]
    lines += [
        *sentiment_rows(feelings, read(annotator, feelings)),
        "\n## Secondary intents\n",
        *secondary_rows(annotator, wishes),
    ]
    RESULT.write_text("\n".join(lines) + "\n")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
