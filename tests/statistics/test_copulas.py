"""Copula tables against closed forms, numerical integration and statsmodels' copulas."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, special
from statsmodels.distributions.copula.api import ClaytonCopula, FrankCopula

from pipeline.errors import ParameterError
from pipeline.statistics.copulas import (
    CORRELATIONS,
    DEGREES_OF_FREEDOM,
    FAMILIES,
    bivariate_normal_cdf,
    copula_sweep,
    copula_table,
    gaussian_table,
    kendall_tau,
)
from pipeline.statistics.joint import STATISTICS, comonotone, countermonotone, independent

P, Q = [20, 45, 15, 15, 5], [10, 40, 20, 20, 10]
margins = st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(lambda n: sum(map(bool, n)) > 1)


def by_integration(x, y, r):
    """P(X ≤ x, Y ≤ y) as the integral of φ(s) Φ((y - r s)/√(1 - r²))."""
    root = math.sqrt(1 - r * r)

    def inner(s):
        return math.exp(-s * s / 2) / math.sqrt(2 * math.pi) * special.ndtr((y - r * s) / root)

    steepest = [min(x, y / r)] if abs(r) > 1e-3 else None
    return integrate.quad(inner, -40, x, epsabs=1e-14, epsrel=1e-13, limit=500, points=steepest)[0]


@settings(max_examples=200, deadline=None)
@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-0.99, 0.99))
def test_the_bivariate_normal_by_another_integral(x, y, r):
    assert bivariate_normal_cdf(x, y, r) == pytest.approx(by_integration(x, y, r), abs=1e-10)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (0, 1), (1, 0), (0, -1), (-1, 0), (-1, 1), (1, 1), (-1, -1)])
@pytest.mark.parametrize("r", [-0.9, -0.3, 0, 0.3, 0.9])
def test_the_bivariate_normal_on_the_axes_and_in_every_quadrant(x, y, r):
    assert bivariate_normal_cdf(x, y, r) == pytest.approx(by_integration(x, y, r), abs=1e-12)


@pytest.mark.parametrize("r", [-0.99, -0.5, 0.1, 0.5, 0.7071067811865476, 0.99])
def test_median_splits_have_sheppards_tetrachoric_table(r):
    """Sheppard (1899): both below their medians with probability 1/4 + arcsin(r)/(2π); so r = sin(π/2 × phi)."""
    table = gaussian_table([1, 1], [1, 1], r)
    assert table[0, 0] == pytest.approx(0.25 + math.asin(r) / (2 * math.pi), abs=1e-14)
    sweep = copula_sweep([1, 1], [1, 1], [r], agree=[0])
    assert math.sin(math.pi / 2 * sweep["phi"].item()) == pytest.approx(r)


@settings(max_examples=60, deadline=None)
@example([4, 1], [1, 1, 2], 5e-324, "clayton")
@example([4, 1], [1, 1, 2], 5e-324, "frank")
@given(margins, margins, st.floats(-1, 1), st.sampled_from([*FAMILIES]))
def test_margins_are_exact_and_no_cell_is_negative(support, outcome, correlation, family):
    table = copula_table(support, outcome, correlation, family)
    assert (table >= 0).all()
    np.testing.assert_allclose(table.sum(axis=1), np.array(support) / sum(support), atol=1e-12)
    np.testing.assert_allclose(table.sum(axis=0), np.array(outcome) / sum(outcome), atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_correlations_of_minus_one_and_one_are_the_frechet_tables_and_near_them_nearly(family):
    np.testing.assert_array_equal(copula_table(P, Q, -1, family), countermonotone(P, Q))
    np.testing.assert_array_equal(copula_table(P, Q, 1, family), comonotone(P, Q))
    np.testing.assert_allclose(copula_table(P, Q, 0.9999999, family), comonotone(P, Q), atol=1e-3)
    np.testing.assert_allclose(copula_table(P, Q, -0.9999999, family), countermonotone(P, Q), atol=1e-3)


@pytest.mark.parametrize("family", FAMILIES)
def test_correlation_zero_is_independence_except_for_the_t(family):
    difference = abs(copula_table(P, Q, 0, family) - independent(P, Q)).max()
    assert (difference > 1e-3) if family == "t" else (difference < 1e-15)
    nearly = abs(copula_table(P, Q, 1e-9, family) - copula_table(P, Q, 0, family)).max()
    assert nearly < 1e-8


@pytest.mark.parametrize("family", FAMILIES)
def test_statistics_rise_along_a_sweep(family):
    sweep = copula_sweep(P, Q, families=[family], correlations=CORRELATIONS[::6])
    for statistic in STATISTICS:
        steps = sweep[statistic].diff().dropna()
        assert ((steps < 0) if statistic == "agree_given_not" else (steps > 0)).all(), statistic


def test_the_sweep_labels_independence_once_a_family_that_has_it():
    sweep = copula_sweep(P, Q, CORRELATIONS[::11], ["gaussian", "t", "frank"])
    labelled = sweep[sweep["point"] == "independence"]
    assert labelled[["family", "latent_correlation"]].values.tolist() == [["gaussian", 0.0], ["frank", 0.0]]
    assert labelled["risk_difference"].tolist() == [0, 0] and labelled["odds_ratio"].tolist() == pytest.approx([1, 1])
    assert len(sweep) == 3 * 19 and len(copula_sweep(P, Q)) == 199


@pytest.mark.parametrize("r", [0.02, 0.3, 0.6, 0.9])
def test_archimedean_tables_agree_with_statsmodels_at_the_same_tau(r):
    grid = np.array([(u, v) for u in (0.2, 0.65, 0.8, 0.95) for v in (0.1, 0.5, 0.7, 0.9)])
    for family, library in (("frank", FrankCopula), ("clayton", ClaytonCopula)):
        theta = library().theta_from_tau(kendall_tau(r))
        expected = library(theta).cdf(grid).reshape(4, 4)
        found = copula_table(P, Q, r, family).cumsum(0).cumsum(1)[:4, :4]
        np.testing.assert_allclose(found, expected, atol=2e-8)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("r", [-0.6, 0.3, 0.8])
def test_every_family_has_the_kendalls_tau_of_the_gaussian(family, r):
    """On a fine grid of equal classes, the tau of the table (ties left out) comes close to the copula's."""
    fine = np.ones(200)
    table = copula_table(fine, fine, r, family)
    below = np.pad(table.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    mean = (below[:-1, :-1] + below[1:, 1:] + below[:-1, 1:] + below[1:, :-1]) / 4
    assert 4 * (table * mean).sum() - 1 == pytest.approx(kendall_tau(r), abs=0.005)


@pytest.mark.parametrize("r", [-0.7, 0, 0.5])
def test_the_t_copula_by_integrating_its_density(r):
    nu = DEGREES_OF_FREEDOM
    x, y = special.stdtrit(nu, 0.2), special.stdtrit(nu, 0.5)

    def inner(s):
        density = (1 + s * s / nu) ** (-(nu + 1) / 2) * math.gamma((nu + 1) / 2) / math.gamma(nu / 2)
        scale = math.sqrt((nu + s * s) / (nu + 1) * (1 - r * r))
        return density / math.sqrt(nu * math.pi) * special.stdtr(nu + 1, (y - r * s) / scale)

    expected = integrate.quad(inner, -np.inf, x, epsabs=1e-13)[0]
    assert copula_table(P, Q, r, "t").cumsum(0).cumsum(1)[0, 1] == pytest.approx(expected, abs=1e-10)


def test_shape_matters_at_the_same_strength():
    answers = copula_sweep(P, Q, [0.5], [*FAMILIES], agree=[0]).set_index("family")["odds_ratio"]
    assert answers["clayton"] > answers["gaussian"] > answers["survival_clayton"]
    assert answers.max() / answers.min() > 1.5


def test_turning_both_scales_round_swaps_the_two_claytons():
    turned = copula_table(P[::-1], Q[::-1], 0.5, "survival_clayton")[::-1, ::-1]
    np.testing.assert_allclose(copula_table(P, Q, 0.5, "clayton"), turned, atol=1e-12)


def test_gaussian_tables_broadcast():
    correlations = [-1, -0.4, 0, 0.4, 1]
    together = gaussian_table(P, Q, correlations)
    for k, r in enumerate(correlations):
        np.testing.assert_array_equal(together[k], gaussian_table(P, Q, r))


def test_unknown_families_and_impossible_correlations_are_errors():
    with pytest.raises(ParameterError, match="(?s)Unknown copula.*gumbel.*clayton"):
        copula_table(P, Q, 0.5, "gumbel")
    for impossible in (1.01, -2, float("nan")):
        with pytest.raises(ParameterError, match="latent correlation"):
            copula_table(P, Q, impossible)
