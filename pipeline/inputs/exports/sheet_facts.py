"""What calamine does not tell of a sheet: how much it is before it is read, its merged cells, errors, missing results."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.errors import DataError
from pipeline.inputs.exports.limits import COLUMNS, SHEET_CELLS, SHEET_CHARACTERS


@dataclass
class SheetFacts:
    """Rows and columns from the first cell to the last with content, counted from 1, and the characters in all cells.

    ``merged`` are pairs (first row, last row) of merged ranges, as many as one row can hold and one more. ``errors``
    gives, for each column with error cells, the first row with one; ``uncomputed`` the same of formulas whose result is
    not in the file.
    """

    file: str
    rows: int = 0
    columns: int = 0
    characters: int = 0
    merged: list[tuple[int, int]] = field(default_factory=list)
    errors: dict[int, int] = field(default_factory=dict)
    uncomputed: dict[int, int] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """Extend the sheet to a cell with content; raise DataError if it becomes too large to read."""
        if row <= self.rows and column <= self.columns:
            return
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.columns > COLUMNS or self.rows * self.columns > SHEET_CELLS:
            raise DataError("The sheet is too large.", where=self.file,
                            found=f"cells down to row {self.rows:,} and across to column {self.columns:,}",
                            expected=f"at most {COLUMNS:,} columns and {SHEET_CELLS:,} cells",
                            fix="Delete stray cells far from the table, or export as CSV.")

    def write(self, characters: int) -> None:
        """Count characters of cells; raise DataError if they become too many to read."""
        self.characters += characters
        if self.characters > SHEET_CHARACTERS:
            raise DataError("The sheet is too large.", where=self.file,
                            found=f"more than {SHEET_CHARACTERS:,} characters in all cells together",
                            expected=f"at most {SHEET_CHARACTERS:,}", fix="Export the survey as CSV.")

    def merge(self, first: int, last: int) -> None:
        """Note that cells of rows first to last are merged."""
        if len(self.merged) <= COLUMNS:
            self.merged.append((first, last))

    def fail(self, row: int, column: int) -> None:
        """Note that a cell shows an error."""
        if column <= COLUMNS:
            self.errors.setdefault(column, row)

    def compute(self, row: int, column: int) -> None:
        """Note that a cell holds a formula; `computed` when its result is met."""
        if column <= COLUMNS:
            self.uncomputed.setdefault(column, row)

    def computed(self, row: int, column: int) -> None:
        """Note that the result of a cell's formula is there."""
        if self.uncomputed.get(column) == row:
            del self.uncomputed[column]


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


class XlsxSheet:
    """Collects the facts of one part of a workbook from its elements, if it is a worksheet."""

    def __init__(self, file: str, shared: Sequence[int]):
        self.facts = SheetFacts(file)
        self._shared = shared
        self._row = self._column = 0
        self._refers = self._text = self._formula = self._result = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element. Rows and cells without a place follow the one before."""
        local = name.rpartition(":")[2]
        if local in ("v", "is"):
            self.facts.reach(self._row, self._column)
            self._result = self._formula
        elif local == "c":
            reference = attributes.get("r")
            if reference:
                letters = reference.rstrip("0123456789")
                self._row, self._column = int(reference[len(letters):]), _column_number(letters)
            else:
                self._column += 1
            kind = attributes.get("t")
            self._refers, self._text = kind == "s", kind == "str"
            self._formula = self._result = False
            if kind == "e":
                self.facts.fail(self._row, self._column)
        elif local == "f" and not self._text:  # the result of a formula may be an empty text
            self._formula = True
            self.facts.compute(self._row, self._column)
        elif local == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
        elif local == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.facts.merge(_row_number(first), _row_number(last or first))

    def text(self, characters: str) -> None:
        """Take note of text: where a cell refers to a shared text, its number; where it has a formula, the result."""
        if self._refers and characters.isdigit():
            self.facts.write(self._shared[int(characters)])
        elif self._result:
            self.facts.computed(self._row, self._column)


class OdsTables:
    """Collects the facts of every sheet of an OpenDocument spreadsheet from the elements of its content."""

    def __init__(self, file: str):
        self.facts: dict[str, SheetFacts] = {}
        self._file = file
        self._sheet = SheetFacts(file)
        self._row = self._last_row = self._column = self._times = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take note of an element. Rows and cells may be repeated, and count as often."""
        if name in ("table:table-cell", "table:covered-table-cell"):
            first = self._column + 1
            repeated = int(attributes.get("table:number-columns-repeated", 1))
            self._column += repeated
            self._times = repeated * (self._last_row - self._row + 1)
            if "office:value-type" in attributes:
                self._sheet.reach(self._last_row, self._column)
            elif "table:formula" in attributes:
                self._sheet.compute(self._row, first)
            if attributes.get("calcext:value-type") == "error":
                self._sheet.fail(self._row, first)
            down = int(attributes.get("table:number-rows-spanned", 1))
            if down > 1 or int(attributes.get("table:number-columns-spanned", 1)) > 1:
                self._sheet.merge(self._row, self._row + down - 1)
        elif name == "table:table-row":
            self._row, self._column = self._last_row + 1, 0
            self._last_row += int(attributes.get("table:number-rows-repeated", 1))
        elif name == "table:table":
            self._sheet = self.facts[attributes["table:name"]] = SheetFacts(self._file)
            self._row = self._last_row = self._column = 0

    def text(self, characters: str) -> None:
        """Take note of text, which counts in every repetition of its cell."""
        self._sheet.write(len(characters) * self._times)


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
