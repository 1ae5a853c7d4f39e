"""Cumulative-link models on counts: against statsmodels, closed forms and general optimisers, and by properties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from scipy.stats import gumbel_l, logistic, multinomial, norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipeline.statistics.ordinal.fitting import CumulativeLink

RESPECT = pd.DataFrame([[41, 98, 118, 180, 46], [6, 21, 30, 77, 29]], columns=list("abcde"))
ROLE = pd.DataFrame({"role": [0, 1]})
LINKS = ("logit", "probit", "cloglog")


def expand(counts, design):
    """One row for each answer: the category's number, and the terms."""
    row, category = np.nonzero(counts)
    times = counts[row, category]
    return pd.Series(np.repeat(category, times)), design.iloc[np.repeat(row, times)].reset_index(drop=True)


def drawn(rows=30, size=40, seed=1):
    """Counts in four categories and two terms, one of them 0/1."""
    random = np.random.default_rng(seed)
    x = np.column_stack([np.arange(rows) % 2, random.normal(size=rows)])
    cumulative = 1 / (1 + np.exp(-(np.array([-1.0, 0.2, 1.5]) - (x @ [0.7, -0.4])[:, None])))
    shares = np.diff(np.pad(cumulative, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))))
    counts = multinomial.rvs(size, shares, random_state=random)
    return np.asarray(counts), pd.DataFrame(x, columns=["role", "load"])


tables = arrays(np.int64, st.tuples(st.just(2), st.integers(2, 6)), elements=st.integers(0, 12)).filter(
    lambda counts: (counts.sum(axis=1) > 0).all() and (counts.sum(axis=0) > 0).sum() >= 2
)


@pytest.mark.parametrize(("link", "distribution"), [("logit", "logit"), ("probit", "probit")])
@pytest.mark.parametrize("table", ["two rows", "many rows"])
def test_the_same_as_ordered_model_on_the_answers_one_by_one(link, distribution, table):
    counts, design = (RESPECT.to_numpy(), ROLE) if table == "two rows" else drawn()
    ours = CumulativeLink(link).fit(counts, design)
    answers, terms = expand(counts, design)
    theirs = OrderedModel(answers, terms, distr=distribution).fit(method="bfgs", gtol=1e-7, maxiter=500, disp=False)
    effects = len(design.columns)
    thresholds = theirs.model.transform_threshold_params(theirs.params.to_numpy())[1:-1]
    np.testing.assert_allclose(ours.params.iloc[-effects:], theirs.params.iloc[:effects], atol=1e-6)
    np.testing.assert_allclose(ours.params.iloc[:-effects], thresholds, atol=1e-6)
    np.testing.assert_allclose(ours.std_errors.iloc[-effects:], theirs.bse.iloc[:effects], rtol=1e-5)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-6)


def test_a_two_by_two_table_gives_the_sample_odds_ratio():
    fit = CumulativeLink().fit(np.array([[10, 30], [5, 45]]), ROLE)
    row = fit.odds_ratios(0.9).loc["role"]
    error = np.sqrt(1 / 10 + 1 / 30 + 1 / 5 + 1 / 45)
    assert row.odds_ratio == pytest.approx(45 * 10 / (5 * 30))
    assert row.low == pytest.approx(3 * np.exp(-norm.ppf(0.95) * error))
    assert row.high == pytest.approx(3 * np.exp(norm.ppf(0.95) * error))


def test_without_terms_the_thresholds_are_the_quantiles_of_the_shares():
    fit = CumulativeLink().fit(RESPECT, ROLE[[]])
    np.testing.assert_allclose(fit.params, logistic.ppf(RESPECT.sum().cumsum()[:-1] / RESPECT.sum().sum()))
    assert list(fit.params.index) == ["a|b", "b|c", "c|d", "d|e"]
    assert fit.nominal_test().empty


@pytest.mark.parametrize(("link", "cdf"), [*zip(LINKS, (logistic.cdf, norm.cdf, gumbel_l.cdf), strict=True)])
def test_a_general_optimiser_finds_nothing_better(link, cdf):
    counts, design = drawn(rows=12, seed=3)
    fit = CumulativeLink(link).fit(counts, design)

    def minus_loglik(parameters):
        below = cdf(parameters[:3] - (design.to_numpy() @ parameters[3:])[:, None])
        shares = np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))))
        return -(counts * np.log(np.maximum(shares, 1e-300))).sum()

    assert fit.loglik == pytest.approx(-minus_loglik(fit.params.to_numpy()), rel=1e-12)
    found = minimize(
        minus_loglik,
        np.array([-1, 0, 1, 0, 0.0]),
        method="Nelder-Mead",
        options={"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-9, "fatol": 1e-12},
    )
    np.testing.assert_allclose(fit.params, found.x, atol=1e-5)
    _, gradient, information = fit.limit.likelihood.evaluate(fit.limit.maximum.parameters)  # of the mean log-likelihood
    assert abs(gradient).max() * counts.sum() < 1e-6
    assert counts.sum() * gradient @ np.linalg.solve(information, gradient) < 1e-16  # in squared standard errors


def test_counts_multiplied_leave_the_estimates_and_divide_the_variance():
    counts, design = drawn()
    one, many = (CumulativeLink().fit(counts * factor, design) for factor in (1, 2.5e-5))
    np.testing.assert_allclose(many.params, one.params, rtol=1e-10)
    np.testing.assert_allclose(many.covariance * 2.5e-5, one.covariance, rtol=1e-8)
    assert many.loglik == pytest.approx(one.loglik * 2.5e-5)


@pytest.mark.parametrize("link", ["logit", "probit"])
@settings(deadline=None, max_examples=60)
@given(counts=tables)
def test_categories_in_reverse_turn_the_signs(link, counts):
    forward = CumulativeLink(link).fit(counts, ROLE)
    backward = CumulativeLink(link).fit(counts[:, ::-1], ROLE)
    assert backward.loglik == pytest.approx(forward.loglik, abs=1e-8)
    np.testing.assert_allclose(backward.params.iloc[:-1], -forward.params.iloc[-2::-1], atol=1e-6)
    np.testing.assert_allclose(backward.params["role"], -forward.params["role"], atol=1e-6)
    np.testing.assert_allclose(backward.std_errors["role"], forward.std_errors["role"], rtol=1e-6)


@settings(deadline=None, max_examples=40)
@given(counts=tables, split=st.floats(0.1, 0.9))
def test_equal_rows_can_be_merged(counts, split):
    whole = CumulativeLink().fit(counts, ROLE)
    parts = CumulativeLink().fit(np.vstack([counts * split, counts * (1 - split)]), pd.concat([ROLE, ROLE]))
    np.testing.assert_allclose(parts.params, whole.params, atol=1e-7)
    np.testing.assert_allclose(parts.std_errors, whole.std_errors, rtol=1e-6)


def test_terms_may_be_shifted_and_scaled():
    counts, design = drawn()
    plain = CumulativeLink().fit(counts, design, nominal=["role"])
    elsewhere = design.assign(load=2011 + design["load"] / 8, role=3 - design["role"])
    moved = CumulativeLink().fit(counts, elsewhere, nominal=["role"])
    assert moved.loglik == pytest.approx(plain.loglik, abs=1e-9)
    assert moved.params["load"] == pytest.approx(8 * plain.params["load"])
    assert moved.std_errors["load"] == pytest.approx(8 * plain.std_errors["load"])
    assert moved.params["2|3:role"] == pytest.approx(-plain.params["2|3:role"])


@pytest.mark.parametrize("link", LINKS)
def test_probabilities_are_the_models(link):
    counts, design = drawn()
    fit = CumulativeLink(link).fit(counts, design, nominal=["role"])
    found = fit.probabilities(design)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (counts * np.log(found.to_numpy())).sum() == pytest.approx(fit.loglik)
    np.testing.assert_allclose((40 * found).sum(), counts.sum(axis=0), rtol=0.02)


@settings(deadline=None, max_examples=100)
@given(counts=tables, link=st.sampled_from(LINKS))
def test_a_nominal_effect_on_two_rows_reproduces_them_whatever_is_empty(counts, link):
    """With one 0/1 term the nominal model is saturated: its probabilities are the shares, its likelihood is known."""
    fit = CumulativeLink(link).fit(counts, ROLE, nominal=["role"])
    shares = counts / counts.sum(axis=1, keepdims=True)
    assert fit.converged
    assert fit.loglik == pytest.approx((counts * np.log(np.where(counts, shares, 1))).sum(), abs=1e-7)
    np.testing.assert_allclose(fit.probabilities(ROLE), shares, atol=1e-6)


@settings(deadline=None, max_examples=60)
@given(counts=arrays(np.int64, (2, 4), elements=st.integers(1, 30)))
def test_superiority_on_two_rows_is_the_share_of_pairs(counts):
    """In the saturated model it is the Mann–Whitney statistic by pairs, with the multinomial delta-method variance."""
    found = CumulativeLink().fit(counts, ROLE, nominal=["role"]).superiority("role")
    p0, p1 = counts / counts.sum(axis=1, keepdims=True)
    pairs = [(i > k) + (i == k) / 2 for i in range(4) for k in range(4)]
    wins = np.array(pairs).reshape(4, 4)
    expected = p1 @ wins @ p0
    n0, n1 = counts.sum(axis=1)
    variance = (p1 @ (wins @ p0) ** 2 - expected**2) / n1 + (p0 @ (p1 @ wins) ** 2 - expected**2) / n0
    assert found.estimate == pytest.approx(expected)
    assert found.std_error == pytest.approx(np.sqrt(variance), rel=1e-6)
    assert 0 < found.low < found.estimate < found.high < 1


def test_superiority_of_a_probit_model_is_that_of_two_normal_answers():
    """With many fine categories P(Y1 > Y0) of normal answers β apart is Φ(β / √2) (Agresti and Kateri 2017)."""
    edges = np.r_[-np.inf, np.linspace(-4, 5, 120), np.inf]
    counts = 1e4 * np.array([np.diff(norm.cdf(edges)), np.diff(norm.cdf(edges - 0.8))])
    found = CumulativeLink("probit").fit(counts, ROLE).superiority("role")
    assert found.estimate == pytest.approx(norm.cdf(0.8 / np.sqrt(2)), abs=1e-4)


def test_answers_given_twice_by_the_same_clusters_tell_nothing_new():
    counts, design = drawn()
    teams = [f"team {row % 7}" for row in range(30)]
    once = CumulativeLink().fit(counts, design, clusters=teams)
    twice = CumulativeLink().fit(np.vstack([counts] * 2), pd.concat([design] * 2), clusters=teams * 2)
    np.testing.assert_allclose(twice.covariance, once.covariance, rtol=1e-8)
    assert any("7 clusters" in note for note in once.notes)


def test_errors_allow_for_clusters_in_everything_that_has_errors():
    counts, design = drawn()
    robust = CumulativeLink().fit(counts, design, clusters=[row % 5 for row in range(30)])
    plain = CumulativeLink().fit(counts, design)
    assert robust.superiority("role").std_error != pytest.approx(plain.superiority("role").std_error, rel=1e-3)
    assert robust.odds_ratios().loc["role", "low"] != pytest.approx(plain.odds_ratios().loc["role", "low"], rel=1e-3)
