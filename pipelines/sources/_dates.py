"""Dates such as 03/04/2020, which can be read two ways: read as told, and what a column of them gives away."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from nlp.errors import BadRecord
from pipelines.sources._values import moment, time, zone

ORDERS = ("day-first", "month-first")
WRITTEN = re.compile(
    r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([AP])\.?M\.?)?)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """How the times of a file are meant: 03/04/2020 in which order ("" where nobody tells), and in which zone."""

    order: str
    tz: ZoneInfo

    @classmethod
    def of(cls, mapping: Mapping[str, Any], timezone: str) -> "Dates":
        """As a checked mapping tells it, else in the time zone that is told for all. Raises BadSetting."""
        return cls(mapping.get("dates", ""), zone(mapping.get("timezone", timezone)))

    def time(self, value: Any, field: str) -> tuple[datetime, bool]:
        """As `time`. Raises BadRecord with the value as it is written."""
        try:
            return time(ordered(value, self.order), field, self.tz)
        except BadRecord as bad:
            unknown = not self.order and written(value)
            reason = f"a date of unknown order: map dates={' or dates='.join(ORDERS)}" if unknown else bad.reason
            raise BadRecord(reason, field, str(value)) from bad

    def moment(self, value: Any) -> datetime | None:
        """As `time`, where it can be read."""
        return moment(ordered(value, self.order), self.tz)

    def fact(self, value: str, field: str) -> str:
        """As ISO 8601 what is so written, where the order is told; anything else as it is. Raises BadRecord."""
        if not self.order or not written(value):
            return value
        self.time(value, field)
        return str(ordered(value, self.order))


def written(value: Any) -> bool:
    """Whether it is a date that can be read two ways, by how it is written."""
    return bool(WRITTEN.fullmatch(str(value)))


def ordered(value: Any, order: str) -> Any:
    """ISO 8601 of what is so written, in the order that was told ("" is none); anything else as it is."""
    found = WRITTEN.fullmatch(str(value)) if order else None
    if not found:
        return value
    first, _, second, year, hour, minute, seconds, half = found.groups(default="")
    day, month = (first, second) if order == "day-first" else (second, first)
    if int(month) > 12:
        return value
    if not hour:
        return f"{year}-{month:0>2}-{day:0>2}"
    hours = int(hour) % 12 + 12 * (half in "pP") if half else int(hour)
    return f"{year}-{month:0>2}-{day:0>2}T{hours:02}:{minute}:{seconds or '00'}" if hours < 24 else value


def order_of(texts: Sequence[str]) -> str:
    """The order that all of a column's cells allow and one demands: by a number over 12, or by dots; "" else."""
    found = [WRITTEN.fullmatch(text) for text in texts]
    days = [(int(one[1]) > 12 or one[2] == ".", int(one[3]) > 12) for one in found if one]
    first, second = any(day for day, _ in days), any(day for _, day in days)
    return "" if len(days) < len(found) or first == second else ORDERS[second]
