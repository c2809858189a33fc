"""Segments hold the whole text, in order, a few sentences each."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nlp.segmentation import LONGEST, segments


@given(st.text(max_size=3000))
def test_segments_hold_every_character_but_space_in_order(text: str) -> None:
    spans = segments(text)
    assert "".join("".join(text[s:e].split()) for s, e in spans) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(0 < e - s <= LONGEST for s, e in spans)


def test_a_long_mail_becomes_segments_of_a_few_sentences() -> None:
    text = "The heating went off again last night. " * 20
    assert 2 < len(segments(text)) < 10
