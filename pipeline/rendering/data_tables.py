"""The data tables of a report as spreadsheets: what the notebooks that it shows tables or figures of have published."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from pipeline.errors import RenderError
from pipeline.files import unguarded
from pipeline.markdown import plain
from pipeline.rendering.sources import Report, expanded
from pipeline.rendering.values import published_values
from pipeline.rendering.workbook import SheetTable, Workbook, write_ods, write_xlsx
from pipeline.rendering.workbook_layout import CONFIDENTIAL, NOT_AVAILABLE, UNBOUNDED

SHOWN = re.compile(r"\{#(?:tbl|fig)-([a-z0-9-]+)")
INCLUDED = re.compile(r"published/([^/]+)/")
END_OF_SENTENCE = re.compile(r"(?<=[a-z0-9)]\.) (?=[A-Z])")
SHORTEST_TITLE = 30  # characters
DASH = "–"  # in the cells of a printed table that hold nothing
IN_THE_ORDER = (
    "The data behind the report “{title}”: one table a sheet. The tables and charts that the report shows "
    "come first, in its order; after them, what else was computed along with them."
)


def write_spreadsheets(report: Report, staged: Path, data: Path, folder: Path, epoch: int) -> list[Path]:
    """Write <report>.xlsx and <report>.ods to `folder` and return their paths.

    They hold the data of each table and figure that the report shows, in its order, then the other tables of the same
    notebooks. A notebook of which it shows only words adds nothing: its tables belong to another report's workbook.

    Args:
        staged: holds published/<notebook>/data/<name>.yaml: titles and headings.
        data: the folder with <name>.csv; those of a collection are looked for in <collection>/data beside it.
        epoch: seconds since 1970 (UTC): the date that stands in the files.

    Raises:
        RenderError: a table has no CSV, or the CSVs of two collections have its name.
        PublishingError: a table could not be shown as it is (see spreadsheets_layout.lay_out).
    """
    metadata, _ = expanded(report, published_values(staged))
    tables = tuple(_sheet(described, data) for described in _described(report, staged))
    title = plain(metadata["title"])
    workbook = Workbook(
        title=title,
        subject=plain(metadata.get("subtitle", "")),
        language=str(metadata["lang"]),
        tables=tables,
        introduction=(IN_THE_ORDER.format(title=title),),
    )
    written = [folder / f"{report.name}.xlsx", folder / f"{report.name}.ods"]
    write_xlsx(workbook, written[0], epoch)
    write_ods(workbook, written[1], epoch)
    return written


def _described(report: Report, staged: Path) -> Iterator[Path]:
    """The descriptions of a report's tables: those that it shows, then the others of the same notebooks."""
    shown = [
        staged / "published" / notebook[1] / "data" / f"{name}.yaml"
        for text, file, _ in report.lines
        if (notebook := INCLUDED.match(file))
        for name in SHOWN.findall(text)
    ]
    shown = [path for path in dict.fromkeys(shown) if path.is_file()]
    yield from shown
    for folder in sorted({path.parent for path in shown}):
        yield from sorted(set(folder.glob("*.yaml")) - set(shown))


def _sheet(described: Path, data: Path) -> SheetTable:
    about = yaml.safe_load(described.read_text(encoding="utf-8"))
    table = pd.read_csv(_csv(described.stem, data), keep_default_na=False, na_values=["", DASH])
    table = table.map(unguarded).set_axis(table.columns.map(unguarded), axis="columns")
    withheld = table["rule"].notna() if "rule" in table else pd.Series(False, index=table.index)
    reasons = pd.Series(NOT_AVAILABLE, index=table.index).mask(withheld, CONFIDENTIAL)
    marked = {column: _marked(table[column], reasons if column != "rule" else "none") for column in about["headings"]}
    headings = {
        column: _worded(heading) if heading == column else heading for column, heading in about["headings"].items()
    }
    title, explanation = _titled(about["title"])
    return SheetTable(
        name=described.stem, title=title, table=pd.DataFrame(marked), headings=headings, explanation=explanation
    )


def _titled(caption: str) -> tuple[str, str]:
    """A caption as a title and what else it says: its first sentence, or more where that is hardly a title.

    >>> _titled("Simulated answers. Mean score of each domain, with its interval. Dot: the mean.")
    ('Simulated answers. Mean score of each domain, with its interval.', 'Dot: the mean.')
    """
    end = next((match.start() for match in END_OF_SENTENCE.finditer(caption) if match.start() > SHORTEST_TITLE), None)
    return (caption, "") if end is None else (caption[:end], caption[end:].strip())


def csv_files(name: str, data: Path) -> list[Path]:
    """The CSVs called `name` for readers: in the folder `data`, and in those of the collections beside it."""
    places = [data / f"{name}.csv", *sorted(data.parent.glob(f"*/data/{name}.csv"))]
    return [path for path in places if path.is_file()]


def _csv(name: str, data: Path) -> Path:
    found = csv_files(name, data)
    if len(found) != 1:
        raise RenderError(
            "The data of a table are not there." if not found else "Two tables have the same name.",
            where=f"{name}.csv",
            found=", ".join(map(str, found)) or "no file",
            expected=f"one file, in {data} or in the folder data of a collection",
            fix="Run what publishes it: golden-thread run." if not found else "Rename one of them.",
        )
    return found[0]


def _marked(column: pd.Series, reasons: pd.Series | str) -> pd.Series:
    """`column` with a marker for each cell that has no value, and for each that has no finite one."""
    if pd.api.types.is_float_dtype(column) and np.isinf(column).any():
        column = column.astype(object).mask(np.isinf(column), UNBOUNDED)
    return column.astype(object).mask(column.isna(), reasons) if column.isna().any() else column


def _worded(column: str) -> str:
    """A heading for a column that has only its name in the CSV.

    >>> _worded("odds_ratio_low"), _worded("q")
    ('Odds ratio low', 'q')
    """
    words = column.replace("_", " ")
    return words[0].upper() + words[1:] if len(words) > 1 else words
