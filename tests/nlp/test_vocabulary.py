"""Names of events: what is one name, and which files are refused."""

import pytest

from nlp.errors import BadTaxonomy, UnknownName
from nlp.vocabulary import Vocabulary, plain
from pipelines.settings import Settings
from pipelines.vocabulary import vocabulary

TEXT = """
[[event]]
name = "ordered"
aliases = ["Order Completed"]
[[event]]
name = "satisfaction"
low = 1
high = 5
[[fact]]
name = "plan"
aliases = ["tier"]
"""


@pytest.mark.parametrize("said", ["Order Completed", "orderCompleted", "ORDER-COMPLETED", " order_completed "])
def test_capitals_spaces_and_signs_make_no_other_name(said: str) -> None:
    assert plain(said) == "order_completed"
    assert Vocabulary.from_toml(TEXT, origin="t").event(said) == "ordered"


def test_a_companys_own_names_are_added_to_those_known() -> None:
    own = '[[event]]\nname = "ordered"\naliases = ["Bestellung"]'
    found = Vocabulary.from_toml(own, origin="own.toml", known=Vocabulary.from_toml(TEXT, origin="t"))
    assert (found.event("bestellung"), found.event("order completed"), found.fact("Tier")) == (
        "ordered",
        "ordered",
        "plan",
    )
    assert (found.event("looked"), found.fact("city"), found.scores) == (None, "city", {"satisfaction": (1, 5)})


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(UnknownName, match=r"own\.toml"):
        Vocabulary.from_toml(
            '[[event]]\nname = "orderd"', origin="own.toml", known=Vocabulary.from_toml(TEXT, origin="t")
        )
    with pytest.raises(BadTaxonomy, match="alias of both"):
        Vocabulary.from_toml(TEXT + '[[event]]\nname = "bought"\naliases = ["order_completed"]', origin="t")
    with pytest.raises(BadTaxonomy, match="name"):
        Vocabulary.from_toml("[[event]]\nstage = 1", origin="t")
    with pytest.raises(BadTaxonomy, match="not valid TOML"):
        Vocabulary.from_toml("[[", origin="t")


def test_the_shipped_vocabulary_knows_the_events_of_shops_and_subscriptions() -> None:
    found = vocabulary(Settings())
    names = ("Order Completed", "Subscription Cancelled", "Signed Up", "NPS", "csat", "CES")
    assert [found.event(name) for name in names] == [
        "ordered",
        "cancelled",
        "signed_up",
        "recommendation",
        "satisfaction",
        "effort",
    ]
    assert [found.fact(name) for name in ("LTV", "Tier", "Customer Segment")] == ["lifetime_value", "plan", "segment"]
