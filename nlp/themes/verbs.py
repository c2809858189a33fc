"""Verbs: which of them say enough for a name, and the forms in which they are said."""

from typing import Any

from nlp.themes.terms import words

BLAND = words(
    "be have do say tell know think want get go see let hope guess mean try need please thank ask look come give make "
    "take put keep like feel use seem understand believe speak talk start read hear call send write sit help wonder "
    "happen explain check advise provide assist wait show find work appreciate love hate suck fuck notice realise "
    "realize remember live leave turn set bring state act stop end start begin receive report inform submit file "
    "contact claim request apply mention note write"
)
"""Verbs that say too little without an object of their own or a negation."""
ENOUGH = words("get use make find check send call speak talk set turn bring leave request")
"""Those among them that do say enough with an object, of what is asked for."""
EXPECTED = words("find send provide apply report")
"""Those that do, of what others cannot do or did not do with a thing: "Payment not applied"."""
LIGHT = words("be have do get go make take put let give")
"""Verbs that say nothing without what follows them: "Transfer did not go"."""
LOST = {
    "lose": "lost", "forget": "forgotten", "misplace": "misplaced", "damage": "damaged", "break": "broken",
    "miss": "missed", "crack": "cracked",
}  # fmt: skip
"""What a customer says of things in the active voice, and a headline in the passive."""
GONE = words("missing").union(LOST.values())
"""How a headline says it."""
FAILING = words("fail crash disappear vanish break freeze expire bounce drop leak overheat die lag glitch revert")
"""What things do by themselves that is a name without more."""
MENDING = words("fix repair resolve solve sort rectify")
"""Whoever asks for that has a problem with the thing."""
KNOWING = words("know tell ask inquire enquire learn check hear understand find explain")
"""Whoever asks for that has a question about the thing."""
CONTROL = words("let allow permit enable keep continue stop refuse fail try start begin want need like able seem")
"""Verbs that speak of another one, which then carries the phrase."""


def form(verb: Any, tag: str) -> str:
    """An inflected form, as said where it was said so."""
    from lemminflect import getInflection

    if verb.tag_ == tag:
        return str(verb.lower_)
    found = getInflection(verb.lemma_.lower(), tag=tag, inflect_oov=False)
    return str(found[-1]) if found else ""
