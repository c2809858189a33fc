"""What the store knows of stages, customers and runs, and what the server knows of itself."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.findings import Figure


class Week(BaseModel):
    week: date = Field(description="Its Monday.", examples=["2026-05-04"])
    conversations: int
    friction: Figure | None
    segments: int | None = None
    sentiment: Figure | None = None


class ThemeFigure(BaseModel):
    id: str
    name: str
    conversations: int
    friction: Figure


class StageOut(BaseModel):
    stage: str = Field(examples=["use"])
    definition: str
    conversations: int
    customers: int
    friction: Figure | None
    sentiment: Figure | None
    themes: list[ThemeFigure] = Field(description="The three of most friction.")


class Transition(BaseModel):
    id: str = Field(description='"from:to"', examples=["purchase:onboarding"])
    origin: str = Field(alias="from", examples=["purchase"])
    to: str = Field(examples=["onboarding"])
    count: int
    customers: int
    share: Figure = Field(description="0..1 of the departures from `from`.")
    median_days: Figure | None


class CustomerOut(BaseModel):
    id: str = Field(examples=["c0123456789abcdef0123"])
    conversations: int
    channels: list[str]
    first_seen: datetime | None
    last_seen: datetime | None
    friction: Figure | None
    sentiment: Figure | None
    stage: str = Field(description="Where the customer stands: the last that a conversation or an event shows.")
    attributes: dict[str, Any]


class Stay(BaseModel):
    stage: str
    since: datetime
    until: datetime
    visits: int


class PathOut(BaseModel):
    id: str = Field(description="The customer's pseudonym.", examples=["c0123456789abcdef0123"])
    conversations: int
    stage: str = Field(description="Where the customer stands.", examples=["use"])
    confidence: Figure
    reason: str
    path: list[Stay]


class Named(BaseModel):
    id: str
    name: str


class Entry(BaseModel):
    """A conversation or an event; what an entry has not is null."""

    kind: str = Field(examples=["conversation"])
    id: str
    at: datetime
    stage: str
    confidence: Figure
    reason: str
    channel: str | None
    intent: str | None
    friction: Figure | None
    sentiment: Figure | None
    leaving: Figure | None
    themes: list[Named] | None
    tells_again: str | None = Field(description="The conversation that this one tells again: the two count as one.")
    name: str | None
    value: float | None


class Journey(BaseModel):
    id: str
    attributes: dict[str, Any]
    stage: str
    confidence: Figure
    reason: str
    path: list[Stay]
    entries: list[Entry]


class Features(BaseModel):
    customer: str
    at: datetime
    features: dict[str, Any] = Field(description="As known before `at`; docs/journeys.md defines each.")


class StageFigures(BaseModel):
    stage: str
    conversations: int
    customers: int
    friction: Figure | None
    sentiment: Figure | None


class IntentFigures(BaseModel):
    intent: str
    conversations: int
    friction: Figure | None
    sentiment: Figure | None


class Overview(BaseModel):
    conversations: int = Field(description="Those that tell the same count once.")
    duplicates: int = Field(description="Conversations that tell again what another has told.")
    annotated: int
    segments: int
    customers: int
    friction: Figure | None
    sentiment: Figure | None
    leaving: int
    unsupported: int = Field(description="Conversations in a language that the models do not know; in no mean.")
    themes: int
    placed: int = Field(description="Messages with friction that are in a theme.")
    unassigned: int = Field(description="Those that are in none.")
    first: date | None = Field(description="The day of the first conversation, in UTC.")
    last: date | None
    channels: dict[str, int]
    stages: list[StageFigures]
    intents: list[IntentFigures]
    weekly: list[Week]


class RunOut(BaseModel):
    id: str
    started_at: datetime
    finished_at: datetime | None
    status: str = Field(description="running, done, failed or killed", examples=["done"])
    counts: dict[str, int]
    seconds: dict[str, float]
    versions: dict[str, str] = Field(description="Of frictionary, the encoder, the signals and the redaction.")
    beat_at: datetime | None = Field(description="When its worker last said that it goes on.")
    error: str = Field(description="Why it failed; empty otherwise.")
    resumes: str = Field(description="The run, killed or failed, that it goes on from; empty otherwise.")


class RunInputOut(BaseModel):
    number: int
    name: str = Field(description="The file, masked.")
    format: str
    sha256: str = Field(description="Of the file as it lies; empty of a stream, and where it cannot be read.")
    size: int | None = Field(description="In bytes.")
    counts: dict[str, int]
    dead: dict[str, int] = Field(description="Why records could not be read, each with their number.")
    seconds: float | None = Field(description="None while it is read, or where that was cut off.")


class RunWithInputs(RunOut):
    inputs: list[RunInputOut]


class IntentOut(BaseModel):
    name: str = Field(examples=["refund_status"])
    group: str
    definition: str
    stage: str | None


class IntentWithFigures(IntentOut):
    conversations: int
    friction: Figure | None
    sentiment: Figure | None


class StageName(BaseModel):
    name: str
    order: int
    definition: str


class TaxonomyOut(BaseModel):
    name: str = Field(examples=["support"])
    version: int
    intents: list[IntentOut]
    stages: list[StageName]
    events: dict[str, str] = Field(description="Event: the stage that it leads to.")


class Alive(BaseModel):
    status: str = Field(description="ok, or not ready.", examples=["ok"])
    why: str = Field(description="Why it is not; empty where it is.", examples=[""])


class Health(BaseModel):
    status: str = Field(description="ok, or degraded where the store cannot be reached.", examples=["ok"])
    version: str
    store: str = Field(examples=["ok"])
    models: dict[str, str]
    taxonomy: str
    themes: str | None = Field(description="The run that discovered the current themes.")
