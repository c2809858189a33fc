"""The file of sinks: which there are, what each one is told, and where it sends it."""

import importlib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from nlp.errors import BadSetting, FrictionaryError, MissingDependency, UnknownName
from pipelines import messages, sinks
from pipelines.settings import Settings
from pipelines.sinks._protocol import MessageSink

TRIES = 10
MEANT = {str: "a text", int: "a whole number over 0", float: "a number, 0 or more", tuple: "a list of texts"}


@dataclass(frozen=True, slots=True)
class Outlet:
    """A sink as the file tells it. `kinds`: patterns of the kinds of messages that it is told; `tries`: after how many
    a message that it does not take is dead."""

    name: str
    kind: str
    options: Any
    kinds: tuple[str, ...] = ("*",)
    tries: int = TRIES
    origin: str = ""

    def wants(self, kind: str) -> bool:
        return any(fnmatchcase(kind, pattern) for pattern in self.kinds)

    def open(self, environment: Mapping[str, str]) -> MessageSink:
        """Raises BadSetting, UnknownName, MissingDependency."""
        try:
            opened: MessageSink = _module(self.kind).open_sink(self.options, environment)
        except MissingDependency:
            raise
        except ImportError as error:
            raise MissingDependency.of(f"the sink {self.kind}", "httpx2", "sinks") from error
        except FrictionaryError as error:
            raise BadSetting(f"{self.origin}: sink.{self.name}: {error}") from error
        return opened


def outlets(settings: Settings) -> list[Outlet]:
    """The sinks of the settings, none where no file is set. Raises BadSetting, UnknownName."""
    return read(Path(settings.sinks)) if settings.sinks else []


def read(path: Path) -> list[Outlet]:
    """A TOML file of tables [sink.NAME]. Raises BadSetting and UnknownName naming file, table, key, value and what is
    known."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"sinks={str(path)!r} cannot be read: {error}") from error
    if unknown := [name for name in data if name != "sink"]:
        raise UnknownName.of(f"table in {path}", unknown[0], ["sink"])
    tables = data.get("sink", {})
    if not isinstance(tables, dict) or not tables or not all(isinstance(table, dict) for table in tables.values()):
        raise BadSetting(f"{path}: tables such as [sink.crm] expected, each with its kind")
    return [_outlet(name, table, str(path)) for name, table in tables.items()]


def _outlet(name: str, table: Mapping[str, Any], origin: str) -> Outlet:
    place = f"{origin}: sink.{name}"
    kind = table.get("kind", "")
    if kind not in sinks.kinds():
        raise UnknownName.of(f"kind of {place}", str(kind), sinks.kinds())
    wanted = _checked(place, "kinds", table.get("kinds", ["*"]), tuple)
    for pattern in wanted:
        if not any(fnmatchcase(one, pattern) for one in messages.KINDS):
            raise UnknownName.of(f"kinds of {place}", pattern, messages.KINDS)
    tries = _checked(place, "tries", table.get("tries", TRIES), int)
    own = {key: value for key, value in table.items() if key not in ("kind", "kinds", "tries")}
    return Outlet(name, kind, _options(place, kind, own), wanted, tries, origin)


def _options(place: str, kind: str, table: Mapping[str, Any]) -> Any:
    shape = _module(kind).Options
    types = get_type_hints(shape)
    for key in table:
        if key not in types:
            raise UnknownName.of(f"key of {place}", key, [*types, "kind", "kinds", "tries"])
    needed = [f.name for f in fields(shape) if f.default is MISSING and f.name not in table]
    if needed:
        raise BadSetting(f"{place}: {needed[0]} is missing")
    return shape(**{key: _checked(place, key, value, types[key]) for key, value in table.items()})


def _checked(place: str, key: str, value: Any, kind: Any) -> Any:
    kind = get_origin(kind) or kind
    if kind is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind is float and number and value >= 0:
        return float(value)
    if kind is int and isinstance(value, int) and number and value > 0:
        return value
    if kind is str and isinstance(value, str) and value:
        return value
    raise BadSetting(f"{place}: {key}={value!r}: {MEANT[kind]} expected")


def _module(kind: str) -> Any:
    return importlib.import_module(f"pipelines.sinks.{kind}")
