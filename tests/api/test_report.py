"""The weekly report: figures of one week, its page, its PDF, by mail and to a webhook."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient

from api import printed
from api.app import create_app
from api.commands import group
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import BadInput, BadSetting, NotFound
from pipelines import signatures
from pipelines.annotate import Annotator
from pipelines.mail import message, send
from pipelines.report import report, week_of
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    """100 conversations on Monday, 2 March 2026: 40 tell t1, 60 tell t2."""
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        yield opened


def test_a_week_is_told_beside_the_one_before_with_its_themes_most_pain_first(store: Store) -> None:
    found = report(store)
    assert (found.week, found.first, found.last) == ("2026-W10", date(2026, 3, 2), date(2026, 3, 8))
    assert (found.totals["conversations"], found.before["conversations"]) == (100, 0)
    assert [(t.id, t.conversations, t.before, len(t.quotes)) for t in found.themes] == [
        ("t2", 60, 0, 3),
        ("t1", 40, 0, 3),
    ]
    assert found.weeks[-1] == (date(2026, 3, 2), 100, pytest.approx(50.0))
    assert len(found.weeks) == 12
    assert printed.sentences(found)[0] == "100 customers got in touch, in 100 conversations; none in the week before."


@pytest.mark.parametrize(("day", "week", "later"), [(10, "W10", 10), (12, "W10", 12), (13, "W11", 16)])
def test_a_week_is_told_once_its_friday_is_known(store: Store, day: int, week: str, later: int) -> None:
    """The store begins on Monday, the 2nd."""
    at = datetime(2026, 3, day, 9, tzinfo=UTC)
    talk = Conversation("late:1", "late", Channel.CHAT, "c1", at, (Turn(0, Speaker.CUSTOMER, "It broke.", at),))
    store.conversations.put([talk])
    found = report(store)
    assert (found.week[5:], found.open) == (week, False)
    unfinished = report(store, date(2026, 3, later))
    assert unfinished.open
    assert printed.title(unfinished).endswith(", so far")


def test_a_week_without_conversations_says_so(store: Store) -> None:
    found = report(store, week_of("2026-W08"))
    assert printed.sentences(found) == ["Nobody got in touch in this week."]
    assert found.themes == []
    assert printed.pdf(found).startswith(b"%PDF-")


def test_weeks_are_read_by_their_number_or_by_a_day() -> None:
    assert week_of("2026-W40") == week_of("2026w40") == week_of("2026-10-04") == date(2026, 9, 28)
    for text in ("2026-W54", "W40", "soon"):
        with pytest.raises(BadInput, match="2026-W40"):
            week_of(text)


def test_an_empty_store_has_no_report(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/empty.db") as empty, pytest.raises(NotFound, match="ingest"):
        report(empty)


def test_the_page_and_its_pdf_show_the_week(store: Store, annotator: Annotator) -> None:
    client = TestClient(
        create_app(store, Settings(), annotator), base_url="http://localhost", headers={"accept": "text/html"}
    )
    page = client.get("/report").text
    assert "What hurt in week 10, 2 Mar 2026 to 8 Mar 2026" in page
    assert "Hub lost" in page
    assert client.get("/report?week=nonsense").status_code == 400
    answer = client.get("/report.pdf?week=2026-W10")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_the_command_writes_a_pdf_and_tells_the_week(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "report.pdf"
    found = CliRunner().invoke(group, ["report", "--week", "2026-W10", "--out", str(out), "--store", store.url])
    assert "Hub lost hurt most, in 60 conversations." in found.output
    assert out.read_bytes().startswith(b"%PDF-")


class Postbox(socketserver.StreamRequestHandler):
    """Takes one mail, as RFC 5321 has it."""

    mails: list[bytes] = []  # noqa: RUF012  one for all requests

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


def test_a_mail_has_the_pdf_attached_and_reaches_its_server() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Postbox) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        settings = Settings(mail_from="f@example.com", mail_server=f"127.0.0.1:{server.server_address[1]}")
        send(settings, message(settings, ["ada@example.com"], "Week 10", "Hub lost\n", {"week.pdf": b"%PDF-x"}))
    (mail,) = Postbox.mails
    assert b"To: ada@example.com" in mail
    assert b'filename="week.pdf"' in mail


def test_mail_without_a_sender_or_to_no_address_is_refused() -> None:
    with pytest.raises(BadSetting, match="FRICTIONARY_MAIL_FROM"):
        message(Settings(), ["ada@example.com"], "x", "y", {})
    with pytest.raises(BadSetting, match="address"):
        message(Settings(mail_from="f@example.com"), ["ada@example.com\r\nBcc: eve@example.com"], "x", "y", {})


def test_a_webhook_gets_the_week_signed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[dict[str, str], bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        monkeypatch.setenv("FRICTIONARY_REPORT_SECRET", SECRET)
        monkeypatch.setenv("FRICTIONARY_REPORT_HOSTS", "127.0.0.1")
        url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        found = CliRunner().invoke(group, ["report", "--webhook", url, "--store", store.url], catch_exceptions=False)
    assert "posted" in found.output
    ((headers, body),) = taken
    signatures.verify([signatures.secret(SECRET)], headers, body, now=datetime.now(UTC))
    assert [theme["id"] for theme in json.loads(body)["themes"]] == ["t2", "t1"]
