"""Candidates: the phrases and headlines that might name a theme, and what speaks for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.phrases import MERIT
from nlp.themes.reading import Reading, felt
from nlp.themes.terms import Terms, stem, words

COMMON = 0.20
"""A word that this share of the texts holds is common to the theme."""
BORNE_OUT = 0.08
"""Share of the texts that must bear a headline out, over half of that in other themes."""
HEADLINE = 0.22
"""Merit of a headline beside those of phrases: it is well put."""
FELT, ALONE, ENOUGH = 0.25, 0.2, 8
"""How much the feeling of a name counts, and what it costs that one text alone of ENOUGH says it."""
EMPTY = words("the a an of or and for to in on at by with is are not no cannot does do too but then it question about")
"""Words of a headline that carry no evidence."""
NEGATED = re.compile(r"\b(?:cannot|not|never|no|without|fails?|refused|ignored)\b", re.IGNORECASE)
ASKED = re.compile(
    r"^(?:how|when|where|change|question|book|place|cancel|close|choose|return|exchange|application)\b|wanted|needed",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a theme might have. stems: of its content words; said: share 0..1 of the texts that say so."""

    text: str
    kind: str
    stems: frozenset[str]
    said: float
    score: float


@dataclass(frozen=True, slots=True)
class _Theme:
    """What a candidate is held against: the theme's number, all centroids, its words' strengths and its reading."""

    number: int
    centroids: Floats
    strengths: Mapping[str, float]
    reading: Reading

    def candidate(
        self, text: str, kind: str, stems: Sequence[str], *, vector: Floats, said: float, merit: float
    ) -> Candidate:
        """By nearness to the theme, and how much nearer than to any other; how telling its words are and how many use
        them; how many say so; its merit. The factors were chosen by reading names of public corpora."""
        near = self.centroids @ vector
        here, other = float(near[self.number]), float(np.delete(near, self.number).max(initial=0.0))
        shares, texts = self.reading.shares, len(self.reading.said)
        telling = sum(self.strengths.get(s, 0.0) for s in stems) / (len(stems) + 0.5)
        common = float(np.mean([min(1.0, shares.get(s, 0.0) / COMMON) for s in stems])) if stems else 0.0
        alone = ALONE if texts >= ENOUGH and said * texts < 1.5 else 0.0
        score = here + 0.5 * (here - other) + 0.3 * telling + 0.4 * common + 0.6 * float(np.sqrt(said)) + merit - alone
        return Candidate(text, kind, frozenset(stems), said, score)


def candidates(
    readings: Sequence[Reading],
    centroids: Floats,
    found: Terms,
    *,
    encoder: Encoder,
    headlines: Sequence[Sequence[str]],
) -> list[list[Candidate]]:
    """Each theme's possible names, best first: what its customers say, and those of its `headlines` that they bear out.
    `centroids`: float32 (k, d) in the encoder's space."""
    themes = [_Theme(k, centroids, found.strengths(k), own) for k, own in enumerate(readings)]
    borne = _borne(readings, headlines, encoder)
    ranked = [[*_phrases(t), *_headlines(t, own, borne)] for t, own in zip(themes, headlines, strict=True)]
    return [sorted(own, key=lambda c: (-c.score, c.text)) for own in ranked]


def _phrases(theme: _Theme) -> list[Candidate]:
    own = theme.reading
    return [
        theme.candidate(
            recased(phrase.text, own.written),
            phrase.kind,
            phrase.stems,
            vector=vector,
            said=own.echo(vector, phrase.kind),
            merit=MERIT[phrase.kind] + FELT * float(feeling),
        )
        for phrase, vector, feeling in zip(own.phrases, own.vectors, own.feelings, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Borne:
    """Of a headline: its vector, its feeling -1..1, and float32 (k,), the share of texts that bear it out."""

    vector: Floats
    feeling: float
    shares: Floats

    def lift(self, theme: int) -> float:
        """The theme's share over half of that in other themes."""
        return float(self.shares[theme] - (self.shares.sum() - self.shares[theme]) / max(1, len(self.shares) - 1) / 2)


def _borne(readings: Sequence[Reading], headlines: Sequence[Sequence[str]], encoder: Encoder) -> dict[str, _Borne]:
    texts = sorted({text for own in headlines for text in own})
    vectors, feelings = felt(encoder, texts)
    shares = np.array([own.bearing(vectors) for own in readings], np.float32).reshape(len(readings), len(texts))
    return {text: _Borne(vectors[n], float(feelings[n]), shares[:, n]) for n, text in enumerate(texts)}


def _headlines(theme: _Theme, texts: Sequence[str], borne: Mapping[str, _Borne]) -> list[Candidate]:
    found: list[Candidate] = []
    for text in texts:
        of, kind = borne[text], "not" if NEGATED.search(text) else "how" if ASKED.search(text) else "headline"
        said = max(theme.reading.echo(of.vector, kind), of.lift(theme.number) * theme.reading.manner(kind))
        if said >= BORNE_OUT:
            merit = HEADLINE + FELT * of.feeling
            found.append(theme.candidate(text, kind, content(text), vector=of.vector, said=said, merit=merit))
    return found


def content(text: str) -> tuple[str, ...]:
    """The stems of a name's words that carry evidence."""
    return tuple(dict.fromkeys(stem(word) for word in re.findall(r"[a-z-]+", text.lower()) if word not in EMPTY))


def recased(text: str, written: Mapping[str, str]) -> str:
    """Names as customers write them, and the first letter a capital: "iPhone screen cracked"."""
    said = [written.get(word.lower(), word) for word in text.split()]
    first = said[0] if said[0] in written.values() else said[0][:1].upper() + said[0][1:]
    return " ".join([first, *said[1:]])
