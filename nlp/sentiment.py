"""How a customer feels: class probabilities from the head, and VADER as baseline and second opinion."""

from functools import cache
from typing import Any

from nlp.encoder import Floats
from nlp.errors import BadModel
from nlp.head import Head
from nlp.signal import SENTIMENTS


def classify(head: Head, embeddings: Floats) -> Floats:
    """float32 (n, 3): P(negative), P(neutral), P(positive). Raises BadModel for a head with other classes."""
    if head.labels != SENTIMENTS:
        raise BadModel(f"sentiment head has the labels {head.labels}; expected {SENTIMENTS}")
    return head.probabilities(embeddings)


def vader(text: str) -> float:
    """-1..+1, VADER's compound score (Hutto & Gilbert 2014)."""
    return float(_vader().polarity_scores(text)["compound"])


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
