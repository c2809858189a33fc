"""An int8 transformer as an ONNX graph, written node by node from its weights.

Weights are int8 with one scale a column; activations are uint8 with static ranges measured on calibration texts, so
that a text's result does not depend on its neighbours in a batch (dynamic ranges are taken over the whole batch).
Weights use 7 of the 8 bits: processors without VNNI add pairs of products in 16 bits, which would saturate.
Texts of one length share a batch, so there is no padding and no mask.

Kernels were chosen by measurement on ONNX Runtime 1.32: Add and LayerNormalization are several times faster than
SkipLayerNormalization, and MultiHeadAttention without a mask is faster than QAttention.
Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Array = npt.NDArray[Any]
Ranges = Mapping[str, tuple[float, float]]
WEIGHT_LEVELS = 63
MICROSOFT = "com.microsoft"


class Quantised(NamedTuple):
    """Names of a uint8 tensor, its scale and its zero point."""

    tensor: str
    scale: str
    zero: str


class Graph:
    """Collects nodes and constants; each method adds one block and returns its output's name.

    `tensors` are float32 weights by their name in a BERT checkpoint, matrices (out, in); `ranges` the least and
    greatest input of each linear layer.
    """

    def __init__(self, tensors: Mapping[str, Array], ranges: Ranges, *, heads: int) -> None:
        self.tensors, self.ranges, self.heads = tensors, ranges, heads
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, Array] = {}

    def constant(self, name: str, value: Array) -> str:
        self.constants[name] = value
        return name

    def node(self, op: str, inputs: Sequence[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=output, domain=domain, **attributes))
        return output

    def quantised(self, x: str, layer: str) -> Quantised:
        """uint8 activations on the layer's static range."""
        low, high = self.ranges[layer]
        scale = max((high - low) / 255, 1e-8)
        s = self.constant(f"{layer}.scale", np.array(scale, np.float32))
        z = self.constant(f"{layer}.zero", np.array(np.clip(round(-low / scale), 0, 255), np.uint8))
        return Quantised(self.node("QuantizeLinear", [x, s, z], f"{layer}.input"), s, z)

    def product(self, x: Quantised, layer: str) -> str:
        """x W + b, float32."""
        matrix = self.tensors[f"{layer}.weight"].T
        scales = np.maximum(np.abs(matrix).max(axis=0) / WEIGHT_LEVELS, 1e-12).astype(np.float32)
        values = np.clip(np.rint(matrix / scales), -WEIGHT_LEVELS, WEIGHT_LEVELS).astype(np.int8)
        w = self.constant(f"{layer}.int8", values)
        ws = self.constant(f"{layer}.scales", scales)
        wz = self.constant(f"{layer}.weight_zero", np.zeros(len(scales), np.int8))
        b = self.constant(f"{layer}.bias", self.tensors[f"{layer}.bias"])
        inputs = [x.tensor, w, x.scale, ws, x.zero, wz, b]
        return self.node("MatMulIntegerToFloat", inputs, f"{layer}.output", domain=MICROSOFT)

    def linear(self, x: str, layer: str) -> str:
        return self.product(self.quantised(x, layer), layer)

    def attention(self, x: str, prefix: str, *, asking: str = "") -> str:
        """The tokens `asking` (or else all) attend to the tokens x of their text."""
        read = self.quantised(x, f"{prefix}.key")
        asked = self.quantised(asking, f"{prefix}.query") if asking else read
        sources = {"query": asked, "key": read, "value": read}
        parts = [self.product(source, f"{prefix}.{part}") for part, source in sources.items()]
        return self.node("MultiHeadAttention", parts, f"{prefix}.output", domain=MICROSOFT, num_heads=self.heads)

    def norm(self, x: str, layer: str) -> str:
        gamma = self.constant(f"{layer}.gamma", self.tensors[f"{layer}.weight"])
        beta = self.constant(f"{layer}.beta", self.tensors[f"{layer}.bias"])
        return self.node("LayerNormalization", [x, gamma, beta], layer, axis=-1, epsilon=1e-12)

    def sum_norm(self, x: str, skip: str, layer: str) -> str:
        return self.norm(self.node("Add", [x, skip], f"{layer}.sum"), layer)

    def rows(self, name: str, table: Array, index: str) -> str:
        """Rows of a table kept as int8 with a scale a row."""
        scales = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12).astype(np.float32)
        values = self.constant(name, np.rint(table / scales).astype(np.int8))
        taken = self.node("Gather", [values, index], f"{name}.taken")
        as_float = self.node("Cast", [taken], f"{name}.float", to=TensorProto.FLOAT)
        scale = self.node("Gather", [self.constant(f"{name}.scales", scales), index], f"{name}.scale")
        return self.node("Mul", [as_float, scale], f"{name}.value")

    def embeddings(self, ids: str) -> str:
        """Token rows plus position and segment, normalised."""
        places = self.tensors["embeddings.position_embeddings.weight"]
        segment = self.tensors["embeddings.token_type_embeddings.weight"][0]
        zero, one = (self.constant(f"int{n}", np.array(n, np.int64)) for n in (0, 1))
        length = self.node("Squeeze", [self.node("Shape", [ids], "shape", start=1, end=2)], "length")
        place = self.rows("places", places + segment, self.node("Range", [zero, length, one], "place"))
        words = self.rows("words", self.tensors["embeddings.word_embeddings.weight"], ids)
        return self.sum_norm(words, place, "embeddings.LayerNorm")

    def layer(self, x: str, at: str, *, asking: str = "") -> str:
        """A BERT layer (Devlin et al. 2019), for the tokens `asking` alone where given."""
        attended = self.linear(self.attention(x, f"{at}.attention.self", asking=asking), f"{at}.attention.output.dense")
        x = self.sum_norm(attended, asking or x, f"{at}.attention.output.LayerNorm")
        wide = self.node("Gelu", [self.linear(x, f"{at}.intermediate.dense")], f"{at}.gelu", domain=MICROSOFT)
        return self.sum_norm(self.linear(wide, f"{at}.output.dense"), x, f"{at}.output.LayerNorm")

    def mean(self, x: str, name: str) -> str:
        """Mean over a text's tokens, of each text twice, for of one text alone ONNX Runtime adds them up in another
        order."""
        twice = self.node("Concat", [x, x], f"{name}.twice", axis=0)
        both = self.node("ReduceMean", [twice], f"{name}.both", axes=[1], keepdims=0)
        self.nodes.append(helper.make_node("Split", [both], [name, f"{name}.again"], name=f"{name}.half", axis=0))
        return name

    def unit(self, x: str, name: str) -> str:
        """Rows of unit length."""
        return self.node("LpNormalization", [x], name, axis=1, p=2)

    def model(self, outputs: Mapping[str, int]) -> bytes:
        """input_ids int32 (batch, tokens) -> the named outputs float32 (batch, width), serialised."""
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT32, ["b", "t"])
        out = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["b", width]) for n, width in outputs.items()]
        constants = [numpy_helper.from_array(np.asarray(v), n) for n, v in self.constants.items()]
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
        body = helper.make_graph(self.nodes, "encoder", [ids], out, initializer=constants)
        model = helper.make_model(body, opset_imports=opsets, ir_version=8)
        return bytes(model.SerializeToString(deterministic=True))
