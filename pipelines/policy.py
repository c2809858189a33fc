"""The privacy policy: what becomes of each type of personal data and of each field, by source, and who has refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.errors import BadSetting, UnknownName
from nlp.redaction import KINDS
from pipelines.settings import Settings

TYPE_ACTIONS = ("mask", "hash", "drop", "withhold", "keep")
"""mask: `<EMAIL>`. hash: `<EMAIL_ABCDEFGH>`, the same for the same value under the key. drop: the turn or field that
holds it becomes `<DROPPED>`. withhold: the whole conversation is not stored. keep: it stays readable."""
FIELD_ACTIONS = ("mask", "hash", "drop", "keep")
REFUSED = (
    "false",
    "no",
    "0",
    "n",
    "off",
    "opted out",
    "opted_out",
    "opt-out",
    "denied",
    "refused",
    "revoked",
    "withdrawn",
)
"""Values of a consent field that refuse, in lower case."""


@dataclass(frozen=True, slots=True)
class Consent:
    """How a record tells that its customer has refused: a field (a fact of a conversation, an attribute of a customer)
    with a value of `refused`, one of `tags`, or an identifier in the file `opt_out`."""

    field: str = ""
    refused: tuple[str, ...] = REFUSED
    tags: tuple[str, ...] = ()
    opt_out: str = ""


@lru_cache(maxsize=256)
def _kinds(types: tuple[tuple[str, str], ...], actions: tuple[str, ...]) -> frozenset[str]:
    """Asked for every text, and the same for all texts of a source."""
    told = dict(types)
    return frozenset(kind for kind in KINDS if told.get(kind, "mask") in actions)


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one source: action by type (mask, where not told) and by field (as `Protector` says, where not told)."""

    types: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    consent: Consent = Consent()

    def action(self, kind: str) -> str:
        return self.types.get(kind, "mask")

    def kinds(self, *actions: str) -> frozenset[str]:
        return _kinds(tuple(self.types.items()), actions)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of every source, and those of sources that have their own; these add to the former."""

    rules: Rules = Rules()
    sources: Mapping[str, Rules] = field(default_factory=dict)
    origin: str = ""
    """The file that it comes from; empty for the default."""

    def of(self, source: str) -> Rules:
        return self.sources.get(source, self.rules)


EVERYTHING_MASKED = Policy()


def policy(settings: Settings) -> Policy:
    """The policy of the settings; where none is set, everything is masked. Raises BadSetting, UnknownName."""
    return read(Path(settings.privacy)) if settings.privacy else EVERYTHING_MASKED


def read(path: Path) -> Policy:
    """A policy in TOML: tables `types`, `fields`, `consent`, and the same under `source.<name>`.

    Raises BadSetting and UnknownName naming file, table, key, value and what is known.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"privacy={str(path)!r} cannot be read: {error}") from error
    own = data.pop("source", {})
    whole = _rules(data, Rules(), str(path))
    if not isinstance(own, dict) or not all(isinstance(table, dict) for table in own.values()):
        raise BadSetting(f"{path}: [source]: tables such as [source.zendesk.types] expected")
    sources = {name: _rules(table, whole, f"{path}: source.{name}") for name, table in own.items()}
    return Policy(whole, sources, str(path))


def _rules(data: Mapping[str, Any], base: Rules, origin: str) -> Rules:
    _known("table", data, ("types", "fields", "consent"), origin)
    types = _actions(data.get("types", {}), f"{origin}: types", TYPE_ACTIONS)
    _known("type", types, KINDS, origin)
    fields = _actions(data.get("fields", {}), f"{origin}: fields", FIELD_ACTIONS)
    consent = _consent(data.get("consent", {}), base.consent, origin)
    return Rules({**base.types, **types}, {**base.fields, **{k.lower(): v for k, v in fields.items()}}, consent)


def _actions(table: Any, origin: str, known: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(table, dict):
        raise BadSetting(f"{origin}={table!r}: a table expected")
    for name, action in table.items():
        if action not in known:
            raise UnknownName.of(f"action of {origin}.{name}", str(action), known)
    return table


def _consent(table: Any, base: Consent, origin: str) -> Consent:
    if not isinstance(table, dict):
        raise BadSetting(f"{origin}: consent={table!r}: a table expected")
    _known("key of consent", table, Consent.__dataclass_fields__, origin)
    for name, value in table.items():
        wanted = list if name in ("refused", "tags") else str
        if not isinstance(value, wanted):
            raise BadSetting(f"{origin}: consent.{name}={value!r}: a {'list' if wanted is list else 'text'} expected")
    listed = {n: tuple(str(v).lower() for v in value) for n, value in table.items() if isinstance(value, list)}
    return replace(base, **{**table, **listed})


def _known(noun: str, names: Mapping[str, Any], known: Any, origin: str) -> None:
    for name in names:
        if name not in known:
            raise UnknownName.of(f"{noun} in {origin}", name, known)
