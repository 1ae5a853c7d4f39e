"""Every workbook meets the checklist for accessible spreadsheets of the government's Analysis Function."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.publishing import Publication
from pipeline.rendering.reports import render
from pipeline.rendering.workbook import SheetTable, Workbook, write_ods, write_xlsx

from .workbooks import Book, Sheet, read

NOTE = re.compile(r"\[note (\d+)\]")
MARKER = re.compile(r"\[[a-z]+\]")
FRONT = ("Cover", "Contents", "Notes")


def body(sheet: Sheet) -> list[list]:
    """The rows of the table, its headings first."""
    [(top, _, bottom, right)] = sheet.tables
    return [row[:right] for row in sheet.rows[top - 1 : bottom]]


def above(sheet: Sheet) -> list[str]:
    top = sheet.tables[0][0] if sheet.tables else len(sheet.rows) + 1
    return [str(row[0]) for row in sheet.rows[: top - 1]]


def markers(sheet: Sheet) -> set[str]:
    return {cell for row in body(sheet)[1:] for cell in row if isinstance(cell, str) and MARKER.fullmatch(cell)}


OF_A_SHEET: dict[str, Callable[[Book, Sheet], bool]] = {
    "One table, marked up, with one row of headings": lambda book, sheet: len(sheet.tables) == (sheet.name != "Cover"),
    "The table is all that is below its top, from the left edge": lambda book, sheet: (
        not sheet.tables
        or (sheet.tables[0][1] == 1 and sheet.tables[0][2:] == (len(sheet.rows), max(map(len, sheet.rows))))
    ),
    "Headings are there, and no two the same": lambda book, sheet: (
        not sheet.tables or (len({str(cell).casefold() for cell in body(sheet)[0]} - {""}) == len(body(sheet)[0]))
    ),
    "No empty cell, row or column in the table, and no dash for one": lambda book, sheet: (
        not sheet.tables
        or (len(body(sheet)) > 1 and all(re.search(r"\w", str(cell)) for row in body(sheet) for cell in row))
    ),
    "Markers for what is missing are explained on the sheet": lambda book, sheet: (
        not sheet.tables
        or all(any(line.startswith(f"{marker} means ") for line in above(sheet)) for marker in markers(sheet))
    ),
    "Notes are numbered, and listed on the sheet for notes": lambda book, sheet: all(
        any(number in str(row[0]) for each in book.sheets if each.name == "Notes" for row in each.rows)
        for line in above(sheet)
        for number in NOTE.findall(line)
    ),
    "Nothing merged, hidden, frozen, filtered, filled, drawn or reckoned": lambda book, sheet: sheet.oddities == [],
    "Texts in the table are wrapped": lambda book, sheet: sheet.unwrapped == 0,
    "The title is in the first cell, and describes": lambda book, sheet: bool(
        re.search(r"\w{4}", str(sheet.rows[0][0]))
        and (sheet.name in FRONT or str(sheet.rows[0][0]).startswith("Table "))
    ),
    "The sheet says how many tables it has": lambda book, sheet: (
        sheet.name == "Cover" or "contains one table" in above(sheet)[1]
    ),
    "Its name says what it holds, and is no other's": lambda book, sheet: bool(
        re.search("[A-Za-z]{2}", sheet.name)
        and [each.name.casefold() for each in book.sheets].count(sheet.name.casefold()) == 1
    ),
}
OF_A_BOOK: dict[str, Callable[[Book], bool]] = {
    "Cover and contents come first": lambda book: [sheet.name for sheet in book.sheets[:2]] == ["Cover", "Contents"],
    "The contents link to every sheet after them": lambda book: (
        book.sheets[1].links == [sheet.name for sheet in book.sheets[2:]]
    ),
    "Title and language are among the properties": lambda book: bool(book.title) and book.language == "en-GB",
    "It opens at the first cell of the first sheet": lambda book: book.first_is_active,
}


def results(books: list[Book]) -> Iterator[tuple[str, int, int, list[str]]]:
    """(criterion, how many pass, of how many, where it is not met) for each criterion."""
    for criterion, meets in OF_A_SHEET.items():
        places = [(f"{book.path.name}, {sheet.name}", meets(book, sheet)) for book in books for sheet in book.sheets]
        yield criterion, sum(met for _, met in places), len(places), [place for place, met in places if not met]
    for criterion, meets in OF_A_BOOK.items():
        places = [(book.path.name, meets(book)) for book in books]
        yield criterion, sum(met for _, met in places), len(places), [place for place, met in places if not met]


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_every_workbook_meets_the_checklist(documents: Callable, suffix: str) -> None:
    outcome = list(results([read(path) for path in documents(suffix)]))
    for criterion, passed, of, _ in outcome:
        print(f"{suffix[1:]:4} | {criterion} | {passed} of {of}")
    assert not {criterion: places[:5] for criterion, _, _, places in outcome if places}


@pytest.mark.slow
def test_both_formats_of_a_workbook_hold_the_same_cells(documents: Callable) -> None:
    for path in documents(".xlsx"):
        one, other = (
            [(sheet.name, sheet.rows) for sheet in read(each).sheets] for each in (path, path.with_suffix(".ods"))
        )
        assert one == other


@pytest.mark.slow
def test_each_report_has_its_own_tables_first_and_no_other_reports(documents: Callable) -> None:
    names = {path.stem: [sheet.name for sheet in read(path).sheets[2:]] for path in documents(".xlsx")}
    assert {"study", "authorities", "evidence", "survey"} <= set(names)
    assert names["study"][0] == "claim-verdicts"
    assert names["study"].index("extremes") < names["study"].index("bounds-ladder")
    assert names["evidence"][0] == "evidence-passages" and all(
        name.startswith(("evidence-", "theory")) for name in names["evidence"]
    )
    assert "studies" in names["authorities"] and not set(names["authorities"]) & set(names["study"])


# --- The checks find what is wrong --------------------------------------------------------------------------------


@pytest.fixture(params=["xlsx", "ods"])
def good(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    frame = pd.DataFrame({"role": ["Manager", "Worker"], "agree": [81.5, None]})
    table = SheetTable(
        "by-role", "Agreement by role", frame, {"role": "Role", "agree": "Agree (per cent)"}, notes=("Of those asked.",)
    )
    path = tmp_path / f"tables.{request.param}"
    {"xlsx": write_xlsx, "ods": write_ods}[request.param](
        Workbook("Staff survey", "Support", ("In 2012.",), (table,)), path, 1_341_100_800
    )
    return read(path)


def test_a_good_workbook_passes(good: Book) -> None:
    assert [places for *_, places in results([good]) if places] == []


@pytest.mark.parametrize(
    ("criterion", "change"),
    [
        ("One table, marked up", {"tables": []}),
        ("The table is all", {"tables": [(5, 1, 6, 2)]}),
        ("Headings are there", {"cell": (5, 1, "Role")}),
        ("No empty cell", {"cell": (6, 1, " ")}),
        ("Markers for what is missing", {"cell": (7, 1, "[z]")}),
        ("Notes are numbered", {"cell": (0, 0, "Table 1: Agreement [note 7]")}),
        ("Nothing merged", {"oddities": ["mergeCell"]}),
        ("Texts in the table", {"unwrapped": 1}),
        ("The title is in", {"cell": (0, 0, "T1")}),
        ("The sheet says", {"cell": (1, 0, "")}),
        ("Its name says", {"name": "contents"}),
    ],
)
def test_each_criterion_of_a_sheet_finds_what_breaks_it(good: Book, criterion: str, change: dict) -> None:
    sheet = good.sheets[-1]
    change = dict(change)
    row, column, value = change.pop("cell", (0, 0, sheet.rows[0][0]))
    top = sheet.tables[0][0]  # the table's own rows, whatever the number of lines above it
    row = row - 5 + top - 1 if row >= 5 else row
    rows = [list(each) for each in sheet.rows]
    rows[row][column] = value
    broken = replace(good, sheets=[*good.sheets[:-1], replace(sheet, **{"rows": rows, **change})])
    assert [name for name, *_, places in results([broken]) if places and name.startswith(criterion)]


@pytest.mark.parametrize(
    ("criterion", "change"),
    [
        ("Cover and contents", lambda book: {"sheets": book.sheets[1:]}),
        ("The contents link", lambda book: {"sheets": book.sheets[:-1]}),
        ("Title and language", lambda book: {"language": ""}),
        ("It opens at", lambda book: {"first_is_active": False}),
    ],
)
def test_each_criterion_of_a_workbook_finds_what_breaks_it(good: Book, criterion: str, change: Callable) -> None:
    broken = replace(good, **change(good))
    assert [name for name, *_, places in results([broken]) if places and name.startswith(criterion)]


# --- What a sheet says, and which a workbook holds ----------------------------------------------------------------


def test_a_long_caption_is_a_short_title_and_lines_below_it(tmp_path: Path) -> None:
    table = SheetTable(
        "by-role",
        "Agreement by role.",
        pd.DataFrame({"agree": [81.5]}),
        {"agree": "Agree"},
        explanation="Dot: the share. " * 10,
    )
    for write, suffix in ((write_xlsx, "xlsx"), (write_ods, "ods")):
        write(Workbook("Staff survey", "Support", (), (table,)), tmp_path / f"w.{suffix}", 1_341_100_800)
        sheet = read(tmp_path / f"w.{suffix}").sheets[-1]
        assert above(sheet)[:2] == ["Table 1: Agreement by role.", "This worksheet contains one table."]
        assert " ".join(above(sheet)[2:]) == ("Dot: the share. " * 10).strip()
        assert max(map(len, above(sheet)[2:])) <= 110


def test_collections_further_tables_and_markers_for_what_has_no_value(make_project: Callable) -> None:
    root = make_project()
    (root / "reports" / "sample.qmd").write_text(
        "---\ntitle: A\nspreadsheets: true\nformat: html\n---\n\n## B\n\n"
        "{{< include published/07-places/tables/second.md >}}\n\n"
        "{{< include published/07-places/tables/first.md >}}\n\n"
        "{{< include published/08-words/passages/words.md >}}\n",
        encoding="utf-8",
    )
    places = Publication("07-places", root=root, collection="places")
    for name in ("first", "second", "third"):
        frame = pd.DataFrame({"place_name": [name], "odds_ratio": [float("inf")], "said": ["–"]})
        places.table(name, frame, f"The {name}.")
    words = Publication("08-words", root=root)
    words.passage("words", "Words.")
    words.table("of-another-report", pd.DataFrame({"a": [1]}), "Not here.")
    made = [path for path in render(root, ["sample"], "embedded") if path.suffix in (".xlsx", ".ods")]
    for book in map(read, made):
        assert [sheet.name for sheet in book.sheets] == ["Cover", "Contents", "second", "first", "third"]
        assert body(book.sheets[2]) == [["Place name", "Odds ratio", "Said"], ["second", "[unbounded]", "[x]"]]
        assert [line for line in above(book.sheets[2]) if line.startswith("[unbounded] means Unbounded: ")]
    assert len(made) == 2
