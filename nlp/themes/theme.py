"""Theme, its members and its numbers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of segments that hurt in the same way. `id` ("t" and a number) lives across refits; there is no theme -1.

    `terms`: class-based TF-IDF terms, strongest first. `quotes`: ids of the most central, mutually different segments.
    `x`, `y`: the theme's place on the two-dimensional map. `size`: segments assigned at the fit.
    """

    id: str
    name: str
    description: str
    terms: tuple[str, ...]
    size: int
    quotes: tuple[str, ...] = ()
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Assignment:
    """A segment's theme in one run: what was known at a moment stays known. `theme` is None for "no theme"."""

    segment: str
    run: str
    theme: str | None
    confidence: float
    assigned_at: datetime
