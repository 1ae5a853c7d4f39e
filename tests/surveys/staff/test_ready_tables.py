"""Ready tables: counts as they are, percentages and shares as the counts that they allow, or one message."""

import re
from fractions import Fraction

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, InfeasibleRow
from pipeline.inputs.exports.reading import read_export
from pipeline.statistics.rounding import rounded_percentage
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.drafting.ready_table import draft_table
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.ready_tables import COLUMNS, MOST_PEOPLE, read_ready_table
from tests.inputs.exports.spreadsheet_files import write_xlsx
from tests.surveys.broken_making import STATEMENTS, TABLE, table_codebook
from tests.surveys.projects import ROOT, SECRETS, write_rows

HEAD = TABLE[0]
TIME, SUPPORT = STATEMENTS
BY_ROLE = {"statement": "Statement", "base": "n", "group": "Role"}


@pytest.fixture
def read(tmp_path):
    """Read a table of these rows; `changes` are keys of its codebook."""

    def answers(rows, kind="percentages", **changes):
        write_rows(tmp_path / "export.csv", rows)
        return read_ready_table(tmp_path, StaffSurvey.model_validate(table_codebook(kind, **changes)))

    return answers


@pytest.fixture
def refused(read):
    def message(rows, kind="percentages", error=DataError, **changes):
        with pytest.raises(error) as raised:
            read(rows, kind, **changes)
        assert SECRETS[3] not in str(raised.value)
        return str(raised.value)

    return message


def rows_of(answers):
    """The counts of each item and group."""
    return {key: row["count"].tolist() for key, row in answers.groupby(["item", "group"], sort=False)}


def decimals(number, rounding="half_up"):
    return {"table": {"statement": "Statement", "base": "n", "decimals": number, "rounding": rounding}}


def test_counts(read):
    answers = read(TABLE, "counts")
    assert list(answers.columns) == COLUMNS
    assert rows_of(answers) == {("regular", EVERYBODY): [30, 10], ("better-outcomes", EVERYBODY): [25, 10]}
    assert (answers["count_low"] == answers["count"]).all() and (answers["count_high"] == answers["count"]).all()
    assert answers["percent"].tolist() == pytest.approx([75, 25, 2500 / 35, 1000 / 35])
    assert answers["base"].tolist() == [40, 40, 35, 35]


def test_counts_without_a_base_add_up_to_it(read):
    rows = [row[:3] for row in TABLE]
    assert read(rows, "counts", table={"statement": "Statement"})["base"].tolist() == [40, 40, 35, 35]


def test_numbers_as_people_write_them(read):
    rows = [HEAD, [TIME.upper(), "1,030", "10", "1,040"], ["A note", "n/a", "", ""], [f" {SUPPORT} ", "0", "35", "35"]]
    counts = rows_of(read(rows, "counts"))
    assert counts == {("regular", EVERYBODY): [1030, 10], ("better-outcomes", EVERYBODY): [0, 35]}


def test_percentages_leave_open_what_rounding_hides(read):
    answers = read([HEAD, [TIME, "50%", "50 %", "201"], [SUPPORT, "71", "29", "35"]])
    first = answers[answers["item"] == "regular"]
    assert first[["count_low", "count_high"]].values.tolist() == [[100, 101], [100, 101]]
    assert first["count"].sum() == 201 and first["percent"].tolist() == [50, 50]
    assert rows_of(answers)["better-outcomes", EVERYBODY] == [25, 10]


def test_percentages_by_group(read):
    head = ["Role", *HEAD]
    rows = [
        head,
        ["Worker", TIME, "75", "25", "40"],
        ["Manager", TIME, "50", "50", "10"],
        ["Worker", SUPPORT, "71", "29", "35"],
        ["Manager", SUPPORT, "100", "0", "10"],
        ["All", TIME, "70", "30", "50"],
        ["All", SUPPORT, "78", "22", "45"],
    ]
    answers = read(rows, table={**BY_ROLE, "everybody": ["All"]})
    assert rows_of(answers) == {
        ("regular", EVERYBODY): [35, 15],
        ("better-outcomes", EVERYBODY): [35, 10],
        ("regular", "Worker"): [30, 10],
        ("regular", "Manager"): [5, 5],
        ("better-outcomes", "Worker"): [25, 10],
        ("better-outcomes", "Manager"): [10, 0],
    }


@pytest.mark.parametrize(
    ("number", "cells"), [(0, ("0.75", "0.25", "0.71", "0.29")), (1, (".75", "0.250", "0.714", "0.286"))]
)
def test_shares_of_1_are_percentages(read, number, cells):
    answers = read([HEAD, [TIME, *cells[:2], "40"], [SUPPORT, *cells[2:], "35"]], **decimals(number))
    assert rows_of(answers) == {("regular", EVERYBODY): [30, 10], ("better-outcomes", EVERYBODY): [25, 10]}
    assert answers["percent"].tolist() == [float(100 * Fraction(cell)) for cell in cells]


def test_shares_as_a_spreadsheet_keeps_them(tmp_path):
    cells = [HEAD, [TIME, 1 / 3, 2 / 3, 39], [SUPPORT, 25 / 35, 10 / 35, 35]]
    write_xlsx(tmp_path / "export.xlsx", {"Results": cells})
    content = table_codebook("percentages", **decimals(6), file={"name": "export.xlsx"})
    answers = read_ready_table(tmp_path, StaffSurvey.model_validate(content))
    assert rows_of(answers) == {("regular", EVERYBODY): [13, 26], ("better-outcomes", EVERYBODY): [25, 10]}


@settings(max_examples=60, deadline=None)
@given(base=st.integers(1, 3000), part=st.integers(0, 3000), number=st.integers(0, 4))
def test_shares_allow_the_counts_that_they_were_made_of(tmp_path_factory, base, part, number):
    folder = tmp_path_factory.mktemp("table")
    counts = [min(part, base), base - min(part, base)]
    shares = [f"{rounded_percentage(count, base, number).scaleb(-2):f}" for count in counts]
    percent = [f"{rounded_percentage(count, base, number):f}" for count in counts]
    tables = []
    for cells in (shares, percent):
        write_rows(folder / "export.csv", [HEAD, [TIME, *cells, base], [SUPPORT, *cells, base]])
        tables.append(
            read_ready_table(folder, StaffSurvey.model_validate(table_codebook("percentages", **decimals(number))))
        )
    assert tables[0].equals(tables[1])
    assert all(
        low <= count <= high
        for low, high, count in zip(tables[0]["count_low"], tables[0]["count_high"], counts * 2, strict=True)
    )


def test_the_draft_of_a_table_of_shares_is_read(tmp_path):
    shares = [HEAD, [TIME, "0.753", "0.247", "81"], [SUPPORT, "0.714", "0.286", "35"]]
    path = write_rows(tmp_path / "export.csv", shares)
    draft = draft_table(read_export(path), read_codebook(ROOT / "data/raw/surveys/ofsted-2011/survey.yaml"))
    content = {"name": "made-up", "title": "Made up", "file": {"name": "export.csv"}, **draft.content}
    (tmp_path / "survey.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    answers = read_ready_table(tmp_path, StaffSurvey.model_validate(content))
    assert draft.content["table"]["decimals"] == 1
    assert answers["count"].tolist() == [61, 20, 25, 10]
    assert answers["percent"].tolist() == [float(100 * Fraction(text)) for row in shares[1:] for text in row[1:3]]


def test_marked_percentages_below_2_are_no_shares(refused):
    message = refused(
        [HEAD, [TIME, "0.75%", "0.25%", "40"], [SUPPORT, "0.71%", "0.29%", "35"]], error=InfeasibleRow, **decimals(2)
    )
    assert "No counts of answers round to the percentages of a row" in message and "Agree: 0.75%" in message


def test_shares_in_one_row_and_percentages_in_another(refused):
    message = refused([HEAD, [TIME, "75", "25", "40"], [SUPPORT, "0.71", "0.29", "35"]], **decimals(2))
    assert "line 3" in message and "Agree: 0.71%" in message and "35 people, half_up to 2 decimals" in message


def test_the_error_of_an_impossible_row_keeps_what_clashes(read):
    with pytest.raises(InfeasibleRow) as raised:
        read([HEAD, [TIME, "60", "30", "40"], [SUPPORT, "71", "29", "35"]])
    assert raised.value.cells == (0, 1) and raised.value.gap < 0


@pytest.mark.parametrize(
    ("row", "kind", "said"),
    [
        ([TIME, "30", "13", "40"], "counts", r"do not add up to its base(.|\n)*line 2(.|\n)*43(.|\n)*40"),
        ([TIME, "29.5", "10.5", "40"], "counts", r"do not add up to its base(.|\n)*line 2"),
        ([TIME, "", "10", "10"], "counts", r"line 2, column 2 \(Agree\)(.|\n)*nothing"),
        ([TIME, "30", SECRETS[3], "40"], "counts", r"line 2, column 3 \(Disagree\)(.|\n)*a text of 19 characters"),
        ([TIME, "=B3", "10", "40"], "counts", r"column 2 \(Agree\)(.|\n)*a formula"),
        ([TIME, "-30", "70", "40"], "counts", r"column 2 \(Agree\)(.|\n)*the number -30"),
        ([TIME, "nan", "10", "40"], "counts", r"column 2 \(Agree\)(.|\n)*the number nan"),
        ([TIME, "30", "10", "1e400"], "counts", r"column 4 \(n\)(.|\n)*the number inf"),
        ([TIME, "75", "25", str(MOST_PEOPLE + 1)], "percentages", r"column 4 \(n\)(.|\n)*0 to 100,000,000"),
        ([TIME, "75", "25", "0"], "percentages", r"no base(.|\n)*line 2(.|\n)*found: +0\n"),
        ([TIME, "75", "25", "40.5"], "percentages", r"no base(.|\n)*found: +40\.5"),
        ([TIME, "175", "25", "40"], "percentages", r"line 2(.|\n)*Agree: 175%(.|\n)*0 to 100"),
        ([TIME, "75.0", "25.04", "40"], "percentages", r"Disagree: 25\.04%(.|\n)*at most 0 decimals"),
        ([TIME, "1e-320", "25", "40"], "percentages", r"Agree: 0\.000(.|\n)*at most 0 decimals"),
        ([TIME, "76", "24", "40"], "percentages", r"No counts(.|\n)*line 2(.|\n)*Agree: 76%; Disagree: 24%"),
        (["It helps", "30", "10", "40"], "counts", r"not in the table(.|\n)*no row for 'I have enough time to think'"),
        ([SUPPORT.lower(), "30", "10", "40"], "counts", r"stands twice(.|\n)*line 3(.|\n)*'My manager supports me'"),
    ],
)
def test_a_row_that_cannot_be_used(refused, row, kind, said):
    rest = [SUPPORT, "25", "10", "35"] if kind == "counts" else [SUPPORT, "71", "29", "35"]
    assert re.search(said, refused([HEAD, row, rest], kind))


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (["Statement", "Yes", "Disagree", "n"], "0 columns for 'Agree'"),
        (["Statement", "Agree", "AGREE", "n"], "2 columns for 'Agree'"),
    ],
)
def test_an_answer_without_one_column(refused, head, found):
    assert found in refused([head, *TABLE[1:]], "counts")


GROUPED = [
    ["Statement", "Role", "Agree", "Disagree", "n"],
    *[
        [statement, role, agree, disagree, agree + disagree]
        for statement in STATEMENTS
        for role, agree, disagree in (("Worker", 30, 10), ("Manager", 5, 15))
    ],
]


def test_everybody_is_the_sum_of_the_groups_where_the_table_of_counts_has_no_row_of_all(read):
    answers = read(GROUPED, "counts", table=BY_ROLE)
    assert rows_of(answers) == {
        (item, group): counts
        for item in ("regular", "better-outcomes")
        for group, counts in ((EVERYBODY, [35, 25]), ("Worker", [30, 10]), ("Manager", [5, 15]))
    }
    assert list(answers.columns) == COLUMNS and answers["base"].tolist()[:2] == [60, 60]


@pytest.mark.parametrize("kind", ["counts", "percentages"])
def test_rows_of_all_are_everybody_and_nothing_is_added_up(read, kind):
    rows = [
        *GROUPED[:1],
        *([statement, "ALL", 50, 50, 100] for statement in STATEMENTS),
        *([statement, role, 50, 50, 100] for statement in STATEMENTS for role in ("Worker", "Manager")),
    ]
    answers = read(rows[:1] + rows[1:][::-1], kind, table={**BY_ROLE, "everybody": ["All"]})
    assert list(rows_of(answers)) == [
        (item, group) for item in ("regular", "better-outcomes") for group in (EVERYBODY, "Manager", "Worker")
    ]
    assert (answers["base"] == 100).all()


@pytest.mark.parametrize(
    ("rows", "kind", "everybody", "said"),
    [
        (GROUPED, "percentages", [], "percentages of groups do not add up"),
        ([*GROUPED, [STATEMENTS[0], "All", 30, 25, 55]], "counts", ["All"], "nobody but groups for better-outcomes"),
        ([*GROUPED, [STATEMENTS[0], "", 30, 25, 55]], "counts", [], "A row of the table has no group"),
    ],
)
def test_a_table_by_group_without_everybody_is_refused(refused, rows, kind, everybody, said):
    rows = [rows[0], *([*row[:2], 50, 50, 100] for row in rows[1:])] if kind == "percentages" else rows
    assert said in refused(rows, kind, table={**BY_ROLE, "everybody": everybody})


def test_a_mark_is_named_with_its_place(refused):
    message = refused([*TABLE[:2], [STATEMENTS[1], "<5", "10", "14"]], "counts")
    assert "line 3, column 2 (Agree)" in message and "'<5'" in message and "suppressed" in message
