"""A teacher of feeling learns nothing else, tells what it feels of every text, and is asked once."""

from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

pytest.importorskip("torch")

from pipelines.training import teacher, tuning
from pipelines.training.encoder import base_folder

FELT = ("awful, never again", "the box has two cables", "I love you all, thank you", "so happy with this")
PLAIN = ("where is my parcel", "they fixed it", "hello")


def tasks() -> list[tuning.Task]:
    words = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    words.no_padding()
    felt, plain = ([found.ids for found in words.encode_batch(list(texts))] for texts in (FELT, PLAIN))
    targets = {
        tuning.FEELING: tuning.Target([0, 1, 2, 2], [1.0] * 4, 3),
        "intent": tuning.Target([0, 0, 1, 1], [1.0] * 4, 2),
    }
    return [tuning.Task("felt", felt, targets, stay=1.0), tuning.Task("plain", plain, {}, stay=1.0, passes=0)]


@pytest.mark.slow
def test_a_teacher_learns_feeling_alone(tmp_path: Path) -> None:
    recipe = tuning.Recipe(epochs=12, rate=2e-4, top_rate=2e-3, average=0.5)
    model = teacher.taught(base_folder(), tasks(), tasks()[0], tmp_path / "teacher.pt", recipe=recipe)
    assert not model.directions
    assert model.read(tasks()[0].tokens)[1].argmax(1).tolist() == [0, 1, 2, 2]


@pytest.mark.slow
def test_a_teacher_tells_of_every_text_and_is_asked_once(tmp_path: Path) -> None:
    first = teacher.told(base_folder(), tasks(), tasks()[0], tmp_path)
    assert [found.shape for found in first] == [(4, 3), (3, 3)]
    assert all(np.allclose(found.sum(axis=1), 1, atol=1e-5) for found in first)
    (tmp_path / "teacher.pt").unlink()
    again = teacher.told(base_folder(), tasks(), tasks()[0], tmp_path)
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    assert not (tmp_path / "teacher.pt").exists()
