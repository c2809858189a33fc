"""Dates such as 03/04/2020, which can be read two ways: read as told, and what a column of them gives away."""

import re
from collections.abc import Sequence
from typing import Any

ORDERS = ("day-first", "month-first")
WRITTEN = re.compile(
    r"\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{4})"
    r"(?:,?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:([AP])\.?M\.?)?)?\s*",
    re.IGNORECASE,
)


def ambiguous(value: Any) -> bool:
    return bool(WRITTEN.fullmatch(str(value)))


def ordered(value: Any, order: str) -> Any:
    """ISO 8601 of what is so written, in the order that was told ("" is none); anything else as it is."""
    found = WRITTEN.fullmatch(str(value)) if order else None
    if not found:
        return value
    first, _, second, year, hour, minute, seconds, half = found.groups(default="")
    day, month = (first, second) if order == "day-first" else (second, first)
    hours = int(hour or 0) % 12 + 12 * (half in "pP") if half else int(hour or 0)
    stamp = f"{year}-{month:0>2}-{day:0>2}T{hours:02}:{minute or '00'}:{seconds or '00'}"
    return stamp if int(month) <= 12 and hours < 24 else value


def order_of(texts: Sequence[str]) -> str:
    """The order that all of a column's cells allow and one demands: by a number over 12, or by dots; "" else."""
    found = [WRITTEN.fullmatch(text) for text in texts]
    days = [(int(one[1]) > 12 or one[2] == ".", int(one[3]) > 12) for one in found if one]
    first, second = any(day for day, _ in days), any(day for _, day in days)
    return "" if len(days) < len(found) or first == second else ORDERS[second]
