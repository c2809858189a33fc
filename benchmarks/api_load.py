"""How soon the API answers under load, how much it bears, what it does with twice as much, and what memory it keeps.

An open loop: requests are due at random moments (Poisson), whether or not earlier ones were answered, and an answer's
time counts from the moment when its request was due. The server is a process of its own, this one asks. A thread
wakes it for each request: the loop's own clock tells whole milliseconds, and would count up to one against the server.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import uvloop

from benchmarks import sizing
from benchmarks.heading import heading
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

RESULTS = ROOT / "benchmarks" / "results"
COMMAND = [sys.executable, "-c", "from api.commands import main; main()"]
POSTGRES = os.environ.get("FRICTIONARY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
ROUTES = {"analyze": "/v1/analyze", "classify": "/v1/intents:classify"}
RATE, SECONDS, STEP = 100, 10, 4
"""Requests a second; seconds of a measurement; seconds of a step of the search for the highest rate."""
BEARABLE, ANSWERED = 0.1, 0.999
"""A rate is borne where 99 % of answers come within so many seconds and so many of all requests are answered."""
SAMPLES = 20
SEED = 1


class Seen(NamedTuple):
    """An answer: its status, seconds since it was due, whether it told when to come again, and seconds after which it
    was asked for."""

    status: int
    seconds: float
    again: bool
    late: float


@dataclass
class Client:
    """Keeps as many connections as are in use at once; each waits for one answer at a time."""

    port: int
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def ask(self, path: str, body: bytes, due: float) -> Seen:
        late = monotonic() - due
        reader, writer = self.free.pop() if self.free else await asyncio.open_connection("127.0.0.1", self.port)
        head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(x.split(b":")[1]) for x in answer.split(b"\r\n") if x.startswith(b"content-length"))
        await reader.readexactly(length)
        self.free.append((reader, writer))
        return Seen(int(answer.split(b" ", 2)[1]), monotonic() - due, b"retry-after" in answer, late)

    def close(self) -> None:
        for _, writer in self.free:
            writer.close()
        self.free.clear()


async def load(port: int, path: str, texts: Sequence[str], *, rate: float, seconds: float) -> list[Seen]:
    """All answers of one stretch of Poisson arrivals."""
    dice, client, loop = random.Random(SEED), Client(port), asyncio.get_running_loop()
    now, moments = monotonic() + 0.1, list[float]()
    end = now + seconds
    while (now := now + dice.expovariate(rate)) < end:
        moments.append(now)
    bodies = [json.dumps({"text": dice.choice(texts)}).encode() for _ in moments]
    asked: list[asyncio.Task[Seen]] = []

    def ask(body: bytes, due: float) -> None:
        asked.append(loop.create_task(client.ask(path, body, due)))

    def wake() -> None:
        for body, due in zip(bodies, moments, strict=True):
            time.sleep(max(0.0, due - monotonic()))
            loop.call_soon_threadsafe(ask, body, due)

    await asyncio.to_thread(wake)
    seen = list(await asyncio.gather(*asked))
    client.close()
    return seen


def measure(port: int, path: str, texts: Sequence[str], *, rate: float, seconds: float) -> list[Seen]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(load(port, path, texts, rate=rate, seconds=seconds))


def borne(seen: Sequence[Seen]) -> bool:
    good = [s.seconds for s in seen if s.status == 200]
    return len(good) >= ANSWERED * len(seen) and float(np.percentile(good, 99)) <= BEARABLE


def highest(port: int, path: str, texts: Sequence[str], *, seconds: float) -> int:
    """Requests a second: doubled from 100 until they are not borne, then halved in between three times."""
    low, high = 50, 100
    while high < 5_000 and borne(measure(port, path, texts, rate=high, seconds=seconds)):
        low, high = high, 2 * high
    for _ in range(3):
        middle = (low + high) // 2
        if borne(measure(port, path, texts, rate=middle, seconds=seconds)):
            low = middle
        else:
            high = middle
        time.sleep(0.5)
    return low


def told(seen: Sequence[Seen]) -> str:
    """Cells: p50, p95, p99 in milliseconds of those answered; shares answered, refused with Retry-After, and other."""
    good = np.array([s.seconds for s in seen if s.status == 200] or [np.nan]) * 1000
    refused = sum(s.status == 429 and s.again for s in seen)
    other = sum(s.status not in (200, 429) or (s.status == 429 and not s.again) for s in seen)
    parts = " | ".join(f"{p:.1f}" for p in np.percentile(good, [50, 95, 99]))
    shares = " | ".join(f"{n / len(seen):.1%}" for n in (sum(s.status == 200 for s in seen), refused, other))
    return f"{parts} | {shares}"


@contextmanager
def served(url: str) -> Iterator[tuple[int, int, float]]:
    """(port, process id, seconds until it takes requests) of a server of its own, without limits on any one caller."""
    open_store(url).__exit__(None, None, None)
    environment = {**os.environ, "FRICTIONARY_RATE": "0", "PYTHONUNBUFFERED": "1"}
    start = time.perf_counter()
    with subprocess.Popen(
        [*COMMAND, "serve", "--store", url, "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            line = next(line for line in process.stdout if "http://127.0.0.1:" in line)
            yield int(line.split("http://127.0.0.1:")[1].split()[0]), process.pid, time.perf_counter() - start
        finally:
            process.terminate()


@contextmanager
def stores(wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """An empty store each, by the database's name; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/store.db"}
        schema = f"load_{uuid4().hex}"
        if "PostgreSQL" in wanted:
            import psycopg

            with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3) as server:
                server.execute(f"CREATE SCHEMA {schema}")
                urls["PostgreSQL"] = f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
                try:
                    yield {name: urls[name] for name in wanted}
                finally:
                    server.execute(f"DROP SCHEMA {schema} CASCADE")
            return
        yield {name: urls[name] for name in wanted}


def questions() -> list[str]:
    folder = located("banking77", Settings.from_environment().corpora)
    with (folder / "test.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def resident(process: int) -> float:
    """MB held in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def short(texts: Sequence[str], wanted: Sequence[str], *, seconds: float, step: float) -> str:
    rows, bears, ready, memory, late = [], [], [], [], list[float]()
    with stores(wanted) as urls:
        for name, url in urls.items():
            with served(url) as (port, process, took):
                ready.append(f"{took:.1f} s over {name}")
                for path in ROUTES.values():
                    measure(port, path, texts, rate=RATE, seconds=1)
                    seen = measure(port, path, texts, rate=RATE, seconds=seconds)
                    late += [s.late for s in seen]
                    rows.append(f"| `POST {path}` | {name} | {RATE} | {told(seen)} |")
                if name == wanted[0]:
                    for path in ROUTES.values():
                        most = highest(port, path, texts, seconds=step)
                        bears.append(f"`POST {path}` {most}")
                        seen = measure(port, path, texts, rate=2 * most, seconds=seconds)
                        rows.append(f"| `POST {path}`, twice what it bears | {name} | {2 * most} | {told(seen)} |")
                        time.sleep(1)
                        seen = measure(port, path, texts, rate=RATE, seconds=step)
                        rows.append(f"| `POST {path}`, a second after that | {name} | {RATE} | {told(seen)} |")
                memory.append(f"{resident(process):.0f} MB over {name}")
    began = np.percentile(late, [50, 99]) * 1000
    return f"""| what | store | due a second | p50 ms | p95 ms | p99 ms | answered | refused in good order | other |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}

Refused in good order: with 429 and `Retry-After`. At {RATE} a second the asker itself began p50 {began[0]:.2f} ms, p99
{began[1]:.2f} ms after a request was due. The highest rate borne (99 % of answers within {BEARABLE:g} s,
{ANSWERED:.1%} answered; steps of {step:g} s), requests a second: {"; ".join(bears)}.
Ready: {"; ".join(ready)} (goal 3). Memory afterwards: {"; ".join(memory)} (goal 450)."""


def long(texts: Sequence[str], store: str, *, minutes: float, rate: float) -> str:
    """Both routes in turn, and what memory is held after each part."""
    rows = []
    with stores([store]) as urls, served(urls[store]) as (port, process, _):
        paths = list(ROUTES.values())
        for n in range(SAMPLES):
            seen = measure(port, paths[n % 2], texts, rate=rate, seconds=minutes * 60 / SAMPLES)
            after = (n + 1) * minutes / SAMPLES
            rows.append(f"| {after:.1f} | `POST {paths[n % 2]}` | {told(seen)} | {resident(process):.1f} |")
            print(rows[-1], file=sys.stderr, flush=True)
    return f"""{rate:g} requests due a second.

| minutes | what | p50 ms | p95 ms | p99 ms | answered | refused | other | MB held |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, help="memory over so many minutes, instead of latency and rates")
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second of the run over minutes")
    parser.add_argument("--store", action="append", choices=["SQLite", "PostgreSQL"], help="both, unless told")
    parser.add_argument("--quick", action="store_true", help="half a minute, printed and not written")
    asked = parser.parse_args()
    texts, busy, wanted = questions(), os.getloadavg()[0], asked.store or ["SQLite", "PostgreSQL"]
    if asked.minutes:
        title, name = f"Memory of the API under load, over {wanted[0]}", f"api-memory-{wanted[0].lower()}"
        found = long(texts, wanted[0], minutes=asked.minutes, rate=asked.rate)
        given = f"--minutes {asked.minutes:g} --rate {asked.rate:g} --store {wanted[0]}"
        command = f"python -m benchmarks.api_load {given}"
    else:
        title, name, command = "The API under load", "api-load", "python -m benchmarks.api_load"
        found = short(texts, wanted, seconds=3 if asked.quick else SECONDS, step=2 if asked.quick else STEP)
    first = os.sched_getscheduler(0) == os.SCHED_FIFO  # before all that others have to do
    command = f"chrt -f {os.sched_getparam(0).sched_priority} {command}" if first else command
    pages = os.environ.get("GLIBC_TUNABLES", "")
    command = f"GLIBC_TUNABLES={pages} {command}" if pages else command
    text = f"""{heading(title, command=command, seed=SEED)}
Questions of Banking77's test, one a request, due at random moments (Poisson), over loopback; server and client share
the processors. A time counts from the moment when its request was due. Goal at {RATE} requests/s: p50 4, p99 15. When
it began, {busy:.1f} processes of others wanted the processors (load average of a minute); from one on, all but memory
is slower than the product.

{found}
"""
    print(text)
    if not asked.quick:
        (RESULTS / f"{name}.md").write_text(text)
        sizing.write()


if __name__ == "__main__":
    main()
