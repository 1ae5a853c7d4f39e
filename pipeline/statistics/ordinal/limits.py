"""What a cumulative-link likelihood tends to when it has no maximum inside, found exactly.

Two things can happen. *Separation*: along some direction of the parameters no answer becomes less likely, so estimates
run off to infinity. The log-likelihood is concave, so these directions are its cone of recession, a polyhedron, and
linear programming finds it (Albert and Anderson 1984, Biometrika 71: 1–10; Konis 2007, Linear programming algorithms
for detecting separated data, University of Oxford; Geyer 2009, Electronic Journal of Statistics 3: 259–289). The
supremum is the maximum of a smaller likelihood in which some predictors stand at infinity. *Meeting thresholds*: where
an effect differs by threshold and a row has no answers in an inner category, the maximum can lie where the probability
of that category is nought in that row.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack

from pipeline.statistics.ordinal.likelihood import SMALLEST_PIVOT, Likelihood, Maximum, maximise

ZERO = 1e-7  # of predictors and parameters on the standardised scale
SINGULAR = 1e-14  # pivot of the information per answer at which the rest of the parameters counts as undetermined
MAX_ITERATIONS = 200


@dataclass(frozen=True)
class Cone:
    """Directions d with rows · d ≥ 0: no answer becomes less likely, no two thresholds of a row cross. rows: M × K.

    >>> Cone(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])).sign(np.array([1.0, 0.0]))
    1
    """

    rows: np.ndarray

    @classmethod
    def of(cls, likelihood: Likelihood) -> "Cone":
        """The cone of recession of `likelihood` (its `limits` are not looked at)."""
        basis, observed = likelihood.basis, likelihood.observed
        upper = basis[observed[:-1]]  # the threshold above an answer must not fall
        lower = -basis[observed[1:]]  # the one below must not rise
        order = (basis[1:] - basis[:-1])[~observed[1:-1]]
        return cls(np.unique(np.vstack([upper, lower, order]), axis=0))

    @cached_property
    def widest(self) -> tuple[np.ndarray, np.ndarray]:
        """A direction inside the cone (K) and which rows are positive along it (M): as many as along any direction.

        A cone holds every multiple, so each row that can be positive can reach one: maximise Σ min(row · d, 1).
        """
        many, size = self.rows.shape
        cost = np.concatenate([np.zeros(size), -np.ones(many)])
        slack = hstack([csr_array(-self.rows), eye_array(many)], format="csr")
        bounds = [(None, None)] * size + [(0, 1)] * many
        found = linprog(cost, A_ub=slack, b_ub=np.zeros(many), bounds=bounds, method="highs")
        return found.x[:size], found.x[size:] > 0.5

    @cached_property
    def span(self) -> np.ndarray:
        """Orthonormal basis of the space that the cone spans: K × its dimension (0 when nothing is separated)."""
        strict = self.widest[1]
        return null_space(self.rows[~strict], rcond=1e-9) if strict.any() else np.empty((self.rows.shape[1], 0))

    def sign(self, functional: np.ndarray) -> int | None:
        """Where `functional` · d tends over the cone: 1, −1, 0 (it stays), None (either way: nothing fixes it).

        `functional` is K numbers.
        """
        if not self.span.size or np.abs(functional @ self.span).max() < ZERO:
            return 0
        box = [(-1, 1)] * functional.size
        rises, falls = (
            -linprog(-way * functional, A_ub=-self.rows, b_ub=np.zeros(len(self.rows)), bounds=box, method="highs").fun
            for way in (1, -1)
        )
        return None if rises > ZERO and falls > ZERO else 1 if rises > falls else -1


@dataclass(frozen=True)
class Limit:
    """Supremum of a likelihood: `maximum` in the coordinates `kept` (K × m), which leave out what is at infinity.

    `cone` has the directions to infinity; `met` (J−2 × R) marks the inner categories whose thresholds meet.
    """

    maximum: Maximum
    likelihood: Likelihood
    kept: np.ndarray
    cone: Cone | None = None
    met: np.ndarray | None = None


def supremum(likelihood: Likelihood, start: np.ndarray) -> Limit:
    """The supremum of `likelihood` from `start` (K), where thresholds increase: an ordinary maximum nearly always.

    Newton's method is tried first. Where it does not converge safely, or ends where thresholds cross in a row, the
    cone of recession is found, what it sends to infinity is set there, and the rest is maximised.

    >>> from pipeline.statistics.ordinal.link_functions import link_of
    >>> all_above = Likelihood(link_of("logit"), np.array([[0.0], [1.0]]), np.ones((1, 1)), np.ones((1, 1, 1)))
    >>> limit = supremum(all_above, np.zeros(1))
    >>> limit.maximum.value, limit.cone.sign(np.ones(1))
    (0.0, -1)
    """
    best = maximise(likelihood, start, MAX_ITERATIONS // 8, SMALLEST_PIVOT)
    if best.converged and not _crossing(likelihood, best):
        return Limit(best, likelihood, np.eye(start.size))
    cone = Cone.of(likelihood)
    toward = likelihood.basis @ cone.widest[0]
    limits = np.where(np.abs(toward) > ZERO, np.sign(toward), 0.0) if cone.span.size else None
    kept = null_space(cone.span.T) if cone.span.size else np.eye(start.size)
    remaining = replace(likelihood, effects=likelihood.effects @ kept, limits=limits)
    best = maximise(remaining, kept.T @ start, MAX_ITERATIONS, SINGULAR)
    if best.converged and not _crossing(remaining, best):
        return Limit(best, remaining, kept, cone)
    return _where_thresholds_meet(remaining, kept, kept.T @ start, cone)


def _free(likelihood: Likelihood) -> np.ndarray:
    """J × R: inner categories without answers in a row, between finite thresholds. Only those can cross."""
    free = ~likelihood.observed
    free[[0, -1]] = False
    if likelihood.limits is not None:
        free[1:-1] &= (likelihood.limits[1:] == 0) & (likelihood.limits[:-1] == 0)
    return free


def _gaps(likelihood: Likelihood, parameters: np.ndarray) -> np.ndarray:
    """J × R: how far the threshold above each category lies over the one below it."""
    return np.diff(likelihood.predictors(parameters), axis=0)


def _crossing(likelihood: Likelihood, best: Maximum) -> bool:
    return bool(_gaps(likelihood, best.parameters)[_free(likelihood)].min(initial=0.0) < -ZERO)


def _where_thresholds_meet(likelihood: Likelihood, kept: np.ndarray, start: np.ndarray, cone: Cone) -> Limit:
    """The maximum where no thresholds cross: find which meet by a vanishing barrier, hold these together, maximise.

    The barrier is a share of an answer in each free cell, so Newton's method stays on the right side of it.
    """
    free, parameters = _free(likelihood), start
    for share in 10.0 ** -np.arange(2, 11):
        barred = replace(likelihood, counts=np.where(free, share / max(free.sum(), 1), likelihood.counts))
        parameters = maximise(barred, parameters, MAX_ITERATIONS, SINGULAR).parameters
    met = (free & (_gaps(likelihood, parameters) < 10 * ZERO))[1:-1]
    together = (likelihood.basis[1:] - likelihood.basis[:-1])[met]
    inside = null_space(together, rcond=1e-9) if met.any() else np.eye(start.size)
    held = replace(likelihood, effects=likelihood.effects @ inside)
    best = maximise(held, inside.T @ parameters, MAX_ITERATIONS, SINGULAR)
    best = replace(best, converged=best.converged and not _crossing(held, best))
    return Limit(best, held, kept @ inside, cone, met)
