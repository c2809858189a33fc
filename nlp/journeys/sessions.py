"""Sessions: a customer's touches in visits to stages, and visits in journeys, which end with a long silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

GAP = 30 * DAY
"""Microseconds of silence after which a customer has come back, not gone on: usual for a journey of months."""


@dataclass(frozen=True, slots=True)
class Session:
    """A visit to a stage: touches in a row there, none more than the gap after the one before.

    `journey` counts the customer's journeys from 0: a new one begins after a silence longer than the gap. `step` counts
    the visits of a journey from 0. `switches`: conversations by another channel than the one before in the journey;
    `followed`: conversations that had one before in the journey. Times in microseconds since 1970.
    """

    stage: str
    since: int
    until: int
    journey: int
    step: int
    said: tuple[Said, ...]
    done: tuple[Done, ...]
    followed: int
    switches: int


def sessions(facts: Facts, taxonomy: Taxonomy, *, gap: int = GAP) -> list[Session]:
    """One customer's visits over all channels, in order of time; touches that show no stage are in none."""
    found: list[list[tuple[int, str, Said | Done]]] = []
    starts: list[bool] = []
    last = -1
    for touch in _touches(facts, taxonomy):
        fresh = last < 0 or touch[0] - last > gap
        if fresh or touch[1] != found[-1][-1][1]:
            found.append([])
            starts.append(fresh)
        found[-1].append(touch)
        last = touch[0]
    return _numbered(found, starts)


def _touches(facts: Facts, taxonomy: Taxonomy) -> list[tuple[int, str, Said | Done]]:
    """(at, stage, what) by time; what happens in one moment comes in the order of the taxonomy."""
    rank = {stage: n for n, stage in enumerate(taxonomy.stage_names)}
    touches: list[tuple[int, str, Said | Done]] = [(said.at, said.stage, said) for said in facts.said]
    touches += [(done.at, taxonomy.events.get(done.name, UNKNOWN_STAGE), done) for done in facts.done]
    placed = (touch for touch in touches if touch[1] != UNKNOWN_STAGE)
    return sorted(placed, key=lambda touch: (touch[0], rank.get(touch[1], len(rank))))


def _numbered(found: Sequence[Sequence[tuple[int, str, Said | Done]]], starts: Sequence[bool]) -> list[Session]:
    visits: list[Session] = []
    journey, step, channel = -1, 0, ""
    for touches, fresh in zip(found, starts, strict=True):
        journey, step, channel = (journey + 1, 0, "") if fresh else (journey, step + 1, channel)
        said = tuple(what for _, _, what in touches if isinstance(what, Said))
        done = tuple(what for _, _, what in touches if isinstance(what, Done))
        before = [channel, *(s.channel for s in said)]
        pairs = [(a, b) for a, b in pairwise(before) if a]
        switches = sum(a != b for a, b in pairs)
        channel = before[-1]
        since, until = touches[0][0], touches[-1][0]
        visits.append(Session(touches[0][1], since, until, journey, step, said, done, len(pairs), switches))
    return visits
