"""A world: what goes wrong in it, where, for whom and since when; drawn from a seed, and told as its truth."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

START = datetime(2025, 1, 1, tzinfo=UTC)
DAYS = 540
"""How long a world lasts; times are days since START."""
YEAR = 365.25
SURGE = 3
"""Days that a surge or a storm lasts."""
CHANNELS = ("ticket", "call", "chat", "social")
USUAL = (0.35, 0.35, 0.2, 0.1)
"""The channels' shares before any shift."""
PLANS = ("basic", "plus", "pro")
STEPS = ("delivered", "installed", "subscribed")
"""What follows an order, one after the other, where the customer does not drop off."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What customers write about. `stages`: how often it comes up at each, relative to the others there.
    `hurt`: the friction that it mostly causes, 0..100."""

    name: str
    intent: str
    stages: Mapping[str, float]
    hurt: float


PROBLEMS = (
    Problem("asks what it costs", "pricing_question", {"consideration": 3, "renewal": 1}, 15),
    Problem("compares models", "product_information", {"consideration": 3}, 10),
    Problem("checkout refuses the order", "order_placement", {"purchase": 2}, 50),
    Problem("payment is declined", "payment_failure", {"purchase": 2, "renewal": 1}, 55),
    Problem("discount code is rejected", "promotion_problem", {"purchase": 2}, 40),
    Problem("parcel does not come", "delivery_problem", {"onboarding": 3}, 65),
    Problem("cannot set it up", "setup_help", {"onboarding": 2, "use": 1}, 45),
    Problem("arrives broken", "product_defect", {"onboarding": 2, "use": 1}, 70),
    Problem("stops working", "technical_fault", {"use": 3, "onboarding": 1}, 60),
    Problem("service is down", "service_outage", {"use": 2}, 60),
    Problem("cannot sign in", "account_access", {"use": 2, "onboarding": 1}, 45),
    Problem("charged twice", "billing_dispute", {"use": 2, "renewal": 3}, 65),
    Problem("refund does not come", "refund_status", {"use": 2, "exit": 2}, 70),
    Problem("wants another plan", "subscription_change", {"renewal": 3, "use": 1}, 20),
)
Cell = tuple[int, str]
"""A problem, by its place among PROBLEMS, at a stage."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Customers of a way of their own: `share` of all, who write `times` as often, by one channel, and mostly about the
    `problems` that are theirs (places among PROBLEMS), where these come up."""

    share: float
    channel: str
    problems: tuple[int, ...]
    times: float


@dataclass(frozen=True, slots=True)
class World:
    """What is planted. Multipliers act on a chance; days count from START.

    leaves, repeats, unsells: by how much a problem at a stage multiplies the chance to leave within 30 days of it, to
    write again within a week, and (at most 1) to buy. drop: the step that fewer take from `drop_day` on, `drop_to` of
    before. fixed: the problem that comes up `fixed_to` as often from `fix_day` on. season: amplitude and the day of the
    peak. shift: the share of calls that turns into chats from `shift_day` on. bait: a harmless problem that restless
    customers, who write and leave more anyway, meet more often: associated with leaving, not its cause. sequence: two
    problems; the second within 30 days of the first multiplies the chance to leave by `sequence_times`. surge: a
    problem that many have on the SURGE days from `surge_day` on; storm: a channel by which many write on as many days
    from `storm_day` on. helps: by how much being treated multiplies the chance to leave from `trial_day` on. kinds: the
    rest of the customers are ordinary. plans: by how much a plan multiplies the chance to leave.
    """

    seed: int
    leaves: Mapping[Cell, float]
    repeats: Mapping[Cell, float]
    unsells: Mapping[Cell, float]
    drop: str
    drop_day: float
    drop_to: float
    fixed: int
    fix_day: float
    fixed_to: float
    season: tuple[float, float]
    shift_day: float
    shift: float
    bait: int
    sequence: tuple[int, int]
    sequence_times: float
    surge: int
    surge_day: float
    storm: str
    storm_day: float
    helps: float
    trial_day: float
    kinds: tuple[Kind, ...]
    plans: Mapping[str, float]

    def weather(self, day: float) -> float:
        """How many contacts there are on a day, relative to the mean: the year's course, and quiet weekends."""
        amplitude, peak = self.season
        week = 0.7 if int(day) % 7 in (3, 4) else 1.12
        return week * (1 + amplitude * math.cos(2 * math.pi * (day - peak) / YEAR))

    def channels(self, day: float) -> tuple[float, ...]:
        """Shares of CHANNELS on a day."""
        ticket, call, chat, social = USUAL
        moved = call * self.shift if day >= self.shift_day else 0.0
        return ticket, call - moved, chat + moved, social

    def truth(self) -> dict[str, Any]:
        """What is planted, with names, as JSON takes it."""

        def named(cells: Mapping[Cell, float]) -> list[dict[str, Any]]:
            return [{"theme": PROBLEMS[n].name, "stage": s, "times": round(x, 4)} for (n, s), x in cells.items()]

        return {
            "seed": self.seed,
            "start": START.isoformat(),
            "days": DAYS,
            "themes": [asdict(problem) for problem in PROBLEMS],
            "leaves": named(self.leaves),
            "repeats": named(self.repeats),
            "unsells": named(self.unsells),
            "drop_off": {"before": self.drop, "day": self.drop_day, "times": self.drop_to},
            "fix": {"theme": PROBLEMS[self.fixed].name, "day": self.fix_day, "times": self.fixed_to},
            "season": {"amplitude": self.season[0], "peak_day": self.season[1]},
            "channel_shift": {"from": "call", "to": "chat", "day": self.shift_day, "share": self.shift},
            "bait": PROBLEMS[self.bait].name,
            "sequence": {"themes": [PROBLEMS[n].name for n in self.sequence], "times": round(self.sequence_times, 4)},
            "surge": {"theme": PROBLEMS[self.surge].name, "day": self.surge_day, "days": SURGE},
            "storm": {"channel": self.storm, "day": self.storm_day, "days": SURGE},
            "trial": {"day": self.trial_day, "times": round(self.helps, 4)},
            "kinds": [asdict(kind) | {"problems": [PROBLEMS[n].name for n in kind.problems]} for kind in self.kinds],
            "plans": {plan: round(times, 4) for plan, times in self.plans.items()},
        }


def drawn(seed: int) -> World:
    """The world of a seed. No problem has two parts to play."""
    rng = Random(f"world {seed}")
    late = [(n, s) for n, p in enumerate(PROBLEMS) for s in p.stages if s in ("onboarding", "use", "renewal")]
    cells = {n: (n, s) for n, s in rng.sample(late, len(late))}
    parts = [cell for n, cell in cells.items() if PROBLEMS[n].hurt >= 40 and n != _payment()]
    leaving, second, again, fixed, bait = parts[:5]
    selling = rng.choice([(n, "purchase") for n, p in enumerate(PROBLEMS) if "purchase" in p.stages])
    return World(
        seed=seed,
        leaves={leaving: rng.uniform(3, 5), second: rng.uniform(2.5, 4)},
        repeats={again: rng.uniform(2.2, 3.5)},
        unsells={selling: rng.uniform(0.3, 0.55)},
        drop=rng.choice(STEPS),
        drop_day=round(rng.uniform(0.45, 0.6) * DAYS),
        drop_to=rng.uniform(0.5, 0.7),
        fixed=fixed[0],
        fix_day=round(rng.uniform(0.4, 0.7) * DAYS),
        fixed_to=rng.uniform(0.1, 0.35),
        season=(rng.uniform(0.15, 0.4), rng.uniform(0, YEAR)),
        shift_day=round(rng.uniform(0.3, 0.7) * DAYS),
        shift=rng.uniform(0.4, 0.7),
        bait=bait[0],
        sequence=_sequence(rng, {cell[0] for cell in parts[:5]}),
        sequence_times=rng.uniform(4, 6),
        surge=rng.choice([n for n, problem in enumerate(PROBLEMS) if "use" in problem.stages]),
        surge_day=float(rng.randrange(200, 480)),
        storm=rng.choice(CHANNELS),
        storm_day=float(rng.randrange(200, 480)),
        helps=rng.uniform(0.3, 0.7),
        trial_day=round(0.6 * DAYS),
        kinds=tuple(_kinds(rng)),
        plans=dict.fromkeys(PLANS, 1.0) | {rng.choice(PLANS): rng.uniform(1.7, 2.5)},
    )


def _kinds(rng: Random) -> Iterator[Kind]:
    """Two or three, each with a channel and problems that no other has."""
    count = rng.choice((2, 3))
    used = [n for n, problem in enumerate(PROBLEMS) if {"use", "renewal"} & problem.stages.keys()]
    own, channels = rng.sample(used, 2 * count), rng.sample(CHANNELS, count)
    for n, channel in enumerate(channels):
        yield Kind(rng.uniform(0.12, 0.22), channel, tuple(own[2 * n : 2 * n + 2]), rng.uniform(1.2, 1.7))


def _sequence(rng: Random, taken: set[int]) -> tuple[int, int]:
    """Two problems without a part, that may follow one another: both come up at one of the later stages."""
    free = [n for n in range(len(PROBLEMS)) if n not in taken and n != _payment()]
    late = {"onboarding", "use", "renewal"}
    pairs = [(a, b) for a in free for b in free if a != b and late & set(PROBLEMS[a].stages) & set(PROBLEMS[b].stages)]
    return rng.choice(pairs)


def _payment() -> int:
    """Declined payments are what may keep from buying; they play no second part."""
    return next(n for n, problem in enumerate(PROBLEMS) if problem.intent == "payment_failure")
