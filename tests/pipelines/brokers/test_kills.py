"""Consumers that are killed: after the next one the store is what an undisturbed one would have left."""

import asyncio
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.same import differing, rows
from pipelines import brokers
from pipelines.brokers import Feed
from pipelines.settings import Settings

KILLS = 3
START = "from api.commands import main; main()"
ACKNOWLEDGED = re.compile(r"^frictionary_stream_messages_total (\S+)", re.MULTILINE)


def messages() -> list[bytes]:
    """Sixteen conversations, each of which comes again with one turn more."""
    began, found = "2026-10-05T09:30:00Z", []
    for n in range(16):
        said = [{"speaker": "customer", "text": f"Parcel {n} has not come, and nobody answers my mails."}]
        talk = {"id": str(n), "customer": f"id:{n % 5}", "started_at": began, "turns": said}
        more = {"speaker": "customer", "text": "It came today, thank you."}
        found += [talk, talk | {"turns": [*said, more]}]
    return [json.dumps(talk).encode() for talk in found]


async def send(feed: Feed, bodies: Sequence[bytes]) -> None:
    async def nobody(_: Sequence[bytes]) -> None:
        raise AssertionError

    line = brokers.line(feed, nobody)
    await line.connect()
    for body in bodies:
        await line.publish(feed.subject, body)
    await line.stop()


def consume(feed: Feed, store: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", START, "stream", feed.url, "--subject", feed.subject, "--store", str(store)]
    options = ["--no-names", "--batch", "4", "--redeliver", "1", "--source", "shop", *more]
    settings = {f"FRICTIONARY_{name}": str(value) for name, value in told(store).items()}
    return subprocess.Popen(
        [*command, *options], env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def told(store: Path) -> dict[str, object]:
    return {"KEY": "a key for tests", "DEAD_LETTERS": store.with_suffix(".dead"), "MODELS": Settings().models}


def kill_after(process: subprocess.Popen[str], wanted: int, moment: float) -> int:
    """Kills a consumer a moment after it has acknowledged so many messages; returns how many it had by then."""
    assert process.stderr
    place = next(line for line in process.stderr if line.startswith("metrics at ")).split()[-1]
    done, until = 0, time.monotonic() + 60
    while done < wanted and time.monotonic() < until:
        with urllib.request.urlopen(place, timeout=5) as answer:
            match = ACKNOWLEDGED.search(answer.read().decode())
        done = int(float(match[1])) if match else 0
        time.sleep(0.02)
    time.sleep(moment)
    process.kill()
    process.communicate()
    return done


@pytest.mark.slow
def test_after_consumers_were_killed_the_store_is_that_of_one_that_nobody_disturbed(feed: Feed, tmp_path: Path) -> None:
    chance, done = random.Random(3), 0
    asyncio.run(send(feed, messages()))
    for _ in range(KILLS):
        consumer = consume(feed, tmp_path / "killed.db", "--metrics", "0")
        done += kill_after(consumer, chance.randrange(9), chance.uniform(0, 0.4))
    consume(feed, tmp_path / "killed.db", "--until-idle", "3").communicate()
    assert 0 < done < len(messages())

    alone = replace(feed, subject=f"{feed.subject}-calm")
    asyncio.run(send(alone, messages()))
    consume(alone, tmp_path / "calm.db", "--until-idle", "3").communicate()
    calm, killed = rows(tmp_path / "calm.db"), rows(tmp_path / "killed.db")
    assert len(calm["conversations"]) == 16
    assert len(calm["turns"]) == 32
    assert differing(calm, killed) == []
