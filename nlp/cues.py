"""Plain phrases that show effort, being blocked, leaving and escalation: the words that are shown as reasons.

One phrase a line. `a|b` is either word; `…` is up to three words of any kind; a comma may stand after any word. To teach
a new one, add a line. Which texts show effort or leaving is learnt (`reasons.py`), and a phrase need not be sure by itself.
"""

import re
from collections import defaultdict

from nlp.signal import Evidence

PHRASES = {
    "effort": """
        still no|not|nothing|waiting|haven't|hasn't|isn't|can't|don't|doesn't|didn't
        second|third|fourth|fifth|sixth|2nd|3rd|4th|5th|6th|nth|umpteenth time|call|email|message|ticket|letter|reminder|attempt
        two|three|four|five|six|seven|several|many|multiple|countless times|calls|emails|messages|letters|people|agents
        asked|called|rang|phoned|emailed|wrote|written|messaged|told|tried … again|twice|times|already|before|ago
        already asked|called|rang|told|emailed|written|wrote|sent|tried|explained|gave|given|spoken|paid|did|done
        tried everything|calling|ringing|phoning|emailing|restarting|resetting|reinstalling|again
        nobody|no-one|noone … answers|answered|replies|replied|calls|called|rang|responds|responded|helps|helped|came|comes|listens
        no one|one's … answers|answered|replies|replied|calls|called|rang|responds|responded|helps|helped|came|come|comes|listens
        no reply|response|answer|callback|acknowledgement
        never|haven't|hasn't|didn't|not … heard|replied|answered|responded|called|rang|acknowledged
        ignored|ignoring|ignores
        been|was|kept waiting|chasing|trying|passed|transferred|bounced|ignored|told
        waited|waiting … minutes|hours|days|weeks|months|ages|since
        it's|its been … minutes|hours|days|weeks|months|ages
        for|after … hours|days|weeks|months|ages
        days|weeks|months|hours later|ago|now|overdue
        spent|wasted|lost … minutes|hours|days|weeks|morning|afternoon|evening|day
        on hold
        hung up
        cut off
        passed|sent|bounced|transferred|shunted|pushed|handed … around|round|between|from|back|on
        back and forth
        pillar to post
        round|in circles
        over|again|time and over|again
        once|yet again
        all over again
        me again
        chasing|chased|chase
        following up
        any update|updates|news|progress
        promised … call|callback|reply|refund|update|by|within|today|yesterday
        said|supposed|meant … call|ring|reply|come|arrive|back
        same question|answer|thing|error|story|message|reply|form|excuse
        keep|keeps|kept asking|telling|calling|ringing|getting|sending|saying|trying
        every|each time
        how many|much more|longer
        sick|tired of
        shouldn't have to
        repeat|repeating myself|everything|it
        explain|explained|explaining … again
        start|starting … again|over
        """,
    "blocked": """
        can't|cannot|couldn't|won't|unable … log|sign|get|access|open|load|use|pay|book|buy|find|finish|connect|send|add|see|change|cancel|upload|download|reach|work
        not|never|hasn't|haven't|didn't|doesn't|isn't|wasn't … working|work|works|arrived|arrive|come|received|delivered|loading|load|connect
        stopped working
        nothing happens|works
        locked|kicked|logged … out
        declined|rejected|refused|denied|blocked|suspended|banned|disabled|frozen|stuck
        error|errors|crash|crashes|crashed|crashing|freezes|froze|fails|failed|failing|bug|glitch|outage|offline
        is|are|gone|went down
        broken|broke|dead|smashed|cracked|damaged|leaking|torn|faulty|defective|ruined
        missing|lost|vanished|disappeared|stolen|hacked|wrong|empty
        overcharged
        charged|billed … twice|again|double
        late|delayed|overdue
        """,
    "leaving": """
        cancel|cancelling|canceling|close|closing|end|ending|terminate|terminating|delete|deleting|stop|stopping … account|subscription|contract|membership|policy|plan|service|trial|everything
        account|subscription|contract|membership|policy|plan|trial … closed|cancelled|canceled|ended|terminated|deleted
        switch|switching|switched|moving|move|changing|going|gone … to|over|elsewhere|away
        take|taking|taken|look|looking|shop|shopping … elsewhere|around
        my|our business|custom elsewhere
        another|different|other|new bank|provider|supplier|company|insurer|network|shop|airline|carrier
        competitor|competitors|competition|rival|rivals
        cheaper|cheaper|better elsewhere|with|at
        lost|losing … customer|customers|me|us|custom
        never|won't|not … again|back|renew|renewing|stay|staying
        don't|no want|need|use|longer … anymore|more|longer|want|need|use|wish
        last straw|order|chance|time
        i'm|im|we're|i'll leaving|leave|off|out|done|gone|quitting
        want|let … out|leave
        get … out|rid
        leaving you|for|because|after
        done with
        give|giving|gave … notice
        notice period
        opt|opting out
        unsubscribe|unsubscribing|uninstalling|deactivate
        let|letting … lapse|expire
        goodbye|bye
        """,
    "escalation": """
        speak|talk|put|want|get|ask|asked|escalate … manager|supervisor|boss
        manager|supervisor please|now
        someone|somebody senior|higher|in … charge|up
        escalate|escalated|escalating|escalation
        ombudsman|regulator|watchdog|ofcom|ofgem|cfpb|bbb
        trading standards
        consumer rights|protection
        small claims
        lawyer|lawyers|solicitor|attorney
        legal action|advice|steps|proceedings
        sue|suing you
        chargeback
        take|taking|see … court
        formal|formally|official|make|making|file|filing|lodge|lodging|raise … complaint|complain
        report|reporting you
        go|going to the press|papers
        """,
}  # fmt: skip
GAP = r"(?:,? [\w'-]+){0,3}?"
_PLAIN = str.maketrans({"’": "'", "‘": "'", "\n": " ", "\t": " ", "\r": " ", "\xa0": " "})
_WORD = re.compile(r"\w[\w'-]*")


def _by_first_word() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """First word -> the kind and what must follow, of each phrase that begins with it: other words cost nothing."""
    found = defaultdict(list)
    for kind, block in PHRASES.items():
        for line in filter(None, map(str.strip, block.splitlines())):
            first, *rest = line.split()
            follows = "".join(GAP if word == "…" else rf",? (?:{word})\b" for word in rest)
            for word in first.split("|"):
                found[word].append((kind, re.compile(follows)))
    return found


_FOLLOWING = _by_first_word()


def cues(text: str) -> list[Evidence]:
    """Every phrase found, in the order of the text; of two of a kind that overlap, the first."""
    plain, ends = _plain(text), dict.fromkeys(PHRASES, 0)
    found: list[Evidence] = []
    for word in _WORD.finditer(plain):
        if not (phrases := _FOLLOWING.get(word[0])):
            continue
        for kind, follows in phrases:
            if word.start() >= ends[kind] and (rest := follows.match(plain, word.end())):
                ends[kind] = rest.end()
                found.append(Evidence(kind, word.start(), rest.end()))
    return found


def _plain(text: str) -> str:
    """Lower case, straight apostrophes, spaces for breaks; every character in its place, so that spans hold."""
    lower = text.lower()
    if text.isascii() and text.isprintable():  # nothing to be made straight
        return lower
    return (lower if len(lower) == len(text) else text).translate(_PLAIN)
