"""How well masking hides what people marked as personal: of each type, how much is hidden and how much rightly."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Hidden = tuple[str, int, int]
PLACEHOLDER = re.compile(r"<([A-Z]+(?:_LOGIN)?)(?:_[A-P]{8})?>")


@dataclass(frozen=True, slots=True)
class Tally:
    """Of one type: marks, those hidden whole, those hidden under their own type; masks, those that touch a mark."""

    marks: int = 0
    hidden: int = 0
    typed: int = 0
    masks: int = 0
    right: int = 0


def hidden(text: str, masked: str) -> list[Hidden]:
    """(type, start, end) of the characters of `text` that a placeholder of `masked` stands for."""
    kinds = [match[1] for match in PLACEHOLDER.finditer(masked)]
    pieces = [re.escape(piece) for piece in re.split(PLACEHOLDER.pattern.replace("([", "(?:["), masked)]
    aligned = re.fullmatch("(.+?)".join(pieces), text, re.DOTALL)
    assert aligned, "masking replaces, and moves nothing"
    return [(kind, *aligned.span(n)) for n, kind in enumerate(kinds, start=1)]


def tallies(
    texts: Sequence[str], found: Sequence[Sequence[Hidden]], marked: Sequence[Sequence[Mapping[str, Any]]]
) -> dict[str, Tally]:
    """Type -> its tally; "" -> that of all. A mark counts as hidden where each letter and digit of it is masked, by
    whatever type; a mask is right where it touches a mark."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, masks, marks in zip(texts, found, marked, strict=True):
        counts.update(_counted(text, masks, marks))
    types = sorted({type for type, _ in counts})
    return {
        type: Tally(*(counts[type, part] for part in ("marks", "hidden", "typed", "masks", "right"))) for type in types
    }


def _counted(text: str, masks: Sequence[Hidden], marks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(type or "", part) of everything that counts."""
    for mark in marks:
        start, end, kind = mark["start"], mark["end"], mark["type"]
        inside = {n for _, first, last in masks for n in range(first, last)}
        whole = all(n in inside or not text[n].isalnum() for n in range(start, end))
        typed = whole and any(type == kind and first < end and start < last for type, first, last in masks)
        for part in ("marks", *(["hidden"] if whole else []), *(["typed"] if typed else [])):
            yield from ((kind, part), ("", part))
    for kind, first, last in masks:
        right = any(mark["start"] < last and first < mark["end"] for mark in marks)
        for part in ("masks", *(["right"] if right else [])):
            yield from ((kind, part), ("", part))
