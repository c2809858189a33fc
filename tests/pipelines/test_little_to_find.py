"""Where there is little, or nothing good, to find themes in, the answer is small and says so; nothing breaks."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.encoder import Encoder, Floats
from nlp.signal import Signal
from nlp.themes.quality import Quality
from pipelines.discover import assign_new, discover
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

DAY = datetime(2026, 3, 2, tzinfo=UTC)
SUBJECTS = ("The heating", "My parcel", "The invoice", "The app", "Your courier")
FAULTS = (
    "is broken again and nobody answers.",
    "has not come although I paid for it.",
    "shows a sum that I do not owe.",
    "stops as soon as I sign in.",
    "left me standing in the rain.",
    "was promised for Monday and it is Friday.",
    "makes a terrible noise at night.",
    "cost me twice what you said.",
    "is not what I had ordered.",
    "has been lost for the third time.",
)
TEXTS = tuple(f"{subject} {fault}" for fault in FAULTS for subject in SUBJECTS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


def put(store: Store, texts: Sequence[str], vectors: Floats, model: str, *, first: int = 0) -> None:
    """One conversation a text, with one segment that hurts."""
    ids = [f"s:{first + n:03d}" for n in range(len(texts))]
    store.conversations.put(
        Conversation(id, "s", Channel.CHAT, "ann", DAY, (Turn(0, Speaker.CUSTOMER, text, DAY),), {})
        for id, text in zip(ids, texts, strict=True)
    )
    segments = [Segment(id, 0, 0, len(text)) for id, text in zip(ids, texts, strict=True)]
    signals = [Signal(s, "m", "help", 0.9, False, (), -0.5, (0.7, 0.1, 0.2), 50.0, "use", 0.5) for s in segments]
    store.signals.put("m", ids, signals, vectors, [], encoder=model)


def found(store: Store, encoder: Encoder, run: str = "r1", at: datetime = DAY) -> Quality:
    themes = discover(store, encoder, run=run, at=at)
    quality = store.qualities.of(run)
    assert quality is not None
    assert quality.themes == len(themes)
    assert not quality.reliable
    return quality


@pytest.mark.parametrize("count", [0, 1, 5, 50])
def test_few_segments_give_few_themes_or_none_and_a_doubt(store: Store, encoder: Encoder, count: int) -> None:
    put(store, TEXTS[:count], encoder.encode(TEXTS[:count]), encoder.version)
    quality = found(store, encoder)
    assert quality.segments == count
    assert quality.themes <= count / 3
    assert any("are few" in reason for reason in quality.reasons)


def test_the_same_text_over_and_over_is_at_most_one_theme(store: Store, encoder: Encoder) -> None:
    put(store, TEXTS[:1] * 60, np.repeat(encoder.encode(TEXTS[:1]), 60, axis=0), encoder.version)
    quality = found(store, encoder)
    assert quality.themes <= 1
    assert quality.duplicates == pytest.approx(59 / 60)


def test_texts_that_have_nothing_in_common_are_in_no_theme_or_doubted(store: Store, encoder: Encoder) -> None:
    put(store, TEXTS, np.eye(50, encoder.dimension, dtype=np.float32), encoder.version)
    quality = found(store, encoder)
    assert quality.themes == 0 or quality.unassigned > 0 or (quality.stability or 0) < 0.6


def test_one_text_in_another_language_disturbs_nothing(store: Store, encoder: Encoder) -> None:
    texts = (*TEXTS, "Wo bleibt mein Paket? Seit drei Wochen warte ich darauf.")
    put(store, texts, encoder.encode(texts), encoder.version)
    assert found(store, encoder).segments == 51


def test_a_vector_that_is_no_number_is_in_no_theme_and_counted(store: Store, encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    vectors[7], vectors[9, 3] = np.nan, np.inf
    put(store, TEXTS, vectors, encoder.version)
    quality = found(store, encoder)
    assert any("2 segments have no vector" in reason for reason in quality.reasons)
    assert store.themes.members()["s:007#0:0"] is None
    put(store, TEXTS[:1], np.full((1, encoder.dimension), np.nan, np.float32), encoder.version, first=60)
    assert assign_new(store, encoder=encoder.version, at=DAY) == 1
    assert store.themes.members()["s:060#0:0"] is None


def test_what_an_older_model_wrote_is_left_out_and_counted(store: Store, encoder: Encoder) -> None:
    put(store, TEXTS[:10], np.eye(10, 8, dtype=np.float32), "older 1")
    quality = found(store, encoder)
    assert (quality.segments, quality.themes) == (0, 0)
    assert any("10 segments have no vector" in reason for reason in quality.reasons)
    put(store, TEXTS[10:], encoder.encode(TEXTS[10:]), encoder.version, first=10)
    assert found(store, encoder, "r2", DAY + timedelta(days=1)).segments == 40


def test_drift_is_told_once_enough_came_since_the_discovery_before(store: Store, encoder: Encoder) -> None:
    put(store, TEXTS[:25], encoder.encode(TEXTS[:25]), encoder.version)
    assert found(store, encoder).drift_p is None
    others = tuple(f"Number {n} of the orchestra's concerts was a joy." for n in range(25))
    put(store, others, encoder.encode(others), encoder.version, first=100)
    quality = found(store, encoder, "r2", DAY + timedelta(days=1))
    assert quality.drift_p is not None
    assert quality.drift_p < 0.01
