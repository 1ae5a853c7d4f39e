"""Power and sample size: the formula against closed forms and derivatives."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.design import Level, design_effect, influence, power, sample_size, variance_components
from pipeline.statistics.joint import measure

P, Q = [20, 45, 15, 15, 5], [10, 40, 20, 20, 10]
TEAMS, AUTHORITIES = Level(10, 0.2, 0.15), Level(50, 0.1, 0.05)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 20), min_size=12, max_size=12))
def test_influence_is_the_derivative_of_rho_towards_a_cell(cells):
    table = np.array(cells).reshape(3, 4) / sum(cells)
    values, step = influence(table), 1e-6
    assert (table * values).sum() == pytest.approx(0, abs=1e-12)
    for cell in np.ndindex(3, 4):
        point = np.zeros((3, 4))
        point[cell] = 1
        ends = [measure("spearman", (1 - e) * table + e * point) for e in (step, -step)]
        assert values[cell] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-6)


def test_the_influence_of_a_two_by_two_table_gives_the_known_variance_of_phi():
    """Without association n × var(phi) is 1; with it, that of Bishop, Fienberg and Holland's formula (here by hand)."""
    rho, a = 0.4, 0.5  # both margins at the median: var = 1 - rho²
    table = np.array([[a * a + rho / 4, a * a - rho / 4], [a * a - rho / 4, a * a + rho / 4]])
    assert (table * influence(table) ** 2).sum() == pytest.approx(1 - rho**2)


def test_without_a_link_the_test_keeps_its_level():
    for levels in ((), (TEAMS,), (TEAMS, AUTHORITIES)):
        assert power(P, Q, 0, 500, levels).power == pytest.approx(0.05, abs=1e-9)
        assert power(P, Q, 0, 500, levels, alpha=0.01).power == pytest.approx(0.01, abs=1e-9)


def test_for_a_weak_link_the_size_is_that_of_fishers_z():
    """n ≈ ((z_0.975 + z_0.8)/arctanh(rho))², the textbook size for a correlation, when rho is small."""
    rho = measure("spearman", gaussian_table(P, Q, 0.05))
    textbook = ((norm.ppf(0.975) + norm.ppf(0.8)) / math.atanh(rho)) ** 2
    assert sample_size(P, Q, 0.05).respondents == pytest.approx(textbook, rel=0.01)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 0.8), st.floats(0, 0.8), st.integers(2, 50))
def test_without_a_link_the_design_effect_is_moultons(icc_support, icc_outcome, size):
    """1 + (m - 1) × the product of both intraclass correlations of grades."""
    of_grades = [measure("spearman", gaussian_table(m, m, icc)) for m, icc in ((P, icc_support), (Q, icc_outcome))]
    found = design_effect(P, Q, 0, [Level(size, icc_support, icc_outcome)])
    assert found == pytest.approx(1 + (size - 1) * np.prod(of_grades), rel=1e-4)


def test_nested_levels_add_up():
    """At equal correlations in both levels only the larger matters; with none in the larger, only the smaller."""
    both = design_effect(P, Q, 0.2, [Level(10, 0.1, 0.1), Level(50, 0.1, 0.1)])
    assert both == pytest.approx(design_effect(P, Q, 0.2, [Level(50, 0.1, 0.1)]))
    inner = design_effect(P, Q, 0.2, [Level(10, 0.1, 0.1), Level(50, 0, 0)])
    assert inner == pytest.approx(design_effect(P, Q, 0.2, [Level(10, 0.1, 0.1)]))
    assert design_effect(P, Q, 0.2, []) == design_effect(P, Q, 0.2, [Level(1, 0.3, 0.3)]) == 1


@pytest.mark.parametrize("correlation", [-0.4, 0, 0.3])
def test_variance_components_add_to_the_design(correlation):
    parts = np.array(variance_components(correlation, [TEAMS, AUTHORITIES]))
    np.testing.assert_allclose(parts.sum(axis=0), [1, 1, correlation], atol=1e-12)
    np.testing.assert_allclose(parts[0, :2], [0.1, 0.05])
    np.testing.assert_allclose(parts[:2, :2].sum(axis=0), [0.2, 0.15])


def test_power_rises_with_size_and_strength_and_falls_with_clustering():
    sizes = [power(P, Q, 0.15, n).power for n in (50, 100, 200, 400, 800)]
    strengths = [power(P, Q, r, 200).power for r in (0, 0.05, 0.1, 0.2, 0.4, 0.9)]
    clustered = [power(P, Q, 0.15, 400, [Level(m, 0.2, 0.2)]).power for m in (2, 5, 10, 40)]
    assert sizes == sorted(sizes) and strengths == sorted(strengths) and clustered == sorted(clustered, reverse=True)
    assert strengths[-1] == pytest.approx(1)


@pytest.mark.parametrize("levels", [(), (TEAMS,), (TEAMS, AUTHORITIES)], ids=["alone", "teams", "authorities"])
def test_the_size_is_the_smallest_that_reaches_the_target(levels):
    found = sample_size(P, Q, 0.2, target=0.9, levels=levels)
    outermost = int(levels[-1].size) if levels else 1
    assert found.power >= 0.9 > power(P, Q, 0.2, found.respondents - outermost, levels).power
    assert found.respondents == found.clusters * outermost


def test_a_coarser_scale_needs_more_people():
    five = sample_size(P, P, 0.2).respondents
    two = sample_size([65, 35], [65, 35], 0.2).respondents
    skewed = sample_size([95, 5], [95, 5], 0.2).respondents
    assert five < two < skewed


@pytest.mark.parametrize(
    "levels",
    [
        [Level(0.5, 0.1, 0.1)],
        [Level(10, -0.1, 0.1)],
        [Level(10, 0.1, 1.0)],
        [Level(50, 0.1, 0.1), Level(10, 0.1, 0.1)],
        [Level(10, 0.1, 0.1), Level(50, 0.2, 0.1)],
        [Level(float("nan"), 0.1, 0.1)],
    ],
)
def test_impossible_levels_are_errors(levels):
    with pytest.raises(ParameterError, match="levels of clusters"):
        power(P, Q, 0.2, 400, levels)


def test_impossible_plans_are_errors():
    with pytest.raises(ParameterError, match="too strong"):
        power(P, Q, 0.95, 400, [Level(10, 0.6, 0.05)])
    with pytest.raises(ParameterError, match="latent correlation"):
        power(P, Q, 1.5, 400)
    with pytest.raises(ParameterError, match="two clusters"):
        power(P, Q, 0.2, 12, [Level(10, 0.1, 0.1)])
    with pytest.raises(ParameterError, match="level of the test"):
        power(P, Q, 0.2, 100, alpha=5)
    for target in (0.05, 1, 80):
        with pytest.raises(ParameterError, match="Impossible power"):
            sample_size(P, Q, 0.2, target)
    with pytest.raises(ParameterError, match="No feasible survey"):
        sample_size(P, Q, 0)
    with pytest.raises(DataError, match="everybody gave the same"):
        power([1, 0], Q, 0.2, 100)
