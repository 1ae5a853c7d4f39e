"""The chart of a profile shows the figures that it is given, breaks at gaps, and overlaps nothing."""

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from pipeline.charts import FIRST, SECOND
from pipeline.charts.profiles import MIDDLE, RANGE, Panel, trends

YEARS = range(2017, 2025)
TITLES = {
    "vacancy": "Vacancy rate (%)",
    "caseload": "Average caseload",
    "plans": "Child protection plans of two years or more (%)",
}


def figures(**changed):
    rows = [
        {
            "indicator": name,
            "year": year,
            "value": 10.0 * (at + 1) + year % 5,
            "england": 12.0 * (at + 1),
            "region": 11.0 * (at + 1),
            "with_figures": 10,
            "lowest": 4.0,
            "lower_quartile": 8.0,
            "upper_quartile": 14.0,
            "highest": 20.0 * (at + 1),
        }
        for at, name in enumerate(TITLES)
        for year in YEARS
    ]
    return pd.DataFrame(rows).assign(**changed)


def lines(axes, colour, linestyle="-"):
    return [
        line
        for line in axes.lines
        if line.get_color() == colour and line.get_linestyle() == linestyle and line.get_marker() != "x"
    ]


def test_heights_are_in_proportion_to_the_values():
    table = figures()
    (axes,) = trends(table, TITLES).axes
    for name, line in zip(TITLES, lines(axes, FIRST[0])):
        values = table.loc[table["indicator"] == name, "value"].to_numpy()
        heights = line.get_ydata()
        base = heights[0] - values[0] * (heights[1] - heights[0]) / (values[1] - values[0])  # where 0 is
        np.testing.assert_allclose((heights - base) / (heights[0] - base), values / values[0])
        np.testing.assert_allclose(np.diff(line.get_xdata()), np.diff(line.get_xdata())[0])
    assert len(lines(axes, FIRST[0])) == len(lines(axes, SECOND[0], "--")) == 3


def test_a_missing_year_breaks_the_line_and_has_a_cross():
    table = figures()
    table.loc[(table["indicator"] == "vacancy") & table["year"].isin([2019, 2020]), "value"] = np.nan
    (axes,) = trends(table, TITLES).axes
    assert np.isnan(lines(axes, FIRST[0])[0].get_ydata()[2:4]).all()
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [len(line.get_xdata()) for line in crosses] == [2, 0, 0]
    assert "No figure in this year" in [text.get_text() for text in axes.get_legend().get_texts()]


def test_without_gaps_region_or_enough_neighbours_the_legend_names_only_what_is_drawn():
    (axes,) = trends(figures(with_figures=3, region=np.nan), TITLES).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["This authority", "England"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_two_texts_overlap_and_none_is_cut_off(count):
    titles = dict(itertools.islice(TITLES.items(), count))
    figure = trends(figures(), titles)
    figure.canvas.draw()
    (axes,) = figure.axes
    texts = [text for text in [*axes.texts, *axes.get_legend().get_texts()] if text.get_text()]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    overlapping = [
        (a, b)
        for (a, one), (b, other) in itertools.combinations(boxes, 2)
        if one.shrunk(0.98, 0.8).overlaps(other.shrunk(0.98, 0.8))
    ]
    assert not overlapping
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for _, box in boxes)


def test_a_chart_of_nothing_but_zeros_has_a_scale():
    (axes,) = trends(
        figures(value=0.0, england=0.0, region=0.0, lowest=0.0, lower_quartile=0.0, upper_quartile=0.0, highest=0.0),
        TITLES,
    ).axes
    assert all(np.isfinite(line.get_ydata()).all() for line in lines(axes, FIRST[0]))


def test_one_year_alone_can_be_drawn():
    assert Panel(0.5, 0.0, 2024, 2024, 10.0).x(2024) == pytest.approx(2.5)


def test_bands_can_be_told_apart_without_colour():
    light, dark = (sum(to_rgb(colour)) for colour in (RANGE, MIDDLE))
    assert light - dark > 0.3
