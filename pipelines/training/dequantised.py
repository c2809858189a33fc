"""The weights of an int8 graph as float32 again, and as a checkpoint: what `graph.py` built, to be tuned further."""

import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from nlp.errors import BadModel
from pipelines.training import tops
from pipelines.training.graph import Array

PARTS = ("embeddings", "encoder", *tops.NAMES)
TOPS_FILE = "tops.npz"
"""Beside a checkpoint: the tensors of the tops on it."""


def checkpoint(folder: Path, into: Path) -> Path:
    """Writes the encoder of `folder` (model.onnx, tokenizer.json) as a BERT checkpoint to `into`, with the tops that
    tell its embedding beside it, if it has any; returns `into`.

    The weights are those of the graph to the last digit; activations are no longer rounded. The rows of positions hold
    the segment's row, too, which is zero therefore. Raises BadModel where the graph is not one of `graph.py`.
    """
    import torch
    from transformers import BertConfig, BertModel

    path = folder / "model.onnx"
    try:
        graph = onnx.load(path).graph
        every = dequantised(_constants(graph))
        tensors = tops.taken(every, "embeddings", "encoder", "pooler")
        attention = next(node for node in graph.node if node.name == "encoder.layer.0.attention.self.output")
        heads = {a.name: helper.get_attribute_value(a) for a in attention.attribute}["num_heads"]
        words, width = tensors["embeddings.word_embeddings.weight"].shape
        config = BertConfig(
            vocab_size=words,
            hidden_size=width,
            num_hidden_layers=len({name.split(".")[2] for name in tensors if name.startswith("encoder.layer.")}),
            num_attention_heads=heads,
            intermediate_size=len(tensors["encoder.layer.0.intermediate.dense.bias"]),
            max_position_embeddings=len(tensors["embeddings.position_embeddings.weight"]),
        )
        model = BertModel(config)
        model.load_state_dict({name: torch.tensor(value) for name, value in tensors.items()})
    except Exception as error:  # onnx, protobuf and torch raise many
        raise BadModel(f"{path}: not an encoder that can be tuned; give --base a checkpoint: {error!r}") from error
    model.save_pretrained(into)
    if above := tops.taken(every, tops.EMBEDDING):
        np.savez(into / TOPS_FILE, **above)
    shutil.copyfile(folder / "tokenizer.json", into / "tokenizer.json")
    return into


def above(folder: Path) -> dict[str, Array]:
    """The tops beside the checkpoint in `folder`; nothing where its last layer tells the embedding."""
    if not (folder / TOPS_FILE).is_file():
        return {}
    with np.load(folder / TOPS_FILE, allow_pickle=False) as file:
        return dict(file)


def tensors(folder: Path) -> dict[str, Array]:
    """The weights of the encoder in `folder`, its tops among them. Raises BadModel."""
    path = folder / "model.onnx"
    try:
        return dequantised(_constants(onnx.load(path).graph))
    except Exception as error:  # onnx and protobuf raise many
        raise BadModel(f"{path}: not an encoder that can be tuned: {error!r}") from error


def _constants(graph: onnx.GraphProto) -> dict[str, Array]:
    return {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}


def dequantised(constants: dict[str, Array]) -> dict[str, Array]:
    """A graph's constants as float32 tensors by their names in a BERT checkpoint and in tops, matrices
    (out, in)."""
    places = constants["places"] * constants["places.scales"]
    width = places.shape[1]
    tensors = {
        "embeddings.word_embeddings.weight": constants["words"] * constants["words.scales"],
        "embeddings.position_embeddings.weight": places,
        "embeddings.token_type_embeddings.weight": np.zeros((2, width)),
        "pooler.dense.weight": np.zeros((width, width)),  # nothing reads it, but a checkpoint has it
        "pooler.dense.bias": np.zeros(width),
    }
    for name, value in constants.items():
        layer, _, part = name.rpartition(".")
        if name.partition(".")[0] not in PARTS:
            continue
        if part == "int8":
            tensors[f"{layer}.weight"] = (value * constants[f"{layer}.scales"]).T
        elif part == "gamma":
            tensors[f"{layer}.weight"] = value
        elif part in ("bias", "beta"):
            tensors[f"{layer}.bias"] = value
        elif part == "weight":  # what no kernel rounds: a top's last layer
            tensors[name] = value
    return {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}
