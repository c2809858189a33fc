"""Lives: what one customer of a world does and says, in continuous time; the same for the same world and number."""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from heapq import heappop, heappush
from itertools import accumulate
from random import Random

from pipelines.simulate.world import CHANNELS, DAYS, PLANS, PROBLEMS, STEPS, SURGE, World

RATES = {"consideration": 0.03, "onboarding": 0.035, "use": 0.012, "renewal": 0.03, "exit": 0.01}
"""Contacts a day of a customer of usual restlessness."""
LEAVES = {"onboarding": 0.035, "use": 0.03, "renewal": 0.06}
"""Chance that a contact at a stage ends in leaving within 30 days; the mood and the problem multiply it."""
BUYS, CONTINUES, REPEATS, LAPSES = 0.75, 0.9, 0.12, 0.04
"""Chances: to buy, to take the next step, to write again within a week, and to leave when it is time to renew."""
HORIZON, WEEK, PERIOD = 30.0, 7.0, 90.0
"""Days: until a decision to leave is carried out at most, until a repeat at most, and from renewal to renewal."""
NEAR = 12.0
"""Days around a renewal that are its stage."""
MEMORY = 25.0
"""Days after which a third of a bad experience is left."""
FOLLOWS, FOLLOWS_WITHIN = 0.5, 20.0
"""Chance that the first problem of a planted sequence brings the second, and days until it does at most."""
SURGING = 0.015
"""Chance that a surge or a storm makes a customer write, a day."""
LOYAL, FAITHFUL = 0.6, 0.9
"""How often a customer takes the channel that they prefer; and one of a kind that of their kind."""
OWN = 0.75
"""How often a problem is one of the customer's kind, where one of these may come up."""


@dataclass(frozen=True, slots=True)
class Said:
    """A contact. `day` since the world's start; `friction` 0..100, `sentiment` -1..+1; `leaving`: speaks of it."""

    day: float
    stage: str
    problem: int
    channel: str
    friction: float
    sentiment: float
    leaving: bool


@dataclass(slots=True)
class Life:
    """`events` are (day, name, value or None); both in order of time."""

    number: int
    plan: str
    kind: int  # place among the world's kinds; -1 of an ordinary customer
    events: list[tuple[float, str, float | None]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def live(world: World, number: int, *, treated: bool = False) -> Life:
    """The life of a customer up to the world's last day; treated or not, it is the same until the trial."""
    life = _Living(world, number, treated)
    life.join()
    found = life.life
    found.events = [event for event in found.events if event[0] < DAYS]
    found.said = sorted((said for said in found.said if said.day < DAYS), key=lambda said: said.day)
    return found


def lives(world: World, customers: range) -> Iterator[Life]:
    return (live(world, number) for number in customers)


class _Living:
    """One customer on the way: a restless one writes more, leaves more, and remembers what hurt."""

    def __init__(self, world: World, number: int, treated: bool) -> None:
        self.world, self.rng, self.treated = world, Random(f"{world.seed}/{number}"), treated
        place = kind_of(world, number)
        self.kind = world.kinds[place] if place >= 0 else None
        self.life = Life(number, self.rng.choice(PLANS), place)
        self.restless = self.rng.gammavariate(2.5, 0.4)
        self.prefers = self.rng.choice(CHANNELS)
        self.hurt, self.hurt_day = 0.0, 0.0
        self.met = -HORIZON

    def join(self) -> None:
        """Sign up, think it over, and buy or not."""
        rng = self.rng
        day = rng.uniform(-0.3, 0.9) * DAYS
        self.life.events.append((day, "signed_up", None))
        until = day + rng.weibullvariate(16, 1.4)
        self._talk("consideration", day, until)
        bought = BUYS
        for said in self.life.said:
            bought *= self.world.unsells.get((said.problem, said.stage), 1.0)
        if rng.random() < bought:
            self.life.events.append((until, "ordered", round(rng.lognormvariate(4.6, 0.5), 2)))
            self._settle(until)

    def _settle(self, day: float) -> None:
        """From order to use, a step at a time, where nothing ends it."""
        for step in STEPS:
            until = day + self.rng.weibullvariate(7, 1.8)
            gone = self._talk("use" if step == "subscribed" else "onboarding", day, until)
            if gone is not None:
                return self._cancel(gone)
            lost = step == self.world.drop and until >= self.world.drop_day
            if self.rng.random() >= CONTINUES * (self.world.drop_to if lost else 1.0):
                return None
            self.life.events.append((until, step, None))
            day = until
        return self._use(day)

    def _use(self, day: float) -> None:
        """Period after period, with a renewal between."""
        while day < DAYS:
            for stage, until in (("use", day + PERIOD - NEAR), ("renewal", day + PERIOD)):
                gone = self._talk(stage, day, until)
                if gone is not None:
                    return self._cancel(gone)
                day = until
            if self.rng.random() < LAPSES * self.world.plans[self.life.plan] * math.sqrt(self.restless):
                return self._cancel(day)
            self.life.events.append((day, "renewed", 29.0))
            gone = self._talk("renewal", day, day + NEAR)
            if gone is not None:
                return self._cancel(gone)
            day += NEAR
        return None

    def _cancel(self, day: float) -> None:
        self.life.said = [said for said in self.life.said if said.day <= day]
        self.life.events = [event for event in self.life.events if event[0] <= day]
        self.life.events.append((day, "cancelled", None))
        self._talk("exit", day, day + 2 * HORIZON)

    def _talk(self, phase: str, start: float, end: float) -> float | None:
        """Contacts between two days; the day on which the customer leaves, where one of them makes them."""
        rng, world, gone = self.rng, self.world, None
        waiting: list[tuple[float, int]] = []
        for day in self._days(RATES[phase], start, end):
            heappush(waiting, (day, -1))
        for day, problem in self._surges(start, end):
            heappush(waiting, (day, problem))
        while waiting and (gone is None or waiting[0][0] < gone):
            day, problem = heappop(waiting)
            stage = "purchase" if phase == "consideration" and rng.random() < 0.5 else phase
            if problem < 0:
                problem = self._problem(stage, day)
            if problem < 0 or stage not in PROBLEMS[problem].stages:
                continue
            leaving = self._leaves(problem, stage, day)
            self._say(problem, stage, day, leaving is not None)
            if problem == world.sequence[0]:
                self.met = day
                if rng.random() < FOLLOWS and (after := day + FOLLOWS_WITHIN * rng.betavariate(1.5, 1.5)) < end:
                    heappush(waiting, (after, world.sequence[1]))
            if leaving is not None:
                gone = leaving if gone is None else min(gone, leaving)
            if rng.random() < REPEATS * world.repeats.get((problem, stage), 1.0):
                again = day + WEEK * rng.betavariate(1.2, 2.0)
                if again < end:
                    heappush(waiting, (again, problem))
        return gone

    def _days(self, rate: float, start: float, end: float) -> Iterator[float]:
        """Thinned by the weather (Lewis & Shedler 1979)."""
        most, day = 2 * rate * self.restless * (self.kind.times if self.kind else 1), start
        while (day := day + self.rng.expovariate(most)) < min(end, DAYS):
            if day >= 0 and self.rng.random() * 2 < self.world.weather(day):
                yield day

    def _surges(self, start: float, end: float) -> Iterator[tuple[float, int]]:
        """Contacts that a surge or a storm adds; -1 for whatever problem comes up."""
        for first, problem in ((self.world.surge_day, self.world.surge), (self.world.storm_day, -1)):
            since, until = max(start, first), min(end, first + SURGE)
            if since < until and self.rng.random() < SURGING * (until - since):
                yield self.rng.uniform(since, until), problem

    def _problem(self, stage: str, day: float) -> int:
        """What comes up; -1 where it would have been a problem that is fixed by now."""
        weights, total = _weights(stage)
        own = [n for n in self.kind.problems if n in weights] if self.kind else []
        if own and self.rng.random() < OWN:
            return self._lasting(self.rng.choice(own), day)
        bait = self.world.bait
        if bait in weights and self.rng.random() < 0.25 * (self.restless - 1):
            return bait
        found = list(weights)[bisect(list(accumulate(weights.values())), self.rng.random() * total)]
        return self._lasting(found, day)

    def _lasting(self, problem: int, day: float) -> int:
        gone = problem == self.world.fixed and day >= self.world.fix_day
        return -1 if gone and self.rng.random() >= self.world.fixed_to else problem

    def _leaves(self, problem: int, stage: str, day: float) -> float | None:
        chance = LEAVES.get(stage, 0.0) * math.sqrt(self.restless) * math.exp(0.5 * self._mood(day))
        chance *= self.world.leaves.get((problem, stage), 1.0) * self.world.plans[self.life.plan]
        if problem == self.world.sequence[1] and day - self.met <= HORIZON:
            chance *= self.world.sequence_times
        if self.treated and day >= self.world.trial_day:
            chance *= self.world.helps
        if self.rng.random() < min(0.95, chance):
            return day + HORIZON * self.rng.betavariate(1.3, 2.2)
        return None

    def _mood(self, day: float) -> float:
        return self.hurt * math.exp(-(day - self.hurt_day) / MEMORY)

    def _say(self, problem: int, stage: str, day: float, leaves: bool) -> None:
        rng, kind = self.rng, PROBLEMS[problem]
        friction = min(100.0, max(0.0, rng.gauss(kind.hurt, 14)))
        self.hurt, self.hurt_day = self._mood(day) + friction / 100, day
        feeling = max(-1.0, min(1.0, rng.gauss(0.2 - friction / 90, 0.25)))
        told = rng.random() < (0.4 if leaves else 0.02)
        self.life.said.append(Said(day, stage, problem, self._channel(day), friction, feeling, told))

    def _channel(self, day: float) -> str:
        storm = 0 <= day - self.world.storm_day < SURGE
        if storm and self.rng.random() < 0.6:
            return self.world.storm
        if self.kind and self.rng.random() < FAITHFUL:
            return self.kind.channel
        if self.rng.random() < LOYAL and not (self.prefers == "call" and day >= self.world.shift_day):
            return self.prefers
        return CHANNELS[bisect(list(accumulate(self.world.channels(day)))[:-1], self.rng.random())]


def kind_of(world: World, number: int) -> int:
    """Place among the world's kinds, -1 of an ordinary customer."""
    drawn = Random(f"kind {world.seed}/{number}").random()
    return next((n for n, end in enumerate(accumulate(kind.share for kind in world.kinds)) if drawn < end), -1)


@cache
def _weights(stage: str) -> tuple[dict[int, float], float]:
    found = {n: problem.stages[stage] for n, problem in enumerate(PROBLEMS) if stage in problem.stages}
    return found, sum(found.values())
