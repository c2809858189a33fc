"""Teachers of feeling: the base tuned to nothing else, in all its layers, and what they tell of texts.

They know feeling better than an encoder that is asked for intents, too; from what they tell, by how much, such an
encoder learns more than from labels alone (distillation, Hinton et al. 2015). What a film review and a post mean by the
same words differs, and so does what those who labelled them call neutral: each kind of texts has a teacher of its own.
Of messages to companies none knew more than the encoder that it was to teach.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.training.curriculum import CROSSED
from pipelines.training.learning import array, fill
from pipelines.training.tuning import FELT, Model, Recipe, Task, tune

Array = npt.NDArray[Any]
LAYERS = 6
"""All of the base: the sentiment top reads what the last one says."""


COURSES = {
    "films": Recipe(epochs=4, rate=8e-5, top_rate=4e-4, tokens=2048),
    "posts": Recipe(epochs=2, rate=8e-5, top_rate=4e-4, average=0.995, tokens=2048),
}
"""By the name of the lesson that a teacher learns, and of whose texts it tells."""


def told(base: Path, tasks: Sequence[Task], held: Task, folder: Path) -> dict[str, Array]:
    """P(negative), P(neutral), P(positive) float32 (n, 3) of the texts of each task that has a teacher, by its name.

    Kept in `folder`: a killed run goes on after the last epoch of a teacher.
    """
    path = folder / "told.npz"
    if not path.is_file():
        found: dict[str, Array] = {}
        for learnt in (task for task in tasks if task.name in COURSES):
            name = learnt.name
            model = taught(base, learnt, held, folder / f"teacher-{name}.pt", recipe=COURSES[name])
            of = [task for task in tasks if task.name in (name, name + CROSSED)]
            found |= {task.name: array(model.read(task.tokens)[1].softmax(1)) for task in of}
        np.savez(fresh := path.with_stem("told.new"), allow_pickle=False, **found)
        fresh.replace(path)
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def taught(base: Path, task: Task, held: Task, checkpoint: Path, *, recipe: Recipe) -> Model:
    """The teacher that learns a task. `base`: the folder of a BERT checkpoint of LAYERS layers."""
    task = replace(task, stay=0.0, passes=1.0)
    model = Model.start(base, [task], tensors={}, seed=recipe.seed, reads=LAYERS)
    fill(model.parameters(), tune(model, [task], [], recipe, held=_felt(held), checkpoint=checkpoint))
    return model


def _felt(task: Task) -> Task:
    return replace(task, targets={name: target for name, target in task.targets.items() if name in FELT})
