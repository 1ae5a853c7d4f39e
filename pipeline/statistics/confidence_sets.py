"""Sampling error of bounds: a confidence set for a value that is known to lie between two estimated ends.

The value itself is not identified, however many people answer; only the ends of its bounds are. A confidence set that
covers the true value with 95 per cent probability, wherever it lies between the ends, is narrower than one that covers
both ends at once, because only one end can be missed at a time when the ends are far apart (Imbens and Manski 2004).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.association import NOTHING, Assumption, extreme_values
from pipeline.statistics.joint import AGREE, STATISTICS

RATIOS = ("risk_ratio", "odds_ratio")  # treated on the log scale
STEP = 1e-6  # of the numerical derivatives, in probability


@dataclass(frozen=True)
class ConfidenceSet:
    """An interval that covers the true value with probability ``level``, in the value's own unit.

    ``critical`` is the number of standard errors taken at each end: from the one-sided quantile (1.645 for 95 per
    cent) when the ends are far apart to the two-sided (1.960) when they meet.
    """

    low: float
    high: float
    level: float
    critical: float


def imbens_manski(low: float, high: float, se_low: float, se_high: float, level: float = 0.95) -> ConfidenceSet:
    """The confidence set of a value between two estimated ends with these standard errors, all in one unit.

    [low - c·se_low, high + c·se_high] with Φ(c + (high - low)/max(se)) - Φ(-c) = level: Imbens and Manski (2004),
    Econometrica 72: 1845-1857. It is valid, also where the bounds are nearly a point, if the estimated width
    becomes exact fast enough there; Stoye (2009, Econometrica 77: 1299-1315) shows that this is a real restriction,
    which holds for ends that cannot cross by construction, as those of `association` cannot. Where it is in doubt, the
    two-sided quantile in place of c is valid throughout.

    Raises ParameterError for a level that is not between 0 and 1, DataError for crossed ends or negative errors.

    >>> point = imbens_manski(0.2, 0.2, 0.05, 0.05)
    >>> round(point.low, 3), round(point.high, 3), round(point.critical, 4)
    (0.102, 0.298, 1.96)
    >>> round(imbens_manski(0.2, 0.8, 0.05, 0.05).critical, 4)
    1.6449
    """
    if not 0 < level < 1:
        raise ParameterError("Impossible confidence level.", found=repr(level), expected="between 0 and 1")
    if not (low <= high and 0 <= se_low < np.inf and 0 <= se_high < np.inf):
        raise DataError(
            "Ends and errors of bounds cannot be.",
            found=f"ends {low:g} and {high:g}, standard errors {se_low:g} and {se_high:g}",
            expected="low at most high, errors finite and not negative",
        )
    largest = max(se_low, se_high)
    width = np.inf if low < high and not largest else 0.0 if low == high else (high - low) / largest

    def shortfall(critical: float) -> float:
        return ndtr(critical + width) - ndtr(-critical) - level

    one_sided, two_sided = max(0.0, float(ndtri(level))), float(ndtri((1 + level) / 2))
    if shortfall(two_sided) <= 0:
        critical = two_sided
    elif shortfall(one_sided) >= 0:
        critical = one_sided
    else:
        critical = brentq(shortfall, one_sided, two_sided, xtol=1e-14)
    return ConfidenceSet(float(low - critical * se_low), float(high + critical * se_high), level, critical)


def confidence_set(
    statistic: str, low: float, high: float, se_low: float, se_high: float, level: float = 0.95
) -> ConfidenceSet:
    """The Imbens-Manski set between two ends of a statistic with the standard errors that `bound_errors` gives.

    Cut off where the statistic's range ends; ratios are treated on the log scale. Errors as `imbens_manski`.

    >>> found = confidence_set("risk_difference", -0.3, 0.97, 0.05, 0.05)
    >>> round(found.low, 3), found.high
    (-0.382, 1.0)
    """
    if statistic not in RATIOS:
        found = imbens_manski(low, high, se_low, se_high, level)
        least, most = STATISTICS[statistic]
        return ConfidenceSet(max(found.low, least), min(found.high, most), level, found.critical)
    with np.errstate(divide="ignore"):
        found = imbens_manski(np.log(low), np.log(high), se_low, se_high, level)
    return ConfidenceSet(float(np.exp(found.low)), float(np.exp(found.high)), level, found.critical)


def bound_errors(
    statistic: str,
    support_counts: ArrayLike,
    outcome_counts: ArrayLike,
    assumption: Assumption = NOTHING,
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
    design_effect: float = 1.0,
    same_people: bool = True,
) -> tuple[float, float] | tuple[np.ndarray, np.ndarray]:
    """Standard errors of the two ends of `association.bounds`, by the delta method on multinomial margins.

    For the ratios they are those of the logarithm. ``design_effect`` multiplies the variances (clustered sampling).
    With ``same_people`` the two margins come from the same respondents and are correlated in a way that only the
    unknown joint table tells; the errors due to each are then added, the most that any correlation can give. Otherwise
    they are independent samples and the squares are added. Many pairs at once, (..., r) and (..., c), give two arrays.

    An end has a kink where two cumulative shares meet (a = b, or a + b = 1); there the delta method averages both
    slopes and is only approximate. An end that is infinite or zero by the margins' shape has no error (0).

    Raises ParameterError for a design effect that is not positive, and as `association.bounds`.

    >>> low, high = bound_errors("both_agree", [70, 30], [60, 40], agree=[0], same_people=False)
    >>> round(low, 4), round(high, 4)  # of a + b - 1, and of b: sqrt(0.6 × 0.4/100)
    (0.0671, 0.049)
    """
    if not 0 < design_effect < np.inf:
        raise ParameterError("Impossible design effect.", found=repr(design_effect), expected="a positive number")
    support, outcome = np.asarray(support_counts, dtype=float), np.asarray(outcome_counts, dtype=float)

    def ends(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        values = np.stack(extreme_values(statistic, rows, columns, assumption, agree, outcome_agree), axis=-1)
        with np.errstate(divide="ignore"):
            return np.log(values) if statistic in RATIOS else values

    by_support = _margin_errors(lambda rows: ends(rows, outcome[..., None, :]), support)
    by_outcome = _margin_errors(lambda columns: ends(support[..., None, :], columns), outcome)
    total = by_support + by_outcome if same_people else np.hypot(by_support, by_outcome)
    total = np.sqrt(design_effect) * total
    return (total[..., 0], total[..., 1]) if total.ndim > 1 else tuple(total.tolist())


def _margin_errors(ends: Callable[[np.ndarray], np.ndarray], counts: np.ndarray) -> np.ndarray:
    """Standard errors (..., 2) of both ends as functions of one margin (..., K), the other held."""
    n = counts.sum(axis=-1, keepdims=True)
    margin = counts / n
    steps = STEP * np.eye(counts.shape[-1]) * (margin > 0)[..., None]  # an answer that nobody gave has no variance
    with np.errstate(invalid="ignore"):
        slopes = (ends(margin[..., None, :] + steps) - ends(margin[..., None, :] - steps)) / (2 * STEP)
    slopes = np.where(np.isfinite(slopes), slopes, 0.0)
    # The slopes' mean over the margin is 0, since the ends stay as they are when all counts grow by one factor.
    return np.sqrt((margin[..., None] * slopes**2).sum(axis=-2) / n)
