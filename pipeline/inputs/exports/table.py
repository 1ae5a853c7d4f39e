"""An export as columns of text: each the distinct texts of its cells, and a code for every respondent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from rapidfuzz import process

from pipeline.errors import DataError
from pipeline.inputs.exports.texts import tidy_text


@dataclass(frozen=True)
class Declared:
    """What the file of a statistical package says of a column: which of its texts stand for a missing answer, which answers
    there are (in the order of their codes, those that nobody gave among them), and whether it is one of the options of a
    question with several answers. Other files say nothing.
    """

    missing: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    option: bool = False


@dataclass(frozen=True, eq=False)
class Column:
    """One column of an export.

    ``position`` counts from 1 in the file. ``name`` is what survey.yaml calls the column, ``question`` the wording put
    to people (the name where the file has no other). ``codes`` (one int32 a respondent) are indices into ``texts``, the
    distinct cell texts, tidied, in the order in which they first appear.

    >>> team = Column(1, "Team", "Which is your team?", np.array([0, 1, 0], dtype=np.int32), ("North", "South"))
    >>> team.cells()
    ['North', 'South', 'North']
    """

    position: int
    name: str
    question: str
    codes: np.ndarray
    texts: tuple[str, ...]
    declared: Declared = Declared()

    def cells(self) -> list[str]:
        """The text of every respondent."""
        return [self.texts[code] for code in self.codes]

    def same_content(self, other: "Column") -> bool:
        """Whether every respondent has the same text in both columns."""
        return self.texts == other.texts and np.array_equal(self.codes, other.codes)


@dataclass(frozen=True, eq=False)
class Export:
    """A survey's export: how the file was read, and its columns.

    ``format`` is csv, xlsx, ods, sav or dta; ``encoding`` and ``delimiter`` are those of a text file, ``sheet`` that of a
    spreadsheet, else "". ``header`` is one, qualtrics or surveymonkey. ``rows`` counts the respondents: rows without
    any text are left out. ``number_rows`` gives the line of the file (spreadsheet: the row; statistical package: the
    case) of every respondent.
    ``set_aside`` counts the rows that were taken out because they are nobody's answers (see `without`).
    """

    file: str
    format: str
    encoding: str
    delimiter: str
    sheet: str
    header: str
    columns: tuple[Column, ...]
    rows: int
    number_rows: Callable[[], np.ndarray] = field(repr=False)
    set_aside: int = 0

    def column(self, name: str) -> Column:
        """The column of this name; DataError names the nearest if there is none."""
        for column in self.columns:
            if column.name == tidy_text(name):
                return column
        raise unknown_columns(self.file, [name], [column.name for column in self.columns])

    def without(self, rows: np.ndarray) -> "Export":
        """The export without some rows (a boolean each), which it counts in `set_aside`; texts of no other row are gone.

        Raises DataError if none would be left.
        """
        if not rows.any():
            return self
        if rows.all():
            raise DataError(
                "No row of the file is anybody's answers.",
                where=self.file,
                found=f"{len(rows):,} rows set aside",
                fix="Correct not_counted in survey.yaml, or export the survey with its responses.",
            )
        columns = []
        for column in self.columns:
            codes, texts = tidied(column.codes[~rows], column.texts)
            columns.append(replace(column, codes=codes, texts=texts))
        return replace(
            self,
            columns=tuple(columns),
            rows=int((~rows).sum()),
            set_aside=self.set_aside + int(rows.sum()),
            number_rows=lambda: self.number_rows()[~rows],
        )

    @property
    def row_word(self) -> str:
        """What a row of such a file is called: a line, a row or a case."""
        return {"csv": "line", "sav": "case", "dta": "case"}.get(self.format, "row")

    def line(self, row: int) -> int:
        """The line of the file (spreadsheet: the row; statistical package: the case; from 1) on which a respondent (from 0) begins.

        A text file is gone through once more for the first call: ten seconds or so for 500 MB.
        """
        return int(self._lines[row])

    @cached_property
    def _lines(self) -> np.ndarray:
        return self.number_rows()


def unknown_columns(file: str, names: Sequence[str], known: Sequence[str]) -> DataError:
    """The error for columns that are asked for and not there."""
    nearest = [near for name in names for near, _, _ in process.extract(name, known, limit=3)]
    return DataError(
        f"No column of this name: {'; '.join(names)}",
        where=file,
        expected="perhaps " + "; ".join(dict.fromkeys(nearest)) if nearest else "",
        fix="Write the name as the file's header has it.",
    )


def tidied(codes: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes and texts after tidying: texts that become equal share a code, texts that no row has are left out.

    >>> tidied(np.array([0, 1, 2]), ["Yes", "Yes ", "No", "unused"])
    (array([0, 0, 1], dtype=int32), ('Yes', 'No'))
    """
    used = np.flatnonzero(np.bincount(codes, minlength=len(texts)))
    index: dict[str, int] = {}
    recode = np.zeros(len(texts), dtype=np.int32)
    recode[used] = [index.setdefault(tidy_text(texts[code]), len(index)) for code in used]
    return recode[codes], tuple(index)


def blank_rows(columns: Sequence[tuple[np.ndarray, tuple[str, ...]]]) -> np.ndarray:
    """Which rows (a boolean each) have no text in any of the columns (tidied codes and texts)."""
    blank = np.ones(len(columns[0][0]), dtype=bool)
    for codes, texts in columns:
        blank &= codes == (texts.index("") if "" in texts else -1)
    return blank
