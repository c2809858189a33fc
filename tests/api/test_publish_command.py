"""frictionary publish: from an ingest to a file and a webhook, as a user runs it; how far sinks are; and again."""

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from api.commands import group
from nlp.errors import BadSetting, NotFound, UnknownName
from pipelines.settings import ROOT

SAMPLE = ROOT / "corpora" / "sample"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
def refusing() -> Iterator[str]:
    """The URL of a server that takes nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(422)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def place(tmp_path: Path, refusing: str) -> Path:
    (tmp_path / "sinks.toml").write_text(
        f"""
[sink.lake]
kind = "parquet"
folder = "{tmp_path}/drops"

[sink.crm]
kind = "webhook"
url = "{refusing}"
secret_env = "CRM_SECRET"
kinds = ["customer.changed"]
tries = 1
allow = ["127.0.0.1"]
"""
    )
    return tmp_path


def call(place: Path, *arguments: str) -> Result:
    environment = {
        "FRICTIONARY_STORE": str(place / "store.db"),
        "FRICTIONARY_SINKS": str(place / "sinks.toml"),
        "FRICTIONARY_DEAD_LETTERS": str(place / "dead.jsonl"),
        "FRICTIONARY_KEY": "a key for tests",
        "FRICTIONARY_NAMES": "false",
        "CRM_SECRET": SECRET,
    }
    return CliRunner(env=environment).invoke(group, arguments)


def test_what_an_ingest_commits_is_published_and_told_again(place: Path) -> None:
    assert "0 sent" in call(place, "publish", "--once").output  # from here on
    lines = (SAMPLE / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)[:12]
    (place / "tickets.jsonl").write_text("".join(lines), "utf-8")
    assert call(place, "ingest", str(place / "tickets.jsonl")).exit_code == 0
    said = call(place, "publish", "--once")
    assert said.exit_code == 0, said.output
    rows = parquet.read_table(place / "drops").to_pylist()
    kinds = [row["type"] for row in rows]
    assert kinds.count("conversation.analyzed") == 12
    customers = kinds.count("customer.changed")
    assert 0 < customers <= 12
    assert [row["sequence"] for row in rows] == sorted(row["sequence"] for row in rows)
    texts = [json.loads(line)["description"] for line in lines]
    assert not [text for text in texts for row in rows if text[:30] in row["data"]]
    assert f"crm: 0 waiting, {customers} dead, 0 sent in all" in call(place, "publish", "status").output
    letters = call(place, "publish", "dead", "--sink", "crm", "--limit", "100").output.splitlines()
    assert len(letters) == customers
    assert all("customer.changed" in line and "422" in line for line in letters)
    assert f"crm: {customers} to be sent again" in call(place, "publish", "replay", "--sink", "crm").output
    assert (
        "lake: 0 to be sent again" in call(place, "publish", "replay", "--sink", "lake", "--since", "2999-01-01").output
    )
    assert "removed" in call(place, "publish", "remove", "--sink", "crm").output
    assert "crm" not in call(place, "publish", "status").output


def test_what_is_wrong_is_told(place: Path) -> None:
    assert isinstance(call(place, "publish", "--once", "--sink", "lak").exception, UnknownName)
    call(place, "publish", "--once", "--sink", "lake")
    assert isinstance(call(place, "publish", "replay", "--sink", "crm").exception, NotFound)
    (place / "sinks.toml").write_text("")
    assert isinstance(call(place, "publish", "--once").exception, BadSetting)
