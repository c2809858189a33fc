"""Whatever a text holds, an answer comes: figures in their ranges, the same twice, masked once and for all."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp import cues, language, segmentation, sentiment
from nlp.conversation import Conversation, Segment, Speaker, Turn
from nlp.redaction import redact
from pipelines.analyze import Analyst
from pipelines.annotate import Annotator

BLOB = "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQ" * 900
HOSTILE = {
    "empty": "",
    "whitespace": " \t\r\n\u00a0\u2003",
    "emoji": "😡",
    "emojis": "😀" * 5_000,
    "letters": "a" * 10_000,
    "long": "where is my parcel? " * 10_000,
    "controls": "\x00\x01\x07\x1b[31m\x7f\x85",
    "nul": "refund\x00 me",
    "right to left": "\u202ewhere is my refund\u202c",
    "hebrew": "איפה החבילה שלי",
    "blob": BLOB,
    "surrogate": "half \ud83d a character",
    "html": "<script>alert('x')</script><b onclick=steal()>refund</b>&nbsp;",
    "combining": "e" + "\u0301" * 5_000,
    "digits": "1" * 20_000,
    "ats": "@" * 20_000,
    "dots": "a." * 20_000,
    "spaces": "a" + " " * 50_000 + "b",
}
WORDLESS = ("empty", "whitespace", "emoji", "emojis", "letters", "controls", "blob", "digits", "ats")
ANYTHING = st.text(st.characters(codec=None), max_size=300)
FEW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def check(row: dict) -> None:
    json.dumps(row, allow_nan=False).encode()
    assert 0 <= row["confidence"] <= 1
    assert -1 <= row["sentiment"] <= 1
    assert sum(row["probabilities"].values()) == pytest.approx(1, abs=0.001)
    assert 0 <= row["friction"] <= 100
    assert 0 <= min(row["effort"], row["leaving"]) <= max(row["effort"], row["leaving"]) <= 1
    assert 0 <= row["stage_confidence"] <= 1 + 1e-6
    assert all(0 <= e["start"] < e["end"] for e in row["evidence"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_has_a_row_with_every_figure_in_its_range(name: str, annotator: Annotator) -> None:
    (row,) = Analyst(annotator).texts([HOSTILE[name]], ["1"], evidence=True)
    check(row)


def test_what_holds_no_words_asks_for_nothing_and_feels_nothing(annotator: Annotator) -> None:
    rows = Analyst(annotator).texts([HOSTILE[name] for name in WORDLESS], list(WORDLESS))
    found = [(row["id"], row["intent"], row["sentiment_class"]) for row in rows]
    assert found == [(name, "none", "neutral") for name in WORDLESS]
    assert max(row["friction"] for row in rows) < 5


def test_only_what_was_cut_says_so(annotator: Annotator) -> None:
    rows = Analyst(annotator).texts(list(HOSTILE.values()), list(HOSTILE))
    cut = {row["id"] for row in rows if row["truncated"]}
    assert "long" in cut
    assert not cut & {*WORDLESS, "nul", "hebrew", "html", "surrogate"}


@FEW
@given(st.lists(ANYTHING, max_size=4))
def test_any_texts_have_rows_alike_alone_and_together(annotator: Annotator, texts: list[str]) -> None:
    analyst = Analyst(annotator)
    rows = analyst.texts(texts, [str(n) for n in range(len(texts))], evidence=True)
    for n, (row, text) in enumerate(zip(rows, texts, strict=True)):
        check(row)
        (alone,) = analyst.texts([text], [str(n)], evidence=True)
        assert (row["intent"], row["language"]) == (alone["intent"], alone["language"])
        assert row["friction"] == pytest.approx(alone["friction"], abs=0.2)


@FEW
@given(st.lists(ANYTHING, min_size=1, max_size=3))
def test_any_conversation_has_a_summary(annotator: Annotator, texts: list[str]) -> None:
    from datetime import UTC, datetime

    from nlp.conversation import Channel

    turns = tuple(Turn(n, Speaker.CUSTOMER, text) for n, text in enumerate(texts))
    talk = Conversation("c", "s", Channel.CHAT, "", datetime(2026, 5, 1, tzinfo=UTC), turns)
    rows, whole = Analyst(annotator).conversation(talk, evidence=True)
    json.dumps([rows, whole["summary"]], allow_nan=False).encode()
    assert 0 <= whole["summary"]["friction"] <= 100


@FEW
@given(ANYTHING)
def test_masking_is_done_once_and_spans_lie_inside_the_text(text: str) -> None:
    masked, found = redact(text)
    assert redact(masked)[0] == masked
    assert all(masked[m.start : m.end] == f"<{m.kind}>" for m in found)
    evidence = (*cues.cues(masked), *sentiment.words(masked))
    assert all(0 <= e.start < e.end <= len(masked) for e in evidence)


@FEW
@given(ANYTHING)
def test_segments_hold_every_word_once_and_in_order(text: str) -> None:
    places = segmentation.segments(text)
    assert "".join("".join(text[start:end].split()) for start, end in places) == "".join(text.split())
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@FEW
@given(ANYTHING)
def test_the_language_of_anything_is_a_known_code(text: str) -> None:
    assert language.detect(text) in {*language.LANGUAGES, language.UNKNOWN}
    assert not (language.wordless(text) and language.detect(text) == "en")


def test_a_segment_of_a_blank_text_is_placed_nowhere(annotator: Annotator) -> None:
    (signal,), _ = annotator.signals([Segment("c", 0, 0, 0)], [""])
    assert (signal.intent, signal.stage, math.isnan(signal.sentiment)) == ("none", "unknown", False)
