"""A language model may suggest names: off by default, asked over HTTP, taken only where they fit, never in the way."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import numpy as np
import pytest

from nlp.encoder import Encoder
from nlp.errors import BadSetting
from nlp.themes.naming import Naming
from nlp.themes.suggestions import Draft, fit, suggested
from pipelines.namer import suggester
from pipelines.settings import Settings

DRAFT = Draft("Refund wanted", ("refund", "return"), ("I sent it back to <NAME> and got no refund.",))
REFUNDS = ("I sent the shoes back and the refund never came.", "No refund since I returned the phone.")
LOGINS = ("I cannot sign in to my account.", "The login page refuses my password.")


@contextmanager
def server(answer: Any, *, status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A real server that gives one answer to all; its address, and what it was asked with."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
            said = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/v1", asked
    finally:
        running.shutdown()
        running.server_close()
        thread.join()


def saying(text: str) -> dict[str, Any]:
    return {"choices": [{"message": {"role": "assistant", "content": text}}]}


def test_no_model_is_asked_unless_a_url_is_set() -> None:
    assert suggester(Settings()) is None


def test_the_model_is_asked_with_masked_texts_and_its_key_and_its_last_line_is_the_name() -> None:
    with server(saying("Here you are:\nRefund not received after return")) as (url, asked):
        suggest = suggester(Settings(namer=url, namer_model="small", namer_key="secret"))
        assert suggest is not None
        assert suggest([DRAFT]) == ["Refund not received after return"]
    assert asked[0]["path"] == "/v1/chat/completions"
    assert (asked[0]["key"], asked[0]["model"], asked[0]["temperature"]) == ("Bearer secret", "small", 0)
    assert "<NAME>" in asked[0]["messages"][1]["content"]


@pytest.mark.parametrize(
    ("answer", "status"), [(saying("x"), 500), (b"not json", 200), ({"choices": []}, 200), ({"error": "no"}, 200)]
)
def test_a_server_that_fails_is_asked_once_and_told_of(
    answer: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with server(answer, status=status) as (url, asked):
        suggest = suggester(Settings(namer=url, namer_model="small", namer_key="secret"))
        assert suggest is not None
        assert suggest([DRAFT, DRAFT]) == ["", ""]
    assert len(asked) == 1
    assert "keep their own" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(("url", "model"), [("ftp://host/v1", "small"), ("http://host/v1", "")])
def test_a_setting_that_cannot_work_is_refused(url: str, model: str) -> None:
    with pytest.raises(BadSetting, match="FRICTIONARY_NAMER"):
        suggester(Settings(namer=url, namer_model=model))


def test_a_suggestion_is_taken_where_it_fits_its_theme_and_reads_like_a_name(encoder: Encoder) -> None:
    means = [encoder.encode(texts).mean(axis=0) for texts in (REFUNDS, LOGINS)]
    centres = np.array([mean / np.linalg.norm(mean) for mean in means], np.float32)
    named = [Naming("Money wanted", "", ("refund",)), Naming("Page refuses", "", ("login",))]

    def names(*said: str) -> list[str]:
        found = suggested(named, [REFUNDS, LOGINS], centres, encoder=encoder, suggest=lambda drafts: said)
        return [naming.name for naming in found]

    assert names("refund not received after return.", "Cannot sign in") == [
        "Refund not received after return",
        "Cannot sign in",
    ]
    assert names("Cannot sign in", "Refund not received") == ["Money wanted", "Page refuses"]  # of the other theme
    assert names("Refund not received", "Refund not received")[1] == "Page refuses"
    assert names("", "Call me at 555 0100 about the login") == ["Money wanted", "Page refuses"]
    again = suggested(named, [REFUNDS, LOGINS], centres, encoder=encoder, suggest=lambda drafts: ("Refund late", ""))
    assert again[0].others == ("Money wanted",)


def test_names_are_short_and_plain() -> None:
    assert fit("Refund not received after return")
    assert not any(map(fit, ("Refund", "Mail to <EMAIL> fails", "Ask @shop about it", "word " * 12, "**Refund late**")))
