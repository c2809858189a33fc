"""Numbers by which a company finds an order, a booking, an invoice, a case, a parcel; none of accounts or people."""

import re
from collections.abc import Iterator, Set

from nlp.entities.words import words as listed

_THING = (
    r"(?:sales |purchase |work |repair |web |online )?(?:order|booking|reservation|reference|ref|case|ticket|claim|"
    r"invoice|tracking|quote|quotation|parcel|consignment|shipment|delivery note|credit note|waybill|awb|rma|(?-i:Return)|"
    r"po|complaint|incident|confirmation|receipt|request|enquiry|inquiry|application|transaction|transfer|payout|pnr|docket|voucher|"
    r"job|itinerary|dispute)s?"
)
_CALLED = r"(?:[ -]?(?:number|numbers|no\.?|nr\.?|num|code|id|ref(?:erence)?|#|№)(?:['’]?s)?)"
_SAID = r"(?:[ ,:=-]*(?:\b(?:is|was|it['’]?s|that['’]?s|um+|uh+|er+|the|of the form|ends? (?:in|with)|ending)\b)?){0,3}"
_CODE = (
    r"(?!(?:19|20)\d\d(?![\w-]|[/.]\d))#?(?:[A-Z]{1,6}[- /]?)?\d[A-Z\d]*(?:[-/.][A-Z\d]+){0,4}"
    r"(?:[- ][A-Z]{1,3}(?![A-Za-z']))?|"
    r"(?=[A-Z]*\d)[A-Z\d]{5,12}"
)
_DIGIT = r"(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|treble|triple)"
_DIGITS = rf"(?:{_DIGIT}[ ,-]+){{2,14}}{_DIGIT}\b"
_MASKED = r"<(?:PHONE|CARD|IBAN|SSN)>"
_NAMED = re.compile(
    rf"(?<!\bto )(?<!\bcan )(?<!\bcould )(?<!\bI )(?<!\bwe )(?<![\w-])(?i:{_THING})\b"
    rf"(?:(?i:{_CALLED})?(?i:{_SAID})[ (:#\"“']*)(?P<code>(?-i:{_CODE})|{_MASKED})(?![\w£€%]|[.,:]\d| "
    r"(?:[a-z]+ (?:of|for me)|x|x\d|litres?|units?|items?|days?|weeks?|hours?|hrs|minutes|mins|times|people|euros?|pounds?|quid|percent)\b)"
)
_SPOKEN = re.compile(rf"\b{_THING}{_CALLED}{_SAID}[ ,]*(?P<code>{_DIGITS})", re.IGNORECASE)
_LETTERS = re.compile(
    r"(?i:\b(?:booking|confirmation|reservation|pnr|locator)\b(?:[ -](?:ref(?:erence)?|code|number|no\.?|locator))?)"
    r"(?i:[ :]+(?:is )?)(?P<code>(?-i:[A-Z\d]{6}))\b"
)
_BARE = re.compile(
    r"(?<![\w#&;/-])(?P<code>#\d{4,12}|(?-i:[A-Z]{2,5}-?(?:\d{4,12}(?:-[A-Z\d]{1,6})?|\d{2,6}-\d{2,8})))(?![\w-])"
)
_OTHER = re.compile(
    r"\b(?:account|contract|policy|customer|member(?:ship)?|meter|serial|model|asset|tag|card|error|code|part|flight|room|"
    r"licence|license|plate|iban|phone|version|article|item|sku|unit|imei)(?: (?:number|no\.?|id|tag|code))?"
    r"(?: (?:is|was))?[ :#]*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z#]")
_THINGS = listed(
    """
    order booking reservation reference ref case ticket claim invoice tracking quote quotation parcel consignment shipment
    delivery credit waybill awb rma return po complaint incident confirmation receipt request enquiry inquiry application
    transaction transfer payout pnr docket voucher job itinerary dispute locator orders bookings invoices tickets parcels
    claims quotes cases references refs returns requests receipts
    """
)
_NUMERALS = frozenset(
    ("zero", "oh", "nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double", "triple")
)
_LOCATORS = frozenset(("booking", "confirmation", "reservation", "pnr", "locator"))
_FIGURES = re.compile(r"\d|<")
_MARKED = re.compile(r"[#\d](?:(?<=#)\d{4}|(?<=[A-Z]{2}\d)|(?<=[A-Z]{2}-\d))")
SHORTEST = 3
"""Digits of a number, unless letters are among them."""


def references(text: str, words: Set[str]) -> Iterator[tuple[int, int]]:
    """[start, end) of each reference, in no order; `words`: those of the text, in lower case.

    One that privacy masks is its placeholder, where it is called a reference.
    """
    if not words.isdisjoint(_THINGS):
        patterns = (
            *((_NAMED,) if _FIGURES.search(text) else ()),
            *((_SPOKEN,) if not words.isdisjoint(_NUMERALS) else ()),
            *((_LETTERS,) if not words.isdisjoint(_LOCATORS) else ()),
        )
        for pattern in patterns:
            yield from (m.span("code") for m in pattern.finditer(text) if _long(m["code"]))
    if _MARKED.search(text):
        for match in _BARE.finditer(text):
            if not _OTHER.search(text[max(0, match.start() - 40) : match.start()]):
                yield match.span("code")


def _long(code: str) -> bool:
    return sum(c.isdigit() for c in code) + bool(_WORD.search(code)) >= SHORTEST or not any(map(str.isdigit, code))
