"""Naming: what a theme is called, by a phrase of its own customers or by a headline of the field that they bear out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.encoder import Encoder, Floats
from nlp.themes.candidates import Candidate, candidates
from nlp.themes.drafts import ENOUGH, content, recased
from nlp.themes.phrases import VAGUE
from nlp.themes.reading import ASKING, Parse, Reading, read, shared
from nlp.themes.terms import terms
from nlp.themes.wants import Wants

OVERLAP, SOME = 0.5, 0.4
"""What it costs that more than SOME of a name's words are another theme's."""
HOLLOW, LONELY = 0.6, 0.8
"""What has a lower score is said by a few, or by one alone: a theme of ENOUGH texts and no better name is many small
stories."""
OTHERS = 3
"""Further phrases that a description holds, at most."""
LOOSE = ("group", "told", "bare")
"""Kinds of phrases that say too little beside a name."""


@dataclass(frozen=True, slots=True)
class Naming:
    """A theme in words. `name`: sentence case, "Refund not received"; `description`: one or two sentences; `terms`:
    strongest first; `others`: what else might name it, best first."""

    name: str
    description: str
    terms: tuple[str, ...]
    others: tuple[str, ...] = ()


def name_themes(
    members: Sequence[Sequence[str]],
    centroids: Floats,
    *,
    encoder: Encoder,
    parse: Parse,
    headlines: Sequence[Mapping[str, float]] | None = None,
    wants: Wants | None = None,
) -> list[Naming]:
    """A name, description and terms a theme; no two names are the same. `members`: each theme's redacted texts, the
    most central first; `centroids`: float32 (k, d) in the encoder's space; `headlines`: the few that might fit each,
    and the share of its texts that vote for them; `wants`: what they ask for. Texts of the same words count once."""
    texts = [list({bare(text): text for text in reversed(own)}.values())[::-1] for own in members]
    found, readings = terms(texts), read(texts, parse=parse, encoder=encoder)
    fits = headlines or [{} for _ in texts]
    ranked = candidates(readings, centroids, found, encoder=encoder, headlines=fits, wants=wants)
    named: list[Naming] = []
    for k, chosen in enumerate(settled(ranked)):
        own = found.of(k)
        name = chosen.text if chosen else _plain(own, k)
        if chosen and chosen.score < (LONELY if chosen.alone else HOLLOW) and len(texts[k]) >= ENOUGH:
            mixed = _mixed(own, readings[k])
            name = mixed if mixed and all(mixed != other.name for other in named) else name
        others = _others(ranked[k], name)
        named.append(Naming(name, _description(own, others), own, others))
    return named


def bare(text: str) -> str:
    """The words alone: texts of one template are often equal in them."""
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


def settled(ranked: Sequence[Sequence[Candidate]]) -> list[Candidate | None]:
    """A name a theme, None where there is none; the surest theme chooses first, and others avoid its words."""
    names: list[Candidate | None] = [None] * len(ranked)
    taken: list[Candidate] = []
    for k in sorted((k for k, own in enumerate(ranked) if own), key=lambda k: (-_loss(ranked[k]), k)):
        overlaps = [max([_overlap(candidate, other) for other in taken], default=0.0) for candidate in ranked[k]]
        worth = [c.score - OVERLAP * max(0.0, s - SOME) for c, s in zip(ranked[k], overlaps, strict=True)]
        free = [n for n, s in enumerate(overlaps) if s < 1]
        if free:
            names[k] = ranked[k][max(free, key=lambda n: (worth[n], -n))]
            taken.append(ranked[k][max(free, key=lambda n: (worth[n], -n))])
    return names


def _loss(ranked: Sequence[Candidate]) -> float:
    """What a theme loses that cannot have its best name."""
    other = [c.score for c in ranked if _overlap(ranked[0], c) <= SOME]
    return ranked[0].score - max(other, default=0.0)


def _overlap(one: Candidate, other: Candidate) -> float:
    """How many content words they share, 0..1; 1 for names that say the same."""
    if one.text.lower() == other.text.lower():
        return 1.0
    same = shared(one.stems, other.stems)
    return same if (one.kind in ASKING) == (other.kind in ASKING) else min(same, 0.9)


def _plain(words: Sequence[str], theme: int) -> str:
    """The terms where nobody says a phrase, or the theme's number."""
    text = " and ".join([word for word in words if VAGUE.isdisjoint(word.split())][:2])
    return text[0].upper() + text[1:] if text else f"Theme {theme + 1}"


def _mixed(words: Sequence[str], reading: Reading) -> str:
    """The things that many small stories are about: the first two terms that are nouns and tell something, "" where
    there are less."""
    things = [word for word in words if word in reading.nouns and word not in VAGUE]
    return recased(f"Mixed: {things[0]} and {things[1]}", reading.written) if len(things) > 1 else ""


def _others(ranked: Sequence[Candidate], name: str) -> tuple[str, ...]:
    """Those that say something else than the name and one another."""
    kept, found = [frozenset(content(name))], list[str]()
    for candidate in ranked:
        if len(found) == OTHERS:
            break
        if candidate.kind not in LOOSE and all(2 * len(candidate.stems & o) <= len(candidate.stems) for o in kept):
            found.append(candidate.text)
            kept.append(candidate.stems)
    return tuple(found)


def _description(words: Sequence[str], others: Sequence[str]) -> str:
    """In plain sentences: what else is said, and the terms."""
    also = f"Also said: {', '.join(f'“{text}”' for text in others)}." if others else ""
    apart = f"Words that set it apart: {', '.join(words[:5])}." if words else ""
    return " ".join(filter(None, (also, apart))) or "Customers say this in few words."
