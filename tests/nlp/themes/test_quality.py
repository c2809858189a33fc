"""What a discovery says of itself: stability, drift, names, duplicates, and why it is not to be relied on."""

from collections.abc import Sequence

import numpy as np
import pytest

from nlp.encoder import Floats
from nlp.themes.drift import CHANCE, drift
from nlp.themes.quality import distinctness, doubts, duplicates
from nlp.themes.stability import MOST, overall, stability


def rows(*places: int, each: int = 40, spread: float = 0.05, seed: int = 1) -> Floats:
    """Bundles of unit vectors in 32 dimensions, around the axes at `places`."""
    centres = np.repeat(np.eye(32, dtype=np.float32)[list(places)], each, axis=0)
    found = centres + np.random.default_rng(seed).normal(0, spread, centres.shape)
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def again(embeddings: Floats, conversations: Sequence[str]) -> list[int | None]:
    """Each row's nearest axis."""
    return embeddings.argmax(axis=1).tolist()


def names(count: int) -> list[str]:
    return [str(n) for n in range(count)]


def test_themes_that_lie_apart_are_stable_and_one_out_of_the_air_is_not() -> None:
    embeddings = rows(0, 1, 2, 3)
    labels = list(again(embeddings, names(160)))
    found = stability(embeddings, names(160), labels, again)
    assert all(s is not None and s > 0.9 for s in found)
    mixed = [(n % 4) for n in range(160)]
    assert all(s is not None and s < 0.5 for s in stability(embeddings, names(160), mixed, again))


def test_a_round_reads_a_bounded_part_and_keeps_conversations_whole() -> None:
    seen: list[list[str]] = []

    def find(embeddings: Floats, conversations: Sequence[str]) -> list[int | None]:
        seen.append(list(conversations))
        return [0] * len(embeddings)

    count = 3 * MOST
    found = stability(np.zeros((count, 2), np.float32), [str(n // 3) for n in range(count)], [0] * count, find)
    assert found == [1.0]
    assert {len(part) for part in seen} == {MOST - MOST % 3}
    assert all(len(part) == 3 * len(set(part)) for part in seen)


def test_what_is_too_small_is_not_told() -> None:
    assert stability(np.zeros((0, 4), np.float32), [], [], again) == []
    assert stability(rows(0, each=2), names(2), [0, None], again) == [None]
    assert overall([None], [2]) is None
    assert overall([0.5, None, 1.0], [1, 9, 3]) == pytest.approx(0.875)


def test_other_words_are_a_drift_and_the_same_are_none() -> None:
    same = drift(rows(0, 1, seed=1), rows(0, 1, seed=2))
    other = drift(rows(0, 1, seed=1), rows(0, 1, 2, seed=2))
    assert same is not None
    assert other is not None
    assert not same.told
    assert other.told
    assert 0 <= same.distance < other.distance <= 1
    assert other.p < CHANCE
    assert drift(rows(0, each=19), rows(0)) is None


def test_names_that_say_the_same_are_not_distinct() -> None:
    assert distinctness(np.eye(4, dtype=np.float32)) == 1
    assert distinctness(np.eye(4, dtype=np.float32)[[0, 1, 2, 2]]) == 0.5
    assert distinctness(np.zeros((0, 4), np.float32)) is None


def test_a_text_said_twice_is_a_duplicate() -> None:
    assert duplicates(["Where is it?", "where  is it?", "I want it.", "No."]) == 0.25
    assert duplicates([]) == 0


def test_doubts_name_what_is_wrong() -> None:
    assert doubts(500, 20, 0.03, 0.9, 0) == ()
    assert [len(doubts(*case)) for case in ((5, 1, 0.0, None, 0), (0, 0, 0.0, None, 0), (500, 9, 0.3, 0.4, 2))] == [
        1,
        2,
        3,
    ]
