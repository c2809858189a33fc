"""Columns that read back alike on every database, and the metadata that gathers all tables."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, MetaData, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

dumps = json.JSONEncoder(sort_keys=True).encode
"""As `json.dumps`, which makes an encoder anew each time."""


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite, which knows no time zones, keeps the naive UTC time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"the time {value.isoformat()} has no time zone; give an aware time")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON kept as ASCII text: PostgreSQL's own JSON types refuse escaped NULs, which imported tickets do hold."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def key() -> TypeEngine[str]:
    """Text compared byte by byte: both databases then page in the same order."""
    return String().with_variant(String(collation="C"), "postgresql")


metadata = MetaData()
