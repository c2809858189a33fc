"""The dashboard's pages over a store built by hand, hostile texts in it."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from nlp.conversation import Channel, Conversation, Segment, Speaker, Turn
from nlp.customer import Customer, Event
from nlp.signal import Entity, Evidence, Signal, Summary
from nlp.themes.edits import Edit
from nlp.themes.lineage import Fact
from nlp.themes.proposals import Proposal
from nlp.themes.quality import Quality
from nlp.themes.theme import Assignment, Theme
from pipelines.annotate import Annotator
from pipelines.edits import edit
from pipelines.settings import Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Store

HOSTILE = """</script><script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7 * 7 }} ' still broken"""
ODD = "zendesk:a/../b c?d#e<i>"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAGE = {"accept": "text/html"}
PAGES = (
    "/",
    "/themes/t1",
    "/edits",
    "/map",
    "/stages",
    "/stages/patterns",
    "/customers",
    "/customers/c%26one",
    "/conversations",
    "/conversations/x:0",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        yield store


def serve(store: Store, annotator: Annotator) -> TestClient:
    return TestClient(create_app(store, Settings(), annotator), base_url="http://localhost", headers=PAGE)


@pytest.fixture
def client(store: Store, annotator: Annotator) -> TestClient:
    fill(store)
    return serve(store, annotator)


def fill(store: Store, count: int = 30) -> None:
    """A conversation a week, the first with an odd id, each with a hostile text of one segment in theme t1."""
    ids = [ODD, *(f"x:{n}" for n in range(count - 1))]
    found = [conversation(id, START + timedelta(weeks=n)) for n, id in enumerate(ids)]
    segments = [Segment(c.id, 0, 0, len(HOSTILE)) for c in found]
    store.conversations.put(found)
    vectors = np.zeros((count, 4), dtype=np.float32)
    store.signals.put("m1", ids, [signal(s) for s in segments], vectors, [summary(c.id) for c in found])
    themes = [Theme("t1", "<b>Late</b> & lost", HOSTILE, ("late", "<i>lost</i>"), count, (segments[0].id,), 1.0, 2.0)]
    assigned = [Assignment(s.id, "r1", "t1", 0.9, START) for s in segments]
    facts = [Fact("r1", START, "t1", "born"), Fact("r1", START, "t2", "split from", "t1", 0.6)]
    store.themes.put("r1", themes, assigned, np.ones((count, 2), dtype=np.float32), facts=facts)
    for kind, said in (("note", HOSTILE), ("owner", "<b>Ben</b>"), ("pin", "")):
        edit(store, Edit(0, START, "<i>Ada</i>", kind, "t1", text=said))
    edit(store, Edit(0, START, "Ada", "fixed", "t1", day=START.date()))
    store.customers.put([Customer("c&one", {"plan": HOSTILE, "value": 218.0})])
    store.events.put([Event("e:1", "c&one", "ordered", START - timedelta(days=3), 149.0)])


def conversation(id: str, at: datetime) -> Conversation:
    turns = (Turn(0, Speaker.CUSTOMER, HOSTILE, at), Turn(1, Speaker.AGENT, "<u>Sorry</u>", at + timedelta(hours=1)))
    return Conversation(id, "zendesk", Channel.TICKET, "c&one", at, turns, {"subject": HOSTILE, "tags": ["<a>", "b"]})


def signal(segment: Segment) -> Signal:
    at = HOSTILE.index("still")
    cue = Evidence("effort", at, at + len("still broken"))
    named = (Entity("product", at, at + 5, "Lamp <b>2</b>"), Entity("amount", at, at + 5, "40 GBP"))
    return Signal(
        segment,
        "m1",
        "delivery_problem",
        0.8,
        False,
        (),
        -0.5,
        (0.7, 0.1, 0.2),
        62.0,
        "onboarding",
        0.9,
        (cue,),
        entities=named,
    )


def summary(id: str) -> Summary:
    return Summary(
        id, "delivery_problem", 0.8, False, -0.5, -0.4, -0.6, -0.9, 62, 0.5, 0.6, "onboarding", 0.9, "said", "en"
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_title_and_one_heading_and_runs_no_script_written_into_it(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert re.search(r"<title>\S.* · Frictionary</title>", answer.text)
    assert answer.text.count("<h1>") == 1
    assert [tag for tag in re.findall(r"<script[^>]*>", answer.text) if " src=" not in tag] == []
    assert re.findall(r"<[^>]*\s(?:href|src)=[\"'](?!/|#)[^>]*>", answer.text) == []


@pytest.mark.parametrize("path", PAGES)
def test_what_a_customer_wrote_stays_text(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert "<img" not in text
    assert "<script>alert" not in text
    assert not re.search(r"<[bisu]>(?:Late|lost|Sorry)", text)
    assert "<a>" not in text


def test_evidence_is_marked_in_quotes_and_in_conversations(client: TestClient) -> None:
    marked = '<mark class="cue" title="extra effort">still broken</mark>'
    assert marked in client.get("/themes/t1").text
    assert marked in client.get("/conversations/x:3").text


def test_a_theme_shows_what_its_messages_name_and_how_many_do(client: TestClient) -> None:
    page = client.get("/themes/t1").text
    assert re.search(r'<dt>Products</dt><dd><span title="30 messages">Lamp &lt;b&gt;2&lt;/b&gt; <small>30<', page)
    assert "40 GBP" not in page


def test_quotes_lead_to_their_segment_whatever_their_conversation_is_called(client: TestClient) -> None:
    link = re.findall(r'href="(/conversations/[^"]+#s0-0)"', client.get("/themes/t1").text)[0]
    answer = client.get(html.unescape(link))
    assert answer.status_code == 200
    assert html.escape(ODD) in answer.text
    assert 'id="s0-0"' in answer.text


def test_a_themes_page_tells_what_became_of_it(client: TestClient) -> None:
    page = client.get("/themes/t1").text
    assert "<dt>2 Mar 2026</dt><dd>Found for the first time</dd>" in page
    assert "<dd>“t2” (t2) split from it, 60 % of it</dd>" in page


def test_a_themes_page_shows_what_people_say_of_it(client: TestClient) -> None:
    page = client.get("/themes/t1").text
    assert '<span class="mark pinned">Pinned</span>' in page
    assert "<dt>Owner</dt><dd>&lt;b&gt;Ben&lt;/b&gt;</dd>" in page
    assert "Ada said that a fix for “&lt;b&gt;Late&lt;/b&gt; &amp; lost” (t1) shipped on 2026-03-02" in page
    assert "Too early to judge the fix on 2 March 2026" in page
    assert "still broken <small>&lt;i&gt;Ada&lt;/i&gt;, 2 Mar 2026</small>" in page


def test_a_themes_page_tells_what_it_costs_and_whom_it_concerns(client: TestClient) -> None:
    page = client.get("/themes/t1").text
    assert "100\u202f% of all conversations tell it; steady." in page
    assert "Mean friction: no other conversation has one." in page
    assert '<th scope="row">b</th><td data-label="Fact">Tags</td>' in page
    assert '<li><i class="fix" aria-hidden="true"></i>Fix shipped on 2 March 2026</li>' in page


def test_the_overview_tells_what_moves_and_whether_fixes_worked(store: Store, annotator: Annotator) -> None:
    fill_moving(store)
    page = serve(store, annotator).get("/").text
    assert re.search(r'mark emerging">Emerging</span> <a href="/themes/t2">&lt;b&gt;New', page)
    assert "times as frequent since" in page
    assert re.search(r'mark worked">Fix: worked</span> <a href="/themes/t1">', page)
    assert "It worked." in page
    assert "Take these themes with care: few &lt;i&gt;." in page
    assert '<div class="change fix" title="Week of' in serve(store, annotator).get("/themes/t1").text


def fill_moving(store: Store, weeks: int = 24) -> None:
    """Ten conversations a week: t1 is four of them until its fix in the middle, t2 four in the last two weeks."""
    found, themes = [], []
    for n in range(weeks * 10):
        week, place = divmod(n, 10)
        found.append(conversation(f"m:{n}", START + timedelta(weeks=week, hours=place)))
        first, second = place < 4 and week < weeks // 2, place > 5 and week >= weeks - 2
        themes.append("t1" if first else "t2" if second else "t3")
    segments = [Segment(c.id, 0, 0, len(HOSTILE)) for c in found]
    store.conversations.put(found)
    vectors = np.zeros((len(found), 4), np.float32)
    ids = [c.id for c in found]
    store.signals.put("m1", ids, [signal(s) for s in segments], vectors, [summary(id) for id in ids])
    known = [Theme(id, f"<b>{name}</b>", "", (), 9) for id, name in (("t1", "Old"), ("t2", "New"), ("t3", "Else"))]
    assigned = [Assignment(s.id, "r1", theme, 0.9, START) for s, theme in zip(segments, themes, strict=True)]
    quality = Quality("r1", START, len(ids), 3, 0.0, 0.9, 1.0, 0.0, reasons=("few <i>",))
    store.themes.put("r1", known, assigned, np.ones((len(ids), 2), np.float32), quality=quality)
    edit(store, Edit(0, START, "Ada", "fixed", "t1", day=(START + timedelta(weeks=weeks // 2)).date()))


def test_a_hidden_theme_leaves_the_overview_and_keeps_its_page(client: TestClient, store: Store) -> None:
    assert 'href="/themes/t1"' in client.get("/").text
    edit(store, Edit(0, START, "Ada", "hide", "t1"))
    assert 'href="/themes/t1"' not in client.get("/").text
    page = client.get("/themes/t1").text
    assert '<span class="mark hidden">Hidden</span>' in page
    assert "<dt>Conversations</dt><dd>30</dd>" in page


def test_what_might_be_a_theme_is_told_on_the_overview(client: TestClient, store: Store) -> None:
    assert "Perhaps a theme" not in client.get("/").text
    quotes = tuple(store.themes.members())[:5]
    edit(store, Edit(0, START, "Ada", "move", segments=quotes))
    store.proposals.put("r1", [Proposal(START, quotes, 3, ("<i>late</i>",))])
    page = client.get("/").text
    assert "Perhaps a theme: 5 messages in no theme speak alike, 3 of them since the last discovery" in page
    assert "&lt;i&gt;late&lt;/i&gt;" in page


def test_an_edit_that_cannot_do_what_it_says_is_told_on_the_overview_and_among_the_edits(
    client: TestClient, store: Store
) -> None:
    assert 'href="/edits"' not in client.get("/").text
    store.themes.put("r2", [], [], np.zeros((0, 2), np.float32))
    assert '<a href="/edits">4 edits of themes cannot do all that they say</a>' in client.get("/").text
    assert client.get("/edits").text.count("t1 is not found now: what is said of it waits") == 4


@pytest.mark.parametrize("path", ["/themes/t99", "/customers/nobody", "/conversations/none:1", "/nowhere", "/map/x"])
def test_what_is_not_there_is_a_page_that_leads_back(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_program_that_misses_gets_problem_details(client: TestClient) -> None:
    for path, accept in (("/v1/nothing", "text/html"), ("/nowhere", "application/json")):
        answer = client.get(path, headers={"accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_store_says_which_command_fills_it(store: Store, annotator: Annotator, path: str) -> None:
    answer = serve(store, annotator).get(path)
    assert answer.status_code == 200
    assert "frictionary ingest PATH" in answer.text


@pytest.mark.parametrize("path", ["/", "/map", "/stages", "/conversations"])
def test_a_store_without_themes_says_how_to_find_them_or_leaves_them_out(
    store: Store, annotator: Annotator, path: str
) -> None:
    store.conversations.put([conversation("x:1", START)])
    answer = serve(store, annotator).get(path)
    assert answer.status_code == 200
    assert ("frictionary themes discover" in answer.text) == (path != "/conversations")


def test_conversations_not_yet_analysed_are_shown_as_such(store: Store, annotator: Annotator) -> None:
    store.conversations.put([conversation("x:1", START)])
    client = serve(store, annotator)
    assert "not analysed yet" in client.get("/conversations").text
    assert "not analysed yet" in client.get("/conversations/x:1").text


def test_the_choice_is_kept_in_the_address_and_in_the_form(client: TestClient) -> None:
    text = client.get("/?period=4w&channel=ticket&stage=onboarding").text
    for value in ("4w", "ticket", "onboarding"):
        assert f'<option value="{value}" selected>' in text
    assert "4 conversations in tickets" in text


@pytest.mark.parametrize("query", ["?period=year&channel=fax", "?from=-1", "?from=9999999999999", "?after="])
def test_an_address_edited_into_nonsense_still_shows_a_page(client: TestClient, query: str) -> None:
    for path in ("/", "/themes/t1", "/stages", "/customers", "/conversations"):
        assert client.get(path + query).status_code == 200


def test_a_choice_that_nothing_fits_says_so(client: TestClient) -> None:
    assert "No conversation fits" in client.get("/?channel=call").text
    assert "No conversation fits" in client.get("/conversations?intent=praise").text


def test_quotes_and_conversations_are_paged(store: Store, annotator: Annotator) -> None:
    fill(store, 60)
    client = serve(store, annotator)
    first, last = (client.get(f"/themes/t1?from={n}").text for n in (0, 50))
    assert (first.count("<blockquote"), last.count("<blockquote")) == (10, 10)
    assert 'href="/themes/t1?from=10#quotes"' in first
    assert "More quotes" not in last
    older = html.unescape(re.findall(r'rel="next" href="([^"]+)"', client.get("/conversations?channel=ticket").text)[0])
    assert client.get(older).text.count('<th scope="row">') == 10


def test_a_customer_s_timeline_holds_conversations_and_events_in_time(client: TestClient) -> None:
    text = client.get("/customers/c%26one").text
    names = re.findall(r"<b>(Ordered)</b>|>(Ticket: Delivery problem)<", text)
    assert names[0] == ("Ordered", "")
    assert len(names) == 31
    assert "Value 218" in text


def test_the_heat_map_counts_a_theme_s_conversations_at_a_stage_and_leads_to_them(client: TestClient) -> None:
    page = client.get("/stages?channel=ticket").text
    cell = re.findall(r'<td class="on f3" data-label="Onboarding"><a href="([^"]+)" title="[^"]*">30</a>', page)
    assert [html.unescape(address) for address in cell] == [
        "/conversations?channel=ticket&stage=onboarding&theme=t1",
    ]


def test_pages_with_a_customer_s_words_are_not_kept_by_the_browser_unasked(client: TestClient) -> None:
    assert client.get("/conversations/x:0").headers["cache-control"] == "no-store"
