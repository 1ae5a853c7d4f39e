"""Published percentages: read, checked, and turned into the counts that they allow.

`read_published` reads one CSV a group, `count_tables` makes the two canonical tables of a survey: answers (a line an
item × group × category) and rows (a line an item × group). `read_answers` reads the first of them back.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from pipeline.errors import DataError, InfeasibleRow
from pipeline.inputs.csv_tables import cell_problems, read_lines, refuse
from pipeline.statistics.rounding import FeasibleCounts, feasible_counts
from pipeline.surveys.codebook import Codebook, Group

KEYS = ["item", "group", "category"]
COUNTS = ["base", "count_low", "count_high", "count"]
ANSWERS = [*KEYS, "percent", *COUNTS]


def read_published(folder: Path, codebook: Codebook) -> pd.DataFrame:
    """Read the table of every group: columns group, item, base, and the percentage in each category of the scale.

    Lines come group by group in the order of the codebook's `place`. Raises DataError for a file that is missing or
    does not fit, naming every cell at fault by its line and column.
    """
    return pd.concat(
        [_read_group(folder / group.file, group, codebook) for group in codebook.groups], ignore_index=True
    )


def count_tables(published: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The counts that every published row allows, as two tables in the order of items and groups in the codebook.

    answers: item, group, category, percent, base, and the fewest (count_low), the most (count_high) and the central
    number (count) of people in the category. rows: item, group, base, percent_total, and feasible_tables, the exact
    number of count vectors (a Python integer of any size). Raises InfeasibleRow if no counts round to a row.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> folder = project_root() / "data/raw/surveys/ofsted-2011"
    >>> codebook = read_codebook(folder / "survey.yaml")
    >>> answers, rows = count_tables(read_published(folder, codebook), codebook)
    >>> len(answers), len(rows), rows["feasible_tables"].max()
    (450, 75, 1431)
    """
    by_row = published.set_index(["item", "group"])
    answers, rows = [], []
    for item in codebook.items:
        for group in map(codebook.group, item.groups):
            row = by_row.loc[(item.id, group.id)]
            percentages = [row[category] for category in codebook.scale.ids]
            place = f"{group.file}, item {item.id} (row {item.place[group.id]} of the published table)"
            feasible = row_counts(percentages, int(row["base"]), codebook, place)
            cells = zip(codebook.scale.ids, percentages, feasible.cell_bounds(), feasible.central(), strict=True)
            answers += [
                (item.id, group.id, category, float(percent), feasible.base, int(low), int(high), int(central))
                for category, percent, (low, high), central in cells
            ]
            rows.append((item.id, group.id, feasible.base, float(sum(feasible.percentages)), feasible.size))
    return (
        pd.DataFrame(answers, columns=ANSWERS),
        pd.DataFrame(rows, columns=["item", "group", "base", "percent_total", "feasible_tables"]).astype(
            {"feasible_tables": object}
        ),
    )


def row_counts(percentages: Sequence[float], base: int, codebook: Codebook, where: str) -> FeasibleCounts:
    """The feasible counts of one row in the order of the scale; InfeasibleRow names the categories that clash."""
    try:
        return feasible_counts(percentages, base, codebook.decimals, codebook.rounding, where)
    except InfeasibleRow as error:
        cells = [f"{codebook.scale.ids[k]} {percentages[k]:g}" for k in error.cells]
        shortfall = {
            True: f" need at least {error.gap} people more than the base",
            False: f" leave at least {-error.gap} people of the base without an answer",
        }
        raise InfeasibleRow(
            "No numbers of people give the printed percentages.",
            cells=error.cells,
            gap=error.gap,
            where=where,
            found=", ".join(cells) + (shortfall[error.gap > 0] if error.gap else " cannot come from this base alone"),
            expected=f"percentages of {base} people, rounded {codebook.rounding} to {codebook.decimals} decimals",
            fix="Check the row against the publication, and decimals and rounding in survey.yaml.",
        ) from None


def read_answers(path: Path) -> pd.DataFrame:
    """Read the canonical table answers.csv: columns as `count_tables` makes them, percentages from 0 to 100.

    Raises DataError if the table is not there yet, or a column, a key or an order of counts (count_low ≤ count ≤
    count_high ≤ base) is wrong.
    """
    if not path.is_file():
        raise DataError(
            "The counts of this survey are not there yet.",
            where=str(path),
            fix="Run chapter 1 first: golden-thread run --stage clean-survey.",
        )
    table = read_lines(path, ANSWERS)
    schema = pa.DataFrameSchema(
        {
            **{key: pa.Column(str, pa.Check.str_length(min_value=1, error="a name")) for key in KEYS},
            "percent": pa.Column(str, _percentage(None)),
            **{count: pa.Column(str, _whole(0)) for count in COUNTS},
        },
        unique=KEYS,
        report_duplicates="exclude_first",
    )
    refuse(path, cell_problems(table, schema), "Make the file again with stage 01; it is not edited by hand.")
    table = table.astype({"percent": float, **dict.fromkeys(COUNTS, "int64")})
    ordered = (table[["count_low", "count", "count_high", "base"]].diff(axis=1).iloc[:, 1:] >= 0).all(axis=1)
    refuse(
        path,
        [f"line {line}: expected count_low ≤ count ≤ count_high ≤ base" for line in table.index[~ordered]],
        "Make the file again with stage 01; it is not edited by hand.",
    )
    return table.reset_index(drop=True)


def _read_group(path: Path, group: Group, codebook: Codebook) -> pd.DataFrame:
    """One group's table in published order, its numbers as numbers."""
    slugs = [item.id for item in codebook.rows(group.id)]
    categories = list(codebook.scale.ids)
    table = read_lines(path, ["item", "base", *categories])
    schema = pa.DataFrameSchema(
        {
            "item": pa.Column(
                str,
                pa.Check.isin(slugs, error=f"an item that the codebook gives to {group.id}"),
                unique=True,
                report_duplicates="exclude_first",
            ),
            "base": pa.Column(str, _whole(1, group.respondents)),
            **{category: pa.Column(str, _percentage(codebook.decimals)) for category in categories},
        }
    )
    missing = [
        f"no row for item {slug}: row {place} of the published table"
        for place, slug in enumerate(slugs, start=1)
        if slug not in set(table["item"])
    ]
    refuse(path, cell_problems(table, schema) + missing, "Correct the file against the publication, or the codebook.")
    numbers = table.astype({"base": "int64", **dict.fromkeys(categories, "int64" if not codebook.decimals else float)})
    numbers = numbers.set_index("item").loc[slugs].reset_index()
    numbers.insert(0, "group", group.id)
    return numbers


def _whole(low: int, high: int | None = None) -> pa.Check:
    def fits(text: str) -> bool:
        return re.fullmatch(r"[0-9]{1,18}", text) is not None and low <= int(text) <= (high or int(text))

    return pa.Check(
        fits,
        element_wise=True,
        error=f"a whole number from {low} to {high}" if high else f"a whole number, {low} or more",
    )


def _percentage(decimals: int | None) -> pa.Check:
    """A number from 0 to 100 with at most so many decimals; None for any number of them."""
    fraction = {None: r"(\.[0-9]+)?", 0: ""}.get(decimals, rf"(\.[0-9]{{1,{decimals}}})?")
    limit = {None: "", 0: ", a whole number"}.get(decimals, f", at most {decimals} decimals")

    def fits(text: str) -> bool:
        return re.fullmatch(rf"[0-9]{{1,3}}{fraction}", text) is not None and float(text) <= 100

    return pa.Check(fits, element_wise=True, error=f"a percentage from 0 to 100{limit}")


def feasible_sets(answers: pd.DataFrame, decimals: int, rounding: str) -> dict[tuple[str, str], FeasibleCounts]:
    """The feasible set behind each item and group of the canonical table, in its order.

    >>> answers = pd.DataFrame({"item": "time", "group": "managers", "category": ["agree", "other"],
    ...                         "percent": [46, 54], "base": 146})
    >>> feasible_sets(answers, decimals=0, rounding="half_up")["time", "managers"].size
    1
    """
    return {
        key: feasible_counts(row["percent"].tolist(), int(row["base"].iloc[0]), decimals, rounding)
        for key, row in answers.groupby(["item", "group"], sort=False)
    }
