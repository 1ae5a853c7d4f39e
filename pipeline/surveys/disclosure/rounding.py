"""What a reader can conclude about rounded counts from their sums.

Every count is rounded on its own, to the nearest multiple. A reader who knows that groups add up to everybody, and
answers to their base, can narrow some of them down within their ranges: of four groups of 13 people, each told as 15,
and 50 in all, each must be of 13. Nothing small comes out in this way, for suppression holds against exact counts; but the
council's checker is to know how often it happens.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from pipeline.surveys.disclosure.attack import attack_ranges
from pipeline.surveys.disclosure.linked_tables import EVERYBODY, Cell, LinkedTables
from pipeline.surveys.disclosure.policy import Policy

NARROWED = ["item", "grouping", "cells", "exact"]  # how many rounded counts sums narrow, and pin to one number


def published_ranges(
    tables: LinkedTables, suppressed: Collection[int], policy: Policy
) -> tuple[np.ndarray, np.ndarray]:
    """What each published count says of itself, and the sizes of groups of a suppressed one: the lowest and the highest.

    >>> tables = LinkedTables(("yes", "no", "all"), np.array([12, 3, 15]), ((2, (0, 1)),))
    >>> low, high = published_ranges(tables, {1}, Policy(round_to=5))
    >>> low.tolist(), high.tolist()
    ([8, 0, 13], [12, 17, 17])
    """
    lower, upper = policy.range(policy.rounded(tables.counts.copy()))
    hidden = sorted(suppressed)
    lower, upper = lower.copy(), upper.copy()
    lower[hidden], upper[hidden] = 0, policy.range(policy.rounded(tables.most))[1][hidden]
    return lower, upper


def narrowed_cells(
    tables: LinkedTables, cells: Sequence[Cell], suppressed: Collection[int], policy: Policy
) -> pd.DataFrame:
    """How many rounded counts of an item the sums narrow, and how many they pin to one number: a line a grouping."""
    lower, upper = published_ranges(tables, suppressed, policy)
    shown = [index for index in range(len(lower)) if index not in suppressed]
    lows, highs = attack_ranges(tables, lower, upper, shown)
    narrowed = (lows > lower) | (highs < upper)
    found = pd.DataFrame(
        [
            (cell.grouping, narrowed[cell.index], narrowed[cell.index] and lows[cell.index] == highs[cell.index])
            for cell in cells
            if cell.index not in suppressed
        ],
        columns=NARROWED[1:],
    )
    return found.groupby("grouping", sort=False)[NARROWED[2:]].sum().reset_index()


def narrowed_sizes(groups: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The same of the sizes of groups (grouping, group, respondents), each grouping of which adds up to everybody.

    >>> sizes = pd.DataFrame({"grouping": ["all", *["team"] * 4], "group": list("eabcd"), "respondents": [52, *[13] * 4]})
    >>> narrowed_sizes(sizes, Policy(round_to=5)).to_dict("records")
    [{'grouping': 'all', 'cells': 1, 'exact': 1}, {'grouping': 'team', 'cells': 4, 'exact': 4}]
    """
    places = groups.reset_index(drop=True).groupby("grouping", sort=False).groups
    total = int(places[EVERYBODY][0])
    sums = tuple((total, tuple(parts.tolist())) for grouping, parts in places.items() if grouping != EVERYBODY)
    tables = LinkedTables(tuple(groups["group"]), groups["respondents"].to_numpy(), sums)
    cells = [
        Cell(grouping, group, "base", "base", index)
        for index, (grouping, group) in enumerate(groups[["grouping", "group"]].itertuples(index=False, name=None))
    ]
    return narrowed_cells(tables, cells, (), policy)
