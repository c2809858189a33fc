"""The base encoder tuned for what this product asks of it: feeling, intents, and to stay an encoder of everything else.

All layers learn from batches of several tasks in turn. *Feeling*: by the sentiment top on the states after the fifth
layer; of films it is known only which way they feel. *Intents*: by the cosine to one learnt direction an intent (a
normalised softmax, as in Wang et al. 2018, "CosFace", without its margin), so that a text's place tells what it wants.
*Staying*: in every batch the embedding is held to the base's own, so that what no label speaks of keeps its place; of
some texts nothing else is learnt.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch
import torch.nn.functional as nn
from rich.progress import track

from nlp.encoder import batches
from nlp.metrics import macro_recall
from nlp.signal import SENTIMENTS
from pipelines.training import tops
from pipelines.training.learning import Learning, array, layer_rates, loaded, mixed

Array = npt.NDArray[Any]
FEELING, POLARITY = "feeling", "polarity"
FELT = {FEELING: [0, 1, 2], POLARITY: [SENTIMENTS.index("negative"), SENTIMENTS.index("positive")]}
"""What the sentiment top tells, and by which of its classes: polarity, where a text is known not to be neutral."""
LAST = 5
"""The base's last layer: the tops read what the one before it makes of a text, and begin as its copy."""
SCALE = 20.0
"""Multiplies the cosine to an intent's direction: the inverse temperature of its softmax."""
FROZEN = ("embeddings.", "pooler.")
"""The table of words does not learn: the words of the few texts at hand would drift away from all others."""
THINNER = ("intermediate.dense.weight", "intermediate.dense.bias", "output.dense.weight")
"""What is smaller in an encoder that was made thin (`thin.py`)."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be told of each text: its class's number (of `kinds`), and how much it counts, 0 where unknown."""

    classes: Sequence[int]
    weights: Sequence[float]
    kinds: int


@dataclass(frozen=True, slots=True)
class Task:
    """Texts as token ids, and what is to be told of them, by name.

    `stay`: weight of the distance to the base's embedding (1 - cosine) beside the targets' own losses.
    `passes`: how often an epoch sees each text; of 0.2, a fifth of the texts is drawn anew in each.
    """

    name: str
    tokens: Sequence[Sequence[int]]
    targets: Mapping[str, Target]
    stay: float
    passes: float = 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """`decay`: of the rate, from each layer to the one below. `average`: of the weights. `tokens`: in one batch.

    `frozen`: so many of the lowest layers do not learn.
    """

    epochs: int = 2
    rate: float = 6e-5
    top_rate: float = 3e-4
    decay: float = 0.9
    dropout: float = 0.1
    average: float = 0.998
    tokens: int = 1024
    frozen: int = 0
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Model:
    """What learns: the encoder, the sentiment top's tensors, and of each other target the directions (kinds, d).

    `reads`: after how many layers the sentiment top reads the states.
    """

    encoder: Any
    feeling: dict[str, Any]
    directions: dict[str, Any]
    reads: int = LAST

    @classmethod
    def start(
        cls,
        folder: Path,
        tasks: Sequence[Task],
        *,
        tensors: Mapping[str, Array],
        seed: int,
        frozen: int = 0,
        reads: int = LAST,
    ) -> "Model":
        """From the checkpoint in `folder`; `tensors` of an earlier tuning, by the names of `parameters`, go first.

        Where their layers are thinner, the checkpoint's other numbers stay beside theirs, with no say at the start.
        """
        torch.manual_seed(seed)
        encoder = loaded(folder)
        base = {name: array(tensor) for name, tensor in encoder.state_dict().items()}
        feeling = {
            name: torch.tensor(v, requires_grad=True)
            for name, v in tops.initial(tops.layer_of(base, LAST), tops.SENTIMENT, answers=len(SENTIMENTS)).items()
        }
        told = {name: target.kinds for task in tasks for name, target in task.targets.items()}
        kinds = {name: n for name, n in told.items() if name not in FELT}
        width = encoder.config.hidden_size
        directions = {name: torch.randn(n, width).mul_(0.05).requires_grad_() for name, n in kinds.items()}
        model = cls(encoder, feeling, directions, reads)
        with torch.no_grad():
            for name, parameter in model.parameters().items():
                if name in tensors:
                    _filled(parameter, torch.tensor(tensors[name]), thinner=name.endswith(THINNER))
        still = (*FROZEN, *(f"encoder.layer.{n}." for n in range(frozen)))
        for name, parameter in encoder.named_parameters():
            parameter.requires_grad_(not name.startswith(still))
        return model

    def parameters(self) -> dict[str, Any]:
        """Tensors by name: those that learn, and the encoder's frozen layers."""
        layers = {n: p for n, p in self.encoder.named_parameters() if not n.startswith(FROZEN)}
        return layers | self.feeling | {f"directions.{name}": p for name, p in self.directions.items()}

    def learning(self) -> dict[str, Any]:
        return {name: parameter for name, parameter in self.parameters().items() if parameter.requires_grad}

    def embed(self, ids: Any) -> tuple[Any, Any]:
        """Of texts of one length: embedding (n, d) of unit length; states (n, tokens, d) for the sentiment top."""
        states = self.encoder(input_ids=ids, output_hidden_states=True).hidden_states
        return nn.normalize(states[-1].float().mean(dim=1), dim=1), states[self.reads]

    def read(self, tokens: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Embeddings float32 (n, d) of unit length, and sentiment logits float32 (n, 3)."""
        places = torch.zeros(len(tokens), self.encoder.config.hidden_size)
        logits = torch.zeros(len(tokens), len(SENTIMENTS))
        self.encoder.eval()
        with torch.inference_mode():  # in float32: it is what is compared and kept
            for group in batches([len(t) for t in tokens], budget=4096):
                places[group], states = self.embed(torch.tensor([tokens[i] for i in group]))
                logits[group] = tops.forward(self.feeling, tops.SENTIMENT, states)
        return places, logits


def tune(
    model: Model, tasks: Sequence[Task], base: Sequence[Array], recipe: Recipe, *, held: Task, checkpoint: Path
) -> dict[str, Array]:
    """Tune the model; returns its averaged tensors by name. `base`: the base's embeddings of each task's texts, which
    is not asked where a task does not `stay`.

    `checkpoint` is written after each epoch, and gone on from where it is there. `held`: reported after each epoch.
    """
    draw = random.Random(recipe.seed)
    orders = [ordered(tasks, recipe.tokens, draw) for _ in range(recipe.epochs)]
    rates = layer_rates(
        model.learning(),
        recipe.rate,
        decay=recipe.decay,
        layers=model.encoder.config.num_hidden_layers,
        top=recipe.top_rate,
    )
    steps = sum(map(len, orders))
    learning = Learning(model.learning(), rates, steps=steps, average=recipe.average, warm_up=0.08)
    done = learning.resume(checkpoint).get("epoch", 0)
    for epoch in range(done, recipe.epochs):
        model.encoder.train()
        for number, group in track(orders[epoch], description=f"epoch {epoch + 1}"):
            task = tasks[number]
            stays = torch.tensor(base[number][list(group)]) if task.stay else None
            learning.step(_loss(model, task, group, stays, recipe))
        learning.save(checkpoint, {"epoch": epoch + 1})
        with learning.averaged():
            told = ", ".join(f"{name} {recall:.4f}" for name, recall in recalls(model, held).items())
        print(f"epoch {epoch + 1} of {recipe.epochs}, macro-recall on what is held out: {told}", flush=True)
    frozen = {name: p.detach() for name, p in model.parameters().items() if not p.requires_grad}
    return {name: array(value) for name, value in (frozen | learning.average).items()}


def recalls(model: Model, task: Task) -> dict[str, float]:
    """Macro-recall of each target that the model has learnt over the texts that it is known of; directions answer by
    the nearest."""
    places, logits = model.read(task.tokens)
    found: dict[str, float] = {}
    for name, target in task.targets.items():
        if name in FELT:
            told = logits[:, FELT[name]]
        elif name in model.directions:
            told = places @ nn.normalize(model.directions[name].detach(), dim=1).T
        else:
            continue
        known = [i for i, weight in enumerate(target.weights) if weight]
        guess = told.argmax(1)[known].tolist()
        found[name] = macro_recall([str(target.classes[i]) for i in known], list(map(str, guess)))
    return found


def _loss(model: Model, task: Task, group: Sequence[int], base: Any, recipe: Recipe) -> Any:
    with mixed():
        embedding, states = model.embed(torch.tensor([task.tokens[i] for i in group]))
        place = nn.dropout(embedding, recipe.dropout)
        loss = torch.zeros(()) if base is None else task.stay * (1 - (embedding * base).sum(dim=1)).mean()
        for name, target in task.targets.items():
            if name in FELT:
                logits = tops.forward(model.feeling, tops.SENTIMENT, states, dropout=recipe.dropout)[:, FELT[name]]
            else:
                logits = SCALE * nn.linear(place, nn.normalize(model.directions[name], dim=1))
            truth = torch.tensor([target.classes[i] for i in group])
            weight = torch.tensor([target.weights[i] for i in group])
            loss = loss + (nn.cross_entropy(logits.float(), truth, reduction="none") * weight).mean()
    return loss


def _filled(parameter: Any, values: Any, *, thinner: bool) -> None:
    """Into a parameter (out, in) or (out,), of the values' shape unless they may be `thinner`: what further numbers of
    it put in counts for nothing then."""
    if not thinner:
        parameter.copy_(values)
        return
    if parameter.dim() == 2:
        parameter[:, values.shape[1] :] = 0
    parameter[tuple(slice(n) for n in values.shape)] = values


def ordered(tasks: Sequence[Task], tokens: int, draw: random.Random) -> list[tuple[int, list[int]]]:
    """One epoch: (task, texts of one length) in random order, each text `passes` times."""
    found: list[tuple[int, list[int]]] = []
    for number, task in enumerate(tasks):
        left = round(task.passes * len(task.tokens))
        while left:
            order = draw.sample(range(len(task.tokens)), min(left, len(task.tokens)))
            groups = batches([len(task.tokens[i]) for i in order], budget=tokens)
            found += [(number, [order[i] for i in group]) for group in groups]
            left -= len(order)
    draw.shuffle(found)
    return found
