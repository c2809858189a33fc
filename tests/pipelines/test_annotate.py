"""Annotation: which conversations wait for it, and what themes are kept by."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.encoder import MANY, OnnxEncoder
from pipelines.annotate import Annotator, annotate
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SAME = ("segment", "intent", "abstained", "stage", "language", "evidence", "entities", "truncated")
TEXTS = ("I was charged twice and nobody answers.", "My parcel has not come, I have been waiting for weeks.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        opened.conversations.put(
            Conversation(f"s:{n}", "s", Channel.TICKET, "ann", DAY, (Turn(0, Speaker.CUSTOMER, text, DAY),), {})
            for n, text in enumerate(TEXTS)
        )
        yield opened


def retrained(annotator: Annotator) -> Annotator:
    """The same encoder, an intent head that differs in one number."""
    head = annotator.intents.head
    return replace(annotator, intents=replace(annotator.intents, head=replace(head, threshold=head.threshold + 0.01)))


def test_a_retrained_head_makes_what_is_stored_wait_for_annotation(store: Store, annotator: Annotator) -> None:
    assert annotate(store, annotator) == 2
    assert annotate(store, annotator) == 0
    assert store.conversations.waiting(retrained(annotator).version) == 2
    assert annotate(store, retrained(annotator)) == 2
    assert {s.model for n in range(2) for s in store.signals.of(f"s:{n}")} == {retrained(annotator).version}


def test_segments_of_two_heads_on_one_encoder_still_lie_in_one_space(store: Store, annotator: Annotator) -> None:
    annotate(store, annotator)
    store.conversations.put([replace(store.conversations.get("s:0"), id="s:9")])
    annotate(store, retrained(annotator))
    ids, _, vectors, _ = store.signals.bearing(0)
    assert len(ids) == len(vectors) == 3


def test_many_texts_read_in_parts_have_the_signals_that_each_has_alone(annotator: Annotator) -> None:
    threaded = replace(annotator, encoder=OnnxEncoder(Settings().models / "encoder", threads=2))
    own = [
        *TEXTS,
        "12345",
        "Où est mon colis ? Il n'est toujours pas arrivé.",
        "It came. I have told you three times now.",
    ]
    texts = [f"{text} {'again ' * (n % 5)}".strip() for n, text in enumerate(own * (1 + MANY // len(own)))]
    segments = [Segment(f"s:{n}", 0, 10, 10 + len(text)) for n, text in enumerate(texts)]
    together, embeddings = threaded.signals(segments, texts)
    assert len(texts) >= MANY
    for n in range(0, len(texts), 7):
        (alone,), (vector,) = annotator.signals([segments[n]], [texts[n]])
        assert embeddings[n] == pytest.approx(vector, abs=1e-5)
        assert together[n].friction == pytest.approx(alone.friction, abs=0.1)
        assert [getattr(together[n], name) for name in SAME] == [getattr(alone, name) for name in SAME]


def test_the_version_names_the_encoder_and_the_intent_model(annotator: Annotator) -> None:
    assert annotator.version.startswith(f"{annotator.encoder.version}+{annotator.intents.name}-")
    assert retrained(annotator).version != annotator.version
