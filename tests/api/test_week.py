"""The week in words, what pages keep, and two journeys beside each other."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.dashboard import journey, overview, week
from api.dashboard.choices import Choice
from api.dashboard.words import PARTED, number, parting, signed
from api.kept import Kept
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.signal import Signal, Summary
from nlp.themes.edits import Edit
from nlp.themes.theme import Assignment, Theme
from pipelines.edits import edit
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

LAST = date(2026, 5, 31)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def put(store: Store, weeks: tuple[int, ...] = (10, 5)) -> None:
    """So many conversations in the last week, in the week before, …; those of the last hurt more."""
    days = [LAST - (7 * back + n % 7) * DAY for back, count in enumerate(weeks) for n in range(count)]
    ids = [f"s:{n}" for n in range(len(days))]
    at = [datetime.combine(day, datetime.min.time(), UTC) for day in days]
    store.conversations.put(
        Conversation(id, "s", Channel.CHAT, f"c{n}", when, (Turn(0, Speaker.CUSTOMER, "Bad.", when),))
        for n, (id, when) in enumerate(zip(ids, at, strict=True))
    )
    friction = [60.0 if n < weeks[0] else 40.0 for n in range(len(ids))]
    segments = [Segment(id, 0, 0, 4) for id in ids]
    found = [
        Signal(s, "m", "help", 0.9, False, (), -0.5, (0.7, 0.1, 0.2), hurt, "use", 0.5)
        for s, hurt in zip(segments, friction, strict=True)
    ]
    told = [
        Summary(id, "help", 0.9, False, -0.5, -0.5, -0.5, -0.5, hurt, 0.0, 0.9 * (n == 0), "use", 0.5, "said", "en")
        for n, (id, hurt) in enumerate(zip(ids, friction, strict=True))
    ]
    store.signals.put("m", ids, found, np.eye(len(ids), 32, dtype=np.float32), told)
    placed = [Assignment(s.id, "r", "t1" if n % 3 else "t2", 0.5, at[0]) for n, s in enumerate(segments)]
    known = [Theme("t1", "Late", "", (), 1), Theme("t2", "Lost", "", (), 1)]
    store.themes.put("r", known, placed, np.zeros((len(ids), 2), np.float32))
    store.rollups.refresh()


def words(store: Store, choice: Choice = Choice()) -> str:
    shown = overview.overview(store, choice, LAST, overview.themes(store, choice, LAST))["week"]
    return " ".join("".join(part.text for part in sentence) for sentence in shown)


def test_the_week_is_told_from_its_figures(store: Store) -> None:
    put(store)
    assert words(store) == (
        "In the week up to 31 May 2026, 10 customers got in touch, in 10 conversations, after 5 in the week "
        "before. It hurt more: friction 60 of 100, after 40. What hurt most was Late, in 6 conversations. "
        "Late and Lost emerge. None of the 2 themes that hurt most has an owner. "
        "One conversation was with a customer who may leave."
    )


def test_who_looks_after_what_hurt_most_is_told_and_nothing_is_compared_with_a_week_without_anybody(
    store: Store,
) -> None:
    put(store, (6,))
    edit(store, Edit(0, datetime(2026, 5, 31, tzinfo=UTC), "Ada", "owner", "t1", text="Ben"))
    told = words(store)
    assert "in 6 conversations; there was none in the week before." in told
    assert "What hurt most was Late, in 4 conversations; Ben looks after it." in told
    assert "Nobody looks after Lost." in told
    assert "It hurt" not in told


def test_a_week_in_which_nobody_of_the_chosen_wrote_says_so(store: Store) -> None:
    put(store)
    assert words(store, Choice(channel="call")) == "Nobody got in touch in the week up to 31 May 2026."


def test_parts_of_sentences_lead_to_their_themes(store: Store) -> None:
    put(store)
    known = overview.themes(store, Choice(), LAST)
    told = week.told(store, Choice(), LAST, known.daily, known.rows, [])
    assert {part.theme for sentence in told for part in sentence if part.text in ("Late", "Lost")} == {"t1", "t2"}


def test_an_answer_is_kept_until_the_store_changes(store: Store) -> None:
    put(store)
    kept, made = Kept(store), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [kept.get("a", make), kept.get("a", make), kept.get("b", make, named=False)] == [1, 1, 2]
    edit(store, Edit(0, datetime(2026, 5, 31, tzinfo=UTC), "Ada", "pin", "t1"))
    assert [kept.get("a", make), kept.get("b", make, named=False)] == [3, 2]
    edit(store, Edit(0, datetime(2026, 5, 31, tzinfo=UTC), "Ada", "hide", "t2"))
    assert kept.get("b", make, named=False) == 4
    store.conversations.put([Conversation("s:new", "s", Channel.CHAT, "c", datetime(2026, 5, 1, tzinfo=UTC), ())])
    assert [kept.get("a", make), kept.get("b", make, named=False)] == [5, 6]


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (7, 1, ", after 1 in"),
        (60, 40, ", 50 % more than in"),
        (25, 40, ", 38 % fewer than in"),
        (90, 40, ", 2.2 times as"),
    ],
)
def test_no_share_is_told_of_a_few_conversations(now: int, before: int, told: str) -> None:
    late, early = ({"conversations": count, "customers": count} for count in (now, before))
    assert told in week._volume(late, early, LAST)[0].text


def flow(stage: str, conversations: int, friction: float, wide: float) -> dict[str, Any]:
    interval = {"value": friction, "low": friction - wide, "high": friction + wide}
    row = {"stage": stage, "conversations": conversations, "visits": conversations, "friction": interval}
    return row | {"sentiment": None, "drop_off": None}


def test_only_moves_from_a_visit_to_another_make_a_journey() -> None:
    steps = [("start", "use", 9), ("use", "silent", 5), ("use", "open", 2), ("use", "exit", 2)]
    assert journey.went({"steps": [{"origin": a, "target": b, "count": n} for a, b, n in steps]}) == 2


def test_two_journeys_differ_where_their_intervals_do_not_meet_and_enough_wrote() -> None:
    here = {"stages": [flow("use", 40, 60.0, 5.0), flow("exit", 4, 90.0, 1.0), flow("renewal", 40, 50.0, 9.0)]}
    there = {"stages": [flow("use", 40, 40.0, 5.0), flow("exit", 40, 10.0, 1.0), flow("renewal", 40, 52.0, 9.0)]}
    found = {row["stage"]: row["differs"] for row in journey.compared(here, there)}
    assert found == {"use": ["friction"], "exit": [], "renewal": []}


def test_journeys_may_be_put_beside_another_value_or_the_period_before() -> None:
    offers = {"segment": {"plan=gold": "Plan: gold"}, "channel": {"call": "Calls", "chat": "Chats"}}
    chosen = Choice(period="4w", channel="call")
    known = journey.choices(chosen, offers)
    assert list(known) == ["period", "channel:chat", "segment:plan=gold"]
    gold = Choice(period="4w", channel="call", segment="plan=gold")
    assert journey.other(chosen, "segment:plan=gold", offers) == (gold, "Plan: gold")
    assert journey.other(chosen, "period", offers) == (chosen, "the 4 weeks before")
    assert journey.other(chosen, "theme:t1", offers) == (None, "")
    assert journey.before(chosen, LAST).until == datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("languages", "told"),
    [
        ("", "1,234.5"),
        ("en-GB,de;q=0.5", "1,234.5"),
        ("de-DE", "1.234,5"),
        ("fr", "1\u202f234,5"),
        ("de-CH", "1’234.5"),
    ],
)
def test_digits_are_parted_as_the_reader_s_language_parts_them(languages: str, told: str) -> None:
    token = PARTED.set(parting(languages))
    assert number(1234.5, 1) == told
    assert signed(0.001, 2) in ("0.00", "0,00")
    PARTED.reset(token)
