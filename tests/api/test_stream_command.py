"""frictionary stream: from a live broker into a store, drained by SIGTERM, told in the run log."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner

from api.commands import group
from pipelines.stores import open_store

NATS = os.environ.get("FRICTIONARY_TEST_NATS", "nats://127.0.0.1:4222")
TALK = {"id": "1", "started_at": "2026-10-05", "turns": [{"speaker": "customer", "text": "Where is my parcel?"}]}


@pytest.fixture
def subject() -> Iterator[str]:
    """A subject that nobody else uses, held by a stream of its own, which is removed afterwards."""
    nats = pytest.importorskip("nats")
    host, port = NATS.removeprefix("nats://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
    except OSError as error:
        pytest.skip(f"no NATS server to test on: {error}")
    name = f"test-{uuid4().hex}"

    async def held(*, made: bool) -> None:
        client = await nats.connect(NATS)
        context = client.jetstream()
        if made:
            await context.add_stream(name=name, subjects=[name])
        for stream in () if made else (name, f"{name}_DEAD"):
            with suppress(Exception):
                await context.delete_stream(stream)
        await client.close()

    asyncio.run(held(made=True))
    yield name
    asyncio.run(held(made=False))


async def send(subject: str, *talks: dict) -> None:
    import nats

    client = await nats.connect(NATS)
    for talk in talks:
        await client.jetstream().publish(subject, json.dumps(talk).encode())
    await client.close()


def environment(folder: Path) -> dict[str, str]:
    return {"FRICTIONARY_KEY": "a key for tests", "FRICTIONARY_STORE": f"sqlite:///{folder}/store.db"}


@pytest.mark.broker
def test_what_waits_is_taken_and_the_run_says_what_came_of_it(subject: str, tmp_path: Path) -> None:
    asyncio.run(send(subject, TALK, TALK | {"id": "2"}, TALK | {"id": "3", "channel": "fax"}))
    arguments = ["stream", NATS, "--subject", subject, "--until-idle", "0.5", "--no-names", "--metrics", "0"]
    result = CliRunner().invoke(group, arguments, env=environment(tmp_path), catch_exceptions=False)
    assert result.exit_code == 0
    assert f"reading {subject} of {NATS}" in result.stderr
    counts = json.loads(result.stdout)
    assert (counts["messages"], counts["added"], counts["annotated"], counts["dead"]) == (3, 2, 2, 1)
    with open_store(environment(tmp_path)["FRICTIONARY_STORE"]) as store:
        (run,) = store.runs.page(status="done")
        (drawn,) = store.runs.inputs(run.id)
    assert (run.counts["added"], drawn.name, drawn.counts["dead"]) == (2, f"{NATS} {subject}", 1)


@pytest.mark.broker
@pytest.mark.slow
def test_sigterm_lets_it_end_what_it_has_in_hand(subject: str, tmp_path: Path) -> None:
    code = "from api.commands import main; main()"
    command = [sys.executable, "-c", code, "stream", NATS, "--subject", subject, "--no-names"]
    process = subprocess.Popen(
        command, env=os.environ | environment(tmp_path), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stderr
    assert any(line.startswith("reading") for line in process.stderr)
    asyncio.run(send(subject, *(TALK | {"id": str(n)} for n in range(40))))
    process.send_signal(signal.SIGTERM)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    counts = json.loads(told)
    with open_store(environment(tmp_path)["FRICTIONARY_STORE"]) as store:
        assert store.conversations.count() == counts.get("added", 0)
        assert store.conversations.waiting("none") == counts.get("annotated", 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nats://127.0.0.1:4222", "--format", "webvtt"], "unknown format of a message 'webvtt'"),
        (["mqtt://127.0.0.1"], "unknown broker 'mqtt'; known: kafka, nats, rabbitmq, redis"),
        (["localhost:4222"], "a broker's URL expected"),
        (["redis://:secret@127.0.0.1:1"], "redis://127.0.0.1:1 cannot be reached"),
    ],
)
def test_what_cannot_be_read_from_is_told(arguments: list[str], said: str, tmp_path: Path) -> None:
    pytest.importorskip("faststream")
    result = CliRunner().invoke(group, ["stream", *arguments, "--subject", "x"], env=environment(tmp_path))
    assert result.exit_code == 1
    assert said in str(result.exception)
