"""Word-level evidence of feeling, from VADER's lexicon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.sentiment import disagrees, vader, words


def shown(text: str) -> list[tuple[str, str]]:
    return [(e.kind, text[e.start : e.end]) for e in words(text)]


def test_words_of_feeling_are_shown_with_their_kind() -> None:
    text = "A terrible wait, but lovely people."
    assert shown(text) == [("negative", "terrible"), ("positive", "lovely")]


@pytest.mark.parametrize("text", ["I am not happy", "I’m not at all happy", "you didn't seem happy"])
def test_a_negation_turns_the_kind(text: str) -> None:
    assert shown(text) == [("negative", "happy")]


def test_plain_words_are_no_evidence() -> None:
    assert shown("Where can I see my invoice for May?") == []


def test_vader_tells_praise_from_blame() -> None:
    assert vader("this is wonderful, thank you") > 0.5 > -0.5 > vader("horrible, awful service")


ANGRY, GLAD, CALM = (0.8, 0.1, 0.1), (0.1, 0.1, 0.8), (0.3, 0.5, 0.2)


def test_opposite_and_sure_opinions_are_worth_a_look() -> None:
    irony = "I love it, what a wonderful, brilliant app, it opens on every third Sunday"
    assert disagrees(irony, ANGRY)
    assert not disagrees(irony, GLAD)
    assert not disagrees(irony, CALM)
    assert disagrees("that horrible, terrible noise is gone", GLAD)


def test_courtesy_alone_is_no_second_opinion() -> None:
    text = "Dear support, please help, I won a free bonus gift and my card was not accepted. Thanks and kind regards"
    assert vader(text) > 0.5
    assert not disagrees(text, ANGRY)


SAID = ["It's", "not", "GREAT", "bad,awful", '"hate"', "can't", "5love", "terrible_", "fine", "don't"]


@given(st.lists(st.sampled_from(SAID), max_size=12))
def test_the_same_words_are_shown_whether_or_not_a_text_is_plain(said: list[str]) -> None:
    text = " ".join(said)
    assert words(text) == words(f"{text} –")
