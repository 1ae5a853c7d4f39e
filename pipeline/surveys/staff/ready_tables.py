"""A ready table of a council's survey, one row a statement: counts as they are, percentages as the counts they allow."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import DataError
from pipeline.statistics.rounding import feasible_counts
from pipeline.surveys.disclosure.tables import EVERYBODY
from pipeline.surveys.exports import Column, Export, label_key, read_export
from pipeline.surveys.staff.codebook import StaffScale, StaffSurvey

COLUMNS = ["item", "group", "category", "percent", "base", "count_low", "count_high", "count"]


def read_ready_table(folder: Path, survey: StaffSurvey) -> pd.DataFrame:
    """Read the survey's table in `folder` into the canonical table of answers (see pipeline/surveys/published.py).

    Raises DataError for a column, a statement or a number that is not there or cannot be used, and InfeasibleRow for
    percentages that no numbers of people give.
    """
    export = read_export(folder / survey.file.name, header=survey.file.header, sheet=survey.file.sheet,
                         encoding=survey.file.encoding, delimiter=survey.file.delimiter)
    statements = _texts(export.column(survey.table.statement))
    groups = _texts(export.column(survey.table.group)) if survey.table.group else [EVERYBODY] * export.rows
    rows = pd.DataFrame({"statement": statements, "group": groups})
    if (twice := rows[rows.duplicated()]).size:
        raise DataError("A statement stands twice in the table.", where=_place(export, int(twice.index[0])),
                        found=repr(twice.iloc[0]["statement"]), expected="one row for each statement and group",
                        fix="Take one of them out, or name the column of the groups in survey.yaml (table, group).")
    _check_statements(export, survey, set(statements))
    answers = []
    for item in survey.items:
        for row in rows.index[rows["statement"].map(label_key) == label_key(item.column)]:
            answers += [(item.id, rows.loc[row, "group"], *cells)
                        for cells in _row(export, int(row), survey.scale(item.id), survey)]
    return pd.DataFrame(answers, columns=COLUMNS)


def _check_statements(export: Export, survey: StaffSurvey, statements: set[str]) -> None:
    known = {label_key(text) for text in statements}
    absent = [item.column for item in survey.items if label_key(item.column) not in known]
    if absent:
        raise DataError("Statements of survey.yaml are not in the table.", where=f"{export.file}, column "
                        f"{survey.table.statement}", found="no row for " + "; ".join(map(repr, absent)),
                        expected="each item's column as it stands in the table", fix="Correct items, column.")


def _row(export: Export, row: int, scale: StaffScale, survey: StaffSurvey) -> list[tuple]:
    """category, percent, base, count_low, count_high, count of one row of the table, in the order of the scale."""
    columns = [_column_of(export, category) for category in scale.categories]
    numbers = [_number(export, column, row) for column in columns]
    place = _place(export, row)
    base = int(_number(export, export.column(survey.table.base), row)) if survey.table.base else int(sum(numbers))
    if base < 1:
        raise DataError("A row of the table has no base.", where=place, found=str(base), expected="1 person or more",
                        fix="Take the row out, or correct the base.")
    if survey.kind == "percentages":
        feasible = feasible_counts(numbers, base, survey.table.decimals, survey.table.rounding, place)
        counts, bounds = feasible.central(), feasible.cell_bounds()
        return [(category, float(percent), base, int(low), int(high), int(count)) for category, percent, (low, high), count
                in zip(scale.ids, numbers, bounds, counts)]
    if sum(numbers) != base or any(number % 1 for number in numbers):
        raise DataError("The counts of a row do not add up to its base.", where=place, found=f"{sum(numbers):g}",
                        expected=str(base), fix="Correct the row; for percentages set kind to percentages.")
    return [(category, 100 * number / base, base, int(number), int(number), int(number))
            for category, number in zip(scale.ids, numbers)]


def _column_of(export: Export, category) -> Column:
    """The column of a category: its heading is the category's label or one of the ways to write it."""
    wanted = {label_key(text) for text in (category.label, *category.answers)}
    found = [column for column in export.columns if label_key(column.name) in wanted]
    if len(found) != 1:
        raise DataError("An answer needs one column in the table.", where=f"{export.file}, header",
                        found=f"{len(found)} columns for {category.label!r}", expected="one",
                        fix="Add the heading to the category's answers in survey.yaml.")
    return found[0]


def _number(export: Export, column: Column, row: int) -> float:
    text = column.texts[column.codes[row]].removesuffix("%").strip().replace(",", "")
    try:
        number = float(text)
    except ValueError:
        number = np.nan
    if not (np.isfinite(number) and number >= 0):
        raise DataError("A cell of the table is no number.", where=f"{_place(export, row)}, column {column.position} "
                        f"({column.name})", expected="a number of 0 or more", fix="Correct the cell; an answer that "
                        "nobody gave is 0.")
    return number


def _texts(column: Column) -> list[str]:
    return [column.texts[code] for code in column.codes]


def _place(export: Export, row: int) -> str:
    return f"{export.file}, {'row' if export.sheet else 'line'} {export.line(row)}"
