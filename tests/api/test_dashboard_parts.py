"""What the dashboard's pages are made of: words, marks, small charts, choices, colours."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from api.dashboard import charts, moves, words
from api.dashboard.choices import Choice
from api.dashboard.marks import marked, pieces
from api.dashboard.pages import templates
from nlp.conversation import Segment, Speaker, Turn
from nlp.signal import Evidence, Signal
from nlp.themes.emerging import Movement
from pipelines.drawn import Drawn
from pipelines.stores.protocols import Filter

HERE = Path(words.__file__).parent
LAST = datetime(2026, 10, 31, 9, tzinfo=UTC)


def test_figures_read_as_people_write_them() -> None:
    assert [words.number(1234.5), words.number(12.34, 1), words.number(None)] == ["1,234", "12.3", "–"]
    assert [words.signed(3), words.signed(-0.256, 2), words.signed(0.001, 2)] == ["+3", "−0.26", "0.00"]
    assert [words.share(1, 3).replace("\u202f", " "), words.share(1, 0)] == ["33 %", "–"]
    shares = [words.share(*pair).replace("\u202f", " ") for pair in ((0, 9), (1, 900), (899, 900), (9, 9))]
    assert shares == ["0 %", "<1 %", ">99 %", "100 %"]
    assert [words.plural(1, "call"), words.plural(0, "call")] == ["1 call", "0 calls"]
    assert [words.fact(218.0), words.fact(0.5), words.fact(True), words.fact(["a", 1])] == ["218", "0.5", "yes", "a, 1"]


def test_dates_read_as_people_write_them() -> None:
    assert words.moment(LAST) == "31 Oct 2026, 09:00"
    assert words.span(LAST - timedelta(days=180), LAST) == "4 May – 31 Oct 2026"
    assert words.span(date(2025, 12, 30), date(2026, 1, 2)) == "30 Dec 2025 – 2 Jan 2026"
    assert words.span(LAST, LAST) == "31 Oct 2026"


def test_what_is_known_to_the_day_alone_is_told_without_a_time() -> None:
    assert words.at(datetime(2026, 5, 1, tzinfo=UTC)) == '<time datetime="2026-05-01">1 May 2026</time>'
    assert "data-local" in words.at(datetime(2026, 5, 1, 0, 0, 1, tzinfo=UTC))


def test_names_read_as_people_write_them() -> None:
    assert [words.title("account_access"), words.title(None)] == ["Account access", "–"]
    assert [words.channel("social", 1), words.channel("social", 2), words.channel("fax")] == ["post", "posts", "fax"]
    assert [words.feeling(x) for x in (-0.7, -0.3, 0, 0.3)] == ["very negative", "negative", "neutral", "positive"]
    assert words.excerpt("a  long\nline of words", 12) == "a long line…"
    assert words.excerpt("write to <EMAIL>, said <NAME_ABCDEFGH>") == "write to [email], said [name]"


def test_a_figure_that_explains_another_is_told_roughly() -> None:
    assert [words.rough(x) for x in (66.63, 0.2517, 3.0, 1, True, "chat")] == ["67", "0.25", "3", "1", "yes", "chat"]


def test_the_friction_scale_has_five_steps_with_names() -> None:
    assert [words.band(x) for x in (None, 0, 19.9, 20, 59, 80, 100)] == [0, 0, 0, 1, 2, 4, 4]
    assert words.band_name(100) == "severe"


@given(st.text(), st.lists(st.tuples(st.sampled_from(["effort", "negative", "<x>"]), st.integers(), st.integers())))
def test_marking_changes_nothing_of_the_text_and_lets_no_tag_through(
    text: str, spans: list[tuple[str, int, int]]
) -> None:
    found = marked(text, [Evidence(*span) for span in spans])
    assert re.sub(r'<mark class="(?:cue|negative)" title="[^"<]*">|</mark>', "", found) == escape(text)


def test_overlapping_evidence_shares_a_mark_and_offsets_count_from_the_turn() -> None:
    evidence = [Evidence("effort", 10, 14), Evidence("blocked", 12, 17), Evidence("effort", 0, 5)]
    found = marked("still broken", evidence, offset=10)
    assert found == Markup('<mark class="cue" title="extra effort, blocked">still b</mark>roken')


def signal(turn: int, start: int, end: int) -> Signal:
    segment = Segment("x:1", turn, start, end)
    return Signal(segment, "m", "none", 1.0, False, (), 0.0, (0, 1, 0), 0.0, "use", 1.0)


def test_a_turn_is_cut_into_its_segments_and_what_lies_between() -> None:
    turn = Turn(0, Speaker.CUSTOMER, "Hi. Broken again. Bye.")
    cut = pieces(turn, [signal(0, 4, 17), signal(1, 0, 3)])
    assert [(str(text), found is not None) for text, found in cut] == [
        ("Hi. ", False),
        ("Broken again.", True),
        (" Bye.", False),
    ]
    assert pieces(Turn(0, Speaker.AGENT, ""), []) == [(Markup(""), None)]


def test_a_page_says_of_how_many_customers_its_figures_are_where_not_of_all() -> None:
    macros: Any = templates.get_template("parts.html").module
    said = " ".join(str(macros.sampled(Drawn(Filter(), 950, 81_795))).split())
    assert re.search(r"950 customers, drawn at random out of 81\W795", said)
    assert str(macros.sampled(Drawn(Filter(), 7, 7))).strip() == ""


def test_weeks_without_a_conversation_have_their_place() -> None:
    rows = [{"week": date(2026, 5, 4), "conversations": 2, "friction": 30.0}]
    bars = charts.weekly(rows, charts.weeks(rows, date(2026, 5, 20)))
    found = [(bar["conversations"], bar["friction"], bar["volume"]) for bar in bars]
    assert found == [(2, 30.0, 100), (0, None, 0), (0, None, 0)]
    assert charts.weeks([]) == []
    assert len(charts.weeks([{"week": date(2020, 1, 6)}], date(2026, 5, 20))) == 53


def test_a_sparkline_stays_in_its_box() -> None:
    assert charts.sparkline([0, 4, 2]) == "3.0,23.0 48.0,3.0 93.0,13.0"
    assert charts.sparkline([0]) == "3.0,23.0"


def test_moments_have_their_places_on_the_line_of_time() -> None:
    assert charts.places([LAST, LAST + timedelta(days=1), LAST + timedelta(days=4)]) == [0, 25, 100]
    assert [charts.places([]), charts.places([LAST])] == [[], [50.0]]


def test_periods_are_whole_days_up_to_the_last_conversation_s() -> None:
    midnight = datetime(2026, 11, 1, tzinfo=UTC)
    assert Choice.of({"period": "4w"}).filter(LAST).since == midnight - timedelta(weeks=4)
    recent, before = Choice.of({"period": "52w", "stage": "use"}).windows(LAST)
    assert (recent.since, recent.until, recent.stage) == (before.until, None, "use")
    assert before.since == midnight - timedelta(weeks=8)


def test_a_period_is_compared_with_the_one_before_it_and_all_time_with_none() -> None:
    chosen, early = (choice.before(LAST) for choice in (Choice(period="13w"), Choice()))
    assert chosen
    assert (chosen.since, chosen.until) == (
        datetime(2026, 11, 1, tzinfo=UTC) - timedelta(weeks=26),
        datetime(2026, 11, 1, tzinfo=UTC) - timedelta(weeks=13),
    )
    assert early is None


def test_a_choice_is_its_address() -> None:
    assert Choice.of({"stage": "use"}).query(channel="call", stage="") == "?channel=call"
    assert Choice.of({"period": "9y", "channel": "fax"}) == Choice()


def test_only_what_every_page_can_be_asked_for_goes_from_page_to_page() -> None:
    chosen = Choice(period="4w", segment="plan=gold & co", intent="refund_status", theme="t1", customer="c1")
    assert chosen.carried == "?period=4w&segment=plan%3Dgold+%26+co"


@pytest.mark.parametrize(
    ("kind", "weeks", "name"),
    [("emerging", 5, "emerging"), ("fading", 30, "fading"), ("steady", 5, "new"), ("too early", 30, "")],
)
def test_a_theme_is_marked_by_its_movement_else_where_it_is_new(kind: str, weeks: int, name: str) -> None:
    assert moves.mark(Movement(kind), LAST - timedelta(weeks=weeks), LAST - timedelta(weeks=8)) == name


def colours(css: str) -> dict[str, tuple[float, ...]]:
    found = re.findall(r"--([a-z0-9-]+): #([0-9a-f]{3,6});", css)
    wide = {name: code if len(code) == 6 else "".join(c * 2 for c in code) for name, code in found}
    return {name: tuple(int(code[n : n + 2], 16) / 255 for n in (0, 2, 4)) for name, code in wide.items()}


def contrast(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """WCAG 2.2, 1.4.3."""

    def light(colour: tuple[float, ...]) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "start", [":root {", ':root:not([data-appearance="light"]) {', ':root[data-appearance="dark"] {']
)
def test_text_contrasts_with_what_lies_behind_it_in_both_appearances(start: str) -> None:
    css = (HERE / "static" / "style.css").read_text()
    found = colours(css.split(start, 1)[1].split("}", 1)[0])
    behind = [(ink, back) for ink in ("ink", "soft", "accent") for back in ("paper", "card", "wash")]
    behind += [(ink, "card") for ink in ("better", "worse", "fresh")] + [("on-accent", "accent"), ("ink", "mark")]
    behind += [(f"on-f{n}", f"f{n}") for n in range(5)]
    weak = {pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in behind}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}
    assert min(contrast(found["rim"], found[back]) for back in ("paper", "card")) >= 3


def test_nothing_of_the_dashboard_is_fetched_from_elsewhere() -> None:
    files = [p for folder in ("static", "templates") for p in (HERE / folder).rglob("*.*")]
    assert len(files) > 10
    found = {
        p.name: re.findall(r"(?:https?:)?//(?!www\.w3\.org/2000/svg|example\.com)[a-z]+\.[a-z]+", p.read_text())
        for p in files
    }
    assert {name: urls for name, urls in found.items() if urls} == {}
