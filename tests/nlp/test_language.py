"""The language of a text, and when not to say."""

import pytest

from nlp.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("the parcel is still not here and nobody answers", "en"),
        ("My thermostat keeps losing its connection", "en"),
        ("Wo bleibt eigentlich mein Geld? Ich warte seit drei Wochen.", "de"),
        ("la entrega no llegó todavía y nadie contesta", "es"),
        ("Toujours aucun remboursement, c'est scandaleux", "fr"),
        ("まだ届いていません", "ja"),
        ("아직 도착하지 않았어요", "ko"),
        ("мне до сих пор не вернули деньги", "ru"),
    ],
)
def test_a_sentence_shows_its_language(text: str, code: str) -> None:
    assert detect(text) == code


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "ok", "<EMAIL> <PHONE>", "🔥🔥🔥", "https://example.com/la", "123"]
)
def test_what_holds_too_few_words_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


def test_placeholders_handles_and_links_do_not_count() -> None:
    noise = "@example_support <EMAIL> https://example.com/where/is/the/order #refund "
    assert detect(noise * 5 + "Mein Paket ist immer noch nicht angekommen") == "de"


def test_a_very_long_text_costs_no_more_than_its_beginning() -> None:
    assert detect("word " * 2_000_000 + "Guten Tag") == detect("word " * 1000)
