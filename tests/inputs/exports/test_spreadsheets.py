"""XLSX and ODS: cells as a person would type them, from the sheet with the answers."""

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.texts import tidy_text
from tests.inputs.exports.spreadsheet_files import repack, write_ods, write_xlsx

WRITERS = {"xlsx": write_xlsx, "ods": write_ods}
ROWS = [
    ["id", "Team", "When", "Score", "Told"],
    [1.0, "North ", datetime.datetime(2024, 3, 1), 2.5, True],
    [2, "Süd", datetime.datetime(2024, 3, 1, 9, 30), -3, False],
    ["", "", "", "", ""],
    [3e9, "", "N/A", 0, ""],
]
TEXTS = [
    ["1", "North", "2024-03-01", "2.5", "TRUE"],
    ["2", "Süd", "2024-03-01T09:30:00", "-3", "FALSE"],
    ["3000000000", "", "N/A", "0", ""],
]


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
        kind,
        "",
        "",
        "Answers",
        "one",
        3,
    )
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


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["Survey of 2024"],
            ["Respondent ID", "Your team?", "Which?", ""],
            ["", "Response", "Pay", "Hours"],
            [7, "North", "", "Hours"],
        ],
        [
            ["ResponseId", "Q1", "Q2", "Q3"],
            ["Response ID", "a", "b", "c"],
            ['{"ImportId":"_recordId"}'] * 4,
            [7, "North", "", "Hours"],
        ],
    ],
    ids=["SurveyMonkey with a title", "Qualtrics"],
)
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
    end = (
        b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
        b'table:number-columns-repeated="16384"/></table:table-row></table:table>'
    )
    path = repack(
        write_ods(tmp_path / "a.ods", {"Sheet": ROWS}),
        "content.xml",
        lambda content: content.replace(b"</table:table>", end),
    )
    assert table(read_export(path)) == TEXTS


def test_an_error_matters_only_in_columns_that_are_asked_for(tmp_path):
    def fail(book):
        book.get_worksheet_by_name("Sheet").write_formula("B3", "=1/0", None, "#DIV/0!")

    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": ROWS}, fail)
    assert read_export(path, columns=["Told"]).rows == 3
    with pytest.raises(DataError, match=r"a.xlsx, sheet Sheet, row 3, column 2 \(Team\)"):
        read_export(path, columns=["Team"])


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


def with_formats(*cells):
    """Write cells (row, column, value, format) over a workbook's."""

    def change(book):
        for row, column, value, style in cells:
            book.get_worksheet_by_name("Sheet").write(row, column, value, book.add_format({"num_format": style}))

    return change


def in_ods(path, old: str, new: str):
    """An OpenDocument file with the cell that holds one text replaced."""
    cell = rf'<table:table-cell [^>]*string-value="{old}"[^>]*><text:p>{old}</text:p></table:table-cell>'
    return repack(path, "content.xml", lambda content: re.sub(cell.encode(), new.encode(), content))


HALVES = [["id", "share"], [1, "a"], [2, "b"], [3, "c"]]


def test_percentages_of_a_workbook(tmp_path):
    cells = with_formats((1, 1, 0.07, "0%"), (2, 1, 0.3125, '0.0"about "%'), (3, 1, 1, "0.00%"))
    export = read_export(write_xlsx(tmp_path / "a.xlsx", {"Sheet": HALVES}, cells))
    assert export.column("share").cells() == ["7%", "31.25%", "100%"]
    plain = with_formats((1, 1, 0.07, '0.00" %"'), (2, 1, 0.5, "0.00"))
    assert read_export(write_xlsx(tmp_path / "b.xlsx", {"Sheet": HALVES}, plain)).column("share").texts == (
        "0.07",
        "0.5",
        "c",
    )


def test_percentages_of_an_open_document(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"Sheet": HALVES})
    for text, value in (("a", "0.07"), ("b", "0.3125"), ("c", "1")):
        in_ods(path, text, f'<table:table-cell office:value-type="percentage" office:value="{value}"/>')
    assert read_export(path).column("share").cells() == ["7%", "31.25%", "100%"]


def test_percentages_beside_plain_numbers_are_refused(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": HALVES}, with_formats((1, 1, 0.07, "0%"), (3, 1, 0.5, "0.00")))
    with pytest.raises(DataError, match=r"others are not(.|\n)*row 4, column 2 \(share\)(.|\n)*percentage in row 2"):
        read_export(path)
    assert read_export(path, columns=["id"]).rows == 3


@pytest.mark.parametrize("value", ["", 0], ids=["no value", "text of no letters"])
def test_a_formula_without_its_value_is_no_blank(tmp_path, value):
    def calculate(book):
        for row in (1, 2, 3):
            book.get_worksheet_by_name("Sheet").write_formula(row, 1, "=1+1", None, value)

    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": HALVES}, calculate)
    if value == "":
        with pytest.raises(DataError, match=r"as if nobody had answered(.|\n)*row 2, column 2 \(share\)"):
            read_export(path)
        assert read_export(path, columns=["id"]).rows == 3
    else:
        assert read_export(path).column("share").cells() == ["0", "0", "0"]


def test_a_formula_whose_value_is_no_text_is_a_blank(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"Sheet": HALVES},
        lambda book: book.get_worksheet_by_name("Sheet").write_formula(1, 1, '=T("")', None, "x"),
    )
    repack(path, "xl/worksheets/sheet1.xml", lambda content: content.replace(b"<v>x</v>", b"<v></v>"))
    assert read_export(path).column("share").cells() == ["", "b", "c"]


def test_a_formula_without_its_value_in_an_open_document(tmp_path):
    path = in_ods(write_ods(tmp_path / "a.ods", {"Sheet": HALVES}), "b", '<table:table-cell table:formula="of:=1+1"/>')
    with pytest.raises(DataError, match=r"as if nobody had answered(.|\n)*row 3, column 2 \(share\)"):
        read_export(path)


def test_durations_are_alike_in_both_formats(tmp_path):
    book = write_xlsx(
        tmp_path / "a.xlsx",
        {"Sheet": HALVES},
        with_formats((1, 1, 25.5 / 24, "[h]:mm:ss"), (2, 1, 0.5 / 24, "[h]:mm:ss"), (3, 1, 9.5 / 24, "hh:mm")),
    )
    document = write_ods(tmp_path / "a.ods", {"Sheet": HALVES})
    for text, value in (("a", "PT25H30M00S"), ("b", "PT00H30M00S"), ("c", "PT09H30M00S")):
        in_ods(document, text, f'<table:table-cell office:value-type="time" office:time-value="{value}"/>')
    assert read_export(book).column("share").cells() == ["25:30:00", "00:30:00", "09:30:00"]
    assert read_export(document).column("share").cells() == ["25:30:00", "00:30:00", "09:30:00"]


def test_breaks_in_cells_part_words(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"Sheet": HALVES})
    string = '<table:table-cell office:value-type="string">{}</table:table-cell>'
    in_ods(path, "a", string.format("<text:p>b</text:p><text:p>c</text:p>"))
    in_ods(
        path,
        "b",
        string.format('<text:p>b<text:line-break/>c<text:tab/>d<text:s text:c="2"/><text:span>e</text:span></text:p>'),
    )
    note = "<office:annotation><text:p>seen<text:tab/>by me</text:p></office:annotation>"
    in_ods(path, "c", string.format(f"{note}<text:p>b<text:tab/>c</text:p>"))
    assert read_export(path).column("share").cells() == ["b c", "b c d e", "b c"]
    rows = [["id", "share"], [1, "b\nc"], [2, "b\tc"]]
    assert read_export(write_xlsx(tmp_path / "a.xlsx", {"Sheet": rows})).column("share").cells() == ["b c", "b c"]


def test_breaks_in_repeated_cells(tmp_path):
    path = write_ods(tmp_path / "a.ods", {"Sheet": [["id", "p", "q"], [1, "a", "b"], [2, "", ""]]})
    in_ods(
        path,
        "a",
        '<table:table-cell table:number-columns-repeated="2" office:value-type="string">'
        "<text:p>x<text:tab/>y</text:p></table:table-cell>",
    )
    in_ods(path, "b", "")
    export = read_export(path)
    assert export.column("p").cells() == export.column("q").cells() == ["x y", ""]


def test_text_under_merged_cells_is_not_lost_in_silence(tmp_path):
    path = write_xlsx(
        tmp_path / "a.xlsx",
        {"Sheet": [["Survey of 2024", "hidden"], ["id", "q"], [1, "a"]]},
        lambda book: book.get_worksheet_by_name("Sheet").merge_range("A3:B3", "x"),
    )
    with pytest.raises(DataError, match="Merged cells"):
        read_export(path)


@pytest.mark.parametrize("place", ["shared", "in the cell"])
def test_escapes_of_characters_are_read(tmp_path, place):
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": [["id", "q"], [1, "b\rc _x0041_"]]})
    if place == "in the cell":
        repack(
            path,
            "xl/worksheets/sheet1.xml",
            lambda content: content.replace(
                b'<c r="B2" t="s"><v>2</v></c>', b'<c r="B2" t="inlineStr"><is><t>b_x000D_c _x005F_x0041_</t></is></c>'
            ),
        )
    assert read_export(path).column("q").cells() == ["b c _x0041_"]


def test_hidden_sheets_hold_no_answers(tmp_path):
    def hide(book):
        book.get_worksheet_by_name("Lists").hide()

    path = write_xlsx(tmp_path / "a.xlsx", {"Answers": ROWS, "Lists": [["Agree", "Disagree"]]}, hide)
    assert read_export(path).sheet == "Answers" and table(read_export(path)) == TEXTS
    assert read_export(write_xlsx(tmp_path / "b.xlsx", {"Empty": [], "Lists": ROWS}, hide), sheet="Lists").rows == 3
    with pytest.raises(DataError, match=r"Only hidden sheets have content(.|\n)*Lists"):
        read_export(tmp_path / "b.xlsx")
