"""Each kind of sink sends what a receiver of its kind reads, goes where it may, and says why it was not taken."""

import asyncio
import base64
import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from nlp.errors import BadInput, BadSetting
from pipelines.messages import KINDS, Message, message
from pipelines.signatures import secret, verify
from pipelines.sinks import formats, kinds, segment, webhook
from pipelines.sinks._outward import public
from pipelines.sinks._protocol import MessageSink, Refused, Unavailable
from pipelines.sinks.parquet import Drops
from pipelines.sinks.segment import Segment

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
ENVIRONMENT = {"HOOK": SECRET, "KEY": "write-key"}


def told(number: int = 1, kind: str = "customer.changed", **data: Any) -> Message:
    return Message(kind, f"c{number}", f"c{number}", AT, data or {"stage": "exit"}, f"evt_{number}", 1, number)


def send(sink: MessageSink, *messages: Message) -> None:
    async def all() -> None:
        try:
            await sink.start()
            await sink.send(messages)
        finally:
            await sink.stop()

    asyncio.run(all())


def hook(url: str, *, allow: Sequence[str] = ("127.0.0.1",), timeout: float = 5.0) -> MessageSink:
    options = webhook.Options(url, "HOOK", tuple(allow), timeout)
    return webhook.open_sink(options, ENVIRONMENT)


def test_the_kinds_are_the_files() -> None:
    assert kinds() == ["broker", "parquet", "segment", "webhook"]
    assert formats() == ["csv", "jsonl", "parquet", "xes"]


def test_a_webhook_is_a_signed_cloud_event(server: Any) -> None:
    send(hook(f"{server.url}/in"), told(7, stage="exit", name="größer"))
    ((path, headers, body),) = server.seen
    assert path == "/in"
    assert headers["content-type"] == "application/cloudevents+json"
    assert verify([secret(SECRET)], headers, body, now=datetime.now(UTC)) == "evt_7"
    with pytest.raises(BadInput):
        verify([secret(SECRET)], headers, body.replace(b"exit", b"use"), now=datetime.now(UTC))
    event = json.loads(body)
    assert event["specversion"] == "1.0"
    assert (event["id"], event["type"], event["subject"], event["customer"]) == (
        "evt_7",
        "customer.changed",
        "c7",
        "c7",
    )
    assert event["time"] == "2026-03-02T09:00:00.000Z"
    assert event["sequence"] == "00000000000000000007"
    assert event["data"] == {"stage": "exit", "name": "größer"}


@pytest.mark.parametrize("status", [400, 409, 413, 422, 500, 501])
def test_an_answer_that_speaks_of_the_message_refuses_it(server: Any, status: int) -> None:
    server.answers = [status]
    with pytest.raises(Refused, match=str(status)):
        send(hook(server.url), told())


@pytest.mark.parametrize("status", [301, 302, 307, 401, 403, 404, 408, 410, 429, 502, 503, 504])
def test_an_answer_that_speaks_of_the_door_is_waited_for(server: Any, status: int) -> None:
    server.answers, server.headers = [status], {"location": f"{server.url}/elsewhere"}
    with pytest.raises(Unavailable, match=str(status)):
        send(hook(server.url), told())
    assert len(server.seen) == 1  # nowhere else


@pytest.mark.parametrize(("given", "seconds"), [("17", 17.0), ("999999", 3600.0), ("soon", 1.0), ("-5", 1.0)])
def test_a_receiver_says_how_long_to_wait(server: Any, given: str, seconds: float) -> None:
    server.answers, server.headers = [429], {"retry-after": given}
    with pytest.raises(Unavailable) as found:
        send(hook(server.url), told())
    assert found.value.wait == seconds


def test_nobody_who_listens_and_nobody_who_answers_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unavailable, match="Timeout"):
            send(hook(url, timeout=0.2), told())
    with pytest.raises(Unavailable, match="Connect"):
        send(hook(url), told())


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://100.64.0.1/",
    ],
)
def test_no_request_goes_into_our_own_network(url: str) -> None:
    with pytest.raises(Unavailable, match=r"no public address|gaierror"):
        send(hook(url, allow=()), told())


def test_only_addresses_of_the_internet_are_public() -> None:
    assert public("93.184.216.34")
    assert public("2606:2800:220:1:248:1893:25c8:1946")
    inner = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.1.1", "224.0.0.1", "0.0.0.0"]
    inner += ["::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "ff02::1"]
    assert [place for place in inner if public(place)] == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.com/", "https expected"),
        ("ftp://example.com/", "https://host/path"),
        ("file:///etc/passwd", "https://host/path"),
        ("https:///x", "https://host/path"),
        ("https://user:secret@example.com/", "no user and password"),
    ],
)
def test_a_url_that_may_not_be_gone_to_is_refused_at_the_start(url: str, why: str) -> None:
    with pytest.raises(BadSetting, match=why) as found:
        hook(url)
    assert "secret@" not in str(found.value)


def test_a_secret_that_is_not_set_is_named() -> None:
    with pytest.raises(BadSetting, match="secret_env='NONE'"):
        webhook.open_sink(webhook.Options("https://example.com/", "NONE"), ENVIRONMENT)


def test_segment_is_told_traits_and_events_under_ids_that_count_once(server: Any) -> None:
    options = segment.Options("KEY", server.url, ("127.0.0.1",))
    sink = segment.open_sink(options, ENVIRONMENT)
    theme = Message("theme.born", "t1", "", AT, {"name": "Late"}, "evt_3", 1, 3)
    send(sink, told(1), told(2, "conversation.analyzed", intent="refund"), theme)
    ((path, headers, body),) = server.seen
    assert path == "/v1/batch"
    assert headers["authorization"] == "Basic " + base64.b64encode(b"write-key:").decode()
    identified, tracked, other = json.loads(body)["batch"]
    assert (identified["type"], identified["userId"], identified["messageId"]) == ("identify", "c1", "evt_1")
    assert identified["traits"] == {"stage": "exit"}
    assert (tracked["type"], tracked["event"], tracked["userId"]) == ("track", "Conversation Analyzed", "c2")
    assert tracked["properties"] == {"subject": "c2", "intent": "refund"}
    assert tracked["timestamp"] == "2026-03-02T09:00:00.000Z"
    assert (other["event"], other["anonymousId"], "userId" in other) == ("Theme Born", "t1", False)


def test_what_segment_would_not_take_is_not_sent(server: Any) -> None:
    sink = segment.open_sink(segment.Options("KEY", server.url, ("127.0.0.1",)), ENVIRONMENT)
    assert isinstance(sink, Segment)
    with pytest.raises(Refused, match="more than Segment takes"):
        send(sink, told(1, name="x" * 600_000))
    assert server.seen == []


def test_drops_are_whole_files_named_after_their_first_message(tmp_path: Path) -> None:
    folder = tmp_path / "drops"
    sink = Drops(folder, 100, 0.0)
    send(sink, told(1), told(2))
    send(sink, told(1), told(2), told(3))  # a killed publisher sends more of the same again
    send(sink, told(4))
    assert [path.name for path in sorted(folder.iterdir())] == [
        "events-000000000001.parquet",
        "events-000000000004.parquet",
    ]
    rows = parquet.read_table(folder).to_pylist()
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4]
    assert rows[0]["time"] == AT
    assert (rows[0]["type"], json.loads(rows[0]["data"])) == ("customer.changed", {"stage": "exit"})


def test_a_folder_that_cannot_be_written_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="file"):
        send(Drops(tmp_path / "file" / "drops", 100, 0.0), told())


def test_every_kind_of_message_is_made_of_its_data() -> None:
    data = KINDS["theme.emerging"]("Late", "week", 1, 2.0, 0.0123456789)
    found = message("theme.emerging", data, subject="t1", at=AT)
    assert found.told()["partitionkey"] == "t1"
    assert "customer" not in found.told()
    assert found.data["p"] == 0.012346
