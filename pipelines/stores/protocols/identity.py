"""Who is one customer."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from nlp.identity.claim import Claim, Conflict, Decision, Match
from nlp.identity.traits import Traits


class IdentityStore(Protocol):
    """Claims and decisions are only ever added; links and conflicts follow from them and are replaced."""

    def claim(self, claims: Iterable[Claim]) -> int:
        """Returns how many were new."""

    def claims(self) -> Iterator[Claim]:
        """By record and identifier."""

    def decide(self, decision: Decision) -> Decision:
        """Add a line to the log; returns it with its number, the next one, whatever it had."""

    def decisions(self) -> list[Decision]:
        """In order of their numbers."""

    def describe(self, traits: Iterable[tuple[str, Traits]]) -> int:
        """Add keyed hashes of an identifier's record to those kept of it; returns how many were new or changed."""

    def traits(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        """By identifier."""

    def match(self, matches: Iterable[Match]) -> None:
        """In place of all matches before."""

    def matches(self) -> list[Match]:
        """The likeliest first."""

    def settle(self, links: Mapping[str, str], conflicts: Iterable[Conflict]) -> int:
        """Replace links (identifier -> customer) and conflicts; every conversation and event goes to the customer of
        the identifier that it was given. Returns how many conversations moved. One transaction."""

    def links(self) -> dict[str, str]: ...

    def conflicts(self) -> list[Conflict]: ...

    def seen(self, identifiers: Iterable[str]) -> dict[str, tuple[int, datetime, datetime]]:
        """Of each that conversations were given: how many, the first and the last time."""
