"""What kind of file an export is, by its content and not its name, and who reads it."""

import os
import stat
from collections.abc import Collection
from pathlib import Path

from pipeline.errors import DataError
from pipeline.inputs.exports.delimited import read_delimited
from pipeline.inputs.exports.headers import Layout
from pipeline.inputs.exports.limits import FILE_BYTES, FORMATS
from pipeline.inputs.exports.spreadsheets import read_spreadsheet
from pipeline.inputs.exports.statistical import read_statistical, statistical_kind
from pipeline.inputs.exports.table import Export

# How files begin that are taken for exports.
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or one locked with a password",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document (RTF)",
    b"\x1f\x8b": "a packed file (gzip)",
    b"7z\xbc\xaf": "a packed file (7z)",
    b"Rar!": "a packed file (RAR)",
    b"ASCII SPSS PORT FILE": "an SPSS portable file (.por)",
    b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV": "an SPSS file locked with a password",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<?xml": "an XML file",
    b"<!doctype": "a web page (HTML), perhaps a page to log in",
    b"<html": "a web page (HTML), perhaps a page to log in",
}


def read_export(
    path: Path,
    *,
    header: Layout | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    columns: Collection[str] | None = None,
) -> Export:
    """Read a survey's export: CSV (or with tabs, semicolons, bars), XLSX, ODS, SPSS or Stata, told by content, not by name.

    What is None is found out: the layout of the `header` (one, qualtrics, surveymonkey), the `sheet` of a spreadsheet
    (the only one that is not empty), the `encoding` (utf-8, utf-16, cp1252, mac-roman) and the `delimiter` of a text
    file. `columns` names those to keep; all of the file is checked in any case. Raises DataError, which names file,
    line and column and holds no respondent's text, for anything that does not fit or is beyond the limits.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "survey.csv"
    >>> _ = path.write_text("id,I am well supported\\n1,Agree\\n2,agree \\n3,Agree \\n", encoding="utf-8")
    >>> export = read_export(path)
    >>> export.rows, export.column("I am well supported").texts, export.line(2)
    (3, ('Agree', 'agree'), 4)
    """
    opening = _opening(path)
    if not opening:
        raise DataError("The file is empty.", where=path.name, found="0 bytes", fix="Export the survey again.")
    if opening.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _refuse_stated(path, "spreadsheet", encoding=encoding, delimiter=delimiter)
        return read_spreadsheet(path, header, sheet, columns)
    if kind := statistical_kind(opening):
        _refuse_stated(path, "file of a statistical package", header=header, sheet=sheet, delimiter=delimiter)
        return read_statistical(path, kind, encoding, columns)
    start = opening.removeprefix(b"\xef\xbb\xbf").lstrip()
    for mark, kind in _OTHERS.items():
        if start[: len(mark)].lower() == mark.lower():
            raise DataError(
                f"The file is {kind}, not an export that can be read.",
                where=path.name,
                expected=FORMATS,
                fix="Export the survey as CSV or XLSX, or save it as one.",
            )
    _refuse_stated(path, "text file", sheet=sheet)
    return read_delimited(path, header, encoding, delimiter, columns)


def _status(path: Path) -> os.stat_result | None:
    """None where there is nothing. Path.is_file would hide any other obstacle from Python 3.14 on."""
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a name with a null character
        return None


def _opening(path: Path) -> bytes:
    """The first bytes of a file that is there, may be read and is not too large."""
    try:
        status = _status(path)
        if not status or not stat.S_ISREG(status.st_mode):
            raise DataError("The export is missing.", where=path.name, fix="Put the file there, or correct its name.")
        if status.st_size > FILE_BYTES:
            raise DataError(
                "The file is too large.",
                where=path.name,
                found=f"{status.st_size:,} bytes",
                expected=f"at most {FILE_BYTES:,} bytes",
                fix="Check that this is the survey's export.",
            )
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise DataError(
            "The file cannot be opened.",
            where=path.name,
            found=error.strerror or "",
            fix="Close it in other programs, and see that you may read it.",
        ) from None


def _refuse_stated(path: Path, kind: str, **stated: str | None) -> None:
    for key, value in stated.items():
        if value is not None:
            raise DataError(
                f"A {kind} has no {key}.",
                where=path.name,
                found=f"{key}: {value}",
                fix=f"Leave the key {key} of the survey out.",
            )
