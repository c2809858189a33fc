"""First and last names of many countries, and where a name that is a word as well ("Will", "Grace", "May") is a person."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from nlp.lowered import lowered
from nlp.once import once
from nlp.ordinary import BRANDS, GIVEN, LOCATED, MONTHS, WORDS, ordinary, places

NEAR = 40
"""Characters before and after a name in which what tells it is looked for."""
Span = tuple[int, int]
Word = tuple[int, int, str]
"""Where a word begins and ends, and the word."""
LISTS = (
    *(
        "en",
        "en_GB",
        "en_IE",
        "en_IN",
        "en_KE",
        "en_NG",
        "en_NZ",
        "en_PK",
        "en_US",
        "de_DE",
        "de_AT",
        "de_CH",
        "fr_FR",
        "fr_CA",
    ),
    *(
        "es_ES",
        "es_MX",
        "it_IT",
        "nl_NL",
        "nl_BE",
        "pl_PL",
        "pt_PT",
        "pt_BR",
        "sv_SE",
        "da_DK",
        "no_NO",
        "fi_FI",
        "cs_CZ",
    ),
    *("hu_HU", "ro_RO", "hr_HR", "sk_SK", "sl_SI", "tr_TR", "yo_NG", "ha_NG", "ig_NG", "zu_ZA"),
)
"""Faker's lists of names in Latin letters; its texts are not used."""
_CAPITAL = r"[^\W\d_a-z](?:[\w'’]*[^\W\d_A-Z][\w'’]*)(?:-[^\W\d_]\w*)*"
_RUN = re.compile(
    rf"(?<![\w@#<&/.])(?:{_CAPITAL}|[A-Z]\.?(?= [A-Z]))(?: (?:(?:van|de|der|den|von|la|di|da|del|al|bin|el|ní|mac) )*(?:{_CAPITAL}|[A-Z]\.))*"
)
_NAMED = re.compile(
    r"\b(?:hi|hello|hey|hiya|dear|thanks|thank you|thx|ty|cheers|named|(?:was|is|['’]s|guy|lad|lady|girl|agent|someone|person|man|woman|stranger) called|"
    r"name(?:['’]?s| is| was)|ask for|mr|mrs|ms|dr|miss|mister) *[\"“‘]?$",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(?:\b(?:hi|hello|hey|hiya|dear|thanks|thank you|thx|ty|cheers|merci|morning|afternoon|evening|sorry|named|surname(?: from| is)?|"
    r"(?:was|is|['’]s|guy|lad|lady|girl|agent|someone|person|man|woman|stranger) called|"
    r"name(?:['’]?s| is| was| should (?:be|read)| on [\w ]{3,20}(?: is)?)?|(?:spoke|speak|speaking|spoken|talk|talked|talking|chatted) (?:to|with)|"
    r"ask for|tell|contact|agent|driver|engineer|technician|fitter|colleague|manager|admin|supervisor|nurse|adviser|advisor|rep|dba|"
    r"assistant|representative|operator|clerk|receptionist|cashier|teller|electrician|plumber|solicitor|accountant|teacher|tutor|trainer|"
    r"developer|neighbou?r|flatmate|roommate|housemate|boyfriend|girlfriend|fianc[ée]e?|stepson|stepdaughter|lady|chap|bloke|"
    r"brother|sister|husband|wife|partner|mum|mom|mother|dad|father|son|daughter|grandson|granddaughter|grandad|gran|nan|grandma|granny|"
    r"uncle|aunt|auntie|cousin|pal|friend|landlord|niece|nephew|carer|guy|lad|bloke|shout ?out to|i['’]?m|i am|this is|mr|mrs|ms|mx|dr|miss|mister|"
    r"promote|keep|says|familie|frau|herr|signor|imię|nome|nombre es|heiße|m['’]appelle) *[\"“‘]?|(?:^|[.!?\n] *)[\"“‘]?(?:it['’]s|yes|no|ok|okay|right) )$",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"[\"”’]?(?:,? (?:speaking|here|calling|told|said|says|promised|rang|called|hung up|helped|fixed|gave|sent|took|knew|wrote|who|robbed|"
    r"never|tried|came|went|sorted|handled|answered|picked|phoned|emailed|mailed|replied|took|set|swore|confirmed|approved|explained|apologi[sz]ed|"
    r"from (?:your|the|billing|accounts|support|sales|dispatch|chat|customer|complaints)|at (?:your|the)|in (?:billing|accounts|support|sales|retentions))\b"
    r"|['’]s (?:mum|mom|dad|wife|husband|phone|account|order|email|call|reply|answer)\b)",
    re.IGNORECASE,
)
_SEASON = re.compile(r"[\"”’]?(?:,? (?:(?:was|is|did|does|has|had)(?:n['’]?t)?|will|works|approved)\b)", re.IGNORECASE)
_OWNED = re.compile(r"\b(?:my|your|our|his|her|their|no) $", re.IGNORECASE)
_LIVES = re.compile(
    r" (?:wasn['’]?t|isn['’]?t|didn['’]?t|doesn['’]?t|told|said|says|promised|works here|by that name|at this (?:number|address))\b"
)
_DETERMINED = re.compile(
    r"(?:\b(?:my|your|our|the|an?|his|her|their|this|that|any|each|every|some|no|last|next|early|late|in|on|since|until|till|of|mid) |[^\s\"“‘(>])$",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"(?:^|[.!?:\n]\s*)$")
_AT = re.compile(r"\b(?:at|to|near|in|from|leaving|via|for|outside|visit) $|, $", re.IGNORECASE)
_WITHIN = re.compile(r"[a-zß-ÿ,;:’'] +[\"“‘(]?$|^[\"“‘]$|>\s?$")
_THING = re.compile(
    r"(?:['’]s)?,? ?(?:(?:account|app|bank|branch|card|street|road|hotel|valley|island|station|airport|park|store|shop|period|team|support|"
    r"hub|city|county|university|hospital|school|college|court|ltd|inc|llc|gmbh|co|group|energy|insurance)(?:s|es)?\b|& )",
    re.IGNORECASE,
)
_SPELT = re.compile(r"\b(?:spell|name|sure\b)|[A-Z][a-z]+,? *$|that['’]s $")
_SPELLED = re.compile(r"(?<![\w.])[A-Z](?:(?:[ -]| hyphen | dash )[A-Z](?![\w'’])){2,20}")
_LETTERED = re.compile(
    r"(?:plan|vitamin|type|grade|class|block|unit|option|part|section|exhibit|step|note|hepatitis|appendix|figure) $",
    re.IGNORECASE,
)


@once
def first_names() -> frozenset[str]:
    """In lower case, of at least three letters."""
    return frozenset(_listed("first_names"))


@once
def last_names() -> frozenset[str]:
    """In lower case, of at least three letters."""
    return frozenset(_listed("last_names"))


def _listed(kind: str) -> Iterator[str]:
    for name in LISTS:
        provider: Any = import_module(f"faker.providers.person.{name}").Provider
        for attribute in dir(provider):
            found = getattr(provider, attribute) if attribute.startswith(kind) else ()
            for entry in () if isinstance(found, property) else found or ():
                yield from (word.lower() for word in re.split(r"[ -]", entry) if len(word) > 2)


def people(text: str) -> Iterator[Span]:
    """Characters [start, end) of what the lists, and the words around, tell to be people; in no order."""
    for run in _RUN.finditer(text):
        yield from _in_run(text, run)
    for match in _SPELLED.finditer(text):
        if _SPELT.search(text[max(0, match.start() - NEAR) : match.start()]):
            yield match.span()
    yield from lowered(text, (first_names(), last_names()))


def _in_run(text: str, run: re.Match[str]) -> Iterator[Span]:
    """The longest names of a run of capitalised words, from each word that may begin one."""
    words = [(run.start() + m.start(), run.start() + m.end(), m.group()) for m in re.finditer(r"\S+", run.group())]
    at = 0
    while at < len(words):
        length = _length(text, words[at:])
        if length:
            start, end = words[at][0], words[at + length - 1][1]
            yield start, end - len(re.search(r"(?:['’]s?)?$", text[start:end]).group())  # type: ignore[union-attr]
        at += length or 1


def _length(text: str, words: list[Word]) -> int:
    """How many of the words are the name that begins with the first; 0 where none does."""
    start, _, word = words[0]
    plain, tail = _plain(word), _tail(words)
    before, after = text[max(0, start - NEAR) : start], text[words[tail - 1][1] : words[tail - 1][1] + NEAR]
    if ordinary(plain) and plain not in WORDS:
        return 0
    called = bool((_NAMED if plain in BRANDS else _CALLED).search(before))
    if len(word.rstrip(".")) == 1:
        return tail if tail > 1 and (called or _initial(word, words[1][2], before)) else 0
    if called:
        return tail
    if _THING.match(after) or plain not in first_names():
        return 0
    surname = _plain(words[1][2]) if tail > 1 else ""
    return tail if _person(plain, surname, before, after, alone=tail == len(words)) else 0


def _initial(letter: str, surname: str, before: str) -> bool:
    return _plain(surname) in last_names() or (letter.endswith(".") and not _LETTERED.search(before))


def _person(plain: str, surname: str, before: str, after: str, *, alone: bool) -> bool:
    """Whether a first name is meant as one. One that is a word or a town needs a surname, something that people do, or a
    capital within a sentence."""
    if plain not in WORDS | LOCATED and plain not in places():
        return bool(surname) or not before.lower().endswith("the ")
    if surname in last_names() and not (ordinary(plain) and plain not in GIVEN and _BEGINS.search(before)):
        return True
    if plain in GIVEN and _OWNED.search(before) and _LIVES.match(after):
        return True
    if plain in BRANDS or _DETERMINED.search(before):
        return False
    if _ACTS.match(after) or (plain in GIVEN - MONTHS and _SEASON.match(after)):
        return True
    given = plain in GIVEN - MONTHS or (plain not in WORDS | LOCATED and not _AT.search(before))
    return given and alone and bool(_WITHIN.search(before))


def named(text: str, start: int, end: int) -> bool:
    """Whether the lists or the words around tell that something taken for a name may be one."""
    said = [_plain(word) for word in re.split(r"[ -]", text[start:end])]
    words = set(said) - WORDS - LOCATED
    if words & first_names() or words & last_names() or (words and len(said) in (2, 3) and "xxxx" not in words):
        return not _THING.match(text[end : end + 30])
    return bool(_CALLED.search(text[max(0, start - 40) : start]) or _ACTS.match(text[end : end + 30]))


def _tail(words: list[Word]) -> int:
    """The first word and what may be its surnames: up to three words that are no ordinary ones."""
    length = 1
    for _, _, word in words[1:4]:
        if words[length - 1][2].endswith(("'s", "’s")) or (ordinary(word) or _plain(word) in MONTHS):
            break
        length += 1
    return length


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$|\.$", "", word).lower()
