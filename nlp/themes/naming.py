"""Naming: what a theme is called, by a headline of the field and its own terms, or by a phrase of its own customers."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.headlines import PLAIN, Fit
from nlp.themes.phrases import Phrase, nouns, phrases
from nlp.themes.terms import PLACEHOLDER, Terms, stem, terms, words

Parse = Callable[[Sequence[str]], Iterable[Any]]
"""Texts to parsed spaCy Docs (tags, dependencies, entities), in order."""
READ = 60
"""Most central segments of a theme whose phrases stand for election."""

MOST_TERMS = 16
"""Terms among which a headline's nouns are looked for."""
GENERIC = words("problem issue number account accounts information help customer company service question")
"""Nouns that add nothing to a headline."""
STRONG = 1.0
"""A phrase of this score names a theme where no headline fits plainly."""
COMMON = 0.15
"""A word that this share of the segments holds is common to the theme."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A theme in words. `name`: sentence case, "Cannot sign in: code, phone" or "Minecraft account hacked"; `terms`
    strongest first; `description` one sentence."""

    name: str
    description: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """What parsing a theme's central segments gave: phrases by text, the share of segments that hold a word (by stem),
    and how each telling noun is mostly written."""

    phrases: dict[str, Phrase]
    shares: dict[str, float]
    nouns: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    phrase: Phrase
    score: float


def name_themes(
    members: Sequence[Sequence[str]],
    centroids: Floats,
    *,
    encoder: Encoder,
    parse: Parse,
    fits: Sequence[Sequence[Fit]] | None = None,
) -> list[Naming]:
    """A name, description and terms a theme; no two names are the same. `members`: each theme's redacted texts, the
    most central first; `centroids`: float32 (k, d) in the encoder's space; `fits`: the headlines that fit each theme,
    best first. A headline names one theme, the one that it fits best."""
    found = terms(["\n".join(texts) for texts in members])
    read = _read(members, parse)
    candidates = _candidates(read, centroids, found, encoder=encoder)
    headlines = _settled(fits or [[] for _ in members])
    named: list[Naming] = []
    for theme, ranked in enumerate(candidates):
        own = found.of(theme)
        fit = headlines[theme]
        if fit and (fit.score >= PLAIN or not ranked or ranked[0].score < STRONG):
            name = _about(fit.text, found.of(theme, top=MOST_TERMS), read[theme].nouns)
        else:
            name = _free(ranked, own, {_key(other.name) for other in named}, theme)
        named.append(Naming(name, _description(own, ranked, name), own))
    return named


def _settled(fits: Sequence[Sequence[Fit]]) -> list[Fit | None]:
    """Each theme's headline, where one is left for it: the best pair of all first, each headline once."""
    pairs = sorted(((theme, fit) for theme, own in enumerate(fits) for fit in own), key=lambda p: -p[1].score)
    chosen: dict[int, Fit] = {}
    for theme, fit in pairs:
        if theme not in chosen and all(fit.text != other.text for other in chosen.values()):
            chosen[theme] = fit
    return [chosen.get(theme) for theme in range(len(fits))]


def _about(headline: str, terms: Sequence[str], nouns: Mapping[str, str]) -> str:
    """The headline with the theme's two most telling nouns that it does not hold."""
    held = {stem(word) for word in re.findall(r"\w+", headline.lower())}
    telling = [word for word in terms if all(w in nouns and stem(w) not in held for w in word.split())]
    telling = [word for word in telling if word not in GENERIC][:2]
    written = ", ".join(" ".join(nouns[w] for w in word.split()) for word in telling)
    return f"{headline}: {written}" if written else headline


def _read(members: Sequence[Sequence[str]], parse: Parse) -> list[_Read]:
    docs = iter(parse([PLACEHOLDER.sub("it", text) for theme in members for text in theme[:READ]]))
    read: list[_Read] = []
    for own in members:
        found = [next(docs) for _ in own[:READ]]
        said = {phrase.text: phrase for doc in found for phrase in phrases(doc)}
        read.append(_Read(said, _shares(found), nouns(found)))
    return read


def _candidates(read: Sequence[_Read], centroids: Floats, found: Terms, *, encoder: Encoder) -> list[list[_Candidate]]:
    """Each theme's phrases, best first."""
    vectors = iter(encoder.encode([text for own in read for text in own.phrases]))
    ranked: list[list[_Candidate]] = []
    for theme, own in enumerate(read):
        near = np.array([next(vectors) for _ in own.phrases], np.float32).reshape(len(own.phrases), centroids.shape[1])
        strengths = found.strengths(theme)
        scored = [
            _Candidate(phrase, _score(phrase, row, theme, strengths, own.shares))
            for phrase, row in zip(own.phrases.values(), near @ centroids.T, strict=True)
        ]
        ranked.append(sorted(scored, key=lambda c: (-c.score, c.phrase.text)))
    return ranked


def _shares(docs: Sequence[Any]) -> dict[str, float]:
    """Share of the segments that hold a word, 0..1 by stem."""
    count = Counter(found for doc in docs for found in {stem(token.lower_) for token in doc})
    return {word: number / len(docs) for word, number in count.items()}


def _score(
    phrase: Phrase, similarities: Floats, theme: int, strengths: dict[str, float], shares: dict[str, float]
) -> float:
    """Nearness to the theme, how much nearer than to any other; how telling its words are and how many customers use
    them; the merit of its form. The factors were chosen by reading the names of public corpora."""
    own = float(similarities[theme])
    other = float(np.delete(similarities, theme).max(initial=0.0))
    telling = sum(strengths.get(s, 0.0) for s in phrase.stems) / (len(phrase.stems) + 0.5)
    common = np.mean([min(1.0, shares.get(s, 0.0) / COMMON) for s in phrase.stems])
    form = phrase.merit + 0.04 * (3 <= len(phrase.text.split()) <= 5)
    return float(own + 0.5 * (own - other) + 0.4 * telling + 0.5 * common + form)


def _free(ranked: Sequence[_Candidate], words: Sequence[str], taken: set[str], theme: int) -> str:
    """The best candidate whose words no other theme's name has; else the terms; else the theme's number."""
    for candidate in ranked:
        if _key(candidate.phrase.text) not in taken:
            return candidate.phrase.text
    plain = [" and ".join(words[:n]) for n in range(2, len(words) + 1)] or list(words)
    for text in plain:
        if text and _key(text) not in taken:
            return text[0].upper() + text[1:]
    return f"Theme {theme + 1}"


def _key(name: str) -> str:
    return " ".join(sorted(name.lower().split()))


def _description(words: Sequence[str], ranked: Sequence[_Candidate], name: str) -> str:
    """One plain sentence: the terms, and two more things that customers say."""
    used = set(name.lower().split())
    others: list[str] = []
    for candidate in ranked:
        tokens = set(candidate.phrase.text.lower().split())
        if len(others) < 2 and candidate.phrase.merit > 0 and len(tokens & used) <= len(tokens) / 2:
            others.append(candidate.phrase.text[0].lower() + candidate.phrase.text[1:])
            used |= tokens
    about = f"Customers speak of {_listed(words[:4])}" if words else "Customers speak of this"
    return f"{about}; also of “{'” and “'.join(others)}”." if others else f"{about}."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
