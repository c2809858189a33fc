"""Placing: the last event before a conversation as a further witness of its stage, beside what is said in it.

An event gives EVENT of its say to the stage that it leads into and spreads the rest evenly. Its weight halves every
HALF_LIFE days: customers go on. Both are set by reason, not fitted: an event is worth an even bet, for a month.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nlp.customer import Event
from nlp.signal import Summary, Witness
from nlp.stages import weighed
from nlp.summary import because
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy

EVENT, HALF_LIFE = 0.5, 30.0
DAY = timedelta(days=1)


def placed(summary: Summary, events: Sequence[Event], at: datetime, taxonomy: Taxonomy) -> Summary:
    """The summary of a conversation that started `at`, at the stage of all its witnesses; placing twice is once.

    `events`: the customer's, oldest first, of any time. Where nothing was said, it stays as it is.
    """
    own = tuple(w for w in summary.witnesses if w.kind != "event")
    if not own:
        return summary
    event = last(events, at, taxonomy)
    witnesses = (*own, _witness(event, at, taxonomy)) if event else own
    stage, sure = weighed(witnesses)
    return replace(summary, stage=stage, stage_confidence=sure, reason=because(witnesses, stage), witnesses=witnesses)


def last(events: Sequence[Event], at: datetime, taxonomy: Taxonomy) -> Event | None:
    """The last event before `at` that leads somewhere; `events` are one customer's, oldest first."""
    leads = {name for name, stage in taxonomy.events.items() if stage != UNKNOWN_STAGE}
    return next((e for e in reversed(events) if e.at < at and e.name in leads), None)


def _witness(event: Event, at: datetime, taxonomy: Taxonomy) -> Witness:
    days, stage = (at - event.at) / DAY, taxonomy.events[event.name]
    names = (stage, *(name for name in taxonomy.stage_names if name != stage), UNKNOWN_STAGE)
    even = (1 - EVENT) / len(names)
    said = tuple((name, round(even + EVENT * (name == stage), 4)) for name in names)
    ago = "less than a day" if days < 1 else "a day" if days < 2 else f"{days:.0f} days"
    return Witness("event", f"event {event.name} {ago} before", round(0.5 ** (days / HALF_LIFE), 4), said)
