"""Friction 0..100: a documented proxy of how much a message hurts, from its feeling and the effort that it shows.

Customer effort and friction have no standard measure (the Customer Effort Score is a survey item), so this is ours:
each reason to hurt is taken for independent of the others, and friction = 100 * (1 - product of (1 - WEIGHTS * strength)).
The strength of feeling is P(negative); of a kind of cue it is 1 - 0.5^(number of different cues). A message that asks
for nothing (intent `none`) or praises has no feeling that counts. Each cue is returned with its span, so that every
figure can be shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.signal import Evidence

WEIGHTS = {"feeling": 0.55, "effort": 0.4, "blocked": 0.25, "leaving": 0.2, "escalation": 0.3}
_MANY = r"(?:twice|thrice|(?:two|three|four|five|six|seven|eight|nine|ten|\d+|several|many|multiple|numerous|countless|a few) ?(?:times|x))"
_ORDINAL = r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|2nd|3rd|\d+th|umpteenth)"
_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d+|several|many|multiple)"
_TOLD = r"(?:asked|told|called|rang|rung|phoned|wrote|written|e-?mailed|messaged|sent|tried|explained|reported|chased|replied|contacted|complained|uploaded|submitted|answered|dm'?d|spoken|spoke)"
_DID = r"(?:tried|did|done|reset|re-?installed|restarted|rebooted|filled|read|typed|entered|pressed|changed|scanned|attempted|declined|failed|refused|rejected|logged|updated|checked|went through|gone through|been through|paid again|moved)"
_THING = r"(?:browsers?|cards?|phones?|devices?|computers?|laptops?|sockets?|networks?|numbers?|banks?|addresses|accounts?|shops?|branches|machines|leads?|cables?|e-?mails?)"
_SPAN = r"(?:hours?|hrs?|days?|weeks?|wks?|months?|years?|fortnight|minutes?|mins?)"
_HELD = r"(?:account|subscription|sub|plan|contract|membership|policy|cover|service|tariff|line|premium|prime|plus)"
_CUES = {
    "effort": (
        # asks again: what was asked, told, sent or tried before
        rf"{_ORDINAL} (?:and \w+ )?(?:time|call|e-?mail|message|ticket|attempt|agent|reminder|letter|request|chat|try|go)\b",
        rf"{_TOLD} (?:\w+ ){{0,5}}?{_MANY}|{_MANY} (?:i|we)(?:'ve| have)? (?:\w+ )?{_TOLD}|{_MANY} now\b",
        rf"{_NUMBER} (?:e-?mails|calls|phone calls|agents|messages|reminders|chats|departments|web forms?|different (?:people|agents|departments))\b",
        r"(?:once|yet|time and) again\b|again and again\b|over and over\b|keep having to\b",
        rf"(?:i|we)(?:'ve| have)? already (?:been )?(?:{_TOLD}|given|gave|done|did|restarted|reset|reinstalled|checked)\b",
        r"(?:i'm|i am|we're|just|been) (?:chasing|following up)|chasing (?:you|this|it|up|an?|my|the)\b|follow(?:ing)?[- ]up on (?:my|our|the|a)\b|bump\b",
        r"(?:explain\w*|repeat\w*|tell|told|say) (?:\w+ ){0,6}again\b|repeat(?:ing)? myself|from (?:the )?(?:beginning|scratch|start again)|whole story",
        r"tried (?:everything|all|calling|ringing|phoning|to (?:call|reach|contact|ring|phone|get (?:hold|through))|since|another|different|both)\b|been trying (?:to|for|since)\b",
        # tries more than once, in more than one way
        rf"{_DID} (?:[\w-]+ ){{0,6}}?{_MANY}|(?<!\w)x ?[2-9]\b|{_MANY} (?:today|over|this (?:week|month)|already|in a row)\b|(?:nine|\d+|{_NUMBER}) goes\b",
        rf"tried (?:[\w-]+ ){{0,5}}?(?:and|then|another|also|other|different|both|for (?:an?|over|{_NUMBER})|on (?:my|the|a|two|three)|with (?:my|two|three|an?))\b|(?:two|three|four|both|another|a second|a different|different|other) (?:different |other )?{_THING} (?:and|too|same|no|still)\b",
        rf"(?:been|be) (?:at|doing|trying) (?:it |this |that )?(?:for |since |all )?(?:an?|over|{_NUMBER}|half|the whole)\b|same (?:thing|result|answer|error|story) (?:every|each|again|both|on|with|in)\b",
        # waits
        r"still (?:no|not|nothing|nobody|waiting|haven'?t|hasn'?t|isn'?t|ain'?t|doesn'?t|don'?t|won'?t|can'?t|cannot|couldn'?t|didn'?t|has not|have not|does not|is not|pending|the same|unresolved|under review)\b",
        rf"(?:been|have been|'ve been) waiting|waited (?:in|all|over|an?|\d+|{_NUMBER})\b|waiting (?:\w+ )?(?:since|over|for (?:\w+ )?{_NUMBER}|{_NUMBER} {_SPAN}|\d+ ?{_SPAN})|(?:left|kept|hours?|mins?|minutes|\d+|been|sat) on hold|hold music|stayed in\b|day off\b|by the phone",
        rf"(?:been|that'?s|it'?s|after|over|for) (?:\w+ ){{0,2}}?(?:{_NUMBER}|an?|the (?:last|past)) (?:\w+ )?{_SPAN} (?:now|already|since|without|with no|because|of (?:this|waiting|trying)|to (?:get|reach))\b|it'?s been (?:over |nearly |about |more than |almost )?(?:an?|{_NUMBER}) (?:full |whole |few )?{_SPAN}\b|(?:days|weeks|wks|months|hours) (?:now|later|overdue|on,)|open for (?:\w+ ){{1,2}}{_SPAN}\b|day \d+(?: of (?!tweet)|[.,!?]|$| @)",
        rf"(?:spent|wasted) (?:an?|the|my|all|half|over|hours|days|weeks|{_NUMBER})\b ?(?:\w+ ){{0,2}}?(?:{_SPAN}|weekend|afternoon|morning|evening)?\b|{_SPAN} (?:on hold|on the (?:phone|line)|in (?:a |the |your )?(?:\w+ )?(?:queue|chat)\b|wait\b)",
        # is not answered, is not helped
        r"(?:no ?one|nobody|no-one)(?:'s)? (?:\w+ ){0,3}?(?:confirmed|repl\w+|answer\w*|respond\w*|call\w*|r[aiu]ng|phoned|wrote|help\w*|knows?|came|come|turned|showed|got back|pick\w*|bother\w*|cares?|listen\w*|seems|can tell)\b",
        r"no (?:reply|answer|response|word|update|callback|call back|news)\b(?! (?:needed|necessary|required|is needed))|0 replies|radio silence|since then silence|crickets\b|and then nothing\b|(?:anyone|anybody|any1) (?:there|working|reading|alive|home)\b",
        r"(?:never|not|haven'?t|hasn'?t|didn'?t|without) (?:(?:had|got|received|even|me|us|you|have|been|being|so much as) ){0,3}?(?:heard (?:back|anything|a word|from|a thing)|a (?:single )?(?:reply|answer|response)|repl(?:ied|y)|answered|called? back|(?:rang|ring|got|come|came) back|an answer|any (?:reply|answer|response))\b|(?:heard nothing|been ignored|being ignored|ignoring me|unanswered|hung up on|(?:he|she|they|you) hung up|(?:then|got|was|been) cut off|cut me off)\b",
        r"(?:promised (?:me |us )?(?:a |an |to |by )?(?:\w+ )?(?:call\w*|ring|phone|repl\w+|answer|update|visit|refund|that|within|by)|supposed to (?:call|ring|phone|get back)|said (?:you|he|she|they|it|somebody|someone)(?:'d| would)(?: \w+)? (?:call|ring|phone|get back|come back|go on|be (?:here|done|fixed)|look|escalate|send)|meant to (?:ring|call|phone) (?:me|us|back))\b",
        # is passed on
        r"(?:passed|bounced|sent|shunted|pushed|handed|transferred|put through) (?:me |us )?(?:\w+ )?(?:a?round|between|back and forth|in circles|from (?:one|pillar|person|department|agent)|to (?:five|four|three|six|another|a different|the wrong|somebody else|someone else))\b",
        r"back and forth\b|round in circles|pillar to post|run-?a?round\b|fobbed off|one (?:\w+ ){0,2}to (?:another|the next)\b|each other in circles|i have to (?:ring|call|chase|ask)\b",
    ),
    "blocked": (
        r"(?:can'?t|cannot|couldn'?t|could not|unable to|not able to|impossible to|no way to|won'?t|refuses? to|will not) (?:\w+ )?(?:let|log|sign|get|access|open|load|use|pay|buy|book|find|finish|go|connect|send|add|accept|take|work|start|turn|charge|join|print|reach|see|change|cancel|do|complete|upload|download|remember|make|come|play|read|hear|move|even)\b",
        r"(?:never|not|hasn'?t|haven'?t|didn'?t|doesn'?t|isn'?t|wasn'?t|don'?t|does not|did not|has not) (?:\w+ )?(?:arriv\w*|c[ao]me|turn\w* up|show\w* up|work\w*|receiv\w*|been (?:paid|delivered|refunded|sent|fixed|resolved)|deliver\w*|connect\w*|load\w*|fixed|resolved|there|move\w*)\b|stopped working|nothing (?:happens|works|at all|loads)\b",
        r"(?:declined|rejected|refused|denied|locked (?:me )?out|blocked|suspended|banned|disabled|frozen|kick(?:s|ed) me|log(?:s|ged) me out|times? out|timed out)\b",
        r"(?:errors?|crash\w*|freez\w*|froze|fail(?:s|ed|ing|ure)?|bugged|glitch\w*|outage|is down|are down|gone down|went down|offline|stuck|unreachable|invalid)\b",
        r"(?:broken?|broke|dead|died|smashed|crack\w*|damaged|leak\w*|torn|ripped|mouldy|rotten|faulty|defective|chipped|crushed|dented|soaked|ruined|smok(?:e|ing)|sparks)\b",
        r"(?:missing|lost|vanished|disappeared|stolen|hacked|scam\w*|fraud\w*|counterfeit|wrong|empty|incorrect\w*|mistake)\b",
        r"keep(?:s|ing)? (?:on |getting |me )?\w+ing\b|keeps (?:say|ask|tell|send|go|com)\w*",
        r"(?:over-?charged|double[- ]charged|been charged|charg(?:ed|ing) (?:me |us )?(?:\w+ )?(?:twice|double|again|for)|took (?:the )?(?:money|payment) twice|billed (?:me |us )?(?:twice|again|for)|late|delayed|overdue|cancelled on)\b",
    ),
    "leaving": (
        rf"(?:cancel(?:l?ing)?|end|ending|stop|quit|drop|get out of|come out of) (?:my|the|this|our|your|all my) (?:[\w-]+ ){{0,3}}?{_HELD}\b|(?:clos(?:e|ing)|delet(?:e|ing)|shut|terminate|leav(?:e|ing)) (?:my|our) (?:[\w-]+ ){{0,3}}?{_HELD}\b",
        r"(?:switch(?:ed|ing)?|mov(?:e|ed|ing)|chang(?:e|ed|ing)|going|gone|go|swapped|defect\w*|sign(?:ed|ing)? (?:up )?with|leav(?:e|ing) for|left for) (?:to |with |over to )?(?:another|a different|a rival|your (?:rival|competit\w+)|a competitor|competitors?|someone else|somebody else|the other (?:lot|side|one)|the competition|elsewhere)\b(?! (?:account|card|plan|number|date|address|phone|page|city|town|house|flat|country|room|seat|time|day|branch|one|person|agent|department))",
        r"(?:switch(?:ing)?|chang(?:e|ing)|find(?:ing)?|look(?:ing)? for|mov(?:e|ing) to) (?:an?(?:other)? |a (?:new|different) )?(?:suppliers?|providers?|banks?|networks?|alternatives?|insurers?)\b|look(?:ing)? elsewhere\b",
        r"(?:tak(?:e|ing)|bring(?:ing)?) (?:my|our) (?:business|custom|money) (?:elsewhere|somewhere|to)\b|business elsewhere|lo(?:st|sing|se) (?:a|me|us|my|our|this) (?:as )?(?:a )?(?:\w+ )?(?:customers?|custom|business)\b",
        r"(?:never|won'?t|will not|not|last time) (?:be )?(?:i(?:'ll)? |we(?:'ll)? |ever |you'll )?(?:be )?(?:buy\w*|order\w*|us(?:e|ing)|shop\w*|book\w*|fly\w*|com(?:e|ing) back|stay\w*|renew\w*|see me|deal\w*)(?: \w+){0,4}? again\b|(?:won'?t|will not|not) be (?:back|returning|renewing|coming back)\b|never again\b|last time (?:i|we)(?:'ll)? (?:buy|order|use|shop|book|fly|come)\b|not (?:wish|want|going|intend) to renew",
        r"(?:i'm|i am|we're|we are|im|that's me) (?:leaving|out|gone|done with|through with|quitting)\b(?! (?:of|for|at|in|the|on|to|my))|done w(?:ith|/) (?:@|you|this company)|asked to leave\b|how (?:do|can|to) (?:i|we|u|you)? ?(?:quit|unsub\w*)\b|just end it\b|want (?:it|that|this) (?:stopped|closed|gone|shut)\b|(?:i've|i have|we've|we have|when i) left (?:you|your)\b|finished with you\b|not a customer any ?more|good riddance|get away from (?:you|@)",
        r"(?:auto(?:matic)?(?:ally)?[- ]?renew\w*) (?:off|pls off)|(?:turn|switch|stop) (?:off |it |the |my )*(?:auto\w*[- ]?)?renew\w*|notice of termination|pac code\b|(?:do|does) not (?:wish to |want to )?(?:renew|prolong)\b|early exit|or (?:i'm|we're|i am) (?:leaving|off|gone|going|out)\b|i(?:'ll| will| shall) (?:leave|cancel)\b(?! (?:the|my|an|it|a|this) )",
    ),
    "escalation": (
        r"(?:speak|talk|put|want|get|give|ask\w*|escalat\w*|spoken) (?:\w+ ){0,5}?(?:managers?|supervisors?|team leader|someone (?:senior|higher|in charge))\b|supervisor\b|escalat\w+",
        r"(?:ombudsman|trading standards|small claims|regulators?|watchdog|better business bureau|bbb|cfpb|ofcom|ofgem|attorney general|consumer (?:protection|rights)|data protection (?:authority|officer))\b",
        r"(?:(?:my|a|our|an) (?:lawyers?|solicitors?|attorneys?) (?:will|is|are|has|have|says?|said|about|on it)|(?:call|contact|consult|speak to|talk to|instruct|hear from|nor does|neither does) (?:my|a|our|an) (?:lawyer|solicitor|attorney)|legal (?:action|proceedings|advice|steps)|sue you|suing|in court|to court|(?:do|raise|start|file|filing|request) (?:a )?charge-?back|with my bank instead)\b",
        r"(?:formal(?:ly)?|official(?:ly)?|make|raise|file|filing|lodge|put in|want to|wish to|like to) (?:an? )?(?:formal |official )?complain(?:t|ing)?\b|report(?:ing)? you\b|go(?:ing)? to the (?:press|papers?)\b",
    ),
}
EFFORT = ("effort",)
LEAVING = ("leaving",)
_PATTERNS = {kind: re.compile(rf"\b(?=\w)(?:{'|'.join(f'({p})' for p in found)})") for kind, found in _CUES.items()}
_PLAIN = str.maketrans({"’": "'", "‘": "'", "\n": " ", "\t": " ", "\r": " ", "\xa0": " "})


@dataclass(frozen=True, slots=True)
class Cues:
    """Strength 0..1 of each kind of cue, and where each was found."""

    effort: float
    blocked: float
    leaving: float
    escalation: float
    evidence: tuple[Evidence, ...]


def cues(text: str, *, offset: int = 0) -> Cues:
    """The cues of one text, the first of each pattern; `offset` is added to the spans."""
    plain = _plain(text)
    found: dict[tuple[str, int], Evidence] = {}
    for kind, pattern in _PATTERNS.items():
        for match in pattern.finditer(plain):
            found.setdefault((kind, match.lastindex or 0), Evidence(kind, match.start() + offset, match.end() + offset))
    evidence = tuple(found.values())
    return Cues(
        strength(evidence, *EFFORT),
        strength(evidence, "blocked"),
        strength(evidence, *LEAVING),
        strength(evidence, "escalation"),
        evidence,
    )


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, spaces for breaks; every character in its place, so that spans hold."""
    lower = text.lower()
    return (lower if len(lower) == len(text) else text).translate(_PLAIN)


def strength(evidence: Sequence[Evidence], *kinds: str) -> float:
    """0..1 from the number of different cues of those kinds: 1 - 0.5^n."""
    return float(1 - 0.5 ** sum(e.kind in kinds for e in evidence))


def friction(negative: float, found: Cues, *, asks: bool) -> float:
    """0..100 from P(negative) 0..1 and the cues; `asks` is False for texts that ask for nothing or praise."""
    spared = 1 - WEIGHTS["feeling"] * (negative if asks else 0.0)
    for kind in ("effort", "blocked", "leaving", "escalation"):
        spared *= 1 - WEIGHTS[kind] * getattr(found, kind)
    return 100 * (1 - spared)
