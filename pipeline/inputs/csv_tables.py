"""CSV files that a person writes, read as text with their line numbers; every problem of a file is named together."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.errors import DataError


def read_lines(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """A CSV file as text, indexed by line number. A byte-order mark, any line ends and empty lines do no harm.

    Raises DataError for a file that is missing, is not UTF-8, or has another header or rows of another length.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells)]
    except FileNotFoundError:
        raise DataError("The file is missing.", where=str(path), fix="Put it there, or correct its name.") from None
    except UnicodeDecodeError as error:
        raise DataError(
            "The file is not UTF-8 text.", where=f"{path}, byte {error.start}", fix="Save it as CSV UTF-8."
        ) from None
    header = lines[0][1] if lines else []
    if header != list(columns):
        raise DataError(
            "The columns are not as they should be.",
            where=f"{path}, line 1",
            found=",".join(header),
            expected=",".join(columns),
            fix="Correct the header; separate columns by commas.",
        )
    refuse(
        path,
        [
            f"line {number}: found {len(cells)} cells, expected {len(columns)}"
            for number, cells in lines
            if len(cells) != len(columns)
        ],
        "Give each row one cell a column.",
    )
    return pd.DataFrame(
        [cells for _, cells in lines[1:]], index=[number for number, _ in lines[1:]], columns=list(columns), dtype=str
    )


def cell_problems(table: pd.DataFrame, schema: pa.DataFrameSchema) -> list[str]:
    """Every cell that the schema refuses, by line and column."""
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.sort_values("index", kind="stable").to_dict("records")
        return [
            f"line {case['index']}, column {case['column']}: found {case['failure_case']!r}, expected "
            + ("each only once" if "uniqueness" in case["check"] else case["check"])
            for case in cases
        ]
    return []


def refuse(path: Path, problems: Sequence[str], fix: str) -> None:
    """Raise DataError with all problems of a file, if there are any."""
    if problems:
        raise DataError(
            f"{path.name} has {len(problems)} problem{'s' * (len(problems) > 1)}:\n"
            + "\n".join(f"  - {problem}" for problem in problems),
            where=str(path),
            fix=fix,
        )
