"""An export and its codebook become coded answers: every spelling of a label, every reason for a gap, nobody twice."""

import numpy as np
import pytest

from pipeline.errors import CodebookError, DataError
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.responses import NOT_STATED, read_responses
from pipeline.surveys.staff.routes import missing_code
from tests.surveys.made_up import HEADER, write_survey

FULL = ["Agree", "Disagree", "Satisfied", "Agree", "Social worker"]


def coded(tmp_path, rows, header=HEADER, **changes):
    return read_responses(tmp_path, write_survey(tmp_path, rows, header, **changes))


def test_every_spelling_of_an_answer_has_its_code(tmp_path):
    spellings = ["Strongly agree", "strongly AGREE ", "Strongly\u00a0agree", "\ufeffStrongly agree", "5"]
    found = coded(tmp_path, [[text, *FULL[1:]] for text in spellings])
    assert found.item("regular").tolist() == [0] * len(spellings)
    found = coded(tmp_path, [["Don\u2019t know", *FULL[1:]], ["don't know", *FULL[1:]]])
    assert found.item("regular").tolist() == [5, 5]


def test_answers_on_different_scales_have_the_codes_of_their_own(tmp_path):
    found = coded(tmp_path, [FULL, ["1", "neither", "very dissatisfied", "2", "Manager"]])
    assert found.codes.tolist() == [[1, 3, 1, 1], [4, 2, 3, 3]]


def test_each_missing_answer_keeps_its_reason(tmp_path):
    found = coded(tmp_path, [["N/A", "Not asked", "Satisfied", "Agree", "x"], ["", "Agree", "", "Agree", "x"]])
    assert found.codes.tolist() == [
        [missing_code("not_applicable"), missing_code("not_asked"), 1, 1],
        [missing_code("no_answer"), 1, missing_code("no_answer"), 1],
    ]


def test_who_stopped_half_way_is_told_from_who_skipped(tmp_path):
    found = coded(tmp_path, [["Agree", "", "", "", "x"], ["Agree", "", "", "Agree", "x"], FULL])
    stopped, skipped = missing_code("stopped"), missing_code("no_answer")
    assert found.codes.tolist() == [[1, stopped, stopped, stopped], [1, skipped, skipped, 1], [1, 3, 1, 1]]
    assert found.completed() == (1, 1)


def test_the_order_of_the_questionnaire_is_that_of_the_file(tmp_path):
    header = ["Q4", "Q3", "Q2", "Q1", "Role"]
    found = coded(tmp_path, [["Agree", "", "", "", "x"], ["Agree", "Satisfied", "Agree", "Agree", "x"]], header)
    assert (found.codes[0, :3] == missing_code("stopped")).all() and found.codes[0, 3] == 1


def test_rows_without_any_answer_are_counted_and_left_out(tmp_path):
    found = coded(tmp_path, [FULL, ["", "", "", "", "Manager"], FULL])
    assert (len(found), found.in_file, found.empty) == (2, 3, 1)


@pytest.mark.parametrize(("which", "first_answer"), [("first", 1), ("last", 0)])
def test_who_answered_twice_counts_once(tmp_path, which, first_answer):
    rows = [
        ["Agree", *FULL[1:], "17"],
        ["Disagree", *FULL[1:], "18"],
        ["Strongly agree", *FULL[1:], "17"],
        ["Agree", *FULL[1:], ""],
        ["Agree", *FULL[1:], ""],
    ]
    found = coded(tmp_path, rows, [*HEADER, "Number"], respondent="Number", duplicates=which)
    assert (len(found), found.repeated) == (4, 1)
    assert sorted(found.item("regular").tolist()) == sorted([3, first_answer, 1, 1])


def test_who_answered_twice_is_named_by_line_where_that_is_refused(tmp_path):
    rows = [[*FULL, "17"], [*FULL, "18"], [*FULL, "17"]]
    with pytest.raises(DataError, match=r"line 4, column 6 \(Number\): found 1 respondents a second time"):
        coded(tmp_path, rows, [*HEADER, "Number"], respondent="Number")


def test_groups_that_differ_in_case_are_one_and_blank_is_not_stated(tmp_path):
    roles = ["Manager", "manager ", "Manager", "", "N/A", "Social worker"]
    found = coded(tmp_path, [[*FULL[:4], role] for role in roles]).groups["role"]
    assert found.sizes() == {"Manager": 3, "Social worker": 1, NOT_STATED: 2}


def test_levels_can_be_renamed(tmp_path):
    groups = [{"id": "role", "column": "Role", "label": "Role", "levels": {"SW": "Social worker"}}]
    found = coded(tmp_path, [[*FULL[:4], role] for role in ("sw", "Social worker", "TM")], groups=groups)
    assert found.groups["role"].sizes() == {"Social worker": 2, "TM": 1}


def test_somebody_without_a_team_is_a_cluster_of_one(tmp_path):
    rows = [[*FULL, team] for team in ("A", "", "a ", "", "B")]
    clusters = coded(tmp_path, rows, [*HEADER, "Team"], cluster="Team").clusters
    assert clusters[0] == clusters[2]
    assert len(np.unique(clusters)) == 4


def test_every_answer_off_the_scale_is_named_at_once_with_its_place(tmp_path):
    rows = [
        FULL,
        ["Agre", *FULL[1:]],
        ["Agree", "6", "Satisfied", "Agree", "x"],
        ["Agree", "=1+1", "Yes", "<b>Agree</b>", "x"],
    ]
    with pytest.raises(DataError) as stopped:
        coded(tmp_path, rows)
    message = str(stopped.value)
    assert "5 problems" in message
    assert (
        "line 3, column 1 (Q1): found 'Agre', which looks like 'Agree'; expected one of Strongly agree, Agree,"
        in message
    )
    assert "line 4, column 2 (Q2): found the number 6" in message
    assert "line 5, column 2 (Q2): found a formula" in message
    assert "line 5, column 3 (Q3): found a text of 3 characters" in message
    assert "export.csv" in message


def test_what_a_person_wrote_is_not_in_the_message(tmp_path):
    rows = [FULL, ["jo.bloggs@example.org", *FULL[1:]], ["My manager Sam shouts at me", *FULL[1:]]]
    with pytest.raises(DataError) as stopped:
        coded(tmp_path, rows)
    assert "bloggs" not in str(stopped.value) and "Sam" not in str(stopped.value)
    assert "a text of 21 characters" in str(stopped.value)


def test_a_weight_that_is_no_number_is_named(tmp_path):
    rows = [[*FULL, weight] for weight in ("1.5", "heavy", "0.5", "-1")]
    with pytest.raises(DataError) as stopped:
        coded(tmp_path, rows, [*HEADER, "Weight"], weight="Weight")
    assert "line 3, column 6 (Weight): found no usable weight" in str(stopped.value)
    assert "line 5, column 6 (Weight)" in str(stopped.value) and "heavy" not in str(stopped.value)


def test_one_respondent_is_too_few(tmp_path):
    with pytest.raises(DataError, match="too few respondents"):
        coded(tmp_path, [FULL])


def test_single_answers_do_not_show_when_the_responses_are_printed(tmp_path):
    found = coded(tmp_path, [FULL, FULL])
    assert repr(found) == "<Responses of 2 people to 4 statements; single answers are not shown>"


def test_all_problems_of_a_codebook_are_named_at_once(tmp_path):
    write_survey(tmp_path, [FULL])
    text = (tmp_path / "survey.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("domain: outcomes", "domain: outcome"),
        ("scale: satisfaction", "scale: delight"),
        ("column: Q2", "column: Q1"),
        ("kind: responses", "kind: responses\nweight: Role"),
    ):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "survey.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CodebookError) as stopped:
        read_staff_survey(tmp_path / "survey.yaml")
    message = str(stopped.value)
    for part in (
        "better-outcomes, domain: 'outcome' is not one of supervision, outcomes",
        "content, scale: 'delight' is not one of agreement, satisfaction",
        "items, column: 'Q1' stands 2 times",
        "'Role' is",
    ):
        assert part in message, part
