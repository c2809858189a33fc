"""Long turns into segments of a few sentences, with the offsets of each in its turn; texts into clauses."""

import re
from collections.abc import Iterator

LENGTH = 280
"""Characters that a segment aims at: about two or three sentences, some 60 tokens."""
LONGEST = 700
"""Characters that no segment exceeds: speech without punctuation is cut at a space."""
_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=\S)|\n\s*\n|\n(?=[-*•\d])")
_SPACE = re.compile(r"\s")
CLAUSE = 5
"""Words under which a clause is left out: "Hello again." asks for nothing of its own."""
_JOIN = re.compile(
    r"(?<=[.!?…])[\"')\]]*\s|\n|(?:[,;]|\s[-–—])\s(?=(?:and|but|also|plus|besides|or)\b)"
    r"|\s(?=and (?:also|then|can|could|please|how|what|tell|send|i)\b)",
    re.IGNORECASE,
)


def segments(text: str) -> list[tuple[int, int]]:
    """[start, end) of each segment, in order, without surrounding space; together they hold every word of the text."""
    found: list[tuple[int, int]] = []
    for start, end in sentences(text):
        if found and end - found[-1][0] <= LENGTH:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def clauses(text: str) -> list[str]:
    """The sentences, and what "and also", "but" and the like join in one, each of CLAUSE words at least.

    Nothing for a text that is one clause alone.
    """
    found = _JOIN.split(text)
    return [clause.strip() for clause in found if len(clause.split()) >= CLAUSE] if len(found) > 1 else []


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """[start, end) of each sentence, in order, without surrounding space; of at most LONGEST characters."""
    start = 0
    for match in _END.finditer(text):
        yield from _pieces(text, start, match.end())
        start = match.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """[start, end) cut at spaces into pieces of at most LONGEST characters, stripped; nothing for blank text."""
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = end
        if end - start > LONGEST:
            spaces = [m.start() for m in _SPACE.finditer(text, start + LONGEST // 2, start + LONGEST)]
            stop = spaces[-1] if spaces else start + LONGEST
        stripped = stop
        while stripped > start and text[stripped - 1].isspace():
            stripped -= 1
        if stripped > start:
            yield start, stripped
        start = stop
