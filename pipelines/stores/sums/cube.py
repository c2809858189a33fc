"""All days of a store in memory, column by column, and what is asked of them: any filter is a few passes over arrays.

About 210 bytes a conversation, with the days that it is made of: 70 MB of a million signals.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from pipelines.stores.protocols import Filter
from pipelines.stores.schema.rollups import NOWHERE
from pipelines.stores.sums.day import CONVERSATION, FACT, NAMED, TELLING, Columns, Day, Names, hashed

EPOCH, MICROSECOND, OF_DAY = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 86_400_000_000
FIRST = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Cube:
    """rows, tellings and facts: a column by its name, by time, as in `Day`, but places are those in `names`. `day`: of
    each row, days since `start`, int (n,); `person`: of each row, its customer as 0, 1, …, -1 of nobody, int (n,)."""

    rows: Mapping[str, Columns]
    tellings: Mapping[str, Columns]
    facts: Mapping[str, Columns]
    names: Mapping[str, Names]
    start: date
    day: Columns
    person: Columns

    @classmethod
    def of(cls, days: Iterable[Day], names: Mapping[str, Names]) -> "Cube":
        """Days are in order of time, and have places in `names`."""
        parts = list(days)
        counts = [len(part.conversations) for part in parts]
        offsets = np.cumsum([0, *counts])[:-1]
        rows = _joined(CONVERSATION, [part.conversations for part in parts])
        tellings = _joined(TELLING, [part.tellings for part in parts])
        facts = _joined(FACT, [part.facts for part in parts])
        for columns, sizes in ((tellings, [len(p.tellings) for p in parts]), (facts, [len(p.facts) for p in parts])):
            columns["row"] = columns["row"].astype(np.intp) + np.repeat(offsets, sizes).astype(np.intp)
        since = rows["at"] // OF_DAY
        start = int(since[0]) if len(since) else 0
        known, person = np.unique(rows.pop("customer"), return_inverse=True)
        rows["customer"] = known[person]
        nobody = len(known) > 0 and known[0] == 0
        return cls(rows, tellings, facts, names, FIRST + timedelta(days=start), since - start, person - int(nobody))

    @property
    def days(self) -> int:
        return int(self.day[-1]) + 1 if len(self.day) else 0

    def date(self, place: int) -> date:
        return self.start + timedelta(days=int(place))

    def chosen(self, filter: Filter) -> Columns:
        """Which conversations fulfil the filter, bool (n,)."""
        found = np.ones(len(self.day), bool)
        at = self.rows["at"]
        if filter.since:
            found[: np.searchsorted(at, _ticks(filter.since))] = False
        if filter.until:
            found[np.searchsorted(at, _ticks(filter.until)) :] = False
        for name in NAMED:
            if value := getattr(filter, name):
                found &= self.rows[name] == self.names[name].find(value)
        if filter.stage:  # what is not annotated yet has none
            found &= self.rows["intent"] != self.names["intent"].find("")
        if filter.customer:
            found &= self.rows["customer"] == np.uint64(hashed(filter.customer))
        if filter.customers:
            found &= np.isin(self.rows["customer"], np.array([*map(hashed, filter.customers)], np.uint64))
        for kind, value in filter.facts():
            if value:
                found &= self._of(self.facts["row"][self.facts["fact"] == self.names["fact"].find((kind, value))])
        if filter.theme:
            told = self.tellings["theme"] == self.names["theme"].find(filter.theme)
            found &= self._of(self.tellings["row"][told])
        return found

    def _of(self, rows: Columns) -> Columns:
        found = np.zeros(len(self.day), bool)
        found[rows] = True
        return found

    def told(self, chosen: Columns, *, nowhere: bool = False) -> "Told":
        """What the chosen conversations tell; with the segments that are in no theme, or without."""
        of = chosen[self.tellings["row"]]
        if not nowhere:
            of &= self.tellings["theme"] != self.names["theme"].find(NOWHERE)
        return Told(self, {name: column[of] for name, column in self.tellings.items()})

    def people(self, chosen: Columns) -> int:
        """Different customers of those of the chosen conversations that tell nothing again."""
        person = self.person[chosen & (self.rows["first"] > 0)]
        return int(self._persons(person).sum())

    def _persons(self, person: Columns) -> Columns:
        """Which customers there are among these, bool (customers,)."""
        found = np.zeros(int(self.person.max(initial=-1)) + 1, bool)
        found[person[person >= 0]] = True
        return found

    def by(self, name: str, chosen: Columns) -> dict[str, int]:
        """First tellings among the chosen conversations, by the names of a column."""
        places, first = self.rows[name][chosen], self.rows["first"][chosen]
        counts = np.bincount(places, first, len(self.names[name]))
        return {known: int(count) for known, count in zip(self.names[name], counts.tolist(), strict=True) if count}


@dataclass(frozen=True, slots=True)
class Told:
    """Some of the tellings of a cube."""

    cube: Cube
    columns: Mapping[str, Columns]

    def sums(self, *names: str) -> list[Columns]:
        """Columns summed by theme, each (themes,); "tellings" counts."""
        themes = self.columns["theme"]
        weights = (None if name == "tellings" else self.columns[name] for name in names)
        return [np.bincount(themes, of, len(self.cube.names["theme"])) for of in weights]

    def of(self, name: str) -> Columns:
        """A column of the conversations, of each telling."""
        values: Columns = self.cube.rows[name][self.columns["row"]]
        return values

    def over(self, places: Columns, size: int, *names: str) -> list[Columns]:
        """Columns summed by theme and place, each (themes, size)."""
        themes = len(self.cube.names["theme"])
        key = self.columns["theme"].astype(np.intp) * size + places
        weights = (None if name == "tellings" else self.columns[name] for name in names)
        return [np.bincount(key, of, themes * size).reshape(themes, size) for of in weights]

    def days(self) -> Columns:
        return self.cube.day[self.columns["row"]]

    def people(self) -> Columns:
        """Different customers by theme, (themes,)."""
        person, size = self.cube.person[self.columns["row"]], int(self.cube.person.max(initial=0)) + 1
        known = (person >= 0) & (self.columns["counts"] > 0)
        pairs = np.sort(self.columns["theme"][known].astype(np.int64) * size + person[known])
        different = pairs[np.diff(pairs, prepend=-1) > 0]
        return np.bincount(different // size, minlength=len(self.cube.names["theme"]))


def placed(day: Day, names: Mapping[str, Names]) -> Day:
    """The day with the places that its names have in `names`, which learns new ones."""
    conversations, tellings, facts = day.conversations.copy(), day.tellings.copy(), day.facts.copy()
    for name in NAMED:
        conversations[name] = _replaced(conversations[name], names[name].places(day.names[name]))
    tellings["theme"] = _replaced(tellings["theme"], names["theme"].places(day.names["theme"]))
    facts["fact"] = _replaced(facts["fact"], names["fact"].places(map(tuple, day.names["fact"])))
    return Day(conversations, tellings, facts, {})


def _replaced(places: Columns, by: Columns) -> Columns:
    return by[places] if len(places) else places


def _joined(kind: np.dtype[np.void], parts: Sequence[Columns]) -> dict[str, Columns]:
    whole = np.concatenate(parts) if parts else np.zeros(0, kind)
    return {name: np.ascontiguousarray(whole[name]) for name in kind.names or ()}


def _ticks(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
