"""Steps: what one contact is in a sequence: its stage, what it is about, and whether the mood turned since the last."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nlp.journeys.facts import Said
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED

MOODS = (-1 / 3, 1 / 3)
"""Sentiments from -1 up to the first are bad, from the second on good, between them neither."""
SOURS, MENDS = "sours", "mends"
THEME, INTENT, ANY = "theme", "intent", ""


class Step(NamedTuple):
    """A contact at `stage` about `what`: a theme's id or an intent, as `kind` says; both "" for whatever it is about.

    turn: "sours" where the mood is worse than in the contact before, "mends" where it is better, "" for either.
    """

    stage: str
    kind: str
    what: str
    turn: str


def steps(said: Said, before: Said | None) -> tuple[Step, ...]:
    """Everything that a contact can be in a sequence, the most particular first."""
    turned = turn(said, before)
    told = list(_told(said))
    return tuple(Step(said.stage, kind, what, mood) for mood in dict.fromkeys((turned, "")) for kind, what in told)


def _told(said: Said) -> Iterator[tuple[str, str]]:
    yield from ((THEME, theme) for theme in said.themes)
    if said.intent not in (NONE, UNSUPPORTED, ""):
        yield INTENT, said.intent
    if said.stage != UNKNOWN_STAGE:
        yield ANY, ""


def turn(said: Said, before: Said | None) -> str:
    """How the mood has turned since the contact before."""
    if before is None or mood(said) == mood(before):
        return ""
    return SOURS if mood(said) < mood(before) else MENDS


def mood(said: Said) -> int:
    """0 bad, 1 neither, 2 good."""
    return sum(said.sentiment > least for least in MOODS)


def all_steps(said: Sequence[Said]) -> list[tuple[Step, ...]]:
    """Of each contact of one customer, in order of time."""
    return [steps(own, said[n - 1] if n else None) for n, own in enumerate(said)]
