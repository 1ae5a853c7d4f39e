"""A codebook and its file: every problem at once and nobody's data in it, or the summary a person wants."""

import shutil

import pytest
import yaml

from pipeline.errors import CodebookError, DataError
from pipeline.surveys.staff.checking import check_survey
from tests.surveys.made_up import CODEBOOK, HEADER, write_survey
from tests.surveys.projects import ROOT, SECRETS, answers, write_rows

AGREEMENT = ["Strongly agree", "Agree", "Neither", "Disagree", "Strongly disagree", "Don't know"]
SATISFIED = ["Very satisfied", "Satisfied", "Dissatisfied", "Very dissatisfied"]


def rows(count=200, roles=("Worker",) * 9 + ("Manager",)):
    columns = [
        answers(AGREEMENT, count, 1),
        answers([*AGREEMENT, "N/A"], count, 2),
        answers(SATISFIED, count, 3),
        answers(AGREEMENT, count, 4),
        answers(roles, count, 5),
    ]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.fixture
def surveys(tmp_path):
    shutil.copytree(ROOT / "data/raw/surveys/ofsted-2011", tmp_path / "ofsted-2011")
    return tmp_path


@pytest.fixture
def checked(surveys):
    """Write a survey with changes in its codebook and check it."""

    def check(table=None, header=HEADER, **changes):
        write_survey(surveys / "made-up", rows() if table is None else table, header, **changes)
        return check_survey(surveys / "made-up")

    return check


@pytest.fixture
def refused(checked):
    """The message of the one error."""

    def message(*given, **changes):
        with pytest.raises(DataError) as error:
            checked(*given, **changes)
        return str(error.value)

    return message


def text(report):
    return "\n".join(" | ".join((part.title, *row)) for part in report.parts for row in part.rows)


def items(**changes):
    """The codebook's items, the first of them changed."""
    return [{**CODEBOOK["items"][0], **changes}, *CODEBOOK["items"][1:]]


def test_the_summary_of_a_survey_that_fits(checked):
    table = rows()
    table += [["", "", "", "", "Worker"]] * 3
    report = checked(table)
    said = text(report)
    for line in (
        "Respondents | in the file | 203 rows",
        "Respondents | counted | 200 people",
        "Respondents | without any answer, not counted | 3",
        "Items | Supervision | 3 of support | 0 of outcome",
        "Items | Outcomes | 0 of support | 1 of outcome",
        "Missing answers | no answer | 0 answers",
        "joint models | yes, from 150 respondents on",
        "Scales | satisfaction | 1 items | Very satisfied > Satisfied > Dissatisfied > Very dissatisfied",
    ):
        assert line in said
    not_applicable = sum(row[1] == "N/A" for row in table)
    assert f"Missing answers | not applicable | {not_applicable} answers" in said
    assert report.warnings == ()


def test_small_groups_have_no_size(checked):
    table = rows(160, ("Worker",) * 20 + ("Manager",) * 20 + ("Student",))
    students = sum(row[4] == "Student" for row in table)
    assert 0 < students < 10
    said = text(checked(table))
    assert "Student: fewer than 10" in said and f"Student: {students}" not in said
    assert f"Worker: {sum(row[4] == 'Worker' for row in table)}" in said


def test_few_respondents_and_no_outcome_are_said(checked):
    said = text(checked(rows(60), items=CODEBOOK["items"][:3], left_out=[{"column": "Q4", "why": "other"}]))
    assert "joint models | no: they need 150 respondents, and there are 60" in said
    assert "support and outcomes | no: no item measures outcomes" in said


def test_columns_left_out_are_named_without_their_cells(checked):
    table = [[*row, SECRETS[0], SECRETS[3], f"R{number}"] for number, row in enumerate(rows())]
    report = checked(
        table,
        [*HEADER, "Email", "Comment", "Id"],
        respondent="Id",
        left_out=[{"column": "Email", "why": "contact"}, {"column": "Comment", "why": "free_text"}],
    )
    said = text(report)
    for column in ("Email | contact", "Comment | free text", "Id | to find answers sent twice"):
        assert f"Columns left out | {column}; never leaves data/raw" in said
    assert not any(secret in said for secret in (*SECRETS, "R17"))


def test_clusters_and_comparison(checked):
    table = [[*row, f"Team {number % 20}"] for number, row in enumerate(rows())]
    said = text(
        checked(
            table,
            [*HEADER, "Team"],
            cluster="Team",
            items=items(matches="regular-protected-supervision"),
            benchmark={"survey": "ofsted-2011", "group": "managers"},
        )
    )
    assert "Clusters | 20 in column Team | 10 people in the middle one" in said
    assert "Comparison | ofsted-2011 | 1 of 4 items match" in said


def test_every_problem_is_named_at_once(refused):
    table = [[*row, SECRETS[0], "x", f"level {number}"] for number, row in enumerate(rows())]
    table[4][0], table[7][2] = "Stongly agree", SECRETS[3]
    message = refused(
        table,
        [*HEADER, "Email", "Spare", "Level"],
        name="another",
        groups=[
            {"id": "role", "column": "Roll", "label": "Role"},
            {"id": "email", "column": "Email", "label": "Email"},
            {"id": "level", "column": "Level", "label": "Level"},
        ],
        items=items(matches="supervision-is-regular"),
        benchmark={"survey": "ofsted-2011", "group": "workers"},
        left_out=[{"column": "Ghost", "why": "other"}],
    )
    for part in (
        "The survey another has 11 problems",
        "name: 'another' is not the name of the folder, 'made-up'",
        "benchmark, group: 'workers' is no group of ofsted-2011; use one of social_workers, managers",
        "items, regular, matches: 'supervision-is-regular' is no item of ofsted-2011",
        "column 'Roll' is not in export.csv; perhaps 'Role'",
        "column 'Ghost' is not in export.csv",
        "column 5 (Role) is neither used nor left out",
        "column 7 (Spare) is neither used nor left out",
        "column 6 (Email) is a group, but looks like personal data",
        "column 8 (Level): 200 levels for 200 rows",
        "line 6, column 1 (Q1): found 'Stongly agree', which looks like 'Strongly agree'",
        "line 9, column 3 (Q3): found a text of 19 characters",
    ):
        assert part in message, part
    assert not any(secret in message for secret in SECRETS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"missing": [{"reason": "not_applicable", "answers": ["N/A", "disagree"]}]},
            "the answer 'disagree' stands at disagree and at not_app",
        ),
        (
            {"benchmark": {"survey": "ofsted-2010", "group": "managers"}},
            "benchmark, survey: there is no survey 'ofsted-2010'",
        ),
        ({"items": items(matches="equal-opportunities")}, "1 items match, but benchmark does not say which survey"),
        ({"items": items(column="Qu1")}, "column 'Qu1' is not in export.csv; perhaps 'Q1'"),
        ({"weight": "Role", "groups": []}, "column 5 (Role): found no usable weight"),
        ({"respondent": "Role", "groups": []}, "198 respondents a second time"),
    ],
)
def test_one_problem(refused, changes, said):
    assert said in refused(**changes)


def test_an_item_that_nobody_answered_or_that_is_personal(refused):
    table = [["", *row[1:3], SECRETS[0], row[4]] for row in rows()]
    message = refused(table)
    assert "column 1 (Q1): nobody gave an answer of the scale agreement" in message
    assert "column 4 (Q4) is the item better-outcomes, but looks like personal data" in message
    assert SECRETS[0] not in message


def test_a_codebook_that_is_wrong_in_itself_is_told_first(surveys):
    write_survey(surveys / "made-up", rows())
    path = surveys / "made-up" / "survey.yaml"
    path.write_text(path.read_text().replace("kind: responses", "kind: answers"), encoding="utf-8")
    with pytest.raises(CodebookError, match="kind"):
        check_survey(surveys / "made-up")
    path.unlink()
    with pytest.raises(CodebookError, match="missing"):
        check_survey(surveys / "made-up")


def test_what_fits_and_still_asks_for_a_look(checked):
    report = checked(
        disclosure={"minimum_group": 3},
        groups=[{**CODEBOOK["groups"][0], "levels": {"Nurse": "Nurses"}}],
        scales=[*CODEBOOK["scales"], {**CODEBOOK["scales"][1], "id": "spare"}],
    )
    assert len(report.warnings) == 3
    for part, warning in zip(
        ("minimum_group: 3 people", "scales, spare", "nobody has 'Nurse'"), report.warnings, strict=True
    ):
        assert part in warning


@pytest.fixture
def table(surveys):
    """Write a ready table and its codebook and check them."""

    def check(lines, kind="counts", **changes):
        folder = surveys / "made-up"
        folder.mkdir()
        scale = {
            "id": "agreement",
            "categories": [
                {"id": "agree", "label": "Agree", "role": "agree"},
                {"id": "disagree", "label": "Disagree", "role": "disagree"},
            ],
        }
        content = {
            **{key: CODEBOOK[key] for key in ("name", "title", "file", "domains")},
            "kind": kind,
            "scales": [scale],
            "table": {"statement": "Statement", "base": "n"},
            "items": [
                {**CODEBOOK["items"][0], "column": "Time to think"},
                {**CODEBOOK["items"][3], "column": "It helps"},
            ],
            **changes,
        }
        (folder / "survey.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
        write_rows(folder / "export.csv", lines)
        return check_survey(folder)

    return check


HEAD = ["Statement", "Agree", "Disagree", "n"]


def test_a_ready_table(table):
    report = table([HEAD, ["Time to think", 30, 10, 40], ["It helps", 25, 10, 35], ["Another", 1, 2, 3]])
    said = text(report)
    assert "Table | people behind a row | 35 to 40" in said and "joint models | no: they need one row a person" in said
    assert report.warnings == ("1 rows of the table are no item and will not be reported.",)


@pytest.mark.parametrize(
    ("lines", "changes", "said"),
    [
        ([HEAD, ["Time to think", 30, 11, 40], ["It helps", 25, 10, 35]], {}, "do not add up to its base"),
        ([HEAD, ["Time to think", 75.3, 24.7, 40], ["It helps", 25, 75, 35]], {"kind": "percentages"}, "line 2"),
        ([HEAD, ["Time to think", 30, 10, 40], ["It hurts", 25, 10, 35]], {}, "no row for 'It helps'"),
        (
            [[*HEAD, "Mean"], ["Time to think", 30, 10, 40, 1], ["It helps", 25, 10, 35, 1]],
            {},
            "column 5 (Mean) is neither used",
        ),
        (
            [HEAD, ["Time to think", 30, 10, 40], ["It helps", 25, 10, 35]],
            {"table": {"statement": "Statements", "base": "n"}},
            "column 'Statements' is not in export.csv; perhaps 'Statement'",
        ),
    ],
)
def test_a_ready_table_that_does_not_fit(table, lines, changes, said):
    with pytest.raises(DataError) as error:
        table(lines, **changes)
    assert said in str(error.value)
