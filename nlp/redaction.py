"""Masks personal data by patterns, and makes pseudonyms, before anything else sees a text."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from ipaddress import AddressValueError, IPv6Address
from typing import NamedTuple

HANDLE = "<HANDLE>"


@dataclass(frozen=True, slots=True)
class Masked:
    """What was masked: its type, and where the placeholder stands in the redacted text."""

    kind: str
    start: int
    end: int


class Rule(NamedTuple):
    """A pattern, the check that its match must pass, and the placeholder's type. A group, if any, is what is masked."""

    kind: str
    pattern: re.Pattern[str]
    valid: Callable[[str], bool]


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


def _subscriber(text: str) -> bool:
    """A number without separators, by the number plans of some countries: it might be an order's as well."""
    import phonenumbers

    return any(
        phonenumbers.is_valid_number(phonenumbers.parse(text, country))
        for country in ("GB", "IE", "DE", "FR", "IT", "NL", "AU")
    )


def _ip(text: str) -> bool:
    return all(int(part) <= 255 for part in text.split("."))


def _ipv6(text: str) -> bool:
    try:
        return len(text) > 2 and bool(IPv6Address(text))
    except AddressValueError:
        return False


def _always(_text: str) -> bool:
    return True


def _rules(*rules: tuple[str, str, Callable[[str], bool]], flags: int = 0) -> tuple[Rule, ...]:
    return tuple(Rule(kind, re.compile(pattern, flags), valid) for kind, pattern, valid in rules)


_STREET = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Way|Terrace|Crescent|Place|Square|Boulevard|Blvd|"
    r"Mews|Grove|Gardens|Parade|Highway|Hwy|Parkway|Pkwy|Circle|Alley|Wharf"
)
_STATES = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
_AT = _rules(
    ("URL_LOGIN", r"(?<=://)[^\s/:@<>]{1,64}:[^\s/@<>]{1,64}(?=@)", _always),
    ("EMAIL", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b", _always),
)
_SECRETS = _rules(
    ("SECRET", r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^<>]{1,8000}?-----END [A-Z ]{0,20}PRIVATE KEY-----", _always),
    ("SECRET", r"\b(?:sk|pk|rk|gh[opsu]|github_pat|glpat|xox[abops]|akia|asia|aiza|ya29)[-_.]?[\w-]{16,255}", _always),
    ("SECRET", r"\beyj[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{4,2000}", _always),
    ("SECRET", r"\bbearer\s+([\w.~+/-]{16,2000}=*)", _always),
    ("SECRET", r"[?&](?:access_|api_?)?(?:token|key|sig|secret|password|auth|code)=([^\s&#<>]{6,2000})", _always),
    ("SECRET", r"\b(?:password|passwort|passcode|passphrase|pwd|secret|api[ _-]?key|access[ _-]?token|pin(?: code)?)"
     r"(?:\s*[:=]\s*|\s+(?:(?:is|was)\s+)?(?=[^\s<>]*[\d#$%&*_@]))[\"'“‘]?([^\s<>\"'”’]{3,79}[^\s<>\"'”’,;.!?)])",
     _always),
    flags=re.IGNORECASE,
)  # fmt: skip
_NUMBERS = _rules(
    ("IBAN", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
    ("CARD", r"(?<![\d/-])\d(?:[ -]?\d){12,18}(?![\d/-])", _luhn),
    ("SSN", r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", _always),
    ("SSN", r"(?i:\bssn|\bsocial security(?: number)?)(?: is| was)?[:#]? ?(\d{3}[- ]?\d{2}[- ]?\d{4})\b", _always),
    ("SSN", r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b", _always),
    ("IP", r"(?<![\w.])(?<!version )(?<!firmware )(?<!release )(?<!update )\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d)", _ip),
    ("IP", r"(?<![\w:.])(?:[\da-fA-F]{0,4}:){2,7}[\da-fA-F]{0,4}(?![\w:])", _ipv6),
    ("PHONE", r"(?<![\w+])(?:\+\d{1,3}[ .-]?)(?:\(?\d{1,5}\)?[ .-]?){2,5}\d(?!\w)", _phone),
    ("PHONE", r"(?<![\w.-])(?:\(0?\d{2,4}\) ?|0\d{2,4}[ .-])\d{3,4}[ .-]?\d{3,4}(?![\w-]|\.\d)", _phone),
    ("PHONE", r"(?<![\w.-])0\d{1,3}(?: \d{2,4}){2,4}(?![\w-]|\.\d)", _phone),
    ("PHONE", r"(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])|(?<![\w-])555[- ]\d{4}(?![\w-])", _phone),
    ("PHONE", r"(?<![\w.#-])(?<!order )(?<!ticket )(?<!invoice )0\d{8,10}(?![\w-]|\.\d)", _subscriber),
    ("PHONE", r"(?i:\b(?:tele)?phone|\bmobile|\bcell|\btel|\bwhatsapp)(?: number| no\.?)?(?: is| on| at)?[:.]? ?"
     r"(\(?\d[\d ().-]{6,18}\d)(?![\w-])", _phone),
)  # fmt: skip
_SPOKEN = _rules(
    ("EMAIL", r"\b(?:[\w']+ (?:dot|underscore|dash|hyphen) ){0,4}[\w']+ at [\w-]+(?: [\w-]+)?(?: dot [\w-]+){0,2} dot "
     r"(?:com|net|org|edu|gov|info|io|ie|uk|de|fr|eu)\b", _always),
    ("PHONE", r"\b(?:(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple)\b[ ,.-]*){8,20}(?<![ ,.-])",
     _always),
    flags=re.IGNORECASE,
)  # fmt: skip
_PLACES = _rules(
    ("ADDRESS", rf"\b\d{{1,5}}[a-zA-Z]? (?:[A-Z][\w']+ ){{1,3}}(?:{_STREET})\b\.?", _always),
    ("ADDRESS", r"\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|str\.|weg|platz|allee) \d{1,4}[a-z]?\b", _always),
    ("ADDRESS", r"\b[A-Z]{1,2}\d[A-Z\d]? \d(?!GB|TB)[ABD-HJLNP-UW-Z]{2}\b", _always),
    ("ADDRESS", rf"\b(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?\b", _always),
)  # fmt: skip
_MAIL = re.compile(r"[\w+-]@\w|://\S*@")
_LONG = re.compile(r"[\w.~+/-]{16}")
_HINTS = ("passw", "passc", "passp", "pwd", "secret", "bearer", "api", "token", "pin", "-----begin", "=")
_DICTATED = (" dot ", " oh ", "zero ", "double ", " nine ")
_DIGIT = re.compile(r"\d")
_MENTION = re.compile(r"(?<![\w@./])(?:@(\w{2,30})|/?u/([\w-]{3,20}))\b")
_PLACEHOLDER = re.compile(r"<(URL_LOGIN|EMAIL|SECRET|IBAN|CARD|SSN|IP|PHONE|ADDRESS)>")


def redact(text: str) -> tuple[str, tuple[Masked, ...]]:
    """The text with `<EMAIL>`-like placeholders, and what was masked. Applying it twice changes nothing.

    Types: URL_LOGIN, EMAIL, SECRET (keys, tokens, passwords), IBAN (checked), CARD (Luhn), SSN (and other national
    numbers), IP (4 and 6), PHONE, ADDRESS (number and street, postcode). A text without digit, @ or a word such as
    "password" costs next to nothing.
    """
    before = None
    while text != before:  # a mask can free what stood beside it; each pass leaves less to mask
        before = text
        text = _once(text)
    if "<" not in text:
        return text, ()
    return text, tuple(Masked(m.group(1), m.start(), m.end()) for m in _PLACEHOLDER.finditer(text))


def _once(text: str) -> str:
    """Only the rules that the text gives cause for: the others would cost the most and find nothing."""
    digits = len(_DIGIT.findall(text))
    lower = text.lower()
    rules = (
        *(_AT if "@" in text and _MAIL.search(text) else ()),
        *(_SECRETS if any(hint in lower for hint in _HINTS) or _LONG.search(text) else ()),
        *(_NUMBERS if digits >= 4 else ()),
        *(_PLACES if digits else ()),
        *(_SPOKEN if any(word in lower for word in _DICTATED) else ()),
    )
    for kind, pattern, valid in rules:
        text = pattern.sub(partial(_placed, kind=kind, valid=valid), text)
    return text


def _placed(match: re.Match[str], *, kind: str, valid: Callable[[str], bool]) -> str:
    whole, part = match.group(), match.group(match.lastindex or 0)
    if not valid(part):
        return whole
    start = match.start(match.lastindex or 0) - match.start()
    return f"{whole[:start]}<{kind}>{whole[start + len(part) :]}"


def mask_handles(text: str, *, keep: Iterable[str] = ()) -> str:
    """The text with every @handle, and u/handle as Reddit writes it, as `<HANDLE>`, but those of the names to `keep`,
    such as the company's own."""
    if "@" not in text and "u/" not in text:
        return text
    kept = [_letters(name) for name in keep]

    def masked(match: re.Match[str]) -> str:
        handle = _letters(match[1] or match[2])
        is_kept = any(name and (name.startswith(handle) or handle.startswith(name)) for name in kept)
        return match[0] if is_kept else HANDLE

    return _MENTION.sub(masked, text)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def pseudonym(identifier: str, key: bytes) -> str:
    """A customer's pseudonym from an identifier "kind:value": HMAC-SHA-256, the same over all sources."""
    kind, _, value = identifier.partition(":")
    plain = re.sub(r"[^\d]", "", value)[-10:] if kind == "phone" else value.strip().lstrip("@").lower()
    return "c" + hmac.new(key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()[:20]
