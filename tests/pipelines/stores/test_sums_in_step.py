"""Whatever happens to a store, its sums are those that a scan of all its rows would give."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer
from nlp.signal import Entity, Signal, Summary
from nlp.themes.edits import Replayed
from nlp.themes.theme import Assignment, Theme
from pipelines.stores.facts import facts_of
from pipelines.stores.protocols import Filter
from pipelines.stores.schema import assignments, conversations, customers, signals, summaries
from pipelines.stores.schema.rollups import NOWHERE
from pipelines.stores.sql import SqlStore

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
THEMES = tuple(f"t{n}" for n in range(1, 5))
STEPS, EACH = 30, 3
FILTERS = (
    Filter(),
    Filter(channel="chat", language="de"),
    Filter(stage="unknown"),
    Filter(since=START + timedelta(days=2), until=START + timedelta(days=5, hours=7)),
    Filter(segment="plan=gold"),
    Filter(product="lamp", company="acme", channel="call"),
    Filter(theme="t1", intent="help"),
    Filter(customer="c1", source="s"),
)


@dataclass
class World:
    """A store to which things happen, drawn from `draw`."""

    store: SqlStore
    draw: Random
    talks: dict[str, Conversation] = field(default_factory=dict)
    run: str = ""
    found: dict[str, str | None] = field(default_factory=dict)

    def ingest(self) -> None:
        n = self.draw.randrange(40)
        at = START + timedelta(hours=self.draw.randrange(24 * 8))
        facts = self.draw.choice([{}, {"product": "Lamp", "company": "ACME"}, {"product": ["Lamp", "Router"]}])
        told = (Turn(0, Speaker.CUSTOMER, f"Bad {self.draw.random()}.", at),)
        whose, channel = self.draw.choice(["", "c1", "c2", "c3"]), self.draw.choice([Channel.CHAT, Channel.CALL])
        self.talks[f"s:{n}"] = Conversation(f"s:{n}", "s", channel, whose, at, told, facts)
        self.store.conversations.put([self.talks[f"s:{n}"]])
        self.found = {segment: theme for segment, theme in self.found.items() if not segment.startswith(f"s:{n}#")}

    def annotate(self) -> None:
        for id in self.some():
            found = [self.signal(Segment(id, 0, k, k + 1)) for k in range(self.draw.randrange(4))]
            vectors = np.eye(max(1, len(found)), 8, dtype=np.float32)[: len(found)]
            self.store.signals.put("m", [id], found, vectors, [self.summary(id)])
            there = {signal.segment.id for signal in found}
            gone = [s for s in self.found if s.startswith(f"{id}#") and s not in there]
            self.found = {s: theme for s, theme in self.found.items() if s not in gone}

    def summarise(self) -> None:
        self.store.signals.summarise([self.summary(id) for id in self.some() if self.store.signals.summary(id)])

    def attribute(self) -> None:
        self.store.customers.put([Customer(self.draw.choice(["c1", "c2"]), {"plan": self.draw.choice(["gold", "x"])})])

    def repeat(self) -> None:
        """Some conversations tell again what others told first."""
        ids = sorted(self.talks)
        firsts, others = ids[::2], ids[1::2]
        again = {id: self.draw.choice(firsts) for id in others if self.draw.random() < 0.3}
        self.store.duplicates.settle([], again)

    def discover(self) -> None:
        self.run = f"r{self.draw.random()}"
        self.found = {segment: self.draw.choice([*THEMES, None]) for segment in self.segments()}
        placed = [Assignment(s, self.run, theme, 0.5, START) for s, theme in self.found.items()]
        themes = [Theme(id, id, "", (), 1) for id in THEMES]
        self.store.themes.put(self.run, themes, placed, np.zeros((len(placed), 2), np.float32))

    def assign(self) -> None:
        new = [segment for segment in self.segments() if segment not in self.found] if self.run else []
        self.store.themes.assign([Assignment(s, self.run, self.draw.choice(THEMES), 0.5, START) for s in new])
        self.found |= dict.fromkeys(new, "t1")

    def edit(self) -> None:
        """One theme into another, and some segments moved."""
        if self.found:
            themes, moved = tuple(Theme(id, id, "", (), 1) for id in THEMES), self.draw.sample(sorted(self.found), k=1)
            into = dict([self.draw.sample(THEMES, k=2)])
            self.store.themes.show(self.run, Replayed(themes, into, dict.fromkeys(moved, "t3")), START)

    def forget(self) -> None:
        for id in self.some()[:1]:
            self.store.sweep.forget([], conversations=[id])
            del self.talks[id]
            self.found = {segment: theme for segment, theme in self.found.items() if not segment.startswith(f"{id}#")}

    def some(self) -> list[str]:
        return self.draw.sample(sorted(self.talks), k=min(EACH, len(self.talks)))

    def segments(self) -> list[str]:
        with self.store.engine.connect() as connection:
            return list(connection.execute(select(signals.c.segment).order_by(signals.c.segment)).scalars())

    def signal(self, segment: Segment) -> Signal:
        named = (Entity("product", 0, 3, "Router"),) if self.draw.random() < 0.3 else ()
        hurt, feeling = self.draw.uniform(0, 100), self.draw.uniform(-1, 1)
        return Signal(segment, "m", "help", 0.9, False, (), feeling, (0.7, 0.1, 0.2), hurt, "use", 0.5, entities=named)

    def summary(self, id: str) -> Summary:
        intent, stage = self.draw.choice(["help", "none", "unsupported"]), self.draw.choice(["use", "exit", "unknown"])
        hurt, feeling, leaving = self.draw.uniform(0, 100), self.draw.uniform(-1, 1), self.draw.choice([0.0, 0.5, 0.9])
        said = (
            0.9,
            False,
            feeling,
            0.0,
            0.0,
            0.0,
            hurt,
            0.0,
            leaving,
            stage,
            0.5,
            "said",
            self.draw.choice(["de", "en"]),
        )
        return Summary(id, intent, *said)


class Scan:
    """Every row of a store, read one by one."""

    def __init__(self, store: SqlStore) -> None:
        run = store.themes.current_run()
        with store.engine.connect() as connection:
            everybody = {r.id: r.attributes for r in connection.execute(select(customers))}
            self.talks = {r.id: dict(r._mapping) for r in connection.execute(select(conversations))}
            for row in self.talks.values():
                row |= {"summary": None, "segments": [], "attributes": everybody.get(row["customer"], {})}
            for r in connection.execute(select(summaries)):
                self.talks[r.conversation]["summary"] = r
            placed = {
                r.segment: r.theme for r in connection.execute(select(assignments).where(assignments.c.run == run))
            }
            for r in connection.execute(select(signals)):
                theme = (placed[r.segment] or NOWHERE,) if r.segment in placed else ()
                self.talks[r.conversation]["segments"].append((r, theme))

    def chosen(self, f: Filter) -> Iterator[dict[str, Any]]:
        for row in self.talks.values():
            s, at = row["summary"], row["started_at"]
            plain = [(row[name], getattr(f, name)) for name in ("channel", "customer", "source")]
            plain += [(s.stage if s else "", f.stage), (s.language if s else "", f.language)]
            plain += [(s.intent if s else "", f.intent)]
            if any(asked and asked != value for value, asked in plain):
                continue
            if (f.since and at < f.since) or (f.until and at >= f.until):
                continue
            if {fact for fact in f.facts() if fact[1]} <= self.facts(row) and (
                not f.theme or f.theme in self.themes(row)
            ):
                yield row

    def facts(self, row: dict[str, Any]) -> set[tuple[str, str]]:
        named = [entity for r, _ in row["segments"] for entity in r.entities or ()]
        return set(facts_of(row["metadata"], row["attributes"], named))

    def themes(self, row: dict[str, Any]) -> set[str]:
        return {theme for _, of in row["segments"] for theme in of}

    def counts(self, row: dict[str, Any], theme: str) -> bool:
        first = row["duplicate_of"]
        return first is None or theme not in (self.themes(self.talks[first]) if first in self.talks else ())

    def totals(self, f: Filter) -> dict[str, Any]:
        rows = list(self.chosen(f))
        firsts = [row for row in rows if row["duplicate_of"] is None]
        read = [row["summary"] for row in rows if row["summary"] and row["summary"].intent != "unsupported"]
        told = [theme for row in rows for _, of in row["segments"] for theme in of]
        days = [row["started_at"].date() for row in rows]
        channels = [row["channel"] for row in firsts]
        return {
            "conversations": len(firsts),
            "segments": sum(len(row["segments"]) for row in rows),
            "leaving": sum(bool(row["summary"] and row["summary"].leaving >= 0.5) for row in firsts),
            "friction": sum(s.friction for s in read) / len(read) if read else None,
            "sentiment": sum(s.sentiment for s in read) / len(read) if read else None,
            "unsupported": sum(bool(row["summary"] and row["summary"].intent == "unsupported") for row in firsts),
            "annotated": sum(row["summary"] is not None for row in firsts),
            "duplicates": len(rows) - len(firsts),
            "first": min(days, default=None),
            "last": max(days, default=None),
            "channels": {name: channels.count(name) for name in sorted(set(channels))},
            "customers": len({row["customer"] for row in firsts} - {""}),
            "placed": len(told) - told.count(NOWHERE),
            "unassigned": told.count(NOWHERE),
        }

    def theme(self, f: Filter, id: str) -> dict[str, Any] | None:
        rows = [row for row in self.chosen(f) if id in self.themes(row)]
        if not rows:
            return None
        counted = [row for row in rows if self.counts(row, id)]
        parts = {"stages": lambda row: row["summary"].stage if row["summary"] else "unknown", "channels": _channel}
        return {
            **_friction([r for row in rows for r, of in row["segments"] if id in of]),
            "conversations": len(counted),
            "leaving": sum(
                bool(r["summary"] and r["summary"].leaving >= 0.5) for r in rows if r["duplicate_of"] is None
            ),
            "first_seen": min(row["started_at"].date() for row in rows),
            "last_seen": max(row["started_at"].date() for row in rows),
            "customers": len({row["customer"] for row in counted} - {""}),
            **{name: self.parts(rows, id, of) for name, of in parts.items()},
        }

    def parts(self, rows: list[dict[str, Any]], id: str, of: Callable[[Any], str]) -> dict[str, dict[str, Any]]:
        found = {}
        for value in sorted({of(row) for row in rows}):
            own = [row for row in rows if of(row) == value]
            friction = _friction([r for row in own for r, themes in row["segments"] if id in themes])["friction"]
            found[value] = {"conversations": sum(self.counts(row, id) for row in own), "friction": friction}
        return found

    def daily(self, f: Filter) -> dict[tuple[str, date], tuple[int, int]]:
        """(theme, day) -> conversations and segments."""
        found: dict[tuple[str, date], tuple[int, int]] = {}
        for row in self.chosen(f):
            day = row["started_at"].date()
            of = {"": (int(row["duplicate_of"] is None), len(row["segments"]))}
            for id in self.themes(row) - {NOWHERE}:
                of[id] = int(self.counts(row, id)), sum(id in themes for _, themes in row["segments"])
            for id, (count, segments) in of.items():
                known = found.get((id, day), (0, 0))
                found[id, day] = known[0] + count, known[1] + segments
        return found

    def options(self) -> dict[tuple[str, str], int]:
        facts = [fact for row in self.talks.values() for fact in self.facts(row)]
        return {fact: facts.count(fact) for fact in facts}


def _channel(row: dict[str, Any]) -> str:
    return str(row["channel"])


def _friction(rows: list[Any]) -> dict[str, Any]:
    hurt = sum(r.friction for r in rows)
    means = {"friction": hurt / len(rows), "sentiment": sum(r.sentiment for r in rows) / len(rows)}
    return {"segments": len(rows), "pain": hurt / 100} | means


def near(value: Any) -> Any:
    """The same, floats nearly so."""
    if isinstance(value, dict):
        return {name: near(each) for name, each in value.items()}
    return pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value


def check(store: SqlStore, filter: Filter) -> None:
    scan, sums = Scan(store), store.rollups
    assert sums.totals(filter) == near(scan.totals(filter)), filter
    told = {id: row for id in THEMES if (row := scan.theme(filter, id))}
    assert sums.themes(filter) == near(told), filter
    daily = {(row["theme"], row["day"]): (row["conversations"], row["segments"]) for row in sums.daily(filter)}
    assert daily == scan.daily(filter), filter
    assert sums.count(filter) == store.conversations.count(filter) == len(list(scan.chosen(filter))), filter


@pytest.mark.parametrize("seed", range(2))
def test_sums_equal_a_scan_whatever_happened(store: SqlStore, seed: int) -> None:
    draw = Random(seed)
    world = World(store, draw)
    happens = (
        world.ingest,
        world.ingest,
        world.ingest,
        world.annotate,
        world.annotate,
        world.summarise,
        world.attribute,
    )
    happens += (world.repeat, world.discover, world.assign, world.edit, world.forget)
    for step in range(STEPS):
        draw.choice(happens)()
        if step % 5 == 4:
            store.rollups.refresh()
            check(store, Filter())
    for filter in FILTERS:
        check(store, filter)
    offered = {(kind, value): n for kind, values in store.rollups.options().items() for value, n in values}
    assert {fact: n for fact, n in offered.items() if fact[0] != "language"} == Scan(store).options()


def test_a_discovery_an_edit_and_a_forgetting_leave_the_sums_in_step(store: SqlStore) -> None:
    world = World(store, Random(1))
    for happens in (world.ingest, world.ingest, world.ingest, world.annotate):
        happens()
    for happens in (world.discover, world.edit, world.forget):
        happens()
        before = store.rollups.totals(), store.rollups.themes()
        store.rollups.refresh()
        assert (store.rollups.totals(), store.rollups.themes()) == before, happens
        check(store, Filter())


def test_facts_of_what_is_deleted_and_comes_again_are_known_again(store: SqlStore) -> None:
    at = START + timedelta(days=1)
    talk = Conversation(
        "s:1", "s", Channel.CHAT, "c1", at, (Turn(0, Speaker.CUSTOMER, "Bad.", at),), {"product": "Lamp"}
    )
    store.conversations.put([talk, replace(talk, id="s:2")])
    store.rollups.refresh()
    with store.engine.begin() as connection:
        connection.execute(delete(conversations).where(conversations.c.id == "s:1"))
    store.conversations.put([talk])
    store.rollups.refresh()
    assert store.conversations.count(Filter(product="lamp")) == store.rollups.count(Filter(product="lamp")) == 2


def test_another_process_reads_what_one_has_summed_up(url: str, store: SqlStore) -> None:
    world = World(store, Random(2))
    with SqlStore.open(url) as other:
        assert other.rollups.totals()["conversations"] == 0
        for happens in (world.ingest, world.annotate, world.discover):
            happens()
        assert store.rollups.refresh() == other.rollups.refresh()
        check(other, Filter())
