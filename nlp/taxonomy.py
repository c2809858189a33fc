"""Intents, stages and events of a taxonomy file: read from TOML text and checked once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nlp.errors import BadTaxonomy, UnknownName

NONE = "none"
UNSUPPORTED = "unsupported"
"""Stands for the intent of a text in a language that the models do not know; no taxonomy names it."""
UNKNOWN_STAGE = "unknown"


@dataclass(frozen=True, slots=True)
class Intent:
    """What a customer wants. `stage` is the default stage of such a message, or None. `headlines`: what support teams
    call the usual problems of this kind; themes may take them as names."""

    name: str
    group: str
    definition: str
    stage: str | None = None
    headlines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the customer journey; `order` counts from 1."""

    name: str
    order: int
    definition: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The intents and stages that models predict and reports speak of, in the file's order.

    events: the stage that each leads into; `buys`: those of them by which money is earned.
    """

    name: str
    version: int
    intents: tuple[Intent, ...]
    stages: tuple[Stage, ...]
    events: Mapping[str, str]
    buys: frozenset[str] = frozenset()

    @classmethod
    def from_toml(cls, text: str, *, origin: str = "taxonomy", known: "Taxonomy | None" = None) -> "Taxonomy":
        """Read and check a taxonomy. Raises BadTaxonomy naming `origin`, the table, the field and the remedy.

        With a `known` one the file need tell intents alone, also without definitions: stages and events that it lacks
        are those of `known`.
        """
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadTaxonomy(f"{origin}: not valid TOML: {error}") from error
        stages = tuple(
            Stage(_text(row, "name", origin, "stage"), int(row.get("order", n)), str(row.get("definition", "")))
            for n, row in enumerate(data.get("stage", []), start=1)
        )
        intents = tuple(
            Intent(
                _text(row, "name", origin, "intent"),
                str(row.get("group", "")),
                str(row.get("definition", "")) if known else _text(row, "definition", origin, "intent"),
                row.get("stage"),
                tuple(map(str, row.get("headlines", ()))),
            )
            for row in data.get("intent", [])
        )
        events = {str(row["name"]): str(row["stage"]) for row in data.get("event", []) if "stage" in row}
        buys = frozenset(str(row["name"]) for row in data.get("event", []) if row.get("buys"))
        if known and not stages:
            stages, events, buys = known.stages, dict(known.events), known.buys
        taxonomy = cls(str(data.get("name", origin)), int(data.get("version", 1)), intents, stages, events, buys)
        _check(taxonomy, origin)
        return taxonomy

    def with_intents_of(self, other: "Taxonomy") -> "Taxonomy":
        """The other's name and intents with the stages and events of this one; an intent keeps a stage known here."""
        names = set(self.stage_names)
        intents = (replace(i, stage=i.stage if i.stage in names else None) for i in other.intents)
        return replace(self, name=other.name, version=other.version, intents=tuple(intents))

    @property
    def intent_names(self) -> tuple[str, ...]:
        return tuple(intent.name for intent in self.intents)

    @property
    def stage_names(self) -> tuple[str, ...]:
        return tuple(stage.name for stage in self.stages)

    @property
    def leaves(self) -> frozenset[str]:
        """The events by which a customer leaves: those that lead into the last stage."""
        last = max(self.stages, key=lambda stage: stage.order, default=None)
        return frozenset(name for name, stage in self.events.items() if last and stage == last.name)

    def intent(self, name: str) -> Intent:
        """The intent of that name. Raises UnknownName."""
        for intent in self.intents:
            if intent.name == name:
                return intent
        raise UnknownName.of("intent", name, self.intent_names)


def _text(row: Mapping[str, Any], field: str, origin: str, table: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise BadTaxonomy(f"{origin}: [[{table}]] {row.get('name', row)!r} lacks the text field {field!r}")
    return value


def _check(taxonomy: Taxonomy, origin: str) -> None:
    for noun, names in (("intent", taxonomy.intent_names), ("stage", taxonomy.stage_names)):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise BadTaxonomy(f"{origin}: {noun} named twice: {', '.join(twice)}; names must be unique")
    if len(taxonomy.intents) < 2:
        raise BadTaxonomy(f"{origin}: {len(taxonomy.intents)} [[intent]] table(s); a taxonomy needs at least two")
    if not 3 <= len(taxonomy.stages) <= 12:
        raise BadTaxonomy(f"{origin}: {len(taxonomy.stages)} [[stage]] table(s); a journey has 3 to 12 stages")
    known = set(taxonomy.stage_names)
    for intent in taxonomy.intents:
        if intent.stage is not None and intent.stage not in known:
            raise BadTaxonomy(
                f"{origin}: intent {intent.name!r} has stage {intent.stage!r}; known stages: {', '.join(sorted(known))}"
            )
    for event, stage in taxonomy.events.items():
        if stage not in known:
            raise BadTaxonomy(
                f"{origin}: event {event!r} leads to stage {stage!r}; known stages: {', '.join(sorted(known))}"
            )
