"""What people say of themes, said on their page in a real browser, and undone."""

import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
HOSTILE = """</script><script>document.title='owned'</script><img src=x onerror="document.title='owned'">"""
RIGHT_TO_LEFT = "\u202eevil\u202c \u05d0\u05d1\u05d2"
ZALGO = "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324a\u0301\u0300\u0304lgo"


def start(visit: Any, sample: str) -> str:
    """Opens the page of the theme that hurts most; returns its name."""
    visit.open(sample)
    link = visit.tab.locator(".themes tbody a").first
    name = link.inner_text()
    link.click()
    return str(name)


def open_edit(visit: Any) -> None:
    visit.tab.locator(".say summary", has_text=re.compile("^Edit$")).click()


def save(visit: Any, who: str = "Ada") -> None:
    if visit.tab.get_by_label("Your name").first.is_visible():
        visit.tab.get_by_label("Your name").first.fill(who)
    with visit.tab.expect_navigation(wait_until="networkidle"):
        visit.tab.get_by_role("button", name="Save").click()


def test_a_theme_is_renamed_and_it_is_undone_by_a_button(visit: Any, sample: str) -> None:
    name = start(visit, sample)
    open_edit(visit)
    visit.tab.get_by_label("Name", exact=True).fill("Parcels do not come")
    save(visit)
    assert "Parcels do not come" in visit.tab.locator("h1").inner_text()
    assert "Ada called" in visit.tab.get_by_role("status").inner_text()
    visit.tab.get_by_role("status").get_by_role("button", name="Undo").click()
    assert visit.tab.locator("h1").inner_text().startswith(name)
    assert "Ada undid edit 1" in visit.tab.locator("#log").locator("xpath=../..").inner_text()
    assert visit.errors == []


def test_who_edits_is_asked_once_and_can_be_somebody_else(visit: Any, sample: str) -> None:
    start(visit, sample)
    open_edit(visit)
    visit.tab.get_by_role("textbox", name="Note").fill("The courier knows.")
    save(visit, "Bea M\u00fcller")
    assert "Bea M\u00fcller noted" in visit.tab.get_by_role("status").inner_text()
    open_edit(visit)
    assert not visit.tab.get_by_label("Your name").first.is_visible()
    visit.tab.get_by_text("Somebody else?").click()
    open_edit(visit)
    assert visit.tab.get_by_label("Your name").first.is_visible()


def test_a_name_that_another_theme_has_is_refused_with_the_reason(visit: Any, sample: str) -> None:
    visit.open(sample)
    second = visit.tab.locator(".themes tbody a").nth(1).inner_text()
    start(visit, sample)
    open_edit(visit)
    visit.tab.get_by_label("Name", exact=True).fill(second)
    save(visit)
    assert "is already called" in visit.tab.get_by_role("alert").inner_text()
    visit.tab.get_by_role("link", name="Back").click()
    assert visit.tab.locator("h1").is_visible()


def test_messages_are_split_off_and_moved_and_a_theme_is_merged(visit: Any, sample: str) -> None:
    name = start(visit, sample)
    for place in (0, 2):
        visit.tab.get_by_role("checkbox").nth(place).check()
    visit.tab.get_by_text("With the chosen messages").click()
    visit.tab.locator(".with-chosen").get_by_label("Your name").fill("Ada")
    visit.tab.get_by_label("Make a theme of their own").fill("Left with a neighbour")
    visit.tab.get_by_role("button", name="Split off").click()
    assert visit.tab.locator("h1").inner_text().startswith("Left with a neighbour")
    assert visit.tab.locator(".quote").count() == 2

    visit.tab.get_by_role("checkbox").first.check()
    visit.tab.get_by_text("With the chosen messages").click()
    visit.tab.get_by_label("Move them to").select_option(label=name)
    visit.tab.get_by_role("button", name="Move", exact=True).click()
    assert visit.tab.locator("h1").inner_text().startswith(name)

    visit.open(sample + "/")
    visit.tab.get_by_role("link", name="Left with a neighbour").first.click()
    visit.tab.locator(".say summary", has_text="More").click()
    visit.tab.get_by_label("Make it a part of").select_option(label=name)
    visit.tab.get_by_role("button", name="Merge").click()
    assert visit.tab.locator("h1").inner_text().startswith(name)
    assert "merged" in visit.tab.get_by_role("status").inner_text()
    assert visit.errors == []


def test_a_theme_is_pinned_before_all_others_and_hidden_from_lists(visit: Any, sample: str) -> None:
    visit.open(sample)
    last = visit.tab.locator(".themes tbody a").last
    name = last.inner_text()
    last.click()
    visit.tab.locator(".say summary", has_text="More").click()
    visit.tab.locator(".say form", has=visit.tab.get_by_role("button", name="Pin")).get_by_label("Your name").fill(
        "Ada"
    )
    visit.tab.get_by_role("button", name="Pin").click()
    visit.open(sample)
    assert visit.tab.locator(".themes tbody a").first.inner_text() == name
    visit.tab.locator(".themes tbody a").first.click()
    visit.tab.locator(".say summary", has_text="More").click()
    visit.tab.get_by_role("button", name="Hide").click()
    visit.open(sample)
    assert visit.tab.locator(".themes tbody a", has_text=name).count() == 0


def test_hostile_names_owners_and_notes_stay_text(visiting: Callable[..., Any], sample: str) -> None:
    visit = visiting()
    start(visit, sample)
    open_edit(visit)
    visit.tab.get_by_label("Name", exact=True).fill(HOSTILE)
    visit.tab.get_by_label("Owner").fill(RIGHT_TO_LEFT)
    visit.tab.get_by_role("textbox", name="Note").fill(f"{ZALGO} {'x' * 10_000}")
    save(visit)
    address = visit.tab.url.split("?")[0]
    for path in (address, sample + "/", sample + "/stages", sample + "/edits", sample + "/conversations"):
        for width in (1280, 360):
            visit.tab.set_viewport_size({"width": width, "height": 800})
            visit.open(path)
            assert "owned" not in visit.tab.title() or HOSTILE in visit.tab.title()
            assert visit.tab.locator("main img").count() == 0
            assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
    assert visit.errors == []
