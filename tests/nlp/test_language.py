"""The language of a text, and when not to say."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import language
from nlp.language import LANGUAGES, detect, supported, wordless

PROBES = Path(__file__).parents[2] / "corpora" / "probes" / "languages.jsonl"


def probes() -> list[dict[str, str]]:
    return [json.loads(line) for line in PROBES.read_text("utf-8").splitlines()]


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
        ("أين طلبي؟", "ar"),
    ],
)
def test_a_sentence_shows_its_language(text: str, code: str) -> None:
    assert detect(text) == code


def test_short_texts_of_eighteen_languages_are_told_and_english_with_foreign_names_stays_english() -> None:
    found = [(row, detect(row["text"])) for row in probes()]
    assert sum(code == row["language"] for row, code in found) >= 0.95 * len(found)
    english = [code for row, code in found if row["language"] == "en"]
    assert all(supported(code, ["en"]) for code in english)
    foreign = [code for row, code in found if row["language"] != "en"]
    assert sum(not supported(code, ["en"]) for code in foreign) >= 0.97 * len(foreign)


def test_probes_name_languages_that_can_be_told_and_repeat_nothing() -> None:
    assert {row["language"] for row in probes()} <= set(LANGUAGES)
    assert {row["kind"] for row in probes()} == {"plain", "names", "mixed"}
    assert len({row["text"] for row in probes()}) == len(probes())


def test_a_text_too_short_to_tell_is_taken_for_a_known_language() -> None:
    assert supported(detect("merci"), ["en"])
    assert not supported(detect("Meine Lieferung ist nicht gekommen"), ["en"])
    assert supported(detect("Meine Lieferung ist nicht gekommen"), ["en", "de"])


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "ok", "<EMAIL> <PHONE>", "🔥🔥🔥", "https://example.com/la", "123"]
)
def test_what_holds_too_few_words_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "?!",
        "😡",
        "12 345",
        "<EMAIL>",
        "https://example.com/la",
        "\u202e\x00",
        "\x1b[31m",
        "a" * 10_000,
        "QUJD" * 90,
    ],
)
def test_marks_digits_emoji_links_placeholders_and_blobs_are_no_words(text: str) -> None:
    assert wordless(text)


@pytest.mark.parametrize(
    "text",
    ["ok", "no!", "привет", "我的快递在哪里" * 20, "order 12", "hi\x00there", "\x1b[1mok\x1b[0m", "A" * 90 + " help"],
)
def test_a_single_word_is_a_word_in_any_script(text: str) -> None:
    assert not wordless(text)


def test_placeholders_handles_and_links_do_not_count() -> None:
    noise = "@example_support <EMAIL> https://example.com/where/is/the/order #refund "
    assert detect(noise * 5 + "Mein Paket ist immer noch nicht angekommen") == "de"


def test_a_very_long_text_costs_no_more_than_its_beginning() -> None:
    assert detect("word " * 2_000_000 + "Guten Tag") == detect("word " * 1000)


PIECES = st.lists(st.sampled_from(["a" * 41, "ab-" * 9, "www.x", "it's", "5_b"])).map(" ".join)


@given(st.text(st.characters(max_codepoint=127)) | PIECES)
def test_a_plain_text_has_the_words_that_the_pattern_leaves(text: str) -> None:
    assert language._found(text) == language._NOT_WORDS.sub(" ", text).split()
