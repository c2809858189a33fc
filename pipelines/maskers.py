"""Processes that mask conversations beside this one, which reads and stores meanwhile; few conversations need none."""

import os
import signal
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context, parent_process
from threading import Thread
from types import TracebackType
from typing import Any

from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.protect import Protector

FEW = 2_000
"""So many conversations are masked before processes are started, which takes them a second or more."""
Masked = Callable[[], list[Conversation]]
Flat = tuple[str, str, str, str, datetime, list[tuple[int, str, str, datetime | None]], dict[str, Any]]
"""A conversation as it goes from process to process: frozen dataclasses take many times as long."""
SPEAKERS = {speaker.value: speaker for speaker in Speaker}


class Maskers:
    """As `Protector.conversations`, in `workers` processes as soon as there is enough to do; 0: in this one alone.

    Where processes cannot be started, or die, this one warns and goes on without them.
    """

    def __init__(self, protect: Protector, workers: int, *, company: str = "", few: int = FEW) -> None:
        self._protect, self._workers, self._company, self._few = protect, workers, company, few
        self._pool: ProcessPoolExecutor | None = None
        self._seen = 0

    @property
    def ahead(self) -> int:
        """How many batches may wait for their masks."""
        return self._workers + 1 if self._pool else 0

    def mask(self, batch: Sequence[Conversation]) -> Masked:
        """Begins with a batch; what is returned waits for it. Raises what masking raises."""
        self._seen += len(batch)
        if not batch or not self._workers or self._seen <= self._few:
            done = self._here(batch)
            return lambda: done
        try:
            future = self._started().submit(_mask, [_flat(talk) for talk in batch], self._company)
        except (BrokenExecutor, OSError):
            return self._alone(batch)
        return lambda: self._of(future, batch)

    def _here(self, batch: Sequence[Conversation]) -> list[Conversation]:
        return self._protect.conversations(batch, company=self._company)

    def _of(self, future: Future[list[Flat]], batch: Sequence[Conversation]) -> list[Conversation]:
        try:
            return [_whole(found) for found in future.result()]
        except BrokenExecutor:
            return self._alone(batch)()

    def _alone(self, batch: Sequence[Conversation]) -> Masked:
        if self._workers:
            warnings.warn("the processes that mask have ended early: this one masks alone", stacklevel=2)
        self._workers = 0
        return lambda: self._here(batch)

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(self._protect,)
            )
        return self._pool

    def __enter__(self) -> "Maskers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


_protect: Protector | None = None
"""Of a masking process: what it masks by."""


def _begin(protect: Protector) -> None:
    global _protect
    _protect = protect
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent leaves no process behind that waits for work."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _mask(batch: Sequence[Flat], company: str) -> list[Flat]:
    assert _protect
    return [_flat(talk) for talk in _protect.conversations([_whole(talk) for talk in batch], company=company)]


def _flat(talk: Conversation) -> Flat:
    turns = [(turn.number, turn.speaker.value, turn.text, turn.at) for turn in talk.turns]
    return talk.id, talk.source, talk.channel.value, talk.customer, talk.started_at, turns, dict(talk.metadata)


def _whole(flat: Flat) -> Conversation:
    id, source, channel, customer, started, turns, facts = flat
    said = tuple(Turn(number, SPEAKERS[speaker], text, at) for number, speaker, text, at in turns)
    return Conversation(id, source, Channel(channel), customer, started, said, facts)
