"""A share of respondents who answered in clusters (teams, offices, authorities), and its gap to a published share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t

from pipeline.errors import DataError
from pipeline.statistics.cross_products import checked_level
from pipeline.statistics.intervals import wilson


@dataclass(frozen=True)
class Share:
    """A share and its interval, each from 0 to 1, at confidence ``level``.

    ``respondents`` is the base without weights; ``effective`` is the number of independent respondents who would tell
    as much, and what the interval is made of; ``clusters`` is how many it allows for, 0 for none.
    """

    share: float
    low: float
    high: float
    respondents: float
    effective: float
    clusters: int
    level: float


def clustered_share(
    counts: ArrayLike, bases: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> Share:
    """The share Σwc / Σwb of counts c within bases b, one of each a cluster, with weights w of the clusters (or 1).

    The variance is that of a ratio, linearised: G/(G - 1) Σ (w (c - share b) / Σwb)² over G clusters (Woodruff 1971,
    Journal of the American Statistical Association 66: 411-414). It gives the effective sample size share (1 - share) /
    variance, no larger than the base, which Student's t with G - 1 degrees of freedom lessens where clusters are few
    (Korn and Graubard 1998, Survey Methodology 24: 193-201). The interval is Wilson's with that size (Dean and Pagano
    2015, Journal of Survey Statistics and Methodology 3: 484-503, compare it with others).

    Where every cluster has the same share the variance would be 0: then the base counts, or Kish's (Σwb)² / Σw²b with
    weights. Clusters with a base of 0 count for nothing; fewer than two others show no clustering and give Wilson's own
    interval.

    Respondents who have weights and no clusters are clusters of base 1. Where weights differ within clusters, give
    weighted counts and bases, from weights whose mean is 1.

    Raises DataError for counts outside their bases, weights that are not positive, or lengths that do not match;
    ParameterError for an impossible level.

    >>> found = clustered_share([9, 2, 7, 1], [10, 10, 10, 10])
    >>> found.share, round(found.effective, 1), round(found.low, 2), round(found.high, 2)
    (0.475, 2.7, 0.11, 0.87)
    """
    counts, bases = np.atleast_1d(np.asarray(counts, dtype=float)), np.atleast_1d(np.asarray(bases, dtype=float))
    weights = np.ones_like(bases) if weights is None else np.asarray(weights, dtype=float)
    _check(counts, bases, weights)
    asked = bases > 0
    counts, bases, weights = counts[asked], bases[asked], weights[asked]
    respondents, clusters = float(bases.sum()), len(bases)
    base = float(weights @ bases)
    share = min(float(weights @ counts) / base, 1.0)
    effective = respondents
    if clusters > 1:
        effective = _effective(share, counts, bases, weights)
        outside = (1 + checked_level(level)) / 2
        effective *= float(t.ppf(outside, max(respondents, clusters) - 1) / t.ppf(outside, clusters - 1)) ** 2
    low, high = wilson(share * effective, effective, level)
    return Share(share, float(low), float(high), respondents, effective, clusters if clusters > 1 else 0, level)


def _check(counts: np.ndarray, bases: np.ndarray, weights: np.ndarray) -> None:
    if not counts.shape == bases.shape == weights.shape or counts.ndim != 1:
        raise DataError(
            "Counts, bases and weights do not match.",
            found=f"shapes {counts.shape}, {bases.shape} and {weights.shape}",
            expected="one each a cluster",
        )
    if not (np.isfinite(bases).all() and (counts >= 0).all() and (counts <= bases).all() and bases.sum() > 0):
        raise DataError(
            "A share needs a base above 0, and each count within its base.",
            found=f"{counts.sum():g} of {bases.sum():g} in {len(bases)} clusters",
        )
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise DataError("Weights must be positive.", found=f"{weights.min():g}", fix="Leave out who has no weight.")


def _effective(share: float, counts: np.ndarray, bases: np.ndarray, weights: np.ndarray) -> float:
    base = weights @ bases
    parts = weights * (counts - share * bases) / base
    variance = len(bases) / (len(bases) - 1) * (parts @ parts)
    if variance <= 1e-12 * share * (1 - share):
        return float(base**2 / (weights**2 @ bases))
    return float(min(share * (1 - share) / variance, bases.sum()))


def difference_from_published(
    share: Share, low_count: float, high_count: float, base: float
) -> tuple[float, float, float]:
    """This share minus a published one: (difference, low, high), at the share's confidence level.

    The published count is known only to lie from ``low_count`` to ``high_count`` of ``base``, as after rounding. The
    interval is Newcombe's from two score intervals (1998, Statistics in Medicine 17: 873-890, method 10), its low end
    at the highest count and its high end at the lowest, so it holds for every count between; it moves one way as the
    count grows. The difference is at the middle of the counts. The published respondents count as independent ones.

    Raises DataError unless 0 ≤ low_count ≤ high_count ≤ base and base > 0.

    >>> here = clustered_share([56], [70])  # 56/70 against 48/80: Newcombe's example (a)
    >>> [round(number, 4) for number in difference_from_published(here, 48, 48, 80)]
    [0.2, 0.0524, 0.3339]
    """
    if not 0 <= low_count <= high_count <= base or base <= 0:
        raise DataError(
            "Impossible published counts.",
            found=f"{low_count:g} to {high_count:g} of {base:g}",
            expected="0 ≤ lowest count ≤ highest count ≤ base",
        )
    lowest, highest = low_count / base, high_count / base
    upper = wilson(high_count, base, share.level)[1]
    lower = wilson(low_count, base, share.level)[0]
    low = share.share - highest - np.hypot(share.share - share.low, upper - highest)
    high = share.share - lowest + np.hypot(share.high - share.share, lowest - lower)
    return share.share - (lowest + highest) / 2, float(low), float(high)
