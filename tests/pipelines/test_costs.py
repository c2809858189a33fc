"""What themes cost, how they move and what fixes did, out of a store whose truth is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.errors import UnknownName
from nlp.signal import Signal, Summary
from nlp.themes.edits import Edit
from nlp.themes.emerging import EMERGING, STEADY, UNTOLD
from nlp.themes.fixes import EARLY, THIN, WORKED
from nlp.themes.theme import Assignment, Theme
from pipelines.costs import groups, impact
from pipelines.edits import edit
from pipelines.movements import course, fixed, ranked
from pipelines.scores import number, scores
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEKS, EACH = 20, 10
FIX = (START + timedelta(weeks=10)).date()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


@dataclass(frozen=True)
class Told:
    """A conversation of one segment in a theme."""

    at: datetime
    theme: str
    customer: str = ""
    friction: float = 10.0
    facts: Mapping[str, Any] = field(default_factory=dict)


@pytest.fixture
def moving(store: Store) -> Store:
    """Ten conversations a week: three tell t1 until week 10, two tell t2 from week 18 on, the others t3. Those of t1
    have friction 90 and a bad rating, all others 10 and a good one; each customer writes in two weeks following."""
    rows = []
    for n in range(WEEKS * EACH):
        week, place = divmod(n, EACH)
        theme = "t1" if place < 3 and week < 10 else "t2" if place > 7 and week >= 18 else "t3"
        bad, customer = theme == "t1", f"c{week // 2 * EACH + place}"
        facts = {"csat": "bad" if bad else "good", "product": "hub" if bad else "app", "n": n}
        rows.append(Told(START + timedelta(weeks=week, hours=place), theme, customer, 90.0 if bad else 10.0, facts))
    put(store, rows)
    return store


def put(store: Store, rows: Sequence[Told]) -> None:
    """All at once, under the ids s:0000, s:0001 and so on."""
    ids = [f"s:{n:04d}" for n in range(len(rows))]
    segments = [Segment(id, 0, 0, 9) for id in ids]
    told = list(zip(ids, segments, rows, strict=True))
    store.conversations.put(
        Conversation(
            id, "s", Channel.CHAT, r.customer, r.at, (Turn(0, Speaker.CUSTOMER, "It hurts.", r.at),), dict(r.facts)
        )
        for id, _, r in told
    )
    signals = [
        Signal(s, "m", "help", 0.9, False, (), -0.5, (0.7, 0.1, 0.2), r.friction, "use", 0.5) for _, s, r in told
    ]
    summaries = [
        Summary(id, "help", 0.9, False, -0.5, -0.5, -0.5, -0.5, r.friction, 0.0, 0.0, "use", 0.5, "said", "en")
        for id, _, r in told
    ]
    store.signals.put("m", ids, signals, np.ones((len(rows), 4), np.float32), summaries)
    themes = [Theme(id, id, "", (), 1) for id in ("t1", "t2", "t3")]
    assigned = [Assignment(s.id, "r1", r.theme, 0.9, START) for _, s, r in told]
    store.themes.put("r1", themes, assigned, np.zeros((len(rows), 2), np.float32))


def test_the_course_has_every_period_and_what_moves(moving: Store) -> None:
    found = course(moving)
    assert found.periods[0] == START.date()
    assert (len(found.periods), found.volume.tolist()) == (WEEKS, [EACH] * WEEKS)
    assert found.counts["t2"].tolist() == [0] * 18 + [2, 2]
    assert {id: m.kind for id, m in found.moves.items()} == {"t1": "fading", "t2": EMERGING, "t3": STEADY}
    assert [c.place for c in found.changes["t1"]] == [10]
    assert course(moving, period="month").periods == tuple(date(2026, n, 1) for n in range(3, 8))


def test_a_filter_on_a_theme_leaves_the_volume_of_all(moving: Store) -> None:
    assert course(moving, Filter(theme="t1")).volume.sum() == WEEKS * EACH
    shares = {row["id"]: row["share"] for row in ranked(moving, Filter(theme="t1"))}
    assert shares == {"t1": pytest.approx(30 / 200)}


def test_a_fix_is_judged_by_the_weeks_around_it_up_to_the_next(moving: Store) -> None:
    edit(moving, Edit(0, START, "Ada", "fixed", "t1", day=FIX))
    (found,) = fixed(moving)
    assert (found.theme, found.effect.verdict, found.effect.before, found.effect.after) == ("t1", WORKED, 24, 0)
    edit(moving, Edit(0, START, "Ada", "fixed", "t1", day=FIX + timedelta(days=5)))
    assert [f.effect.verdict for f in fixed(moving, theme="t1")] == [EARLY, EARLY]
    assert fixed(moving, theme="t2") == []


def test_themes_that_were_fixed_themselves_are_no_control(moving: Store) -> None:
    for theme in ("t1", "t2", "t3"):
        edit(moving, Edit(0, START, "Ada", "fixed", theme, day=FIX))
    assert {f.effect.verdict for f in fixed(moving)} == {THIN}


def test_impact_is_what_the_mean_would_be_without_a_theme(moving: Store) -> None:
    found = impact(moving)
    assert list(found) == ["friction", "sentiment", "repeat", "csat"]
    mean = (30 * 90 + 170 * 10) / 200
    assert found["friction"]["t1"].change == pytest.approx(10 - mean)
    assert found["csat"]["t1"].change == pytest.approx(1 - 170 / 200)
    assert (found["friction"]["t2"].conversations, found["friction"]["t2"].low is None) == (4, True)
    assert list(impact(moving, ["csat"], Filter(since=START + timedelta(weeks=12)))) == ["csat"]


def test_a_repeat_is_known_of_those_who_can_have_written_again(moving: Store) -> None:
    contacts = list(moving.customers.contacts())
    found = scores(moving, contacts, ["repeat"])["repeat"]
    by_week = {
        week: {float(found[n]) for n, c in enumerate(contacts) if (c.at - START).days // 7 == week} for week in (0, 1)
    }
    assert by_week == {0: {1.0}, 1: {0.0}}
    assert np.isnan([found[n] for n, c in enumerate(contacts) if (c.at - START).days // 7 == WEEKS - 1]).all()


def test_an_event_with_a_value_is_the_score_of_the_last_conversation_before_it(moving: Store) -> None:
    at = START + timedelta(weeks=1, days=1)
    moving.events.put([Event("e1", "c0", "nps", at, 9.0), Event("e2", "c1", "nps", at + timedelta(days=90), 2.0)])
    contacts = list(moving.customers.contacts())
    found = scores(moving, contacts, ["nps"])["nps"]
    assert {contacts[n].id: found[n] for n in np.flatnonzero(np.isfinite(found))} == {"s:0010": 9.0}


def test_a_score_that_nothing_has_is_refused_with_those_there_are(moving: Store) -> None:
    with pytest.raises(UnknownName, match=r"glee.*csat"):
        impact(moving, ["glee"])
    values = [number(v) for v in ("Good", " 4.5", 3, True, None, "n/a", [1])]
    assert np.nan_to_num(values, nan=-1).tolist() == [1, 4.5, 3, 1, -1, -1, -1]


def test_whom_a_theme_concerns_is_told_by_facts_that_part_people(moving: Store) -> None:
    moving.customers.put(Customer(f"c{n}", {"plan": "gold" if n % EACH < 3 else "free", "age": 30}) for n in range(100))
    found = {(row["field"], row["value"]): row for row in groups(moving, "t1")}
    assert set(found) == {("product", "hub"), ("plan", "gold")}
    assert found["plan", "gold"]["share"] == 1
    assert found["plan", "gold"]["overall"] == pytest.approx(0.3)
    assert groups(moving, "t9") == []


def test_many_companies_are_groups_and_what_each_has_of_its_own_is_none(store: Store) -> None:
    facts = [{"company": f"company {n // 4}", "number": f"ticket {n}"} for n in range(160)]
    put(store, [Told(START, "t1" if n < 4 else "t3", facts=known) for n, known in enumerate(facts)])
    found = groups(store, "t1")
    assert [(row["value"], row["share"], row["overall"]) for row in found] == [("company 0", 1.0, 4 / 160)]


def test_of_an_empty_store_nothing_is_told(store: Store) -> None:
    found = course(store)
    assert (found.periods, found.moves, fixed(store), ranked(store)) == ((), {}, [], [])
    assert impact(store) == {name: {} for name in ("friction", "sentiment", "repeat")}
    assert groups(store, "t1") == []


def test_of_a_few_days_it_is_too_early_to_tell(store: Store) -> None:
    put(store, [Told(START + timedelta(days=n), "t1") for n in range(3)])
    assert {m.kind for m in course(store).moves.values()} == {UNTOLD}
    (found,) = (row for row in ranked(store) if row["id"] == "t1")
    assert (found["share"], found["stability"]) == (1.0, None)
    assert impact(store)["friction"]["t1"].change is None
