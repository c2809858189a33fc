"""Micro-moments, archetypes, cohorts and unusual days."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.findings import Figure
from api.schemas.flow import IntervalOut
from api.schemas.requests import In, Moment

Outcome = Literal["leaves", "writes_again", "does_not_buy"]


class AskedPatterns(In):
    outcome: Outcome = Field("leaves", description="What sequences are to tell of.")
    since: Moment | None = Field(
        None, description="Conversations and events from this time on.", examples=["2026-05-01"]
    )
    until: Moment | None = Field(None, description="Those before this time.", examples=["2026-11-01"])


class StepOut(BaseModel):
    stage: str = Field(examples=["onboarding"])
    kind: str = Field(description="theme, intent, or empty for any contact.", examples=["theme"])
    what: str = Field(description="The theme's id or the intent.", examples=["t1"])
    name: str
    turn: str = Field(description="sours or mends: the mood beside the contact before; empty for either.")


class PatternOut(BaseModel):
    """Steps in a row within the window, each another contact; the oldest first."""

    steps: list[StepOut]
    text: str = Field(examples=["Parcel late at onboarding, then cannot set it up at onboarding"])
    contacts: int = Field(description="Contacts that end it.")
    customers: int
    support: Figure = Field(description="Share of the customers who wrote, 0..1.")
    risk: IntervalOut | None = Field(description="Share of these contacts with the outcome; null where nobody knows.")
    others: Figure | None = Field(description="The same of contacts like the last step, by another way.")
    lift: Figure | None = Field(description="Risk over the share of all contacts.")
    odds: Figure | None = Field(description="Odds ratio of risk and others, not adjusted.")
    ratio: Figure | None = Field(description="Risk ratio, within as many contacts before; null where too few tell.")
    low: Figure | None = Field(description="Lower end of its 95 % interval.")
    high: Figure | None
    p: float | None = Field(description="Of no difference, two-sided.")
    stands_out: bool = Field(description="Likelier beyond what chance makes of so many sequences.")
    examples: list[str] = Field(description="Up to three customers, by pseudonym, the latest first.")


class PatternsOut(BaseModel):
    patterns: list[PatternOut] = Field(description="What stands out first, then the surest; at most 50.")
    outcome: Outcome
    window: int = Field(description="Days within which all steps lie.")
    customers: int = Field(description="Customers who wrote.")
    drawn: int = Field(description="Of how many of them this is; fewer where they wrote very much.")
    tested: int = Field(description="Sequences of which enough is known.")
    untold: int = Field(description="Frequent ones of which too few have the outcome.")
    caveat: str


class AskedThen(In):
    days: int = Field(30, ge=1, le=365, description="Groups as of so many days before the last moment known.")


class AskedCohorts(AskedThen):
    by: str = Field("value", description="value, archetype, or the name of an attribute.", examples=["value"])


class ShareOut(BaseModel):
    value: Figure = Field(description="Share of the group's customers, 0..1.")
    low: Figure = Field(description="Lower end of the 95 % interval.")
    high: Figure
    others: Figure = Field(description="Share of all other customers.")
    ratio: Figure | None
    ratio_low: Figure | None
    ratio_high: Figure | None
    p: float
    differs: bool = Field(description="Beyond what chance makes of so many comparisons.")


class GroupOut(BaseModel):
    name: str
    customers: int
    conversations: int
    friction: IntervalOut | None = Field(description="0..100, the mean of conversations until then.")
    sentiment: IntervalOut | None = Field(description="-1..+1")
    effort: IntervalOut | None = Field(description="0..1")
    outcomes: dict[str, ShareOut | None] = Field(
        description="leaves, writes, buys in the days after; null where too few customers stand behind it."
    )


class CohortOut(GroupOut):
    says: str


class Times(BaseModel):
    at: datetime | None = Field(description="The moment of the groups.")
    until: datetime | None = Field(description="The last moment known.")
    customers: int
    caveat: str


class CohortsOut(Times):
    cohorts: list[CohortOut] = Field(description="Largest first, small ones together last.")
    by: str
    attributes: list[str] = Field(description="What else may be asked by.")
    others: int = Field(description="How many groups are too small and told together.")
    least: int = Field(description="Customers that a group has at least.")


class TraitOut(BaseModel):
    name: str = Field(examples=["intent:refund_status"])
    says: str = Field(examples=["about refund status"])
    value: Figure = Field(description="Mean share of a customer's contacts, 0..1.")
    usual: Figure = Field(description="The same of all customers.")


class ArchetypeOut(GroupOut):
    support: Figure = Field(description="Share of the customers who wrote, 0..1.")
    stability: Figure = Field(description="Chance that other customers would keep two of these together, 0..1.")
    traits: list[TraitOut]
    examples: list[str] = Field(description="Customers nearest its middle, by pseudonym.")


class ArchetypesOut(Times):
    archetypes: list[ArchetypeOut] = Field(description="Largest first.")
    strengths: list[tuple[int, Figure]] = Field(
        description="Each number of groups tried, with its prediction strength."
    )


class AskedDays(In):
    days: int = Field(28, ge=1, le=365, description="Days that are looked at.")
    until: Moment | None = Field(None, description="Before this time.", examples=["2026-11-01"])


class AnomalyOut(BaseModel):
    day: date
    by: str = Field(description="stage, theme or channel.", examples=["theme"])
    id: str
    name: str
    count: int = Field(description="Conversations on that day.")
    expected: Figure
    low: int = Field(description="Lower end of the range that holds 95 % of such days.")
    high: int
    ratio: Figure
    p: float


class AnomaliesOut(BaseModel):
    anomalies: list[AnomalyOut] = Field(description="Newest first.")
    tested: int = Field(description="Days of all series that were looked at.")
    since: date | None = Field(description="null where fewer than eight weeks are known before.")
    until: date | None
    days: int


class AskedFunnel(In):
    since: Moment | None = Field(None, description="Came to the event from this time on.", examples=["2026-05-01"])
    until: Moment | None = Field(None, description="Before this time.", examples=["2026-11-01"])


class OnwardOut(BaseModel):
    event: str = Field(examples=["delivered"])
    then: str = Field(description="The event that most often comes next.", examples=["installed"])
    customers: int = Field(description="Who came to the event, and whose days after it are over.")
    share: IntervalOut = Field(description="0..1: of them those who went on within these days.")
    before: Figure | None = Field(description="The share of the period before; null without `since`.")
    changed: str = Field(description="fell or rose, beyond chance; empty otherwise.")


class FunnelOut(BaseModel):
    steps: list[OnwardOut]
    within: int = Field(description="Days within which somebody goes on.")
    until: datetime | None = Field(description="The last moment known.")
