"""What is the same telling: equal and near-equal words, what says "again", reposts, templates, and people's word."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.duplicates.fingerprint import SIZE, alike, contained, fingerprint
from nlp.duplicates.links import (
    Link,
    Told,
    again,
    of_one_customer,
    originals,
    over_channels,
    reposts,
    reworded,
    spoken_of,
    templates,
)
from nlp.identity.claim import Decision

AT = datetime(2026, 3, 2, tzinfo=UTC)
STORY = (
    "On the third of May you took sixty nine pounds for the yearly plan and on the fourth you took it again under "
    "another reference so please put the second payment back before the end of this week and tell me why it happened"
)


def told(id: str, text: str, *, days: float = 0, customer: str = "ann", channel: str = "ticket") -> Told:
    return Told(id, customer, AT + timedelta(days=days), fingerprint([text]), channel)


def decided(kind: str, one: str, other: str, number: int = 1) -> Decision:
    return Decision(kind, one, other, AT, number=number)  # type: ignore[arg-type]


def test_the_same_words_of_one_customer_are_linked_for_a_month() -> None:
    first, second = told("a", "Where is my parcel?"), told("b", "WHERE is my parcel", days=9)
    assert [(link.later, link.earlier, link.kind) for link in of_one_customer([first, second])] == [("b", "a", "exact")]
    assert list(of_one_customer([first, told("b", "Where is my parcel?", days=31)])) == []


def test_words_that_everybody_says_link_nothing() -> None:
    assert list(of_one_customer([told("a", "thank you"), told("b", "thank you")])) == []


def test_a_text_with_another_greeting_is_near_equal_and_another_text_is_not() -> None:
    talks = [told("a", STORY), told("b", f"Hello team. {STORY} Regards", days=2), told("c", "My boiler leaks " * 5)]
    (link,) = of_one_customer(sorted(talks, key=lambda t: t.at))
    assert (link.later, link.earlier, link.kind) == ("b", "a", "near")
    assert link.score >= 0.9


def test_a_resend_with_as_many_words_more_is_near_equal() -> None:
    more = "In the meantime your shop has shut and the telephone plays music at me for hours, so whom do I ask now"
    (link,) = of_one_customer([told("a", STORY), told("b", f"{STORY} {more} and {more.upper()[:40]}", days=5)])
    assert (link.later, link.earlier, link.kind) == ("b", "a", "near")


def test_one_form_around_two_problems_is_not_one_telling() -> None:
    form = "Ticket opened by the night porter of the north wing for the house technician, keys at the desk: "
    talks = [told("a", form + "shower in 214 runs cold"), told("b", form + "window in 309 will not shut", days=1)]
    assert alike(talks[0].print.signature, talks[1].print.signature) >= 0.5
    assert list(of_one_customer(talks)) == []


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you on the 8th about the second payment",
        "<HANDLE> emailed ye this morning, no answer",
        "My letter of 14 September is unanswered",
        "it's in the ticket I sent two weeks ago",
        "As your Twitter person asked: booking number",
        "We have already contacted support about it",
    ],
)
def test_words_that_speak_of_an_earlier_telling_are_known(text: str) -> None:
    assert fingerprint(["Hello.", text]).again


@pytest.mark.parametrize(
    "text", ["I was told to call back", "please write a letter", "email me at once", "post is late"]
)
def test_other_mentions_of_letters_and_calls_are_not(text: str) -> None:
    assert fingerprint([text]).again == ""


def test_what_says_again_is_linked_to_what_is_most_alike_in_meaning() -> None:
    talks = [told("a", "charged twice"), told("b", "valve dead", days=1), told("c", "I wrote to you", days=3)]
    ((later, before),) = spoken_of(talks)
    vectors = {
        "a": np.array([1, 0], np.float32),
        "b": np.array([0, 1], np.float32),
        "c": np.array([0.6, 0.8], np.float32),
    }
    link = again(later, before, vectors)
    assert link is not None
    assert (link.later, link.earlier, link.kind) == ("c", "b", "again")
    assert 'says "I wrote"' in link.reason
    assert again(later, before, {"c": np.array([1, 0], np.float32), "b": np.array([0, 1], np.float32)}) is None
    assert list(spoken_of([talks[0], told("c", "I wrote to you", days=20)])) == []


def test_other_words_over_another_channel_are_one_telling_where_they_mean_the_same() -> None:
    texts = ("three of my eight dining chairs wobble on any floor", "anyone else whose chairs rock? 3 of 8 of mine do")
    mail, post = told("a", texts[0]), told("b", texts[1], days=3, channel="social")
    ((later, before),) = over_channels([mail, post])
    vectors = {"a": np.array([1, 0], np.float32), "b": np.array([0.6, 0.8], np.float32)}
    link = reworded(later, before, vectors)
    assert link is not None
    assert (link.later, link.earlier, link.kind) == ("b", "a", "reworded")
    assert "another channel" in link.reason
    assert "3.0 days later" in link.reason
    assert reworded(later, before, vectors | {"b": np.array([0.4, 0.9], np.float32)}) is None
    assert reworded(later, before, {"a": vectors["a"]}) is None


def test_other_words_over_the_same_channel_or_long_after_or_in_a_word_are_no_pair() -> None:
    texts = ("three of my eight dining chairs wobble on any floor", "anyone else whose chairs rock? 3 of 8 of mine do")
    mail = told("a", texts[0])
    assert list(over_channels([mail, told("b", texts[1], days=3)])) == []
    assert list(over_channels([mail, told("b", texts[1], days=8, channel="social")])) == []
    assert list(over_channels([mail, told("b", "chairs wobble", days=3, channel="social")])) == []


def test_what_asks_for_something_else_over_another_channel_is_no_pair() -> None:
    texts = ("three of my eight dining chairs wobble on any floor", "anyone else whose chairs rock? 3 of 8 of mine do")
    mail = replace(told("a", texts[0]), intent="product_defect")
    post = told("b", texts[1], days=3, channel="social")
    assert list(over_channels([mail, replace(post, intent="billing_dispute")])) == []
    assert [later.id for later, _ in over_channels([mail, replace(post, intent="product_defect")])] == ["b"]
    assert [later.id for later, _ in over_channels([mail, post])] == ["b"]


def test_reposts_belong_to_the_first_that_said_it_even_when_cut_off() -> None:
    words = "since the update my heating turns itself off every night and nobody at support will answer"
    talks = [
        told("r1", f"RT @ann: {words[:70]}…", customer="bob"),
        told("o", words, days=1, customer="ann"),
        told("r2", f"RT <HANDLE>: {words}", customer="cid"),
        told("other", "RT @ann: something else entirely", customer="cid"),
    ]
    assert [(link.later, link.earlier) for link in reposts(talks)] == [("r1", "o"), ("r2", "o")]


def test_long_texts_of_different_customers_are_templates() -> None:
    texts = [
        STORY,
        f"Dear all {STORY}",
        "My boiler leaks and the fitter never came to look at it in spite of promises",
        STORY,
    ]
    prints = np.stack([fingerprint([text]).signature for text in texts])
    found = list(templates(list("abcd"), ["ann", "bob", "cid", "ann"], prints))
    assert [(link.later, link.earlier, link.kind) for link in found] == [("b", "a", "template")]
    assert list(templates([], [], np.zeros((0, SIZE), np.uint32))) == []


def test_the_likeness_of_signatures_is_that_of_their_texts() -> None:
    one, other = fingerprint([STORY]).signature, fingerprint(["nothing of the kind was ever said by anybody"]).signature
    assert (alike(one, one), alike(one, other)) == (1.0, 0.0)


def test_a_text_is_contained_in_a_longer_one_that_holds_it_in_either_order() -> None:
    short, long = (
        fingerprint([STORY]),
        fingerprint([f"Good morning. {STORY}. I wait for your answer until noon"]),
    )
    assert contained(short, long) == contained(long, short) == pytest.approx(1.0, abs=0.1)
    assert contained(short, fingerprint(["nothing of the kind was ever said by anybody"])) == 0.0


def test_templates_are_counted_each_and_duplicates_with_the_first() -> None:
    links = [Link("b", "a", "exact", 1, ""), Link("c", "b", "again", 1, ""), Link("d", "a", "template", 1, "")]
    order = {id: AT + timedelta(days=n) for n, id in enumerate("abcd")}
    assert originals(links, [], order) == {"b": "a", "c": "a"}


def test_people_split_and_join_and_have_the_last_word() -> None:
    links = [Link("b", "a", "exact", 1, ""), Link("c", "b", "again", 1, "")]
    order = {id: AT + timedelta(days=n) for n, id in enumerate("abcd")}
    split = decided("unlink", "a", "b")
    assert originals(links, [split], order) == {"c": "b"}
    assert originals(links, [split, decided("link", "b", "a", 2)], order) == {"b": "a", "c": "a"}
    assert originals(links, [decided("unlink", "a", "c")], order) == {"b": "a"}
    assert originals(links, [decided("link", "d", "a")], order) == {"b": "a", "c": "a", "d": "a"}


PAIRS = st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda pair: pair[0] != pair[1])


@settings(max_examples=200, deadline=None)
@given(pairs=st.lists(PAIRS, max_size=8), hands=st.lists(st.tuples(st.booleans(), PAIRS), max_size=4))
def test_groups_have_one_first_and_keep_apart_what_people_split(
    pairs: list[tuple[str, str]], hands: list[tuple[bool, tuple[str, str]]]
) -> None:
    order = {id: AT + timedelta(days=n % 3) for n, id in enumerate("abcdef")}
    links = [Link(later, earlier, "exact", 1, "") for later, earlier in pairs]
    log = [decided("link" if joins else "unlink", *pair, n) for n, (joins, pair) in enumerate(hands)]
    found = originals(links, log, order)
    assert found == originals([*reversed(links), *links], log, order)
    assert not set(found) & set(found.values())
    assert all((order[first], first) < (order[talk], talk) for talk, first in found.items())
    last = {decision.pair: decision for decision in log}
    for (one, other), decision in last.items():
        if decision.kind == "unlink":
            assert found.get(one, one) != found.get(other, other)
