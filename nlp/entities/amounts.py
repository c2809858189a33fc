"""Amounts of money in a text, and what they come to: a number and a currency."""

import re
from collections.abc import Iterator, Set

from nlp.entities.words import words as listed

_CODES = (
    "GBP|EUR|USD|CHF|SEK|NOK|DKK|PLN|CZK|HUF|RON|CAD|AUD|NZD|SGD|HKD|JPY|CNY|INR|ZAR|NGN|KES|GHS|BRL|MXN|AED|SAR|TRY|"
    "ISK"
)
CURRENCIES = {
    "£": "GBP",
    "€": "EUR",
    "₹": "INR",
    "us$": "USD",
    "a$": "AUD",
    "c$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "r$": "BRL",
    "quid": "GBP",
    "pound": "GBP",
    "pence": "GBP",
    "p": "GBP",
    "euro": "EUR",
    "zł": "PLN",
    "zloty": "PLN",
    "naira": "NGN",
    "fiver": "GBP",
    "tenner": "GBP",
    **{code.lower(): code for code in _CODES.split("|")},
}
"""What a word or sign means, where that is one currency: "$", "dollars" and "kr" are those of several countries."""

_NUMBER = r"\d{1,3}(?:[  ,.’']\d{3}){1,4}(?:[.,]\d{2})?(?!\d)|\d{1,9}(?:[.,]\d{1,2})?(?!\d)"
_SIGN = rf"(?:US|CA|AU|NZ|HK|[ACSR])?\$|[£€₹¥]|\b(?:{_CODES})(?=[ \d])|\bRs\.?"
_UNIT = (
    rf"[£€$]|(?:\b|(?<=\d))(?:{_CODES})\b|(?:\b|(?<=\d))(?:euros?|dollars?|bucks|quid|pence|cents?|kr(?:oner|onor)?|zł|zlotys?|francs?|rupees?|"
    r"rand|pesos?|naira|shillings?|p)\b|\bpounds?\b(?! (?:of|heav|light|over|under))"
)
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_UNITS = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * n
    for n, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), start=2)
}
_TENS = "ten|eleven|twelve|fifteen|" + "|".join(word for word, number in _UNITS.items() if number >= 20)
_WORD = "|".join([*sorted(_UNITS, key=len, reverse=True), "hundred", "thousand"])
_SAID = (
    rf"\b(?:(?:an? (?=hundred|thousand))?(?:{_WORD})(?:[ -](?:and )?(?:an? (?=hundred|thousand))?(?:{_WORD})\b){{0,8}})"
)
_AMOUNT = re.compile(
    rf"(?P<sign>{_SIGN}) ?(?P<first>{_NUMBER})(?P<thousand> ?k\b)?|"
    rf"(?<![\w.,/#-])(?P<last>{_NUMBER})(?P<kilo>k)?[  -]?(?P<unit>{_UNIT})|"
    r"\b(?P<coin>fiver|tenner)\b",
    re.IGNORECASE,
)
_WORDED = re.compile(
    rf"(?P<said>{_SAID})[ -](?P<of>euros?|dollars?|bucks|quid|pence|cents?|pounds?(?! (?:of|heav|light|over|under)))\b"
    rf"(?P<rest>(?<=pound) (?:{_TENS})(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?\b)?",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:charged|billed|paid|pay|pays|took|taken|taking|owe|owes|refunded|credited|costs?|(?:fee|price|refund|bill|deposit|balance|"
    r"total|payment|charge|credit|instalment|premium|cost) (?:of|is|was|from)) (?:(?:me|us|you|only|just|about|over|nearly|another|an "
    r"extra|exactly) ){0,2}(?P<paid>\d{2,7}(?:[.,]\d{3})*(?:[.,]\d\d)?)(?![\w%:/-]|[.,]\d| ?(?:am|pm|%))"
    r"(?= *(?:$|[.,;:!?)\"]|(?:a|an|per|each|every|in|to|by|and|but|on|of|extra|more|less|instead|too|from|when|for (?:a|the|an|my|it))\b))|"
    r"(?<!\bat )(?<!\bby )(?<!\bto )(?<!\btill )(?<!\buntil )(?<!\bbefore )(?<!\bafter )(?<!= )(?<![\w.,:/£€$#-])(?P<cents>\d{1,6}\.\d\d)(?![\w%:/-]|[.,]\d| ?(?:am|pm|%|°|x|stars?|kg|g|km|m|miles?|gb|mb|hours?|h|inch|cm|litres?|v|kwh|w|a)\b)",
    re.IGNORECASE,
)
_COINS = frozenset(("fiver", "tenner"))
_MARKS = re.compile("[$£€₹¥]")
_UNITED = _COINS | listed(
    """
    euro euros dollar dollars buck bucks quid pence cent cents kr kroner kronor z zloty zlotys franc francs rupee rupees
    rand peso pesos naira shilling shillings p pound pounds rs
    """
).union(_CODES.lower().split("|"))
"""Where none of these words and signs is, there is no _AMOUNT ("zł" is the word "z" here)."""
_PAID = listed(
    """
    charged billed paid pay pays took taken taking owe owes refunded credited cost costs fee price refund bill deposit
    balance total payment charge credit instalment premium
    """
)
_CENTS = re.compile(r"\d\.\d\d")
"""Where neither they nor one of _PAID is, there is no _BARE."""
_MONEY = listed("euro euros dollar dollars bucks quid pence cent cents pound pounds")
_FIGURES = re.compile(r"\d")


def amounts(text: str, words: Set[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each amount; `words`: those of the text, in lower case.

    The value is "number currency", such as "1299.50 GBP". A sign that several countries share stays as written ("40
    $"); the value is "" where the number can be read in two ways (1.299 €) or no currency is said.
    """
    figures = _FIGURES.search(text)
    if (figures and not words.isdisjoint(_UNITED)) or not words.isdisjoint(_COINS) or (figures and _MARKS.search(text)):
        yield from ((match.start(), match.end(), _value(match)) for match in _AMOUNT.finditer(text))
    if figures and (not words.isdisjoint(_PAID) or _CENTS.search(text)):
        yield from ((*match.span(match.lastgroup or 0), "") for match in _BARE.finditer(text))
    if not words.isdisjoint(_MONEY):
        yield from ((match.start(), match.end(), _value(match)) for match in _WORDED.finditer(text))


def _value(match: re.Match[str]) -> str:
    found = match.groupdict("")
    if coin := found.get("coin"):
        return f"{5 if coin.lower() == 'fiver' else 10} GBP"
    word = (found.get("sign") or found.get("unit") or found["of"]).strip(" .").lower()
    number = spelled(found["said"]) if "said" in found else figure(found["first"] or found["last"])
    if number is None:
        return ""
    number *= 1000 if found.get("thousand") or found.get("kilo") else 1
    number += (spelled(found.get("rest", "")) or 0) / 100
    currency = CURRENCIES.get(word) or CURRENCIES.get(word.removesuffix("s"), word)
    return f"{_plain(number / 100 if word in ('p', 'pence') else number)} {currency}"


def _plain(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:.2f}"


def figure(written: str) -> float | None:
    """1,299.50 and 1.299,50 and 1 299,5; None where one mark stands before three digits and may be either."""
    digits = re.sub(r"[  ’']", "", written)
    marks = re.findall(r"[.,]", digits)
    if not marks:
        return float(digits)
    whole, _, rest = digits.rpartition(marks[-1])
    if len(rest) == 3 and len(set(marks)) == 1:
        return float(re.sub(r"\D", "", digits)) if len(marks) > 1 or marks[0] == "," else None
    return float(f"{re.sub(r'[^0-9]', '', whole)}.{rest}")


def spelled(said: str) -> float | None:
    """ "eight hundred and ninety" -> 890; None for what is no number, such as "one two three"."""
    total = part = 0
    last = 0
    for word in re.findall(r"[a-z]+", said.lower()):
        if word in _UNITS:
            value = _UNITS[word]
            if last and not (last == 100 or (20 <= last < 100 and value < 10)):
                return None
            part, last = part + value, value
        elif word == "hundred":
            part, last = max(part, 1) * 100, 100
        elif word == "thousand":
            total, part, last = (total + max(part, 1)) * 1000, 0, 100
    return float(total + part)
