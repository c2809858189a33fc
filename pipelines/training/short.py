"""The tuned encoder made short: a top in the stead of its last layer says of a text what tuned and untuned say of it.

What the base says places texts of any field, what the tuned encoder says tells apart what it has learnt; both share so
much that, side by side, the width of one holds them (`projection`). The top learns to say it from the states of the
layers below (distillation, Hinton et al. 2015).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track

from nlp.encoder import batches
from pipelines.training import tops
from pipelines.training.learning import Learning, array, mixed, tensor
from pipelines.training.tuning import Model

Array = npt.NDArray[Any]
Tokens = Sequence[Sequence[int]]
TOKENS = 2048
"""In one step."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`linear`: the rate of the top's linear layer, which begins as the mean of the states."""

    epochs: int = 12
    rate: float = 6e-4
    linear: float = 2e-3
    average: float = 0.99
    seed: int = 7


def projection(rows: Array, width: int) -> Array:
    """float32 (width, m): the directions in which the `rows`, (n, m), spread the most from the origin, so that their
    cosines stay as they are (Eckart & Young 1936)."""
    _, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.ascontiguousarray(directions[:, ::-1][:, :width].T.astype(np.float32))


def said(tuned: Sequence[Array], base: Array) -> Array:
    """What the top is to say, float32 (n, d) of unit length, of the texts of which the base says `base` and so do
    `tuned` encoders, which together count as much as it."""
    all_ = np.hstack([base, *(one * len(tuned) ** -0.5 for one in tuned)])
    kept = all_ @ projection(all_, base.shape[1]).T
    found: Array = (kept / np.linalg.norm(kept, axis=1, keepdims=True)).astype(np.float32)
    return found


def shorten(model: Model, tokens: Tokens, meant: Array, recipe: Recipe, *, checkpoint: Path) -> dict[str, Array]:
    """The tensors of the top. `meant`, float32 (n, d): what it is to say of the texts (`said`). A killed run goes on
    after its last epoch."""
    groups = list(batches([len(ids) for ids in tokens], budget=TOKENS))
    below, goal = _below(model, tokens, groups), tensor(meant)
    layers = {name: array(p) for name, p in model.encoder.state_dict().items()}
    last = model.encoder.config.num_hidden_layers - 1
    top = {
        name: tensor(v, requires_grad=True)
        for name, v in tops.initial(tops.layer_of(layers, last), tops.EMBEDDING).items()
    }
    rates = {name: recipe.rate if ".layer." in name else recipe.linear for name in top}
    learning = Learning(top, rates, steps=recipe.epochs * len(groups), average=recipe.average, warm_up=0.08)
    for epoch in range(learning.resume(checkpoint).get("epoch", 0), recipe.epochs):
        order, apart = random.Random(recipe.seed + epoch).sample(range(len(groups)), len(groups)), 0.0
        for number in track(order, description=f"top, epoch {epoch + 1}"):
            with mixed():
                place = tops.embedded(top, below[number].float())
            loss = (1 - (place * goal[groups[number]]).sum(dim=1)).mean()
            learning.step(loss)
            apart += float(loss.detach()) / len(order)
        learning.save(checkpoint, {"epoch": epoch + 1})
        print(f"top, epoch {epoch + 1} of {recipe.epochs}: cosine to what it is to say {1 - apart:.4f}", flush=True)
    return {name: array(value) for name, value in learning.average.items()}


def _below(model: Model, tokens: Tokens, groups: Sequence[Sequence[int]]) -> list[Any]:
    """Of each group of texts of one length the states that tops read, (m, length, d): as float16, half as large."""
    model.encoder.eval()
    with torch.no_grad(), mixed():
        return [
            model.embed(tensor([tokens[i] for i in group]))[1].half()
            for group in track(groups, description="texts, as tuned")
        ]
