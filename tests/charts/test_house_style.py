"""The house style holds for every chart of the project: palette, type, contrast, and nothing that overlaps."""

import re
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba

from pipeline.charts import style as charts
from pipeline.charts.style import (
    AGREE,
    BLUES,
    CURVES,
    DISAGREE,
    DONT_KNOW,
    EDGE,
    FONT,
    GRID,
    INK,
    NEUTRAL,
    ORANGES,
    PALE_BLUES,
    PAPER,
    QUIET,
    SERIES,
    SMALLEST,
    SPREAD,
    UNCLEAR,
    WIDTH,
    house_style,
    ink_on,
)
from tests.charts.colours import difference, grey_step
from tests.charts.contrast import contrast
from tests.charts.extents import outside, overlapping, texts
from tests.charts.gallery import DRAWN

TOLD_APART = 10  # CIEDE2000, to every kind of colour vision; ten times what is just noticed side by side
GREY_APART = 8  # L*, for colours that touch or are a scale
SCALE_OF_SEVEN = [*reversed(DISAGREE), NEUTRAL, *AGREE[::-1]]
SCALES = {
    "answers, a side": DISAGREE,
    "answers, the other": AGREE,
    "blues": BLUES,
    "oranges": ORANGES,
    "pale blues": PALE_BLUES,
    "spread": SPREAD,
}


@pytest.mark.parametrize("colour", [INK, QUIET, DONT_KNOW, *(colour for colour, _ in CURVES)])
def test_text_contrasts_with_the_page(colour):
    assert contrast(colour, PAPER) >= 4.5


@pytest.mark.parametrize(
    "colour", [*(colour for colour, _ in (*SERIES, *CURVES)), *AGREE, *DISAGREE, DONT_KNOW, EDGE, UNCLEAR]
)
def test_marks_contrast_with_the_page(colour):
    assert contrast(colour, PAPER) >= 3


@pytest.mark.parametrize("colour", [*AGREE, NEUTRAL, *DISAGREE, DONT_KNOW, *BLUES, *ORANGES, *PALE_BLUES])
def test_numbers_contrast_with_the_mark_that_they_stand_on(colour):
    assert contrast(ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize("family", [SERIES, CURVES])
def test_what_is_compared_is_told_apart_by_every_eye_and_by_more_than_colour(family):
    assert all(difference(one, other) >= TOLD_APART for (one, _), (other, _) in combinations(family, 2))
    assert len({mark for _, mark in family}) == len(family)


@pytest.mark.parametrize("name", SCALES)
def test_a_scale_runs_in_one_direction_also_in_grey(name):
    for one, other in pairwise(SCALES[name]):
        assert difference(one, other) >= TOLD_APART and grey_step(one, other) >= GREY_APART
    steps = [contrast(colour, PAPER) for colour in SCALES[name]]
    assert steps in (sorted(steps), sorted(steps, reverse=True))


def test_answers_that_touch_are_told_apart_by_every_eye_and_in_grey():
    for one, other in pairwise(SCALE_OF_SEVEN):
        assert difference(one, other) >= TOLD_APART and grey_step(one, other) >= GREY_APART
    for agree, disagree in zip(AGREE, DISAGREE, strict=True):
        assert difference(agree, disagree) >= 2 * TOLD_APART  # in grey the line between the sides tells them apart


def test_no_module_but_the_style_names_a_colour():
    named = re.compile(r"#[0-9a-fA-F]{3,8}\b|[\"'](white|black|gr[ae]y|red|green|blue|orange|C\d|tab:\w+|0?\.\d+)[\"']")
    folder = Path(charts.__file__).parent
    assert [
        (path.name, line)
        for path in sorted(folder.glob("*.py"))
        if path.name != "style.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ] == []


@pytest.fixture(scope="module", params=DRAWN)
def figure(request):
    house_style()
    return DRAWN[request.param]()


@pytest.mark.slow
def test_text_is_horizontal_and_not_smaller_than_the_smallest(figure):
    for text, _ in texts(figure):
        assert text.get_rotation() == 0, text.get_text()
        assert text.get_fontsize() >= SMALLEST and text.get_fontname() == FONT, text.get_text()


def test_text_is_dark_enough_for_what_it_stands_on(figure):
    inks = {to_hex(text.get_color()) for text, _ in texts(figure)}
    assert all(contrast(ink, PAPER) >= 4.5 for ink in inks - {PAPER})  # what is white stands on a mark: see above


def test_nothing_overlaps_and_nothing_is_cut_off(figure):
    assert overlapping(figure) == [] and outside(figure) == []


def test_a_figure_is_as_wide_as_the_text_column_and_has_one_scale_on_each_side(figure):
    assert figure.get_figwidth() == WIDTH and figure.get_facecolor() == to_rgba(PAPER)
    places = [tuple(np.round(axes.get_position().bounds, 6)) for axes in figure.axes]
    assert len(places) == len(set(places))  # twin axes stand on the same place


def test_every_mark_contrasts_with_the_page_or_holds_a_number(figure):
    numbers = [box for text, box in texts(figure) if text.get_text().isdigit()]

    def printed(artist):
        left, right = artist.get_window_extent().intervalx / artist.get_figure().dpi
        return any(left <= box.x0 and box.x1 <= right for box in numbers)

    def dark(colours):
        return all(contrast(_on_paper(colour), PAPER) >= 3 for colour in colours)

    for axes in figure.axes:
        for line in axes.lines:
            assert dark([to_rgba(line.get_color(), line.get_alpha())])
        for drawn in [*axes.patches, *axes.collections]:
            faces, edges = (np.atleast_2d(colours) for colours in (drawn.get_facecolor(), drawn.get_edgecolor()))
            edged = np.max(drawn.get_linewidth()) > 0 and edges.size and dark(edges)
            rule = edges.size and {to_hex(edge) for edge in edges} <= {GRID, QUIET}
            assert edged or rule or (faces.size and dark(faces)) or printed(drawn), drawn


def _on_paper(colour):
    *rgb, alpha = colour
    return tuple(alpha * part + 1 - alpha for part in rgb)


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_the_same_chart_is_the_same_file(name):
    files = [BytesIO(), BytesIO()]
    for file in files:
        with plt.rc_context({"svg.hashsalt": "golden-thread"}):
            DRAWN[name]().savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    assert files[0].getvalue() == files[1].getvalue()
