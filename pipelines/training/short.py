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
from pipelines.training.learning import Learning, array, mixed
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


def projection(both: Array) -> Array:
    """float32 (d, 2 d): the directions in which the rows of `both`, (n, 2 d), spread the most from the origin, so that
    their cosines stay as they are (Eckart & Young 1936)."""
    _, directions = np.linalg.eigh(both.T.astype(np.float64) @ both)
    return np.ascontiguousarray(directions[:, ::-1][:, : both.shape[1] // 2].T.astype(np.float32))


def said(tuned: Array, base: Array) -> Array:
    """What the top is to say, float32 (n, d) of unit length, of the texts of which two encoders say `tuned` and
    `base`."""
    both = np.hstack([tuned, base])
    kept = both @ projection(both).T
    found: Array = (kept / np.linalg.norm(kept, axis=1, keepdims=True)).astype(np.float32)
    return found


def shorten(model: Model, tokens: Tokens, base: Array, recipe: Recipe, *, checkpoint: Path) -> dict[str, Array]:
    """The tensors of the top. `base`, float32 (n, d): what the base says of the texts. A killed run goes on after its
    last epoch."""
    groups = list(batches([len(ids) for ids in tokens], budget=TOKENS))
    tuned, below = _said(model, tokens, groups)
    goal = torch.tensor(said(tuned, base))
    layers = {name: array(p) for name, p in model.encoder.state_dict().items()}
    last = model.encoder.config.num_hidden_layers - 1
    top = {
        name: torch.tensor(v, requires_grad=True)
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


def _said(model: Model, tokens: Tokens, groups: Sequence[Sequence[int]]) -> tuple[Array, list[Any]]:
    """What the model says of the texts, float32 (n, d), and of each group of one length the states that tops read,
    (m, length, d): as float16, half as large."""
    model.encoder.eval()
    below: list[Any] = []
    places = np.zeros((len(tokens), model.encoder.config.hidden_size), np.float32)
    with torch.no_grad(), mixed():
        for group in track(groups, description="texts, as tuned"):
            found, states = model.embed(torch.tensor([tokens[i] for i in group]))
            places[group] = array(found)
            below.append(states.half())
    return places, below
