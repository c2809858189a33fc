"""The course of a conversation that is analysed: its two sides, and only those turns that the models can read."""

from datetime import UTC, datetime

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator

SAID = (
    (Speaker.CUSTOMER, "This is the worst service ever, I am furious, you lost my parcel!"),
    (Speaker.AGENT, "I am so sorry, that must be terrible for you."),
    (Speaker.CUSTOMER, "Well, it is late and I am still angry."),
    (Speaker.AGENT, "We are sending you a new one today."),
    (Speaker.BOT, "Please rate this terrible, awful conversation."),
    (Speaker.CUSTOMER, "Wonderful, thank you so much, you were lovely!"),
    (Speaker.AGENT, "I am very happy that I could help, have a wonderful day!"),
)


def talk(*said: tuple[Speaker, str]) -> Conversation:
    turns = tuple(Turn(n, speaker, text) for n, (speaker, text) in enumerate(said))
    return Conversation("c", "", Channel.CHAT, "", datetime(2026, 1, 1, tzinfo=UTC), turns)


@pytest.fixture(scope="module")
def analyst(annotator: Annotator) -> Analyst:
    return Analyst(annotator)


def test_a_customer_who_is_won_back_ends_above_where_they_began(analyst: Analyst) -> None:
    _, whole = analyst.conversation(talk(*SAID))
    customer = whole["course"]["customer"]
    first, second, third, last = customer["quarters"]
    assert last is None
    assert first < 0 < third
    assert customer["slope"] > 0.5
    assert customer["overall"] == pytest.approx((first + second + third) / 3, abs=0.01)
    assert whole["course"]["agent"] is None


def test_the_agents_side_is_told_on_request_without_bots(analyst: Analyst) -> None:
    _, whole = analyst.conversation(talk(*SAID), agent=True)
    _, agents = analyst.conversation(talk(*((s, text) for s, text in SAID if s is not Speaker.BOT)), agent=True)
    assert whole["course"]["agent"]["slope"] == agents["course"]["agent"]["slope"] > 0
    assert whole["course"]["agent"]["quarters"] != whole["course"]["customer"]["quarters"]


def test_a_side_that_says_nothing_has_no_course(analyst: Analyst) -> None:
    _, whole = analyst.conversation(talk(SAID[0]), agent=True)
    assert whole["course"]["agent"] == {"quarters": [None] * 4, "overall": None, "slope": None}
    assert whole["course"]["customer"]["slope"] is None
