"""Readers and what they share are fuzzed for a moment here, and for long by `python -m benchmarks.fuzz`."""

import pytest

from benchmarks import fuzz

TARGETS = fuzz.targets()


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_raises_and_no_good_record_is_lost(name: str) -> None:
    tried, _, failure = fuzz.fuzz(TARGETS[name], seconds=0.01, begin=1, most=8)
    assert (failure, tried > 0) == ("", True)


def test_a_loss_would_be_seen() -> None:
    def careless(data: object) -> None:
        raise AssertionError("lost: 1")

    assert fuzz.fuzz(careless, seconds=1, begin=1)[2] == "AssertionError: lost: 1"
