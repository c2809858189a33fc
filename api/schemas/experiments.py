"""Experiments, entries, the log of choices, and what they say."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.schemas.findings import Figure
from api.schemas.requests import In, Moment

Name = Annotated[str, Field(min_length=1, max_length=200)]
Fact = Annotated[str, Field(max_length=200)] | int | float | bool
Words = Annotated[dict[Annotated[str, Field(max_length=80)], Fact], Field(max_length=50)]


class ExperimentIn(In):
    name: str = Field(max_length=80, examples=["call-back"])
    holdout: float = Field(0.1, description="Share of customers that is held out; 0.05 to 0.1 is usual.")
    days: int = Field(30, description="How long after their entry customers are looked at.")
    started_at: Moment | None = Field(None, description="Now where none is given.")
    says: str = Field("", max_length=2_000, description="What is done to those who are treated.")


class ExperimentOut(BaseModel):
    name: str
    salt: str = Field(description="Key of the hash: whoever has it can tell everybody's arm.")
    holdout: float
    days: int
    started_at: datetime
    ended_at: datetime | None
    says: str


class ExperimentsOut(BaseModel):
    items: list[ExperimentOut] = Field(description="Newest first.")


class AskedArm(In):
    customer: Name = Field(description="The pseudonym.", examples=["c0123456789abcdef0123"])


class ArmOut(BaseModel):
    customer: str
    arm: Literal["treated", "holdout"]


class AssignmentOut(ArmOut):
    experiment: str
    entered: bool = Field(description="Whether the customer has come in; the arm then stays.")
    running: bool = Field(description="False before it starts and after it has ended: treat nobody.")


class EntriesIn(In):
    customers: list[Name] = Field(
        min_length=1,
        max_length=10_000,
        description="Pseudonyms, or identifiers such as email:ann@example.com, which become pseudonyms.",
    )


class EntriesOut(BaseModel):
    items: list[ArmOut] = Field(description="In the order of the customers.")


class ArmsOut(BaseModel):
    treated: int
    holdout: int


class UpliftOut(BaseModel):
    figure: str = Field(description="leaves, buys, writes: shares; contacts, friction load: means a customer.")
    treated: Figure
    held: Figure
    difference: Figure
    low: Figure = Field(description="Lower end of the 95 % interval.")
    high: Figure
    p: float
    detectable: Figure = Field(description="The difference that so many customers show in 80 % of experiments.")
    cut: Figure | None = Field(description="By how much the past has narrowed the variance, 0..1.")
    told: bool = Field(description="Whether there is an effect, beyond chance.")


class ResultOut(BaseModel):
    experiment: str
    arms: ArmsOut
    waiting: int = Field(description="Customers whose days are not over yet.")
    crossed: int = Field(description="Customers found to be one, who came in by both arms: left out.")
    by: str = Field(description="entries, or everybody known at the start where nobody's entry was noted.")
    unfair: bool = Field(description="The arms' sizes are not those planned: trust nothing here.")
    unfair_p: float
    uplifts: list[UpliftOut]
    until: datetime | None
    caveat: str


class ChoiceIn(In):
    id: Name
    policy: Name = Field(examples=["next-best-action"])
    customer: Name = Field(description="The pseudonym.")
    at: Moment
    action: Name = Field(examples=["call"])
    propensity: float = Field(gt=0, le=1, description="The chance with which the policy chose it.")
    context: Words = Field(
        {}, description="What the policy knew, without texts of people.", examples=[{"stage": "use"}]
    )
    reward: float | None = Field(None, allow_inf_nan=False)


class ChoicesIn(In):
    choices: list[ChoiceIn] = Field(min_length=1, max_length=10_000)


class LoggedOut(BaseModel):
    new: int


class RewardsIn(In):
    rewards: dict[Name, Annotated[float, Field(allow_inf_nan=False)]] = Field(
        min_length=1, max_length=10_000, description="By the ids of choices."
    )


class RewardedOut(BaseModel):
    known: int = Field(description="How many choices there are of these ids.")


class PolicyIn(In):
    otherwise: Name = Field(description="The action of whoever `actions` does not name.", examples=["write"])
    by: str = Field("", max_length=80, description="The fact of the context that decides.", examples=["stage"])
    actions: dict[Name, Name] = Field({}, max_length=200, examples=[{"use": "call"}])
    policy: str = Field("", max_length=200, description="Choices of this logged policy alone.")
    reward: Literal["given", "stays", "buys", "does_not_write"] = "given"
    days: int = Field(30, ge=1, le=365, description="After a choice, for rewards that are not given.")


class WorthOut(BaseModel):
    way: str = Field(description="logged, ips, snips or dr.")
    value: Figure
    low: Figure
    high: Figure


class EvaluationOut(BaseModel):
    choices: int
    matching: int = Field(description="Choices on which the policy agrees with the log.")
    effective: Figure = Field(description="How many plain choices weigh as much; few tell little.")
    largest: Figure = Field(description="The greatest weight.")
    logged: WorthOut
    worths: list[WorthOut]
