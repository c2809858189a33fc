"""Sequences, unusual days, steps that are lost, experiments and policies in worlds whose truth is known."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import log

import numpy as np

from benchmarks.world_tally import Tally
from nlp.experiments.experiment import HELD, Experiment, arm
from nlp.experiments.policies import Choice, Policy, evaluate
from nlp.experiments.uplift import unfair
from nlp.journeys.anomalies import PAST, anomalies
from nlp.journeys.facts import EPOCH, Facts, Said
from nlp.journeys.funnel import funnel
from nlp.journeys.ledger import DAY
from nlp.journeys.moments import Moment, micro_moments
from nlp.journeys.outcomes import episodes
from nlp.journeys.sequences import Histories, sequences
from nlp.journeys.steps import Step
from nlp.taxonomy import Taxonomy
from pipelines.experiments import Watched, uplifts
from pipelines.simulate.world import DAYS, PROBLEMS, START, SURGE, World

BEFORE_STEP = {"delivered": "ordered", "installed": "delivered", "subscribed": "installed"}
SALTS, TRIAL_DAYS, HELD_OUT = 10, 90, 0.2
LOGS, LOGGED = 10, 600
WINDOW, RECENT = 30, 6
EVERY = 10
"""Each so many-th sequence, in order of steps, has its interval checked: those shown are chosen for being sure."""


def lost_steps(
    tally: Tally, world: World, some: Sequence[Facts], taxonomy: Taxonomy, *, periods: tuple[int, int, int]
) -> None:
    """`periods`: days on which the earlier one begins, the later one begins, and it ends."""
    before, since, until = (day * DAY for day in periods)
    steps = funnel(some, taxonomy, since=since, until=until, seen=DAYS * DAY, before=before)
    changed = {(step.event, step.changed) for step in steps if step.changed}
    planted = (BEFORE_STEP[world.drop], "fell")
    tally.plant("lost step", planted in changed, len(changed - {planted}), f"lost step before {world.drop}")


def unusual_days(tally: Tally, world: World, some: Sequence[Facts]) -> tuple[int, int]:
    """(windows of 28 days with an alarm that is none, windows)."""
    rows: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(DAYS, int))
    for said in (said for own in some for said in own.said):
        for key in (("stage", said.stage), ("channel", said.channel), ("theme", said.themes[0])):
            rows[key][said.at // DAY] += 1
    names = sorted(rows)
    counts = np.stack([rows[name] for name in names])
    planted = {
        ("theme", PROBLEMS[world.surge].name): int(world.surge_day),
        ("channel", world.storm): int(world.storm_day),
    }
    busy = {day for first in planted.values() for day in range(first, first + SURGE)}
    told: set[tuple[tuple[str, str], int]] = set()
    alarms = windows = 0
    for end in range(PAST + 28, DAYS + 1, 28):
        found = [(names[one.series], one.day) for one in anomalies(counts[:, :end], days=28)[0]]
        told.update(found)
        alarms += any(day not in busy for _, day in found)
        windows += 1
    for kind, (series, first) in zip(("surge of a theme", "storm on a channel"), planted.items(), strict=True):
        found_it = any((series, day) in told for day in range(first, first + SURGE))
        tally.plant(kind, found_it, 0, f"{kind}: {series[1]}")
    return alarms, windows


def paths_to_leaving(
    tally: Tally, world: World, some: Sequence[Facts], many: Sequence[Facts], taxonomy: Taxonomy, *, wider: float
) -> tuple[int, int, int]:
    """(sequences that stand out, of them of the planted two themes, of them truly no likelier)."""
    histories, until = Histories.of(some), DAYS * DAY
    found = micro_moments(
        sequences(histories, customers=len(some)), histories, episodes(some, taxonomy, until=until), "leaves"
    )
    truth = Population(many, taxonomy)
    tested = sorted((moment for moment in found if moment.ratio), key=lambda moment: moment.steps)
    for moment in tested[::EVERY]:
        true = truth.ratio(moment, least=20)
        if true and moment.ratio and moment.low and moment.high:
            tally.interval("sequence: ratio", (log(moment.ratio), log(moment.low), log(moment.high)), log(true), wider)
    standing = [moment for moment in found if moment.stands_out]
    first, second = (PROBLEMS[n].name for n in world.sequence)
    planted = [
        one for one in standing if one.steps[-1].what == second and first in {step.what for step in one.steps[:-1]}
    ]
    false = sum((truth.ratio(one, least=5) or 2.0) <= 1.0 for one in standing)
    tally.plant("sequence", bool(planted), 0, f"sequence {first}, {second} (x {world.sequence_times:.1f})")
    return len(standing), len(planted), false


class Population:
    """Others of the same world, whose contacts are looked through one by one, every choice of earlier ones tried."""

    def __init__(self, many: Sequence[Facts], taxonomy: Taxonomy) -> None:
        self.rows: list[tuple[list[tuple[Said, str]], int, bool]] = []
        for own in many:
            gone = next((d.at for d in own.done if d.name in taxonomy.leaves), None)
            turned = [(said, _turn(own.said[n - 1] if n else None, said)) for n, said in enumerate(own.said)]
            for n, (said, _) in enumerate(turned):
                if (gone is None or gone >= said.at) and said.at + WINDOW * DAY <= DAYS * DAY:
                    near = [k for k in range(max(0, n - RECENT), n) if said.at - own.said[k].at <= WINDOW * DAY]
                    left = gone is not None and gone - said.at <= WINDOW * DAY
                    self.rows.append(([turned[k] for k in (*near, n)], len(near), left))

    def ratio(self, moment: Moment, *, least: int) -> float | None:
        """Mantel-Haenszel over the number of contacts before; None of fewer who leave on either side."""
        table: dict[int, list[list[int]]] = defaultdict(lambda: [[0, 0], [0, 0]])
        for contacts, many, left in self.rows:
            if many >= len(moment.steps) - 1 and _is(moment.steps[-1], *contacts[-1]):
                ways = combinations(contacts[:-1], len(moment.steps) - 1)
                came = any(all(map(_pairs, moment.steps, way)) for way in ways)
                cell = table[min(many, 3)][came]
                cell[0] += 1
                cell[1] += left
        both = [cells for cells in table.values() if cells[0][0] and cells[1][0]]
        if min((sum(cells[n][1] for cells in both) for n in (0, 1)), default=0) < least:
            return None
        above = sum(e[1] * o[0] / (e[0] + o[0]) for o, e in both)
        below = sum(o[1] * e[0] / (e[0] + o[0]) for o, e in both)
        return above / below if below else None


def _turn(before: Said | None, said: Said) -> str:
    def mood(one: Said) -> int:
        return -1 if one.sentiment <= -1 / 3 else 1 if one.sentiment > 1 / 3 else 0

    apart = mood(said) - mood(before) if before else 0
    return "" if not apart else "sours" if apart < 0 else "mends"


def _pairs(step: Step, contact: tuple[Said, str]) -> bool:
    return _is(step, *contact)


def _is(step: Step, said: Said, turned: str) -> bool:
    stage, kind, what, turn = step
    about = not what or what in (said.themes if kind == "theme" else (said.intent,))
    return stage == said.stage and about and turn in ("", turned)


def trials(
    tally: Tally, world: World, plain: Sequence[Facts], treated: Sequence[Facts], some: int, taxonomy: Taxonomy
) -> tuple[int, int, int]:
    """(experiments, of them those whose arms seem unfair, those that show that fewer leave). plain, treated: the same
    customers without and with the intervention; the first `some` are experimented on, the others tell the truth."""
    start = int(world.trial_day * DAY)
    there = [
        n
        for n, own in enumerate(plain)
        if any(d.name == "ordered" and d.at < start for d in own.done)
        and not any(d.name in taxonomy.leaves and d.at < start for d in own.done)
    ]
    truth = _true_effects([(plain[n], treated[n]) for n in there if n >= some], start, taxonomy)
    own = [n for n in there if n < some]
    wrong = shown = 0
    for salt in range(SALTS):
        experiment = Experiment("trial", f"{world.seed} {salt}", HELD_OUT, TRIAL_DAYS, EPOCH)
        arms = np.array([arm(experiment, f"c{n}") != HELD for n in own])
        lived = [treated[n] if take else plain[n] for n, take in zip(own, arms.tolist(), strict=True)]
        found = uplifts(Watched(lived, arms, np.full(len(own), start)), taxonomy, TRIAL_DAYS)
        for one in found:
            if one.figure in truth:
                tally.interval(f"uplift: {one.figure}", (one.difference, one.low, one.high), truth[one.figure], 1.0)
        wrong += unfair(int(arms.sum()), int((~arms).sum()), HELD_OUT)[0]
        shown += any(one.figure == "leaves" and one.high < 0 for one in found)
    return SALTS, wrong, shown


def _true_effects(pairs: Sequence[tuple[Facts, Facts]], start: int, taxonomy: Taxonomy) -> dict[str, float]:
    end = start + TRIAL_DAYS * DAY
    effects: dict[str, list[float]] = defaultdict(list)
    for both in pairs:
        told = []
        for own in both:
            said = [s for s in own.said if start <= s.at < end]
            left = any(d.name in taxonomy.leaves and start <= d.at < end for d in own.done)
            told.append((left, bool(said), len(said), sum(s.friction for s in said) / 100))
        for name, a, b in zip(("leaves", "writes", "contacts", "friction load"), *told, strict=True):
            effects[name].append(b - a)
    return {name: float(np.mean(values)) for name, values in effects.items()}


def policies(tally: Tally, seed: int) -> None:
    """Logs of a policy that does not know what is best; the best one's worth is known by reckoning."""
    rng = np.random.default_rng(seed)
    pays = rng.uniform(0.1, 0.9, (3, 2))
    weights = rng.dirichlet((4, 4, 4))
    chances = rng.uniform(0.2, 0.8, 3)
    best = Policy("write", "kind", {str(n): "call" for n in range(3) if pays[n, 1] > pays[n, 0]})
    truth = float(sum(weights * pays.max(axis=1)))
    for _ in range(LOGS):
        found = evaluate(list(_logged(rng, pays, weights, chances)), best)
        for one in found.worths:
            tally.interval(f"policy: {one.way}", (one.value, one.low, one.high), truth, 1.0)


def _logged(rng: np.random.Generator, pays: np.ndarray, weights: np.ndarray, chances: np.ndarray) -> Iterator[Choice]:
    for n, kind in enumerate(rng.choice(3, LOGGED, p=weights).tolist()):
        call = bool(rng.random() < chances[kind])
        reward = float(rng.random() < pays[kind, int(call)])
        chance = chances[kind] if call else 1 - chances[kind]
        yield Choice(f"d{n}", "p", f"c{n}", START, ("write", "call")[call], float(chance), {"kind": str(kind)}, reward)
