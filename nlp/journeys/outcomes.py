"""What came after a contact: leaving, another contact, not buying; known, or not yet to be known."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nlp.journeys.facts import Facts, Said
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.taxonomy import Taxonomy

HORIZONS = {"leaves": 30 * DAY, "writes_again": 7 * DAY, "does_not_buy": 30 * DAY}
"""The outcomes, and how long after a contact each is waited for."""
VOLUMES = (1, 3)
"""Contacts of the 90 days before: none, under three, more: bins of how much a customer writes anyway."""
QUARTER = 90 * DAY


@dataclass(frozen=True, slots=True)
class Episodes:
    """One row a contact. customer, volume (bin 0..2): int64 (n,); stage: its name (n,).

    outcomes: by name int8 (n,), 1 where it came, 0 where it did not, -1 where that is not known: its horizon ends after
    the last day seen, the customer had left, or nobody ever does such a thing. raised: (rows, themes), the pairs of a
    row and a theme (its name) raised in it.
    """

    customer: Array
    stage: Array
    volume: Array
    outcomes: dict[str, Array]
    raised: tuple[Array, Array]


def episodes(journeys: Iterable[Facts], taxonomy: Taxonomy, *, until: int) -> Episodes:
    """The contacts of many customers, with what came after each; `until`: the end of what was seen, microseconds.

    leaves: an event that leads into the last stage within 30 days. writes_again: another contact within 7 days.
    does_not_buy: no event that `buys` within 30 days, asked at the stages before the first that buying leads to.
    """
    rows: list[tuple[int, str, int, int, int, int]] = []
    raised: list[tuple[int, str]] = []
    before = _before_buying(taxonomy)
    for customer, own in enumerate(journeys):
        gone = next((d.at for d in own.done if d.name in taxonomy.leaves), None)
        bought = [d.at for d in own.done if d.name in taxonomy.buys]
        for n, said in enumerate(own.said):
            raised += ((len(rows), theme) for theme in said.themes)
            again = own.said[n + 1].at if n + 1 < len(own.said) else None
            left = _came(gone, said, until, "leaves") if gone is None or gone >= said.at else -1
            wrote = _came(again, said, until, "writes_again")
            buys = _came(next((at for at in bought if at >= said.at), None), said, until, "does_not_buy")
            waits = -1 if said.stage not in before or buys < 0 else 1 - buys
            rows.append((customer, said.stage, _volume(own.said[:n], said), left, wrote, waits))
    columns = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.zeros(0, int)] * 6
    outcomes = {name: columns[3 + n].astype(np.int8) for n, name in enumerate(HORIZONS)}
    for happens in outcomes.values():
        if not np.any(happens == 1) or not np.any(happens == 0):
            happens[:] = -1
    pairs = np.array([row for row, _ in raised], np.int64), np.array([theme for _, theme in raised], object)
    return Episodes(columns[0], columns[1], columns[2], outcomes, pairs)


def _before_buying(taxonomy: Taxonomy) -> set[str]:
    """The stages at which somebody has not bought yet."""
    order = {stage.name: stage.order for stage in taxonomy.stages}
    first = min((order[taxonomy.events[name]] for name in taxonomy.buys), default=0)
    return {name for name, place in order.items() if place < first}


def _came(at: int | None, said: Said, until: int, outcome: str) -> int:
    """Whether it came within the outcome's horizon after the contact; -1 where the horizon is not over."""
    end = said.at + HORIZONS[outcome]
    return -1 if end > until else int(at is not None and at <= end)


def _volume(before: tuple[Said, ...], said: Said) -> int:
    recent = sum(s.at >= said.at - QUARTER for s in before)
    return sum(recent >= least for least in VOLUMES)


def last_seen(journeys: Iterable[Facts], *, now: int) -> int:
    """The moment of the last contact or event of all up to `now`, microseconds; 0 of none. What is dated later (an end
    that is planned, a clock that is wrong) tells nothing of how far the past is known."""
    return max((at for own in journeys for at in _ends(own, now)), default=0)


def _ends(own: Facts, now: int) -> list[int]:
    said = next((item.at for item in reversed(own.said) if item.at <= now), None)
    done = next((item.at for item in reversed(own.done) if item.at <= now), None)
    return [at for at in (said, done) if at is not None]
