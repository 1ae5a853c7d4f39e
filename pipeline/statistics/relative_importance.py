"""How much of an outcome's variance each of several correlated predictors explains: shares of R² by LMG."""

from math import comb

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.cross_products import (
    block_moments,
    complete_cases,
    covariances,
    percentile_interval,
    resampled,
)

MOST_PREDICTORS = 12  # 4,096 models a replicate
SINGULAR = 1e-10  # of a predictor's variance: less than that left by the others is rounding


def relative_importance(
    scores: ArrayLike,
    outcome: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Shares of R² of d predictors (scores, n × d) for an outcome (n): one row a predictor, in the order given.

    A predictor's share is what it adds to the R² of a linear model, averaged over all orders in which the predictors
    can enter: Lindeman, Merenda and Gold (1980, Introduction to Bivariate and Multivariate Analysis, 119 ff.), which is
    the Shapley value; Grömping (2006, Journal of Statistical Software 17(1)). The shares sum to the model's R².

    Columns: predictor (a DataFrame's column names, otherwise positions from 0); share; low and high, from ``draws``
    bootstrap replicates that resample respondents, or clusters where ``clusters`` labels them; first (the share of
    replicates in which this predictor's share is the largest). A share is never negative, so its interval lies above 0
    even for a predictor that explains nothing. Respondents with a missing score or outcome (NaN) are left out; how many
    remain is the column respondents.

    Raises ParameterError for more than 12 predictors, an impossible level or number of draws; DataError for no
    predictor, an outcome that does not match, too few complete respondents (fewer than d + 2), a predictor or outcome
    that does not vary, infinite scores, or labels that do not match.

    >>> pay, praise = [1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]
    >>> relative_importance(np.transpose([pay, praise]), [1, 2, 3, 4, 5, 7])["share"].round(3).tolist()
    [0.667, 0.315]
    """
    names = list(scores.columns) if isinstance(scores, pd.DataFrame) else None
    values, codes = complete_cases(_side_by_side(scores, outcome), clusters)
    predictors = values.shape[1] - 1
    _check(values, predictors)
    blocks = block_moments(values / values.std(axis=0), codes, seed)
    shares = _lmg(covariances(blocks.sum(axis=0))[None])[0]
    replicates = _lmg(covariances(resampled(blocks, draws, seed)))
    low, high = percentile_interval(replicates, len(blocks), level)
    known = replicates[np.isfinite(replicates).all(axis=1)]
    first = np.bincount(known.argmax(axis=1), minlength=predictors) / max(len(known), 1)
    return pd.DataFrame(
        {
            "predictor": range(predictors) if names is None else names,
            "share": shares,
            "low": low,
            "high": high,
            "first": first,
            "respondents": len(values),
        }
    )


def _side_by_side(scores: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    scores, outcome = np.asarray(scores, dtype=float), np.asarray(outcome, dtype=float)
    if scores.ndim != 2 or scores.shape[1] == 0 or outcome.shape != scores.shape[:1]:
        raise DataError(
            "Predictors and outcome do not match.",
            found=f"shapes {scores.shape} and {outcome.shape}",
            expected="(respondents, predictors) and (respondents,)",
        )
    if scores.shape[1] > MOST_PREDICTORS:
        raise ParameterError(
            "Too many predictors.",
            found=str(scores.shape[1]),
            expected=f"at most {MOST_PREDICTORS}",
            fix="Leave some out, or take the mean of those which measure one thing.",
        )
    return np.column_stack([scores, outcome])


def _check(values: np.ndarray, predictors: int) -> None:
    if len(values) < predictors + 2:
        raise DataError(
            "Too few respondents have every score and the outcome.",
            found=f"{len(values)} for {predictors} predictors",
            expected=f"{predictors + 2} or more",
        )
    constant = np.flatnonzero(np.ptp(values, axis=0) == 0)
    if len(constant):
        which = "the outcome" if constant[0] == predictors else f"predictor {constant[0]}, counted from 0"
        raise DataError("A variable has one value for everybody.", where=which, fix="Leave it out.")


def _lmg(covariance: np.ndarray) -> np.ndarray:
    """LMG shares (m × d) from covariances (m × (d + 1) × (d + 1)), outcome last; NaN where the outcome is constant."""
    predictors = covariance.shape[-1] - 1
    explained = np.zeros((2**predictors, len(covariance)))
    _fill(explained, np.ascontiguousarray(np.moveaxis(covariance, 0, -1)), 0, 0)
    total = covariance[:, -1, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return (_shapley_weights(predictors) @ explained / np.where(total > SINGULAR, total, np.nan)).T


def _fill(explained: np.ndarray, residual: np.ndarray, subset: int, start: int) -> None:
    """The outcome's variance explained by every subset (a bit a predictor) that adds predictors from ``start`` on.

    ``residual`` holds the covariances of these predictors and the outcome given ``subset``: (left + 1, left + 1, m).
    Sweeping one predictor out of it gives the same for the subset with that predictor.
    """
    left = len(residual) - 1
    for place in range(left):
        own = residual[place, place]
        usable = own > SINGULAR
        slope = np.where(usable, residual[place, place + 1 :] / np.where(usable, own, 1), 0)
        larger = subset | 1 << (start + place)
        explained[larger] = explained[subset] + slope[-1] * residual[place, -1]
        if place < left - 1:
            rest = residual[place + 1 :, place + 1 :] - slope[:, None] * residual[place, place + 1 :]
            _fill(explained, rest, larger, start + place + 1)


def _shapley_weights(predictors: int) -> np.ndarray:
    """Weights (d × 2^d) of the subsets' R² in each predictor's share: plus with it, minus without it."""
    subsets = np.arange(2**predictors)
    sizes = np.array([int(subset).bit_count() for subset in subsets])
    weights = np.empty((predictors, len(subsets)))
    for predictor in range(predictors):
        has = (subsets >> predictor & 1).astype(bool)
        before = sizes - has  # how many of the others are in
        chosen = np.array([comb(predictors - 1, int(size)) if size < predictors else 1 for size in before])
        weights[predictor] = np.where(has, 1, -1) / (predictors * chosen)
    return weights
