"""A ready table of a council's survey, one row a statement: counts, or percentages as the counts they allow."""

import math
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import DataError, InfeasibleRow
from pipeline.inputs.exports.assembly import refuse_controls
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.statistics.rounding import feasible_counts
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.drafting.ready_table import is_mark
from pipeline.surveys.staff.codebook import StaffScale, StaffSurvey
from pipeline.surveys.staff.responses import open_export

COLUMNS = ["item", "group", "category", "percent", "base", "count_low", "count_high", "count"]
MOST_PEOPLE = 100_000_000  # behind one row
FINEST = 6  # decimals of a percentage; one with more was never rounded: a spreadsheet keeps every digit


def read_ready_table(folder: Path, survey: StaffSurvey) -> pd.DataFrame:
    """Read the survey's table in `folder` into the canonical table of answers (see pipeline/surveys/published.py).

    Percentages may be written as shares of 1, in all rows alike. Of a table by group, the rows of everybody come first for
    each item: those that it has, or else the sums of its groups. Raises DataError for a column, a statement or a number
    that is not there or cannot be used, for percentages by group without everybody's, and InfeasibleRow for percentages
    that no numbers of people give.
    """
    export = open_export(folder, survey)
    for name in filter(None, (survey.table.statement, survey.table.group)):
        refuse_controls(export, export.column(name))
    statements = list(map(label_key, export.column(survey.table.statement).cells()))
    groups = _groups(export, survey)
    _check_statements(export, survey, statements, groups)
    rows = [
        (item.id, row)
        for item in survey.items
        for row, statement in enumerate(statements)
        if statement == label_key(item.column)
    ]
    numbers = {
        row: [_number(export, _column_of(export, category), row) for category in survey.scale(item).categories]
        for item, row in rows
    }
    if survey.kind == "percentages" and _are_shares(export, survey, numbers):
        numbers = {row: [100 * share for share in shares] for row, shares in numbers.items()}
    answers = pd.DataFrame(
        [
            (item, groups[row], *cells)
            for item, row in rows
            for cells in _row(export, row, numbers[row], survey.scale(item), survey)
        ],
        columns=COLUMNS,
    )
    return _with_everybody(answers, export, survey)


def _groups(export: Export, survey: StaffSurvey) -> list[str]:
    """The group of every row, EVERYBODY for the rows of all; DataError for a row without one."""
    if not survey.table.group:
        return [EVERYBODY] * export.rows
    column = export.column(survey.table.group)
    if "" in column.texts:
        row = int(np.argmax(column.codes == column.texts.index("")))
        raise DataError(
            "A row of the table has no group.",
            where=f"{_place(export, row)}, column {column.position} ({column.name})",
            found="nothing",
            expected="the group, or All for everybody",
            fix="Fill it in, in every row.",
        )
    everybody = set(map(label_key, survey.table.everybody))
    return [EVERYBODY if label_key(text) in everybody else text for text in column.cells()]


def _with_everybody(answers: pd.DataFrame, export: Export, survey: StaffSurvey) -> pd.DataFrame:
    """The answers with everybody's first for each item: as the table has them, or summed over its groups."""
    if not survey.table.group:
        return answers
    of_all = answers["group"] == EVERYBODY
    lacking = [item.id for item in survey.items if item.id not in set(answers.loc[of_all, "item"])]
    if lacking and (survey.kind == "percentages" or of_all.any()):
        raise DataError(
            "The table has rows of groups and none of everybody.",
            where=f"{export.file}, column {survey.table.group}",
            found=f"nobody but groups for {'; '.join(lacking)}",
            expected="a row of everybody for each statement"
            + (", for percentages of groups do not add up" if survey.kind == "percentages" else ""),
            fix="Add the rows, such as All, and name them in survey.yaml (table, everybody).",
        )
    if lacking:
        sums = answers.groupby(["item", "category"], sort=False)[["base", "count_low", "count_high", "count"]].sum()
        sums = sums.reset_index().assign(group=EVERYBODY)
        answers = pd.concat([sums.assign(percent=100 * sums["count"] / sums["base"])[COLUMNS], answers])
    order = {item.id: number for number, item in enumerate(survey.items)}
    first = answers.assign(of=answers["item"].map(order), later=answers["group"] != EVERYBODY)
    return first.sort_values(["of", "later"], kind="stable")[COLUMNS].reset_index(drop=True)


def _check_statements(export: Export, survey: StaffSurvey, statements: Sequence[str], groups: Sequence[str]) -> None:
    """Every item has a row, and none has two of one group; the rows of no item may be anything."""
    wanted = {label_key(item.column): item.column for item in survey.items}
    seen = set()
    for row, key in enumerate(zip(statements, map(label_key, groups), strict=True)):
        if key in seen and key[0] in wanted:
            raise DataError(
                "A statement stands twice in the table.",
                where=_place(export, row),
                found=repr(wanted[key[0]]),
                expected="one row for each statement and group",
                fix="Take one of them out, or name the column of the groups in survey.yaml (table, group).",
            )
        seen.add(key)
    absent = [column for key, column in wanted.items() if key not in statements]
    if absent:
        raise DataError(
            "Statements of survey.yaml are not in the table.",
            where=f"{export.file}, column {survey.table.statement}",
            found="no row for " + "; ".join(map(repr, absent)),
            expected="each item's column as it stands in the table",
            fix="Correct items, column.",
        )


def _are_shares(export: Export, survey: StaffSurvey, numbers: Mapping[int, Sequence[Decimal]]) -> bool:
    """Whether the rows add up to about 1, not 100: no percentages can, and the draft decides alike."""
    scales = [survey.scale(item.id) for item in survey.items]
    signs = any(
        "%" in text for scale in scales for category in scale.categories for text in _column_of(export, category).texts
    )
    return not signs and all(sum(row) < 2 for row in numbers.values())


def _row(export: Export, row: int, numbers: Sequence[Decimal], scale: StaffScale, survey: StaffSurvey) -> list[tuple]:
    """category, percent, base, count_low, count_high, count of one row of the table, in the order of the scale."""
    place = _place(export, row)
    base = _number(export, export.column(survey.table.base), row) if survey.table.base else sum(numbers)
    if not 1 <= base <= MOST_PEOPLE or base % 1:
        raise DataError(
            "A row of the table has no base that can be used.",
            where=place,
            found=_plain(base),
            expected=f"a whole number of people, 1 to {MOST_PEOPLE:,}",
            fix="Correct the base, or take the row out.",
        )
    base = int(base)
    if survey.kind == "percentages":
        return _allowed(numbers, base, scale, survey, place)
    if sum(numbers) != base or any(number % 1 for number in numbers):
        raise DataError(
            "The counts of a row do not add up to its base.",
            where=place,
            found=_plain(sum(numbers)),
            expected=str(base),
            fix="Correct the row; for percentages set kind to percentages.",
        )
    return [
        (category, float(100 * number / base), base, int(number), int(number), int(number))
        for category, number in zip(scale.ids, numbers, strict=True)
    ]


def _allowed(numbers: Sequence[Decimal], base: int, scale: StaffScale, survey: StaffSurvey, place: str) -> list[tuple]:
    """One row of percentages with the counts that they allow; the error names the answers that clash."""
    decimals = survey.table.decimals
    if decimals == FINEST:
        numbers = [number.quantize(Decimal(10) ** -FINEST, ROUND_HALF_UP) for number in numbers]
    for number, category in zip(numbers, scale.categories, strict=True):
        if number > 100 or round(number, decimals) != number:
            raise DataError(
                "A cell is no percentage of the kind that survey.yaml states.",
                where=place,
                found=f"{category.label}: {_plain(number)}%",
                expected=f"0 to 100 with at most {decimals} decimals",
                fix="Correct the cell, or decimals in survey.yaml (table).",
            )
    try:
        feasible = feasible_counts(numbers, base, decimals, survey.table.rounding, place)
    except InfeasibleRow as error:
        clash = "; ".join(f"{scale.categories[cell].label}: {_plain(numbers[cell])}%" for cell in error.cells)
        raise InfeasibleRow(
            "No counts of answers round to the percentages of a row.",
            cells=error.cells,
            gap=error.gap,
            where=place,
            found=clash,
            expected=f"percentages of {base:,} people, {survey.table.rounding} to {decimals} decimals",
            fix="Check the row and its base against the source, and decimals and rounding in survey.yaml (table).",
        ) from None
    return [
        (category, float(percent), base, int(low), int(high), int(count))
        for category, percent, (low, high), count in zip(
            scale.ids, numbers, feasible.cell_bounds(), feasible.central(), strict=True
        )
    ]


def _column_of(export: Export, category) -> Column:
    """The column of a category: its heading is the category's label or one of the ways to write it."""
    wanted = {label_key(text) for text in (category.label, *category.answers)}
    found = [column for column in export.columns if label_key(column.name) in wanted]
    if len(found) != 1:
        raise DataError(
            "An answer needs one column in the table.",
            where=f"{export.file}, header",
            found=f"{len(found)} columns for {category.label!r}",
            expected="one",
            fix="Add the heading to the category's answers in survey.yaml.",
        )
    return found[0]


def _number(export: Export, column: Column, row: int) -> Decimal:
    """The number of a cell, as its decimal text says; DataError does not show a text, which may be anything."""
    text = column.texts[column.codes[row]].removesuffix("%").strip().replace(",", "")
    try:
        number = float(text)
        found = f"the number {number:g}"
    except ValueError:
        number = math.nan
        found = (
            "a formula"
            if text.startswith("=")
            else repr(text)
            if is_mark(text)
            else f"a text of {len(text)} characters"
            if text
            else "nothing"
        )
    if not 0 <= number <= MOST_PEOPLE:
        raise DataError(
            "A cell of the table is no number that can be used.",
            where=f"{_place(export, row)}, column {column.position} ({column.name})",
            found=found,
            expected=f"a number from 0 to {MOST_PEOPLE:,}",
            fix="Correct the cell: an answer that nobody gave is 0. A count that was suppressed cannot be "
            "reported: take its statement's row out, or the count from whoever made the table.",
        )
    return Decimal(str(number))


def _plain(number: Decimal) -> str:
    """A number without an exponent and without zeros at its end."""
    return f"{number.normalize():f}"


def _place(export: Export, row: int) -> str:
    return f"{export.file}, {'row' if export.sheet else 'line'} {export.line(row)}"
