"""Teachers of feeling: the base tuned to nothing else, in all its layers, and what they tell of texts.

They know feeling better than an encoder that is asked for intents, too; from what they tell, by how much, such an
encoder learns more than from labels alone (distillation, Hinton et al. 2015). What a film review, a post and a message
to a company mean by the same words differs, and so does what those who labelled them call neutral: each kind of texts
has teachers of its own, and what several of them tell on average is steadier than what one does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.training.learning import array, fill
from pipelines.training.tuning import FELT, Model, Recipe, Task, tune

Array = npt.NDArray[Any]
LAYERS = 6
"""All of the base: the sentiment top reads what the last one says."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a teacher learns: how often an epoch sees each text of a lesson, by the lesson's name, and how."""

    passes: Mapping[str, float]
    recipe: Recipe


SUPPORT = "support"
COURSES = {
    "films": Course({"films": 1}, Recipe(epochs=4, rate=1e-4, top_rate=5e-4, average=0.995, tokens=4096)),
    "posts": Course({"posts": 1}, Recipe(epochs=2, rate=1e-4, top_rate=5e-4, average=0.99, tokens=4096)),
    SUPPORT: Course(
        {"posts": 0.5, "films": 0.3, SUPPORT: 4},
        Recipe(epochs=3, rate=1e-4, top_rate=5e-4, average=0.995, tokens=4096),
    ),
}
"""By the name of the lesson of whose texts its teachers tell; those of support tell of all others."""


def course(task: Task) -> str:
    """The name of the course whose teachers tell of a task's texts."""
    lesson = task.name.partition(",")[0]
    return lesson if lesson in COURSES else SUPPORT


def told(base: Path, tasks: Sequence[Task], held: Task, folder: Path, *, teachers: int) -> list[Array]:
    """P(negative), P(neutral), P(positive) float32 (n, 3) of the texts of each task: the mean of so many teachers.

    Kept in `folder`: a killed run goes on after the last epoch of a teacher.
    """
    path = folder / "told.npz"
    if not path.is_file():
        found = [np.zeros((len(task.tokens), 3), np.float32) for task in tasks]
        for name, of in COURSES.items():
            for number in range(teachers):
                model = taught(base, tasks, held, folder / f"teacher-{name}-{number}.pt", of=of, number=number)
                for task, likely in zip(tasks, found, strict=True):
                    if course(task) == name:
                        likely += array(model.read(task.tokens)[1].softmax(1)) / teachers
        np.savez(fresh := path.with_stem("told.new"), *found)
        fresh.replace(path)
    with np.load(path, allow_pickle=False) as file:
        return [file[name] for name in file.files]


def taught(base: Path, tasks: Sequence[Task], held: Task, checkpoint: Path, *, of: Course, number: int) -> Model:
    """A teacher, which differs from others of its course by its `number`. `base`: the folder of a BERT checkpoint of
    LAYERS layers."""
    recipe = replace(of.recipe, seed=of.recipe.seed + number)
    feeling = [replace(_felt(task), stay=0.0, passes=of.passes.get(task.name, 0.0)) for task in tasks]
    model = Model.start(base, feeling, tensors={}, seed=recipe.seed, reads=LAYERS)
    fill(model.parameters(), tune(model, feeling, [], recipe, held=_felt(held), checkpoint=checkpoint))
    return model


def _felt(task: Task) -> Task:
    return replace(task, targets={name: target for name, target in task.targets.items() if name in FELT})
