"""The graph that serves: what it says of a text does not depend on the texts beside it, to the bit."""

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

from pipelines.training.graph import Graph


def test_a_text_alone_has_the_mean_that_it_has_among_others_to_the_bit() -> None:
    graph = Graph({}, {}, heads=1)
    mean = graph.mean("x", "mean")
    body = helper.make_graph(
        graph.nodes,
        "mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["b", "t", 384])],
        [helper.make_tensor_value_info(mean, TensorProto.FLOAT, ["b", 384])],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    texts = np.random.default_rng(0).standard_normal((5, 13, 384)).astype(np.float32)
    (together,) = session.run(None, {"x": texts})
    alone = [session.run(None, {"x": text[None]})[0][0] for text in texts]
    assert np.array_equal(together, alone)
    assert np.allclose(together, texts.mean(axis=1), atol=1e-6)
