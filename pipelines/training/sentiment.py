"""The sentiment top: one BERT layer that reads the encoder's token states, for its second output.

The layer starts as the base's own last one and asks from the first token alone, so it costs little to train and to
serve; a linear layer reads its answer beside the mean of the states.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nn

from nlp.signal import SENTIMENTS
from pipelines.training.graph import Graph

Array = npt.NDArray[Any]
Watch = Callable[[str, Any], None]
TRUNK = "encoder.layer.4.output.LayerNorm"
"""The encoder's tensor that the top reads: the states after five of six layers."""
LAYER, BASE = "sentiment.layer", "encoder.layer.5"
HEADS = 12


def initial(base: Mapping[str, Array]) -> dict[str, Array]:
    """The top's tensors before training: the base's last layer, and a linear layer of zeros."""
    top = {LAYER + name.removeprefix(BASE): value for name, value in base.items() if name.startswith(BASE + ".")}
    width = len(top[f"{LAYER}.output.dense.bias"])
    classes = len(SENTIMENTS)
    return top | {
        "sentiment.weight": np.zeros((classes, 2 * width), np.float32),
        "sentiment.bias": np.zeros(classes, np.float32),
    }


def forward(top: Mapping[str, Any], x: Any, *, watch: Watch = lambda *_: None, dropout: float = 0.0) -> Any:
    """Logits (n, 3) from states (n, tokens, d); `watch` sees the input of each linear layer."""

    def linear(name: str, x: Any) -> Any:
        watch(f"{LAYER}.{name}", x)
        return nn.linear(x, top[f"{LAYER}.{name}.weight"], top[f"{LAYER}.{name}.bias"])

    def heads(x: Any) -> Any:
        return x.unflatten(2, (HEADS, -1)).transpose(1, 2)

    def sum_norm(name: str, x: Any, skip: Any) -> Any:
        x = nn.dropout(x, dropout) + skip
        return nn.layer_norm(x, x.shape[-1:], top[f"{LAYER}.{name}.weight"], top[f"{LAYER}.{name}.bias"], 1e-12)

    asking = x[:, :1]
    q = heads(linear("attention.self.query", asking))
    k, v = (heads(linear(f"attention.self.{part}", x)) for part in ("key", "value"))
    attended = nn.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    y = sum_norm("attention.output.LayerNorm", linear("attention.output.dense", attended), asking)
    wide = nn.gelu(linear("intermediate.dense", y))
    answer = sum_norm("output.LayerNorm", linear("output.dense", wide), y)[:, 0]
    read = nn.dropout(torch.cat([answer, x.mean(dim=1)], dim=1), dropout)
    return nn.linear(read, top["sentiment.weight"], top["sentiment.bias"])


def add_to(graph: Graph) -> str:
    """The same as `forward`, in the encoder's graph; returns the name of the probabilities float32 (batch, 3)."""
    bounds = [graph.constant(f"sentiment.{n}", np.array([n], np.int64)) for n in (0, 1)]
    asking = graph.node("Slice", [TRUNK, *bounds, bounds[1]], "sentiment.first")
    answer = graph.node("Squeeze", [graph.layer(TRUNK, LAYER, asking=asking), bounds[1]], "sentiment.answer")
    read = graph.node("Concat", [answer, graph.mean(TRUNK, "sentiment.mean")], "sentiment.read", axis=1)
    weights = [graph.constant(f"sentiment.{part}", graph.tensors[f"sentiment.{part}"]) for part in ("weight", "bias")]
    logits = graph.node("Gemm", [read, *weights], "sentiment.logits", transB=1)
    return graph.node("Softmax", [logits], "sentiment", axis=1)
