"""A rule of masking: a pattern, the checks that its match must pass, and the type of what it finds."""

import re
from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

from nlp.redaction.checks import always
from nlp.redaction.needed import Either, fewest_digits, folded, needed, outline, outlined

Check = Callable[[str], bool]
Place = Callable[[str, str], str]
"""(type, value) -> what stands in its place."""
BEFORE = 40
"""Characters before a match in which a word may say that it is something else."""


class Rule(NamedTuple):
    """The last group that matched, if any, is what is masked. `unless` is a pattern that ends where that begins; `needs`
    is what must be held for any match, by the `folded` text (0) or by the `outlined` (1), and `digits` how many."""

    kind: str
    pattern: re.Pattern[str]
    valid: Check = always
    unless: re.Pattern[str] | None = None
    needs: tuple[tuple[int, Either], ...] = ()
    digits: int = 0

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
    made = [Rule(r[0], re.compile(r[1], flags), r[2] if len(r) > 2 else always, other) for r in found]
    return tuple(rule._replace(needs=_needs(rule.pattern), digits=fewest_digits(rule.pattern)) for rule in made)


def _needs(pattern: re.Pattern[str]) -> tuple[tuple[int, Either], ...]:
    """What is looked for the soonest, first."""
    drawn = outline(pattern)
    return (*([(1, drawn)] if drawn else []), *((0, strings) for strings in needed(pattern)))


def applied(found: Iterable[Rule], text: str, place: Place, keep: Container[str] = (), *, shape: str = "") -> str:
    """The text after one rule after another, but those of the types to `keep`; `shape` is the `folded` text, if known.

    Most rules need what most texts lack.
    """
    shape = shape or folded(text)
    views, digits = (shape, outlined(shape)), shape.count("0")
    for rule in found:
        if digits < rule.digits:
            continue
        for view, either in rule.needs:
            seen = views[view]
            for string in either:
                if string in seen:
                    break
            else:
                break
        else:
            if rule.pattern.search(text) and rule.kind not in keep:
                before, text = text, rule(text, place)
                if text is not before:
                    shape = folded(text)
                    views, digits = (shape, outlined(shape)), shape.count("0")
    return text


def plain(kind: str, _value: str) -> str:
    return f"<{kind}>"
