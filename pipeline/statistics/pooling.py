"""Random-effects pooling of estimates, and each estimate drawn towards the pool.

Estimates y_i with errors s_i are taken as y_i = μ + u_i + e_i, where u_i has variance τ² (they truly differ) and e_i has
variance s_i² (they are uncertain). τ² is Paule and Mandel's (1982, Journal of Research of the National Bureau of
Standards 87: 377-385).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from pipeline.errors import DataError, ParameterError


@dataclass(frozen=True)
class Pool:
    """The pool of k estimates, in their unit. `shrunken` and `shrunken_errors` have one value an estimate.

    `tau` is the standard deviation of what truly differs; `heterogeneity_p` tests that nothing does (Cochran's Q).
    Both say nothing for a single estimate, which is its own pool: tau is 0 and the p-value 1.
    """

    mean: float
    std_error: float
    low: float
    high: float
    tau: float
    heterogeneity_p: float
    shrunken: np.ndarray
    shrunken_errors: np.ndarray


def pool(estimates: Sequence[float], errors: Sequence[float], correlation: float = 0.0, level: float = 0.95) -> Pool:
    """Pool k estimates with their standard errors.

    ``correlation`` is assumed between the errors of any two estimates, as where the same people gave both answers. It
    changes the error of the mean only: weights and τ² are those of independent errors. Positively correlated errors
    make τ² too small, for what the estimates share does not show as a difference between them.

    The shrunken estimate is B μ + (1 - B) y_i with B = s_i² / (s_i² + τ²) (Morris 1983, Journal of the American
    Statistical Association 78: 47-55), and its variance (1 - B) s_i² + B² Var(μ).

    Raises DataError for missing or infinite estimates or errors that are not positive, ParameterError for a correlation
    outside 0 to 1 or a level outside 0 … 1.

    >>> alike = pool([0.2, 0.2, 0.2], [0.1, 0.1, 0.1])
    >>> round(alike.mean, 3), round(alike.std_error, 4), alike.tau
    (0.2, 0.0577, 0.0)
    >>> round(pool([0.2, 0.2, 0.2], [0.1, 0.1, 0.1], correlation=1).std_error, 4)
    0.1
    """
    effects, variances = np.asarray(estimates, dtype=float), np.asarray(errors, dtype=float) ** 2
    if not (
        effects.size
        and effects.shape == variances.shape
        and np.isfinite(effects).all()
        and np.isfinite(variances).all()
        and (variances > 0).all()
    ):
        raise DataError(
            "Pooling needs finite estimates, each with a positive error.", found=f"{effects.size} estimates"
        )
    if not 0 <= correlation <= 1 or not 0 < level < 1:
        raise ParameterError(
            "Impossible correlation or level.",
            found=f"{correlation:g} and {level:g}",
            expected="a correlation from 0 to 1, a level between 0 and 1",
        )
    tau_squared, heterogeneity = _between(effects, variances)
    weights = 1 / (variances + tau_squared)
    weights /= weights.sum()
    mean = float(weights @ effects)
    shared = correlation * (np.square(weights @ np.sqrt(variances)) - np.square(weights) @ variances)
    variance = float(np.square(weights) @ (variances + tau_squared) + shared)
    pull = variances / (variances + tau_squared) if len(effects) > 1 else np.zeros(1)
    half = norm.ppf((1 + level) / 2) * np.sqrt(variance)
    return Pool(
        mean,
        float(np.sqrt(variance)),
        mean - half,
        mean + half,
        float(np.sqrt(tau_squared)),
        heterogeneity,
        pull * mean + (1 - pull) * effects,
        np.sqrt((1 - pull) * variances + pull**2 * variance),
    )


def _between(effects: np.ndarray, variances: np.ndarray) -> tuple[float, float]:
    """τ² and the p-value of Cochran's Q.

    τ² is where the weighted squares of the estimates about their mean, which fall as τ² grows, equal k - 1; 0 if they
    are no more than that to begin with. (statsmodels' combine_effects returns 0 as well when its last step goes a
    rounding error too far.)
    """

    def excess(tau_squared: float) -> float:
        weights = 1 / (variances + tau_squared)
        return float(weights @ (effects - weights @ effects / weights.sum()) ** 2) - (len(effects) - 1)

    if len(effects) == 1:
        return 0.0, 1.0
    heterogeneity = float(chi2.sf(excess(0) + len(effects) - 1, len(effects) - 1))
    if excess(0) <= 0:
        return 0.0, heterogeneity
    largest = float(np.square(effects - effects.mean()).sum()) / (
        len(effects) - 1
    )  # the squares are k - 1 or less here
    return float(brentq(excess, 0, largest, xtol=1e-14)), heterogeneity
