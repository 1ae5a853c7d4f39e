"""Counts of counts with an effect for each unit: a logit model, robust to more variation than binomial.

Each row has s of n; its log odds are the unit's effect, the other columns and the exposure. Estimates are maximum
likelihood, errors the sandwich by unit, which holds where the counts vary more than binomial ones and years of a unit
go together (Papke and Wooldridge 1996, Journal of Applied Econometrics 11: 619–632).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from pipeline.errors import DataError
from pipeline.statistics.clustered_regression import Partialled, demeaned, partial_out

STEPS = 50
CLOSE = 1e-7  # of log odds between two steps; the last step of Newton's method then leaves less than 1e-12
FARTHEST = 30  # log odds beyond which the counts separate


@dataclass(frozen=True)
class BinomialFit:
    """A fitted model of n rows.

    part: the last step of iterated weighted least squares, whose slope and robust error (log odds for one unit of the
    exposure) are those of the model. average: percentage points of the share for one unit of the exposure, averaged
    over all that were counted, per 1 of log odds. dispersion: Pearson's χ² by its degrees of freedom; 1 if binomial.
    """

    part: Partialled
    average: float
    dispersion: float


def fit_binomial(
    events: ArrayLike,
    trials: ArrayLike,
    exposure: ArrayLike,
    controls: ArrayLike | None,
    units: ArrayLike,
    null: bool = False,
) -> BinomialFit:
    """Logit model of `events` of `trials` (n each) on the exposure, with controls (n × r) and an effect for each unit.

    Units whose counts are all events or all none have infinite effects and say nothing: the caller leaves them out
    (`informative`). With ``null`` the model is fitted without the exposure, and `part` is the step from there: its
    t-statistic is a score test, and its residuals are what the bootstrap under no effect needs.

    Raises DataError for counts that are impossible or separate, no convergence, and as `partial_out`.

    >>> fit = fit_binomial([1, 2, 3, 6], [10, 10, 10, 10], [0, 1, 0, 1], None, ["a", "a", "b", "b"])
    >>> round(fit.part.effect, 3)
    1.108
    """
    events, trials, exposure = (np.asarray(values, float) for values in (events, trials, exposure))
    if not ((trials > 0) & (events >= 0) & (events <= trials)).all():
        raise DataError("events are more than trials, or a number is missing", found=f"{len(trials)} rows")
    columns = np.zeros((len(trials), 0)) if controls is None else np.asarray(controls, float)
    columns = columns if null else np.column_stack([exposure, columns])
    codes, labels = pd.factorize(np.asarray(units))
    if len(labels) < 2:
        raise DataError("fewer than two units", found=str(len(labels)))
    predictor = logit((events + 0.5) / (trials + 1))
    for _ in range(STEPS):
        response, weights = _working(events, trials, predictor)
        updated = response - _residual(response, columns, codes, weights)
        if np.abs(updated).max() > FARTHEST:
            raise DataError("the counts separate", found=f"{len(trials)} rows")
        moved, predictor = np.abs(updated - predictor).max(), updated
        if moved < CLOSE:
            break
    else:
        raise DataError("the model did not converge", found=f"{STEPS} steps")
    response, weights = _working(events, trials, predictor)
    part = partial_out(response, exposure, controls, units, weights)
    pearson = np.square(weights * (response - predictor)) / weights
    free = len(trials) - part.parameters - part.groups + 1
    return BinomialFit(part, float(100 * weights.sum() / trials.sum()), float(pearson.sum() / max(free, 1)))


def informative(events: ArrayLike, trials: ArrayLike, units: ArrayLike) -> np.ndarray:
    """Which rows belong to units that have both events and others (n, bool).

    >>> informative([0, 0, 1, 2], [5, 5, 5, 5], ["a", "a", "b", "b"]).tolist()
    [False, False, True, True]
    """
    codes = pd.factorize(np.asarray(units))[0]
    with_event, of = np.bincount(codes, np.asarray(events, float)), np.bincount(codes, np.asarray(trials, float))
    return ((with_event > 0) & (with_event < of))[codes]


def _working(events: np.ndarray, trials: np.ndarray, predictor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The response and the weights of a step of iterated weighted least squares."""
    chance = expit(predictor)
    weights = np.maximum(trials * chance * (1 - chance), 1e-12)
    return predictor + (events - trials * chance) / weights, weights


def _residual(response: np.ndarray, columns: np.ndarray, codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """What the columns and the units' effects leave of the response (n)."""
    both = demeaned(np.column_stack([response, columns]), codes, weights)
    root = np.sqrt(weights)[:, None]
    slopes = np.linalg.lstsq(both[:, 1:] * root, both[:, 0] * root[:, 0], rcond=1e-10)[0]
    return both[:, 0] - both[:, 1:] @ slopes
