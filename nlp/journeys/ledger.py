"""Ledger: the pasts of many customers in columns, each as of a moment of its own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.groups import Array, Groups
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

DAY = 86_400_000_000
"""Microseconds."""
NUMBERS = ("friction", "sentiment", "ending", "effort", "leaving", "handed")


@dataclass(frozen=True, slots=True)
class Ledger:
    """`at` int64 (rows,): the moment of each row. What is dated at or after it is not here.

    said, done, raised: which row each conversation, event, and theme of a conversation belongs to. `columns`: arrays of
    their fields by name, as "said.friction", and "stage" of what was said, then of what was done; words are codes:
    places in the arrays of `names`, which end with None (-1).
    """

    at: Array
    said: Groups
    done: Groups
    raised: Groups
    columns: Mapping[str, Array]
    names: Mapping[str, Array]

    def age(self, what: str) -> Array:
        """Microseconds from each item of said, done or raised to the moment of its row: above 0."""
        groups: Groups = getattr(self, what)
        found: Array = self.at[groups.rows] - self.columns[f"{what}.at"]
        return found

    @classmethod
    def of(cls, facts: Sequence[Facts], at: Array, taxonomy: Taxonomy) -> "Ledger":
        """`at`: microseconds, int64 (len(facts),)."""
        names, size = _Names(), len(facts)
        spoke_of, spoke = _before([f.said for f in facts], at)
        did_of, did = _before([f.done for f in facts], at)
        said, done = _fields(Said, spoke), _fields(Done, did)
        columns = {f"said.{name}": np.array(said[name], np.float64) for name in NUMBERS}
        columns |= {"said.at": np.array(said["at"], np.int64), "done.at": np.array(done["at"], np.int64)}
        columns |= {f"said.{name}": names.codes(f"said.{name}", said[name]) for name in ("channel", "intent")}
        columns["done.name"] = names.codes("done.name", done["name"])
        earned = [
            (value or 0.0) * (name in taxonomy.buys) for name, value in zip(done["name"], done["value"], strict=True)
        ]
        columns["done.earned"] = np.array(earned, np.float64)
        led = (taxonomy.events.get(name, UNKNOWN_STAGE) for name in done["name"])
        columns["stage"] = names.codes("stage", chain(said["stage"], led))
        raised = np.repeat(np.arange(len(spoke)), [len(themes) for themes in said["themes"]])
        columns["raised.theme"] = names.codes("raised.theme", chain.from_iterable(said["themes"]))
        columns["raised.at"] = columns["said.at"][raised]
        groups = Groups(spoke_of, size), Groups(did_of, size), Groups(spoke_of[raised], size)
        return cls(at, *groups, columns, names.known)


class _Names:
    """Codes for names, a column at a time."""

    def __init__(self) -> None:
        self.known: dict[str, Array] = {}

    def codes(self, column: str, words: Iterable[str]) -> Array:
        known: dict[str, int] = {}
        codes = np.array([known.setdefault(word, len(known)) for word in words], np.int64)
        self.known[column] = np.array([*known, None], object)
        return codes


def _before(items: Sequence[Sequence[Any]], at: Array) -> tuple[Array, list[Any]]:
    """The rows of the items before their row's moment, and these items."""
    limits = at.tolist()
    kept = [[item for item in own if item.at < limit] for own, limit in zip(items, limits, strict=True)]
    return np.repeat(np.arange(len(items)), [len(own) for own in kept]), list(chain.from_iterable(kept))


def _fields(kind: type[Said] | type[Done], items: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """The items' fields, a sequence each."""
    return dict(zip(kind._fields, zip(*items, strict=True) if items else [()] * len(kind._fields), strict=True))
