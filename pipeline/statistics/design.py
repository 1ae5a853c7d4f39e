"""How large a survey has to be to see a link between two ordered answers, and how much clusters of people cost.

The planned test is Spearman's rank correlation of the two answers, with mid-ranks for ties, against no association. Its
Fisher transform arctanh(rho) is divided by a standard error from the respondents' influence values, summed by cluster
where people are sampled in teams and authorities, and compared with Student's t on (clusters - 1) degrees of freedom.
It asks for no distribution of the answers; it uses the whole scale, where a 2 × 2 test throws the degrees of agreement
away; and nothing in it can fail to converge, as a polychoric correlation can. A latent (Gaussian copula) correlation
only describes the alternative for which the survey is planned. A test draws surveys and
plays the same test through.

Clusters enter through the influence values, not through the answers alone. Two people of a cluster share latent effects
on both answers; the correlation κ of their influence values comes from integrating those effects out. Without a link, κ
is the product of both answers' intraclass correlations of grades, as in Moulton's design effect (1986, J. Econometrics
32: 385-397): a support item that hardly differs between teams costs little, one that is the same for a whole team costs
all that Kish's 1 + (m - 1) icc says (Kish 1965, Survey Sampling).
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import nct, t

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.copulas import checked_correlation, gaussian_table
from pipeline.statistics.joint import ROUND_OFF, as_margin, grades, measure

NODES = 32  # of the quadrature over each shared effect
MOST_UNITS = 10_000_000  # respondents or clusters that a plan may ask for


@dataclass(frozen=True)
class Level:
    """One level of clusters, such as teams or authorities.

    ``size`` is the number of respondents a cluster; where sizes vary, the size of the cluster that a random respondent is in
    (Σm²/Σm). ``icc_support`` and
    ``icc_outcome`` are the latent correlations (from 0, below 1) of two people's answers to the same item if they
    share a cluster of this level and no smaller one.
    """

    size: float
    icc_support: float
    icc_outcome: float


@dataclass(frozen=True)
class Plan:
    """A survey: respondents, their clusters at the outermost level, and the power of its test, from 0 to 1.

    ``design_effect`` is how many times the variance exceeds that of as many people drawn one by one. Without levels
    every respondent counts as a cluster.
    """

    respondents: int
    clusters: int
    design_effect: float
    power: float


def power(
    support: ArrayLike,
    outcome: ArrayLike,
    correlation: float,
    respondents: int,
    levels: Sequence[Level] = (),
    alpha: float = 0.05,
) -> Plan:
    """Power of the two-sided test at level ``alpha`` when the answers have a latent ``correlation``.

    ``support`` and ``outcome`` are the expected margins (counts or probabilities); ``levels`` the clusters, the
    smallest first. The statistic is taken as noncentral t, with noncentrality arctanh(rho) (1 - rho²) √(n / (v deff)),
    where v is the variance of rho's influence values: a large-sample formula.

    Raises ParameterError for an impossible correlation, alpha, design or number of respondents (two clusters at least).

    >>> expected = [20, 45, 15, 15, 5]
    >>> round(power(expected, expected, 0.2, respondents=200).power, 2)
    0.69
    >>> in_teams = power(expected, expected, 0.2, 200, [Level(size=10, icc_support=0.2, icc_outcome=0.2)])
    >>> round(in_teams.design_effect, 2), round(in_teams.power, 2)
    (1.27, 0.55)
    """
    check_design(correlation, levels, alpha)
    clusters = round(respondents / levels[-1].size) if levels else respondents
    if clusters < 2:
        raise ParameterError("A survey needs two clusters or more.", found=f"{respondents} respondents")
    table = gaussian_table(support, outcome, correlation)
    variance = float((table * influence(table) ** 2).sum())
    effect = design_effect(support, outcome, correlation, levels)
    rho = measure("spearman", table)
    shift = abs(math.atanh(rho)) * (1 - rho**2) * math.sqrt(respondents / (variance * effect))
    limit = t.ppf(1 - alpha / 2, clusters - 1)
    wrong_sign = np.nan_to_num(nct.cdf(-limit, clusters - 1, shift))  # SciPy gives NaN where it is below 1e-11
    return Plan(respondents, clusters, effect, float(nct.sf(limit, clusters - 1, shift) + wrong_sign))


def sample_size(
    support: ArrayLike,
    outcome: ArrayLike,
    correlation: float,
    target: float = 0.8,
    levels: Sequence[Level] = (),
    alpha: float = 0.05,
) -> Plan:
    """The smallest survey, in whole clusters of the outermost level, whose `power` reaches ``target``.

    Raises ParameterError as `power`, and where no survey of up to 10 million clusters is enough.

    >>> expected = [20, 45, 15, 15, 5]
    >>> sample_size(expected, expected, 0.2).respondents
    258
    >>> sample_size(expected, expected, 0.2, levels=[Level(10, 0.2, 0.2)]).clusters
    35
    """
    _check_target(target, alpha)
    size = levels[-1].size if levels else 1

    def plan(units: int) -> Plan:
        return power(support, outcome, correlation, math.ceil(units * size), levels, alpha)

    too_few, enough = 1, 2
    while plan(enough).power < target:
        too_few, enough = enough, 2 * enough
        if enough > MOST_UNITS:
            raise ParameterError(
                "No feasible survey reaches this power.",
                found=f"power {plan(too_few).power:.3f} with {too_few:,} clusters or single respondents",
                expected=f"at least {target:g}",
                fix="Plan for a stronger correlation, or for less alike answers within clusters.",
            )
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if plan(middle).power >= target else (middle, enough)
    return plan(enough)


def influence(table: ArrayLike) -> np.ndarray:
    """The influence function of Spearman's rho at each cell of a joint table (r × c): mean 0, variance n × rho's.

    The derivative of `joint.measure`'s rho as the table moves towards everybody being in the cell (Hampel 1974, JASA
    69: 383-393). Without association it is the product of the standardised grades. DataError if all gave one answer.

    >>> table = gaussian_table([1, 2, 1], [1, 1], 0)
    >>> round(float((table * influence(table) ** 2).sum()), 6)  # as of any correlation when there is none: 1
    1.0
    """
    table = np.asarray(table, dtype=float)
    support, outcome = table.sum(axis=1), table.sum(axis=0)
    x, y = grades(support), grades(outcome)
    product = x @ table @ y
    spread_x, spread_y = (1 - (support**3).sum()) / 12, (1 - (outcome**3).sum()) / 12
    if min(spread_x, spread_y) < ROUND_OFF:
        raise DataError("A rank correlation needs two answers or more to each item, and everybody gave the same.")
    # One more person in category k adds to the grades of the categories above, by 1, and of k itself, by 1/2.
    lift_x, lift_y = (np.triu(np.ones((k, k)), 1) + np.eye(k) / 2 for k in table.shape)
    own, others = np.outer(x, y), np.add.outer(lift_x @ (table @ y), lift_y @ (x @ table))
    wider_x, wider_y = ((p**3).sum() - p**2 for p in (support, outcome))
    wider = np.add.outer(wider_x / (4 * spread_x), wider_y / (4 * spread_y))
    rho = (product - 0.25) / math.sqrt(spread_x * spread_y)
    return (own + others - 3 * product) / math.sqrt(spread_x * spread_y) - rho / 2 * wider


def design_effect(support: ArrayLike, outcome: ArrayLike, correlation: float, levels: Sequence[Level]) -> float:
    """How many times clustering multiplies the variance of Spearman's rho: 1 + Σ (m_l - m_{l-1}) κ_l, with m_0 = 1.

    m_l is the size of level l's clusters, κ_l the correlation of the influence values of two people who share one and
    no smaller one. ParameterError for a design that cannot be.

    >>> round(design_effect([1, 1], [1, 1], 0, [Level(size=21, icc_support=0.5, icc_outcome=0.5)]), 4)  # 1 + 20/9
    3.2222
    """
    check_design(correlation, levels)
    table = gaussian_table(support, outcome, correlation)
    values = influence(table)
    variance = float((table * values**2).sum())
    components = np.array(variance_components(correlation, levels))
    effect, smaller = 1.0, 1.0
    for above, level in enumerate(levels, start=1):
        shared, own = components[:-above].sum(axis=0), components[-above:].sum(axis=0)
        effect += (level.size - smaller) * _shared_mean_square(support, outcome, shared, own, values) / variance
        smaller = level.size
    return effect


def variance_components(correlation: float, levels: Sequence[Level]) -> list[tuple[float, float, float]]:
    """Variance of support, of outcome, and covariance: of each level's effects, outermost first, and the person's own.

    The two effects of a level, and the two parts that are a person's own, are taken to be equally correlated at every
    level, as strongly as makes the whole correlate by ``correlation``.

    >>> variance_components(0.5, [Level(size=10, icc_support=0.25, icc_outcome=0.25)])
    [(0.25, 0.25, 0.125), (0.75, 0.75, 0.375)]
    """
    each = correlation / largest_correlation(levels)
    return [(x, y, each * math.sqrt(x * y)) for x, y in _variances(levels)]


def largest_correlation(levels: Sequence[Level]) -> float:
    """The strongest latent correlation that items with these intraclass correlations can have.

    >>> round(largest_correlation([Level(size=10, icc_support=0.5, icc_outcome=0.1)]), 3)
    0.894
    """
    # fsum is exact: what sum() makes of floats differs between Python 3.11 and 3.12.
    return math.fsum(math.sqrt(x * y) for x, y in _variances(levels))


def check_design(correlation: float, levels: Sequence[Level], alpha: float = 0.05) -> None:
    """ParameterError unless a latent correlation, levels of clusters and a level of the test can be.

    >>> check_design(0.2, [Level(size=10, icc_support=0.1, icc_outcome=0.1)])
    """
    checked_correlation(correlation)
    if not 0 < alpha < 1:
        raise ParameterError("Impossible level of the test.", found=repr(alpha), expected="between 0 and 1")
    sizes = [1.0, *(level.size for level in levels)]
    growing = all(size <= larger < np.inf for size, larger in itertools.pairwise(sizes))
    explained = all(0 <= icc < 1 for level in levels for icc in (level.icc_support, level.icc_outcome))
    if not (growing and explained and all(x >= 0 and y >= 0 for x, y in _variances(levels))):
        raise ParameterError(
            "The levels of clusters cannot be.",
            found=str(list(levels)),
            expected="sizes from 1 that grow from level to level; correlations from 0, below 1, that do not grow",
        )
    if abs(correlation) >= largest_correlation(levels):
        raise ParameterError(
            "The latent correlation is too strong to plan for.",
            found=f"{correlation:g}",
            expected=f"within -{largest_correlation(levels):.3f} and {largest_correlation(levels):.3f}",
            fix="Lower it, or make the two items' intraclass correlations more alike.",
        )


def _variances(levels: Sequence[Level]) -> list[tuple[float, float]]:
    shared = [(0.0, 0.0), *((level.icc_support, level.icc_outcome) for level in reversed(levels)), (1.0, 1.0)]
    return [(x - outer_x, y - outer_y) for (outer_x, outer_y), (x, y) in itertools.pairwise(shared)]


def _check_target(target: float, alpha: float) -> None:
    if not alpha < target < 1:
        raise ParameterError("Impossible power.", found=repr(target), expected="above alpha and below 1, such as 0.8")


def _shared_mean_square(
    support: ArrayLike, outcome: ArrayLike, shared: np.ndarray, own: np.ndarray, values: np.ndarray
) -> float:
    """E[E[value | shared effects]²], by Gauss-Hermite quadrature over the two latent effects that a cluster shares."""
    nodes, weights = hermegauss(NODES)
    weights = weights / weights.sum()
    alike, within = (float(cov / math.sqrt(x * y)) if x * y > 0 else 0.0 for x, y, cov in (shared, own))
    effect_x = nodes[:, None]
    effect_y = alike * nodes[:, None] + math.sqrt(max(0.0, 1 - alike**2)) * nodes[None, :]
    rows = _given_effect(support, shared[0], effect_x)
    columns = _given_effect(outcome, shared[1], effect_y)
    means = (gaussian_table(rows, columns, within) * values).sum(axis=(-1, -2))
    return float(weights @ means**2 @ weights)


def _given_effect(item: ArrayLike, icc: float, effect: np.ndarray) -> np.ndarray:
    """The margins (..., K) of people who share an effect (...) that explains ``icc`` of the latent variance."""
    cuts = ndtri(np.clip(np.cumsum(as_margin(item))[:-1], 0, 1))
    below = ndtr((cuts - math.sqrt(icc) * effect[..., None]) / math.sqrt(1 - icc))
    return np.diff(below, axis=-1, prepend=0, append=1)
