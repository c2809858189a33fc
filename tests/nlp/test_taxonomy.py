"""The taxonomy file is read and checked once, and its errors name the remedy."""

import pytest

from nlp.errors import BadTaxonomy, UnknownName
from nlp.taxonomy import Taxonomy
from pipelines.settings import Settings


@pytest.fixture
def text() -> str:
    return Settings().taxonomy.read_text()


def test_the_default_taxonomy_has_34_intents_and_7_stages_in_order(text: str) -> None:
    taxonomy = Taxonomy.from_toml(text)
    assert len(taxonomy.intents) == 34
    assert [stage.order for stage in taxonomy.stages] == [1, 2, 3, 4, 5, 6, 7]


def test_events_tell_who_buys_and_who_leaves(text: str) -> None:
    taxonomy = Taxonomy.from_toml(text)
    assert taxonomy.buys == {"ordered", "subscribed", "renewed"}
    assert taxonomy.leaves == {"cancelled"}
    own = Taxonomy.from_toml('[[intent]]\nname = "a"\n[[intent]]\nname = "b"', known=taxonomy)
    assert (own.buys, own.leaves) == (taxonomy.buys, taxonomy.leaves)


def test_an_unknown_intent_is_answered_with_the_nearest_known_one(text: str) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'refund_status'"):
        Taxonomy.from_toml(text).intent("refund_statu")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "praise"', 'name = "none"', "named twice: none"),
        ('stage = "exit"', 'stage = "gone"', "has stage 'gone'"),
        ('name = "praise"', 'nam = "praise"', "lacks the text field 'name'"),
        ("version = 1", "version = ", "not valid TOML"),
    ],
)
def test_a_contradiction_is_named_with_its_place(text: str, old: str, new: str, message: str) -> None:
    with pytest.raises(BadTaxonomy, match=message):
        Taxonomy.from_toml(text.replace(old, new, 1), origin="my.toml")
