"""What a reader of screens goes by: titles, headings, landmarks, names of tables and pictures."""

from collections import Counter
from itertools import pairwise

import pytest

from .visiting import listed, visit

pytestmark = pytest.mark.slow
QUESTIONS = ("headings", "landmarks", "badTables", "badImages", "repeatedIds", "chartsWithoutData")


@pytest.fixture(scope="module")
def outlines(chromium, site, pages):
    """Of each page: its language, its title, and the answers to QUESTIONS."""
    found = {}
    for name in pages:
        with visit(chromium, site / name) as visited:
            language = visited.page.evaluate("document.documentElement.lang")
            found[name] = {
                "language": language,
                "title": visited.page.title().strip(),
                **{question: visited.look(question) for question in QUESTIONS},
            }
    return found


def test_every_page_tells_its_language(outlines):
    assert {outline["language"] for outline in outlines.values()} == {"en-GB"}


def test_every_page_has_a_title_of_its_own(outlines):
    titles = Counter(outline["title"] for outline in outlines.values())
    wrong = {
        name: [f"titled {outline['title']!r}, as others are"]
        for name, outline in outlines.items()
        if not outline["title"] or titles[outline["title"]] > 1
    }
    assert not listed(wrong), listed(wrong)


def faults_of_headings(headings):
    """What is wrong with an outline: pairs of a level and a text."""
    levels = [level for level, _ in headings]
    first = [] if levels and levels[0] == 1 and levels.count(1) == 1 else [f"levels {levels[:6]}: one 1, at the start"]
    jumps = [
        f"level {after[0]} after level {before[0]}: {after[1]}"
        for before, after in pairwise(headings)
        if after[0] > before[0] + 1
    ]
    return first + jumps + [f"an empty heading of level {level}" for level, text in headings if not text]


def test_headings_start_with_the_page_s_own_and_leave_no_level_out(outlines):
    wrong = {name: faults_of_headings(outline["headings"]) for name, outline in outlines.items()}
    assert not listed(wrong), listed(wrong)


def faults_of_landmarks(marks):
    """What is wrong with the parts of a page that a reader of screens jumps to."""
    names = marks["navigation"]
    return [f"{marks[part]} {part}, not one" for part in ("banner", "main", "contentinfo") if marks[part] != 1] + (
        [] if "Site" in names and all(names) and len(set(names)) == len(names) else [f"navigation named {names}"]
    )


def test_every_page_has_one_banner_one_content_one_footer_and_named_navigation(outlines):
    wrong = {name: faults_of_landmarks(outline["landmarks"]) for name, outline in outlines.items()}
    assert not listed(wrong), listed(wrong)


@pytest.mark.parametrize("question", ["badTables", "badImages", "repeatedIds"])
def test_tables_and_pictures_have_names_and_every_id_is_used_once(outlines, question):
    wrong = {name: outline[question] for name, outline in outlines.items()}
    assert not listed(wrong), listed(wrong)


def test_every_chart_of_a_report_has_a_link_to_its_data_beside_it(outlines):
    wrong = {name: outline["chartsWithoutData"] for name, outline in outlines.items() if "notebooks/" not in name}
    assert not listed(wrong), listed(wrong)
