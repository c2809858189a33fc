"""Joined: two phrases of one frame told as one, "Money or car not received", where each alone is true of too few."""

from collections.abc import Sequence

from nlp.themes.phrases import LONGEST, Phrase
from nlp.themes.terms import stem

WIDEST = 2
"""Words in which the two differ, on each side at most."""
TELLING, BEFORE = "nv", "nva"
"""Classes of the last word in which they differ, and of the words before it."""


def joined(one: Phrase, other: Phrase) -> Phrase | None:
    """What says both, `one` first: where they are of one kind, share a word that tells and differ in one place alone,
    by nouns or by verbs; None otherwise."""
    a, b = one.text.lower().split(), other.text.lower().split()
    if one.kind != other.kind or len(one.classes) != len(a) or len(other.classes) != len(b):
        return None
    start = _shared(a, b)
    end = _shared(a[start:][::-1], b[start:][::-1])
    stop, mine, theirs = len(a) - end, one.classes[start : len(a) - end], other.classes[start : len(b) - end]
    alike = _fits(mine) and _fits(theirs) and mine[-1] == theirs[-1] and stem(a[stop - 1]) != stem(b[len(b) - end - 1])
    if not alike or not set(one.classes[:start] + one.classes[stop:]) & set(TELLING):
        return None
    said = [*a[:stop], "or", *b[start : len(b) - end], *a[stop:]]
    text, classes = " ".join(said), f"{one.classes[:stop]}-{theirs}{one.classes[stop:]}"
    stems = tuple(dict.fromkeys(one.stems + other.stems))
    whole = Phrase(text[0].upper() + text[1:], (*one.key, "or", *other.key), stems, one.kind, classes)
    return whole if len(said) <= LONGEST + 1 else None


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words the two begin with alike."""
    count = 0
    while count < min(len(a), len(b)) and a[count] == b[count]:
        count += 1
    return count


def _fits(classes: str) -> bool:
    return 1 <= len(classes) <= WIDEST and classes[-1] in TELLING and all(c in BEFORE for c in classes)
