"""What was said, found again by its words or by its meaning."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from nlp.conversation import Channel, Speaker
from nlp.encoder import Floats
from pipelines.stores.protocols.records import Filter


@dataclass(frozen=True, slots=True)
class Words:
    """What a turn must say: all terms of one of the `any`, and none of `none`. A term is a word or a phrase; words are
    compared without capitals and by their stems (Porter's, so that "refunds" finds "refund")."""

    any: tuple[tuple[str, ...], ...]
    none: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A turn that was found. `score` is higher for better ones: of words the database's rank, of a vector the cosine.
    `start` and `end` are the characters that the vector's segment takes of the turn; 0 and 0 of words."""

    conversation: str
    turn: int
    score: float
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A turn as a person reads it: its masked text, and the characters of it that `Words` met."""

    conversation: str
    turn: int
    speaker: Speaker
    text: str
    at: datetime
    channel: Channel
    customer: str
    met: tuple[tuple[int, int], ...] = ()


class SearchStore(Protocol):
    def words(self, asked: Words, filter: Filter = Filter(), *, speaker: str = "", limit: int = 1_000) -> list[Place]:
        """Turns that say it, the best first; those alike by conversation and turn."""

    def near(
        self, vector: Floats, filter: Filter = Filter(), *, encoder: str, least: float = 0.0, limit: int = 1_000
    ) -> list[Place]:
        """Turns with the segments nearest to a vector, float32 (d,), of those that this version of an encoder has
        embedded: the best segment of each, of a cosine of at least `least`, the nearest first. Where the store has an
        index of meanings (`meanings.py`) and nothing is filtered, some of them may be missed."""

    def keep(self) -> int:
        """Take what was embedded since into the store's index of meanings, if it has one; returns how many segments."""

    def read(self, places: Sequence[Place], asked: Words | None = None) -> list[Passage]:
        """Those turns, in the order asked for, with what `asked` meets in them; unknown places are left out."""
