"""Placing: the last event before a conversation as a second witness of its stage, beside what is said in it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from nlp.customer import Event
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy

WITNESS = 0.5
"""Weight of the event: words less sure than a coin give way to what the customer is known to have done."""
_EVENT = re.compile(r"(?:^|; )event (\S+) before(?:$|; its words alone say )")


def placed(said: Summary, event: str | None, taxonomy: Taxonomy) -> Summary:
    """The summary at the stage of the stronger witness: `said` by its confidence, `event` (a name) by `WITNESS`.

    Where both name one stage, its confidence is 1 - (1 - said) * (1 - WITNESS). Words of the last stage always stand:
    that somebody wants to leave is news, which no earlier event can know.
    """
    stage = taxonomy.events.get(event or "")
    if stage is None:
        return said
    if stage == said.stage:
        both = 1 - (1 - said.stage_confidence) * (1 - WITNESS)
        return replace(said, stage_confidence=both, reason=f"{said.reason}; event {event} before")
    if said.stage_confidence >= WITNESS or said.stage == max(taxonomy.stages, key=lambda s: s.order).name:
        return said
    reason = f"event {event} before; its words alone say {said.stage} ({said.reason})"
    return replace(said, stage=stage, stage_confidence=WITNESS, reason=reason)


def witness(summary: Summary) -> str | None:
    """The event that a placed summary's reason names; None where words alone placed it."""
    found = _EVENT.search(summary.reason)
    return found and found[1]


def last(events: Sequence[Event], at: datetime, taxonomy: Taxonomy) -> str | None:
    """The name of the last event before `at` that leads somewhere; `events` are one customer's, oldest first."""
    return next((e.name for e in reversed(events) if e.at < at and e.name in taxonomy.events), None)
