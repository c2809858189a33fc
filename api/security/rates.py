"""How much an actor may still ask: a bucket of tokens a process that fills by the second, and a day's quota.

The `limits` library was looked at: it has windows, which let twice the rate through at their seam, but no bucket.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

MINUTE, DAY = 60.0, 86_400.0
MOST = 100_000
"""Actors remembered; whoever was not seen for longest is forgotten first, as if he had not asked."""


@dataclass(slots=True)
class Bucket:
    left: float
    at: float
    day: int
    used: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`wait` is how many seconds to wait before asking again, 0.0 where this request may pass."""

    limit: int
    left: int
    reset: float
    wait: float
    why: str = ""

    def headers(self) -> dict[str, str]:
        told = {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.left),
            "ratelimit-reset": str(math.ceil(self.reset)),
        }
        return {**told, "retry-after": str(math.ceil(self.wait))} if self.wait else told


class Rates:
    """One bucket an actor: as many requests at once as in a minute, and then as many as time brings."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def ask(self, id: str, *, rate: int, quota: int, at: float) -> Standing | None:
        """`rate` a minute, `quota` a day (UTC), 0 for no limit; `at` in seconds since 1970. None without any limit."""
        if not rate and not quota:
            return None
        bucket = self._bucket(id, rate, at)
        if quota and bucket.used >= quota:
            until = DAY - at % DAY
            return Standing(quota, 0, until, max(until, 1.0), f"the quota of {quota:,} requests a day is used up")
        if rate:
            bucket.left = min(float(rate), bucket.left + max(0.0, at - bucket.at) * rate / MINUTE)
            bucket.at = max(at, bucket.at)
            if bucket.left < 1.0:
                wait = (1.0 - bucket.left) * MINUTE / rate
                return Standing(rate, 0, wait, max(wait, 0.001), f"more than {rate:,} requests a minute")
            bucket.left -= 1.0
        bucket.used += 1
        if not rate:
            return Standing(quota, quota - bucket.used, DAY - at % DAY, 0.0)
        return Standing(rate, int(bucket.left), (rate - bucket.left) * MINUTE / rate, 0.0)

    def _bucket(self, id: str, rate: int, at: float) -> Bucket:
        day = int(at // DAY)
        bucket = self._buckets.setdefault(id, Bucket(float(rate), at, day, 0))
        self._buckets.move_to_end(id)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        if bucket.day != day:
            bucket.day, bucket.used = day, 0
        return bucket
