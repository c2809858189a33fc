"""Paths for attribution: a customer's contacts cut into runs that lead to an end, or to none."""

from collections.abc import Callable, Iterable, Iterator

from nlp.journeys.attribution import Path
from nlp.journeys.facts import Facts, Said
from nlp.journeys.outcomes import QUARTER
from nlp.taxonomy import Taxonomy

Touch = Callable[[Said], tuple[str, ...]]


def touchpoint(said: Said) -> tuple[str, ...]:
    """The channel at the stage: "call at use"."""
    return (f"{said.channel} at {said.stage}",)


def themes(said: Said) -> tuple[str, ...]:
    """The themes that it raises; none where it raises none."""
    return said.themes


TOUCHES: dict[str, Touch] = {"touchpoints": touchpoint, "themes": themes}
"""What credit may be given to."""


def paths(journeys: Iterable[tuple[str, Facts]], ends: frozenset[str], touch: Touch, *, until: int) -> Iterator[Path]:
    """Each customer's paths; `ends`: names of the events to which a path leads; `until`: microseconds.

    A path is over with an end, or without one when the customer is silent for 90 days; a later end belongs to no path.
    Paths whose last contact is within 90 days of `until` are left out, whether they ended or not: of those that have
    not, nobody knows yet.
    """
    for customer, own in journeys:
        for run, ended in _runs(own, ends):
            if run[-1].at + QUARTER <= until:
                yield Path(customer, tuple(name for said in run for name in touch(said)), ended)


def _runs(own: Facts, ends: frozenset[str]) -> Iterator[tuple[list[Said], bool]]:
    moments = [(said.at, 0, said) for said in own.said]
    done = [(event.at, 1, None) for event in own.done if event.name in ends]
    run: list[Said] = []
    for at, _, said in sorted([*moments, *done], key=lambda moment: moment[:2]):
        if run and at - run[-1].at > QUARTER:
            yield run, False
            run = []
        if said is not None:
            run.append(said)
        elif run:
            yield run, True
            run = []
    if run:
        yield run, False


def ends_of(taxonomy: Taxonomy) -> dict[str, frozenset[str]]:
    """What attribution may be asked of, and the events that it means."""
    return {"buying": taxonomy.buys, "leaving": taxonomy.leaves}
