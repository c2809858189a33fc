"""The six layers of an encoder tuned to the intents of labelled texts; a killed run goes on where it was.

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
from pipelines.training.learning import Learning, layer_rates, mixed

Array = npt.NDArray[Any]
Progress = Callable[[str, int, int | None], None]
TOKENS = 1024
"""Tokens in one pass through the encoder; texts of a pass are of one length."""
TEXTS = 48
"""A step takes passes until it has so many texts: with few examples an intent, a pass has but a handful."""
TRAINING_TOKENS = 64
DIRECTIONS = "directions"
SMOOTHING, CONTRAST, SCALE = 0.05, 0.5, 20.0
"""Label smoothing; weight of the contrast against the directions; what multiplies a cosine."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """`steps`: least number of steps, for sets of few texts. `decay`: of the rate, from each layer to the one below."""

    epochs: int = 8
    steps: int = 200
    rate: float = 1e-4
    direction_rate: float = 1e-3
    decay: float = 0.9
    average: float = 0.99
    patience: int = 3
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Texts:
    """Token ids of texts, and the number of each one's intent."""

    tokens: Sequence[Sequence[int]]
    classes: Sequence[int]


class Learner:
    """An encoder and the directions of `kinds` intents, as they learn."""

    def __init__(self, base: Path, texts: Texts, kinds: int, recipe: Recipe) -> None:
        from transformers import AutoModel

        torch.manual_seed(recipe.seed)
        self.encoder = AutoModel.from_pretrained(base, attn_implementation="sdpa")
        sums = torch.zeros(kinds, self.encoder.config.hidden_size)
        sums.index_add_(0, torch.tensor(texts.classes), torch.tensor(self.embed(texts.tokens)))
        self.directions = nn.normalize(sums, dim=1).requires_grad_()
        self.learning = {
            name: p for name, p in self.encoder.named_parameters() if name.startswith("encoder.layer.")
        } | {DIRECTIONS: self.directions}
        for name, parameter in self.encoder.named_parameters():
            parameter.requires_grad_(name in self.learning)

    def loss(self, tokens: Sequence[Sequence[Sequence[int]]], classes: Sequence[int]) -> Any:
        """Of one step: its passes, and the intents of their texts in order."""
        x, y = torch.cat([states(self.encoder, torch.tensor(group)) for group in tokens]), torch.tensor(classes)
        own = nn.cross_entropy(SCALE * x @ nn.normalize(self.directions, dim=1).T, y, label_smoothing=SMOOTHING)
        return own + CONTRAST * contrast(x, y)

    def embed(self, tokens: Sequence[Sequence[int]]) -> Array:
        """float32 (n, d), of unit length, as the learner is now."""
        self.encoder.eval()
        found = embed(self.encoder, tokens)
        self.encoder.train()
        return found

    def accuracy(self, texts: Texts) -> float:
        """By the nearest direction."""
        directions = nn.normalize(self.directions.detach(), dim=1).numpy()
        guess = (self.embed(texts.tokens) @ directions.T).argmax(axis=1)
        return float((guess == np.array(texts.classes)).mean())


def contrast(x: Any, y: Any) -> Any:
    """Each text against all others of the step: how much likelier are those of its own intent; 0 where it is alone."""
    likeness = (SCALE * x @ x.T).fill_diagonal_(-1e4)
    same = (y[:, None] == y[None, :]).float().fill_diagonal_(0)
    count = same.sum(dim=1)
    if not count.any():
        return x.sum() * 0
    each = -(nn.log_softmax(likeness, dim=1) * same).sum(dim=1) / count.clamp(min=1)
    return each[count > 0].mean()


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
    layers = learner.encoder.config.num_hidden_layers
    rates = layer_rates(learner.learning, recipe.rate, decay=recipe.decay, layers=layers, top=recipe.direction_rate)
    length = epochs * int(per_epoch * 1.1 + 2)  # epochs differ by a few steps
    learning = Learning(learner.learning, rates, steps=length, average=recipe.average, warm_up=0.1)
    state: dict[str, Any] = {"epoch": 0, "best": -1.0, "best_epoch": 0, "kept": {}} | learning.resume(checkpoint)
    for _ in range(state["epoch"]):
        steps(texts, draw)
    learner.encoder.train()
    for epoch in range(state["epoch"], epochs):
        if held and epoch - state["best_epoch"] > recipe.patience:
            break
        for number, groups in enumerate(steps(texts, draw)):
            passes = [[texts.tokens[i] for i in group] for group in groups]
            learning.step(learner.loss(passes, [texts.classes[i] for group in groups for i in group]))
            progress("tuning", epoch * per_epoch + number + 1, epochs * per_epoch)
        with learning.averaged():
            score = learner.accuracy(held) if held else 0.0
        if not held or score > state["best"]:
            kept = {name: value.clone() for name, value in learning.average.items() if name != DIRECTIONS}
            state |= {"best": score, "best_epoch": epoch, "kept": kept}
        state["epoch"] = epoch + 1
        learning.save(checkpoint, state)
    tensors = {name: value.detach().numpy() for name, value in learner.encoder.state_dict().items()}
    return tensors | {name: value.numpy() for name, value in state["kept"].items()}


def embedded(base: Path, tensors: Mapping[str, Array], tokens: Sequence[Sequence[int]]) -> Array:
    """float32 (n, d), of unit length, by the encoder at `base` with these tensors."""
    from transformers import AutoModel

    encoder = AutoModel.from_pretrained(base, attn_implementation="sdpa").eval()
    encoder.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
    return embed(encoder, tokens)


def embed(encoder: Any, tokens: Sequence[Sequence[int]]) -> Array:
    """float32 (n, d), of unit length, without dropout where the encoder is in that state."""
    found = np.zeros((len(tokens), encoder.config.hidden_size), np.float32)
    with torch.inference_mode():
        for group in batches([len(t) for t in tokens], budget=4 * TOKENS):
            found[group] = states(encoder, torch.tensor([tokens[i] for i in group])).numpy()
    return found


def states(encoder: Any, ids: Any) -> Any:
    """Embeddings (n, d) of unit length of texts of one length."""
    with mixed():
        last = encoder(input_ids=ids).last_hidden_state
    return nn.normalize(last.float().mean(dim=1), dim=1)


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
