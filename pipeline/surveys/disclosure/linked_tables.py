"""The counts of one item as linked tables: cells, and which of them add up to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

from pipeline.errors import DataError

EVERYBODY = "all"  # the grouping, and its only group, of the row for everybody
COLUMNS = ["grouping", "group", "category", "count"]


@dataclass(frozen=True)
class LinkedTables:
    """Counts that are linked by sums. `sums` holds for each of them the index of the total, and those of its parts.

    `most` is what anybody knows each cell not to exceed: the number of respondents, which is the largest count, or less
    where the size of a group is public. Raises DataError if a count is negative, is not whole or exceeds that, an index
    is not a cell, or a total is not the sum of its parts.

    >>> LinkedTables(("women", "men", "both"), np.array([3, 4, 7]), ((2, (0, 1)),)).matrix.toarray()
    array([[ 1.,  1., -1.]])
    """

    names: tuple[str, ...]
    counts: np.ndarray
    sums: tuple[tuple[int, tuple[int, ...]], ...]
    most: np.ndarray = None  # type: ignore[assignment]  # `__post_init__` fills it where nobody does

    def __post_init__(self):
        counts = np.asarray(self.counts)
        if self.most is None:
            object.__setattr__(self, "most", np.full(len(counts), counts.max(initial=0)))
        if counts.shape != (len(self.names),) or counts.dtype.kind not in "iu" or (counts < 0).any():
            raise DataError(
                "Tables need a whole number of people, 0 or more, in each cell.",
                found=f"{counts.dtype} of shape {counts.shape} for {len(self.names)} cells",
            )
        if (counts > self.most).any():
            raise DataError(
                "A count exceeds the size of its group.",
                where=self.names[int((counts > self.most).argmax())],
                fix="Count the groups and their answers from the same respondents.",
            )
        for total, parts in self.sums:
            if not parts or not all(0 <= index < len(counts) for index in (total, *parts)):
                raise DataError("A sum names cells that are not there.", found=f"{total} = {parts}")
            if counts[total] != counts[list(parts)].sum():
                raise DataError(
                    "A total is not the sum of its parts.",
                    where=self.names[total],
                    found=f"{counts[total]} against {counts[list(parts)].sum()} in "
                    + " + ".join(self.names[part] for part in parts),
                    fix="Count all groups and categories from the same answers.",
                )

    @property
    def matrix(self) -> sparse.csr_array:
        """A line a sum and a column a cell: 1 for a part, -1 for the total. The matrix times the counts is 0."""
        entries = [(line, cell, 1.0) for line, (_, parts) in enumerate(self.sums) for cell in parts]
        entries += [(line, total, -1.0) for line, (total, _) in enumerate(self.sums)]
        lines, cells, values = zip(*entries, strict=True) if entries else ((), (), ())
        return sparse.csr_array((values, (lines, cells)), shape=(len(self.sums), len(self.names)))


class Cell(NamedTuple):
    """A count in a publication. `kind` is category, subtotal, base, missing or respondents; `index` is its place in
    the linked tables, which cells share whose counts are the same by definition (a subtotal of one category)."""

    grouping: str
    group: str
    category: str
    kind: str
    index: int  # type: ignore[assignment]  # instead of the method of a tuple, which nobody calls here


def item_tables(
    counts: pd.DataFrame,
    roles: Mapping[str, str],
    missing: Mapping[str, int],
    where: str = "",
    sizes: Mapping[tuple[str, str], int] | None = None,
) -> tuple[LinkedTables, tuple[Cell, ...]]:
    """The linked tables of one item, and its cells in the order of publication.

    ``counts`` has the columns grouping, group, category and count; the row for everybody is the group "all" of the
    grouping "all". ``roles`` gives the role of each category, as "agree" for both of strongly agree and agree; the
    categories of a role have a subtotal. ``missing`` has the number of missing answers by reason. Rows and categories
    stay in the order in which they first appear, a row's subtotals and base follow its categories; the missing answers
    and the number of respondents follow the row for everybody. ``where`` is the place that messages name. ``sizes``
    are the public sizes of groups, by grouping and group: no answer of a group can have more people.

    Raises DataError if a row lacks a category or has one twice, there is no row for everybody, a category has no
    role, a count is not a whole number of people, or the groups of a grouping do not add up to everybody.

    >>> counts = pd.DataFrame({"grouping": ["all", "all", "role", "role", "role", "role"],
    ...                        "group": ["all", "all", "worker", "worker", "manager", "manager"],
    ...                        "category": ["yes", "no"] * 3, "count": [20, 30, 15, 22, 5, 8]})
    >>> tables, cells = item_tables(counts, {"yes": "yes", "no": "no"}, {"not_answered": 6})
    >>> [(cell.category, cell.kind, int(tables.counts[cell.index])) for cell in cells if cell.group == "manager"]
    [('yes', 'category', 5), ('no', 'category', 8), ('yes', 'subtotal', 5), ('no', 'subtotal', 8), ('base', 'base', 13)]
    >>> len(cells), len(tables.names), len(tables.sums)
    (17, 11, 7)
    """
    rows = _by_row(counts, roles, where)
    builder = _Builder()
    cells: list[Cell] = []
    by_role: dict[str, list[str]] = {}
    for category in rows[EVERYBODY, EVERYBODY]:
        by_role.setdefault(roles[category], []).append(category)
    for (grouping, group), row in rows.items():
        cells += builder.row(grouping, group, row, by_role)
        if grouping == EVERYBODY:
            cells += builder.everybody_missing(cells[-1].index, missing)
    builder.link(cells)
    names = tuple(f"{where}, {name}" if where else name for name in builder.names)
    numbers = np.array(builder.counts, dtype=np.int64)
    most = np.full(len(numbers), numbers.max(initial=0))
    for cell in cells:
        most[cell.index] = min(most[cell.index], (sizes or {}).get((cell.grouping, cell.group), most[cell.index]))
    return LinkedTables(names, numbers, tuple(builder.sums), most), tuple(cells)


def refuse_fractions(counts: pd.Series, where: str) -> None:
    """Raise DataError unless a column holds whole numbers, none of them missing."""
    if len(counts) and (not pd.api.types.is_integer_dtype(counts) or counts.isna().any()):
        raise DataError(
            "Counts are not whole numbers, or some are missing.",
            where=where,
            found=f"a column of {counts.dtype}",
            fix="Give 0 for nobody.",
        )


def _by_row(counts: pd.DataFrame, roles: Mapping[str, str], where: str) -> dict[tuple[str, str], dict[str, int]]:
    """The counts by row and category, both in the order given; every row has the same categories."""
    refuse_fractions(counts["count"], where)
    categories = list(dict.fromkeys(counts["category"]))
    if without := [category for category in categories if category not in roles]:
        raise DataError("Categories have no role.", where=where, found=", ".join(without), fix="Name their role.")
    rows: dict[tuple[str, str], dict[str, int]] = {}
    for grouping, group, category, count in zip(*(counts[column].tolist() for column in COLUMNS), strict=True):
        row = rows.setdefault((grouping, group), {})
        if category in row:
            raise DataError("A row has a category twice.", where=where, found=f"{grouping}, {group}, {category}")
        row[category] = count
    for (grouping, group), row in rows.items():
        if len(row) < len(categories):
            raise DataError(
                "A row lacks a category.",
                where=where,
                found=f"{grouping}, {group}: {', '.join(row)}",
                expected=", ".join(categories),
                fix="Give each row every category, with 0 for nobody.",
            )
    if [row for row in rows if row[0] == EVERYBODY] != [(EVERYBODY, EVERYBODY)]:
        raise DataError(
            "There is no row for everybody.",
            where=where,
            found=f"{len(rows)} rows",
            expected='one group "all" of the grouping "all"',
        )
    return {key: {category: row[category] for category in categories} for key, row in rows.items()}


class _Builder:
    """Collects cells and sums. It is a class for the three lists that grow together."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.counts: list[int] = []
        self.sums: list[tuple[int, tuple[int, ...]]] = []

    def add(self, count: int, *name: str) -> int:
        self.names.append(", ".join(name))
        self.counts.append(count)
        return len(self.names) - 1

    def total(self, parts: list[int], *name: str) -> int:
        """The cell of a sum; a sum of one part is that part."""
        if len(parts) == 1:
            return parts[0]
        index = self.add(sum(self.counts[part] for part in parts), *name)
        self.sums.append((index, tuple(parts)))
        return index

    def row(
        self, grouping: str, group: str, numbers: Mapping[str, int], by_role: Mapping[str, list[str]]
    ) -> list[Cell]:
        row = (group,) if grouping == EVERYBODY else (grouping, group)
        place = {category: self.add(count, *row, category) for category, count in numbers.items()}
        subtotals = {
            role: self.total([place[category] for category in categories], *row, f"{role} (subtotal)")
            for role, categories in by_role.items()
        }
        base = self.total(list(subtotals.values()), *row, "base")
        return [
            *(Cell(grouping, group, category, "category", index) for category, index in place.items()),
            *(Cell(grouping, group, role, "subtotal", index) for role, index in subtotals.items()),
            Cell(grouping, group, "base", "base", base),
        ]

    def everybody_missing(self, base: int, missing: Mapping[str, int]) -> list[Cell]:
        place = {reason: self.add(int(count), EVERYBODY, "missing", reason) for reason, count in missing.items()}
        respondents = self.total([base, *place.values()], EVERYBODY, "respondents")
        return [
            *(Cell(EVERYBODY, EVERYBODY, reason, "missing", index) for reason, index in place.items()),
            Cell(EVERYBODY, EVERYBODY, "respondents", "respondents", respondents),
        ]

    def link(self, cells: list[Cell]) -> None:
        """For each grouping, its groups' counts add up to everybody's: in each category, subtotal and base."""
        parts: dict[tuple[str, int], list[int]] = {}
        everybody = {(cell.kind, cell.category): cell.index for cell in cells if cell.grouping == EVERYBODY}
        for cell in cells:
            if cell.grouping != EVERYBODY:
                column = parts.setdefault((cell.grouping, everybody[cell.kind, cell.category]), [])
                if cell.index not in column:
                    column.append(cell.index)
        self.sums += [(total, tuple(column)) for (_, total), column in parts.items()]
