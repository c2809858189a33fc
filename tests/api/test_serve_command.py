"""`frictionary serve`: ready soon, and clear about what is in its way."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.commands import group
from api.commands.serve import listen
from pipelines.settings import Settings
from pipelines.stores import Store


def test_it_says_its_address_and_answers_there(store: Store, settings: Settings) -> None:
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "FRICTIONARY_STORE": settings.store, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        assert server.stderr
        address = server.stdout.readline().split()[2]
        with urllib.request.urlopen(f"{address}/health", timeout=30) as answer:
            assert answer.status == 200
            assert "server" not in {name.lower() for name in answer.headers}
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert server.stderr.read() == ""


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
