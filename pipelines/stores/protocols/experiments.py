"""Experiments with who came into them, and the log of choices."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from nlp.experiments.experiment import Entry, Experiment
from nlp.experiments.policies import Choice


class ExperimentStore(Protocol):
    def put(self, experiment: Experiment) -> Experiment:
        """Returns what is stored: of a name that is taken the one that was first, unchanged."""

    def get(self, name: str) -> Experiment: ...  # raises NotFound

    def all(self) -> list[Experiment]:
        """Newest first."""

    def end(self, name: str, at: datetime) -> Experiment:
        """One that has ended stays as it ended. Raises NotFound."""

    def enter(self, name: str, entries: Sequence[Entry]) -> int:
        """Returns how many were new: the first entry of a customer stays."""

    def entries(self, name: str, *, among: Collection[str] | None = None) -> list[Entry]:
        """By customer: all, or those `among`."""


class ChoiceStore(Protocol):
    def put(self, choices: Iterable[Choice]) -> int:
        """A choice that is there keeps what it was; only its reward may still come. Returns how many were new."""

    def reward(self, rewards: Mapping[str, float]) -> int:
        """By the choices' ids; the last one given stands. Returns how many choices there are of these ids."""

    def all(self, policy: str = "") -> Iterator[Choice]:
        """By time and id; of one policy, or of all."""
