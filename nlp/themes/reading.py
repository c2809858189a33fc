"""Reading: what a theme's most central texts say, phrase by phrase, and how many of them say it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats, SentimentEncoder
from nlp.themes.clauses import NOUNS
from nlp.themes.phrases import SMALL, Phrase, Said, phrases
from nlp.themes.terms import PLACEHOLDER, stem, words
from nlp.themes.topics import mostly_nouns, topics
from nlp.themes.units import different, unrepeated

Parse = Callable[[Sequence[str]], Iterable[Any]]
"""Texts to parsed spaCy Docs (tags, dependencies, lemmas), in order."""
READ, LEAST_READ, READ_IN_ALL = 40, 20, 2_000
"""Most central texts of a theme that are read; the more themes, the fewer of each, down to LEAST_READ."""
LENGTH = 300
"""Characters that are read of a text: what hurts is mostly said first."""
ALIKE = 0.77
"""Cosine similarity of two phrases that say the same."""
OPPOSITE = 0.5
"""Share of the words of a phrase that tells what happened and of one that it did not, from which on they say the
opposite."""
ASKING, FAILING = ("wish", "wanted", "how", "when"), ("cannot", "not", "refuses", "keeps", "stopped", "no")
"""Kinds of phrases that never say the same, however near they lie: "How to sign in", "Cannot sign in"."""
USUAL = 0.30
"""Share of texts that ask, or say what fails, where a theme does so."""
BAD = 0.2
"""How bad the texts feel of a theme of trouble, -1..1."""
CAPITAL = 0.4
"""Share of a word's uses that are written with a capital where it is a name: in haste many write none."""
ACRONYM = 6
"""Letters of the longest word that is taken for an acronym where it is in capitals."""
FEW = 10
"""Of fewer texts than this, what one alone says counts whatever its kind."""
_HIDDEN = PLACEHOLDER.pattern
_EDGES = re.compile(rf"^(?:[\s,:.]*(?:{_HIDDEN}))+|(?:\s*(?:{_HIDDEN}|\blink))+\s*$", re.IGNORECASE)
_ODD = re.compile(r"[^\w\s.,;:!?'’\"()-]")
_PART = re.compile(r"(?<=[.!?;:])\s+|,\s|\s[-–]\s|\b(?:and|but|so|because)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(\w+) (top|sign|log|check|set|pick|back)[ -](up|in|out)(s?)\b", re.IGNORECASE)
_NUMBERS = dict(zip("23456789", ["two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True))
_COUNTED = re.compile(r"\b([2-9])(?:-(?=[a-z])| (?=(?:step|factor|way)\b))", re.IGNORECASE)
_DOING = words("to i you we can cant cannot could not please and or me people they would do")
"""After these "top up" is a verb, else mostly a noun."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What n texts say.

    phrases: m of them; said: bool (n, m), who says each; vectors: float32 (m, d); feelings: float32 (m,), -1..1, the
    worse the higher. parts: float32 (p, d), of what the texts say one after the other, and `part_of` the text of each;
    mood: how bad they feel, -1..1.
    shares: of the texts that hold a word, 0..1 by stem. topics: noun groups that many hold, and bool (n,), who does.
    written: words that are written with capitals, by lower case, and nouns: words that mostly are, in any theme.
    """

    phrases: tuple[Phrase, ...]
    said: Said
    vectors: Floats
    feelings: Floats
    parts: Floats
    part_of: tuple[int, ...]
    mood: float
    shares: Mapping[str, float]
    topics: tuple[tuple[str, Said], ...]
    written: Mapping[str, str]
    nouns: frozenset[str]

    def tellers(self, vector: Floats, kind: str, stems: Sequence[str]) -> Said:
        """bool (n,): the texts that say what a phrase of that kind says, in whatever words; who says the opposite in
        much the same words ("Account removed", "Account not removed from report") does not."""
        if not self.phrases:
            return np.zeros(len(self.said), np.bool_)
        other = FAILING if kind in ASKING else ASKING if kind in FAILING else ()
        most = 1.0 if kind == "headline" or kind in FAILING else OPPOSITE
        same = [
            p.kind not in other and not ((p.kind in FAILING) != (kind in FAILING) and shared(p.stems, stems) >= most)
            for p in self.phrases
        ]
        alike = (self.vectors @ vector >= ALIKE) & np.array(same)
        return np.asarray(self.said[:, alike].any(axis=1))

    @property
    def troubled(self) -> bool:
        """Whether the texts feel bad, or USUAL of them say what fails; others ask about a thing."""
        return self.mood >= BAD or self._share(FAILING) >= USUAL

    def manner(self, kind: str) -> float:
        """How far the texts speak in that manner, 0..1: 1 where USUAL of them ask or fail as the kind does, or where it
        does neither; of a kind that fails also as far as they do not ask."""
        if kind not in ASKING + FAILING:
            return 1.0
        asking, failing = (self._share(kinds) for kinds in (ASKING, FAILING))
        return min(1.0, asking / USUAL if kind in ASKING else max(failing / USUAL, 1 - asking))

    def _share(self, kinds: Sequence[str]) -> float:
        """Of the texts that say a phrase of these kinds."""
        own = np.array([p.kind in kinds for p in self.phrases], np.bool_)
        return float(self.said[:, own].any(axis=1).mean())

    def nearness(self, vectors: Floats) -> Floats:
        """float32 (n, h): how near the nearest part of each text is to each of h headlines, cosine -1..1."""
        found = np.full((len(self.said), len(vectors)), -1, np.float32)
        np.maximum.at(found, np.array(self.part_of, np.intp), self.parts @ vectors.T)
        return found


def read(themes: Sequence[Sequence[str]], *, parse: Parse, encoder: Encoder) -> list[Reading]:
    """Of each theme's texts, no two alike, the most central first."""
    most = min(READ, max(LEAST_READ, READ_IN_ALL // max(1, len(themes))))
    texts = [unrepeated([readable(text) for text in different(own[: 2 * most])[:most]]) for own in themes]
    docs = iter(parse([text for own in texts for text in own]))
    parsed = [[next(docs) for _ in own] for own in texts]
    forms = [_forms([list(phrases(doc)) for doc in own]) for own in parsed]
    flat = [phrase for own in forms for phrase, _ in own]
    vectors, feelings = felt(encoder, [phrase.text for phrase in flat])
    _, heads = felt(encoder, [_head(phrase) for phrase in flat])
    feelings = np.where([p.kind == "group" for p in flat], np.minimum(feelings, heads), feelings)
    pieces = [[(n, part) for n, text in enumerate(own) for part in parts(text)] for own in texts]
    near, moods = felt(encoder, [part for own in pieces for _, part in own])
    everything = [token for own in parsed for doc in own for token in doc]
    written, nouns = _written(everything), mostly_nouns(everything)
    found: list[Reading] = []
    phrase, piece = 0, 0
    for own_docs, own, bits in zip(parsed, forms, pieces, strict=True):
        said = np.zeros((len(own_docs), len(own)), np.bool_)
        for m, (_, tellers) in enumerate(own):
            said[list(tellers), m] = True
        here, there = slice(phrase, phrase + len(own)), slice(piece, piece + len(bits))
        phrase, piece = here.stop, there.stop
        kept, part_of = tuple(p for p, _ in own), tuple(n for n, _ in bits)
        held = [{stem(form) for t in doc for form in (t.lower_, t.lemma_.lower())} for doc in own_docs]
        shares, about = _shares(held), topics(own_docs, held, nouns)
        found.append(
            Reading(
                kept,
                said,
                vectors[here],
                feelings[here],
                near[there],
                part_of,
                float(moods[there].mean()) if bits else 0.0,
                shares,
                about,
                written,
                nouns,
            )
        )
    return found


def shared(one: Iterable[str], other: Iterable[str]) -> float:
    """Share of the words of two phrases, by their stems, that both have, 0..1 (Jaccard's coefficient)."""
    here, there = set(one), set(other)
    return len(here & there) / max(1, len(here | there))


def _head(phrase: Phrase) -> str:
    """What names the trouble in a noun group: "error" in "Error on the bill"; nothing of another phrase."""
    if phrase.kind != "group":
        return ""
    told = phrase.text.lower().split()
    end = next((n for n, word in enumerate(told) if word in SMALL), len(told))
    return told[end - 1]


def felt(encoder: Encoder, texts: Sequence[str]) -> tuple[Floats, Floats]:
    """Embeddings float32 (n, d), and how bad each text feels, float32 (n,): P(negative) - P(positive); 0 where the
    encoder does not tell."""
    if not isinstance(encoder, SentimentEncoder):
        return encoder.encode(texts), np.zeros(len(texts), np.float32)
    vectors, told = encoder.encode_with_sentiment(texts)
    return vectors, np.asarray(told[:, 0] - told[:, 2], np.float32)


def readable(text: str) -> str:
    """Without handles and masked data at its ends ("it" elsewhere), odd characters and shouting, "2-step" in a word,
    and cut."""
    plain = _ODD.sub(" ", PLACEHOLDER.sub("it", _EDGES.sub("", text)))
    letters = [c for c in plain if c.isalpha()]
    if sum(map(str.isupper, letters)) > len(letters) / 2:
        plain = plain.lower()
    plain = _COUNTED.sub(lambda found: f"{_NUMBERS[found[1]]}-", plain)
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


def _shares(held: Sequence[set[str]]) -> dict[str, float]:
    said = Counter(word for own in held for word in own)
    return {word: number / len(held) for word, number in said.items()}


def _written(tokens: Sequence[Any]) -> dict[str, str]:
    """Nouns that are mostly written with a capital, or with several, where no sentence begins; what is as often a verb
    ("Google Play") is none, nor is a long word in capitals alone, which is shouted."""
    forms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    inside = [token for token in tokens if token.i and not token.is_sent_start and token.is_alpha]
    for token in inside:
        forms[token.lower_][token.lower_ if token.is_upper and len(token) > ACRONYM else token.text] += 1
    nouns = Counter(token.lower_ for token in inside if token.pos_ in NOUNS)
    names = {word: c for word, c in forms.items() if 2 * nouns[word] > c.total()}
    most = {word: min(c.items(), key=lambda i: (i[0] == word, -i[1], i[0]))[0] for word, c in names.items()}
    return {
        w: form
        for w, form in most.items()
        if form != w != "i" and names[w].total() - names[w][w] >= CAPITAL * names[w].total()
    }
