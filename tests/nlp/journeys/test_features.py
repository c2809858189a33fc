"""Features describe the past of a moment, and never look at its future."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nlp.customer import Event
from nlp.journeys.contact import Contact, Mention
from nlp.journeys.features import features
from nlp.signal import Summary
from nlp.taxonomy import Stage, Taxonomy
from nlp.themes.theme import Assignment

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LEADS = {"ordered": "onboarding", "installed": "use", "cancelled": "exit"}
TAXONOMY = Taxonomy("t", 1, (), tuple(Stage(name, n, "") for n, name in enumerate(LEADS.values(), start=1)), LEADS)
STAGES = st.sampled_from(["consideration", "onboarding", "use", "exit", "unknown"])
TIMES = st.integers(0, 300).map(lambda n: START + n * DAY)


def contact(n: int, at: datetime, *, stage: str = "use", friction: float = 0.0, sentiment: float = 0.0) -> Contact:
    said = Summary(f"s:{n}", "delivery", 0.9, False, sentiment, 0, 0, 0, friction, 0.5, 0.5, stage, 0.5, "", "en")
    return Contact(f"s:{n}", "s", "call" if n % 2 else "ticket", "ann", at, at, said)


def mention(n: int, theme: str | None, said: datetime, known: datetime, run: str = "r1") -> Mention:
    return Mention("ann", f"s:{n}", said, Assignment(f"s:{n}#0:0", run, theme, 0.9, known))


contacts = st.lists(
    st.builds(
        lambda n, at, stage, friction, sentiment: contact(n, at, stage=stage, friction=friction, sentiment=sentiment),
        st.integers(0, 9),
        TIMES,
        STAGES,
        st.floats(0, 100),
        st.floats(-1, 1),
    ),
    max_size=8,
)
events = st.lists(
    st.builds(
        lambda n, name, at: Event(f"e:{n}", "ann", name, at),
        st.integers(0, 99),
        st.sampled_from([*LEADS, "waved"]),
        TIMES,
    ),
    max_size=8,
)
mentions = st.lists(
    st.builds(mention, st.integers(0, 9), st.sampled_from(["t1", "t2", None]), TIMES, TIMES),
    max_size=8,
)


@given(contacts, events, mentions, TIMES, contacts, events, mentions)
def test_nothing_dated_at_or_after_a_moment_changes_the_features_as_of_it(
    spoke: list[Contact],
    did: list[Event],
    raised: list[Mention],
    at: datetime,
    later: list[Contact],
    later_events: list[Event],
    later_mentions: list[Mention],
) -> None:
    before = features(spoke, did, raised, at=at, taxonomy=TAXONOMY)
    more = [c for c in later if c.at >= at]
    done = [e for e in later_events if e.at >= at]
    known = [m for m in later_mentions if m.said_at >= at or m.assignment.assigned_at >= at]
    assert features(more + spoke, done + did, known + raised, at=at, taxonomy=TAXONOMY) == before


@given(contacts, events, mentions, TIMES)
def test_features_keep_to_their_ranges(
    spoke: list[Contact], did: list[Event], raised: list[Mention], at: datetime
) -> None:
    found = features(spoke, did, raised, at=at, taxonomy=TAXONOMY)
    ranges = {"friction": (0, 100), "sentiment_trend": (-2, 2), "sentiment": (-1, 1), "effort": (0, 1)}
    for name, value in found.items():
        low, high = next((r for prefix, r in ranges.items() if name.startswith(prefix)), (0, 1_000))
        assert not isinstance(value, int | float) or low - 1e-9 <= value <= high + 1e-9


def test_features_of_a_small_past_are_what_one_counts_by_hand() -> None:
    at = START + 100 * DAY
    spoke = [
        contact(1, START, stage="onboarding", friction=90, sentiment=-1),
        contact(2, START + 20 * DAY, friction=40, sentiment=-0.5),
        contact(3, START + 80 * DAY, friction=20, sentiment=0.5),
        contact(4, at, stage="exit", friction=100, sentiment=-1),
    ]
    did = [Event("e:1", "ann", "ordered", START - DAY), Event("e:2", "ann", "installed", START + 15 * DAY)]
    raised = [
        mention(2, "t1", START + 20 * DAY, START + 30 * DAY),
        mention(3, "t2", START + 80 * DAY, START + 81 * DAY),
        mention(3, "t1", START + 80 * DAY, START + 90 * DAY, "r2"),
        mention(3, "t3", START + 80 * DAY, at, "r3"),
    ]
    assert features(spoke, did, raised, at=at, taxonomy=TAXONOMY) == {
        "conversations": 3,
        "conversations_30d": 1,
        "conversations_90d": 2,
        "channels_90d": 2,
        "days_since_contact": 20.0,
        "friction_mean_90d": 30.0,
        "friction_last": 20,
        "sentiment_mean_90d": 0.0,
        "sentiment_last": 0.5,
        "sentiment_trend_90d": 1.0,
        "effort_mean_90d": 0.5,
        "leaving_90d": 2,
        "open_themes": 1,
        "theme_repeats_90d": 2,
        "events_90d": 1,
        "days_since_event": 85.0,
        "stage": "use",
        "days_in_stage": 85.0,
        "stages": 2,
    }


def test_without_a_past_what_cannot_be_said_is_none() -> None:
    found = features([], [], [], at=START, taxonomy=TAXONOMY)
    assert (found["conversations"], found["stage"], found["open_themes"]) == (0, "unknown", 0)
    assert found["friction_last"] is found["sentiment_trend_90d"] is found["days_in_stage"] is None
