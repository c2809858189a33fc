"""The dashboard in a real browser: no error, no foreign request, hostile texts do nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


# how far what was drawn moved afterwards, summed (cumulative layout shift)
SHIFTS = """new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))).observe({type: "layout-shift", buffered: true})
  || setTimeout(() => done(0), 300))"""
PAGES = ("/", "/map", "/stages", "/stages/patterns", "/customers", "/conversations", "/?period=4w&stage=use")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_page_loads_without_error_asks_nobody_else_and_neither_jumps_nor_scrolls_sideways(
    visiting: Callable[..., Any], site: str, path: str, size: dict[str, int]
) -> None:
    visit = visiting(viewport=size)
    visit.open(site + path)
    assert visit.errors == []
    assert [url for url in visit.asked if not url.startswith((site, "data:", "blob:"))] == []
    assert visit.tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert visit.tab.evaluate(SHIFTS) < 0.01


def test_one_clicks_from_the_overview_to_a_theme_to_a_conversation(visit: Any, site: str) -> None:
    visit.open(site)
    name = visit.tab.locator(".themes tbody a").first.inner_text()
    visit.tab.locator(".themes tbody a").first.click()
    assert visit.tab.locator("h1").inner_text().startswith(name)
    visit.tab.locator(".quote a").first.click()
    visit.tab.wait_for_url("**/conversations/**")
    assert visit.tab.locator(".turn").count() >= 1
    assert visit.tab.locator(".piece:target").count() == 1
    assert visit.errors == []


def test_the_heat_map_leads_to_a_theme_s_conversations_at_a_stage(visit: Any, site: str) -> None:
    visit.open(site + "/stages?channel=ticket")
    cell = visit.tab.locator(".heat td.on a").first
    count = cell.inner_text()
    cell.click()
    visit.tab.wait_for_url(re.compile(r"/conversations\?channel=ticket&stage=\w+&theme=t\d+"))
    assert f"{count} conversation" in visit.tab.locator(".heading p").inner_text()
    assert visit.errors == []


def test_what_is_chosen_goes_along_from_page_to_page(visit: Any, site: str) -> None:
    visit.open(site)
    visit.tab.get_by_label("Period").select_option("52w")
    visit.tab.get_by_text("More filters").click()
    visit.tab.locator("select[name=product]").select_option(index=1)
    visit.tab.get_by_role("button", name="Show").click()
    chosen = visit.tab.url.split("?")[1]
    assert "period=52w" in chosen
    assert "product=" in chosen
    counted = visit.tab.locator(".tiles dd").first.inner_text()
    for name in ("Journey", "Conversations"):
        visit.tab.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()
        assert visit.tab.get_by_label("Period").input_value() == "52w"
        assert visit.tab.locator("select[name=product]").input_value() != ""
    assert visit.tab.locator(".heading p").inner_text().startswith(counted)
    assert visit.errors == []


def test_times_are_those_of_the_reader_s_zone_and_digits_those_of_the_reader_s_language(
    visiting: Callable[..., Any], site: str
) -> None:
    told = {}
    for zone, language in (("Asia/Tokyo", "en-GB"), ("America/New_York", "de-DE")):
        visit = visiting(timezone_id=zone, locale=language)
        visit.open(site + "/conversations")
        visit.tab.locator("tbody a").nth(1).click()
        time = visit.tab.locator("time[data-local]").first
        told[zone] = time.inner_text()
        assert "UTC" in (time.get_attribute("title") or "")
        visit.open(site)
        assert ("\u22120,") in visit.tab.locator(".tiles").inner_text() or language == "en-GB"
    assert told["Asia/Tokyo"] != told["America/New_York"]


def test_a_hostile_text_is_shown_and_does_nothing(visit: Any, site: str) -> None:
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


def test_the_chosen_appearance_stays_and_the_figures_follow_it(visit: Any, site: str) -> None:
    ink = "getComputedStyle(document.querySelector('.heat td.on a')).backgroundColor"
    visit.open(site + "/stages")
    light = visit.tab.evaluate(ink)
    visit.tab.get_by_role("button", name="Dark").click()
    assert visit.tab.evaluate(ink) != light
    visit.open(site + "/stages")
    assert visit.tab.evaluate("document.documentElement.dataset.appearance") == "dark"
    assert visit.tab.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    assert visit.tab.evaluate(ink) != light


def test_the_system_s_dark_appearance_is_followed(visiting: Callable[..., Any], site: str) -> None:
    visit = visiting(color_scheme="dark")
    visit.open(site)
    assert visit.tab.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert visit.tab.get_by_role("button", name="Light").is_visible()


def test_everything_but_the_map_works_without_javascript(visiting: Callable[..., Any], site: str) -> None:
    visit = visiting(java_script_enabled=False)
    visit.open(site + "/stages")
    assert visit.tab.locator(".heat td.on a").first.is_visible()
    visit.open(site)
    visit.tab.get_by_label("Stage").select_option("use")
    visit.tab.get_by_role("button", name="Show").click()
    assert re.search(r"[?&]stage=use", visit.tab.url)


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(visit: Any, site: str) -> None:
    visit.open(site)
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("document.activeElement.textContent") == "Skip to content"
    visit.tab.keyboard.press("Enter")
    visit.tab.keyboard.press("Tab")
    assert visit.tab.evaluate("document.activeElement.name") == "period"
    assert visit.tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
