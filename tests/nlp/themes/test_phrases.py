"""A clause becomes a headline: what could not, did not or is not, what is asked for, and what happened."""

import pytest

from nlp.themes.phrases import phrases
from nlp.themes.reading import Parse, parts, readable


def said(text: str, parse: Parse) -> dict[str, str]:
    """Phrase -> its kind."""
    (doc,) = parse([text])
    return {phrase.text: phrase.kind for phrase in phrases(doc)}


@pytest.mark.parametrize(
    ("text", "phrase", "kind"),
    [
        ("I cannot cancel my subscription.", "Cannot cancel subscription", "cannot"),
        ("There is no way to cancel the plan on the website.", "Cannot cancel plan", "cannot"),
        ("I'm unable to log into my account.", "Cannot log into account", "cannot"),
        ("I'm having trouble logging in to my account.", "Cannot log in to account", "cannot"),
        ("The account cannot be removed from my report.", "Account cannot be removed", "cannot"),
        ("I still haven't received my refund.", "Refund not received", "not"),
        ("My parcel never arrived.", "Parcel never arrived", "not"),
        ("My card isn't working.", "Card not working", "not"),
        ("The technician did not come to the appointment.", "Technician did not come to appointment", "not"),
        ("I do not recognise a payment on my statement.", "Payment not recognised", "not"),
        ("The bank refuses to close my account.", "Bank refuses to close account", "refuses"),
        ("My headphones stopped working.", "Headphones stopped working", "stopped"),
        ("The app keeps crashing on import.", "App keeps crashing on import", "keeps"),
        ("Why was I charged twice for the same order?", "Charged twice", "passive"),
        ("Someone hacked my account.", "Account hacked", "passive"),
        ("I lost my credit card.", "Credit card lost", "passive"),
        ("The machine swallowed my card.", "Machine swallowed card", "subject"),
        ("The exchange rate is wrong.", "Exchange rate wrong", "state"),
        ("My transfer is still pending.", "Transfer still pending", "state"),
        ("How do I change my PIN?", "How to change pin", "how"),
        ("Can I top up with a cheque?", "How to top up with cheque", "how"),
        ("When will my card arrive?", "When will card arrive", "when"),
        ("Where is my order?", "Where is order", "when"),
        ("Please block my card.", "Block card", "wish"),
        ("I need a refund.", "Refund wanted", "wanted"),
        ("I need proof of insurance.", "Proof of insurance wanted", "wanted"),
        ("I want to know the status of my claim.", "Question about status of claim", "how"),
        ("Can you tell me about the new lower rates?", "Question about new lower rates", "how"),
        ("Please fix the app.", "Problem with app", "about"),
        ("This entry should be removed from my file.", "Entry not removed from file", "not"),
        ("I want the lamp repaired.", "Lamp not repaired", "not"),
        ("I am missing a screw.", "Screw missing", "passive"),
        ("I was charged a late fee.", "Late fee charged", "passive"),
        ("The agents refuse to close my account.", "Agents refuse to close account", "refuses"),
        ("The clerks do not answer my letter.", "Clerks do not answer letter", "not"),
        ("There is an error on my credit card bill.", "Error on credit card bill", "group"),
        ("They refused to remove the late fee.", "Late fee not removed", "not"),
        ("They cannot verify my account.", "Account not verified", "not"),
        ("They can't find my order.", "Order not found", "not"),
        ("They did not apply my payment.", "Payment not applied", "not"),
        ("You can't cancel the order online.", "Cannot cancel order", "cannot"),
        ("The bank cannot verify my account.", "Bank cannot verify account", "cannot"),
        ("The heater is out of stock.", "Heater out of stock", "state"),
        ("I have a right to cancel the order.", "Cancel order", "wish"),
        ("The app fails to load the map.", "App fails to load map", "refuses"),
        ("I asked to have the fee removed.", "Fee not removed", "not"),
        ("You need to add a dark mode.", "Add dark mode", "wish"),
        ("Can someone help me to change the address?", "Change address", "wish"),
        ("This is my second request to cancel the order.", "Cancel order", "wish"),
    ],
)
def test_a_clause_is_told_in_the_style_of_a_headline(text: str, phrase: str, kind: str, parse: Parse) -> None:
    found = said(text, parse)
    assert phrase in found, found
    assert found[phrase] == kind


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("This entry should be removed from my file.", "Entry removed from file"),  # it was not
        ("The entry might be removed.", "Entry removed"),
        ("They would cancel my order.", "Order canceled"),
        ("The transfer did not go.", "Transfer does not go"),  # where to?
        ("They keep cancelling flights.", "Keeps cancelling flights"),  # who does?
        ("Please stop the plan.", "Stop plan"),
        ("I told them that I filed a report.", "Filed report"),  # what customers do about it is not what hurts
        ("The bureau reported again the account.", "Bureau reported again account"),
        ("The report was reported.", "Report reported"),
        ("They refused to remove the fee.", "Cannot remove fee"),  # they can, and will not
        ("I asked to have the fee removed.", "Fee removed"),
        ("They are attempting to collect a debt.", "Collect debt"),  # no customer wants it
        ("This letter is an attempt to collect a debt.", "Collect debt"),
        ("They have no right to collect the claim.", "Collect claim"),
        ("I dispute your right to collect the claim.", "Collect claim"),
        ("They cannot verify my account.", "Cannot verify account"),  # the customer does not want to
        ("The fraud was out of my control.", "Fraud out"),
    ],
)
def test_what_is_half_said_or_not_so_is_no_phrase(text: str, phrase: str, parse: Parse) -> None:
    assert phrase not in said(text, parse)


def test_a_letter_tells_what_each_word_of_a_phrase_is(parse: Parse) -> None:
    (doc,) = parse(["I cannot open the front door."])
    classes = {phrase.text: phrase.classes for phrase in phrases(doc)}
    assert classes["Cannot open door"] == "-vn"


def test_a_phrase_says_nothing_of_people_figures_or_times(parse: Parse) -> None:
    found = said("I called my mother 3 times on Monday and they told me many things.", parse)
    assert not {"mother", "monday", "many", "3"} & {word for text in found for word in text.lower().split()}


def test_two_tenses_of_one_thing_have_one_key(parse: Parse) -> None:
    said = ["Card was declined.", "Cards got declined."]
    first, second = ({p.key for p in phrases(doc) if p.kind == "passive"} for doc in parse(said))
    assert first == second != set()


def test_handles_masks_and_shouting_are_not_read() -> None:
    assert readable("@ShopHelp <NAME> MY PARCEL IS LOST <EMAIL>").strip() == "my parcel is lost"
    assert readable("I told <NAME> that it's lost") == "I told it that it's lost"


def test_a_pair_of_words_is_a_noun_after_an_article_and_a_verb_after_to() -> None:
    assert readable("my top up failed") == "my top-up failed"
    assert readable("how to top up") == "how to top up"


def test_words_with_a_hyphen_stay_whole_and_a_figure_before_one_is_a_word(parse: Parse) -> None:
    assert "Auto top-up option not found" in said("They never found the auto top-up option.", parse)
    assert readable("my 2-step code, 2 step one of 3 days") == "my two-step code, two-step one of 3 days"
    assert "Two-step code lost" in said(readable("I lost my 2-step code."), parse)


def test_a_text_falls_into_what_it_says_one_after_the_other() -> None:
    assert parts("The app crashed again, and nobody answers my mails. Thanks.") == [
        "The app crashed again",
        "nobody answers my mails.",
    ]
    assert parts("Help") == ["Help"]
