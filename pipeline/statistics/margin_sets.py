"""Bounds when the margins themselves are known only up to a set: rounded percentages, and people who did not answer.

A `MarginSet` holds every vector of whole counts that an item's margin could be. Without a group it is the counts
behind rounded percentages. With a group of N people it is the margin that all N would have had, each missing answer
free to be anything (Manski 2003, Partial Identification of Probability Distributions, chapters 1 and 3). Bounds over
two such sets are again sharp: answers can be missing for reasons that depend on the answer, so every pair of members
can occur, with every joint table that has them as margins.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.association import NOTHING, Assumption, extreme_values
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.joint import AGREE, agreement_mask, measure
from pipeline.statistics.rounding import FeasibleCounts

MOST_SHARES = 1000  # of each item that are combined; more are thinned evenly, both ends kept
MOST_PAIRS = 20_000  # of whole margins that are all tried; more are searched
DRAWS = 100  # of members of each set, whose best STARTS pairs the search starts from
STARTS = 6


@dataclass(frozen=True)
class MarginSet:
    """Vectors x of K whole counts that a margin could be; made by `rounded_margin`.

    The people who answered in a scored category number ``answered[0]`` to ``answered[1]``, of whom ``low[k]`` to
    ``high[k]`` gave answer k. Without a ``group`` those are the margin. With one, the others of its ``group`` people
    are added, each in any category.
    """

    low: tuple[int, ...]
    high: tuple[int, ...]
    answered: tuple[int, int]
    group: int | None = None

    def contains(self, counts: ArrayLike) -> np.ndarray:
        """Which of the vectors (..., K) belong to the set: true or false, shape (...).

        >>> MarginSet((3, 1), (3, 1), (4, 4), 6).contains([[3, 3], [6, 0], [5, 1]]).tolist()
        [True, False, True]
        """
        counts = np.asarray(counts)
        total = counts.sum(axis=-1)
        enough = (counts >= self.low).all(axis=-1)
        if self.group is None:
            within = (counts <= self.high).all(axis=-1)
            return enough & within & (self.answered[0] <= total) & (total <= self.answered[1])
        # Some x - r with r ≥ 0 has to be a vector of answers: as many as possible of them have to reach the fewest.
        return enough & (total == self.group) & (np.minimum(counts, self.high).sum(axis=-1) >= self.answered[0])

    def members(self, limit: int) -> np.ndarray | None:
        """Every member (n × K) in lexicographic order, or None if the box around them has more than ``limit`` cells.

        >>> MarginSet((3, 1), (3, 1), (4, 4), 6).members(limit=100).tolist()
        [[3, 3], [4, 2], [5, 1]]
        """
        missing = 0 if self.group is None else self.group - self.answered[0]
        sides = [range(low, high + missing + 1) for low, high in zip(self.low, self.high, strict=True)]
        if math.prod(map(len, sides)) > limit:
            return None
        box = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1).reshape(-1, len(sides))
        return box[self.contains(box)]

    def shares(self, categories: Sequence[int]) -> np.ndarray:
        """Every share, in increasing order, that a subset of categories can have: the first and last are its bounds.

        >>> MarginSet((30, 15, 5), (30, 15, 5), (50, 50), 60).shares([0, 1])[[0, -1]].round(3).tolist()  # 45/60 and 55/60
        [0.75, 0.917]
        """
        chosen = np.isin(np.arange(len(self.low)), list(categories))
        low, high = np.array(self.low), np.array(self.high)
        two = MarginSet(
            (int(low[chosen].sum()), int(low[~chosen].sum())),
            (int(high[chosen].sum()), int(high[~chosen].sum())),
            self.answered,
            self.group,
        )
        within = np.arange(two.low[0], (two.high[0] if self.group is None else self.group) + 1)
        if self.group is None:
            pairs = np.stack(
                np.meshgrid(within, np.arange(two.low[1], two.high[1] + 1), indexing="ij"), axis=-1
            ).reshape(-1, 2)
        else:
            pairs = np.stack([within, self.group - within], axis=-1)
        pairs = pairs[two.contains(pairs) & (pairs.sum(axis=1) > 0)]
        return np.unique(pairs[:, 0] / pairs.sum(axis=1))

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """A member, drawn so that far corners come up too (not uniformly): K whole numbers.

        >>> bool(MarginSet((3, 1), (3, 1), (4, 4), 6).draw(np.random.default_rng(1)).sum() == 6)
        True
        """
        counts, high = np.array(self.low), np.array(self.high)
        spare = int(generator.integers(self.answered[0], self.answered[1] + 1)) - counts.sum()
        for k in generator.permutation(len(counts)):
            others = (high - counts)[np.arange(len(counts)) != k]
            unseen = others[others > 0].sum()
            added = int(generator.integers(max(0, spare - unseen), min(spare, high[k] - counts[k]) + 1))
            counts[k] += added
            high[k] = counts[k]
            spare -= added
        if self.group is not None:
            counts += generator.multinomial(self.group - counts.sum(), generator.dirichlet(np.full(len(counts), 0.3)))
        return counts

    def neighbours(self, counts: np.ndarray, longest: int | None = None) -> np.ndarray:
        """The members one step away: 1, 2, 4, … people move between two categories, or come in or drop out of one.

        At most ``longest`` people move, if it is given.

        >>> MarginSet((3, 1), (3, 1), (4, 4), 6).neighbours(np.array([4, 2])).tolist()
        [[3, 3], [5, 1]]
        """
        unit = np.eye(len(counts), dtype=int)
        moves = [unit[k] - unit[j] for j in range(len(counts)) for k in range(len(counts)) if j != k]
        if self.answered[0] < self.answered[1] and self.group is None:
            moves += [*unit, *-unit]
        steps = 2 ** np.arange((longest or max(1, int(counts.sum()))).bit_length())
        candidates = counts + (steps[:, None, None] * np.array(moves)).reshape(-1, len(counts))
        return candidates[self.contains(candidates)]


def rounded_margin(feasible: FeasibleCounts, categories: Sequence[int], group: int | None = None) -> MarginSet:
    """The margin of the scored ``categories`` (positions, in order) of a row of rounded percentages.

    Answers in the other categories ("don't know") are left out. With a ``group`` of N people, they and those who
    skipped the item count as missing, and the set holds what the margin of all N could be.

    Raises ParameterError for positions that are not there, DataError if the base exceeds the group.

    >>> from pipeline.statistics.rounding import feasible_counts
    >>> rounded_margin(feasible_counts([50, 30, 20], base=10), [0, 1], group=12).shares([0])[[0, -1]].round(3).tolist()
    [0.417, 0.75]
    """
    scored = list(categories)
    others = [k for k in range(len(feasible.low)) if k not in scored]
    answered = feasible.bounds(scored)  # checks the positions
    if len(scored) < 2 or len(set(scored)) < len(scored):
        raise ParameterError("A margin needs two or more categories, each once.", found=str(scored))
    if group is not None and feasible.base > group:
        raise DataError("More people answered than the group has.", found=f"{feasible.base} of {group}")
    fewest, most = zip(*(feasible.bounds([k]) for k in scored), strict=True)
    if not others:
        answered = (feasible.base, feasible.base)
    return MarginSet(fewest, most, answered, group)


@dataclass(frozen=True)
class BoundsRange:
    """How far the bounds of a statistic move over two margin sets.

    ``low`` is the lowest and the highest value of the lower bound, ``high`` those of the upper bound. So low[0] and
    high[1] are the bounds on the statistic when the margins are known only up to their sets. ``method`` says how
    they were found: "enumerated" (exact), "thinned" (both sets thinned to MOST_SHARES shares) or "search" (hill
    climbing: each end is attained, and may in principle fall short of the true extreme). Members that leave the
    statistic undefined are passed over.
    """

    statistic: str
    assumption: Assumption
    low: tuple[float, float]
    high: tuple[float, float]
    method: str


def bounds_over(
    statistic: str,
    support: MarginSet,
    outcome: MarginSet,
    assumption: Assumption = NOTHING,
    agree: Sequence[int] = AGREE,
    outcome_agree: Sequence[int] | None = None,
    seed: int = 0,
) -> BoundsRange:
    """The bounds of a statistic over all pairs of members of two margin sets.

    Statistics of the 2 × 2 table depend on two shares only, and every pair of possible shares is evaluated. Spearman's
    rho and gamma depend on whole margins: all pairs are tried where there are few; otherwise hill climbing from the
    best of seeded draws moves people between categories (1, 2, 4, … of one item, or one of each) while that helps.

    Errors as `association.bounds`; ParameterError if the sets belong to groups of different sizes.

    >>> answers = MarginSet((30, 20), (30, 20), (50, 50), 50), MarginSet((25, 15), (25, 15), (40, 40), 50)
    >>> found = bounds_over("both_agree", *answers, agree=[0])
    >>> [round(end, 2) for end in (*found.low, *found.high)], found.method  # outcome: 25 to 35 of 50
    ([0.1, 0.3, 0.5, 0.6], 'enumerated')
    """
    if None not in (support.group, outcome.group) and support.group != outcome.group:
        raise ParameterError(
            "The two items belong to groups of different sizes.", found=f"{support.group} and {outcome.group}"
        )
    if statistic in ("spearman", "gamma"):
        listed = support.members(MOST_PAIRS), outcome.members(MOST_PAIRS)
        if listed[0] is not None and listed[1] is not None and len(listed[0]) * len(listed[1]) <= MOST_PAIRS:
            low, high = extreme_values(statistic, listed[0][:, None], listed[1][None, :], assumption)
            return BoundsRange(statistic, assumption, _range(low), _range(high), "enumerated")
        lowest, highest = _searched(statistic, support, outcome, assumption, np.random.default_rng(seed))
        return BoundsRange(statistic, assumption, lowest, highest, "search")
    outcome_agree = agree if outcome_agree is None else outcome_agree
    pairs = [_two_categories(item, chosen) for item, chosen in ((support, agree), (outcome, outcome_agree))]
    (rows, first, thin_rows), (columns, second, thin_columns) = pairs
    low, high = extreme_values(statistic, rows[:, None], columns[None, :], assumption, first, second)
    method = "thinned" if thin_rows or thin_columns else "enumerated"
    return BoundsRange(statistic, assumption, _range(low), _range(high), method)


def _two_categories(item: MarginSet, agree: Sequence[int]) -> tuple[np.ndarray, list[int], bool]:
    """Every margin (n × 2) of agreeing or not, in the order of the scale; which of the two agrees; whether thinned."""
    mask = agreement_mask(agree, len(item.low))
    shares = item.shares(np.flatnonzero(mask).tolist())
    thin = len(shares) > MOST_SHARES
    if thin:
        shares = shares[np.linspace(0, len(shares) - 1, MOST_SHARES).round().astype(int)]
    position = 0 if mask[0] else 1
    return np.stack([shares, 1 - shares][:: 1 if position == 0 else -1], axis=-1), [position], thin


def _range(values: np.ndarray) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    return (float(defined.min()), float(defined.max())) if defined.size else (np.nan, np.nan)


def _searched(
    statistic: str, support: MarginSet, outcome: MarginSet, assumption: Assumption, generator: np.random.Generator
) -> list[tuple[float, float]]:
    drawn_rows, drawn_columns = (np.stack([item.draw(generator) for _ in range(DRAWS)]) for item in (support, outcome))

    def extreme(correlation: float, sign: int) -> float:
        def objective(some_rows: np.ndarray, some_columns: np.ndarray) -> np.ndarray:
            value = sign * measure(statistic, gaussian_table(some_rows, some_columns, correlation))
            return np.where(np.isnan(value), -np.inf, value)

        values = objective(drawn_rows[:, None], drawn_columns[None, :])
        best = np.argsort(-values, axis=None, kind="stable")[:STARTS]
        starts = np.transpose(np.unravel_index(best, values.shape))
        return sign * max(ascent(objective, drawn_rows[i], drawn_columns[j]) for i, j in starts)

    def ascent(objective: Callable, rows: np.ndarray, columns: np.ndarray) -> float:
        best = float(objective(rows, columns))
        while True:
            for near in (one_item_moves, both_items_move):
                more_rows, more_columns = near(rows, columns)
                values = objective(more_rows, more_columns)
                top = int(values.argmax())
                if values[top] > best + 1e-13:
                    best, rows, columns = float(values[top]), more_rows[top], more_columns[top]
                    break
            else:
                return best

    def one_item_moves(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        by_rows, by_columns = np.vstack([rows, support.neighbours(rows)]), outcome.neighbours(columns)
        return (
            np.vstack([by_rows, np.broadcast_to(rows, (len(by_columns), len(rows)))]),
            np.vstack([np.broadcast_to(columns, (len(by_rows), len(columns))), by_columns]),
        )

    def both_items_move(rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        by_rows = np.vstack([rows, support.neighbours(rows, longest=1)])
        by_columns = np.vstack([columns, outcome.neighbours(columns, longest=1)])
        return np.repeat(by_rows, len(by_columns), axis=0), np.tile(by_columns, (len(by_rows), 1))

    ends = []
    for end in (assumption.low, assumption.high):  # both statistics rise along the concordance order
        lowest, highest = extreme(end, -1), extreme(end, 1)
        undefined = np.isinf(lowest) or np.isinf(highest)
        ends.append((np.nan, np.nan) if undefined else (lowest, highest))
    return ends
