"""Visits: when a customer was seen at a stage, and how visits in a row at one stage become one stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nlp.customer import Event
from nlp.journeys.contact import Contact
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer at a stage from `since` to `until` (the same moment for a single sighting), seen `times` times."""

    stage: str
    since: datetime
    until: datetime
    times: int = 1


def seen(stage: str, at: datetime) -> Visit:
    """A single sighting."""
    return Visit(stage, at, at)


def merged(visits: Iterable[Visit], *, order: Sequence[str] = ()) -> list[Visit]:
    """One customer's visits in order of time, neighbours at one stage joined; merging twice changes nothing.

    `order`: the stages as a journey goes through them; visits of one moment (signed up and ordered) come in it.
    A visit at the stage "unknown" says nothing about where the customer stands and is left out.
    """
    rank = {stage: n for n, stage in enumerate(order)}
    stays: list[Visit] = []
    for visit in sorted(visits, key=lambda v: (v.since, rank.get(v.stage, len(rank)))):
        if visit.stage == UNKNOWN_STAGE:
            continue
        if stays and stays[-1].stage == visit.stage:
            last = stays[-1]
            stays[-1] = replace(last, until=max(last.until, visit.until), times=last.times + visit.times)
        else:
            stays.append(visit)
    return stays


def stays(contacts: Iterable[Contact], events: Iterable[Event], taxonomy: Taxonomy) -> list[Visit]:
    """One customer's merged visits: conversations at their stage, events at the stage that they lead into."""
    spoke = [seen(c.summary.stage, c.at) for c in contacts]
    did = [seen(taxonomy.events.get(e.name, UNKNOWN_STAGE), e.at) for e in events]
    return merged(spoke + did, order=taxonomy.stage_names)
