"""A store of many signals, drawn by a seed past the models: what benchmarks of pages and of sums run over.

Each conversation has three messages of one signal each, two of which bear friction and lie in one theme, or rarely in
none. Texts are words drawn as languages draw them, embeddings lie about the middle of their theme.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, insert

from nlp.themes.theme import Theme
from pipelines.stores.protocols import Store
from pipelines.stores.schema import (
    assignments,
    conversations,
    customers,
    discoveries,
    embeddings,
    events,
    found_themes,
    signals,
    summaries,
    themes,
    turns,
)

SEED, CHUNK = 7, 2_000
START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 365
THEMES, EACH = 40, 3
CHANNELS, STAGES = ("ticket", "call", "chat", "social"), ("purchase", "onboarding", "use", "renewal", "exit")
LANGUAGES, PLANS = ("en", "de", "fr"), ("free", "basic", "pro", "enterprise")
PRODUCTS, COMPANIES, VOCABULARY, LENGTH = 60, 500, 20_000, 14
Row = dict[str, Any]


def fill(store: Store, count: int, *, encoder: str, dimension: int) -> None:
    """`count` signals; embeddings are those of a version of an encoder and of its dimension."""
    rng, many = np.random.default_rng(SEED), count // EACH
    people = max(1, many // 4)
    database = store._database  # type: ignore[attr-defined]
    with database.write() as connection:
        _put(connection, _people(rng, people))
    middles = rng.normal(size=(THEMES + 1, dimension)).astype(np.float32)
    words = np.array([f"parcel w{n}".split()[n > 0] for n in range(VOCABULARY)], object)
    for start in range(0, many, CHUNK):
        with database.write() as connection:
            _put(connection, _talks(rng, range(start, min(start + CHUNK, many)), people, middles, words, encoder))


def _put(connection: Connection, rows: Iterator[tuple[Table, list[Row]]]) -> None:
    for table, some in rows:
        connection.execute(insert(table), some)


def _people(rng: np.random.Generator, people: int) -> Iterator[tuple[Table, list[Row]]]:
    """Themes, and customers, of whom every fourth cancels and every second has bought."""
    known = [Theme(f"t{n + 1}", f"Theme {n + 1}", "", (), 1) for n in range(THEMES)]
    yield discoveries, [{"run": "r", "number": 1}]
    for table in (found_themes, themes):
        yield table, [_theme(one, table) for one in known]
    plan = rng.integers(0, len(PLANS), people).tolist()
    yield customers, [{"id": f"c{n}", "attributes": {"plan": PLANS[p]}} for n, p in enumerate(plan)]
    day = rng.integers(0, DAYS, people).tolist()
    kinds = (("cancelled", 4), ("order_placed", 2))
    done = [(name, n) for name, every in kinds for n in range(0, people, every)]
    yield (
        events,
        [
            {"id": f"{name}:{n}", "customer": f"c{n}", "name": name, "value": None, "customer_given": f"c{n}"}
            | {"at": START + timedelta(days=day[n] if name != "cancelled" else (day[n] + 30) % DAYS)}
            for name, n in done
        ],
    )


def _talks(
    rng: np.random.Generator, rows: range, people: int, middles: Any, words: Any, encoder: str
) -> Iterator[tuple[Table, list[Row]]]:
    many = len(rows)
    when, whose = np.sort(rng.integers(0, DAYS * 86_400, many)), rng.integers(0, people, many)
    theme = np.minimum(rng.zipf(1.3, many) - 1, THEMES).astype(int)
    friction, sentiment = rng.uniform(20, 95, many), rng.uniform(-1, 0.4, many)
    kinds = [rng.integers(0, len(of), many) for of in (CHANNELS, STAGES, LANGUAGES)]
    said = words[np.minimum(rng.zipf(1.2, (many * EACH, LENGTH)) - 1, VOCABULARY - 1)]
    of = np.repeat(middles[theme], EACH, axis=0)
    vectors = (of + rng.normal(scale=1.5, size=of.shape).astype(np.float32)).astype(np.float16)
    found: dict[str, list[Row]] = {}
    for k, n in enumerate(rows):
        values = [names[kind[k]] for names, kind in zip((CHANNELS, STAGES, LANGUAGES), kinds, strict=True)]
        at, drawn = START + timedelta(seconds=int(when[k])), (float(friction[k]), float(sentiment[k]), int(theme[k]))
        texts = [" ".join(line) for line in said[k * EACH : (k + 1) * EACH]]
        for name, row in _talk(n, at, f"c{whose[k]}", values, drawn, texts):
            found.setdefault(name, []).append(row)
    blobs = zip(found["signals"], vectors, strict=True)
    found["embeddings"] = [{"segment": s["segment"], "model": encoder, "vector": v.tobytes()} for s, v in blobs]
    for table in (conversations, turns, signals, embeddings, summaries, assignments):
        yield table, found[table.name]


def _talk(
    n: int, at: datetime, customer: str, of: list[str], drawn: tuple[float, float, int], texts: list[str]
) -> Iterator[tuple[str, Row]]:
    (channel, stage, language), (friction, sentiment, theme), id = of, drawn, f"x:{n}"
    facts = {"product": f"product {n % PRODUCTS}", "company": f"company {n % COMPANIES}"} if n % 3 == 0 else {}
    yield "conversations", conversation(id, at, channel=channel, customer=customer, facts=facts)
    for place, text in enumerate(texts):
        segment = f"{id}#{place}:0"
        yield "turns", {"conversation": id, "number": place, "speaker": "customer", "text": text, "at": at}
        yield (
            "signals",
            {"segment": segment, "conversation": id, "turn": place, "start": 0, "end": len(text), "model": "m"}
            | {"intent": "help", "confidence": 0.9, "abstained": False, "sentiment": sentiment, "negative": 0.7}
            | {"neutral": 0.2, "positive": 0.1, "friction": friction, "stage": stage, "stage_confidence": 0.9}
            | {"details": {"intents": [], "evidence": []}}
            | {"entities": [["product", 0, 6, f"product {n % PRODUCTS}"]] if n % 7 == place else None},
        )
        if place < EACH - 1:
            own = f"t{theme + 1}" if theme < THEMES else None
            yield (
                "assignments",
                {"run": "r", "segment": segment, "theme": own, "found": own, "confidence": 0.5 + n % 97 / 200}
                | {"assigned_at": at},
            )
    yield (
        "summaries",
        {"conversation": id, "intent": "help", "confidence": 0.9, "abstained": False, "sentiment": sentiment}
        | {"sentiment_start": 0.0, "sentiment_end": 0.0, "sentiment_low": 0.0, "friction": friction, "effort": 0.1}
        | {"leaving": 0.9 if n % 40 == 0 else 0.0, "stage": stage, "stage_confidence": 0.9, "reason": "said"}
        | {"language": language},
    )


def conversation(id: str, at: datetime, *, channel: str = "chat", customer: str = "c1", facts: Any = None) -> Row:
    kept = {"source": "x", "customer_given": customer, "content_hash": "", "annotated_model": "m"}
    return {"id": id, "channel": channel, "customer": customer, "started_at": at, "metadata": facts or {}} | kept


def _theme(theme: Theme, table: Table) -> Row:
    said = {"run": "r", "id": theme.id, "name": theme.name, "description": "", "terms": [], "size": 1, "quotes": []}
    shown = {"owner": "", "notes": [], "fixes": [], "pinned": False, "hidden": False}
    return said | {"parts": [], "x": 0.0, "y": 0.0} | (shown if table is themes else {})
