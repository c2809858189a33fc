"""The kinds of long work, what each may be told, and what it does."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from nlp.errors import BadInput, UnknownName
from pipelines import export
from pipelines.annotate import annotate
from pipelines.discover import assign_new, discover
from pipelines.namer import suggester
from pipelines.online import BATCH, gather
from pipelines.sinks import formats, write
from pipelines.stores.protocols import Filter, Store
from pipelines.task import Task

T = TypeVar("T")
Options = Mapping[str, Any]
CONVERSATIONS = 64
"""Annotated in one transaction."""
ROWS = 500
"""Of an export, between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`options`: what it may be told, with the type that JSON gives it. `do` returns what the job's result tells."""

    do: Callable[[Task], Mapping[str, Any]]
    options: Mapping[str, type]


def check(kind: str, options: Options, store: Store) -> dict[str, Any]:
    """The options as they are kept. Raises UnknownName, BadInput."""
    if kind not in KINDS:
        raise UnknownName.of("kind of job", kind, KINDS)
    known = KINDS[kind].options
    given = {name: value for name, value in options.items() if value is not None}
    for name, value in given.items():
        if name not in known:
            raise UnknownName.of(f"option of a job {kind}", name, known)
        if not isinstance(value, known[name]) or isinstance(value, bool):
            raise BadInput(f"{name}={value!r}: {known[name].__name__} expected")
    if kind == "export":
        export.noun(given.get("table", ""))
        if given.get("format", "parquet") not in formats():
            raise UnknownName.of("format", given["format"], formats())
        _filter(given)
    return given


def _discover(task: Task) -> Mapping[str, Any]:
    """Beside whatever comes in; what came meanwhile is placed among the new themes."""
    models, at = task.models(), datetime.now(UTC)
    run = f"themes-{at:%Y%m%dT%H%M%S%fZ}"
    found = discover(
        task.store,
        models.encoder,
        run=run,
        headlines=models.headlines,
        suggest=suggester(task.settings),
        seed=task.job.options.get("seed", 0),
        progress=task.told,
    )
    with task.writing():
        assign_new(task.store, encoder=models.encoder.version, at=datetime.now(UTC))
    return {"run": run, "themes": len(found), "unassigned": task.store.themes.unassigned()}


def _annotate(task: Task) -> Mapping[str, Any]:
    """Goes on from what is stored: a conversation is annotated once by a version of the models."""
    models, done = task.models(), 0
    total = task.store.conversations.waiting(models.version)
    task.told("annotate", 0, total)
    while True:
        with task.writing():
            some = annotate(task.store, models, most=CONVERSATIONS)
            if not some:
                placed = assign_new(task.store, encoder=models.encoder.version, at=datetime.now(UTC))
                break
        done += some
        task.told("annotate", done, max(total, done))
    return {"annotated": done, "placed": placed, "model": models.version}


def _features(task: Task) -> Mapping[str, Any]:
    """Goes on from what is stale still."""
    total, done, moved = task.store.features.waiting(), 0, 0
    task.told("features", 0, total)
    taxonomy = task.models().taxonomy
    while customers := task.store.features.stale(limit=BATCH):
        with task.writing():
            moved += gather(task.store, customers, taxonomy)
        done += len(customers)
        task.told("features", done, max(total, done))
    return {"customers": done, "moved": moved}


def _export(task: Task) -> Mapping[str, Any]:
    """Begun anew by each attempt: a file is there whole or not at all."""
    options = task.job.options
    noun, format = export.noun(options["table"]), options.get("format", "parquet")
    at = _moment(options, "at") or task.job.created_at
    request = export.Request(task.store, task.models().taxonomy, _filter(options), at)
    folder, name = task.settings.job_files, f"{task.job.id}-{options['table']}.{format}"
    folder.mkdir(parents=True, exist_ok=True)
    rows, total = 0, noun.total(request) if noun.total else None

    def counted(found: Iterable[T]) -> Iterator[T]:
        nonlocal rows
        for row in found:
            rows += 1
            if rows % ROWS == 1:
                task.told("export", rows, total)
            yield row

    part = folder / f"{name}.part"
    try:
        with part.open("wb") as file:
            write(counted(noun.rows(request)), noun.columns, file, format=format)
        os.replace(part, folder / name)
    finally:
        part.unlink(missing_ok=True)
    task.told("export", rows, rows)
    return {"file": name, "rows": rows, "bytes": (folder / name).stat().st_size}


def _filter(options: Options) -> Filter:
    return Filter(
        since=_moment(options, "since"),
        until=_moment(options, "until"),
        **{name: options.get(name, "") for name in ("channel", "stage", "theme")},
    )


def _moment(options: Options, name: str) -> datetime | None:
    if not options.get(name):
        return None
    try:
        at = datetime.fromisoformat(options[name])
    except ValueError as error:
        raise BadInput(f"{name}={options[name]!r}: a time such as 2026-05-31T18:00:00Z expected") from error
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


TEXTS = dict.fromkeys(("table", "format", "since", "until", "channel", "stage", "theme", "at"), str)
KINDS: Mapping[str, Kind] = {
    "discover": Kind(_discover, {"seed": int}),
    "annotate": Kind(_annotate, {}),
    "features": Kind(_features, {}),
    "export": Kind(_export, TEXTS),
}
