"""Entities are scored by type, exactly and by overlap, where they stand after masking."""

from nlp.entities.finder import Finder
from nlp.redaction import redact
from pipelines.spans import moved, scores


def mark(text: str, type: str, words: str) -> dict[str, object]:
    start = text.index(words)
    return {"type": type, "start": start, "end": start + len(words)}


def test_marks_move_with_what_masking_shortens() -> None:
    text = "mail jo@bloggs.example or 020 7946 0018 about £5 on Friday"
    masked = redact(text)[0]
    marks = [mark(text, "amount", "£5"), mark(text, "date", "Friday"), mark(text, "order_number", "7946 0018")]
    found = moved(text, masked, marks)
    assert [masked[start:end] for _, start, end in found] == ["£5", "Friday", "<PHONE>"]


def test_a_text_that_is_masked_whole_and_one_that_is_not_masked_align() -> None:
    assert moved("020 7946 0018", "<PHONE>", [{"type": "x", "start": 2, "end": 5}]) == [("x", 0, 7)]
    assert moved("£5", "£5", [{"type": "x", "start": 0, "end": 2}]) == [("x", 0, 2)]


def test_exact_and_overlapping_spans_are_counted_by_type() -> None:
    texts = ["pay £5 on the last Tuesday of it", "no entity, but order 4417"]
    marked = [[mark(texts[0], "amount", "£5"), mark(texts[0], "date", "Tuesday of")], []]
    found = scores(Finder(), texts, marked, seed=1)
    assert found["amount, exact"]["F1"].value == 1
    assert found["date, exact"]["F1"].value == 0
    assert found["date, overlapping"]["F1"].value == 1
    assert found["order_number, exact"]["precision"].value == 0
    assert found["order_number, exact"]["recall"] is None
    assert found["entities, overlapping"]["precision"].value == 2 / 3
    assert found["entities, overlapping"]["recall"].value == 1
