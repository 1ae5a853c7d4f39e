"""The two long lists that can be searched, worked by keyboard alone; the count is told."""

import re

import pytest

from .visiting import DESK, PHONE, visit

pytestmark = pytest.mark.slow


def tab_to(page, control):
    """Press the tab key until `control` has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if control.evaluate("control => control === document.activeElement"):
            return
    raise AssertionError(f"the tab key never came to {control}")


def told(page, pattern):
    """The count in the status line, once it has the form that is waited for."""
    status = page.get_by_role("status")
    page.wait_for_function(
        "([line, form]) => new RegExp(form).test(line.textContent)", arg=[status.element_handle(), pattern]
    )
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", status.inner_text())]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_evidence_map_is_searched_and_shown_whole_again_by_keyboard(chromium, site, width):
    with visit(chromium, site / "evidence.html", width) as visited:
        page, rows = visited.page, visited.page.locator("[data-filters] tbody tr:visible")
        everything = rows.count()
        assert told(page, "^All") == [everything]
        tab_to(page, page.get_by_label("Words", exact=True))
        page.keyboard.type("supervision")
        shown, of = told(page, "of .* shown")
        assert 0 < shown < everything == of and rows.count() == shown
        assert all("supervision" in row.lower() for row in rows.all_inner_texts())
        strength = page.get_by_label("Strength", exact=True)
        tab_to(page, strength)
        page.keyboard.press("ArrowDown")
        chosen = strength.input_value()
        page.wait_for_function(f"document.querySelectorAll('[data-filters] tbody tr:not([hidden])').length < {shown}")
        assert chosen and all(chosen in row for row in rows.all_inner_texts())
        tab_to(page, page.get_by_role("button", name="Show all"))
        page.keyboard.press("Enter")
        assert told(page, "^All") == [everything] and rows.count() == everything and visited.said == []


def test_an_authority_is_found_by_name_and_its_profile_opened_by_keyboard(chromium, site):
    with visit(chromium, site / "profile" / "index.html") as visited:
        page, entries = visited.page, visited.page.locator(".profiles li:visible")
        everything = entries.count()
        tab_to(page, page.get_by_role("searchbox"))
        page.keyboard.type("nowhere at all")
        assert told(page, "^0 ") == [0, everything] and entries.count() == 0
        page.keyboard.press("Control+A")
        page.keyboard.type("northsh")
        assert told(page, "^1 ") == [1, everything] and "Northshire" in entries.inner_text()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        page.wait_for_url("**/profile.html")
        assert "Northshire" in page.title() and visited.said == []
