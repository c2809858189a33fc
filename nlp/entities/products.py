"""Products in a text: by a name with a model, by a plan's name, or by a kind precise enough to count by."""

import re
from collections.abc import Iterator, Sequence, Set

from nlp.entities.goods import COMPOUNDS, HEADS, KINDS, THINGS
from nlp.entities.words import words as listed

_MODEL = r"(?:\d{1,4}[a-zA-Z]{0,2}|[A-Z]{1,3}-?\d{1,4}[a-zA-Z]?|Pro|Max|Plus|Mini|Lite|Ultra|Premium|Basic|Duo|XL|SE|Go|One|Classic)"
_NAMED = re.compile(
    rf"(?<![\w@#.'-])(?P<model>(?:[A-Z][a-z]+(?:[A-Z]\w*)?|[a-z][A-Z][a-z]+)(?: {_MODEL}(?![\w%:.,-]*\d)(?!-)\b){{1,3}})|"
    r"(?<![\w@])(?P<known>iPhones?|iPads?|MacBooks?|AirPods|PlayStation|PS[345]|Xbox|Kindle|Chromebook|Photoshop|Premiere Pro|"
    r"Minecraft|GTA(?: Online| ?[5V])?|Windows (?:\d+|XP)|Office 365|Alexa)\b|"
    r"\b(?:to|on|from|take|taking|get|have|of|with|your|for|choose|chose|bought) (?P<tier>Plus|Premium|Silver|Gold|Platinum|Basic|Pro|Business|"
    r"Standard|Lite|Family|Starter|Team|Enterprise|Ultimate|Unlimited|Max)\b(?! [A-Za-z]*(?:[A-Z]|plan|tariff|tier|package|subscription|membership|card|account|class))|"
    r"(?<![\w@'])(?P<plan>(?:[A-Z][\w+]+ ){1,2})(?=(?:plan|tariff|package|tier|bundle|subscription|membership|module|edition|licence|policy|card|account)\b)"
)
_CAPITALS = re.compile(
    r"[A-Z\d](?:(?<=\w .)(?:(?<=\d)|[a-z]|[A-Z]{0,2}-?\d|L\b|E\b)|"
    r"[\w+]+ (?:plan|tariff|package|tier|bundle|subscription|membership|module|edition|licence|policy|card|account)\b)"
)
"""All of _NAMED have one of these, but those that begin with one of _KNOWN: looked for at capitals and digits alone."""
_KNOWN = listed(
    """
    iphone iphones ipad ipads macbook macbooks airpods playstation ps xbox kindle chromebook photoshop premiere minecraft
    gta gtav windows office alexa
    """
)
_NO_MODEL = re.compile(
    r"(?:Order|Ordered|Ticket|Case|Claim|Invoice|Booking|Ref|Reference|Return|Parcel|Receipt|Contract|Reservation|Day|Year|Month|Week|"
    r"Room|Flat|Line|Unit|Lane|Platform|Gate|Terminal|Article|Version|Class|Classes|Step|Stage|Page|Number|Building|Floor|Zone|Row|Seat|Table|"
    r"The|A|An|On|In|At|By|To|For|From|Of|And|Or|But|So|If|My|Our|Your|Need|Only|Since|Between|Bought|Lose|Level|Grade|Group|Part|Serial|"
    r"Mon|Tue|Wed|Thu|Fri|Sat|Sun|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|"
    r"January|February|March|April|June|July|August|September|October|November|December|Christmas|Easter|About|Over|Under|After|Before|"
    r"Paid|Waited|Charged|Got|Have|Has|Had|Is|Are|Was|It|We|I|You|They|Still|Now|Last|Next|First|All|Another|Just|Please|Id|ID|PO|RMA|EUR|USD|GBP|"
    r"Error|Code|Vol|Chapter|Season|Episode|Section|Rule|Question|Option|Size|Age|Rev|Hotel|Shop|Store|Route|Bus|Tram|Train|Flight|Account|Customer|"
    r"Two|Three|Four|Five|Number|Plot|Apartment|Suite|Unit|Kitchen|Team|Under|U|KS|Key|Tier|Band|Bay|Pier|Exit|Junction|Camp|Pitch|Q|"
    r"Yes|No|Not|Hi|Hello|Dear|Going|Try|Let|Go|Minimum|Maximum|Total|Approx|Around|Nearly|Almost|Exactly|Report|Tracking|Confirmation|Application)"
)
_NO_PLAN = re.compile(
    r"(?:The|My|Our|Your|His|Her|Their|This|That|A|An|Which|What|New|Old|Any|Every|No|All|Same|One|Another|Change|Cancel|Close|Delete|Stop|"
    r"Open|Is|Are|Was|Can|Could|Please|Dear|Hi|Hello|I|We|You|Remove|Update|Upgrade|Whose|Whole|Current|First|Second|Two|Three|And|Or|But|For|With|"
    r"End|Manage|View|See|Keep|Take|Get|Want|Add|Put|From|To|On|In|Re|Regarding|Since|If|When|Both|Each|Some|Switch|Move|Renew|Downgrade|Lost|Create|Reset|Our|Good)"
)
_WORD = re.compile(r"[a-z]+")
_ONES = {*HEADS, *THINGS, *(kind.rsplit(" ", 1)[-1] for kind in COMPOUNDS)}
_FORMS = frozenset({*_ONES, *(f"{one}s" for one in _ONES), *(f"{one}es" for one in _ONES), "policies", "buggies"})
_BEFORE = KINDS | {compound.split(" ")[-2] for compound in COMPOUNDS}
"""Without any of them, a form of _FORMS counts only where it is one of THINGS."""


def named(text: str, words: Set[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each product by name or plan, in no order; the value is as said.

    `words`: those of the text, in lower case.
    """
    if words.isdisjoint(_KNOWN) and not _CAPITALS.search(text):
        return
    for match in _NAMED.finditer(text):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        name = match[kind].split()
        if kind == "plan":
            while name and _NO_PLAN.fullmatch(name[0]):
                start += len(name[0]) + 1
                name.pop(0)
            end = match.end() + _head(text[match.end() :])
        if name and not (kind == "model" and _NO_MODEL.fullmatch(name[0])):
            yield start, end, text[start:end]


def _head(rest: str) -> int:
    found = _WORD.match(rest)
    return found.end() if found else 0


def kinds(text: str, words: Set[str]) -> Iterator[tuple[int, int, str]]:
    """(start, end, value) of each product by its kind, in no order; the value is in lower case and singular.

    `words`: those of the text, in lower case.
    """
    if words.isdisjoint(_BARE) and (words.isdisjoint(_BEFORE) or words.isdisjoint(_FORMS)):
        return
    lower = text.lower()
    if len(lower) != len(text):  # a few capitals have a longer small letter, and places would not hold
        lower = text
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(lower):
        run = [*run[-2:], match] if run and lower[run[-1].end() : match.start()] in (" ", "-") else [match]
        if match.group() in _FORMS:
            one = _one(match.group())
            if count := _first([word.group() for word in run[:-1]], one):
                named = [word.group() for word in run[-count:-1]]
                yield run[-count].start(), match.end(), " ".join([*named, one])


def _first(before: Sequence[str], one: str) -> int:
    """How many words, counted from the last, name the kind; 0 where they name none."""
    for length in (2, 1):
        if len(before) >= length and " ".join([*before[-length:], one]) in COMPOUNDS:
            return length + 1
    told = 0
    while told < len(before) and before[-1 - told] in KINDS:
        told += 1
    return told + 1 if (told and one in HEADS) or one in THINGS else 0


def _one(form: str) -> str:
    return form if form in _ONES else singular(form)


def singular(word: str) -> str:
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


_BARE = frozenset(form for form in _FORMS if _one(form) in THINGS)
"""Forms of THINGS."""
