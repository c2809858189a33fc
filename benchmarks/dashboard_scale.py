"""How long each page of the dashboard takes on a large store, opened first after a change and kept, filters included.

Run `python -m benchmarks.dashboard_scale [SIGNALS] [FOLDER]`; writes benchmarks/results/dashboard-scale.md. The store
is filled past the models (`large_store.py`); with FOLDER it is kept there, so that another run begins with it.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import delete

from api.app import create_app
from benchmarks.heading import heading
from benchmarks.large_store import DAYS, EACH, SEED, START, THEMES, fill
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal
from nlp.summary import summarise
from pipelines.annotate import Annotator
from pipelines.drawn import CONTACTS
from pipelines.online import refresh
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.stores.schema import rollup_state

SIGNALS, ROUNDS = 1_000_000, 3
RESULTS = ROOT / "benchmarks" / "results" / "dashboard-scale.md"
PAGES = {
    "overview": "/",
    "overview, last 13 weeks": "/?period=13w",
    "overview, one channel and stage": "/?channel=call&stage=use",
    "overview, one plan": "/?segment=plan%3Dpro",
    "overview, one plan and 13 weeks": "/?period=13w&segment=plan%3Dpro",
    "overview, one product": "/?product=product+3",
    "overview, one company": "/?company=company+7",
    "overview, one plan, product, company": "/?segment=plan%3Dpro&product=product+3&company=company+3",
    "overview, one product, channel, stage, language": "/?product=product+3&channel=call&stage=use&language=de",
    "a theme told by a quarter of all": "/themes/t1",
    "a theme of middle size": "/themes/t9",
    "a theme, one plan": "/themes/t9?segment=plan%3Dpro",
    "journey": "/stages",
    "journey, one plan and 13 weeks": "/stages?period=13w&segment=plan%3Dpro",
    "patterns of journeys": "/stages/patterns",
    "conversations": "/conversations",
    "conversations of one plan": "/conversations?segment=plan%3Dpro",
    "conversations of one theme": "/conversations?theme=t9",
    "conversations of one product and stage": "/conversations?product=product+3&stage=use",
    "customers": "/customers",
    "search, a rare word": "/search?q=w9000&mode=text",
    "search, a word of each fourth message": "/search?q=w5&mode=text",
    "search by meaning": "/search?q=refund&mode=semantic",
    "search, both": "/search?q=w900",
    "map, without its points": "/map",
    "quality": "/quality",
    "report": "/report",
}


def main(count: int = SIGNALS, folder: str = "") -> None:
    with tempfile.TemporaryDirectory() as own:
        path = Path(folder or own) / "large.db"
        settings = Settings(store=f"sqlite:///{path}", key="k")
        annotator = Annotator.load(settings.models, settings.taxonomy)
        with open_store(settings.store) as store:
            if not store.conversations.count():
                fill(store, count, encoder=annotator.encoder.version, dimension=annotator.encoder.dimension)
                refresh(store, annotator.taxonomy)
            app = create_app(store, settings, annotator)
            rows = list(measured(store, TestClient(app, base_url="http://localhost")))
        size = path.stat().st_size / 1e6
    head = heading("The dashboard on a large store", command=f"python -m benchmarks.dashboard_scale {count}", seed=SEED)
    text = f"{head}\n{told(count, size)}\n\n" + "\n".join(rows) + "\n"
    (RESULTS if count == SIGNALS else Path(tempfile.gettempdir()) / RESULTS.name).write_text(text, "utf-8")
    print(text)


def told(count: int, size: float) -> str:
    held, load = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3, os.getloadavg()[1]
    return (
        f"{count:,} signals of {count // EACH:,} conversations in {THEMES} themes over {DAYS} days, with texts and "
        f"embeddings; SQLite, {size:,.0f} MB. Goals: the overview under 500 ms, filters included; every other page "
        "under 1,000 ms when it is opened first after a change (a conversation comes in on the last day, whose sums "
        f"whoever opens the page waits for). Milliseconds of {ROUNDS} rounds: the median, and the slowest in brackets. "
        f"Journeys and costs are of {CONTACTS:,} conversations of customers that are drawn, as the pages say. The "
        f"process held {held:,.0f} MB at most, models included. Load average meanwhile: {load:.1f} on {os.cpu_count()} "
        "cores."
    )


def measured(store: Store, client: TestClient) -> Iterator[str]:
    """Lines of two tables."""
    annotator = client.app.state.desk.annotator  # type: ignore[attr-defined]
    arrives = arrival(store, annotator.encoder)
    with store._database.write() as connection:  # type: ignore[attr-defined]
        connection.execute(delete(rollup_state))
    yield from ("| what | processor, ms | clock, ms |", "|---|---|---|")
    yield f"| all days summed up, as at a discovery | {' | '.join(rounds(store.rollups.refresh, times=1))} |"
    yield f"| one conversation comes in | {' | '.join(rounds(arrives))} |"
    yield f"| its day summed up anew | {' | '.join(rounds(store.rollups.refresh, before=arrives))} |"
    yield from (
        "",
        "| page | opened first: processor, ms | clock, ms | kept: processor, ms | clock, ms |",
        "|---|---|---|---|---|",
    )
    for path in PAGES.values():
        get(client, path)  # what a page imports is imported once
    for name, path in PAGES.items():
        first = rounds(partial(get, client, path), before=arrives)
        kept = rounds(partial(get, client, path))
        yield f"| {name} | {' | '.join((*first, *kept))} |"


def arrival(store: Store, encoder: Any) -> Callable[[], None]:
    """A conversation that comes in on the last day and is annotated, another each time."""
    many = iter(range(time.time_ns(), time.time_ns() * 2))

    def arrives() -> None:
        number = next(many)
        id, at = f"y:{number}", START + timedelta(days=DAYS - 1, seconds=number % 86_400)
        segment, guess = Segment(id, 0, 0, 4), ("help", 0.9)
        found = Signal(segment, "m", *guess, False, (guess,), -0.5, (0.7, 0.1, 0.2), 60.0, "use", 0.9)
        turn = Turn(0, Speaker.CUSTOMER, "Bad.", at)
        store.conversations.put([Conversation(id, "y", Channel.CHAT, f"c{number % 1000}", at, (turn,))])
        vector = np.ones((1, encoder.dimension), np.float32)
        summary = summarise(id, [found], language="en")
        store.signals.put("m", [id], [found], vector, [summary], encoder=encoder.version)

    return arrives


def get(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.text.rstrip().endswith("</html>"), path


def rounds(do: Callable[[], Any], *, before: Callable[[], Any] = lambda: None, times: int = ROUNDS) -> tuple[str, str]:
    """Milliseconds of processor, of all threads, and on the clock: the median and the slowest."""
    found = []
    for _ in range(times):
        before()
        start, worked = time.perf_counter(), time.process_time()
        do()
        found.append([1000 * (time.process_time() - worked), 1000 * (time.perf_counter() - start)])
    processor, clock = (f"{np.median(some):,.0f} ({max(some):,.0f})" for some in zip(*found, strict=True))
    return processor, clock


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else SIGNALS, *sys.argv[2:])
