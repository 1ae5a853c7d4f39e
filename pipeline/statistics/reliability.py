"""How reliably the items of a scale measure together: Cronbach's alpha and McDonald's omega, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import f, t

from pipeline.errors import DataError
from pipeline.statistics.cross_products import block_moments, checked_level, complete_cases, covariances, resampled

SWEEPS = 2000  # over the loadings, at most: a clear factor needs about ten
EXACT = 1e-9  # the largest change of a loading in the last sweep


@dataclass(frozen=True)
class Reliability:
    """Reliability of the sum (or mean) of ``items`` scores of ``respondents`` people who answered all of them.

    ``alpha`` and ``omega`` are shares of the sum's variance, at most 1; both have the low and high end of an interval.
    """

    items: int
    respondents: int
    alpha: float
    alpha_low: float
    alpha_high: float
    omega: float
    omega_low: float
    omega_high: float


def reliability(
    scores: ArrayLike, clusters: ArrayLike | None = None, *, level: float = 0.95, draws: int = 500, seed: int = 0
) -> Reliability:
    """Alpha and omega of scores (n × k, NaN = missing), where ``clusters`` labels the n respondents' clusters.

    Only respondents who answered every item count (complete cases). Items worded the other way round must have been
    turned before.

    Alpha: Cronbach (1951, Psychometrika 16: 297-334). Its interval is Feldt's (1965, Psychometrika 30: 357-370) from
    the F distribution without clusters, otherwise from ``draws`` bootstrap replicates that resample clusters. Omega:
    McDonald (1999, Test Theory) for one factor, (Σλ)² / ((Σλ)² + Σψ); the loadings λ are fitted to the correlations
    by least squares (minres) and taken back to the scores' own unit. Its interval is always from the bootstrap. Omega
    is NaN for two items, which do not determine a factor. Fewer than two clusters count as none.

    The bootstrap gives the error of log(1 - alpha), in whose unit the interval is Student's t with a degree of freedom
    less than clusters (Bonett 2002, Journal of Educational and Behavioral Statistics 27: 335-340, for the scale): with
    a dozen clusters it holds the truth more often than percentiles do. It is NaN where items agree perfectly.

    Raises DataError for fewer than two items, no more respondents than items, an item that everybody answered alike,
    infinite scores, or labels that do not match; ParameterError for an impossible level or number of draws.

    >>> found = reliability([[1, 2, 1], [2, 2, 3], [3, 4, 3], [4, 4, 5], [5, 4, 5], [3, 3, 2]])
    >>> found.respondents, round(found.alpha, 3), round(found.omega, 3)
    (6, 0.918, 0.94)
    """
    checked_level(level)
    scores, codes = complete_cases(scores, clusters)
    _check(scores)
    respondents, items = scores.shape
    blocks = block_moments(scores, codes, seed)
    covariance = covariances(blocks.sum(axis=0))
    replicates = covariances(resampled(blocks, draws, seed))
    alpha, omega = float(_alpha(covariance)), float(_omega(covariance[None])[0])
    if codes is None:
        freedom = respondents - 1, (respondents - 1) * (items - 1)
        alpha_low, alpha_high = 1 - (1 - alpha) * f.ppf([(1 + level) / 2, (1 - level) / 2], *freedom)
    else:
        alpha_low, alpha_high = _interval(alpha, _alpha(replicates), len(blocks), level)
    omega_low, omega_high = _interval(omega, _omega(replicates), len(blocks), level)
    return Reliability(items, respondents, alpha, float(alpha_low), float(alpha_high), omega, omega_low, omega_high)


def _interval(estimate: float, replicates: np.ndarray, blocks: int, level: float) -> tuple[float, float]:
    """The ends of an interval for a reliability, from the spread of log(1 - replicate)."""
    unreliable = 1 - replicates[replicates < 1 - 1e-12]
    if not estimate < 1 - 1e-12 or len(unreliable) < len(replicates) / 2:
        return np.nan, np.nan
    factor = np.exp(t.ppf((1 + level) / 2, blocks - 1) * np.log(unreliable).std())
    return float(1 - (1 - estimate) * factor), float(1 - (1 - estimate) / factor)


def _check(scores: np.ndarray) -> None:
    respondents, items = scores.shape
    if items < 2:
        raise DataError("Reliability needs two items or more.", found=str(items))
    if respondents <= items:
        raise DataError(
            "Too few respondents answered every item.",
            found=f"{respondents} for {items} items",
            expected="more respondents than items",
            fix="Leave out items that few answered.",
        )
    constant = np.flatnonzero(np.ptp(scores, axis=0) == 0)
    if len(constant):
        raise DataError(
            "Everybody who answered every item gave the same answer to one.",
            where=f"column {constant[0]}, counted from 0",
            fix="Leave the item out.",
        )


def _alpha(covariance: np.ndarray) -> np.ndarray:
    """Alpha (...) of covariance matrices (..., k, k); NaN where the sum does not vary."""
    items = covariance.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.trace(covariance, axis1=-2, axis2=-1) / covariance.sum(axis=(-2, -1))
    return items / (items - 1) * (1 - own)


def _omega(covariance: np.ndarray) -> np.ndarray:
    """Omega (m) of covariance matrices (m × k × k); NaN for two items and where an item does not vary."""
    variances = np.diagonal(covariance, axis1=1, axis2=2)
    omega = np.full(len(covariance), np.nan)
    varying = (variances > 1e-12).all(axis=1)
    if covariance.shape[-1] == 2 or not varying.any():
        return omega
    deviations = np.sqrt(variances[varying])
    loadings = _loadings(covariance[varying] / deviations[:, :, None] / deviations[:, None, :])
    common = (deviations * loadings).sum(axis=1) ** 2
    omega[varying] = common / (common + (deviations**2 * (1 - loadings**2)).sum(axis=1))
    return omega


def _loadings(correlation: np.ndarray) -> np.ndarray:
    """Minres loadings (m × k) of one factor: least squares of the off-diagonal correlations (m × k × k).

    Each loading in turn is set to its best value given the others, held within ±1 (Harman and Jones 1966, Psychometrika
    31: 351-368; Harman and Fukuda 1966, 31: 563-571 for the limit, where no uniqueness is left).
    """
    values, vectors = np.linalg.eigh(correlation)
    loadings = np.sqrt(values[:, -1:]) * vectors[:, :, -1] * 0.9
    others = correlation * (1 - np.eye(correlation.shape[-1]))
    for _ in range(SWEEPS):
        before = loadings.copy()
        for item in range(loadings.shape[1]):
            rest = (loadings**2).sum(axis=1) - loadings[:, item] ** 2
            best = (others[:, item] * loadings).sum(axis=1) / np.maximum(rest, 1e-12)
            loadings[:, item] = np.clip(best, -1, 1)
        if abs(loadings - before).max() < EXACT:
            break
    return loadings
