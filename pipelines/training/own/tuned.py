"""A model of own intents with an encoder of its own: tuned, exported to int8, checked against fp32, given a head."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from nlp.encoder import Floats, OnnxEncoder
from nlp.head import Head
from pipelines.training import dequantised, quantised, tops
from pipelines.training.own import classifier, described, tune
from pipelines.training.own.train import MAX_TOKENS, Learnt, Material, Progress, beyond, calibrated
from pipelines.training.own.unlabelled import Beside

Tensors = dict[str, Any]
MANY = 2_000
"""From so many texts on, all layers learn and a tenth is held out once; of fewer texts the highest layers learn for
fewer steps, which is as good (docs/models.md); halves are held out in turn, and all are learnt in the end."""
FEW = tune.Recipe(epochs=12, layers=4, rate=2e-4)
BESIDE = tune.Recipe(epochs=4, steps=120, layers=4, rate=2e-4)
"""How few texts are tuned to, alone, and beside texts without a label."""
SURE = 0.4
"""How likely the guess at a text without a label is at least that an encoder is tuned to, which learns false ones more
readily than a head does."""
PARTS, TENTHS = 2, 10
RANGES = 1_000
"""Texts over which activation ranges are measured."""


def learn_tuned(found: Material, *, base: Path, into: Path, name: str, seed: int, progress: Progress) -> Learnt:
    """Writes model.onnx and tokenizer.json into the folder `into`. `base`: a checkpoint, or an int8 encoder of ours.

    What is tuned so far lies beside it in .NAME.training, until all is done: a killed run goes on there when the same
    texts are trained with the same seed.
    """
    many = len(found.examples.texts) >= MANY
    recipe = replace(tune.Recipe() if many else BESIDE if found.unlabelled.texts else FEW, seed=seed)
    work = _workplace(into.with_name(f".{name}.training"), found, base, recipe)
    if not (base / "config.json").is_file():
        base = dequantised.checkpoint(base, work / "base")
    bench = Bench(found, base, recipe, work, progress)
    tensors, x, scored = bench.tenth() if many else bench.parts()
    more = bench.lift()
    progress("export", 0, 2)
    own = export(base, tensors, bench.texts[:RANGES], into, work=work, name=name)
    progress("export", 1, 2)
    whole, others = own.encode(bench.texts), own.encode(found.unlabelled.texts)
    head = bench.head(whole, np.arange(len(whole)), others, encoder=own.version)
    alike = _alike(head, x[scored.rows], whole[scored.rows])
    progress("export", 2, 2)
    shutil.rmtree(work)
    how = "a tenth, also for the choice of the epoch" if many else f"{PARTS} parts, each by one tuned on the others"
    strange = beyond(whole, bench.labels, head, seed=seed)
    return calibrated(found, head, scored, seed=seed, how=how, outside=strange, lift=more, quantised=alike)


class Bench:
    """All texts with their labels, examples first and descriptions after them, and the tunings that they go through.

    Of `more`, texts without a label, the embeddings follow theirs.
    """

    def __init__(self, found: Material, base: Path, recipe: tune.Recipe, work: Path, progress: Progress) -> None:
        self.found, self.base, self.recipe, self.work, self.progress = found, base, recipe, work, progress
        self.texts = [*found.examples.texts, *found.described]
        self.labels = [*found.examples.labels, *found.described_labels]
        self.tokens, self.more = _tokens(base, self.texts), _tokens(base, found.unlabelled.texts)
        place = {label: n for n, label in enumerate(found.labels)}
        self.classes = np.array([place[label] for label in self.labels])
        self.described = np.arange(len(found.examples.texts), len(self.texts))
        self.split = next(iter(described.splits(found.examples.labels, found.described_labels, seed=recipe.seed)), None)
        self.untuned = tune.embedded(base, {}, [*self.tokens, *self.more]) if self.more else None
        self.added = self._untuned_lift() if self.split else 0.0

    def tenth(self) -> tuple[Tensors, Floats, classifier.Scored]:
        """One tuning: its tensors, its embeddings of all texts, and scores on a tenth that it has not learnt."""
        fold = classifier.folds(self.found.examples.labels, seed=self.recipe.seed, count=TENTHS)
        held, learnt = np.flatnonzero(fold == 0), np.append(np.flatnonzero(fold != 0), self.described)
        tensors, x = self.tuned("tune", 1, learnt, held)
        return tensors, x, self.scored(x, learnt, held)

    def parts(self) -> tuple[Tensors, Floats, classifier.Scored]:
        """PARTS tunings, each scored on the part that it has not learnt, and one that learns all."""
        fold = classifier.folds(self.found.examples.labels, seed=self.recipe.seed, count=PARTS)
        found: list[classifier.Scored] = []
        for k in range(PARTS):
            held, learnt = np.flatnonzero(fold == k), np.append(np.flatnonzero(fold != k), self.described)
            _, x = self.tuned(f"tune {k + 1} of {PARTS + 1}", k, learnt, None)
            found.append(self.scored(x, learnt, held))
        tensors, x = self.tuned(f"tune {PARTS + 1} of {PARTS + 1}", PARTS, np.arange(len(self.texts)), None)
        rows, logits, truth = (
            np.concatenate(part) for part in zip(*((f.rows, f.logits, f.truth) for f in found), strict=True)
        )
        return tensors, x, classifier.Scored(rows, logits, truth)

    def lift(self) -> described.Lift | None:
        """Of intents without an example, by one tuning more, which leaves a part of the others out: a tuned encoder
        that has seen an intent's texts knows its description too well."""
        if not self.split:
            return None
        count = len(self.found.examples.texts)
        rows = np.append(np.flatnonzero(self.split.learnt), self.described)
        _, x = self.tuned("tune with intents left out", PARTS + 1, rows, None)
        y, known, labels = self.found.examples.labels, self.found.described_labels, self.found.labels
        own, beside = x[: len(self.texts)], Beside(x[len(self.texts) :], self.added)
        told = described.answers(self.split, own[:count], y, own[count:], known, labels, beside)
        return described.chosen([told], y, known, labels)

    def tuned(
        self, step: str, number: int, learnt: classifier.Numbers, held: classifier.Numbers | None
    ) -> tuple[Tensors, Floats]:
        """The tensors of one tuning, and its embeddings of all texts."""
        tensors = tune.tune(
            self.base,
            self._beside(learnt),
            len(self.found.labels),
            held=None if held is None else self._texts(held),
            recipe=self.recipe,
            checkpoint=self.work / f"{number}.pt",
            progress=lambda _, done, total: self.progress(step, done, total),
        )
        return tensors, tune.embedded(self.base, tensors, [*self.tokens, *self.more])

    def scored(self, x: Floats, learnt: classifier.Numbers, held: classifier.Numbers) -> classifier.Scored:
        """The held-out rows by a head on the embeddings of those learnt."""
        head = self.head(x, learnt, x[len(self.texts) :], encoder="")
        return classifier.Scored(held, classifier.logits(head, x[held]), self.classes[held])

    def head(self, x: Floats, rows: classifier.Numbers, others: Floats, *, encoder: str) -> Head:
        """On these rows of x, beside the embeddings `others` of texts without a label."""
        y, beside = [self.labels[i] for i in rows], Beside(others, self.added)
        return classifier.fit(
            x[rows], y, encoder=encoder, labels=self.found.labels, beside=beside, alone=self._alone(rows)
        )

    def _texts(self, rows: classifier.Numbers) -> tune.Texts:
        return tune.Texts([self.tokens[i] for i in rows], self.classes[rows].tolist())

    def _beside(self, rows: classifier.Numbers) -> tune.Texts:
        """These texts, and those without a label of which the untuned encoder likely knows what they ask for."""
        learnt = self._texts(rows)
        if self.untuned is None:
            return learnt
        y, beside = [self.labels[i] for i in rows], Beside(self.untuned[len(self.tokens) :], self.added)
        labels, alone = self.found.labels, self._alone(rows)
        found = classifier.guesses(self.untuned[rows], y, labels=labels, beside=beside, alone=alone)
        sure = np.flatnonzero(found.likely >= SURE)
        return tune.Texts(
            [*learnt.tokens, *(self.more[i] for i in sure)],
            [*learnt.classes, *found.classes[sure].tolist()],
            [1.0] * len(rows) + found.likely[sure].tolist(),
        )

    def _alone(self, rows: classifier.Numbers) -> list[str]:
        """The intents that have no example among these rows."""
        examples = self.found.examples.labels
        return sorted(set(self.found.labels) - {examples[i] for i in rows if i < len(examples)})

    def _untuned_lift(self) -> float:
        """What is added to intents without an example where texts without a label are guessed; 0 without such texts."""
        if self.untuned is None:
            return 0.0
        y, known, count = self.found.examples.labels, self.found.described_labels, len(self.found.examples.labels)
        x, extra = self.untuned[:count], self.untuned[count : len(self.texts)]
        more = described.lift(x, y, extra, known, labels=self.found.labels, seed=self.recipe.seed)
        return more.more if more else 0.0


def export(base: Path, tensors: Tensors, texts: Sequence[str], into: Path, *, work: Path, name: str) -> OnnxEncoder:
    """The tuned encoder as an int8 graph in `into`, activation ranges measured over `texts`; opened from there."""
    import torch
    from transformers import AutoModel

    model, above = AutoModel.from_pretrained(base), tops.taken(tensors, tops.EMBEDDING)
    model.load_state_dict({key: torch.tensor(value) for key, value in tensors.items() if key not in above})
    plain = work / "fp32"
    model.save_pretrained(plain)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        if (base / file).is_file():
            shutil.copyfile(base / file, plain / file)
    config, whole = json.loads((base / "config.json").read_text("utf-8")), quantised.weights(plain)
    ranges = quantised.activation_ranges(plain, texts, above=above)
    words = quantised.without_unused(json.loads((base / "tokenizer.json").read_text("utf-8")), whole)
    width = int(config["hidden_size"])
    layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
    graph = quantised.build({**whole, **above}, ranges, layers=layers, heads=heads)
    (into / "model.onnx").write_bytes(graph)
    (into / "tokenizer.json").write_text(words, "utf-8")
    card = {
        "name": name,
        "version": f"{name}-int8-{hashlib.sha256(graph).hexdigest()[:8]}",
        "dimension": width,
        "max_tokens": MAX_TOKENS,
    }
    (into / "card.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in card.items()), "utf-8")
    return OnnxEncoder(into)


def _workplace(work: Path, found: Material, base: Path, recipe: tune.Recipe) -> Path:
    """The folder of what is tuned so far; emptied where it is of other texts, another base or another recipe."""
    graph = base / "model.onnx"
    start = hashlib.sha256(graph.read_bytes()).hexdigest() if graph.is_file() else str(base)
    given = [found.examples.texts, found.examples.labels, found.described, found.unlabelled.texts]
    said = json.dumps([*given, start, asdict(recipe)])
    key = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
    if not (work / "key").is_file() or (work / "key").read_text() != key:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        (work / "key").write_text(key)
    return work


def _tokens(base: Path, texts: Sequence[str]) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(tune.TRAINING_TOKENS)
    return [e.ids for e in tokenizer.encode_batch_fast(list(texts))]


def _alike(head: Head, plain: Floats, quantised: Floats) -> float:
    """The share of texts that get one guess from both embeddings."""
    return float((classifier.logits(head, plain).argmax(1) == classifier.logits(head, quantised).argmax(1)).mean())
