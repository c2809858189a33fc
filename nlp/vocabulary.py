"""What companies call events, scores and facts of customers, and the canonical name of each."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from nlp.errors import BadTaxonomy, UnknownName

REMEMBERED = 80
"""Characters up to which a name's plain spelling is remembered."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`events`, `facts`: plain spelling -> canonical name; `scores`: canonical event -> its (lowest, highest) value."""

    events: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def from_toml(cls, text: str, *, origin: str, known: "Vocabulary | None" = None) -> "Vocabulary":
        """The [[event]] and [[fact]] tables: `name`, `aliases`, of scores `low` and `high`.

        With a `known` one, names are added to it, and only events that it has may be named. Raises BadTaxonomy for
        text that is no TOML and for one alias of two names; UnknownName.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadTaxonomy(f"{origin}: not valid TOML: {error}") from error
        events, facts = (dict(_spelled(data.get(table, []), table, origin)) for table in ("event", "fact"))
        scores = {str(r["name"]): (float(r["low"]), float(r["high"])) for r in data.get("event", []) if "low" in r}
        if known is None:
            return cls(events, facts, scores)
        if strange := sorted(set(events.values()) - set(known.events.values())):
            raise UnknownName.of(f"event in {origin}", strange[0], sorted(set(known.events.values())))
        return cls({**known.events, **events}, {**known.facts, **facts}, {**known.scores, **scores})

    def event(self, name: str) -> str | None:
        """The canonical name of an event; None of one that nobody has named."""
        return self.events.get(plain(name))

    def fact(self, name: str) -> str:
        """The canonical name of a fact, or the name itself."""
        return self.facts.get(plain(name), name)


def plain(name: str) -> str:
    """ "Order Completed", "orderCompleted", "ORDER-COMPLETED": order_completed."""
    return _remembered(name) if len(name) <= REMEMBERED else _plain(name)


def _plain(name: str) -> str:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", apart).strip("_").lower()


_remembered = lru_cache(1 << 12)(_plain)
"""Names are few and come again with every event."""


def _spelled(rows: Any, table: str, origin: str) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for row in rows:
        if not (isinstance(row, Mapping) and isinstance(row.get("name"), str)):
            raise BadTaxonomy(f"{origin}: [[{table}]] {row!r} lacks the text field 'name'")
        for spelling in (row["name"], *map(str, row.get("aliases", ()))):
            name = seen.setdefault(plain(spelling), row["name"])
            if name != row["name"]:
                raise BadTaxonomy(f"{origin}: {spelling!r} is an alias of both {name!r} and {row['name']!r}")
            yield plain(spelling), name
