"""Simulated worlds: the same from the same seed, read without loss, with what is planted to be seen in them."""

import json
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord
from pipelines import sources
from pipelines.settings import ROOT
from pipelines.simulate.columns import Columns, columns
from pipelines.simulate.files import NAMES, TRUTH, write
from pipelines.simulate.lives import live, lives
from pipelines.simulate.world import PROBLEMS, drawn
from pipelines.sources import Options

CORPUS = ROOT / "corpora" / "training"
WORLD = drawn(1)


@pytest.fixture(scope="module")
def many() -> Columns:
    return columns(WORLD, range(20_000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("world")
    write(WORLD, 60, out, corpus=CORPUS)
    return out


def test_a_seed_gives_the_same_bytes_and_more_customers_the_same_first_lives(folder: Path, tmp_path: Path) -> None:
    write(WORLD, 60, tmp_path / "again", corpus=CORPUS)
    write(WORLD, 90, tmp_path / "more", corpus=CORPUS)
    for name in (*NAMES, TRUTH):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
    for name in NAMES:
        assert (tmp_path / "more" / name).read_bytes().startswith((folder / name).read_bytes())


def test_other_seeds_plant_other_things() -> None:
    assert len({json.dumps(drawn(seed).truth()) for seed in range(30)}) == 30


def test_what_is_written_is_read_without_a_dead_letter(folder: Path) -> None:
    found = [r for n in NAMES if n != "truth.jsonl" for r in sources.read(folder / n, Options(), format=None)]
    truth = json.loads((folder / TRUTH).read_text())
    said = {item.id for item in found if isinstance(item, Conversation)}
    told = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    assert not [item for item in found if isinstance(item, BadRecord)]
    assert said == {row["id"] for row in told}
    assert (truth["customers"], truth["conversations"]) == (60, len(said))
    assert any(isinstance(item, Event) and item.name == "ordered" for item in found)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="something else"):
        write(WORLD, 1, tmp_path, corpus=CORPUS)


def test_a_corpus_without_a_problem_is_told(tmp_path: Path) -> None:
    row = {"text": "hi", "intent": "none", "stage": "use", "sentiment": "neutral", "leaving": False}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(BadInput, match="no authored text of the intent 'account_access'"):
        write(WORLD, 1, tmp_path / "out", corpus=tmp_path)


def test_columns_are_the_lives_that_the_files_tell(folder: Path) -> None:
    found = columns(WORLD, range(60))
    with (folder / "truth.jsonl").open() as lines:
        assert len(found.contacts["day"]) == sum(1 for _ in lines)
    assert found.events["name"].tolist() == [name for life in lives(WORLD, range(60)) for _, name, _ in life.events]
    assert columns(WORLD, range(0)).contacts["day"].size == 0


def test_memory_does_not_grow_with_the_customers(tmp_path: Path) -> None:
    write(WORLD, 10, tmp_path / "warm", corpus=CORPUS)
    peaks = []
    for customers in (100, 1000):
        tracemalloc.start()
        write(WORLD, customers, tmp_path / str(customers), corpus=CORPUS)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def leaves(found: Columns) -> np.ndarray:
    """Whether a contact's customer cancels within 30 days."""
    cancelled = found.events["name"] == "cancelled"
    day = dict(zip(found.events["customer"][cancelled], found.events["day"][cancelled], strict=True))
    after = np.array([day.get(c, np.inf) for c in found.contacts["customer"]]) - found.contacts["day"]
    return (after >= 0) & (after <= 30)


def test_a_planted_cause_makes_leaving_likelier(many: Columns) -> None:
    left, stage, problem = leaves(many), many.contacts["stage"], many.contacts["problem"]
    for (n, where), times in WORLD.leaves.items():
        here = stage == where
        planted = [*(p for p, _ in WORLD.leaves), *WORLD.sequence]
        ratio = left[here & (problem == n)].mean() / left[here & ~np.isin(problem, planted)].mean()
        assert 0.45 * times < ratio < 1.3 * times  # others of those 30 days thin it out


def test_a_planted_sequence_makes_leaving_likelier_than_its_last_step(many: Columns) -> None:
    left, said = leaves(many), many.contacts
    first, second = WORLD.sequence
    met: dict[int, float] = {}
    after = np.zeros(len(left), bool)
    for n, (customer, day, problem) in enumerate(zip(said["customer"], said["day"], said["problem"], strict=True)):
        after[n] = day - met.get(customer, -np.inf) <= 30
        if problem == first:
            met[customer] = day
    last = said["problem"] == second
    assert left[last & after].mean() > 1.5 * left[last & ~after].mean()


def test_a_surge_and_a_storm_last_three_days(many: Columns) -> None:
    said = many.contacts
    for day, which in (
        (WORLD.surge_day, said["problem"] == WORLD.surge),
        (WORLD.storm_day, said["channel"] == WORLD.storm),
    ):
        counts = np.bincount(said["day"][which].astype(int), minlength=540)
        assert counts[int(day) : int(day) + 3].min() > 1.5 * counts[int(day) - 28 : int(day)].mean()


def test_those_who_are_treated_live_alike_until_the_trial_and_leave_less_after_it() -> None:
    gone = {False: 0, True: 0}
    for number in range(3_000):
        ways = {treated: live(WORLD, number, treated=treated) for treated in (False, True)}
        early = [[e for e in life.events if e[0] < WORLD.trial_day] for life in ways.values()]
        assert early[0] == early[1]
        for treated, life in ways.items():
            gone[treated] += any(name == "cancelled" and day >= WORLD.trial_day for day, name, _ in life.events)
    assert gone[True] < 0.9 * gone[False]


def test_a_fix_a_shift_and_a_drop_off_are_there_from_their_day_on(many: Columns) -> None:
    said, done = many.contacts, many.events

    def share(which: np.ndarray, before: np.ndarray, among: np.ndarray) -> float:
        return float(which[~before & among].mean() / which[before & among].mean())

    everything = np.ones(len(said["day"]), bool)
    stages = np.isin(said["stage"], list(PROBLEMS[WORLD.fixed].stages))
    assert share(said["problem"] == WORLD.fixed, said["day"] < WORLD.fix_day, stages) < 0.5
    assert share(said["channel"] == "chat", said["day"] < WORLD.shift_day, everything) > 1.2
    steps = ("ordered", "delivered", "installed", "subscribed")
    taken = {}
    for one, two in pairwise(steps):
        first, second = (done["customer"][done["name"] == name] for name in (one, two))
        day = done["day"][done["name"] == one]
        went = np.isin(first, second)
        known = day < 500
        taken[two] = share(went, day < WORLD.drop_day - 7, known)
    assert min(taken, key=taken.__getitem__) == WORLD.drop
    assert taken[WORLD.drop] < 0.8


def test_customers_of_a_kind_write_more_by_their_channel_and_about_their_problems() -> None:
    found = list(lives(WORLD, range(6_000)))
    usual = np.mean([len(life.said) for life in found if life.kind < 0])
    for place, kind in enumerate(WORLD.kinds):
        own = [life for life in found if life.kind == place]
        said = [s for life in own for s in life.said]
        assert abs(len(own) / len(found) - kind.share) < 0.02
        assert np.mean([s.channel == kind.channel for s in said]) > 0.85
        late = [s.problem in kind.problems for s in said if s.stage in ("use", "renewal")]
        assert np.mean(late) > 0.4
        assert len(said) / len(own) > 1.1 * usual


def test_a_plan_makes_leaving_likelier() -> None:
    (worse,) = (plan for plan, times in WORLD.plans.items() if times > 1)
    left: dict[str, list[bool]] = {plan: [] for plan in WORLD.plans}
    for life in lives(WORLD, range(6_000)):
        if any(name == "ordered" for _, name, _ in life.events):
            left[life.plan].append(any(name == "cancelled" for _, name, _ in life.events))
    shares = {plan: float(np.mean(own)) for plan, own in left.items()}
    others = [share for plan, share in shares.items() if plan != worse]
    assert shares[worse] > 1.15 * max(others)
    assert max(others) < 1.15 * min(others)
