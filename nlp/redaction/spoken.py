"""Numbers and addresses as they are dictated: "double oh seven", "jane dot doe at example dot com", "A I B K nine"."""

import re
from collections.abc import Iterable, Mapping

from nlp.redaction import cued
from nlp.redaction.checks import luhn
from nlp.redaction.patterns import STREET
from nlp.redaction.rule import Place, applied, rules


def _named(words: str, values: Iterable[str]) -> dict[str, str]:
    return dict(zip(words.split(), values, strict=True))


UNITS = {
    **_named("zero one two three four five six seven eight nine", "0123456789"),
    **_named("oh o", "00"),
    **_named("cero uno dos tres cuatro cinco seis siete ocho nueve", "0123456789"),
    **_named("null eins zwei drei vier fünf sechs sieben acht neun", "0123456789"),
}
TEENS = _named(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", map(str, range(10, 20))
)
TENS = _named("twenty thirty forty fifty sixty seventy eighty ninety", "23456789")
TIMES = {"double": 2, "triple": 3, "treble": 3}
_NUMBER = "|".join([*UNITS, *TEENS, *TENS, *TIMES, "hundred"])
_BETWEEN = r"(?:[ ,.–-]|dash |hyphen )*"
_RUN = re.compile(rf"\b(?:plus )?(?:(?:{_NUMBER})\b{_BETWEEN}){{3,40}}(?<![ ,.–-])", re.IGNORECASE)
_SIGN = rf"(?:[A-Za-z]|[A-Z]{{2,4}}|\d+|{_NUMBER})\b{_BETWEEN}"
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_ORDINAL = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_TLD = r"(?:com|net|org|edu|gov|info|io|example|[a-z]{2})"
_HOST = rf"at [\w-]+(?: (?:dash|hyphen) [\w-]+)?(?: [\w-]+)?(?: dot [\w-]+){{0,2}} dot {_TLD}\b"

DICTATED = (
    *rules(
        ("EMAIL", rf"\be-?mail(?: address)?(?:['’]s| is|,? it['’]?s)? ((?:[\w'.]+ ){{1,6}}{_HOST})"),
        ("EMAIL", rf"\b(?:[\w']+ (?:dot|underscore|dash|hyphen|point) ){{0,4}}[\w'.]+ {_HOST}"),
        ("IP", rf"\b(?:(?:{_NUMBER}|\d+)\b[ ,]*){{1,4}}(?:dot (?:(?:{_NUMBER}|\d+)\b[ ,]*){{1,4}}){{3}}(?<![ ,])"),
        ("BIRTHDATE", rf"\b(?:{cued.BIRTH})\b(?:['’]s| is| was| on|,|:|\s){{0,4}}((?:(?:{_NUMBER}|{_ORDINAL}|{_MONTH}|of|the|thousand|and)\b[ ,-]*){{3,12}}(?<![ ,-]))"),
        flags=re.IGNORECASE,
    ),
    *rules(
        ("ADDRESS", rf"(?:\b(?i:flat|apartment|unit) \w+,? )?\b(?:(?i:{_NUMBER}|and)\b[ -]){{1,7}}(?:[A-Z][\w']+ ){{1,3}}(?:{STREET})\b"
         r"(?:,? (?i:flat|apartment|unit) \w+)?"),
        ("ADDRESS", rf"\b(?i:post ?code|zip(?: code)?)(?:['’]s|\s|is|was|yes|sure|,|:|and|the|it)*\s((?:(?-i:[A-Za-z]|\d+)\b[ ,]*|(?i:{_NUMBER})\b[ ,]*){{4,9}}(?<![ ,]))"),
        ("IBAN", rf"\b(?i:i ?ban|account)(?:['’]s|\s|is|it|then|,)*\s([A-Z] [A-Z] (?:{_SIGN}){{12,40}}(?<![ ,.–-]))"),
        ("IBAN", rf"\b([A-Z] [A-Z] (?:(?i:{_NUMBER})\b{_BETWEEN}){{12,40}}(?<![ ,.–-]))"),
        ("SSN", rf"\b(?i:{cued.NATIONAL})(?: (?i:number|no))?(?:['’]s|\s|is|was|it|,|on the card|that)*\s((?:{_SIGN}){{6,14}}(?<![ ,.–-]))"),
    ),
)  # fmt: skip
_CUES: Mapping[str, tuple[str, int, int]] = {
    "CARD": (r"long number|card(?: number)?|(?:sixteen|fifteen) digits", 12, 19),
    "SECRET": (cued.CODE + r"|your code is|pass ?word", 3, 8),
    "ACCOUNT": (cued.ACCOUNT, 6, 12),
    "SSN": (cued.NATIONAL, 6, 12),
    "ADDRESS": (r"zip(?: code)?", 4, 6),
    "PHONE": (cued.PHONE + r"|my number|(?:her|his|she|he|it)(?:['’]s| is) on|number(?:['’]s| is)|número|area code", 7, 15),
    "": (
        r"order|ticket|invoice|case|ref\w*|tracking|serial|parts?|model|meter|policy|claim|booking|confirmation|contract|"
        r"customer|receipt|flight|press|dial star|total|price|paid|expir\w+|badge|digits on",
        13, 19,
    ),
}  # fmt: skip
_CUE = re.compile(
    "|".join(rf"\b(?P<k{n}>{pattern})\b" for n, (pattern, _, _) in enumerate(_CUES.values())), re.IGNORECASE
)
_CALLED = re.compile(
    r",? (?:is|that['’]s) (?:(?:my|our|her|his|the|a) )(?:number|mobile|phone|cell|landline)", re.IGNORECASE
)
NEAR = 50
"""Characters before a dictated number in which its cue is looked for."""


def dictated(text: str, place: Place) -> str:
    """The text with what is dictated masked; `place` says by what."""
    text = applied(DICTATED, text, place)
    parts, at = [], 0
    for match in _RUN.finditer(text):
        after = text[match.end() : match.end() + NEAR]
        if kind := _kind(text[max(0, match.start() - NEAR) : match.start()], match.group(), after):
            parts += [text[at : match.start()], place(kind, match.group())]
            at = match.end()
    return "".join([*parts, text[at:]])


def _kind(before: str, run: str, after: str) -> str:
    """The type of a dictated number by the last cue before it, else by its length; "" where it is none."""
    number = figures(run)
    if _CALLED.match(after) and 7 <= len(number) <= 15:
        return "PHONE"
    cues = list(_CUE.finditer(before))
    if cues:
        kind, (_, least, most) = list(_CUES.items())[int(str(cues[-1].lastgroup)[1:])]
        if least <= len(number) <= most:
            return kind or ("CARD" if luhn(number) else "")
        if not kind:
            return ""
    if len(number) == 16 or luhn(number):
        return "CARD"
    if 9 <= len(number) <= 15 and (number[0] == "0" or len(number) >= 10):
        return "PHONE"
    return "PHONE" if len(number) == 7 and number.startswith("555") else ""


def figures(run: str) -> str:
    """The digits of a dictated number: "twenty, seven nine" is 2079, "twenty seven" 27, "nine hundred" is 900."""
    found, times, tens = "", 1, ""
    for word in re.findall(r"[^\W\d_]+|,", run.lower()):
        if word in UNITS:
            found, tens, times = found + (tens + UNITS[word] if tens else UNITS[word] * times), "", 1
            continue
        found, tens = found + (tens and tens + "0"), ""
        times = TIMES.get(word, 1)
        tens = TENS.get(word, "")
        found += TEENS.get(word, "") or ("00" if word == "hundred" else "")
    return found + (tens and tens + "0")
