"""One slope of a weighted linear model, with cluster-robust errors, fast enough to be fitted ten thousand times.

By the theorem of Frisch, Waugh and Lovell the slope of a model with unit effects and other columns is that of what is
left of outcome and exposure once both are freed of the rest. Unit effects are taken out by weighted demeaning, the
other columns (year effects among them) by a QR decomposition. The bootstrap, the specification curve, and leaving one
unit out work on what is left; published estimates come from pyfixest (`fixed_effects`), to which these are equal.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from pipeline.errors import DataError, ParameterError

NO_VARIATION = 1e-9  # of the largest value: less than that left by the other columns is rounding


@dataclass(frozen=True)
class Partialled:
    """A model reduced to one exposure: n rows sorted by cluster, G clusters, all multiplied by the root of the weights.

    outcome, exposure (n,): freed of the unit effects and of `controls` (n × r, orthonormal). start (G,): where each
    cluster begins. labels (G,): the clusters' names. parameters: columns of the model, unit effects not counted where
    they are nested in clusters (as fixest and pyfixest count them).
    """

    outcome: np.ndarray
    exposure: np.ndarray
    controls: np.ndarray
    start: np.ndarray
    labels: np.ndarray
    parameters: int

    @property
    def groups(self) -> int:
        """G, the number of clusters."""
        return len(self.start)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the rows of each cluster: n or n × r to G or G × r."""
        return np.add.reduceat(values, self.start, axis=0)

    @property
    def effect(self) -> float:
        """The slope: outcome for one unit of the exposure."""
        return float(self.exposure @ self.outcome / (self.exposure @ self.exposure))

    @property
    def correction(self) -> float:
        """G / (G − 1) · (n − 1) / (n − parameters), the small-sample factor of CRV1."""
        rows = len(self.outcome)
        return self.groups / (self.groups - 1) * (rows - 1) / (rows - self.parameters)


@dataclass(frozen=True)
class Slope:
    """A slope with its cluster-robust error (CRV1), Student's test with G − 1 degrees of freedom, and interval."""

    effect: float
    std_error: float
    df: int
    p: float
    low: float
    high: float


def partial_out(
    outcome: ArrayLike,
    exposure: ArrayLike,
    controls: ArrayLike | None,
    clusters: ArrayLike,
    weights: ArrayLike | None = None,
    absorb: bool = True,
) -> Partialled:
    """Free outcome and exposure (n) of controls (n × r or none) and of an effect for each cluster (``absorb``).

    clusters: a label for each row. weights: positive numbers; none count as 1. Without ``absorb`` the model has an
    intercept instead of the clusters' effects. Controls that repeat each other or are constant are no matter.

    Raises DataError for missing numbers, weights that are not positive, fewer than two clusters, no more rows than
    parameters, or an exposure or outcome that does not vary beyond the rest of the model. The message's first line
    says which, fit to be shown as the reason why there is no model.

    >>> part = partial_out([1, 2, 5, 9], [0, 1, 0, 2], None, ["a", "a", "b", "b"])
    >>> part.effect, part.groups  # 1 and 4 more for 1 and 2 more
    (1.8, 2)
    """
    codes, labels = pd.factorize(np.asarray(clusters), sort=True)
    order = np.argsort(codes, kind="stable")
    codes = codes[order]
    columns = np.column_stack(
        [
            np.asarray(outcome, float),
            np.asarray(exposure, float),
            *([] if controls is None else [np.asarray(controls, float)]),
        ]
    )[order]
    weights = np.ones(len(codes)) if weights is None else np.asarray(weights, float)[order]
    if not (np.isfinite(columns).all() and np.isfinite(weights).all() and (weights > 0).all()):
        raise DataError("a number is missing, or a weight is not positive", found=f"{len(codes)} rows")
    if len(labels) < 2:
        raise DataError("fewer than two units", found=str(len(labels)))
    start = np.flatnonzero(np.diff(codes, prepend=-1))
    size = np.abs(columns[:, :2]).max(axis=0)
    columns = _demeaned(columns, weights, start, codes) if absorb else columns - np.average(columns, 0, weights)
    columns *= np.sqrt(weights)[:, None]
    basis = _basis(columns[:, 2:])
    left = columns[:, :2] - basis @ (basis.T @ columns[:, :2])
    parameters = 2 + basis.shape[1]  # the exposure, the controls, and the intercept
    for name, values, scale in zip(("outcome", "exposure"), left.T, size, strict=True):
        if np.abs(values).max() <= NO_VARIATION * scale * np.sqrt(weights.max()):
            raise DataError(f"the {name} does not vary beyond the rest of the model", found=f"{len(codes)} rows")
    if len(codes) <= parameters:
        raise DataError("no more rows than parameters", found=f"{len(codes)} rows, {parameters} parameters")
    return Partialled(left[:, 0], left[:, 1], basis, start, np.asarray(labels), parameters)


def demeaned(values: ArrayLike, clusters: ArrayLike, weights: ArrayLike | None = None) -> np.ndarray:
    """Values (n or n × r) less their cluster's weighted mean, in the order given.

    >>> demeaned([1.0, 3.0, 5.0], ["a", "a", "b"]).tolist()
    [-1.0, 1.0, 0.0]
    """
    values, codes = np.asarray(values, float), pd.factorize(np.asarray(clusters))[0]
    weights = np.ones(len(codes)) if weights is None else np.asarray(weights, float)
    order = np.argsort(codes, kind="stable")
    start = np.flatnonzero(np.diff(codes[order], prepend=-1))
    found = np.empty_like(values)
    columns = values[:, None] if values.ndim == 1 else values
    found[order] = _demeaned(columns[order], weights[order], start, codes[order]).reshape(values.shape)
    return found


def _demeaned(columns: np.ndarray, weights: np.ndarray, start: np.ndarray, codes: np.ndarray) -> np.ndarray:
    totals = np.add.reduceat(columns * weights[:, None], start, axis=0)
    return columns - (totals / np.add.reduceat(weights, start)[:, None])[codes]


def _basis(columns: np.ndarray) -> np.ndarray:
    """An orthonormal basis (n × rank) of what the columns span."""
    if not columns.shape[1]:
        return columns
    size = np.sqrt(np.square(columns).sum(axis=0))
    kept = columns[:, size > 0] / size[size > 0]
    left, singular, _ = np.linalg.svd(kept, full_matrices=False)
    return left[:, singular > 1e-8 * singular.max(initial=0)]


def robust_slope(part: Partialled, level: float = 0.95) -> Slope:
    """The slope with its CRV1 error: Σ_g (x_g·u_g)² / (x·x)² times `correction` (Liang and Zeger 1986, Biometrika 73).

    >>> slope = robust_slope(partial_out([1, 2, 5, 9, 4, 4.5], [0, 1, 0, 2, 0, 1], None, list("aabbcc")))
    >>> round(slope.effect, 3), round(slope.std_error, 3), slope.df
    (1.583, 0.473, 2)
    """
    if not 0 < level < 1:
        raise ParameterError("Impossible confidence level.", found=repr(level), expected="between 0 and 1, as 0.95")
    residual = part.outcome - part.effect * part.exposure
    squares = part.exposure @ part.exposure
    error = float(np.sqrt(part.correction * np.square(part.sums(part.exposure * residual)).sum()) / squares)
    df = part.groups - 1
    half = float(stdtrit(df, (1 + level) / 2)) * error
    effect = part.effect
    p = float(2 * stdtr(df, -abs(effect) / error)) if error else 0.0
    return Slope(effect, error, df, p, effect - half, effect + half)
