"""Everything by keyboard: in order, in sight, and never caught."""

from collections import defaultdict

import pytest

from .visiting import DESK, PHONE, listed, visit

pytestmark = pytest.mark.slow
MODES = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}
BEFORE_MAIN = """() => {
    const main = document.querySelector("main"), here = document.activeElement;
    return here !== document.body && Boolean(here.compareDocumentPosition(main) & Node.DOCUMENT_POSITION_FOLLOWING);
}"""


def faults_of_the_way(visited):
    """What is wrong on the way with the tab key from the top of a page to its end and round once more."""
    stops = visited.look("stops")
    visited.look("follow")
    for _ in range(len(stops) + 1):
        visited.page.keyboard.press("Tab")
    return visited.look("wrongWay")


def faults_of_the_skip_link(visited):
    """What is wrong with the first stop: it is in sight and leads past the navigation to the content."""
    page, faults = visited.page, []
    page.keyboard.press("Tab")
    first = page.locator(":focus")
    if not first.count() or "skip" not in first.inner_text().lower() or first.bounding_box()["x"] < 0:
        return ["the first stop is no link past the navigation"]
    page.keyboard.press("Enter")
    if page.evaluate("document.activeElement.tagName") != "MAIN":
        faults.append("the link past the navigation does not move the focus to the content")
    page.keyboard.press("Tab")
    if page.evaluate(BEFORE_MAIN):
        faults.append("the stop after it is not in the content")
    return faults


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_the_tab_key_passes_every_link_and_control_in_order_and_is_never_caught(chromium, site, pages, width):
    wrong = {}
    for name in pages:
        with visit(chromium, site / name, width) as visited:
            wrong[name] = faults_of_the_way(visited)
    assert not listed(wrong), listed(wrong)


def test_the_first_stop_leads_past_the_navigation_to_the_content(chromium, site, pages):
    wrong = {}
    for name in pages:
        with visit(chromium, site / name) as visited:
            wrong[name] = faults_of_the_skip_link(visited)
    assert not listed(wrong), listed(wrong)


@pytest.fixture(scope="module")
def seen(chromium, site, pages):
    """What a look at the focus and at the boxes that scroll finds, by mode and width."""
    found = defaultdict(dict)
    for name in pages:
        with visit(chromium, site / name) as visited:
            for width in (PHONE, DESK):
                visited.page.set_viewport_size({"width": width, "height": 800})
                found[width][name] = visited.look("badScrollBoxes") + visited.look("positiveTabIndex")
            for mode, settings in MODES.items():
                visited.page.emulate_media(**settings)
                found[mode][name] = visited.look("unseenFocus")
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_focus_is_seen_wherever_it_is(seen, mode):
    assert not listed(seen[mode]), listed(seen[mode])


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_box_that_scrolls_can_be_reached_and_has_a_name(seen, width):
    assert not listed(seen[width]), listed(seen[width])
