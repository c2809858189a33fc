"""The journey map: what happens at each stage, and where customers go from there."""

from pydantic import BaseModel, Field

from api.schemas.figures import Named
from api.schemas.findings import Figure
from api.schemas.requests import Question


class AskedMap(Question):
    gap: int = Field(30, ge=1, le=365, description="Days of silence that end a journey.")


class IntervalOut(BaseModel):
    value: Figure
    low: Figure = Field(description="Lower end of the 95 % interval.")
    high: Figure


class IntentCount(BaseModel):
    name: str = Field(examples=["refund_status"])
    conversations: int


class ThemeCount(Named):
    conversations: int


class EarlierOut(BaseModel):
    """The same stage in the period of the same length before."""

    conversations: int
    friction: Figure | None
    sentiment: Figure | None
    effort: Figure | None
    drop_off: Figure | None


class StageFlowOut(BaseModel):
    """A stage, by the visits that began in the period."""

    stage: str = Field(examples=["use"])
    conversations: int
    customers: int
    visits: int
    friction: IntervalOut | None = Field(description="0..100, the mean of its conversations")
    sentiment: IntervalOut | None = Field(description="-1..+1")
    effort: IntervalOut | None = Field(description="0..1")
    entries: int = Field(description="Visits by which a journey begins.")
    exits: int = Field(description="Visits after which the customer is silent for longer than the gap.")
    loops: int = Field(description="Visits to the stage by journeys that have been there before.")
    days: Figure | None = Field(description="Median from coming to the stage to going on to another.")
    drop_off: IntervalOut | None = Field(description="0..1: exits, of the visits of which it is known.")
    switches: IntervalOut | None = Field(description="0..1: conversations by another channel than the one before.")
    handovers: IntervalOut | None = Field(
        description="0..1: conversations that went from a bot to an agent, or from an agent to another."
    )
    intents: list[IntentCount] = Field(description="The three most frequent.")
    themes: list[ThemeCount]
    before: EarlierOut | None = Field(description="null without `since`, or where nobody was there.")
    changed: list[str] = Field(description="Figures whose intervals do not meet those of the period before.")


class FlowMove(BaseModel):
    """`start`: a journey begins. `silent`: it ends. `open`: too short a time ago to tell."""

    origin: str = Field(examples=["purchase"])
    target: str = Field(examples=["onboarding"])
    count: int
    share: Figure = Field(description="0..1 of the moves from `origin`.")
    days: Figure | None = Field(description="Median from coming to coming on.")


class StepOut(BaseModel):
    origin: str
    target: str
    step: int = Field(description="Of the visit that is left, in its journey, from 0; -1 of `start`.")
    count: int


class JourneyMap(BaseModel):
    stages: list[StageFlowOut]
    moves: list[FlowMove] = Field(description="The most frequent first.")
    steps: list[StepOut] = Field(description="The same, step by step.")
    gap: int
