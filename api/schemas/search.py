"""What a search finds, and segments as a list of their own."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.findings import Finding
from nlp.conversation import Channel, Speaker


class Span(BaseModel):
    start: int = Field(description="Characters of `text`.")
    end: int


class HitOut(BaseModel):
    conversation: str = Field(examples=["zendesk:20410"])
    turn: int
    speaker: Speaker
    at: datetime
    channel: Channel
    customer: str = Field(examples=["c0123456789abcdef0123"])
    text: str = Field(description="A part of the turn's masked text.", examples=["where is my refund?"])
    start: int = Field(description="Characters of the turn's masked text that `text` is.")
    end: int
    highlights: list[Span] = Field(description="The words that were met, or the segment that is near in meaning.")
    score: float = Field(description="Comparable within one answer: rank of words, cosine, or both ranks as one.")
    by: list[Literal["text", "semantic"]] = Field(description="What found it.")


class SegmentOut(Finding):
    """One segment of a customer's turn with what was found in it."""

    id: str = Field(description="Of the segment, over the whole store.", examples=["zendesk:20410#0:0"])
    conversation: str = Field(examples=["zendesk:20410"])
    channel: Channel
    customer: str = Field(examples=["c0123456789abcdef0123"])
    at: datetime
    text: str = Field(description="Masked.")
