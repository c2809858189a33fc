"""Candidates: the phrases, topics and headlines that might name a theme, and what speaks for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.drafts import ENOUGH, Draft, further, said
from nlp.themes.reading import Reading
from nlp.themes.terms import Terms
from nlp.themes.wants import Wants

COMMON = 0.20
"""A word that this share of the texts holds is common to the theme."""
BEARING, BEST = 0.47, 0.03
"""Cosine similarity of a part of a text to what it bears out, and how much nearer it may be to another headline."""
BORNE_OUT = 0.08
"""Share of the texts that must bear a headline out, over half of that in other themes."""
SAID, OWN = 0.80, 0.20
"""How much it counts how many say so, and how many in just these words."""
LEAST, SCARCE, ALONE = 0.20, 0.40, 0.20
"""What it costs that fewer than LEAST of the texts say so, up to SCARCE where next to none does, and that one alone
says it in these words."""
VOTED = 0.27
"""Share of the texts whose vote makes sure that a headline is borne out, and is not only near to what they say."""
WANTED = 1.0
"""What it costs that a name asks for something else than the theme's texts do."""
MOST = 0.35
"""Share of the texts that counts of those that speak of a topic: more tell no more of what went wrong."""
SURE, TOPIC, SPOKEN = 1.7, 1.15, 0.30
"""Where no name has a score of SURE, nothing narrower is true of most: a topic that has TOPIC, and of which SPOKEN of
the texts speak, goes first."""
SHORT = 24
"""Phrases of a theme that are looked at closely."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that a theme might have. stems: of its content words; said: share 0..1 of the texts that say so; alone:
    whether it is a phrase that one text alone says, in whatever words."""

    text: str
    kind: str
    stems: frozenset[str]
    said: float
    score: float
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Theme:
    """What a draft is held against: the theme's number, all centroids, its words' strengths, all readings, and what the
    themes' texts ask for."""

    number: int
    centroids: Floats
    strengths: Mapping[str, float]
    readings: Sequence[Reading]
    wants: Wants | None

    @property
    def own(self) -> Reading:
        return self.readings[self.number]

    def score(self, draft: Draft, share: float) -> float:
        """By nearness to the theme, and how much nearer than to any other; how telling its words are and how many use
        them; how many say so (`share`, 0..1), and in these words; whether it asks for what they ask for; its merit. The
        factors were chosen by reading names of public corpora."""
        near = self.centroids @ draft.vector
        here, other = float(near[self.number]), float(np.delete(near, self.number).max(initial=0.0))
        shares, stems, texts = self.own.shares, draft.stems, len(self.own.said)
        telling = sum(self.strengths.get(s, 0.0) for s in stems) / (len(stems) + 0.5)
        common = float(np.mean([min(1.0, shares.get(s, 0.0) / COMMON) for s in stems])) if stems else 0.0
        score = here + 0.5 * (here - other) + 0.3 * telling + 0.5 * common + draft.merit
        more = max(0.0, draft.own - 1 / max(1, texts))  # what one alone says, some one says of anything
        score += SAID * float(np.sqrt(share)) + OWN * float(np.sqrt(more))
        score -= WANTED * (1 - self.wants.alike(self.number, draft.vector)) if self.wants else 0.0
        if texts >= ENOUGH:
            score -= SCARCE * max(0.0, 1 - share / LEAST)
            score -= ALONE if draft.phrase and draft.own * texts < 1.5 else 0.0
        return score

    def shares(self, drafts: Sequence[Draft]) -> list[float]:
        """Of the texts that say so, 0..1 each: in a phrase like it, or by a part that bears it out, in more of them
        than of other themes' and where the theme speaks in that manner. Of a phrase, that some part is near to it
        counts a third: so are parts that only speak of the same thing. Of headlines, one that others are nearer than
        counts half, and texts that vote for one say so, too."""
        if not drafts:
            return []
        found: list[float] = []
        for draft, up in zip(drafts, self._lift(drafts).tolist(), strict=True):
            told, voted = float(draft.tellers.mean()), draft.voted
            up = up * min(1.0, voted / VOTED) if draft.headline else up
            either = max(told, max(up, voted) * self.own.manner(draft.kind))
            share = min(MOST, told) if draft.kind == "about" else (2 * told + either) / 3 if draft.phrase else either
            found.append(share)
        return found

    def _lift(self, drafts: Sequence[Draft]) -> Floats:
        """float32 (h,): the share of the theme's texts with a part that bears each out, over half of that elsewhere."""
        vectors = np.array([d.vector for d in drafts], np.float32)
        borne = [reading.nearness(vectors) >= BEARING for reading in self.readings]
        here = borne[self.number].mean(axis=0)
        there = (np.sum([b.mean(axis=0) for b in borne], axis=0) - here) / max(1, len(borne) - 1)
        heads = np.array([d.headline for d in drafts], np.bool_)
        if heads.any():
            near = self.own.nearness(vectors)
            best = near >= near[:, heads].max(axis=1, keepdims=True) - BEST
            here = np.where(heads, (here + (borne[self.number] & best).mean(axis=0)) / 2, here)
        return np.asarray(here - there / 2, np.float32)


def candidates(
    readings: Sequence[Reading],
    centroids: Floats,
    found: Terms,
    *,
    encoder: Encoder,
    headlines: Sequence[Mapping[str, float]],
    wants: Wants | None = None,
) -> list[list[Candidate]]:
    """Each theme's possible names, best first: what its customers say, alone or two as one; what they speak of; and
    those of its `headlines` that they bear out. `centroids`: float32 (k, d) in the encoder's space."""
    themes = [_Theme(k, centroids, found.strengths(k), readings, wants) for k in range(len(readings))]
    close = [_shortlist(theme) for theme in themes]
    more = further(readings, close, [theme.strengths for theme in themes], headlines, encoder=encoder)
    return [_ranked(theme, [*own, *others]) for theme, own, others in zip(themes, close, more, strict=True)]


def _shortlist(theme: _Theme) -> list[Draft]:
    """The SHORT phrases that are the best by what is said in the theme alone."""
    drafts = said(theme.own)
    worth = [theme.score(draft, float(draft.tellers.mean())) for draft in drafts]
    order = sorted(range(len(drafts)), key=lambda n: (-worth[n], drafts[n].text))
    return [drafts[n] for n in order[:SHORT]]


def _ranked(theme: _Theme, drafts: Sequence[Draft]) -> list[Candidate]:
    found = [
        Candidate(draft.text, draft.kind, frozenset(draft.stems), share, theme.score(draft, share), draft.alone)
        for draft, share in zip(drafts, theme.shares(drafts), strict=True)
        if draft.phrase or draft.kind == "about" or share >= BORNE_OUT
    ]
    best = max((c.score for c in found if c.kind != "about"), default=0.0)
    topics = {c for c in found if c.kind == "about" and c.said >= SPOKEN and c.score >= TOPIC}
    if topics and best < SURE:
        up = max(0.0, best - max(topic.score for topic in topics))
        found = [replace(c, score=c.score + up) if c in topics else c for c in found]
    return sorted(found, key=lambda c: (-c.score, c.kind != "about", c.text))
