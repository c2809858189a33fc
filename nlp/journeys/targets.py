"""Targets: what forecasts are of, read from a customer's facts after a moment; and the moments to learn from."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from nlp.journeys.facts import Facts
from nlp.journeys.groups import Array
from nlp.journeys.ledger import DAY
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

CONTACT, EXIT, NEXT = "contact_7d", "exit_30d", "next_stage_30d"
HORIZONS = {CONTACT: 7 * DAY, EXIT: 30 * DAY, NEXT: 30 * DAY}
STAYS = "stays"
"""The next stage of a customer who shows no other one within the horizon."""
SILENT = 120 * DAY
"""After so long without a contact or an event nothing is foretold, and nothing learnt."""


def moments(own: Facts, busy: Sequence[tuple[int, int]], taxonomy: Taxonomy, *, step: int, until: int) -> list[int]:
    """The multiples of `step` at which a customer has a past, has not left, and was heard of lately; until the longest
    horizon before `until` begins. Microseconds.

    `busy`: first and last turn of each conversation; moments within one are left out, for what is known of it then is
    not what is stored of it now.
    """
    known = sorted([*(said.at for said in own.said), *(done.at for done in own.done)])
    gone = next((done.at for done in own.done if done.name in taxonomy.leaves), until)
    if not known:
        return []
    end = min(gone, until - max(HORIZONS.values()))
    found = range((known[0] // step + 1) * step, end + 1, step)
    return [at for at in found if at - known[bisect_left(known, at) - 1] <= SILENT and not _within(at, busy)]


def _within(at: int, busy: Sequence[tuple[int, int]]) -> bool:
    return any(first < at <= last for first, last in busy)


def targets(own: Facts, at: Sequence[int], taxonomy: Taxonomy) -> dict[str, list[str]]:
    """By target, its class at each moment: "yes" or "no" to a contact within 7 days and a leaving within 30; the next
    stage that is not the last one shown, within 30 days, else STAYS."""
    said = [s.at for s in own.said]
    left = [d.at for d in own.done if d.name in taxonomy.leaves]
    shown = list(_shown(own, taxonomy))
    times = [moment for moment, _ in shown]
    return {
        CONTACT: [_any(said, moment, CONTACT) for moment in at],
        EXIT: [_any(left, moment, EXIT) for moment in at],
        NEXT: [_next(shown, times, moment) for moment in at],
    }


def _any(times: Sequence[int], at: int, target: str) -> str:
    place = bisect_left(times, at)
    return "yes" if place < len(times) and times[place] < at + HORIZONS[target] else "no"


def _shown(own: Facts, taxonomy: Taxonomy) -> Iterator[tuple[int, str]]:
    """The stages that a customer shows, in order of time; those of one moment in the taxonomy's order."""
    rank = {stage.name: stage.order for stage in taxonomy.stages}
    led = ((done.at, taxonomy.events.get(done.name, UNKNOWN_STAGE)) for done in own.done)
    found = [*((said.at, said.stage) for said in own.said), *led]
    return iter(sorted((pair for pair in found if pair[1] in rank), key=lambda pair: (pair[0], rank[pair[1]])))


def _next(shown: Sequence[tuple[int, str]], times: Sequence[int], at: int) -> str:
    place = bisect_left(times, at)
    here = shown[place - 1][1] if place else UNKNOWN_STAGE
    end = bisect_right(times, at + HORIZONS[NEXT])
    return next((stage for _, stage in shown[place:end] if stage != here), STAYS)


def grid(count: int, moments: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """(the customer of each row, its moment), int64, from the moments of `count` customers."""
    customer = np.repeat(np.arange(count), [len(own) for own in moments])
    return customer, np.array([at for own in moments for at in own], np.int64)
