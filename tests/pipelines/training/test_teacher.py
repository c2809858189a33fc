"""A teacher of feeling learns nothing else, tells what it feels of all texts of its kind, and is asked once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

pytest.importorskip("torch")

from pipelines.training import curriculum, teacher, tuning
from pipelines.training.encoder import base_folder

FELT = ("awful, never again", "the box has two cables", "I love you all, thank you", "so happy with this")
PLAIN = ("where is my parcel", "they fixed it", "hello")


def tasks() -> list[tuning.Task]:
    words = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    words.no_padding()
    felt, plain = ([found.ids for found in words.encode_batch(list(texts))] for texts in (FELT, PLAIN))
    posts = tuning.Task("posts", felt, {tuning.FEELING: tuning.Target([0, 1, 2, 2], [1.0] * 4, 3)}, stay=1.0)
    return [posts, tuning.Task("plain", plain, {}, stay=1.0), curriculum.crossed(posts, 0.5, seed=1)]


def held() -> tuning.Task:
    posts = tasks()[0]
    return replace(posts, targets={**posts.targets, "intent": tuning.Target([0, 0, 1, 1], [1.0] * 4, 2)})


@pytest.mark.slow
def test_a_teacher_learns_feeling_alone(tmp_path: Path) -> None:
    recipe = tuning.Recipe(epochs=12, rate=2e-4, top_rate=2e-3, average=0.5)
    model = teacher.taught(base_folder(), tasks()[0], held(), tmp_path / "teacher.pt", recipe=recipe)
    assert not model.directions
    assert model.read(tasks()[0].tokens)[1].argmax(1).tolist() == [0, 1, 2, 2]


@pytest.mark.slow
def test_a_teacher_tells_of_all_texts_of_its_kind_and_is_asked_once(tmp_path: Path) -> None:
    first = teacher.told(base_folder(), tasks(), held(), tmp_path)
    assert {name: found.shape for name, found in first.items()} == {"posts": (4, 3), "posts, crossed": (4, 3)}
    assert all(np.allclose(found.sum(axis=1), 1, atol=1e-5) for found in first.values())
    (tmp_path / "teacher-posts.pt").unlink()
    again = teacher.told(base_folder(), tasks(), held(), tmp_path)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not (tmp_path / "teacher-posts.pt").exists()


def test_crossed_texts_begin_as_one_and_end_as_another_and_nothing_is_known_of_them() -> None:
    posts, _, crossed = tasks()
    starts, ends = {ids[0] for ids in posts.tokens}, {ids[-1] for ids in posts.tokens}
    assert {ids[0] for ids in crossed.tokens} == starts
    assert {ids[-1] for ids in crossed.tokens} == ends
    assert all(ids.count(ids[-1]) == 1 for ids in crossed.tokens)
    assert {n for ids in crossed.tokens for n in ids} <= {n for ids in posts.tokens for n in ids}
    assert len(crossed.tokens) == len(posts.tokens)
    assert set(crossed.targets[tuning.FEELING].weights) == {0.0}
    assert crossed.passes == posts.passes / 2
