"""The models at hand: one folder each with its card, and whether its files are those that the card was written for."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.encoder import ENGLISH
from nlp.errors import BadModel, UnknownName
from nlp.language import LANGUAGES
from pipelines.corpora import digest

WEIGHTS = "model.onnx"
"""The file that a card's `sha256` speaks of where it names none."""


@dataclass(frozen=True, slots=True)
class Model:
    """`files`: name -> bytes. `states`: name -> "whole", "damaged", "missing" or "unchecked" (no sum in the card)."""

    name: str
    kind: str
    version: str
    bytes: int
    languages: str
    limits: str
    figures: Mapping[str, Mapping[str, float]]
    files: Mapping[str, int]
    states: Mapping[str, str]
    card: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        return not {"damaged", "missing"} & set(self.states.values())


def models(folder: Path) -> list[Model]:
    """Every folder with a card, by name. Raises BadModel where there is none."""
    found = [model(path.parent) for path in sorted(folder.glob("*/card.toml"))]
    if not found:
        raise BadModel(f"{folder}: no model here; each is a folder with a card.toml (FRICTIONARY_MODELS)")
    return found


def find(name: str, folder: Path) -> Model:
    """Raises UnknownName listing the known ones, BadModel."""
    known = {found.name: found for found in models(folder)}
    if name not in known:
        raise UnknownName.of("model", name, known)
    return known[name]


def model(folder: Path) -> Model:
    """Read a card and compare its files. Raises BadModel for a card that is no TOML."""
    try:
        card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadModel(f"{folder / 'card.toml'}: not valid TOML: {error}") from error
    files = {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.is_file()}
    sums = card.get("sha256", {})
    sums = {WEIGHTS: sums} if isinstance(sums, str) else sums
    states = {name: "unchecked" for name in files if name != "card.toml"}
    states |= {name: _state(folder / name, expected) for name, expected in sums.items()}
    return Model(
        name=folder.name,
        kind=str(card.get("kind", folder.name)),
        version=str(card.get("version") or f"for {card.get('encoder', '?')}"),
        bytes=sum(files.values()),
        languages=", ".join(LANGUAGES.get(code, str(code)) for code in card.get("languages", ENGLISH)),
        limits=str(card.get("limits", "")),
        figures=card.get("scores", {}),
        files=files,
        states=states,
        card=card,
    )


def _state(path: Path, expected: str) -> str:
    if not path.is_file():
        return "missing"
    return "whole" if digest(path) == expected else "damaged"
