"""Theme, its members and its numbers, and what people say of it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote beside a theme."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Somebody says that a fix for a theme shipped on that day."""

    at: datetime
    who: str
    day: date


@dataclass(frozen=True, slots=True)
class Part:
    """A sub-theme, numbered from 0 by its place in its theme: what it is called, its terms, its segments at the fit."""

    name: str
    terms: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of segments that hurt in the same way. `id` ("t" and a number, or "s" and the number of
    the edit that split it off) lives across refits; there is no theme -1.

    `terms`: class-based TF-IDF terms, strongest first. `quotes`: ids of the most central, mutually different segments.
    `x`, `y`: the theme's place on the two-dimensional map. `size`: segments assigned at the fit. `parts`: the
    largest first, none where the theme does not fall apart. From `owner` on, what people's edits say
    (`nlp/themes/edits.py`); a discovery leaves it empty.
    """

    id: str
    name: str
    description: str
    terms: tuple[str, ...]
    size: int
    quotes: tuple[str, ...] = ()
    x: float = 0.0
    y: float = 0.0
    parts: tuple[Part, ...] = ()
    owner: str = ""
    notes: tuple[Note, ...] = ()
    fixes: tuple[Fix, ...] = ()
    pinned: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A segment's theme in one run: what was known at a moment stays known. `theme` is None for "no theme".
    `part`: its place among the theme's parts; None where it has none, and for segments newer than the discovery."""

    segment: str
    run: str
    theme: str | None
    confidence: float
    assigned_at: datetime
    part: int | None = None
