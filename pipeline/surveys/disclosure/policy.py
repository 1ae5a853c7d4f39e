"""What must not be published of a survey: the thresholds, which groups are joined, and which cells are primary.

The rules are those of frequency tables in Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 5.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipeline.inputs.yaml_models import Strict
from pipeline.surveys.disclosure.linked_tables import EVERYBODY, Cell, LinkedTables

OTHER = "other"  # the level of those whose own level is too small
THRESHOLD, GROUP_SIZE, UNANIMITY = "threshold", "group size", "unanimity"
SECONDARY, WITHHELD = "secondary", "withheld"
SUPPRESSED = "suppressed"  # what published tables say: a reader who knew the rule could narrow the count down

# The cost of suppressing a cell is KIND x ROW x log2(count + 2): bases are kept first, then subtotals ("agree" before
# the others), then the row for everybody, then the bigger counts. A cell of two kinds has the higher cost.
KIND_WEIGHTS = {"base": 16.0, "subtotal": 6.0, "category": 1.0, "missing": 1.0}
AGREE_WEIGHT = 8.0
EVERYBODY_WEIGHT = 3.0
MARGIN = 5  # people by which the number in a model stays below a base beside it
SCORE_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)


class Policy(Strict):
    """The block `disclosure` of survey.yaml, and all that follows from it for a published figure. Counts are of people.

    What is too small is judged on exact counts, where these are made; they are rounded last. Whatever a reader gets is
    computed from rounded counts, so that it tells no more of an exact one than `range` does.

    >>> policy = Policy(round_to=10)
    >>> policy.rounded(405), policy.range(410), policy.told(7), policy.told(1234)
    (410, (405, 414), 'fewer than 10', '1,230')
    """

    minimum_group: int = Field(default=10, ge=2)
    minimum_cell: int = Field(default=5, ge=1)
    zeros_are_disclosive: bool = False
    round_to: Literal[5, 10] | None = None

    @model_validator(mode="after")
    def _whole_steps(self) -> "Policy":
        """A group that is large enough is so after rounding too, and one that is not stays below: `Guard` sees no other."""
        if self.round_to and self.minimum_group % self.round_to:
            below = self.minimum_group // self.round_to * self.round_to
            raise ValueError(
                f"minimum_group: {self.minimum_group} is no multiple of round_to, {self.round_to}, so a group of "
                f"that size would be rounded to fewer; give {below + self.round_to}, or take round_to out"
            )
        return self

    def rounded(self, people):
        """The nearest multiple of `round_to`, halves up: of a number, or of each in an array or a Series; NaN stays."""
        if not self.round_to:
            return people
        if isinstance(people, pd.Series):
            return people.map(self.rounded, na_action="ignore").astype(people.dtype)
        steps = np.floor(np.round(np.asarray(people, dtype=float) / self.round_to, 9) + 0.5)  # weights add up inexactly
        whole = np.asarray(people).dtype.kind in "iu" or not np.ndim(people)
        found = (steps.astype(np.int64) if whole else steps) * self.round_to
        return found if np.ndim(people) else int(found)

    def range(self, rounded):
        """The lowest and the highest exact count that a published one allows: of a number, or of each in an array."""
        if not self.round_to:
            return rounded, rounded
        low, high = np.maximum(0, rounded - self.round_to // 2), rounded + (self.round_to - 1) // 2
        return (low, high) if np.ndim(rounded) else (int(low), int(high))

    def part(self, part, people, whole: float = 1):
        """A share, of 1 or of another `whole`, of a published number of people: that of a rounded number of them.

        >>> round(Policy(round_to=5).part(0.61, 45), 3), Policy().part(0.61, 45)  # 27 people, told as 25
        (0.556, 0.61)
        """
        return self.rounded(part / whole * people) * whole / people if self.round_to else part

    def effective(self, size, exact, people):
        """Effective numbers of respondents, of an `exact` number, as they are published: the same part of published `people`.

        At least a step, at most the people. Were the effective number rounded by itself, one that is nearly the exact number,
        as with equal weights, would narrow that down.
        """
        return np.clip(self.rounded(size / exact * people), self.round_to, people) if self.round_to else size

    def score_step(self, people: int, statements: int) -> float:
        """Points of 100 to which the mean score of a published number of people is told; 0: as it is.

        No finer than one person's score moves it, from one end of the scale to the other: a finer mean fits only some
        numbers of people. Of a single statement, whose counts are told as well, no finer than `round_to` people's.

        >>> Policy(round_to=5).score_step(45, 3), Policy(round_to=5).score_step(45, 1), Policy().score_step(45, 1)
        (5.0, 20.0, 0.0)
        """
        if not self.round_to:
            return 0.0
        fewest = max(self.range(people)[0], self.minimum_group)
        finest = 100 * (self.round_to if statements == 1 else 1) / fewest
        return next(step for step in SCORE_STEPS if step >= finest)

    def at_least(self, people, bases: Sequence[int], respondents: int):
        """A number of people in a model as it is published: a multiple of ten that they are at least.

        With the base of a statement beside it, the number itself would tell how many at most did not know. So it is also
        well below every base that it can be held against, and below every count that a rounded base allows.

        >>> Policy().at_least(318, [320, 400], 400), Policy().at_least(318, [330], 400)
        (310, 310)
        >>> Policy(round_to=5).at_least(321, [], 321)  # published as 320, which may be 318
        310
        """
        if pd.isna(people):
            return pd.NA
        known = [self.range(self.rounded(base))[0] - MARGIN for base in bases]
        return int(min([people, self.range(self.rounded(respondents))[0], *known]) // 10 * 10)

    def told(self, people: int) -> str:
        """A number of people in a sentence or a table of texts; one below the minimum group is not told.

        Nobody is told as nobody, except where counts are rounded: there 0 would be the only exact one.
        """
        if people < self.minimum_group and (people or self.round_to):
            return f"fewer than {self.minimum_group}"
        return f"{self.rounded(people):,}"


class Primary(NamedTuple):
    """A cell that must not be known: nobody may be able to tell that its count is above `low` or below `high`."""

    rule: str
    low: int
    high: int


def join_small_groups(sizes: Mapping[str, int], minimum: int) -> dict[str, str]:
    """Where each level of a grouping variable is counted: level to level, or to "other" for those that are joined.

    All levels below ``minimum`` are joined. While they hold fewer than the minimum together, the next smallest level
    (the first in the given order among equals) joins them; levels that nobody is in call for no company. Empty if fewer
    than two groups of people would be left: the variable is then not tabulated.

    >>> join_small_groups({"social workers": 80, "managers": 14, "students": 4, "agency": 3}, 10)
    {'social workers': 'social workers', 'managers': 'other', 'students': 'other', 'agency': 'other'}
    >>> join_small_groups({"social workers": 80, "students": 4}, 10)
    {}
    """
    joined = {level for level, size in sizes.items() if size < minimum}
    for level in sorted((level for level in sizes if level not in joined), key=lambda level: sizes[level]):
        if not 0 < sum(sizes[each] for each in joined) < minimum:
            break
        joined.add(level)
    groups = {level: OTHER if level in joined else level for level in sizes}
    return groups if len({groups[level] for level in sizes if sizes[level]}) > 1 else {}


def primary_cells(tables: LinkedTables, cells: Sequence[Cell], policy: Policy) -> dict[int, Primary]:
    """The cells of one item that the policy forbids to publish, by their index in the tables.

    - threshold: a category, a subtotal or a reason for a missing answer with 1 … minimum_cell - 1 people (0 as well,
      if zeros are disclosive) could be anything from 0 to minimum_cell.
    - group size: of a row with fewer than minimum_group answers, each count a could be from a - minimum_cell to a + 1
      (or minimum_cell, if that is more), and the base from base - minimum_cell to minimum_group.
    - unanimity: where all answers of a row are in one category, they could be fewer by minimum_cell.

    >>> import pandas as pd
    >>> from pipeline.surveys.disclosure.linked_tables import item_tables
    >>> counts = pd.DataFrame({"grouping": "all", "group": "all", "category": ["yes", "no"], "count": [47, 3]})
    >>> tables, cells = item_tables(counts, {"yes": "yes", "no": "no"}, {"not_answered": 6})
    >>> {tables.names[index]: primary for index, primary in primary_cells(tables, cells, Policy()).items()}
    {'all, no': Primary(rule='threshold', low=0, high=5)}
    """
    bases = {(cell.grouping, cell.group): int(tables.counts[cell.index]) for cell in cells if cell.kind == "base"}
    primaries: dict[int, Primary] = {}
    for cell in cells:
        count, base = int(tables.counts[cell.index]), bases[cell.grouping, cell.group]
        for found in _rules(cell, count, base, policy):
            kept = primaries.get(cell.index, found)  # a cell of two kinds has one count: the wider protection
            primaries[cell.index] = Primary(kept.rule, min(kept.low, found.low), max(kept.high, found.high))
    return primaries


def _rules(cell: Cell, count: int, base: int, policy: Policy) -> Iterator[Primary]:
    """The rule that a cell breaks: none or one."""
    least = policy.minimum_cell
    small = count < least and (count > 0 or policy.zeros_are_disclosive)
    if cell.kind == "respondents":
        return
    if cell.kind == "missing":
        if small:
            yield Primary(THRESHOLD, 0, least)
    elif base < policy.minimum_group:
        highest = policy.minimum_group if cell.kind == "base" else max(least, count + 1)
        yield Primary(GROUP_SIZE, max(0, count - least), highest)
    elif cell.kind == "category" and count == base:
        yield Primary(UNANIMITY, max(0, base - least), base)
    elif cell.kind != "base" and small:
        yield Primary(THRESHOLD, 0, least)


def weights(tables: LinkedTables, cells: Sequence[Cell]) -> np.ndarray:
    """What it costs to suppress each cell of the tables (see KIND_WEIGHTS); infinite for the number of respondents."""
    costs = np.zeros(len(tables.counts))
    for cell in cells:
        costs[cell.index] = max(costs[cell.index], _cost(cell, int(tables.counts[cell.index])))
    return costs


def _cost(cell: Cell, count: int) -> float:
    if cell.kind == "respondents":
        return math.inf
    kind = AGREE_WEIGHT if (cell.kind, cell.category) == ("subtotal", "agree") else KIND_WEIGHTS[cell.kind]
    row = EVERYBODY_WEIGHT if cell.grouping == EVERYBODY else 1.0
    return round(kind * row * math.log2(count + 2), 3)
