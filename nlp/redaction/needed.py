"""What every text must hold in which a pattern can match: short strings, looked for before the pattern is tried.

Read off the parsed pattern, as in R. Cox, "Regular Expression Matching with a Trigram Index" (2012), the strings whole:
`(?:pin|otp) \\d{4}` needs "pin 0000" or "otp 0000", where 0 is any digit. The parser is the inner one of the standard
library, as of Python 3.11: what it comes to tell beyond that is taken for anything.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

LONG, CLASS, KEPT = 24, 6, 3
"""Strings of so many characters, and so many characters of a class, are told apart; more is taken for anything. Of so
many lists of strings one each is looked for."""
_DIGITS = str.maketrans("123456789", "000000000")
_ALIKE = ("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k")
"""The letters beyond ASCII that `re.IGNORECASE` takes for some of it."""
_DIGIT = re.compile(r"\d")
_LETTERS = bytes.maketrans(b"bcdefghijklmnopqrstuvwxyz", b"a" * 25)
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_EMPTY = (op.AT, op.ASSERT, op.ASSERT_NOT)
Either = tuple[str, ...]
"""Strings of which one is there."""


class _Read(NamedTuple):
    """What a part of a pattern matches: one of these strings exactly, or anything (None); and what it needs then."""

    exact: frozenset[str] | None
    needs: tuple[frozenset[str], ...] = ()


class _View(NamedTuple):
    """How a text is looked at, and so many strings are told apart in it."""

    fold: Callable[[str], str]
    many: int


_NOTHING, _ANYTHING = _Read(frozenset({""})), _Read(None)


def folded(text: str) -> str:
    """The text as the strings are looked for in it: in lower case, every digit as 0."""
    if text.isascii():
        return text.lower().translate(_DIGITS)
    for letter, alike in _ALIKE:
        text = text.replace(letter, alike)
    return _DIGIT.sub("0", text.lower())


def outlined(folded: str) -> str:
    """A folded text with every letter as a, and what is not ASCII as a question mark: "pin aa00" is "aaa aa00"."""
    return folded.encode("ascii", "replace").translate(_LETTERS).decode()


FOLDED, OUTLINED = _View(folded, 64), _View(lambda text: outlined(folded(text)), 6)


def needed(pattern: re.Pattern[str]) -> tuple[Either, ...]:
    """Of each of these, one string at least is in the `folded` text wherever the pattern matches; the rarest first."""
    return tuple(_found(pattern, FOLDED)[:KEPT])


def outline(pattern: re.Pattern[str]) -> Either:
    """The same of the `outlined` text, where few strings tell how letters and digits meet: of `[A-Z]{2}\\d` aa0."""
    found = _found(pattern, OUTLINED)
    return next((either for either in found if all("a" in string and "0" in string for string in either)), ())


def _found(pattern: re.Pattern[str], view: _View) -> list[Either]:
    read = _sequence(_parser.parse(pattern.pattern, pattern.flags), view)
    return sorted({_shortest(strings) for strings in _needs(read)}, key=_worth)


def fewest_digits(pattern: re.Pattern[str]) -> int:
    """How many digits a text holds at least wherever the pattern matches."""
    return sum(_digits(*part) for part in _parser.parse(pattern.pattern, pattern.flags))


def _digits(kind: Any, told: Any) -> int:
    if kind in _REPEATS:
        return int(told[0]) * sum(_digits(*part) for part in told[2])
    if kind is op.BRANCH:
        return min(sum(_digits(*part) for part in way) for way in told[1])
    if kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
        return sum(_digits(*part) for part in (told[-1] if kind is op.SUBPATTERN else told))
    zero = frozenset("0")
    return int(any(read.exact == zero for read in _read(kind, told, FOLDED))) if kind in (op.LITERAL, op.IN) else 0


def _needs(read: _Read) -> Iterator[frozenset[str]]:
    """Those that tell something: a digit or a space is nearly everywhere."""
    for strings in (read.exact,) if read.exact is not None else read.needs:
        if strings and not strings & {"", "0", " "}:
            yield strings


def _shortest(strings: frozenset[str]) -> Either:
    """Without those that hold another."""
    kept: list[str] = []
    for string in sorted(strings, key=lambda string: (len(string), string)):
        if not any(other in string for other in kept):
            kept.append(string)
    return tuple(kept)


def _worth(strings: Either) -> tuple[int, int, Either]:
    return len(strings), -min(map(len, strings)), strings


def _common(strings: frozenset[str]) -> tuple[int, int]:
    """The longer the strings, the rarer; from some length on, the fewer they are."""
    return -min(4, *map(len, strings), 4), len(strings)


def _sequence(parts: Iterable[tuple[Any, Any]], view: _View) -> _Read:
    exact, needs = _NOTHING.exact, list[frozenset[str]]()
    assert exact is not None
    for read in (read for kind, told in parts for read in _read(kind, told, view)):
        if read.exact is not None and (both := _joined(exact, read.exact, view)):
            exact = both
        else:
            needs += [exact, *read.needs]
            exact = frozenset({""}) if read.exact is None else read.exact
    return _Read(None, (*needs, exact)) if needs else _Read(exact)


def _joined(one: frozenset[str], other: frozenset[str], view: _View) -> frozenset[str]:
    """Each of one before each of the other; nothing where that is too much."""
    if len(one) * len(other) > view.many or max(map(len, one)) + max(map(len, other)) > LONG:
        return frozenset()
    return frozenset(a + b for a, b in product(one, other))


def _read(kind: Any, told: Any, view: _View) -> list[_Read]:
    """A part of a pattern, as parts that follow one another."""
    if kind in _REPEATS:
        least, most, part = told
        return _repeated(least, most, part, view)
    if kind is op.LITERAL:
        return [_class([(kind, told)], view)]
    if kind is op.IN:
        return [_class(told, view)]
    if kind is op.BRANCH:
        return [_branch([_sequence(way, view) for way in told[1]], view)]
    if kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
        return [_sequence(told[-1] if kind is op.SUBPATTERN else told, view)]
    return [_NOTHING if kind in _EMPTY else _ANYTHING]


def _repeated(least: int, most: int, parts: Any, view: _View) -> list[_Read]:
    """So often at least in a row: before what follows as well as behind what comes first."""
    once = _sequence(parts, view)
    if least == 0:
        small = most == 1 and once.exact is not None and len(once.exact) < view.many
        return [_Read((once.exact or frozenset()) | {""}) if small else _ANYTHING]
    row = [once] * min(least, LONG)
    return row if least == most <= LONG else [*row, _ANYTHING, *row]


def _branch(ways: list[_Read], view: _View) -> _Read:
    """Any of the strings; else of each way what it needs most."""
    if all(way.exact is not None for way in ways):
        exact = frozenset().union(*(way.exact or () for way in ways))
        return _Read(exact) if len(exact) <= view.many else _Read(None, (exact,))
    best = [min(_needs(way), key=_common, default=None) for way in ways]
    return _Read(None, (frozenset().union(*(strings or () for strings in best)),) if all(best) else ())


def _class(items: Iterable[tuple[Any, Any]], view: _View) -> _Read:
    """One character of a few."""
    found: set[str] = set()
    for kind, told in items:
        if kind is op.LITERAL and told < 128:
            found.add(view.fold(chr(told)))
        elif kind is op.CATEGORY and told is op.CATEGORY_DIGIT:
            found.add("0")
        elif kind is op.RANGE and told[1] < 128:
            found.update(view.fold(chr(code)) for code in range(told[0], told[1] + 1))
        else:
            return _ANYTHING
    return _Read(frozenset(found)) if 0 < len(found) <= CLASS else _ANYTHING
