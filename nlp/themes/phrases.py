"""Phrases: short clauses in the customers' own words, cut from parsed sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nlp.themes.terms import FILLERS, PLACEHOLDER, words

SHORTEST, LONGEST = 2, 7
NOUNS = ("NOUN", "PROPN")
DROPPED = ("det", "poss", "predet", "intj", "punct", "cc", "nummod", "mark", "expl")
KEPT_ADVERBS = words("twice never still again back down off out not there nowhere early late away yet")
EXPANDED = {
    "n't": "not",
    "n’t": "not",
    "'nt": "not",
    "nt": "not",
    "ca": "can",
    "wo": "will",
    "'s": "is",
    "'re": "are",
    "'ve": "have",
}
BLAND_VERBS = words("be have do say tell know think want get go see let hope guess mean try need please thank")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text`: sentence case, 2 to 7 words. `words`: lemmas of its content words. `clause`: has a verb. `problem`: it
    says that something is not, cannot, never or still."""

    text: str
    words: tuple[str, ...]
    clause: bool
    problem: bool


def phrases(sentence: Any) -> Iterator[Phrase]:
    """Candidates of a parsed text (a spaCy Doc): clauses around each verb, and noun groups."""
    for token in sentence:
        if token.pos_ == "VERB" or (token.pos_ == "AUX" and token.dep_ in ("ROOT", "conj", "ccomp", "advcl")):
            yield from filter(None, (_phrase(tokens) for tokens in _clauses(token)))
        elif token.pos_ in NOUNS and token.dep_ not in ("compound", "nmod"):
            group = _group(token)
            yield from filter(None, (_phrase(group), _phrase(group + _attached(token))))


def _clauses(verb: Any) -> Iterator[list[Any]]:
    """The verb with its negation, particle, noun subject and object; again with what a preposition adds."""
    core = [verb]
    negated = any(child.dep_ == "neg" for child in verb.children)
    subject: list[Any] = []
    tail: list[Any] = []
    for child in verb.children:
        if child.dep_ in ("neg", "prt") or child.lower_ in KEPT_ADVERBS:
            core.append(child)
        elif child.dep_ in ("nsubj", "nsubjpass") and child.pos_ in NOUNS:
            subject = _group(child)
        elif child.dep_ in ("dobj", "attr", "oprd") and child.pos_ in NOUNS:
            core += _group(child)
        elif child.dep_ in ("acomp", "oprd") or (child.dep_ == "advmod" and child.i > verb.i and verb.pos_ == "AUX"):
            core.append(child)
        elif child.dep_ == "xcomp":
            core += [child, *(c for c in child.children if c.dep_ in ("aux", "neg", "prt", "acomp"))]
            core += [t for c in child.children if c.dep_ == "dobj" and c.pos_ in NOUNS for t in _group(c)]
        elif child.dep_ in ("prep", "agent"):
            tail = tail or _prepositional(child)
    auxiliaries = [c for c in verb.children if c.dep_ in ("aux", "auxpass")]
    modal = [c for c in auxiliaries if c.lower_ in ("can", "ca", "could", "wo", "will", "keep")]
    if subject:
        core += subject + (auxiliaries if negated or verb.tag_ in ("VBN", "VBG") else modal)
    elif negated:
        core += modal or auxiliaries
    yield core
    if tail:
        yield core + tail


def _group(noun: Any) -> list[Any]:
    """The noun with its compounds and adjectives."""
    return [*(c for c in noun.children if c.dep_ in ("compound", "amod", "nmod", "neg") and c.i < noun.i), noun]


def _attached(noun: Any) -> list[Any]:
    return next((found for c in noun.children if c.dep_ == "prep" if (found := _prepositional(c))), [])


def _prepositional(preposition: Any) -> list[Any]:
    objects = [c for c in preposition.children if c.dep_ == "pobj" and c.pos_ in NOUNS]
    return [preposition, *_group(objects[0])] if objects else []


def _phrase(tokens: list[Any]) -> Phrase | None:
    """None where the tokens make no phrase fit to be read."""
    ordered = [t for t in sorted({t.i: t for t in tokens}.values(), key=lambda t: t.i) if t.dep_ not in DROPPED]
    if any(not _clean(t) for t in ordered):
        return None
    said = [EXPANDED.get(t.lower_, t.text if t.pos_ == "PROPN" and t.ent_type_ else t.lower_) for t in ordered]
    while said and said[0] in ("to", "and", "but", "not", "of", "for"):
        said, ordered = said[1:], ordered[1:]
    text = " ".join(said).replace("can not", "cannot").replace("will not", "will not")
    content = tuple(t.lemma_.lower() for t in ordered if t.pos_ in ("NOUN", "PROPN", "VERB", "ADJ") and not t.is_stop)
    nouns = [t for t in ordered if t.pos_ in NOUNS]
    clause = any(t.pos_ in ("VERB", "AUX") for t in ordered)
    if (
        not SHORTEST <= len(text.split()) <= LONGEST
        or not content
        or not nouns
        or set(content) <= BLAND_VERBS | FILLERS
    ):
        return None
    problem = any(
        t.lower_ in ("not", "n't", "never", "cannot", "still", "no", "ca", "unable", "without") for t in ordered
    )
    return Phrase(text[0].upper() + text[1:], content, clause, problem)


def _clean(token: Any) -> bool:
    """No placeholder, handle, digit, name of a person or oddly written word."""
    if token.ent_type_ == "PERSON" or PLACEHOLDER.search(token.text) or token.like_url or token.like_email:
        return False
    return token.lower_ in EXPANDED or all(c.isalpha() or c in "-'’" for c in token.text)
