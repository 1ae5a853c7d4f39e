"""Joint tables from copulas: what the link would look like at each strength of dependence, and for other shapes.

A copula C joins two margins: F(i, j) = C(P(i), Q(j)) (Sklar 1959; Nelsen 2006, An Introduction to Copulas). With the
Gaussian copula, each ordered answer is a cut normal variable and the two variables have a latent correlation r, the
polychoric correlation (Pearson 1900 for 2 × 2; Olsson 1979, Psychometrika 44: 443-460). The margins never tell r.

Every family here is set by that same r: the others have the Kendall's tau that a Gaussian with that r has, which is
2/π arcsin r, so they differ in shape alone. At r = -1 and 1 all meet in the counter- and the comonotone table. A
negative r is the positive one with the outcome turned round: C(u, v; -r) = u - C(u, 1 - v; r).
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.integrate import quad, quad_vec
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, owens_t, stdtrit

from pipeline.errors import ParameterError
from pipeline.statistics.joint import AGREE, cut_points, measures, table_from_cdf

DEGREES_OF_FREEDOM = 4  # of the t copula: few, so that extreme answers to both items visibly go together more often
NEGLIGIBLE = 1e-12  # a correlation that changes no cell by more than rounding does, and underflows in the formulas
CORRELATIONS = tuple(step / 100 for step in range(-99, 100))  # the grid of a sweep, with 0 on it exactly


def bivariate_normal_cdf(x: ArrayLike, y: ArrayLike, correlation: ArrayLike) -> np.ndarray:
    """P(X ≤ x, Y ≤ y) of two standard normal variables whose correlation lies within (-1, 1); arguments broadcast.

    From Owen's T function, to about 1e-15 (Owen 1956, Annals of Mathematical Statistics 27: 1075-1090), where SciPy's
    multivariate normal integrates by quasi-Monte Carlo to about 1e-5.

    >>> print(bivariate_normal_cdf(0, 0, 0.5).round(12))  # 1/4 + arcsin(r)/(2 π) = 1/3
    0.333333333333
    """
    x, y, r = np.broadcast_arrays(*(np.asarray(values, dtype=float) + 0.0 for values in (x, y, correlation)))  # no -0.0
    root = np.sqrt((1 - r) * (1 + r))
    opposite = (x < 0) != (y < 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cdf = (ndtr(x) + ndtr(y) - opposite) / 2 - owens_t(x, (y / x - r) / root) - owens_t(y, (x / y - r) / root)
    return np.where((x == 0) & (y == 0), 0.25 + np.arcsin(r) / (2 * np.pi), cdf)


def gaussian_table(support: ArrayLike, outcome: ArrayLike, correlation: ArrayLike) -> np.ndarray:
    """The joint tables (..., r, c) of two margins under a latent (Gaussian copula) correlation from -1 to 1.

    ``correlation`` broadcasts against the margins' leading dimensions. Raises ParameterError for an impossible
    correlation, DataError for a margin that cannot be.

    >>> gaussian_table([1, 1], [1, 1], 0.5).round(4).tolist()
    [[0.3333, 0.1667], [0.1667, 0.3333]]
    >>> gaussian_table([1, 1], [1, 1], [0, 1]).round(4).tolist()
    [[[0.25, 0.25], [0.25, 0.25]], [[0.5, 0.0], [0.0, 0.5]]]
    """
    rows, columns = cut_points(support, outcome)
    r = checked_correlation(correlation)[..., None, None]
    limits = [np.maximum(rows + columns - 1, 0), rows * columns, np.minimum(rows, columns)]
    cdf = np.select([r == -1, r == 0, r == 1], limits)
    between = (r != -1) & (r != 0) & (r != 1)
    if between.any():
        x, y = _inside(ndtri, rows, columns)
        normal = bivariate_normal_cdf(x, y, np.where(between, r, 0))
        cdf = np.where(between, _with_edges(normal, rows, columns), cdf)
    return table_from_cdf(cdf, support, outcome)


def copula_table(support: ArrayLike, outcome: ArrayLike, correlation: float, family: str = "gaussian") -> np.ndarray:
    """The joint table (r × c) of two margins under a copula as strong as a Gaussian with a latent ``correlation``.

    Families: "gaussian"; "t" (4 degrees of freedom: both extremes go together more, and at correlation 0 the answers
    are uncorrelated, not independent); "frank" (no extra dependence at either end); "clayton" (stronger at the first
    answers; for negative correlations, where the first meet the last) and "survival_clayton" (stronger at the last).
    Sources: Nelsen (2006), 4.2, 5.1; Genz (2004, Statistics and Computing 14: 251-260) for the t's derivative.

    Raises ParameterError for an unknown family or an impossible correlation, DataError for a margin that cannot be.

    >>> copula_table([1, 1], [1, 1], 0.5, "clayton").round(4).tolist()  # tau 1/3, theta 1: 1/(2 + 2 - 1)
    [[0.3333, 0.1667], [0.1667, 0.3333]]
    """
    if family not in FAMILIES:
        raise ParameterError("Unknown copula.", found=repr(family), expected=", ".join(FAMILIES))
    correlation = float(checked_correlation(correlation))
    correlation = correlation if abs(correlation) > NEGLIGIBLE else 0.0
    if family == "gaussian" or abs(correlation) == 1:
        return gaussian_table(support, outcome, correlation)
    rows, columns = np.broadcast_arrays(*cut_points(support, outcome))
    positive = FAMILIES[family]
    assert positive is not None  # the Gaussian one is done
    if correlation >= 0:
        cdf = _with_edges(positive(rows, columns, correlation), rows, columns)
    else:
        cdf = rows - _with_edges(positive(rows, 1 - columns, -correlation), rows, 1 - columns)
    return table_from_cdf(cdf, support, outcome)


def copula_sweep(
    support: ArrayLike,
    outcome: ArrayLike,
    correlations: Sequence[float] = CORRELATIONS,
    families: Sequence[str] = ("gaussian",),
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Every statistic at each latent correlation and for each copula: one row a family × correlation.

    Columns: family; latent_correlation (of the Gaussian with the same tau); kendall_tau (of the copula, not of the
    table); point ("independence" where the answers are independent, otherwise empty); the statistics of
    `joint.measure`. Errors as `copula_table` and `joint.agreement_table`.

    >>> sweep = copula_sweep([3, 4, 3], [2, 3, 5], correlations=(0, 0.5), agree=[0])
    >>> sweep[["latent_correlation", "point", "odds_ratio"]].round(2).values.tolist()
    [[0.0, 'independence', 1.0], [0.5, '', 4.53]]
    """
    rows = []
    for family in families:
        for correlation in correlations:
            table = copula_table(support, outcome, correlation, family)
            independent = correlation == 0 and family != "t"
            rows.append(
                {
                    "family": family,
                    "latent_correlation": float(correlation),
                    "kendall_tau": kendall_tau(correlation),
                    "point": "independence" if independent else "",
                    **measures(table, agree, outcome_agree),
                }
            )
    return pd.DataFrame(rows)


def kendall_tau(correlation: float) -> float:
    """Kendall's tau of a Gaussian (or t) copula: 2/π arcsin r. McNeil, Frey and Embrechts (2005), 5.3.

    >>> round(kendall_tau(0.5), 4)
    0.3333
    """
    return float(2 / np.pi * np.arcsin(checked_correlation(correlation)))


def checked_correlation(correlation: ArrayLike) -> np.ndarray:
    """Latent correlations as an array. ParameterError unless each is from -1 to 1.

    >>> checked_correlation(0.5).tolist()
    0.5
    """
    correlation = np.asarray(correlation, dtype=float)
    if not (abs(correlation) <= 1).all():
        raise ParameterError("Impossible latent correlation.", found=str(correlation), expected="from -1 to 1")
    return correlation


def _inside(quantile, *probabilities: np.ndarray) -> list[np.ndarray]:
    """Finite quantiles: at probabilities 0 and 1 they stand in until `_with_edges` sets the exact value."""
    return [quantile(np.where((p > 0) & (p < 1), p, 0.5)) for p in probabilities]


def _with_edges(cdf: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """C(u, v) with what every copula has at the edges of the unit square, and within the Fréchet bounds."""
    cdf = np.where(u >= 1, v, np.where(v >= 1, u, np.where((u <= 0) | (v <= 0), 0.0, cdf)))
    return np.clip(cdf, np.maximum(u + v - 1, 0), np.minimum(u, v))


def _t(u: np.ndarray, v: np.ndarray, correlation: float) -> np.ndarray:
    """The t copula, from its value min(u, v) at r = 1 back along dC/dr, in the angle arcsin r."""
    nu = DEGREES_OF_FREEDOM
    x, y = _inside(lambda p: stdtrit(nu, p), u, v)

    def slope(angle: float) -> np.ndarray:
        distance = ((x - y) / np.cos(angle)) ** 2 + 2 * x * y / (1 + np.sin(angle))
        return (1 + distance / nu) ** (-nu / 2) / (2 * np.pi)

    area, _ = quad_vec(slope, np.arcsin(correlation), np.pi / 2, epsabs=1e-13, epsrel=1e-12, norm="max")
    return np.minimum(u, v) - area


def _frank(u: np.ndarray, v: np.ndarray, correlation: float) -> np.ndarray:
    """Frank's copula, written without a difference of nearly equal numbers for weak or strong dependence."""
    theta = _frank_parameter(correlation)
    if theta == 0:
        return u * v
    low, high = np.minimum(u, v), np.maximum(u, v)
    share = np.expm1(-theta * low) * np.expm1(-theta * (1 - high)) / np.expm1(-theta)
    return low - np.log1p(-np.exp(-theta * (high - low)) * share) / theta


@lru_cache(maxsize=1024)
def _frank_parameter(correlation: float) -> float:
    """Theta from tau = 1 - 4/θ (1 - D(θ)), D the first Debye function (Nelsen 2006, exercise 5.9)."""
    tau = kendall_tau(correlation)
    if tau < 1e-9:
        return 9 * tau  # the series' first term

    def excess(theta: float) -> float:
        debye = quad(lambda t: t / np.expm1(t) if t else 1.0, 0, min(theta, 700), epsabs=0, epsrel=1e-13)[0] / theta
        return 1 - 4 / theta * (1 - debye) - tau

    return brentq(excess, 8 * tau, 20 + 4 / (1 - tau), xtol=1e-13, rtol=1e-14)


def _clayton(u: np.ndarray, v: np.ndarray, correlation: float) -> np.ndarray:
    """Clayton's copula (u^-θ + v^-θ - 1)^(-1/θ), θ = 2 tau/(1 - tau), on the log scale."""
    tau = kendall_tau(correlation)
    if tau == 0:
        return u * v
    theta = 2 * tau / (1 - tau)
    logs = [-theta * np.log(np.where(p > 0, p, 1)) for p in (u, v)]
    low, high = np.minimum(*logs), np.maximum(*logs)
    return np.exp(-(high + np.log1p(-np.exp(low - high) * np.expm1(-low))) / theta)


def _survival_clayton(u: np.ndarray, v: np.ndarray, correlation: float) -> np.ndarray:
    return u + v - 1 + _clayton(1 - u, 1 - v, correlation)


FAMILIES = {"gaussian": None, "t": _t, "frank": _frank, "clayton": _clayton, "survival_clayton": _survival_clayton}
