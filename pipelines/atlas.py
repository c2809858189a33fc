"""The map of all segments that themes were sought in: places and findings as columns, and what lies within a shape."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from nlp.encoder import Floats
from nlp.errors import BadInput
from pipelines.stores.protocols import Filter, Store

NOWHERE = 65_535
"""The theme's place of a segment in no theme."""
MOST = 200_000
"""Points of a map; of a larger store every n-th is shown."""
CORNERS = 400
MAGIC = b"FMAP"
Numbers = npt.NDArray[Any]
Shape = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Atlas:
    """n segments, by id. x, y: float32 (n,). `theme`: uint16, place in `themes`, or NOWHERE; `stage`, `channel`: uint8,
    places in `stages` and `channels`; `friction`: uint8, 0..100; `sentiment`: int8, -100..+100; `day`: uint16 since
    `first`. `themes`: ids and names, most segments first; hidden themes are none. `all`: how many have a place."""

    ids: Sequence[str]
    x: Floats
    y: Floats
    theme: Numbers
    stage: Numbers
    channel: Numbers
    friction: Numbers
    sentiment: Numbers
    day: Numbers
    first: date
    themes: Sequence[tuple[str, str]]
    stages: Sequence[str]
    channels: Sequence[str]
    all: int

    def day_of(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def within(self, shape: Shape) -> Numbers:
        """The points inside a polygon, by the even-odd rule, nearest to its centre first: int64 (m,)."""
        corners = np.asarray(shape, np.float64)
        low, high = corners.min(axis=0), corners.max(axis=0)
        near = np.flatnonzero((self.x >= low[0]) & (self.x <= high[0]) & (self.y >= low[1]) & (self.y <= high[1]))
        x, y = self.x[near].astype(np.float64), self.y[near].astype(np.float64)
        inside = np.zeros(len(near), bool)
        for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            if y1 != y2:
                inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        found = near[inside]
        middle = corners.mean(axis=0)
        return found[np.argsort(np.hypot(self.x[found] - middle[0], self.y[found] - middle[1]), kind="stable")]

    def to_bytes(self) -> bytes:
        """Little-endian: "FMAP", the length of a head (uint32), the head as JSON in UTF-8 with "count", "all", "first"
        and the lists, padded with spaces to a multiple of four; then the columns x, y, theme, day, stage, channel,
        friction, sentiment, each n values of its kind without a gap."""
        head = json.dumps(
            {
                "count": len(self.ids),
                "all": self.all,
                "first": self.first.isoformat(),
                "themes": [{"id": id, "name": name} for id, name in self.themes],
                "stages": list(self.stages),
                "channels": list(self.channels),
            }
        ).encode()
        head += b" " * (-len(head) % 4)
        columns = (self.x, self.y, self.theme, self.day, self.stage, self.channel, self.friction, self.sentiment)
        return b"".join([MAGIC, np.uint32(len(head)).astype("<u4").tobytes(), head, *(c.tobytes() for c in columns)])


def state(store: Store) -> tuple[str | None, int, int]:
    """What changes whenever the map may have: the discovery, the people's edits, the segments there are."""
    return store.themes.current_run(), store.edits.last(), store.signals.embedded()


def atlas(store: Store, filter: Filter = Filter()) -> Atlas:
    """The map of the current discovery, of the conversations that fulfil the filter; of no points before any."""
    rows = store.themes.points(filter, limit=10 * MOST)
    total = len(rows)
    rows = rows[:: -(-total // MOST) or 1]
    shown = {theme.id: theme.name for theme in store.themes.current() if not theme.hidden}
    days = np.array([row["at"].astimezone(UTC).date() for row in rows], "datetime64[D]")
    first = days.min() if len(rows) else np.datetime64("1970-01-01")
    stages, stage = _coded([row["stage"] for row in rows])
    channels, channel = _coded([row["channel"] for row in rows])
    places = {id: n for n, id in enumerate(shown)}
    theme = np.array([places.get(row["theme"], NOWHERE) for row in rows], "<u2")
    return Atlas(
        ids=[row["segment"] for row in rows],
        x=np.array([row["x"] for row in rows], "<f4"),
        y=np.array([row["y"] for row in rows], "<f4"),
        theme=theme,
        stage=stage,
        channel=channel,
        friction=np.array([round(row["friction"]) for row in rows], np.uint8),
        sentiment=np.array([round(100 * row["sentiment"]) for row in rows], np.int8),
        day=np.minimum((days - first).astype(np.int64), NOWHERE).astype("<u2"),
        first=first.astype(date) if len(rows) else date(1970, 1, 1),
        themes=list(shown.items()),
        stages=stages,
        channels=channels,
        all=total,
    )


def read_shape(text: str) -> Shape:
    """A polygon as "x,y,x,y,…". Raises BadInput."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise BadInput("shape: not of numbers; give x,y,x,y,… of at least three corners") from error
    if len(numbers) % 2 or not 6 <= len(numbers) <= 2 * CORNERS or not np.isfinite(numbers).all():
        raise BadInput(f"shape: {len(numbers)} numbers; give x,y,x,y,… of 3 to {CORNERS} corners")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _coded(values: Sequence[str]) -> tuple[list[str], Numbers]:
    """The different values, the most frequent first, and each one's place among them: uint8 (n,)."""
    names, place, counts = np.unique(
        np.array(values, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    order = np.argsort(-counts, kind="stable")
    rank = np.empty(len(order), np.uint8)
    rank[order] = np.arange(len(order))
    return [str(names[n]) for n in order], rank[place]
