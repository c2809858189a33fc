"""A rule of masking: a pattern, the checks that its match must pass, and the type of what it finds."""

import re
from collections.abc import Callable
from typing import NamedTuple

from nlp.redaction.checks import always

Check = Callable[[str], bool]
Place = Callable[[str, str], str]
"""(type, value) -> what stands in its place."""
BEFORE = 40
"""Characters before a match in which a word may say that it is something else."""


class Rule(NamedTuple):
    """The last group that matched, if any, is what is masked. `unless` is a pattern that ends where that begins."""

    kind: str
    pattern: re.Pattern[str]
    valid: Check = always
    unless: re.Pattern[str] | None = None

    def __call__(self, text: str, place: Place) -> str:
        parts, at = [], 0
        for match in self.pattern.finditer(text):
            start, end = match.span(match.lastindex or 0)
            if self.valid(text[start:end]) and not (
                self.unless and self.unless.search(text[max(0, start - BEFORE) : start])
            ):
                parts += [text[at:start], place(self.kind, text[start:end])]
                at = end
        return "".join([*parts, text[at:]]) if parts else text


def rules(*found: tuple[str, str] | tuple[str, str, Check], flags: int = 0, unless: str = "") -> tuple[Rule, ...]:
    """Of (type, pattern) or (type, pattern, check)."""
    other = re.compile(f"(?:{unless})$", re.IGNORECASE) if unless else None
    return tuple(Rule(r[0], re.compile(r[1], flags), r[2] if len(r) > 2 else always, other) for r in found)


def plain(kind: str, _value: str) -> str:
    return f"<{kind}>"
