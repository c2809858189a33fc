"""The student: fewer layers, and two tops that say in one pass what all teachers say (Hinton et al. 2015).

Its embedding is to say what the base and the teachers of places say side by side: they share so much that the width
of one holds them all (`projection`). Its feeling is the mean of the teachers of feelings. Beside the texts it reads
pairs of texts crossed over, of which teachers know what to say just as well. At the end it learns rounded as the
int8 graph rounds it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn

from pipelines.training import layers, teachers, tops
from pipelines.training.learning import Learning, layer_rates
from pipelines.training.material import Array, Material
from pipelines.training.teachers import FEELING, FELT, POLARITY, Shelf, Tensors, felt_loss, mixed


@dataclass(frozen=True, slots=True)
class Recipe:
    """`crossed`: steps on crossed texts for each on plain ones. `rounded`: the share of the steps, the last, that learn
    rounded. `place`, `truth`: weights of the distance to what the embedding is to say, and of the labels of feeling,
    beside what teachers feel."""

    layers: int = 5
    epochs: int = 12
    rate: float = 2e-4
    top_rate: float = 6e-4
    linear: float = 2e-3
    decay: float = 0.85
    average: float = 0.999
    tokens: int = 8192
    crossed: float = 0.5
    rounded: float = 0.25
    place: float = 10.0
    truth: float = 0.3


PASSES = {
    "posts": 2.0, "films": 0.7, "plain": 1.0, "turns": 0.5, "clinc150": 1.0, "multidogo": 1.0, "support": 4.0
}
PLACED = {"films": 0.3, "posts": 0.7}
"""How much the embedding of a lesson's texts counts."""
MANY = 4000
"""Texts over which the ranges of activations are measured."""


def projection(both: Any) -> Any:
    """(d, m d): the directions in which rows (n, m d) spread the most from the origin, so that their cosines stay as
    they are (Eckart & Young 1936)."""
    _, directions = torch.linalg.eigh(both.T.double() @ both.double())
    return directions.flip(1)[:, :384].T.float().contiguous()


def learn(
    material: Material,
    start: Mapping[str, Array],
    places: Sequence[Tensors],
    feelings: Sequence[Tensors],
    recipe: Recipe,
    *,
    seed: int,
    device: str,
    told: Callable[[int, Tensors], None] = lambda step, tensors: None,
) -> Tensors:
    """The student's averaged tensors: embeddings, layers, both tops."""
    torch.manual_seed(seed)
    shelf, draw = Shelf(material, device), np.random.default_rng(seed)
    base = teachers.started(start, device)
    share = len(places) ** -0.5

    def side_by_side(ids: Any) -> Any:
        return torch.cat([teachers.place(base, ids), *(share * teachers.place(one, ids) for one in places)], dim=1)

    wide = shelf.read(side_by_side, 384 * (1 + len(places)))
    reduced = projection(wide)
    goal = nn.normalize(wide @ reduced.T, dim=1)
    kept = float(((wide @ reduced.T) ** 2).sum() / (wide**2).sum())
    print(f"student of {recipe.layers} layers: 384 numbers keep {kept:.4f} of what is said side by side", flush=True)
    del wide
    logits = [shelf.read(lambda ids, one=one: teachers.feeling(one, ids), 3) for one in feelings]
    felt = torch.stack(logits).softmax(dim=2).mean(dim=0)
    polar = felt[:, FELT[POLARITY]] / felt[:, FELT[POLARITY]].sum(dim=1, keepdim=True)
    outer = (shelf.told[POLARITY][1] > 0).float()
    weight = shelf.on(np.array([PLACED.get(name, 1.0) for name in material.names])[material.lesson]).float()

    first = {name: value.clone() for name, value in places[0].items()}
    last = tops.layer_of({n: v.cpu().numpy() for n, v in first.items()}, teachers.LAYERS - 1)
    above = tops.initial(last, tops.EMBEDDING)
    beneath = tuple(f"encoder.layer.{n}." for n in range(recipe.layers)) + ("embeddings.", "sentiment.")
    tensors = {n: v for n, v in first.items() if n.startswith(beneath)}
    tensors |= {n: torch.tensor(v, device=device) for n, v in above.items()}
    parameters = teachers.learnable(tensors)
    orders: list[list[tuple[Array, bool]]] = []
    for _ in range(recipe.epochs):
        rows = material.drawn(PASSES, draw)
        order = [(one, False) for one in material.batches(rows, tokens=recipe.tokens, draw=draw)]
        mixed_rows = draw.permutation(rows)[: round(recipe.crossed * len(rows))]
        order += [(one, True) for one in material.batches(mixed_rows, tokens=recipe.tokens, draw=draw) if len(one) > 1]
        orders.append([order[i] for i in draw.permutation(len(order))])
    rates = layer_rates(parameters, recipe.rate, decay=recipe.decay, layers=recipe.layers, top=recipe.top_rate)
    rates |= {f"{name}.{part}": recipe.linear for name in tops.NAMES for part in ("weight", "bias")}
    steps = sum(map(len, orders))
    learning = Learning(parameters, rates, steps=steps, average=recipe.average, warm_up=0.05)
    linear: layers.Linear = layers.Plain(tensors)
    step = 0
    for number, order in enumerate(orders):
        apart = distance = 0.0
        for rows, crossed in order:
            if step == round(steps * (1 - recipe.rounded)):
                linear = layers.Rounded(tensors, ranged(tensors, shelf, recipe.layers, draw))
                print(f"student of {recipe.layers} layers: rounded from step {step} of {steps} on", flush=True)
            index, ids = shelf.batch(rows)
            if crossed:
                cut = torch.randint(1, max(2, ids.shape[1]), (len(ids), 1), device=device)
                other = ids[torch.randperm(len(ids), device=device)]
                ids = torch.where(torch.arange(ids.shape[1], device=device) < cut, ids, other)
            with mixed(device):
                read = layers.states(tensors, ids, linear, layers=recipe.layers)[-1]
                at = nn.normalize(layers.top(tensors, tops.EMBEDDING, read, linear).float(), dim=1)
                if crossed:
                    with torch.no_grad():
                        meant = nn.normalize(side_by_side(ids).float() @ reduced.T, dim=1)
                else:
                    meant = goal[index]
                    sentiment = layers.top(tensors, tops.SENTIMENT, read, linear, dropout=0.1)
            off = 1 - (at * meant).sum(dim=1)
            loss = recipe.place * (off * (1.0 if crossed else weight[index])).mean()
            if not crossed:
                sentiment = sentiment.float()
                whole = nn.kl_div(nn.log_softmax(sentiment, dim=1), felt[index], reduction="none").sum(dim=1)
                two = nn.kl_div(nn.log_softmax(sentiment[:, FELT[POLARITY]], dim=1), polar[index], reduction="none")
                distil = torch.where(outer[index] > 0, two.sum(dim=1), whole).mean()
                loss = loss + distil + recipe.truth * felt_loss(sentiment, shelf, index)
                distance = distance + distil.detach()
            learning.step(loss)
            apart = apart + off.mean().detach() / len(order)
            step += 1
        plain = sum(not crossed for _, crossed in order)
        print(
            f"student of {recipe.layers} layers, epoch {number + 1} of {recipe.epochs}: cosine {1 - float(apart):.4f}, "
            f"divergence of feelings {float(distance) / plain:.4f}",
            flush=True,
        )
        told(number, {name: value.detach() for name, value in tensors.items()} | learning.average)
    return {name: value.detach() for name, value in tensors.items()} | learning.average


def said(tensors: Tensors, ids: Any, linear: layers.Linear, count: int) -> tuple[Any, Any]:
    """Embedding (n, d) of unit length and logits of feeling (n, 3)."""
    read = layers.states(tensors, ids, linear, layers=count)[-1]
    at = layers.top(tensors, tops.EMBEDDING, read, linear)
    return nn.normalize(at.float(), dim=1), layers.top(tensors, tops.SENTIMENT, read, linear)


def ranged(tensors: Tensors, shelf: Shelf, count: int, draw: np.random.Generator) -> layers.Ranges:
    """The ranges of what each linear layer reads that the int8 graph rounds."""
    found: dict[str, tuple[float, float]] = {}
    linear = layers.Plain(tensors, ranges=found)
    rows = draw.permutation(len(shelf.material.lengths))[:MANY]
    with torch.no_grad(), mixed(shelf.device):
        for own in shelf.material.batches(rows, tokens=16384, draw=draw):
            said(tensors, shelf.batch(own)[1], linear, count)
    found.pop(tops.SENTIMENT)
    return found
