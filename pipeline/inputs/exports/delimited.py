"""Text files: CSV, and the same with tabs, semicolons or bars."""

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.errors import DataError
from pipeline.inputs.exports.assembly import Content, assemble, indices_needed
from pipeline.inputs.exports.encodings import TextFile, check_text
from pipeline.inputs.exports.exact import Row, check_row, check_rows, number_rows, rows_of
from pipeline.inputs.exports.headers import Layout, find_header
from pipeline.inputs.exports.limits import COLUMNS, LINE_BYTES, ROW_BYTES
from pipeline.inputs.exports.table import Export, blank_rows, tidied
from pipeline.inputs.exports.texts import tidy_text

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_ROWS = 200
_SAMPLE_BYTES = 4 * LINE_BYTES  # a title and three header rows, each of the longest line


def read_delimited(
    path: Path, header: Layout | None, encoding: str | None, delimiter: str | None, columns: Collection[str] | None
) -> Export:
    """A text file as columns; see pipeline.inputs.exports.read_export."""
    source = check_text(path, encoding)
    if delimiter not in (None, *DELIMITERS):
        raise DataError(
            "Unknown delimiter.",
            where=path.name,
            expected=", ".join(DELIMITERS.values()),
            fix="Correct the key delimiter of the survey, or leave it out.",
        )
    delimiter = delimiter or find_delimiter(source)
    head = [row for row in _opening(source, delimiter) if any(map(tidy_text, row.cells))]
    if not head:
        raise _empty(path)
    _refuse_header_as_title(path.name, head, delimiter)
    found = find_header([[tidy_text(cell) for cell in row.cells] for row in head], header, path.name)
    width, last = _check_width(source, head[found.first : found.body]), head[found.body - 1]
    needed = indices_needed(path.name, found, columns)
    read = partial(_contents, source, delimiter, last, width)
    contents = read(needed)
    if len(needed) < width and blank_rows(list(contents.values())).any():
        contents = read(range(width))  # only a row without any text is nobody's
    return assemble(
        found,
        contents,
        columns,
        file=path.name,
        format="csv",
        encoding=source.codec,
        delimiter=delimiter,
        sheet="",
        number_rows=partial(number_rows, source, delimiter, last.line),
    )


def find_delimiter(source: TextFile) -> str:
    """The delimiter that gives most of the first rows the same number of cells, more than one."""
    fits = {}
    for delimiter in DELIMITERS:
        counts: Counter[int] = Counter()
        with suppress(DataError):  # a row that is too long, if this is the delimiter
            counts.update(len(row.cells) for row in _opening(source, delimiter) if row.cells)
        usual, times = counts.most_common(1)[0] if counts else (0, 0)
        if usual > 1:
            fits[delimiter] = (times / counts.total(), usual)
    if not counts:
        raise _empty(source.path)
    if not fits:
        raise DataError(
            "No delimiter fits: the file has a single column.",
            where=source.path.name,
            expected=f"columns separated by {', '.join(DELIMITERS.values())}",
            fix="Export the survey with all its columns, one line a respondent.",
        )
    return max(fits, key=fits.get)


def _empty(path: Path) -> DataError:
    return DataError("The file is empty.", where=path.name, found="no row with text", fix="Export the survey again.")


def _opening(source: TextFile, delimiter: str) -> Iterator[Row]:
    """The first rows, as many as tell the header and the delimiter."""
    for row in islice(rows_of(source, delimiter), _SAMPLE_ROWS):
        yield row
        if row.end - source.start > _SAMPLE_BYTES:
            return


def _check_width(source: TextFile, header: Sequence[Row]) -> int:
    """The number of columns, from 2 to COLUMNS and the same in every header row."""
    width = len(header[0].cells)
    for row in header:
        check_row(source, row, width)
    if not 1 < width <= COLUMNS:
        raise DataError(
            "Impossible number of columns.",
            where=f"{source.path.name}, line {header[0].line}",
            found=f"{width:,}",
            expected=f"2 to {COLUMNS:,}",
            fix="Check the delimiter, and that this is the survey's export.",
        )
    return width


def _refuse_header_as_title(file: str, head: Sequence[Row], delimiter: str) -> None:
    """A header with another delimiter than the rows looks like a title, and somebody's answers like the header."""
    texts = [text for text in map(tidy_text, head[0].cells) if text]
    width = len(head[1].cells) if len(head) > 1 else 0
    for other in DELIMITERS.keys() - {delimiter}:
        if len(texts) == 1 < width and len(next(csv.reader(texts, delimiter=other))) == width:
            raise DataError(
                "The header and the rows below it have different delimiters.",
                where=f"{file}, line {head[0].line}",
                found=f"{width} cells by {DELIMITERS[other]}, and by {DELIMITERS[delimiter]} below",
                expected="one delimiter",
                fix="Export the file again; if this line is a title, delete it.",
            )


def _contents(source: TextFile, delimiter: str, header: Row, width: int, indices: Sequence[int]) -> dict[int, Content]:
    """Codes and texts of some columns (indices from 0, the last column among them)."""
    names = [str(index) for index in range(width)]
    wanted = [names[index] for index in indices]
    text = pa.dictionary(pa.int32(), pa.string())
    # One more row without any text: it is swallowed if the file ends inside quotes, which pyarrow lets pass.
    ending = f"\n{delimiter * (width - 1)}\n".encode(source.codec)
    try:
        with source.path.open("rb") as file:
            file.seek(header.end)
            table = pa_csv.read_csv(
                _Extended(file, ending),
                read_options=pa_csv.ReadOptions(column_names=names, block_size=ROW_BYTES, encoding=source.codec),
                parse_options=pa_csv.ParseOptions(
                    delimiter=delimiter, newlines_in_values=source.last_quote > header.line
                ),
                convert_options=pa_csv.ConvertOptions(include_columns=wanted, column_types=dict.fromkeys(wanted, text)),
            )
    except pa.ArrowInvalid:  # its message holds the row: say where it stands instead
        table = None
    if table is None or table.column(names[-1])[-1].as_py():
        check_rows(source, delimiter, header.line, width)
        raise DataError(
            "The file cannot be read as a table.",
            where=source.path.name,
            found=f"rows of more than {LINE_BYTES:,} bytes, or quotes that do not match",
            fix="Export the survey again.",
        )
    return {index: _content(table.column(name)) for index, name in zip(indices, wanted, strict=True)}


def _content(column: pa.ChunkedArray) -> Content:
    """Tidied codes and texts of a column but for its last row, which is ours."""
    chunks = column.unify_dictionaries().chunks
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in chunks])
    return tidied(codes[:-1], chunks[0].dictionary.to_pylist())


class _Extended(io.RawIOBase):
    """A binary file with some bytes more at its end, read from where the file stands."""

    def __init__(self, file: io.BufferedIOBase, ending: bytes):
        self._file, self._ending = file, ending

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if not data:
            data, self._ending = self._ending[:size], self._ending[size:]
        return data
