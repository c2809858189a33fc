"""What themes cost and what fixes did, in sentences that say what is known and what is not."""

from datetime import date

import pytest

from api import effects
from nlp.themes.emerging import Movement
from nlp.themes.fixes import Effect
from nlp.themes.impact import Impact
from nlp.themes.rates import Ratio

FIX, WEEK = date(2026, 5, 3), date(2026, 10, 26)


def effect(verdict: str, ratio: Ratio | None = None, others: float = 1.0) -> Effect:
    return Effect(verdict, 40, 15, 56, 30, 21.0, others, ratio)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (
            effect("worked", Ratio(0.38, 0.27, 0.52)),
            "Since the fix on 3 May 2026 conversations about it fell by 62 % (between 48 and 73) against the other "
            "themes, which stayed. It worked.",
        ),
        (
            effect("worse", Ratio(1.5, 1.2, 1.9), others=0.7),
            "Since the fix on 3 May 2026 conversations about it rose by 50 % (between 20 and 90) against the other "
            "themes, which fell by 30 %. It did not help.",
        ),
        (
            effect("no effect seen", Ratio(0.9, 0.6, 1.3)),
            "Since the fix on 3 May 2026 no effect is seen: against the other themes, anything between 40 % less and "
            "30 % more fits.",
        ),
        (
            effect("unclear", Ratio(0.38, 0.27, 0.52), others=1.4),
            "Since the fix on 3 May 2026 conversations about it fell by 62 % (between 48 and 73) against the other "
            "themes, which rose by 40 %; but they were falling before the fix already, so its effect is unclear.",
        ),
        (
            effect("too early"),
            "Too early to judge the fix on 3 May 2026: 56 days before it and 30 since are known, 14 of each are "
            "needed.",
        ),
        (
            effect("too thin"),
            "Since the fix on 3 May 2026 it is told 15 times, 40 before: too few to judge the fix by.",
        ),
    ],
)
def test_what_a_fix_did_is_one_sentence(found: Effect, told: str) -> None:
    assert effects.sentence(FIX, found) == told


@pytest.mark.parametrize(
    ("score", "found", "told"),
    [
        (
            "friction",
            Impact(-2.36, -3.41, -1.55, 59),
            "Without these conversations mean friction would be 2.4 lower (between 1.6 and 3.4)",
        ),
        (
            "repeat",
            Impact(0.012, 0.004, 0.021, 59),
            "Without these conversations the share of customers who write again within a week would be 1.2 points "
            "higher (between 0.4 and 2.1)",
        ),
        (
            "nps_2026",
            Impact(-0.1, -0.5, 0.25, 9),
            "Without these conversations the mean nps 2026 would be much the same: anything between 0.50 lower and "
            "0.25 higher fits",
        ),
        (
            "repeat",
            Impact(0.0, -0.0001, 0.0001, 59),
            "Without these conversations the share of customers who write again within a week would be the same",
        ),
        (
            "csat",
            Impact(0.02, None, None, 3),
            "Without these conversations the mean CSAT would be 0.02 higher; too few customers tell it for an interval",
        ),
        ("csat", Impact(None, None, None, 9), "The mean CSAT: no other conversation has one"),
    ],
)
def test_what_a_theme_costs_is_one_sentence(score: str, found: Impact, told: str) -> None:
    assert effects.cost(score, found) == told


def test_a_score_that_no_conversation_of_a_theme_has_is_not_told() -> None:
    found = {"friction": {"t1": Impact(0.5, 0.1, 0.9, 20)}, "csat": {"t1": Impact(0.0, None, None, 0)}}
    assert list(effects.costs(found, "t1")) == ["friction"]
    assert effects.costs(found, "t2") == {}


@pytest.mark.parametrize(
    ("found", "told", "short"),
    [
        (
            Movement("emerging", Ratio(5.06, 2.3, 11.2), 4, 0.001, (20, 1_073), (17, 4_615), date(2026, 10, 5)),
            "5.1 times as frequent since 5 October 2026 as before (2.3 to 11): in 20 of 1,073 conversations, 17 of "
            "4,615 before",
            "up ×5.1",
        ),
        (
            Movement("fading", Ratio(0.25, 0.1, 0.5), 1, 0.001, (1, 40), (10, 100), WEEK),
            "4.0 times as rare since 26 October 2026 as before (2.0 to 10): in 1 of 40 conversations, 10 of 100 before",
            "down ÷4.0",
        ),
        (
            Movement("emerging", Ratio(480, 60, 1e6), 1, 0.001, (24, 50), (0, 500), WEEK),
            "over 100 times as frequent since 26 October 2026 as before (60 to over 100): in 24 of 50 conversations, "
            "0 of 500 before",
            "up ×over 100",
        ),
        (Movement("steady", Ratio(1.1, 0.9, 1.4), 2, since=WEEK), "steady", ""),
        (Movement("too early"), "too early to tell whether it grows", ""),
    ],
)
def test_a_movement_is_told_with_its_interval(found: Movement, told: str, short: str) -> None:
    assert (effects.moved(found), effects.short(found)) == (told, short)
