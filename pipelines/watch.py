"""Files as they are dropped: each is taken in once it lies still, and again only when what is in it changes."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path
from threading import Event

import watchfiles

from nlp.errors import BadInput
from nlp.redaction import redact
from pipelines import sources
from pipelines.stores.protocols import Store

QUIET = 2.0
"""Seconds for which a file must not change to be taken for fully written."""
OFTEN = 60.0
"""Seconds after which the folders are looked through, whatever was told: a network drive may tell nothing."""
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~")
"""Ends of names under which programs write what they rename when it is whole; hidden files are left out anyway."""
Mark = tuple[int, int]
"""(size, when last written, in nanoseconds)."""


@dataclass(slots=True)
class Drops:
    """The files under some paths, and which of them the run log says are read. Nothing is moved or marked."""

    paths: Sequence[Path]
    store: Store
    quiet: float = QUIET
    _seen: dict[Path, tuple[Mark, float]] = field(default_factory=dict)
    _done: dict[Path, Mark] = field(default_factory=dict)

    def ready(self) -> list[Path]:
        """What lies still and has not been read with what is in it now, in order of name."""
        found = {path: mark for path in sources.files(self.paths) if (mark := _mark(path))}
        self._seen = {path: self._since(path, mark) for path, mark in found.items()}
        fresh = [path for path, mark in found.items() if self._done.get(path) != mark and self._still(path)]
        known = self._read(fresh)
        for path in known:
            self._done[path] = found[path]
        return [path for path in fresh if path not in known]

    @property
    def unsettled(self) -> bool:
        """Whether something is still being written."""
        return any(self._done.get(path) != mark for path, (mark, _) in self._seen.items())

    def done(self, paths: Sequence[Path]) -> None:
        """They were taken in, as they lay when they were last looked at."""
        self._done |= {path: self._seen[path][0] for path in paths}

    def _since(self, path: Path, mark: Mark) -> tuple[Mark, float]:
        before = self._seen.get(path)
        if before and before[0] == mark:
            return before
        age = time.time() - mark[1] / 1e9 if before is None else 0.0  # what lay there before us is not waited for
        return mark, time.monotonic() - max(age, 0.0)

    def _still(self, path: Path) -> bool:
        return time.monotonic() - self._seen[path][1] >= self.quiet

    def _read(self, paths: Sequence[Path]) -> set[Path]:
        """Those that a run has read to their end under this name, with this hash."""
        told = {path: (redact(str(path))[0], sources.digest(path)[0]) for path in paths}
        known = self.store.runs.read(digest for _, digest in told.values())
        return {path for path, named in told.items() if named in known}


def watch(
    paths: Sequence[Path], take: Callable[[list[Path]], None], *, store: Store, stop: Event, quiet: float = QUIET
) -> None:
    """Have `take` take in what lies under `paths` (folders, files, patterns), then what is dropped there, until `stop`.

    It is called once at the start, perhaps for no file at all, so that what a killed run left undone is done. Raises
    BadInput for a path whose folder does not exist, and what `take` raises.
    """
    folders = sorted({_folder(path) for path in paths})
    drops, looked = Drops(paths, store, quiet), 0.0
    step = int(min(quiet, 1.0) * 1000)
    told = watchfiles.watch(*folders, stop_event=stop, rust_timeout=step, yield_on_timeout=True, raise_interrupt=False)
    first = True
    for changes in told:
        if first or changes or drops.unsettled or time.monotonic() - looked >= OFTEN:
            found, looked = drops.ready(), time.monotonic()
            if found or first:
                take(found)
                drops.done(found)
            first = False
        if stop.is_set():
            break


def _mark(path: Path) -> Mark | None:
    """Of a file within an archive the archive's; None for what is unfinished by its name, or gone."""
    if path.name.lower().endswith(UNFINISHED):
        return None
    for place in (path, *path.parents):
        try:
            state = os.stat(place)
        except NotADirectoryError:
            continue
        except OSError:
            return None
        return state.st_size, state.st_mtime_ns
    return None


def _folder(path: Path) -> Path:
    """Where changes that concern a path show. Raises BadInput."""
    folder = path if path.is_dir() else path.parent
    while has_magic(str(folder)) and not folder.is_dir():
        folder = folder.parent
    if not folder.is_dir():
        raise BadInput(f"no such folder to watch: {sources.address(path)}")
    return folder
