"""Duplicates on every database: links and groups replaced, figures that count a telling once, decisions kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.duplicates.links import Link
from nlp.errors import BadInput, NotFound
from nlp.identity.claim import Conflict, Decision
from nlp.signal import Signal, Summary
from nlp.themes.theme import Assignment, Theme
from pipelines.duplicates import decide, find, group
from pipelines.movements import ranked
from pipelines.overview import overview
from pipelines.stores.sql import SqlStore

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STORY = (
    "On the third of May you took sixty nine pounds for the yearly plan and on the fourth you took it again under "
    "another reference so please put the second payment back before the end of this week"
)


def talk(n: int, customer: str, text: str, channel: Channel = Channel.TICKET, **facts: bool) -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, text, AT), Turn(1, Speaker.AGENT, STORY, None))
    return Conversation(f"s:{n}", "s", channel, customer, AT + timedelta(days=n), turns, facts)


def annotate(store: SqlStore, *ids: str) -> None:
    signals = [
        Signal(Segment(id, 0, 0, 9), "m1", "billing", 0.75, False, (), -0.5, (0.75, 0.0, 0.25), 50.0, "use", 0.5, ())
        for id in ids
    ]
    summaries = [
        Summary(id, "billing", 0.75, False, -0.5, 0.0, -0.5, -0.5, 50.0, 0.25, 0.9, "use", 0.5, "late", "en")
        for id in ids
    ]
    store.signals.put("m1", list(ids), signals, np.ones((len(ids), 4), np.float32), summaries)
    assigned = [Assignment(signal.segment.id, "run", "t1", 0.9, AT) for signal in signals]
    store.themes.put("run", [Theme("t1", "One", "", (), len(ids))], assigned, np.zeros((len(ids), 2), np.float32))


@pytest.fixture
def told(store: SqlStore) -> SqlStore:
    """Ann tells one thing by mail, by form and in a post that says so; Bob and a campaign's Cid send her words."""
    store.conversations.put(
        [
            talk(1, "ann", STORY),
            talk(2, "ann", f"Hello! {STORY}", Channel.CHAT),
            talk(3, "ann", "I wrote to you last week about my second payment", Channel.SOCIAL),
            talk(4, "bob", STORY),
            talk(5, "cid", f"RT @ann: {STORY}", Channel.SOCIAL, retweet=True),
            talk(6, "dee", "My boiler leaks and nobody comes to look at it"),
        ]
    )
    annotate(store, *(f"s:{n}" for n in range(1, 7)))
    return store


def test_one_complaint_over_three_channels_counts_once_everywhere(told: SqlStore) -> None:
    assert overview(told)["conversations"] == 6
    assert find(told) == 3
    assert told.duplicates.originals() == {"s:2": "s:1", "s:3": "s:2", "s:5": "s:1"} | {"s:3": "s:1"}
    figures = overview(told)
    assert (figures["conversations"], figures["duplicates"], figures["annotated"], figures["leaving"]) == (
        3,
        3,
        3,
        3,
    )
    assert figures["channels"] == {"ticket": 3}
    (theme,) = ranked(told)
    assert (theme["conversations"], theme["segments"], theme["leaving"]) == (3, 6, 3)
    assert {row["id"]: row["conversations"] for row in told.customers.page()}["ann"] == 1


def test_finding_again_changes_nothing(told: SqlStore) -> None:
    find(told)
    before = told.duplicates.links()
    assert find(told) == 0
    assert told.duplicates.links() == before
    assert {link.kind for link in before} == {"near", "again", "repost", "template"}


def test_a_telling_in_other_words_over_another_channel_is_linked_and_undone_as_others_are(told: SqlStore) -> None:
    said = "nobody has come yet and water runs out under the boiler all day"
    told.conversations.put([talk(7, "dee", said, Channel.SOCIAL)])
    annotate(told, "s:6", "s:7")
    find(told)
    _, _, links = group(told, "s:7")
    assert [(link.later, link.earlier, link.kind) for link in links] == [("s:7", "s:6", "reworded")]
    decide(told, Decision("unlink", "s:6", "s:7", AT))
    find(told)
    assert "s:7" not in told.duplicates.originals()


def test_a_template_is_listed_apart_and_each_of_it_counts(told: SqlStore) -> None:
    find(told)
    (row,) = told.duplicates.page(kind="template")
    assert row["original"] == "s:1"
    assert "s:4" in row["conversations"]
    assert "s:4" not in told.duplicates.originals()
    (counted,) = told.duplicates.page()
    assert counted["conversations"] == ["s:1", "s:2", "s:3", "s:5"]


def test_a_split_holds_when_all_is_found_again_and_a_join_undoes_it(told: SqlStore) -> None:
    find(told)
    assert decide(told, Decision("unlink", "s:1", "s:2", AT, "Ada"))[1] > 0
    assert find(told) == 0
    originals = told.duplicates.originals()
    assert originals.get("s:2", "s:2") != "s:1"
    added, _ = decide(told, Decision("link", "s:2", "s:1", AT))
    assert added.number == 2
    assert told.duplicates.originals()["s:2"] == "s:1"
    assert [decision.kind for decision in told.duplicates.decisions()] == ["unlink", "link"]
    with pytest.raises(NotFound, match="s:99"):
        decide(told, Decision("link", "s:1", "s:99", AT))
    with pytest.raises(BadInput, match="twice"):
        decide(told, Decision("link", "s:1", "s:1", AT))


def test_a_group_is_explained_by_its_links(told: SqlStore) -> None:
    find(told)
    first, whole, links = group(told, "s:3")
    assert (first, whole) == ("s:1", ["s:1", "s:2", "s:3", "s:5"])
    assert any('says "I wrote"' in link.reason for link in links)
    assert group(told, "s:6") == ("s:6", ["s:6"], [])
    with pytest.raises(NotFound):
        group(told, "s:99")


def test_a_conversation_that_says_something_else_now_counts_by_itself_again(told: SqlStore) -> None:
    find(told)
    told.conversations.put([talk(2, "ann", "Never mind, the fitter is here", Channel.CHAT)])
    assert find(told) > 0
    assert "s:2" not in told.duplicates.originals()
    assert all(isinstance(link, Link) for link in told.duplicates.links())


def test_what_comes_from_a_phone_of_several_people_is_nobodys_telling_twice_but_may_be_a_form_letter(
    store: SqlStore,
) -> None:
    store.conversations.put([talk(1, "office", STORY), talk(2, "office", STORY, Channel.CALL)])
    find(store)
    assert store.duplicates.originals() == {"s:2": "s:1"}
    store.identity.settle({}, [Conflict("office", "phone", (), "beside 5 of kind email")])
    find(store)
    assert store.duplicates.originals() == {}
    assert [(link.later, link.earlier, link.kind) for link in store.duplicates.links()] == [("s:2", "s:1", "template")]


def test_texts_of_two_customers_become_one_telling_when_the_customers_become_one(told: SqlStore) -> None:
    find(told)
    told.identity.settle({"bob": "ann"}, [])
    assert find(told) == 1
    assert told.duplicates.originals()["s:4"] == "s:1"


def test_decisions_keep_characters_that_a_database_refuses_out(store: SqlStore) -> None:
    said = Decision("link", "a", "b", AT, "Ada", "the same\x00")
    assert store.duplicates.decide(said) == replace(said, number=1, note="the same\ufffd")
