"""Tops: each one BERT layer that reads the states of the encoder's tokens, for an output of its own.

The layer starts as an encoder's own last one and asks from the first token alone, so that it costs a hundredth of one
to serve and little to train; a linear layer reads its answer beside the mean of the states. `sentiment` tells feelings;
`embedding`, where there is one, the embedding, in the stead of an encoder's last layer (`short.py`).
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nn

from pipelines.training.graph import Graph

Array = npt.NDArray[Any]
Tensors = Mapping[str, Any]
Watch = Callable[[str, Any], None]
NAMES = SENTIMENT, EMBEDDING = ("sentiment", "embedding")
HEAD = 32
"""Numbers of one head of attention, as in the base."""


def initial(layer: Tensors, name: str, *, answers: int | None = None) -> dict[str, Array]:
    """A top's tensors before training: the `layer` of an encoder by the names of its parts, and a linear layer that
    gives zeros for so many `answers`, or else, of the states' own width, their mean."""
    width = len(layer["output.dense.bias"])
    mean = np.hstack([np.zeros((width, width), np.float32), np.eye(width, dtype=np.float32)])
    return {f"{name}.layer.{part}": value for part, value in layer.items()} | {
        f"{name}.weight": mean if answers is None else np.zeros((answers, 2 * width), np.float32),
        f"{name}.bias": np.zeros(answers or width, np.float32),
    }


def among(tensors: Tensors) -> list[str]:
    """The tops that `tensors` hold."""
    return [name for name in NAMES if f"{name}.weight" in tensors]


def taken(tensors: Tensors, *names: str) -> dict[str, Any]:
    """Those of `tensors` that belong to the tops `names`."""
    return {name: value for name, value in tensors.items() if name.partition(".")[0] in names}


def layer_of(tensors: Tensors, number: int) -> dict[str, Array]:
    """An encoder's layer by the names of its parts."""
    start = f"encoder.layer.{number}."
    return {name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)}


def forward(tops: Tensors, name: str, x: Any, *, watch: Watch = lambda *_: None, dropout: float = 0.0) -> Any:
    """(n, answers) from states (n, tokens, d); `watch` sees the input of each linear layer."""
    at = f"{name}.layer"

    def linear(part: str, x: Any) -> Any:
        watch(f"{at}.{part}", x)
        return nn.linear(x, tops[f"{at}.{part}.weight"], tops[f"{at}.{part}.bias"])

    def heads(x: Any) -> Any:
        return x.unflatten(2, (-1, HEAD)).transpose(1, 2)

    def sum_norm(part: str, x: Any, skip: Any) -> Any:
        x = nn.dropout(x, dropout) + skip
        return nn.layer_norm(x, x.shape[-1:], tops[f"{at}.{part}.weight"], tops[f"{at}.{part}.bias"], 1e-12)

    asking = x[:, :1]
    q = heads(linear("attention.self.query", asking))
    k, v = (heads(linear(f"attention.self.{part}", x)) for part in ("key", "value"))
    attended = nn.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    y = sum_norm("attention.output.LayerNorm", linear("attention.output.dense", attended), asking)
    wide = nn.gelu(linear("intermediate.dense", y))
    answer = sum_norm("output.LayerNorm", linear("output.dense", wide), y)[:, 0]
    read = nn.dropout(torch.cat([answer, x.mean(dim=1)], dim=1), dropout)
    watch(name, read)
    return nn.linear(read, tops[f"{name}.weight"], tops[f"{name}.bias"])


def embedded(tops: Tensors, x: Any) -> Any:
    """Embeddings (n, d) of unit length from states (n, tokens, d)."""
    return nn.normalize(forward(tops, EMBEDDING, x).float(), dim=1)


def add_sentiment(graph: Graph, states: str) -> str:
    """The name of the probabilities float32 (batch, 3)."""
    weights = [graph.constant(name, graph.tensors[name]) for name in (f"{SENTIMENT}.weight", f"{SENTIMENT}.bias")]
    logits = graph.node("Gemm", [_read(graph, SENTIMENT, states), *weights], "sentiment.logits", transB=1)
    return graph.node("Softmax", [logits], SENTIMENT, axis=1)


def add_embedding(graph: Graph, states: str) -> str:
    """The same as `embedded`, in the encoder's graph: the name of the embeddings."""
    return graph.unit(graph.linear(_read(graph, EMBEDDING, states), EMBEDDING), EMBEDDING)


def _read(graph: Graph, name: str, states: str) -> str:
    """What a top's linear layer reads, as in `forward`."""
    bounds = [graph.constant(f"{name}.{n}", np.array([n], np.int64)) for n in (0, 1)]
    asking = graph.node("Slice", [states, *bounds, bounds[1]], f"{name}.first")
    answer = graph.node("Squeeze", [graph.layer(states, f"{name}.layer", asking=asking), bounds[1]], f"{name}.answer")
    return graph.node("Concat", [answer, graph.mean(states, f"{name}.mean")], f"{name}.read", axis=1)
