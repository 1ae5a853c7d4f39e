"""What two margins say about the link between two ordered answers, when nobody knows who gave both.

A survey that prints percentages item by item fixes the margins of every pair of items and nothing of their joint
table. The functions here give the lowest and the highest value of a statistic among all joint tables that have those
margins and keep to an assumption. The bounds are sharp: a table attains each end (`extreme_tables`). How the margins
themselves are uncertain is treated in `margin_sets` (rounding, answers that are missing) and `confidence_sets`
(sampling).

Both margins are vectors of counts or probabilities in the order of the answers, with "don't know" left out. The two
margins are taken to describe the same people; where a few answered one item only, `margin_sets` bounds what that does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pipeline.errors import ParameterError
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.joint import AGREE, measure


@dataclass(frozen=True)
class Assumption:
    """What is assumed of a joint table besides its margins: one of NOTHING, NON_NEGATIVE and `latent_between`.

    ``low`` and ``high`` are the latent correlations at which the Gaussian copula gives the least and the most
    concordant table that the assumption allows: -1 is the countermonotone table, 0 independence, 1 the comonotone.
    """

    name: str
    low: float
    high: float


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
    return Assumption(f"latent correlation from {low:g} to {high:g}", low, high)


@dataclass(frozen=True)
class Bounds:
    """The sharp bounds of a statistic, in the statistic's own unit: probabilities from 0 to 1, correlations -1 to 1.

    ``note`` says why both are NaN where the margins leave the statistic undefined; otherwise it is empty.
    """

    statistic: str
    assumption: Assumption
    low: float
    high: float
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
    low, high = (float(end) for end in extreme_values(statistic, support, outcome, assumption, agree, outcome_agree))
    note = "undefined: a group has nobody in it, or everybody gave the same answer" if np.isnan(low) else ""
    return Bounds(statistic, assumption, low, high, note)


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
    one, other = (
        np.asarray(measure(statistic, table, agree, outcome_agree))
        for table in extreme_tables(support, outcome, assumption)
    )
    return np.minimum(one, other), np.maximum(one, other)
