"""An fp32 BERT checkpoint as an int8 graph: its weights, the ranges of its activations, its vocabulary."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.signal import SENTIMENTS
from pipelines.training import tops
from pipelines.training.graph import Array, Graph, Ranges

MAX_TOKENS = 256
UNUSED = "[unused"
"""The base's vocabulary reserves some thousand names that no text yields; they are not shipped."""


SAMPLE = 50_000
"""Numbers of a layer's input by which its range is chosen."""
SHARES = np.arange(0.5, 1.001, 0.05)
"""Of the least and the greatest input, where a range may end."""


def activation_ranges(folder: Path, texts: Sequence[str], *, above: Mapping[str, Array] | None = None) -> Ranges:
    """Where the input of each linear layer is cut, by the layer's name, so that 255 steps in between tell it with the
    least squared error over `texts`; of the tops `above` it too."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    ranges: dict[str, tuple[float, float]] = {}
    samples: dict[str, list[Array]] = {}
    draw = np.random.default_rng(1)

    def seen(name: str, x: Any) -> None:
        low, high = ranges.get(name, (0.0, 0.0))
        ranges[name] = (min(low, float(x.min())), max(high, float(x.max())))
        samples.setdefault(name, []).append(draw.choice(x.numpy().ravel(), -(-SAMPLE // len(texts))))

    def watch(name: str) -> Any:
        return lambda _module, inputs, _output: seen(name, inputs[0])

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(watch(name))
    tensors = {name: torch.tensor(value) for name, value in (above or {}).items()}
    with torch.inference_mode():
        for text in texts:  # one by one: padding must not widen a range
            states = model(**tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"))[0]
            for name in tops.among(tensors):
                tops.forward(tensors, name, states, watch=seen)
    return {name: _cut(*found, np.concatenate(samples[name])) for name, found in ranges.items()}


def _cut(low: float, high: float, sample: Array) -> tuple[float, float]:
    """Shares of `low` and `high`, at which what lies beyond costs as much as coarse steps do."""

    def error(ends: tuple[float, float]) -> float:
        scale = max((ends[1] - ends[0]) / 255, 1e-8)
        told = np.rint(np.clip(sample, *ends) / scale) * scale
        return float(np.square(told - sample).sum())

    return min(((float(low * a), float(high * b)) for a in SHARES for b in SHARES), key=error)


def weights(folder: Path) -> dict[str, Array]:
    """All tensors of a BERT checkpoint as float32; positions up to MAX_TOKENS."""
    from transformers import AutoModel

    found = {
        n: t.detach().numpy().astype(np.float32) for n, t in AutoModel.from_pretrained(folder).state_dict().items()
    }
    found["embeddings.position_embeddings.weight"] = found["embeddings.position_embeddings.weight"][:MAX_TOKENS]
    return found


def without_unused(tokenizer: dict[str, Any], tensors: dict[str, Array]) -> str:
    """Drops the reserved tokens and their rows from `tensors`; returns the tokenizer that numbers the rest anew."""
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    kept = [token for token in sorted(vocabulary, key=vocabulary.__getitem__) if not token.startswith(UNUSED)]
    table = tensors["embeddings.word_embeddings.weight"]
    tensors["embeddings.word_embeddings.weight"] = table[[vocabulary[token] for token in kept]]
    numbers = {token: n for n, token in enumerate(kept)}
    tokenizer["model"]["vocab"] = numbers
    for token in tokenizer["added_tokens"]:
        token["id"] = numbers[token["content"]]
    for special in tokenizer["post_processor"]["special_tokens"].values():
        special["ids"] = [numbers[token] for token in special["tokens"]]
    tokenizer["padding"] = None
    tokenizer["truncation"] = None
    return json.dumps(tokenizer, ensure_ascii=False)


def build(tensors: Mapping[str, Array], ranges: Ranges, *, layers: int, heads: int) -> bytes:
    """The graph from input_ids int32 (batch, tokens), texts of one length, to `embedding` float32 (batch, d) of unit
    length: that of the tops where `tensors` have them, else the mean over the tokens; and to what else tops tell."""
    graph = Graph(tensors, ranges, heads=heads)
    states = graph.embeddings("input_ids")
    for n in range(layers):
        states = graph.layer(states, f"encoder.layer.{n}")
    told = tops.among(tensors)
    if tops.EMBEDDING in told:
        embedding = tops.add_embedding(graph, states)
    else:
        embedding = graph.unit(graph.mean(states, "pooled"), "embedding")
    outputs = {embedding: len(tensors["embeddings.LayerNorm.bias"])}
    if tops.SENTIMENT in told:
        outputs[tops.add_sentiment(graph, states)] = len(SENTIMENTS)
    return graph.model(outputs)
