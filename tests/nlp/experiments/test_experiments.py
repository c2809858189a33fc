"""Experiments: the same customers held out, effects with intervals that hold, and policies judged from a log."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

import numpy as np
import pytest

from nlp.errors import BadInput
from nlp.experiments.experiment import HELD, Experiment, arm, checked, position
from nlp.experiments.policies import Choice, Policy, evaluate
from nlp.experiments.policies import checked as checked_choice
from nlp.experiments.uplift import mean_uplift, needed, share_uplift, unfair

DAY = datetime(2026, 3, 2, tzinfo=UTC)
CALLS = Experiment("call-back", "00ff", 0.1, 30, DAY)


def test_a_customer_is_held_out_for_good_and_by_what_the_page_says() -> None:
    digest = blake2b(b"c1", key=b"00ff", digest_size=8).digest()
    assert position("00ff", "c1") == int.from_bytes(digest, "big") / 2**64
    arms = [arm(CALLS, f"c{n}") for n in range(20_000)]
    assert arms == [arm(CALLS, f"c{n}") for n in range(20_000)]
    assert arms.count(HELD) / 20_000 == pytest.approx(0.1, abs=0.01)


def test_two_experiments_hold_out_others() -> None:
    other = replace(CALLS, salt="11aa")
    both = sum(arm(CALLS, f"c{n}") == arm(other, f"c{n}") == HELD for n in range(20_000))
    assert both / 20_000 == pytest.approx(0.01, abs=0.004)


@pytest.mark.parametrize("change", [{"name": "a b"}, {"holdout": 0.0}, {"holdout": 0.9}, {"days": 0}])
def test_an_experiment_that_cannot_be_is_told_by_its_field(change: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="experiment"):
        checked(replace(CALLS, **change))  # type: ignore[arg-type]


def test_the_interval_of_a_difference_is_newcombe_s() -> None:
    """56 of 70 against 48 of 80: 0.0524 to 0.3339, as in Newcombe 1998, table II."""
    came = np.array([n < 56 for n in range(70)] + [n < 48 for n in range(80)])
    found = share_uplift("leaves", came, np.arange(150) < 70)
    assert found
    assert (round(found.difference, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert found.told
    assert share_uplift("leaves", came[:72], np.arange(72) < 70) is None


def test_intervals_hold_the_truth_in_nineteen_of_twenty_and_the_past_narrows_them() -> None:
    rng = np.random.default_rng(1)
    held, widths = [0, 0, 0], [0.0, 0.0]
    for _ in range(400):
        past = rng.gamma(2, 1, 600)
        treated = rng.random(600) > 0.2
        values = past + rng.gamma(2, 0.5, 600) - 0.3 * treated
        plain, narrow = mean_uplift("x", values, treated), mean_uplift("x", values, treated, past)
        share = share_uplift("y", rng.random(600) < np.where(treated, 0.1, 0.2), treated)
        assert plain
        assert narrow
        assert share
        for n, (one, truth) in enumerate(((plain, -0.3), (narrow, -0.3), (share, -0.1))):
            held[n] += one.low <= truth <= one.high
        widths = [widths[0] + plain.high - plain.low, widths[1] + narrow.high - narrow.low]
    assert all(0.925 < n / 400 < 0.975 for n in held), held
    assert widths[1] < 0.7 * widths[0]


def test_the_detectable_difference_is_found_in_four_of_five() -> None:
    rng = np.random.default_rng(2)
    count = needed(0.2, -0.08, 0.2)
    treated = np.arange(count) >= 0.2 * count
    found = [share_uplift("x", rng.random(count) < np.where(treated, 0.12, 0.2), treated) for _ in range(300)]
    assert 0.75 < np.mean([one.told for one in found if one]) < 0.9
    assert found[0]
    assert found[0].detectable == pytest.approx(0.08, rel=0.2)


def test_arms_of_other_sizes_than_planned_are_unfair() -> None:
    assert not unfair(905, 95, 0.1)[0]
    assert unfair(950, 50, 0.1)[0]
    assert unfair(0, 0, 0.1) == (False, 1.0)


def logged(rng: np.random.Generator, count: int) -> list[Choice]:
    """Calling helps those who are angry, writing the others; the policy that chose did not know it well."""
    choices = []
    for n in range(count):
        angry = bool(rng.random() < 0.4)
        call = 0.3 if angry else 0.6
        action = "call" if rng.random() < call else "write"
        mean = (0.8 if action == "call" else 0.3) if angry else (0.4 if action == "call" else 0.6)
        chance = call if action == "call" else 1 - call
        reward = float(rng.random() < mean)
        choices.append(Choice(f"d{n}", "p", f"c{n}", DAY, action, chance, {"angry": str(angry)}, reward))
    return choices


def test_another_policy_s_worth_is_told_from_a_log() -> None:
    best, rng = Policy("write", "angry", {"True": "call"}), np.random.default_rng(3)
    truth, held, widths = 0.4 * 0.8 + 0.6 * 0.6, {"ips": 0, "snips": 0, "dr": 0}, {"ips": 0.0, "dr": 0.0}
    for _ in range(200):
        found = evaluate(logged(rng, 600), best)
        for one in found.worths:
            held[one.way] += one.low <= truth <= one.high
            if one.way in widths:
                widths[one.way] += one.high - one.low
        assert found.effective <= found.matching + 1e-9 < found.choices
    assert all(0.91 < n / 200 < 0.985 for n in held.values()), held
    assert widths["dr"] < 0.8 * widths["ips"]


def test_what_was_never_taken_and_what_is_not_known_are_told() -> None:
    choices = logged(np.random.default_rng(4), 100)
    with pytest.raises(BadInput, match="'bow' was never taken"):
        evaluate(choices, Policy("bow"))
    with pytest.raises(BadInput, match="30 are needed"):
        evaluate([replace(choice, reward=None) for choice in choices], Policy("call"))
    with pytest.raises(BadInput, match=r"propensity=0.0"):
        checked_choice(replace(choices[0], propensity=0.0))
    with pytest.raises(BadInput, match=r"context\.bag"):
        checked_choice(replace(choices[0], context={"bag": [1]}))
