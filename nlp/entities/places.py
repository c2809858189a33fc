"""Places in a text: towns, regions and countries by name, streets, and addresses that privacy masks."""

import re
from collections.abc import Iterator, Set

from nlp.entities.words import words as listed
from nlp.ordinary import ordinary, places

COUNTRIES = listed(
    """
    afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus
    belgium belize bolivia bosnia botswana brazil britain brunei bulgaria cambodia cameroon canada chile china colombia
    congo croatia cuba cyprus czechia denmark ecuador egypt england eritrea estonia ethiopia fiji finland france gambia
    germany ghana gibraltar greece greenland guatemala guernsey guyana haiti honduras hungary iceland india indonesia
    iran iraq ireland israel italy jamaica japan kazakhstan kenya kosovo kuwait laos latvia lebanon liberia libya
    liechtenstein lithuania luxembourg macedonia madagascar malawi malaysia maldives mali malta mauritius mexico moldova
    monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua nigeria norway oman
    pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda scotland senegal
    serbia singapore slovakia slovenia somalia spain sudan sweden switzerland syria taiwan tanzania thailand tunisia
    uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe europe asia africa uk usa u.s. u.k.
    """
) | {
    "united kingdom", "great britain", "northern ireland", "united states", "new zealand", "south africa", "hong kong",
    "south korea", "north korea", "sri lanka", "saudi arabia", "costa rica", "czech republic", "puerto rico",
    "ivory coast", "isle of man", "united arab emirates",
}  # fmt: skip
CITIES = listed(
    """
    aberdeen accra adelaide amsterdam ankara antwerp athens atlanta auckland austin bangkok barcelona basel beijing
    belfast belgrade bergen berlin bern bilbao birmingham bologna bonn bordeaux boston bradford bratislava bremen
    brighton brisbane bristol brno bruges brussels bucharest budapest cairo calgary cambridge canberra cardiff carlisle
    chennai chicago cologne copenhagen dallas delhi denver derby detroit dresden dubai dublin dundee durban durham
    dusseldorf edinburgh exeter florence frankfurt gdansk geneva genoa ghent glasgow gothenburg graz hamburg hanover
    hanoi helsinki houston hull istanbul jakarta jerusalem johannesburg karachi kraków krakow kyiv lagos lahore leeds
    leicester leipzig lille lima limerick linz lisbon liverpool ljubljana london luton lyon lyons madrid malaga malmö
    malmo manchester manila marseille melbourne miami milan montreal moscow mumbai munich nairobi naples newcastle
    newport norwich nottingham oslo ottawa oxford palermo paris perth philadelphia phoenix plymouth porto portsmouth
    prague pretoria preston riga rome rotterdam salzburg santiago seattle seoul seville shanghai sheffield sofia
    southampton stockholm stuttgart sunderland swansea sydney tallinn tampere tokyo toronto toulouse trieste turin
    utrecht valencia vancouver venice verona vienna vilnius warsaw wellington winnipeg wolverhampton york zagreb zurich
    zürich
    """
) | {"new york", "los angeles", "san francisco", "san diego", "las vegas", "cape town", "the hague", "tel aviv"}
"""Known by their name alone; any other town only after a word such as "in", or before one such as "branch"."""

_NAME = r"(?-i:[A-ZÀ-Þ][\w'’]+)(?:[ -](?:(?-i:[A-ZÀ-Þ][\w'’]+)|(?:upon|on|under|in|le|la|de|der|am|an|of)[ -](?:the |de |la )?(?-i:[A-ZÀ-Þ][\w'’]+))){0,2}"
_AFTER = re.compile(
    r"\b(?:in|near|from|to|at|into|outside|around|via|between|of|is|says|visit|visiting|leaving|reach|reached|"
    rf"arrived|past|off|over|through|through to|central|greater|north|south|east|west|downtown) (?P<name>{_NAME})",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b(?P<name>{_NAME}) (?:shop|store|branch|office|depot|warehouse|plant|team|hub|clinic|site|area|route|gym|school|"
    r"showroom|studio|restaurant|hotel|library|campus|line|region|address)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(rf"(?<=, )(?P<name>{_NAME})(?=[,.;!?)]| and|$)")
_STREET = re.compile(
    r"<ADDRESS>|\b(?:\d{1,4}[a-z]? )?(?-i:(?:[A-Z][\w'’]+ ){1,2}(?:Street|Road|Avenue|Lane|Drive|Crescent|Terrace|Square|Boulevard|Mews|Gardens|"
    r"Airport|Station|Harbour|Quay|Bridge|Retail Park|Shopping Centre|Hospital|Beach|Island)\b)"
)
_LOW = re.compile(r"\b(?:in|near|from|to|at) ([a-z]{4,14}(?: [a-z]{4,10})?)\b")
_WORD = re.compile(r"[^\W\d_][\w.'’]*")
_CAPITALS = re.compile(r"(?<![\w@])([A-ZÀ-Þ][\w.]*\w)(?: [A-ZÀ-Þ]\w+)?")
_NAMES = re.compile(r"[A-ZÀ-Þ](?:(?<=\w .)|(?<=\w, .))\w")
_KNOWN = COUNTRIES | CITIES
_TOLD = frozenset(max(re.findall(r"[a-z]+", name), key=len) for name in _KNOWN)
_SITES = listed(
    """
    shop store branch office depot warehouse plant team hub clinic site area route gym school showroom studio restaurant
    hotel library campus line region address
    """
)
_STREETS = listed(
    """
    address street road avenue lane drive crescent terrace square boulevard mews gardens airport station harbour quay
    bridge park centre hospital beach island
    """
)
_NO_PLACE = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october|"
    r"november|december|christmas|easter|silver|gold|bronze|black|blue|green|white|red|premium|young|paypal|"
    r"amazon|apple|support|service|post|bank|english|french|german|spanish|ma|mum|dad|grandma|nan|god|home|mobile|smart",
    re.IGNORECASE,
)


def found(text: str, words: Set[str]) -> Iterator[tuple[int, int]]:
    """[start, end) of each place, in no order; spans may overlap. `words`: those of the text, in lower case."""
    if not words.isdisjoint(_STREETS):
        yield from (match.span() for match in _STREET.finditer(text))
    if not words.isdisjoint(_TOLD):
        yield from _known(text)
    if not _NAMES.search(text):
        return
    sites = not words.isdisjoint(_SITES)
    for pattern in (_AFTER, *((_BEFORE,) if sites else ()), *((_LISTED,) if ", " in text else ())):
        for match in pattern.finditer(text):
            if stop := _town(match["name"]):
                yield match.start("name"), match.start("name") + stop


def _known(text: str) -> Iterator[tuple[int, int]]:
    """Countries and great cities, in lower case, too, as posts have them."""
    for match in _CAPITALS.finditer(text):
        for stop in (match.end(), match.end(1)):
            if text[match.start() : stop].lower() in _KNOWN:
                yield match.start(), stop
                break
    for match in _LOW.finditer(text):
        name = match[1]
        for words in (name, name.split(" ")[0]):
            if words in _KNOWN:
                yield match.start(1), match.start(1) + len(words)
                break


def _town(name: str) -> int:
    """How many characters of a capitalised name are a town's; 0 where none are."""
    stops = [m.end() for m in _WORD.finditer(name)]
    for stop in reversed(stops):
        words = name[:stop]
        if (
            words.lower() in (_KNOWN if words.isupper() else places())
            and not _NO_PLACE.fullmatch(words)
            and not ordinary(words)
            and len(words) > 2
        ):
            return stop
    return 0
