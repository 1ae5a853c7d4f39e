"""The likelihood of a table of counts under a cumulative-link model, its derivatives, and Newton's method on it.

A table has R rows and J categories, a model K parameters. The predictor of row r at threshold j is
η[j, r] = rows[r] · effects[j] · parameters, with `rows` (R × p+1) holding a one and the terms and `effects`
(J−1 × p+1 × K) saying which parameter is which effect: thresholds, effects common to all of them, effects that differ,
and subspaces of all these. The probability of category j is F(η[j, r]) − F(η[j−1, r]). Categories come first, so that
each is one stretch of memory.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg.lapack import dposv

from pipeline.statistics.ordinal.link_functions import BEYOND, Link

STEP_TOLERANCE = 1e-6  # Newton's method converges quadratically: after a step this small about 1e-12 is left
SMALLEST_PIVOT = 1e-9  # of the information per answer; below it a maximum is not believed before it is proven
HALVINGS = 40


@dataclass(frozen=True)
class Likelihood:
    """Mean log-likelihood per answer of `counts` (J × R, summing to one) as a function of K parameters.

    `limits` (J−1 × R, or none) fixes predictors at +1 or −1 times infinity where it is not zero.

    >>> from pipeline.statistics.ordinal.link_functions import link_of
    >>> even = Likelihood(link_of("logit"), np.array([[0.5], [0.5]]), np.ones((1, 1)), np.ones((1, 1, 1)))
    >>> value, gradient, information = even.evaluate(np.zeros(1))
    >>> round(value, 6), gradient.tolist(), information.tolist()
    (-0.693147, [0.0], [[0.25]])
    """

    link: Link
    counts: np.ndarray
    rows: np.ndarray
    effects: np.ndarray
    limits: np.ndarray | None = None

    @cached_property
    def observed(self) -> np.ndarray:
        """J × R: which cells hold answers. The other cells do not enter the likelihood."""
        return self.counts > 0

    @cached_property
    def basis(self) -> np.ndarray:
        """The predictors' derivatives by the parameters: J−1 × R × K."""
        return self.rows @ self.effects

    @cached_property
    def _columns(self) -> np.ndarray:
        return np.ascontiguousarray(self.rows.T)

    @cached_property
    def _flat(self) -> np.ndarray:
        thresholds, terms, size = self.effects.shape
        return self.effects.reshape(thresholds * terms, size)

    def predictors(self, parameters: np.ndarray) -> np.ndarray:
        """η with its two outer ends: J+1 × R."""
        thresholds, terms, _ = self.effects.shape
        eta = np.empty((thresholds + 2, len(self.rows)))
        eta[0], eta[-1] = -BEYOND, BEYOND
        inner = (self._flat @ parameters).reshape(thresholds, terms) @ self._columns
        if self.limits is not None:
            inner = np.where(self.limits == 0, inner, self.limits * BEYOND)
        np.minimum(np.maximum(inner, -BEYOND), BEYOND, out=eta[1:-1])
        return eta

    def evaluate(self, parameters: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Value, gradient (K) and information (minus the Hessian, K × K); value −inf where an answer is impossible."""
        probability, density, slope = self.link.parts(self.predictors(parameters))
        probability = np.where(self.observed, probability, 1.0)
        value = float(np.vdot(self.counts, np.log(probability)))
        if not np.isfinite(value):
            return -np.inf, np.empty(0), np.empty(0)
        weight = self.counts / probability
        score = density * (weight[:-1] - weight[1:])  # by each threshold: answers below it against answers above
        curved = weight / probability
        within = density * density * (curved[:-1] + curved[1:]) - slope * score
        between = -density[:-1] * density[1:] * curved[1:-1]  # neighbouring thresholds share a category
        gradient = (score @ self.rows).ravel() @ self._flat
        return value, gradient, self._flat.T @ self._blocks(within, between) @ self._flat

    def _blocks(self, within: np.ndarray, between: np.ndarray) -> np.ndarray:
        """Σ over rows of weight × row × rowᵀ for each pair of thresholds: nought unless they are neighbours."""
        thresholds, terms, _ = self.effects.shape
        weights = np.concatenate((within, between))
        sums = (weights[:, None, :] * self._columns).reshape(-1, len(self.rows)) @ self.rows
        sums = sums.reshape(-1, terms, terms)
        blocks = np.zeros((thresholds, terms, thresholds, terms))
        at = np.arange(thresholds)
        blocks[at, :, at] = sums[:thresholds]
        blocks[at[1:], :, at[:-1]] = blocks[at[:-1], :, at[1:]] = sums[thresholds:]
        return blocks.reshape(thresholds * terms, -1)

    def row_scores(self, parameters: np.ndarray, counts: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Gradient of the log-likelihood of each row of `counts` (J × M), found at `row` (M) of this table: M × K."""
        probability, density, _ = self.link.parts(self.predictors(parameters))
        weight = counts / np.where(self.observed, probability, 1.0)[:, row]
        score = density[:, row] * (weight[:-1] - weight[1:])
        return np.einsum("jm,mi,jik->mk", score, self.rows[row], self.effects, optimize=True)


@dataclass(frozen=True)
class Maximum:
    """Where Newton's method ended: parameters (K), mean log-likelihood and its information (K × K)."""

    parameters: np.ndarray
    value: float
    information: np.ndarray
    iterations: int
    converged: bool  # the last step was below STEP_TOLERANCE and the information is safely positive definite


def maximise(likelihood: Likelihood, start: np.ndarray, max_iterations: int, smallest_pivot: float) -> Maximum:
    """Newton's method from `start`, a step being halved until the likelihood does not fall and no answer is impossible.

    That keeps the thresholds increasing wherever answers lie between them. It never raises: the result says whether it
    converged, which it does not when the likelihood has no maximum.

    >>> from pipeline.statistics.ordinal.link_functions import link_of
    >>> table = Likelihood(link_of("logit"), np.array([[0.2], [0.8]]), np.ones((1, 1)), np.ones((1, 1, 1)))
    >>> found = maximise(table, np.zeros(1), max_iterations=20, smallest_pivot=1e-9)
    >>> found.converged, round(float(found.parameters[0]), 6)  # log(0.2 / 0.8)
    (True, -1.386294)
    """
    parameters, iterations, small = start, 0, not start.size
    factor, step, failed = np.eye(start.size), start, 0
    with np.errstate(all="ignore"):
        value, gradient, information = likelihood.evaluate(parameters)
        while start.size:
            factor, step, failed = dposv(information, gradient)
            if failed or small or iterations == max_iterations:
                break
            iterations += 1
            small = bool(np.abs(step).max() < STEP_TOLERANCE)
            for _ in range(HALVINGS):
                tried = likelihood.evaluate(parameters + step)
                if tried[0] >= value or (small and tried[0] > -np.inf):  # rounding decides below STEP_TOLERANCE
                    break
                step = step / 2
            else:
                break
            parameters = parameters + step
            value, gradient, information = tried
    converged = small and not failed and factor.diagonal().min(initial=np.inf) ** 2 > smallest_pivot
    return Maximum(parameters, value, information, iterations, bool(converged))
