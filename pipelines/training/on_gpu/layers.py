"""A BERT encoder on plain tensors, by their names in a checkpoint: the same layers for teachers, for a student as it
learns, and rounded as the int8 graph rounds them (`graph.py`), so that what is learnt is what is served.

Texts of a batch are of one length, so there is no mask. Fake rounding with a straight-through gradient: Jacob et al.
2018, "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference".
"""

from collections.abc import Mapping
from typing import Any, Protocol

import torch
import torch.nn.functional as nn

Tensors = Mapping[str, Any]
Ranges = Mapping[str, tuple[float, float]]
HEAD = 32
"""Numbers of one head of attention, as in the base."""
LEVELS, STEPS = 63, 255
"""Of a weight on either side of zero, and of an activation."""


class Linear(Protocol):
    """x W + b of the layer `name`; `reads` names the range of its input, where that is not the layer's own."""

    def __call__(self, name: str, x: Any, *, reads: str = "") -> Any: ...


class Plain:
    """Linear layers as they are; with `ranges`, notes the least and greatest input of each."""

    def __init__(self, tensors: Tensors, *, ranges: dict[str, tuple[float, float]] | None = None) -> None:
        self.tensors, self.ranges = tensors, ranges

    def __call__(self, name: str, x: Any, *, reads: str = "") -> Any:
        if self.ranges is not None:
            low, high = self.ranges.get(reads or name, (0.0, 0.0))
            self.ranges[reads or name] = (min(low, float(x.min())), max(high, float(x.max())))
        return nn.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])


class Rounded:
    """Linear layers as the int8 graph has them: weights with one scale a column, inputs on their range. Those without
    a range are left as they are. The gradient passes as if nothing were rounded."""

    def __init__(self, tensors: Tensors, ranges: Ranges) -> None:
        self.tensors = tensors
        self.steps = {name: max((high - low) / STEPS, 1e-8) for name, (low, high) in ranges.items()}
        self.zeros = {name: round(-low / self.steps[name]) for name, (low, _) in ranges.items()}

    def __call__(self, name: str, x: Any, *, reads: str = "") -> Any:
        weight, bias, range_ = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"], reads or name
        if range_ not in self.steps:
            return nn.linear(x, weight, bias)
        with torch.no_grad():
            step, zero = self.steps[range_], self.zeros[range_]
            off = ((x.float() / step).round() + zero).clamp(0, STEPS).sub(zero).mul(step) - x
            scale = weight.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / LEVELS
            turned = (weight / scale).round() * scale - weight
        return nn.linear(x + off, weight + turned, bias)


def embedded(tensors: Tensors, ids: Any) -> Any:
    """(n, length, d) of token ids (n, length): words, places and segment, normalised."""
    words = nn.embedding(ids, tensors["embeddings.word_embeddings.weight"])
    places = tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
    segment = tensors["embeddings.token_type_embeddings.weight"][0]
    return norm(tensors, "embeddings.LayerNorm", words + places + segment)


def layer(tensors: Tensors, at: str, x: Any, linear: Linear, *, alone: bool = False, dropout: float = 0.0) -> Any:
    """What the layer `at` makes of states (n, length, d); with `alone`, of each text's first token: (n, 1, d)."""
    asking = x[:, :1] if alone else x
    keys = f"{at}.attention.self.key"
    q = heads(linear(f"{at}.attention.self.query", asking, reads="" if alone else keys))
    k, v = heads(linear(keys, x)), heads(linear(f"{at}.attention.self.value", x, reads=keys))
    attended = nn.scaled_dot_product_attention(q, k, v, dropout_p=dropout).transpose(1, 2).flatten(2)
    told = nn.dropout(linear(f"{at}.attention.output.dense", attended), dropout)
    y = norm(tensors, f"{at}.attention.output.LayerNorm", told + asking)
    wide = nn.gelu(linear(f"{at}.intermediate.dense", y))
    told = nn.dropout(linear(f"{at}.output.dense", wide), dropout)
    return norm(tensors, f"{at}.output.LayerNorm", told + y)


def states(tensors: Tensors, ids: Any, linear: Linear, *, layers: int, dropout: float = 0.0) -> list[Any]:
    """What each layer makes of token ids (n, length), from the lowest on: (n, length, d) each."""
    found, x = [], nn.dropout(embedded(tensors, ids), dropout)
    for number in range(layers):
        x = layer(tensors, f"encoder.layer.{number}", x, linear, dropout=dropout)
        found.append(x)
    return found


def top(tensors: Tensors, name: str, x: Any, linear: Linear, *, dropout: float = 0.0) -> Any:
    """(n, answers) by the top `name` (`tops.py`) from states (n, length, d)."""
    answer = layer(tensors, f"{name}.layer", x, linear, alone=True, dropout=dropout)[:, 0]
    return linear(name, nn.dropout(torch.cat([answer, x.mean(dim=1)], dim=1), dropout))


def norm(tensors: Tensors, name: str, x: Any) -> Any:
    return nn.layer_norm(x, x.shape[-1:], tensors[f"{name}.weight"], tensors[f"{name}.bias"], 1e-12)


def heads(x: Any) -> Any:
    return x.unflatten(2, (-1, HEAD)).transpose(1, 2)
