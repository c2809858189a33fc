"""How a customer feels: class probabilities from the encoder or a head, and VADER as baseline and second opinion."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.errors import BadModel
from nlp.head import Head
from nlp.once import once
from nlp.signal import SENTIMENTS, Evidence

PART = 128
"""Texts whose signals are made at once, while the encoder reads the next."""
STRONG = 1.5
"""Valence (-4..+4 in VADER's lexicon) from which a word is shown as evidence."""
NEGATE = frozenset({"not", "no", "never", "none", "nothing", "without", "hardly", "cannot", "neither", "nor"})
SURE = 0.6
"""Probability from which our class is strong."""
OPPOSITE = 0.4
"""Size from which VADER's compound score is strong."""
REVIEW = "sentiment disagrees with lexicon"
_PLAIN = re.compile(
    r"\b(?:please|pls|plz|help(?:s|ed|ing)?|thanks?|thx|dear|kind(?:ly)?|regards|best|hop(?:e|es|ing|efully)"
    r"|appreciate[sd]?|hand|good (?:morning|afternoon|evening|day)|(?:nice|great) day|no problem|yes|ok(?:ay)?"
    r"|well|sure|agree(?:d|ment)?|free|share[sd]?|sharing|support(?:ed|s)?|friends?|security|secured?"
    r"|protect(?:ed|ion)?|safe|save[sd]?|saving|solv(?:e|ed|ing)|solutions?|resolved?|accept(?:ed|s)?|approved?|allow(?:s|ed)?|want(?:s|ed)?|like"
    r"|credit(?:s|ed)?|gifts?|prizes?|bonus|rewards?|premium|interest|benefits?|active|trust(?:ed)?|care|value"
    r"|play(?:s|ed|ing)?|w[io]n(?:ning)?|original|create[sd]?|clear|ready|important|special|confirmed)\b"
    r"|&amp;|<[A-Z_]+>",
    re.IGNORECASE,
)
"""Courtesies, and names of ordinary things and acts in support, which VADER's lexicon takes for good feeling."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LETTERS = bytes(n if chr(n).isalpha() else 32 for n in range(128)) + bytes(128)
"""Leaves of an ASCII text what may be a strong word: none has an apostrophe."""


def read(encoder: Encoder, head: Head | None, texts: Sequence[str]) -> tuple[Floats, Floats]:
    """One pass: embeddings float32 (n, d), and sentiment as in `classify`, by `head` where given, else by the encoder.

    Raises BadModel where neither tells it.
    """
    if head is not None:
        embeddings = encoder.encode(texts)
        return embeddings, classify(head, embeddings)
    if tell := getattr(encoder, "encode_with_sentiment", None):  # a protocol costs a tenth of a text to ask
        found: tuple[Floats, Floats] = tell(texts)
        return found
    raise BadModel(
        f"encoder {encoder.version!r} tells no sentiment, and no sentiment head was trained for it: `make heads`"
    )


def parts(encoder: Encoder, head: Head | None, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], Floats, Floats]]:
    """As `read`, in parts of at least PART texts as the encoder has done them: places among the texts, embeddings,
    sentiment. It begins now, and goes on while the caller works, where the encoder has threads. Raises BadModel."""
    if head is None and (found := getattr(encoder, "parts", None)):
        return _together(found(texts))
    return iter([(range(len(texts)), *read(encoder, head, texts))])


def _together(
    parts: Iterable[tuple[Sequence[int], Floats, Floats]],
) -> Iterator[tuple[Sequence[int], Floats, Floats]]:
    places, vectors, feelings = list[int](), list[Floats](), list[Floats]()
    for own, found, felt in parts:
        places, vectors, feelings = [*places, *own], [*vectors, found], [*feelings, felt]
        if len(places) >= PART:
            yield places, np.concatenate(vectors), np.concatenate(feelings)
            places, vectors, feelings = [], [], []
    if places:
        yield places, np.concatenate(vectors), np.concatenate(feelings)


def classify(head: Head, embeddings: Floats) -> Floats:
    """float32 (n, 3): P(negative), P(neutral), P(positive). Raises BadModel for a head with other classes."""
    if head.labels != SENTIMENTS:
        raise BadModel(f"sentiment head has the labels {head.labels}; expected {SENTIMENTS}")
    return head.probabilities(embeddings)


def vader(text: str) -> float:
    """-1..+1, VADER's compound score (Hutto & Gilbert 2014)."""
    return float(_vader().polarity_scores(text)["compound"])


def disagrees(text: str, probabilities: tuple[float, float, float]) -> bool:
    """Whether our class and VADER, who does not hear courtesies here, are sure of opposite feelings.

    Irony, mixed feelings, and mistakes of either are among such texts: worth a person's look.
    """
    negative, _, positive = probabilities
    if max(negative, positive) < SURE:
        return False
    score = vader(_PLAIN.sub(" ", text))
    return score >= OPPOSITE if negative > positive else score <= -OPPOSITE


def words(text: str) -> tuple[Evidence, ...]:
    """The words that carry feeling, by VADER's lexicon alone: kinds "negative", "positive".

    A negation among the three words before turns the kind, as in VADER; words of a valence under STRONG are left out.
    """
    strong = _strong()
    if text.isascii() and strong.keys().isdisjoint(text.lower().encode().translate(_LETTERS).decode().split()):
        return ()
    found, before = [], ["", "", ""]
    for match in _WORD.finditer(text):
        word = match[0].lower().replace("’", "'")
        if valence := strong.get(word):
            kind = "negative" if (valence < 0) != any(b in NEGATE or b.endswith("n't") for b in before) else "positive"
            found.append(Evidence(kind, match.start(), match.end()))
        before = [*before[1:], word]
    return tuple(found)


@once
def _strong() -> dict[str, float]:
    return {word: valence for word, valence in _vader().lexicon.items() if abs(valence) >= STRONG}


@once
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
