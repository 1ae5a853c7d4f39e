"""CSV and its like: the same texts whatever the delimiter, the encoding and the quotes, each on its line."""

import csv
import io

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.inputs.exports.reading import read_export
from pipeline.inputs.exports.texts import tidy_text

HEADER = ["id", "Team", "Supported, would you say?", "Comment"]
ROWS = [
    ["1", "North", "Agree", 'He said "no", twice'],
    ["2", "Süd", "Don’t know", "over\ntwo lines"],
    ["3", "North ", "agree", ""],
    ["4", "", "N/A", "£5 — “fair”"],
]
TIDY = [[tidy_text(cell) for cell in row] for row in ROWS]


def table(export) -> list[list[str]]:
    return [list(row) for row in zip(*(column.cells() for column in export.columns), strict=True)]


def as_csv(rows, **dialect) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, **dialect).writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=ascii)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=ascii)
@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_delimiter_and_encoding_are_found(written, encoding, found, delimiter, line_end):
    text = as_csv([HEADER, *ROWS], delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    path = written(("\ufeff" if encoding == "utf-16-be" else "") + text, encoding)
    export = read_export(path)
    assert (export.file, export.format, export.encoding, export.delimiter, export.sheet, export.header) == (
        "survey.csv",
        "csv",
        found,
        delimiter,
        "",
        "one",
    )
    assert [column.name for column in export.columns] == HEADER
    assert [column.question for column in export.columns] == HEADER
    assert [column.position for column in export.columns] == [1, 2, 3, 4]
    assert table(export) == TIDY
    assert export.rows == 4
    assert [export.line(row) for row in range(4)] == [2, 3, 5, 6]


def test_texts_are_distinct_and_codes_are_indices(written):
    team = read_export(written(as_csv([HEADER, *ROWS]))).column("Team")
    assert team.texts == ("North", "Süd", "")
    assert team.codes.dtype == np.int32
    assert team.codes.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("name", ["survey.txt", "survey.xlsx", "survey"])
def test_content_and_not_the_name_decides(written, name):
    assert table(read_export(written(as_csv([HEADER, *ROWS]), name=name))) == TIDY


def test_only_the_columns_asked_for_are_kept(written):
    export = read_export(written(as_csv([HEADER, *ROWS])), columns=["Comment", "Team"])
    assert [(column.position, column.name) for column in export.columns] == [(2, "Team"), (4, "Comment")]
    assert table(export) == [[row[1], row[3]] for row in TIDY]


def test_rows_of_nobody_are_dropped_whatever_columns_are_asked_for(written):
    rows = [["1", "a", "b"], ["", " ", "\u00a0"], ["", "x", ""], ["", "", ""]]
    path = written(as_csv([["id", "p", "q"], *rows]) + "\r\n\r\n")
    assert table(read_export(path)) == [["1", "a", "b"], ["", "x", ""]]
    for name, cells in (("id", ["1", ""]), ("p", ["a", "x"]), ("q", ["b", ""])):
        export = read_export(path, columns=[name])
        assert export.rows == 2 and export.column(name).cells() == cells
        assert [export.line(row) for row in range(2)] == [2, 4]


def test_lines_are_right_after_quoted_line_ends_and_empty_lines(written):
    text = 'Survey of 2024\r\n\r\nid,"which\nteam"\r\n\r\n1,"a\r\nb\nc"\r\n\r\n,\r\n2,d\r\n3,"e"\r\n'
    export = read_export(written(text))
    assert export.column("which team").cells() == ["a b c", "d", "e"]
    assert [export.line(row) for row in range(3)] == [6, 11, 12]
    assert text.splitlines()[11 - 1] == "2,d"


def test_a_line_of_excel_for_the_separator_is_no_header(written):
    export = read_export(written("sep=;\r\n" + as_csv([HEADER, *ROWS], delimiter=";")))
    assert table(export) == TIDY and export.line(0) == 3


def test_stated_delimiter_and_encoding_are_kept_to(written):
    path = written("a;b,c\n1;2,3\n")
    assert [column.name for column in read_export(path, delimiter=";").columns] == ["a", "b,c"]
    assert [column.name for column in read_export(path, delimiter=",").columns] == ["a;b", "c"]
    accents = written("id,q\n1,caf\u00e9\n", "mac-roman")
    assert read_export(accents, encoding="mac-roman").column("q").texts == ("caf\u00e9",)
    assert read_export(accents).column("q").texts == ("caf\u017d",)  # as cp1252, which nothing in the file denies


def test_qualtrics(written):
    for ids in ('{"ImportId":"QID1_1"}', "{'ImportId': 'QID1_1'}"):
        rows = [
            ["StartDate", "Q1", "Q1"],
            ["Start Date", "I am supported - now", "I am supported - then"],
            [ids, ids.replace("1_1", "1"), ids],
            ["2024-03-01", "Agree", "Disagree"],
        ]
        export = read_export(written(as_csv(rows)))
        assert export.header == "qualtrics" and export.rows == 1 and export.line(0) == 4
        assert [(column.name, column.question) for column in export.columns] == [
            ("StartDate", "Start Date"),
            ("Q1", "I am supported - now"),
            ("Q1 (2)", "I am supported - then"),
        ]
        assert read_export(written(as_csv(rows)), header="qualtrics").rows == 1


@pytest.mark.parametrize("title", [[], [["Staff survey"]], [["Staff survey", "", "", "", "", ""]]], ids=len)
def test_surveymonkey(written, title):
    rows = [
        ["Respondent ID", "Your team?", "Which apply?", "", "", "Anything else?"],
        ["", "Response", "Pay", "Hours", "Other (please specify)", "Open-Ended Response"],
        ["7", "North", "Pay", "", "", "fine"],
    ]
    export = read_export(written(as_csv(title + rows)))
    assert export.header == "surveymonkey" and table(export) == rows[2:]
    assert export.line(0) == 3 + len(title)
    names = [
        "Respondent ID",
        "Your team?",
        "Which apply? - Pay",
        "Which apply? - Hours",
        "Which apply? - Other (please specify)",
        "Anything else? - Open-Ended Response",
    ]
    assert [column.name for column in export.columns] == [column.question for column in export.columns] == names


def test_surveymonkey_of_grids_only(written):
    rows = [
        ["Respondent ID", "How often?", "", "How well?", ""],
        ["", "Now", "Then", "Now", "Then"],
        ["7", "Never", "Often", "Badly", "Well"],
    ]
    export = read_export(written(as_csv(rows)))
    assert export.header == "surveymonkey" and export.columns[4].name == "How well? - Then"


@pytest.mark.parametrize(
    "rows",
    [
        [["", "Team", "Role"], ["0", "North", "Manager"]],
        [["id", "Team", "", ""], ["", "North", "3", "4"], ["2", "North", "3", "4"]],
        [["id", "Response", "Team"], ["1", "Agree", "North"]],
    ],
    ids=["nameless index", "nameless numbers", "a question called Response"],
)
def test_one_header_row_is_not_taken_for_two(written, rows):
    export = read_export(written(as_csv(rows)))
    assert export.header == "one" and export.rows == len(rows) - 1


def test_nameless_and_repeated_headers(written):
    export = read_export(written("id,,Q,Q,,Q,Q (2)\n1,a,b,c,,d,e\n2,a,b,b,,b,b\n"))
    assert [(column.position, column.name) for column in export.columns] == [
        (1, "id"),
        (2, "column 2"),
        (3, "Q"),
        (4, "Q (3)"),
        (6, "Q (4)"),
        (7, "Q (2)"),
    ]
    assert read_export(written("id,Q,Q\n1,b,c\n"), columns=["Q (2)"]).column("Q (2)").texts == ("c",)


def test_the_nearest_names_are_told(written):
    export = read_export(written(as_csv([HEADER, *ROWS])))
    with pytest.raises(DataError, match="survey.csv(.|\n)*Comment"):
        export.column("Coment")
    with pytest.raises(DataError, match="survey.csv(.|\n)*Team"):
        read_export(written(as_csv([HEADER, *ROWS])), columns=["Taem"])


ENCODED = {
    "utf-8": st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    "utf-16": st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    "cp1252": st.sampled_from(
        [bytes([code]).decode("cp1252") for code in range(1, 256) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)]
    ),
}


@st.composite
def tables(draw):
    encoding = draw(st.sampled_from(sorted(ENCODED)))
    cell = st.text(st.one_of(st.sampled_from(list(",;\t|\"'\r\n \u00a0")), ENCODED[encoding]), max_size=12)
    cell = cell.filter(lambda text: "#" not in text)  # a spreadsheet's errors are refused
    width = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(cell, min_size=width - 1, max_size=width - 1), min_size=1, max_size=6))
    return encoding, [[str(number), *row] for number, row in enumerate(rows)]


@pytest.mark.slow
@given(tables(), st.sampled_from(",;\t|"), st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=150, deadline=None)
def test_round_trip(tmp_path_factory, encoded, delimiter, sparing, line_end):
    encoding, rows = encoded
    # Sparing, csv.writer before Python 3.13 quotes only the line end that it writes itself.
    quoting = csv.QUOTE_MINIMAL if sparing and line_end == "\r\n" else csv.QUOTE_ALL
    path = tmp_path_factory.getbasetemp() / "round_trip.csv"
    header = [f"question {number}" for number in range(len(rows[0]))]
    text = as_csv([header, *rows], delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    path.write_bytes(text.encode(encoding))
    export = read_export(path, delimiter=delimiter, header="one", encoding=encoding)
    assert table(export) == [[tidy_text(cell) for cell in row] for row in rows]
    lines = np.cumsum(
        [2]
        + [
            as_csv([row], delimiter=delimiter, quoting=quoting, lineterminator=line_end)
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .count("\n")
            for row in rows
        ]
    )
    assert [export.line(row) for row in range(export.rows)] == lines[:-1].tolist()


@pytest.mark.slow
@given(st.text(st.sampled_from('a1,,""\n\n\r '), max_size=30))
@settings(max_examples=400, deadline=None)
def test_exactly_the_tables_that_csv_reads_are_read(tmp_path_factory, body):
    """Against Python's own reader: the same cells, or an error where it gives rows of other lengths or open quotes."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("x,y\n" + body, encoding="utf-8", newline="")
    *rows, last = [row for row in csv.reader(io.StringIO(body + "\nend,end\n", newline="")) if row]
    people = [[tidy_text(cell) for cell in row] for row in rows if any(map(tidy_text, row))]
    assume(people)
    if last == ["end", "end"] and all(len(row) == 2 for row in rows):
        assert table(read_export(path, delimiter=",", header="one")) == people
    else:
        with pytest.raises(DataError):
            read_export(path, delimiter=",", header="one")
