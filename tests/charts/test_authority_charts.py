"""Charts of the chapter on authorities show the numbers that they are given."""

import numpy as np
import pytest

from pipeline.charts.authorities import effect_panels, yearly_panels
from pipeline.charts.style import PAPER
from tests.charts.gallery import CHOICES, DRAWN, OUTCOMES, SUPPORTS, YEARLY, effects, specifications, yearly


def test_effects_stand_at_their_values_in_the_row_of_their_support():
    table = effects()
    figure = DRAWN["effects"]()
    for axes, column in zip(figure.axes, OUTCOMES, strict=True):
        assert axes.get_title(loc="left").replace("\n", " ") == OUTCOMES[column]
        dots = [line for line in axes.lines if line.get_marker() in "oD"]
        for name, line in zip(("within", "between"), dots, strict=True):
            part = table[(table["column"] == column) & (table["series"] == name)].set_index("row").loc[list(SUPPORTS)]
            assert list(line.get_xdata()) == list(part["value"])
            assert [round(y) for y in line.get_ydata()] == list(range(len(SUPPORTS)))
        low, high = axes.get_xlim()
        assert low <= table["low"].min() and high >= table["high"].max()


def test_the_smallest_effect_is_marked_on_both_sides_of_the_first_series_only():
    axes = DRAWN["effects"]().axes[0]
    ticks = [line for line in axes.lines if line.get_marker() == "|"]
    assert [set(line.get_xdata()) for line in ticks] == [{0.5}, {-0.5}]


def test_a_pair_without_a_value_is_left_empty_and_the_others_stay_in_their_rows():
    table = effects().query("not (row == 'vacancy_rate' and column == 'repeat_plans')")
    axes = effect_panels(table, SUPPORTS, OUTCOMES, {"within": "a", "between": "b"}, "x").axes[0]
    xs = np.array(next(line.get_xdata() for line in axes.lines if line.get_marker() == "o"), dtype=float)
    assert np.isnan(xs[0]) and not np.isnan(xs[1:]).any()


def test_odds_ratios_have_a_log_scale_and_a_line_at_one():
    axes = DRAWN["odds"]().axes[0]
    assert axes.get_xscale() == "log" and [1, 1] in [list(line.get_xdata()) for line in axes.lines]
    low, high = axes.get_xlim()
    assert 2 <= sum(low <= tick <= high for tick in axes.get_xticks()) <= 6


@pytest.mark.slow
def test_specifications_are_sorted_and_solid_only_where_the_interval_leaves_out_zero():
    axes = DRAWN["curves"]().axes[0]
    table = specifications().query("support == 'vacancy_rate' and outcome == 'repeat_plans'")
    unclear, clear = [line for line in axes.lines if line.get_marker() == "o"]
    assert list(unclear.get_ydata()) == pytest.approx(table.loc[table["low"] <= 0, "effect"].tolist())
    assert list(clear.get_ydata()) == pytest.approx(table.loc[table["low"] > 0, "effect"].tolist())
    assert unclear.get_markerfacecolor() == PAPER != clear.get_markerfacecolor()
    assert (np.diff(np.concatenate([unclear.get_xdata(), clear.get_xdata()])) > 0).all()


def test_each_specification_has_one_mark_for_each_choice():
    matrix = DRAWN["choices"]().axes[1]
    marks = [place for line in matrix.lines for place in line.get_xdata()]
    assert sorted(marks) == sorted(list(range(8)) * len(CHOICES))
    assert [label.get_text() for label in matrix.get_yticklabels()] == [
        label for values in CHOICES.values() for label in values.values()
    ]


def test_a_year_without_a_value_of_england_breaks_the_line_and_bars_span_the_spread():
    figure = yearly_panels(yearly(gap={("caseload", 2020)}), YEARLY)
    axes = dict(zip(YEARLY, figure.axes, strict=False))["caseload"]
    line = np.array(axes.lines[0].get_ydata(), dtype=float)
    assert np.isnan(line[3]) and np.isnan(line).sum() == 1
    wide, narrow = axes.containers
    assert {(bar.get_y(), bar.get_height()) for bar in wide} == {(5, 17)}
    assert {(bar.get_y(), bar.get_height()) for bar in narrow} == {(8, 6)}
    assert axes.get_ylim()[0] == 0 and not figure.axes[3].axison
