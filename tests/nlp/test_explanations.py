"""Explanations of a score: what it loses without a phrase, over scores whose truth is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.encoder import Floats
from nlp.explanations import PHRASES, Span, explain, left_out, phrases

WORTH = {"refund": 0.5, "late": 0.25, "nice": -0.25, "parcel": 0.05}


def score(texts: Sequence[str]) -> Floats:
    """Two columns: what the words of WORTH add up to, and the same turned round."""
    sums = [sum(WORTH.get(word.strip(".,!?"), 0.0) for word in text.lower().split()) for text in texts]
    return np.array([[s, -s] for s in sums], np.float32)


def words(text: str, spans: Sequence[Span]) -> list[str]:
    return [text[s.start : s.end] for s in spans]


def test_the_words_that_carry_a_score_are_told_the_heaviest_first_with_what_is_lost_without_them() -> None:
    text = "It was nice of you to write, but where is my refund? It is late."
    first, second = explain(score, text)
    assert words(text, first) == ["but where is my refund", "It is late"]
    assert [s.weight for s in first] == pytest.approx([0.5, 0.25])
    assert words(text, second) == ["It was nice"]


def test_neighbours_are_one_span_and_weigh_what_is_lost_without_both() -> None:
    text = "My refund late again, said the clerk to the other clerk."
    (first, _) = explain(score, text)
    assert words(text, first) == ["My refund late"]
    assert first[0].weight == pytest.approx(0.75)


def test_words_of_little_weight_are_not_shown() -> None:
    text = "Green parcel; red house; the refund today."
    assert words(text, explain(score, text)[0]) == ["the refund"]


def test_a_text_that_nothing_carries_or_of_one_phrase_has_no_spans() -> None:
    assert explain(score, "Green leaves fall in autumn.") == [(), ()]
    assert explain(score, "refund") == [(), ()]
    assert explain(score, "") == [(), ()]


@pytest.mark.parametrize("place", [0, 700, 1499])
def test_in_a_long_text_the_word_is_found_with_few_passes(place: int) -> None:
    said, asked = ["word"] * 1500, 0
    said[place] = "refund"

    def counted(texts: Sequence[str]) -> Floats:
        nonlocal asked
        asked += len(texts)
        return score(texts)[:, :1]

    text = " ".join(said)
    (found,) = explain(counted, text)
    assert words(text, found) == ["refund"]
    assert asked <= 4 * PHRASES


def test_a_phrase_ends_at_a_mark() -> None:
    text = "Where is it? You cancel it. Congrats, and how do I, then."
    assert [text[a:b] for a, b in phrases(text)] == ["Where is it?", "You cancel it", "Congrats, and how do I, then"]


def test_a_negation_goes_with_what_it_negates_and_masks_and_emoji_are_words() -> None:
    text = "I am not happy with <EMAIL> 😡!!"
    assert [text[a:b] for a, b in phrases(text)] == ["I am not happy", "with <EMAIL>", "😡!!"]
    assert left_out(text, [phrases(text)[0]]) == "with <EMAIL> 😡!!"


@given(st.text(max_size=200))
def test_phrases_lie_in_order_within_any_text_and_spans_with_them(text: str) -> None:
    places = phrases(text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert [place for pair in places for place in pair] == sorted(place for pair in places for place in pair)
    for spans in explain(score, text):
        assert all(0 <= s.start < s.end <= len(text) and s.weight > 0 for s in spans)
