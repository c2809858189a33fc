"""Names are phrases that customers said, differ from one another, and hold nothing personal."""

from dataclasses import replace

import numpy as np
import pytest

from nlp.encoder import Encoder, Floats
from nlp.head import Head
from nlp.themes import candidates
from nlp.themes.drafts import said
from nlp.themes.headlines import fitting
from nlp.themes.naming import HOLLOW, Naming, name_themes
from nlp.themes.quotes import representative
from nlp.themes.reading import Parse, read
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
    "The sign-in page has thrown me out all week.",
)


def named(
    themes: list[tuple[str, ...]],
    encoder: Encoder,
    parse: Parse,
    *,
    headlines: list[dict[str, float]] | None = None,
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
    silent, babble = named([("...", "<EMAIL>"), ("refund refund shit", "shit refund")], encoder, parse)
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
    _, locked = named([CANCEL, LOCKED], encoder, parse, headlines=[{}, {"Cannot sign in": 0.5, "Price increase": 0.0}])
    assert locked.name == "Cannot sign in"


def test_a_headline_that_is_near_but_that_none_vote_for_names_nothing(encoder: Encoder, parse: Parse) -> None:
    _, locked = named([CANCEL, LOCKED], encoder, parse, headlines=[{}, {"Cannot sign in": 0.0}])
    assert locked.name != "Cannot sign in"


def test_a_headline_that_nobody_bears_out_is_left_alone(encoder: Encoder, parse: Parse) -> None:
    cancel, _ = named(
        [CANCEL, PARCEL], encoder, parse, headlines=[dict.fromkeys(("Price increase", "Luggage lost"), 0.0), {}]
    )
    assert cancel.name == "Cannot cancel subscription"


def test_a_headline_that_many_vote_for_might_name_a_theme_of_other_words(encoder: Encoder, parse: Parse) -> None:
    cold = (
        "Ten past four and I am feeding a baby in my coat.",
        "Eighteen all night, I have it in front of me, and the leaf says fourteen.",
        "It decided by itself that nobody is at home in the daytime.",
        "Babies and pensioners, and round eleven the whole lot shuts.",
    )
    settings = "Wrong schedule or settings applied"

    def told(votes: float) -> tuple[str, ...]:
        theme, _ = named([cold, PARCEL], encoder, parse, headlines=[{settings: votes}, {}])
        return (theme.name, *theme.others)

    assert settings in told(0.6)
    assert settings not in told(0.0)


def test_a_headline_of_failing_does_not_name_those_who_ask(encoder: Encoder, parse: Parse) -> None:
    asked = ("How do I close my account?", "Please close my account.", "I want to close my account today.")
    close, _ = named([asked, PARCEL], encoder, parse, headlines=[{"Cannot close the account": 0.8}, {}])
    assert close.name in ("How to close account", "Close account")


def test_a_headline_names_one_theme_alone(encoder: Encoder, parse: Parse) -> None:
    names = [naming.name for naming in named([PARCEL, PARCEL], encoder, parse, headlines=[{"Parcel lost": 0.5}] * 2)]
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


def test_a_name_says_both_things_where_neither_is_what_most_say(encoder: Encoder, parse: Parse) -> None:
    told = (
        *(f"I have not received my voucher {n}" for n in ("at all.", "yet, please look.", "since spring.", "so far.")),
        *(f"I have not received the certificate {n}" for n in ("at all.", "yet, hello.", "since autumn.", "so far.")),
    )
    missing, _ = named([told, CANCEL], encoder, parse)
    assert missing.name in ("Voucher or certificate not received", "Certificate or voucher not received")


def test_what_sounds_of_no_trouble_is_not_told_with_another_thing(encoder: Encoder, parse: Parse) -> None:
    told = (
        *(f"My account was opened {n}" for n in ("in May.", "by a clerk.", "at the desk.", "on a Friday.")),
        *(f"My account was closed {n}" for n in ("in June.", "by your staff.", "at the counter.", "on a Monday.")),
    )
    account, _ = named([told, PARCEL], encoder, parse)
    assert account.name in ("Account opened", "Account closed")


def test_what_is_lost_is_trouble_whatever_it_sounds_like(encoder: Encoder, parse: Parse) -> None:
    told = ("I lost my voucher in spring.", "My voucher was renewed in spring.", "The voucher was lost by you.")
    reading, _ = read([told, CANCEL], parse=parse, encoder=encoder)
    calm = {draft.text: draft.calm for draft in said(reading)}
    assert (calm["Voucher lost"], calm["Voucher renewed"]) == (False, True)


TUNER = (
    "When the lamp is on my tuner hums, to my despair.",
    "My tuner smells of burnt rubber, I am angry.",
    "Your tuner cost me a weekend and my patience.",
    "This tuner eats batteries like sweets, a disgrace.",
    "The display of the tuner is dark, again.",
    "A tuner that forgets every station is a bad joke.",
    "The tuner whistled until the neighbours knocked.",
    "I regret the tuner every single morning.",
    "Nothing about this tuner is as good as the old one.",
    "The tuner came with somebody else's dents.",
    "No station is clear on the tuner, only noise.",
    "The knob of the tuner fell off in my hand.",
    "Half the manual of this tuner is in Finnish.",
    "A spider had moved into the tuner before I did.",
    "I waited for the tuner until my holiday was over.",
    "Whoever painted the tuner green has no eyes.",
)


POLITE = (
    "Hello, the tuner does not find my station, kind regards.",
    "Good evening, our tuner has not arrived, thank you.",
    "Dear team, the tuner will not switch off, many thanks.",
    "Hi, the tuner cannot read the card, thanks in advance.",
    "Good morning, my tuner does not charge, all the best.",
    "Kindly look, the tuner never showed the time.",
    "Thanks for the tuner, it did not match the picture.",
    "Greetings, I was not sent the cable of the tuner.",
    "Lovely shop, my tuner has no sound, thank you.",
    "Please note that the tuner refuses to turn left, cheers.",
)


def test_a_theme_that_says_politely_what_fails_has_problems(encoder: Encoder, parse: Parse) -> None:
    reading, _ = read([POLITE, CANCEL], parse=parse, encoder=encoder)
    asking, _ = read([("Where do I find the manual of the tuner?",) * 3, CANCEL], parse=parse, encoder=encoder)
    assert [replace(told, mood=0.0).troubled for told in (reading, asking)] == [True, False]


def test_a_theme_of_many_different_troubles_is_named_by_what_they_are_about(encoder: Encoder, parse: Parse) -> None:
    tuner, _ = named([TUNER, CANCEL], encoder, parse)
    assert tuner.name == "Problems with tuner"


def test_where_too_little_speaks_for_any_phrase_the_topic_goes_first(
    encoder: Encoder, parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (*TUNER[:9], "My tuner smells like a wet dog.")
    monkeypatch.setattr(candidates, "SURE", 0.0)
    assert named([few, CANCEL], encoder, parse)[0].name == "Tuner smells"
    monkeypatch.setattr(candidates, "SURE", 2.6)
    tuner, cancel = named([few, CANCEL], encoder, parse)
    assert tuner.name == "Problems with tuner"
    assert cancel.name == "Cannot cancel subscription"


def test_where_nobody_is_upset_a_theme_is_named_by_what_is_asked_about(encoder: Encoder, parse: Parse) -> None:
    asked = (
        "Is the balcony big, and does it face the garden?",
        "A friend liked the balcony, so we are curious.",
        "Which flowers suit a balcony that lies to the north?",
        "Good morning, how wide is the balcony?",
        "Our children would play on the balcony in summer.",
        "The balcony in your brochure, is that the one?",
        "A table for four on the balcony, is that so?",
        "The picture of the balcony is lovely.",
        "We saw the balcony on the plan, is it covered?",
        "Two chairs and the balcony, that is all we ask.",
    )
    balcony, _ = named([asked, CANCEL], encoder, parse)
    assert balcony.name == "Question about balcony"


def test_what_one_customer_alone_says_names_no_theme_of_many(encoder: Encoder, parse: Parse) -> None:
    tuner, _ = named([("My tuner was stolen.", *TUNER), CANCEL], encoder, parse)
    assert "stolen" not in tuner.name.lower()


def test_where_little_speaks_for_what_one_alone_says_a_theme_is_mixed(encoder: Encoder, parse: Parse) -> None:
    stories = (
        "It has the children's little faces on it, and the money is gone for Christmas.",
        "A party of nine stood in the hall and counted its money.",
        "My sister-in-law reads palms and saw the bills coming.",
        "Nobody in Blackpool has heard of it, not even the vicar.",
        "We had a tan from that holiday, and the bills had a holiday, too.",
        "There goes the money for the choir's new bells.",
        "What a river, what bills, said my grandfather.",
        "Who pays the piper has the tune, said my teacher, and the money.",
        "The lamp never worked.",
    )
    themes = [stories, PARCEL]
    found = candidates.candidates(
        read(themes, parse=parse, encoder=encoder),
        centres(themes, encoder),
        terms(themes),
        encoder=encoder,
        headlines=[{}, {}],
    )
    assert found[0][0].alone
    assert found[0][0].score > HOLLOW
    mixed, _ = named(themes, encoder, parse)
    assert mixed.name == "Mixed: money and bills"


def test_a_form_letter_speaks_once(encoder: Encoder, parse: Parse) -> None:
    letter = "I demand under all applicable statutes that the registrar shall certify my ledger within the term, {}."
    copies = tuple(letter.format(name) for name in ("dear sir", "madam", "gentlemen", "colleagues", "whoever reads"))
    once, _ = named([(letter.format("dear sir"), *PARCEL), CANCEL], encoder, parse)
    often, _ = named([(*copies, *PARCEL), CANCEL], encoder, parse)
    assert often.name == once.name == "Parcel never arrived"


def test_who_says_the_opposite_does_not_bear_a_name_out(encoder: Encoder, parse: Parse) -> None:
    told = (
        "The entry was not removed from my file.",
        "They wrote me that the entry was not removed.",
        "Again the entry was not removed, why?",
        "Somebody wrote that the entry was removed.",
    )
    entry, _ = named([told, CANCEL], encoder, parse)
    assert entry.name == "Entry not removed"


def test_who_says_it_was_not_done_in_more_words_does_not_say_that_it_was(encoder: Encoder, parse: Parse) -> None:
    told = ("My payment was credited.", "My payment was not credited to my account.", "Again my payment was credited.")
    (reading,) = read([told], parse=parse, encoder=encoder)
    (place,) = [n for n, phrase in enumerate(reading.phrases) if phrase.text == "Payment credited"]
    phrase = reading.phrases[place]
    assert reading.tellers(reading.vectors[place], phrase.kind, phrase.stems).tolist() == [True, False, True]


def test_a_name_that_two_customers_of_five_write_with_a_capital_has_it(encoder: Encoder, parse: Parse) -> None:
    told = (
        "I cannot open the Orbix door at night.",
        "We cannot open the Orbix door.",
        "I cannot open the orbix door today.",
        "You cannot open the orbix door, can you?",
        "I cannot open the orbix door any more.",
    )
    door, _ = named([told, PARCEL], encoder, parse)
    assert door.name == "Cannot open Orbix door"


def test_the_shipped_headlines_fit_the_themes_that_they_speak_of(annotator: Annotator) -> None:
    themes = [CANCEL, PARCEL]
    labels = [n for n, theme in enumerate(themes) for _ in theme]
    own = annotator.encoder.encode([text for theme in themes for text in theme])
    cancel, parcel = fitting(
        annotator.headlines, own, labels, centres(themes, annotator.encoder), encoder=annotator.encoder
    )
    assert "cancel" in next(iter(cancel)).lower()
    assert "parcel" in next(iter(parcel)).lower()
    assert max(cancel.values()) > max(v for text, v in cancel.items() if "cancel" not in text.lower())
    assert all(0 <= share <= 1 for fits in (cancel, parcel) for share in fits.values())


def test_a_segment_votes_for_the_headline_of_what_it_asks_for(annotator: Annotator) -> None:
    passed = ("They put me through to a fifth person who knows nothing.", "Every one of them begins at the beginning.")
    own = annotator.encoder.encode(passed)
    centre = own.mean(axis=0, keepdims=True) / np.linalg.norm(own.mean(axis=0))
    known = annotator.headlines
    assert known.head is not None

    def votes(head: Head | None) -> dict[str, float]:
        (found,) = fitting(replace(known, head=head), own, [0, 0], centre, encoder=annotator.encoder)
        return found

    complaint = {t for t, intent in zip(known.texts, known.intents, strict=True) if intent == "service_complaint"}
    assert sum(share for text, share in votes(known.head).items() if text in complaint) > 0
    assert votes(known.head) != votes(None)


def test_segments_vote_for_a_headline_of_an_intent_of_your_own_by_its_words(annotator: Annotator) -> None:
    own = annotator.encoder.encode(PARCEL)
    centre = own.mean(axis=0, keepdims=True) / np.linalg.norm(own.mean(axis=0))
    mine = replace(
        annotator.headlines,
        texts=(*annotator.headlines.texts, "Parcel never arrived at all"),
        intents=(*annotator.headlines.intents, "parcels_of_ours"),
    )
    (found,) = fitting(mine, own, [0] * len(PARCEL), centre, encoder=annotator.encoder)
    assert found["Parcel never arrived at all"] > 0


def test_a_headline_near_to_all_that_customers_say_gets_fewer_votes(annotator: Annotator) -> None:
    flat = (
        "The radiator valve wants a fresh pair of AAs every fortnight.",
        "New cells went into the heating valve in May and it is flat again.",
        "Three weeks and the radiator knob is dead, I am buying packs of AA in bulk.",
        "The thermostat shows a low warning again, a month after I changed them.",
    )
    cold = (
        "The radiators stay cold all night.",
        "My heating has been off since Sunday and the boiler clicks.",
        "No warm water and the radiators are cold.",
        "The boiler does not fire up in the morning.",
        "The radiator in the hall gets far too hot and the heating will not go down.",
        "The house is at nineteen and the heating says twenty-three.",
    )
    texts = ("Battery drains too fast", "Device overheats", "Heating or cooling does not work")
    known = replace(annotator.headlines, texts=texts, intents=("product_defect",) * 3, head=None)

    def voted(themes: list[tuple[str, ...]]) -> dict[str, float]:
        own = annotator.encoder.encode([text for theme in themes for text in theme])
        labels = [n for n, theme in enumerate(themes) for _ in theme]
        return fitting(known, own, labels, centres(themes, annotator.encoder), encoder=annotator.encoder)[0]

    assert voted([flat])["Battery drains too fast"] == 0
    assert voted([flat, cold])["Battery drains too fast"] > 0


def test_without_headlines_or_themes_nothing_fits(annotator: Annotator) -> None:
    nothing = np.zeros((0, annotator.encoder.dimension), np.float32)
    assert fitting(annotator.headlines, nothing, [], nothing, encoder=annotator.encoder) == []
