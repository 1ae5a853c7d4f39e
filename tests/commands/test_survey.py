"""`golden-thread survey` as a user meets it: what is printed, what is written, and what never is."""

import subprocess
import sys

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from pipeline.commands.survey import survey_app
from pipeline.workflow.survey_list import HEADER
from tests.surveys.projects import (
    AGREEMENT,
    REAL,
    ROOT,
    SECRETS,
    answers,
    make_project,
    qualtrics,
    surveymonkey,
    write_columns,
)


def own_list(project):
    return yaml.safe_load((project / "params.local.yaml").read_text(encoding="utf-8"))["surveys"]


CALL = (
    "import sys; from pipeline.commands.survey import survey_app; from pipeline.errors import GoldenThreadError\n"
    "try: survey_app()\nexcept GoldenThreadError as mistake: print(mistake, file=sys.stderr); "
    "sys.exit(mistake.exit_code)"
)


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


@pytest.fixture
def survey(project, monkeypatch):
    """Call a command within the project: its output, and the error if it failed."""
    monkeypatch.chdir(project)
    # not by COLUMNS: rich reads the variable when the console is made, which is when the module is imported
    monkeypatch.setattr("pipeline.commands.survey.console", Console(width=80, highlight=False, soft_wrap=True))

    def call(*words):
        result = CliRunner().invoke(survey_app, list(map(str, words)))
        if result.exception and not isinstance(result.exception, SystemExit):
            return result.output, result.exception
        return result.output, None

    return call


@pytest.mark.parametrize("command", ["new", "check", "decide", "preview", "simulate"])
def test_every_command_has_a_help_text_with_an_example(command):
    result = CliRunner().invoke(survey_app, [command, "--help"])
    assert result.exit_code == 0 and "Examples" in result.output and f"golden-thread survey {command}" in result.output


@pytest.mark.parametrize("make", [qualtrics, surveymonkey])
def test_from_an_export_to_a_checked_codebook(survey, project, tmp_path, make):
    path = make(tmp_path / "our export.csv")
    before = (project / "params.yaml").read_bytes()
    said, error = survey("new", "leeds-2026", path)
    assert error is None
    for part in (
        "item, low confidence",
        "group, high confidence",
        "left out: contact, high confidence",
        "a column that the survey platform adds",
        "golden-thread survey check leeds-2026",
        "please check",
    ):
        assert part in said
    assert (project / "params.yaml").read_bytes() == before
    assert (project / "params.local.yaml").read_text(encoding="utf-8") == HEADER + "surveys: [leeds-2026]\n"
    checked, error = survey("check", "leeds-2026")
    assert error is None and "codebook and file fit together" in checked and "counted" in checked
    assert "joint models" in checked and "never leaves data/raw" in checked
    assert not any(secret in said + checked for secret in (*SECRETS, "R_0001", "10000001", "ref3"))


@pytest.mark.parametrize("command", ["check", "remove"])
def test_the_nearest_name_is_told_where_one_is_mistyped(survey, project, tmp_path, command):
    survey("new", "leeds-2026", qualtrics(tmp_path / "a.csv"))
    assert "found:    'leads-2026'; did you mean leeds-2026?" in str(survey(command, "leads-2026")[1])
    assert "found:    'derby'\n" in str(survey(command, "derby")[1])


@pytest.mark.slow
def test_the_guesses_can_be_read_in_80_columns(survey, tmp_path):
    stem = "How far do you agree with each of the statements about work? - "
    grid = {f"{stem}I like thing {number}": answers(AGREEMENT, 60, number) for number in range(100)}
    ticks = {f"Which do you use? Tick all. - {name}": answers([name, ""], 60) for name in "ABCDEFGH"}
    said, error = survey("new", "leeds-2026", write_columns(tmp_path / "a.csv", grid | ticks))
    assert error is None and max(map(len, said.split("\n"))) <= 80
    lines = [line.strip() for line in said.split("\n")]
    assert "item, low confidence (100)" in lines and "left out: multi select, high confidence (8)" in lines
    assert all(
        sum(f"thing {number} " in f"{line} " for line in lines) == 1 for number in range(100)
    )  # the end of a long name is kept: it is what tells the columns apart
    assert "… and 4 more" in lines and len(lines) < 130


def test_the_help_of_simulate_says_which_correlations_there_are():
    said = " ".join(CliRunner().invoke(survey_app, ["simulate", "--help"]).output.replace("│", " ").split())
    assert "between any two statements, 0 or more and below 1." in said


def test_a_second_survey_is_added_behind_the_first_and_none_twice(survey, project, tmp_path):
    path = qualtrics(tmp_path / "a.csv")
    assert survey("new", "one", path)[1] is None and survey("new", "two", path)[1] is None
    assert own_list(project) == ["one", "two"]
    files = {each: each.read_bytes() for each in project.rglob("*") if each.is_file()}
    _, error = survey("new", "one", path)
    assert "There is a survey of this name already." in str(error) and "fix:" in str(error)
    assert {each: each.read_bytes() for each in project.rglob("*") if each.is_file()} == files


def test_a_sheet_of_a_workbook_is_remembered(survey, project, tmp_path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("Notes").write_row(0, 0, ["Read me", "please"])
        sheet = book.add_worksheet("Responses")
        for number, row in enumerate(
            [["I am well supported", "Role"], *[["Agree", "Worker"], ["Disagree", "Manager"]] * 20]
        ):
            sheet.write_row(number, 0, row)
    assert survey("new", "one", tmp_path / "a.xlsx", "--sheet", "Responses")[1] is None
    content = yaml.safe_load((project / "data/raw/surveys/one/survey.yaml").read_text(encoding="utf-8"))
    assert content["file"] == {"name": "a.xlsx", "sheet": "Responses"}
    assert survey("check", "one")[1] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "Leeds 2026", "a.csv"], "The name of a survey cannot be used."),
        (["new", "leeds-2026", "missing.csv"], "The export is missing."),
        (["check", "leeds-2026"], "There is no such survey."),
        (["check", "ofsted-2011"], "There is no such survey."),
        (["check", "../../raw"], "There is no such survey."),
        (["simulate", "ofsted-2011"], "already"),
        (["simulate", "No Name"], "cannot be used"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(survey, project, words, said):
    before = {each: each.read_bytes() for each in project.rglob("*") if each.is_file()}
    output, error = survey(*words)
    assert said in str(error) and output == ""
    assert {each: each.read_bytes() for each in project.rglob("*") if each.is_file()} == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("params.local.yaml", "surveys: leeds\n"),
        ("params.local.yaml", "surveys: [\n"),
        ("params.yaml", "survey\n\tname: a\n"),
    ],
)
def test_parameters_that_cannot_be_read_stop_every_command_that_adds(survey, project, tmp_path, file, text):
    (project / file).write_text(text, encoding="utf-8")
    before = sorted(project.rglob("*"))
    for words in (["new", "one", qualtrics(tmp_path / "a.csv")], ["simulate", "one"]):
        assert f"where:    {file}" in str(survey(*words)[1])
    assert sorted(project.rglob("*")) == before


@pytest.mark.slow
def test_a_simulated_survey_passes_its_check(survey, project):
    said, error = survey("simulate", "example-2026", "--respondents", "200", "--clusters", "20", "--seed", "3")
    assert error is None and "Made up 200 respondents" in said
    assert own_list(project) == ["example-2026"]
    said, error = survey("check", "example-2026")
    assert error is None and "200 people" in said


def test_a_simulated_survey_is_taken_back_where_params_cannot_be_written(survey, project, monkeypatch):
    def fail(*_):
        raise OSError("the disk is full")

    monkeypatch.setattr("pipeline.workflow.survey_list.write_list", fail)
    before = sorted(project.rglob("*"))
    assert isinstance(survey("simulate", "example-2026", "--respondents", "200")[1], OSError)
    assert sorted(project.rglob("*")) == before


@pytest.mark.slow
def test_from_a_shell_a_mistake_is_one_message_and_exit_code_2(project, tmp_path):
    result = subprocess.run(
        [sys.executable, "-c", CALL, "new", "Leeds", "a.csv"],
        cwd=project,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 2 and result.stdout == ""
    assert "cannot be used" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not at hand")
@pytest.mark.parametrize("path", ["rse-2016-uk/rse_2016_uk_public_data.csv", "star-wars/StarWars.csv"])
def test_real_exports_pass_from_new_to_check(survey, path):
    assert survey("new", "real", REAL / path)[1] is None
    said, error = survey("check", "real")
    assert error is None and "codebook and file fit together" in said
