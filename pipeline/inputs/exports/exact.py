"""Rows of a text file read one by one, with their lines: slow, for what pyarrow does not tell.

Both parsers read quotes alike: a quote opens a quoted text only at the start of a cell, and two of them stand for one.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from pipeline.errors import DataError
from pipeline.inputs.exports.encodings import TextFile
from pipeline.inputs.exports.limits import ROW_BYTES
from pipeline.inputs.exports.texts import tidy_text


class Row(NamedTuple):
    """A row: the line it begins on (from 1), its cells, the byte it ends before, and whether its quotes are closed."""

    line: int
    cells: list[str]
    end: int
    closed: bool


def rows_of(source: TextFile, delimiter: str) -> Iterator[Row]:
    """Every row of the file, empty lines among them. Raises DataError for a cell of more than ROW_BYTES characters."""
    ended, end = False, source.start

    def lines(file: io.TextIOWrapper) -> Iterator[str]:
        nonlocal ended, end
        for text in file:
            end += len(text.encode(source.codec))
            yield text
        ended = True  # only a row that is open when the lines run out is given after this

    with source.path.open("rb") as raw, _cells_up_to(ROW_BYTES):
        raw.seek(source.start)
        reader = csv.reader(lines(io.TextIOWrapper(raw, source.codec, newline="")), delimiter=delimiter)
        line = 1
        try:
            for cells in reader:
                yield Row(line, cells, end, not ended)
                line = reader.line_num + 1
        except csv.Error:
            raise DataError(
                "A row is too long: perhaps a quote is opened and not closed.",
                where=f"{source.path.name}, line {line}",
                expected=f"at most {ROW_BYTES:,} bytes",
                fix="Export the file again.",
            ) from None


def check_row(source: TextFile, row: Row, expected: int) -> None:
    """Raise DataError if the file ends inside the row's quotes, or the row has too few or too many cells."""
    where = f"{source.path.name}, line {row.line}"
    if not row.closed:
        raise DataError(
            "The file ends inside quotes.",
            where=where,
            found="a quote that is opened and not closed",
            expected="quotes in pairs",
            fix="Export the file again; it may have been cut off.",
        )
    if len(row.cells) != expected:
        raise DataError(
            "A row does not fit the header.",
            where=where,
            found=f"{len(row.cells)} cells",
            expected=f"{expected} cells",
            fix="Export the file again; do not edit it by hand.",
        )


def check_rows(source: TextFile, delimiter: str, header_line: int, expected: int) -> None:
    """Raise DataError for the first row after the header that is not whole or has not the expected number of cells."""
    for row in rows_of(source, delimiter):
        if row.line > header_line and row.cells:
            check_row(source, row, expected)


def number_rows(source: TextFile, delimiter: str, header_line: int) -> np.ndarray:
    """The line on which every row after the header begins that has any text."""
    return np.array(
        [row.line for row in rows_of(source, delimiter) if row.line > header_line and any(map(tidy_text, row.cells))],
        dtype=np.int64,
    )


@contextmanager
def _cells_up_to(characters: int) -> Iterator[None]:
    """csv's own limit of 131,072 characters a cell raised: a person may paste a whole document."""
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)
