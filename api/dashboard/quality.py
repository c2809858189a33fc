"""The page of how far all this may be relied on: coverage, discoveries, models, what died, and the runs."""

import json
from collections import Counter, deque
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.dashboard.pages import page, render, store_of
from nlp.corrections import KINDS
from pipelines import review
from pipelines.models import model, models
from pipelines.settings import Settings
from pipelines.stores.protocols import Run, RunInput, Store

DISCOVERIES, RUNS, LETTERS = 12, 15, 20
READ = 20_000
"""Lines of the file of dead letters, the last ones, that are counted."""
TEXTS = {"held out": "texts held out", "gold": "gold set", "probes": "hard cases", "semeval2017 2016test": "tweets"}
"""What the models' cards call the texts on which they were measured -> what a reader does."""
STATES = {"running": "rising", "done": "better", "failed": "worse", "killed": "worse"}


@page("/quality")
def quality(request: Request) -> Response:
    store, settings = store_of(request), request.app.state.settings
    runs = store.runs.page(limit=RUNS)
    return render(
        request,
        "quality.html",
        coverage=coverage(store, request.app.state.desk.annotator.version),
        discoveries=store.qualities.page(limit=DISCOVERIES),
        models=measured(settings),
        standings=[review.standing(store, kind) for kind in KINDS],
        runs=[progress(run, store.runs.inputs(run.id)) for run in runs],
        states=STATES,
        letters=letters(settings.dead_letters),
        marks=store.marks.all(),
    )


def coverage(store: Store, model: str) -> dict[str, Any]:
    """What of the store the figures speak of: keys conversations, annotated, unsupported, duplicates, waiting (for the
    model that serves), segments, unsure (segments whose intent is not vouched for), assigned, unassigned."""
    found = store.rollups.totals()
    names = ("conversations", "annotated", "unsupported", "duplicates", "segments", "unassigned")
    return {
        **{name: found[name] for name in names},
        "waiting": store.conversations.waiting(model),
        "unsure": store.corrections.waiting("intent"),
        "assigned": found["placed"],
    }


def measured(settings: Settings) -> list[dict[str, Any]]:
    """Each figure of the models' cards that is a share: keys model, what, texts, accuracy, ece, coverage, kept."""
    own = [model(Path(settings.model))] if settings.model else []
    rows = []
    for card in [*models(settings.models), *own]:
        for what, figures in card.figures.items():
            if "accuracy" in figures or "f1" in figures:
                rows.append({"model": card.name, "what": named(what), "whole": card.whole, **_figures(figures)})
    return rows


def named(what: str) -> str:
    """ "intent, texts held out" for "intent on held out"."""
    head, _, texts = what.partition(" on ")
    return f"{head}, {TEXTS.get(texts, texts)}" if texts else head


def _figures(figures: Any) -> dict[str, Any]:
    names = {"texts": "texts", "accuracy": "accuracy", "ece": "ece", "coverage": "coverage", "f1": "f1"}
    return {name: figures.get(key) for name, key in names.items()} | {"kept": figures.get("accuracy_where_kept")}


def progress(run: Run, inputs: list[RunInput]) -> dict[str, Any]:
    """A run, and how much of its inputs it has read to the end: keys run, inputs, ended, seconds, dead (why, count)."""
    dead: Counter[str] = Counter()
    for one in inputs:
        dead.update(one.dead)
    return {
        "run": run,
        "inputs": inputs,
        "ended": sum(one.seconds is not None for one in inputs),
        "seconds": sum(run.seconds.values()),
        "dead": dead.most_common(5),
    }


def letters(path: Path) -> dict[str, Any]:
    """What could not be read: keys file, count (of the last READ lines), reasons (with counts), last (newest first)."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = deque(file, maxlen=READ)
    except OSError:
        return {"file": path.name, "count": 0, "reasons": [], "last": []}
    found = [letter for line in lines if (letter := _letter(line))]
    reasons = Counter(f"{letter['field']}: {letter['reason']}" for letter in found)
    return {
        "file": path.name,
        "count": len(found),
        "reasons": reasons.most_common(10),
        "last": found[: -LETTERS - 1 : -1],
    }


def _letter(line: str) -> dict[str, str]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    names = ("file", "record", "field", "reason", "value")
    return {name: str(found.get(name, "")) for name in names} if isinstance(found, dict) else {}
