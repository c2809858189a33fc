"""What follows of what people say: a majority, its disputes, agreement, and a part that nothing is learnt from."""

from datetime import UTC, datetime

import pytest

from nlp.corrections import UNSURE, Correction, between_people, judged, part, settled, with_model
from nlp.metrics import kappa

AT = datetime(2026, 5, 1, tzinfo=UTC)


def said(*rows: tuple[str, str, str], guess: str = "refund") -> list[Correction]:
    """(who, segment, value), in that order."""
    return [
        Correction(n, AT, who, segment, "intent", value, guess, "m") for n, (who, segment, value) in enumerate(rows, 1)
    ]


def test_the_last_thing_that_a_person_says_holds_and_most_people_decide() -> None:
    rows = said(
        ("Ada", "a#0:0", "refund"), ("Ada", "a#0:0", "cancel"), ("Ben", "a#0:0", "cancel"), ("Cem", "a#0:0", "refund")
    )
    assert settled(judged(rows, "intent")) == ({"a#0:0": "cancel"}, [])


def test_equal_votes_are_disputed_and_who_cannot_tell_has_none() -> None:
    rows = said(
        ("Ada", "a#0:0", "refund"),
        ("Ben", "a#0:0", "cancel"),
        ("Ada", "b#0:0", UNSURE),
        ("Ben", "b#0:0", "refund"),
        ("Ada", "c#0:0", UNSURE),
    )
    assert settled(judged(rows, "intent")) == ({"b#0:0": "refund"}, ["a#0:0"])


def test_other_kinds_are_left_out() -> None:
    assert judged(said(("Ada", "a#0:0", "refund")), "sentiment") == {}


def test_kappa_is_what_cohen_s_formula_gives() -> None:
    yes, no = "yes", "no"
    one = [yes] * 25 + [no] * 25
    other = [yes] * 20 + [no] * 5 + [yes] * 10 + [no] * 15
    assert kappa(one, other) == pytest.approx(0.4)  # Cohen's own way: (0.7 - 0.5) / (1 - 0.5)
    assert kappa([], []) is None
    assert kappa([yes, yes], [yes, yes]) is None
    assert kappa([yes, no], [no, yes]) == -1


def test_people_agree_over_what_both_could_tell() -> None:
    rows = said(
        ("Ada", "a#0:0", "refund"),
        ("Ben", "a#0:0", "refund"),
        ("Ada", "b#0:0", "cancel"),
        ("Ben", "b#0:0", "refund"),
        ("Ben", "c#0:0", "refund"),
        ("Ada", "c#0:0", UNSURE),
    )
    found = between_people(judged(rows, "intent"))
    assert (found.items, found.alike.value) == (2, 0.5)


def test_the_model_is_compared_with_what_people_settled_on() -> None:
    found = with_model(judged(said(("Ada", "a#0:0", "refund"), ("Ada", "b#0:0", "cancel")), "intent"))
    assert (found.items, found.alike.value, found.kappa) == (2, 0.5, 0.0)


def test_a_conversation_is_learnt_or_held_out_as_a_whole() -> None:
    parts = [part(f"shop:{n}#0:0") for n in range(1000)]
    assert 200 < parts.count("held-out") < 300
    assert all(part(f"shop:{n}#3:40") == parts[n] for n in range(1000))
