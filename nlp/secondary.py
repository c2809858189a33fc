"""The one rule that tells what else is asked for, besides the main intent.

A text is asked clause by clause, a conversation segment by segment: what a part of it wants with a probability of at
least SURE, and what is not the main intent of the whole, is a secondary intent. The second-best guesses on a whole text
are mostly other names for its main intent; they are right far less often (benchmarks/results/probes.md).
"""

from collections.abc import Iterable

from nlp.taxonomy import NONE

SURE = 0.6
"""Probability 0..1 from which a part's intent counts: chosen on authored texts with two intents, not on gold."""


def secondary(main: str, parts: Iterable[tuple[str, float]]) -> tuple[str, ...]:
    """Names, the surest first. `parts`: the best intent of each part, with its probability."""
    sure: dict[str, float] = {}
    for name, probability in parts:
        if name not in (main, NONE) and probability >= SURE:
            sure[name] = max(probability, sure.get(name, 0.0))
    return tuple(sorted(sure, key=lambda name: -sure[name]))
