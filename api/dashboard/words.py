"""Figures, dates and names as people read them: the filters of the templates."""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from nlp.redaction import PLACEHOLDER
from nlp.taxonomy import NONE, UNSUPPORTED

NOTHING = "–"
BANDS = (20, 40, 60, 80)
BAND_NAMES = ("low", "mild", "noticeable", "high", "severe")
DIGITS = {
    "da de el es hr id is it nl pt ro sl tr vi": ".,",
    "bg cs et fi fr hu lt lv nb no nn pl ru sk sv uk": "\N{NARROW NO-BREAK SPACE},",
}
"""Languages, and how they write 1,234.5."""
PARTED: ContextVar[Mapping[int, int]] = ContextVar("PARTED", default=MappingProxyType({}))
"""Of the reader whose page is made."""
_CHANNELS = {
    "ticket": ("ticket", "tickets"),
    "call": ("call", "calls"),
    "social": ("post", "posts"),
    "chat": ("chat", "chats"),
}


def number(value: float | None, digits: int = 0) -> str:
    """1,234 or 12.3, as the reader's language parts digits; a dash where there is none."""
    if value is None:
        return NOTHING
    return f"{value:,.{digits}f}".translate(dict(PARTED.get())).replace("-", "\N{MINUS SIGN}")


def parting(languages: str) -> dict[int, int]:
    """How a reader who takes these languages (the header Accept-Language) parts digits: what "," and "." become."""
    first = languages.split(",")[0].split(";")[0].strip().casefold()
    marks = next((marks for names, marks in DIGITS.items() if first.split("-")[0] in names.split()), ",.")
    return str.maketrans(",.", "\N{RIGHT SINGLE QUOTATION MARK}." if first == "de-ch" else marks)


def signed(value: float | None, digits: int = 0) -> str:
    """+3, \N{MINUS SIGN}0.26, or 0 without a sign."""
    if value is None:
        return NOTHING
    text = number(abs(value), digits)
    if not round(value, digits):
        return text
    return f"+{text}" if value > 0 else f"\N{MINUS SIGN}{text}"


def share(part: float, whole: float) -> str:
    """12 %, with a narrow space that does not break; <1 % of what is not nothing, >99 % of what is not all."""
    if not whole:
        return NOTHING
    said = f"{100 * part / whole:.0f}"
    rounded = {"0": ("<1", part), "100": (">99", part - whole)}.get(said, ("", 0))
    return f"{rounded[0] if rounded[1] else said}\N{NARROW NO-BREAK SPACE}%"


def day(value: date | datetime | None) -> str:
    """31 Oct 2026."""
    return f"{value.day} {value:%b %Y}" if value else NOTHING


def moment(value: datetime | None) -> str:
    """31 Oct 2026, 09:12 (UTC)."""
    return f"{day(value)}, {value:%H:%M}" if value else NOTHING


def at(value: datetime | None) -> Markup:
    """A moment that the reader's browser tells in the reader's zone (static/local.js); of midnight to the second the
    day alone, whatever the zone: its source knows no time."""
    if value is None:
        return escape(NOTHING)
    if value.timetz() == time(tzinfo=value.tzinfo):
        return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%d}", day(value))
    return Markup('<time data-local datetime="{}">{} UTC</time>').format(value.isoformat(), moment(value))


def span(first: date | None, last: date | None) -> str:
    """5 May – 31 Oct 2026: the year once where both share it."""
    if not first or not last:
        return NOTHING
    begin = f"{first.day} {first:%b}" if first.year == last.year else day(first)
    return day(last) if day(first) == day(last) else f"{begin} – {day(last)}"


def title(name: str | None) -> str:
    """`account_access` becomes "Account access"."""
    text = (name or "").replace("_", " ").strip()
    return text[:1].upper() + text[1:] if text else NOTHING


def sentence(text: str) -> str:
    """With a capital, and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def intent(name: str) -> str:
    """An intent's name; one who asks for nothing has none, and nor has one whose language is not known."""
    return {NONE: "Asks for nothing", UNSUPPORTED: "Language not known"}.get(name) or title(name)


def channel(name: str, count: float = 1) -> str:
    """ "post" or "posts"."""
    one, many = _CHANNELS.get(name, (name, name))
    return one if count == 1 else many


def plural(count: float, one: str, many: str = "") -> str:
    """1 conversation, 2 conversations."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def band(friction: float | None) -> int:
    """0..4: the step of the one friction scale."""
    return sum((friction or 0) >= step for step in BANDS)


def band_name(friction: float | None) -> str:
    return BAND_NAMES[band(friction)]


def feeling(sentiment: float | None) -> str:
    """A word for sentiment -1..+1."""
    if sentiment is None:
        return "unknown"
    words = ("very negative", "negative", "neutral", "positive")
    return words[sum(sentiment >= step for step in (-0.6, -0.2, 0.2))]


def short(id: str) -> str:
    """The first signs of a pseudonym: enough to tell people apart on a page."""
    return id[:8] if id else "unknown"


def path(id: str) -> str:
    """An id as one part of an address, whatever it holds."""
    return quote(id, safe=":")


def by_conversations(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(name, conversations), most first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def fact(value: Any) -> str:
    """A value of metadata or attributes: whole numbers without their point, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value, next(n for n in range(3) if round(value, n) == round(value, 2)))
    return ", ".join(fact(item) for item in value) if isinstance(value, list | tuple) else str(value)


def rough(value: Any) -> str:
    """A figure that explains another: 67 for 66.63, 0.25 for 0.2517; other values as `fact` has them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, 0 if abs(value) >= 10 or value == round(value) else 2)
    return fact(value)


def _told(found: re.Match[str]) -> str:
    """[email] for `<EMAIL>`."""
    return f"[{found[1].replace('_', ' ').lower()}]"


def excerpt(text: str, length: int = 160) -> str:
    """The first words, in one line, with what was masked told in brackets."""
    line = " ".join(PLACEHOLDER.sub(_told, text).split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + "…"


_ALL = (
    at,
    band,
    band_name,
    by_conversations,
    channel,
    day,
    excerpt,
    fact,
    feeling,
    intent,
    moment,
    number,
    path,
    plural,
    rough,
    sentence,
    share,
    short,
    signed,
    span,
    title,
)
FILTERS: dict[str, Any] = {f.__name__: f for f in _ALL}
