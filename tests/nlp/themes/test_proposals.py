"""Segments in no theme that speak alike are proposed where they grow; not lone ones, old ones or one long story."""

import numpy as np

from nlp.encoder import Floats
from nlp.themes.proposals import growing


def rows(*ways: int) -> Floats:
    """Unit vectors that lie near the axes named."""
    found = np.eye(16, dtype=np.float32)[list(ways)]
    found[:, 15] = np.linspace(0.05, 0.2, len(found))
    unit: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit


def test_the_largest_group_comes_first_and_its_most_central_row() -> None:
    ways = [0] * 5 + [1] * 6 + [2, 3, 4]
    one, two = growing(rows(*ways), [f"c{n}" for n in range(14)], [True] * 14)
    assert (sorted(one), sorted(two)) == (list(range(5, 11)), list(range(5)))
    assert one[0] in (7, 8)


def test_a_group_is_proposed_only_where_half_of_it_is_new() -> None:
    apart = [f"c{n}" for n in range(6)]
    assert growing(rows(*[0] * 6), apart, [False] * 4 + [True] * 2) == []
    assert len(growing(rows(*[0] * 6), apart, [False] * 3 + [True] * 3)) == 1


def test_few_segments_or_few_conversations_are_no_proposal() -> None:
    assert growing(rows(*[0] * 4), list("abcd"), [True] * 4) == []
    assert growing(rows(*[0] * 6), list("aaabbb"), [True] * 6) == []
    assert growing(np.zeros((0, 16), np.float32), [], []) == []
