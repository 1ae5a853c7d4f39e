"""Uncertainty of a share: from sampling, and from the rounding of what was published."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.proportion import proportion_confint

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.rounding import FeasibleCounts


@dataclass(frozen=True)
class ShareInterval:
    """A share of a base, each number a proportion from 0 to 1.

    ``share`` belongs to the central feasible counts. ``rounding_low`` to ``rounding_high`` is all that the published
    percentages allow. ``wilson_low`` to ``wilson_high`` adds the error of sampling: the lower end of Wilson's interval
    at the lowest count, and the upper end at the highest.
    """

    share: float
    rounding_low: float
    rounding_high: float
    wilson_low: float
    wilson_high: float


def wilson(
    count: ArrayLike, base: ArrayLike, level: float = 0.95
) -> tuple[float, float] | tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval for a proportion, without continuity correction: (low, high), from 0 to 1.

    ``count`` and ``base`` are numbers or arrays that broadcast; arrays give arrays. ``level`` is the confidence level.
    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22: 209-212.

    Raises ParameterError for a level that is not between 0 and 1, and DataError for a base of 0 or a count outside
    its base: a share of nobody is not defined.

    >>> low, high = wilson(81, 263)  # Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3
    >>> round(low, 4), round(high, 4)
    (0.2553, 0.3662)
    >>> low, high = wilson([0, 20], 20)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0, 0.8389], [0.1611, 1.0])
    """
    if not 0 < level < 1:
        raise ParameterError("Impossible confidence level.", found=repr(level), expected="between 0 and 1, as 0.95")
    count, base = (np.array(numbers, dtype=float) for numbers in np.broadcast_arrays(count, base))
    possible = (base > 0) & (count >= 0) & (count <= base)
    if not possible.all():
        raise DataError(
            "A share needs a base above 0 and a count within it.",
            found=f"{count[~possible][0]:g} of {base[~possible][0]:g}",
        )
    low, high = proportion_confint(count, base, alpha=1 - level, method="wilson")
    low, high = np.where(count == 0, 0.0, low), np.where(count == base, 1.0, high)  # exact where rounding errors enter
    return (low, high) if low.ndim else (float(low), float(high))


def share_interval(feasible: FeasibleCounts, categories: Iterable[int], level: float = 0.95) -> ShareInterval:
    """The share of answers in some categories (indices from 0), with the uncertainty of rounding and of sampling.

    Raises ParameterError for an index that is not a category or an impossible level, DataError for a base of 0.

    >>> from pipeline.statistics.rounding import feasible_counts
    >>> agree = share_interval(feasible_counts([50, 50, 0], base=201), [0])
    >>> [round(value, 3) for value in (agree.rounding_low, agree.share, agree.rounding_high)]
    [0.498, 0.502, 0.502]
    >>> round(agree.wilson_low, 3), round(agree.wilson_high, 3)
    (0.429, 0.571)
    """
    categories = sorted(set(categories))
    fewest, most = feasible.bounds(categories)
    low, high = map(np.asarray, wilson([fewest, most], feasible.base, level))
    return ShareInterval(
        share=float(feasible.central()[categories].sum() / feasible.base),
        rounding_low=fewest / feasible.base,
        rounding_high=most / feasible.base,
        wilson_low=float(low[0]),
        wilson_high=float(high[1]),
    )
