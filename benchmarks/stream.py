"""A stream of conversations whose consumer is killed (kill -9) at random moments, its broker restarted in between.

Conversations are made of the shipped sample's tickets under new ids; every eighth comes again later with one turn more,
and every fortieth message cannot be read. They are sent while the consumer is killed and started again. A consumer is
killed after it has acknowledged a number of messages drawn evenly from none to twice its share of those that are left,
at a random moment of the batch that follows, so that kills fall evenly on all that is consumed. Afterwards its store
must equal, row for row, that of a consumer that nobody disturbed. Each broker is a server of its own on a port of its
own.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.heading import commit, heading
from benchmarks.same import differing, rows
from benchmarks.servers import Server, free_port
from pipelines import brokers
from pipelines.annotate import Annotator
from pipelines.brokers import Feed
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Run

RESULT = ROOT / "benchmarks" / "results" / "stream.md"
SAMPLE = ROOT / "corpora" / "sample" / "tickets.jsonl"
KEY = "a key for measuring"
SUBJECT = "conversations"
BROKERS = ["nats", "redis", "rabbitmq"]
BATCH = 8
MOMENT = 0.5
"""Seconds within which a consumer is killed once it has acknowledged what it was to: about what a batch takes."""
STUCK = 15.0
"""Seconds with nothing in hand after which a consumer is killed all the same: what is left may lie with a dead one."""
RESTARTS = 5
"""Every so many kills the broker is killed as well, just before, and started anew."""
ACKNOWLEDGED = re.compile(r"^frictionary_stream_messages_total (\S+)", re.MULTILINE)
IN_HAND = re.compile(r"^frictionary_stream_in_hand (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Life:
    """Of one killed consumer: how many messages it had acknowledged, and how many it had in hand."""

    acknowledged: int
    in_hand: int


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

    line = brokers.line(feed, nobody)
    await line.connect()
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

    line = brokers.line(replace(feed, subject=feed.dead, group=f"reader-{time.time_ns()}"), handle)
    await line.start()
    while await line.lag():
        await asyncio.sleep(1)
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
    options = ["--redeliver", "1", "--batch", str(BATCH), "--source", "bench", *more]
    return subprocess.Popen(
        [*command, *options], env=environment(folder), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def begins(process: subprocess.Popen[str]) -> str:
    """Waits until the consumer says that it reads; returns where it tells its metrics."""
    assert process.stderr
    place = ""
    for line in process.stderr:
        if line.startswith("metrics at "):
            place = line.removeprefix("metrics at ").strip()
        if line.startswith("reading"):
            return place
    raise SystemExit(f"the consumer ended with {process.wait()}")


def look(place: str) -> Life:
    with urllib.request.urlopen(place, timeout=5) as answer:
        text = answer.read().decode()
    found = [pattern.search(text) for pattern in (ACKNOWLEDGED, IN_HAND)]
    return Life(*(int(float(match[1])) if match else 0 for match in found))


def live(server: Server, feed: Feed, folder: Path, *, wanted: int, restart: bool, chance: random.Random) -> Life:
    """A consumer until it has acknowledged so many messages, and a moment longer; another one where it ends itself."""
    process = consumer(feed, folder, "--metrics", "0")
    place, done, until = begins(process), 0, time.monotonic() + STUCK
    while done < wanted and time.monotonic() < until:
        now = look(place)
        if now.in_hand or now.acknowledged > done:
            done, until = now.acknowledged, time.monotonic() + STUCK
        time.sleep(0.05)
    time.sleep(chance.uniform(0, MOMENT))
    if restart:
        server.restart()
        time.sleep(chance.uniform(0, 2 * MOMENT))
    if process.poll() is not None:
        return live(server, feed, folder, wanted=wanted, restart=False, chance=chance)
    last = look(place)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return last


def disturb(server: Server, feed: Feed, folder: Path, *, kills: int, number: int, chance: random.Random) -> list[Life]:
    """Kills as many consumers one after another, which share `number` messages."""
    lives: list[Life] = []
    for kill in range(1, kills + 1):
        left = number - sum(life.acknowledged for life in lives)
        wanted = int(chance.uniform(0, 2 * left / (kills - kill + 1)))
        restart = kill % RESTARTS == 0
        lives.append(live(server, feed, folder, wanted=min(wanted, left), restart=restart, chance=chance))
        print(server.name, kill, lives[-1], flush=True)
    return lives


def base(folder: Path, annotator: Annotator) -> Path:
    """A store with the sample's themes, to which the stream is added."""
    folder.mkdir()
    settings = Settings(store=str(folder / "store.db"), key=KEY, names=False, dead_letters=folder / "dead.jsonl")
    with open_store(settings.store) as store:
        run([SAMPLE], store=store, annotator=annotator, settings=settings)
    return folder


def killed(name: str, place: Path, themed: Path, *, number: int, kills: int, seed: int) -> None:
    """Leaves two stores in `place`, of a consumer that was killed and of one that nobody disturbed."""
    server = Server(name, place / f"{name}-data", free_port())
    server.start()
    calm, disturbed = place / f"{name}-calm", place / f"{name}-disturbed"
    for folder in (calm, disturbed):
        shutil.copytree(themed, folder)
    try:
        feed = Feed(server.url, SUBJECT)
        sender = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.stream", "--send", server.url, str(number), str(kills)]
        )
        total = sum(1 for _ in messages(number))
        lives = disturb(server, feed, disturbed, kills=kills, number=total, chance=random.Random(seed))
        (place / f"{name}-commit").write_text(commit())
        (place / f"{name}-lives").write_text(json.dumps([asdict(life) for life in lives]))
        sender.wait()
        consumer(feed, disturbed, "--until-idle", "4").communicate()
        alone = replace(feed, subject=f"{SUBJECT}-calm")
        asyncio.run(send(alone, list(messages(number)), seconds=0))
        consumer(alone, calm, "--until-idle", "4").communicate()
    finally:
        server.kill()


def told(name: str, place: Path, *, number: int) -> list[str]:
    """A row of the table, by the stores, their run logs and the dead letters that the broker holds."""
    sent, calm, disturbed = list(messages(number)), place / f"{name}-calm", place / f"{name}-disturbed"
    server = Server(name, place / f"{name}-data", free_port())
    server.start()
    try:
        letters = asyncio.run(buried(Feed(server.url, SUBJECT)))
    finally:
        server.kill()
    bad = {body.decode() for body in sent if b'"fax"' in body}
    dead = f"{len(bad & set(letters))} of {len(bad)}, {len(letters) - len(set(letters))} more than once"
    one, other = rows(calm / "store.db"), rows(disturbed / "store.db")
    differ = differing(one, other)
    counts = ", ".join(f"{table} {len(one[table]):,}" for table in ("conversations", "turns", "signals", "assignments"))
    cut, last = streams(disturbed)
    lives = [Life(**life) for life in json.loads((place / f"{name}-lives").read_text())]
    _, whole = streams(calm)
    pace = whole.counts["messages"] / whole.seconds["stream"]
    turns = sum(len(json.loads(body)["turns"]) for body in sent) / len(sent)
    verdict = "equal" if not differ else f"**differ: {', '.join(differ)}**"
    left = f"{last.counts['messages']:,}"
    speed = [f"{pace:,.0f}", f"{pace * turns:,.0f}"]
    amid = f"{sum(life.acknowledged > 0 for life in lives)}, {sum(life.in_hand > 0 for life in lives)}"
    took = f"{sum(life.acknowledged for life in lives):,}"
    return [name, f"{len(sent):,}", str(cut), str(cut // RESTARTS), amid, took, left, dead, counts, verdict, *speed]


def streams(folder: Path) -> tuple[int, Run]:
    """How many consumers were killed, and the last one, which was not."""
    with open_store(str(folder / "store.db")) as store:
        return len(store.runs.page(limit=1000, status="killed")), store.runs.page(limit=1)[0]


HEAD = (
    "broker|messages|kills|of the broker|kills after an acknowledgement, amid a batch|acknowledged by the killed"
    "|left for the last|dead letters|rows|stores|messages/s|turns/s"
)


def report(place: Path, *, number: int, kills: int, seed: int) -> str:
    names = [name for name in BROKERS if (place / f"{name}-lives").is_file()]
    found = [HEAD.split("|"), ["---"] * len(HEAD.split("|")), *(told(name, place, number=number) for name in names)]
    lines = "\n".join("| " + " | ".join(line) + " |" for line in found)
    made = ", ".join(f"{(place / f'{name}-commit').read_text()} ({name})" for name in names)
    command = f"python -m benchmarks.stream --kills {kills} --conversations {number}"
    return f"""{heading("Streams under kills", command=command, seed=seed)}
The stores were made by commits {made}. Conversations are sent, some of them again
with a turn more, every fortieth message unreadable. A consumer is killed (`kill -9`) after it has acknowledged a number
of messages drawn evenly from none to twice its share, at a random moment of what follows, and another one started; at
every fifth kill the broker (each a server of its own, RabbitMQ a node of its own) is killed before (`kill -9`) and
started anew. Then a last consumer takes what is left. A dead letter may come twice, and so may what was acknowledged
just before the broker was killed. Compared with the store of an undisturbed consumer: every row of every table but the
run log, without the moments at which themes were assigned and proposed; numbers may differ by 0.0002
(`benchmarks/same.py`).

Speed is that of the undisturbed consumer: SQLite, batches of {BATCH}, patterns masked and names not, everything done
before a message is acknowledged (masked, stored, annotated, placed), the four quiet seconds at the end included. The
models take most of the time, and the machine was shared.

{lines}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brokers", nargs="+", default=BROKERS, choices=BROKERS)
    parser.add_argument("--folder", type=Path, help="keep the stores here")
    parser.add_argument("--report", action="store_true", help="tell of the stores in --folder, without a new run")
    parser.add_argument("--send", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        url, number, seconds = options.send
        asyncio.run(send(Feed(url, SUBJECT), list(messages(int(number))), seconds=float(seconds)))
        return
    place, number, seed = options.folder or Path(tempfile.mkdtemp()), options.conversations, options.seed
    if not options.report:
        themed = place / "themed"
        if not themed.exists():
            base(themed, Annotator.of(Settings()))
        for name in options.brokers:
            killed(name, place, themed, number=number, kills=options.kills, seed=seed)
    RESULT.write_text(report(place, number=number, kills=options.kills, seed=seed))
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
