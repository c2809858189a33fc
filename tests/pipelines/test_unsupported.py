"""A language that the models do not know, from a text to a page's figures: said, not guessed at."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.errors import BadModel
from nlp.taxonomy import UNSUPPORTED
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator, annotate
from pipelines.encoders import open_encoder
from pipelines.overview import overview
from pipelines.said import spoken
from pipelines.settings import ROOT
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

GERMAN = ("Wo bleibt mein Paket?", "Ich warte seit zwei Wochen und niemand antwortet.", "Error 403")
ENGLISH = ("Where is my parcel?", "I have been waiting for two weeks.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def said(id: str, *texts: str) -> Conversation:
    turns = tuple(Turn(n, Speaker.CUSTOMER, text) for n, text in enumerate(texts))
    return Conversation(id, "s", Channel.CHAT, "c1", datetime(2026, 5, 1, tzinfo=UTC), turns)


def test_probes_of_other_languages_get_no_intent_and_no_feeling(annotator: Annotator) -> None:
    lines = (ROOT / "corpora/probes/languages.jsonl").read_text("utf-8").splitlines()
    foreign = [row["text"] for row in map(json.loads, lines) if row["language"] != "en"]
    rows = Analyst(annotator).texts(foreign, ["1"] * len(foreign), evidence=True)
    told = [row for row in rows if row["intent"] == UNSUPPORTED]
    assert len(told) >= 0.97 * len(rows)
    assert all(row["abstained"] and row["doubt"] == "language" and row["confidence"] == 0 for row in told)
    assert all(row["sentiment_class"] == "neutral" and row["friction"] == 0 for row in told)
    assert not any(row["evidence"] or row["intents"] or row["secondary"] for row in told)


def test_a_piece_too_short_to_tell_is_in_the_language_of_its_conversation() -> None:
    segments = [Segment("a", n, 0, 9) for n in range(3)] + [Segment("b", 0, 0, 9), Segment("c", 0, 0, 9)]
    assert spoken(segments, [*GERMAN, "Error 403", "my parcel is lost"]) == ["de", "de", "de", "und", "en"]


def test_the_store_counts_the_unsupported_and_leaves_them_out_of_means(store: Store, annotator: Annotator) -> None:
    store.conversations.put([said("s:1", *ENGLISH), said("s:2", *GERMAN)])
    annotate(store, annotator)
    summary = store.signals.summary("s:2")
    assert summary is not None
    assert (summary.intent, summary.language) == (UNSUPPORTED, "de")
    figures, english = overview(store), store.signals.summary("s:1")
    assert english is not None
    assert (figures["unsupported"], figures["conversations"]) == (1, 2)
    assert figures["friction"] == pytest.approx(english.friction)
    assert figures["sentiment"] == pytest.approx(english.sentiment)
    assert [c.id for c, _ in store.conversations.page(Filter(intent=UNSUPPORTED), limit=9)] == ["s:2"]
    assert [(s.language, s.doubt) for s in store.signals.of("s:2")] == [("de", "language")] * 3


def test_a_text_longer_than_the_models_read_says_so(annotator: Annotator) -> None:
    texts = ["where is it? " * 200, "where is it?", "x" * 200_000, "waiting " * 240]
    rows = Analyst(annotator).texts(texts, list("1234"))
    assert [row["truncated"] for row in rows] == [True, False, False, False]


def test_a_card_with_a_language_that_is_not_known_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text('name = "x"\ncheckpoint = "y"\nlanguages = ["en", "tlh"]\n')
    with pytest.raises(BadModel, match=r"card\.toml: languages = .*'tlh'.*known: ar, "):
        open_encoder(tmp_path)
