"""XLSX and ODS files: the sheet with the answers, its cells as the texts that a person would type."""

import datetime
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from pipeline.errors import DataError
from pipeline.inputs.exports.archives import sheet_facts
from pipeline.inputs.exports.assembly import Content, assemble, error_cell, indices_needed
from pipeline.inputs.exports.headers import Header, Layout, find_header
from pipeline.inputs.exports.sheet_facts import SheetFacts
from pipeline.inputs.exports.table import Export, tidied
from pipeline.inputs.exports.texts import tidy_text

_HEAD_ROWS = 5  # a title, three header rows and one more


def read_spreadsheet(path: Path, header: Layout | None, sheet: str | None, columns: Collection[str] | None) -> Export:
    """A spreadsheet as columns; see pipeline.inputs.exports.read_export."""
    kind, facts = sheet_facts(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            table = _choose(path.name, book, sheet)
            return _read(path.name, kind, table, facts.get(table.name, SheetFacts(path.name)), header, columns)
    except (CalamineError, OSError, ValueError):  # the message may hold contents
        raise DataError("The spreadsheet is damaged.", where=path.name, expected="XLSX or ODS",
                        fix="Export the survey again, or save it as CSV UTF-8.") from None


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates and times as in ISO 8601, TRUE and FALSE.

    >>> cell_text(3.0), cell_text(datetime.datetime(2024, 3, 1)), cell_text(True)
    ('3', '2024-03-01', 'TRUE')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if value.time() == datetime.time() else value).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)  # whole numbers, and durations as 9:30:00


def _choose(file: str, book: CalamineWorkbook, name: str | None) -> CalamineSheet:
    """The sheet of this name, or the only one with content."""
    names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if name is not None:
        if name not in names:
            raise DataError("No sheet of this name.", where=file, found=name, expected="; ".join(names),
                            fix="Correct --sheet of survey new, or file, sheet in survey.yaml.")
        return book.get_sheet_by_name(name)
    sheets = [sheet for sheet in map(book.get_sheet_by_name, names) if sheet.height]
    if not sheets:
        raise DataError("The file is empty.", where=file, found="no sheet with content", fix="Export the survey again.")
    if len(sheets) > 1:
        raise DataError("Several sheets have content.", where=file, found="; ".join(sheet.name for sheet in sheets),
                        expected="one, or its name",
                        fix="Name the sheet with the answers: --sheet of survey new, or file, sheet in survey.yaml.")
    return sheets[0]


def _read(file: str, kind: str, sheet: CalamineSheet, facts: SheetFacts, stated: Layout | None,
          columns: Collection[str] | None) -> Export:
    place = f"{file}, sheet {sheet.name}"
    rows = _rows(sheet)
    head = list(islice(rows, _HEAD_ROWS))
    if not head:
        raise DataError("The sheet is empty.", where=place, fix="Name the sheet with the answers.")
    header = find_header([list(map(tidy_text, texts)) for _, texts in head], stated, place)
    needed = indices_needed(file, header, columns)
    _refuse_merged(place, facts, title=head[0][0] if header.first else 0)
    _refuse_without_value(place, header, needed if columns is None else _asked(header, columns), facts)
    numbers, contents = _encode(chain(head[header.body:], rows), needed)
    return assemble(header, contents, columns, file=file, format=kind, encoding="", delimiter="", sheet=sheet.name,
                    number_rows=partial(np.array, numbers))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """The number in the file (from 1) and the texts, from column A on, of every row that has any text."""
    if sheet.start is not None:
        left = [""] * sheet.start[1]  # calamine gives the empty rows above the table, not the empty columns beside it
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            texts = left + list(map(cell_text, cells))
            if any(map(tidy_text, texts)):
                yield number, texts


def _encode(rows: Iterable[tuple[int, list[str]]], indices: Sequence[int]) -> tuple[array, dict[int, Content]]:
    """The numbers of the rows, and codes and texts of some columns."""
    numbers, columns = array("q"), [(index, array("i"), defaultdict()) for index in indices]
    for _, _, codes_of in columns:
        codes_of.default_factory = codes_of.__len__  # a new text gets the next code
    for number, texts in rows:
        numbers.append(number)
        for index, codes, codes_of in columns:
            codes.append(codes_of[texts[index]])
    return numbers, {index: tidied(np.array(codes, dtype=np.int32), list(codes_of))
                     for index, codes, codes_of in columns}


def _asked(header: Header, columns: Collection[str]) -> list[int]:
    wanted = set(map(tidy_text, columns))
    return [index for index, name in enumerate(header.names) if name in wanted]


def _refuse_merged(place: str, facts: SheetFacts, title: int) -> None:
    """Merged cells are let pass within the row of the title only."""
    for first, last in facts.merged:
        if last > title:
            rows = f"row {first}" if first == last else f"rows {first} to {last}"
            raise DataError("Merged cells: to which column or respondent they belong is unknown.",
                            where=f"{place}, row {first}", found=f"cells merged in {rows}",
                            expected="a cell a column in every row", fix="Export the survey again, or as CSV.")


def _refuse_without_value(place: str, header: Header, indices: Iterable[int], facts: SheetFacts) -> None:
    """calamine reads error cells, and formulas that nobody has computed, as empty; so they are taken from the file."""
    for index in indices:
        number, name = index + 1, header.names[index]
        if number in facts.errors:
            raise error_cell(f"{place}, row {facts.errors[number]}, column {number} ({name})",
                             "an error such as #REF!")
        if number in facts.uncomputed:
            raise DataError("A cell holds a formula whose result is not in the file.",
                            where=f"{place}, row {facts.uncomputed[number]}, column {number} ({name})",
                            expected="an answer; a program that writes workbooks leaves results to a spreadsheet program",
                            fix="Open the file in a spreadsheet program and save it, or export the survey as CSV.")
