"""The masking of personal data by patterns: which rules a text gives cause for, over and over until none finds more."""

import re
from collections.abc import Container
from dataclasses import dataclass

from nlp.redaction import cued, patterns
from nlp.redaction.needed import folded
from nlp.redaction.rule import Place, Rule, applied, plain
from nlp.redaction.spoken import dictated

KINDS = (
    *("EMAIL", "PHONE", "CARD", "IBAN", "ACCOUNT", "SSN", "IP", "URL_LOGIN", "SECRET", "ADDRESS", "BIRTHDATE"),
    *("NAME", "HANDLE"),
)
"""All types of personal data; the last two are not found by `redact`."""
_MAIL = re.compile(r"@(?<=[\w+-]@)\w|://\S*@")
_BRACKETED = re.compile(r"[\[({<] ?(?:at|dot) ?[\])}>]", re.IGNORECASE)
_LONG = re.compile(r"[\w.~+/-]{16}")
_HINTS = (
    *("passw", "passc", "passp", "pass p", "pwd", "pw", "secret", "bearer", "key", "token", "pin", "-----begin", "="),
    *("kennwort", "mot de", "contrase", "wachtwoord", "answer"),
)
_NUMBER_WORDS = re.compile(
    r"\b(?:(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred|ten|twelve|uno|dos|tres|cero|"
    r"\w+(?:teen|ty))\b[ ,.-]+(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|hundred|tres|dos|uno|[a-z]|"
    r"\w+(?:teen|ty))\b|birth|d o b\b)| (?:dot|born|[a-z] [a-z]) "
)
"""In a `folded` text."""
_FOUND = re.compile(rf"<({'|'.join(KINDS[:-2])})(?:_[A-P]{{8}})?>")
PLACEHOLDER = re.compile(rf"<({'|'.join(KINDS)})(?:_[A-P]{{8}})?>")
"""What stands in place of what was masked; its first group is the type."""


@dataclass(frozen=True, slots=True)
class Masked:
    """What was masked: its type, and where the placeholder stands in the redacted text."""

    kind: str
    start: int
    end: int


def redact(text: str, *, keep: Container[str] = (), place: Place = plain) -> tuple[str, tuple[Masked, ...]]:
    """The text with `<EMAIL>`-like placeholders, and what was masked. Applying it twice changes nothing.

    Types: those of KINDS but the last two. `keep` are types that stay; `place` says what stands in a value's place
    ("<TYPE>" or "<TYPE_ABCDEFGH>"). A text without digit, @ or a word such as "password" costs next to nothing.
    """
    before = ""
    while text != before:  # a mask can free what stood beside it; each pass leaves less to mask
        before = text
        text = _once(text, keep, place)
    if "<" not in text:
        return text, ()
    return text, tuple(Masked(m.group(1), m.start(), m.end()) for m in _FOUND.finditer(text))


def placeholders(masked: str) -> list[str]:
    """The types of the placeholders in a masked text, names and handles too."""
    return [match[1] for match in PLACEHOLDER.finditer(masked)]


def _once(text: str, keep: Container[str], place: Place) -> str:
    def placed(kind: str, value: str) -> str:
        return value if kind in keep else place(kind, value)

    shape = folded(text)
    masked = applied(_caused(text, shape), text, place, keep, shape=shape)
    shape = shape if masked is text else folded(masked)
    return dictated(masked, placed) if _NUMBER_WORDS.search(shape) else masked


def _caused(text: str, shape: str) -> tuple[Rule, ...]:
    """Only the rules that the text gives cause for: the others would cost the most and find nothing."""
    digits, hinted = _digits(text, shape), any(map(shape.__contains__, _HINTS))
    return (
        *(patterns.AT if "@" in text and _MAIL.search(text) else ()),
        *(patterns.OBFUSCATED if _BRACKETED.search(text) else ()),
        *(cued.STATED if hinted else ()),
        *(patterns.SECRETS if hinted or _LONG.search(text) else ()),
        *(cued.CUED if digits >= 3 else ()),
        *(patterns.NUMBERS if digits >= 4 else ()),
        *(patterns.ADDRESSED if digits >= 4 and text.count(".") >= 3 else ()),
        *((*patterns.PHONES, *cued.CALLED) if digits >= 7 else ()),
        *(patterns.PLACES if digits else ()),
    )


def _digits(text: str, shape: str) -> int:
    return shape.count("0") if text.isascii() else sum(map(str.isdigit, text))
