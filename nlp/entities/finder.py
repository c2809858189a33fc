"""What a text names: products, companies, competitors, places, order numbers, amounts and dates, with their offsets.

Three ways find them: the company's own names (`nlp/entities/gazetteer.py`), patterns, and, where asked for, spaCy's named-entity
recognition, which adds companies and places that no pattern knows. Where spans overlap, the surer way wins: own names,
then what is written by rule (amounts, numbers, dates), then names, then kinds of products; of one way, the longer span.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from nlp import english
from nlp.entities import amounts, companies, dates, places, products, references
from nlp.entities.gazetteer import NOTHING, Gazetteer
from nlp.names import UNUSED
from nlp.ordinary import ordinary
from nlp.signal import Entity

TYPES = ("product", "company", "competitor", "order_number", "amount", "date", "place")
WAYS = ("patterns", "full")
LONGEST = 20_000
"""Characters of a text that are read: a segment has at most 700, a request's text 20,000."""
RECOGNISED = 2_000
"""Characters of a text that named-entity recognition reads."""
RULES = 1
"""Rises with the rules, so that what they found before is found anew."""
Match = Callable[[str], list[Entity]]
_KNOWN = {"ORG": "company", "GPE": "place", "LOC": "place", "FAC": "place"}
_BEFORE = {
    "company": re.compile(
        r"\b(?:from|at|with|by|via|through|to|of|against|contacted|called|blame|use|than|or|and) $", re.I
    ),
    "place": re.compile(r"\b(?:in|near|from|to|at|of|around|outside|between|over|via) (?:the )?$", re.I),
}
_WORD = re.compile(r"[a-z]+")
_LETTERS = bytes(n if chr(n).isalpha() else 32 for n in range(128)) + bytes(128)
_WORDS = re.compile(r"[A-ZÀ-Þ][^\W\d_]+(?:[ '’&.-]+(?:of |and |the |& )?[A-ZÀ-Þ]?[^\W\d_]*)*")


@dataclass(frozen=True, slots=True)
class Finder:
    """A finder of entities. `recognise`: named-entity recognition (some 500 to 1,000 texts a second), or None."""

    gazetteer: Gazetteer = NOTHING
    recognise: Any = None
    _own: Match = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_own", matcher(self.gazetteer))

    @classmethod
    def load(cls, way: str = "patterns", gazetteer: Gazetteer = NOTHING) -> "Finder":
        """By `way`, one of WAYS. Raises MissingDependency where "full" has no model."""
        model = english.load(purpose="entities (FRICTIONARY_ENTITIES=full)", exclude=UNUSED) if way == "full" else None
        return cls(gazetteer, model)

    @property
    def digest(self) -> str:
        """What changes with the rules, the way and the own names."""
        return hashlib.sha256(f"{RULES}{bool(self.recognise)}{self.gazetteer.digest}".encode()).hexdigest()

    def __call__(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """The entities of each masked text, in order, without overlaps."""
        read = [text[:LONGEST] for text in texts]
        return [
            _apart([self._own(text), *_ruled(text, seen)])
            for text, seen in zip(read, self._recognised(read), strict=True)
        ]

    def _recognised(self, texts: Sequence[str]) -> Iterator[list[Entity]]:
        if self.recognise is None:
            yield from ([] for _ in texts)
            return
        short = (text[:RECOGNISED].encode("utf-8", "replace").decode() for text in texts)
        for document in self.recognise.pipe(short, batch_size=128):
            found = ((_KNOWN.get(e.label_), e.start_char, e.end_char, e.text) for e in document.ents)
            yield [
                Entity(type, start, end, words)
                for type, start, end, words in found
                if type and _vouched(type, words, document.text[max(0, start - 20) : start])
            ]


def matcher(gazetteer: Gazetteer) -> Match:
    """Finds own names as whole words, in any case; those of up to three letters as they are written."""
    if not gazetteer.names:
        return lambda text: []
    import spacy
    from spacy.matcher import PhraseMatcher

    blank = spacy.blank("en")
    loose, strict = PhraseMatcher(blank.vocab, attr="LOWER"), PhraseMatcher(blank.vocab, attr="ORTH")
    for number, name in enumerate(gazetteer.names):
        for written in (name.name, *name.aliases):
            (strict if len(written) <= 3 else loose).add(str(number), [blank.make_doc(written)])

    def found(text: str) -> list[Entity]:
        document = blank.make_doc(text)
        spans = [*loose(document, as_spans=True), *strict(document, as_spans=True)]
        own = ((gazetteer.names[int(span.label_)], span) for span in spans)
        return [Entity(name.type, span.start_char, span.end_char, name.name) for name, span in own]

    return found


def _ruled(text: str, recognised: list[Entity]) -> Iterator[list[Entity]]:
    """What patterns and recognition find, the surer first."""
    lower = text.lower()
    words = set(lower.encode().translate(_LETTERS).decode().split() if lower.isascii() else _WORD.findall(lower))
    yield [Entity("amount", *found) for found in amounts.amounts(text, words)]
    yield _said("order_number", text, references.references(text, words))
    yield _said("date", text, dates.dates(text, words))
    seen = _of("company", recognised)
    firms = _said("company", text, companies.companies(text, words)) + seen
    towns = [
        town
        for town in _said("place", text, places.found(text, words))
        if not any(firm.start <= town.start and town.end <= firm.end for firm in firms)
    ]
    yield _rivals(text, words, towns, firms)
    yield towns + _of("place", recognised)
    yield [Entity("product", *found) for found in products.named(text, words)]
    yield firms
    yield [Entity("product", *found) for found in products.kinds(text, words)]


def _rivals(text: str, words: Set[str], towns: Sequence[Entity], firms: Sequence[Entity]) -> list[Entity]:
    """Competitors, but for places and for the handle that the text begins with, which is addressed."""
    if not (rivals := list(companies.competitors(text, words))):
        return []
    known = {(e.start, e.end) for e in firms}
    others = {(e.start, e.end) for e in towns}
    addressed = {e.value.casefold() for e in firms if e.value[0] == "@" and not text[: e.start].strip()}
    spans = (
        (start, end) for start, end, sure in rivals if (start, end) not in others and (sure or (start, end) in known)
    )
    return [e for e in _said("competitor", text, spans) if e.value.casefold() not in addressed]


def _of(type: str, entities: Iterable[Entity]) -> list[Entity]:
    return [e for e in entities if e.type == type]


def _said(type: str, text: str, spans: Iterable[tuple[int, int]]) -> list[Entity]:
    return [Entity(type, start, end, " ".join(text[start:end].split())) for start, end in spans]


def _vouched(type: str, words: str, before: str) -> bool:
    """Whether what was recognised is written as a name and stands where one does: recognition takes shouted words,
    smileys and the names of people for companies and places."""
    if not _WORDS.fullmatch(words) or words.isupper() or ordinary(words.split()[0]):
        return False
    return bool(_BEFORE[type].search(before)) or (type == "company" and " " in words)


def _apart(ways: Iterable[Iterable[Entity]]) -> tuple[Entity, ...]:
    """Of overlapping entities the one of the earlier way, of one way the longer."""
    kept: list[Entity] = []
    for way in filter(None, ways):
        for entity in sorted(way, key=lambda e: (e.start - e.end, e.start)):
            if all(entity.end <= other.start or other.end <= entity.start for other in kept):
                kept.append(entity)
    return tuple(sorted(kept, key=lambda e: e.start))
