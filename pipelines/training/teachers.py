"""Teachers: the base tuned in all its layers, each to one end, for a student to learn from (`student.py`).

*Places*: intents by the cosine to one learnt direction an intent (a normalised softmax, Wang et al. 2018, "CosFace",
without its margin), so that a text's place tells what it wants; feeling beside it; and every text is held to its place
by the base, so that what no label speaks of stays where it was. *Feelings*: feeling alone, by a top on all layers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
import torch.nn.functional as nn

from pipelines.training import layers, tops
from pipelines.training.learning import Learning, layer_rates
from pipelines.training.material import Array, Material

Tensors = dict[str, Any]
FEELING, POLARITY = "feeling", "polarity"
FELT = {FEELING: [0, 1, 2], POLARITY: [0, 2]}
"""What the sentiment top tells, and by which of its classes: polarity, where a text is known not to be neutral."""
LAYERS = 6
SCALE = 20.0
"""Multiplies the cosine to an intent's direction: the inverse temperature of its softmax."""
PLACES, FEELINGS = "places", "feelings"
STAY = {"films": 0.3, "plain": 2.0, "turns": 2.0}
"""How much texts of a lesson stay near the base beside others: films are no matter of support, of others nothing else
is learnt."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`passes`: how often an epoch sees each text of a lesson. `stay`: weight of the distance to the base's embedding.
    `decay`: of the rate, from each layer to the one below."""

    passes: Mapping[str, float]
    stay: float = 0.5
    epochs: int = 4
    rate: float = 8e-5
    top_rate: float = 4e-4
    decay: float = 0.9
    dropout: float = 0.1
    average: float = 0.998
    tokens: int = 2048


RECIPES = {
    PLACES: Recipe({"posts": 0.5, "films": 0.2, "plain": 0.7, "turns": 0.2, "clinc150": 2, "multidogo": 2, "support": 3}),
    FEELINGS: Recipe({"posts": 1.5, "films": 0.7, "support": 3}, stay=0.0),
}


@dataclass(slots=True)
class Shelf:
    """The material on a device: token ids padded, targets, and what else is known of each text."""

    material: Material
    device: str
    ids: Any = field(init=False)
    told: dict[str, tuple[Any, Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.ids = torch.tensor(self.material.padded().astype(np.int32), device=self.device)
        self.told = {
            name: (self.on(t.classes).long(), self.on(t.weights).float()) for name, t in self.material.targets.items()
        }

    def on(self, array: Array) -> Any:
        return torch.tensor(np.ascontiguousarray(array), device=self.device)

    def batch(self, rows: Array) -> tuple[Any, Any]:
        """The numbers of texts of one length on the device, and their token ids."""
        index = self.on(rows)
        return index, self.ids[index, : int(self.material.lengths[rows[0]])]

    def read(self, said: Callable[[Any], Any], width: int, *, tokens: int = 32768) -> Any:
        """float32 (n, width): what is `said` of token ids, of all texts."""
        found = torch.zeros(len(self.material.lengths), width, device=self.device)
        draw, every = np.random.default_rng(0), np.arange(len(self.material.lengths))
        with torch.no_grad(), mixed(self.device):
            for rows in self.material.batches(every, tokens=tokens, draw=draw):
                index, ids = self.batch(rows)
                found[index] = said(ids).float()
        return found


def mixed(device: str) -> Any:
    """bfloat16 on a GPU."""
    return torch.autocast(device, torch.bfloat16, enabled=device != "cpu")


def place(tensors: Tensors, ids: Any, *, count: int = LAYERS) -> Any:
    """Embeddings (n, d) of unit length: the mean of the last layer's states."""
    last = layers.states(tensors, ids, layers.Plain(tensors), layers=count)[-1]
    return nn.normalize(last.float().mean(dim=1), dim=1)


def feeling(tensors: Tensors, ids: Any) -> Any:
    """Logits (n, 3) of a teacher of feelings."""
    linear = layers.Plain(tensors)
    last = layers.states(tensors, ids, linear, layers=LAYERS)[-1]
    return layers.top(tensors, tops.SENTIMENT, last, linear)


def started(start: Mapping[str, Array], device: str) -> Tensors:
    """The base's tensors on a device, and a sentiment top as a copy of its last layer."""
    above = tops.initial(tops.layer_of(start, LAYERS - 1), tops.SENTIMENT, answers=3)
    return {name: torch.tensor(np.asarray(v, np.float32), device=device) for name, v in (dict(start) | above).items()}


def learnable(tensors: Tensors) -> Tensors:
    """Those that learn: all but the table of words and places, for the words of the texts at hand would drift away
    from all others."""
    return {name: t.requires_grad_() for name, t in tensors.items() if not name.startswith(("embeddings.", "pooler."))}


def felt_loss(logits: Any, shelf: Shelf, index: Any) -> Any:
    """Cross-entropy of feeling and polarity, by the weights of the texts, over all of a batch."""
    loss = logits.sum() * 0
    for name, columns in FELT.items():
        classes, weights = (part[index] for part in shelf.told[name])
        each = nn.cross_entropy(logits[:, columns].float(), classes, reduction="none")
        loss = loss + (each * weights).mean()
    return loss


def teach(kind: str, material: Material, start: Mapping[str, Array], *, seed: int, device: str) -> Tensors:
    """The averaged tensors of one teacher, float32 by name."""
    torch.manual_seed(seed)
    recipe, draw, shelf = RECIPES[kind], np.random.default_rng(seed), Shelf(material, device)
    base = shelf.read(lambda ids: place(started(start, device), ids), 384) if recipe.stay else None
    stay = shelf.on(np.array([STAY.get(name, 1.0) for name in material.names])[material.lesson]).float() * recipe.stay
    tensors = started(start, device)
    learning_ = learnable(tensors)
    pointed = {n: t.kinds for n, t in material.targets.items() if n not in FELT} if kind == PLACES else {}
    directions = {n: (torch.randn(k, 384, device=device) * 0.05).requires_grad_() for n, k in pointed.items()}
    parameters = learning_ | {f"directions.{name}": value for name, value in directions.items()}
    orders = [
        list(material.batches(material.drawn(recipe.passes, draw), tokens=recipe.tokens, draw=draw))
        for _ in range(recipe.epochs)
    ]
    rates = layer_rates(parameters, recipe.rate, decay=recipe.decay, layers=LAYERS, top=recipe.top_rate)
    learning = Learning(parameters, rates, steps=sum(map(len, orders)), average=recipe.average, warm_up=0.08)
    linear = layers.Plain(tensors)
    for number, order in enumerate(orders):
        told = 0.0
        for rows in order:
            index, ids = shelf.batch(rows)
            with mixed(device):
                found = layers.states(tensors, ids, linear, layers=LAYERS, dropout=recipe.dropout)
                read = found[-2] if kind == PLACES else found[-1]
                loss = felt_loss(layers.top(tensors, tops.SENTIMENT, read, linear, dropout=recipe.dropout), shelf, index)
            if kind == PLACES:
                at = nn.normalize(found[-1].float().mean(dim=1), dim=1)
                loss = loss + (stay[index] * (1 - (at * base[index]).sum(dim=1))).mean()
                seen = nn.dropout(at, recipe.dropout)
                for name, direction in directions.items():
                    classes, weights = (part[index] for part in shelf.told[name])
                    logits = SCALE * nn.linear(seen, nn.normalize(direction, dim=1))
                    loss = loss + (nn.cross_entropy(logits, classes, reduction="none") * weights).mean()
            learning.step(loss)
            told = told + loss.detach() / len(order)
        print(f"{kind} {seed}, epoch {number + 1} of {recipe.epochs}: loss {float(told):.4f}", flush=True)
    kept = {name: value.detach() for name, value in tensors.items()} | learning.average
    return {name: value for name, value in kept.items() if not name.startswith("directions.")}
