"""Friction 0..100: a documented proxy of how much a message hurts, from its feeling and the effort that it shows.

Customer effort and friction have no standard measure (the Customer Effort Score is a survey item), so this is ours:
each reason to hurt is taken for independent of the others: friction = 100 * (1 - product of (1 - WEIGHTS * strength)).
0, 50 and 100 are what people call no trouble, some, and hard: the weights are those that come nearest to their labels,
rounded (`python -m benchmarks.friction`).
"""

WEIGHTS = {"feeling": 0.7, "effort": 0.5, "blocked": 0.15, "leaving": 0.1, "escalation": 0.3}
"""Share of what is left to 100 that a reason of strength 1 takes."""


def friction(*, feeling: float, effort: float, blocked: float, leaving: float, escalation: float) -> float:
    """0..100 from the strength 0..1 of each reason.

    feeling: P(negative), 0 of a text that asks for nothing or praises; effort, leaving: their probabilities; blocked,
    escalation: 1 where a cue shows it.
    """
    spared = (1 - WEIGHTS["feeling"] * feeling) * (1 - WEIGHTS["effort"] * effort) * (1 - WEIGHTS["blocked"] * blocked)
    return 100 * (1 - spared * (1 - WEIGHTS["leaving"] * leaving) * (1 - WEIGHTS["escalation"] * escalation))
