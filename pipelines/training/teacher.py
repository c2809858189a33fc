"""A teacher of feeling: the base tuned to nothing else, in all its layers, and what it tells of texts.

It knows feeling better than an encoder that is asked for intents, too; from what it tells, by how much, such an encoder
learns more than from labels alone (distillation, Hinton et al. 2015).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.training.learning import array, fill
from pipelines.training.tuning import FELT, Model, Recipe, Task, tune

Array = npt.NDArray[Any]
RECIPE = Recipe(epochs=3, rate=8e-5, top_rate=4e-4, tokens=2048)
LAYERS = 6
"""All of the base: the sentiment top reads what the last one says."""


def told(base: Path, tasks: Sequence[Task], held: Task, folder: Path) -> list[Array]:
    """P(negative), P(neutral), P(positive) float32 (n, 3) of the texts of each task, by a teacher that has learnt of
    them what tells feeling.

    Kept in `folder`: a killed run goes on after the teacher's last epoch.
    """
    path = folder / "told.npz"
    if not path.is_file():
        model = taught(base, tasks, held, folder / "teacher.pt")
        np.savez(fresh := path.with_stem("told.new"), *(array(model.read(task.tokens)[1].softmax(1)) for task in tasks))
        fresh.replace(path)
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in file.files]


def taught(base: Path, tasks: Sequence[Task], held: Task, checkpoint: Path, *, recipe: Recipe = RECIPE) -> Model:
    """The teacher. `base`: the folder of a BERT checkpoint of LAYERS layers."""
    feeling = [replace(_felt(task), stay=0.0) for task in tasks]
    model = Model.start(base, feeling, tensors={}, seed=recipe.seed, reads=LAYERS)
    fill(model.parameters(), tune(model, feeling, [], recipe, held=_felt(held), checkpoint=checkpoint))
    return model


def _felt(task: Task) -> Task:
    return replace(task, targets={name: target for name, target in task.targets.items() if name in FELT})
