"""An int8 encoder as a checkpoint again: it says the same, and a graph that is not ours is refused by name."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from nlp.encoder import OnnxEncoder
from nlp.errors import BadModel
from pipelines.settings import ROOT
from pipelines.training import dequantised
from pipelines.training.reader import Reader

ENCODER = ROOT / "models" / "encoder"
TEXTS = ("Where is my parcel?", "I was charged twice and nobody answers.", "thanks", "How do I close my account? " * 8)


def test_the_shipped_encoder_says_the_same_as_a_checkpoint(tmp_path: Path) -> None:
    folder = dequantised.checkpoint(ENCODER, tmp_path / "plain")
    tokens = [
        torch.tensor(e.ids) for e in Tokenizer.from_file(str(folder / "tokenizer.json")).encode_batch(list(TEXTS))
    ]
    found = Reader(folder).embed(tokens)
    alike = (found * OnnxEncoder(ENCODER).encode(TEXTS)).sum(axis=1)
    assert alike.mean() > 0.99
    assert alike.min() > 0.98
    others = found @ found.T
    assert others[~np.eye(len(TEXTS), dtype=bool)].max() < 0.9


@pytest.mark.parametrize("content", [None, b"no graph"])
def test_what_is_no_graph_of_ours_is_named(content: bytes | None, tmp_path: Path) -> None:
    if content:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(BadModel, match=r"model\.onnx: not an encoder that can be tuned"):
        dequantised.checkpoint(tmp_path, tmp_path / "plain")
