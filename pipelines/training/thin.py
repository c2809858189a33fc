"""Layers made thin: of the many numbers between a layer's two last matrices, those that the others make up for go.

One after another goes the one whose loss moves what the layer says the least, once the matrix behind it is fitted to
those that are left, by least squares over texts (Optimal Brain Surgeon, Hassibi & Stork 1993, of whole neurons). It
takes no training. Then the thin layers learn to say of each token what the wide ones said, and of each text the same.
"""

import copy
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nn
from rich.progress import track

from nlp.encoder import batches
from pipelines.training import tops
from pipelines.training.learning import Learning, array, fill, mixed
from pipelines.training.reader import Reader
from pipelines.training.tuning import Task, ordered

Array = npt.NDArray[Any]
SHOWN = 700
"""Texts of each task by which numbers are chosen."""
TOKENS = 8192
RIDGE = 1e-4
"""Of the mean square: keeps the equations solvable where numbers go together."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`kept`: numbers between the two matrices, of 1,536; with 1,024 the encoder takes a seventh of its time less.
    `place`, `states`: weights of the distance to the embedding before, and to the states of tokens before, beside
    their mean square. `average`: of the weights. `tokens`: in one batch."""

    kept: int = 1024
    epochs: int = 1
    rate: float = 2e-4
    average: float = 0.998
    tokens: int = 2048
    place: float = 30.0
    states: float = 10.0
    seed: int = 7


def made_thin(reader: Reader, tasks: Sequence[Task], recipe: Recipe, *, checkpoint: Path) -> None:
    """The reader's layers, made thin. A killed run goes on after its last epoch."""
    wide = copy.deepcopy(reader)
    draw, layers = random.Random(recipe.seed), reader.encoder.config.num_hidden_layers
    shown = [ids for task in tasks for ids in draw.sample(list(task.tokens), min(SHOWN, len(task.tokens)))]
    thin(reader, shown, kept=recipe.kept)
    parameters = reader.parameters(0)
    orders = [ordered(tasks, recipe.tokens, draw) for _ in range(recipe.epochs)]
    rates = dict.fromkeys(parameters, recipe.rate)
    learning = Learning(parameters, rates, steps=sum(map(len, orders)), average=recipe.average, warm_up=0.05)
    for epoch in range(learning.resume(checkpoint).get("epoch", 0), recipe.epochs):
        moved = torch.zeros(())
        for number, group in track(orders[epoch], description=f"thin, epoch {epoch + 1}"):
            ids = torch.tensor([tasks[number].tokens[i] for i in group])
            with mixed():
                with torch.no_grad():
                    old = wide.passed(ids, 0, layers)
                    goal = tops.embedded(wide.top, old)
                new = reader.passed(ids, 0, layers)
                place = tops.embedded(reader.top, new)
            off = (1 - (place * goal).sum(dim=1)).mean()
            apart = (new.float() - old.float()).square().mean() / old.float().square().mean()
            learning.step(recipe.place * off + recipe.states * apart)
            moved += off.detach() / len(orders[epoch])
        learning.save(checkpoint, {"epoch": epoch + 1})
        print(f"thin, epoch {epoch + 1} of {recipe.epochs}: cosine to the embedding before {1 - moved:.4f}", flush=True)
    fill(parameters, learning.average)


def thin(reader: Reader, tokens: Sequence[Sequence[int]], *, kept: int) -> None:
    """Cuts the layers of the reader's encoder to `kept` numbers, by what it makes of the texts `tokens`, from
    the lowest on: each is fitted to what those below say then."""
    inputs = [
        torch.tensor([tokens[i] for i in group]) for group in batches([len(ids) for ids in tokens], budget=TOKENS)
    ]
    with torch.no_grad():
        for number, layer in enumerate(track(reader.encoder.encoder.layer, description="layers made thin")):
            wide, narrow = layer.intermediate.dense, layer.output.dense
            seen = np.zeros((wide.out_features + 1,) * 2)
            for ids in inputs:
                active = nn.gelu(wide(layer.attention(reader.passed(ids, 0, number))[0])).flatten(0, 1)
                active = torch.cat([active, torch.ones(len(active), 1)], dim=1)
                seen += array(active.T @ active)
            places, matrix, bias = left(seen, array(narrow.weight), array(narrow.bias), kept)
            layer.intermediate.dense = _linear(wide.weight[places], wide.bias[places])
            layer.output.dense = _linear(torch.tensor(matrix), torch.tensor(bias))
    reader.encoder.config.intermediate_size = kept


def left(seen: Array, matrix: Array, bias: Array, kept: int) -> tuple[Array, Array, Array]:
    """Which `kept` inputs stay, int64 (kept,), rising; and the matrix float32 (d, kept) and bias (d,) that make up for
    the rest. `seen`: float64 (n + 1, n + 1), the sum of the inputs' products with one another, the last always 1;
    `matrix`: (d, n)."""
    number = matrix.shape[1]
    weights = torch.tensor(np.vstack([matrix.T, bias]), dtype=torch.float64)
    inverse = torch.linalg.inv(torch.tensor(seen + np.eye(number + 1) * RIDGE * np.trace(seen) / (number + 1)))
    asked = torch.tensor([1.0] * number + [float("inf")], dtype=torch.float64)  # infinite for what is gone, too
    for _ in range(number - kept):
        spread = inverse.diagonal().where(asked.isfinite(), torch.ones(()))
        one = int((weights.square().sum(dim=1) / spread * asked).nan_to_num(nan=float("inf")).argmin())
        share = inverse[:, one] / inverse[one, one]
        weights.addr_(share, weights[one].clone(), alpha=-1)
        inverse.addr_(share, inverse[one].clone(), alpha=-1)
        asked[one] = float("inf")
        weights[one], inverse[one], inverse[:, one] = 0, 0, 0
    places = asked.isfinite().nonzero()[:, 0].cpu().numpy()
    return places, array(weights[places].T), array(weights[number])


def _linear(weight: Any, bias: Any) -> Any:
    made = torch.nn.Linear(weight.shape[1], weight.shape[0])
    made.weight.copy_(weight)
    made.bias.copy_(bias)
    return made
