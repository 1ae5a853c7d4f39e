"""Dot plots, forests, bands and curves show the numbers that they are given."""

import numpy as np
import pandas as pd
import pytest

from pipeline.charts.answers import agreement_dots
from pipeline.charts.gaps import forest
from pipeline.charts.link import bounds_ladder, bounds_of_pairs, copula_curves
from pipeline.charts.staff_survey import differences_in_bounds, estimates
from pipeline.charts.style import wrapped
from tests.charts.gallery import GROUPS, ITEMS, SECTIONS, dots, gaps, rungs, sweep


def test_words_are_broken_only_where_one_alone_is_too_wide():
    assert wrapped("a bb ccc", 10, 8) == ["a bb ccc"] and wrapped("", 1, 8) == [""]
    lines = wrapped("short " + "w" * 60 + " short", 1, 8)
    assert len(lines) > 3 and "".join(lines).replace("short", "").replace(" ", "") == "w" * 60


def test_dots_stand_at_the_shares_under_their_headings():
    axes = agreement_dots(dots(), ITEMS, GROUPS, SECTIONS).axes[0]
    workers, managers = axes.lines
    assert list(workers.get_xdata()) == pytest.approx([21]) and list(managers.get_xdata()) == pytest.approx([46, 75])
    assert workers.get_marker() != managers.get_marker()
    assert [text.get_text() for text in axes.texts] == [
        "Workload",
        "Enough time",
        "Culture",
        "Can give views",
        "Agree or strongly agree (%), with 95% intervals",
    ]


def test_one_group_stands_in_the_middle_of_its_row_without_a_key():
    figure = agreement_dots(dots(), ITEMS, {"m": "Managers"}, SECTIONS)
    assert figure.legends == [] and [len(line.get_xdata()) for line in figure.axes[0].lines] == [2]


def test_a_long_list_is_higher_where_a_label_takes_two_lines():
    labels = {"time": "Enough time", "views": "A statement that is far too long for a single line beside the plot"}
    short, long = (agreement_dots(dots(), names, GROUPS, SECTIONS).get_figheight() for names in (ITEMS, labels))
    assert long == pytest.approx(short + 0.135)


def test_a_forest_has_each_item_twice_on_a_log_scale():
    axes = forest(gaps(), ITEMS, SECTIONS, "Odds ratio").axes[0]
    assert axes.get_xscale() == "log"
    dotted = [line for line in axes.lines if line.get_marker() in ("o", "D")]
    assert [list(line.get_xdata()) for line in dotted] == [[3.3, 0.8], [3.2, 0.9]]


def test_a_ladder_prints_the_ends_of_each_band():
    axes = bounds_ladder(rungs(), {"none": "Nothing assumed", "some": "Something"}).axes[0]
    assert [text.get_text() for text in axes.texts][:4] == [
        "Nothing assumed",
        "−20 to +90 points",
        "Something",
        "0 to +30 points",
    ]
    assert [bar.get_x() for bar in axes.patches] == pytest.approx([-20, 0])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([110, 30])


def test_bands_of_pairs_leave_out_headings_without_an_item():
    figure = bounds_of_pairs(rungs(), ITEMS, SECTIONS, {"none": "Nothing", "some": "Some"})
    assert [text.get_text() for text in figure.axes[0].texts][:-1] == ["Workload", "Enough time"]
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([110, 30])


def test_a_curve_for_each_shape_is_named_at_its_end_from_the_top_down():
    axes = copula_curves(sweep(), {"gaussian": "Normal", "frank": "Frank", "survival": "Survival"}).axes[0]
    assert [line.get_ydata()[-1] for line in axes.lines[:3]] == pytest.approx([90, 86, 95])
    assert len({line.get_linestyle() for line in axes.lines[:3]}) == 3
    names = {text.get_text(): text for text in axes.texts}
    assert [name for name in names if name in ("Survival", "Normal", "Frank")] == ["Survival", "Normal", "Frank"]
    assert [names[name].get_color() for name in ("Normal", "Frank")] == [line.get_color() for line in axes.lines[:2]]


def test_estimates_have_a_visible_line_at_no_difference_and_leave_out_what_is_empty():
    table = gaps().assign(odds_ratio=[2.0, np.nan])
    axes = estimates(
        table,
        ITEMS,
        SECTIONS,
        key="item",
        value="odds_ratio",
        low="odds_ratio_low",
        high="odds_ratio_high",
        xlabel="Odds ratio",
        reference=1,
        ratio=True,
    ).axes[0]
    dot, line = axes.lines
    assert list(dot.get_xdata()) == [2.0] and list(line.get_xdata()) == [1, 1]
    assert line.get_zorder() > 0.5  # of the grid, which has a line at the same place


def test_a_difference_stands_on_the_band_that_was_open_and_without_one_where_none_is_known():
    table = pd.DataFrame(
        {
            "pair": ["time", "views"],
            "difference": [0.5, 0.2],
            "difference_low": [0.3, 0.0],
            "difference_high": [0.7, 0.4],
            "bound_low_2011": [-0.3, np.nan],
            "bound_high_2011": [0.8, np.nan],
        }
    )
    axes = differences_in_bounds(table, ITEMS, "Points").axes[0]
    assert list(axes.lines[0].get_xdata()) == [50, 20]
    first, second = axes.patches
    assert (first.get_x(), first.get_width()) == pytest.approx((-30, 110)) and np.isnan(second.get_width())
