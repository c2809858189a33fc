"""What was planted in worlds and found, and which intervals hold the truth: sums over worlds, and their tables."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt

import numpy as np

CUSTOMERS, POPULATION = 2_000, 6_000
"""Analysed; and others of the same world, who tell the truth."""
WIDER = sqrt(1 + CUSTOMERS / POPULATION)
"""The truth is drawn, too: its own error makes the difference so much wider than an interval allows for."""


@dataclass
class Tally:
    """Sums over worlds. held: kind -> (intervals, of which hold the truth); found: kind -> (planted, found, false)."""

    held: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    found: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    counts: dict[str, float] = field(default_factory=lambda: defaultdict(int))
    no_cause: int = 0
    bait: int = 0
    missed: list[str] = field(default_factory=list)

    def interval(
        self, kind: str, spread: tuple[float, float, float], truth: float | None, wider: float = WIDER
    ) -> None:
        """`spread`: value, low, high, each of whose arms is lengthened by `wider`."""
        if truth is not None and not np.isnan(truth):
            value, low, high = spread
            self.held[kind][0] += 1
            self.held[kind][1] += value - (value - low) * wider <= truth <= value + (high - value) * wider

    def plant(self, kind: str, found: bool, false: int, name: str) -> None:
        for n, value in enumerate((1, found, false)):
            self.found[kind][n] += value
        if not found:
            self.missed.append(name)


def table(tally: Tally) -> Iterator[str]:
    yield "| intervals of | number | hold the truth |\n|---|---|---|"
    for kind, (number, held) in tally.held.items():
        yield f"| {kind} | {number:,} | {held / number:.1%} |"
    number, held = (sum(pair[n] for pair in tally.held.values()) for n in (0, 1))
    yield f"| all | {number:,} | {held / number:.1%} |\n"
    yield "| planted | number | found | false alarms |\n|---|---|---|---|"
    for kind, (planted, found, false) in tally.found.items():
        if kind != "all that stands out":
            alarms = false if kind in ("drop-off", "lost step", "fix") else "see below"
            yield f"| {kind} | {planted} | {found} ({found / planted:.0%}) | {alarms} |"
    standing, causes, false = tally.found["all that stands out"]
    yield (
        f"\nOf {standing} associations that stand out, {causes} are planted causes, {tally.no_cause} are true and no "
        f"cause ({tally.bait} of them the bait), and {false} are false ({false / max(standing, 1):.1%}).\n"
    )
    counts = tally.counts
    yield (
        f"Of {counts['standing']} sequences that stand out, {counts['planted']} are of the planted themes, and "
        f"{counts['false']} are truly no likelier ({counts['false'] / max(counts['standing'], 1):.1%}).\n"
    )
    yield (
        f"Of {counts['windows']} times 28 days, {counts['alarms']} have an unusual day on which nothing was planted "
        f"({counts['alarms'] / max(counts['windows'], 1):.1%}).\n"
    )
    yield (
        f"Of {counts['trials']} experiments with a true effect, {counts['shown']} show that fewer leave, and "
        f"{counts['unfair']} have arms that seem unfair.\n"
    )
    worlds = counts["worlds"]
    yield (
        f"A world has {counts['archetypes'] / worlds:.1f} archetypes; their adjusted Rand index with kinds and with "
        f"ordinary customers, who prefer a channel, too, is {counts['rand'] / worlds:.2f}. Where the same contacts are "
        f"dealt to customers anew, a world has {counts['dealt'] / worlds:.1f} (1 is right).\n"
    )
    yield (
        f"Of {counts['told']} shares of groups by an attribute that changes nothing, {counts['differ']} are told to "
        f"differ ({counts['differ'] / max(counts['told'], 1):.1%}).\n"
    )
    yield f"Not found: {'; '.join(sorted(tally.missed)) or 'nothing'}."
