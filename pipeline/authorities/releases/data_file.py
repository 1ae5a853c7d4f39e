"""One file of a data set as a table of texts under our names, checked so far that it can be used and compared.

Values stay the texts that were published, markers included; what they mean is not decided here.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from pipeline.authorities.releases.catalogue import CURRENT, Sheet, Source, layout_of, refuse_missing
from pipeline.errors import DataError
from pipeline.inputs.exports.archives import sheet_facts
from pipeline.inputs.exports.cells import cell_text

_ROWS_ABOVE = 10  # among which the row with a sheet's headings is
_AGAIN = "Download the file again, and do not open and save it in a spreadsheet program."


@dataclass(frozen=True)
class ReleaseTable:
    """A file's rows. `table` holds texts under our names, its index the lines of the file (in a spreadsheet, the rows).

    `header` is what the file calls each of our columns; `extra` the columns that the catalogue does not know.
    """

    layout: str
    table: pd.DataFrame
    years: tuple[int, ...]
    header: dict[str, str]
    extra: tuple[str, ...]


def read_release(source: Source, path: Path) -> ReleaseTable:
    """Read a file of a data set and check it: readable, the columns of a known schema, rows, years.

    Raises DataError with file, line and column for the first thing that is wrong.
    """
    release = _read_sheets(source, path) if source.sheets else _read_csv(source, path)
    if release.table.empty:
        raise DataError("The file has headings, but no row.", where=path.name, fix=_AGAIN)
    return release


def _read_csv(source: Source, path: Path) -> ReleaseTable:
    lines = _csv_lines(path)
    _, header = next(lines, (0, []))
    if not header:
        raise DataError("The file is empty.", where=path.name, fix=_AGAIN)
    layout = layout_of(source, header, path.name)
    numbers, rows = [], []
    for number, row in lines:
        if len(row) != len(header):
            raise DataError(
                "A line has another number of cells than the headings.",
                where=f"{path.name}, line {number}",
                found=f"{len(row)} cells",
                expected=f"{len(header)}",
                fix=_AGAIN,
            )
        numbers.append(number)
        rows.append(row)
    whole = pd.DataFrame(rows, columns=header, index=pd.Index(numbers, name="line"), dtype=object)
    table = whole[list(layout.columns.values())].set_axis(list(layout.columns), axis=1)
    extra = tuple(column for column in header if column not in set(layout.columns.values()))
    return ReleaseTable(layout.schema, table, _years(source, table, path.name), dict(layout.columns), extra)


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each row of a CSV file with the line that it starts on; empty lines are left out."""
    content = path.read_bytes()
    if content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<", b"pk\x03\x04", b"\x1f\x8b")):
        raise DataError(
            "This is no CSV file.",
            where=path.name,
            found="a web page, a ZIP file or a spreadsheet",
            expected="CSV, as published",
            fix="Download the CSV file itself; unpack a ZIP file first.",
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError("The file is not UTF-8 text.", where=f"{path.name}, line {line}", fix=_AGAIN) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begun = 1
    try:
        for row in reader:
            if row:
                yield begun, row
            begun = reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            "The file is no sound CSV file.",
            where=f"{path.name}, line {begun}",
            found=str(error),
            expected="cells between commas, quotes in pairs",
            fix=_AGAIN,
        ) from None


def _read_sheets(source: Source, path: Path) -> ReleaseTable:
    try:
        sheet_facts(path)  # refuses what unpacks to too much before any of it is kept in memory
    except DataError as refused:
        raise DataError(refused.what, **(refused.details | {"fix": _AGAIN})) from None
    try:
        with CalamineWorkbook.from_path(path) as book:
            absent = [sheet.name for sheet in source.sheets if sheet.name not in book.sheet_names]
            if absent:
                raise DataError(
                    "The spreadsheet has no sheet of this name.",
                    where=path.name,
                    found="; ".join(book.sheet_names),
                    expected="; ".join(absent),
                    fix="If the publisher renamed it, correct sources.yaml.",
                )
            contents = {
                sheet.id: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False) for sheet in source.sheets
            }
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(
            "The spreadsheet cannot be read.",
            where=path.name,
            found=type(error).__name__,
            expected="ODS, as published",
            fix=_AGAIN,
        ) from None
    tables, header, extra = [], {}, []
    for sheet in source.sheets:
        rows = [[cell_text(cell).strip() for cell in row] for row in contents[sheet.id]]
        table, others = _sheet_table(source, sheet, rows, path.name)
        tables.append(table)
        header |= {f"{sheet.id}.{name}": column for name, column in sheet.columns.items()}
        extra += [f"{sheet.name}: {column}" for column in others]
    together = pd.concat(tables).reindex(columns=list(source.names)).fillna("")
    return ReleaseTable(CURRENT, together, _years(source, together, path.name), header, tuple(extra))


def _sheet_table(source: Source, sheet: Sheet, rows: list[list[str]], file: str) -> tuple[pd.DataFrame, list[str]]:
    """The table below a sheet's titles, and its columns that the catalogue does not know."""
    expected = set(sheet.columns.values())
    head = max(range(min(len(rows), _ROWS_ABOVE)), key=lambda row: len(expected & set(rows[row])), default=None)
    place = f"{file}, sheet {sheet.name}"
    if head is None:
        raise DataError("The sheet is empty.", where=place, fix=_AGAIN)
    refuse_missing(expected, rows[head], where=f"{place}, row {head + 1}", source=source)
    numbers = [number for number in range(head + 1, len(rows)) if any(rows[number])]
    table = pd.DataFrame(
        {
            name: [rows[number][rows[head].index(column)] for number in numbers]
            for name, column in sheet.columns.items()
        },
        index=pd.Index([number + 1 for number in numbers], name="line"),
        dtype=object,
    )
    table.insert(0, "sheet", sheet.id)
    return table, [column for column in rows[head] if column and column not in expected]


def _years(source: Source, table: pd.DataFrame, file: str) -> tuple[int, ...]:
    """The years that a table is about, sorted; a period over two years counts as the one that it ends in."""
    if source.kind == "inspections":
        return tuple(sorted({int(date[:4]) for date in table[source.year] if re.match(r"\d{4}-", date)}))
    column = "time_period" if source.kind == "statistics" else source.year
    if column is None:
        return ()
    first = table.drop_duplicates(column)[column]
    for line, text in first.items():
        if not is_period(text):
            raise DataError(
                "A year cannot be.",
                where=f"{file}, line {line}, column {column}",
                found=repr(text),
                expected="four digits, or six of two years in a row such as 201718",
                fix=_AGAIN,
            )
    if len(set(map(len, first))) > 1:
        one_of_each = first[~first.str.len().duplicated()]
        raise DataError(
            "Years of several kinds in one file.",
            where=f"{file}, column {column}",
            found=" and ".join(f"{text!r} (line {line})" for line, text in one_of_each.items()),
            expected="all of four digits or all of six",
            fix=_AGAIN,
        )
    return periods_end(first)


def is_period(text: str) -> bool:
    """Whether a text is a time period of the publisher's standard.

    >>> [is_period(text) for text in ("2024", "201718", "201719", "199900", "24", "2024.0")]
    [True, True, False, True, False, False]
    """
    if re.fullmatch(r"[12]\d{3}", text):
        return True
    return bool(re.fullmatch(r"[12]\d{5}", text)) and (int(text[2:4]) + 1) % 100 == int(text[4:])


def periods_end(periods: Iterable[str]) -> tuple[int, ...]:
    """The years in which time periods end, sorted.

    >>> periods_end(["2024", "2023"]), periods_end(["201718", "199900"])
    ((2023, 2024), (2000, 2018))
    """
    return tuple(sorted({int(text[:4]) + (len(text) == 6) for text in periods}))
