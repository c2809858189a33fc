"""A rule for the risk of leaving, where nothing has been learnt: points for what is known to be a bad sign."""

from collections.abc import Mapping
from dataclasses import dataclass

from nlp.journeys.features import Value

NOTE = "A rule, not learnt from your customers: points of 100, not a probability."


@dataclass(frozen=True, slots=True)
class Rule:
    """So many points where the feature is at least `least`."""

    feature: str
    least: float
    points: int
    says: str


RULES = (
    Rule("leaving_30d", 1, 40, "spoke of leaving in the last 30 days"),
    Rule("friction_last", 60, 20, "the last conversation had high friction"),
    Rule("open_problems", 1, 15, "a conversation of the last 30 days ended badly"),
    Rule("conversations_30d", 3, 15, "three or more conversations in the last 30 days"),
    Rule("effort_mean_30d", 0.5, 10, "had to ask, wait or explain again"),
)
"""Together 100 points."""


def met(features: Mapping[str, Value]) -> list[Rule]:
    """The rules that the features meet, those of most points first; their points are the risk."""
    found = [rule for rule in RULES if isinstance(v := features.get(rule.feature), int | float) and v >= rule.least]
    return sorted(found, key=lambda rule: -rule.points)
