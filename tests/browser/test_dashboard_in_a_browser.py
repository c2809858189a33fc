"""The dashboard in a real browser: a server over a small store made by the whole pipeline, hostile texts in it."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn

from api.app import create_app
from api.commands.serve import address, listen
from nlp.conversation import Channel, Conversation, Speaker, Turn
from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: none of chromium, google-chrome is on the path"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SAMPLE = ROOT / "corpora" / "sample"
HOSTILE = (
    "I can't sign in again </script><script>document.title='owned'</script>"
    """"><img src=x onerror="document.title='owned'">"""
)
ODD = "zendesk:odd/../1?a#b%2F"
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of a server that runs until the block ends."""
    annotator = Annotator.load(settings.models, settings.taxonomy)
    with open_store(settings.store) as store, listen(settings) as listener:
        server = uvicorn.Server(uvicorn.Config(create_app(store, settings, annotator), log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield address(listener)
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Tickets of the sample and a hostile one, annotated and grouped by the whole pipeline."""
    folder = tmp_path_factory.mktemp("site")
    settings = Settings(
        store=f"sqlite:///{folder}/store.db", key="k", names=False, dead_letters=folder / "dead", port=0
    )
    annotator = Annotator.load(settings.models, settings.taxonomy)
    tickets = folder / "tickets.jsonl"
    tickets.write_text("".join((SAMPLE / "tickets.jsonl").read_text("utf-8").splitlines(keepends=True)[:150]), "utf-8")
    with open_store(settings.store) as store:
        store.conversations.put([hostile()])
        run([tickets], store=store, annotator=annotator, settings=settings, seed=7)
    with served(settings) as url:
        yield url


def hostile() -> Conversation:
    """Written past the readers, which would take its tags away."""
    turns = tuple(Turn(n, Speaker.CUSTOMER, HOSTILE) for n in range(3))
    return Conversation(
        ODD, "zendesk", Channel.TICKET, HOSTILE, datetime(2027, 1, 1, tzinfo=UTC), turns, {"subject": HOSTILE}
    )


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


class Visit:
    """A tab of a fresh profile that remembers what went wrong and what was asked for."""

    def __init__(self, browser: "playwright.Browser", **options: object) -> None:
        self.context = browser.new_context(**options)
        self.tab = self.context.new_page()
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.on("requestfailed", lambda r: self.errors.append(f"{r.url}: {r.failure}"))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)

    def open(self, url: str) -> None:
        self.tab.goto(url, wait_until="networkidle")


@pytest.fixture
def visit(browser: "playwright.Browser") -> Iterator[Visit]:
    made = Visit(browser, viewport=WIDE)
    yield made
    made.context.close()


# how far what was drawn moved afterwards, summed (cumulative layout shift)
SHIFTS = """new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => done(0), 300))"""
PAGES = ("/", "/map", "/stages", "/customers", "/conversations", "/?period=4w&stage=use")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_page_loads_without_error_asks_nobody_else_and_neither_jumps_nor_scrolls_sideways(
    browser: "playwright.Browser", site: str, path: str, size: dict[str, int]
) -> None:
    visit = Visit(browser, viewport=size)
    visit.open(site + path)
    assert visit.errors == []
    assert [url for url in visit.asked if not url.startswith((site, "data:", "blob:"))] == []
    assert visit.tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert visit.tab.evaluate(SHIFTS) < 0.01
    visit.context.close()


def test_one_clicks_from_the_overview_to_a_theme_to_a_conversation(visit: Visit, site: str) -> None:
    visit.open(site)
    name = visit.tab.locator(".themes tbody a").first.inner_text()
    visit.tab.locator(".themes tbody a").first.click()
    assert visit.tab.locator("h1").inner_text().startswith(name)
    visit.tab.locator(".quote a").first.click()
    visit.tab.wait_for_url("**/conversations/**")
    assert visit.tab.locator(".turn").count() >= 1
    assert visit.tab.locator(".piece:target").count() == 1
    assert visit.errors == []


def test_figures_are_drawn_and_a_dot_of_the_map_opens_its_conversation(visit: Visit, site: str) -> None:
    visit.open(site + "/stages")
    visit.tab.wait_for_selector("#heat-map .heatmaplayer image")
    visit.open(site + "/map")
    visit.tab.wait_for_selector("#map .points path")
    place = visit.tab.locator("#map .points path").first.bounding_box()
    visit.tab.mouse.move(place["x"] + 2, place["y"] + 2)
    visit.tab.mouse.move(place["x"] + 4, place["y"] + 4)
    visit.tab.wait_for_selector("#map .hoverlayer .hovertext")
    visit.tab.mouse.down()
    visit.tab.mouse.up()
    visit.tab.wait_for_url("**/conversations/**")
    assert visit.errors == []


def test_a_hostile_text_is_shown_and_does_nothing(visit: Visit, site: str) -> None:
    visit.open(site + "/conversations")
    visit.tab.locator("tbody a", has_text="I can't sign in again").first.click()
    visit.tab.wait_for_url("**/conversations/**")
    assert "onerror=" in visit.tab.locator(".said").first.inner_text()
    for path in (None, "/conversations", "/map", "/stages"):
        if path:
            visit.open(site + path)
        assert visit.tab.title() != "owned"
        assert visit.tab.locator("main img").count() == 0
    assert visit.errors == []


def test_the_chosen_appearance_stays_and_the_figures_follow_it(visit: Visit, site: str) -> None:
    visit.open(site + "/map")
    visit.tab.wait_for_selector("#map .annotation-text")
    ink = visit.tab.evaluate("getComputedStyle(document.querySelector('#map .annotation-text')).fill")
    visit.tab.get_by_role("button", name="Dark").click()
    visit.tab.wait_for_function(
        "ink => getComputedStyle(document.querySelector('#map .annotation-text')).fill !== ink", arg=ink
    )
    visit.open(site + "/stages")
    assert visit.tab.evaluate("document.documentElement.dataset.appearance") == "dark"
    assert visit.tab.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


def test_the_system_s_dark_appearance_is_followed(browser: "playwright.Browser", site: str) -> None:
    visit = Visit(browser, color_scheme="dark")
    visit.open(site)
    assert visit.tab.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert visit.tab.get_by_role("button", name="Light").is_visible()
    visit.context.close()


def test_everything_but_the_figures_works_without_javascript(browser: "playwright.Browser", site: str) -> None:
    visit = Visit(browser, java_script_enabled=False)
    visit.open(site + "/stages")
    visit.tab.get_by_text("The same as a table").click()
    assert visit.tab.locator("#heat-table table").is_visible()
    visit.open(site)
    visit.tab.get_by_label("Stage").select_option("use")
    visit.tab.get_by_role("button", name="Show").click()
    assert re.search(r"[?&]stage=use", visit.tab.url)
    visit.context.close()


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(visit: Visit, site: str) -> None:
    visit.open(site)
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("document.activeElement.textContent") == "Skip to content"
    visit.tab.keyboard.press("Enter")
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("document.activeElement.name") == "period"
    assert visit.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
