"""Joint tables of two ordered answers: the extreme ones that two margins allow, and what is measured on a table.

A margin is a vector of K numbers, counts or probabilities, in the order of the answers. A joint table has the support
item in rows and the outcome item in columns, both in that order, and adds to one. Every function broadcasts: margins
of shape (..., r) and (..., c) give tables of shape (..., r, c) and statistics of shape (...).

With the margins fixed, table A is below table B in the concordance order if every cumulative probability
F(i, j) = P(support ≤ i, outcome ≤ j) of A is at most that of B (Tchen 1980, Annals of Probability 8: 814-827; Nelsen
2006, An Introduction to Copulas, 2.8). Every statistic in STATISTICS moves one way along that order:

- those of the 2 × 2 table depend on one F(i, j) alone, since agreement is a run of answers at one end of the scale;
- the covariance of grades is the sum of F(i, j) - P(i)Q(j) over all i, j with positive weights (Hoeffding 1940);
- concordant pairs have probability C = 2 E[F(X-, Y-)], which grows both with F and, F being 2-increasing, with the
  table that the mean is taken over; discordant pairs D fall likewise. Gamma = (C - D)/(C + D) depends on C/D alone.

So the lowest and the highest table of an assumption give the sharp bounds of all of them at once.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pipeline.errors import DataError, ParameterError

AGREE = (0, 1)  # the first two answers of a five-point scale: strongly agree, agree
ROUND_OFF = 1e-14  # a smaller difference of probabilities is the last digits of a double, and taken as zero

STATISTICS = {  # name: the range of its values, whatever the margins
    "both_agree": (0.0, 1.0),
    "agree_given_agree": (0.0, 1.0),
    "agree_given_not": (0.0, 1.0),
    "risk_difference": (-1.0, 1.0),
    "risk_ratio": (0.0, np.inf),
    "odds_ratio": (0.0, np.inf),
    "phi": (-1.0, 1.0),
    "spearman": (-1.0, 1.0),
    "gamma": (-1.0, 1.0),
}


def as_margin(values: ArrayLike, name: str = "margin") -> np.ndarray:
    """Counts or probabilities as probabilities that add to one along the last axis.

    Raises DataError for fewer than two categories, negative or infinite numbers, or nothing but zeros.

    >>> as_margin([10, 30]).tolist()
    [0.25, 0.75]
    """
    margin = np.asarray(values, dtype=float)
    if margin.ndim == 0 or margin.shape[-1] < 2:
        raise DataError(f"A {name} needs two or more ordered categories.", found=f"shape {margin.shape}")
    total = margin.sum(axis=-1, keepdims=True)
    if not (np.isfinite(margin).all() and (margin >= 0).all() and (total > 0).all()):
        raise DataError(
            f"A {name} cannot be.", expected="counts or probabilities: finite, none negative, not all of them zero"
        )
    return margin / total


def cut_points(support: ArrayLike, outcome: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """The margins' cumulative probabilities below the last category, shaped to broadcast: (..., r-1, 1), (..., 1, c-1).

    >>> rows, columns = cut_points([1, 1], [1, 1, 2])
    >>> rows.tolist(), columns.tolist()
    ([[0.5]], [[0.25, 0.5]])
    """
    rows = np.cumsum(as_margin(support, "support margin"), axis=-1)[..., :-1, None]
    columns = np.cumsum(as_margin(outcome, "outcome margin"), axis=-1)[..., None, :-1]
    return np.clip(rows, 0, 1), np.clip(columns, 0, 1)


def table_from_cdf(cdf: np.ndarray, support: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """The joint table with cumulative probabilities ``cdf`` (..., r-1, c-1) at the inner cut points of two margins.

    >>> table_from_cdf(np.array([[0.5]]), [1, 1], [1, 1]).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    support, outcome = as_margin(support, "support margin"), as_margin(outcome, "outcome margin")
    rows, columns = support.shape[-1], outcome.shape[-1]
    full = np.zeros((*cdf.shape[:-2], rows + 1, columns + 1))
    full[..., 1:-1, 1:-1] = cdf
    full[..., 1:, -1] = np.cumsum(support, axis=-1)
    full[..., -1, 1:] = np.cumsum(outcome, axis=-1)
    full[..., -1, -1] = 1
    table = np.diff(np.diff(full, axis=-1), axis=-2)
    return np.where(table < ROUND_OFF, 0.0, table)


def comonotone(support: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """The most concordant table: F(i, j) = min(P(i), Q(j)). Hoeffding (1940); Fréchet (1951); Nelsen (2006), 2.5.

    >>> comonotone([0.4, 0.6], [0.3, 0.7]).round(2).tolist()
    [[0.3, 0.1], [0.0, 0.6]]
    """
    return table_from_cdf(np.minimum(*cut_points(support, outcome)), support, outcome)


def countermonotone(support: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """The least concordant table: F(i, j) = max(0, P(i) + Q(j) - 1). Sources as `comonotone`.

    >>> countermonotone([0.4, 0.6], [0.3, 0.7]).round(2).tolist()
    [[0.0, 0.4], [0.3, 0.3]]
    """
    rows, columns = cut_points(support, outcome)
    return table_from_cdf(np.maximum(rows + columns - 1, 0), support, outcome)


def independent(support: ArrayLike, outcome: ArrayLike) -> np.ndarray:
    """The table of two answers that have nothing to do with each other: every cell is the product of its margins.

    >>> independent([0.4, 0.6], [0.3, 0.7]).round(2).tolist()
    [[0.12, 0.28], [0.18, 0.42]]
    """
    support, outcome = as_margin(support, "support margin"), as_margin(outcome, "outcome margin")
    return support[..., :, None] * outcome[..., None, :]


def agreement_mask(agree: Sequence[int], categories: int) -> np.ndarray:
    """Which categories agree, as a mask: a run that starts at the first category or ends at the last.

    >>> agreement_mask([0, 1], 5).tolist()
    [True, True, False, False, False]
    """
    positions = sorted(set(agree))
    first, last = list(range(len(positions))), list(range(categories - len(positions), categories))
    if not 0 < len(positions) < categories or positions not in (first, last):
        raise ParameterError(
            "Agreement has to be a run of answers at one end of the scale.",
            found=f"positions {list(agree)} of {categories} categories",
            expected="some, not all, such as [0, 1] for the first two",
        )
    mask = np.zeros(categories, dtype=bool)
    mask[positions] = True
    return mask


def agreement_table(
    table: ArrayLike, agree: Sequence[int] = AGREE, outcome_agree: Sequence[int] | None = None
) -> np.ndarray:
    """The 2 × 2 table (..., 2, 2): support agrees, does not, by outcome agrees, does not.

    ``agree`` holds the positions (from 0) of the answers that count as agreement; ``outcome_agree`` those of the
    outcome item, if they differ. Raises ParameterError unless they are some, not all, at one end of the scale.

    >>> agreement_table([[0.1, 0.2, 0.1], [0.1, 0.1, 0.4]], agree=[0]).round(2).tolist()
    [[0.1, 0.3], [0.1, 0.5]]
    """
    table = np.asarray(table, dtype=float)
    rows = agreement_mask(agree, table.shape[-2])
    columns = agreement_mask(agree if outcome_agree is None else outcome_agree, table.shape[-1])
    by_row = np.stack([table[..., rows, :].sum(axis=-2), table[..., ~rows, :].sum(axis=-2)], axis=-2)
    return np.stack([by_row[..., columns].sum(axis=-1), by_row[..., ~columns].sum(axis=-1)], axis=-1)


def measure(
    statistic: str, table: ArrayLike, agree: Sequence[int] = AGREE, outcome_agree: Sequence[int] | None = None
) -> np.ndarray | float:
    """One statistic of joint tables (..., r, c), each adding to one: a number, or an array of shape (...).

    ==================  =========================================================================================
    both_agree          P(support agrees and outcome agrees)
    agree_given_agree   P(outcome agrees, given that support agrees)
    agree_given_not     P(outcome agrees, given that support does not agree)
    risk_difference     agree_given_agree - agree_given_not
    risk_ratio          agree_given_agree / agree_given_not; infinite where the latter alone is 0
    odds_ratio          cross-product ratio of the 2 × 2 table; infinite where its denominator alone is 0
    phi                 Pearson's correlation of the two yes-or-no answers
    spearman            Pearson's correlation of mid-ranks (the mean rank of all who tie), that is of the grades
                        P(X < x) + P(X = x)/2: Spearman's rho corrected for ties. Unlike the copula's rho it is divided
                        by the grades' own standard deviations (Nešlehová 2007, J. Multivariate Analysis 98: 544-567)
    gamma               (C - D)/(C + D) of concordant and discordant pairs (Goodman and Kruskal 1954, JASA 49: 732-764)
    ==================  =========================================================================================

    A statistic that a table leaves undefined (a share of nobody, a correlation with a constant) is NaN.
    Raises ParameterError for an unknown statistic and as `agreement_table`.

    >>> measure("odds_ratio", [[0.375, 0.125], [0.25, 0.25]], agree=[0])
    3.0
    >>> round(measure("gamma", [[0.4, 0.1], [0.2, 0.3]]), 3)  # of a 2 × 2 table: Yule's Q, (6 - 1)/(6 + 1)
    0.714
    """
    if statistic not in STATISTICS:
        raise ParameterError("Unknown statistic.", found=repr(statistic), expected=", ".join(STATISTICS))
    table = np.asarray(table, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if statistic == "spearman":
            value = _spearman(table)
        elif statistic == "gamma":
            value = _gamma(table)
        else:
            value = _of_agreement(statistic, agreement_table(table, agree, outcome_agree))
    value = np.where(abs(value) < ROUND_OFF, 0.0, value)
    return value if value.ndim else float(value)


def measures(
    table: ArrayLike, agree: Sequence[int] = AGREE, outcome_agree: Sequence[int] | None = None
) -> dict[str, np.ndarray | float]:
    """Every statistic of `measure`, by name.

    >>> {name: round(value, 2) for name, value in measures([[0.4, 0.1], [0.2, 0.3]], agree=[0]).items()}
    ... # doctest: +NORMALIZE_WHITESPACE
    {'both_agree': 0.4, 'agree_given_agree': 0.8, 'agree_given_not': 0.4, 'risk_difference': 0.4, 'risk_ratio': 2.0,
     'odds_ratio': 6.0, 'phi': 0.41, 'spearman': 0.41, 'gamma': 0.71}
    """
    return {statistic: measure(statistic, table, agree, outcome_agree) for statistic in STATISTICS}


def grades(margin: ArrayLike) -> np.ndarray:
    """The mid-distribution grade of each category, P(X < x) + P(X = x)/2, whose mean is one half.

    >>> grades([1, 2, 1]).tolist()
    [0.125, 0.5, 0.875]
    """
    margin = as_margin(margin)
    return np.cumsum(margin, axis=-1) - margin / 2


def _spearman(table: np.ndarray) -> np.ndarray:
    support, outcome = table.sum(axis=-1), table.sum(axis=-2)
    row_grades, column_grades = grades(support), grades(outcome)
    covariance = np.einsum("...ij,...i,...j->...", table - independent(support, outcome), row_grades, column_grades)
    variances = (1 - (support**3).sum(axis=-1)) * (1 - (outcome**3).sum(axis=-1)) / 144
    return np.where(variances > ROUND_OFF, covariance / np.sqrt(variances), np.nan)


def _gamma(table: np.ndarray) -> np.ndarray:
    concordant, discordant = _ordered_pairs(table), _ordered_pairs(table[..., ::-1])
    return (concordant - discordant) / (concordant + discordant)


def _ordered_pairs(table: np.ndarray) -> np.ndarray:
    """Half the probability that two independent draws differ the same way in rows and columns."""
    beyond = np.cumsum(np.cumsum(table[..., ::-1, ::-1], axis=-1), axis=-2)[..., ::-1, ::-1]
    return (table[..., :-1, :-1] * beyond[..., 1:, 1:]).sum(axis=(-1, -2))


def _of_agreement(statistic: str, table: np.ndarray) -> np.ndarray:
    both, only_support, only_outcome, neither = (table[..., i, j] for i in (0, 1) for j in (0, 1))
    if statistic == "both_agree":
        return both
    given_agree, given_not = both / (both + only_support), only_outcome / (only_outcome + neither)
    if statistic == "agree_given_agree":
        return given_agree
    if statistic == "agree_given_not":
        return given_not
    if statistic == "risk_difference":
        return given_agree - given_not
    if statistic == "risk_ratio":
        return given_agree / given_not
    if statistic == "odds_ratio":
        return both * neither / (only_support * only_outcome)
    spread = (both + only_support) * (only_outcome + neither) * (both + only_outcome) * (only_support + neither)
    return (both * neither - only_support * only_outcome) / np.sqrt(spread)
