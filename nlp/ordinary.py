"""Words that a capital makes look like people: titles, greetings, months, brands, towns; names that are words."""

import re
from importlib.util import find_spec, module_from_spec
from pkgutil import ModuleInfo, iter_modules

from nlp.once import once


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TITLES = words("mr mrs ms miss mx dr doctor prof professor sir madam revd rev fr herr frau señor señora")
COMMON = TITLES | words(
    """
    a about account address after again agent all also am amazon an and android any anyone app apple apt are as ask
    at avenue back bank battery be been before best bill billing bloke body boiler booking both box brand but by can
    card care cashier chat cheers chief close code company confirm could courier customer dad date day dear delivery
    department did do does done driver due email evening everyone every facebook fault fine fire fitter flat floor
    folks for friday from good google got had has have he hello help her here heya hi him his home house how hub
    hubs i if in installer instagram internet invoice iphone is it its january february march april may june july
    august september october november december jesus just kind kitchen ladies lane last late lots love madam manager
    map mate me meter mine mode monday month more morning most mrs mum must my name never new next no none nobody
    not nothing now number of off office ok okay on once one only open or order other our out over parcel password
    payment phone please police postcode price product quality quote quick ref reference refund regards reply
    retention road saturday saver sent service settings she sim since sir smart so some somebody someone sorry still
    stop store street subject sunday support ta team tell thank thanks that the their them then there these they
    thing this those thursday ticket to today tomorrow tonight tuesday twitter two until update up us use valve very
    via virtual visa was we wednesday week well were what when where which who whose why wifi will windows checked
    chargeback exit god spooky bulbs yard untick wishes with would x yeah year yes yesterday yet you your yours
    youtube bonjour buenas danke diolch formel funktioniert gracias guten hallo hola ich il je le la les merci
    merhaba mit rien shwmae tag und vielen viele grüße grüßen i'm i've i'd i'll it's sirs dites s'il erdgeschoss
    abend morgen señor señora buenos dias días tardes equifax experian transunion paypal netflix hulu xbox dropbox
    yahoo gmail spotify adobe zoom microsoft godaddy venmo zelle chime uber airbnb ebay playstation nintendo roblox
    minecraft santander citicard tiktok whatsapp linkedin alexa siri ios macos fedex ups dpd hermes glad fingers
    start buy clipboard maps mind mac pro premiere creative cloud gamertag claimant clerk proof copy system
    incorrect discover plaza signatures debtor consult children upgrade titles prestige verifiable closing finance
    mortgage loan loans lending funding recovery firm lets accordance resold inquiries desk shiver anzeige xxxx can
    could being received paid validation enclosures respectfully college inquiry instead gym citi barclays macy
    wells fargo bureau settlement national consumer collection collections subscriber custom merchant protection
    licence license edit attorney bank rechnung bitte büro mein meine sie wir sehr geehrte monsieur madame hey hiya
    stat supreme court supervisor homeowner capital senator notice alleged escrow servicing ombudsman balance certified
    law claim called unfortunately forwarded message withdrawal western union
    thx ty
    """
)


MONTHS = words("april may june august summer autumn winter sunday easter january")
WORDS = MONTHS | words(
    """
    ace ada add adda ally almond alpha amber america among angel angelic apollo arch archer arlington art asia atlas
    aura author avon babe baby baker banks baptist baron basil beat bee bell bent bill bird birdie bishop bitten
    blaze blessing bliss blossom bob boss brain branch brandy bristol brit bronze brook brown bubba buck buddy bush
    cadence caddie cal can candy cannon canyon cap captain carry case cash cat caesar chance champ charity chase
    chastity cherish cherry chip christian chuck church cinnamon clay clement cliff collie colon comfort con
    constant coral cord corona council creed crystal daisy dale danish dawn dean deja delta destin destiny diamond
    dick doc dock doctor doll don dot dove drew duke dusty early earl earnest echo eden edit elder else ember
    emerald era essence ether eve ever fair fairy faith fancy fate fed feline fern field fleet floor forest forum
    foster frank french friend gage gal gala garrison gauge gay gene general genesis georgian german ginger gold
    golden gorge governor grace grant gray green greet grit grove guy hall ham handy harden harm harmony harsh haven
    hazel heath heather heaven hella hence hill holly holm hope hudson hung hunt hunter icy ike ima indie infant ink
    innocent ion iris ivory ivy jack jade jail jay jesus jet jetta job joke journey joy judge junior justice karma
    ken king kick kit kitty lace lacy lady lance lane lark lavender lawyer lean leaner lemon less liberty lien lies
    lily line link little lone long loot lore lot love loyal luck lucky lux lyric mad magnolia major male man mar
    marble mare marina marine mark marquis marry mart marvel mason mat mate math mayo meadow media melody mentor
    mercy merry messiah metro mile miles mine mini minor miracle misty moody moses myrtle nail neo noble north nova
    novella ocean octave odd olive oral orange owe page park parker pastor pat patience paw peace pearl peer penny
    pepper per phoenix pink piper pleas pleasant poppy porter posey precious press price prima prince princess
    promise prosper puck purity queen raid rain ransom raven ray reason red reed rich rice ridge river rivers roar
    rob robin rock rocky roll roman romeo rose rosemary rosy royal ruby rush rusty sad safari saga sage said saint
    sandy santa scarlet serenity server sever shade short silver sincere sing sister skip sky sole son sonny spring
    stan star sterling steward stone storm stormy sue sunny sunshine tab talon tan tea telly terra theres ties til
    till tiny tone toon toy trace treasure tree trinity true unique unknown urban valentine vanilla velvet venture
    versa victor victory vid villa vino violet viva wage walker ward wash wells west will willow windy wing wolf
    wood woods worth yoga young acura adele alexa apple argos boots chase cortana dell ford kia lexus mercedes meta
    next porsche sears siri target tesla walt
    """
)
"""Names that are words, seasons or brands: a capital alone tells nothing."""
GIVEN = words(
    """
    amber angel april art ash autumn basil bill bob brandy carol charity chip christian christy chuck clay cliff
    cole crystal daisy dale dawn dean destiny dick drew dusty earnest faith frank gene ginger grace grant guy
    harmony hazel heath heather holly hope hunter iris ivy jack jade jay joy june kit kitty lance lily mark mason
    may melody mercy miles misty olive pat patience pearl penny poppy precious prudence ray reed rich rob robin
    rocky rose rosemary rosie rosy ruby rusty sandy scarlet sky sonny sterling sue summer sunny victor violet wade
    ward will willow
    """
)
"""Those of WORDS that are mostly people's where a capital stands within a sentence."""
BRANDS = words(
    "acura alexa adele apple argos boots chase cortana dell ford journey kia lexus mercedes meta next porsche sears "
    "siri target tesla walt"
)
"""Those that are mostly a company's: only a greeting, or what is said to be a name, tells a person."""
LOCATED = words(
    """
    alabama alexandria arizona austin berlin boston brooklyn carolina chelsea cheyenne china cleveland columbia
    columbus cuba dakota dallas denver devon england erie florence florida france geneva georgia holland houston
    india indiana ireland israel jordan kent kenya kingston london madison melbourne memphis milan missouri montana
    nevada odessa olympia orlando paris phoenix raleigh reno rome savannah sierra sydney tennessee texas valencia
    venice verona victoria virginia washington wellington york
    """
)


def ordinary(word: str) -> bool:
    return word.lower().rstrip(".").replace("’", "'") in COMMON


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
