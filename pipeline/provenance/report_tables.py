"""The tables behind the reports, and which of their rows and cells differ between two runs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import yaml

from pipeline.provenance.runs import is_table

TEXT = -1.0  # the size of a change that is not one of numbers
TINY = 1e-6  # of a number's size: less than that is another machine's arithmetic, not another result


@dataclass(frozen=True)
class Table:
    """A table for readers: its cells as text, what it is called, and the headings of its columns."""

    name: str
    title: str
    cells: pd.DataFrame
    headings: Mapping[str, str] = field(default_factory=dict)

    def heading(self, column: str) -> str:
        named = self.headings.get(column, column)
        return named if named != column else plain(column).capitalize()


@dataclass(frozen=True)
class Cell:
    """A cell that differs. `size` is how far it moved, as a share of its column's range; less than 0 where it is text.

    `shown` is whether the reports show its column: the tables for readers have more.
    """

    row: str
    column: str
    was: str
    now: str
    size: float
    shown: bool = True


@dataclass(frozen=True)
class Changed:
    """A table that differs: cells (those that the reports show first, then the largest changes first), and rows and
    columns that are new or gone."""

    name: str
    title: str
    rows: int
    cells: tuple[Cell, ...] = ()
    new_rows: tuple[str, ...] = ()
    gone_rows: tuple[str, ...] = ()
    new_columns: tuple[str, ...] = ()
    gone_columns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.new_rows or self.gone_rows or self.new_columns or self.gone_columns)


def read_tables(folder: Path, outputs: Mapping[str, str]) -> dict[str, Table]:
    """The tables for readers among the `outputs` of one stage, by their path under reports/site.

    What a table is called is told by the notebook that published it, beside its Markdown.
    """
    described = [folder / path / "data" for path in outputs if path.startswith("reports/published/")]
    tables = {}
    for output in filter(is_table, outputs):
        path = folder / output
        for file in sorted(path.glob("*.csv")) if path.is_dir() else [path] * path.is_file():
            says = _said(described, file.stem)
            cells = pd.read_csv(file, dtype=str, keep_default_na=False)
            name = file.relative_to(folder / "reports" / "site").as_posix()
            tables[name] = Table(name, says.get("title", file.stem), cells, says.get("headings", {}))
    return tables


def changed(was: Table, now: Table, leave_out: tuple[str, ...] = ()) -> Changed:
    """What differs between two versions of a table. Columns in `leave_out` are told elsewhere.

    >>> was = pd.DataFrame({"item": ["time", "views"], "percent": ["21", "48"]})
    >>> difference = changed(Table("a.csv", "A", was), Table("a.csv", "A", was.replace("21", "31")))
    >>> difference.cells
    (Cell(row='time', column='Percent', was='21', now='31', size=0.37037037037037035, shown=True),)
    """
    common = [column for column in now.cells if column in was.cells]
    key = key_columns(was.cells[common], now.cells[common])
    before, after = (table.cells.set_axis(_rows(table.cells, key)) for table in (was, now))
    both = after.index.intersection(before.index, sort=False)
    cells = []
    for column in (column for column in common if column not in (*key, *leave_out)):
        moved = _moved(before.loc[both, column], after.loc[both, column])
        cells += [
            Cell(
                row,
                now.heading(column),
                before.at[row, column],
                after.at[row, column],
                size,
                shown=not now.headings or column in now.headings,
            )
            for row, size in moved.items()
        ]
    return Changed(
        now.name,
        now.title,
        len(after),
        tuple(sorted(cells, key=lambda cell: (not cell.shown, -cell.size))),
        tuple(after.index.difference(before.index, sort=False)),
        tuple(before.index.difference(after.index, sort=False)),
        tuple(now.heading(column) for column in now.cells if column not in was.cells),
        tuple(was.heading(column) for column in was.cells if column not in now.cells),
    )


def key_columns(was: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """The first columns, as few as tell the rows of both versions apart; all columns where none do.

    >>> table = pd.DataFrame({"item": ["a", "a"], "group": ["x", "y"], "percent": ["1", "2"]})
    >>> key_columns(table, table)
    ['item', 'group']
    """
    columns = list(now)
    for number in range(1, len(columns)):
        if not any(table.duplicated(columns[:number]).any() for table in (was, now)):
            return columns[:number]
    return columns


def as_number(text: str) -> float | None:
    """
    >>> as_number("0.25"), as_number("−3%"), as_number("85–93") is None, as_number("") is None
    (0.25, -3.0, True, True)
    """
    try:
        return float(text.replace("−", "-").replace(",", "").removesuffix("%"))
    except ValueError:
        return None


def plain(code: str) -> str:
    """A code in plain letters.

    >>> plain("sufficient-time"), plain("social_workers"), plain("Paragraph 8")
    ('sufficient time', 'social workers', 'Paragraph 8')
    """
    return code if " " in code or code != code.lower() else code.replace("-", " ").replace("_", " ")


def _rows(cells: pd.DataFrame, key: list[str]) -> list[str]:
    """What each row is called. Rows that are told apart by nothing are numbered within their name."""
    names = pd.Series(
        [", ".join(plain(cell) for cell in row if cell) for row in cells[key].itertuples(index=False)], dtype=str
    )
    again = names.groupby(names).cumcount()
    return [f"{name} ({count + 1})" if count else name for name, count in zip(names, again, strict=True)]


def _moved(was: pd.Series, now: pd.Series) -> dict[str, float]:
    """The rows in which a column differs, each with its size."""
    differs = was != now
    if not differs.any():
        return {}
    numbers = [value for value in map(as_number, [*was, *now]) if value is not None and math.isfinite(value)]
    spread = max(numbers) - min(numbers) if numbers else 0
    sizes = {row: _size(was[row], now[row], spread) for row in now.index[differs]}
    return {row: size for row, size in sizes.items() if size}


def _size(was: str, now: str, spread: float) -> float:
    """How far a cell moved: 0 where it is the same number, TEXT where it is text before or after."""
    first, second = as_number(was), as_number(now)
    if first is None or second is None or not (math.isfinite(first) and math.isfinite(second)):
        return TEXT
    if math.isclose(first, second, rel_tol=TINY, abs_tol=1e-12):
        return 0
    return abs(second - first) / spread if spread else 1


def _said(described: list[Path], name: str) -> dict:
    for folder in described:
        if (folder / f"{name}.yaml").is_file():
            return yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return {}
