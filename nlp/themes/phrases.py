"""Phrases: short clauses in the customers' own words, cut from parsed sentences in the style of a headline."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nlp.themes.terms import CALENDAR, FILLERS, PLACEHOLDER, stem, words

SHORTEST, LONGEST = 2, 7
NOUNS = ("NOUN", "PROPN")
BLAND = words(
    "be have do say tell know think want get go see let hope guess mean try need please thank ask look come give make "
    "take put keep like feel use seem understand believe speak talk start read hear call send write sit"
)
"""Verbs that say too little without a subject or a negation."""
VAGUE = FILLERS.union(
    CALENDAR,
    words(
        "ones someone anyone everyone nothing something anything everything person people one lot bit kind sort way "
        "thing stuff time times joke mum mother dad father son daughter wife husband kid kids friend neighbour sister "
        "brother god hell shit wtf lol reason question word"
    ),
)
"""Nouns that cannot carry a name."""
STAYING = words("twice never still again back down off out away late early offline online together everywhere")
STATES = words("offline online down off out late early missing")
DATES = ("DATE", "TIME", "PERSON", "GPE", "CARDINAL", "ORDINAL", "MONEY", "QUANTITY", "PERCENT", "NORP", "LOC", "FAC")
PLAIN = {"n't": "not", "n’t": "not", "nt": "not", "ca": "can", "wo": "will", "cannot": "cannot"}
CANNOT = words("can ca could couldn cannot")
MERIT = {"cannot": 0.16, "subject": 0.12, "not": 0.12, "passive": 0.12, "wish": 0.05, "group": -0.04, "told": -0.08}
"""What kind of phrase says most by itself, on the scale of a cosine similarity."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text`: sentence case, 2 to 7 words. `stems`: of its content words. `merit`: how much its form says by itself."""

    text: str
    stems: tuple[str, ...]
    merit: float


def phrases(doc: Any) -> Iterator[Phrase]:
    """Candidates of a parsed text (a spaCy Doc): clauses around its verbs, and groups around its nouns."""
    for token in doc:
        if token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass"):
            kind, core = _clause(token)
            if kind:
                tails = [tail for child in token.children if child.dep_ in ("prep", "agent") and (tail := _tail(child))]
                yield from _fit(kind, [core, *(core + tail for tail in tails[:2])])
        elif token.pos_ in NOUNS and token.dep_ not in ("compound", "nmod"):
            group = _group(token)
            tails = [tail for child in token.children if child.dep_ == "prep" and (tail := _tail(child))]
            yield from _fit("group", [group, *(group + tail for tail in tails[:1])])


def nouns(docs: Iterable[Any]) -> dict[str, str]:
    """Telling nouns of parsed texts, said twice at least: in lower case, and as mostly written."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for doc in docs:
        for token in doc:
            if token.pos_ in NOUNS and _clean(token):
                written[token.lower_][_cased(token)] += 1
    return {word: forms.most_common(1)[0][0] for word, forms in written.items() if forms.total() > 1}


def _clause(verb: Any) -> tuple[str, list[Any]]:
    """Its kind and its tokens; no kind where it says too little."""
    children = list(verb.children)
    negated = any(c.dep_ == "neg" or c.lower_ == "never" for c in children)
    helpers = [c for c in children if c.dep_ in ("aux", "auxpass")]
    can = [c for c in helpers if c.lower_ in CANNOT]
    subject = next((c for c in children if c.dep_ in ("nsubj", "nsubjpass")), None)
    passive = any(c.dep_ == "auxpass" for c in children)
    rest, noun_object = _rest(verb)
    bland = verb.lemma_.lower() in BLAND
    if subject is not None and subject.pos_ in NOUNS:
        if verb.lemma_ == "be":  # "the hub is offline" -> "hub offline"
            complement = [t for t in rest if t.dep_ in ("acomp", "neg") or t.lower_ in STATES]
            return ("subject", _group(subject) + complement) if any(t.dep_ != "neg" for t in complement) else ("", [])
        kept = helpers if negated else [c for c in helpers if c.lower_ in ("will", "wo", "can")]
        told = verb.tag_ == "VBD" and not rest  # "the warehouse signed" breaks off
        kind = "told" if told else "subject" if not bland or negated else ""
        return kind, [*_group(subject), *kept, verb, *rest]
    if verb.lemma_ == "be":
        return "", []
    if negated and can:
        return ("cannot" if verb.tag_ == "VB" else ""), [*can, verb, *rest]
    if negated:
        return ("not" if noun_object else ""), [*(c for c in helpers if c.lower_ != "to"), verb, *rest]
    if bland:
        return "", []
    if passive:
        return "passive", [verb, *rest]
    if verb.tag_ in ("VB", "VBG"):
        return "wish", [verb, *rest]
    return ("told" if noun_object else ""), [verb, *rest]


def _rest(verb: Any) -> tuple[list[Any], bool]:
    """Negation, particle, object, complements and short adverbs; whether a noun is among them."""
    found: list[Any] = []
    noun = False
    for child in verb.children:
        if child.dep_ in ("neg", "prt", "acomp") or child.lower_ in STAYING:
            found.append(child)
        elif child.dep_ in ("dobj", "attr", "oprd") and child.pos_ in NOUNS:
            found += _group(child)
            noun = True
        elif child.dep_ == "xcomp" and child.i > verb.i:
            inner, inner_noun = _rest(child)
            found += [child, *(c for c in child.children if c.dep_ == "aux"), *inner]
            noun |= inner_noun
    return found, noun


def _group(noun: Any) -> list[Any]:
    """The noun with its compounds and adjectives."""
    return [*(c for c in noun.children if c.dep_ in ("compound", "amod", "nmod") and c.i < noun.i), noun]


def _tail(preposition: Any) -> list[Any]:
    objects = [c for c in preposition.children if c.dep_ == "pobj" and c.pos_ in NOUNS]
    return [preposition, *_group(objects[0])] if objects else []


def _fit(kind: str, found: list[list[Any]]) -> Iterator[Phrase]:
    """The candidates fit to be read."""
    for tokens in found:
        ordered = [t for _, t in sorted({t.i: t for t in tokens}.items()) if not t.is_punct]
        if not ordered or not all(map(_clean, ordered)):
            continue
        said = [PLAIN.get(t.lower_, _cased(t)) for t in ordered]
        text = " ".join(said).replace("can not", "cannot").replace("could not", "cannot")
        content = [t for t in ordered if t.pos_ in ("NOUN", "PROPN", "VERB", "ADJ", "ADV") and not t.is_stop]
        nouns = [t for t in content if t.pos_ in NOUNS and t.lower_ not in VAGUE]
        solid = [t for t in content if t.lower_ not in VAGUE]
        stems = tuple(stem(t.lower_) for t in solid)
        if (
            len(set(stems)) == len(stems)
            and SHORTEST <= len(text.split()) <= LONGEST
            and nouns
            and (kind != "group" or len(solid) > 1)
        ):
            yield Phrase(text[0].upper() + text[1:], stems, MERIT[kind])


def _cased(token: Any) -> str:
    """As written where it is a proper noun that does not shout."""
    proper = token.pos_ == "PROPN" and (token.text.istitle() or (token.text.isupper() and 1 < len(token) < 5))
    return str(token.text if proper else token.lower_)


def _clean(token: Any) -> bool:
    """No placeholder, handle, digit, date, place, name of a person, vague noun or oddly written word."""
    if (
        token.pos_ == "PRON"
        or token.ent_type_ in DATES
        or PLACEHOLDER.search(token.text)
        or token.lower_.startswith(("'", "’"))
    ):
        return False
    if token.pos_ in NOUNS and token.lower_ in VAGUE:
        return False
    return token.lower_ in PLAIN or all(c.isalpha() or c == "-" for c in token.text)
