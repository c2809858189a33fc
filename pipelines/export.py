"""What leaves a store as a table: nouns, each with its columns and its rows, streamed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from nlp.customer import Customer, Event
from nlp.errors import UnknownName
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.dictionary import FEATURES
from nlp.journeys.visits import stays
from nlp.taxonomy import UNKNOWN_STAGE, Taxonomy
from pipelines import journeys
from pipelines.entities import most_named
from pipelines.features import all_features
from pipelines.journey_map import event_log
from pipelines.movements import ranked
from pipelines.sinks import Columns, Row
from pipelines.stores.protocols import Filter, Store
from pipelines.streams import by_customer, owned


@dataclass(frozen=True, slots=True)
class Request:
    """What to export: out of which store, which conversations, features as of which moment."""

    store: Store
    taxonomy: Taxonomy
    filter: Filter
    at: datetime


@dataclass(frozen=True, slots=True)
class Noun:
    """`columns` in the order of the table; `rows` have a value or None for each. `total`: how many, where known."""

    columns: Columns
    rows: Callable[[Request], Iterable[Row]]
    total: Callable[[Request], int | None] | None = None


def noun(name: str) -> Noun:
    """Raises UnknownName."""
    if name not in NOUNS:
        raise UnknownName.of("noun", name, NOUNS)
    return NOUNS[name]


def check(filter: Filter, store: Store, taxonomy: Taxonomy) -> None:
    """Raises UnknownName for a stage that the taxonomy does not name, or a theme that is not a current one."""
    if filter.stage and filter.stage not in (*taxonomy.stage_names, UNKNOWN_STAGE):
        raise UnknownName.of("stage", filter.stage, (*taxonomy.stage_names, UNKNOWN_STAGE))
    themes = [theme.id for theme in store.themes.current()] if filter.theme else []
    if filter.theme and filter.theme not in themes:
        raise UnknownName.of("theme", filter.theme, themes)


def _themes(r: Request) -> Iterable[Row]:
    named = most_named(r.store, r.filter)
    for theme in ranked(r.store, r.filter):
        yield theme | {"entities": [[n["type"], n["name"], n["segments"]] for n in named.get(theme["id"], [])]}


def _stages(r: Request) -> Iterable[Row]:
    return journeys.stages(r.store, r.taxonomy, r.filter)


def _transitions(r: Request) -> Iterable[Row]:
    return journeys.transitions(r.store, r.filter, taxonomy=r.taxonomy)


def _journeys(r: Request) -> Iterable[Row]:
    return event_log(r.store, r.taxonomy, r.filter)


def _conversations(r: Request) -> Iterator[Row]:
    run = r.store.themes.current_run()
    mentions = r.store.themes.mentions(r.filter)
    current = (m for m in mentions if m.assignment.run == run and m.assignment.theme)
    for _, items in by_customer(owned(r.store.customers.contacts(r.filter)), owned(current)):
        raised: dict[str, dict[str | None, None]] = {}
        for mention in (i for i in items if isinstance(i, Mention)):
            raised.setdefault(mention.conversation, {})[mention.assignment.theme] = None
        for c in (i for i in items if isinstance(i, Contact)):
            head = {"source": c.source, "channel": c.channel, "customer": c.customer}
            times = {"started_at": c.at, "last_at": c.last_at}
            yield asdict(c.summary) | head | times | {"themes": list(raised.get(c.id, ()))}


def _signals(r: Request) -> Iterator[Row]:
    for q in r.store.signals.all(r.filter):
        s = q.signal
        negative, neutral, positive = s.probabilities
        yield {
            "segment": s.segment.id,
            "conversation": s.segment.conversation,
            "turn": s.segment.turn,
            "start": s.segment.start,
            "end": s.segment.end,
            "at": q.at,
            "channel": q.channel,
            "customer": q.customer,
            "text": q.text,
            "theme": q.theme,
            "intent": s.intent,
            "confidence": s.confidence,
            "abstained": s.abstained,
            "intents": [[name, round(p, 6)] for name, p in s.intents],
            "sentiment": s.sentiment,
            "negative": negative,
            "neutral": neutral,
            "positive": positive,
            "friction": s.friction,
            "effort": s.effort,
            "leaving": s.leaving,
            "stage": s.stage,
            "stage_confidence": s.stage_confidence,
            "evidence": [[e.kind, e.start, e.end] for e in s.evidence],
            "entities": [[e.type, e.start, e.end, e.value] for e in s.entities],
            "model": s.model,
        }


def _customers(r: Request) -> Iterator[Row]:
    """A filter leaves those of whom nothing passes it out."""
    everyone = ((customer.id, customer) for customer in r.store.customers.all())
    contacts, events = r.store.customers.contacts(r.filter), journeys.events_of(r.store, r.filter)
    for id, items in by_customer(owned(contacts), owned(events), everyone):
        spoke = [i for i in items if isinstance(i, Contact)]
        did = [i for i in items if isinstance(i, Event)]
        if id and (spoke or did or r.filter == Filter()):
            attributes = next((i.attributes for i in items if isinstance(i, Customer)), {})
            path = stays(spoke, did, r.taxonomy)
            yield _met(spoke) | {
                "id": id,
                "events": len(did),
                "stage": path[-1].stage if path else UNKNOWN_STAGE,
                "attributes": dict(attributes),
            }


def _met(contacts: list[Contact]) -> dict[str, Any]:
    said = [c.summary for c in contacts]
    return {
        "conversations": len(contacts),
        "channels": sorted({c.channel for c in contacts}),
        "first_seen": contacts[0].at if contacts else None,
        "last_seen": contacts[-1].at if contacts else None,
        "friction": sum(s.friction for s in said) / len(said) if said else None,
        "sentiment": sum(s.sentiment for s in said) / len(said) if said else None,
    }


def _features(r: Request) -> Iterator[Row]:
    for customer, found in all_features(r.store, r.at, r.filter, taxonomy=r.taxonomy):
        yield {"customer": customer, "at": r.at, **found}


def _assignments(r: Request) -> Iterator[Row]:
    for m in r.store.themes.mentions(r.filter):
        yield asdict(m.assignment) | {"conversation": m.conversation, "customer": m.customer, "said_at": m.said_at}


def _columns(spec: str) -> Columns:
    """Names with their types, where none is given text."""
    pairs = (word.rpartition(":") if word.rpartition(":")[2] in KINDS else (word, "", "") for word in spec.split())
    return {name: KINDS[kind] for name, _, kind in pairs}


KINDS: Mapping[str, type] = {
    "": str,
    "int": int,
    "num": float,
    "bool": bool,
    "time": datetime,
    "day": date,
    "list": list,
}
NOUNS: Mapping[str, Noun] = {
    "assignments": Noun(
        _columns("run segment conversation customer theme confidence:num said_at:time assigned_at:time"), _assignments
    ),
    "conversations": Noun(
        _columns(
            "conversation source channel customer started_at:time last_at:time language intent confidence:num"
            " abstained:bool sentiment:num sentiment_start:num sentiment_end:num sentiment_low:num friction:num"
            " effort:num leaving:num stage stage_confidence:num reason themes:list"
        ),
        _conversations,
        lambda r: r.store.conversations.count(r.filter),
    ),
    "customers": Noun(
        _columns(
            "id conversations:int events:int channels:list first_seen:time last_seen:time friction:num sentiment:num"
            " stage attributes:list"
        ),
        _customers,
    ),
    "features": Noun({"customer": str, "at": datetime, **{f.name: f.kind for f in FEATURES}}, _features),
    "journeys": Noun(
        _columns(
            "case:concept:name case:customer concept:name time:timestamp:time visit:int kind name intent friction:num"
            " sentiment:num effort:num handed:bool themes:list value:num"
        ),
        _journeys,
    ),
    "signals": Noun(
        _columns(
            "segment conversation turn:int start:int end:int at:time channel customer text theme intent confidence:num"
            " abstained:bool intents:list sentiment:num negative:num neutral:num positive:num friction:num"
            " effort:num leaving:num stage stage_confidence:num evidence:list entities:list model"
        ),
        _signals,
        lambda r: r.store.signals.embedded() if r.filter == Filter() else None,
    ),
    "stages": Noun(
        _columns("stage definition conversations:int customers:int friction:num sentiment:num themes:list"), _stages
    ),
    "themes": Noun(
        _columns(
            "id name description segments:int conversations:int customers:int friction:num pain:num sentiment:num"
            " share:num leaving:int first_seen:day last_seen:day stage channels:list terms:list entities:list"
        ),
        _themes,
    ),
    "transitions": Noun(_columns("from to count:int customers:int share:num median_days:num"), _transitions),
}
