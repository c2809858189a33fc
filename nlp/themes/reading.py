"""Reading: what a theme's most central texts say, phrase by phrase, and how many of them say it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats, SentimentEncoder
from nlp.themes.clauses import NOUNS
from nlp.themes.phrases import Phrase, phrases
from nlp.themes.terms import PLACEHOLDER, stem, words

Parse = Callable[[Sequence[str]], Iterable[Any]]
"""Texts to parsed spaCy Docs (tags, dependencies, lemmas), in order."""
READ, LEAST_READ, READ_IN_ALL = 40, 20, 2_000
"""Most central texts of a theme that are read; the more themes, the fewer of each, down to LEAST_READ."""
LENGTH = 300
"""Characters that are read of a text: what hurts is mostly said first."""
ALIKE, BEARING = 0.80, 0.50
"""Cosine similarity of two phrases that say the same, and of a part of a text to a headline that it bears out."""
ASKING, FAILING = ("wish", "how", "when"), ("cannot", "not", "refuses", "keeps", "stopped", "no")
"""Kinds of phrases that never say the same, however near they lie: "How to sign in", "Cannot sign in"."""
USUAL = 0.30
"""Share of texts that ask, or say what fails, where a theme does so."""
ACRONYM = 6
"""Letters of the longest word that is taken for an acronym where it is in capitals."""
FEW = 10
"""Of fewer texts than this, what one alone says counts whatever its kind."""
_HIDDEN = PLACEHOLDER.pattern
_EDGES = re.compile(rf"^(?:[\s,:.]*(?:{_HIDDEN}))+|(?:\s*(?:{_HIDDEN}|\blink))+\s*$", re.IGNORECASE)
_ODD = re.compile(r"[^\w\s.,;:!?'’\"()-]")
_PART = re.compile(r"(?<=[.!?;:])\s+|,\s|\s[-–]\s|\b(?:and|but|so|because)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(\w+) (top|sign|log|check|set|pick|back)[ -](up|in|out)(s?)\b", re.IGNORECASE)
_DOING = words("to i you we can cant cannot could not please and or me people they would do")
"""After these "top up" is a verb, else mostly a noun."""

Said = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What n texts say.

    phrases: m of them; said: bool (n, m), who says each; vectors: float32 (m, d); feelings: float32 (m,), -1..1, the
    worse the higher. parts: float32 (p, d), of what the texts say one after the other, and `part_of` the text of each.
    shares: of the texts that hold a word, 0..1 by stem. written: words that are written with capitals, by lower case.
    """

    phrases: tuple[Phrase, ...]
    said: Said
    vectors: Floats
    feelings: Floats
    parts: Floats
    part_of: tuple[int, ...]
    shares: Mapping[str, float]
    written: Mapping[str, str]

    def echo(self, vector: Floats, kind: str) -> float:
        """Share 0..1 of the texts that say what a phrase of that kind says, in whatever words."""
        if not self.phrases:
            return 0.0
        other = FAILING if kind in ASKING else ASKING if kind in FAILING else ()
        alike = (self.vectors @ vector >= ALIKE) & np.array([p.kind not in other for p in self.phrases])
        return float(self.said[:, alike].any(axis=1).mean())

    def manner(self, kind: str) -> float:
        """How far the texts speak in that manner, 0..1: 1 where USUAL of them ask or fail as the kind does, or where it
        does neither."""
        like = ASKING if kind in ASKING else FAILING if kind in FAILING else ()
        own = np.array([p.kind in like for p in self.phrases], np.bool_)
        return min(1.0, float(self.said[:, own].any(axis=1).mean()) / USUAL) if like else 1.0

    def bearing(self, vectors: Floats) -> Floats:
        """float32 (h,): the share 0..1 of the texts with a part that bears each of h headlines out."""
        whole = np.zeros((len(self.said), len(vectors)), np.bool_)
        np.logical_or.at(whole, np.array(self.part_of, np.intp), self.parts @ vectors.T >= BEARING)
        return np.asarray(whole.mean(axis=0), np.float32)


def read(themes: Sequence[Sequence[str]], *, parse: Parse, encoder: Encoder) -> list[Reading]:
    """Of each theme's texts, no two alike, the most central first."""
    most = min(READ, max(LEAST_READ, READ_IN_ALL // max(1, len(themes))))
    texts = [[readable(text) for text in own[:most]] for own in themes]
    docs = iter(parse([text for own in texts for text in own]))
    parsed = [[next(docs) for _ in own] for own in texts]
    forms = [_forms([list(phrases(doc)) for doc in own]) for own in parsed]
    vectors, feelings = felt(encoder, [phrase.text for own in forms for phrase, _ in own])
    pieces = [[(n, part) for n, text in enumerate(own) for part in parts(text)] for own in texts]
    near = encoder.encode([part for own in pieces for _, part in own])
    found: list[Reading] = []
    phrase, piece = 0, 0
    for own_docs, own, bits in zip(parsed, forms, pieces, strict=True):
        said = np.zeros((len(own_docs), len(own)), np.bool_)
        for m, (_, tellers) in enumerate(own):
            said[list(tellers), m] = True
        here, there = slice(phrase, phrase + len(own)), slice(piece, piece + len(bits))
        phrase, piece = here.stop, there.stop
        kept, part_of = tuple(p for p, _ in own), tuple(n for n, _ in bits)
        shares, written = _shares(own_docs), _written(own_docs)
        found.append(Reading(kept, said, vectors[here], feelings[here], near[there], part_of, shares, written))
    return found


def felt(encoder: Encoder, texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Embeddings float32 (n, d), and how bad each text feels, float32 (n,): P(negative) - P(positive); 0 where the
    encoder does not tell."""
    if not isinstance(encoder, SentimentEncoder):
        return encoder.encode(texts), np.zeros(len(texts), np.float32)
    vectors, told = encoder.encode_with_sentiment(texts)
    return vectors, np.asarray(told[:, 0] - told[:, 2], np.float32)


def readable(text: str) -> str:
    """Without handles and masked data at its ends ("it" elsewhere), odd characters and shouting, and cut."""
    plain = _ODD.sub(" ", PLACEHOLDER.sub("it", _EDGES.sub("", text)))
    letters = [c for c in plain if c.isalpha()]
    if sum(map(str.isupper, letters)) > len(letters) / 2:
        plain = plain.lower()
    return _PAIR.sub(_joined, plain)[:LENGTH]


def _joined(match: re.Match[str]) -> str:
    """ "My top up" is a top-up."""
    return match[0] if match[1].lower() in _DOING else f"{match[1]} {match[2]}-{match[3]}{match[4]}"


def parts(text: str) -> list[str]:
    """What a text says one after the other, each of three words at least."""
    found = [part.strip() for part in _PART.split(text)]
    return [part for part in found if len(part.split()) >= 3] or [text]


def _forms(texts: Sequence[Sequence[Phrase]]) -> list[tuple[Phrase, set[int]]]:
    """Each thing that is said, as it is mostly said (of equals the shortest), and by which texts. Noun groups that one
    text alone says are left out: there are many, and chance words among them."""
    counts: defaultdict[tuple[str, ...], Counter[Phrase]] = defaultdict(Counter)
    tellers: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for n, own in enumerate(texts):
        for phrase in set(own):
            counts[phrase.key][phrase] += 1
            tellers[phrase.key].add(n)
    best = [min(c.items(), key=lambda i: (-i[1], len(i[0].text), i[0].text))[0] for _, c in sorted(counts.items())]
    loose = ("group", "told") if len(texts) >= FEW else ()
    return [
        (phrase, tellers[phrase.key]) for phrase in best if phrase.kind not in loose or len(tellers[phrase.key]) > 1
    ]


def _shares(docs: Sequence[Any]) -> dict[str, float]:
    said = Counter(word for doc in docs for word in {stem(form) for t in doc for form in (t.lower_, t.lemma_.lower())})
    return {word: number / len(docs) for word, number in said.items()}


def _written(docs: Sequence[Any]) -> dict[str, str]:
    """Nouns that are mostly written with a capital, or with several, where no sentence begins; what is as often a verb
    ("Google Play") is none, nor is a long word in capitals alone, which is shouted."""
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    inside = [token for doc in docs for token in doc if token.i and not token.is_sent_start and token.is_alpha]
    for token in inside:
        forms[token.lower_][token.lower_ if token.is_upper and len(token) > ACRONYM else token.text] += 1
    nouns = Counter(token.lower_ for token in inside if token.pos_ in NOUNS)
    names = {word: c for word, c in forms.items() if 2 * nouns[word] > c.total()}
    most = {word: min(c.items(), key=lambda i: (-i[1], i[0]))[0] for word, c in names.items()}
    return {word: form for word, form in most.items() if form != word and len(word) > 1}
