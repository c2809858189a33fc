"""Companies in a text, by handle, kind or way of writing; those that stand as the alternative to the one addressed."""

import re
from collections.abc import Iterator, Set

from nlp.entities.words import words as listed
from nlp.ordinary import ordinary

_SECTOR = (
    r"Bank|Banking|Airlines?|Airways|Air|Energy|Power|Insurance|Assurance|Telecom|Mobile|Broadband|Fibre|Water|Gas|"
    r"Electric|Media|Games|Hotels?|Inns?|Lodges|Gyms?|Fitness|Rail|Railways?|Trains|Couriers?|Parcels|Logistics|Post|"
    r"Motors|Cars|Foods|Stores|Pharmacy|Clinic|Travel|Tours|Cruises|Ferries|Software|Systems|Solutions|Technologies|Labs|"
    r"Group|Holdings|Partners|University|College|Council|Financial|Finance|Capital|Mutual|Credit Union|Express"
)
_LEGAL = r"(?:Ltd|Limited|LLC|Inc|Corp|Corporation|PLC|plc|GmbH|AG|BV|B\.V\.|N\.A|Oy|SpA|Pty|LLP|Co|& Co|& Sons|KG|e\.V)\b\.?"
_WORD = r"[A-ZÀ-Þ][\w'’&-]*"
_CAMEL = r"(?:[A-Z][a-z]+){1,3}[A-Z](?:[a-z]+|[A-Z]{0,3})\b|[a-z]{1,2}[A-Z][a-z]{3,}\b"
BRANDS = listed(
    """
    adobe airbnb aldi amazon amex at&t barclays bbc boohoo citibank comcast costco deliveroo dhl dpd dropbox
    easyjet ebay equifax etsy evri experian facebook fedex gmail google groupon halifax hsbc hulu ikea instagram
    klarna lidl lloyds lufthansa lyft mastercard microsoft mojang monzo natwest netflix nintendo npower ocado
    paypal playstation revolut rockstar roku ryanair samsung santander shein shopify skype sonos spotify t-mobile
    temu tesco tesla tiktok transunion twitter usps venmo verizon vinted vodafone walmart whatsapp xfinity yahoo
    youtube zalando zelle
    """
)
"""Known in any case; those of _CASED are ordinary words without their capital."""
_CASED = listed("Sky Sprint Steam Apple Visa Zoom Stripe Hermes Uber UPS EE Starling BT O2")
_HANDLE = re.compile(r"(?<![\w.@/])@\w{2,30}")
_COMPANY = re.compile(
    rf"\b(?P<legal>(?:{_WORD} (?:(?:of|and|&) )?){{1,4}}{_LEGAL})|"
    rf"\b(?P<sector>(?:{_WORD} (?:of )?){{1,2}}(?:{_SECTOR})\b(?! (?:[cC]ard|Street|Road)))|"
    rf"\b(?P<camel>{_CAMEL})(?! ?\d)|"
    r"(?:^|[.!?\n] *)(?:Hi|Hello|Hey|Dear|Hallo|Good (?:morning|afternoon|evening)),? (?P<greeted>[A-Z]\w+(?: [A-Z]\w+)?)(?= (?:team|support|"
    r"customer|people|folks|staff|crew|care)\b)|"
    r"\b(?P<named>[A-Z]\w+(?: [A-Z]\w+)?)(?= (?:customer (?:service|care|support)|support team|helpdesk|help desk)\b)|"
    r"\b(?P<two>John Lewis|Royal Mail|Wells Fargo|Western Union|Bank of America|American Express|Capital One|Best Buy)\b"
)
_NAME = rf"(?P<name>@\w{{2,30}}|{_WORD}(?: (?:of |and |& |the )?{_WORD}){{0,2}})"
_FROM = r"(?: (?:my|our|all|the|it|us|me|everything|over|across|back|straight|now|account|business|contract|number|custom)){0,4}"
_SWITCH = (
    r"(?:switch(?:ed|ing)?|chang(?:e|ed|ing)|defect(?:ed|ing)?|port(?:ed|ing)?|swap(?:ped|ping)?|jump(?:ed|ing)? ship)"
)
_GO = r"(?:mov(?:e|ed|ing)|go(?:ing|ne)?|went|transfer(?:red|ring)?|off|tak(?:e|ing)|took|leav(?:e|ing)|run(?:ning)?|return(?:ed|ing)?)"
_SURE = re.compile(
    rf"\b(?i:{_SWITCH}{_FROM} (?:to|with|for)|(?:leav(?:e|ing)|left|quit|ditch(?:ed|ing)?|dump(?:ed|ing)?|drop(?:ped|ping)?)(?: \w+){{0,3}} for|"
    r"(?:go|going|gone|went|signed?|signing|sign up|signed up|stick|stay) with|to you from|(?:cheaper|better|less|faster|quicker|"
    r"more|nicer|easier|lower|sooner|worse) (?:\w+ ){0,2}?(?:at|with|from|than|over at)|than (?:at|with|from)|compared (?:to|with)|"
    r"(?:rivals?|competitors?|competition|alternative|alternatives)(?: like| such as|,)?|"
    r"(?:quote|offer|deal|leaflet|price) (?:\w+ ){0,3}?from|price[- ]?match(?:ed|ing)? (?:\w+ ){0,3}?(?:with|from|at|to)?|"
    r"(?:neighbou?r|friend|sister|brother|mum|mate|colleague|son|daughter|dad|cousin|wife|husband|mother|father|everyone|parents)"
    r"(?:'s|’s| is| are| went)? (?:all |now )?with|"
    r"(?:tempted by|considering|looking at|thinking (?:of|about)|recommend(?:ed|s)?|prefer|vs\.?|versus|over to|poached by)|"
    rf"unlike) {_NAME}"
)
_WEAK = re.compile(rf"\b(?i:{_GO}{_FROM} to|instead of|like) {_NAME}")
_DOES = re.compile(
    rf"{_NAME} (?i:(?:will |would |can |also |only |just |already )?(?:do(?:es)?|did|offer(?:s|ed)?|charges?|charged|sells?|has|have|had|can|is|are|gives?|"
    r"gave|quoted?|quotes|wants?|lets?|takes?|took|managed?|manages|costs?)\b[^.!?\n]{0,50}?\b(?:for (?:less|half|nothing|free)|cheaper|half the "
    r"price|less|better|free|instead|no fees?|no charge|(?:for|at) (?:only |just |about )?[£€$]\d)\b)"
)
_CUES = listed(
    """
    switch switched switching change changed changing defect defected defecting port ported porting swap swapped swapping
    jump jumped jumping leave leaving left quit ditch ditching ditched dump dumped dumping drop dropped dropping go going
    gone went sign signed signing stick stay cheaper better less faster quicker nicer easier lower sooner worse than
    compared rival rivals competitor competitors competition alternative alternatives quote offer deal leaflet price
    unlike move moved moving transfer transferred off take took taking run running return returned instead like half free
    nothing fee fees charge you with tempted considering looking thinking recommend recommended recommends prefer vs versus
    over back poached for at
    """
)
_SIGNS = frozenset(re.findall("[a-z]+", f"{_SECTOR}|{_LEGAL}".lower())) - {"a"}
_KINDS = frozenset(sign.removesuffix("s") for sign in _SIGNS).union(
    _SIGNS,
    listed("john royal wells western american capital best"),
    listed("team support customer people folks staff crew care helpdesk desk"),
)
_CAMELS = re.compile(r"[A-Z](?<=[a-z].)")
"""Where there is neither, there is no _COMPANY. What a capital begins is looked for at capitals alone, at little cost."""
_DONE = listed("less half nothing free cheaper better instead fee fees charge")
_MONEY = re.compile("[£€$]")
"""Where there is neither, there is no _DOES."""
_NAMES = re.compile(r"[@A-ZÀ-Þ](?<=[\w,] .)\w")
_NO_NAME = re.compile(
    r"(?:I|We|You|He|She|It|They|My|Our|Your|His|Her|Their|This|That|These|Those|The|A|An|There|Here|What|Who|When|Where|Why|How|"
    r"Which|Everyone|Everybody|Nobody|Somebody|Someone|Nothing|And|But|So|If|As|In|On|At|To|For|From|With|No|Not|Yes|Now|Then|One|Both|"
    r"Every|Each|Some|Any|All|Mr|Mrs|Ms|Dr|Sir|Madam|Regards|Thanks|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|"
    r"January|February|March|April|May|June|July|August|September|October|November|December|Christmas|Easter|English|French|German|Spanish|"
    r"VAT|PIN|PDF|CSV|API|ID|OK|IT|HR|TV|GPS|SIM|SMS|PAC|IBAN|CEO|App|Android|Windows|iOS|iPhone|iPad|Premium|Business|Basic|Standard|Plus|Pro|Silver|Gold|"
    r"Platinum|Family|Economy|DAY|Bluetooth|WiFi|HDMI|USB|Direct|Debit)",
)
_PRODUCTS = re.compile(
    r"(?:Mac|i|e|Air|Play|Power|Pay|Photo|You|Face|Blue|Java|Word|Git|Team|Wi)(?:Book|Pad|Phone|Pod|Mac|Station|Point|Shop|Time|Tooth|Script|Press|Hub|Fi|OS|Mail|Pods|Watch)s?"
)


_BRAND_WORDS = {re.split(r"\W", brand)[0] for brand in BRANDS} | {word.lower() for word in _CASED}
_TOKEN = re.compile(r"(?<![\w@#./-])[\w&-]+(?![\w@/-])")


def companies(text: str, words: Set[str]) -> Iterator[tuple[int, int]]:
    """[start, end) of each company, in no order; `words`: those of the text, in lower case.

    A handle that privacy left readable is one.
    """
    if "@" in text:
        yield from (match.span() for match in _HANDLE.finditer(text))
    if not words.isdisjoint(_BRAND_WORDS):
        yield from (m.span() for m in _TOKEN.finditer(text) if m[0] in _CASED or m[0].lower() in BRANDS)
    if words.isdisjoint(_KINDS) and not _CAMELS.search(text):
        return
    for match in _COMPANY.finditer(text):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        if kind in ("legal", "sector"):
            start += _opening(text[start:end])
            if " " in text[start:end]:
                yield start, end
        elif kind == "two" or not (_NO_NAME.fullmatch(text[start:end]) or _PRODUCTS.fullmatch(text[start:end])):
            yield start, end


def competitors(text: str, words: Set[str]) -> Iterator[tuple[int, int, bool]]:
    """(start, end, sure) of each name in the place of an alternative; where not `sure`, only if it is a company's."""
    if words.isdisjoint(_CUES) or not _NAMES.search(text):
        return
    weak = "to" in words or not words.isdisjoint(("instead", "like"))
    does = not words.isdisjoint(_DONE) or _MONEY.search(text)
    for pattern, sure in ((_SURE, True), *(((_DOES, True),) if does else ()), *(((_WEAK, False),) if weak else ())):
        for match in pattern.finditer(text):
            name = match["name"]
            first = name.split(" ")[0]
            if first.startswith("@") or not (_NO_NAME.fullmatch(first) or ordinary(first)):
                yield match.start("name"), match.start("name") + len(_kept(name)), sure


def _opening(name: str) -> int:
    """Characters of the words before a name that a sentence begins with: "My Acme Bank", "The Acme Group"."""
    passed = 0
    for word in name.split(" ")[:-1]:
        if not (_NO_NAME.fullmatch(word) or ordinary(word)):
            break
        passed += len(word) + 1
    return passed


def _kept(name: str) -> str:
    words = name.split(" ")
    stop = next(
        (n for n, word in enumerate(words[1:], 1) if word[:1].isupper() and (_NO_NAME.fullmatch(word))), len(words)
    )
    return " ".join(words[:stop]).removesuffix("'s").removesuffix("’s")
