"""Slopes with cluster-robust errors, within and between units, on counts, without each unit: R, dummies, by hand."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.binomial_panel import fit_binomial, informative
from pipeline.statistics.clustered_regression import demeaned, partial_out, robust_slope
from pipeline.statistics.detectable_effect import minimum_detectable_effect
from pipeline.statistics.fixed_effects import mundlak_columns, two_way_effects, within_between
from pipeline.statistics.influence import leave_one_out
from tests.r_scripts import output_of

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).with_name("r")
STORED = json.loads((FOLDER / "panel_r.json").read_text(encoding="utf-8"))
PANEL = pd.DataFrame(json.loads((FOLDER / "panel_cases.json").read_text(encoding="utf-8")))
YEARS = pd.get_dummies(PANEL["year"], dtype=float).to_numpy()
CONTROLS = np.column_stack([YEARS, PANEL["z"]])
DUMMIES = PANEL["unit"].nunique() - 1  # that R counts as parameters and pyfixest does not


def made_up(seed, units=40, years=6, effect=0.5, missing=0.1):
    """A panel with an effect of x, units that differ in both, and errors that a unit's years share."""
    rng = np.random.default_rng(seed)
    unit, year = (grid.ravel() for grid in np.meshgrid(np.arange(units), np.arange(years), indexing="ij"))
    level = rng.normal(size=units)[unit]
    x = level + rng.normal(size=len(unit)) + 0.3 * year
    error = rng.normal(size=units)[unit] * (year - 2) * 0.4 + rng.normal(size=len(unit))
    data = pd.DataFrame(
        {
            "unit": unit,
            "year": year,
            "x": x,
            "y": 10 + 2 * level + effect * x + 0.5 * year + error,
            "w": rng.uniform(0.2, 3, len(unit)),
        }
    )
    kept = rng.random(len(unit)) > missing
    return data[kept].sample(frac=1, random_state=seed).reset_index(drop=True)


def part_of(data, weights=None):
    return partial_out(data["y"], data["x"], pd.get_dummies(data["year"], dtype=float), data["unit"], weights)


def test_the_stored_output_belongs_to_the_stored_panel():
    assert STORED["input_md5"] == hashlib.md5((FOLDER / "panel_cases.json").read_bytes()).hexdigest()


def test_r_gives_the_stored_output_again(tmp_path):
    again = output_of(FOLDER / "panel.R", "panel_cases.json", "panel_r.json", ("sandwich", "plm"), tmp_path)
    for output in (again, expected := json.loads(json.dumps(STORED))):
        output.pop("made_with")
    assert json.dumps(again, sort_keys=True) == json.dumps(expected, sort_keys=True) or _close(again, expected)


def _close(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_close(one[key], other[key]) for key in one)
    return one == pytest.approx(other, rel=1e-8) if isinstance(one, float) else one == other


@pytest.mark.parametrize("weights", [None, "w"])
def test_two_way_effects_are_those_of_dummies_in_r(weights):
    r = STORED["two_way"]["weighted" if weights else "plain"]
    ours = two_way_effects(PANEL, "y", ["x", "z"], weights=weights)
    parameters = 2 + PANEL["year"].nunique()
    factor = np.sqrt((len(PANEL) - 1) / (len(PANEL) - parameters))
    for name in ("x", "z"):
        assert ours.loc[name, "effect"] == pytest.approx(r[name]["effect"], rel=1e-6)  # pyfixest iterates
        assert ours.loc[name, "std_error"] == pytest.approx(r[name]["error"] * factor, rel=1e-6)
    fast = robust_slope(partial_out(PANEL["y"], PANEL["x"], CONTROLS, PANEL["unit"], weights and PANEL[weights]))
    assert vars(fast) == pytest.approx(ours.loc["x"].to_dict(), rel=1e-6)
    assert (fast.effect, fast.std_error) == pytest.approx((r["x"]["effect"], r["x"]["error"] * factor), rel=1e-9)
    if weights is None:
        assert fast.effect == pytest.approx(STORED["plm"]["x"], rel=1e-8)


def test_within_between_is_r_s_mundlak_model():
    ours = within_between(PANEL, "y", "x", controls=["z"])
    for name, r in STORED["within_between"].items():
        assert ours.loc[name, "effect"] == pytest.approx(r["effect"], rel=1e-6)
        assert ours.loc[name, "std_error"] == pytest.approx(r["error"], rel=1e-6)


def test_counts_are_those_of_r_s_glm_with_dummies():
    fit = fit_binomial(PANEL["events"], PANEL["trials"], PANEL["x"], CONTROLS, PANEL["unit"])
    slope, r = robust_slope(fit.part), STORED["binomial"]
    groups = PANEL["unit"].nunique()
    assert slope.effect == pytest.approx(r["x"]["effect"], rel=1e-8)
    error = slope.std_error / np.sqrt(fit.part.correction) * np.sqrt(groups / (groups - 1))
    assert error == pytest.approx(r["x"]["error"], rel=1e-7)
    assert fit.dispersion == pytest.approx(r["dispersion"], rel=1e-8)


def test_the_model_without_each_unit_is_fitted_again():
    ours = leave_one_out(PANEL["y"], PANEL["x"], YEARS, PANEL["unit"]).set_index("cluster")
    assert ours["without"].to_dict() == pytest.approx(STORED["without"], rel=1e-8)
    whole = partial_out(PANEL["y"], PANEL["x"], YEARS, PANEL["unit"]).effect
    np.testing.assert_allclose(ours["without"] + ours["change"], whole)


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=25, deadline=None)
def test_crv1_is_its_formula_on_dummies(seed, weighted):
    """Least squares with a column for each unit and year, and the sandwich written out."""
    data = made_up(seed, units=7)
    weights = data["w"].to_numpy() if weighted else np.ones(len(data))
    units, years = pd.get_dummies(data["unit"], dtype=float), pd.get_dummies(data["year"], dtype=float)
    design = np.column_stack([data["x"], units.iloc[:, 1:], years])
    weighted_design = design * weights[:, None]
    bread = np.linalg.inv(design.T @ weighted_design)
    slopes = bread @ weighted_design.T @ data["y"]
    scores = weighted_design * (data["y"] - design @ slopes).to_numpy()[:, None]
    totals = pd.DataFrame(scores).groupby(data["unit"].to_numpy()).sum().to_numpy()
    meat = totals.T @ totals
    groups, rows, parameters = data["unit"].nunique(), len(data), 1 + data["year"].nunique()
    variance = (bread @ meat @ bread)[0, 0] * groups / (groups - 1) * (rows - 1) / (rows - parameters)
    slope = robust_slope(part_of(data, weights))
    assert slope.effect == pytest.approx(slopes[0], rel=1e-8)
    assert slope.std_error == pytest.approx(np.sqrt(variance), rel=1e-8)
    assert slope.df == groups - 1


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=15, deadline=None)
def test_the_within_slope_of_the_mundlak_model_is_that_of_two_way_effects(seed, weighted):
    data = made_up(seed, units=25, missing=0.3)
    weights = "w" if weighted else None
    both = within_between(data, "y", "x", weights=weights)
    two_way = two_way_effects(data, "y", ["x"], weights=weights)
    assert both.loc["within", "effect"] == pytest.approx(two_way.loc["x", "effect"], rel=1e-6, abs=1e-8)
    apart = both.loc["between", "effect"] - both.loc["within", "effect"]
    assert both.loc["difference", "effect"] == pytest.approx(apart)
    columns = mundlak_columns(data, "x", weights=weights)
    part = partial_out(
        data["y"],
        columns["between"],
        columns.drop(columns="between"),
        data["unit"],
        weights and data[weights],
        absorb=False,
    )
    assert vars(robust_slope(part)) == pytest.approx(both.loc["between"].to_dict(), rel=1e-6)


def test_between_units_is_the_regression_of_means_in_a_balanced_panel():
    data = made_up(3, missing=0)
    means = data.groupby("unit")[["x", "y"]].mean()
    assert within_between(data, "y", "x").loc["between", "effect"] == pytest.approx(
        np.polyfit(means["x"], means["y"], 1)[0], rel=1e-8
    )


def test_what_does_not_change_in_a_unit_is_no_matter():
    data = made_up(5)
    rng = np.random.default_rng(0)
    moved = data.assign(y=data["y"] + rng.normal(size=40)[data["unit"]] * 50 + rng.normal(size=6)[data["year"]] * 50)
    assert vars(robust_slope(part_of(moved))) == pytest.approx(vars(robust_slope(part_of(data))), rel=1e-9)


def test_weights_are_repeated_rows():
    data = made_up(6, units=12)
    many = np.random.default_rng(1).integers(1, 4, len(data))
    repeated = data.loc[data.index.repeat(many)]
    assert part_of(data, many.astype(float)).effect == pytest.approx(part_of(repeated).effect, rel=1e-10)


def test_demeaning_keeps_the_order():
    values = demeaned(np.array([[1.0, 2], [5, 4], [3, 8], [5, 6]]), ["b", "a", "b", "a"], [1, 1, 3, 1])
    np.testing.assert_allclose(values, [[-1.5, -4.5], [0, -1], [0.5, 1.5], [0, 1]])


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_counts_with_unit_effects_are_a_glm(seed):
    data = made_up(seed, units=9)
    rng = np.random.default_rng(seed)
    trials = rng.integers(30, 200, len(data))
    events = rng.binomial(trials, expit(-1 + 0.2 * data["x"]))
    units, years = pd.get_dummies(data["unit"], dtype=float), pd.get_dummies(data["year"], dtype=float)
    design = np.column_stack([data["x"], units, years.iloc[:, 1:]])
    glm = sm.GLM(np.column_stack([events, trials - events]), design, family=sm.families.Binomial()).fit(tol=1e-12)
    fit = fit_binomial(events, trials, data["x"], years, data["unit"])
    assert fit.part.effect == pytest.approx(glm.params[0], rel=1e-6, abs=1e-8)
    assert fit.dispersion == pytest.approx(glm.pearson_chi2 / glm.df_resid, rel=1e-6)
    chance = glm.fittedvalues
    assert fit.average == pytest.approx(100 * (trials * chance * (1 - chance)).sum() / trials.sum(), rel=1e-6)


def test_a_step_from_no_effect_is_the_score_test():
    """The step's numerator is the score of the exposure at the model without it."""
    data = made_up(8, units=12)
    rng = np.random.default_rng(8)
    trials = rng.integers(30, 200, len(data))
    events = rng.binomial(trials, expit(-1 + 0.1 * data["x"]))
    years = pd.get_dummies(data["year"], dtype=float)
    null = fit_binomial(events, trials, data["x"], years, data["unit"], null=True).part
    design = np.column_stack([pd.get_dummies(data["unit"]), years.iloc[:, 1:]]).astype(float)
    glm = sm.GLM(np.column_stack([events, trials - events]), design, family=sm.families.Binomial()).fit(tol=1e-12)
    score = data["x"] @ (events - trials * glm.fittedvalues)
    assert null.exposure @ null.outcome == pytest.approx(score, rel=1e-6)


def test_units_without_events_say_nothing():
    assert informative([0, 0, 5, 5, 1, 2], [5] * 6, list("aabbcc")).tolist() == [False] * 4 + [True] * 2
    with pytest.raises(DataError, match="separate"):
        fit_binomial([0, 5, 0, 5], [5] * 4, [0, 1, 0, 1], None, list("aabb"))
    with pytest.raises(DataError, match="more than trials"):
        fit_binomial([6, 5, 0, 5], [5] * 4, [0, 1, 0, 1], None, list("aabb"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.nan}, "a number is missing"),
        ({"w": 0.0}, "not positive"),
        ({"unit": 1}, "fewer than two units"),
        ({"x": 3.0}, "the exposure does not vary"),
        ({"y": 7.0}, "the outcome does not vary"),
    ],
)
def test_what_carries_no_model_is_said(change, message):
    data = made_up(1).assign(**change)
    with pytest.raises(DataError, match=message):
        part_of(data, data["w"])


def test_an_exposure_of_the_year_or_of_the_unit_carries_no_model():
    data = made_up(1)
    for exposure in (data["year"] * 2.0 + 1, data["unit"] ** 2.0):
        with pytest.raises(DataError, match="the exposure does not vary"):
            part_of(data.assign(x=exposure))
        with pytest.raises(DataError, match="the exposure does not vary"):
            two_way_effects(data.assign(x=exposure), "y", ["x"])
    with pytest.raises(DataError, match="fewer than two units"):
        two_way_effects(data[data["unit"] == 1], "y", ["x"])
    with pytest.raises(DataError, match="no more rows than parameters"):
        partial_out([1, 2.0], [1, 0.0], None, list("ab"), absorb=False)


def test_a_rest_without_a_model_has_no_numbers():
    table = leave_one_out([1, 2, 4, 4, 6, 7.0], [0, 1, 5, 5, 2, 2], None, list("aabbcc")).set_index("cluster")
    assert table.loc["a"].isna().all() and table.loc[["b", "c"], "without"].notna().all()


@pytest.mark.parametrize("level", [0, 1, 1.2])
def test_impossible_levels(level):
    with pytest.raises(ParameterError, match="level"):
        robust_slope(part_of(made_up(1)), level)


@pytest.mark.parametrize("numbers", [(0, 10), (1, 0), (np.nan, 10), (1, 10, 1.0), (1, 10, 0.8, 0)])
def test_impossible_detectable_effects(numbers):
    with pytest.raises(ParameterError, match="Impossible"):
        minimum_detectable_effect(*numbers)


def test_intervals_cover_and_the_detectable_effect_is_detected():
    """400 panels: 95% of intervals hold the effect, and 80% of tests find the effect that is said to be detectable."""
    errors = [robust_slope(part_of(made_up(seed))).std_error for seed in range(40)]
    effect = np.median([minimum_detectable_effect(error, 39) for error in errors])
    slopes = [robust_slope(part_of(made_up(seed, effect=effect))) for seed in range(1000, 1400)]
    covered = np.mean([slope.low <= effect <= slope.high for slope in slopes])
    assert 0.95 - 3 * 0.011 < covered < 0.95 + 3 * 0.011
    assert np.mean([slope.effect for slope in slopes]) == pytest.approx(effect, abs=0.01)
    found = np.mean([slope.p < 0.05 for slope in slopes])
    assert 0.8 - 3 * 0.02 - 0.02 < found < 0.8 + 3 * 0.02 + 0.02  # and 0.02 as each panel has its own error
