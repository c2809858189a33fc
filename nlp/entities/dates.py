"""Dates as people say them: weekdays, days of months, months, holidays; no times, no durations, no "tomorrow"."""

import re
from collections.abc import Iterator, Set

from nlp.entities.words import words as listed

_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?:['’]s)?"
_DAY = rf"(?:{_DAYS}|tues?|weds?|thurs?|thur)\b\.?"
_SHORT_DAY = r"(?-i:Mon|Wed|Fri|Sat|Sun|Tue|Thu)\b\.?"
_LONG = r"january|february|april|june|july|august|september|october|november|december"
_MONTH = rf"(?:{_LONG}|march|may|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_NUMBER = r"(?:[12]\d|3[01]|0?[1-9])"
_NTH = rf"{_NUMBER}(?:st|nd|rd|th)\b"
_YEAR = r"(?:19|20)\d\d\b"
_OF_MONTH = rf"(?:{_NTH}|{_NUMBER})(?: of)?[ ./-]?{_MONTH}(?:,? ?{_YEAR})?"
_MONTH_DAY = rf"{_MONTH} (?:the )?(?:{_NTH}|{_NUMBER}\b(?![:.,]\d|%| ?(?:am|pm|x)\b))(?:,? {_YEAR})?"
_PART = r"(?:last|next|this|coming|past|previous|following|early|mid|late|end of) "
_SAID_NTH = (
    r"(?:twenty|thirty)[- ](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|twentieth|thirtieth|"
    r"(?:eleven|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|ten|four|six|seven|eigh|nin)th|twelfth|"
    r"fifth|ninth|first|second|third"
)
_AFTER = (
    r"(?= *(?:$|[^\w ]|(?:and|or|but|to|so|at|i|we|you|it|he|she|they|when|which|with|for|is|was|if|until|till|as|because|"
    r"this|next|last|please|pls|still|in|on|by|where|then|now|did|do|not|from)\b))"
)
_WORDED = re.compile(
    rf"\b(?:(?:{_PART})?(?:{_DAY}|{_SHORT_DAY})(?:,? (?:the )?(?:{_OF_MONTH}|{_MONTH_DAY}|{_NTH}))?|"
    rf"{_OF_MONTH}|"
    rf"(?:the )?(?:{_SAID_NTH}) (?:of )?(?:{_LONG}|march|may)\b(?:,? {_YEAR})?|"
    rf"{_MONTH_DAY}|"
    rf"{_MONTH},? {_YEAR}|"
    rf"(?:{_PART})?(?:{_LONG})\b|"
    r"new year['’]?s (?:eve|day)|christmas(?: (?:eve|day))?|boxing day|good friday|easter(?: (?:sunday|monday))?|"
    r"black friday|cyber monday|thanksgiving|valentine['’]?s(?: day)?|(?:mother|father)['’]?s day|halloween\b)",
    re.IGNORECASE,
)
_AMBIGUOUS = re.compile(
    r"\b(?:in|since|until|till?|by|of|last|next|this|from|before|after|for|to|and|early|late|mid|end|start)[ -]"
    r"(?P<month>march\b|may\b|(?-i:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b)"
    r"(?! (?:i|we|you|be|not|have|a|the|me|it|concern)\b)|"
    r"\b(?:on|since|last|next|this|by|until|till?|every|from|for) (?P<day>mon|wed|fri|sat|sun|thu)\b|"
    r"\b(?P<sure>(?-i:March)|(?-i:May)(?= (?:bill|invoice|statement|payment|payslip|intake|delivery|20\d\d)|[.,?!;:)]))",
    re.IGNORECASE,
)
_BEFORE = r"\b(?:on|since|until|till?|by|before|from|after|of|for|to|the|and) (?:the )?"
_SAID = re.compile(
    rf"{_BEFORE}(?P<nth>(?:{_SAID_NTH})(?<!first)(?<!second)(?<!third)){_AFTER}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"{_BEFORE}(?P<nth>{_NTH}){_AFTER}|"
    r"\b(?:on|since|until|till?|by|before|from|dated|of) (?P<short>(?:[12]\d|3[01]|0?[1-9])/(?:0?[1-9]|1[0-2]))(?![\d/%])|"
    r"(?<![\d.:/£€$-])(?P<iso>(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\4(?:[12]\d|3[01]|0?[1-9]))(?!\d)|"
    r"(?<![\d.:/£€$-])(?P<day>(?:[12]\d|3[01]|0?[1-9])([/.-])(?:0?[1-9]|1[0-2])\6(?:19|20)?\d\d)(?![\d.:/-]\d)|"
    r"(?<![\d.:/£€$-])(?P<month>(?:0?[1-9]|1[0-2])([/-])(?:[12]\d|3[01]|0?[1-9])\8(?:19|20)?\d\d)(?![\d.:/-]\d)",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"\d(?:[/.-]\d|[sS][tT]|[nN][dD]|[rR][dD]|[tT][hH])")
_NAMES = listed(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun mondays
    tuesdays wednesdays thursdays fridays saturdays sundays january february march april may june july august september
    october november december jan feb mar apr jun jul aug sep sept oct nov dec eve christmas easter thanksgiving
    valentine valentines halloween boxing mother mothers father fathers year years
    """
)
_SAID_DAYS = listed(
    """
    tenth twelfth fourth fifth sixth seventh eighth ninth eleventh thirteenth fourteenth fifteenth sixteenth seventeenth
    eighteenth nineteenth twentieth thirtieth twenty thirty
    """
)
_LEAD = re.compile(r"(?:the|end of) ", re.IGNORECASE)


def dates(text: str, words: Set[str]) -> Iterator[tuple[int, int]]:
    """[start, end) of each date, in no order; spans may overlap. `words`: those of the text, in lower case."""
    if not words.isdisjoint(_NAMES):
        for match in _WORDED.finditer(text):
            lead, said = _LEAD.match(match.group()), match.group()
            yield match.start() + (lead.end() if lead else 0), match.start() + len(said.rstrip("."))
        yield from _groups(_AMBIGUOUS, text)
    if not words.isdisjoint(_SAID_DAYS):
        yield from _groups(_SAID, text)
    if _FIGURES.search(text):
        yield from _groups(_NUMBERED, text)


def _groups(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        yield match.span(next(name for name, found in match.groupdict().items() if found))
