"""Naming: what a theme is called, by a phrase that its own customers used; its terms, description and quotes."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.phrases import Phrase, phrases
from nlp.themes.terms import PLACEHOLDER, Terms, stem, terms

Parse = Callable[[Sequence[str]], Iterable[Any]]
"""Texts to parsed spaCy Docs (tags, dependencies, entities), in order."""
READ = 60
"""Most central segments of a theme whose phrases stand for election."""

COMMON = 0.15
"""A word that this share of the segments holds is common to the theme."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A theme in words. `name`: sentence case, 2 to 7 words; `terms` strongest first; `description` one sentence."""

    name: str
    description: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Candidate:
    phrase: Phrase
    score: float


def name_themes(members: Sequence[Sequence[str]], centroids: Floats, *, encoder: Encoder, parse: Parse) -> list[Naming]:
    """A name, description and terms a theme; no two names are the same. `members`: each theme's redacted texts, the
    most central first; `centroids`: float32 (k, d) in the encoder's space."""
    found = terms(["\n".join(texts) for texts in members])
    candidates = _candidates(members, centroids, found, encoder=encoder, parse=parse)
    named: list[Naming] = []
    for theme, ranked in enumerate(candidates):
        words = found.of(theme)
        name = _free(ranked, words, {_key(other.name) for other in named}, theme)
        named.append(Naming(name, _description(words, ranked, name), words))
    return named


def _candidates(
    members: Sequence[Sequence[str]], centroids: Floats, found: Terms, *, encoder: Encoder, parse: Parse
) -> list[list[_Candidate]]:
    """Each theme's candidates, best first."""
    texts = [PLACEHOLDER.sub("it", text) for theme in members for text in theme[:READ]]
    docs = iter(parse(texts))
    said: list[dict[str, Phrase]] = []
    shares: list[dict[str, float]] = []
    for own in members:
        read = [next(docs) for _ in own[:READ]]
        said.append({phrase.text: phrase for doc in read for phrase in phrases(doc)})
        shares.append(_shares(read))
    vectors = iter(encoder.encode([text for own in said for text in own]))
    ranked: list[list[_Candidate]] = []
    for theme, spoken in enumerate(said):
        near = np.array([next(vectors) for _ in spoken], np.float32).reshape(len(spoken), centroids.shape[1])
        strengths = found.strengths(theme)
        scored = [
            _Candidate(phrase, _score(phrase, row, theme, strengths, shares[theme]))
            for phrase, row in zip(spoken.values(), near @ centroids.T, strict=True)
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
