"""Words that a capital makes look like people: titles, greetings, months, brands, towns; they are no names."""

import re
from importlib.util import find_spec, module_from_spec
from pkgutil import ModuleInfo, iter_modules

from nlp.once import once


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = _words("mr mrs ms miss mx dr doctor prof professor sir madam revd rev fr herr frau señor señora")
COMMON = TITLES | _words(
    """
    a about account address after again agent all also am amazon an and android any anyone app apple apt are as
    ask at avenue back bank battery be been before best bill billing bloke body boiler booking both box brand but
    by can card care cashier chat cheers chief close code company confirm could courier customer dad date day dear
    delivery department did do does done driver due email evening everyone every facebook fault fine fire fitter
    flat floor folks for friday from good google got had has have he hello help her here heya hi him his home
    house how hub hubs i if in installer instagram internet invoice iphone is it its january february march april
    may june july august september october november december jesus just kind kitchen ladies lane last late lots
    love madam manager map mate me meter mine mode monday month more morning most mrs mum must my name never new
    next no none nobody not nothing now number of off office ok okay on once one only open or order other our out
    over parcel password payment phone please police postcode price product quality quote quick ref reference
    refund regards reply retention road saturday saver sent service settings she sim since sir smart so some
    somebody someone sorry still stop store street subject sunday support ta team tell thank thanks that the their
    them then there these they thing this those thursday ticket to today tomorrow tonight tuesday twitter two
    until update up us use valve very via virtual visa was we wednesday week well were what when where which who
    whose why wifi will windows checked chargeback exit god spooky bulbs yard untick wishes with would x yeah year
    yes yesterday yet you your yours youtube bonjour buenas danke diolch formel funktioniert gracias guten hallo
    hola ich il je le la les merci merhaba mit rien shwmae tag und vielen viele grüße grüßen i'm i've i'd i'll
    it's sirs dites s'il erdgeschoss abend morgen señor señora buenos dias días tardes equifax experian transunion
    paypal netflix hulu xbox dropbox yahoo gmail spotify adobe zoom microsoft godaddy venmo zelle chime uber
    airbnb ebay playstation nintendo roblox minecraft santander citicard tiktok whatsapp linkedin alexa siri ios
    macos fedex ups dpd hermes glad fingers start buy clipboard maps mind mac pro premiere creative cloud gamertag
    claimant clerk proof copy system incorrect discover plaza signatures debtor consult children
    upgrade titles prestige verifiable closing finance mortgage loan loans lending funding recovery firm lets
    accordance resold inquiries desk shiver anzeige xxxx
    """
)


def ordinary(word: str) -> bool:
    return word.lower().rstrip(".") in COMMON


@once
def places() -> frozenset[str]:
    """Towns and regions of the telephone number plans, in lower case: what the model takes for people most often.

    Read file by file: all of `phonenumbers.geodata`, once imported, would keep 85 MB for the 5 that are needed.
    """
    package = find_spec("phonenumbers.geodata")
    if package is None or not package.submodule_search_locations:
        raise ImportError("phonenumbers.geodata", name="phonenumbers.geodata")
    found: set[str] = set()
    for file in iter_modules(package.submodule_search_locations, f"{package.name}."):
        if re.fullmatch(r"data\d+", file.name.rpartition(".")[2]):
            found.update(names["en"].split(",")[0].lower() for names in _alone(file).values() if "en" in names)
    return frozenset(found)


def _alone(file: ModuleInfo) -> dict[str, dict[str, str]]:
    """Number prefix -> language -> place, of one file, which no one else keeps."""
    spec = file.module_finder.find_spec(file.name, None)
    if spec is None or spec.loader is None:
        raise ImportError(file.name, name=file.name)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return dict(module.data)
