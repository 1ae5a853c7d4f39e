"""Wild cluster bootstrap of one slope: the null imposed, Rademacher signs, p-value and interval by inversion.

Whole clusters of residuals keep or change their sign, so whatever ties the years of a unit together stays in. The test
is that of Cameron, Gelbach and Miller (2008, Review of Economics and Statistics 90: 414–427), variant WCR11 of
MacKinnon, Nielsen and Webb (2023, Journal of Applied Econometrics 38: 671–694), computed as they do from sums by
cluster. wildboottest has the same p-values, but takes neither weights nor other null values than 0 cheaply, both of
which the interval of a weighted model needs. The residuals are linear in the null value, so one product of matrices
serves all null values.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.errors import ParameterError
from pipeline.statistics.clustered_regression import Partialled, robust_slope

TIE = 1e-9  # relative: two statistics that differ by less are the same but for rounding
FARTHEST = 64  # robust errors from the estimate at which the search for an end of the interval stops


@dataclass(frozen=True)
class Signs:
    """B × G signs, 1.0 or −1.0, one column a cluster; `complete` where they are all 2^G there are."""

    values: np.ndarray
    complete: bool

    def of(self, columns: np.ndarray) -> "Signs":
        """The signs of some clusters: for a model that lacks others. Repeated rows are then no matter."""
        return Signs(self.values[:, columns], self.complete)


@dataclass(frozen=True)
class Bootstrap:
    """The bootstrap's p-value of no effect, its interval, and of how many sign vectors; −inf or inf: no end."""

    p: float
    low: float
    high: float
    draws: int


def rademacher(groups: int, draws: int, seed: int | list[int]) -> Signs:
    """Signs for `groups` clusters: `draws` of them at random, or all 2^groups where these are no more.

    >>> rademacher(2, 999, seed=1).values.tolist()
    [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]
    >>> rademacher(150, 999, seed=1).values.shape
    (999, 150)
    """
    if groups < 2 or draws < 1:
        raise ParameterError("The bootstrap needs two clusters and one draw.", found=f"{groups} and {draws}")
    if groups < 31 and 2**groups <= draws:
        bits = np.arange(2**groups)[:, None] >> np.arange(groups)[::-1] & 1
        return Signs(2.0 * bits - 1, True)
    return Signs(2.0 * np.random.default_rng(seed).integers(0, 2, (draws, groups), dtype=np.int8) - 1, False)


def wild_bootstrap(part: Partialled, signs: Signs, level: float = 0.95) -> Bootstrap:
    """Test and interval of a slope; `signs` has one column for each of the model's clusters, in their order.

    p is (1 + the number of draws with |t*| ≥ |t|) / (1 + B), or with all sign vectors, which hold the estimate's own,
    their share. The interval holds the null values whose p exceeds 1 − level.

    >>> from pipeline.statistics.clustered_regression import partial_out
    >>> part = partial_out([1, 2, 5, 9, 4, 4.5], [0, 1, 0, 2, 0, 1], None, list("aabbcc"))
    >>> wild_bootstrap(part, rademacher(3, 99, seed=1)).p  # the fewest of eight: three clusters cannot say more
    0.25
    """
    if not 0 < level < 1:
        raise ParameterError("Impossible confidence level.", found=repr(level), expected="between 0 and 1, as 0.95")
    if signs.values.shape[1] != part.groups:
        raise ParameterError("One sign for each cluster.", found=str(signs.values.shape[1]), expected=str(part.groups))
    statistics, slope = _statistics(part, signs.values), robust_slope(part, level)

    def p(null: float) -> float:
        observed = abs(slope.effect - null) / slope.std_error if slope.std_error else np.inf
        beyond = int((np.abs(statistics(null)[1]) >= observed * (1 - TIE)).sum())
        return beyond / len(signs.values) if signs.complete else (1 + beyond) / (1 + len(signs.values))

    ends = [_end(p, slope.effect, side * slope.std_error, 1 - level) for side in (-1, 1)]
    return Bootstrap(p(0.0), ends[0], ends[1], len(signs.values))


def null_draws(part: Partialled, signs: Signs) -> tuple[np.ndarray, np.ndarray]:
    """Slopes and t-statistics (B each) that the model gives under no effect, one a sign vector."""
    return _statistics(part, signs.values)(0.0)


def _statistics(part: Partialled, signs: np.ndarray) -> Callable[[float], tuple[np.ndarray, np.ndarray]]:
    """For a null value b: the bootstrap's slopes less b, and their t-statistics.

    With u = y − b x and s = x·x the bootstrap's slope is d = Σ v_g x_g·u_g / s, and the score of cluster g
    v_g c_g − D_g·e − x_g·x_g d, where c_g = x_g·u_g, D_g = Q_gᵀ x_g, e = Σ v_h Q_hᵀ u_h. As v_g² = 1 the sum of its
    squares needs only products of v with what does not depend on v.
    """
    x, basis = part.exposure, part.controls
    own = part.sums(x * x)  # x_g·x_g
    tied = part.sums(basis * x[:, None])  # D
    scores = part.sums(x * part.outcome)
    loads = part.sums(basis * part.outcome[:, None])
    total, rank = own.sum(), basis.shape[1]
    fixed = np.hstack([scores[:, None], (scores * own)[:, None], loads, scores[:, None] * tied])
    slope = np.hstack([own[:, None], (own * own)[:, None], tied, own[:, None] * tied])
    drawn, drawn_slope = signs @ fixed, signs @ slope
    squares, cross, inner = own @ own, tied.T @ own, tied.T @ tied

    def at(null: float) -> tuple[np.ndarray, np.ndarray]:
        mixed = drawn - null * drawn_slope
        change = mixed[:, 0] / total
        e, tilted = mixed[:, 2 : 2 + rank], mixed[:, 2 + rank :]
        spread = (
            np.square(scores - null * own).sum()
            - 2 * (tilted * e).sum(axis=1)
            - 2 * change * mixed[:, 1]
            + ((e @ inner) * e).sum(axis=1)
            + 2 * change * (e @ cross)
            + change**2 * squares
        )
        error = np.sqrt(part.correction * np.maximum(spread, 0)) / total
        with np.errstate(divide="ignore", invalid="ignore"):
            return change, np.nan_to_num(change / error, nan=np.inf, posinf=np.inf, neginf=-np.inf)

    return at


def _end(p: Callable[[float], float], effect: float, error: float, size: float) -> float:
    """Where p falls to `size` on the way from the estimate in steps of `error`; infinite where it never does."""
    inside, outside = 0.0, 1.0
    while p(effect + outside * error) > size:
        inside, outside = outside, 2 * outside
        if outside > FARTHEST:
            return float(np.copysign(np.inf, error))
    for _ in range(20):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p(effect + middle * error) > size else (inside, middle)
    return float(effect + outside * error)
