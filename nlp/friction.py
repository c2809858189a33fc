"""Friction 0..100: a documented proxy of how much a message hurts, from its feeling and the effort that it shows.

Customer effort and friction have no standard measure (the Customer Effort Score is a survey item), so this is ours:
friction = 55 * P(negative) + 30 * effort + 20 * blocked + 25 * leaving, at most 100, where effort, blocked and leaving
are 1 - 0.5^(number of different cues). A message that asks for nothing (intent `none`) or praises has no friction
beyond its cues. Each cue is returned with its span, so that every figure can be shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.signal import Evidence

_CUES = {
    "effort": (
        r"\b(?:second|third|fourth|fifth|2nd|3rd|4th|\d+th) (?:time|call|e?-?mail|message|ticket|attempt|agent|person|week|month)\b",
        r"\b(?:once|yet) again\b|\bagain and again\b|\bover and over\b|\bkeeps? (?:on )?\w+ing\b|\bevery (?:single )?time\b",
        r"\bstill (?:no|not|nothing|waiting|haven'?t|hasn'?t|isn'?t|doesn'?t|won'?t|can'?t|down|broken|the same)\b",
        r"\b(?:waited|waiting|on hold|in the queue|been (?:an? )?\w+ (?:hours?|days?|weeks?|months?))\b",
        r"\b(?:transferred|passed (?:around|from|on)|sent (?:me )?(?:round|in circles)|explain(?:ed)? (?:it )?(?:all )?again)\b",
        r"\b(?:no ?(?:body|one) (?:has |ever )?(?:\w+ )?(?:repl|answer|respond|call|help|know|came|c[ao]me)\w*|no (?:reply|answer|response))\b",
        r"\b(?:already|tried) (?:\w+ ){0,2}(?:everything|restart|reset|reinstall|rebooted|told|called|sent|emailed|contacted)\w*",
    ),
    "blocked": (
        r"\b(?:can(?:no|')?t|could(?:n'?t| not)|unable to|won'?t let me|refuses to|impossible to)\b",
        r"\b(?:never (?:arrived|came|turned up|showed)|not (?:work|arriv|receiv|show)\w*|does(?:n'?t| not) work|didn'?t (?:arrive|come|work))\b",
        r"\b(?:declined|rejected|locked out|error|crash\w*|freez\w*|broken|dead|offline|missing|lost|failed|fails)\b",
    ),
    "leaving": (
        r"\b(?:cancel(?:l?ing)? (?:my|the|this|our) (?:\w+ )?(?:account|subscription|plan|contract|membership|order|service))\b",
        r"\b(?:switch(?:ing)? to|moving to|going to|leaving for) (?:another|a different|your competitor|someone else|a competitor)\b",
        r"\b(?:never (?:buy|order|use|shop|book|fly|again)\w*|last time i|taking my (?:business|money) elsewhere|i'?m (?:leaving|out|done)\b)",
        r"\b(?:close|delete) (?:my|the|our) account\b",
    ),
    "escalation": (
        r"\b(?:manager|supervisor|ombudsman|trading standards|small claims|lawyer|solicitor|legal action|chargeback|regulator|bbb|complain(?:t|ing)?)\b",
    ),
}
EFFORT = ("effort", "escalation")
LEAVING = ("leaving",)
_PATTERNS = {kind: tuple(re.compile(p, re.IGNORECASE) for p in patterns) for kind, patterns in _CUES.items()}


@dataclass(frozen=True, slots=True)
class Cues:
    """Strength 0..1 of each kind of cue, and where each was found."""

    effort: float
    blocked: float
    leaving: float
    evidence: tuple[Evidence, ...]


def cues(text: str, *, offset: int = 0) -> Cues:
    """The cues of one text; `offset` is added to the spans. Escalation counts as effort."""
    found = [
        (kind, match.start() + offset, match.end() + offset)
        for kind, patterns in _PATTERNS.items()
        for pattern in patterns
        if (match := pattern.search(text))
    ]
    evidence = tuple(Evidence(*cue) for cue in found)
    return Cues(strength(evidence, *EFFORT), strength(evidence, "blocked"), strength(evidence, *LEAVING), evidence)


def strength(evidence: Sequence[Evidence], *kinds: str) -> float:
    """0..1 from the number of different cues of those kinds: 1 - 0.5^n."""
    return float(1 - 0.5 ** sum(e.kind in kinds for e in evidence))


def friction(negative: float, found: Cues, *, asks: bool) -> float:
    """0..100 from P(negative) 0..1 and the cues; `asks` is False for texts that ask for nothing or praise."""
    feeling = 55 * negative if asks else 0.0
    return min(100.0, feeling + 30 * found.effort + 20 * found.blocked + 25 * found.leaving)
