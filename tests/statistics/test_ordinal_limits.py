"""Separation, boundary estimates and empty categories: reported as what they are, with exact suprema."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import LinearConstraint, minimize
from scipy.special import expit

from pipeline.errors import DataError
from pipeline.statistics.ordinal.fitting import CumulativeLink

ROLE = pd.DataFrame({"role": [0, 1]})


def loglik_of(shares, counts):
    return (counts * np.log(np.where(counts > 0, shares, 1))).sum()


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_a_row_all_in_the_last_category_separates_its_term_only(link):
    fit = CumulativeLink(link).fit(np.array([[4, 3, 3], [0, 0, 9]]), ROLE)
    assert fit.separated == ("role",) and fit.params["role"] == np.inf and np.isnan(fit.std_errors["role"])
    assert any("role is +inf" in note for note in fit.notes)
    alone = CumulativeLink(link).fit(np.array([[4, 3, 3]]), ROLE[[]].iloc[:1])
    np.testing.assert_allclose(fit.params.iloc[:2], alone.params, atol=1e-9)
    np.testing.assert_allclose(fit.std_errors.iloc[:2], alone.std_errors, rtol=1e-9)
    assert fit.loglik == pytest.approx(alone.loglik, abs=1e-9)
    assert fit.probabilities(ROLE).to_numpy()[1].tolist() == [0, 0, 1]
    won = fit.superiority("role")
    assert won.estimate == pytest.approx(0.85) and np.isnan([won.std_error, won.low, won.high]).all()


def test_odds_ratios_at_infinity_have_no_limits():
    fit = CumulativeLink().fit(np.array([[4, 3, 3], [9, 0, 0]]), ROLE)
    row = fit.odds_ratios().loc["role"]
    assert row.odds_ratio == 0 and np.isnan(row.low) and np.isnan(row.high)


def test_a_cut_in_a_continuous_term_separates_all_that_hangs_on_it():
    design = pd.DataFrame({"load": [-3.0, -2, -1, 1, 2, 3], "role": [0, 1, 0, 1, 0, 1]})
    fit = CumulativeLink().fit(np.array([[5, 0]] * 3 + [[0, 5]] * 3), design)
    assert fit.params["load"] == np.inf and fit.loglik == 0
    assert np.isnan(fit.params["role"]) and "role has no determined value" in " ".join(fit.notes)
    np.testing.assert_array_equal(fit.probabilities(design)[["1", "2"]].to_numpy()[[0, -1]], [[1, 0], [0, 1]])
    with pytest.raises(DataError, match="leave a probability open"):
        fit.probabilities(pd.DataFrame({"load": [0.0], "role": [0]}))


@pytest.mark.parametrize("overlap", [1e-2, 1e-5, 1e-8])
def test_any_overlap_at_all_is_no_separation(overlap):
    fit = CumulativeLink().fit(np.array([[50, overlap], [overlap, 50]]), ROLE)
    assert not fit.separated and fit.converged
    assert fit.params["role"] == pytest.approx(2 * np.log(50 / overlap), rel=1e-6)
    assert fit.std_errors["role"] == pytest.approx(np.sqrt(2 / overlap + 2 / 50), rel=1e-6)


@pytest.mark.slow
@settings(deadline=None, max_examples=80)
@given(
    counts=arrays(np.int64, (4, 4), elements=st.sampled_from([0, 0, 0, 1, 5])),
    link=st.sampled_from(["logit", "probit", "cloglog"]),
    nominal=st.sampled_from([[], ["role"]]),
)
def test_never_a_silent_huge_number(counts, link, nominal):
    """Whatever is empty: each estimate is of moderate size with an error, or named as separated without one."""
    design = pd.DataFrame({"role": [0, 0, 1, 1], "late": [0, 1, 0, 1]})
    try:
        fit = CumulativeLink(link).fit(counts, design, nominal=nominal)
    except DataError:  # all answers in one category, or a term that the rows with answers do not vary
        return
    finite = np.isfinite(fit.params)
    assert fit.converged
    assert fit.separated == tuple(fit.params.index[~finite])
    assert (fit.params[finite].abs() < 30).all()
    assert fit.std_errors[finite].notna().all() and fit.std_errors[~finite].isna().all()
    assert bool(fit.separated) == any(note.startswith("Separation") for note in fit.notes)
    answered = counts.sum(axis=1) > 0
    shares = fit.probabilities(design[answered]).to_numpy()
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert loglik_of(shares, counts[answered]) == pytest.approx(fit.loglik, abs=1e-6)


def test_thresholds_that_meet_are_reported():
    counts = np.array([[12, 0, 30, 8], [5, 7, 22, 11]])
    plain = CumulativeLink().fit(counts, ROLE)
    wide = CumulativeLink().fit(counts, ROLE, nominal=["role"])
    assert any("thresholds 1|2 and 2|3 meet" in note for note in wide.notes)
    assert wide.params["1|2"] == pytest.approx(wide.params["2|3"])
    assert wide.std_errors["1|2"] == pytest.approx(np.sqrt(1 / 12 + 1 / 38))
    row = plain.nominal_test().loc["role"]
    shares = counts / counts.sum(axis=1, keepdims=True)
    assert pytest.approx(2 * (loglik_of(shares, counts) - plain.loglik)) == row.LR
    assert "meet" in row.note and not plain.notes


def test_a_constrained_optimiser_finds_nothing_better_where_thresholds_meet():
    """On a continuous nominal term: thresholds would cross in rows of the data without the constraint."""
    cases = json.loads(Path(__file__).with_name("r").joinpath("ordinal_cases.json").read_text(encoding="utf-8"))
    case = next(one for one in cases if one["name"] == "60 single answers, logit")
    counts, design = np.array(case["counts"]), pd.DataFrame(case["design"])
    fit = CumulativeLink().fit(counts, design, nominal=["b"])
    a, b = design["a"].to_numpy(), design["b"].to_numpy()

    def shares(q):  # thresholds, effect of a, effects of b
        below = expit(np.column_stack([q[0] - q[2] * a - q[3] * b, q[1] - q[2] * a - q[4] * b]))
        return np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))))

    ordered = LinearConstraint(np.column_stack([-np.ones(60), np.ones(60), np.zeros(60), b, -b]), lb=0)
    found = minimize(
        lambda q: -loglik_of(np.maximum(shares(q), 1e-12), counts),
        [-1, 1, 0, 0, 0],
        method="SLSQP",
        constraints=[ordered],
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert fit.converged and any("meet" in note for note in fit.notes)
    assert fit.loglik == pytest.approx(-found.fun, abs=1e-6)
    np.testing.assert_allclose(fit.params, found.x, atol=1e-3)
    assert fit.probabilities(design).to_numpy().min() >= 0


def test_parameters_that_the_answers_leave_open_are_not_passed_off_as_estimates():
    """Two nominal terms on a sparse table: the threshold 1|2 of some rows lies anywhere between two that meet."""
    counts = np.array([[0, 0, 50, 0, 0], [10, 0, 0, 0, 0], [0, 0, 3, 0, 0], [3, 0, 50, 0, 50], [0, 10, 50, 3, 3]])
    design = pd.DataFrame({"role": [0, 1, 0, 1, 0], "late": [2.5, 0, 1, 2.5, 0]})
    fit = CumulativeLink("cloglog").fit(counts, design, nominal=["role", "late"])
    assert not fit.converged and fit.std_errors.isna().all()
    assert "Do not use these estimates" in fit.notes[-1]


def test_thresholds_that_cross_outside_the_data_are_an_error_not_a_probability():
    counts = np.array([[30, 5, 5], [10, 20, 30], [5, 5, 40]])
    fit = CumulativeLink().fit(counts, pd.DataFrame({"load": [0, 1, 2]}), nominal=["load"])
    there = np.sign(fit.params["2|3:load"] - fit.params["1|2:load"])  # the threshold 2|3 falls faster this way
    with pytest.raises(DataError, match="(?s)cross.*row 2"):
        fit.probabilities(pd.DataFrame({"load": [1, 40 * there]}))


@pytest.mark.parametrize(
    ("counts", "left_out"),
    [([[5, 0, 9], [3, 0, 2]], "b"), ([[0, 5, 9], [0, 3, 2]], "a"), ([[5, 9, 0], [3, 2, 0]], "c")],
)
def test_categories_without_answers_are_left_out_with_a_note(counts, left_out):
    table = pd.DataFrame(counts, columns=list("abc"))
    fit = CumulativeLink().fit(table, ROLE)
    same = CumulativeLink().fit(table.drop(columns=left_out), ROLE)
    assert fit.notes == (f"No answers in category {left_out!r}: it is left out, its probability is nought.",)
    pd.testing.assert_series_equal(fit.params, same.params)
    pd.testing.assert_frame_equal(fit.covariance, same.covariance)
    shares = fit.probabilities(ROLE)
    assert list(shares.columns) == list("abc") and (shares[left_out] == 0).all()
