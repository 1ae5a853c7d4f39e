"""The counts behind rounded percentages.

A publication prints the percentage of answers in each of K categories, rounded, and the base: the number who
answered. Every vector of whole counts that adds to the base, and whose each percentage rounds to the printed one,
could be the truth; together they are the row's feasible set. A rounded percentage never falls as the count grows, so
each cell allows an unbroken run of counts, and the set is a box of whole numbers cut by one total. That shape gives
closed forms for bounds, and exact counting and drawing by dynamic programming, however large the set is.

All arithmetic is on whole numbers of any length: no floating-point number decides whether a count is feasible.
"""

import operator
import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Literal, get_args

import numpy as np

from pipeline.errors import DataError, InfeasibleRow, ParameterError

Rounding = Literal["half_up", "half_even", "down"]  # how a publication may have rounded
ROUNDINGS: tuple[str, ...] = get_args(Rounding)
LISTING_LIMIT = 1_000_000  # members; a larger set is drawn from or bounded, not listed
MOST_DECIMALS = 10
COUNTING_LIMIT = 5_000_000  # whole numbers in the table of the dynamic programme: some 250 MB


@dataclass(frozen=True)
class FeasibleCounts:
    """Every vector of K counts that could stand behind one row of rounded percentages; made by `feasible_counts`.

    ``low`` and ``high`` are the fewest and most answers that rounding allows each cell looked at alone. `bounds` and
    `cell_bounds` use in addition that the cells add to the base.

    >>> feasible = feasible_counts([50, 50, 0], base=201)
    >>> feasible.low, feasible.high
    ((100, 100, 0), (101, 101, 1))
    >>> feasible.size
    3
    """

    base: int
    percentages: tuple[Decimal, ...]
    decimals: int
    rounding: str
    low: tuple[int, ...]
    high: tuple[int, ...]

    def __contains__(self, counts: Sequence[int]) -> bool:
        """Whether a vector of counts belongs to the set.

        >>> (1, 2) in feasible_counts([33, 67], base=3), (2, 1) in feasible_counts([33, 67], base=3)
        (True, False)
        """
        return (
            len(counts) == len(self.low)
            and sum(counts) == self.base
            and all(low <= count <= high for low, count, high in zip(self.low, counts, self.high, strict=True))
        )

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        """Every member in lexicographic order. ParameterError if there are more than LISTING_LIMIT.

        >>> list(feasible_counts([50, 50, 0], base=201))
        [(100, 100, 1), (100, 101, 0), (101, 100, 0)]
        """
        if self.size > LISTING_LIMIT:
            raise ParameterError(
                "The feasible set is too large to list.",
                found=f"{self.size:,} members",
                expected=f"at most {LISTING_LIMIT:,}",
                fix="Use bounds() for ranges or sample() for draws.",
            )
        return map(self._member, range(self.size))

    @cached_property
    def size(self) -> int:
        """The exact number of members, a whole number of any length. ParameterError beyond COUNTING_LIMIT.

        >>> feasible_counts([17, 61, 16, 4, 0, 1], base=423).size  # Ofsted (2012), Annex A, social workers' last row
        493
        """
        below = self._ways_below[0]
        return below[-1] - below[-2]

    def bounds(self, categories: Iterable[int]) -> tuple[int, int]:
        """The fewest and the most answers in a subset of categories, given by their indices from 0.

        Each is the larger (smaller) of what the subset's own cells allow and what the other cells leave of the base.
        Some member of the set attains it, since a box of whole numbers takes every total between its extremes.

        Raises ParameterError for an index that is not a category.

        >>> feasible_counts([50, 50, 0], base=201).bounds([0, 1])
        (200, 201)
        """
        inside = self._subset(categories)
        outside = [k for k in range(len(self.low)) if k not in inside]
        low = max(sum(self.low[k] for k in inside), self.base - sum(self.high[k] for k in outside))
        high = min(sum(self.high[k] for k in inside), self.base - sum(self.low[k] for k in outside))
        return low, high

    def cell_bounds(self) -> np.ndarray:
        """The fewest and most answers of each cell once the total is used: whole numbers, K × 2 (low, high).

        >>> feasible_counts([50, 50], base=200).cell_bounds().tolist()  # alone, each cell allows 99 to 100
        [[100, 100], [100, 100]]
        """
        return np.array([self.bounds([k]) for k in range(len(self.low))], dtype=np.int64)

    def central(self) -> np.ndarray:
        """The member nearest to the printed percentages by least squares: K whole numbers.

        It minimises the sum of (count - base × percentage / 100)² over the set. The objective is convex and
        separable, so the minimiser shifts every target by one common amount, cuts it to a whole number, and keeps it
        within its cell (Ibaraki and Katoh 1988, Resource Allocation Problems: Algorithmic Approaches). Of several
        minimisers it is the one that comes last in lexicographic order: odd answers go to earlier categories.

        >>> feasible_counts([50, 50], base=201).central().tolist()
        [101, 100]
        """
        unit = 100 * 10**self.decimals  # targets and shifts are whole multiples of 1 / unit
        targets = [self.base * _steps(percentage, self.decimals) for percentage in self.percentages]

        def shifted(shift: int) -> list[int]:
            whole = ((target + shift) // unit for target in targets)
            return [min(max(c, low), high) for c, low, high in zip(whole, self.low, self.high, strict=True)]

        to_low = min(low * unit - target for low, target in zip(self.low, targets, strict=True))
        to_high = max(high * unit - target for high, target in zip(self.high, targets, strict=True))
        shifts = range(to_low, to_high + 1)  # from every cell at its fewest to every cell at its most
        shift = shifts[bisect_left(shifts, self.base, key=lambda shift: sum(shifted(shift)))]
        counts, before = shifted(shift), shifted(shift - 1)
        excess = sum(counts) - self.base
        for k in reversed(range(len(counts))):  # the last answers placed cost the same: the later ones go back
            if excess and counts[k] > before[k]:
                counts[k] -= 1
                excess -= 1
        return np.array(counts, dtype=np.int64)

    def leaning(self, order: Iterable[int]) -> np.ndarray:
        """The member with the most answers in the first category of `order`, in its first two, and so on: K numbers.

        One member attains all these at once: every cell starts at its fewest, and what is left of the base fills the
        cells up in turn. `order` names each category once. Raises ParameterError where it does not.

        >>> feasible_counts([33, 34, 33], base=203).leaning([1, 2, 0]).tolist()
        [66, 70, 67]
        """
        order = list(order)
        if sorted(order) != list(range(len(self.low))):
            raise ParameterError(
                "An order names each category once.",
                found=str(order),
                expected=f"the numbers from 0 to {len(self.low) - 1}",
            )
        counts, left = list(self.low), self.base - sum(self.low)
        for k in order:
            added = min(self.high[k] - self.low[k], left)
            counts[k] += added
            left -= added
        return np.array(counts, dtype=np.int64)

    def sample(self, n: int, seed: int) -> np.ndarray:
        """``n`` independent draws from the set, each member equally likely: whole numbers, n × K.

        A draw is a uniform rank, turned into the member of that rank; nothing is rejected. The same seed gives the
        same draws. Raises ParameterError for a negative ``n`` or ``seed``.

        >>> feasible_counts([50, 50, 0], base=201).sample(2, seed=1).sum(axis=1).tolist()
        [201, 201]
        """
        n = _whole(n, "Number of draws", ParameterError)
        generator = random.Random(_whole(seed, "Seed", ParameterError))
        draws = [self._member(generator.randrange(self.size)) for _ in range(n)]
        return np.array(draws, dtype=np.int64).reshape(n, len(self.low))

    @cached_property
    def _ways_below(self) -> list[list[int]]:
        """Entry [k][r]: in how many ways cells k … K-1 hold fewer than r answers above their fewest.

        Cells are filled from the last. Cell k can take 0 … width answers, so its number of ways to a total is a run
        of the next cell's, which two running sums give without a loop over the width.
        """
        spare = self.base - sum(self.low)
        if spare * len(self.low) > COUNTING_LIMIT:
            raise ParameterError(
                "The percentages are too coarse for the base to count the feasible set.",
                found=f"base {self.base:,} with {self.decimals} decimals in {len(self.low)} categories",
                expected=f"a table of at most {COUNTING_LIMIT:,} numbers, not {spare * len(self.low):,}",
                fix="Use bounds(), cell_bounds() and central(), which need no counting.",
            )
        tables = [[0, 1]]
        for low, high in zip(reversed(self.low), reversed(self.high), strict=True):
            below, width = tables[-1], high - low
            last = len(below) - 1
            totals = range(min(spare, last - 1 + width) + 1)
            ways = (below[min(total + 1, last)] - below[max(total - width, 0)] for total in totals)
            tables.append(list(accumulate(ways, initial=0)))
        return tables[::-1]

    def _member(self, rank: int) -> tuple[int, ...]:
        """The member of a rank, from 0, in lexicographic order."""
        counts = []
        spare = self.base - sum(self.low)
        for low, below in zip(self.low, self._ways_below[1:], strict=True):
            up_to_spare = below[min(spare + 1, len(below) - 1)]
            left = bisect_left(below, up_to_spare - rank) - 1  # in later cells: the less, the higher the rank
            rank -= up_to_spare - below[left + 1]
            counts.append(low + spare - left)
            spare = left
        return tuple(counts)

    def _subset(self, categories: Iterable[int]) -> set[int]:
        subset = set(categories)
        unknown = sorted(subset.difference(range(len(self.low))))
        if unknown:
            raise ParameterError(
                "A category does not exist.",
                found=", ".join(map(str, unknown)),
                expected=f"indices from 0 to {len(self.low) - 1}",
            )
        return subset


def feasible_counts(
    percentages: Iterable[int | float | Decimal | str],
    base: int,
    decimals: int = 0,
    rounding: str = "half_up",
    where: str = "",
) -> FeasibleCounts:
    """The counts of ``base`` answers that could stand behind K rounded ``percentages`` (0 to 100).

    ``decimals`` is how many the publication prints (0 to 10), ``rounding`` one of "half_up", "half_even" (a half goes
    to the even neighbour) and "down" (further digits are cut off). A percentage is what its decimal text says: 12.5
    and "12.5" are the same exact number. ``where`` (file and row) is shown in errors. Nobody out of nobody counts as
    0 per cent: a base of 0 with every percentage 0 has one member, all zeros.

    Raises InfeasibleRow if no counts give the percentages, DataError for a base or percentage that cannot be, and
    ParameterError for an unknown rounding rule or impossible decimals.

    >>> list(feasible_counts([33, 67], base=3))
    [(1, 2)]
    >>> feasible_counts([33, 66], base=3)
    Traceback (most recent call last):
        ...
    pipeline.errors.InfeasibleRow: No counts of answers round to these percentages.
      found:    category 1 (66%): 1 of 3 is 33%, 2 of 3 is 67%
      expected: counts that add to 3 and round to them (half_up, decimals 0)
      fix:      Check the percentages and the base against the source, and the rounding rule.
    """
    decimals = _checked_rule(decimals, rounding)
    base = _whole(base, "Base", DataError, where=where)
    exact = tuple(_exact_percentage(k, value, decimals, where) for k, value in enumerate(percentages))
    if not exact:
        raise DataError("A row has no percentages.", where=where, expected="one percentage a category")
    cells = [_cell_range(_steps(percentage, decimals), base, decimals, rounding) for percentage in exact]
    low, high = zip(*cells, strict=True)
    feasible = FeasibleCounts(base, exact, decimals, rounding, low, high)
    _check_feasible(feasible, where)
    return feasible


def rounded_percentage(count: int, base: int, decimals: int = 0, rounding: str = "half_up") -> Decimal:
    """The percentage that a publication prints for ``count`` of ``base`` answers. Errors as `feasible_counts`.

    >>> [str(rounded_percentage(1, 8, rounding=rule)) for rule in ("half_up", "half_even", "down")]
    ['13', '12', '12']
    >>> rounded_percentage(1, 8, decimals=2)
    Decimal('12.50')
    """
    decimals = _checked_rule(decimals, rounding)
    base = _whole(base, "Base", DataError)
    count = _whole(count, "Count", DataError, most=base)
    return Decimal(_rounded_steps(count, base, decimals, rounding)).scaleb(-decimals)


def _rounded_steps(count: int, base: int, decimals: int, rounding: str) -> int:
    """The rounded percentage in steps of the last printed digit: 125 for 12.5 with one decimal."""
    if base == 0:
        return 0
    steps, remainder = divmod(count * 100 * 10**decimals, base)
    if rounding == "half_up":
        return steps + (2 * remainder >= base)
    if rounding == "half_even":
        return steps + (2 * remainder > base or (2 * remainder == base and steps % 2))
    return steps


def _cell_range(steps: int, base: int, decimals: int, rounding: str) -> tuple[int, int]:
    """The fewest and most of ``base`` answers whose percentage rounds to ``steps``; empty where low exceeds high."""

    def rounded(count: int) -> int:
        return _rounded_steps(count, base, decimals, rounding)

    counts = range(base + 1)
    return bisect_left(counts, steps, key=rounded), bisect_right(counts, steps, key=rounded) - 1


def _check_feasible(feasible: FeasibleCounts, where: str) -> None:
    base, low, high = feasible.base, feasible.low, feasible.high
    names = [f"category {k} ({percentage}%)" for k, percentage in enumerate(feasible.percentages)]
    empty = [k for k in range(len(low)) if low[k] > high[k]]
    if empty:
        cells, gap = empty, 0
        found = "; ".join(f"{names[k]}: {_neighbours(feasible, k)}" for k in empty)
    elif sum(low) > base:
        cells, gap = [k for k in range(len(low)) if low[k]], sum(low) - base
        found = f"{', '.join(names[k] for k in cells)} need at least {sum(low)} answers, {gap} more than the base"
    elif sum(high) < base:
        cells, gap = list(range(len(low))), sum(high) - base
        found = f"{', '.join(names)} hold at most {sum(high)} answers, {-gap} fewer than the base"
    else:
        return
    raise InfeasibleRow(
        "No counts of answers round to these percentages.",
        cells=tuple(cells),
        gap=gap,
        where=where,
        found=found,
        expected=f"counts that add to {base} and round to them ({feasible.rounding}, decimals {feasible.decimals})",
        fix="Check the percentages and the base against the source, and the rounding rule.",
    )


def _neighbours(feasible: FeasibleCounts, k: int) -> str:
    """What the counts next to an impossible percentage round to. An empty range ends below where it starts."""
    counts = [count for count in (feasible.high[k], feasible.low[k]) if count <= feasible.base]
    rounded = (rounded_percentage(count, feasible.base, feasible.decimals, feasible.rounding) for count in counts)
    return ", ".join(f"{count} of {feasible.base} is {value}%" for count, value in zip(counts, rounded, strict=True))


def _exact_percentage(k: int, value: int | float | Decimal | str, decimals: int, where: str) -> Decimal:
    try:
        percentage = Decimal(str(value))
    except InvalidOperation:
        percentage = Decimal("NaN")
    if not (percentage.is_finite() and 0 <= percentage <= 100):
        raise DataError(
            "A percentage cannot be.", where=where, found=f"category {k}: {value!r}", expected="a number from 0 to 100"
        )
    if Fraction(percentage) * 10**decimals % 1:
        raise DataError(
            "A percentage has more decimals than the row declares.",
            where=where,
            found=f"category {k}: {value!r}",
            expected=f"at most {decimals} decimals",
            fix="Correct the percentage, or declare the decimals that the source prints.",
        )
    return percentage


def _steps(percentage: Decimal, decimals: int) -> int:
    return int(Fraction(percentage) * 10**decimals)


def _checked_rule(decimals: int, rounding: str) -> int:
    if rounding not in ROUNDINGS:
        raise ParameterError("Unknown rounding rule.", found=repr(rounding), expected=", ".join(ROUNDINGS))
    return _whole(decimals, "Number of decimals", ParameterError, most=MOST_DECIMALS)


def _whole(
    value: int, name: str, error: type[DataError | ParameterError], *, most: int | None = None, where: str = ""
) -> int:
    """A whole number from 0 to ``most`` as a Python integer, which never overflows as NumPy's do."""
    try:
        whole = operator.index(value)
    except TypeError:
        whole = -1
    if whole < 0 or (most is not None and whole > most):
        expected = "a whole number, 0 or more" if most is None else f"a whole number from 0 to {most}"
        raise error(f"{name} is not possible.", where=where, found=repr(value), expected=expected)
    return whole
