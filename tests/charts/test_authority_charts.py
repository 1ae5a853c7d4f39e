"""Charts of the chapter on authorities: they show the numbers they are given, labels lie inside and apart."""

from itertools import combinations, product

import matplotlib
import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.models.declared import STEPS
from pipeline.charts.authorities import (
    NARROW, SERIES, UNCLEAR, WIDE, effect_panels, specification_choices, specification_curves, yearly_panels)
from pipeline.publishing import save_figure
from tests.charts.contrast import luminance

ROWS = {support: step.words[0].upper() + step.words[1:] for support, step in STEPS.items()}
COLUMNS = {"repeat_plans": "Repeat child protection plans", "long_plans": "Child protection plans of two years or more",
           "re_referrals": "Re-referrals within 12 months"}
TITLES = {"vacancy_rate": "Vacancy rate (per cent), 30 September",
          "absence_rate": "Sickness absence rate (per cent), year to 30 September",
          "caseload": "Average caseload (cases per worker), 30 September"}


def effects(series=("within", "between"), ratio=False):
    generator = np.random.default_rng(3)
    rows = [(row, column, name, value, value - 0.4, value + 0.4, 0.5)
            for row, column, name in product(ROWS, COLUMNS, series) for value in [generator.normal(scale=0.5)]]
    table = pd.DataFrame(rows, columns=["row", "column", "series", "value", "low", "high", "mde"])
    return table.assign(**{name: np.exp(table[name]) for name in ("value", "low", "high")}) if ratio else table


def specifications():
    rows = [(support, outcome, 0.1 * at, 0.1 * at - 0.25, 0.1 * at + 0.25, model, timing, str(weighted))
            for support, outcome in product(ROWS, COLUMNS)
            for at, (model, timing, weighted) in enumerate(product(("linear", "binomial"), ("before", "within"),
                                                                   (True, False)))]
    return pd.DataFrame(rows, columns=["support", "outcome", "effect", "low", "high", "model", "timing", "weighted"])


def yearly(indicators=tuple(TITLES), gap=()):
    rows = [(indicator, year, np.nan if (indicator, year) in gap else 10 + place + year % 7, 5, 8, 14, 22)
            for place, indicator in enumerate(indicators) for year in range(2017, 2025)]
    return pd.DataFrame(rows, columns=["indicator", "year", "england", "p10", "p25", "p75", "p90"])


CHOICES = {"model": {"linear": "Percentages", "binomial": "Counts (logit)"},
           "timing": {"before": "Workforce before", "within": "Workforce in the middle"},
           "weighted": {"False": "Each authority alike", "True": "Weighted by children"}}
DRAWN = {
    "effects": lambda: effect_panels(effects(), ROWS, COLUMNS, {
        "within": "Same authority over time",
        "between": "Between authorities of the same deprivation"},
        "Percentage points, with 95% intervals", smallest="Smallest that would show"),
    "timing": lambda: effect_panels(effects(("before", "within", "after")), ROWS, COLUMNS, {
        "before": "Workforce before", "within": "In the middle", "after": "Afterwards"}, "Percentage points"),
    "odds": lambda: effect_panels(
        effects(("all", "held"), ratio=True).query("column == 'long_plans'"), ROWS,
        {"long_plans": "Odds of a worse judgement"}, {"all": "All inspections", "held": "Same deprivation"},
        "Odds ratio", ratio=True),
    "curves": lambda: specification_curves(specifications(), ROWS, COLUMNS, "Percentage points; lowest to highest"),
    "choices": lambda: specification_choices(
        specifications().query("support == 'caseload' and outcome == 'long_plans'"), CHOICES,
        "Percentage points, with 95% intervals"),
    "years": lambda: yearly_panels(yearly(), TITLES)}


def texts(figure):
    """Every visible text of a figure and its extent in pixels."""
    figure.canvas.draw()
    unseen = {label for axes in figure.axes for label in unseen_labels(axes)}
    found = figure.findobj(lambda artist: isinstance(artist, matplotlib.text.Text) and artist.get_visible()
                           and artist.get_text().strip() and artist not in unseen)
    return [(text, text.get_window_extent()) for text in found if text.axes is None or text.axes.axison]


def unseen_labels(axes):
    """Labels of ticks outside the limits, which matplotlib holds and does not draw."""
    for axis, (low, high) in ((axes.xaxis, sorted(axes.get_xlim())), (axes.yaxis, sorted(axes.get_ylim()))):
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
            if not low <= tick.get_loc() <= high:
                yield from (tick.label1, tick.label2)


@pytest.mark.parametrize("name", DRAWN)
def test_labels_lie_inside_the_figure(name):
    figure = DRAWN[name]()
    for text, extent in texts(figure):
        assert extent.x0 >= -1 and extent.x1 <= figure.bbox.x1 + 1, text.get_text()
        assert extent.y0 >= -1 and extent.y1 <= figure.bbox.y1 + 1, text.get_text()


@pytest.mark.parametrize("name", DRAWN)
def test_labels_do_not_overlap(name):
    every = combinations(texts(DRAWN[name]()), 2)
    pairs = [(one.get_text(), other.get_text()) for (one, first), (other, second) in every
             if first.shrunk(0.94, 0.9).overlaps(second.shrunk(0.94, 0.9))]
    assert not pairs


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_chart_is_the_same_file(name, tmp_path):
    for stem in ("one", "other"):
        save_figure(DRAWN[name](), tmp_path / stem)
    for suffix in (".svg", ".png"):
        assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"other{suffix}").read_bytes()


def test_marks_contrast_with_the_page_and_differ_by_more_than_colour():
    for colour, _ in (*SERIES, (UNCLEAR, "o")):
        assert (1.05) / (luminance(colour) + 0.05) >= 3, colour
    assert len({marker for _, marker in SERIES}) == len(SERIES)
    assert luminance(WIDE) > luminance(NARROW) > luminance(SERIES[0][0])


def test_effects_stand_at_their_values_in_the_row_of_their_support():
    table = effects()
    figure = DRAWN["effects"]()
    for axes, column in zip(figure.axes, COLUMNS):
        assert axes.get_title(loc="left").replace("\n", " ") == COLUMNS[column]
        dots = [line for line in axes.lines if line.get_marker() in "oD"]
        for name, line in zip(("within", "between"), dots, strict=True):
            part = table[(table["column"] == column) & (table["series"] == name)].set_index("row").loc[list(ROWS)]
            assert list(line.get_xdata()) == list(part["value"])
            assert [round(y) for y in line.get_ydata()] == list(range(len(ROWS)))
        low, high = axes.get_xlim()
        assert low <= table["low"].min() and high >= table["high"].max()


def test_the_smallest_effect_is_marked_on_both_sides_of_the_first_series_only():
    axes = DRAWN["effects"]().axes[0]
    ticks = [line for line in axes.lines if line.get_marker() == "|"]
    assert [set(line.get_xdata()) for line in ticks] == [{0.5}, {-0.5}]


def test_a_pair_without_a_value_is_left_empty_and_the_others_stay_in_their_rows():
    table = effects().query("not (row == 'vacancy_rate' and column == 'repeat_plans')")
    axes = effect_panels(table, ROWS, COLUMNS, {"within": "a", "between": "b"}, "x").axes[0]
    xs = np.array([line.get_xdata() for line in axes.lines if line.get_marker() == "o"][0], dtype=float)
    assert np.isnan(xs[0]) and not np.isnan(xs[1:]).any()


def test_odds_ratios_have_a_log_scale_and_a_line_at_one():
    axes = DRAWN["odds"]().axes[0]
    assert axes.get_xscale() == "log" and [1, 1] in [list(line.get_xdata()) for line in axes.lines]
    low, high = axes.get_xlim()
    assert 2 <= sum(low <= tick <= high for tick in axes.get_xticks()) <= 6


def test_specifications_are_sorted_and_solid_only_where_the_interval_leaves_out_zero():
    axes = DRAWN["curves"]().axes[0]
    table = specifications().query("support == 'vacancy_rate' and outcome == 'repeat_plans'")
    unclear, clear = [line for line in axes.lines if line.get_marker() == "o"]
    assert list(unclear.get_ydata()) == pytest.approx(table.loc[table["low"] <= 0, "effect"].tolist())
    assert list(clear.get_ydata()) == pytest.approx(table.loc[table["low"] > 0, "effect"].tolist())
    assert unclear.get_markerfacecolor() == "white" != clear.get_markerfacecolor()
    assert (np.diff(np.concatenate([unclear.get_xdata(), clear.get_xdata()])) > 0).all()


def test_each_specification_has_one_mark_for_each_choice():
    matrix = DRAWN["choices"]().axes[1]
    marks = [place for line in matrix.lines for place in line.get_xdata()]
    assert sorted(marks) == sorted(list(range(8)) * len(CHOICES))
    assert [label.get_text() for label in matrix.get_yticklabels()] == [
        label for values in CHOICES.values() for label in values.values()]


def test_a_year_without_a_value_of_england_breaks_the_line_and_bars_span_the_spread():
    figure = yearly_panels(yearly(gap={("caseload", 2020)}), TITLES)
    axes = dict(zip(TITLES, figure.axes))["caseload"]
    line = np.array(axes.lines[0].get_ydata(), dtype=float)
    assert np.isnan(line[3]) and np.isnan(line).sum() == 1
    wide, narrow = axes.containers
    assert {(bar.get_y(), bar.get_height()) for bar in wide} == {(5, 17)}
    assert {(bar.get_y(), bar.get_height()) for bar in narrow} == {(8, 6)}
    assert axes.get_ylim()[0] == 0 and not figure.axes[3].axison
