"""Every flow over a simulated company: by default a few hundred conversations, made by the whole pipeline; with
FRICTIONARY_TEST_WORLD a store of as many as one likes (docs/dashboard.md tells how 100,000 are made).
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import served
from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import ROOT
from pipelines.simulate.files import write
from pipelines.simulate.world import drawn
from pipelines.stores import open_store
from tests.browser.conftest import settings_in

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
pytestmark = [pytest.mark.browser, pytest.mark.slow]
WORLD = os.environ.get("FRICTIONARY_TEST_WORLD", "")
CUSTOMERS = int(os.environ.get("FRICTIONARY_TEST_CUSTOMERS", "300"))
PATIENCE = 300_000
PAGES = {
    "overview": "/",
    "theme": "/themes/",
    "map": "/map",
    "journey": "/stages",
    "patterns": "/stages/patterns",
    "customers": "/customers",
    "customer": "/customers/",
    "conversations": "/conversations",
    "conversation": "/conversations/",
    "review": "/review?who=Ada",
    "search": "/search?q=refund",
    "quality": "/quality",
    "settings": "/settings",
    "report": "/report",
}
LISTS = {"/themes/": "/", "/customers/": "/customers", "/conversations/": "/conversations"}
SHIFT = """new Promise(done => { let sum = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
  .observe({ type: "layout-shift", buffered: true });
setTimeout(() => done(sum), 300); })"""
LIT = """() => { const dots = document.getElementById("dots"), pen = dots.getContext("2d");
const all = new Uint32Array(pen.getImageData(0, 0, dots.width, dots.height).data.buffer), seen = new Map();
for (const one of all) seen.set(one, (seen.get(one) ?? 0) + 1);
return [...seen.values()].sort((a, b) => b - a).slice(1).reduce((sum, n) => sum + n, 0); }"""


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the simulated company, to be copied."""
    if WORLD:
        return Path(WORLD)
    folder = tmp_path_factory.mktemp("world")
    settings = settings_in(folder)
    write(drawn(8), CUSTOMERS, folder / "world", corpus=ROOT / "corpora" / "training")
    told = [folder / "world" / name for name in ("customers.csv", "events.csv", "tickets.jsonl", "threads.jsonl")]
    with open_store(settings.store) as store:
        run(told, store=store, annotator=Annotator.load(settings.models, settings.taxonomy), settings=settings)
    return folder / "store.db"


@pytest.fixture(scope="module")
def large(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("large")
    shutil.copy(world, folder / "store.db")
    with served(settings_in(folder)) as url:
        yield url


@pytest.fixture
def tab(visit: Any) -> Iterator[Any]:
    """Whatever is done in it, it ends without an error."""
    visit.tab.set_default_timeout(PATIENCE)
    yield visit.tab
    assert visit.errors == []


def until(tab: Any, expression: str) -> None:
    """Asked from outside: the page's policy lets nothing be evaluated in it, as Playwright's own waiting does."""
    for _ in range(PATIENCE // 100):
        if tab.evaluate(expression):
            return
        tab.wait_for_timeout(100)
    raise AssertionError(f"it never comes to {expression}")


def at(tab: Any, large: str, path: str) -> str:
    """Opens a page; of an address that ends in "/" the first such page that a list leads to."""
    if path in LISTS:
        tab.goto(large + LISTS[path])
        path = tab.locator(f"main a[href^='{path}']").first.get_attribute("href")
    tab.goto(large + path, wait_until="networkidle")
    return str(path)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_neither_jumps_nor_overflows_and_is_accessible(tab: Any, large: str, name: str) -> None:
    at(tab, large, PAGES[name])
    assert tab.evaluate(SHIFT) < 0.02
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.locator("h1").is_visible()
    found = axe.Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_what_hurts_is_read_down_to_the_words_of_a_conversation(tab: Any, large: str) -> None:
    at(tab, large, "/")
    name = tab.locator(".themes tbody a").first.inner_text()
    tab.locator(".themes tbody a").first.click()
    assert tab.locator("h1").inner_text().startswith(name)
    tab.locator(".quote a").first.click()
    tab.wait_for_url("**/conversations/**")
    assert tab.locator(".piece:target").count() == 1


def test_a_theme_is_renamed_owned_and_fixed_and_all_of_it_is_undone(tab: Any, large: str) -> None:
    at(tab, large, "/themes/")
    before = tab.locator("h1").inner_text()
    tab.locator(".say summary", has_text=re.compile("^Edit$")).click()
    tab.get_by_label("Name", exact=True).fill("What hurts most here")
    tab.get_by_label("Owner").fill("Ada's team")
    tab.get_by_label("Fix shipped on").fill("2026-01-12")
    tab.locator(".say").get_by_label("Your name").first.fill("Ada")
    tab.get_by_role("button", name="Save").click()
    tab.wait_for_url("**said=**")
    assert tab.locator("h1").inner_text().startswith("What hurts most here")
    assert re.search(r"Fix: \w+", tab.locator("p.notice", has_text="Fix:").inner_text())
    for left in (2, 1, 0):
        tab.locator("#log").locator("xpath=../..").get_by_role("button", name="Undo").first.click()
        tab.wait_for_load_state("networkidle")
        assert tab.locator("#log").locator("xpath=../..").get_by_role("button", name="Undo").count() == left
    assert tab.locator("h1").inner_text() == before


def test_messages_become_a_theme_of_their_own_and_go_back(tab: Any, large: str) -> None:
    at(tab, large, "/themes/")
    name = tab.locator("h1").evaluate("heading => heading.firstChild.textContent.trim()")
    for place in (0, 1):
        tab.get_by_role("checkbox").nth(place).check()
    tab.get_by_text("With the chosen messages").click()
    tab.locator(".with-chosen").get_by_label("Your name").fill("Ada")
    tab.get_by_label("Make a theme of their own").fill("Two that are alike")
    tab.get_by_role("button", name="Split off").click()
    tab.get_by_role("heading", name=re.compile("^Two that are alike")).wait_for()
    assert tab.locator(".quote").count() == 2
    tab.locator("#log").locator("xpath=../..").get_by_role("button", name="Undo").first.click()
    tab.wait_for_load_state("networkidle")
    assert tab.locator("h1").inner_text().startswith(name)
    tab.goto(large)
    assert tab.locator(".themes tbody a", has_text="Two that are alike").count() == 0
    assert tab.locator(".themes tbody a", has_text=name).count() >= 1


def drawn_map(tab: Any, large: str, query: str = "") -> int:
    """How many pixels of the map are dots, once it stands."""
    tab.goto(f"{large}/map{query}", wait_until="networkidle")
    until(tab, f"({LIT})() > 50")
    return int(tab.evaluate(LIT))


def test_the_map_is_moved_coloured_and_played(tab: Any, large: str) -> None:
    whole = drawn_map(tab, large)
    for colour in ("friction", "sentiment", "stage", "channel", "time", "theme"):
        tab.locator("#colour").select_option(colour)
        assert tab.locator("#legend li").count() >= 2
    tab.get_by_role("button", name="Play", exact=True).click()
    until(tab, "document.getElementById('when').textContent !== 'all time'")
    tab.get_by_role("button", name="Pause", exact=True).click()
    tab.locator("#map").focus()
    for key in ("+", "+", "ArrowLeft", "ArrowUp"):
        tab.keyboard.press(key)
    tab.wait_for_url("**zoom=1.69**")
    assert drawn_map(tab, large, "?channel=call") < whole


def test_what_a_loop_holds_is_read_and_made_a_theme(tab: Any, large: str) -> None:
    drawn_map(tab, large)
    tab.get_by_role("button", name="Lasso").click()
    box = tab.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for n, (dx, dy) in enumerate(((-40, -40), (40, -40), (40, 40), (-40, 40), (-40, -30))):
        tab.mouse.move(x + dx, y + dy, steps=6)
        if n == 0:
            tab.mouse.down()
    tab.mouse.up()
    tab.wait_for_selector("#read h2, #read .notice")
    tab.get_by_role("button", name="Whole map").click()
    tab.get_by_role("button", name="Read what is in view").click()
    until(tab, "/[1-9]\\d* message/.test(document.querySelector('#read h2')?.innerText.replaceAll(',', ''))")
    assert tab.locator("#read .quote").count() >= 1


def test_a_stage_of_a_theme_leads_to_its_conversations_and_journeys_are_compared(tab: Any, large: str) -> None:
    at(tab, large, "/stages")
    assert tab.locator(".course circle").count() >= 3
    assert tab.locator(".flow path").count() >= 3
    select = tab.locator("select[name=against]")
    select.select_option(index=1)
    tab.get_by_role("button", name="Compare").click()
    assert tab.locator("table.beside tbody tr").count() >= 2
    cell = tab.locator(".heat td.on a").first
    count = cell.inner_text()
    cell.click()
    tab.wait_for_url("**/conversations?**")
    assert f"{count} conversation" in tab.locator(".heading p").inner_text()


def test_a_customer_s_path_and_what_may_come_are_told(tab: Any, large: str) -> None:
    at(tab, large, "/customers/")
    assert tab.locator(".timeline li").count() >= 2
    assert tab.locator(".lanes a").count() >= 2
    assert tab.locator("#foretold").is_visible()
    tab.locator(".timeline a[href^='/conversations/']").first.click()
    tab.wait_for_url("**/conversations/**")
    assert tab.locator(".turn").count() >= 1


def test_what_is_said_of_a_finding_is_kept(tab: Any, large: str) -> None:
    at(tab, large, "/review?who=Ada")
    first = tab.locator(".item input[name=segment]").first.get_attribute("value")
    with tab.expect_response(lambda answer: answer.request.method == "POST") as said:
        tab.keyboard.press("1")
    assert said.value.status == 204
    at(tab, large, "/review?who=Ada")
    assert tab.locator(f".item input[value='{first}']").count() == 0


@pytest.mark.parametrize("mode", ["text", "semantic", "both"])
def test_what_was_said_is_found(tab: Any, large: str, mode: str) -> None:
    at(tab, large, f"/search?q=refund&mode={mode}")
    assert tab.locator(".quote").count() >= 5
    assert "refund" in tab.locator("main").inner_text().casefold()


def test_filters_go_along_and_everything_is_taken_out(tab: Any, large: str) -> None:
    at(tab, large, "/")
    whole = tab.locator(".tiles dd").first.inner_text()
    tab.get_by_label("Period").select_option("13w")
    tab.get_by_label("Channel").select_option("chat")
    tab.get_by_role("button", name="Show").click()
    assert tab.locator(".tiles dd").first.inner_text() != whole
    for page in ("Map", "Journey", "Customers", "Conversations"):
        tab.get_by_role("navigation", name="Pages").get_by_role("link", name=page).click()
        assert tab.locator("select[name=channel]").input_value() == "chat"
    with tab.expect_download() as taken:
        tab.get_by_role("link", name=re.compile("^All .* as CSV")).first.click()
    rows = Path(taken.value.path()).read_text("utf-8").splitlines()
    assert len(rows) > 10
    at(tab, large, "/report")
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="PDF").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF-")
    for path, figures in (("/stages", 3), ("/map", 1), ("/", 1)):
        at(tab, large, path)
        buttons = tab.locator("button[data-save=svg]")
        assert buttons.count() == figures
        for n in range(figures):
            with tab.expect_download() as taken:
                buttons.nth(n).click()
            assert Path(taken.value.path()).read_bytes().startswith(b"<svg")
