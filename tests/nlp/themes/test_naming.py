"""Names are phrases that customers said, differ from one another, and hold nothing personal."""

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.themes.headlines import fitting
from nlp.themes.naming import Naming, name_themes
from nlp.themes.quotes import representative
from nlp.themes.reading import Parse
from nlp.themes.terms import terms
from pipelines.annotate import Annotator

CANCEL = (
    "I cannot cancel my subscription, the button is missing.",
    "There is no way to cancel the subscription on the website.",
    "I've tried to cancel my subscription three times, <NAME>.",
    "Why can't I cancel my subscription in the app?",
)
PARCEL = (
    "My parcel never arrived and the courier says it was delivered.",
    "The courier marked the parcel delivered but nothing is here.",
    "Parcel never arrived, @ShopHelp. Write to <EMAIL> please.",
    "The parcel has not arrived, where is the courier?",
)


LOCKED = (
    "It says my password is wrong.",
    "I'm locked out since Monday, please help.",
    "Signing in never gets me past the first page.",
    "Login has been impossible all week.",
)


def named(
    themes: list[tuple[str, ...]],
    encoder: Encoder,
    parse: Parse,
    *,
    headlines: list[list[str]] | None = None,
) -> list[Naming]:
    return name_themes(themes, centres(themes, encoder), encoder=encoder, parse=parse, headlines=headlines)


def centres(themes: list[tuple[str, ...]], encoder: Encoder) -> Floats:
    means = [encoder.encode(texts).mean(axis=0) for texts in themes]
    return np.array([mean / np.linalg.norm(mean) for mean in means], np.float32)


def test_a_name_is_a_phrase_of_what_the_customers_say(encoder: Encoder, parse: Parse) -> None:
    cancel, parcel = named([CANCEL, PARCEL], encoder, parse)
    assert cancel.name == "Cannot cancel subscription"
    assert parcel.name == "Parcel never arrived"
    assert parcel.terms[0] in ("parcel", "courier")


def test_names_hold_no_placeholder_handle_or_figure_and_have_two_to_seven_words(encoder: Encoder, parse: Parse) -> None:
    for naming in named([CANCEL, PARCEL], encoder, parse):
        assert 2 <= len(naming.name.split()) <= 7
        assert not set(naming.name + naming.description) & set("<>@#0123456789")


def test_no_two_themes_have_the_same_name(encoder: Encoder, parse: Parse) -> None:
    names = [naming.name for naming in named([CANCEL, CANCEL, CANCEL], encoder, parse)]
    assert len({name.lower() for name in names}) == 3


def test_a_theme_without_a_phrase_is_named_by_its_terms_or_its_number(encoder: Encoder, parse: Parse) -> None:
    silent, babble = named([("...", "<EMAIL>"), ("refund refund", "refund")], encoder, parse)
    assert silent.name == "Theme 1"
    assert babble.name == "Refund"


def test_terms_set_a_theme_apart_and_do_not_repeat_a_word() -> None:
    found = terms([CANCEL, PARCEL])
    assert found.of(0)[0] in ("subscription", "cancel subscription", "cancel")
    listed = [word for term in found.of(0) for word in term.split()]
    assert len(listed) == len(set(listed))
    assert "parcel" not in listed


def test_quotes_are_central_different_and_neither_short_nor_long() -> None:
    vectors = np.array([[1, 0], [1, 0], [0.8, 0.6], [0.9, 0.44], [1, 0]], np.float32)
    fitting = "a sentence of the right length for a quote, number "
    texts = [fitting + "1", fitting + "1", fitting + "2", "short", "x" * 400]
    centroid = np.array([1, 0], np.float32)
    assert representative(texts, vectors, centroid, count=2) == [0, 2]
    assert representative(texts, vectors, centroid, count=9)[:2] == [0, 2]
    assert representative([], np.zeros((0, 2), np.float32), centroid) == []


def test_a_headline_that_the_customers_bear_out_names_a_theme(encoder: Encoder, parse: Parse) -> None:
    _, locked = named([CANCEL, LOCKED], encoder, parse, headlines=[[], ["Cannot sign in", "Price increase"]])
    assert locked.name == "Cannot sign in"


def test_a_headline_that_nobody_bears_out_is_left_alone(encoder: Encoder, parse: Parse) -> None:
    cancel, _ = named([CANCEL, PARCEL], encoder, parse, headlines=[["Price increase", "Luggage lost"], []])
    assert cancel.name == "Cannot cancel subscription"


def test_a_headline_of_failing_does_not_name_those_who_ask(encoder: Encoder, parse: Parse) -> None:
    asked = ("How do I close my account?", "Please close my account.", "I want to close my account today.")
    close, _ = named([asked, PARCEL], encoder, parse, headlines=[["Cannot close the account"], []])
    assert close.name in ("How to close account", "Close account")


def test_a_headline_names_one_theme_alone(encoder: Encoder, parse: Parse) -> None:
    names = [naming.name for naming in named([PARCEL, PARCEL], encoder, parse, headlines=[["Parcel lost"]] * 2)]
    assert names.count("Parcel lost") <= 1
    assert len(set(names)) == 2


def test_one_text_sent_many_times_gives_no_word_more_weight(encoder: Encoder, parse: Parse) -> None:
    once, _ = named([CANCEL, PARCEL], encoder, parse)
    often, _ = named([CANCEL + CANCEL[2:3] * 9, PARCEL], encoder, parse)
    assert (often.name, often.terms) == (once.name, once.terms)


def test_the_same_texts_give_the_same_names_and_descriptions(encoder: Encoder, parse: Parse) -> None:
    themes = [CANCEL, PARCEL, LOCKED]
    assert named(themes, encoder, parse) == named(themes, encoder, parse)


def test_a_name_is_written_as_customers_write_it(encoder: Encoder, parse: Parse) -> None:
    cracked = ("My iPhone screen cracked.", "I dropped it and the iPhone screen cracked.", "An iPhone screen cracked.")
    screen, _ = named([cracked, PARCEL], encoder, parse)
    assert "iPhone" in screen.name


def test_a_shouted_word_and_a_verb_that_is_also_a_name_are_written_small(encoder: Encoder, parse: Parse) -> None:
    told = (
        "I cannot play the REPLACEMENT disc from Google Play.",
        "We could not play the REPLACEMENT disc at all.",
        "It will not let me play the REPLACEMENT disc.",
    )
    disc, _ = named([told, PARCEL], encoder, parse)
    assert disc.name == "Cannot play replacement disc"


def test_the_shipped_headlines_fit_the_themes_that_they_speak_of(annotator: Annotator) -> None:
    themes = [CANCEL, PARCEL]
    labels = [n for n, theme in enumerate(themes) for _ in theme]
    own = annotator.encoder.encode([text for theme in themes for text in theme])
    cancel, parcel = fitting(
        annotator.headlines, own, labels, centres(themes, annotator.encoder), encoder=annotator.encoder
    )
    assert "cancel" in cancel[0].lower()
    assert "parcel" in parcel[0].lower()


def test_without_headlines_or_themes_nothing_fits(annotator: Annotator) -> None:
    nothing = np.zeros((0, annotator.encoder.dimension), np.float32)
    assert fitting(annotator.headlines, nothing, [], nothing, encoder=annotator.encoder) == []
