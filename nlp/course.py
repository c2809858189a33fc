"""How one side of a conversation feels from its beginning to its end, on the scale of call centres, -5..+5.

- A point is a segment's sentiment -1..+1 and its place 0..1 in the conversation: turns count alike, and a segment lies
  as far into its turn as its characters do. Time is not asked: days lie between two mails, and seconds in a call.
- Each quarter is scored from how often it holds a feeling and how near together. Often: 5 times the mean of its points.
  Near: before that, a point that follows one of the same sign gains half of that one's strength in what it lacks to the
  end of the scale, s + (1 - |s|) * before / 2. So three angry turns in a row weigh more than three apart.
- `overall` is the mean of the quarters in which the speaker says something, `slope` the change from the first point to
  the last along the line of least squares, each point as far from the next.

Amazon Connect Contact Lens names the scale, the portions, frequency, nearness and the average; the formula is ours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.conversation import Segment, Turn

QUARTERS = 4
SCALE = 5.0


@dataclass(frozen=True, slots=True)
class Course:
    """`quarters`: -5..+5 each, None where the speaker says nothing; `overall`: -5..+5, None without a point.

    `slope`: in sentiment, above 0 where it rises, mostly -2..+2; None with fewer than two points.
    """

    quarters: tuple[float | None, ...]
    overall: float | None
    slope: float | None


def course(points: Sequence[tuple[float, float]]) -> Course:
    """`points`: (place 0..1, sentiment -1..+1), in order."""
    feelings = [feeling for _, feeling in points]
    held: list[list[float]] = [[] for _ in range(QUARTERS)]
    for (place, feeling), before in zip(points, [0.0, *feelings], strict=False):
        near = before if before * feeling > 0 else 0.0
        held[min(int(place * QUARTERS), QUARTERS - 1)].append(feeling + (1 - abs(feeling)) * near / 2)
    quarters = tuple(SCALE * sum(part) / len(part) if part else None for part in held)
    told = [score for score in quarters if score is not None]
    return Course(quarters, sum(told) / len(told) if told else None, _slope(feelings))


def _slope(feelings: Sequence[float]) -> float | None:
    if len(feelings) < 2:
        return None
    places = np.linspace(-0.5, 0.5, len(feelings))
    return float(places @ np.array(feelings) / (places @ places))


def points(turns: Sequence[Turn], feelings: Iterable[tuple[Segment, float]]) -> list[tuple[float, float]]:
    """The points of segments with their sentiment. `turns`: all of the conversation, whoever speaks."""
    order = {turn.number: (n, max(1, len(turn.text))) for n, turn in enumerate(turns)}
    found = []
    for segment, feeling in feelings:
        turn, length = order[segment.turn]
        found.append(((turn + segment.start / length) / len(turns), feeling))
    return sorted(found, key=lambda point: point[0])
