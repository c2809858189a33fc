"""A layer made thin says what it said, as far as the numbers that are left can."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.settings import ROOT

pytest.importorskip("torch")

import torch

from pipelines.training import dequantised, thin, tuning
from pipelines.training.reader import Reader

OURS = ROOT / "models" / "encoder"
DRAW = np.random.default_rng(3)


def products(inputs: np.ndarray) -> np.ndarray:
    found = np.hstack([inputs, np.ones((len(inputs), 1))])
    return found.T @ found


def test_what_others_make_up_for_goes_first_and_nothing_is_lost() -> None:
    own = DRAW.normal(size=(400, 4))
    inputs = np.hstack([own, own[:, :1] - 2 * own[:, 1:2] + 3])  # the last says nothing new
    matrix, bias = DRAW.normal(size=(3, 5)).astype(np.float32), DRAW.normal(size=3).astype(np.float32)
    places, fitted, offset = thin.left(products(inputs), matrix, bias, 4)
    assert len(places) == 4
    before, after = inputs @ matrix.T + bias, inputs[:, places] @ fitted.T + offset
    assert np.abs(after - before).max() < 0.02


def test_of_numbers_that_are_apart_the_one_that_counts_the_least_goes_and_its_mean_stays() -> None:
    inputs = DRAW.normal(size=(4000, 3)) + 5
    matrix, bias = np.array([[1.0, 0.01, 2.0]], np.float32), np.zeros(1, np.float32)
    places, fitted, offset = thin.left(products(inputs), matrix, bias, 2)
    assert places.tolist() == [0, 2]
    assert np.allclose(fitted, [[1, 2]], atol=0.02)
    after = inputs[:, places] @ fitted.T + offset
    assert abs(float((after - inputs @ matrix.T).mean())) < 1e-3


@pytest.mark.slow
def test_a_thin_encoder_says_nearly_the_same_and_a_run_goes_on_after_its_epoch(tmp_path: Path) -> None:
    tokens = [[101, *DRAW.integers(2000, 20000, size=int(n)).tolist(), 102] for n in DRAW.integers(4, 12, size=200)]
    folder = dequantised.checkpoint(OURS, tmp_path / "checkpoint")
    ids, task = [torch.tensor(own) for own in tokens], tuning.Task("texts", tokens, {}, stay=1.0)
    before = Reader(folder)
    recipe = thin.Recipe(kept=before.encoder.config.intermediate_size - 40, rate=1e-5)
    said = before.embed(ids)
    places = []
    for _ in range(2):  # the second time as after a kill: nothing is learnt again
        reader = Reader(folder)
        thin.made_thin(reader, [task], recipe, checkpoint=tmp_path / "thin.pt")
        assert {layer.output.dense.in_features for layer in reader.encoder.encoder.layer} == {recipe.kept}
        places.append(reader.embed(ids))
    assert (places[0] * said).sum(axis=1).mean() > 0.97
    assert np.allclose(places[0], places[1], atol=1e-5)
