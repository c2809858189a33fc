"""What masking hides is counted by type: whole marks, marks under their own type, and masks that touch a mark."""

from pipelines.hiding import Tally, hidden, tallies


def mark(text: str, type: str, words: str) -> dict[str, object]:
    start = text.index(words)
    return {"type": type, "start": start, "end": start + len(words)}


def test_a_placeholder_stands_for_what_is_missing_between_the_rest() -> None:
    text = "jo@example.com (or 555-0142), thanks"
    assert hidden(text, "<EMAIL> (or <PHONE_ABCDEFGH>), thanks") == [("EMAIL", 0, 14), ("PHONE", 19, 27)]
    assert hidden("nothing", "nothing") == []


def test_marks_and_masks_are_counted() -> None:
    text = "ask Ada Threadgold at 14 Mill Lane about Friday"
    marks = [mark(text, "NAME", "Ada Threadgold"), mark(text, "ADDRESS", "14 Mill Lane")]
    found = tallies([text], [hidden(text, "ask Ada <NAME> at <NAME> about <NAME>")], [marks])
    assert found["NAME"] == Tally(marks=1, hidden=0, typed=0, masks=3, right=2)
    assert found["ADDRESS"] == Tally(marks=1, hidden=1, typed=0)
    assert found[""] == Tally(marks=2, hidden=1, typed=0, masks=3, right=2)
