"""What must not be published of a survey: the thresholds, which groups are joined, and which cells are primary.

The rules are those of frequency tables in Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 5.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from pipeline.surveys.disclosure.tables import EVERYBODY, Cell, LinkedTables
from pipeline.yaml_models import Strict

OTHER = "other"  # the level of those whose own level is too small
THRESHOLD, GROUP_SIZE, UNANIMITY = "threshold", "group size", "unanimity"
SECONDARY, WITHHELD = "secondary", "withheld"
SUPPRESSED = "suppressed"  # what published tables say: a reader who knew the rule could narrow the count down

# The cost of suppressing a cell is KIND x ROW x log2(count + 2): bases are kept first, then subtotals ("agree" before
# the others), then the row for everybody, then the bigger counts. A cell of two kinds has the higher cost.
KIND_WEIGHTS = {"base": 16.0, "subtotal": 6.0, "category": 1.0, "missing": 1.0}
AGREE_WEIGHT = 8.0
EVERYBODY_WEIGHT = 3.0


class Policy(Strict):
    """The block `disclosure` of survey.yaml. Counts are of people."""

    minimum_group: int = Field(default=10, ge=2)
    minimum_cell: int = Field(default=5, ge=1)
    zeros_are_disclosive: bool = False
    round_to: Literal[5, 10] | None = None


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
    >>> from pipeline.surveys.disclosure.tables import item_tables
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
