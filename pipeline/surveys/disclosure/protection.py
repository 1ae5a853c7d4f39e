"""The count tables of a whole survey as they may be published, and the record of what was done to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from pipeline.errors import DataError
from pipeline.surveys.disclosure.attack import attack_ranges
from pipeline.surveys.disclosure.linked_tables import (
    COLUMNS,
    EVERYBODY,
    Cell,
    LinkedTables,
    item_tables,
    refuse_fractions,
)
from pipeline.surveys.disclosure.policy import SECONDARY, WITHHELD, Policy, primary_cells, weights
from pipeline.surveys.disclosure.record import disclosure_record
from pipeline.surveys.disclosure.rounding import NARROWED, narrowed_cells, published_ranges
from pipeline.surveys.disclosure.suppression import suppress

CELLS = ["item", "grouping", "group", "category", "kind", "count", "count_low", "count_high", "rule"]


@dataclass(frozen=True)
class Protected:
    """What may be published (`cells`), and what was done (`record`).

    cells: item, grouping, group, category, kind (category, subtotal, base, missing, respondents), count (none where it
    is suppressed), count_low and count_high (what can be concluded about it), rule (why it is suppressed, or ""). The
    rule and the record are for those who may see the answers: a reader who learns that a cell is suppressed for the
    threshold knows that it holds 1 … minimum_cell - 1. Publish one mark for all suppressed cells.
    """

    cells: pd.DataFrame
    record: pd.DataFrame


class _Published(NamedTuple):
    count: int | None  # type: ignore[assignment]  # instead of the method of a tuple
    low: int
    high: int
    rule: str


def protect(
    counts: pd.DataFrame,
    roles: Mapping[str, Mapping[str, str]],
    missing: pd.DataFrame,
    policy: Policy,
    sizes: Mapping[tuple[str, str], int] | None = None,
) -> Protected:
    """Protect the count tables of a survey, item by item.

    ``counts`` has the columns item, grouping, group, category and count, ``missing`` has item, reason and count, and
    ``roles`` by item the role of each of its categories (see `item_tables`): items with other scales may use one name
    for answers of other roles. The number of respondents, which is the base for everybody
    and all missing answers, is public. An item is withheld as a whole (rule "withheld", bounds from 0 to the number of
    respondents) if everybody's base is below the minimum group or if no suppression protects it. ``sizes`` are the
    sizes of the groups, where these are public.

    With ``policy.round_to``, what is left after suppression is rounded, each count and total on its own (halves up);
    its bounds are then those of the rounding, and those of suppressed cells follow from rounded counts. A total and
    its parts can narrow one another down within these bounds: the record says how many (see rounding.py).

    Raises DataError for counts that do not fit together, or missing answers of an item that has no counts.

    >>> counts = pd.DataFrame({"item": "q1", "grouping": "all", "group": "all", "category": ["yes", "no", "unsure"],
    ...                        "count": [40, 25, 3]})
    >>> missing = pd.DataFrame({"item": ["q1"], "reason": ["not_answered"], "count": [7]})
    >>> roles = {"q1": {"yes": "yes", "no": "no", "unsure": "unsure"}}
    >>> protected = protect(counts, roles, missing, Policy())
    >>> protected.cells.loc[:2, ["category", "rule", "count", "count_low", "count_high"]]
      category       rule  count  count_low  count_high
    0      yes                40         40          40
    1       no  secondary   <NA>          0          28
    2   unsure  threshold   <NA>          0          28
    >>> protected.record.loc[0, "summary"]
    'fail; threshold: 2 cells suppressed; secondary: 2 cells suppressed'
    """
    reasons = _reasons(missing, set(counts["item"]))
    done: dict[tuple, tuple[list[tuple], pd.DataFrame]] = {}  # items with the same counts share the work
    lines, narrowed = [], []
    for item, rows in counts.groupby("item", sort=False):
        own = {category: roles[item][category] for category in rows["category"].unique() if category in roles[item]}
        key = (*(tuple(rows[column]) for column in COLUMNS), *own.items(), tuple(reasons.get(item, {}).items()))
        if key not in done:
            tables, cells = item_tables(rows, own, reasons.get(item, {}), f"item {item}", sizes)
            published, by_sums = _published(tables, cells, policy)
            done[key] = [(*cell[:4], *of_cell) for cell, of_cell in zip(cells, published, strict=True)], by_sums
        lines += [(item, *line) for line in done[key][0]]
        narrowed.append(done[key][1].assign(item=item))
    cells = pd.DataFrame(lines, columns=CELLS).astype({"count": "Int64", "count_low": "int64", "count_high": "int64"})
    return Protected(cells, disclosure_record(cells, policy.round_to, pd.concat(narrowed) if policy.round_to else None))


def _reasons(missing: pd.DataFrame, items: set[str]) -> dict[str, dict[str, int]]:
    """The missing answers by reason, of each item that has any."""
    refuse_fractions(missing["count"], "missing answers")
    if unknown := sorted(set(missing["item"]) - items):
        raise DataError("Items have missing answers but no counts.", found=", ".join(unknown))
    twice = missing[missing.duplicated(["item", "reason"])]
    if len(twice):
        raise DataError(
            "An item has a reason for missing answers twice.", found=", ".join(twice.iloc[0][["item", "reason"]])
        )
    return {
        item: dict(zip(rows["reason"], rows["count"].tolist(), strict=True)) for item, rows in missing.groupby("item")
    }


def _published(tables: LinkedTables, cells: Sequence[Cell], policy: Policy) -> tuple[list[_Published], pd.DataFrame]:
    """What is published of each cell of an item, and how many rounded ones their sums narrow."""
    nothing = pd.DataFrame(columns=NARROWED)
    base = next(tables.counts[cell.index] for cell in cells if (cell.grouping, cell.kind) == (EVERYBODY, "base"))
    primaries = primary_cells(tables, cells, policy)
    pattern = suppress(tables, primaries, weights(tables, cells)) if base >= policy.minimum_group else None
    if pattern is None:
        shown = _open(int(tables.counts.max()), policy)
        withheld = _Published(None, 0, shown.high, WITHHELD)
        return [shown if cell.kind == "respondents" else withheld for cell in cells], nothing
    rules = {index: primaries[index].rule if index in primaries else SECONDARY for index in pattern}
    lows, highs = attack_ranges(tables, *published_ranges(tables, pattern, policy), sorted(pattern))
    found = [
        _Published(None, int(lows[cell.index]), int(highs[cell.index]), rules[cell.index])
        if cell.index in pattern
        else _open(int(tables.counts[cell.index]), policy)
        for cell in cells
    ]
    return found, narrowed_cells(tables, cells, pattern, policy) if policy.round_to else nothing


def _open(count: int, policy: Policy) -> _Published:
    """A cell that is published, rounded or as it is."""
    rounded = policy.rounded(count)
    low, high = policy.range(rounded)
    return _Published(rounded, low, high, "")
