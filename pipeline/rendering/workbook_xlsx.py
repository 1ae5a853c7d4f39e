"""An accessible workbook as XLSX, by gptables of the Office for National Statistics."""

import warnings
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from textwrap import wrap

import pandas as pd
from gptables import Cover, GPTable, GPWorkbook
from gptables.core.gptable import FormatList
from xlsxwriter.worksheet import Worksheet

from pipeline.rendering.workbook_layout import COVER_WIDTH, Cell, Column, Layout, Sheet, shown

A4 = 9
HEIGHT_OF_LINE, HIGHEST = 16, 409  # in points; Excel has no higher rows
WIDTH_OF_CHARACTER = 1.2  # Excel counts in characters of 11 points, gptables writes in 12 points
FORMULA_STARTS = ("=", "+", "-", "@")


def save(layout: Layout, path: Path, date: datetime) -> None:
    """Write `layout` at `path`; `date` is the workbook's date of creation."""
    # Texts are texts: a cell that begins with = is no formula, one that looks like an address no link.
    book = GPWorkbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": layout.title, "subject": layout.subject, "created": date})
    cover = Cover(
        FormatList(_plain(layout.title)),
        intro=[_plain(text) for text in layout.introduction] or None,
        about=[_plain(text) for text in layout.about] or None,
        width=COVER_WIDTH,
    )
    worksheet = book.add_worksheet("Cover")
    worksheet.write_cover(cover)
    _set_page(worksheet, fit=True)
    sections = [paragraphs for paragraphs in (layout.introduction, layout.about) if paragraphs]
    below_title = [text for paragraphs in sections for text in ("heading", *paragraphs)]
    for number, text in enumerate(below_title, start=1):
        _set_height(worksheet, number, [text], [COVER_WIDTH])
    for sheet in layout.sheets:
        with warnings.catch_warnings():  # gptables 2.0 calls pandas in ways that pandas 4 will not have
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            _write_sheet(book, sheet)
    book.close()


def _write_sheet(book: GPWorkbook, sheet: Sheet) -> None:
    worksheet = book.add_worksheet(sheet.name)
    rows = [[_cell(value) for value in row] for row in sheet.rows]
    for row, name in zip(rows, sheet.links, strict=False):
        row[0] = {name: f"internal:'{name}'!A1"}
    formats = [
        {"column": {"columns": [number], "format": _format(column, before)}}
        for number, (column, before) in enumerate(zip(sheet.columns, (None, *sheet.columns), strict=False))
    ]
    table = GPTable(
        pd.DataFrame(rows, columns=[column.heading for column in sheet.columns], dtype=object),
        sheet.table_name,
        title=_plain(sheet.title),
        instructions=_plain(sheet.lines[0]),
        legend=[_plain(line) for line in sheet.lines[1:]],
        index_columns={},
        additional_formatting=formats,
    )
    worksheet.write_gptable(table, auto_width=False)
    for number, column in enumerate(sheet.columns):
        worksheet.set_column(number, number, column.width * WIDTH_OF_CHARACTER + 2)
    _set_page(worksheet, fit=sheet.fits_page)
    header = table.data_range[0]
    worksheet.repeat_rows(header)
    for number, row in enumerate([[column.heading for column in sheet.columns], *sheet.rows], start=header):
        widths = [column.width for column in sheet.columns]
        _set_height(worksheet, number, [shown(value, None) for value in row], widths)


def _format(column: Column, before: Column | None) -> dict[str, object]:
    if column.form:
        return {"valign": "top", "align": "right", "num_format": column.form}
    return {"valign": "top", "align": "left", "indent": 1 if before and before.form else 0}  # away from the numbers


def _set_height(worksheet: Worksheet, row: int, texts: Iterable[str], widths: Iterable[int]) -> None:
    """Make room for wrapped texts: LibreOffice does not when it opens XLSX."""
    lines = max(
        sum(len(wrap(line, int(1.1 * width) + 2)) or 1 for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    if lines > 1:
        worksheet.set_row(row, min(lines * HEIGHT_OF_LINE, HIGHEST))


def _set_page(worksheet: Worksheet, *, fit: bool) -> None:
    worksheet.set_paper(A4)
    worksheet.set_landscape()
    if fit:
        worksheet.fit_to_pages(1, 0)  # as many pages as it takes downwards


def _cell(value: Cell) -> object:
    return FormatList(_plain(value)) if isinstance(value, str) else value


def _plain(text: str) -> list:
    """`text` in the form in which gptables leaves it as it is: after its format.

    From a bare text it makes links of [this](form) and notes of $$this$$, and it refuses cells without letters of the
    Latin alphabet or digits. Excel's quote prefix keeps a text a text when a reader edits the cell.
    """
    return [{"quote_prefix": True} if text.startswith(FORMULA_STARTS) else {}, text]
