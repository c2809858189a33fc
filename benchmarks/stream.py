"""A stream of conversations whose consumer is killed (kill -9) at random moments, its broker restarted in between.

Conversations are made of the shipped sample's tickets under new ids; every eighth comes again later with one turn more,
and every fortieth message cannot be read. They are sent while the consumer is killed and started again. Afterwards its
store must equal, row for row, that of a consumer that nobody disturbed. Each broker is a server of its own on a port of
its own. Then throughput: a full backlog taken to its end.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.heading import heading
from benchmarks.same import differing, rows
from benchmarks.servers import Server, free_port
from pipelines import brokers
from pipelines.annotate import Annotator
from pipelines.brokers import Feed
from pipelines.consume import Consumer, Reading
from pipelines.intake import Intake
from pipelines.protect import protector
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.sources import Options
from pipelines.stores import open_store

RESULT = ROOT / "benchmarks" / "results" / "stream.md"
SAMPLE = ROOT / "corpora" / "sample" / "tickets.jsonl"
KEY = "a key for measuring"
SUBJECT = "conversations"
LIFE = 3.0
"""Seconds at most that a consumer lives once it reads."""


def messages(number: int) -> Iterator[bytes]:
    """Conversations, later states of some of them, and what cannot be read."""
    tickets = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    held: list[dict[str, Any]] = []
    for n in range(number):
        ticket = tickets[n % len(tickets)]
        said = [{"speaker": "customer", "text": ticket["description"], "at": ticket["created_at"]}]
        talk = {"id": str(n), "channel": "ticket", "customer": f"id:{n % 97}", "started_at": ticket["created_at"]}
        yield json.dumps(talk | {"turns": said}).encode()
        if n % 8 == 0:
            more = {"speaker": "customer", "text": tickets[(n * 7 + 3) % len(tickets)]["description"]}
            held.append(talk | {"turns": [*said, more]})
        if len(held) > 5:
            yield json.dumps(held.pop(0)).encode()
        if n % 40 == 20:
            yield json.dumps(talk | {"id": f"bad-{n}", "channel": "fax", "turns": said}).encode()
    for talk in held:
        yield json.dumps(talk).encode()


async def send(feed: Feed, sent: Sequence[bytes], *, seconds: float) -> None:
    """In order, over about so many seconds; while the broker is away it is tried again, so a message may come twice."""

    async def nobody(_: Sequence[bytes]) -> None:
        raise AssertionError

    line = brokers.line(replace(feed, subject=f"{feed.subject}-unread"), nobody)
    await line.start()
    for body in sent:
        while True:
            try:
                await asyncio.wait_for(line.publish(feed.subject, body), 5)
                break
            except Exception:
                await asyncio.sleep(0.2)
        await asyncio.sleep(seconds / len(sent))
    await line.stop()


async def buried(feed: Feed) -> list[str]:
    """The messages of all dead letters."""
    found: list[str] = []

    async def handle(bodies: Sequence[bytes]) -> None:
        found.extend(json.loads(body)["body"] for body in bodies)

    line = brokers.line(replace(feed, subject=feed.dead), handle)
    await line.start()
    seen = -1
    while seen < len(found):
        seen = len(found)
        await asyncio.sleep(2)
    await line.stop()
    return found


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "FRICTIONARY_KEY": KEY,
        "FRICTIONARY_STORE": str(folder / "store.db"),
        "FRICTIONARY_DEAD_LETTERS": str(folder / "dead.jsonl"),
    }


def consumer(feed: Feed, folder: Path, *more: str) -> subprocess.Popen[str]:
    start = "from api.commands import main; main()"
    command = [sys.executable, "-c", start, "stream", feed.url, "--subject", feed.subject, "--no-names"]
    options = ["--redeliver", "1", "--batch", "16", "--source", "bench", *more]
    return subprocess.Popen(
        [*command, *options], env=environment(folder), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def begins(process: subprocess.Popen[str]) -> None:
    """Waits until the consumer says that it reads."""
    assert process.stderr
    for line in process.stderr:
        if line.startswith("reading"):
            return
    raise SystemExit(f"the consumer ended with {process.wait()}")


def disturb(server: Server, feed: Feed, folder: Path, *, kills: int, chance: random.Random) -> int:
    """Kills the consumer at random moments, every fifth time the broker, too; returns the broker's kills."""
    broken = 0
    for kill in range(1, kills + 1):
        process = consumer(feed, folder)
        begins(process)
        time.sleep(chance.uniform(0, LIFE / 2))
        if kill % 5 == 0:
            server.restart()
            broken += 1
        time.sleep(chance.uniform(0, LIFE / 2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return broken


def base(folder: Path, annotator: Annotator) -> Path:
    """A store with the sample's themes, to which the stream is added."""
    folder.mkdir()
    settings = Settings(store=str(folder / "store.db"), key=KEY, names=False, dead_letters=folder / "dead.jsonl")
    with open_store(settings.store) as store:
        run([SAMPLE], store=store, annotator=annotator, settings=settings)
    return folder


def killed(name: str, place: Path, themed: Path, *, number: int, kills: int, seed: int) -> list[str]:
    """A row of the table of kills."""
    sent = list(messages(number))
    server = Server(name, place / f"{name}-data", free_port())
    server.folder.mkdir()
    server.start()
    calm, disturbed = place / f"{name}-calm", place / f"{name}-disturbed"
    for folder in (calm, disturbed):
        shutil.copytree(themed, folder)
    try:
        feed = Feed(server.url, SUBJECT)
        sender = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.stream", "--send", server.url, str(number), str(4 * kills)]
        )
        began = time.perf_counter()
        broken = disturb(server, feed, disturbed, kills=kills, chance=random.Random(seed))
        sender.wait()
        ended = consumer(feed, disturbed, "--until-idle", "4")
        told, _ = ended.communicate()
        seconds = time.perf_counter() - began
        alone = replace(feed, subject=f"{SUBJECT}-calm")
        process = consumer(alone, calm, "--until-idle", "4")
        asyncio.run(send(alone, sent, seconds=0))
        process.communicate()
        one, other = rows(calm / "store.db"), rows(disturbed / "store.db")
        differ = differing(one, other)
        counts = ", ".join(
            f"{table} {len(one[table]):,}" for table in ("conversations", "turns", "signals", "assignments")
        )
        letters, bad = asyncio.run(buried(feed)), {body.decode() for body in sent if b'"fax"' in body}
        lost = len(bad - set(letters))
        dead = f"{len(bad) - lost} of {len(bad)}, {len(letters) - len(set(letters))} more than once"
        left = json.loads(told.splitlines()[-1])["messages"]
        verdict = "equal" if not differ else f"**differ: {', '.join(differ)}**"
        return [name, f"{len(sent):,}", str(kills), str(broken), f"{left:,}", f"{seconds:.0f}", dead, counts, verdict]
    finally:
        server.kill()


async def _throughput(feed: Feed, intake: Intake, sent: Sequence[bytes]) -> tuple[float, int]:
    """Seconds from the first batch to the last commit, and the turns that were stored."""
    reading = Reading(Options(source="bench"))
    await Consumer(intake, reading).run(feed, until_idle=0.5)  # makes what is missing at the broker
    await send(feed, sent, seconds=0)
    consumer, began = Consumer(intake, reading), time.time()
    await consumer.run(feed, until_idle=1.0)
    ended = consumer.meters.registry.get_sample_value("frictionary_stream_committed_timestamp_seconds")
    return (ended or began) - began, consumer.counts["messages"]


def fast(name: str, place: Path, themed: Path, annotator: Annotator, *, number: int, names: bool) -> list[str]:
    """A row of the table of throughput."""
    folder = place / f"{name}-fast-{names}"
    shutil.copytree(themed, folder)
    server = Server(name, folder / "data", free_port())
    server.folder.mkdir()
    server.start()
    settings = Settings(store=str(folder / "store.db"), key=KEY, names=names)
    try:
        with open_store(settings.store) as store:
            intake = Intake(store, annotator, protector(settings))
            seconds, taken = asyncio.run(_throughput(Feed(server.url, SUBJECT), intake, list(messages(number))))
    finally:
        server.kill()
    turns = sum(len(json.loads(body)["turns"]) for body in messages(number))
    masked = "patterns and names" if names else "patterns"
    return [name, masked, f"{taken:,}", f"{seconds:.1f}", f"{taken / seconds:,.0f}", f"{turns / seconds:,.0f}"]


def shown(row: list[str]) -> list[str]:
    """The row, told at once: a run takes its time."""
    print(*row, sep=" | ", flush=True)
    return row


def table(head: str, found: Sequence[Sequence[str]]) -> str:
    names = head.split("|")
    lines = [names, ["---"] * len(names), *found]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--conversations", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brokers", nargs="+", default=["nats", "redis"], choices=["nats", "redis"])
    parser.add_argument("--send", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        url, number, seconds = options.send
        asyncio.run(send(Feed(url, SUBJECT), list(messages(int(number))), seconds=float(seconds)))
        return
    annotator = Annotator.of(Settings())
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        themed = base(place / "themed", annotator)
        kills = [
            shown(killed(name, place, themed, number=options.conversations, kills=options.kills, seed=options.seed))
            for name in options.brokers
        ]
        speed = [
            shown(fast(name, place, themed, annotator, number=options.conversations, names=names))
            for name in options.brokers
            for names in (False, True)
        ]
    command = f"python -m benchmarks.stream --kills {options.kills} --conversations {options.conversations}"
    RESULT.write_text(
        f"{heading('Streams: killed, and at speed', command=command, seed=options.seed)}\n"
        "The consumer is killed (`kill -9`) at random moments while conversations are sent, some of them again with a\n"
        "turn more, every fortieth message unreadable; at every fifth kill the broker is killed first and started\n"
        "anew. Then a consumer takes what is left. A dead letter may come twice. Compared with the store of an\n"
        "undisturbed consumer: every row of every table but the run log, without the moments at which themes were\n"
        "assigned and proposed; numbers may differ by 0.0002 (`benchmarks/same.py`).\n\n"
        + table("broker|messages|kills|of the broker|left for the last|seconds|dead letters|rows|stores", kills)
        + "\nA full backlog, one consumer, batches of 64, SQLite, into a store with the sample's themes; everything\n"
        "is done before a message is acknowledged: masked, stored, annotated, placed.\n\n"
        + table("broker|masked|messages|seconds|messages/s|turns/s", speed)
    )
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
