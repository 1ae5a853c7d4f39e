"""What two margins say about the link between two ordered answers, when nobody knows who gave both.

A survey that prints percentages item by item fixes the margins of every pair of items and nothing of their joint
table. The functions here give the lowest and the highest value of a statistic among all joint tables that have those
margins and keep to an assumption. The bounds are sharp: a table attains each end, and comes with it. How the margins
themselves are uncertain is treated in `margin_sets` (rounding, answers that are missing) and `confidence_sets`
(sampling).

Both margins are vectors of counts or probabilities in the order of the answers, with "don't know" left out. The two
margins are taken to describe the same people; where a few answered one item only, `margin_sets` bounds what that does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import linprog, minimize_scalar

from pipeline.errors import ParameterError
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.joint import AGREE, STATISTICS, as_margin, cut_points, measure

SCAN = 401  # latent correlations tried before the best one is refined


@dataclass(frozen=True)
class Assumption:
    """What is assumed of a joint table besides its margins: one of NOTHING, NON_NEGATIVE and `latent_between`.

    ``low`` and ``high`` are the latent correlations at which the Gaussian copula gives the least and the most
    concordant table that the assumption allows: -1 is the countermonotone table, 0 independence, 1 the comonotone.
    """

    name: str
    low: float
    high: float
    gaussian: bool = False


NOTHING = Assumption("nothing", -1, 1)

# Positive quadrant dependence (Lehmann 1966, Annals of Mathematical Statistics 37: 1137-1153): F(i, j) ≥ P(i)Q(j) for
# all i and j. Low answers to one item go with low answers to the other at least as often as if they were unrelated.
NON_NEGATIVE = Assumption("non-negative quadrant dependence", 0, 1)


def latent_between(low: float, high: float) -> Assumption:
    """The answers are cuts of two normal variables whose correlation lies from ``low`` to ``high``.

    Raises ParameterError unless -1 ≤ low ≤ high ≤ 1.

    >>> latent_between(0.1, 0.5).name
    'latent correlation from 0.1 to 0.5'
    """
    if not -1 <= low <= high <= 1:
        raise ParameterError(
            "Impossible range of latent correlations.", found=f"{low} to {high}", expected="-1 ≤ low ≤ high ≤ 1"
        )
    return Assumption(f"latent correlation from {low:g} to {high:g}", low, high, gaussian=True)


@dataclass(frozen=True)
class Bounds:
    """The sharp bounds of a statistic, in the statistic's own unit: probabilities from 0 to 1, correlations -1 to 1.

    ``attained_by`` holds two joint tables with the given margins: one where the statistic is ``low``, one where it is
    ``high``. ``note`` says why both are NaN where the margins leave the statistic undefined; otherwise it is empty.
    """

    statistic: str
    assumption: Assumption
    low: float
    high: float
    attained_by: tuple[np.ndarray, np.ndarray] = field(repr=False, compare=False)
    note: str = ""


def bounds(
    statistic: str,
    support: ArrayLike,
    outcome: ArrayLike,
    assumption: Assumption = NOTHING,
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
) -> Bounds:
    """Sharp bounds of one of `joint.STATISTICS`: support margin (r categories), outcome margin (c categories).

    The ends are the statistic's values at the least and the most concordant table of the assumption, since every
    statistic moves one way along the concordance order (see `joint`). Without an assumption those are the Fréchet
    bounds: Hoeffding (1940), Fréchet (1951), Nelsen (2006, 2.5); Duncan and Davis (1953, American Sociological Review
    18: 665-666) for 2 × 2 tables, Whitt (1976, Annals of Statistics 4: 1280-1289) for correlations.

    Raises DataError for a margin that cannot be; ParameterError as `joint.measure`.

    >>> published = bounds("risk_difference", [70, 30], [60, 40], agree=[0])
    >>> round(published.low, 3), round(published.high, 3)
    (-0.571, 0.857)
    >>> round(bounds("risk_difference", [70, 30], [60, 40], latent_between(0, 0.3), agree=[0]).high, 3)
    0.198
    """
    low, high = extreme_tables(support, outcome, assumption)
    at_low, at_high = (measure(statistic, table, agree, outcome_agree) for table in (low, high))
    if at_low > at_high:
        low, high, at_low, at_high = high, low, at_high, at_low
    note = "undefined: a group has nobody in it, or everybody gave the same answer" if np.isnan(at_low) else ""
    return Bounds(statistic, assumption, float(at_low), float(at_high), (low, high), note)


def ladder(
    support: ArrayLike,
    outcome: ArrayLike,
    assumptions: Sequence[Assumption] = (NOTHING, NON_NEGATIVE),
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
) -> pd.DataFrame:
    """The bounds of every statistic under each assumption, one row each: statistic, assumption, low, high, note.

    Errors as `bounds`.

    >>> rungs = ladder([70, 30], [60, 40], [NOTHING, NON_NEGATIVE, latent_between(0, 0.5)], agree=[0])
    >>> rungs.query("statistic == 'phi'")[["assumption", "low", "high"]].round(2).values.tolist()
    ... # doctest: +NORMALIZE_WHITESPACE
    [['nothing', -0.53, 0.8], ['non-negative quadrant dependence', 0.0, 0.8],
     ['latent correlation from 0 to 0.5', 0.0, 0.32]]
    """
    found = [
        bounds(statistic, support, outcome, assumption, agree, outcome_agree)
        for statistic in STATISTICS
        for assumption in assumptions
    ]
    return pd.DataFrame(
        {
            "statistic": [b.statistic for b in found],
            "assumption": [b.assumption.name for b in found],
            "low": [b.low for b in found],
            "high": [b.high for b in found],
            "note": [b.note for b in found],
        }
    )


def extreme_tables(
    support: ArrayLike, outcome: ArrayLike, assumption: Assumption = NOTHING
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most concordant table (..., r, c) of an assumption. Margins may have leading dimensions.

    >>> least, most = extreme_tables([1, 1], [1, 1])
    >>> least.tolist(), most.tolist()
    ([[0.0, 0.5], [0.5, 0.0]], [[0.5, 0.0], [0.0, 0.5]])
    """
    return gaussian_table(support, outcome, assumption.low), gaussian_table(support, outcome, assumption.high)


def extreme_values(
    statistic: str,
    support: ArrayLike,
    outcome: ArrayLike,
    assumption: Assumption = NOTHING,
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """`bounds` of many pairs of margins (..., r) and (..., c) at once: the low and the high ends, each (...).

    >>> low, high = extreme_values("both_agree", [[0.7, 0.3], [0.5, 0.5]], [0.6, 0.4], agree=[0])
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([0.3, 0.1], [0.6, 0.5])
    """
    one, other = (np.asarray(measure(statistic, table, agree, outcome_agree))
                  for table in extreme_tables(support, outcome, assumption))
    return np.minimum(one, other), np.maximum(one, other)


def rectangle_bounds(
    support: ArrayLike,
    outcome: ArrayLike,
    rows: Sequence[int],
    columns: Sequence[int],
    assumption: Assumption = NOTHING,
) -> Bounds:
    """Sharp bounds of the probability of a rectangle: support answer in ``rows``, outcome answer in ``columns``.

    ``rows`` and ``columns`` are any positions from 0; one of each gives a cell. Without an assumption the bounds are
    Fréchet's (1951) for two events, max(0, a + b - 1) and min(a, b). A rectangle inside the table need not move one
    way along the concordance order, so the other assumptions take the extremes of the rectangle over all tables that
    they allow: by linear programming under non-negative dependence, and along the latent correlation (scanned, then
    refined to about 1e-9) for a Gaussian copula.

    Raises DataError for a margin that cannot be, ParameterError for positions that are not there.

    >>> cell = rectangle_bounds([0.2, 0.5, 0.3], [0.1, 0.3, 0.6], rows=[1], columns=[2])
    >>> round(cell.low, 3), round(cell.high, 3)
    (0.1, 0.5)
    >>> cell = rectangle_bounds([0.2, 0.5, 0.3], [0.1, 0.3, 0.6], rows=[0], columns=[2], assumption=NON_NEGATIVE)
    >>> round(cell.high, 3)  # opposite corners: at most as often as by chance
    0.12
    """
    support, outcome = as_margin(support, "support margin"), as_margin(outcome, "outcome margin")
    inside = np.outer(_chosen(rows, len(support)), _chosen(columns, len(outcome))).astype(float)
    if assumption.gaussian:
        tables = _latent_extremes(support, outcome, inside, assumption)
    elif assumption == NON_NEGATIVE:
        tables = tuple(_extreme_dependent_table(support, outcome, sign * inside) for sign in (1, -1))
    else:
        a, b = support @ inside.max(axis=1), outcome @ inside.max(axis=0)
        tables = tuple(_filled_table(support, outcome, inside, p) for p in (max(0.0, a + b - 1), min(a, b)))
    low, high = (float((table * inside).sum()) for table in tables)
    return Bounds("rectangle", assumption, low, high, tables)


def _chosen(positions: Sequence[int], categories: int) -> np.ndarray:
    unknown = sorted(set(positions).difference(range(categories)))
    if unknown or not len(positions):
        raise ParameterError(
            "A rectangle needs categories that exist.",
            found=str(list(positions)),
            expected=f"one or more positions from 0 to {categories - 1}",
        )
    return np.isin(np.arange(categories), positions)


def _filled_table(support: np.ndarray, outcome: np.ndarray, inside: np.ndarray, probability: float) -> np.ndarray:
    """A table with the margins and a rectangle of this probability; within each of its four blocks, independence."""
    rows, columns = inside.max(axis=1), inside.max(axis=0)
    a, b = support @ rows, outcome @ columns
    table = np.zeros_like(inside)
    blocks = [(rows, columns, probability), (rows, 1 - columns, a - probability)]
    blocks += [(1 - rows, columns, b - probability), (1 - rows, 1 - columns, 1 - a - b + probability)]
    for row_mask, column_mask, mass in blocks:
        row_part, column_part = support * row_mask, outcome * column_mask
        if mass > 0 and row_part.sum() > 0 and column_part.sum() > 0:
            table += mass * np.outer(row_part / row_part.sum(), column_part / column_part.sum())
    return table


def _extreme_dependent_table(support: np.ndarray, outcome: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The table of least cost among those with the margins and non-negative quadrant dependence."""
    r, c = cost.shape
    adds_up = np.vstack([np.kron(np.eye(r), np.ones(c)), np.kron(np.ones(r), np.eye(c))])
    cumulates = np.kron(np.tri(r)[:-1], np.tri(c)[:-1])
    least = np.multiply(*cut_points(support, outcome)).ravel()
    margins = np.concatenate([support, outcome])
    found = linprog(cost.ravel(), A_ub=-cumulates, b_ub=-least, A_eq=adds_up, b_eq=margins, method="highs")
    if found.status:
        raise RuntimeError(f"Linear programme of a rectangle: {found.message}")  # independence is always feasible
    return found.x.reshape(r, c)


def _latent_extremes(
    support: np.ndarray, outcome: np.ndarray, inside: np.ndarray, assumption: Assumption
) -> tuple[np.ndarray, np.ndarray]:
    def probability(correlation: float | np.ndarray) -> np.ndarray:
        return (gaussian_table(support, outcome, correlation) * inside).sum(axis=(-1, -2))

    grid = np.linspace(assumption.low, assumption.high, SCAN)
    scanned = probability(grid)
    tables = []
    for sign, k in ((1, int(scanned.argmin())), (-1, int(scanned.argmax()))):
        best = grid[k]
        around = grid[max(k - 1, 0)], grid[min(k + 1, SCAN - 1)]
        if around[0] < around[1]:
            refined = minimize_scalar(
                lambda r, sign=sign: sign * probability(r), bounds=around, method="bounded", options={"xatol": 1e-10}
            )
            best = min(best, refined.x, key=lambda r, sign=sign: sign * probability(r))
        tables.append(gaussian_table(support, outcome, best))
    return tables[0], tables[1]
