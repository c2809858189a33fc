"""Monday at nine, as a support leader would do it: docs/walkthrough.md, with its clicks counted."""

import re
from typing import Any

import pytest

from pipelines.settings import ROOT

pytestmark = pytest.mark.browser
MOST = 5


def test_the_emerging_theme_is_found_read_renamed_owned_fixed_judged_and_reported_in_few_clicks(
    visit: Any, sample: str
) -> None:
    tab = visit.tab
    visit.open(sample)

    # find it: the week in words names it, and leads to it
    emerging = tab.locator(".moves li", has_text="Emerging").first.locator("a")
    name = emerging.inner_text()
    assert name in tab.locator("section.week").inner_text()
    visit.click(tab.locator("section.week a", has_text=name).first)

    # read it: customers' words are on the page, with what hurts marked
    assert tab.locator("h1").inner_text().startswith(name)
    assert tab.locator(".quote blockquote mark").count() >= 1
    assert "From 5 October 2026 on" in tab.locator(".weekly").inner_text()

    # rename it, set its owner and record the fix: one form
    visit.click(tab.locator(".say summary", has_text=re.compile("^Edit$")))
    tab.get_by_label("Name", exact=True).fill("Energy saver switches the boiler off")
    tab.get_by_label("Owner").fill("Heating team")
    tab.get_by_label("Fix shipped on").fill("2026-10-17")
    tab.locator(".say").get_by_label("Your name").first.fill("Ada")
    visit.click(tab.get_by_role("button", name="Save"))

    # see the effect
    assert tab.locator("h1").inner_text().startswith("Energy saver switches the boiler off")
    assert tab.locator(".owner dd").inner_text() == "Heating team"
    assert re.search(r"Fix: .+17 October 2026", tab.locator("p.notice", has_text="Fix:").inner_text())
    assert "Fix shipped on 17 October 2026" in tab.locator(".weekly .legend").inner_text()

    # export the report
    visit.click(tab.get_by_role("navigation", name="Pages").get_by_role("link", name="Report"))
    assert "Energy saver switches the boiler off" in tab.locator("main").inner_text()
    with tab.expect_download() as waiting:
        visit.click(tab.get_by_role("link", name=re.compile("PDF")).first)
    assert waiting.value.suggested_filename.endswith(".pdf")

    assert visit.errors == []
    assert len(visit.clicks) <= MOST, visit.clicks
    told = (ROOT / "docs" / "walkthrough.md").read_text("utf-8")
    assert f"**{len(visit.clicks)} clicks**" in told
