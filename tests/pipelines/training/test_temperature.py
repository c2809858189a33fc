"""A temperature makes a model as sure as it is right on texts that it has not learnt."""

import numpy as np
import pytest
from scipy.special import softmax

from pipelines.training.temperature import temperature


@pytest.mark.parametrize("scale", [0.2, 5.0])
def test_the_temperature_undoes_what_the_logits_were_multiplied_by(scale: float) -> None:
    draw = np.random.default_rng(1)
    honest = draw.normal(0, 2, (4000, 3))
    truth = np.array([draw.choice(3, p=p) for p in softmax(honest, axis=1)])
    assert temperature(honest * scale, truth) == pytest.approx(scale, rel=0.1)


def test_few_texts_all_guessed_right_do_not_make_a_model_sure_of_everything() -> None:
    truth = np.arange(9) % 3
    logits = np.eye(3)[truth] * 5
    assert 0.8 < softmax(logits / temperature(logits, truth), axis=1).max() < 0.95


def test_a_text_of_twice_the_weight_counts_as_two() -> None:
    draw = np.random.default_rng(2)
    logits, truth = draw.normal(0, 2, (50, 3)), draw.integers(0, 3, 50)
    twice = temperature(np.vstack([logits, logits[:20]]), np.append(truth, truth[:20]))
    assert temperature(logits, truth, np.where(np.arange(50) < 20, 2.0, 1.0)) == pytest.approx(twice, rel=0.02)
