"""A world as columns of numbers, without texts: what fast statistical tests read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.simulate.lives import lives
from pipelines.simulate.world import World

Column = npt.NDArray[Any]
CONTACTS = ("customer", "day", "stage", "problem", "channel", "friction", "sentiment", "leaving")
EVENTS = ("customer", "day", "name", "value")


@dataclass(frozen=True, slots=True)
class Columns:
    """Of the customers asked for, by customer and day. `contacts` and `events` have a column each of CONTACTS and
    EVENTS; `customer` is a number, `value` NaN where there is none."""

    contacts: Mapping[str, Column]
    events: Mapping[str, Column]


def columns(world: World, customers: range) -> Columns:
    """What those customers said and did; the same lives as in the files."""
    said: list[tuple[Any, ...]] = []
    done: list[tuple[Any, ...]] = []
    for life in lives(world, customers):
        said += (
            (life.number, s.day, s.stage, s.problem, s.channel, s.friction, s.sentiment, s.leaving) for s in life.said
        )
        done += ((life.number, day, name, np.nan if value is None else value) for day, name, value in life.events)
    return Columns(_turned(said, CONTACTS), _turned(done, EVENTS))


def _turned(rows: list[tuple[Any, ...]], names: tuple[str, ...]) -> dict[str, Column]:
    found = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: np.array(values) for name, values in zip(names, found, strict=True)}
