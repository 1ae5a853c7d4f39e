"""Spreadsheets as programs write them, and changed as no program writes them."""

import zipfile
from pathlib import Path

import odfdo
import xlsxwriter


def write_xlsx(path: Path, sheets: dict[str, list[list]], change=None) -> Path:
    """A workbook of these sheets; `change(workbook)` may do more to it."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        if change:
            change(book)
    return path


def write_ods(path: Path, sheets: dict[str, list[list]], change=None) -> Path:
    """An OpenDocument spreadsheet of these sheets; `change(first table)` may do more to it."""
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    for name, rows in sheets.items():
        table = odfdo.Table(name)
        table.set_values(rows)
        document.body.append(table)
    if change:
        change(document.body.get_table(0))
    document.save(path)
    return path


def repack(path: Path, member: str, change, compression: int = zipfile.ZIP_DEFLATED) -> Path:
    """The archive with one of its members put through `change(bytes)`."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    changed = change(members[member])
    assert changed != members[member]
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {**members, member: changed}.items():
            archive.writestr(name, content)
    return path
