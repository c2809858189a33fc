"""Who should deal with a text: a table of rules that people write, the first that fits names the queue."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from nlp.errors import BadInput
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED, Taxonomy

MOST = 500
"""Rules of a table."""
LONGEST = 100
"""Characters of a queue's name."""
BOUNDS = {"confidence": (0.0, 1.0), "sentiment": (-1.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Finding:
    """What rules ask of: sentiment -1..+1 and stage are None where no rule asks for them."""

    intent: str
    confidence: float
    abstained: bool
    language: str
    sentiment: float | None = None
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """All that it names must fit; what is empty or None fits always. Bounds belong to what they bound.

    intents, stages, languages: any of these. abstained: whether the model vouches for its best guess.
    """

    queue: str
    intents: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    abstained: bool | None = None
    min_confidence: float | None = None
    max_confidence: float | None = None
    min_sentiment: float | None = None
    max_sentiment: float | None = None

    def fits(self, found: Finding) -> bool:
        return (
            (not self.intents or found.intent in self.intents)
            and (not self.stages or found.stage in self.stages)
            and (not self.languages or found.language in self.languages)
            and (self.abstained is None or found.abstained == self.abstained)
            and _within(found.confidence, self.min_confidence, self.max_confidence)
            and _within(found.sentiment, self.min_sentiment, self.max_sentiment)
        )

    def named(self) -> dict[str, Any]:
        """What it names, JSON-ready."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: list(v) if isinstance(v, tuple) else v for name, v in pairs if v not in ((), None)}


FIELDS = tuple(f.name for f in fields(Rule))
LISTS = ("intents", "stages", "languages")


@dataclass(frozen=True, slots=True)
class Routing:
    """Rules in order; `default` is the queue where none fits."""

    default: str = "general"
    rules: tuple[Rule, ...] = ()

    @property
    def asks_sentiment(self) -> bool:
        return any(r.min_sentiment is not None or r.max_sentiment is not None for r in self.rules)

    @property
    def asks_stage(self) -> bool:
        return any(rule.stages for rule in self.rules)

    def queue(self, found: Finding) -> tuple[str, int | None]:
        """(queue, number of the rule from 1); None where no rule fits."""
        for number, rule in enumerate(self.rules, 1):
            if rule.fits(found):
                return rule.queue, number
        return self.default, None

    def named(self) -> dict[str, Any]:
        """As `of` reads it."""
        return {"default": self.default, "rules": [rule.named() for rule in self.rules]}

    def to_toml(self) -> str:
        """As `from_toml` reads it."""
        lines = [f"default = {_toml(self.default)}"]
        for rule in self.rules:
            lines += ["", "[[rules]]", *(f"{name} = {_toml(value)}" for name, value in rule.named().items())]
        return "\n".join([*lines, ""])

    def unknown(self, taxonomy: Taxonomy) -> list[str]:
        """What no text can be under this taxonomy, a sentence each: such a rule never fits."""
        intents, stages = {*taxonomy.intent_names, NONE, UNSUPPORTED}, {*taxonomy.stage_names, UNKNOWN_STAGE}
        return [
            f"rules.{number}.{kind}: {name!r} is not known; known: {', '.join(sorted(known))}"
            for number, rule in enumerate(self.rules, 1)
            for kind, names, known in (("intents", rule.intents, intents), ("stages", rule.stages, stages))
            for name in names
            if name not in known
        ]

    @classmethod
    def of(cls, data: Mapping[str, Any], *, origin: str = "rules") -> "Routing":
        """Raises BadInput naming the rule, the field, the value and what would be valid."""
        if strange := set(data) - {"default", "rules"}:
            raise BadInput(f"{origin}: unknown field {min(strange)!r}; known: default, rules")
        rules = data.get("rules", [])
        if not isinstance(rules, Sequence) or isinstance(rules, str) or len(rules) > MOST:
            raise BadInput(f"{origin}: rules: a list of up to {MOST} rules expected")
        default = _name(data.get("default", cls().default), f"{origin}: default")
        return cls(default, tuple(_rule(rule, f"{origin}: rules.{n}") for n, rule in enumerate(rules, 1)))

    @classmethod
    def from_toml(cls, text: str, *, origin: str = "rules") -> "Routing":
        """Raises BadInput as `of`, and for what is no TOML."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"{origin}: not valid TOML: {error}") from error
        return cls.of(data, origin=origin)


def _rule(given: Any, place: str) -> Rule:
    if not isinstance(given, Mapping):
        raise BadInput(f"{place}: an object of {', '.join(FIELDS)} expected")
    if strange := set(given) - set(FIELDS):
        raise BadInput(f"{place}: unknown field {min(strange)!r}; known: {', '.join(FIELDS)}")
    said = {name: value for name, value in given.items() if value is not None}
    values: dict[str, Any] = {"queue": _name(said.get("queue"), f"{place}.queue")}
    values |= {name: tuple(_names(said[name], f"{place}.{name}")) for name in LISTS if name in said}
    values |= {name: _bound(said[name], name, place) for name in said if name.startswith(("min_", "max_"))}
    if "abstained" in said:
        if not isinstance(said["abstained"], bool):
            raise BadInput(f"{place}.abstained = {said['abstained']!r}: true or false expected")
        values["abstained"] = said["abstained"]
    rule = Rule(**values)
    for what in BOUNDS:
        low, high = getattr(rule, f"min_{what}"), getattr(rule, f"max_{what}")
        if low is not None and high is not None and low > high:
            raise BadInput(f"{place}: min_{what} = {low} is above max_{what} = {high}: no text fits")
    return rule


def _name(given: Any, place: str) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST or not given.isprintable():
        raise BadInput(f"{place} = {str(given)[:LONGEST]!r}: the name of a queue expected, up to {LONGEST} characters")
    return given.strip()


def _names(given: Any, place: str) -> Iterator[str]:
    if not isinstance(given, list | tuple) or not given or not all(isinstance(one, str) for one in given):
        raise BadInput(f"{place} = {str(given)[:LONGEST]!r}: a list of names expected")
    yield from dict.fromkeys(given)


def _bound(given: Any, name: str, place: str) -> float:
    low, high = BOUNDS[name[4:]]
    if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
        raise BadInput(f"{place}.{name} = {given!r}: a number from {low:g} to {high:g} expected")
    return float(given)


def _within(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None:
        return low is None and high is None
    return (low is None or value >= low) and (high is None or value <= high)


def _toml(value: Any) -> str:
    """Texts and lists of them, numbers and truth are written alike in JSON and TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
