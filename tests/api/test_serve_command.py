"""`frictionary serve`: ready soon, and clear about what is in its way."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from api.commands import group
from api.commands.serve import listen
from pipelines.settings import Settings
from pipelines.stores import Store


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server in a process of its own, and its address."""
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "FRICTIONARY_STORE": settings.store, "PYTHONUNBUFFERED": "1"}
    environment["FRICTIONARY_MAX_WAIT"] = "30"  # nothing is refused
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout
            yield server, server.stdout.readline().split()[2]
        finally:
            server.kill()


def test_it_says_its_address_and_answers_there(store: Store, settings: Settings) -> None:
    with serving(settings) as (server, address):
        with urllib.request.urlopen(f"{address}/health", timeout=30) as answer:
            assert answer.status == 200
            assert "server" not in {name.lower() for name in answer.headers}
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert server.stderr
        assert server.stderr.read() == ""


def test_told_to_end_it_answers_what_it_has_begun_and_takes_no_more(store: Store, settings: Settings) -> None:
    texts = ["I was charged twice, nobody helps me, and I am tired of asking. " * 20] * 16
    body = json.dumps({"texts": texts}).encode()
    with serving(settings) as (server, address):
        place = urlsplit(address)
        asking = http.client.HTTPConnection(str(place.hostname), place.port, timeout=60)
        asking.request("POST", "/v1/analyze", body, {"content-type": "application/json"})
        while not _meter(address, "frictionary_queue_items"):
            time.sleep(0.01)
        server.send_signal(signal.SIGTERM)
        with pytest.raises(OSError):  # noqa: PT012
            while True:
                socket.create_connection((str(place.hostname), place.port or 0), timeout=5).close()
                time.sleep(0.01)
        answer = asking.getresponse()
        assert answer.status == 200
        assert len(json.loads(answer.read())["results"]) == len(texts)
        assert server.wait(30) == 0


def _meter(address: str, name: str) -> float:
    with urllib.request.urlopen(f"{address}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(f"{name} "))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_many_requests_at_once_hold_each_model_once_in_memory(store: Store, settings: Settings) -> None:
    def ask(text: str) -> int:
        body, kind = json.dumps({"text": text}).encode(), {"content-type": "application/json"}
        request = urllib.request.Request(f"{address}/v1/analyze", body, kind)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)

    texts = ["Wo bleibt mein Geld?", "Where is my parcel to Leeds? It was due on Monday.", "thank you"] * 20
    with serving(settings) as (server, address), ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, texts)) == {200}
        status = Path(f"/proc/{server.pid}/status").read_text()
    most = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert most < 450 * 1024


def test_a_taken_port_is_named(store: Store, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(group, ["serve", "--store", settings.store, "--port", port])
    assert result.exit_code == 1
    assert port in str(result.exception)
    assert "--port" in str(result.exception)


@pytest.mark.parametrize("url", ["none.db", "sqlite:///none.db"])
def test_a_missing_store_is_not_made(tmp_path: Path, url: str) -> None:
    result = CliRunner().invoke(group, ["serve", "--store", url.replace("none", f"{tmp_path}/none")])
    assert result.exit_code == 1
    assert "frictionary ingest" in str(result.exception)
    assert list(tmp_path.iterdir()) == []


def test_help_shows_an_example() -> None:
    assert "Example" in CliRunner().invoke(group, ["serve", "--help"]).output


def test_an_answer_is_sent_at_once_and_not_after_an_acknowledgement() -> None:
    with listen(Settings(port=0)) as listener, socket.create_connection(listener.getsockname()) as client:
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert client.getpeername() == accepted.getsockname()
