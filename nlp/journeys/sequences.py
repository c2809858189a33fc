"""Sequences: which steps often follow one another within a time, by closed sequential pattern mining.

Mining is PrefixSpan (Pei et al. 2001) with BIDE's check of closedness (Wang & Han 2004), from the library `prefixspan`:
pure Python and small, where its like is under the GPL, asks for Java, or starts processes of its own. The library knows
no time: what it proposes is looked for again here, with its moments.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.journeys.facts import Facts
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.journeys.steps import Step, all_steps

WINDOW = 30 * DAY
"""All steps of a sequence lie within it, microseconds."""
LONGEST, RECENT = 3, 6
"""Steps of a sequence, and contacts before the last one that are looked at: who writes more often than that in a
month would make sequences of everything."""
CUSTOMERS, SHARE = 20, 0.005
"""A sequence is frequent where at least so many customers, and so many of all, have it."""
PROPOSED = 4_000
"""The most frequent are looked at, at most so many."""
Sequence_ = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Histories:
    """A row a contact. steps: what it can be; before: the rows of the same customer's contacts within WINDOW before it,
    latest first, RECENT at most; customer, many (contacts in `before`): int64 (n,)."""

    steps: Sequence[tuple[Step, ...]]
    before: Sequence[tuple[int, ...]]
    customer: Array
    many: Array

    @classmethod
    def of(cls, journeys: Iterable[Facts]) -> "Histories":
        own: list[tuple[Step, ...]] = []
        before: list[tuple[int, ...]] = []
        owner: list[int] = []
        for customer, facts in enumerate(journeys):
            first, at = len(own), [said.at for said in facts.said]
            own += all_steps(facts.said)
            owner += [customer] * len(at)
            for n, moment in enumerate(at):
                recent = range(n - 1, max(-1, n - 1 - RECENT), -1)
                before.append(tuple(first + k for k in recent if moment - at[k] <= WINDOW))
        return cls(own, before, np.array(owner, np.int64), np.array([len(rows) for rows in before], np.int64))


@dataclass(frozen=True, slots=True)
class Found:
    """A sequence, oldest step first; rows: that end it, last: that can be its last step, whatever came before. Both
    int64, rising."""

    steps: Sequence_
    rows: Array
    last: Array


def sequences(histories: Histories, *, customers: int) -> list[Found]:
    """The closed frequent sequences of 2 to LONGEST steps, each in a contact of its own: of those that the same
    contacts end, the longest and most particular one. `customers`: of how many all are."""
    least = max(CUSTOMERS, int(np.ceil(SHARE * customers)))
    ends = _ends(histories)
    can = {step: set(rows.tolist()) for step, rows in ends.items()}
    proposed = _proposed(histories, least)
    found = (Found(steps, _rows(steps, ends[steps[-1]], can, histories), ends[steps[-1]]) for steps in proposed)
    kept: dict[bytes, Found] = {}
    for one in found:
        if len(np.unique(histories.customer[one.rows])) >= least:
            key = one.rows.tobytes()
            if key not in kept or _telling(one.steps) > _telling(kept[key].steps):
                kept[key] = one
    return sorted(kept.values(), key=lambda one: (-len(one.rows), one.steps))


def _proposed(histories: Histories, least: int) -> list[Sequence_]:
    """Of each contact the steps of its past, latest first. Its own steps have numbers of their own, so that a sequence
    that does not begin with one of them does not end at the contact and is cut."""
    from prefixspan import PrefixSpan

    codes: dict[tuple[bool, Step], int] = {}
    owners: list[int] = []
    past: list[list[int]] = []
    for row, before in enumerate(histories.before):
        if before:
            earlier = ((False, step) for other in before for step in histories.steps[other])
            items = [*((True, step) for step in histories.steps[row]), *earlier]
            past.append([codes.setdefault(item, len(codes)) for item in items])
            owners.append(int(histories.customer[row]))
    named = list(codes)
    miner = PrefixSpan(past)
    miner.minlen, miner.maxlen = 2, LONGEST

    def support(pattern: list[int], matches: list[tuple[int, int]]) -> int:
        last, *others = (named[code][0] for code in pattern)
        return len({owners[n] for n, _ in matches}) if last and not any(others) else 0

    mined: list[tuple[int, Any]] = miner.frequent(least, key=support, bound=support)
    often = sorted(mined, key=lambda pair: (-pair[0], pair[1]))[:PROPOSED]
    return [tuple(named[code][1] for code in reversed(pattern)) for _, pattern in often]


def _ends(histories: Histories) -> dict[Step, Array]:
    rows: dict[Step, list[int]] = {}
    for row, own in enumerate(histories.steps):
        for step in own:
            rows.setdefault(step, []).append(row)
    return {step: np.array(found, np.int64) for step, found in rows.items()}


def _rows(steps: Sequence_, last: Array, can: dict[Step, set[int]], histories: Histories) -> Array:
    """Of the rows that can be the last step those before which the others came."""
    others = [can[step] for step in reversed(steps[:-1])]
    return last[[_came(others, histories.before[row]) for row in last.tolist()]]


def _came(others: Sequence[set[int]], before: Sequence[int]) -> bool:
    """Whether rows of each set came in this order, both latest first: the latest that can be one is taken for it."""
    met = 0
    for row in before:
        if row in others[met]:
            met += 1
            if met == len(others):
                return True
    return False


def _telling(steps: Sequence_) -> tuple[int, int, int, Sequence_]:
    """Longer before shorter, particular before general, themes before intents."""
    return len(steps), sum(bool(s.what) + bool(s.turn) for s in steps), sum(s.kind == "theme" for s in steps), steps
