"""Tops say of a text the same in a checkpoint, in the int8 graph and read back from it; a short encoder says what a
longer one and the base say."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from nlp.encoder import OnnxEncoder
from pipelines.training import dequantised, encoder, quantised, short, tops, tuning
from pipelines.training.encoder import base_folder
from pipelines.training.reader import Reader

TEXTS = (
    "Where is my parcel?",
    "I was charged twice and nobody answers.",
    "thanks",
    "How do I close my account? " * 6,
    "It has been three weeks and the courier says that it is still on the van, so where is it?",
)


def tokens(folder: Path) -> list[list[int]]:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    return [found.ids for found in tokenizer.encode_batch(list(TEXTS))]


def folders(work: Path, out: Path) -> tuple[Path, Path]:
    """The base made short, with a sentiment top of random answers: as a checkpoint, and as an encoder folder."""
    model = tuning.Model.start(base_folder(), [], tensors={}, seed=1)
    with torch.no_grad():
        model.feeling["sentiment.weight"].normal_(std=0.05)
    layers = {name: p.detach().numpy() for name, p in model.encoder.state_dict().items()}
    encoder.save(work, model, tops.initial(tops.layer_of(layers, tuning.LAST), tops.EMBEDDING))
    tensors, above = quantised.weights(work), dequantised.above(work)
    words = quantised.without_unused(json.loads((work / "tokenizer.json").read_text("utf-8")), tensors)
    ranges = quantised.activation_ranges(work, TEXTS, above=above)
    data = quantised.build(tensors | above, ranges, layers=tuning.LAST, heads=12)
    encoder.write(out, data, words, start="the base", dimension=384, texts=len(TEXTS), learnt="nothing", seed=1)
    return work, out


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return folders(tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("out"))


def test_the_graph_says_of_a_text_what_the_checkpoint_says(built: tuple[Path, Path]) -> None:
    work, out = built
    embedded, probabilities = OnnxEncoder(out).encode_with_sentiment(TEXTS)
    ids, plain = [torch.tensor(found) for found in tokens(base_folder())], Reader(work)
    assert embedded.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(embedded, axis=1), 1, atol=1e-5)
    assert (embedded * plain.embed(ids)).sum(axis=1).min() > 0.97
    above = {name: torch.tensor(value) for name, value in dequantised.above(work).items()}
    with torch.inference_mode():
        logits = [tops.forward(above, tops.SENTIMENT, plain.passed(found[None], 0, plain.layers))[0] for found in ids]
    assert np.abs(probabilities - torch.stack(logits).softmax(dim=1).numpy()).max() < 0.1


def test_a_graph_with_tops_comes_back_as_a_checkpoint_that_says_the_same(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    _, out = built
    found = Reader(dequantised.checkpoint(out, tmp_path / "plain"))
    assert found.layers == tuning.LAST + 1
    embedded = found.embed([torch.tensor(ids) for ids in tokens(out)])
    assert (embedded * OnnxEncoder(out).encode(TEXTS)).sum(axis=1).min() > 0.97
    assert tops.among(dequantised.tensors(out)) == list(tops.NAMES)


def cosines(x: Any) -> Any:
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit @ unit.T


def test_what_is_to_be_said_keeps_the_cosines_of_two_encoders_side_by_side() -> None:
    draw = np.random.default_rng(2)
    few = draw.normal(size=(300, 6)) @ draw.normal(size=(6, 40)) + draw.normal(size=(300, 40)) / 100
    one, other = (half / np.linalg.norm(half, axis=1, keepdims=True) for half in np.hsplit(few, 2))
    found = short.said(one, other)
    assert found.shape == (300, 20)
    assert np.abs(cosines(found) - (cosines(one) + cosines(other)) / 2).max() < 0.02


@pytest.mark.slow
def test_a_short_encoder_learns_to_say_it_and_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    model = tuning.Model.start(base_folder(), [], tensors={}, seed=1)
    ids = tokens(base_folder())
    base = model.read(ids)[0].numpy()
    recipe = short.Recipe(epochs=30, average=0.5)

    def alike(top: dict[str, Any]) -> float:
        learnt = {name: torch.tensor(value) for name, value in top.items()}
        with torch.inference_mode():
            places = torch.cat([tops.embedded(learnt, model.embed(torch.tensor([found]))[1]) for found in ids])
        return float((places.numpy() * short.said(base, base)).sum(axis=1).min())

    begun = short.shorten(model, ids, base, short.Recipe(epochs=1, average=0.5), checkpoint=tmp_path / "begun.pt")
    whole = short.shorten(model, ids, base, recipe, checkpoint=tmp_path / "whole.pt")
    again = short.shorten(model, ids, base, recipe, checkpoint=tmp_path / "whole.pt")
    assert alike(whole) > 0.95 > alike(begun)
    assert all(np.array_equal(again[name], value) for name, value in whole.items())
