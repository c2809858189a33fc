"""The sentiment top: one BERT layer that reads the encoder's frozen token states, for its second output.

The trunk runs once over all texts; its states are kept in memory, and only the top is trained. The layer starts as the
base's own last one and asks from the first token alone, so it costs little to train and to serve; a linear layer reads
its answer beside the mean of the states. Texts: SemEval-2017 task 4 A without 2016test, and the authored ones; a tenth
is held out for the choice of the epoch and for the temperature.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import torch
import torch.nn.functional as nn
from rich.progress import track

from nlp.encoder import batches
from nlp.metrics import macro_recall
from nlp.signal import SENTIMENTS
from pipelines.training.graph import Graph, Ranges

Array = npt.NDArray[Any]
Watch = Callable[[str, Any], None]
TRUNK = "encoder.layer.4.output.LayerNorm"
"""The trunk's tensor that the top reads: the states after five of six layers."""
LAYER, BASE = "sentiment.layer", "encoder.layer.5"
HEADS = 12
SEED, EPOCHS, RATE, DROPOUT = 7, 3, 3e-4, 0.1
TOKENS = 1024
"""Tokens in one training batch."""


class Example(NamedTuple):
    text: str
    label: str
    weight: float


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


def states(trunk: bytes, tokens: Sequence[Sequence[int]]) -> list[Array]:
    """float16 (tokens, d) of each text, from a graph with the output TRUNK."""
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = ort.InferenceSession(trunk, options, providers=["CPUExecutionProvider"])
    found: list[Array] = [np.empty(0)] * len(tokens)
    for group in track(list(batches([len(t) for t in tokens])), description="token states"):
        rows = session.run([TRUNK], {"input_ids": np.array([tokens[i] for i in group], np.int32)})[0]
        for i, row in zip(group, rows.astype(np.float16), strict=True):
            found[i] = row
    return found


def train(
    base: Mapping[str, Array], x: Sequence[Array], examples: Sequence[Example], *, checkpoint: Path
) -> dict[str, Array]:
    """The trained top, its temperature already in its last layer. The best epoch so far is kept in `checkpoint`."""
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    y = torch.tensor([SENTIMENTS.index(e.label) for e in examples])
    weight = torch.tensor([e.weight for e in examples]) * _balance(y)
    order = draw.sample(range(len(examples)), len(examples))
    held, learnt = order[: len(order) // 10], order[len(order) // 10 :]
    top = {name: torch.tensor(value, requires_grad=True) for name, value in initial(base).items()}
    optimiser = torch.optim.AdamW(top.values(), lr=RATE, weight_decay=0.01)
    steps = EPOCHS * len(list(_groups(x, learnt, draw)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + EPOCHS, pct_start=0.1)
    best = 0.0
    for epoch in range(EPOCHS):
        for group in track(list(_groups(x, learnt, draw)), description=f"epoch {epoch + 1} of {EPOCHS}"):
            loss = nn.cross_entropy(forward(top, _stack(x, group), dropout=DROPOUT), y[group], reduction="none")
            optimiser.zero_grad()
            (loss * weight[group]).mean().backward()
            torch.nn.utils.clip_grad_norm_(list(top.values()), 1.0)
            optimiser.step()
            schedule.step()
        logits = predict(top, x, held)
        guess = [SENTIMENTS[i] for i in logits.argmax(1)]
        recall = macro_recall([examples[i].label for i in held], guess)
        print(f"epoch {epoch + 1}: macro-recall {recall:.4f} on {len(held)} held out", flush=True)
        if recall > best:
            best = recall
            scale = _temperature(logits, y[held], torch.tensor([examples[i].weight for i in held]))
            tensors = {name: tensor.detach().numpy().copy() for name, tensor in top.items()}
            tensors |= {name: tensors[name] / np.float32(scale) for name in ("sentiment.weight", "sentiment.bias")}
            np.savez(checkpoint, **tensors)
    with np.load(checkpoint) as file:
        return dict(file)


def predict(
    top: Mapping[str, Any], x: Sequence[Array], chosen: Sequence[int], *, watch: Watch = lambda *_: None
) -> Any:
    """Logits (len(chosen), 3)."""
    logits = torch.zeros(len(chosen), len(SENTIMENTS))
    with torch.inference_mode():
        for group in batches([len(x[i]) for i in chosen]):
            logits[group] = forward(top, _stack(x, [chosen[g] for g in group]), watch=watch)
    return logits


def ranges(top: Mapping[str, Array], x: Sequence[Array]) -> Ranges:
    """Least and greatest input of each of the top's linear layers over the states `x`."""
    found: dict[str, tuple[float, float]] = {}

    def watch(name: str, value: Any) -> None:
        low, high = found.get(name, (0.0, 0.0))
        found[name] = (min(low, float(value.min())), max(high, float(value.max())))

    predict({name: torch.tensor(value) for name, value in top.items()}, x, range(len(x)), watch=watch)
    return found


def _groups(x: Sequence[Array], chosen: Sequence[int], draw: random.Random) -> Iterator[list[int]]:
    """`chosen` in random batches of texts of one length."""
    shuffled = draw.sample(list(chosen), len(chosen))
    groups = [[shuffled[i] for i in g] for g in batches([len(x[i]) for i in shuffled], budget=TOKENS)]
    yield from draw.sample(groups, len(groups))


def _stack(x: Sequence[Array], group: Sequence[int]) -> Any:
    return torch.tensor(np.stack([x[i] for i in group]).astype(np.float32))


def _balance(y: Any) -> Any:
    counts = torch.bincount(y, minlength=len(SENTIMENTS))
    return (len(y) / len(SENTIMENTS) / counts)[y]


def _temperature(logits: Any, truth: Any, weight: Any) -> float:
    """The divisor of the logits with the least weighted cross-entropy (Guo et al. 2017)."""
    grid = np.geomspace(0.3, 3.0, 60)

    def loss(divisor: float) -> float:
        return float((nn.cross_entropy(logits / divisor, truth, reduction="none") * weight).mean())

    return float(min(grid, key=loss))
