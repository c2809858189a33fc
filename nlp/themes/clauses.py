"""Clauses: what a sentence says happened, to what, and whether it could not, did not, or is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nlp.themes.terms import words

NOUNS = ("NOUN", "PROPN")
CANNOT = words("can ca could couldn cant cannot")
WISHING = words("want need like wish require love help wan prefer look try please request would ask demand")
DUE = words("should must ought need shall supposed")
"""What should be done has not been."""
UNSURE = words("would could may might will wo 'll 'd ll")
"""What only might be, or will."""
LETTING = words("let allow permit enable")
TROUBLE = words("trouble problem problems issue issues difficulty difficulties hard unable impossible struggle")
REFUSING = words("fail refuse")
OTHERS = words("they he she someone somebody who")
THEY = OTHERS | words("you it this that yall ya")
"""Subjects that do something to the customer; OTHERS are not spoken to."""
OWED = words("need have ought help")
"""What they owe, or help with, is asked for."""
POWER = words("right authority power")
"""What gives others leave to do a thing, where it is not the customer's own."""
SELF = words("i we me us im my")
ADVERBS = words("twice never still again back down off out away late early offline online together everywhere yet")
STATES = words("offline online down off out late early missing unavailable broken gone here there")
NOTHING = words("no zero")


@dataclass(frozen=True, slots=True)
class Clause:
    """A verb and what belongs to it.

    manner: "cannot", "not", "keeps", "stopped", "refuses", "wish" (asked for), "how" (how it is done), "when", "why",
    "due" (it should have happened), "done" (it happened, or is so); "" where it says nothing of its own. subject: a
    noun, or None where a pronoun or nobody stands for it; `by`: who does it then: "self" (the customer), "they", "".
    object: the head of the direct one; states: complements and adverbs; tails: prepositions that follow. long: "how
    long" is asked.
    """

    verb: Any
    manner: str
    passive: bool
    subject: Any | None
    by: str
    object: Any | None
    states: tuple[Any, ...]
    tails: tuple[Any, ...]
    long: bool

    @property
    def others(self) -> bool:
        """Whether those do it, or do not, who are not spoken to: "they cannot verify the account"."""
        subject = _subject(list(self.verb.children))
        return subject is not None and subject.lower_ in OTHERS


def clauses(doc: Any) -> Iterator[Clause]:
    """Of a parsed text (a spaCy Doc), in order."""
    for token in doc:
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass"):
            yield _clause(token)


def _clause(verb: Any) -> Clause:
    children = list(verb.children)
    passive = any(c.dep_ == "auxpass" for c in children) or _got(verb)
    manner = _manner(verb, children, _subject(children), passive=passive)
    actor = verb.head if manner in ("keeps", "stopped", "refuses") else verb
    subject = _subject(list(actor.children))
    named = subject is not None and subject.pos_ in NOUNS and subject.lower_ not in SELF
    return Clause(
        verb=verb,
        manner=manner,
        passive=passive,
        subject=subject if named else None,
        by=_by(verb, subject),
        object=next((c for c in children if c.dep_ in ("dobj", "attr", "oprd") and c.pos_ in NOUNS), None),
        states=tuple(
            c
            for c in children
            if c.dep_ == "prt"
            or (c.dep_ == "acomp" and c.pos_ in ("ADJ", "ADV", "VERB"))
            or c.lower_ in ADVERBS
            or (verb.lemma_ == "be" and c.lower_ in STATES)
            or (c.dep_ == "oprd" and c.pos_ == "ADJ")
        ),
        tails=tuple(c for c in children if c.dep_ in ("prep", "agent") and c.i > verb.i),
        long=_long(children),
    )


def _subject(children: list[Any]) -> Any | None:
    return next((c for c in children if c.dep_ in ("nsubj", "nsubjpass")), None)


def _got(verb: Any) -> bool:
    """Got hacked, want something fixed, asked to have it fixed."""
    governor = verb.head.lemma_.lower()
    form = verb.tag_ == "VBN" or (verb.tag_ == "VBD" and governor != "get")  # the tagger takes one for the other there
    done = governor in ("get", "want", "need", "like") or (governor == "have" and verb.head.tag_ == "VB")
    return form and verb.dep_ in ("ccomp", "xcomp") and done


def _by(verb: Any, subject: Any | None) -> str:
    if subject is None:
        return "self" if _governor(verb) is not None else ""
    return "self" if subject.lower_ in SELF else "they" if subject.lower_ in THEY else ""


def _manner(verb: Any, children: list[Any], subject: Any | None, *, passive: bool) -> str:
    helpers = [c for c in children if c.dep_ == "aux"]
    negated = _negated(children)
    able = any(c.lower_ in CANNOT for c in helpers)
    governor = _governor(verb)
    if negated and able:
        return "cannot"
    if governor is not None and (found := _governed(verb, governor)):
        return "" if negated or (found == "wish" and _theirs(verb)) else found
    if negated:
        return "not"
    asked = next((c.lower_ for c in children if c.tag_ == "WRB" and c.i < verb.i), "")
    if asked == "how" and _long(children):
        return "when"
    if asked in ("how", "where") and verb.tag_ == "VB":
        return "how"
    if asked in ("when", "why"):
        return asked
    inverted = subject is not None and any(c.i < subject.i for c in helpers)
    if able and inverted and subject is not None and subject.lower_ in SELF:
        return "how"
    if passive and _due(verb, children, helpers):
        return "due"
    if verb.tag_ == "VB" and (subject is None or (inverted and subject.lower_ in THEY) or _would(helpers)):
        return "" if _theirs(verb) else "wish"
    return "" if any(c.lower_ in UNSURE for c in helpers) else "done"


def _theirs(verb: Any) -> bool:
    """Whether others try or mean to do it, no customer: "they are attempting to collect a debt", "this is an attempt to
    collect it". What they need to do, or are asked for, is the customer's wish."""
    lower = verb
    while (above := _governor(lower)) is not None:
        thing = above.pos_ in NOUNS
        if above.lemma_.lower() in (WISHING if thing else OWED):
            return False
        if above.lemma_.lower() in POWER and above.head.lemma_ != "have":
            return not any(c.lower_ in SELF for c in above.children)
        while above.pos_ in (*NOUNS, "ADP") and above.head.i != above.i:
            above = above.head
        subject = _subject(list(above.children))
        if subject is not None:
            named = subject.pos_ in NOUNS and subject.lower_ not in SELF
            return named or subject.lower_ in OTHERS or (thing and subject.lower_ in THEY)
        lower = above
    return False


def _due(verb: Any, children: list[Any], helpers: list[Any]) -> bool:
    """Should be done, is to be done, be done; want it done, to get it done."""
    if any(c.lower_ in UNSURE or c.lower_ in CANNOT for c in helpers):
        return False
    helper = next((c for c in children if c.dep_ == "auxpass"), None)
    if helper is None:
        return bool(verb.head.lemma_.lower() != "get" or verb.head.tag_ == "VB")
    return helper.lower_ == "be" or any(c.lower_ in DUE for c in helpers)


def _negated(children: list[Any]) -> bool:
    return any(c.dep_ == "neg" or c.lower_ in ("never", "nt", "not") for c in children)


def _long(children: list[Any]) -> bool:
    return any(c.lower_ in ("long", "soon", "quickly") for child in children for c in [child, *child.children])


def _would(helpers: list[Any]) -> bool:
    return any(c.lower_ in ("please", "to") for c in helpers)


def _governor(verb: Any) -> Any | None:
    """The word that this verb is wanted, let, tried or refused by."""
    if verb.dep_ in ("xcomp", "ccomp", "acl", "relcl", "advcl"):
        return verb.head
    if verb.dep_ == "pcomp":
        return verb.head.head
    return None


def _governed(verb: Any, governor: Any) -> str:
    lemma, children = governor.lemma_.lower(), list(governor.children)
    above = list(governor.head.children) if governor.dep_ in ("acomp", "dobj", "attr", "xcomp") else []
    negated = _negated(children) or _negated(above)
    if lemma in LETTING or lemma == "able":
        return "cannot" if negated else ""
    if lemma in TROUBLE:
        return "cannot" if verb.tag_ in ("VBG", "VB") and not negated else ""
    if lemma in ("way", "option"):
        return "cannot" if negated or any(c.lower_ in NOTHING for c in children) else "how"
    if lemma in REFUSING:
        return "refuses"
    if lemma in ("keep", "continue") and verb.tag_ == "VBG":
        return "keeps"
    if lemma == "stop" and verb.tag_ == "VBG":
        return "stopped"
    if lemma in WISHING and verb.tag_ in ("VB", "VBG"):
        return "not" if negated else "how" if any(c.tag_ == "WRB" for c in [*children, *verb.children]) else "wish"
    if verb.dep_ in ("xcomp", "acl") and lemma == "possible":
        return "cannot" if negated else "how"
    if verb.tag_ == "VB" and any(c.lower_ in ("how", "where") for c in verb.children):
        return "how"
    return ""
