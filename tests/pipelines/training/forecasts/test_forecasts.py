"""Training of forecasts: what the future holds does not help, a later time scores, and little is not learnt from."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.customer import Customer, Event
from nlp.errors import BadInput, BadModel, NotFound
from nlp.journeys.facts import Done, Facts, Said
from nlp.journeys.ledger import DAY
from nlp.journeys.targets import CONTACT, EXIT, NEXT
from pipelines.forecasts import forecasts, open_forecaster
from pipelines.journeys import shipped
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from pipelines.training.forecasts.fit import fit
from pipelines.training.forecasts.rows import Rows, rows
from pipelines.training.forecasts.score import OURS, brier, ranking, scores, suspicious
from pipelines.training.forecasts.train import train

UNTIL = 400 * DAY


def quiet(*_: object) -> None:
    pass


def journey(rng: np.random.Generator, spare: int = 0) -> Facts:
    """Contacts at random; of those with high friction some leave two weeks later. `spare`: contacts after day 390."""
    said, left = [], None
    for day in np.sort(rng.uniform(0, 390, rng.poisson(10))):
        friction = float(rng.choice([20, 80]))
        feeling = {"sentiment": 0.0, "ending": 0.0, "effort": 0.0, "leaving": 0.0}
        said.append(
            Said(int(day * DAY), "chat", "x", "use", friction, **feeling, themes=())  # type: ignore[arg-type]
        )
        if friction > 50 and rng.random() < 0.3:
            left = int((day + 14) * DAY)
            break
    said += [said[-1]._replace(at=(391 + n) * DAY) for n in range(spare) if said and left is None]
    return Facts(tuple(said), (Done(left, "cancelled", None),) if left else ())


@pytest.fixture(scope="module")
def past() -> Rows:
    rng = np.random.default_rng(1)
    return rows(((journey(rng), ()) for _ in range(900)), shipped(), until=UNTIL)


def test_friction_foretells_leaving_on_a_later_time_and_beats_the_chains(past: Rows) -> None:
    found = {(score.target, score.way): score for score in scores(past)}
    ours, chain = found[EXIT, OURS], found[EXIT, "Markov, order 2"]
    assert ours.auc.low > chain.auc.high
    assert ours.brier.value < chain.brier.value
    assert ours.ece.value < 0.03
    assert found[EXIT, "majority"].auc.value == 0.5


@pytest.mark.slow
def test_a_reason_names_the_friction(past: Rows) -> None:
    model = fit(past)
    told = next(f for f in model.forecast(_at_risk()) if f.target == EXIT)
    assert any("friction" in reason.feature and reason.effect > 0 for reason in told.reasons)
    assert dict(told.classes)["yes"] > 2 * told.usual


def _at_risk() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    everyone = rows(((journey(rng), ()) for _ in range(300)), shipped(), until=UNTIL)
    risky = np.flatnonzero((everyone.table["friction_last"] == 80) & (everyone.table["days_since_contact"] < 5))[:1]
    return {name: column[risky] for name, column in everyone.table.items()}


def test_what_comes_later_changes_no_row_of_before() -> None:
    one, two = (
        rows([(journey(np.random.default_rng(n), spare), ()) for n in range(40)], shipped(), until=UNTIL)
        for spare in (0, 5)
    )
    early = [row.where(row.at < 250 * DAY) for row in (one, two)]
    for name, column in early[0].table.items():
        np.testing.assert_array_equal(column, early[1].table[name])


@pytest.mark.slow
def test_a_planted_column_of_the_future_does_not_help(past: Rows) -> None:
    """A fact that only the future knows has no way into a model: features are those of the dictionary alone."""
    future = {**past.table, "cancelled_later": (past.targets[EXIT] == "yes").astype(float)}
    leaky = Rows(past.customer, past.at, future, past.targets)
    plain, planted = fit(past), fit(leaky)
    for target, told in plain.probabilities(past.table).items():
        np.testing.assert_array_equal(told, planted.probabilities(leaky.table)[target])


def test_a_feature_that_knows_too_well_is_named(past: Rows) -> None:
    assert suspicious(past) == []
    leaky = {**past.table, "events": (past.targets[EXIT] == "yes").astype(int)}
    assert ("events", EXIT, 1.0) in suspicious(Rows(past.customer, past.at, leaky, past.targets))


def test_scores_by_hand() -> None:
    truth, found = np.array([0, 1, 1]), np.array([[0.8, 0.2], [0.4, 0.6], [0.9, 0.1]])
    assert ranking(truth, found) == 0.5
    assert brier(truth, found) == pytest.approx((0.04 + 0.16 + 0.81) / 3)
    assert brier(np.array([2]), np.array([[0.2, 0.3, 0.5]])) == pytest.approx(0.04 + 0.09 + 0.25)


@pytest.fixture
def store(tmp_path: Path, put_leavers: Callable[[Store], None]) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as opened:
        put_leavers(opened)
        yield opened


def test_a_store_that_tells_too_little_is_refused_with_what_it_lacks(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="tell too little"):
        train(store, shipped(), tmp_path / "out", progress=quiet)
    assert not (tmp_path / "out").exists()


def test_a_rule_speaks_where_nothing_is_learnt_and_says_so(store: Store) -> None:
    at = datetime(2026, 3, 20, tzinfo=UTC)
    found = forecasts(store, "c099", at, taxonomy=shipped())
    (told,) = found["forecasts"]
    assert (told["target"], told["by"], told["probability"], found["why_not"]) == (EXIT, "rule", None, "")
    assert told["note"].startswith("A rule, not learnt")
    assert sum(reason["points"] for reason in told["reasons"]) == told["points"]


def test_nothing_is_foretold_of_who_has_left_or_is_silent(store: Store) -> None:
    def why(customer: str, *, days: int) -> str:
        at = datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=days)
        return str(forecasts(store, customer, at, taxonomy=shipped())["why_not"])

    assert why("c000", days=5) == ""
    assert why("c000", days=20) == "has left"
    assert why("c098", days=200) == "silent for over 120 days"
    assert why("c098", days=-9) == "nothing is known before this moment"
    with pytest.raises(NotFound):
        why("nobody", days=5)


@pytest.mark.slow
def test_a_store_teaches_forecasts_that_serve(tmp_path: Path) -> None:
    """Customers who order mostly install in ten days; a third of them cancel within four weeks of that."""
    rng, start = np.random.default_rng(5), datetime(2026, 1, 1, tzinfo=UTC)
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        events = []
        for n in range(800):
            day = float(rng.uniform(0, 300))
            steps = [("ordered", day), ("installed", day + 10)]
            steps += [("cancelled", day + 10 + float(rng.uniform(5, 28)))] if n % 3 == 0 else []
            events += [Event(f"e:{n}:{name}", f"c{n}", name, start + timedelta(days=d)) for name, d in steps]
        store.events.put(events)
        store.customers.put(Customer(f"c{n}", {"leaves_on": "2026-12-24"}) for n in range(800))
        learnt = train(store, shipped(), tmp_path / "model", progress=quiet)
        assert set(learnt.targets) == {EXIT, NEXT}
        assert learnt.missing == (CONTACT,)
        at = start + timedelta(days=100)
        model = open_forecaster(tmp_path / "model")
        told = forecasts(store, "c1", at, taxonomy=shipped(), forecaster=model)
        assert {f["by"] for f in told["forecasts"]} <= {"model"}
        (tmp_path / "model" / "forecasts.npz").write_bytes(b"other")
        with pytest.raises(BadModel, match="not the file of its card"):
            open_forecaster(tmp_path / "model")
