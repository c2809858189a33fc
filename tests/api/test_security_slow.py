"""Clients that are slow to say what they ask, at a real server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from pipelines.settings import Settings
from pipelines.stores import Store

PATIENCE = 0.5
HEAD = b"POST /v1/analyze HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"


@pytest.fixture(scope="module")
def address(store: Store, settings: Settings) -> Iterator[tuple[str, int]]:
    command = [sys.executable, "-c", "from api.commands import main; main()", "serve", "--port", "0"]
    more = {"FRICTIONARY_STORE": settings.store, "FRICTIONARY_PATIENCE": str(PATIENCE), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env={**os.environ, **more}, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            host, _, port = server.stdout.readline().split()[2].removeprefix("http://").partition(":")
            yield host, int(port)
        finally:
            server.kill()


def dripped(address: tuple[str, int], begin: bytes, drip: bytes = b"x", every: float = 0.1) -> tuple[bytes, float]:
    """(what the server said until it closed the connection, seconds that it held it)."""
    began, said = time.monotonic(), b""
    with socket.create_connection(address, timeout=10) as client:
        client.sendall(begin)
        client.settimeout(every)
        while time.monotonic() - began < 10:
            try:
                part = client.recv(65_536)
                said += part
                if not part:
                    break
            except TimeoutError:
                try:
                    client.sendall(drip)
                except OSError:
                    break
            except OSError:
                break
    return said, time.monotonic() - began


def test_a_head_that_drips_ends_the_connection(address: tuple[str, int]) -> None:
    for begin, drip in ((b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ", b"x"), (b"GET /", b"x"), (b"", b"")):
        said, held = dripped(address, begin, drip)
        assert said == b""
        assert PATIENCE * 0.9 < held < PATIENCE + 2


def test_a_second_head_that_drips_ends_the_connection_too(address: tuple[str, int]) -> None:
    said, held = dripped(address, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\nGET /")
    assert said.startswith(b"HTTP/1.1 200")
    assert held < PATIENCE + 2


def test_a_body_that_drips_is_answered_with_408_and_the_connection_ends(address: tuple[str, int]) -> None:
    for begin in (HEAD + b"content-length: 1000\r\n\r\n{", HEAD + b"transfer-encoding: chunked\r\n\r\n1\r\n{\r\n"):
        said, held = dripped(address, begin, b"1\r\nx\r\n" if b"chunked" in begin else b"x")
        assert said.startswith(b"HTTP/1.1 408")
        assert PATIENCE * 0.9 < held < PATIENCE + 2


def test_who_drips_on_after_the_answer_is_cut_off(address: tuple[str, int]) -> None:
    refused = HEAD.replace(b"application/json", b"text/plain") + b"content-length: 1000\r\n\r\n{"
    said, held = dripped(address, refused)
    assert said.startswith(b"HTTP/1.1 415")
    assert held < PATIENCE + 2


def test_others_are_served_meanwhile(address: tuple[str, int]) -> None:
    slow = [socket.create_connection(address, timeout=10) for _ in range(50)]
    try:
        for client in slow:
            client.sendall(HEAD + b"content-length: 1000\r\n\r\n{")
        said, _ = dripped(address, b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200")
    finally:
        for client in slow:
            client.close()


def test_a_head_without_end_is_refused(address: tuple[str, int]) -> None:
    said, held = dripped(address, b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"y" * 200_000)
    assert said.startswith(b"HTTP/1.1 400") or said == b""
    assert held < PATIENCE + 2
