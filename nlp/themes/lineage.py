"""Lineage: what became of every theme at a discovery, as facts that are never changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from nlp.themes.matching import Matching

BORN, CONTINUED, SPLIT, MERGED, DORMANT, DIED = "born", "continued", "split from", "merged into", "dormant", "died"
FOUND = (BORN, CONTINUED, SPLIT)
PATIENCE = 3
"""Discoveries that a theme may miss and still be looked for."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What a theme was at one discovery: one of six kinds, at most one a theme and run.

    - born: new, out of nothing known. split from: new, and most of it came from the theme `other`.
    - continued: found again, `share` alike (0..1, see `matching.match`).
    - merged into: not found any more; `share` of it went to the theme `other`.
    - dormant: not found, and gone nowhere: told once; it continues where it is found again. died: dormant for too long.
    """

    run: str
    at: datetime
    theme: str
    kind: str
    other: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a theme's facts leave it: the kind of its last one, the run in which it was last found, and at how many
    discoveries since it was not."""

    kind: str
    run: str
    missed: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """Facts of one theme that say the same one after the other, at so many `discoveries`; `share` is the least."""

    theme: str
    kind: str
    other: str
    share: float | None
    since: datetime
    until: datetime
    discoveries: int


def sought(facts: Iterable[Fact]) -> dict[str, Standing]:
    """The themes that a new discovery looks for, by id: those found at the last one, dormant ones, and those that
    merged into others a short while ago. `facts`: all, older runs first."""
    runs: dict[str, int] = {}
    last: dict[str, Standing] = {}
    for fact in facts:
        place = runs.setdefault(fact.run, len(runs))
        run = fact.run if fact.kind in FOUND else last[fact.theme].run
        last[fact.theme] = Standing(fact.kind, run, place)
    found = {id: Standing(s.kind, s.run, len(runs) - 1 - runs[s.run]) for id, s in last.items()}
    return {id: s for id, s in sorted(found.items()) if s.kind != DIED and s.missed <= PATIENCE}


def trace(
    matching: Matching, numbers: Sequence[str], before: Mapping[str, Standing], *, run: str, at: datetime
) -> list[Fact]:
    """The facts of a discovery. `numbers`: the ids of its labels; `before`: the themes that it looked for."""
    facts: list[Fact] = []
    for label, id in enumerate(numbers):
        if label in matching.kept:
            facts.append(Fact(run, at, id, CONTINUED, share=matching.kept[label][1]))
        elif label in matching.origins:
            facts.append(Fact(run, at, id, SPLIT, *matching.origins[label]))
        else:
            facts.append(Fact(run, at, id, BORN))
    for id, standing in before.items():
        if id not in numbers:
            facts += _lost(Fact(run, at, id, DORMANT), standing, matching, numbers)
    return facts


def _lost(dormant: Fact, standing: Standing, matching: Matching, numbers: Sequence[str]) -> list[Fact]:
    run, at, id = dormant.run, dormant.at, dormant.theme
    if standing.missed:
        over = standing.kind == DORMANT and standing.missed >= PATIENCE
        return [Fact(run, at, id, DIED)] if over else []
    if id in matching.goals:
        label, share = matching.goals[id]
        return [Fact(run, at, id, MERGED, numbers[label], share)]
    return [dormant]


def chapters(facts: Iterable[Fact]) -> list[Chapter]:
    """Facts, oldest first, told shortly: what a theme says several times running is told once."""
    told: list[Chapter] = []
    for (theme, kind, other), same in groupby(facts, key=lambda f: (f.theme, f.kind, f.other)):
        own = list(same)
        shares = [fact.share for fact in own if fact.share is not None]
        least = min(shares, default=None)
        told.append(Chapter(theme, kind, other, least, own[0].at, own[-1].at, len(own)))
    return told
