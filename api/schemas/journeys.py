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
