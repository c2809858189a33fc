"""The funnel out of the store: who goes on from one event to the next, beside the period before."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from nlp.journeys.facts import EPOCH, MICROSECOND, ticks
from nlp.journeys.funnel import WITHIN, funnel
from nlp.journeys.ledger import DAY
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Filter, Store

Row = dict[str, Any]


def onward(store: Store, taxonomy: Taxonomy, filter: Filter = Filter()) -> Row:
    """Keys steps (the fields of funnel.Step), in the taxonomy's order of events, of those who came to the event from
    `filter.since` until `filter.until`; within (days), until (the last moment seen). With a `since`, the period of the
    same length before is compared. Other fields of the filter ask for conversations, which have no part in it.
    """
    journeys = [own for _, own in everyone(store, Filter(customer=filter.customer), taxonomy=taxonomy)]
    seen = told_until(journeys)
    until = filter.until or EPOCH + seen * MICROSECOND
    since = ticks(filter.since) if filter.since else 0
    before = ticks(filter.since - max(until - filter.since, timedelta(0))) if filter.since else None
    steps = funnel(journeys, taxonomy, since=since, until=ticks(until) + (not filter.until), seen=seen, before=before)
    known = EPOCH + seen * MICROSECOND if seen else None
    return {"steps": [asdict(step) for step in steps], "within": WITHIN // DAY, "until": known}
