"""How fast texts are enriched and requests answered, beside sentence-transformers' embedding alone in the same run."""

import argparse
import asyncio
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.heading import heading
from nlp.conversation import Segment
from nlp.encoder import OnnxEncoder
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.corpora import located
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.training.encoder import base_folder

RESULT = ROOT / "benchmarks" / "results" / "speed.md"
RATE = 100
CONNECTIONS = 16
COMMAND = [sys.executable, "-c", "from api.commands import main; main()"]


class Size(NamedTuple):
    """How much is measured: texts and rounds of the enrichment, single texts, seconds of requests."""

    texts: int
    rounds: int
    singles: int
    seconds: int


FULL, QUICK = Size(3080, 7, 3000, 30), Size(500, 2, 300, 5)


def texts(corpora: Path) -> list[str]:
    with (located("banking77", corpora) / "test.csv").open(encoding="utf-8") as file:
        return [row["text"] for row in csv.DictReader(file)]


def enrichment(found: Sequence[str], size: Size) -> str:
    """All of a text but its names and its other intents, against the peer's embedding; each round has both."""
    from sentence_transformers import SentenceTransformer

    settings = Settings()
    peer = SentenceTransformer(str(base_folder()), device="cpu")
    analyst = Analyst(Annotator.of(settings))

    def ours(batch: Sequence[str]) -> Any:
        with threadpool_limits(1, user_api="blas"):  # as in `annotate` and the server: the encoder has the processors
            masked = analyst.masked(batch)
            return analyst.annotator.signals([Segment(str(n), 0, 0, len(t)) for n, t in enumerate(masked)], masked)

    def theirs(batch: Sequence[str]) -> Any:
        return peer.encode(list(batch), batch_size=32, normalize_embeddings=True)

    ways: dict[str, Callable[[Sequence[str]], Any]] = {
        "sentence-transformers, all-MiniLM-L6-v2, batch 32: embedding alone": theirs,
        "ours: redaction, embedding, intent, sentiment, friction, stage, language": ours,
        "of that, the encoder": lambda batch: analyst.annotator.encoder.encode(batch),
    }
    for run in ways.values():
        run(found[:100])
    rounds = [{name: taken(partial(run, found)) for name, run in ways.items()} for _ in range(size.rounds)]
    base = next(iter(ways))
    rows = [
        f"| {name} | {len(found) / median(r[name].wall for r in rounds):,.0f} "
        f"| {median(r[base].wall / r[name].wall for r in rounds):.2f} "
        f"| {median(r[name].processor for r in rounds) / len(found) * 1e6:,.0f} |"
        for name in ways
    ]
    head = "| what | texts/s | times the peer | µs of processor a text |\n|---|---|---|---|\n"
    return head + "\n".join(rows)


class Taken(NamedTuple):
    """Seconds, by the clock and of all processors together."""

    wall: float
    processor: float


def taken(run: Callable[[], Any]) -> Taken:
    start, begun = time.perf_counter(), time.process_time()
    run()
    return Taken(time.perf_counter() - start, time.process_time() - begun)


def seconds(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def singles(found: Sequence[str], size: Size) -> list[str]:
    """Milliseconds of one text at a time, in one thread; the encoder is that of the whole, as in the product."""
    settings = Settings()
    analyst = Analyst(Annotator.load(settings.models, settings.taxonomy, threads=1))
    encoder = analyst.annotator.encoder
    assert isinstance(encoder, OnnxEncoder)
    ways = {
        "encoder": lambda text: encoder.encode_with_sentiment([text]),
        "the whole of `frictionary analyze`": lambda text: analyst.texts([text], ["1"]),
    }
    own = [found[n % len(found)] for n in range(size.singles)]
    times: dict[str, list[float]] = {name: [] for name in ways}
    for text in [*own[:20], *own]:
        for name, run in ways.items():
            times[name].append(seconds(partial(run, text)))
    return [f"| {name} | {percentiles(own[20:])} |" for name, own in times.items()]


def percentiles(times: Sequence[float]) -> str:
    """p50, p99 in milliseconds, as two cells."""
    p50, p99 = np.percentile(times, [50, 99]) * 1000
    return f"{p50:.2f} | {p99:.2f}"


@contextmanager
def served() -> Iterator[tuple[int, int, float]]:
    """(port, process id, seconds until it takes requests) of a server of its own over an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"{folder}/store.db"
        open_store(store).__exit__(None, None, None)
        start = time.perf_counter()
        with subprocess.Popen(
            [*COMMAND, "serve", "--store", store, "--port", "0"], stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                assert process.stdout
                line = process.stdout.readline()
                yield int(line.split("http://127.0.0.1:")[1].split()[0]), process.pid, time.perf_counter() - start
            finally:
                process.terminate()


async def load(port: int, found: Sequence[str], size: Size) -> list[float]:
    """Seconds of each answer from the moment when its request was due, however late the ones before it are."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    clock = asyncio.get_running_loop().time
    start = clock() + 0.5

    async def one(number: int) -> float:
        due = start + number / RATE
        await asyncio.sleep(due - clock())
        reader, writer = await free.get()
        body = json.dumps({"text": found[number % len(found)]}).encode()
        head = f"POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n"
        head += "content-type: application/json\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(x.split(b":")[1]) for x in answer.lower().split(b"\r\n") if x.startswith(b"content-length"))
        await reader.readexactly(length)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        free.put_nowait((reader, writer))
        return clock() - due

    return list(await asyncio.gather(*(one(n) for n in range(RATE * size.seconds))))


def resident(process: int) -> float:
    """MB held in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute, printed and not written")
    parser.add_argument("--out", type=Path, default=RESULT, help="where it is written")
    asked = parser.parse_args()
    quick = asked.quick
    size = QUICK if quick else FULL
    found = texts(Settings.from_environment().corpora)
    busy = os.getloadavg()[0]
    help_ = median(
        seconds(lambda: subprocess.run([*COMMAND, "--help"], capture_output=True, check=True)) for _ in range(5)
    )
    with served() as (port, process, ready):
        asyncio.run(load(port, found, Size(0, 0, 0, 1)))
        answers, memory = asyncio.run(load(port, found, size)), resident(process)
    rows = [
        *singles(found, size),
        f"| `POST /v1/analyze`, {RATE} requests/s due for {size.seconds} s | {percentiles(answers)} |",
    ]
    text = f"""{heading("Speed", command="python -m benchmarks.speed")}
Texts: Banking77 test, {size.texts} of them in {size.rounds} rounds, each with all ways in turn: medians, and the median
of the rounds' ratios. Goals: 2,500 texts/s, 7 times the peer. When it began, {busy:.1f} processes of others wanted the
processors (load average of a minute); from one on, all but memory, ratios and time of processors is slower than the
product.

{enrichment(found[: size.texts], size)}

One text at a time, milliseconds, in one thread; the server is a process of its own, and an answer's time counts from
the moment when its request is due. Goal of the API: p50 4, p99 15.

| what | p50 | p99 |
|---|---|---|
{chr(10).join(rows)}

`frictionary --help`: {help_:.2f} s (goal 0.4). Server ready: {ready:.1f} s (goal 3). Its memory after these requests:
{memory:.0f} MB (goal 450).
"""
    print(text)
    if not quick:
        asked.out.write_text(text)


if __name__ == "__main__":
    main()
