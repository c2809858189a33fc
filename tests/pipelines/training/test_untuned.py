"""What the base says of a lesson is read once: a killed run, and the next round, find it where the first left it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pipelines.training.curriculum import Lesson
from pipelines.training.encoder import untuned
from pipelines.training.tuning import Task


class Counting:
    """Says of each text how many tokens it has, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def read(self, tokens: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        self.asked.append([len(ids) for ids in tokens])
        return torch.tensor([[float(len(ids))] for ids in tokens]), torch.zeros(len(tokens), 3)


def lesson(*texts: str) -> Lesson:
    return Lesson(Task("posts", [[1] * len(text) for text in texts], {}, 1.0), texts)


def test_a_lesson_is_read_once_and_one_with_other_texts_anew(tmp_path: Path) -> None:
    base = Counting()
    first = untuned(lesson("late", "lost parcel"), base, tmp_path)
    assert np.array_equal(first, untuned(lesson("late", "lost parcel"), base, tmp_path))
    assert untuned(lesson("late", "broken"), base, tmp_path).tolist() == [[4.0], [6.0]]
    assert base.asked == [[4, 11], [4, 6]]
    assert all(".new" not in path.name for path in tmp_path.iterdir())
