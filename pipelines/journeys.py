"""Journeys out of the store: stages with their figures, moves between stages, and one customer's path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any

from nlp.customer import Event
from nlp.errors import NotFound
from nlp.journeys.contact import Contact
from nlp.journeys.transitions import transitions as moves
from nlp.journeys.visits import merged, seen, stays
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy
from pipelines.settings import Settings
from pipelines.stores.protocols import Filter, Quote, Store
from pipelines.streams import by_customer, owned

TOP = 3
Row = dict[str, Any]


@cache
def shipped() -> Taxonomy:
    """The taxonomy that comes with the product."""
    path = Settings().taxonomy
    return Taxonomy.from_toml(path.read_text("utf-8"), origin=str(path))


def stages(store: Store, taxonomy: Taxonomy, filter: Filter = Filter()) -> list[Row]:
    """Every stage in the taxonomy's order, also those without conversations; "unknown" last, only if present.

    Keys stage, definition, conversations, customers, friction (mean 0..100), sentiment (mean -1..+1), both None
    without conversations, and themes: the three of most friction in all, without hidden ones, {id, name, conversations,
    friction}.
    """
    store.rollups.refresh()
    found = {row["stage"]: row for row in store.rollups.stages(filter)}
    told, themes = store.rollups.themes(filter), dict[str, list[Row]]()
    for theme in store.themes.current():
        for stage, figures in told[theme.id]["stages"].items() if theme.id in told and not theme.hidden else ():
            themes.setdefault(stage, []).append({"id": theme.id, "name": theme.name} | figures)
    known = {stage.name: stage.definition for stage in taxonomy.stages}
    for name in sorted(found.keys() - known.keys() - {UNKNOWN_STAGE}):
        known[name] = "A stage of an earlier taxonomy."
    if UNKNOWN_STAGE in found:
        known[UNKNOWN_STAGE] = "What was said shows no stage."
    nothing = {"conversations": 0, "customers": 0, "friction": None, "sentiment": None}
    return [
        {"stage": name, "definition": definition}
        | {key: found.get(name, nothing)[key] for key in nothing}
        | {"themes": _most_friction(themes.get(name, []))}
        for name, definition in known.items()
    ]


def _most_friction(themes: list[Row]) -> list[Row]:
    return sorted(themes, key=lambda t: (-t["conversations"] * t["friction"], t["id"]))[:TOP]


def transitions(store: Store, filter: Filter = Filter(), *, taxonomy: Taxonomy | None = None) -> list[Row]:
    """Moves between stages, the most frequent first: from, to, count, customers, share (0..1 of the departures from
    `from`), median_days (from the first sighting at `from` to the first at `to`).

    A customer's visits, conversations and events alike, are merged while they stay at one stage. With `filter.stage`,
    the moves that leave or reach it; channel, source, intent and theme ask for conversations, so that events, which
    have none of them, are left out.
    """
    chosen = replace(filter, stage="")
    taxonomy = taxonomy or shipped()
    leads, order = taxonomy.events, taxonomy.stage_names
    spoke = ((customer, seen(stage, at)) for customer, at, _, stage, _, _ in store.customers.visits(chosen))
    did = ((e.customer, seen(leads.get(e.name, UNKNOWN_STAGE), e.at)) for e in events_of(store, chosen))
    found = moves(merged(visits, order=order) for _, visits in by_customer(spoke, did))
    return [
        {"from": t.origin, "to": t.target, "count": t.count, "customers": t.customers}
        | {"share": t.share, "median_days": t.median_days}
        for t in found
        if filter.stage in ("", t.origin, t.target)
    ]


def events_of(store: Store, filter: Filter) -> Iterator[Event]:
    """The filtered events by customer and time; none where the filter asks for what conversations alone have."""
    if filter.channel or filter.source or filter.intent or filter.theme:
        return
    for event in store.events.of(filter.customer) if filter.customer else store.events.all(filter.customers):
        if (not filter.since or event.at >= filter.since) and (not filter.until or event.at < filter.until):
            yield event


def journey(store: Store, customer: str, *, taxonomy: Taxonomy | None = None) -> Row:
    """One customer's conversations and events in order of time, and the path through the stages that they show.

    Keys id, attributes, stage, confidence, reason (of the last entry that shows a stage), path [{stage, since, until,
    visits}], entries [{kind "conversation" or "event", id, at, stage, confidence, reason, channel, intent, friction,
    sentiment, leaving, themes [{id, name}], quote, tells_again, name, value}]; what an entry has not is None. `quote`
    is the redacted passage that shows the conversation's stage best, `tells_again` the conversation with which this one
    counts as one. Raises NotFound.
    """
    taxonomy = taxonomy or shipped()
    rank = {stage.name: stage.order for stage in taxonomy.stages}
    events = store.events.of(customer)
    attributes = _attributes(store, customer, known=bool(events))
    own, names = Filter(customer=customer), {theme.id: theme.name for theme in store.themes.current()}
    words = {id: list(quotes) for id, quotes in groupby(store.signals.all(own), key=lambda q: q.segment.conversation)}
    spoken = [_spoken(c, words.get(c.id, []), names) for c in store.customers.contacts(own)]
    entries = spoken + [_done(e, taxonomy.events) for e in events]
    entries.sort(key=lambda entry: (entry["at"], rank.get(entry["stage"], len(rank) + 1), entry["id"]))
    shown = [entry for entry in entries if entry["stage"] != UNKNOWN_STAGE]
    here = shown[-1] if shown else {"stage": UNKNOWN_STAGE, "confidence": 0.0, "reason": "nothing shows a stage"}
    path = merged((seen(entry["stage"], entry["at"]) for entry in entries), order=taxonomy.stage_names)
    return {
        "id": customer,
        "attributes": attributes,
        **{key: here[key] for key in ("stage", "confidence", "reason")},
        "path": [{"stage": v.stage, "since": v.since, "until": v.until, "visits": v.times} for v in path],
        "entries": entries,
    }


def standing(store: Store, rows: Sequence[Row], *, taxonomy: Taxonomy) -> list[Row]:
    """The rows of `CustomerStore.page`, each with the stage at which the customer stands: the last that a conversation
    or an event shows, whichever conversations were chosen; "unknown" where none does."""
    ids = tuple(row["id"] for row in rows)
    found = dict.fromkeys(ids, UNKNOWN_STAGE)
    spoke = store.customers.contacts(Filter(customers=ids)) if ids else ()
    did = store.events.all(ids) if ids else ()
    for id, items in by_customer(owned(spoke), owned(did)):
        events = [item for item in items if isinstance(item, Event)]
        path = stays((item for item in items if isinstance(item, Contact)), events, taxonomy)
        found[id] = path[-1].stage if path else UNKNOWN_STAGE
    return [row | {"stage": found[row["id"]]} for row in rows]


def _attributes(store: Store, customer: str, *, known: bool) -> Mapping[str, Any]:
    try:
        return store.customers.get(customer).attributes
    except NotFound:
        if not known:
            raise
        return {}


def _spoken(c: Contact, quotes: Sequence[Quote], names: Mapping[str, str]) -> Row:
    s = c.summary
    place = {"stage": s.stage, "confidence": s.stage_confidence, "reason": s.reason}
    figures = {"intent": s.intent, "friction": s.friction, "sentiment": s.sentiment, "leaving": s.leaving}
    raised = [{"id": id, "name": names.get(id, id)} for id in dict.fromkeys(q.theme for q in quotes) if id]
    telling = max(quotes, key=lambda q: (q.signal.stage == s.stage, q.signal.stage_confidence), default=None)
    words = {"themes": raised, "quote": telling and telling.text, "tells_again": c.first, "name": None, "value": None}
    return {"kind": "conversation", "id": c.id, "at": c.at} | place | {"channel": c.channel} | figures | words


def _done(e: Event, leads: Mapping[str, str]) -> Row:
    stage = leads.get(e.name, UNKNOWN_STAGE)
    place = {"stage": stage, "confidence": 1.0 if e.name in leads else 0.0, "reason": f"event {e.name}"}
    nothing = dict.fromkeys(("channel", "intent", "friction", "sentiment", "leaving", "themes", "quote", "tells_again"))
    return {"kind": "event", "id": e.id, "at": e.at} | place | nothing | {"name": e.name, "value": e.value}
