"""A conversation that goes on: what is said next, and what is known of it now."""

from typing import Any

from pydantic import BaseModel, Field

from api.schemas.findings import Course, Finding, Others, Summary
from api.schemas.requests import TURNS, In, TurnIn


class LiveIn(In):
    """What is said next. Turns count from 0; one that is sent again replaces it and what came after it."""

    first: int = Field(0, ge=0, description="The number of the first of these turns.", examples=[1])
    turns: list[TurnIn] = Field(min_length=1, max_length=TURNS)
    names: bool = Field(False, description="Mask person names too (slower).")
    evidence: bool = Field(False, description="Add the words that show friction or feeling.")


class Change(BaseModel):
    before: Any
    after: Any


class LiveOut(BaseModel):
    id: str = Field(examples=["chat-4711"])
    turns: int = Field(description="How many are known; the number of the next one.", examples=[2])
    results: list[Finding] = Field(description="One a segment of the customer's turns that were sent now.")
    summary: Summary = Field(description="Of the conversation so far.")
    secondary: Others = []
    course: Course = Field(description="How sentiment goes.")
    queue: str = Field(description="Who should deal with it, by the rules.", examples=["billing"])
    rule: int | None = Field(description="The number of the rule that says so; null for the default.")
    changed: dict[str, Change] = Field(
        description="What is another than before these turns, of intent, abstained, stage, sentiment, friction, "
        "effort, leaving, language and queue; all of it at the beginning.",
        examples=[{"intent": {"before": "none", "after": "refund_status"}}],
    )
