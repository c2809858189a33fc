"""Long work: asked for, and how far it is."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.commands.export import Table
from api.schemas.requests import In, Listed, Moment

Kind = Literal["discover", "annotate", "features", "export"]
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]


class JobOptions(In):
    """What a kind may be told; a field of another kind is refused."""

    seed: int | None = Field(None, ge=0, le=2**31 - 1, description="Of discover: the seed of chance.")
    table: Table | None = Field(None, description="Of export, and needed there.")
    format: Literal["csv", "jsonl", "parquet", "xes"] | None = Field(None, description="Of export; parquet otherwise.")
    since: Moment | None = Field(None, description="Of export: conversations from this time on.")
    until: Moment | None = Field(None, description="Of export: conversations before this time.")
    channel: Literal["ticket", "call", "social", "chat"] | None = Field(None, description="Of export.")
    stage: str | None = Field(None, max_length=100, description="Of export.")
    theme: str | None = Field(None, max_length=100, description="Of export.")
    at: Moment | None = Field(None, description="Of an export of features: as known before this time.")


class JobIn(In):
    kind: Kind = Field(
        description="discover: find the themes anew; annotate: what an older model annotated or none; features: gather "
        "what features are read from; export: a table as a file.",
    )
    options: JobOptions = JobOptions()


class JobOut(BaseModel):
    id: str = Field(examples=["job-0b3e6b7a5f5c4f0f9d5c0c7c1c2d3e4f"])
    kind: str = Field(examples=["export"])
    options: dict[str, Any] = Field(examples=[{"table": "signals", "format": "parquet"}])
    actor: str = Field(description="Who asked for it.", examples=["key:0123456789ab"])
    state: State
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    step: str = Field(description="What is done now.")
    done: int = Field(description="Of `total`, so far.")
    total: int | None = Field(description="null where it is not known.")
    attempts: int = Field(description="How often it was begun; after three it is not begun again by itself.")
    cancelling: bool = Field(description="Somebody asked to end it.")
    result: dict[str, Any] = Field(description="What came of it, where it is done.")
    error: str = Field(description="Why it failed; empty otherwise.")
    file: str | None = Field(description="Path of the file that it made, for a day; null where there is none.")


class JobsQuestion(Listed):
    state: Literal["", "queued", "running", "done", "failed", "cancelled", "interrupted"] = Field(
        "", description="In this state alone."
    )
    kind: Literal["", "discover", "annotate", "features", "export"] = Field("", description="Of this kind alone.")
