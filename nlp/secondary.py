"""The one rule that tells what else is asked for, besides the main intent.

A text is asked clause by clause, a conversation segment by segment: what a part of it wants with a probability of at
least SURE, and what is not the main intent of the whole, is a secondary intent. A clause out of its context is easily
taken for something else, so that what it wants must also be among the few best guesses on the whole text. Those guesses
alone are mostly other names for the main intent (benchmarks/results/probes.md).
"""

from collections.abc import Iterable

from nlp.taxonomy import NONE

SURE = 0.8
"""Probability 0..1 from which a part's intent counts: the least at which not more than one in twenty authored texts of
training has one that its author does not name; not chosen on gold."""


def secondary(main: str, parts: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    """Names, the surest first. `parts`: the best intent of each part, with its probability."""
    sure: dict[str, float] = {}
    for name, probability in parts:
        if name not in (main, NONE) and probability >= SURE:
            sure[name] = max(probability, sure.get(name, 0.0))
    return tuple(sorted(sure, key=lambda name: -sure[name]))
