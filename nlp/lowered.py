"""People whose names are written in lower case, as in chats and transcripts: first names that are no words, with the
surnames after them; a name that is a word or a town only where the words around tell a person."""

import re
from collections.abc import Iterator

from nlp.ordinary import GIVEN, LOCATED, WORDS, ordinary, places, words

NEAR = 40
"""Characters before and after a name in which what tells it is looked for."""
Span = tuple[int, int]
Lists = tuple[frozenset[str], frozenset[str]]
"""First names and last names, in lower case."""
PLAIN = words(
    """
    ali alto ana arent arts asa ball ban bare barr bas bath bean beer berry black block bond bones brands brick
    bridge bull burger camp canal cant car carrier cas cases clear coca cock cook corral cross cruise curry dar
    dare das deep del den der dev dickens die doe edu english eta fall fee ferry fico flood flowers foot forget
    fresh fry geo glass glasses grand grill gross gun hacker hand hay held hell hills holder hook horn hug ima
    ing isa jai jug key killer kis lamb lea lie limo list loo lord low made mall man mani marks master mil moon
    moss mountain nada nan nee oak okey pages pal palm parent pier pol pop pope post power powers put ram rama
    read reader real repo ring romaine room sales salmon sans sellers sen sep seven sha shields silk small snow
    sol sparks stock story strong sur swift tack tank tata tia toms too van ville wal wall ware water way weeks
    white wild wise york
    """
)
"""Names of the lists that are mostly words where they stand in lower case."""
_UNSURE = WORDS | LOCATED | PLAIN
_LONELY = words(
    """
    alfredo angeles bela cali charlotte cielo deb dee diego disney francisco hilton ine jan lincoln luna madonna
    margarita max montgomery rica sade sal sayin smith stella trenton woody
    """
)
"""Those that are a thing, a town or a brand as often: alone, they need to be said to be people."""
_VERBS = words("will may can hope grant mark art guy bill earnest rich reed rob grace frank joy patience")
"""What a person may do, or be: after "my husband" no name."""
_WORD = re.compile(r"(?<![\w@#&/.'’-])[a-zà-öø-ÿ][a-zà-öø-ÿ'’-]*[a-zà-öø-ÿ](?![\w@]|[./]\w)")
_KIN = (
    "brother|sister|husband|wife|partner|mum|mom|mother|dad|father|son|daughter|grandson|granddaughter|grandad|gran|nan|grandma|"
    "granny|uncle|aunt|auntie|cousin|niece|nephew|boyfriend|girlfriend|fianc[ée]e?|stepson|stepdaughter"
)
_CALLED = re.compile(
    rf"\b(?:hi|hello|hey|hiya|dear|thanks|thank you|thx|ty|cheers|merci|"
    rf"(?:good )?(?:morning|afternoon|evening)|surname|(?:{_KIN})|"
    r"(?:agent|technician|engineer|driver|manager|supervisor|advis[eo]r|colleague|assistant|representative|rep|nurse|friend|neighbou?r|"
    r"landlord|carer|guy|lad|lady|bloke|chap|fella)|this is|i['’]?m|i am|it['’]?s|that['’]?s|"
    r"with|ask for|contact|attention|attn|"
    r"mein name ist|me llamo|je m['’]appelle|mi nombre es|i(?:ch)? hei(?:ß|ss)e),? $",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:(?:spoke|speak|speaking|spoken|talk|talked|talking|chatted|chatting) (?:to|with)|named|"
    r"(?:was|is|['’]s|he['’]?s|she['’]?s|"
    r"guy|lad|lady|girl|agent|someone|somebody|person|man|woman) called|name(?:['’]?s| is| was)) $",
    re.IGNORECASE,
)
_OF_KIN = re.compile(rf"\b(?:my|his|her|our|your|their) (?:{_KIN}),? $", re.IGNORECASE)
_ACTS = re.compile(
    r",? (?:speaking|here|told (?:me|us)|said|says|promised|rang|hung up|helped me|"
    r"never (?:called|rang|replied|got)|replied|"
    r"answered|from (?:your|the|billing|accounts|support|sales|dispatch|chat|customer|complaints|tech\w*)|"
    r"(?:who|in) (?:works|billing|accounts|"
    r"support|sales|retentions))\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r",? speaking\b", re.IGNORECASE)
_OPENS = re.compile(
    r"(?:^|[\n.!?]|\b(?:hi|hello|hey|hiya|morning|afternoon|evening|yes|yeah|it['’]?s|this is),?) ?$", re.IGNORECASE
)
_DETERMINED = re.compile(r"\b(?:the|an?|san|los|las|fort|saint|st|santa|lake|port|mount|el|la|de) $", re.IGNORECASE)
_SMALL = re.compile(r"[a-zà-öø-ÿ][a-zà-öø-ÿ'’-]+[a-zà-öø-ÿ]")
_CAREFUL = re.compile(r"(?:^|[.!?\n] ?)[A-ZÀ-Þ][a-zß-ÿ'’]")
"""A sentence that begins with a capital."""
_THING = re.compile(
    r"['’]s\b|,? (?:&|account|airport|app|bank|card|college|county|energy|group|hospital|hotel|inc|island|"
    r"ltd|park|road|school|shop|"
    r"stadium|station|store|street|university|valley)s?\b",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"(?<!\d )\b(mr|mrs|ms|mx|dr|miss|herr|frau|señora?)\b\.? (?:and mrs\.? |& mrs\.? )?"
    r"([a-zà-öø-ÿ][a-zà-öø-ÿ'’-]{2,})\b",
    re.IGNORECASE,
)
_TITLES = ("mr", "ms", "mx", "dr", "miss", "herr", "frau", "señor")
_MISSED = re.compile(
    r"\b(?:i|we|you|they|to|will|['’]ll|don['’]?t|didn['’]?t|not|never|really|and|or) $", re.IGNORECASE
)
_SIGNED = re.compile(
    r"(?:regards|thanks|thank you|cheers|sincerely|wishes|love)[ \t]*[,.!–—-]*[ \t]*\n\s*"
    r"([a-zà-öø-ÿ'’-]{3,}(?: [a-zà-öø-ÿ'’.-]+){0,2})[ \t]*(?=\n|$)",
    re.IGNORECASE,
)


def lowered(text: str, lists: Lists) -> Iterator[Span]:
    """Characters [start, end) of names in lower case, in no order."""
    yield from _stated(text, lists)
    if lists[0].isdisjoint(_SMALL.findall(text)):
        return
    careless = not _CAREFUL.search(text)
    words, done = [match.span() for match in _WORD.finditer(text)], 0
    for n, (start, end) in enumerate(words):
        word = text[start:end]
        if start >= done and word in lists[0] and (word in GIVEN or not ordinary(word)):
            last = _tail(text, words, n, lists)
            if _person(text, word, start, last, lists, full=last > end, careless=careless):
                done = last
                yield start, last


def _stated(text: str, lists: Lists) -> Iterator[Span]:
    """After a title, and as a signature."""
    lower = text.lower()
    for match in _TITLED.finditer(text) if any(map(lower.__contains__, _TITLES)) else ():
        title, name = match[1].lower(), match[2]
        if name.islower() and not ordinary(name) and name not in PLAIN:
            sure = title in ("mr", "mrs", "ms", "mx", "herr", "frau") or _listed(name, lists)
            if sure and not (title == "miss" and _MISSED.search(text[max(0, match.start() - NEAR) : match.start()])):
                yield match.span(2)
    for match in _SIGNED.finditer(text) if "\n" in text else ():
        said = match[1].lower().split()
        known = said[0] in lists[0] and (said[0] not in _UNSURE or said[0] in GIVEN)
        if (
            match[1].islower()
            and not any(ordinary(word) and word not in GIVEN for word in said)
            and (known or (said[-1] in lists[1] and said[-1] not in _UNSURE))
        ):
            yield match.span(1)


def _listed(word: str, lists: Lists) -> bool:
    return word in lists[0] or word in lists[1]


def _tail(text: str, words: list[Span], first: int, lists: Lists) -> int:
    """Where the surnames end that follow the word, or the word itself: up to two, each a name and no word."""
    end = words[first][1]
    for start, stop in words[first + 1 : first + 3]:
        word = text[start:stop]
        if start != end + 1 or text[end] != " " or not _listed(word, lists) or ordinary(word) or word in _UNSURE:
            break
        end = stop
    return end


def _person(text: str, word: str, start: int, end: int, lists: Lists, *, full: bool, careless: bool) -> bool:
    """A bare name tells nothing where the writer puts capitals: that of a person would have one."""
    before, after = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    if word in _UNSURE:
        surname = full and text[start + len(word) + 1 : end].split()[0] in lists[1]
        kin = word not in _VERBS and bool(_OF_KIN.search(before))
        opens = bool(_ANSWERS.match(after) and _OPENS.search(before))
        return word in GIVEN and (surname or kin or opens or bool(_SAID.search(before)))
    if full or _CALLED.search(before) or _SAID.search(before) or _ACTS.match(after):
        return True
    town = word in _LONELY or word in places() or _DETERMINED.search(before)
    return careless and not town and not _THING.match(after)
