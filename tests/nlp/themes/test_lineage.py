"""What became of each theme is told once a discovery: six kinds of facts, and which themes are still looked for."""

from datetime import UTC, datetime, timedelta

from nlp.themes.lineage import PATIENCE, Fact, chapters, sought, trace
from nlp.themes.matching import Matching

DAY = datetime(2026, 3, 2, tzinfo=UTC)
NOTHING = Matching({}, {}, {})


def facts_of(matchings: list[tuple[Matching, list[str]]]) -> list[Fact]:
    """The facts of one discovery after the other."""
    facts: list[Fact] = []
    for n, (matching, numbers) in enumerate(matchings):
        facts += trace(matching, numbers, sought(facts), run=f"r{n}", at=DAY + timedelta(days=n))
    return facts


def told(facts: list[Fact]) -> list[tuple[str, str, str, str]]:
    return [(f.run, f.theme, f.kind, f.other) for f in facts]


def test_a_first_discovery_bears_its_themes() -> None:
    assert told(facts_of([(NOTHING, ["t1", "t2"])])) == [("r0", "t1", "born", ""), ("r0", "t2", "born", "")]


def test_a_theme_continues_splits_and_merges() -> None:
    later = Matching({0: ("t1", 0.8)}, {1: ("t1", 0.6)}, {"t2": (0, 0.7)})
    facts = facts_of([(NOTHING, ["t1", "t2"]), (later, ["t1", "t3", "t4"])])
    assert told(facts)[2:] == [
        ("r1", "t1", "continued", ""),
        ("r1", "t3", "split from", "t1"),
        ("r1", "t4", "born", ""),
        ("r1", "t2", "merged into", "t1"),
    ]
    assert [f.share for f in facts[2:]] == [0.8, 0.6, None, 0.7]


def test_a_theme_that_went_nowhere_is_dormant_once_and_dies_after_a_while() -> None:
    facts = facts_of([(NOTHING, ["t1"]), *[(NOTHING, [f"t{n}"]) for n in range(2, 9)]])
    own = [(f.run, f.kind) for f in facts if f.theme == "t1"]
    assert own == [("r0", "born"), ("r1", "dormant"), (f"r{PATIENCE + 1}", "died")]
    assert "t1" not in sought(facts)


def test_a_dormant_theme_continues_where_it_is_found_again() -> None:
    back = Matching({0: ("t1", 0.5)}, {}, {})
    facts = facts_of([(NOTHING, ["t1"]), (NOTHING, ["t2"]), (back, ["t1"])])
    assert [(f.run, f.kind) for f in facts if f.theme == "t1"] == [
        ("r0", "born"),
        ("r1", "dormant"),
        ("r2", "continued"),
    ]
    assert sought(facts)["t1"].missed == 0


def test_a_merged_theme_is_looked_for_a_while_in_silence() -> None:
    merged, same = Matching({0: ("t1", 0.9)}, {}, {"t2": (0, 1.0)}), Matching({0: ("t1", 0.9)}, {}, {})
    facts = facts_of([(NOTHING, ["t1", "t2"]), (merged, ["t1"]), (same, ["t1"])])
    assert (sought(facts)["t2"].run, sought(facts)["t2"].missed) == ("r0", 2)
    facts = facts_of([(NOTHING, ["t1", "t2"]), (merged, ["t1"]), *[(same, ["t1"])] * (PATIENCE + 1)])
    assert [f.kind for f in facts if f.theme == "t2"] == ["born", "merged into"]
    assert list(sought(facts)) == ["t1"]


def test_what_is_said_several_times_running_is_told_once_with_the_least_share() -> None:
    def again(share: float) -> tuple[Matching, list[str]]:
        return Matching({0: ("t1", share)}, {}, {}), ["t1"]

    first, then = chapters(facts_of([(NOTHING, ["t1"]), again(0.9), again(0.4), again(0.8)]))
    assert (first.kind, first.discoveries) == ("born", 1)
    assert (then.kind, then.discoveries, then.share) == ("continued", 3, 0.4)
    assert (then.since, then.until) == (DAY + timedelta(days=1), DAY + timedelta(days=3))
