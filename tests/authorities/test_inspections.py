"""Inspections from the spreadsheet: tables found by their headings, each judgement dated and used once."""

from datetime import date

import pandas as pd
import pytest
from odfdo import Document

from pipeline.authorities.panel.geography import Lineage
from pipeline.authorities.panel.inspections import JOINT, NO_JUDGEMENT, REPEATED, read_inspections
from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import DataError
from tests.authorities import made_up

SOURCE = read_catalogue().source("inspections")
LINEAGE = Lineage.model_validate(made_up.LINEAGE)
KNOWN = {code for code, *_ in made_up.PLACES}
TWIN, SOUTH = "E06999002+E06999003", "E06999017+E06999018"
TODAY = {code for code, _, _, _, _, end in made_up.PLACES if not end} - {*TWIN.split("+"), *SOUTH.split("+")} | {
    TWIN,
    SOUTH,
}


def write(path, sheets, above=2):
    document = Document("spreadsheet")
    document.body.clear()
    for name, header, rows in sheets:
        lines = [[f"line {k}"] for k in range(above)] + [["Web link", *header], *(["link", *row] for row in rows)]
        document.body.append(made_up._sheet(name, lines))
    document.save(path)
    return path


def read(path):
    return read_inspections(read_published(path, SOURCE), LINEAGE, KNOWN, TODAY)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "LA_Inspection_Outcomes_as_at_31_March_2025.ods"


def test_every_judgement_is_used_once_wherever_it_stands(file):
    made_up.write_inspections(file)
    table = read(file)
    history = made_up.inspection_sheets()[2][2]
    used = table[table["used"]]
    assert len(used) == len(history) and not used.duplicated(["authority", "inspected"]).any()
    assert set(zip(used["authority"], used["inspected"], strict=True)) == {(row[0], row[4]) for row in history}
    assert len(table) == sum(len(rows) for _, _, rows in made_up.inspection_sheets())
    assert set(table["why"]) == {"", REPEATED, NO_JUDGEMENT}
    assert table.loc[table["why"] == NO_JUDGEMENT, "kind"].tolist() == ["focused", "monitoring"]


def test_grades_are_ordered_and_a_sub_judgement_may_be_missing(file):
    made_up.write_inspections(file)
    table = read(file)
    grades = dict(zip(table["overall_grade"], table["overall"], strict=True))
    assert {grade: grades[grade] for grade in made_up.GRADES} == dict(zip(made_up.GRADES, range(1, 5), strict=True))
    early = table[(table["sheet"] == "history") & table["inspected"].map(lambda day: day.year == 2019)]
    assert early["care_leavers"].isna().all() and early["leaders"].notna().all()


@pytest.mark.parametrize("above", [0, 1, 5])
def test_the_table_is_found_by_its_headings(file, above):
    write(file, made_up.inspection_sheets(), above)
    table = read(file)
    first = table[(table["sheet"] == "history")]["line"].min()
    assert first == above + 2 and len(table) == sum(len(rows) for _, _, rows in made_up.inspection_sheets())


@pytest.mark.slow
def test_columns_in_another_order_and_grades_in_capitals(file):
    sheets = []
    for name, header, rows in made_up.inspection_sheets():
        order = list(reversed(range(len(header))))
        sheets.append(
            (
                name,
                [header[k] for k in order],
                [[f" {row[k].upper()} " if row[k] in made_up.GRADES else row[k] for k in order] for row in rows],
            )
        )
    made_up.write_inspections(file)
    expected = read(file)
    pd.testing.assert_frame_equal(
        read(write(file, sheets)).drop(columns="overall_grade"), expected.drop(columns="overall_grade")
    )


def test_a_former_authority_keeps_its_code_and_members_share_the_joint_unit(file):
    sheets = made_up.inspection_sheets()
    row = sheets[2][2][0]
    for code, day in (
        ("E10999007", date(2019, 3, 4)),
        ("E06999008", date(2019, 3, 5)),
        ("E06999004", date(2019, 3, 6)),
    ):
        sheets[2][2].append([code, "Former", "No longer exists", *row[3:4], day, *row[5:]])
    table = read(write(file, sheets)).query("sheet == 'history'")
    units = dict(zip(table["authority"], table["unit"], strict=True))
    assert units["E06999002"] == units["E06999003"] == TWIN
    assert units["E10999007"] == SOUTH  # the same area, one return today
    assert units["E06999008"] == "E06999008" and units["E06999004"] == "E06999014"


def test_one_inspection_of_a_joint_service_in_two_reports_counts_once(file):
    sheets = made_up.inspection_sheets()
    first, second = ([row for row in sheets[2][2] if row[0] == code][-1] for code in ("E06999017", "E06999018"))
    second[4:] = first[4:]
    for rows in (sheets[0][2], sheets[1][2]):
        rows[:] = [row for row in rows if row[0] != "E06999018"]
    table = read(write(file, sheets)).query("unit == @SOUTH and sheet == 'history'")
    same = table[table["inspected"] == first[4]]
    assert sorted(same["why"]) == ["", JOINT]
    second[7] = made_up.GRADES[(made_up.GRADES.index(first[7]) + 1) % 4]  # two judgements are two inspections
    same = read(write(file, sheets)).query("unit == @SOUTH and sheet == 'history'")
    assert same["used"].all()


def test_all_cells_that_are_wrong_are_named_at_once(file):
    sheets = made_up.inspection_sheets()
    sheets[0][2][0][0], sheets[2][2][1][7], sheets[2][2][2][4] = "E06123456", "Splendid", "spring"
    with pytest.raises(DataError) as error:
        read(write(file, sheets))
    for words in (
        "3 cells",
        "sheet Inspections_as_at_31_March, row 4, column Local authority area code: found 'E06123456'",
        "sheet ILACS_inspection_history, row 5, column Overall effectiveness: found 'Splendid'",
        "sheet ILACS_inspection_history, row 6, column Inspection date: found 'spring'",
    ):
        assert words in str(error.value)


def test_sheets_that_contradict_each_other_are_refused(file):
    sheets = made_up.inspection_sheets()
    row = sheets[0][2][0]
    row[5] = made_up.GRADES[(made_up.GRADES.index(row[5]) + 1) % 4]
    with pytest.raises(DataError, match=r"(?s)different judgements.*sheet latest, row 4; sheet history, row \d+"):
        read(write(file, sheets))


def test_a_missing_sheet_and_a_missing_heading_are_named(file):
    sheets = made_up.inspection_sheets()
    with pytest.raises(DataError, match="ILACS_inspection_history"):
        read(write(file, sheets[:2]))
    sheets[2][1][4] = "Date"
    with pytest.raises(DataError, match="'Inspection date'"):
        read(write(file, sheets))
