"""A server, its publisher and two brokers killed (kill -9) at random moments while conversations are posted.

Each kill hits one of the four, drawn by lot. Four sinks are told: NATS and Redis, servers of their own on ports of
their own; a webhook receiver, which at random refuses for a while, does not answer, or takes a message and hangs up
without saying so; and Parquet drops. In the end what each has is compared with what the store committed.
"""

import argparse
import asyncio
import base64
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from pyarrow import parquet

from benchmarks.heading import heading
from benchmarks.servers import Server, free_port
from benchmarks.stream import messages
from nlp.errors import BadInput
from pipelines import brokers
from pipelines.brokers import Feed
from pipelines.messages import ConversationAnalyzed, Message
from pipelines.settings import ROOT
from pipelines.signatures import secret, verify
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

RESULT = ROOT / "benchmarks" / "results" / "outbox-kill.md"
SECRET = "whsec_" + base64.b64encode(b"a secret that only measures, 32 b").decode()
SUBJECT = "events"
OFTEN = (1, 2, 1, 1)
"""How often the server, the publisher, NATS and Redis are hit: the first takes the longest to be back."""
LIFE = 8.0
"""Seconds at most between two kills."""
BRING = "from api.commands import main; main()"
SHOWN = [name for name in ConversationAnalyzed.__dataclass_fields__ if name not in ("source", "channel", "started_at")]


class Receiver:
    """Keeps what it is posted and whose signature is good, in order; of a hundred requests it refuses two for now, lets
    one wait too long, and takes one without saying so."""

    def __init__(self, chance: random.Random) -> None:
        self.seen: list[dict[str, Any]] = []
        self.unsigned = self.cut = 0
        outer, turn = self, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                body = self.rfile.read(size)
                if len(body) < size:  # the publisher was killed in the midst of it
                    outer.cut += 1
                    self.close_connection = True
                    return None
                with turn:
                    drawn = chance.random()
                    if drawn < 0.02:
                        return self._answer(503 if drawn < 0.01 else 500)
                    if drawn < 0.03:
                        self.close_connection = True
                        return None
                    try:
                        verify([secret(SECRET)], dict(self.headers), body, now=datetime.now(UTC))
                    except BadInput:
                        outer.unsigned += 1
                        return self._answer(400)
                    outer.seen.append(json.loads(body))
                    if drawn < 0.04:
                        self.close_connection = True
                        return None
                return self._answer(204)

            def _answer(self, status: int) -> None:
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


class Ours:
    """A command of ours in a process that is killed and started again."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str]) -> None:
        self._command, self._environment = [sys.executable, "-c", BRING, *arguments], environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self._command, env=self._environment, stdout=quiet, stderr=quiet)

    def end(self, number: int) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(120)

    def restart(self) -> None:
        self.end(signal.SIGKILL)
        self.start()


class Load(threading.Thread):
    """Posts conversations one after the other, each until it is answered: while the server is away, again."""

    def __init__(self, url: str, sent: Iterable[bytes], every: float) -> None:
        super().__init__(daemon=True)
        self._url, self._sent, self._every = url, sent, every
        self.stopping, self.posted, self.again = threading.Event(), 0, 0

    def run(self) -> None:
        for body in self._sent:
            while not self.stopping.is_set() and not self._post(body):
                self.again += 1
                time.sleep(0.2)
            if self.stopping.is_set():
                return
            self.posted += 1
            time.sleep(self._every)

    def _post(self, body: bytes) -> bool:
        request = urllib.request.Request(f"{self._url}/v1/conversations?source=bench", body)
        request.add_header("content-type", "application/json")
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as error:
            return error.code == 422
        except OSError:
            return False
        return True


def sinks(folder: Path, nats: Server, redis: Server, receiver: Receiver) -> Path:
    path = folder / "sinks.toml"
    path.write_text(
        f"""
[sink.nats]
kind = "broker"
url = "{nats.url}"
subject = "{SUBJECT}"
timeout = 3

[sink.redis]
kind = "broker"
url = "{redis.url}"
subject = "{SUBJECT}"
timeout = 3

[sink.webhook]
kind = "webhook"
url = "{receiver.url}"
secret_env = "HOOK_SECRET"
allow = ["127.0.0.1"]
timeout = 3

[sink.parquet]
kind = "parquet"
folder = "{folder}/drops"
linger = 2
"""
    )
    return path


def held(server: Server) -> list[dict[str, Any]]:
    """What a broker holds, in its order."""
    found: list[dict[str, Any]] = []

    async def read() -> None:
        async def handle(bodies: Sequence[bytes]) -> None:
            found.extend(json.loads(body) for body in bodies)

        line = brokers.line(Feed(server.url, SUBJECT, group=f"reader-{time.time_ns()}", batch=256), handle)
        await line.start()
        while await line.lag():
            await asyncio.sleep(0.5)
        await line.stop()

    asyncio.run(read())
    return found


def dropped(folder: Path) -> list[dict[str, Any]]:
    rows = parquet.read_table(folder).to_pylist() if folder.is_dir() else []
    return [row | {"partitionkey": row["customer"] or row["subject"]} for row in rows]


def judged(name: str, committed: Sequence[Message], got: Sequence[dict[str, Any]], dead: int) -> list[str]:
    """Lost, never committed, again, and out of order at its first coming."""
    wanted, seen = {m.id for m in committed}, Counter(event["id"] for event in got)
    last: dict[str, int] = {}
    first: set[str] = set()
    astray = 0
    for event in got:
        number = int(event["sequence"])
        if event["id"] not in first:
            first.add(event["id"])
            astray += number < last.get(event["partitionkey"], 0)
            last[event["partitionkey"]] = max(number, last.get(event["partitionkey"], 0))
    again = len(got) - len(seen)
    figures = (len(seen), len(wanted - seen.keys()), len(seen.keys() - wanted), again, astray, dead)
    return [name, *(f"{figure:,}" for figure in figures)]


def untold(store: Store, committed: Sequence[Message]) -> tuple[int, int, int]:
    """Stored conversations; those of which the last message is not what is stored; messages of none that is stored."""
    last = {m.subject: m for m in committed if m.kind == "conversation.analyzed"}
    stored = {c.id: c.summary for c in store.customers.contacts()}
    wrong = 0
    for id, summary in stored.items():
        told = last[id].data if id in last else {}
        same = all(_alike(getattr(summary, name), told.get(name)) for name in SHOWN if name != "model")
        wrong += not same
    return len(stored), wrong, len(last.keys() - stored.keys())


def _alike(one: Any, other: Any) -> bool:
    return abs(one - other) < 1e-4 if isinstance(one, float) and isinstance(other, float) else one == other


def measured(folder: Path, url: str, *, kills: int, every: float, seed: int) -> list[str]:
    """The lines of the result for one store."""
    chance = random.Random(seed)
    receiver = Receiver(random.Random(seed + 1))
    nats, redis = (Server(name, folder / name, free_port()) for name in ("nats", "redis"))
    port = free_port()
    environment = os.environ | {
        "FRICTIONARY_STORE": url,
        "FRICTIONARY_SINKS": str(sinks(folder, nats, redis, receiver)),
        "FRICTIONARY_KEY": "a key for measuring",
        "FRICTIONARY_NAMES": "false",
        "FRICTIONARY_RATE": "0",
        "FRICTIONARY_DEAD_LETTERS": str(folder / "dead.jsonl"),
        "HOOK_SECRET": SECRET,
        "OMP_NUM_THREADS": "1",
    }
    server = Ours(["serve", "--port", str(port)], environment)
    publisher = Ours(["publish", "--follow"], environment)
    for one in (nats, redis):
        one.start()
    with open_store(url) as store:
        for name in ("nats", "redis", "webhook", "parquet"):
            store.outbox.subscribe(name, datetime.now(UTC))
    server.start()
    publisher.start()
    load = Load(f"http://127.0.0.1:{port}", messages(1_000_000), every)
    load.start()
    while not load.posted:
        time.sleep(0.2)
        if server.process and server.process.poll() is not None:
            raise SystemExit(f"the server ended with {server.process.returncode}")
    hit, began = Counter[str](), time.monotonic()
    parts: dict[str, Ours | Server] = {"server": server, "publisher": publisher, "NATS": nats, "Redis": redis}
    for _ in range(kills):
        time.sleep(chance.uniform(0.2, LIFE))
        (name,) = chance.choices([*parts], OFTEN)
        parts[name].restart()
        hit[name] += 1
    took = time.monotonic() - began
    time.sleep(8)
    load.stopping.set()
    load.join()
    server.end(signal.SIGTERM)
    drained = waited(url)
    publisher.end(signal.SIGTERM)
    try:
        with open_store(url) as store:
            committed = everything(store)
            dead = {sink.name: sink.dead for sink in store.outbox.sinks()}
            stored, wrong, none = untold(store, committed)
        got = {"nats": held(nats), "redis": held(redis), "webhook": receiver.seen, "parquet": dropped(folder / "drops")}
    finally:
        for one in (nats, redis):
            one.kill()
        receiver.server.shutdown()
    kinds = Counter(m.kind for m in committed)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(kinds.items()))
    where = ", ".join(f"{name} {count}" for name, count in sorted(hit.items()))
    backend = url.partition(":")[0]
    return [
        f"## {backend}",
        "",
        f"{kills} kills in {took:.0f} s ({where}); {load.posted:,} requests answered, {load.again:,} sent again as the "
        f"server was away; {stored:,} conversations stored. Committed messages: {told}. Stored conversations that were "
        f"not told as they are stored in the end: {wrong}; messages of conversations that are not stored: {none}. "
        f"Webhooks that ended in the midst: {receiver.cut}; whole ones with a wrong signature: {receiver.unsigned}. "
        f"{'All was delivered' if drained else 'NOT all was delivered'} when the publisher was ended.",
        "",
        "| sink | received, each once | lost | never committed | came again | out of order | dead |",
        "|---|---|---|---|---|---|---|",
        *("| " + " | ".join(judged(name, committed, events, dead[name])) + " |" for name, events in got.items()),
        "",
    ]


def waited(url: str, *, patience: float = 180.0) -> bool:
    """Whether everything gets through by then."""
    until = time.monotonic() + patience
    with open_store(url) as store:
        while time.monotonic() < until:
            if not any(sink.waiting for sink in store.outbox.sinks()):
                return True
            time.sleep(0.5)
    return False


def everything(store: Store) -> list[Message]:
    """All that was ever committed: nothing is pruned within days. Read as a sink that was there first, and removed."""
    name = "reader"
    store.outbox.subscribe(name, datetime.now(UTC))
    store.outbox.replay(name, since=datetime(2000, 1, 1, tzinfo=UTC), at=datetime.now(UTC))
    found = store.outbox.fresh(name, limit=10_000_000)
    store.outbox.remove(name)
    return found


@contextmanager
def schema(server: str) -> Iterator[str]:
    """A URL of an empty schema, dropped afterwards."""
    name = f"outbox_kill_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
        finally:
            connection.execute(f"DROP SCHEMA {name} CASCADE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--every", type=float, default=0.05, help="seconds between two requests")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", default="", help="URL of a server, to measure on a schema of its own as well")
    parser.add_argument("--print", action="store_true", help="write no result")
    told = parser.parse_args()
    lines: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/store.db"
        lines += measured(Path(name), url, kills=told.kills, every=told.every, seed=told.seed)
    if told.postgres:
        with tempfile.TemporaryDirectory() as name, schema(told.postgres) as url:
            lines += measured(Path(name), url, kills=told.kills, every=told.every, seed=told.seed)
    command = f"python -m benchmarks.outbox_kill --kills {told.kills}{' --postgres URL' * bool(told.postgres)}"
    said = """Conversations are posted to a server, one after the other; server, publisher, NATS and Redis are killed
(`kill -9`) at random moments, one at a time, and started again. The webhook receiver refuses 2 % of the requests for
now, hangs up on 1 % before and on 1 % after taking them. "Out of order": a message that came for the first time after a
later one of its customer. What came again had the id of what was there; NATS leaves that out itself, a drop replaces
its file.
"""
    text = "\n".join([heading("The outbox under kills", command=command, seed=told.seed), said, *lines])
    print(text)
    if not told.print:
        RESULT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
