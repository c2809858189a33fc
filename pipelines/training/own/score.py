"""A model of intents on labelled texts that it has not learnt: the figures of training, and what it vouches for."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlp.errors import BadInput
from nlp.intent import classify
from nlp.metrics import Interval, interval
from pipelines.annotate import Annotator
from pipelines.training.own.classifier import Scored, logits
from pipelines.training.own.examples import Examples, Hashes, read
from pipelines.training.own.figures import Figures, figures
from pipelines.training.own.train import Data

LEARNT = "learnt in training"


@dataclass(frozen=True, slots=True)
class Result:
    """`examples`: what was scored, and what was left out. `coverage`, `kept`: the share that the model vouches for,
    and its accuracy there."""

    model: str
    examples: Examples
    figures: Figures
    coverage: Interval | None
    kept: Interval | None


def score(annotator: Annotator, data: Data, *, folder: Path | None, seed: int) -> Result:
    """Raises BadInput and UnknownName naming rows. Texts that the model in `folder` has learnt are left out."""
    model = annotator.intents
    labels = model.head.labels
    found = read(data.path, text=data.text, label=data.label, known=labels, least=1)
    if folder:
        found = _without(found, _seen(folder), data.path)
    truth = np.array([labels.index(label) for label in found.labels])
    x = (model.encoder or annotator.encoder).encode(found.texts)
    scored = Scored(np.arange(len(truth)), logits(model.head, x), truth)
    counts = [found.counts.get(label, 0) for label in labels]
    sure = np.array([not guess.abstained for guess in classify(model.head, x, model.outside)])
    right = scored.logits.argmax(axis=1) == truth
    return Result(
        annotator.version,
        found,
        figures(scored, labels, counts, temperature=1.0, seed=seed),
        interval(np.mean, sure, seed=seed),
        interval(np.mean, right[sure], seed=seed),
    )


def _seen(folder: Path) -> Hashes:
    path = folder / "seen.npz"
    if not path.is_file():
        return np.zeros(0, np.uint64)
    with np.load(path, allow_pickle=False) as file:
        return np.asarray(file["texts"], np.uint64)


def _without(found: Examples, seen: Hashes, path: Path) -> Examples:
    known = np.isin(found.hashes, seen)
    kept = np.flatnonzero(~known).tolist()
    if not kept:
        raise BadInput(f"{path}: the model has learnt all {len(known)} texts; score it on others")
    dropped = {**found.dropped, LEARNT: tuple(found.rows[i] for i in np.flatnonzero(known))}
    return replace(
        found,
        texts=tuple(found.texts[i] for i in kept),
        labels=tuple(found.labels[i] for i in kept),
        rows=tuple(found.rows[i] for i in kept),
        dropped={reason: rows for reason, rows in dropped.items() if rows},
    )
