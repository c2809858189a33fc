"""How long the dashboard's overview takes on a large store, and what keeping its sums in step costs.

The store is filled past the models: signals, summaries and themes are drawn at random, texts are left out. Run
`python -m benchmarks.dashboard_scale [SIGNALS]`; writes benchmarks/results/dashboard-scale.md.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from sqlalchemy import delete, insert

from api.app import create_app
from benchmarks.heading import heading
from nlp.themes.theme import Theme
from pipelines.annotate import Annotator
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.stores.schema import (
    assignments,
    conversations,
    customers,
    discoveries,
    rollup_state,
    signals,
    summaries,
    themes,
)

SEED, CHUNK = 7, 5_000
START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 365
THEMES, EACH = 40, 3
CHANNELS, STAGES = ("ticket", "call", "chat", "social"), ("purchase", "onboarding", "use", "renewal", "exit")
LANGUAGES, PLANS = ("en", "de", "fr"), ("free", "basic", "pro", "enterprise")
SIGNALS = 1_000_000
ROUNDS = 3
RESULTS = ROOT / "benchmarks" / "results" / "dashboard-scale.md"


def main(count: int = SIGNALS, kept: str = "") -> None:
    """`kept`: where the filled store lies, or is to lie, so that it is filled once for several runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(kept or f"{folder}/store.db")
        settings = Settings(store=f"sqlite:///{path}", key="k")
        annotator = Annotator.load(settings.models, settings.taxonomy)
        with open_store(settings.store) as store:
            if not store.conversations.count():
                fill(store, count)
            rows = measured(store, TestClient(create_app(store, settings, annotator), base_url="http://localhost"))
        size = path.stat().st_size / 1e6
    table = "\n".join(f"| {name} | {told} |" for name, told in rows)
    head = heading("The dashboard on a large store", command=f"python -m benchmarks.dashboard_scale {count}", seed=SEED)
    told = (
        f"{count:,} signals of {count // EACH:,} conversations in {THEMES} themes over {DAYS} days; SQLite, {size:,.0f}"
    )
    goal = (
        "Goal: the overview under 500 ms. Each figure is a median, and the slowest of the rounds; a page opened first "
        "finds the sums in step and nothing kept."
    )
    busy = f"Load average meanwhile: {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores."
    text = f"{head}\n{told} MB. {goal} {busy}\n\n| what | ms of processor | ms on the clock |\n|---|---|---|\n{table}\n"
    (RESULTS if count == SIGNALS else Path(tempfile.gettempdir()) / RESULTS.name).write_text(text, "utf-8")
    print(text)


def measured(store: Store, client: TestClient) -> list[tuple[str, str]]:
    """(what, milliseconds): the median of some rounds and the slowest."""
    with store._database.write() as connection:  # type: ignore[attr-defined]
        connection.execute(delete(rollup_state))
    first, worked, _ = timed(store.rollups.refresh)
    rows = [("all days summed up, once after a discovery", f"{1000 * worked:,.0f} | {1000 * first:,.0f}")]
    changes = iter(range(10_000))
    now = time.time_ns()

    def change() -> None:
        """One conversation comes in on the last day."""
        with store._database.write() as connection:  # type: ignore[attr-defined]
            at = START + timedelta(days=DAYS - 1, seconds=next(changes))
            row = {"id": f"x:{now}-{at.isoformat()}", "channel": "chat", "customer": "c1", "started_at": at}
            connection.execute(insert(conversations), [_conversation(row)])

    step = medians(store.rollups.refresh, before=change)
    rows.append(("one day that changed, summed up anew", step))
    pages = {
        "overview": "/",
        "overview, last 13 weeks": "/?period=13w",
        "overview, one channel and stage": "/?channel=call&stage=use",
        "overview, one plan and 13 weeks": "/?period=13w&segment=plan%3Dpro",
    }
    for name, path in pages.items():
        fresh = medians(lambda path=path: get(client, path), before=lambda: client.app.state.kept.forget())
        rows.append((f"{name}, opened first", fresh))
        warm = medians(lambda path=path: get(client, path))
        rows.append((f"{name}, nothing changed", warm))
    return rows


def get(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert "Theme 1" in answer.text


def medians(do: Callable[[], Any], *, before: Callable[[], None] = lambda: None) -> str:
    found = []
    for _ in range(ROUNDS):
        before()
        found.append([1000 * seconds for seconds in timed(do)[:2]])
    clock, worked = np.array(found).T
    told = (f"{np.median(some):,.0f} (at most {some.max():,.0f})" for some in (worked, clock))
    return " | ".join(told)


def timed(do: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds on the clock, seconds of processor (all threads), and the answer."""
    start, worked = time.perf_counter(), time.process_time()
    answer = do()
    return time.perf_counter() - start, time.process_time() - worked, answer


def fill(store: Store, count: int) -> None:
    """Each conversation has three signals, two of which bear friction and lie in one theme, or rarely in none."""
    rng = np.random.default_rng(SEED)
    many, people = count // EACH, max(1, count // 12)
    when = rng.integers(0, DAYS * 24 * 3600, many)
    whose, theme = rng.integers(0, people, many), np.minimum(rng.zipf(1.3, many) - 1, THEMES).astype(int)
    friction, sentiment = rng.uniform(20, 95, many), rng.uniform(-1, 0.4, many)
    kinds = [rng.integers(0, len(of), many) for of in (CHANNELS, STAGES, LANGUAGES)]
    plan = rng.integers(0, len(PLANS), people)
    with store._database.write() as connection:  # type: ignore[attr-defined]
        known = [Theme(f"t{n + 1}", f"Theme {n + 1}", "", (), 1) for n in range(THEMES)]
        connection.execute(insert(discoveries), [{"run": "r", "number": 1}])
        connection.execute(insert(themes), [_theme(one) for one in known])
        facts = [{"id": f"c{n}", "attributes": {"plan": PLANS[p]}} for n, p in enumerate(plan.tolist())]
        for start in range(0, people, CHUNK):
            connection.execute(insert(customers), facts[start : start + CHUNK])
    for start in range(0, many, CHUNK):
        with store._database.write() as connection:  # type: ignore[attr-defined]
            rows: tuple[list[Any], ...] = ([], [], [], [])
            for n in range(start, min(start + CHUNK, many)):
                of = [names[kind[n]] for names, kind in zip((CHANNELS, STAGES, LANGUAGES), kinds, strict=True)]
                drawn = (float(friction[n]), float(sentiment[n]), int(theme[n]))
                _add(rows, n, START + timedelta(seconds=int(when[n])), f"c{whose[n]}", of, drawn)
            for table, some in zip((conversations, signals, summaries, assignments), rows, strict=True):
                connection.execute(insert(table), some)


def _add(
    rows: tuple[list[Any], ...], n: int, at: datetime, customer: str, of: list[str], drawn: tuple[float, float, int]
) -> None:
    (channel, stage, language), (friction, sentiment, theme), id = of, drawn, f"x:{n}"
    rows[0].append(_conversation({"id": id, "channel": channel, "customer": customer, "started_at": at}))
    for place in range(EACH):
        segment = f"{id}#{place}:0"
        rows[1].append(
            {"segment": segment, "conversation": id, "turn": place, "start": 0, "end": 9, "model": "m"}
            | {"intent": "help", "confidence": 0.9, "abstained": False, "sentiment": sentiment, "negative": 0.7}
            | {"neutral": 0.2, "positive": 0.1, "friction": friction, "stage": stage, "stage_confidence": 0.9}
            | {"details": {"intents": [], "evidence": []}, "entities": None}
        )
        if place < EACH - 1:
            id_of = f"t{theme + 1}" if theme < THEMES else None
            rows[3].append(
                {"run": "r", "segment": segment, "theme": id_of, "found": id_of, "confidence": 0.8, "assigned_at": at}
            )
    rows[2].append(
        {"conversation": id, "intent": "help", "confidence": 0.9, "abstained": False, "sentiment": sentiment}
        | {"sentiment_start": 0.0, "sentiment_end": 0.0, "sentiment_low": 0.0, "friction": friction, "effort": 0.1}
        | {"leaving": 0.9 if n % 40 == 0 else 0.0, "stage": stage, "stage_confidence": 0.9, "reason": "said"}
        | {"language": language}
    )


def _conversation(row: dict[str, Any]) -> dict[str, Any]:
    kept = {
        "source": "x",
        "customer_given": row["customer"],
        "metadata": {},
        "content_hash": "",
        "annotated_model": "m",
    }
    return row | kept


def _theme(theme: Theme) -> dict[str, Any]:
    said = {"run": "r", "id": theme.id, "name": theme.name, "description": "", "terms": [], "size": 1, "quotes": []}
    shown = {"owner": "", "notes": [], "fixes": [], "pinned": False, "hidden": False, "parts": []}
    return said | shown | {"x": 0.0, "y": 0.0}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
