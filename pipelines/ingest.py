"""Files into the store: read, redact, upsert in batches; what cannot be read becomes a dead letter."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from nlp.conversation import Conversation
from nlp.errors import BadInput, BadRecord
from pipelines import sources
from pipelines.settings import Settings
from pipelines.sources import DeadRecord, Options
from pipelines.stores.protocols import Store

BATCH = 500
SHOWN = 20


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What came in. `skipped`: records left out on purpose, such as rows without text."""

    files: int = 0
    read: int = 0
    added: int = 0
    changed: int = 0
    dead: int = 0
    skipped: int = 0


def ingest(
    paths: Sequence[Path],
    *,
    store: Store,
    protect: Callable[[Conversation], Conversation],
    settings: Settings,
    format: str | None = None,
    options: Options | None = None,
    progress: Callable[[IngestReport], None] | None = None,
) -> IngestReport:
    """Read every file into the store, each conversation through `protect` first; safe to run twice.

    A file that cannot be read at all is one dead letter (record 0) and the run goes on. Raises BadInput for a path that
    does not exist, before anything is read; UnknownName for an unknown format; BadSetting.
    """
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise BadInput(f"no such file: {', '.join(missing)}")
    options = replace(options or Options(), max_record=settings.max_record)
    report = IngestReport()
    settings.dead_letters.parent.mkdir(parents=True, exist_ok=True)
    with settings.dead_letters.open("a", encoding="utf-8") as letters:
        for path in paths:
            report = replace(report, files=report.files + 1)
            for batch in _batches(_found(path, options, format)):
                report = _write(batch, path, report, store=store, protect=protect, letters=letters)
                report = replace(report, skipped=options.skipped.total())
                if progress:
                    progress(report)
    return replace(report, skipped=options.skipped.total())


def _found(path: Path, options: Options, format: str | None) -> Iterator[Conversation | BadRecord]:
    try:
        yield from sources.read(path, options, format=format)
    except BadInput as error:
        yield DeadRecord(str(error).removeprefix(f"{path}: "), file=str(path))


def _batches(found: Iterable[Conversation | BadRecord]) -> Iterator[list[Conversation | BadRecord]]:
    batch: list[Conversation | BadRecord] = []
    for item in found:
        batch.append(item)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(
    batch: list[Conversation | BadRecord],
    path: Path,
    report: IngestReport,
    *,
    store: Store,
    protect: Callable[[Conversation], Conversation],
    letters: TextIO,
) -> IngestReport:
    conversations = [protect(item) for item in batch if isinstance(item, Conversation)]
    dead = [item for item in batch if isinstance(item, BadRecord)]
    added, changed = store.conversations.put(conversations) if conversations else (0, 0)
    for bad in dead:
        letters.write(json.dumps(letter(bad, path), ensure_ascii=False) + "\n")
    letters.flush()
    return replace(
        report,
        read=report.read + len(conversations),
        added=report.added + added,
        changed=report.changed + changed,
        dead=report.dead + len(dead),
    )


def letter(bad: BadRecord, path: Path) -> dict[str, str | int]:
    """A dead letter: where, why, and the start of the value with its digits masked."""
    file, record = (bad.file, bad.record) if isinstance(bad, DeadRecord) else (str(path), 0)
    return {"file": file, "record": record, "field": bad.field, "reason": bad.reason, "value": masked(bad.value)}


def masked(value: str) -> str:
    """The first 20 characters, every digit as #."""
    return re.sub(r"\d", "#", value[:SHOWN]).encode("utf-8", "replace").decode()
