"""What comes after themes, what carries conversions and exits, and what is foretold of a customer."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.findings import Figure


class AssociationOut(BaseModel):
    theme: str = Field(examples=["t1"])
    name: str
    stage: str = Field(examples=["use"])
    outcome: str = Field(description="leaves, writes_again or does_not_buy.", examples=["leaves"])
    contacts: int = Field(description="Contacts at the stage that raise the theme and whose outcome is known.")
    customers: int
    risk: Figure = Field(description="Share of them with the outcome, 0..1.")
    others: Figure = Field(description="The same share of all other contacts at the stage.")
    ratio: Figure = Field(description="How many times as likely, among customers who write as much.")
    low: Figure = Field(description="Lower end of the ratio's 95 % interval.")
    high: Figure
    p: float = Field(description="Of no association, two-sided.")
    stands_out: bool = Field(description="Likelier beyond what chance makes of so many comparisons.")


class OutcomesOut(BaseModel):
    associations: list[AssociationOut] = Field(description="The surest first.")
    suppressed: int = Field(description="Cells of theme, stage and outcome that are too small to tell.")
    unknown: list[str] = Field(description="Outcomes that no event tells.", examples=[["does_not_buy"]])
    until: datetime | None = Field(description="The last moment seen; later outcomes are not known.")
    caveat: str


class SpreadOut(BaseModel):
    value: Figure
    low: Figure = Field(description="Lower end of the 95 % interval.")
    high: Figure


class CreditOut(BaseModel):
    touchpoint: str = Field(description="A channel at a stage, or a theme's id.", examples=["call at use"])
    name: str
    paths: int = Field(description="Paths that contain it.")
    customers: int
    ends: int = Field(description="Those of them that end so.")
    removal: SpreadOut = Field(description="Share of ends, 0..1, that the chain would not reach without it.")
    shapley: SpreadOut = Field(description="Its share of all ends, 0..1.")
    lift: SpreadOut = Field(description="Over 1 it carries more than its part.")
    first: Figure = Field(description="Share of ends whose first touchpoint it is.")
    last: Figure


class AttributionOut(BaseModel):
    credits: list[CreditOut] = Field(description="Most Shapley credit first.")
    paths: int
    ends: int
    suppressed: int = Field(description="Touchpoints of under 10 customers or under 5 ends.")
    caveat: str


class ReasonOut(BaseModel):
    feature: str = Field(examples=["friction_mean_30d"])
    value: float | str | None
    typical: float | str | None = Field(description="A typical customer's.")
    effect: Figure | None = Field(description="How much less probable it would be with the typical value, -1..+1.")
    points: int | None = Field(description="Of a rule.")
    says: str | None = Field(description="What a rule saw.")


class ForecastOut(BaseModel):
    target: str = Field(description="contact_7d, exit_30d or next_stage_30d.", examples=["exit_30d"])
    by: str = Field(description="model, or rule where nothing has been learnt.", examples=["model"])
    probability: Figure | None = Field(description="Of yes, 0..1; null of several classes, and of a rule.")
    classes: list[tuple[str, Figure]] | None = Field(description="The likeliest first.")
    usual: Figure | None = Field(description="How often it came in training.")
    points: int | None = Field(description="Of a rule, 0..100: no probability.")
    note: str | None
    reasons: list[ReasonOut]


class ForecastsOut(BaseModel):
    customer: str
    at: datetime
    why_not: str = Field(description="Why nothing is foretold; empty where something is.")
    forecasts: list[ForecastOut]
