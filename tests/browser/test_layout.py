"""Nothing is cut off, covered or off the page: on a phone, enlarged, with a reader's own spacing, with longer texts."""

from collections import defaultdict

import pytest

from .visiting import DESK, PHONE, listed, visit

pytestmark = pytest.mark.slow
LARGE_TEXT = "html { font-size: 212.5% !important; }"  # twice the size that the styles ask for
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""  # WCAG 2.2, criterion 1.4.12
PAPER, WIDE_PAPER = 643, 971  # CSS pixels between the margins of an A4 page, upright and across
VIEWS = {  # the width of the window, and a reader's own rules
    "a phone": (PHONE, ""),
    "a desk": (DESK, ""),
    "enlarged twice": (DESK // 2, ""),
    "text twice as large": (DESK, LARGE_TEXT),
    "text spaced, on a phone": (PHONE, SPACING),
    "text spaced, on a desk": (DESK, SPACING),
}
DOUBLED = {"a phone, texts doubled": PHONE, "a desk, texts doubled": DESK}


def faults_of_layout(visited, width=None, rules=""):
    """What does not fit in a window of that width with a reader's own rules."""
    if width:
        visited.page.set_viewport_size({"width": width, "height": 800})
    added = visited.page.add_style_tag(content=rules) if rules else None
    faults = visited.look("overflowing") + visited.look("overlapping")
    if added:
        added.evaluate("style => style.remove()")
    return faults


@pytest.fixture(scope="module")
def faults(chromium, site, pages):
    """What does not fit, by view and page."""
    found = defaultdict(dict)
    for name in pages:
        with visit(chromium, site / name) as visited:
            for view, (width, rules) in VIEWS.items():
                found[view][name] = faults_of_layout(visited, width, rules)
            visited.page.emulate_media(media="print")
            across = visited.page.locator("[data-filters]").count()
            found["paper"][name] = faults_of_layout(visited, WIDE_PAPER if across else PAPER)
            visited.page.emulate_media(media="screen")
            visited.look("doubleTexts")
            for view, width in DOUBLED.items():
                found[view][name] = faults_of_layout(visited, width)
    return found


@pytest.mark.parametrize("view", [*VIEWS, "paper"])
def test_nothing_is_cut_off_or_covered_and_no_page_scrolls_sideways(faults, view):
    assert not listed(faults[view]), listed(faults[view])


@pytest.mark.parametrize("view", DOUBLED)
def test_texts_of_twice_the_length_break_nothing(faults, view):
    assert not listed(faults[view]), listed(faults[view])
