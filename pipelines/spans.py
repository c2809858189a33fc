"""Scores of entities against those that a person marked: each type, with exact spans and with spans that overlap."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.entities.finder import TYPES, Finder
from nlp.metrics import Interval, interval
from nlp.redaction import redact

Span = tuple[str, int, int]
Match = Callable[[Span, Span], bool]


def scores(
    finder: Finder, texts: Sequence[str], marked: Sequence[Sequence[Mapping[str, Any]]], *, seed: int
) -> dict[str, dict[str, Interval | None]]:
    """Part -> measure -> figure with its interval over resampled texts. `texts` as written: they are masked here, and
    what was `marked` (type, start, end) within a mask is its placeholder."""
    masked = [redact(text)[0] for text in texts]
    truth = [moved(text, to, marks) for text, to, marks in zip(texts, masked, marked, strict=True)]
    guess = [[(e.type, e.start, e.end) for e in found] for found in finder(masked)]
    found: dict[str, dict[str, Interval | None]] = {}
    for name, match in (("exact", _same), ("overlapping", _overlap)):
        for type in (*TYPES, ""):
            counts = _counts(_of(type, truth), _of(type, guess), match)
            found[f"{type or 'entities'}, {name}"] = {
                measure: None if np.isnan(statistic(*counts)) else interval(statistic, *counts, seed=seed)
                for measure, statistic in (("precision", _precision), ("recall", _recall), ("F1", _f1))
            }
    return found


def moved(text: str, masked: str, marks: Iterable[Mapping[str, Any]]) -> list[Span]:
    """Marks of a text where they stand in the masked one; a bound within what is masked is that of the placeholder."""
    pieces = re.split(r"(<[A-Z_]+>)", masked)
    pattern = "".join("(.+?)" if n % 2 else f"({re.escape(piece)})" for n, piece in enumerate(pieces))
    aligned = re.fullmatch(pattern, text, re.DOTALL)
    assert aligned  # masking replaces, and moves nothing
    stops = np.cumsum([0, *(len(piece) for piece in pieces)])

    def place(offset: int, *, end: bool) -> int:
        for n in range(len(pieces)):
            first, last = aligned.span(n + 1)
            if (first < offset <= last) if end else (first <= offset < last):
                return int((stops[n + 1] if end else stops[n]) if n % 2 else stops[n] + offset - first)
        return len(masked) if end else 0

    return [(m["type"], place(m["start"], end=False), place(m["end"], end=True)) for m in marks]


def _of(type: str, spans: Sequence[Sequence[Span]]) -> list[list[Span]]:
    return [[span for span in own if span[0] == type or not type] for own in spans]


def _same(left: Span, right: Span) -> bool:
    return left == right


def _overlap(left: Span, right: Span) -> bool:
    return left[0] == right[0] and left[1] < right[2] and right[1] < left[2]


def _counts(truth: Sequence[Sequence[Span]], guess: Sequence[Sequence[Span]], match: Match) -> npt.NDArray[np.int64]:
    """Of each text: guesses that are right, guesses, marks that are found, marks; (4, texts)."""
    rows = [
        (sum(any(match(g, t) for t in ts) for g in gs), len(gs), sum(any(match(t, g) for g in gs) for t in ts), len(ts))
        for ts, gs in zip(truth, guess, strict=True)
    ]
    return np.array(rows, np.int64).reshape(-1, 4).T


def _precision(right: Any, guesses: Any, _found: Any, _marks: Any) -> float:
    return float(right.sum() / guesses.sum()) if guesses.sum() else float("nan")


def _recall(_right: Any, _guesses: Any, found: Any, marks: Any) -> float:
    return float(found.sum() / marks.sum()) if marks.sum() else float("nan")


def _f1(*counts: Any) -> float:
    """The harmonic mean; 0 where nothing is right."""
    precision, recall = _precision(*counts), _recall(*counts)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0
