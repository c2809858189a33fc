"""Texts and conversations to signals: segments, ONE encoder pass, then intent, sentiment, friction and stage."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp import friction, intent, segmentation, sentiment, stages
from nlp.conversation import Conversation, Segment, Speaker
from nlp.encoder import Encoder, Floats, OnnxEncoder
from nlp.head import Head
from nlp.redaction import redact
from nlp.signal import Signal, Summary
from nlp.summary import summarise
from nlp.taxonomy import NONE, Taxonomy

CALM = (NONE, "praise")


@dataclass(frozen=True, slots=True)
class Annotator:
    """All models that a signal needs; `version` names the encoder and is stored with each signal."""

    encoder: Encoder
    intents: Head
    sentiments: Head
    stages: Head
    taxonomy: Taxonomy

    @classmethod
    def load(cls, models: Path, taxonomy: Path, *, threads: int = 1) -> "Annotator":
        """Load the shipped models. Raises BadModel, BadTaxonomy."""
        encoder = OnnxEncoder(models / "encoder", threads=threads)
        heads = [
            Head.load(models / "heads" / f"{name}.npz", encoder=encoder.version)
            for name in ("intent", "sentiment", "stage")
        ]
        return cls(encoder, *heads, Taxonomy.from_toml(taxonomy.read_text("utf-8"), origin=str(taxonomy)))

    @property
    def version(self) -> str:
        return self.encoder.version

    def signals(self, segments: Sequence[Segment], texts: Sequence[str]) -> tuple[list[Signal], Floats]:
        """One signal a segment, and the embeddings float32 (n, d). `texts` are the segments' own, redacted."""
        embeddings = self.encoder.encode(texts)
        wants = intent.classify(self.intents, embeddings)
        feelings = sentiment.classify(self.sentiments, embeddings)
        placed = stages.classify(
            self.stages, embeddings, [w.ranked for w in wants], stages.default_stages(self.taxonomy)
        )
        found: list[Signal] = []
        for n, (segment, text) in enumerate(zip(segments, texts, strict=True)):
            cues = friction.cues(text, offset=segment.start)
            name, confidence = wants[n].ranked[0]
            negative, neutral, positive = (float(p) for p in feelings[n])
            found.append(
                Signal(
                    segment=segment,
                    model=self.version,
                    intent=name,
                    confidence=confidence,
                    abstained=wants[n].abstained,
                    intents=wants[n].ranked,
                    sentiment=positive - negative,
                    probabilities=(negative, neutral, positive),
                    friction=friction.friction(negative, cues, asks=name not in CALM),
                    stage=placed[n][0],
                    stage_confidence=placed[n][1],
                    evidence=cues.evidence,
                )
            )
        return found, embeddings

    def conversation(self, conversation: Conversation) -> tuple[list[Signal], Summary]:
        """Signals of the customer's segments, and the summary that follows from them."""
        pairs = list(customer_segments(conversation))
        signals, _ = self.signals([s for s, _ in pairs], [t for _, t in pairs])
        cues = [friction.cues(text) for _, text in pairs]
        summary = summarise(
            conversation.id,
            signals,
            effort=max((c.effort for c in cues), default=0.0),
            leaving=max((c.leaving for c in cues), default=0.0),
            language="",
        )
        return signals, summary


def customer_segments(conversation: Conversation) -> Iterator[tuple[Segment, str]]:
    """Each segment of the customer's turns with its text."""
    for turn in conversation.turns:
        if turn.speaker is Speaker.CUSTOMER:
            for start, end in segmentation.segments(turn.text):
                yield Segment(conversation.id, turn.number, start, end), turn.text[start:end]


def text_signals(annotator: Annotator, texts: Sequence[str]) -> list[Signal]:
    """One signal a text, masked by patterns first. A blank text asks for nothing and feels nothing."""
    masked = [redact(text)[0] for text in texts]
    segments = [Segment(str(n), 0, 0, len(text)) for n, text in enumerate(masked)]
    found, _ = annotator.signals(segments, masked)
    return [s if masked[n].strip() else _blank(segments[n], annotator) for n, s in enumerate(found)]


def _blank(segment: Segment, annotator: Annotator) -> Signal:
    return Signal(
        segment, annotator.version, NONE, 1.0, False, ((NONE, 1.0),), 0.0, (0.0, 1.0, 0.0), 0.0, "unknown", 0.0
    )
