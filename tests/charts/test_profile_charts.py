"""The chart of a profile shows the figures that it is given, breaks at gaps, and overlaps nothing."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from pipeline.charts.profiles import MIDDLE, RANGE, Panel, trends
from pipeline.charts.style import FIRST, SECOND
from tests.charts.extents import outside, overlapping
from tests.charts.gallery import TRENDS, trend_figures


def lines(axes, colour, linestyle="-"):
    return [
        line
        for line in axes.lines
        if line.get_color() == colour and line.get_linestyle() == linestyle and line.get_marker() != "x"
    ]


def test_heights_are_in_proportion_to_the_values():
    table = trend_figures()
    (axes,) = trends(table, TRENDS).axes
    for name, line in zip(TRENDS, lines(axes, FIRST[0]), strict=True):
        values = table.loc[table["indicator"] == name, "value"].to_numpy()
        heights = line.get_ydata()
        base = heights[0] - values[0] * (heights[1] - heights[0]) / (values[1] - values[0])  # where 0 is
        np.testing.assert_allclose((heights - base) / (heights[0] - base), values / values[0])
        np.testing.assert_allclose(np.diff(line.get_xdata()), np.diff(line.get_xdata())[0])
    assert len(lines(axes, FIRST[0])) == len(lines(axes, SECOND[0], "--")) == 3


def test_a_missing_year_breaks_the_line_and_has_a_cross():
    table = trend_figures()
    table.loc[(table["indicator"] == "vacancy") & table["year"].isin([2019, 2020]), "value"] = np.nan
    (axes,) = trends(table, TRENDS).axes
    assert np.isnan(lines(axes, FIRST[0])[0].get_ydata()[2:4]).all()
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [len(line.get_xdata()) for line in crosses] == [2, 0, 0]
    assert "No figure in this year" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_without_gaps_region_or_enough_neighbours_the_legend_names_only_what_is_drawn():
    (axes,) = trends(trend_figures(with_figures=3, region=np.nan), TRENDS).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["This authority", "England"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_two_texts_overlap_and_none_is_cut_off(count):
    figure = trends(trend_figures(), dict(itertools.islice(TRENDS.items(), count)))
    assert overlapping(figure) == [] and outside(figure) == []


def test_a_chart_of_nothing_but_zeros_has_a_scale():
    (axes,) = trends(
        trend_figures(
            value=0.0, england=0.0, region=0.0, lowest=0.0, lower_quartile=0.0, upper_quartile=0.0, highest=0.0
        ),
        TRENDS,
    ).axes
    assert all(np.isfinite(line.get_ydata()).all() for line in lines(axes, FIRST[0]))


def test_one_year_alone_can_be_drawn():
    assert Panel(0.5, 0.0, 2024, 2024, 10.0).x(2024) == pytest.approx(2.5)


def test_bands_can_be_told_apart_without_colour():
    light, dark = (sum(to_rgb(colour)) for colour in (RANGE, MIDDLE))
    assert light - dark > 0.3
