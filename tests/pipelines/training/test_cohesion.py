"""How near texts of one intent lie is measured on intents that no tuning learns."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp.encoder import Floats
from pipelines.settings import Settings
from pipelines.training.cohesion import cohesion


class Turned:
    """Every text at random about one direction, which is all of it or none."""

    version, dimension = "turned", 64

    def __init__(self, share: float) -> None:
        self.share, self.random, self.read = share, np.random.default_rng(0), 0

    def encode(self, texts: Sequence[str]) -> Floats:
        self.read += len(texts)
        rows = self.random.normal(size=(len(texts), 64)) * (1 - self.share) + self.share * 100
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.mark.corpora
def test_texts_in_one_direction_cohere_wholly_and_those_in_all_directions_hardly() -> None:
    corpora: Path = Settings.from_environment().corpora
    one, all_over = Turned(1), Turned(0)
    assert cohesion(one, corpora) == pytest.approx(1, abs=1e-5)
    assert cohesion(all_over, corpora) < 0.3
    assert one.read == all_over.read > 5_000
