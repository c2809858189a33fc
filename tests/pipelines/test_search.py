"""Search over a store by words, by meaning and by both: what is shown of what was found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.errors import BadInput
from pipelines.annotate import Annotator, annotate
from pipelines.search import MODES, Hit, fused, parse, search, window
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Place, Store, Words

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID = (
    "My parcel has still not arrived and I have been waiting for two weeks.",
    "I would like to cancel my subscription, please close the account.",
    "The app crashes whenever I open the camera.",
    "Where is my package? It should have been delivered on Monday.",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, annotator: Annotator) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('search')}/store.db") as opened:
        opened.conversations.put(
            Conversation(
                f"s:{n}",
                "s",
                Channel.CHAT,
                f"c{n}",
                MONDAY + timedelta(days=n),
                (Turn(0, Speaker.CUSTOMER, said), Turn(1, Speaker.AGENT, "I am sorry about the parcel.")),
            )
            for n, said in enumerate(SAID)
        )
        annotate(opened, annotator)
        yield opened


def places(hits: list[Hit]) -> list[tuple[str, int]]:
    return [(hit.conversation, hit.turn) for hit in hits]


def test_words_find_turns_of_both_sides_and_show_where(store: Store) -> None:
    hits = search(store, "parcels", mode="text")
    assert set(places(hits)) == {("s:0", 0), *((f"s:{n}", 1) for n in range(4))}
    assert {hit.text[a:b] for hit in hits for a, b in hit.highlights} == {"parcel"}
    assert {hit.by for hit in hits} == {("text",)}
    assert [hit.conversation for hit in search(store, "parcels", mode="text", speaker="customer")] == ["s:0"]


def test_meaning_may_be_looked_for_in_what_is_late_alone_and_words_everywhere(
    store: Store, annotator: Annotator
) -> None:
    asked, late = "my delivery did not come", MONDAY + timedelta(days=1)
    meant = search(store, asked, mode="semantic", encoder=annotator.encoder, since=late)
    assert meant[0].conversation == "s:3"
    assert {hit.conversation for hit in meant} == {"s:1", "s:2", "s:3"}
    both = search(store, "parcel", mode="both", encoder=annotator.encoder, since=late)
    assert ("s:0", ("text",)) in {(hit.conversation, hit.by) for hit in both}


def test_meaning_finds_what_is_said_in_other_words(store: Store, annotator: Annotator) -> None:
    hits = search(store, "my delivery did not come", mode="semantic", encoder=annotator.encoder)
    assert set(places(hits)[:2]) == {("s:0", 0), ("s:3", 0)}
    assert hits[0].score > hits[-1].score
    assert hits[0].text[slice(*hits[0].highlights[0])] in SAID[0] + SAID[3]
    assert search(store, "parcel", mode="semantic", encoder=annotator.encoder, speaker="agent") == []
    assert search(store, "parcel", mode="semantic", encoder=annotator.encoder, least=1.01) == []


def test_both_put_first_what_either_finds_and_say_which_did(store: Store, annotator: Annotator) -> None:
    hits = search(store, "parcel", mode="both", encoder=annotator.encoder)
    assert (places(hits)[0], hits[0].by) == (("s:0", 0), ("text", "semantic"))
    assert {hit.by for hit in hits} == {("text", "semantic"), ("text",), ("semantic",)}
    assert len(places(hits)) == len(set(places(hits)))


@pytest.mark.parametrize("mode", MODES)
def test_pages_follow_one_another_and_filters_hold(store: Store, annotator: Annotator, mode: str) -> None:
    def ask(**others: object) -> list[Hit]:
        return search(store, "parcel", mode=mode, encoder=annotator.encoder, **others)  # type: ignore[arg-type]

    assert [*ask(limit=2), *ask(limit=50, offset=2)] == ask(limit=50)
    assert {hit.customer for hit in ask(filter=Filter(customer="c0"))} == {"c0"}


def test_meaning_without_an_encoder_and_a_question_without_words_are_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="needs an encoder"):
        search(store, "parcel", mode="both")
    for asked in ("", " ?! ", "-parcel", '""', "OR"):
        with pytest.raises(BadInput, match="no word to look for"):
            search(store, asked, mode="text")
    with pytest.raises(BadInput, match="at most 32"):
        search(store, "a " * 33, mode="text")


def test_what_is_asked_for_is_cut_into_words_phrases_and_exclusions() -> None:
    assert parse('refund "not come" -late OR -"at home" parcel') == Words(
        (("refund", "not come"), ("parcel",)), ("late", "at home")
    )
    assert parse('"not closed') == Words((("not closed",),))
    assert parse("or OR") == Words((("or",),))


def test_ranks_of_both_are_added(store: Store) -> None:
    a, b, c = (Place(id, 0, 0.0) for id in "abc")
    assert [place for _, place in fused([a, b], [b, c])] == [b, a, c]
    assert fused([a], [])[0][0] == pytest.approx(1 / 61)


def test_a_snippet_shows_where_most_was_met_from_word_to_word() -> None:
    text = "word " * 100 + "needle and needle " + "word " * 100 + "needle"
    start, end = window(text, [(500, 506), (511, 517), (1018, 1024)])
    assert (start <= 500, end >= 517, end - start <= 240) == (True, True, True)
    assert (text[start - 1], text[end]) == (" ", " ")
    assert window("short", [(0, 5)]) == (0, 5)
    assert window("x" * 1_000, []) == (0, 240)
    assert window("x" * 1_000, [(900, 1_000)]) == (760, 1_000)
