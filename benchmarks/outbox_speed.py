"""What telling other systems costs: writes of findings with and without a sink, and messages a second to each kind."""

import argparse
import asyncio
import base64
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np

from benchmarks.heading import heading
from benchmarks.servers import Server, free_port
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines.publish import Publisher
from pipelines.settings import ROOT
from pipelines.sinkfile import Outlet, read
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

RESULT = ROOT / "benchmarks" / "results" / "outbox-speed.md"
SECRET = "whsec_" + base64.b64encode(b"a secret that only measures, 32 b").decode()
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BATCH = 256


def write(store: Store, number: int, *, base: int) -> float:
    """Conversations a second whose findings are stored in batches, as `annotate` does; without the models."""
    took = 0.0
    for start in range(base, base + number, BATCH):
        ids = [f"s:{n}" for n in range(start, start + BATCH)]
        told = (Turn(0, Speaker.CUSTOMER, "It broke again.", AT),)
        store.conversations.put(
            Conversation(id, "s", Channel.CHAT, f"c{n % 97}", AT, told) for n, id in enumerate(ids, start=start)
        )
        segments, guess = [Segment(id, 0, 0, 15) for id in ids], ("praise", 0.9)
        found = [Signal(s, "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.8) for s in segments]
        summaries = [summarise(id, [signal], language="en") for id, signal in zip(ids, found, strict=True)]
        vectors = np.ones((len(ids), 384), np.float32)
        began = time.perf_counter()
        store.signals.put("m", ids, found, vectors, summaries)
        took += time.perf_counter() - began
    return number / took


def publish(store: Store, outlet: Outlet) -> float:
    publisher = Publisher(store, outlet, outlet.open({"SECRET": SECRET, "KEY": "key"}))
    began = time.perf_counter()
    sent = asyncio.run(publisher.run(follow=False))
    took = time.perf_counter() - began
    if store.outbox.sink(outlet.name).waiting:
        raise SystemExit(f"{outlet.name} has not taken all: {store.outbox.sink(outlet.name).error}")
    return sent / took


def listening() -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_120)
    number = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as name:
        folder, server = Path(name), listening()
        url = f"http://127.0.0.1:{server.server_port}"
        brokers = [Server(kind, folder / kind, free_port()) for kind in ("nats", "redis")]
        for one in brokers:
            one.start()
        (folder / "sinks.toml").write_text(
            f"[sink.parquet]\nkind = 'parquet'\nfolder = '{folder}/drops'\n"
            f"[sink.webhook]\nkind = 'webhook'\nurl = '{url}'\nsecret_env = 'SECRET'\nallow = ['127.0.0.1']\n"
            f"[sink.segment]\nkind = 'segment'\nurl = '{url}'\nkey_env = 'KEY'\nallow = ['127.0.0.1']\n"
            + "".join(f"[sink.{one.name}]\nkind = 'broker'\nurl = '{one.url}'\n" for one in brokers)
        )
        outlets = read(folder / "sinks.toml")
        try:
            with open_store(f"sqlite:///{folder}/store.db") as store:
                write(store, BATCH, base=0)  # the first is always slower
                without = write(store, number, base=BATCH)
                for outlet in outlets:
                    store.outbox.subscribe(outlet.name, datetime.now(UTC))
                with_sinks = write(store, number, base=BATCH + number)
                rows = [(outlet.name, publish(store, outlet)) for outlet in outlets]
        finally:
            for one in brokers:
                one.kill()
            server.shutdown()
    costs = 1e6 / with_sinks - 1e6 / without
    table = "\n".join(f"| {name} | {rate:,.0f} |" for name, rate in rows)
    text = f"""{heading("The outbox's speed", command=f"python -m benchmarks.outbox_speed --messages {number}")}
SQLite; findings of {number:,} conversations are stored in batches of {BATCH}, without the models: {without:,.0f} a
second where no sink was ever started, {with_sinks:,.0f} where messages are written as well, {costs:,.0f} µs a message.
The machine was shared.

| sink, on this machine | messages/s |
|---|---|
{table}
"""
    print(text)
    RESULT.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
