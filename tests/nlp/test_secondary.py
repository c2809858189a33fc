"""Secondary intents: what the parts of a text ask for, besides its main intent."""

from nlp.secondary import SURE, secondary
from nlp.segmentation import clauses


def test_a_part_that_surely_asks_for_something_else_is_told_the_surest_first() -> None:
    parts = [("refund_status", 0.9), ("invoice_request", 0.85), ("account_update", 0.95)]
    assert secondary("refund_status", parts) == ("account_update", "invoice_request")


def test_what_asks_for_nothing_or_is_not_sure_is_no_intent_of_its_own() -> None:
    assert secondary("refund_status", [("none", 0.99), ("invoice_request", SURE - 0.01)]) == ()


def test_an_intent_is_told_once_however_many_parts_ask_for_it() -> None:
    assert secondary("praise", [("order_status", 0.85), ("order_status", 0.9)]) == ("order_status",)


def test_sentences_and_what_joins_two_wishes_in_one_are_clauses() -> None:
    text = "Please send me the invoice for May, and tell me where my second parcel is. My number is 4711 by the way!"
    assert clauses(text) == [
        "Please send me the invoice for May",
        "and tell me where my second parcel is.",
        "My number is 4711 by the way!",
    ]


def test_short_clauses_are_left_out_and_one_clause_is_no_part_of_itself() -> None:
    assert clauses("Hello there. Where is the parcel that I ordered?") == ["Where is the parcel that I ordered?"]
    assert clauses("Where is the parcel that I ordered?") == []


def test_endless_space_and_endless_points_are_cut_in_no_time() -> None:
    assert clauses("a" + " " * 50_000 + "b") == []
    assert clauses("." * 50_000 + "'" * 50_000) == []
