"""Phrases: what customers' clauses say, in the words and the style of a headline."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from nlp.themes.clauses import NOTHING, NOUNS, Clause, clauses
from nlp.themes.terms import CALENDAR, FILLERS, PLACEHOLDER, stem, words
from nlp.themes.verbs import BLAND, CONTROL, ENOUGH, EXPECTED, FAILING, KNOWING, LIGHT, LOST, MENDING, form

SHORTEST, LONGEST = 2, 7
VAGUE = FILLERS.union(
    CALENDAR,
    words(
        "ones someone anyone everyone nothing something anything everything person people one lot bit kind sort way "
        "thing stuff time times joke mum mother dad father son daughter wife husband kid kids friend neighbour sister "
        "brother god hell shit wtf lol reason question word fact case idea luck none all sure able clear sorry ass "
        "much many several few more most other same such own last next first second third different certain various "
        "numerous multiple whole entire fucking fuck shit bitch crap bullshit hell damn stupid ridiculous great nice "
        "best worst lovely dear link dm tweet it its mine yours ours theirs"
    ),
)
"""Words that cannot carry a name."""
ASIDE = words("already again now then also still very so too finally simply literally currently actually yet never")
SMALL = words("to for with at on from into in as by of about via through without after before under over against")
"""Prepositions whose object may end a phrase."""
MERIT = {
    "cannot": 0.16, "not": 0.16, "refuses": 0.12, "keeps": 0.14, "stopped": 0.16, "passive": 0.14, "bare": -0.1,
    "subject": 0.08, "state": 0.12, "how": 0.08, "when": 0.1, "wish": 0.02, "wanted": 0.06, "no": 0.08, "group": -0.28,
    "about": -0.42, "told": -0.25,
}  # fmt: skip
"""What kind of phrase says most by itself, on the scale of a cosine similarity."""

Said = np.ndarray[Any, np.dtype[np.bool_]]
"""Which of n texts say something, bool (n,), or each of m things, bool (n, m)."""
Part = Any
"""A token as it is said, a word that is added, or a token with another form of it."""
Parts = Sequence[Part]


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text`: sentence case, 2 to 7 words. `key`: what it says, whatever the tense or number. `stems`: of its content
    words. `kind`: of MERIT. `classes`: a letter a word: n(oun), v(erb), a(djective), or - of another."""

    text: str
    key: tuple[str, ...]
    stems: tuple[str, ...]
    kind: str
    classes: str = ""


def phrases(doc: Any) -> Iterator[Phrase]:
    """Candidates of a parsed text (a spaCy Doc): of its clauses and noun groups, short and longer."""
    for clause in clauses(doc):
        for objects, subjects, tails in product(_objects(clause), _groups(clause.subject), _tails(clause.tails)):
            kind, said = _headline(clause, subjects, objects)
            if objects or tails:
                said = [part for part in said if isinstance(part, (str, tuple)) or not _loose(part, clause)]
            yield from _finished(kind, [*said, *tails])
    for token in doc:
        if token.pos_ in NOUNS and token.dep_ not in ("compound", "nmod"):
            after = [child for child in token.children if child.dep_ == "prep"]
            kind = "no" if any(c.lower_ in NOTHING for c in token.children) else "group"
            for group, tails in product(_groups(token), _tails(after)):
                yield from _finished(kind, [*(["no"] if kind == "no" else []), *group, *tails])


def _headline(clause: Clause, subjects: Parts, objects: Parts) -> tuple[str, Parts]:
    """Its kind and what it says; no kind where it says too little."""
    verb, lemma = clause.verb, clause.verb.lemma_.lower()
    if lemma in CONTROL and any(c.dep_ in ("xcomp", "ccomp") for c in verb.children):
        return "", []
    if lemma == "be":
        return _being(clause, subjects)
    if lemma == "have":
        return ("no", ["no", *objects]) if clause.manner == "not" and objects and clause.by == "self" else ("", [])
    if lemma in ("want", "need") and objects and clause.manner == "done" and clause.by == "self":
        return "wanted", [*objects, "wanted"]
    return _told(clause, subjects, objects)


def _told(clause: Clause, subjects: Parts, objects: Parts) -> tuple[str, Parts]:
    """By its manner."""
    verb, lemma, base = clause.verb, clause.verb.lemma_.lower(), (clause.verb, clause.verb.lemma_.lower())
    states = [t for t in clause.states if t.lower_ not in ("yet", "never", "still")]
    match clause.manner:
        case "cannot" if clause.passive:
            telling = subjects and lemma not in BLAND
            return ("cannot" if telling else ""), [*subjects, "cannot be", (verb, form(verb, "VBN")), *states]
        case "cannot" | "not" if objects and clause.others and (lemma in EXPECTED or lemma not in BLAND):
            return _undone(clause, objects, states)
        case "cannot":
            telling = objects or states or lemma not in BLAND
            return ("cannot" if telling else ""), [*([] if clause.by else subjects), "cannot", base, *states, *objects]
        case "not":
            return _lacking(clause, subjects, objects, states)
        case "refuses":
            return _refused(clause, subjects, objects, states)
        case "keeps" | "stopped":
            told = [*subjects, clause.manner, (verb, form(verb, "VBG")), *states, *objects]
            whole = subjects or (objects and clause.manner == "stopped")  # "keeps cancelling flights": who does?
            return (clause.manner if whole else ""), told
        case "when" if subjects and clause.long:
            return "when", ["how long", *subjects, (verb, form(verb, "VBZ")), *states, *objects]
        case "when" if subjects and lemma not in BLAND:
            return "when", ["when will", *subjects, base, *states, *objects]
        case "wish" if lemma in KNOWING and any(t.lower_ == "about" for t in clause.tails[:1]):
            return "how", ["question"]
        case "wish" if lemma in KNOWING and objects and clause.by != "they":
            return "how", ["question about", *objects]
        case "wish" if lemma in MENDING:
            return ("about" if objects else ""), ["problem with", *objects]
        case "how" | "wish" if lemma not in BLAND or (objects and lemma in ENOUGH):
            return clause.manner, [*(["how to"] if clause.manner == "how" else []), base, *states, *objects]
        case "due":
            telling = subjects and lemma not in BLAND
            return ("not" if telling else ""), [*subjects, "not", (verb, form(verb, "VBN")), *states]
        case "done" | "why":
            return _done(clause, subjects, objects, states)
    return "", []


def _being(clause: Clause, subjects: Parts) -> tuple[str, Parts]:
    """How things are: "Exchange rate wrong", "Button missing", "Where is order"."""
    if subjects and any(c.lower_ == "where" for c in clause.verb.children):
        return "when", ["where are" if _many(clause) else "where is", *subjects]
    telling = [part for t in clause.states if t.lower_ not in ASIDE for part in _stated(t)]
    if not subjects or not telling or clause.manner not in ("done", "not", "why"):
        return "", []
    return "state", [*subjects, *(["not"] if clause.manner == "not" else []), *telling]


def _stated(state: Any) -> Parts:
    """With what follows where it says nothing without: "out of stock"; nothing of what is "out of my control"."""
    of = next((c for c in state.children if c.lower_ == "of"), None)
    if state.lower_ != "out" or of is None:
        return [state]
    noun = next((c for c in of.children if c.dep_ == "pobj" and c.pos_ in NOUNS), None)
    if noun is None or any(c.dep_ == "poss" for c in noun.children):
        return []
    return [state, of, *_groups(noun)[0]]


def _lacking(clause: Clause, subjects: Parts, objects: Parts, states: Parts) -> tuple[str, Parts]:
    """What did not happen: "Refund not received", "Card not working", "Parcel never arrived"."""
    verb, lemma = clause.verb, clause.verb.lemma_.lower()
    if subjects and not objects:
        return ("not" if states or lemma not in LIGHT else ""), [*subjects, *_failing(clause, lemma), *states]
    if subjects:
        does = "do not" if _many(clause) else "does not"
        return ("not" if lemma not in BLAND else ""), [*subjects, does, (verb, lemma), *states, *objects]
    if not objects or (clause.by == "they" and lemma in BLAND and lemma not in ENOUGH):
        return "", []
    if lemma in ("receive", "get"):
        return "not", [*objects, "not", (verb, "received")]
    if lemma == "see":
        return "not", [*objects, "not", (verb, "shown")]
    if lemma == "find":
        return "cannot", ["cannot", (verb, "find"), *objects]
    return ("", []) if lemma in BLAND else _undone(clause, objects, states)


def _undone(clause: Clause, objects: Parts, states: Parts) -> tuple[str, Parts]:
    """What nobody did with a thing: "Payment not recognised", "Account not verified"."""
    return "not", [*objects, "not", (clause.verb, form(clause.verb, "VBN")), *states]


def _refused(clause: Clause, subjects: Parts, objects: Parts, states: Parts) -> tuple[str, Parts]:
    """What someone would not do: "Bank refuses to close account", "App fails to load", "Late payment not removed"."""
    verb, lemma = clause.verb, clause.verb.lemma_.lower()
    if not subjects and clause.by != "self":
        return _undone(clause, objects, states) if objects else ("", [])
    does = verb.head.lemma_.lower() + ("" if _many(clause) else "s")
    actor = [*subjects, does, "to"] if subjects else ["cannot"]
    return ("refuses" if objects or lemma not in BLAND else ""), [*actor, (verb, lemma), *states, *objects]


def _failing(clause: Clause, lemma: str) -> list[Part]:
    """The verb of a thing that does not do it, in the tense in which it is said."""
    verb = clause.verb
    if lemma == "work":
        return ["not", (verb, "working")]
    if any(t.lower_ == "never" for t in clause.states) and verb.tag_ in ("VBD", "VBN"):
        return ["never", (verb, form(verb, "VBD"))]
    if clause.passive or verb.tag_ in ("VBN", "VBG"):
        return ["not", (verb, form(verb, "VBG" if verb.tag_ == "VBG" else "VBN"))]
    helper = next((c.lower_ for c in verb.children if c.dep_ == "aux"), "")
    past, future = helper.startswith("did"), helper in ("will", "wo", "wont")
    return ["did" if past else "will" if future else "do" if _many(clause) else "does", "not", (verb, lemma)]


def _done(clause: Clause, subjects: Parts, objects: Parts, states: Parts) -> tuple[str, Parts]:
    """What happened: "Account hacked", "Charged twice", "ATM swallowed card"."""
    verb, lemma = clause.verb, clause.verb.lemma_.lower()
    participle = (verb, form(verb, "VBN"))
    if lemma in BLAND and not (
        subjects and objects and lemma in ("give", "take", "send", "show", "put", "make", "report")
    ):
        return "", []
    if clause.passive:
        if objects and not subjects:  # "I was charged a fee"
            return "passive", [*objects, participle, *states]
        bare = not (subjects or objects or states)
        return "bare" if bare else "passive", [*subjects, participle, *states, *objects]
    if clause.by == "they" and (objects or states):
        return "passive", [*objects, participle, *states]
    if clause.by == "self":
        lost = (verb, "missing") if verb.lower_ == "missing" else participle  # "I'm missing a part" is no part missed
        return ("passive", [*objects, lost]) if lemma in LOST and objects else ("told", [verb, *states, *objects])
    if not subjects or verb.tag_ == "VB":  # "does it support cheques" asks
        return "told", [verb, *states, *objects] if objects else []
    still = ["still"] if any(t.lower_ == "still" for t in clause.states) else []
    broken_off = verb.tag_ == "VBD" and not (objects or states or lemma in FAILING)  # "the warehouse signed"
    ill = verb.tag_ == "VBP" and clause.subject is not None and clause.subject.tag_ in ("NN", "NNP")  # "video continue"
    return "told" if broken_off or ill else "state" if still else "subject", [
        *subjects,
        *still,
        verb,
        *states,
        *objects,
    ]


def _loose(part: Any, clause: Clause) -> bool:
    """An adverb that parts a verb from what follows: "reported again the account"."""
    return part.lower_ in ASIDE or (part.dep_ == "advmod" and clause.verb.lemma_.lower() not in LIGHT)


def _many(clause: Clause) -> bool:
    return clause.subject is not None and clause.subject.tag_ in ("NNS", "NNPS")


def _groups(noun: Any | None) -> list[Parts]:
    """The noun with its compounds, and with its adjectives beside."""
    if noun is None:
        return [[]]
    compounds = before(noun, ("compound", "nmod"))
    described = before(noun, ("compound", "nmod", "amod"))
    return [[*group, noun] for group in ([compounds] if described == compounds else [compounds, described])]


def _objects(clause: Clause) -> list[Parts]:
    """Its object's groups; where nothing else follows, also with what belongs to it: "proof of insurance"."""
    found = _groups(clause.object)
    if clause.object is None or clause.tails:
        return found
    after = _tails([c for c in clause.object.children if c.dep_ == "prep"])
    return [[*group, *tail] for group in found for tail in after]


def before(noun: Any, kinds: tuple[str, ...]) -> list[Any]:
    """What stands before a noun and belongs to it, and what belongs to that."""
    own = [c for c in noun.children if c.dep_ in kinds and c.i < noun.i]
    return [token for c in own for token in (*before(c, kinds), c)]


def _tails(prepositions: Sequence[Any]) -> list[Parts]:
    """Nothing, and the first one or two prepositions with their nouns."""
    found: list[Parts] = [[]]
    for preposition in prepositions[:2]:
        noun = next((c for c in preposition.children if c.dep_ == "pobj" and c.pos_ in NOUNS), None)
        if noun is None or preposition.lower_ not in SMALL:
            break
        found += [[*found[-1], preposition, *group] for group in _groups(noun)]
    return found


def _finished(kind: str, parts: Parts) -> Iterator[Phrase]:
    """The candidate, where it is fit to be read."""
    tokens = [part[0] if isinstance(part, tuple) else part for part in parts if not isinstance(part, str)]
    odd = any(isinstance(part, tuple) and not part[1].isalpha() for part in parts)
    if not kind or odd or not tokens or not all(clean(part) for part in parts if not isinstance(part, (str, tuple))):
        return
    text = " ".join(_said(part) for part in parts)
    said = text.lower().split()
    content = [t for t in tokens if t.pos_ in ("NOUN", "PROPN", "VERB", "ADJ", "ADV") and t.lower_ not in ASIDE | SMALL]
    nouns = [t for t in content if t.pos_ in NOUNS]
    stems = tuple(dict.fromkeys(stem(t.lower_) for t in content))
    telling = nouns or (kind in ("cannot", "passive", "bare") and len(tokens) > 1)
    if not telling or not SHORTEST <= len(said) <= LONGEST or len(set(map(stem, said))) < len(said):
        return
    if kind == "group" and (len(stems) < 2 or all(t.pos_ == "PROPN" for t in content)):
        return
    manner = "cannot" if kind == "refuses" and said[0] == "cannot" else kind
    key = (manner, *sorted({t.lemma_.lower() for t in tokens}))
    yield Phrase(text[0].upper() + text[1:], key, stems, kind, "".join(map(_class, parts)))


def _class(part: Part) -> str:
    """A letter a word of what is said."""
    if isinstance(part, str):
        return "-" * len(part.split())
    token = part[0] if isinstance(part, tuple) else part
    return {"NOUN": "n", "PROPN": "n", "VERB": "v", "ADJ": "a"}.get(token.pos_, "-")


def _said(part: Part) -> str:
    return part if isinstance(part, str) else part[1] if isinstance(part, tuple) else str(part.lower_)


def clean(token: Any) -> bool:
    """No placeholder, handle, digit, pronoun, vague or oddly written word."""
    if token.pos_ == "PRON" or PLACEHOLDER.search(token.text) or token.lower_.startswith(("'", "’")):
        return False
    return token.lower_ not in VAGUE and all(c.isalpha() or c == "-" for c in token.text)
