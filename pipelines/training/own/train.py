"""From labelled texts to a model folder: read, embed, hold out, fit, measure, write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.errors import BadInput, MissingDependency
from nlp.head import Head
from nlp.outside import Outside
from nlp.taxonomy import Taxonomy
from pipelines.corpora import digest
from pipelines.training import outside
from pipelines.training.own import classifier, folder, unlabelled
from pipelines.training.own.described import Lift, lift
from pipelines.training.own.examples import Examples, hashes, read
from pipelines.training.own.figures import Figures, figures
from pipelines.training.own.unlabelled import Beside, Unlabelled
from pipelines.training.temperature import temperature

Progress = Callable[[str, int, int | None], None]
LEAST = 4
"""So many intents are needed to learn what is outside of them, by leaving some out."""
MAX_TOKENS = 256
"""Longer texts are cut by an encoder of their own."""
LIMITS = "English; what it says of texts unlike its examples is not measured"


@dataclass(frozen=True, slots=True)
class Data:
    """Where the examples are, and what their columns are called. `taxonomy`: the intents there may be, if given;
    `unlabelled`: more texts, without a label, in a column of the same name."""

    path: Path
    text: str = "text"
    label: str = "intent"
    taxonomy: Path | None = None
    unlabelled: Path | None = None


@dataclass(frozen=True, slots=True)
class Learnt:
    """`held_out`: figures on texts not learnt, and `how`. `unlabelled`: texts without a label that were learnt from.
    `outside`: tells what no intent is about, where there are enough intents to learn it from. `lift`: of intents
    without an example, if there are any and others tell it. `quantised`: share of guesses alike in fp32 and int8, where
    tuned."""

    examples: Examples
    labels: tuple[str, ...]
    head: Head
    held_out: Figures
    how: str
    unlabelled: Unlabelled
    outside: Outside | None = None
    lift: Lift | None = None
    quantised: float | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """A written model: its folder, what was learnt, how long it took."""

    folder: Path
    learnt: Learnt
    seconds: float


@dataclass(frozen=True, slots=True)
class Material:
    """Examples, all intents, what describes them (texts and the label of each), and texts without a label."""

    examples: Examples
    labels: tuple[str, ...]
    described: tuple[str, ...]
    described_labels: tuple[str, ...]
    unlabelled: Unlabelled


def train(
    data: Data,
    *,
    encoder: Encoder,
    known: Taxonomy,
    out: Path,
    seed: int,
    base: Path | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Trained:
    """Train on `data` and write the folder `out`. With `base`, the encoder there, an fp32 checkpoint or an int8
    graph of ours, is tuned to the intents first.

    `encoder`: the shared one. `known`: stages and events. Raises BadInput, UnknownName, BadTaxonomy naming rows;
    with `base` BadModel, and MissingDependency without the extra `train`.
    """
    started = perf_counter()
    found = material(data, known, seed=seed)
    with folder.replaced(out) as fresh:
        if base:
            try:
                from pipelines.training.own.tuned import learn_tuned
            except ImportError as error:
                raise MissingDependency.of("tuning an encoder", str(error.name), "train") from error
            learnt = learn_tuned(found, base=base, into=fresh, name=out.name, seed=seed, progress=progress)
        else:
            learnt = learn(found, encoder, seed=seed, progress=progress)
        write(fresh, learnt, data, name=out.name, seed=seed)
    return Trained(out, learnt, perf_counter() - started)


def material(data: Data, known: Taxonomy, *, seed: int) -> Material:
    """The examples and their intents: those of the taxonomy where given, else the labels."""
    given = folder.read_taxonomy(data.taxonomy, known) if data.taxonomy else None
    names = given.intent_names if given else None
    examples = read(data.path, text=data.text, label=data.label, known=names)
    if all(count < 2 for count in examples.counts.values()):
        raise BadInput(f"{data.path}: every label has one example alone; at least one must have two")
    labels = tuple(names or examples.counts)
    pairs = [(text, label) for label, texts in classifier.descriptions(labels, given).items() for text in texts]
    others = Unlabelled()
    if data.unlabelled:
        others = unlabelled.read(data.unlabelled, text=data.text, learnt=examples.hashes, seed=seed)
    return Material(examples, labels, tuple(text for text, _ in pairs), tuple(label for _, label in pairs), others)


def learn(found: Material, encoder: Encoder, *, seed: int, progress: Progress) -> Learnt:
    """A head on the embeddings of `encoder`; figures by cross-validation over classifier.FOLDS folds."""
    progress("embed", 0, 1)
    x, extra = encoder.encode(found.examples.texts), encoder.encode(found.described)
    others = encoder.encode(found.unlabelled.texts)
    progress("embed", 1, 1)
    y, described, labels = found.examples.labels, found.described_labels, found.labels
    steps = classifier.FOLDS + 2
    progress("fit", 0, steps)
    more = lift(x, y, extra, described, labels=labels, seed=seed)
    beside = Beside(others, more.more if more else 0.0)
    scored = classifier.held_out(
        x,
        y,
        extra,
        described,
        labels=labels,
        seed=seed,
        beside=beside,
        progress=lambda done: progress("fit", done, steps),
    )
    whole, named, alone = np.vstack([x, extra]), [*y, *described], sorted(set(labels) - set(y))
    head = classifier.fit(whole, named, encoder=encoder.version, labels=labels, beside=beside, alone=alone)
    progress("fit", steps - 1, steps)
    how = f"{classifier.FOLDS} folds, each by a head fitted on the others"
    if len(others):
        more = lift(x, y, extra, described, labels=labels, seed=seed, beside=beside)
    strange = beyond(whole, named, head, seed=seed)
    progress("fit", steps, steps)
    return calibrated(found, head, scored, seed=seed, how=how, outside=strange, lift=more)


def beyond(x: Floats, y: Sequence[str], head: Head, *, seed: int) -> Outside | None:
    """What tells texts outside the intents; None where there are too few of them."""
    return outside.fit(x, y, encoder=head.encoder, seed=seed) if len(set(y)) >= LEAST < len(y) else None


def calibrated(
    found: Material,
    head: Head,
    scored: classifier.Scored,
    *,
    seed: int,
    how: str,
    outside: Outside | None,
    lift: Lift | None,
    quantised: float | None = None,
) -> Learnt:
    """With the temperature and the threshold that the held-out texts ask for, and figures on them."""
    if lift:
        head, scored = lift.of(head), replace(scored, logits=lift.added(scored.logits, found.labels))
    divisor = temperature(scored.logits, scored.truth)
    counts = found.examples.counts
    measured = figures(
        scored, found.labels, [counts.get(label, 0) for label in found.labels], temperature=divisor, seed=seed
    )
    threshold = measured.thresholds[classifier.PRECISION][0]
    final = replace(head, temperature=divisor, threshold=threshold)
    return Learnt(found.examples, found.labels, final, measured, how, found.unlabelled, outside, lift, quantised)


def write(into: Path, learnt: Learnt, data: Data, *, name: str, seed: int) -> None:
    """Everything but the graph, which a tuned encoder has written before."""
    learnt.head.save(into / "intent.npz")
    if learnt.outside:
        learnt.outside.save(into / "outside.npz")
    seen = np.concatenate([learnt.examples.hashes, hashes(learnt.unlabelled.texts)])
    np.savez_compressed(into / "seen.npz", texts=seen)
    folder.write_taxonomy(into, list(learnt.labels), data.taxonomy)
    tuned = (into / "model.onnx").is_file()
    facts: dict[str, str | int | float] = {
        "name": name,
        "version": learnt.head.encoder if tuned else f"{name}-{learnt.head.digest}",
        "kind": "intents on an encoder of their own" if tuned else "intents on the shared encoder",
        "encoder": learnt.head.encoder,
        "dimension": len(learnt.head.weights),
        "seed": seed,
        "temperature": round(learnt.head.temperature, 5),
        "threshold": round(learnt.head.threshold, 5),
        "held_out": learnt.how,
        "limits": LIMITS,
    }
    if learnt.quantised is not None:
        facts |= {"max_tokens": MAX_TOKENS, "int8_agrees_with_fp32": round(learnt.quantised, 5)}
    rows: dict[str, str | int | float] = {
        "file": data.path.name,
        "sha256": digest(data.path),
        "text": data.text,
        "label": data.label,
        "rows": len(learnt.examples.texts),
        "intents": len(learnt.labels),
    }
    if data.unlabelled:
        rows |= {
            "unlabelled_file": data.unlabelled.name,
            "unlabelled_sha256": digest(data.unlabelled),
            "unlabelled_rows": learnt.unlabelled.rows,
            "unlabelled_different": learnt.unlabelled.different,
            "unlabelled_learnt": len(learnt.unlabelled.texts),
        }
    rows |= {f"dropped_{reason.replace(' ', '_')}": len(where) for reason, where in learnt.examples.dropped.items()}
    folder.write_card(into, learnt.held_out, facts, rows, learnt.lift)
