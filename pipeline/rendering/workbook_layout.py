"""What stands in which cell of an accessible workbook, the same for every format."""

import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

import pandas as pd

from pipeline.errors import PublishingError
from pipeline.files import SIGNIFICANT_DIGITS

Cell = str | int | float

# What stands in a cell without a figure: the Analysis Function's symbols, and one of ours.
CONFIDENTIAL, NOT_AVAILABLE, UNBOUNDED = "[c]", "[x]", "[unbounded]"
MARKERS = {
    CONFIDENTIAL: "Suppressed: the figure could tell something about a single person",
    NOT_AVAILABLE: "Not available: there was nothing to compute it from, or it is not shown",
    UNBOUNDED: "Unbounded: there is no limit to how far the figure may lie from zero",
}
FORM = re.compile(r"(#,##)?0(\.0{1,9})?")  # number formats that XLSX and ODS both have
MARKER = re.compile(r"\[[a-z]+\]")
ILLEGAL = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML cannot hold
LONGEST_NAME, LONGEST_HEADING, LONGEST_TEXT = 31, 255, 32_767  # Excel's limits, in UTF-16 units
MOST_ROWS = 1_000_000
NARROWEST, WIDEST = 9, 60  # columns, in characters
COVER_WIDTH = 85
LONGEST_LINE = 110  # of explanation, in characters: a longer one would make a narrow table small in print
WIDEST_PAGE = 200  # wider tables would be too small on one page


@dataclass(frozen=True)
class SheetTable:
    """A table and what is said about it.

    Attributes:
        name: a slug, the name of its sheet; shortened to 31 characters, and numbered where two would be the same.
        title: what the table shows; "Table 1: " and so on is put before it.
        table: numbers stay numbers (of 12 significant digits, as in the CSV files); yes and no stand for booleans.
        headings: the heading of each column.
        notes: they apply to the whole table; [note 1] and so on is put after the title.
        missing: the marker for every empty cell. Where the reasons differ, put markers into the table as texts.
        forms: the number formats of columns, such as "0", "0.000" or "#,##0"; they change what is displayed, not the
            value. By default whole numbers are shown as such, with a comma if any has five digits; others with three
            decimals if all lie between -1 and 1 (proportions, p-values, correlations), and one if not (per cent).
        explanation: more about it, in lines of their own between the title and the table.
    """

    name: str
    title: str
    table: pd.DataFrame
    headings: Mapping[str, str]
    notes: tuple[str, ...] = ()
    missing: str = NOT_AVAILABLE
    forms: Mapping[str, str] = field(default_factory=dict)
    explanation: str = ""


@dataclass(frozen=True)
class Workbook:
    """Tables with a cover: `introduction` is its paragraphs, `markers` explains what stands in cells without a value.

    The markers are those of the Analysis Function's guidance on symbols in tables.
    """

    title: str
    subject: str
    introduction: tuple[str, ...]
    tables: tuple[SheetTable, ...]
    language: str = "en-GB"
    markers: Mapping[str, str] = field(default_factory=lambda: dict(MARKERS))


@dataclass(frozen=True)
class Column:
    """`form` is the number format, None for texts; `width` is in characters."""

    heading: str
    form: str | None
    width: int


@dataclass(frozen=True)
class Sheet:
    """A title, lines of explanation, then a table; `links` says to which sheets the cells of the first column lead."""

    name: str
    title: str
    lines: tuple[str, ...]
    table_name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    links: tuple[str, ...] = ()

    @property
    def fits_page(self) -> bool:
        """Whether the whole width can be printed on one page."""
        return sum(column.width for column in self.columns) <= WIDEST_PAGE


@dataclass(frozen=True)
class Layout:
    """The cover, in sections of a heading and its paragraphs, and the sheets after it, in their order."""

    title: str
    subject: str
    language: str
    introduction: tuple[str, ...]
    about: tuple[str, ...]
    sheets: tuple[Sheet, ...]


def lay_out(workbook: Workbook) -> Layout:
    """Decide on every sheet and every cell of `workbook`.

    Raises:
        PublishingError: a column without a heading of its own, an infinite number, a text too long for a cell, a
            number format that not all programs have, or a marker without an explanation.
    """
    for marker in workbook.markers:
        if not MARKER.fullmatch(marker):
            raise PublishingError(
                "A marker for cells without a value is not of the usual form.",
                where=workbook.title,
                found=repr(marker),
                expected="small letters in square brackets, such as [c]",
            )
    names = _sheet_names([table.name for table in workbook.tables])
    notes = list(dict.fromkeys(_clean(note) for table in workbook.tables for note in table.notes))
    tables = [
        _table_sheet(number, name, table, notes, workbook.markers)
        for number, (name, table) in enumerate(zip(names, workbook.tables, strict=True), start=1)
    ]
    after_contents = [_notes_sheet(notes), *tables] if notes else tables
    about = [_explained(marker, workbook.markers) for marker in workbook.markers]
    return Layout(
        _line(workbook.title),
        _line(workbook.subject),
        workbook.language,
        tuple(_clean(text) for text in workbook.introduction if text.strip()),
        ("Where a cell has no value, a marker in square brackets says why.", *about) if about else (),
        (_contents_sheet(after_contents), *after_contents),
    )


def _contents_sheet(sheets: Sequence[Sheet]) -> Sheet:
    names = tuple(sheet.name for sheet in sheets)
    rows = [(sheet.name, sheet.title) for sheet in sheets]
    lines = ("This worksheet contains one table: the worksheets that follow, with links.",)
    return Sheet(
        "Contents",
        "Contents",
        lines,
        "contents_table",
        _columns(["Worksheet", "What it holds"], rows, [None, None]),
        tuple(rows),
        names,
    )


def _notes_sheet(notes: Sequence[str]) -> Sheet:
    rows = [(f"[note {number}]", note) for number, note in enumerate(notes, start=1)]
    return Sheet(
        "Notes",
        "Notes",
        ("This worksheet contains one table.",),
        "notes_table",
        _columns(["Note number", "Note text"], rows, [None, None]),
        tuple(rows),
    )


def _table_sheet(number: int, name: str, source: SheetTable, notes: Sequence[str], markers: Mapping[str, str]) -> Sheet:
    _check(source, markers)
    headings = [_heading(source.headings[column]) for column in source.table.columns]
    columns = [
        [_cell(value, source, row, heading) for row, value in enumerate(source.table[column], start=1)]
        for column, heading in zip(source.table.columns, headings, strict=True)
    ]
    lines = ["This worksheet contains one table.", *wrap(_line(source.explanation), LONGEST_LINE)]
    if source.table.empty:  # a table that is marked up must have a row
        columns = [[source.missing] for _ in headings]
        lines.append("The table has no rows of data.")
    numbers_of_notes = sorted({notes.index(_clean(note)) + 1 for note in source.notes})
    if numbers_of_notes:
        lines.append("The notes are on the worksheet called Notes.")
    lines += [_explained(marker, markers) for marker in markers if any(marker in column for column in columns)]
    forms = [
        _form(column, values, source, markers) for column, values in zip(source.table.columns, columns, strict=True)
    ]
    rows = tuple(zip(*columns, strict=True))
    title = " ".join([f"Table {number}: {_line(source.title)}", *(f"[note {n}]" for n in numbers_of_notes)])
    return Sheet(
        name,
        title,
        tuple(lines),
        f"table_{number}_{re.sub('[^0-9a-z]+', '_', name.lower())}",
        _columns(headings, rows, forms),
        rows,
    )


def _check(source: SheetTable, markers: Mapping[str, str]) -> None:
    where = f"table {source.name}"
    columns = list(source.table.columns)
    if not columns or len(source.table) > MOST_ROWS:
        raise PublishingError(
            "A table does not fit on a sheet.",
            where=where,
            found=f"{len(source.table)} rows, {len(columns)} columns",
            expected=f"at least one column and at most {MOST_ROWS:,} rows",
        )
    if missing := [str(column) for column in columns if not _line(source.headings.get(column, ""))]:
        raise PublishingError(
            "Columns have no heading.",
            where=where,
            found=", ".join(missing),
            expected="a heading for each column",
            fix="Add them to headings.",
        )
    headings = [_heading(source.headings[column]) for column in columns]
    if len({heading.casefold() for heading in headings}) < len(headings):
        raise PublishingError(
            "Two columns have the same heading.",
            where=where,
            found=", ".join(headings),
            expected="headings that differ in more than capital letters",
        )
    if unfit := [heading for heading in headings if len(heading) > LONGEST_HEADING]:
        raise PublishingError(
            "A heading cannot be shown.",
            where=where,
            found=unfit[0][:80],
            expected=f"at most {LONGEST_HEADING} characters",
        )
    if source.missing not in markers:
        raise PublishingError(
            "The marker for empty cells is not explained.",
            where=where,
            found=source.missing,
            expected=" or ".join(markers),
            fix="Add its meaning to the workbook's markers.",
        )
    if unknown := [form for form in source.forms.values() if not FORM.fullmatch(form)]:
        raise PublishingError(
            "Unknown number format.",
            where=where,
            found=unknown[0],
            expected="digits, decimals and commas such as 0, 0.0 or #,##0.00",
        )


def _cell(value: object, source: SheetTable, row: int, heading: str) -> Cell:
    if not isinstance(value, str):
        if pd.api.types.is_scalar(value) and pd.isna(value):
            return source.missing
        if pd.api.types.is_bool(value):
            return "yes" if value else "no"
        if isinstance(value, numbers.Integral):
            return int(value)
        if isinstance(value, numbers.Real):
            if not math.isfinite(value):
                raise PublishingError(
                    "A table holds an infinite number, which spreadsheets do not have.",
                    where=f"table {source.name}, row {row}, column {heading}",
                    found=str(value),
                    expected="a finite number, an empty cell or a text",
                    fix="Replace it by a text that readers understand, such as “no limit”.",
                )
            return float(f"{value:.{SIGNIFICANT_DIGITS}g}")
    text = _clean(str(value))
    if _length(text) > LONGEST_TEXT:
        raise PublishingError(
            "A text is too long for a cell.",
            where=f"table {source.name}, row {row}, column {heading}",
            found=f"{_length(text)} characters",
            expected=f"at most {LONGEST_TEXT}",
            fix="Shorten it, or publish the table as CSV.",
        )
    return text if text.strip() else source.missing


def _form(column: str, values: Sequence[Cell], source: SheetTable, markers: Mapping[str, str]) -> str | None:
    """The number format of a column; None if it holds texts other than markers."""
    figures = [value for value in values if not isinstance(value, str)]
    if not figures or any(isinstance(value, str) and value not in markers for value in values):
        return None
    if column in source.forms:
        return source.forms[column]
    if all(float(figure).is_integer() for figure in figures):
        return "#,##0" if max(map(abs, figures)) >= 10_000 else "0"
    return "0.000" if max(map(abs, figures)) <= 1 else "0.0"


def _columns(
    headings: Sequence[str], rows: Iterable[Sequence[Cell]], forms: Sequence[str | None]
) -> tuple[Column, ...]:
    """As wide as the longest line of a cell within limits; a heading may take three lines but keeps its words whole."""
    columns = []
    for heading, form, values in zip(headings, forms, zip(*rows, strict=True), strict=True):
        lines = [len(line) for value in values for line in shown(value, form).split("\n")]
        words = [*map(len, heading.split()), math.ceil(len(heading) / 3)]
        columns.append(Column(heading, form, min(max(NARROWEST, *lines, *words), WIDEST)))
    return tuple(columns)


def shown(value: Cell, form: str | None) -> str:
    """What a reader sees of `value` in number format `form`.

    >>> shown(12345.678, "#,##0.0"), shown(0.04321, "0.000"), shown(7, None), shown("[x]", "0.0")
    ('12,345.7', '0.043', '7', '[x]')
    """
    if isinstance(value, str) or form is None:
        return str(value)
    return f"{value:{',' if ',' in form else ''}.{len(form.partition('.')[2])}f}"


def _sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel accepts, no two the same for it: it does not tell capitals from small letters.

    >>> _sheet_names(["by-role", "By role", "By-Role", "notes", "a/b?", "x" * 40, "x" * 50])[:5]
    ['by-role', 'By-role-2', 'By-Role-3', 'notes-2', 'a-b']
    """
    taken, names = {"cover", "contents", "notes", "history"}, []  # Excel keeps the last for itself
    for name in wanted:
        whole = re.sub(r"[^\w.-]+", "-", name).strip("-._") or "table"
        number, unique = 1, whole[:LONGEST_NAME].rstrip("-._")
        while unique.casefold() in taken:
            number += 1
            unique = f"{whole[: LONGEST_NAME - len(str(number)) - 1].rstrip('-._')}-{number}"
        taken.add(unique.casefold())
        names.append(unique)
    return names


def _explained(marker: str, markers: Mapping[str, str]) -> str:
    return f"{marker} means {_line(markers[marker])}."


def _clean(text: str) -> str:
    """Unix line ends, spaces for tabs (LibreOffice drops those); U+FFFD for a character that XML cannot hold."""
    return ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def _heading(text: str) -> str:
    """In one line, and with a blank in "$$", which gptables 2.0.2 takes in a heading for the mark of a note."""
    return re.sub(r"\$(?=\$)", "$ ", _line(text))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
