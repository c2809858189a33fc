"""The finder of entities that the settings ask for, signals with what their texts name, and what themes name most."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from nlp.entities.finder import WAYS, Finder
from nlp.entities.gazetteer import NOTHING, Gazetteer
from nlp.errors import BadInput, UnknownName
from nlp.signal import Signal
from pipelines.settings import Settings
from pipelines.stores.protocols import Filter, Store

MOST = 5
FORMATS = {".csv": Gazetteer.from_csv, ".toml": Gazetteer.from_toml}


def open_finder(settings: Settings) -> Finder:
    """Raises UnknownName, BadInput naming file, row and field, and MissingDependency."""
    if settings.entities not in WAYS:
        raise UnknownName.of("value of FRICTIONARY_ENTITIES", settings.entities, WAYS)
    return Finder.load(settings.entities, read(Path(settings.gazetteer)) if settings.gazetteer else NOTHING)


def read(path: Path) -> Gazetteer:
    """A CSV or TOML file of own names. Raises BadInput, UnknownName naming file, row and field."""
    if path.suffix.lower() not in FORMATS:
        raise BadInput(f"{path}: a gazetteer is a file {' or '.join(FORMATS)}")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read: {error}") from error
    return FORMATS[path.suffix.lower()](text, origin=str(path))


def named(finder: Finder, signals: Sequence[Signal], texts: Sequence[str]) -> list[Signal]:
    """The signals with the entities of their texts, in places of the turn."""
    return [
        replace(
            signal,
            entities=tuple(
                replace(e, start=e.start + signal.segment.start, end=e.end + signal.segment.start) for e in found
            ),
        )
        if found
        else signal
        for signal, found in zip(signals, finder(texts), strict=True)
    ]


def most_named(store: Store, filter: Filter = Filter(), *, theme: str = "") -> dict[str, list[dict[str, Any]]]:
    """Theme -> what its segments name most: keys type, name, segments; at most MOST a type, by type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for (id, _), rows in groupby(store.themes.entities(filter, theme=theme), key=itemgetter("theme", "type")):
        found.setdefault(id, []).extend({k: row[k] for k in ("type", "name", "segments")} for row in islice(rows, MOST))
    return found
