"""The polychoric correlation of two ordered answers: that of the normal variables of which they are cuts.

Two steps (Olsson 1979, Psychometrika 44: 443-460): thresholds from the margins, then the correlation of the highest
likelihood. The standard error comes from each respondent's influence on the estimate, that on the thresholds included,
so it is right for both steps together (Muthén 1984, Psychometrika 49: 115-132) and holds where the answers are not
quite cuts of normal variables. Influences are summed by cluster.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri
from scipy.stats import t

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.copulas import bivariate_normal_cdf
from pipeline.statistics.cross_products import checked_level, cluster_codes

GRID = np.linspace(-5, 5, 41)  # of atanh r: from -0.9999 to 0.9999
FAR = 38.0  # a threshold beyond which nobody lies
FIELDS = ["correlation", "error", "low", "high", "respondents", "clusters"]


def polychoric_matrix(
    codes: ArrayLike,
    categories: Sequence[int],
    pairs: Sequence[tuple[int, int]],
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Polychoric correlations of pairs of items, from answers (n × items): 0 … categories - 1, negative = missing.

    ``categories`` has the number of answers of each item, ``pairs`` the positions of two items each, and ``clusters``
    a label a respondent. Each pair rests on those who answered both. One row a pair, in the order given: row, column
    (the positions), correlation, its standard error, low and high (from Fisher's z, by Student's t), respondents, clusters
    (0 where respondents count as independent, or all are of one cluster).

    The squared error has the factor G/(G - 1) (or n/(n - 1) without clusters), and t as many degrees of freedom. With few
    clusters the interval is still somewhat narrow: with 10 of 20 people, 95% intervals held the truth in 92% of simulated
    surveys. Where no two respondents differ in opposite ways, as in a 2 × 2 table with an empty corner, the correlation is
    exactly 1 (in the same way: -1), and the error and interval are NaN, for the theory behind them ends there. So it is for
    an estimate beyond ±0.9999. A pair in which fewer than two categories of an item have answers has
    NaN for all but its numbers of respondents and clusters.

    Raises DataError for codes that are no whole numbers, or beyond their categories, and labels that do not match;
    ParameterError for a pair of items that are not there or an impossible level.

    >>> polychoric_matrix([[0, 1], [1, 0], [1, 1], [0, 0]] * 5, [2, 2], [(0, 1)])["respondents"].tolist()
    [20]
    """
    codes = np.asarray(codes)
    pairs = [(int(first), int(second)) for first, second in pairs]
    _check(codes, categories, pairs)
    starts = np.zeros(0, dtype=int)
    if clusters is not None:
        labels = cluster_codes(clusters, len(codes))
        order = np.argsort(labels, kind="stable")
        codes, starts = codes[order], np.flatnonzero(np.diff(labels[order], prepend=-1))
    size = max(categories, default=2) + 1  # the last place: no answer
    places = np.asfortranarray(np.where(codes < 0, size - 1, codes), dtype=np.int32)
    tables = np.array([_table(places, pair, size) for pair in pairs]).reshape(len(pairs), size - 1, size - 1)
    usable = (tables.any(axis=2).sum(axis=1) > 1) & (tables.any(axis=1).sum(axis=1) > 1)
    correlations, influences = np.full(len(pairs), np.nan), np.zeros(tables.shape)
    correlations[usable], influences[usable] = fitted(tables[usable])
    rows = []
    for pair, table, correlation, influence in zip(pairs, tables, correlations, influences, strict=True):
        squares, answered = (table * influence**2).sum(), 0
        if len(starts):
            sums, answered = _by_cluster(_cells(places, pair, size), starts, influence)
            squares, answered = (np.square(sums).sum(), answered) if answered > 1 else (squares, 0)
        rows.append((*pair, *estimate(correlation, squares, int(table.sum()), answered, level)))
    return pd.DataFrame(rows, columns=["row", "column", *FIELDS])


def _check(codes: np.ndarray, categories: Sequence[int], pairs: Sequence[tuple[int, int]]) -> None:
    if codes.ndim != 2 or codes.dtype.kind not in "iu" or codes.shape[1] != len(categories):
        raise DataError(
            "Codes of answers need a matrix of whole numbers, a column an item.",
            found=f"shape {codes.shape} of {codes.dtype} for {len(categories)} items",
        )
    beyond = np.flatnonzero(codes.max(axis=0, initial=-1) >= np.asarray(categories))
    if len(beyond):
        item = beyond[0]
        raise DataError(
            "A code is beyond its item's categories.",
            where=f"column {item}, counted from 0",
            found=str(codes[:, item].max()),
            expected=f"at most {categories[item] - 1}",
        )
    unknown = [pair for pair in pairs if not all(0 <= item < len(categories) for item in pair)]
    if unknown:
        raise ParameterError(
            "A pair has an item that is not there.",
            found=str(unknown[0]),
            expected=f"positions from 0 to {len(categories) - 1}",
        )


def _cells(places: np.ndarray, pair: tuple[int, int], size: int) -> np.ndarray:
    """Each respondent's cell in the flattened table (size × size) of two items, the last row and column for missing."""
    return places[:, pair[0]] * np.int32(size) + places[:, pair[1]]


def _table(places: np.ndarray, pair: tuple[int, int], size: int) -> np.ndarray:
    counts = np.bincount(_cells(places, pair, size), minlength=size**2).reshape(size, size)
    return counts[:-1, :-1].astype(float)


def _by_cluster(cells: np.ndarray, starts: np.ndarray, influence: np.ndarray) -> tuple[np.ndarray, int]:
    """Sums of influences by cluster, respondents being in the clusters' order, and how many clusters have answers."""
    lost = ((0, 1), (0, 1))
    sums = np.add.reduceat(np.pad(influence, lost).ravel()[cells], starts)
    answered = np.logical_or.reduceat(np.pad(np.ones(influence.shape, dtype=bool), lost).ravel()[cells], starts)
    return sums, int(answered.sum())


def estimate(correlation: float, squares: float, respondents: int, clusters: int, level: float) -> tuple:
    """One estimate's FIELDS from the sum of its squared influences (by respondent or by cluster)."""
    outside = (1 + checked_level(level)) / 2
    if not abs(correlation) < 1:
        return float(correlation), np.nan, np.nan, np.nan, respondents, clusters
    units = clusters or respondents
    error = np.sqrt(units / (units - 1) * squares) / respondents
    half = t.ppf(outside, units - 1) * error / (1 - correlation**2)
    low, high = np.tanh(np.arctanh(correlation) + np.array([-half, half]))
    return float(correlation), float(error), float(low), float(high), respondents, clusters


def fitted(tables: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlations (m), and a respondent's influence on them by cell (m × r × c), of tables of counts (m × r × c)."""
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    rows, columns = (_cuts(shares.sum(axis=axis)) for axis in (2, 1))
    correlations = _most_likely(shares, rows, columns)
    inside = np.where(abs(correlations) < 1, correlations, 0)
    return correlations, _influence(shares, rows, columns, inside)


def _cuts(margins: np.ndarray) -> np.ndarray:
    """Thresholds (m × r + 1) of margins (m × r), the outermost at ±FAR. Empty categories make two equal ones."""
    below = np.cumsum(margins, axis=1)
    above = np.cumsum(margins[:, ::-1], axis=1)[:, ::-1]  # the upper tail from its own end, as precise as the lower
    inner = np.where(below[:, :-1] < 0.5, ndtri(below[:, :-1]), -ndtri(above[:, 1:]))
    return np.pad(np.clip(inner, -FAR, FAR), ((0, 0), (1, 1)), constant_values=((0, 0), (-FAR, FAR)))


def _most_likely(shares: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The correlations (m) of the highest likelihood: the best of a grid, refined by Newton steps that stay beside it.

    ±1 where no two respondents contradict it, or where the likelihood still rises at the grid's end.
    """
    best, highest = np.zeros(len(shares), dtype=int), np.full(len(shares), -np.inf)
    for place, z in enumerate(GRID):
        likelihood = _log_likelihood(shares, rows, columns, np.full(len(shares), np.tanh(z)))
        better = likelihood > highest
        best[better], highest[better] = place, likelihood[better]
    z = GRID[best]
    low, high = GRID[np.maximum(best - 1, 0)], GRID[np.minimum(best + 1, len(GRID) - 1)]
    for _ in range(60):
        r = np.tanh(z)
        slope, curvature = _derivatives(shares, rows, columns, r)
        low, high = np.where(slope > 0, z, low), np.where(slope > 0, high, z)
        along = 1 - r**2  # dr/dz
        bend = curvature * along**2 - 2 * r * slope * along
        with np.errstate(divide="ignore", invalid="ignore"):
            step = z - slope * along / bend
        moved = np.where((bend < 0) & (low <= step) & (step <= high), step, (low + high) / 2)
        done = abs(moved - z).max(initial=0) < 1e-12
        z = moved
        if done:
            break
    r = np.where(abs(z) > GRID[-1] - 1e-9, np.sign(z), np.tanh(z))
    return np.select([~_any_pair(shares[:, :, ::-1]), ~_any_pair(shares)], [1.0, -1.0], r)


def _any_pair(shares: np.ndarray) -> np.ndarray:
    """Whether two respondents differ the same way in rows and columns (m): if none do, r = -1 fits perfectly."""
    above_left = np.cumsum(np.cumsum(shares, axis=1), axis=2)[:, :-1, :-1]
    return np.any((shares[:, 1:, 1:] > 0) & (above_left > 0), axis=(1, 2))


def _log_likelihood(shares: np.ndarray, rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> np.ndarray:
    return (shares * np.log(_probabilities(rows, columns, r))).sum(axis=(1, 2))


def _derivatives(shares: np.ndarray, rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> tuple:
    """Of the log-likelihood (a respondent) by r: first and second."""
    probabilities = _probabilities(rows, columns, r)
    score = _corners(_density, rows, columns, r) / probabilities
    bend = _corners(_density_slope, rows, columns, r) / probabilities - score**2
    return (shares * score).sum(axis=(1, 2)), (shares * bend).sum(axis=(1, 2))


def _influence(shares: np.ndarray, rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> np.ndarray:
    """What a respondent in each cell adds to n times the estimate (m × r × c): its mean over respondents is 0."""
    _, curvature = _derivatives(shares, rows, columns, r)
    score = _corners(_density, rows, columns, r) / _probabilities(rows, columns, r)
    by_row = _through_thresholds(shares, rows, columns, r)
    by_column = _through_thresholds(shares.swapaxes(1, 2), columns, rows, r)
    moved = np.where(shares > 0, score, 0) + by_row[:, :, None] + by_column[:, None, :]
    return moved / -curvature[:, None, None]


def _through_thresholds(shares: np.ndarray, rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> np.ndarray:
    """What a respondent's answer in the rows (m × r) adds to the score of r by way of the rows' thresholds."""
    x, y, r3 = rows[:, :, None], columns[:, None, :], r[:, None, None]
    free = (1 - r3) * (1 + r3)
    normal = np.exp(-(rows**2) / 2) / np.sqrt(2 * np.pi)
    cell = np.diff(normal[:, :, None] * ndtr((y - r3 * x) / np.sqrt(free)), axis=2)  # of the cells above a threshold
    score = np.diff(-_density(x, y, r3) * (x - r3 * y) / free, axis=2)
    probabilities = _probabilities(rows, columns, r)
    plain = np.diff(np.pad(shares / probabilities, ((0, 0), (1, 1), (0, 0))), axis=1)  # cells above less cells below
    scored = np.diff(
        np.pad(shares * _corners(_density, rows, columns, r) / probabilities**2, ((0, 0), (1, 1), (0, 0))), axis=1
    )
    slope = (scored * cell - plain * score).sum(axis=2)  # of the total score, by threshold
    within = normal > 1e-300
    per_share = np.where(within, slope / np.where(within, normal, 1), 0)
    is_below = np.arange(shares.shape[1])[:, None] < np.arange(rows.shape[1])
    return (per_share[:, None, :] * (is_below - ndtr(rows)[:, None, :])).sum(axis=2)


def _probabilities(rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Of the cells (m × r × c), none below the precision of the bivariate normal CDF."""
    return np.maximum(_corners(bivariate_normal_cdf, rows, columns, r), 1e-15)


def _corners(function: Callable, rows: np.ndarray, columns: np.ndarray, r: np.ndarray) -> np.ndarray:
    """What a function of thresholds and correlation gives a cell (m × r × c), from its values at the four corners."""
    values = function(rows[:, :, None], columns[:, None, :], r[:, None, None])
    return np.diff(np.diff(values, axis=1), axis=2)


def _density(x: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Of the bivariate normal distribution: the derivative of its CDF by r as well as by x and y together."""
    free = (1 - r) * (1 + r)
    return np.exp(-((x - y) ** 2 / free + 2 * x * y / (1 + r)) / 2) / (2 * np.pi * np.sqrt(free))


def _density_slope(x: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
    """The density's derivative by r."""
    free = (1 - r) * (1 + r)
    return _density(x, y, r) * (r / free + (x - r * y) * (y - r * x) / free**2)
