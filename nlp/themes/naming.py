"""Naming: what a theme is called, by a phrase that its own customers used; its terms, description and quotes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.phrases import Phrase, phrases
from nlp.themes.terms import PLACEHOLDER, Terms, terms

Parse = Callable[[Sequence[str]], Iterable[Any]]
"""Texts to parsed spaCy Docs (tags, dependencies, entities), in order."""
READ = 60
"""Most central segments of a theme whose phrases stand for election."""


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
    for said_here in members:
        own: dict[str, Phrase] = {}
        for _ in said_here[:READ]:
            own |= {phrase.text: phrase for phrase in phrases(next(docs))}
        said.append(own)
    vectors = iter(encoder.encode([text for own in said for text in own]))
    ranked: list[list[_Candidate]] = []
    for theme, own in enumerate(said):
        near = np.array([next(vectors) for _ in own], np.float32).reshape(len(own), centroids.shape[1])
        similarities = near @ centroids.T
        strengths = found.strengths(theme)
        scored = [
            _Candidate(phrase, _score(phrase, row, theme, strengths))
            for phrase, row in zip(own.values(), similarities, strict=True)
        ]
        ranked.append(sorted(scored, key=lambda c: (-c.score, c.phrase.text)))
    return ranked


def _score(phrase: Phrase, similarities: Floats, theme: int, strengths: dict[str, float]) -> float:
    """Nearness to the theme, how much nearer than to any other, the weight of its words, and the merit of its form.
    The factors were chosen by reading the names of public corpora."""
    own = float(similarities[theme])
    other = float(np.delete(similarities, theme).max(initial=0.0))
    weights = [strengths.get(s, 0.0) for s in phrase.stems]
    usual = 0.5 * sum(weights) / (len(weights) + 0.5) - 0.12 * weights.count(0.0)
    return own + 0.5 * (own - other) + usual + phrase.merit + 0.04 * (3 <= len(phrase.text.split()) <= 5)


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
