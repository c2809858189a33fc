"""A store of a simulated company whose findings are its truth, told without models: to measure pages, not findings.

`python -m benchmarks.told STORE WORLD`: STORE holds the conversations of the folder WORLD, read by `frictionary
ingest`, which may be stopped once it annotates.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.conversation import Conversation, Segment, Speaker
from nlp.encoder import Floats
from nlp.signal import Signal
from nlp.summary import summarise
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator
from pipelines.online import refresh
from pipelines.overview import overview
from pipelines.settings import Settings
from pipelines.simulate.world import PROBLEMS
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

RUN = "told"
SEED, BATCH, EACH = 8, 2_000, 3
"""EACH: themes of one problem."""
BEARING = 20.0
Truth = Mapping[str, Any]


def tell(store: Store, truth: Mapping[str, Truth], annotator: Annotator) -> None:
    """Signals, themes, a map, journeys and sums of all conversations of the store."""
    draw = np.random.default_rng(SEED)
    count = len(PROBLEMS) * EACH
    middles, places = draw.normal(size=(count, annotator.encoder.dimension)), draw.uniform(-10, 10, (count, 2))
    number = {problem.name: place for place, problem in enumerate(PROBLEMS)}
    placed: list[Assignment] = []
    for talks in store.conversations.pending(annotator.version, batch=BATCH):
        found, themes, summaries = [], [], []
        for talk in talks:
            told, theme = truth[talk.id], number[truth[talk.id]["theme"]] * EACH + int(draw.integers(EACH))
            signals = _signals(talk, told, annotator.version, draw)
            found += signals
            themes += [theme] * len(signals)
            summaries.append(summarise(talk.id, signals, language="en"))
            placed += [_placed(s, f"t{theme}", talk) for s in signals if s.friction >= BEARING]
        vectors = (middles[themes] + draw.normal(0, 0.7, (len(themes), middles.shape[1]))).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        store.signals.put(
            annotator.version, [t.id for t in talks], found, vectors, summaries, encoder=annotator.encoder.version
        )
    of = np.array([int(str(a.theme)[1:]) for a in placed])
    points: Floats = (places[of] + draw.normal(0, 0.9, (len(of), 2))).astype(np.float32)
    sizes = np.bincount(of, minlength=count)
    store.themes.put(RUN, [_theme(n, int(sizes[n])) for n in range(count) if sizes[n]], placed, points)
    refresh(store, annotator.taxonomy)
    store.rollups.refresh()


def _signals(talk: Conversation, told: Truth, model: str, draw: np.random.Generator) -> list[Signal]:
    """One of each turn of the customer."""
    found = []
    for turn in (turn for turn in talk.turns if turn.speaker is Speaker.CUSTOMER and turn.text):
        friction = float(np.clip(told["friction"] + draw.normal(0, 8), 0, 100))
        feeling = float(np.clip(0.4 - friction / 70 + draw.normal(0, 0.15), -0.99, 0.99))
        odds = (max(0.0, -feeling), 1 - abs(feeling), max(0.0, feeling))
        segment, guess = Segment(talk.id, turn.number, 0, len(turn.text)), (told["intent"], 0.8)
        unsure = bool(draw.random() < 0.1)
        found.append(
            Signal(
                segment, model, *guess, unsure, (guess, ("none", 0.1)), feeling, odds, friction, told["stage"], 0.8,
                effort=0.3, leaving=0.9 if told["leaving"] else 0.0,
            )
        )  # fmt: skip
    return found


def _placed(signal: Signal, theme: str, talk: Conversation) -> Assignment:
    return Assignment(signal.segment.id, RUN, theme, 0.9, talk.started_at)


def _theme(number: int, size: int) -> Theme:
    name = PROBLEMS[number // EACH].name
    shown = name[:1].upper() + name[1:] + (f", {number % EACH + 1}" if number % EACH else "")
    return Theme(f"t{number}", shown, "", tuple(name.split()[:3]), size)


def main(store: str, world: Path) -> None:
    settings = Settings()
    lines: Sequence[str] = (world / "truth.jsonl").read_text("utf-8").splitlines()
    truth = {row["id"]: row for row in map(json.loads, lines)}
    with open_store(f"sqlite:///{store}") as opened:
        tell(opened, truth, Annotator.load(settings.models, settings.taxonomy))
        print({name: overview(opened)[name] for name in ("conversations", "segments", "customers", "themes")})


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
