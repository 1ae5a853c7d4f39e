"""Random-effects pooling: the defining equations, and draws of estimates whose errors go together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.pooling import pool

estimates = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.05, 1)), min_size=2, max_size=12)


@settings(deadline=None)
@given(estimates)
def test_tau_solves_paule_and_mandel_s_equation_or_is_zero(pairs):
    effects, errors = map(np.array, zip(*pairs, strict=True))
    pooled = pool(effects, errors)
    weights = 1 / (errors**2 + pooled.tau**2)
    q = (weights * (effects - (weights @ effects) / weights.sum()) ** 2).sum()
    if pooled.tau > 1e-6:
        assert q == pytest.approx(len(pairs) - 1, rel=1e-4)
    else:
        assert q <= len(pairs) - 1 + 1e-6
    assert pooled.mean == pytest.approx((weights @ effects) / weights.sum())
    assert pooled.std_error == pytest.approx(weights.sum() ** -0.5)


@settings(deadline=None)
@given(estimates)
def test_shrunken_estimates_lie_between_their_own_and_the_mean(pairs):
    effects, errors = map(np.array, zip(*pairs, strict=True))
    pooled = pool(effects, errors)
    assert (abs(pooled.shrunken - pooled.mean) <= abs(effects - pooled.mean) + 1e-12).all()
    assert ((pooled.shrunken - pooled.mean) * (effects - pooled.mean) >= -1e-12).all()


@pytest.mark.slow
@settings(deadline=None)
@given(estimates, st.floats(0, 1))
def test_errors_that_go_together_widen_the_mean_s_interval_and_nothing_else(pairs, correlation):
    effects, errors = zip(*pairs, strict=True)
    alone, together = pool(effects, errors), pool(effects, errors, correlation)
    assert together.std_error >= alone.std_error - 1e-12
    assert (together.mean, together.tau) == (alone.mean, alone.tau)


def test_the_error_of_the_mean_is_that_of_draws():
    errors, correlation = np.array([0.1, 0.2, 0.3, 0.2]), 0.6
    covariance = np.outer(errors, errors) * (correlation + (1 - correlation) * np.eye(4))
    weights = errors**-2 / (errors**-2).sum()
    draws = np.random.default_rng(1).multivariate_normal(np.zeros(4), covariance, 200_000) @ weights
    assert pool(np.zeros(4), errors, correlation).std_error == pytest.approx(draws.std(), rel=0.01)


def test_trials_of_bcg_vaccine():
    """Colditz and others (1994, JAMA 271: 698-702): log risk ratios of 13 trials, from their 2 x 2 counts.

    The pooled value under random effects is about -0.715 with an error of 0.18 and tau² 0.32 (Paule and Mandel).
    """
    counts = np.array(
        [
            [4, 119, 11, 128],
            [6, 300, 29, 274],
            [3, 228, 11, 209],
            [62, 13536, 248, 12619],
            [33, 5036, 47, 5761],
            [180, 1361, 372, 1079],
            [8, 2537, 10, 619],
            [505, 87886, 499, 87892],
            [29, 7470, 45, 7232],
            [17, 1699, 65, 1600],
            [186, 50448, 141, 27197],
            [5, 2493, 3, 2338],
            [27, 16886, 29, 17825],
        ]
    )
    a, b, c, d = counts.T
    effects = np.log(a / (a + b)) - np.log(c / (c + d))
    errors = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    pooled = pool(effects, errors)
    assert pooled.mean == pytest.approx(-0.7150, abs=1e-3)
    assert pooled.tau**2 == pytest.approx(0.3181, abs=1e-3)
    assert pooled.heterogeneity_p < 1e-20


def test_a_single_estimate_is_its_own_pool():
    pooled = pool([0.4], [0.1])
    assert (pooled.mean, pooled.tau, pooled.heterogeneity_p) == (0.4, 0.0, 1.0)
    assert pooled.shrunken.tolist() == [0.4] and pooled.shrunken_errors.tolist() == pytest.approx([0.1])


@pytest.mark.parametrize("errors", [[0.1, 0.0], [0.1, np.nan], [0.1, np.inf], [0.1]])
def test_estimates_without_a_sound_error_are_refused(errors):
    with pytest.raises(DataError, match="positive error"):
        pool([0.1, 0.2], errors)


@pytest.mark.parametrize("options", [{"correlation": -0.1}, {"correlation": 1.1}, {"level": 1}])
def test_impossible_settings_are_refused(options):
    with pytest.raises(ParameterError):
        pool([0.1, 0.2], [0.1, 0.1], **options)
