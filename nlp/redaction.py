"""Masks personal data by patterns, and makes pseudonyms, before anything else sees a text."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Masked:
    """What was masked: its type, and where the placeholder stands in the redacted text."""

    kind: str
    start: int
    end: int


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1 annex B: from the right, every second digit doubled; the digit sum divides by 10."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _iban(text: str) -> bool:
    """ISO 13616: the country and check digits moved to the end, letters as 10..35, is 1 modulo 97."""
    packed = re.sub(r"\s", "", text).upper()
    return 15 <= len(packed) <= 34 and int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


def _phone(text: str) -> bool:
    digits = sum(c.isdigit() for c in text)
    return 7 <= digits <= 15 and not re.fullmatch(r"\d{4}[-./]\d{2}[-./]\d{2}|\d{2}[-./]\d{2}[-./]\d{4}", text.strip())


def _ip(text: str) -> bool:
    return all(int(part) <= 255 for part in text.split("."))


def _always(_text: str) -> bool:
    return True


_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE if kind in ("EMAIL", "SECRET") else 0), valid)
    for kind, pattern, valid in (
        ("URL_LOGIN", r"(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,64}(?=@)", _always),
        ("EMAIL", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b", _always),
        ("SECRET", r"\b(?:sk|pk|ghp|xox[bp]|akia)[-_]?[a-z0-9_-]{16,80}\b", _always),
        ("SECRET", r"\beyj[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{4,2000}", _always),
        ("SECRET", r"(?<=password is )\S{4,64}|(?<=password: )\S{4,64}|(?<=api key: )\S{8,80}", _always),
        ("IBAN", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
        ("CARD", r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])", _luhn),
        ("SSN", r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b", _always),
        ("IP", r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)", _ip),
        ("PHONE", r"(?<![\w+])(?:\+\d{1,3}[ .-]?)(?:\(?\d{1,5}\)?[ .-]?){2,5}\d(?!\w)", _phone),
        ("PHONE", r"(?<![\w.-])(?:\(0?\d{2,4}\) ?|0\d{2,4}[ -])\d{3,4}[ -]?\d{3,4}(?![\w-]|\.\d)", _phone),
        (
            "PHONE",
            r"(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])|(?<![\w-])555[- ]\d{4}(?![\w-])",
            _phone,
        ),
        (
            "ADDRESS",
            r"\b\d{1,5}[a-z]? (?:[A-Z][\w']+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Way|"
            r"Terrace|Crescent|Place|Square|Boulevard|Blvd)\b\.?",
            _always,
        ),
    )
)


def redact(text: str) -> tuple[str, tuple[Masked, ...]]:
    """The text with `<EMAIL>`-like placeholders, and what was masked. Applying it twice changes nothing.

    Types: URL_LOGIN, EMAIL, SECRET, IBAN (checked), CARD (Luhn), SSN, IP, PHONE, ADDRESS (number and street word).
    """
    spans: list[tuple[int, int, str]] = []
    if any(c.isdigit() or c == "@" for c in text) or "password" in text.lower():
        for kind, pattern, valid in _RULES:
            for match in pattern.finditer(text):
                start, end = match.span()
                if all(end <= s or start >= e for s, e, _ in spans) and valid(match.group()):
                    spans.append((start, end, kind))
    parts, masked, place, length = [], [], 0, 0
    for start, end, kind in sorted(spans):
        parts += [text[place:start], f"<{kind}>"]
        length += start - place
        masked.append(Masked(kind, length, length + len(kind) + 2))
        length, place = length + len(kind) + 2, end
    return "".join([*parts, text[place:]]), tuple(masked)


def pseudonym(identifier: str, key: bytes) -> str:
    """A customer's pseudonym from an identifier "kind:value": HMAC-SHA-256, the same over all sources."""
    kind, _, value = identifier.partition(":")
    plain = re.sub(r"[^\d]", "", value)[-10:] if kind == "phone" else value.strip().lstrip("@").lower()
    return "c" + hmac.new(key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()[:20]
