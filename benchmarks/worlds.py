"""Analyses of journeys in worlds whose truth is known: what is planted and found, and whether intervals hold it."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import log, sqrt

import numpy as np

from benchmarks.heading import heading
from benchmarks.world_groups import groups, kinds
from benchmarks.world_tally import CUSTOMERS, POPULATION, WIDER, Tally, table
from benchmarks.world_trials import LOGGED, TRIAL_DAYS, lost_steps, paths_to_leaving, policies, trials, unusual_days
from nlp.journeys.associations import Association, associations
from nlp.journeys.attribution import Path, attribution
from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.flow import StageFlow, changed, seen, stage_flows
from nlp.journeys.ledger import DAY
from nlp.journeys.outcomes import Episodes, episodes
from nlp.journeys.paths import TOUCHES, ends_of, paths
from nlp.journeys.sessions import GAP, sessions
from nlp.themes.fixes import WORKED, effect
from pipelines.journeys import shipped
from pipelines.settings import ROOT
from pipelines.simulate.lives import Life, live
from pipelines.simulate.world import DAYS, PROBLEMS, World, drawn

RESULT = ROOT / "benchmarks" / "results" / "worlds.md"
SCORED = range(6000, 6020)
"""Seeds of the worlds that score. Methods were chosen on the seeds 100 to 109, and frozen before these were drawn."""
LARGE = 6_000
"""Analysed where what is looked for is rare: sequences, single days, causes once more; as many others tell truths."""
BEFORE, AFTER = (60, 240), (330, 510)
"""Days of the two periods that are compared, the same in each world: no drop-off begins within either."""
TAXONOMY, UNTIL = shipped(), DAYS * DAY
FEW = 10
NOTES = """
{worlds} worlds (seeds {first} to {last}, not looked at before the methods were frozen), {customers:,} customers each.
*The truth* of an interval is the same figure of {population:,} other customers of that world, reckoned by other code
(of stages by the same); since it is drawn itself, each arm of an interval is lengthened by {wider:.3f} before it is
asked whether it holds the truth. Signals are given, not read from texts, so that models of texts are not measured here.

*Planted causes* count as found where the theme stands out at its stage (`stands_out`). *False* is what stands out
though its true ratio is at most 1; *no cause* what stands out, is truly likelier, and was not planted: a bait (restless
customers meet it more often and leave more often anyway), or what comes near a cause. These are associations: nothing
in the data tells them from causes. *Drop-offs* count as found where the stage at which the step is lost has a higher
drop-off in the later period, its intervals apart (`changed`); false is any other stage that does. *Fixes* are judged on
their day; false is any other theme that is judged to have got better that day. *Lost steps* are those of the funnel,
told by Fisher's test between the two periods; false is any other step that changed.

With {large:,} customers: *causes* once more; *sequences* count as found where one that ends with the second of the two
planted themes, the first before it, stands out; surges and storms where their series has an unusual day among their
three. Intervals of sequences are those of every tenth tested one, in the order of their steps, and lengthened by 1.414.
*Kinds of customers* (of {large:,}) count as found where an archetype and those of the kind who wrote three times or
more have an F1 of 0.6 or more. *A plan that leaves* counts as found where its share of those who leave within 90 days
differs from that of the others, and is larger; intervals of cohorts are lengthened by 1.414.
*Experiments* treat four fifths of the customers, by ten salts a world, for {trial} days; *policies* are judged by ten
logs of {logged} decisions a world; their truths are known all but exactly, and intervals are not lengthened.
"""


def facts(life: Life) -> Facts:
    """A life as the analyses read it, its problems as themes."""
    said = (
        Said(
            at=int(s.day * DAY),
            channel=s.channel,
            intent=PROBLEMS[s.problem].intent,
            stage=s.stage,
            friction=s.friction,
            sentiment=s.sentiment,
            ending=s.sentiment,
            effort=s.friction / 100,
            leaving=0.9 if s.leaving else 0.05,
            themes=(PROBLEMS[s.problem].name,),
        )
        for s in life.said
    )
    return Facts(tuple(said), tuple(Done(int(day * DAY), name, value) for day, name, value in life.events))


def journeys(world: World, customers: range) -> list[tuple[str, Facts]]:
    return [(str(number), facts(live(world, number))) for number in customers]


def true_ratios(rows: Episodes) -> dict[tuple[str, str, str], float]:
    """Mantel-Haenszel ratios, from counts of a theme, stage, outcome and bin of volume."""
    of, themes = rows.raised
    found: dict[tuple[str, str, str], float] = {}
    own = dict(zip(of.tolist(), themes.tolist(), strict=True))
    for outcome, came in rows.outcomes.items():
        table: dict[tuple[str, int], dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
        for n, (stage, volume) in enumerate(zip(rows.stage.tolist(), rows.volume.tolist(), strict=True)):
            if came[n] >= 0:
                cell = table[stage, volume][own[n]]
                cell[0] += 1
                cell[1] += int(came[n])
        for stage, theme in {(stage, theme) for (stage, _), cells in table.items() for theme in cells}:
            above = below = 0.0
            for cells in (cells for (where, _), cells in table.items() if where == stage):
                n1, a = cells.get(theme, (0, 0))
                n = sum(cell[0] for cell in cells.values())
                b = sum(cell[1] for cell in cells.values()) - a
                above, below = above + a * (n - n1) / n, below + b * n1 / n
            found[theme, stage, outcome] = above / below if below else float("nan")
    return found


def true_credit(found: Sequence[Path]) -> dict[str, dict[str, float]]:
    """Removal by walking the chain step by step, Shapley and lift by counting path after path."""
    names = sorted({touchpoint for path in found for touchpoint in path.touchpoints})
    won, usual = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
    place = {name: n + 1 for n, name in enumerate(names)}
    size = len(names) + 2
    table = np.zeros((size, size))
    ends = 0
    for path in found:
        ends += path.ended
        for name in set(path.touchpoints):
            usual[name] += 1 / len(set(path.touchpoints))
            won[name] += path.ended / len(set(path.touchpoints))
        walk = [0, *(place[name] for name in path.touchpoints)]
        for a, b in zip(walk, [*walk[1:], size - 1 if path.ended else -1], strict=True):
            table[a, b] += b >= 0
    chain = table / np.maximum(_leaving(found, place, size), 1)[:, None]
    whole = _reached(chain, -1)
    removal = {name: 1 - _reached(chain, place[name]) / whole for name in names}
    shapley = {name: won[name] / ends for name in names}
    return {
        "removal": removal,
        "shapley": shapley,
        "lift": {name: shapley[name] / (usual[name] / len(found)) for name in names},
    }


def _leaving(found: Sequence[Path], place: Mapping[str, int], size: int) -> np.ndarray:
    """How often each state is left, the start with every path."""
    counts = np.zeros(size)
    counts[0] = len(found)
    for path in found:
        for name in path.touchpoints:
            counts[place[name]] += 1
    return counts


def _reached(chain: np.ndarray, without: int) -> float:
    """The chance to come to the last state from the first within 200 steps, a state left out."""
    chain = chain.copy()
    if without >= 0:
        chain[:, without] = 0
    now, reached = np.eye(len(chain))[0], 0.0
    for _ in range(200):
        now = now @ chain
        reached += now[-1]
        now[-1] = 0
    return float(reached)


def flows(found: Sequence[tuple[str, Facts]], period: tuple[int, int] | None = None) -> dict[str, StageFlow]:
    visits = (v for id, own in found for v in seen(id, sessions(own, TAXONOMY), gap=GAP, until=UNTIL))
    first, last = period or (0, DAYS)
    inside = (v for v in visits if first * DAY <= v.visit.since < last * DAY)
    return {flow.stage: flow for flow in stage_flows(inside, TAXONOMY.stage_names)}


def ratios(tally: Tally, world: World, some: Sequence[Facts], many: Sequence[Facts]) -> None:
    shown, _ = associations(episodes(some, TAXONOMY, until=UNTIL))
    truth = true_ratios(episodes(many, TAXONOMY, until=UNTIL))
    for row in shown:
        true = truth.get((row.theme, row.stage, row.outcome))
        if true:
            tally.interval("risk ratio", (log(row.ratio), log(row.low), log(row.high)), log(true))
    standing = {(row.theme, row.stage, row.outcome): row for row in shown if row.stands_out}
    causes = list(_causes(world))
    for kind, cause in causes:
        tally.plant(kind, cause in standing, 0, f"{kind} (true ratio {truth.get(cause, float('nan')):.2f})")
    planted = {cause for _, cause in causes}
    for key, row in standing.items():
        tally.found["all that stands out"][0] += 1
        tally.found["all that stands out"][1] += key in planted
        tally.found["all that stands out"][2] += _is_false(row, truth)
        tally.no_cause += key not in planted and not _is_false(row, truth)
        tally.bait += key[0] == PROBLEMS[world.bait].name


def _is_false(row: Association, truth: Mapping[tuple[str, str, str], float]) -> bool:
    return truth.get((row.theme, row.stage, row.outcome), 1.0) <= 1.0


def _causes(world: World) -> Iterator[tuple[str, tuple[str, str, str]]]:
    kinds = (("leaves", world.leaves), ("writes_again", world.repeats), ("does_not_buy", world.unsells))
    for outcome, cells in kinds:
        for problem, stage in cells:
            yield f"cause of: {outcome}", (PROBLEMS[problem].name, stage, outcome)


def large_causes(tally: Tally, world: World, some: Sequence[Facts]) -> None:
    shown, _ = associations(episodes(some, TAXONOMY, until=UNTIL))
    standing = {(row.theme, row.stage, row.outcome) for row in shown if row.stands_out}
    for kind, cause in _causes(world):
        tally.plant(f"{kind}, {LARGE:,} customers", cause in standing, 0, f"{kind}, {LARGE:,} customers")


def credits(tally: Tally, some: Sequence[tuple[str, Facts]], many: Sequence[tuple[str, Facts]], seed: int) -> None:
    """Of leaving by themes, and of buying by channels at stages."""
    for end, touch in (("leaving", "themes"), ("buying", "touchpoints")):
        both = (paths(found, ends_of(TAXONOMY)[end], TOUCHES[touch], until=UNTIL) for found in (some, many))
        own, truth = map(list, both)
        true = true_credit(truth)
        for credit in attribution(own, seed=seed):
            for kind in ("removal", "shapley", "lift") if credit.told else ():
                spread = getattr(credit, kind)
                told = (spread.value, spread.low, spread.high)
                tally.interval(kind, told, true[kind].get(credit.touchpoint))


def drop_offs(tally: Tally, world: World, some: Sequence[tuple[str, Facts]], many: Sequence[tuple[str, Facts]]) -> None:
    for stage, flow in flows(some).items():
        true = flows_of(many).get(stage)
        for name in ("drop_off", "friction", "sentiment"):
            own, truth = getattr(flow, name), getattr(true, name, None)
            if own and truth and flow.customers >= FEW:
                tally.interval(f"stage: {name}", (own.value, own.low, own.high), truth.value)
    before, after = flows(some, BEFORE), flows(some, AFTER)
    risen = {
        stage
        for stage in before.keys() & after.keys()
        if "drop_off" in changed(after[stage], before[stage])
        and after[stage].drop_off.value > before[stage].drop_off.value  # type: ignore[union-attr]
    }
    lost = "use" if world.drop == "subscribed" else "onboarding"
    tally.plant("drop-off", lost in risen, len(risen - {lost}), f"drop-off before {world.drop}")


def fixes(tally: Tally, world: World, some: Sequence[Facts]) -> None:
    counts = np.zeros((len(PROBLEMS), DAYS), int)
    place = {problem.name: n for n, problem in enumerate(PROBLEMS)}
    for own in some:
        for said in own.said:
            counts[place[said.themes[0]], said.at // DAY] += 1
    fixed = int(world.fix_day)
    worked = {
        n
        for n in range(len(PROBLEMS))
        if effect(counts, n, np.arange(len(PROBLEMS)) != n, fixed, seed=world.seed).verdict == WORKED
    }
    tally.plant("fix", world.fixed in worked, len(worked - {world.fixed}), f"fix of {PROBLEMS[world.fixed].name}")


_FLOWS: dict[int, dict[str, StageFlow]] = {}


def flows_of(many: Sequence[tuple[str, Facts]]) -> dict[str, StageFlow]:
    """Kept for one world: the truth is asked for every stage."""
    if id(many) not in _FLOWS:
        _FLOWS.clear()
        _FLOWS[id(many)] = flows(many)
    return _FLOWS[id(many)]


def more(tally: Tally, world: World, everybody: Sequence[Facts]) -> None:
    some, large, many = everybody[:CUSTOMERS], everybody[:LARGE], everybody[LARGE:]
    lost_steps(tally, world, some, TAXONOMY, periods=(BEFORE[0], AFTER[0], AFTER[1]))
    large_causes(tally, world, large)
    found = {
        ("standing", "planted", "false"): paths_to_leaving(tally, world, large, many, TAXONOMY, wider=sqrt(2)),
        ("alarms", "windows"): unusual_days(tally, world, large),
        ("differ", "told"): groups(tally, world, everybody, LARGE, TAXONOMY, wider=sqrt(2)),
        ("archetypes", "rand", "dealt"): kinds(tally, world, large),
    }
    treated = [facts(live(world, number, treated=True)) for number in range(CUSTOMERS + POPULATION)]
    found["trials", "unfair", "shown"] = trials(tally, world, everybody[: len(treated)], treated, CUSTOMERS, TAXONOMY)
    for names, values in found.items():
        for name, value in zip(names, values, strict=True):
            tally.counts[name] += value
    tally.counts["worlds"] += 1
    policies(tally, world.seed)


def main() -> None:
    """Writes the result anew after each world, so that a run that is stopped has told of those before."""
    tally = Tally()
    for done, seed in enumerate(SCORED, start=1):
        world = drawn(seed)
        everybody = journeys(world, range(2 * LARGE))
        some, many = everybody[:CUSTOMERS], everybody[CUSTOMERS : CUSTOMERS + POPULATION]
        ratios(tally, world, [own for _, own in some], [own for _, own in many])
        credits(tally, some, many, seed)
        drop_offs(tally, world, some, many)
        fixes(tally, world, [own for _, own in some])
        more(tally, world, [own for _, own in everybody])
        figures = {"first": SCORED[0], "last": seed, "customers": CUSTOMERS, "population": POPULATION}
        figures |= {"large": LARGE, "trial": TRIAL_DAYS, "logged": LOGGED}
        notes = NOTES.format(worlds=done, wider=WIDER, **figures)
        head = heading("Journeys in worlds of known truth", command="python -m benchmarks.worlds", seed=SCORED[0])
        RESULT.write_text("\n".join([head, notes, *table(tally)]) + "\n", "utf-8")
        print(f"world {seed}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
