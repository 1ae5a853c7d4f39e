"""XLSX and ODS files: the sheet with the answers, its cells as the texts that a person would type."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline.errors import DataError
from pipeline.inputs.exports.archives import sheet_facts
from pipeline.inputs.exports.assembly import Content, assemble, error_cell, indices_needed
from pipeline.inputs.exports.cells import cell_text, percentage_text
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
        raise DataError(
            "The spreadsheet is damaged.",
            where=path.name,
            expected="XLSX or ODS",
            fix="Export the survey again, or save it as CSV UTF-8.",
        ) from None


def _choose(file: str, book: CalamineWorkbook, name: str | None) -> CalamineSheet:
    """The sheet of this name, or the only one with content that a person sees: tools keep lists in hidden ones."""
    worksheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in worksheets]
    if name is not None:
        if name not in names:
            raise DataError(
                "No sheet of this name.",
                where=file,
                found=name,
                expected="; ".join(names),
                fix="Correct --sheet of survey new, or file, sheet in survey.yaml.",
            )
        return book.get_sheet_by_name(name)
    seen = [sheet.name for sheet in worksheets if sheet.visible == SheetVisibleEnum.Visible]
    sheets = [sheet for sheet in map(book.get_sheet_by_name, seen) if sheet.height]
    if not sheets and len(seen) < len(names):
        raise DataError(
            "Only hidden sheets have content.",
            where=file,
            found="; ".join(set(names) - set(seen)),
            fix="Name the sheet with the answers: --sheet of survey new, or file, sheet in survey.yaml.",
        )
    if not sheets:
        raise DataError("The file is empty.", where=file, found="no sheet with content", fix="Export the survey again.")
    if len(sheets) > 1:
        raise DataError(
            "Several sheets have content.",
            where=file,
            found="; ".join(sheet.name for sheet in sheets),
            expected="one, or its name",
            fix="Name the sheet with the answers: --sheet of survey new, or file, sheet in survey.yaml.",
        )
    return sheets[0]


def _read(
    file: str,
    kind: str,
    sheet: CalamineSheet,
    facts: SheetFacts,
    stated: Layout | None,
    columns: Collection[str] | None,
) -> Export:
    place = f"{file}, sheet {sheet.name}"
    rows = _rows(sheet, facts)
    head = list(islice(rows, _HEAD_ROWS))
    if not head:
        raise DataError("The sheet is empty.", where=place, fix="Name the sheet with the answers.")
    header = find_header([list(map(tidy_text, texts)) for _, texts in head], stated, place)
    needed = indices_needed(file, header, columns)
    _refuse_merged(place, facts, title=head[0][0] if header.first else 0)
    _refuse_cells(place, header, needed if columns is None else _asked(header, columns), facts)
    numbers, contents = _encode(chain(head[header.body :], rows), needed)
    return assemble(
        header,
        contents,
        columns,
        file=file,
        format=kind,
        encoding="",
        delimiter="",
        sheet=sheet.name,
        number_rows=partial(np.array, numbers),
    )


def _rows(sheet: CalamineSheet, facts: SheetFacts) -> Iterator[tuple[int, list[str]]]:
    """The number in the file (from 1) and the texts, from column A on, of every row that has any text."""
    if sheet.start is not None:
        percentages = [column - 1 for column in facts.percentages if column not in facts.plain]
        broken: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in facts.texts.items():
            broken.setdefault(row, []).append((column - 1, text))
        left = [""] * sheet.start[1]  # calamine gives the empty rows above the table, not the empty columns beside it
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            texts = left + list(map(cell_text, cells))
            for column in percentages:
                if len(left) <= column < len(texts):
                    texts[column] = percentage_text(cells[column - len(left)])
            for column, text in broken.get(number, ()):
                texts[column] = text
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
    return numbers, {
        index: tidied(np.array(codes, dtype=np.int32), list(codes_of)) for index, codes, codes_of in columns
    }


def _asked(header: Header, columns: Collection[str]) -> list[int]:
    wanted = set(map(tidy_text, columns))
    return [index for index, name in enumerate(header.names) if name in wanted]


def _refuse_merged(place: str, facts: SheetFacts, title: int) -> None:
    """Merged cells are let pass within the row of the title only."""
    for first, last in facts.merged:
        if last > title:
            rows = f"row {first}" if first == last else f"rows {first} to {last}"
            raise DataError(
                "Merged cells: to which column or respondent they belong is unknown.",
                where=f"{place}, row {first}",
                found=f"cells merged in {rows}",
                expected="a cell a column in every row",
                fix="Export the survey again, or as CSV.",
            )


def _refuse_cells(place: str, header: Header, indices: Iterable[int], facts: SheetFacts) -> None:
    """calamine reads errors, and formulas without a stored value, as empty, so they are taken from the file itself."""
    for index in indices:

        def where(rows: Mapping[int, int], column: int = index + 1, name: str = header.names[index]) -> str:
            return f"{place}, row {rows[column]}, column {column} ({name})"

        if index + 1 in facts.errors:
            raise error_cell(where(facts.errors), "an error such as #REF!")
        if index + 1 in facts.unstored:
            raise DataError(
                "A cell holds a formula, but not its value: the column would read as if nobody had answered.",
                where=where(facts.unstored),
                found="a formula without a stored value",
                expected="values",
                fix="Open the file in a spreadsheet, save it and take that; or copy the column as values.",
            )
        if index + 1 in facts.percentages and index + 1 in facts.plain:
            raise DataError(
                "Some numbers of the column are percentages, and others are not.",
                where=where(facts.plain),
                found=f"a plain number, and a percentage in row {facts.percentages[index + 1]}",
                expected="one format, so that 0.5 and 50% are not mistaken for one another",
                fix="Give the whole column one format, and see that its numbers are right.",
            )
