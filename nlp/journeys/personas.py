"""Personas: customers by recency, frequency and value, as of a moment (Hughes 1994), under names that people use."""

from collections.abc import Sequence

import numpy as np

from nlp.journeys.facts import Facts
from nlp.journeys.groups import Array
from nlp.taxonomy import Taxonomy

THIRD = 3
SAYS = {
    "champions": "heard of lately, and of the third that is worth most",
    "regulars": "heard of lately, bought more than once",
    "newcomers": "heard of lately, bought once",
    "valued, cooling": "not heard of for some time, of the third that is worth most",
    "cooling": "not heard of for some time",
    "valued, silent": "silent for longest, of the third that was worth most",
    "silent": "silent for longest",
    "not yet buyers": "have not bought",
}


def personas(journeys: Sequence[Facts], taxonomy: Taxonomy, *, at: int, worth: Sequence[float | None]) -> list[str]:
    """One a customer, a key of SAYS. journeys: until `at`, microseconds. worth: lifetime values where they are given;
    else what was paid counts.

    Recency and value are thirds by rank among those who bought; frequency is how often they did.
    """
    bought = [[d for d in own.done if d.name in taxonomy.buys] for own in journeys]
    buyers = np.array([bool(own) for own in bought], bool)
    paid = [sum(d.value or 0.0 for d in own) for own in bought]
    value = np.array([p if w is None else w for p, w in zip(paid, worth, strict=True)], float)
    last = np.array([max([*(s.at for s in own.said), *(d.at for d in own.done)], default=0) for own in journeys], float)
    recent, valued = _thirds(last, buyers), _thirds(value, buyers)
    often = [len(own) > 1 for own in bought]
    return [
        _named(int(recent[n]), int(valued[n]) == THIRD - 1, often[n]) if buyers[n] else "not yet buyers"
        for n in range(len(journeys))
    ]


def _thirds(values: Array, among: Array) -> Array:
    """0, 1 or 2 (most) by rank among some, equals alike; -1 of the others."""
    found = np.full(len(values), -1)
    own = np.sort(values[among])
    if len(own):
        middle = (np.searchsorted(own, values[among], "left") + np.searchsorted(own, values[among], "right")) / 2
        found[among] = np.minimum(THIRD - 1, (THIRD * middle / len(own)).astype(int))
    return found


def _named(recent: int, valued: bool, often: bool) -> str:
    if recent == THIRD - 1:
        return "champions" if valued else "regulars" if often else "newcomers"
    age = ("silent", "cooling")[recent]
    return f"valued, {age}" if valued else age
