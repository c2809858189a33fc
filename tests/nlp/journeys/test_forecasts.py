"""Forecasts: what comes after a moment, trees as the library grew them, reasons, and files that are not whole."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from nlp.errors import BadModel
from nlp.journeys.encoding import Encoding, reference
from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.features import table
from nlp.journeys.forecasts import Forecaster, Outlook
from nlp.journeys.ledger import DAY
from nlp.journeys.rules import met
from nlp.journeys.targets import CONTACT, EXIT, NEXT, STAYS, moments, targets
from nlp.journeys.trees import Trees
from nlp.taxonomy import Stage, Taxonomy
from pipelines.training.forecasts.fit import trees_of

STAGES = tuple(Stage(name, n, "") for n, name in enumerate(("purchase", "use", "exit"), start=1))
TAXONOMY = Taxonomy("t", 1, (), STAGES, {"installed": "use", "cancelled": "exit"})


def said(day: float, stage: str = "use", friction: float = 50) -> Said:
    feeling = {"friction": friction, "sentiment": 0.0, "ending": 0.0, "effort": 0.0, "leaving": 0.0}
    return Said(at=int(day * DAY), channel="chat", intent="x", stage=stage, themes=(), **feeling)


def done(day: float, name: str) -> Done:
    return Done(int(day * DAY), name, None)


def test_targets_are_what_comes_from_a_moment_on() -> None:
    own = Facts((said(0, "purchase"), said(10, "use"), said(12, "use")), (done(45, "cancelled"),))
    found = targets(own, [int(day * DAY) for day in (1, 10, 12.5, 20)], TAXONOMY)
    assert found[CONTACT] == ["no", "yes", "no", "no"]
    assert found[EXIT] == ["no", "no", "no", "yes"]
    assert found[NEXT] == ["use", "use", STAYS, "exit"]


def test_moments_are_between_conversations_of_customers_who_are_there() -> None:
    own = Facts((said(3), said(30)), (done(100, "cancelled"),))
    busy = [(int(30 * DAY), int(45 * DAY))]
    found = moments(own, busy, TAXONOMY, step=14 * DAY, until=1000 * DAY)
    assert [at // DAY for at in found] == [14, 28, 56, 70, 84, 98]
    silent = moments(Facts((said(3),)), (), TAXONOMY, step=14 * DAY, until=1000 * DAY)
    assert silent[-1] == 112 * DAY
    assert moments(Facts(), (), TAXONOMY, step=DAY, until=1000 * DAY) == []
    assert moments(own, (), TAXONOMY, step=14 * DAY, until=50 * DAY) == [14 * DAY]


@pytest.fixture(scope="module")
def grown() -> tuple[np.ndarray, HistGradientBoostingClassifier, HistGradientBoostingClassifier]:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, 4))
    rows[rng.random(rows.shape) < 0.2] = np.nan
    truth = (np.nan_to_num(rows[:, 0]) + np.nan_to_num(rows[:, 1]) * np.isnan(rows[:, 2]) > 0).astype(int)
    options = {"max_iter": 12, "early_stopping": False, "random_state": 0}
    two = HistGradientBoostingClassifier(**options).fit(rows, truth)
    three = HistGradientBoostingClassifier(**options).fit(rows, truth + (np.nan_to_num(rows[:, 3]) > 1))
    return rows, two, three


def test_the_arrays_say_what_the_library_says(grown: tuple) -> None:
    rows, two, three = grown
    assert np.allclose(trees_of(two).margins(rows)[:, 0], two.decision_function(rows), atol=1e-12)
    assert np.allclose(trees_of(three).margins(rows), three.decision_function(rows), atol=1e-12)
    assert trees_of(two).margins(rows[:0]).shape == (0, 1)


def forecaster(grown: tuple) -> Forecaster:
    names = ("friction_last", "days_since_contact", "days_since_event", "conversations_7d")
    encoding = Encoding(tuple((name, "") for name in names))
    rows, two, three = grown
    typical = {"friction_last": 0.5, "days_since_contact": None, "days_since_event": 1.0, "conversations_7d": 0.0}
    yes = Outlook(EXIT, ("no", "yes"), (0.5, 0.5), trees_of(two), 0.9, 0.1)
    many = Outlook(NEXT, ("exit", STAYS, "use"), (0.4, 0.4, 0.2), trees_of(three), 1.1, 0.0)
    return Forecaster(encoding, reference(rows, encoding.columns), typical, (yes, many))


def test_a_forecast_comes_with_reasons_that_add_what_they_say(grown: tuple) -> None:
    model, at = forecaster(grown), np.array([30 * DAY])
    own = table([Facts((said(29, friction=0),))], at, TAXONOMY)
    found = model.forecast(own)
    exit, next = found
    assert exit.target == EXIT
    assert sum(p for _, p in exit.classes) == pytest.approx(1)
    assert [p for _, p in next.classes] == sorted((p for _, p in next.classes), reverse=True)
    told = model.probabilities(own)[EXIT][0, 1]
    assert dict(exit.classes)["yes"] == pytest.approx(told)
    for reason in exit.reasons:
        changed = dict(own)
        place = [name for name, _ in model.encoding.columns].index(reason.feature)
        changed[reason.feature] = np.array([model.reference[place]])
        assert reason.effect == pytest.approx(told - model.probabilities(changed)[EXIT][0, 1])


def test_a_forecaster_comes_back_from_its_bytes(grown: tuple) -> None:
    model, at = forecaster(grown), np.array([30 * DAY])
    again = Forecaster.of_bytes(model.to_bytes())
    own = table([Facts((said(29),))], at, TAXONOMY)
    assert again.forecast(own) == model.forecast(own)


def test_a_file_that_is_not_whole_is_told(grown: tuple) -> None:
    model = forecaster(grown)
    for data in (b"", b"nonsense", model.to_bytes()[:500]):
        with pytest.raises(BadModel, match="not a whole model of forecasts"):
            Forecaster.of_bytes(data)


@pytest.mark.parametrize(("field", "value"), [("left", 0), ("feature", 9), ("right", 10**6)])
def test_trees_that_lead_nowhere_are_refused(grown: tuple, field: str, value: int) -> None:
    arrays = trees_of(grown[1]).arrays()
    inner = np.flatnonzero(arrays["feature"] >= 0)[0]
    arrays[field] = arrays[field].copy()
    arrays[field][inner] = value
    with pytest.raises(BadModel, match="lead nowhere"):
        Trees.of_arrays(arrays, columns=4)


def test_a_feature_that_is_no_longer_made_is_told(grown: tuple) -> None:
    with pytest.raises(BadModel, match="'gone'"):
        Encoding((("gone", ""),)).matrix(table([Facts()], np.array([0]), TAXONOMY))


def test_a_typical_row_has_medians_frequent_names_and_no_value_where_most_have_none() -> None:
    rows = np.array([[1.0, np.nan, 1, 0], [2, np.nan, 0, 1], [9, 5, 0, 1]])
    found = reference(rows, (("a", ""), ("b", ""), ("stage", "use"), ("stage", "exit")))
    assert found.tolist()[0] == 2
    assert np.isnan(found[1])
    assert found.tolist()[2:] == [0, 1]


def test_a_rule_counts_the_bad_signs_that_it_knows() -> None:
    rules = met({"leaving_30d": 2, "friction_last": 59.9, "conversations_30d": 3, "effort_mean_30d": None})
    assert [(rule.feature, rule.points) for rule in rules] == [("leaving_30d", 40), ("conversations_30d", 15)]
    assert met({}) == []
