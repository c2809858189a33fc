"""The base encoder tuned for what this product asks of it: feeling, intents, and to stay an encoder of everything else.

All layers learn from batches of several tasks in turn. *Feeling*: by the sentiment top on the states after the fifth
layer. *Intents*: by the cosine to one learnt direction an intent (a normalised softmax, as in Wang et al. 2018,
"CosFace", without its margin), so that a text's place tells what it wants. *Staying*: in every batch the embedding is
held to the base's own, so that what no label speaks of keeps its place. What is kept is a moving average of the weights
(Polyak & Juditsky 1992).
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from pipelines.training import sentiment

Array = npt.NDArray[Any]
FEELING = "feeling"
SCALE = 20.0
"""Multiplies the cosine to an intent's direction: the inverse temperature of its softmax."""
FROZEN = ("embeddings", "pooler")
"""The table of words does not learn: the words of the few texts at hand would drift away from all others."""


@dataclass(frozen=True, slots=True)
class Task:
    """Texts as token ids, with the number of their class (of `kinds`) and how much each counts.

    `stay`: weight of the distance to the base's embedding (1 - cosine) beside the task's own loss.
    `passes`: how often an epoch sees each text.
    """

    name: str
    tokens: Sequence[Sequence[int]]
    classes: Sequence[int]
    weights: Sequence[float]
    kinds: int
    stay: float
    passes: int = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """`decay`: of the rate, from each layer to the one below. `average`: of the weights. `tokens`: in one batch."""

    epochs: int = 2
    rate: float = 6e-5
    top_rate: float = 3e-4
    decay: float = 0.9
    dropout: float = 0.1
    average: float = 0.998
    tokens: int = 1024
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Model:
    """What learns: the encoder, the sentiment top's tensors, and of each other task the directions (kinds, d)."""

    encoder: Any
    feeling: dict[str, Any]
    directions: dict[str, Any]

    @classmethod
    def start(cls, folder: Path, tasks: Sequence[Task], *, tensors: Mapping[str, Array], seed: int) -> "Model":
        """From the checkpoint in `folder`; `tensors` of an earlier tuning, by the names of `parameters`, go first."""
        from transformers import AutoModel

        torch.manual_seed(seed)
        encoder = AutoModel.from_pretrained(folder, attn_implementation="sdpa")
        base = {name: tensor.detach().numpy() for name, tensor in encoder.state_dict().items()}
        feeling = {name: torch.tensor(v, requires_grad=True) for name, v in sentiment.initial(base).items()}
        shapes = {task.name: (task.kinds, encoder.config.hidden_size) for task in tasks if task.name != FEELING}
        directions = {name: torch.randn(shape).mul_(0.05).requires_grad_() for name, shape in shapes.items()}
        model = cls(encoder, feeling, directions)
        with torch.no_grad():
            for name, parameter in model.parameters().items():
                if name in tensors:
                    parameter.copy_(torch.tensor(tensors[name]))
        return model

    def parameters(self) -> dict[str, Any]:
        layers = {n: p for n, p in self.encoder.named_parameters() if not n.startswith(FROZEN)}
        return layers | self.feeling | {f"directions.{name}": p for name, p in self.directions.items()}

    def embed(self, ids: Any) -> tuple[Any, Any]:
        """Of texts of one length: embedding (n, d) of unit length; states (n, tokens, d) for the sentiment top."""
        states = self.encoder(input_ids=ids, output_hidden_states=True).hidden_states
        return nn.normalize(states[-1].float().mean(dim=1), dim=1), states[-2]

    def read(self, tokens: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Embeddings float32 (n, d) of unit length, and sentiment logits float32 (n, 3)."""
        places = torch.zeros(len(tokens), self.encoder.config.hidden_size)
        logits = torch.zeros(len(tokens), len(SENTIMENTS))
        self.encoder.eval()
        with torch.inference_mode():
            for group in batches([len(t) for t in tokens], budget=4096):
                places[group], states = self.embed(torch.tensor([tokens[i] for i in group]))
                logits[group] = sentiment.forward(self.feeling, states)
        return places, logits


def tune(
    model: Model, tasks: Sequence[Task], base: Sequence[Array], recipe: Recipe, *, held: Task, checkpoint: Path
) -> dict[str, Array]:
    """Tune the model; returns its averaged tensors by name. `base`: the base's embeddings of each task's texts.

    `checkpoint` is written after each epoch, and gone on from where it is there. `held`: feeling, reported each epoch.
    """
    draw = random.Random(recipe.seed)
    parameters = model.parameters()
    optimiser = torch.optim.AdamW(_rates(parameters, recipe), weight_decay=0.01, fused=True)
    steps = len(_order(tasks, recipe, random.Random(0)))  # the same in every epoch: lengths do not change
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [group["lr"] for group in optimiser.param_groups],
        total_steps=recipe.epochs * steps + 1,
        pct_start=0.08,
        anneal_strategy="linear",
    )
    average = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    done = _resume(checkpoint, parameters, average, optimiser, schedule)
    orders = [_order(tasks, recipe, draw) for _ in range(recipe.epochs)]
    for epoch in range(done, recipe.epochs):
        torch.manual_seed(recipe.seed + epoch)
        model.encoder.train()
        for step, (number, group) in enumerate(track(orders[epoch], description=f"epoch {epoch + 1}")):
            optimiser.zero_grad()
            _loss(model, tasks[number], group, base[number], recipe).backward()
            torch.nn.utils.clip_grad_norm_(list(parameters.values()), 1.0)
            optimiser.step()
            schedule.step()
            so_far = epoch * steps + step
            weight = 1 - min(recipe.average, (1 + so_far) / (10 + so_far))  # an early average forgets its start
            torch._foreach_lerp_(list(average.values()), [p.detach() for p in parameters.values()], weight)
        state = {"optimiser": optimiser.state_dict(), "schedule": schedule.state_dict(), "average": average}
        now = {name: parameter.detach() for name, parameter in parameters.items()}
        fresh = checkpoint.with_suffix(".new")  # a kill while it is written leaves the one before
        torch.save({"epoch": epoch + 1, "parameters": now, **state}, fresh)
        fresh.replace(checkpoint)
        with _with(parameters, average):
            guess = [SENTIMENTS[i] for i in model.read(held.tokens)[1].argmax(1)]
        recall = macro_recall([SENTIMENTS[c] for c in held.classes], guess)
        print(f"epoch {epoch + 1} of {recipe.epochs}: feeling {recall:.4f} on {len(guess)} held out", flush=True)
    return {name: value.numpy() for name, value in average.items()}


def _resume(
    checkpoint: Path, parameters: Mapping[str, Any], average: dict[str, Any], optimiser: Any, schedule: Any
) -> int:
    """How many epochs are done."""
    if not checkpoint.is_file():
        return 0
    kept = torch.load(checkpoint, weights_only=True)
    optimiser.load_state_dict(kept["optimiser"])
    schedule.load_state_dict(kept["schedule"])
    average.update(kept["average"])
    fill(parameters, kept["parameters"])
    return int(kept["epoch"])


def _loss(model: Model, task: Task, group: Sequence[int], base: Array, recipe: Recipe) -> Any:
    ids = torch.tensor([task.tokens[i] for i in group])
    truth = torch.tensor([task.classes[i] for i in group])
    weight = torch.tensor([task.weights[i] for i in group])
    with torch.autocast("cpu", torch.bfloat16):
        embedding, states = model.embed(ids)
        if task.name == FEELING:
            logits = sentiment.forward(model.feeling, states, dropout=recipe.dropout).float()
        else:
            place = nn.dropout(embedding, recipe.dropout)
            logits = SCALE * nn.linear(place, nn.normalize(model.directions[task.name], dim=1)).float()
    own = (nn.cross_entropy(logits, truth, reduction="none") * weight).mean()
    away = 1 - (embedding * torch.tensor(base[list(group)])).sum(dim=1)
    return own + task.stay * away.mean()


def _rates(parameters: Mapping[str, Any], recipe: Recipe) -> list[dict[str, Any]]:
    """The top's and the directions' rate; the layers' own, less with each layer further down."""
    found: dict[float, list[Any]] = {}
    for name, parameter in parameters.items():
        rate = recipe.top_rate
        if name.startswith("encoder.layer."):
            rate = recipe.rate * recipe.decay ** (5 - int(name.split(".")[2]))
        found.setdefault(rate, []).append(parameter)
    return [{"params": group, "lr": rate} for rate, group in found.items()]


def _order(tasks: Sequence[Task], recipe: Recipe, draw: random.Random) -> list[tuple[int, list[int]]]:
    """One epoch: (task, texts of one length) in random order, each text `passes` times."""
    found: list[tuple[int, list[int]]] = []
    for number, task in enumerate(tasks):
        for _ in range(task.passes):
            order = draw.sample(range(len(task.tokens)), len(task.tokens))
            groups = batches([len(task.tokens[i]) for i in order], budget=recipe.tokens)
            found += [(number, [order[i] for i in group]) for group in groups]
    draw.shuffle(found)
    return found


@contextmanager
def _with(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """The parameters hold `values` for a while."""
    kept = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    fill(parameters, values)
    try:
        yield
    finally:
        fill(parameters, kept)


def fill(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])
