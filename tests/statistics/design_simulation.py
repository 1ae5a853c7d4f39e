"""The power of a planned survey by drawing it many times: the check on the formula of `design`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import t

from pipeline.errors import ParameterError
from pipeline.statistics.design import Level, check_design, influence, variance_components
from pipeline.statistics.joint import as_margin, measure


@dataclass(frozen=True)
class SimulatedPower:
    """The share of simulated surveys whose test rejects, from 0 to 1, and its Monte-Carlo standard error."""

    power: float
    error: float


def simulate_power(
    support: ArrayLike,
    outcome: ArrayLike,
    correlation: float,
    respondents: int,
    levels: Sequence[Level] = (),
    alpha: float = 0.05,
    replicates: int = 1000,
    seed: int = 0,
) -> SimulatedPower:
    """`design.power` by drawing and testing ``replicates`` surveys under the same model, without its formula.

    Cluster sizes are whole and equal, and fill each other and the survey. Raises ParameterError otherwise, and as
    `design.power`.

    >>> simulate_power([1, 1], [1, 1], 0.9, respondents=60, replicates=50).power
    1.0
    """
    check_design(correlation, levels, alpha)
    sizes = [*(level.size for level in levels), respondents]
    if any(size % 1 or larger % size for size, larger in zip(sizes, [*sizes[1:], respondents], strict=True)):
        raise ParameterError(
            "A simulated survey needs whole clusters.", found=f"sizes {sizes}", expected="each a divisor of the next"
        )
    clusters = int(respondents // levels[-1].size) if levels else respondents
    if clusters < 2 or replicates < 1:
        raise ParameterError("A simulation needs two clusters and one replicate or more.", found=f"{clusters} clusters")
    cuts = [ndtri(np.clip(np.cumsum(as_margin(item))[:-1], 0, 1)) for item in (support, outcome)]
    limit = t.ppf(1 - alpha / 2, clusters - 1)
    generator = np.random.default_rng(seed)
    rejected = 0
    for _ in range(replicates):
        latent = _latent_answers(correlation, respondents, levels, generator)
        rows, columns = (np.searchsorted(cut, answers) for cut, answers in zip(cuts, latent, strict=True))
        rejected += abs(spearman_statistic(rows, columns, (len(cuts[0]) + 1, len(cuts[1]) + 1), clusters)) > limit
    share = float(rejected / replicates)
    return SimulatedPower(share, math.sqrt(share * (1 - share) / replicates))


def spearman_statistic(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int], clusters: int) -> float:
    """The Fisher transform of Spearman's rho over its cluster-robust standard error (with clusters/(clusters - 1)).

    ``rows`` and ``columns`` are the positions of each respondent's two answers in scales of ``shape``; the clusters are
    of equal size and consecutive. 0 where everybody gave the same answer to an item: nothing speaks for a link.

    >>> answers = np.array([0, 0, 1, 2, 2, 1])
    >>> round(spearman_statistic(answers, answers[::-1], (3, 3), clusters=6), 2)
    -1.74
    """
    table = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape) / len(rows)
    rho = measure("spearman", table)
    if np.isnan(rho):
        return 0.0
    sums = influence(table)[rows, columns].reshape(clusters, -1).sum(axis=1)
    error = math.sqrt(clusters / (clusters - 1) * (sums**2).sum()) / len(rows)
    if error < 1e-12:  # all pairs of answers on one line
        return math.copysign(math.inf, rho)
    return math.atanh(rho) * (1 - rho**2) / error


def _latent_answers(
    correlation: float, respondents: int, levels: Sequence[Level], generator: np.random.Generator
) -> np.ndarray:
    """Standard normal pairs (2 × respondents) with the shared effects of every level; clusters are consecutive."""
    sizes = [*(int(level.size) for level in reversed(levels)), 1]
    latent = np.zeros((2, respondents))
    for size, (x, y, covariance) in zip(sizes, variance_components(correlation, levels), strict=True):
        first, second = generator.standard_normal((2, respondents // size))
        slope = covariance / math.sqrt(x) if x > 0 else 0.0
        effects = np.stack([math.sqrt(x) * first, slope * first + math.sqrt(max(y - slope**2, 0)) * second])
        latent += np.repeat(effects, size, axis=1)
    return latent
