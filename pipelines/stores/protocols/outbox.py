"""What is to be told to other systems, and how far each sink is with it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipelines.messages import Message


@dataclass(frozen=True, slots=True)
class Held:
    """A message that a sink did not take, or that waits behind one of its key. `tries` count while the sink works;
    `dead`: it is tried no more, until it is replayed."""

    message: Message
    tries: int = 0
    due_at: datetime | None = None
    error: str = ""
    dead: bool = False


@dataclass(frozen=True, slots=True)
class Sink:
    """How far a sink is. `position`: up to this number everything is delivered, or held. `waiting`: messages that are
    neither delivered nor dead, the `oldest` of them from then; `held`, of these, for other reasons than the order of
    all; `dead` besides. `failures`: how many times running it has not answered, the last with `error`. `owner`: the
    publisher that serves it, `until` then unless it says so again."""

    name: str
    position: int
    since: datetime
    owner: str = ""
    until: datetime | None = None
    delivered: int = 0
    delivered_at: datetime | None = None
    failures: int = 0
    error: str = ""
    waiting: int = 0
    oldest: datetime | None = None
    held: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """What a publisher has done for a sink: its new position, where it still is where the publisher began (`after`),
    what got through, and what did not."""

    after: int
    position: int
    at: datetime
    delivered: Sequence[int] = ()
    held: Sequence[Held] = ()
    failures: int = 0
    error: str = ""
    until: datetime | None = None


class OutboxStore(Protocol):
    """Messages are written by the stores of what they tell of, in its transaction, as long as there is a sink."""

    def listening(self) -> bool:
        """Whether there is any sink."""

    def subscribe(self, name: str, at: datetime) -> None:
        """Tell a sink what is committed from now on; one that is there stays where it is."""

    def remove(self, name: str) -> None:
        """Raises NotFound."""

    def sinks(self) -> list[Sink]:
        """By name."""

    def sink(self, name: str, *, counted: bool = True) -> Sink:
        """Without `counted`, what waits and what is dead is told as 0. Raises NotFound."""

    def lease(self, name: str, owner: str, *, at: datetime, until: datetime, over: Collection[str] = ()) -> bool:
        """Whether `owner` may serve the sink: nobody does, or it itself, one of `over`, or one whose time is over."""

    def release(self, name: str, owner: str) -> None: ...

    def fresh(self, name: str, *, limit: int) -> list[Message]:
        """After the sink's position, in order."""

    def due(self, name: str, at: datetime, *, limit: int) -> list[Held]:
        """The first of each key that is held and not dead, where its time has come; in order."""

    def blocked(self, name: str, keys: Collection[str]) -> set[str]:
        """Those of these keys of which something is held and not dead."""

    def settle(self, name: str, owner: str, progress: Progress) -> None:
        """All of it in one transaction. Raises StoreError where the sink is served by another by now."""

    def dead(self, name: str, *, limit: int = 50) -> list[Held]:
        """The latest first."""

    def replay(self, name: str, *, since: datetime | None = None, at: datetime) -> int:
        """Try what is dead again, or deliver everything from a moment on again, in order, as far as it is still here;
        returns how many messages that are. Raises NotFound."""

    def prune(self, before: datetime) -> int:
        """Delete what is older and was delivered to every sink; dead letters stay. Returns how many."""

    def move(self, kinds: Mapping[str, str], messages: Mapping[str, Message]) -> int:
        """Keep how each theme moves, and write the messages of those of which that is new; returns how many."""
