"""What calamine does not tell of a sheet: how much it is before it is read, merged cells, errors, percentages, breaks."""

import re
from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.errors import DataError
from pipeline.inputs.exports.limits import COLUMNS, SHEET_CELLS, SHEET_CHARACTERS


@dataclass
class SheetFacts:
    """Rows and columns from the first cell to the last with content, counted from 1, and the characters in all cells.

    ``merged`` are pairs (first row, last row) of merged ranges, as many as one row can hold and one more. For each column
    that has such cells, the first row with one: ``errors``, formulas whose values were not stored (``unstored``), numbers
    shown as percentages, and other numbers (``plain``). ``texts`` are those of cells, by row and column, that calamine
    reads without their line breaks and tabs.
    """

    file: str
    rows: int = 0
    columns: int = 0
    characters: int = 0
    merged: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[int, int] = field(default_factory=dict)
    unstored: dict[int, int] = field(default_factory=dict)
    percentages: dict[int, int] = field(default_factory=dict)
    plain: dict[int, int] = field(default_factory=dict)
    texts: dict[tuple[int, int], str] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Extend the sheet to a cell with content; raise DataError if it becomes too large to read."""
        if row <= self.rows and column <= self.columns:
            return
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > COLUMNS or self.rows * self.columns > SHEET_CELLS:
            raise DataError(
                "The sheet is too large.",
                where=self.file,
                found=f"cells down to row {self.rows:,} and across to column {self.columns:,}",
                expected=f"at most {COLUMNS:,} columns and {SHEET_CELLS:,} cells",
                fix="Delete stray cells far from the table, or export as CSV.",
            )

    def write(self, characters: int) -> None:
        """Count characters of cells; raise DataError if they become too many to read."""
        self.characters += characters
        if self.characters > SHEET_CHARACTERS:
            raise DataError(
                "The sheet is too large.",
                where=self.file,
                found=f"more than {SHEET_CHARACTERS:,} characters in all cells together",
                expected=f"at most {SHEET_CHARACTERS:,}",
                fix="Export the survey as CSV.",
            )

    def merge(self, first: int, last: int) -> None:
        """Note that cells of rows first to last are merged."""
        if len(self.merged) <= COLUMNS:
            self.merged.append((first, last))

    def note(self, found: dict[int, int], row: int, column: int) -> None:
        """Note that a cell is of the kind that `found` gives the first rows of."""
        if column <= COLUMNS:
            found.setdefault(column, row)


class SharedTexts:
    """Collects the lengths of the texts that the cells of a workbook refer to by number."""

    def __init__(self):
        self.lengths = array("L")

    def start(self, name: str, _: dict[str, str]) -> None:
        """Take note of an element."""
        if name.rpartition(":")[2] == "si":
            if len(self.lengths) > SHEET_CELLS:
                raise ValueError("more texts than a sheet may have cells")
            self.lengths.append(0)

    def text(self, characters: str) -> None:
        """Take note of text."""
        if self.lengths:
            self.lengths[-1] += len(characters)


class XlsxStyles:
    """Collects which of the styles that cells refer to by number show percentages."""

    def __init__(self):
        self.percentages: set[str] = set()
        self._formats = {"9", "10"}  # built in: 0% and 0.00%
        self._cells, self._inside = 0, False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element: formats come first, then styles, of which those of cells count."""
        local = name.rpartition(":")[2]
        if local == "numFmt" and "%" in re.sub(r'"[^"]*"|\\.', "", attributes.get("formatCode", "")):
            self._formats.add(attributes["numFmtId"])
        elif local in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            self._inside = local == "cellXfs"
        elif local == "xf" and self._inside:
            if attributes.get("numFmtId") in self._formats:
                self.percentages.add(str(self._cells))
            self._cells += 1


class XlsxSheet:
    """Collects the facts of one part of a workbook from its elements, if it is a worksheet."""

    def __init__(self, file: str, shared: Sequence[int], percentages: Collection[str]):
        self.facts = SheetFacts(file)
        self._shared, self._percentages = shared, percentages
        self._row = self._column = 0
        self._kind = self._style = ""
        self._value = self._waiting = False  # within a value; a formula that had none so far

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element. Rows and cells without a place follow the one before."""
        local = name.rpartition(":")[2]
        if local in ("v", "is"):
            self.facts.reach(self._row, self._column)
            self._value = True
        elif local == "f":
            self._waiting, self._value = self._kind != "str", False
        elif local == "c":
            self.close()
            reference = attributes.get("r")
            if reference:
                letters = reference.rstrip("0123456789")
                self._row, self._column = int(reference[len(letters) :]), _column_number(letters)
            else:
                self._column += 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            if self._kind == "e":
                self.facts.note(self.facts.errors, self._row, self._column)
        elif local == "row":
            self.close()
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif local == "sheetData":
            self._row = self._column = 0
        elif local == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.facts.merge(_row_number(first), _row_number(last or first))

    def text(self, characters: str) -> None:
        """Take note of text: where a cell refers to a shared text, its number."""
        if not self._value:
            return
        self._waiting = False
        if self._kind == "s" and characters.isdigit():
            self.facts.write(self._shared[int(characters)])
        elif self._kind == "n":
            of_kind = self.facts.percentages if self._style in self._percentages else self.facts.plain
            self.facts.note(of_kind, self._row, self._column)

    def close(self) -> None:
        """Take note that a cell, and at the end the sheet, is over."""
        if self._waiting:
            self.facts.note(self.facts.unstored, self._row, self._column)
        self._waiting = self._value = False


_BLANKS = ("text:line-break", "text:tab", "text:s")


class OdsTables:
    """Collects the facts of every sheet of an OpenDocument spreadsheet from the elements of its content."""

    def __init__(self, file: str):
        self.facts: dict[str, SheetFacts] = {}
        self._file = file
        self._sheet = SheetFacts(file)
        self._row = self._last_row = self._column = self._times = 0
        self._first = self._paragraphs = self._comments = 0
        self._pieces: list[str] = []
        self._broken = False  # the cell's text has a break that calamine drops

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element. Rows and cells may be repeated, and count as often."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            first = self._column + 1
            repeated = int(attributes.get("table:number-columns-repeated", 1))
            self._column += repeated
            self._times = repeated * (self._last_row - self._row + 1)
            if "office:value-type" in attributes:
                self._sheet.reach(self._last_row, self._column)
            kind = attributes.get("office:value-type")
            of_kind = {
                None: self._sheet.unstored if "table:formula" in attributes else None,
                "float": self._sheet.plain,
                "percentage": self._sheet.percentages,
            }.get(kind)
            if attributes.get("calcext:value-type") == "error":
                of_kind = self._sheet.errors
            if of_kind is not None:
                for column in range(first, min(self._column, COLUMNS) + 1):
                    self._sheet.note(of_kind, self._row, column)
            self._first, self._paragraphs, self._pieces, self._broken = first, 0, [], False
            down = int(attributes.get("table:number-rows-spanned", 1))
            if down > 1 or int(attributes.get("table:number-columns-spanned", 1)) > 1:
                self._sheet.merge(self._row, self._row + down - 1)
        elif name == "text:p":
            self._paragraphs += 1
            self._add("\n" * (self._paragraphs > 1))
        elif name in _BLANKS:
            self._broken |= name != "text:s" and not self._comments
            self._add(" ")
        elif name == "office:annotation":
            self._comments += 1
        elif name == "table:table-row":
            self._row, self._column = self._last_row + 1, 0
            self._last_row += int(attributes.get("table:number-rows-repeated", 1))
        elif name == "table:table":
            self._sheet = self.facts[attributes["table:name"]] = SheetFacts(self._file)
            self._row = self._last_row = self._column = 0

    def text(self, characters: str) -> None:
        """Take note of text, which counts in every repetition of its cell."""
        self._sheet.write(len(characters) * self._times)
        self._add(characters)

    def end(self, name: str) -> None:
        """Take note of an element's end: at that of a cell its text is kept where calamine does not read it right."""
        if name == "office:annotation":
            self._comments, self._paragraphs = self._comments - 1, 0
        elif name in ("table:table-cell", "table:covered-table-cell") and self._broken:
            text, self._broken = "".join(self._pieces), False
            for row in range(self._row, self._last_row + 1):
                self._sheet.texts |= {(row, column): text for column in range(self._first, self._column + 1)}

    def _add(self, characters: str) -> None:
        if self._paragraphs and not self._comments:
            self._pieces.append(characters)


@lru_cache(COLUMNS)
def _column_number(letters: str) -> int:
    """The number of a column from its letters: A is 1.

    >>> _column_number("AA")
    27
    """
    if len(letters) > 3:
        raise ValueError("no sheet has so many columns")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _row_number(reference: str) -> int:
    return int(reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ$"))
