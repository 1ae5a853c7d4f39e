"""XLSX and ODS: cells as a person would type them, from the sheet with the answers."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.inputs.exports import read_export, tidy_text
from tests.inputs.exports.spreadsheet_files import repack, write_ods, write_xlsx

WRITERS = {"xlsx": write_xlsx, "ods": write_ods}
ROWS = [["id", "Team", "When", "Score", "Told"],
        [1.0, "North ", datetime.datetime(2024, 3, 1), 2.5, True],
        [2, "Süd", datetime.datetime(2024, 3, 1, 9, 30), -3, False],
        ["", "", "", "", ""],
        [3e9, "", "N/A", 0, ""]]
TEXTS = [["1", "North", "2024-03-01", "2.5", "TRUE"],
         ["2", "Süd", "2024-03-01T09:30:00", "-3", "FALSE"],
         ["3000000000", "", "N/A", "0", ""]]


def table(export) -> list[list[str]]:
    return [list(row) for row in zip(*(column.cells() for column in export.columns), strict=True)]


@pytest.fixture(params=WRITERS)
def kind(request):
    return request.param


@pytest.fixture
def write(kind, tmp_path):
    return lambda sheets, change=None, name=f"survey.{kind}": WRITERS[kind](tmp_path / name, sheets, change)


def test_cells(write, kind):
    export = read_export(write({"Answers": ROWS}))
    assert (export.format, export.encoding, export.delimiter, export.sheet, export.header, export.rows) == (
        kind, "", "", "Answers", "one", 3)
    assert [column.name for column in export.columns] == ROWS[0]
    assert table(export) == TEXTS
    assert [export.line(row) for row in range(3)] == [2, 3, 5]


def test_content_and_not_the_name_decides(write, tmp_path, kind):
    export = read_export(write({"Answers": ROWS}).rename(tmp_path / "survey.csv"))
    assert export.format == kind and table(export) == TEXTS


def test_only_the_columns_asked_for_are_kept(write):
    export = read_export(write({"Answers": ROWS}), columns=["Told"])
    assert [(column.position, column.name) for column in export.columns] == [(5, "Told")]
    assert export.column("Told").cells() == ["TRUE", "FALSE", ""]


def test_the_only_sheet_with_content_is_read_or_the_one_that_is_named(write):
    assert table(read_export(write({"Notes": [], "Answers": ROWS}))) == TEXTS
    both = write({"Old": [["id", "q"], [1, "a"]], "Answers": ROWS})
    assert table(read_export(both, sheet="Answers")) == TEXTS
    assert read_export(both, sheet="Old").column("q").texts == ("a",)


@pytest.mark.parametrize("rows", [
    [["Survey of 2024"], ["Respondent ID", "Your team?", "Which?", ""], ["", "Response", "Pay", "Hours"],
     [7, "North", "", "Hours"]],
    [["ResponseId", "Q1", "Q2", "Q3"], ["Response ID", "a", "b", "c"], ['{"ImportId":"_recordId"}'] * 4,
     [7, "North", "", "Hours"]],
], ids=["SurveyMonkey with a title", "Qualtrics"])
def test_layouts(write, rows):
    export = read_export(write({"Sheet": rows}))
    assert export.header == ("qualtrics" if len(rows[0]) > 1 else "surveymonkey")
    assert table(export) == [["7", "North", "", "Hours"]] and export.line(0) == 4


def test_a_table_away_from_the_corner(write):
    export = read_export(write({"Sheet": [[], ["", "id", "q"], [], ["", 1, "a"], ["", 2, "b"]]}))
    assert [(column.position, column.name) for column in export.columns] == [(2, "id"), (3, "q")]
    assert table(export) == [["1", "a"], ["2", "b"]] and [export.line(0), export.line(1)] == [4, 5]


def test_a_merged_title_is_let_pass(write, kind):
    def merge(thing):
        if kind == "xlsx":
            thing.get_worksheet_by_name("Sheet").merge_range("A1:C1", "Survey of 2024")
        else:
            thing.set_span("A1:C1")

    rows = [["Survey of 2024", "", ""], ["id", "Team", "q"], [1, "North", "a"]]
    assert table(read_export(write({"Sheet": rows}, merge))) == [["1", "North", "a"]]


def test_formats_without_content_do_not_count(tmp_path):
    def colour(book):
        book.get_worksheet_by_name("Sheet").write_blank(1_000_000, 4_999, None, book.add_format({"bold": True}))

    assert table(read_export(write_xlsx(tmp_path / "a.xlsx", {"Sheet": ROWS}, colour))) == TEXTS


def test_an_ods_whose_empty_cells_are_repeated_to_the_end_of_the_sheet(tmp_path):
    end = (b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
           b'table:number-columns-repeated="16384"/></table:table-row></table:table>')
    path = repack(write_ods(tmp_path / "a.ods", {"Sheet": ROWS}), "content.xml",
                  lambda content: content.replace(b"</table:table>", end))
    assert table(read_export(path)) == TEXTS


def test_an_error_matters_only_in_columns_that_are_asked_for(tmp_path):
    def fail(book):
        book.get_worksheet_by_name("Sheet").write_formula("B3", "=1/0", None, "#DIV/0!")

    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": ROWS}, fail)
    assert read_export(path, columns=["Told"]).rows == 3
    with pytest.raises(DataError, match=r"a.xlsx, sheet Sheet, row 3, column 2 \(Team\)"):
        read_export(path, columns=["Team"])


@pytest.mark.parametrize("without", [b"<v/>", b"<v></v>", b""])
def test_a_formula_whose_result_is_not_in_the_file_is_refused_where_it_is_asked_for(tmp_path, without):
    def compute(book):
        book.get_worksheet_by_name("Sheet").write_formula("B3", "=1+1", None, 2)

    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": ROWS}, compute)
    assert table(read_export(path))[1][1] == "2"
    repack(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"</f><v>2</v>", b"</f>" + without))
    assert read_export(path, columns=["Told"]).rows == 3
    with pytest.raises(DataError, match=r"(?s)formula whose result is not in the file.*row 3, column 2 \(Team\)"):
        read_export(path, columns=["Team"])


def test_a_formula_may_result_in_an_empty_text(tmp_path):
    def compute(book):
        book.get_worksheet_by_name("Sheet").write_formula("B3", '=""', None, "none")

    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": ROWS}, compute)
    repack(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"<v>none</v>", b"<v></v>"))
    assert table(read_export(path))[1][1] == ""


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="#={_\ufffe\uffff"), max_size=9)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_round_trip(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "round_trip.xlsx"

    def fill(book):
        sheet = book.get_worksheet_by_name("Sheet")
        for number, row in enumerate(rows, start=1):
            sheet.write(number, 0, number)
            for column, cell in enumerate(row, start=1):
                sheet.write_string(number, column, cell)

    export = read_export(write_xlsx(path, {"Sheet": [["id", "p", "q"]]}, fill), header="one")
    assert table(export) == [[str(number), *map(tidy_text, row)] for number, row in enumerate(rows, start=1)]
