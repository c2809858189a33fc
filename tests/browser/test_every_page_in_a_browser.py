"""Every page over a store of hostile texts: axe finds nothing, the policy holds, nobody else is asked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import served
from nlp.conversation import Channel, Conversation, Speaker, Turn
from nlp.themes.edits import Edit
from nlp.themes.theme import Assignment
from pipelines.annotate import Annotator, annotate
from pipelines.edits import edit
from pipelines.stores import open_store
from pipelines.stores.protocols import Store
from tests.browser.conftest import HOSTILE, settings_in

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
pytestmark = pytest.mark.browser
AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
ZALGO = "H\u0335\u0321\u0317e\u0336\u0322\u031b l\u0334\u0327p, it is br\u0337\u0322\u0310oken" + "\u0321\u0335" * 200
UNTOLD = "Somebody there ought to look into the thing from last time, and the other one."
"""What no model knows the intent of: it is asked for in review."""
TEXTS = (HOSTILE, "\u202e\u2067my parcel is lost\u202d, please help", "x" * 10_000 + " is broken again", ZALGO, UNTOLD)
NAME = "\u202e<b>Broken</b> </script><script>document.title='owned'</script>"
PAGES = (
    "/",
    "/themes/t1",
    "/map",
    "/map/read?shape=-9,-9,9,-9,9,9,-9,9",
    "/stages",
    "/customers",
    "/customers/c000",
    "/conversations",
    "/conversations/odd:0",
    "/review?who=Ada",
    "/review?who=Ada&kind=sentiment",
    "/search?q=broken",
    "/quality",
    "/settings",
    "/report",
    "/edits",
    "/docs",
)
LOOKS = {
    "light": {"color_scheme": "light"},
    "phone, dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
OPEN = "for (const one of document.querySelectorAll('main details')) one.open = true"


@pytest.fixture(scope="module")
def odd(
    tmp_path_factory: pytest.TempPathFactory, annotator: Annotator, put_leavers: Callable[[Store], None]
) -> Iterator[str]:
    settings = settings_in(tmp_path_factory.mktemp("odd"))
    with open_store(settings.store) as store:
        put_leavers(store)
        talks = [
            Conversation(
                f"odd:{n}", "odd", Channel.CHAT, "c000", AT, (Turn(0, Speaker.CUSTOMER, text, AT),), {"subject": text}
            )
            for n, text in enumerate(TEXTS)
        ]
        store.conversations.put(talks)
        annotate(store, annotator, of=[talk.id for talk in talks])
        found = [signal.segment.id for talk in talks for signal in store.signals.of(talk.id)]
        store.themes.assign([Assignment(id, "r", "t1", 0.9, AT) for id in found])
        edit(store, Edit(0, AT, NAME, "rename", "t1", text=NAME))
        edit(store, Edit(0, AT, NAME, "note", "t1", text=HOSTILE))
    with served(replace(settings)) as url:
        yield url


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_asks_nobody_else_and_lets_no_text_act(
    visiting: Callable[..., Any], odd: str, path: str, look: str
) -> None:
    visit = visiting(**LOOKS[look])
    visit.open(odd + path)
    visit.tab.evaluate(OPEN)
    found = axe.Axe().run(visit.tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    assert visit.errors == []
    assert [url for url in visit.asked if not url.startswith((odd, "blob:"))] == []
    assert visit.tab.title() != "owned"
    assert visit.tab.locator("main img").count() == 0
    assert visit.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_allows_no_script_style_or_evaluation_that_is_not_a_file_of_ours(visit: Any, odd: str) -> None:
    answer = visit.tab.goto(odd)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    broken = visit.tab.evaluate(
        """() => { const style = document.createElement("style"); style.textContent = "body { display: none }";
        document.head.append(style); return getComputedStyle(document.body).display; }"""
    )
    assert broken != "none"


def test_pages_that_are_open_need_no_network(visiting: Callable[..., Any], odd: str) -> None:
    """All but the server itself is cut off."""
    visit = visiting()
    visit.context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(odd) else route.abort())
    for path in ("/", "/map", "/stages"):
        visit.open(odd + path)
    assert visit.errors == []


def test_the_map_is_drawn_and_a_loop_is_read(visit: Any, odd: str) -> None:
    visit.open(odd + "/map")
    pixels = "document.getElementById('dots').getContext('2d').getImageData(0, 0, 900, 600).data.buffer"
    colours = f"[...new Set(new Uint32Array({pixels}))].length"
    for _ in range(50):
        if visit.tab.evaluate(f"{colours} > 2"):
            break
        visit.tab.wait_for_timeout(100)
    else:
        raise AssertionError("the map stays empty")
    visit.tab.get_by_role("button", name="Lasso").click()
    box = visit.tab.locator("#map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for n, (dx, dy) in enumerate(((-90, -90), (90, -90), (90, 90), (-90, 90), (-90, -80))):
        visit.tab.mouse.move(middle[0] + dx, middle[1] + dy, steps=8)
        if n == 0:
            visit.tab.mouse.down()
    visit.tab.mouse.up()
    visit.tab.wait_for_selector("#read h2")
    assert visit.tab.locator("#read h2").inner_text() == "100 messages"
    visit.tab.locator("#read summary").click()
    visit.tab.get_by_label("Name of the theme").fill("Made on the map")
    visit.tab.locator("#read").get_by_label("Your name").fill("Ada")
    visit.tab.get_by_role("button", name="Make the theme").click()
    visit.tab.wait_for_url("**/themes/**")
    assert visit.tab.locator("h1").inner_text().startswith("Made on the map")
    visit.tab.locator("#log").locator("xpath=../..").get_by_role("button", name="Undo").first.click()
    visit.tab.wait_for_load_state("networkidle")
    assert visit.errors == []


def test_the_map_is_moved_and_read_by_keys(visit: Any, odd: str) -> None:
    visit.open(odd + "/map")
    visit.tab.locator("#map").focus()
    for key in ("+", "+", "ArrowLeft", "ArrowRight", "Enter"):
        visit.tab.keyboard.press(key)
    visit.tab.wait_for_selector("#read h2")
    visit.tab.wait_for_url("**zoom=1.69**")


def test_findings_are_judged_by_keys_alone(visit: Any, odd: str) -> None:
    visit.open(odd + "/review?who=Ada")
    before = visit.tab.locator(".item").count()
    assert before >= 1
    with visit.tab.expect_response(lambda answer: answer.request.method == "POST") as said:
        visit.tab.keyboard.press("?")
    assert said.value.status == 204
    assert "Cannot tell" in visit.tab.locator(".said-so").first.inner_text()
    visit.open(odd + "/review?who=Ada")
    assert visit.tab.locator(".item").count() == before - 1
    assert visit.errors == []


@pytest.mark.parametrize(("kind", "start"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_a_figure_is_saved(visit: Any, odd: str, kind: str, start: bytes, tmp_path: Path) -> None:
    visit.open(odd)
    with visit.tab.expect_download() as taken:
        visit.tab.locator(f"button[data-save={kind}]").first.click()
    taken.value.save_as(tmp_path / "figure")
    data = (tmp_path / "figure").read_bytes()
    assert data.startswith(start)
    assert b"Mean friction" in data or kind == "png"
