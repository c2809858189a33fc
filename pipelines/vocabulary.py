"""The vocabulary of the settings: the taxonomy's names of events and facts, and the company's own for them."""

from pathlib import Path

from nlp.errors import BadSetting
from nlp.vocabulary import Vocabulary
from pipelines.settings import Settings


def vocabulary(settings: Settings) -> Vocabulary:
    """A taxonomy without events has those of the shipped one. Raises BadTaxonomy, UnknownName, BadSetting."""
    found = _read(settings.taxonomy, "taxonomy")
    if not found.events:
        found = _read(Settings().taxonomy, "taxonomy")
    return _read(Path(settings.events), "events", found) if settings.events else found


def _read(path: Path, setting: str, known: Vocabulary | None = None) -> Vocabulary:
    try:
        return Vocabulary.from_toml(path.read_text("utf-8"), origin=str(path), known=known)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{setting}={str(path)!r} cannot be read: {error}") from error
