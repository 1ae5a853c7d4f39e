"""What each tool writes, drafted and counted: the right values are those of pandas, from the codes that were written."""

import datetime
import re

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.inputs.exports.reading import read_export
from pipeline.surveys.deciding.editing import decide
from pipeline.surveys.staff.checking import check_survey
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.routes import missing_code
from pipeline.workflow.survey_adding import new_survey
from tests.inputs.exports.spreadsheet_files import write_xlsx
from tests.inputs.exports.statistical_files import SUPPORTED, answers, write_dta, write_sav
from tests.surveys.corpus.tools import PEOPLE, ROLES, TOOLS, WORDINGS
from tests.surveys.projects import AGREEMENT, REAL, make_project, write_columns, write_rows


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def drafted(project):
    """Take in a file, and give its codebook, the guesses by column and what was read; it must pass its check."""

    def draft(path, name="made-up"):
        made = new_survey(project, name, path)
        folder = project / "data/raw/surveys" / name
        check_survey(folder)
        survey = read_staff_survey(folder / "survey.yaml")
        return survey, {guess.column: guess for guess in made.guesses}, read_responses(folder, survey)

    return draft


def uses(guesses) -> dict[str, str]:
    """What each column is."""
    return {column: guess.use for column, guess in guesses.items()}


@pytest.mark.parametrize("write", [write_sav, write_dta], ids=["SPSS", "Stata"])
def test_statistical_packages(drafted, tmp_path, write):
    survey, _guesses, responses = drafted(write(tmp_path / ("a.sav" if write is write_sav else "a.dta")))
    table = answers()
    item = survey.items[0]
    assert (item.column, item.wording) == ("sup1", SUPPORTED.strip() if write is write_sav else SUPPORTED[:80].strip())
    codes, scale = responses.item(item.id), survey.scale(item.id)
    counted = {category.id: int((codes == number).sum()) for number, category in enumerate(scale.categories)}
    assert counted == {
        "strongly_agree": (table.sup1 == 5).sum(),
        "agree": (table.sup1 == 4).sum(),
        "neither": (table.sup1 == 3).sum(),
        "disagree": (table.sup1 == 2).sum(),
        "strongly_disagree": (table.sup1 == 1).sum(),
        "dont_know": (table.sup1 == 8).sum(),
    }
    assert (codes == missing_code("prefer_not_to_say")).sum() == (table.sup1 == 9).sum()
    assert (codes == missing_code("no_answer")).sum() == table.sup1.isin([10, 99]).sum() + table.sup1.isna().sum()
    role = responses.groups["role"] if "role" in responses.groups else next(iter(responses.groups.values()))
    assert role.sizes() == {
        "Social worker": (table.role == 1).sum(),
        "Team manager": (table.role == 2).sum(),
        "Not stated": (table.role == 98).sum(),
    }


def test_a_point_that_nobody_chose_is_on_the_scale_as_the_file_has_it(drafted, tmp_path):
    import pyreadstat

    points = {1: "Never", 2: "Rarely", 3: "Sometimes", 4: "Often", 5: "Always"}
    table = pd.DataFrame({"id": range(40), "q": np.tile([2.0, 3, 4, 5], 10), "p": np.tile([2.0, 3, 3, 5], 10)})
    pyreadstat.write_sav(
        table,
        tmp_path / "a.sav",
        variable_value_labels=dict.fromkeys("pq", points),
        column_labels={"q": "My manager listens to me", "p": "I can speak up at work"},
    )
    survey, _, _ = drafted(tmp_path / "a.sav")
    assert [category.label for category in survey.scale("q").categories] == list(points.values())[::-1]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_bands_that_became_dates_are_asked_about(project, tmp_path, kind):
    when = {"1-2": datetime.date(2026, 1, 2), "3-5": datetime.date(2026, 3, 5), "11-20": datetime.date(2020, 11, 1)}
    shown = {"1-2": "02-Jan", "3-5": "05-Mar", "11-20": "Nov-20"}
    bands = ["Under 1 year", "1-2", "3-5", "6 to 10", "11-20", "3-5"] * 10
    agreed = (AGREEMENT * 12)[:60]
    if kind == "xlsx":
        rows = [
            ["Length of service", "I am well supported"],
            *([when.get(band, band), each] for band, each in zip(bands, agreed, strict=True)),
        ]
        path = write_xlsx(tmp_path / "a.xlsx", {"Sheet": rows})
        names, first = [day.isoformat() for day in when.values()], "rows 3, 4, 6 and 37 more"
    else:
        path = write_columns(
            tmp_path / "a.csv",
            {"Length of service": [shown.get(band, band) for band in bands], "I am well supported": agreed},
        )
        names, first = list(shown.values()), "lines 3, 4, 6 and 37 more"
    made = new_survey(project, "made-up", path)
    assert next((guess.use, guess.confidence) for guess in made.guesses) == ("group", "low")
    folder = project / "data/raw/surveys/made-up"
    (question,) = check_survey(folder).questions
    assert f"column 1 (Length of service), {first}" in question.question
    assert f'"{names[0]}" was probably "1-2"' in question.question
    survey = decide(folder / "survey.yaml", {question.id: "bands"})
    sizes = next(iter(read_responses(folder, survey).groups.values())).sizes()
    assert sizes == pd.Series(bands).value_counts().to_dict() and not check_survey(folder).questions
    text = (folder / "survey.yaml").read_text(encoding="utf-8")
    (folder / "survey.yaml").write_text(
        re.sub(r", levels: \{.*?\}", "", text), encoding="utf-8"
    )  # as somebody else may write it
    levels = ", ".join(f'"{name}": "{band}"' for name, band in zip(names, when, strict=True))
    with pytest.raises(DataError) as error:
        check_survey(folder)
    assert f"column 1 (Length of service), {first}" in str(error.value) and f"levels: {{{levels}}}" in str(error.value)


def test_dates_that_were_no_bands_are_left_out(project, tmp_path):
    new_survey(
        project,
        "made-up",
        write_columns(
            tmp_path / "a.csv", {"Length of service": ["02-Jan", "Over 5"] * 30, "I am well supported": AGREEMENT * 12}
        ),
    )
    folder = project / "data/raw/surveys/made-up"
    (question,) = check_survey(folder).questions
    survey = decide(folder / "survey.yaml", {question.id: "left-out"})
    assert not survey.groups and [(part.column, part.why) for part in survey.left_out] == [
        ("Length of service", "date")
    ]
    assert not check_survey(folder).questions


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool().name)
def test_tools(drafted, tmp_path, tool):
    made = tool()
    survey, guesses, responses = drafted(made.write(tmp_path))
    assert tuple(uses(guesses).values()) == made.uses
    assert tuple(item.wording for item in survey.items)[:3] == (
        WORDINGS if made.name != "limesurvey-codes.csv" else tuple(made.rows[0][place] for place in made.statements)
    )
    assert responses.in_file == PEOPLE
    table = pd.DataFrame(made.rows[-PEOPLE:])
    for item, place in zip(survey.items, made.statements, strict=True):
        codes, scale = responses.item(item.id), survey.scale(item.id)
        counted = {category.label: int((codes == number).sum()) for number, category in enumerate(scale.categories)}
        assert (
            counted == table[place][lambda column: column.isin(AGREEMENT)].value_counts().reindex(AGREEMENT).to_dict()
        )
    reason = "not_asked" if made.name == "limesurvey.csv" else "no_answer"
    assert (responses.codes == missing_code(reason)).sum() == 6 and responses.completed()[1] == 0
    sizes = next((groups.sizes() for groups in responses.groups.values() if set(groups.labels) == set(ROLES)), None)
    assert sizes in (None, table[made.uses.index("group")].value_counts().to_dict() if "group" in made.uses else None)


def test_numbers_of_companies_are_a_cluster_and_no_group(drafted, tmp_path):
    numbers = [100 + row % 49 for row in range(196)]
    _, guesses, responses = drafted(
        write_columns(
            tmp_path / "a.csv",
            {"Company number": numbers, "Employee number": range(196), "I am well supported": (AGREEMENT * 40)[:196]},
        )
    )
    assert uses(guesses) == {
        "Company number": "cluster",
        "Employee number": "identifier",
        "I am well supported": "item",
    }
    assert not responses.groups and len(np.unique(responses.clusters)) == 49


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("Social media post", "other"),
        ("confidencePost", "other"),
        ("Post", "group"),
        ("What is your current post?", "group"),
        ("Post title", "group"),
    ],
)
def test_a_name_that_ends_in_post_is_no_job(drafted, tmp_path, name, use):
    _, guesses, _ = drafted(
        write_columns(
            tmp_path / "a.csv",
            {"id": range(60), name: ["Blue", "Green", "Red"] * 20, "I am well supported": AGREEMENT * 12},
        )
    )
    assert guesses[name].use == use


def test_routes(drafted, tmp_path):
    """The workers' statements, the managers', and one that both were asked in two columns: nobody stopped half-way."""
    role = ["Worker"] * 40 + ["Manager"] * 20
    early, late = (AGREEMENT * 8)[:40] + [""] * 20, [""] * 40 + AGREEMENT * 4
    path = write_columns(
        tmp_path / "a.csv",
        {
            "id": range(60),
            "Role": role,
            "I am well supported": early,
            "My caseload is manageable": early,
            "I am well supported2": late,
            "I have time to supervise": late,
            "My own manager listens to me": late,
        },
    )
    survey, _, responses = drafted(path)
    assert [(item.wording, item.also, item.asked_if and item.asked_if.answers) for item in survey.items] == [
        ("I am well supported", ("I am well supported2",), None),
        ("My caseload is manageable", (), ("Worker",)),
        ("I have time to supervise", (), ("Manager",)),
        ("My own manager listens to me", (), ("Manager",)),
    ]
    counts = {
        reason: [int((responses.item(item.id) == missing_code(reason)).sum()) for item in survey.items]
        for reason in ("not_asked", "stopped", "no_answer")
    }
    assert counts == {"not_asked": [0, 20, 40, 40], "stopped": [0] * 4, "no_answer": [0] * 4}
    assert (responses.item("i-am-well-supported") == 0).sum() == (early + late).count("Strongly agree")
    assert responses.completed() == (60, 0)


def test_answers_on_two_routes_are_a_problem_and_no_guess(project, tmp_path):
    path = write_columns(
        tmp_path / "a.csv",
        {
            "id": range(60),
            "I am well supported": AGREEMENT * 6 + [""] * 30,
            "I am well supported2": [""] * 30 + AGREEMENT * 6,
        },
    )
    new_survey(project, "made-up", path)
    folder = project / "data/raw/surveys/made-up"
    text = (folder / "a.csv").read_text(encoding="utf-8")
    (folder / "a.csv").write_text(text.replace("0,Strongly agree,\n", "0,Strongly agree,Agree\n", 1), encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2, column 3 \(I am well supported2\): found an answer beside one"):
        check_survey(folder)


def test_a_route_that_nothing_explains_is_told(project, tmp_path):
    both, some = AGREEMENT * 12, AGREEMENT * 8 + [""] * 20
    new_survey(
        project,
        "made-up",
        write_columns(
            tmp_path / "a.csv",
            {
                "id": range(60),
                "I am well supported": both,
                "My caseload is manageable": some,
                "I have time to think": some,
            },
        ),
    )
    warnings = check_survey(project / "data/raw/surveys/made-up").warnings
    assert any(
        "my-caseload-is-manageable: 20 of 60 people have no answer from there on" in warning for warning in warnings
    )


@pytest.mark.parametrize("rows", [1, 2])
def test_a_thousand_columns_of_one_option_are_left_out_by_name(drafted, tmp_path, rows):
    options = [f"Option {number}" for number in range(1072)]
    ticked = [["x" if (row + number) % 7 == 0 else "" for number in range(1072)] for row in range(60)]
    headers = (
        [
            [
                "Respondent ID",
                "How far do you agree? - I am well supported",
                *(f"Which? - {option}" for option in options),
            ]
        ]
        if rows == 1
        else [["Respondent ID", "I am well supported", "Which?", *[""] * 1071], ["", "Response", *options]]
    )
    path = write_rows(
        tmp_path / "a.csv", [*headers, *([f"r{row}", AGREEMENT[row % 5], *ticked[row]] for row in range(60))]
    )
    survey, _guesses, _ = drafted(path)
    assert len(survey.items) == 1
    assert sum(part.why == "multi_select" for part in survey.left_out) == 1072


def test_the_header_that_is_stated_wins(tmp_path):
    rows = [
        ["Your team?", "Your role?"],
        ["As on your badge", "As in your contract"],
        ["North", "Worker"],
        ["South", "Manager"],
    ]
    path = write_rows(tmp_path / "a.csv", rows)
    assert read_export(path).rows == 3
    export = read_export(path, header="qualtrics")
    assert export.rows == 2 and export.column("Your team?").question == "As on your badge"
    assert read_export(path, header="surveymonkey").columns[0].name == "Your team? - As on your badge"
    repeated = write_rows(tmp_path / "b.csv", [rows[0], rows[0], *rows[2:]])
    assert read_export(repeated).rows == 2 and read_export(repeated, header="one").rows == 3


@pytest.mark.parametrize(
    "name",
    [
        "c04-google-commas.csv",
        "c10-redcap-raw.csv",
        "c11-kobo.csv",
        "c13-two-routes.csv",
        "c25b-real.dta",
        "c25d-real.sav",
        "c31-ms-forms.xlsx",
    ],
)
def test_cases(drafted, name):
    path = REAL.parent / "cases" / "surveys" / name
    if not path.is_file():
        pytest.skip(f"{name} is not at hand")
    survey, guesses, responses = drafted(path)
    found = {guess.use for guess in guesses.values()}
    if name.startswith("c04"):
        assert [guess.use for guess in guesses.values()][:3] == ["date", "multi_select", "multi_select"]
    if name.startswith("c10"):
        assert len(survey.items) == 5 and "progress" in found
    if name.startswith("c11"):
        assert not any("/" in item.wording for item in survey.items) and guesses["start"].use == "date"
    if name.startswith("c13"):
        assert len(survey.items) == 3 and responses.completed() == (100, 0)
    if name.startswith("c31"):
        assert survey.cluster in {group.column for group in survey.groups}
    assert len(survey.items) >= 3


@pytest.mark.parametrize(
    ("texts", "use"),
    [
        (["Training", "Supervision", "Training, Supervision", "Peers, Training", "Peers"], "multi_select"),
        (
            [
                "Pay, hours and trust",
                "Pay",
                "Cars",
                "More staff, less paper, Cars",
                "Trust, kindness, time, Pay",
                "Nothing, really",
            ],
            "free_text",
        ),
    ],
)
def test_commas_join_options_where_the_parts_stand_alone_as_well(drafted, tmp_path, texts, use):
    written = texts * 8 if use == "multi_select" else [*texts, *(f"{text} {row}" for row in range(7) for text in texts)]
    path = write_columns(
        tmp_path / "a.csv",
        {
            "id": range(len(written)),
            "What helps you?": written,
            "I am well supported": (AGREEMENT * 12)[: len(written)],
        },
    )
    assert drafted(path)[1]["What helps you?"].use == use
