"""Features: as of a moment against a replay from scratch, and how long a million customers and one of them take."""

import argparse
import os
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.heading import heading
from nlp.conversation import Conversation
from nlp.journeys.contact import TAKEN_OVER
from nlp.journeys.dictionary import FEATURES
from nlp.journeys.placing import placed
from nlp.taxonomy import Taxonomy
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator, annotate, summary
from pipelines.features import features, online, tables
from pipelines.ingest import ingest
from pipelines.journeys import shipped
from pipelines.online import refresh
from pipelines.protect import protector
from pipelines.settings import ROOT, Settings
from pipelines.simulate.files import write
from pipelines.simulate.world import drawn
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

SEED, MOMENTS, READS, BLOCK = 7, 1_000, 10_000, 10_000
EVENTS, STAGES = ("ordered", "delivered", "installed", "renewed", "returned", "viewed"), ("use", "onboarding", "exit")
NAMES = '", "'
RESULTS = ROOT / "benchmarks" / "results"
SAMPLE = ROOT / "corpora" / "sample"
DAY = timedelta(days=1)
REPLAY = """
{moments} moments of customers drawn at random, from a day before their first word or deed to 60 days after their last,
every fifth one within a conversation that goes on; half on the sample, half on a simulated world of {world} customers.
Three discoveries at random times put segments into random themes. At each moment the features of the customer as of it,
read from the whole store, are compared with those of a store made from scratch, into which only turns, events and
themes dated before the moment were put: every feature must be equal to the last bit.
"""
SCALE = """
An SQLite file with {customers:,} customers, {events:,} events, {said:,} conversations of two signals each, and an
assignment of every second signal; written directly into the tables. Batch: every customer's {features} features as of
one moment, in columns, by one process on one core. Online: {reads:,} reads of random customers, one after the other, in
one process. Times are on the clock and in processor time: other work shared the two cores (load average {load:.1f} at
the end). Peak memory is that of the whole process.
"""


@contextmanager
def world(annotator: Annotator, paths: Sequence[Path], folder: Path) -> Iterator[Store]:
    """The files, taken in without masking names, with three discoveries in their time."""
    settings = replace(Settings(), names=False, key="benchmark of features", dead_letters=folder / "dead.jsonl")
    with open_store(f"sqlite:///{folder}/whole.db") as store:
        ingest(paths, store=store, protect=protector(settings), settings=settings)
        annotate(store, annotator)
        discover(store, Random(SEED))
        refresh(store, annotator.taxonomy)
        yield store


def discover(store: Store, draw: Random) -> None:
    segments = [quote.segment.id for quote in store.signals.all()]
    times = [contact.at for contact in store.customers.contacts()]
    first, last = min(times), max(times)
    for run, part in enumerate(sorted(draw.random() for _ in range(3))):
        at = first + part * (last - first)
        members = [Assignment(s, f"r{run}", draw.choice(["t1", "t2", "t3", None]), 0.9, at) for s in segments]
        found = [Theme(id, id, "", (), 1) for id in ("t1", "t2", "t3")]
        store.themes.put(f"r{run}", found, members, np.zeros((len(segments), 2), np.float32))


def moments(store: Store, count: int, draw: Random) -> Iterator[tuple[str, datetime]]:
    lives: dict[str, list[datetime]] = {}
    for contact in store.customers.contacts():
        lives.setdefault(contact.customer, []).extend((contact.at, contact.last_at))
    for event in store.events.all():
        lives.setdefault(event.customer, []).append(event.at)
    lives.pop("", None)
    long = [(c.customer, c.at, c.last_at) for c in store.customers.contacts() if c.customer and c.last_at > c.at]
    for n in range(count):
        if n % 5 == 0 and long:
            customer, first, last = draw.choice(long)
        else:
            customer = draw.choice(sorted(lives))
            first, last = min(lives[customer]) - DAY, max(lives[customer]) + 60 * DAY
        yield customer, first + draw.random() * (last - first)


def replayed(store: Store, customer: str, at: datetime, taxonomy: Taxonomy, empty: Path) -> dict[str, object]:
    """The features in a store that has only ever seen what was dated before `at`."""
    for leftover in empty.parent.glob("replay.db*"):
        leftover.unlink()
    path, own = Path(shutil.copy(empty, empty.with_name("replay.db"))), Filter(customer=customer, until=at)
    with open_store(f"sqlite:///{path}") as fresh:
        fresh.events.put(did := store.events.of(customer, until=at))
        for contact in store.customers.contacts(own):
            talk = before(store.conversations.get(contact.id), at)
            fresh.conversations.put([talk])
            kept = {turn.number for turn in talk.turns}
            found = [signal for signal in store.signals.of(contact.id) if signal.segment.turn in kept]
            told = placed(summary(contact.id, found, taxonomy=taxonomy), did, contact.at, taxonomy)
            fresh.signals.put("m", [contact.id], found, np.zeros((len(found), 2), np.float32), [told])
        raised = [m.assignment for m in store.themes.mentions(own) if max(m.said_at, m.assignment.assigned_at) < at]
        for run in sorted({a.run for a in raised}):
            members = [a for a in raised if a.run == run]
            names = sorted({a.theme for a in members if a.theme})
            fresh.themes.put(
                run, [Theme(n, n, "", (), 1) for n in names], members, np.zeros((len(members), 2), np.float32)
            )
        if not did and not fresh.conversations.count():
            return {}
        return dict(features(fresh, customer, at, taxonomy=taxonomy))


def before(talk: Conversation, at: datetime) -> Conversation:
    turns = tuple(turn for turn in talk.turns if (turn.at or talk.started_at) < at)
    taken = [n for n in talk.metadata.get(TAKEN_OVER, []) if any(turn.number == n for turn in turns)]
    return replace(talk, turns=turns, metadata={TAKEN_OVER: taken} if taken else {})


def equal(store: Store, annotator: Annotator, count: int, folder: Path) -> tuple[int, int, int]:
    """(moments, how many differ, how many had a past) on one store."""
    empty, differ, told = folder / "empty.db", 0, 0
    open_store(f"sqlite:///{empty}").close()
    for customer, at in moments(store, count, Random(SEED + 1)):
        expected = replayed(store, customer, at, annotator.taxonomy, empty)
        found = features(store, customer, at, taxonomy=annotator.taxonomy)
        told += bool(expected)
        differ += bool(expected) and expected != found
        differ += not expected and (found["conversations"], found["events"]) != (0, 0)
    return count, differ, told


def fill(path: Path, customers: int) -> None:
    """Ten events, a conversation and two signals a customer, straight into an empty store's tables: its triggers rest
    meanwhile."""
    draw = np.random.default_rng(SEED)
    with sqlite3.connect(path) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("INSERT INTO discoveries (run, number) VALUES ('r', 1)")
        for first in range(0, customers, BLOCK):
            ids = [f"c{n:09}" for n in range(first, min(first + BLOCK, customers))]
            for table, rows in _block(ids, draw).items():
                marks = ", ".join(f":{name}" for name in rows[0])
                connection.executemany(f'INSERT INTO {table} ("{NAMES.join(rows[0])}") VALUES ({marks})', rows)
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()


def ungathered(path: Path) -> None:
    """As if nobody's facts had been gathered yet, so that a store serves for several runs."""
    with sqlite3.connect(path) as connection:
        for table in ("online_features", "stale_features"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("INSERT INTO stale_features (customer) SELECT customer FROM conversations")
    connection.close()


def _block(ids: Sequence[str], draw: np.random.Generator) -> dict[str, Sequence[Mapping[str, object]]]:
    at = _times(draw, 11 * len(ids))
    did = [
        {"id": f"{id}e{k}", "customer": id, "customer_given": id, "name": EVENTS[k % len(EVENTS)], "at": at[10 * n + k]}
        for n, id in enumerate(ids)
        for k in range(10)
    ]
    said, started = [f"s:{id}" for id in ids], at[10 * len(ids) :]
    friction, channel = 100 * draw.random(len(ids)), draw.integers(0, 3, len(ids))
    figures = {"confidence": 0.9, "abstained": 0, "sentiment": -0.5, "stage_confidence": 0.8, "intent": "refund_status"}
    course = {"sentiment_start": 0.0, "sentiment_end": -0.5, "sentiment_low": -0.5, "effort": 0.2, "leaving": 0.1}
    talks = [
        {"id": talk, "source": "s", "channel": ("ticket", "call", "chat")[c], "customer": id, "customer_given": id}
        | {"started_at": time_, "metadata": "{}", "content_hash": "", "annotated_model": "m"}
        for talk, id, time_, c in zip(said, ids, started, channel, strict=True)
    ]
    told = [
        figures
        | course
        | {"conversation": c, "friction": f, "stage": STAGES[int(f) % 3], "reason": "", "language": "en"}
        for c, f in zip(said, friction.tolist(), strict=True)
    ]
    feeling = {"negative": 0.7, "neutral": 0.2, "positive": 0.1, "friction": 50.0, "stage": "use", "model": "m"}
    found = [
        figures
        | feeling
        | {"segment": f"{c}#0:{start}", "conversation": c, "turn": 0, "start": start, "end": start + 40}
        | {"details": '{"intents": [], "evidence": []}'}
        for c in said
        for start in (0, 50)
    ]
    members = [
        {"run": "r", "segment": f"{c}#0:0", "confidence": 0.9, "assigned_at": "2025-12-31 00:00:00.000000"}
        for c in said
    ]
    turned = [{"conversation": c, "number": 0, "speaker": "customer", "text": "Late.", "at": None} for c in said]
    return {
        "events": did,
        "conversations": talks,
        "turns": turned,
        "summaries": told,
        "signals": found,
        "assignments": members,
    }


def _times(draw: np.random.Generator, count: int) -> list[str]:
    moments = np.datetime64("2025-01-01", "us") + draw.integers(0, 31_536_000_000_000, count)
    return [text.replace("T", " ") for text in np.datetime_as_string(moments, "us").tolist()]


def batch(store: Store, at: datetime) -> str:
    begun, processor, done = time.perf_counter(), time.process_time(), 0
    for customers, _ in tables(store, at):
        done += len(customers)
    clock, processor = time.perf_counter() - begun, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return f"{done:,} customers in {clock:.0f} s ({processor:.0f} s of processor time), at most {peak:.1f} GiB"


def reads(store: Store, customers: int, at: datetime, draw: Random) -> np.ndarray:
    """Milliseconds of each read, (READS, 2): on the clock, and of processor time."""
    took = []
    for _ in range(READS):
        customer = f"c{draw.randrange(customers):09}"
        begun = time.perf_counter(), time.thread_time()
        online(store, customer, at)
        took.append((time.perf_counter() - begun[0], time.thread_time() - begun[1]))
    return 1_000 * np.array(took)


def compared(count: int, people: int) -> list[str]:
    annotator = Annotator.load(Settings().models, Settings().taxonomy)
    sample = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and path.name != "KEY.json")
    lines = ["| store | moments | with a past | that differ |", "|---|---|---|---|"]
    with TemporaryDirectory() as made:
        write(drawn(SEED), people, Path(made), corpus=ROOT / "corpora" / "training")
        simulated = [Path(made) / name for name in ("customers.csv", "events.csv", "tickets.jsonl", "threads.jsonl")]
        for name, paths in (("sample", sample), ("simulated", simulated)):
            with TemporaryDirectory() as folder, world(annotator, paths, Path(folder)) as store:
                asked, differ, told = equal(store, annotator, count // 2, Path(folder))
                lines.append(f"| {name} | {asked} | {told} | {differ} |")
    return lines


def measured(customers: int, folder: Path) -> list[str]:
    at, path = datetime(2026, 1, 1, tzinfo=UTC), folder / f"scale-{customers}.db"
    if not path.exists():
        open_store(f"sqlite:///{path}").close()
        fill(path, customers)
    ungathered(path)
    with open_store(f"sqlite:///{path}") as store:
        told = batch(store, at)
        begun, processor = time.perf_counter(), time.process_time()
        refresh(store, shipped())
        gathered, worked = time.perf_counter() - begun, time.process_time() - processor
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        took = reads(store, customers, at, Random(SEED))
    clock, processor = (np.percentile(took[:, n], (50, 99)) for n in (0, 1))
    return [
        "| what | figure |",
        "|---|---|",
        f"| batch, one process | {told} |",
        f"| facts gathered for online reads, all customers | {gathered:.0f} s ({worked:.0f} s of processor time), "
        f"at most {most:.1f} GiB |",
        f"| store | {path.stat().st_size / 2**30:.1f} GiB |",
        f"| online read, on the clock | p50 {clock[0]:.2f} ms, p99 {clock[1]:.2f} ms |",
        f"| online read, processor time | p50 {processor[0]:.2f} ms, p99 {processor[1]:.2f} ms |",
    ]


def scale(customers: int, folder: Path | None) -> None:
    with TemporaryDirectory() as temporary:
        lines = measured(customers, folder or Path(temporary))
    notes = SCALE.format(
        customers=customers,
        events=10 * customers,
        said=customers,
        features=len(FEATURES),
        reads=READS,
        load=os.getloadavg()[0],
    )
    report("Features at scale", f"--part scale --customers {customers}", notes, lines, RESULTS / "features_scale.md")


def replay(count: int, people: int) -> None:
    notes = REPLAY.format(moments=count, world=people)
    command = f"--part replay --moments {count} --world {people}"
    report("Features as of a moment", command, notes, compared(count, people), RESULTS / "features.md")


def report(title: str, arguments: str, notes: str, lines: Sequence[str], path: Path) -> None:
    head = heading(title, command=f"python -m benchmarks.features {arguments}", seed=SEED)
    path.write_text("\n".join([head, notes, *lines]) + "\n")
    print(path.read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("replay", "scale"), required=True)
    parser.add_argument("--customers", type=int, default=1_000_000, help="at scale")
    parser.add_argument("--moments", type=int, default=MOMENTS)
    parser.add_argument("--world", type=int, default=300, help="customers of the simulated world")
    parser.add_argument("--folder", type=Path, help="where the large store is kept; a temporary folder otherwise")
    given = parser.parse_args()
    scale(given.customers, given.folder) if given.part == "scale" else replay(given.moments, given.world)


if __name__ == "__main__":
    main()
