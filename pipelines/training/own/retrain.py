"""A model of intents that has learnt people's corrections, and how it does beside the one before on what it has not."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from nlp.encoder import Floats
from nlp.errors import BadInput
from nlp.intent import IntentModel
from nlp.metrics import Interval, interval
from pipelines.annotate import Annotator
from pipelines.intents import TAXONOMY
from pipelines.review import examples
from pipelines.settings import ROOT, Settings
from pipelines.stores.protocols import Store
from pipelines.training.authored import authored
from pipelines.training.own.train import Data, Progress, train

LEAST = 10
"""Corrections there must be to learn from."""
ROUNDS = 2_000


@dataclass(frozen=True, slots=True)
class Beside:
    """Two models on the same `texts`: the share each gets right, and how much more the new one does, with 95 %
    intervals; None of nothing."""

    where: str
    texts: int
    old: Interval | None
    new: Interval | None
    gain: Interval | None


@dataclass(frozen=True, slots=True)
class Retrained:
    """`folder`: of the new model, which nobody is served with yet. `learnt`: corrections in it; `base`: other texts."""

    folder: Path
    learnt: int
    base: int
    beside: tuple[Beside, ...]

    @property
    def better(self) -> bool:
        """Whether what is held out says so beyond chance, and nothing says the contrary beyond chance."""
        gains = [b.gain for b in self.beside if b.gain]
        return bool(gains) and gains[0].low > 0 and all(gain.high >= 0 for gain in gains)


def retrain(
    store: Store,
    annotator: Annotator,
    *,
    out: Path,
    base: Path | None = None,
    taxonomy: Path,
    seed: int,
    progress: Progress = lambda step, done, total: None,
) -> Retrained:
    """Train into `out` on the corrections that are not held out and on `base`: a CSV file of labelled texts with the
    columns text and intent, the authored ones where None. `taxonomy`: the intents there may be.

    Raises BadInput where there are too few corrections, and what training raises.
    """
    learn, held = ([(e.text, e.intent) for e in examples(store, part)] for part in ("learn", "held-out"))
    if len(learn) < LEAST:
        raise BadInput(f"{len(learn)} corrections of intents to learn from; at least {LEAST} are needed: review more")
    known = [(row["text"], row["intent"]) for row in _base(base)]
    with TemporaryDirectory() as work:
        file = Path(work) / "corrections.csv"
        _write(file, [*_without(known, {text for text, _ in learn}), *learn])
        data = Data(file, taxonomy=taxonomy)
        shipped = annotator.taxonomy
        train(data, encoder=annotator.encoder, known=shipped, out=out, seed=seed, progress=progress)
    new = annotator.with_intents(out)
    tests = {"corrections held out": held}
    if base is None:
        gold = authored(ROOT / "corpora" / "gold")
        tests["the gold set"] = [(row["text"], row["intent"]) for row in gold]
    beside = tuple(compare(annotator, new, where, rows, seed=seed) for where, rows in tests.items())
    return Retrained(out, len(learn), len(known), beside)


def taxonomy_of(settings: Settings) -> Path:
    """The file of the intents that serve: of a model of one's own, its own."""
    return Path(settings.model) / TAXONOMY if settings.model else settings.taxonomy


def compare(old: Annotator, new: Annotator, where: str, rows: Sequence[tuple[str, str]], *, seed: int) -> Beside:
    """Text by text, so that the gain's interval knows that both were asked the same."""
    if not rows:
        return Beside(where, 0, None, None, None)
    texts, truth = zip(*rows, strict=True)
    shared = old.encoder.encode(texts)
    before, after = (_right(model.intents, shared, texts, truth) for model in (old, new))
    values = [interval(np.mean, right, seed=seed, rounds=ROUNDS) for right in (before, after, after - before)]
    return Beside(where, len(rows), *values)


def _right(model: IntentModel, shared: Floats, texts: Sequence[str], truth: Sequence[str]) -> Floats:
    """1 where the best guess is right, whether or not the model vouches for it, else 0: float32 (n,)."""
    found = model.head.probabilities(model.encoder.encode(texts) if model.encoder else shared).argmax(axis=1)
    return np.array([model.head.labels[n] == label for n, label in zip(found, truth, strict=True)], np.float32)


def _base(path: Path | None) -> list[dict[str, str]]:
    if path is None:
        return authored(ROOT / "corpora" / "training")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not {"text", "intent"} <= rows[0].keys():
        raise BadInput(f"{path}: needs the columns text and intent; it has {', '.join(rows[0])}")
    return rows


def _without(known: Sequence[tuple[str, str]], corrected: set[str]) -> list[tuple[str, str]]:
    """People's word on a text counts alone."""
    return [(text, label) for text, label in known if text not in corrected]


def _write(path: Path, rows: Sequence[tuple[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("text", "intent"), *rows])
