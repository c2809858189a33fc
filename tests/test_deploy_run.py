"""What the image's file copies is copied, what it runs is run, and the services of the compose file work together."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
import yaml

from pipelines.settings import ROOT

DEPLOY = ROOT / "docs" / "deploy"
POSTGRES = os.environ.get("FRICTIONARY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
NATS = os.environ.get("FRICTIONARY_TEST_NATS", "nats://127.0.0.1:4222")
PATIENCE = 120
SAID = {
    "id": "1",
    "channel": "chat",
    "customer": "email:ada@example.com",
    "started_at": "2026-10-05T09:30:00Z",
    "turns": [{"speaker": "customer", "text": "Where is my refund? It was due on Monday."}],
}
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.broker]


def of(instruction: str) -> list[str]:
    """What follows this instruction of the image's file, wherever it stands."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return re.findall(rf"^{instruction} (.*)$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an image's command: a virtual environment of its own, made by the instructions."""
    folder = tmp_path_factory.mktemp("image")
    image, data = folder / "app", folder / "data"
    image.mkdir()
    data.mkdir()
    for line in of("COPY"):
        *names, place = shlex.split(line)
        for name in names:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, image / place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, image / place)
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    bare = {"PATH": f"{folder}/venv/bin:{os.environ['PATH']}", "HOME": str(data), "PYTHONUNBUFFERED": "1"}
    for line in of("RUN"):
        if not line.startswith("useradd"):
            command = line.replace("--no-cache-dir ", "--disable-pip-version-check -q ")
            subprocess.run(["bash", "-c", command], cwd=image, env=bare, check=True)
    said = dict(pair.split("=", 1) for line in of("ENV") for pair in shlex.split(line))
    return bare | {name: value.replace("/data", str(data)) for name, value in said.items()}


@pytest.fixture
def environment(installed: dict[str, str]) -> Iterator[dict[str, str]]:
    """With the settings of the compose file, over a schema of PostgreSQL of its own."""
    psycopg = pytest.importorskip("psycopg")
    schema = f"deploy_{uuid4().hex}"
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    given = {"FRICTIONARY_KEY": "k" * 32, "FRICTIONARY_SESSION_SECRET": "s" * 32}
    given["FRICTIONARY_STORE"] = f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f"CREATE SCHEMA {schema}")
        yield installed | services["api"]["environment"] | given
        server.execute(f"DROP SCHEMA {schema} CASCADE")


def command(service: str, changed: Mapping[str, str]) -> list[str]:
    """Of a service of the compose file, with names and ports of this machine in place of its own."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]
    return [*json.loads(of("ENTRYPOINT")[0]), *(changed.get(word, word) for word in services[service]["command"])]


@contextmanager
def running(arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    program = shutil.which(arguments[0], path=environment["PATH"])
    with subprocess.Popen(
        [str(program), *arguments[1:]], cwd=environment["HOME"], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def asked(port: int, path: str, key: str, body: Any = None) -> Any:
    """What the server answers; None while it does not listen."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError:
        raise
    except OSError:
        return None


def wait_for(true: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


async def send(subject: str) -> None:
    import nats

    client = await nats.connect(NATS)
    try:
        await client.jetstream().publish(subject, json.dumps(SAID).encode())
    finally:
        await client.close()


async def remove(subject: str) -> None:
    import nats

    client = await nats.connect(NATS)
    stream = client.jetstream()
    await stream.delete_stream(await stream.find_stream_name_by_subject(subject))
    await client.close()


def test_a_conversation_goes_from_the_broker_through_the_worker_into_the_store_and_out_at_the_server(
    environment: dict[str, str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    subject = f"deploy-{uuid4().hex}"
    with running(command("api", {"8000": str(port)}), environment) as server:
        assert server.stdout
        lines = iter(server.stdout.readline, "")
        key = next(found[0] for line in lines if (found := re.findall(r"fk_[\w-]+", line)))
        wait_for(lambda: asked(port, "/readyz", key))
        with running(command("worker", {"nats://nats:4222": NATS, "conversations": subject}), environment) as worker:
            wait_for(lambda: _heard(subject))
            wait_for(lambda: asked(port, "/v1/conversations", key)["items"])
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(PATIENCE) == 0
        asyncio.run(remove(subject))
        (found,) = asked(port, "/v1/conversations", key)["items"]
        assert found["summary"]["intent"] == "refund_status"
        job = asked(port, "/v1/jobs", key, {"kind": "features"})
        with running([*command("jobs", {}), "--once"], environment) as jobs:
            assert jobs.wait(PATIENCE) == 0
        assert asked(port, f"/v1/jobs/{job['id']}", key)["state"] == "done"
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


def _heard(subject: str) -> bool:
    """Whether the broker has taken it: no stream holds the subject before the worker has made one."""
    import nats.errors
    import nats.js.errors

    try:
        asyncio.run(send(subject))
    except (nats.errors.Error, nats.js.errors.Error):
        return False
    return True
