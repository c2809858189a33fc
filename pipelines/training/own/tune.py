"""An encoder's layers tuned to the intents of labelled texts; a killed run goes on where it was.

Each text learns to point at its intent's direction: softmax over scaled cosines (Wang et al. 2017, "NormFace"), the
directions beginning at the intents' mean embeddings, and beside it at the texts of its own intent in the same step
(Khosla et al. 2020, "Supervised Contrastive Learning").
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nn

from nlp.encoder import batches
from pipelines.training.learning import Learning, layer_rates
from pipelines.training.reader import TOKENS, Reader

Array = npt.NDArray[Any]
Progress = Callable[[str, int, int | None], None]
TEXTS = 48
"""A step takes passes until it has so many texts: with few examples an intent, a pass has but a handful."""
TRAINING_TOKENS = 64
DIRECTIONS = "directions"
SMOOTHING, CONTRAST, SCALE = 0.05, 0.5, 20.0
"""Label smoothing; weight of the contrast against the directions; what multiplies a cosine."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`steps`: least number of steps. `layers`: how many learn, the highest ones. `decay`: of the rate, from each layer
    to the one below."""

    epochs: int = 8
    steps: int = 60
    layers: int = 6
    rate: float = 1e-4
    direction_rate: float = 1e-3
    decay: float = 0.9
    average: float = 0.99
    patience: int = 3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of texts, the number of each one's intent, and how much each counts, all alike where none is said."""

    tokens: Sequence[Sequence[int]]
    classes: Sequence[int]
    weights: Sequence[float] = ()


class Learner:
    """An encoder and the directions of `kinds` intents, as they learn.

    The layers that do not learn read each text once; what they make of it is kept for every step.
    """

    def __init__(self, base: Path, texts: Texts, kinds: int, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.reader = Reader(base)
        self.first = max(0, self.reader.layers - recipe.layers)
        self.inputs, self.classes = self.below(texts.tokens), torch.tensor(texts.classes)
        self.weights = torch.tensor(texts.weights or [1.0] * len(texts.tokens))
        sums = torch.zeros(kinds, self.reader.width)
        found = torch.tensor(self.reader.embed(self.inputs, first=self.first))
        sums.index_add_(0, self.classes, found * self.weights[:, None])
        self.directions = nn.normalize(sums, dim=1).requires_grad_()
        self.learning = self.reader.parameters(self.first) | {DIRECTIONS: self.directions}

    def below(self, tokens: Sequence[Sequence[int]]) -> list[Any]:
        """What the first layer that learns reads of each text, (length, d); the tokens, (length,), where all learn."""
        found = [torch.tensor(ids) for ids in tokens]
        if not self.first:
            return found
        with torch.no_grad():
            for group in batches([len(ids) for ids in tokens], budget=4 * TOKENS):
                read = self.reader.passed(torch.stack([found[i] for i in group]), 0, self.first)
                for i, own in zip(group, read, strict=True):
                    found[i] = own.clone()
        return found

    def loss(self, groups: Sequence[Sequence[int]]) -> Any:
        """Of one step: the texts of its passes, by their numbers."""
        inputs = [torch.stack([self.inputs[i] for i in group]) for group in groups]
        x = torch.cat([self.reader.places(group, first=self.first) for group in inputs])
        rows = [i for group in groups for i in group]
        y, weights = self.classes[rows], self.weights[rows]
        told = SCALE * x @ nn.normalize(self.directions, dim=1).T
        own = nn.cross_entropy(told, y, label_smoothing=SMOOTHING, reduction="none")
        return (own * weights).mean() + CONTRAST * contrast(x, y, weights)

    def accuracy(self, texts: Texts) -> float:
        """By the nearest direction, as the learner is now."""
        self.reader.encoder.eval()
        found = self.reader.embed([torch.tensor(ids) for ids in texts.tokens])
        self.reader.encoder.train()
        directions = nn.normalize(self.directions.detach(), dim=1).numpy()
        return float(((found @ directions.T).argmax(axis=1) == np.array(texts.classes)).mean())


def contrast(x: Any, y: Any, weights: Any) -> Any:
    """Each text, by its weight, against all others of the step: how much likelier are those of its own intent; 0 where
    it is alone."""
    likeness = (SCALE * x @ x.T).fill_diagonal_(-1e4)
    same = (y[:, None] == y[None, :]).float().fill_diagonal_(0)
    count = same.sum(dim=1)
    if not count.any():
        return x.sum() * 0
    each = -(nn.log_softmax(likeness, dim=1) * same).sum(dim=1) / count.clamp(min=1)
    return (each * weights)[count > 0].mean()


def tune(
    base: Path,
    texts: Texts,
    kinds: int,
    *,
    held: Texts | None,
    recipe: Recipe,
    checkpoint: Path,
    progress: Progress = lambda step, done, total: None,
) -> dict[str, Array]:
    """The tuned encoder's tensors by their names in the checkpoint, float32.

    With `held`, the epoch best on it is kept, and training ends after `patience` epochs without a better one. The
    state is written to `checkpoint` after each epoch, and training goes on from there where it exists.
    """
    learner = Learner(base, texts, kinds, recipe)
    draw = random.Random(recipe.seed)
    per_epoch = len(steps(texts, random.Random(recipe.seed)))
    epochs = max(recipe.epochs, -(-recipe.steps // per_epoch))
    rates = rated(learner, recipe)
    length = epochs * int(per_epoch * 1.1 + 2)  # epochs differ by a few steps
    learning = Learning(learner.learning, rates, steps=length, average=recipe.average, warm_up=0.1)
    state: dict[str, Any] = {"epoch": 0, "best": -1.0, "best_epoch": 0, "kept": {}} | learning.resume(checkpoint)
    for _ in range(state["epoch"]):
        steps(texts, draw)
    learner.reader.encoder.train()
    for epoch in range(state["epoch"], epochs):
        if held and epoch - state["best_epoch"] > recipe.patience:
            break
        for number, groups in enumerate(steps(texts, draw)):
            learning.step(learner.loss(groups))
            progress("tuning", epoch * per_epoch + number + 1, epochs * per_epoch)
        with learning.averaged():
            score = learner.accuracy(held) if held else 0.0
        if not held or score > state["best"]:
            kept = {name: value.clone() for name, value in learning.average.items() if name != DIRECTIONS}
            state |= {"best": score, "best_epoch": epoch, "kept": kept}
        state["epoch"] = epoch + 1
        learning.save(checkpoint, state)
    return learner.reader.tensors() | {name: value.numpy() for name, value in state["kept"].items()}


def rated(learner: Learner, recipe: Recipe) -> dict[str, float]:
    """The rate of each tensor that learns: a top is the highest layer."""
    found = layer_rates(
        learner.learning,
        recipe.rate,
        decay=recipe.decay,
        layers=learner.reader.layers,
        top=recipe.direction_rate,
    )
    return found | dict.fromkeys(learner.reader.top.keys() & found.keys(), recipe.rate)


def embedded(base: Path, tensors: Mapping[str, Array], tokens: Sequence[Sequence[int]]) -> Array:
    """float32 (n, d), of unit length, by the encoder at `base` with these tensors."""
    return Reader(base, tensors).embed([torch.tensor(ids) for ids in tokens])


def steps(texts: Texts, draw: random.Random) -> list[list[list[int]]]:
    """An epoch in random order: each step a list of groups of texts of one length."""
    order = draw.sample(range(len(texts.tokens)), len(texts.tokens))
    groups = [[order[i] for i in g] for g in batches([len(texts.tokens[i]) for i in order], budget=TOKENS)]
    draw.shuffle(groups)
    found: list[list[list[int]]] = []
    for group in groups:
        if not found or sum(map(len, found[-1])) >= TEXTS:
            found.append([])
        found[-1].append(group)
    return found
