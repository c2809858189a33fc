"""Stages: what words, usual intents and events tell alone and together, on gold and on the sample's key."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from scipy.optimize import minimize

from benchmarks.heading import heading
from nlp import stages
from nlp.encoder import Floats
from nlp.journeys.placing import last, placed
from nlp.metrics import expected_calibration_error, interval, macro_recall
from nlp.redaction import redact
from nlp.taxonomy import UNKNOWN_STAGE
from pipelines.annotate import Annotator, annotate
from pipelines.evaluate import gold
from pipelines.ingest import ingest
from pipelines.protect import protector
from pipelines.settings import ROOT, Settings
from pipelines.sources import Options
from pipelines.stores import open_store
from pipelines.training.authored import authored, split

SEED = 7
RESULT = ROOT / "benchmarks" / "results" / "stages.md"
SAMPLE = ROOT / "corpora" / "sample"
NOTES = """
Each figure with its 95 % interval over resampled rows; ECE in 15 bins. The weights of words and intents are those of
the best likelihood on the held-out authored texts (first table; `--choose` fits them anew); what an event weighs is set
by reason. Gold and the sample's key only score. Gold has texts alone: no customer, so no events. Of the sample, "words
and intents" is what is told before any event is known, "with events" what the store holds; "last event alone" takes the
stage that the customer's last event before leads into, "unknown" without one.
"""


class Texts:
    """What the models say of texts. said, usual: float32 (n, k), "unknown" last."""

    def __init__(self, annotator: Annotator, texts: Sequence[str], truth: Sequence[str]) -> None:
        taxonomy = annotator.taxonomy
        self.labels = (*taxonomy.stage_names, UNKNOWN_STAGE)
        masked = [redact(text)[0] for text in texts]
        embeddings = annotator.encoder.encode(masked)
        self.said = stages.told(annotator.stages, embeddings, taxonomy.stage_names)
        wants = [found.ranked for found in annotator.intents.classify(embeddings, masked)]
        self.usual = stages.usual(wants, stages.default_stages(taxonomy), taxonomy.stage_names)
        self.truth = np.array([self.labels.index(name) for name in truth])

    def loss(self, weights: Sequence[float]) -> float:
        pooled = stages.pooled((weights[0], self.said), (weights[1], self.usual))
        return float(-np.log(pooled[np.arange(len(pooled)), self.truth]).mean())


def figures(guess: Sequence[str], sure: Sequence[float], truth: Sequence[str]) -> list[str]:
    g, t, c = np.array(guess), np.array(truth), np.array(sure)
    found = (
        interval(np.mean, g == t, seed=SEED),
        interval(macro_recall, t, g, seed=SEED),
        interval(expected_calibration_error, c, g == t, seed=SEED),
    )
    return [f"{f.value:.3f} ({f.low:.3f} to {f.high:.3f})" if f else "-" for f in found] + [
        f"{np.mean(g == UNKNOWN_STAGE):.1%}"
    ]


def told(rows: Floats, labels: Sequence[str]) -> tuple[list[str], list[float]]:
    found = [stages.best(row, labels) for row in rows]
    return [stage for stage, _ in found], [sure for _, sure in found]


def of_texts(texts: Texts) -> list[list[str]]:
    truth = [texts.labels[n] for n in texts.truth]
    pooled = stages.pooled((stages.WORDS, texts.said), (stages.INTENT, texts.usual))
    rows = {"words alone": texts.said, "intents alone": texts.usual, "words and intents": pooled}
    return [[name, *figures(*told(row, texts.labels), truth)] for name, row in rows.items()]


def of_sample(annotator: Annotator) -> list[list[str]]:
    """The sample is taken in without masking names, which changes no stage and takes long."""
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    taxonomy = annotator.taxonomy
    with TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/sample.db") as store:
        settings = replace(Settings(), names=False, key="benchmark of stages", dead_letters=Path(folder) / "dead.jsonl")
        paths = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and path.name != "KEY.json")
        options = Options(company="Brindle Home")
        ingest(paths, store=store, protect=protector(settings), settings=settings, options=options)
        annotate(store, annotator)
        contacts = [contact for contact in store.customers.contacts() if contact.id in key]
        events = [store.events.of(c.customer) if c.customer else [] for c in contacts]
    truth = [key[c.id]["stage"] for c in contacts]
    words = [placed(c.summary, [], c.at, taxonomy) for c in contacts]
    both = [placed(c.summary, did, c.at, taxonomy) for c, did in zip(contacts, events, strict=True)]
    before = [last(did, c.at, taxonomy) for c, did in zip(contacts, events, strict=True)]
    alone = [taxonomy.events[e.name] if e else UNKNOWN_STAGE for e in before]
    there = [n for n, event in enumerate(before) if event]
    rows = [["last event alone", *figures(alone, [1.0] * len(alone), truth)]]
    for name, found in (("words and intents", words), ("with events", both)):
        rows.append([name, *figures([s.stage for s in found], [s.stage_confidence for s in found], truth)])
    for name, found in (("words and intents, where an event was before", words), ("with events, same", both)):
        own = [found[n] for n in there]
        told_of = [s.stage for s in own], [s.stage_confidence for s in own], [truth[n] for n in there]
        rows.append([name, *figures(*told_of)])
    return rows


def table(rows: Sequence[Sequence[str]]) -> str:
    head = ["by", "accuracy", "macro recall", "ECE", "told as unknown"]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def choose(held: Texts) -> str:
    """The weights of the best likelihood on held-out texts, and how often guesses under FLOOR are right."""
    fit = minimize(held.loss, (1.0, 0.2), method="Nelder-Mead")
    pooled = stages.pooled((stages.WORDS, held.said), (stages.INTENT, held.usual))
    under = pooled.max(axis=1) < stages.FLOOR
    right = (pooled.argmax(axis=1) == held.truth)[under]
    words, kept = held.loss((1.0, 0.0)), held.loss((stages.WORDS, stages.INTENT))
    return (
        f"Best weights on {len(held.truth)} held-out texts: words {fit.x[0]:.2f}, intent {fit.x[1]:.2f}, mean loss"
        f" {fit.fun:.4f}; words alone {words:.4f}. Kept: {stages.WORDS}, {stages.INTENT}, {kept:.4f}. Under"
        f" {stages.FLOOR}: {under.sum()} texts, {right.sum()} of them guessed right."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--choose", action="store_true", help="fit the weights on held-out texts, and print them alone")
    arguments = parser.parse_args()
    annotator = Annotator.load(Settings().models, Settings().taxonomy)
    _, rows = split(authored(ROOT / "corpora" / "training"))
    held = Texts(annotator, [row["text"] for row in rows], [row["stage"] for row in rows])
    if arguments.choose:
        print(choose(held))
        return
    labelled = gold(ROOT / "corpora" / "gold")
    asked = Texts(annotator, [row.text for row in labelled], [str(row.stage) for row in labelled])
    sections = {
        f"Held-out authored texts ({len(held.truth)}), by which weights were chosen": [*of_texts(held)],
        f"Gold ({len(asked.truth)} texts)": of_texts(asked),
        "The sample's key (400 conversations)": of_sample(annotator),
    }
    parts = [heading("Stages", command="python -m benchmarks.stages", seed=SEED), NOTES, choose(held) + "\n"]
    parts += [f"## {title}\n\n{table(found)}\n" for title, found in sections.items()]
    RESULT.write_text("\n".join(parts))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
