"""An fp32 BERT checkpoint as an int8 graph: its weights, the ranges of its activations, its vocabulary."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.training import sentiment
from pipelines.training.graph import Array, Graph, Ranges

MAX_TOKENS = 256
UNUSED = "[unused"
"""The base's vocabulary reserves some thousand names that no text yields; they are not shipped."""


def activation_ranges(folder: Path, texts: Sequence[str], *, top: Mapping[str, Array] | None = None) -> Ranges:
    """Least and greatest input of each linear layer over `texts`, by the layer's name; of the sentiment `top` too."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    ranges: dict[str, tuple[float, float]] = {}

    def seen(name: str, x: Any) -> None:
        low, high = ranges.get(name, (0.0, 0.0))
        ranges[name] = (min(low, float(x.min())), max(high, float(x.max())))

    def watch(name: str) -> Any:
        return lambda _module, inputs, _output: seen(name, inputs[0])

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(watch(name))
    tensors = {name: torch.tensor(value) for name, value in (top or {}).items()}
    with torch.inference_mode():
        for text in texts:  # one by one: padding must not widen a range
            ids = tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
            states = model(**ids, output_hidden_states=True).hidden_states
            if top:
                sentiment.forward(tensors, states[-2], watch=seen)
    return ranges


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


def build(
    tensors: Mapping[str, Array], ranges: Ranges, *, layers: int, heads: int, outputs: Mapping[str, int]
) -> bytes:
    """The graph from input_ids int32 (batch, tokens), texts of one length, to the named outputs."""
    graph = Graph(tensors, ranges, heads=heads)
    x = graph.embeddings("input_ids")
    for n in range(layers):
        x = graph.layer(x, f"encoder.layer.{n}")
    graph.node("LpNormalization", [graph.mean(x, "pooled")], "embedding", axis=1, p=2)
    if "sentiment" in outputs:
        sentiment.add_to(graph)
    return graph.model(outputs)
