"""Keys of the API and the audit log: what may be asked for, and what is told."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.schemas.requests import In, Moment

Scope = Literal["read", "ingest", "classify", "edit", "privacy", "admin"]


class KeyIn(In):
    name: str = Field(min_length=1, max_length=100, description="Who or what uses it.", examples=["CRM"])
    scopes: list[Scope] = Field(min_length=1, max_length=6, description="What it may do.", examples=[["read"]])
    days: float | None = Field(None, gt=0, le=3_650, description="Until it expires; never without.", examples=[90])
    rate: int | None = Field(None, ge=0, le=1_000_000, description="Requests a minute; the server's rate without.")
    quota: int | None = Field(None, ge=0, le=1_000_000_000, description="Requests a day; the server's quota without.")


class RotateIn(In):
    grace_hours: float = Field(24.0, ge=0, le=720, description="How long the secret before is good.", examples=[24])


class KeyOut(BaseModel):
    id: str = Field(description="The public part of the key.", examples=["0123456789ab"])
    name: str
    scopes: list[Scope]
    created_at: datetime
    created_by: str = Field(examples=["key:0123456789ab"])
    expires_at: datetime | None
    earlier_until: datetime | None = Field(description="Until when the secret before the last rotation is good.")
    last_used_at: datetime | None = Field(description="To the minute.")
    revoked_at: datetime | None
    rate: int | None
    quota: int | None


class KeyMade(KeyOut):
    key: str = Field(description="The key itself: told here and never again.", examples=["fk_0123456789ab_…"])


class AskedAudit(In):
    limit: int = Field(50, ge=1, le=200, examples=[20])
    since: Moment | None = Field(None, description="At or after.", examples=["2026-11-01"])
    until: Moment | None = Field(None, description="Before.")
    who: str = Field("", max_length=200, description="An actor's id.", examples=["key:0123456789ab"])
    what: str = Field("", max_length=100, description="An action, or its noun alone.", examples=["conversation"])
    subject: str = Field("", max_length=200, description="The id of what it was done to.", examples=["zendesk:20410"])
    before: int | None = Field(None, ge=1, description="Lines with a smaller number; `next` holds it.")


class AuditOut(BaseModel):
    number: int = Field(examples=[1])
    at: datetime
    who: str = Field(description='"key:<id>", "person:<subject>", "loopback", or a name that a command was given.')
    what: str = Field(examples=["conversation.read"])
    subject: str
    counts: dict[str, int] = Field(description="Of what was done for privacy: rows by table.")
    request: str = Field(description="The X-Request-ID.")


class AuditPage(BaseModel):
    items: list[AuditOut]
    next: str | None = Field(description="Path of the page that follows, null on the last.")
