"""The words behind a finding: which phrases of a text carried its intent, and which its sentiment."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp import sentiment
from nlp.encoder import Floats
from nlp.explanations import Score, Span, explain
from nlp.signal import SENTIMENTS, Signal
from nlp.taxonomy import NONE, UNSUPPORTED
from pipelines.annotate import Annotator

Row = dict[str, Any]


def explanation(annotator: Annotator, signal: Signal, text: str) -> dict[str, list[Row]]:
    """Keys intent and sentiment: spans of the masked `text`, the heaviest first.

    `weight` 0..1 is by how much the probability of the intent, or of the class of sentiment, falls without them. What
    asks for nothing has no words that ask, and what is neutral none that feel.
    """
    names = []
    if signal.intent not in (NONE, UNSUPPORTED):
        names.append("intent")
    if signal.intent != UNSUPPORTED and signal.sentiment_class != "neutral":
        names.append("sentiment")
    found = explain(scores(annotator, signal, names), text) if names else []
    told = {name: [_row(text, span) for span in spans] for name, spans in zip(names, found, strict=True)}
    return {"intent": [], "sentiment": []} | told


def _row(text: str, span: Span) -> Row:
    words = text[span.start : span.end]
    return {"start": span.start, "end": span.end, "words": words, "weight": round(span.weight, 4)}


def scores(annotator: Annotator, signal: Signal, names: Sequence[str]) -> Score:
    """What the signal says of its text, asked of other texts in one pass: a column for "intent" and "sentiment"."""
    model, name = annotator.intents, signal.intent
    shared = name not in model.head.labels and model.calm is not None
    head = model.calm if shared and model.calm else model.head
    encoder = None if shared else model.encoder
    feeling = SENTIMENTS.index(signal.sentiment_class)

    def score(texts: Sequence[str]) -> Floats:
        columns: dict[str, Floats] = {}
        if "sentiment" in names:
            embeddings, feelings = sentiment.read(annotator.encoder, annotator.sentiments, texts)
            columns["sentiment"] = feelings[:, feeling]
        else:
            embeddings = annotator.encoder.encode(texts)
        if "intent" in names:
            read = encoder.encode(texts) if encoder else embeddings
            columns["intent"] = head.probabilities(read)[:, head.labels.index(name)]
        return np.stack([columns[column] for column in names], axis=1)

    return score
