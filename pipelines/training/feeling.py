"""The last lesson of a short encoder: it learns what teachers feel (`teacher.py`) and goes on saying what it said.

All layers learn, and both tops. Every text is held to the embedding that the encoder gave it before, so that intents,
stages and themes find it where it was.
"""

import random
from collections.abc import Mapping, Sequence
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
from pipelines.training.learning import Learning, array, fill, layer_rates, mixed
from pipelines.training.reader import Reader
from pipelines.training.tuning import FELT, POLARITY, Target, Task, ordered

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Recipe:
    """`place`: weight of the distance to the embedding before, `truth`: of the labels, beside what it is to tell.
    `decay`: of the rate, from each layer to the one below. `average`: of the weights. `tokens`: in one batch."""

    epochs: int = 2
    rate: float = 8e-5
    top_rate: float = 3e-4
    decay: float = 0.9
    dropout: float = 0.1
    average: float = 0.998
    tokens: int = 2048
    place: float = 30.0
    truth: float = 0.3
    seed: int = 7


def learn(
    reader: Reader,
    sentiment: Mapping[str, Array],
    tasks: Sequence[Task],
    told: Sequence[Array],
    recipe: Recipe,
    *,
    places: Sequence[Array],
    checkpoint: Path,
) -> dict[str, Array]:
    """The tensors of the sentiment top, which begins as `sentiment`; the reader's own are filled.

    `places`: the embeddings float32 (n, d) that each task's texts are held to; `told`: the probabilities float32 (n, 3)
    that they are to be told. A killed run goes on after its last epoch.
    """
    felt = {name: torch.tensor(value, requires_grad=True) for name, value in sentiment.items()}
    parameters = reader.parameters(0) | felt
    draw, layers = random.Random(recipe.seed), reader.encoder.config.num_hidden_layers
    orders = [ordered(tasks, recipe.tokens, draw) for _ in range(recipe.epochs)]
    rates = layer_rates(parameters, recipe.rate, decay=recipe.decay, layers=layers, top=recipe.top_rate)
    learning = Learning(parameters, rates, steps=sum(map(len, orders)), average=recipe.average, warm_up=0.08)
    for epoch in range(learning.resume(checkpoint).get("epoch", 0), recipe.epochs):
        moved = torch.zeros(())
        for number, group in track(orders[epoch], description=f"feeling, epoch {epoch + 1}"):
            task = tasks[number]
            with mixed():
                states = reader.passed(torch.tensor([task.tokens[i] for i in group]), 0, layers)
                place = tops.embedded(reader.top, states)
                logits = tops.forward(felt, tops.SENTIMENT, states, dropout=recipe.dropout).float()
            off = (1 - (place * torch.tensor(places[number][group])).sum(dim=1)).mean()
            loss = recipe.place * task.stay * off + _loss(
                logits, torch.tensor(told[number][group]), task, group, recipe
            )
            learning.step(loss)
            moved += off.detach() / len(orders[epoch])
        learning.save(checkpoint, {"epoch": epoch + 1})
        print(
            f"feeling, epoch {epoch + 1} of {recipe.epochs}: cosine to the embedding before {1 - moved:.4f}", flush=True
        )
    fill(parameters, learning.average)
    return {name: array(value) for name, value in felt.items()}


def logits(reader: Reader, above: Mapping[str, Array], tokens: Sequence[Sequence[int]]) -> Array:
    """float32 (n, 3) of texts as token ids, by the sentiment top among `above`."""
    felt = {name: torch.tensor(value) for name, value in tops.taken(above, tops.SENTIMENT).items()}
    layers, found = reader.encoder.config.num_hidden_layers, np.zeros((len(tokens), 3), np.float32)
    with torch.inference_mode():
        for group in batches([len(ids) for ids in tokens], budget=4096):
            states = reader.passed(torch.tensor([tokens[i] for i in group]), 0, layers)
            found[group] = array(tops.forward(felt, tops.SENTIMENT, states))
    return found


def probabilities(reader: Reader, above: Mapping[str, Array], tokens: Sequence[Sequence[int]]) -> Array:
    """float32 (n, 3), as `logits`."""
    return array(torch.tensor(logits(reader, above, tokens)).softmax(dim=1))


def _loss(logits: Any, told: Any, task: Task, group: Sequence[int], recipe: Recipe) -> Any:
    """Of texts that are known to be not neutral only which of the others they are is asked."""
    columns = FELT[POLARITY] if POLARITY in task.targets else [0, 1, 2]
    likely = told[:, columns] / told[:, columns].sum(dim=1, keepdim=True)
    loss = nn.kl_div(nn.log_softmax(logits[:, columns], dim=1), likely, reduction="batchmean")
    for name in FELT.keys() & task.targets.keys():
        loss = loss + recipe.truth * _truth(logits[:, FELT[name]], task.targets[name], group)
    return loss


def _truth(logits: Any, target: Target, group: Sequence[int]) -> Any:
    weights = torch.tensor([target.weights[i] for i in group])
    classes = torch.tensor([target.classes[i] for i in group])
    return (nn.cross_entropy(logits, classes, reduction="none") * weights).mean()
