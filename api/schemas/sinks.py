"""How far the systems are that are told what happens, and which messages they are sent again."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class SinkOut(BaseModel):
    name: str = Field(examples=["crm"])
    since: datetime = Field(description="From when on it is told.")
    waiting: int = Field(description="Messages that are neither delivered nor dead.")
    oldest: datetime | None = Field(description="When the oldest of these happened.")
    held: int = Field(description="Of those that wait: what was not taken, and what waits behind it.")
    dead: int = Field(description="Messages that are tried no more.")
    delivered: int = Field(description="Messages that got through.")
    delivered_at: datetime | None = Field(description="When the last one did.")
    failures: int = Field(description="Times running that it did not answer.")
    error: str = Field(description="Why the last attempt failed; empty where it did not.")
    served: bool = Field(description="Whether a publisher serves it now.")


class ReplayIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"since": "2026-11-01T00:00:00Z"}, {}]})

    since: AwareDatetime | None = Field(
        default=None, description="Everything from this moment on, as far as it is kept; else its dead letters alone."
    )


class ReplayOut(BaseModel):
    messages: int = Field(description="How many messages are sent again.")
