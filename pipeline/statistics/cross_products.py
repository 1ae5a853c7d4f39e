"""Cross-products by block of respondents, and their bootstrap: all that statistics of covariances need of answers.

A block is a cluster, or a respondent where there are no clusters. More than 2,000 of them are merged at random into
2,000 blocks, which changes no estimate, keeps clusters whole and leaves the bootstrap 1,999 degrees of freedom. After
that, the work no longer grows with the number of respondents.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm, t

from pipeline.errors import DataError, ParameterError

MOST_BLOCKS = 2000


def complete_cases(values: ArrayLike, clusters: ArrayLike | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows of ``values`` (n × d, NaN = missing) that miss nothing, and their clusters as numbers from 0.

    ``clusters`` has a label for each row. Fewer than two clusters among the complete rows say nothing about
    clustering: they count as none, and the second result is None.

    Raises DataError for values that are no matrix or infinite, and for labels that do not match the rows or miss.

    >>> rows, codes = complete_cases([[1, 2], [3, None], [5, 6]], ["north", "north", "south"])
    >>> rows.tolist(), codes.tolist()
    ([[1.0, 2.0], [5.0, 6.0]], [0, 1])
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 2:
        raise DataError(
            "Scores need a matrix: a row a respondent, a column an item.", found=f"{values.ndim} dimensions"
        )
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise DataError(
            "A score is infinite.",
            where=f"row {row}, column {column}, counted from 0",
            fix="Mark missing scores as NaN.",
        )
    complete = ~np.isnan(values).any(axis=1)
    codes = None if clusters is None else cluster_codes(clusters, len(values))[complete]
    if codes is not None:
        present, codes = np.unique(codes, return_inverse=True)
        codes = codes if len(present) > 1 else None
    values = values if complete.all() else values[complete]
    return np.ascontiguousarray(values), codes  # the same sums, to the last bit, whatever the order in memory was


def cluster_codes(clusters: ArrayLike, respondents: int) -> np.ndarray:
    """Labels of clusters, one a respondent, as numbers from 0 in the order of their first appearance.

    Raises DataError for a label that is missing or a number of labels that is not that of the respondents.

    >>> cluster_codes(["north", "south", "north"], 3).tolist()
    [0, 1, 0]
    """
    labels = pd.Series(clusters).to_numpy()
    if labels.shape != (respondents,):
        raise DataError(
            "Each respondent needs one cluster.", found=f"{len(labels)} labels", expected=f"{respondents} labels"
        )
    codes = pd.factorize(labels)[0]
    if (codes < 0).any():
        raise DataError(
            "A respondent has no cluster.",
            where=f"row {int((codes < 0).argmax())}, counted from 0",
            found=f"{int((codes < 0).sum())} missing labels",
            fix="Leave these respondents out, or give each a cluster of its own.",
        )
    return codes


def block_moments(values: np.ndarray, codes: np.ndarray | None = None, seed: int = 0) -> np.ndarray:
    """Cross-products of (1, x) by block (blocks × (d + 1) × (d + 1)), of complete rows (n × d) about their mean.

    ``codes`` are the rows' clusters from 0, or None where each row is its own. A cluster, or a row, is a block; more
    than MOST_BLOCKS are merged at random, by ``seed``.

    >>> block_moments(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).tolist()
    [[[2.0, -2.0], [-2.0, 4.0]], [[1.0, 2.0], [2.0, 4.0]]]
    """
    units = len(values) if codes is None else int(codes.max()) + 1
    merged = np.random.default_rng(seed).permutation(units) % MOST_BLOCKS if units > MOST_BLOCKS else np.arange(units)
    block = (merged if codes is None else merged[codes]).astype(np.uint16)  # sorted in linear time
    order = np.argsort(block, kind="stable")
    ends = np.cumsum(np.bincount(block))
    centre = values.mean(axis=0)
    moments = np.empty((len(ends), values.shape[1] + 1, values.shape[1] + 1))
    for place, rows in enumerate(np.split(order, ends[:-1])):
        centred = values[rows] - centre
        moments[place, 0, 0] = len(rows)
        moments[place, 0, 1:] = moments[place, 1:, 0] = centred.sum(axis=0)
        moments[place, 1:, 1:] = centred.T @ centred
    return moments


def resampled(moments: np.ndarray, draws: int, seed: int = 0) -> np.ndarray:
    """Bootstrap of the sum of B blocks' cross-products: draws × (d + 1) × (d + 1).

    A replicate draws B - 1 of the B blocks with replacement, which makes the variance of a mean unbiased however few
    blocks there are (Rao and Wu 1988, Journal of the American Statistical Association 83: 231-241).

    Raises ParameterError for fewer than 2 draws.

    >>> resampled(np.ones((3, 2, 2)), draws=2).tolist()
    [[[2.0, 2.0], [2.0, 2.0]], [[2.0, 2.0], [2.0, 2.0]]]
    """
    if draws < 2:
        raise ParameterError("A bootstrap needs draws.", found=str(draws), expected="2 or more, as 500")
    blocks = len(moments)
    drawn = np.random.default_rng(seed).integers(blocks, size=(draws, blocks - 1))
    places = drawn + blocks * np.arange(draws)[:, None]
    times = np.bincount(places.ravel(), minlength=draws * blocks).reshape(draws, blocks)
    return (times.astype(float) @ moments.reshape(blocks, -1)).reshape(draws, *moments.shape[1:])


def covariances(moments: np.ndarray) -> np.ndarray:
    """Covariances (..., d, d), with divisor n, from cross-products of (1, x) (..., d + 1, d + 1).

    >>> covariances(np.array([[4.0, 2.0], [2.0, 3.0]])).tolist()
    [[0.5]]
    """
    scaled = moments / moments[..., :1, :1]
    means = scaled[..., 0, 1:]
    return scaled[..., 1:, 1:] - means[..., :, None] * means[..., None, :]


def percentile_interval(replicates: np.ndarray, blocks: int, level: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Low and high ends (...) of bootstrap replicates (draws × ...), from expanded percentiles.

    The percentiles are those which lie as many errors out as Student's t with blocks - 1 degrees of freedom asks for,
    since plain ones are too narrow with few blocks (Hesterberg 2015, American Statistician 69: 371-386). Replicates
    in which a statistic is undefined (NaN) are left out; the ends are NaN if that is every second.

    Raises ParameterError for a level that is not between 0 and 1.

    >>> low, high = percentile_interval(np.arange(1001.0), blocks=10**6)
    >>> round(float(low), 1), round(float(high), 1)
    (25.0, 975.0)
    """
    outside = norm.cdf(t.ppf((1 - checked_level(level)) / 2, blocks - 1))
    known = np.isfinite(replicates).mean(axis=0) > 0.5
    kept = np.where(np.isfinite(replicates) & known, replicates, np.nan)
    low, high = np.nanquantile(np.where(known, kept, 0), [outside, 1 - outside], axis=0)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def checked_level(level: float) -> float:
    """A confidence level. ParameterError unless it is between 0 and 1.

    >>> checked_level(0.95)
    0.95
    """
    if not 0 < level < 1:
        raise ParameterError("Impossible confidence level.", found=repr(level), expected="between 0 and 1, as 0.95")
    return level
