"""Secondary intents of texts and of conversations, by the shipped models."""

from datetime import UTC, datetime

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator
from pipelines.evaluate import Labelled, evaluate

PASSWORD = "I forgot my password and cannot sign in to my account."
INVOICE = "Please send me the invoice for my last order."


def intents(annotator: Annotator, *texts: str) -> list[str]:
    places = [Segment(str(n), 0, 0, len(text)) for n, text in enumerate(texts)]
    return [signal.intent for signal in annotator.signals(places, texts)[0]]


def test_a_text_of_two_wishes_names_the_second(annotator: Annotator) -> None:
    rows = Analyst(annotator).texts([f"{PASSWORD} {INVOICE}", PASSWORD, "ok, thank you"], "123")
    wishes = {rows[0]["intent"], *rows[0]["secondary"]}
    assert wishes == set(intents(annotator, PASSWORD, INVOICE))
    assert (rows[1]["secondary"], rows[2]["secondary"]) == ([], [])


def test_a_conversation_names_what_its_other_segments_want(annotator: Annotator) -> None:
    turns = tuple(Turn(n, Speaker.CUSTOMER, text) for n, text in enumerate((PASSWORD, "yes", INVOICE)))
    talk = Conversation("c", "", Channel.CHAT, "", datetime(2026, 1, 1, tzinfo=UTC), turns)
    _, whole = Analyst(annotator).conversation(talk)
    assert {whole["summary"]["intent"], *whole["secondary"]} == set(intents(annotator, PASSWORD, INVOICE))


def test_a_main_intent_taken_for_a_secondary_one_is_right_among_all_and_wrong_apart(annotator: Annotator) -> None:
    text = f"{PASSWORD} {INVOICE}"
    (row,) = Analyst(annotator).texts([text], "1")
    swapped = Labelled(text, intent=row["secondary"][0], secondary=[row["intent"]])
    figures = evaluate(annotator, [swapped], seed=1).figures
    assert figures["secondary intents"]["recall"].value == 0
    assert figures["all intents"]["recall"].value == figures["all intents"]["precision"].value == 1
