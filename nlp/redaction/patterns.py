"""What shows by its own shape that it is personal: addresses of mail and network, keys, cards, numbers, streets."""

import re

from nlp.redaction.checks import digits, iban, ip, ipv6, luhn, phone, subscriber
from nlp.redaction.rule import rules

STREET = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Way|Terrace|Crescent|Place|Square|Boulevard|Blvd|"
    r"Mews|Grove|Gardens|Parade|Highway|Hwy|Parkway|Pkwy|Circle|Alley|Wharf|Rise|Walk|Hill|Quay"
)
UNIT = r"(?i:flat|apt|apartment|unit|suite|room)\.? (?:\w{1,4}|four|five|six|seven|eight|nine|three|two|one|ten)"
_STATES = (
    r"A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
_LOW = (
    r"(?!(?:way|min|minute|hour|mile|day|week|month|year|time|metre|meter|foot|feet|yard|point|mm|km|kg|am|pm|star|people|item|person|block|door|"
    r"new|other|more|different|high|main|side|the|an?|of|in|on|at|to|per|and|or|is|it|my|your|off|from|for|out|down|up|by)s?\b)[a-z][a-z']{2,20}"
)
"""A word of a street's name in lower case."""
_AREAS = (
    r"a[bl]|b[abdhlnrstx]?|c[abfhmortvw]|d[adeghlnty]|e[chnx]?|f[ky]|g[luy]?|h[adgprsux]|i[gmpv]|k[atwy]|l[adelnsu]?|m[ekl]?|n[egnprw]?|"
    r"o[lx]|p[aehlor]|r[ghm]|s[aegklmnoprstwy]?|t[adfnqrsw]|u[b]|w[acdfnrsv]?|yo|ze"
)
"""Of postcodes of the United Kingdom, in lower case."""
OTHER = (
    r"\b(?:order|ticket|invoice|case|ref|reference|tracking|serial|parts?|model|sku|article|meter|policy|claim|"
    r"booking|confirmation|contract|customer|receipt|items?|postage|rma|vat|batch|bestellung|auftrag|commande|pedido)"
    r"(?:[ .:#]+(?:no|nr|number|num|id|is|was|of))*[ .:#]*"
)
"""Words that say: what follows is the number of a thing."""
_VERSION = (
    r"\b(?:version|firmware|release|update|build|driver|error|section|sku|app|software|patch|v|model|part)s?"
    r"(?: (?:is|to|from|no|number))*[ .:#]*"
)

AT = rules(
    ("URL_LOGIN", r"(?<=://)[^\s/:@<>]{1,64}:[^\s/@<>]{1,64}(?=@)"),
    ("EMAIL", r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"),
)
SECRETS = rules(
    ("SECRET", r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[^<>]{1,8000}?-----END [A-Z ]{0,20}PRIVATE KEY-----"),
    ("SECRET", r"\b(?:sk|pk|rk|whsec|gh[opsu]|github_pat|glpat|xox[abops]|akia|asia|aiza|ya29)[-_.]?[\w-]{16,255}"),
    ("SECRET", r"\beyj[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]{4,2000}"),
    ("SECRET", r"\bbearer\s+([\w.~+/-]{16,2000}=*)"),
    ("SECRET", r"[?&](?:access_|api_?)?(?:token|key|sig|secret|password|auth|code|pw)=([^\s&#<>]{6,2000})"),
    ("SECRET", r"\b\w{0,20}(?:key|token|secret)[\"']?\s?[=:]\s?[\"']?((?=[\w+/.-]*\d)[\w+/.-]{16,2000}=*)"),
    flags=re.IGNORECASE,
)  # fmt: skip
NUMBERS = rules(
    ("IBAN", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", iban),
    ("IBAN", r"\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b", iban),
    ("IBAN", r"\b[a-z]{2}\d{2} ?[a-z0-9]{4}(?: ?\d{4}){2,6}(?: ?\d{1,3}[a-z]?)?\b", iban),
    ("CARD", r"(?<![\d/-])\d(?:[ -]?\d){12,18}(?![\d/-])", luhn),
    ("SSN", r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"),
    ("SSN", r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]\b"),
    ("SSN", r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])"),
    ("SSN", r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b"),
    ("IP", r"(?<![\w:.])(?:[\da-fA-F]{0,4}:){2,7}[\da-fA-F]{0,4}(?![\w:])", ipv6),
)  # fmt: skip
ADDRESSED = rules(  # a version may look the same
    ("IP", r"(?<![\w./])(?:1[1-9]|[2-9]\d|[12]\d\d)(?:\.\d{1,3}){3}(?![\w/]|\.\d)", ip),
    ("IP", r"(?i:\b(?:ip|host|server|gateway|router|hub|address(?:es)?|from|https?:/)\b[^\d\n<>]{0,20})"
     r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w/]|\.\d)", ip),
    unless=_VERSION,
)  # fmt: skip
PHONES = rules(
    ("PHONE", r"(?<![\w+])(?:\+\d{1,3}[ .-]?)(?:\(?\d{1,5}\)?[ .-]?){2,5}\d(?!\w)", phone),
    ("PHONE", r"(?<![\w.-])(?:\(0?\d{2,4}\) ?|0\d{2,4}[ .-])\d{3,4}[ .-]?\d{3,4}(?![\w-]|\.\d)", phone),
    ("PHONE", r"(?<![\w.-])0\d{1,3}(?: \d{2,4}){2,4}(?![\w-]|\.\d)", phone),
    ("PHONE", r"(?<![\w./#-])0\d{1,4}[ /-]\d{3,8}(?:[ -]\d{2,5}){0,2}(?![\w/-]|[.,]\d)", digits(9, 13)),
    ("PHONE", r"(?<![\w.-])(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])", phone),
    ("PHONE", r"(?<![\w-])555[- ]\d{4}(?![\w-])", phone),
    ("PHONE", r"(?<![\w.-])1[38]00 \d{3} \d{3}(?![\w-])|(?<![\w.-])[6-9]\d{4} \d{5}(?![\w-]|\.\d)", phone),
    ("PHONE", r"(?<![\w.#-])0\d{8,10}(?![\w-]|\.\d)", subscriber),
    unless=OTHER,
)  # fmt: skip
OBFUSCATED = rules(
    ("EMAIL", r"[\w.+-]{1,64} ?[\[({<] ?at ?[\])}>] ?[\w-]{1,63}(?:(?: ?[\[({<] ?dot ?[\])}>] ?|\.)[\w-]{1,63}){1,4}"),
    ("EMAIL", r"[\w.+-]{1,64}@[\w-]{1,63}(?: ?[\[({<] ?dot ?[\])}>] ?[\w-]{1,63}){1,4}"),
    flags=re.IGNORECASE,
)
PLACES = rules(
    ("ADDRESS", rf"(?:\b{UNIT}, )?\b\d{{1,5}}[a-zA-Z]? (?:[A-Z][\w']+ ){{1,3}}(?:{STREET})\b\.?(?:,? {UNIT}\b)?"),
    ("ADDRESS", r"\b\d{1,4}[a-z]? (?!way|minute|min|mile|hour|new|other|more|different|high|main|side|the)[a-z]{3,20} "
     r"(?:street|road|avenue|crescent|terrace|boulevard)\b"),
    ("ADDRESS", rf"\b\d{{1,4}}[a-z]?,? {_LOW}(?: {_LOW})? (?:street|road|avenue|lane|crescent|terrace|boulevard|grove|gardens|mews|rd|ave|blvd)\b"),
    ("ADDRESS", rf"\b\d{{1,4}}[a-z]? {_LOW} (?:drive|close|court|walk|rise|wharf|quay|parade|square)(?=[,.\n]|$)"),
    ("ADDRESS", r"\b(?i:post ?code)(?:['’]s| is| was|:|,)*\s+([a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2})\b"),
    ("ADDRESS", rf"(?<![\w.-])(?:{_AREAS})\d[a-z\d]? \d(?!gb|tb|st|nd|rd|th|am|pm)[abd-hjlnp-uw-z]{{2}}(?![\w-])"),
    ("ADDRESS", r"\b(?i:zip ?code|zip)(?:['’]s| is| was|:|,)*\s+(\d{5}(?:-\d{4})?)(?![\w-])"),
    ("ADDRESS", rf"(?<=, )(?:{_STATES.lower()})(?<!\b(?:in|or|me|hi|ok|la)) \d{{5}}(?:-\d{{4}})?\b"),
    ("ADDRESS", r"\b[a-zäöü][a-zäöüß-]{2,30}(?:straße|strasse|allee|gasse|gracht) \d{1,4}[a-z]?\b"),
    ("ADDRESS", r"\b(?i:p\.? ?o\.? box) \d{1,6}\b"),
    ("ADDRESS", r"\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|str\.|weg|platz|allee|gasse|straat|laan|plein|gracht) \d{1,4}[a-z]?\b"),
    ("ADDRESS", r"\b(?:Am|Im|An der|Auf der|Auf dem|Zum|Zur) (?!Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|"
     r"Sonntag|Januar|Februar|März|April|Mai|Ju[nl]i|August|September|Oktober|November|Dezember)[A-ZÄÖÜ][\wäöüß-]{2,30} "
     r"\d{1,4}[a-z]?\b"),
    ("ADDRESS", r"\b\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|chemin|place|impasse|allée) "
     r"(?:(?:de la|de|du|des) |de l'|d'|l')?[A-ZÉ][\w-]+(?: [A-ZÉ][\w-]+)?"),
    ("ADDRESS", r"\b(?:Calle|Avenida|Plaza|Paseo|Via|Viale|Piazza|Rua) (?:(?:de la|de|del|da|do) )?[A-Z]\w+(?: [A-Z]\w+)?,? \d{1,4}\b"),
    ("ADDRESS", r"<ADDRESS[A-Z_]*>,?\s+((?:[A-Z]{1,2}-)?\d{4,5}(?: [A-Z]{2})?)(?= [A-ZÄÖÜ])"),
    ("ADDRESS", r"\b[A-Z]{1,2}\d[A-Z\d]? \d(?!GB|TB)[ABD-HJLNP-UW-Z]{2}\b"),
    ("ADDRESS", rf"\b(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?\b"),
)  # fmt: skip
