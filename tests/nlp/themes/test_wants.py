"""A theme is called by what its texts ask for, not by what merely speaks of the same things."""

import numpy as np
import pytest

from nlp.encoder import Floats
from nlp.themes.naming import name_themes
from nlp.themes.reading import Parse
from nlp.themes.wants import Wants
from pipelines.annotate import Annotator

STOLEN = (
    "Somebody has my card, it was stolen from the post and used at a petrol station.",
    "The card was taken out of my bag on the bus and there are charges of a stranger on it.",
    "My card was stolen in March and the bank says that I owe what the thief bought.",
    "A thief paid with my card and you tell me that the card was present.",
    "I lost my card on the train, block the card before somebody uses it.",
    "The card never came to me, somebody stole it and went shopping.",
    "My wallet is gone with the card in it, please stop every payment by card.",
    "The shop would not take the card any more, since somebody had used it up.",
)
PARCEL = (
    "My parcel never arrived and the courier says it was delivered.",
    "The courier marked the parcel delivered but nothing is here.",
    "The parcel has not arrived, where is the courier?",
)
REFUSED, TAKEN = "Card not accepted", "Card lost or stolen"


@pytest.fixture(scope="module")
def embeddings(annotator: Annotator) -> list[Floats]:
    return [annotator.encoder.encode(texts) for texts in (STOLEN, PARCEL)]


@pytest.fixture(scope="module")
def wants(annotator: Annotator, embeddings: list[Floats]) -> Wants:
    return Wants.of(annotator.intents.head, embeddings)


def test_a_text_is_alike_by_what_it_asks_for(annotator: Annotator, wants: Wants) -> None:
    refused, taken = annotator.encoder.encode([REFUSED, TAKEN])
    assert 0 <= wants.alike(0, refused) < wants.alike(0, taken) - 0.2
    assert wants.alike(0, taken) <= 1 + 1e-5


def test_a_theme_that_is_one_text_over_and_over_is_wholly_alike_to_it(annotator: Annotator) -> None:
    (vector,) = annotator.encoder.encode([TAKEN])
    assert Wants.of(annotator.intents.head, [np.stack([vector] * 3)]).alike(0, vector) == pytest.approx(1, abs=1e-4)


def test_what_asks_for_something_else_falls_behind_what_asks_for_the_same(
    annotator: Annotator, embeddings: list[Floats], wants: Wants, parse: Parse
) -> None:
    centres = np.array([own.mean(axis=0) / np.linalg.norm(own.mean(axis=0)) for own in embeddings], np.float32)

    def theirs(wants: Wants | None) -> tuple[str, ...]:
        fits, encoder = [{REFUSED: 0.5, TAKEN: 0.5}, {}], annotator.encoder
        named, _ = name_themes([STOLEN, PARCEL], centres, encoder=encoder, parse=parse, headlines=fits, wants=wants)
        return (named.name, *named.others)

    assert theirs(wants)[0] == TAKEN
    assert theirs(wants).index(REFUSED) > theirs(None).index(REFUSED)


def test_a_theme_of_many_small_stories_is_called_mixed_and_what_they_are_about(
    annotator: Annotator, parse: Parse
) -> None:
    stories = (
        "It has the children's little sad faces on it, and the money is shit for Christmas.",
        "A party of nine stood in the hall and counted its money.",
        "My sister-in-law reads palms and saw the shit and the bills coming.",
        "Nobody in Blackpool has heard of it, not even the vicar.",
        "We had a tan from that holiday, and the bills had a holiday, too.",
        "There goes the money for the choir's new bells and other shit.",
        "What a river, what bills, what shit, said my grandfather.",
        "Who pays the piper has the tune, said my teacher, and the money.",
        "A goat ate the leaflet, which was the best use of it.",
    )
    encoder = annotator.encoder

    def theirs(*themes: tuple[str, ...]) -> list[str]:
        own = [encoder.encode(texts) for texts in themes]
        centres = np.array([e.mean(axis=0) / np.linalg.norm(e.mean(axis=0)) for e in own], np.float32)
        wants = Wants.of(annotator.intents.head, own)
        return [n.name for n in name_themes(themes, centres, encoder=encoder, parse=parse, wants=wants)]

    assert theirs(stories, PARCEL)[0] in ("Mixed: money and bills", "Mixed: bills and money")
    assert not theirs(stories[:4], PARCEL)[0].startswith("Mixed")
    assert len(set(theirs(stories, stories, PARCEL))) == 3
