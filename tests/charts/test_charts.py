"""Charts show the numbers that they are given, and can be read: contrast, labels, order."""

import pandas as pd
import pytest

from pipeline.charts import FIRST, INK, QUIET, SECOND
from pipeline.charts import answers as answer_charts
from pipeline.charts.answers import AGREE, DISAGREE, DONT_KNOW, NEUTRAL, agreement_dots, likert_bars
from pipeline.charts.gaps import forest
from pipeline.charts.link import BANDS, CURVES, bounds_ladder, bounds_of_pairs, copula_curves
from pipeline.surveys.codebook import Scale
from tests.charts.contrast import contrast, luminance

SCALE = Scale(categories=[
    {"id": "strongly_agree", "label": "Strongly agree", "role": "agree"}, {"id": "agree", "label": "Agree", "role": "agree"},
    {"id": "neither", "label": "Neither", "role": "neutral"}, {"id": "disagree", "label": "Disagree", "role": "disagree"},
    {"id": "strongly_disagree", "label": "Strongly disagree", "role": "disagree"},
    {"id": "dont_know", "label": "Don't know", "role": "dont_know"}])
ITEMS, GROUPS = {"time": "Enough time", "views": "Can give views"}, {"sw": "Social workers", "m": "Managers"}


@pytest.mark.parametrize("colour", [INK, QUIET])
def test_text_contrasts_with_the_page(colour):
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize("colour", [FIRST[0], SECOND[0], DONT_KNOW, AGREE[0], DISAGREE[1], *(c for c, _ in CURVES)])
def test_marks_contrast_with_the_page(colour):
    assert contrast(colour, "white") >= 3


@pytest.mark.parametrize("colour", [*AGREE, NEUTRAL, *DISAGREE])
def test_numbers_contrast_with_the_bar_that_they_stand_on(colour):
    assert contrast(answer_charts._ink_on(colour), colour) >= 4.5


def test_groups_and_curves_differ_by_more_than_colour():
    assert FIRST[1] != SECOND[1] and len({dashes for _, dashes in CURVES}) == len(CURVES)
    assert sorted(map(luminance, BANDS), reverse=True) == list(map(luminance, BANDS))


def shares():
    return pd.DataFrame([("time", "sw", 3, 18, 22, 38, 19, 1), ("time", "m", 8, 38, 24, 25, 4, 1),
                         ("views", "m", 21, 54, 18, 6, 1, 0)], columns=["item", "group", *SCALE.ids])


def test_bars_are_centred_on_the_neutral_answer_and_as_wide_as_the_answers():
    axes, aside = likert_bars(shares(), SCALE, ITEMS, GROUPS).axes
    bars = [(bar.get_x(), bar.get_width()) for bar in axes.patches]  # by category, from the left; in it by row
    workers, managers, views = bars[0::3], bars[1::3], bars[2::3]
    assert [width for _, width in workers] == [19, 38, 22, 18, 3]
    assert [width for _, width in managers] == [4, 25, 24, 38, 8]
    assert [x for x, _ in workers] == [-68, -49, -11, 11, 29]
    assert [x for x, _ in views] == [-16, -15, -9, 9, 63]
    assert [bar.get_width() for bar in aside.patches] == [1, 1, 0]
    low, high = axes.get_xlim()
    assert all(low <= x and x + width <= high for x, width in bars)


def test_a_group_that_was_not_asked_has_no_bar_and_every_wide_piece_its_number():
    axes = likert_bars(shares(), SCALE, ITEMS, GROUPS).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Social workers", "Managers", "Managers"]
    numbers = [text.get_text() for text in axes.texts if text.get_text().isdigit()]
    assert sorted(numbers) == sorted(["19", "38", "22", "18", "25", "24", "38", "8", "6", "18", "54", "21"])


def dots():
    return pd.DataFrame([("time", "sw", 0.21, 0.17, 0.25), ("time", "m", 0.46, 0.38, 0.54), ("views", "m", 0.75, 0.67, 0.81)],
                        columns=["item", "group", "share", "interval_low", "interval_high"])


def test_dots_stand_at_the_shares_under_their_headings():
    axes = agreement_dots(dots(), ITEMS, GROUPS, {"Workload": ["time"], "Culture": ["views"]}).axes[0]
    workers, managers = axes.lines
    assert list(workers.get_xdata()) == pytest.approx([21]) and list(managers.get_xdata()) == pytest.approx([46, 75])
    assert workers.get_marker() != managers.get_marker()
    assert [text.get_text() for text in axes.texts] == ["Workload", "Enough time", "Culture", "Can give views"]


def test_a_forest_has_each_item_twice_on_a_log_scale():
    gaps = pd.DataFrame({"item": ["time"], "odds_ratio": [3.3], "odds_ratio_low": [2.3], "odds_ratio_high": [4.7],
                         "shrunken": [3.2], "shrunken_low": [2.2], "shrunken_high": [4.5]})
    axes = forest(gaps, ITEMS, {"Workload": ["time"], "Culture": ["views"]}, "Odds ratio").axes[0]
    assert axes.get_xscale() == "log"
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() in ("o", "D")] == [[3.3], [3.2]]


def rungs():
    return pd.DataFrame({"support": "time", "assumption": ["none", "some"], "low": [-0.2, 0.0], "high": [0.9, 0.3],
                         "confidence_low": [-0.3, 0.0], "confidence_high": [1.0, 0.4]})


def test_a_ladder_prints_the_ends_of_each_band():
    axes = bounds_ladder(rungs(), {"none": "Nothing assumed", "some": "Something"}).axes[0]
    assert [text.get_text() for text in axes.texts] == ["Nothing assumed", "−20 to +90 points", "Something", "0 to +30 points"]
    assert [bar.get_x() for bar in axes.patches] == pytest.approx([-20, 0])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([110, 30])


def test_bands_of_pairs_leave_out_headings_without_an_item():
    figure = bounds_of_pairs(rungs(), ITEMS, {"Workload": ["time"], "Culture": ["views"]}, {"none": "Nothing", "some": "Some"})
    assert [text.get_text() for text in figure.axes[0].texts] == ["Workload", "Enough time"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([110, 30])


def test_a_curve_for_each_shape_and_a_point_where_answers_are_unrelated():
    sweep = pd.DataFrame({"family": ["gaussian", "gaussian", "frank", "frank"], "latent_correlation": [-1, 1, -1, 1],
                          "risk_difference": [-0.2, 0.9, -0.2, 0.8]})
    axes = copula_curves(sweep, {"gaussian": "Normal", "frank": "Frank"}).axes[0]
    assert [list(line.get_ydata()) for line in axes.lines[:2]] == [[-20, 90], [-20, 80]]
    assert [text.get_text() for text in axes.texts] == ["answers unrelated"]
