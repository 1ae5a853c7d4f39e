"""params.yaml and the hand-over: no value is part of a command, each keeps its kind, and names are checked before DVC starts."""

import json
import subprocess
import sys
from pathlib import Path

import papermill
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ParameterError
from pipeline.inputs.parameters import (
    KNOBS,
    check_names,
    check_surveys,
    hand_over,
    read_parameters,
    survey_of_stage,
    surveys_of,
)
from pipeline.workflow.running import reproduce, stage_names
from pipeline.workflow.verification import fresh_copy

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = (ROOT / "params.yaml").read_text(encoding="utf-8")
STAGES = {
    name: stage.get("do", stage)
    for name, stage in yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"].items()
}


@pytest.fixture
def project(tmp_path):
    (tmp_path / "params.yaml").write_text(WRITTEN, encoding="utf-8")
    return tmp_path


def change(project: Path, was: str, now: str) -> None:
    text = (project / "params.yaml").read_text(encoding="utf-8")
    assert was in text
    (project / "params.yaml").write_text(text.replace(was, now), encoding="utf-8")


@pytest.mark.parametrize("name", STAGES)
def test_no_command_holds_a_value(name):
    assert "${" not in STAGES[name]["cmd"]


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_parameter_of_a_notebook_is_handed_over_and_dvc_tracks_it(notebook):
    stage = next(stage for stage in STAGES.values() if f" notebook {notebook.stem}" in stage["cmd"])
    fixed = [word.partition("=")[0] for word in stage["cmd"].split() if "=" in word]
    assert sorted([*fixed, *KNOBS.get(notebook.stem, {})]) == sorted(papermill.inspect_notebook(str(notebook)))
    assert sorted(stage.get("params", [])) == sorted(key for key in KNOBS.get(notebook.stem, {}).values() if "." in key)


def test_numbers_stay_numbers_and_texts_stay_texts(project):
    handed = hand_over(project, "04-support-and-outcomes")
    assert handed == {
        "survey": "ofsted-2011",
        "latent_low": 0.1,
        "latent_high": 0.5,
        "team_size": 6,
        "team_icc": 0.1,
        "authority_size": 40,
        "authority_icc": 0.05,
    }
    assert {name: type(value) for name, value in handed.items()}["team_size"] is int
    assert hand_over(project, "07-authorities", ["collection=authorities"]) == {
        "collection": "authorities",
        "draws": 9999,
        "curve_draws": 999,
    }


@pytest.mark.parametrize(
    "text",
    [
        "940 / 941",
        "Kingston upon Hull",
        "001",
        "302",
        "no",
        "1e3",
        "2026-01-01",
        "0x1F",
        "King's Lynn",
        "$(touch x); touch y",
        "a: b",
        "# none",
        "Ynys Môn",
    ],
)
def test_a_text_is_taken_as_it_is_written(project, text):
    quoted = text if text.replace(" ", "").replace("/", "").isalnum() and text.isascii() else json.dumps(text)
    change(project, "E10000016", quoted)
    assert hand_over(project, "08-profile") == {"authority": text}
    assert hand_over(project, "08-profile", [f"authority={text}"]) == {"authority": text}


@pytest.mark.slow
@given(
    text=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1).filter(
        lambda text: text.strip() == text
    )
)
def test_any_text_is_handed_over_as_itself(text, tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    content = yaml.safe_load(WRITTEN) | {"authorities": {"draws": 1, "curve_draws": 1, "example": text}}
    (folder / "params.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert hand_over(folder, "08-profile") == {"authority": text}


def test_what_is_given_by_hand_is_of_its_own_kind_where_no_knob_says_otherwise(project):
    assert hand_over(project, "a-notebook-of-mine", ["n=3", "flag=false", "name=a b", "nothing="]) == {
        "n": 3,
        "flag": False,
        "name": "a b",
        "nothing": None,
    }


def test_the_survey_of_a_stage_is_the_end_of_its_name(project, monkeypatch):
    assert survey_of_stage() is None and hand_over(project, "09-staff-survey") == {}
    monkeypatch.setenv("DVC_STAGE", "../dvc.yaml:staff-survey@leeds-2026")
    assert hand_over(project, "09-staff-survey") == {"survey": "leeds-2026"}
    monkeypatch.setenv("DVC_STAGE", "staff-survey@../../x")
    with pytest.raises(ParameterError, match="a name is small letters"):
        hand_over(project, "09-staff-survey")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (
            "engine: auto",
            "engine: up; touch pwned",
            r"params.yaml, line 22, column 3, report.engine: .*'quarto'.*found 'up; touch pwned'",
        ),
        ("engine: auto", "engine: false", "line 22, column 3, report.engine.*found 'false'"),
        (
            "surveys: []",
            "  rounding: down\nsurveys: []",
            r"line 6, column 3, survey.rounding: the parameter has moved: .*survey.yaml of its folder, beside decimals",
        ),
        ("team_size: 6", "team_size: 0", "line 11, column 3, link.team_size: .*greater than or equal to 1, found '0'"),
        ("team_size: 6", "team_size: six", "link.team_size: .*valid integer"),
        (
            "team_size: 6",
            "team_sise: 6",
            r"A parameter cannot be used.\n  where: .*line 11, column 3, link.team_sise: there is no such parameter; did you mean team_size\?",
        ),
        ("latent_low: 0.1", "latent_low: .nan", "link.latent_low"),
        ("latent_low: 0.1", "latent_low: 1.5", "link.latent_low: .*less than or equal to 1"),
        ("draws: 9999", "draws: true", "authorities.draws: .*valid integer.*found 'true'"),
        ("example: E10000016", "example:", "authorities.example"),
        ("engine: auto", "engine: auto; reboot", "report.engine: .*'quarto'.*found 'auto; reboot'"),
        (
            "engine: auto",
            "engin: auto",
            r"line 22, column 3, report.engin: there is no such parameter; did you mean engine\?",
        ),
        ("engine: auto", "engine: quato", r"found 'quato'; did you mean quarto\?"),
        (
            "report:",
            "colour: blue\nreport:",
            "line 21, column 1, colour: there is no such parameter, only survey, surveys, link, authorities, report",
        ),
        ("draws: 9999", "draws: .nan", "line 17, column 3, authorities.draws: .*valid integer.*found '.nan'"),
        ("  engine: auto", "  {}", "report.engine: the parameter is missing"),
        ("report:\n  engine: auto", "report: auto", "report: a section with the keys engine, found 'auto'"),
        ("surveys: []", "surveys: leeds", r"surveys: a list, such as \[leeds-2026\], found 'leeds'"),
        ("survey:", "survey: [", "not valid YAML"),
        ("  engine: auto", "\tengine: auto", "line 22, column 1\n  found:    a tab\n  fix:      Write blanks"),
        ("  latent_high: 0.5", "  latent_high 0.5", "line 10, column 3\n  found:    a key without a colon\n"),
        ("engine: auto", "engine: au\x00to", "not valid YAML"),
        ("  latent_high", "  latent_low: 0.2\n  latent_high", "line 10, column 3.*|stands twice"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_line(project, was, now, said):
    change(project, was, now)
    with pytest.raises(ParameterError, match=said):
        read_parameters(project)


@pytest.mark.parametrize(
    ("was", "now", "stages", "said"),
    [
        (
            "name: ofsted-2011",
            "name: ofsted-2012",
            [],
            r"line 4, column 3, survey.name: there is no survey ofsted-2012 .*did you mean ofsted-2011\?",
        ),
        (
            "surveys: []",
            "surveys: [leeds-2026, yrok-2026]",
            [],
            r"line 6, column 23, surveys: there is no survey yrok-2026 .*; did you mean york-2026\?",
        ),
        (
            "surveys: []",
            "surveys: [bath]",
            ["render", "survey-report@bath"],
            "there is no survey bath on this machine\n",
        ),
    ],
)
def test_a_survey_without_a_folder_is_told_before_anything_runs(project, was, now, stages, said):
    for name in ("ofsted-2011", "leeds-2026", "york-2026"):
        (project / "data/raw/surveys" / name).mkdir(parents=True)
        (project / "data/raw/surveys" / name / "survey.yaml").touch()
    check_surveys(project, read_parameters(project))
    change(project, was, now)
    with pytest.raises(ParameterError, match=said):
        check_surveys(project, read_parameters(project), stages)
    if stages:  # of another stage it is no matter
        check_surveys(project, read_parameters(project), ["render"])


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("[on]", "truth value"),
        ("[no]", "truth value"),
        ("[y]", "truth value"),
        ("[null]", "truth value or for nothing"),
        ("[1e3]", "a number or a date"),
        ("[2026-01-01]", "a number or a date"),
        ("[12]", "a number"),
        ("[../../x]", "small letters"),
        ("['a b']", "small letters"),
        ("[Leeds]", "small letters"),
        ("['a;touch pwned']", "small letters"),
        ("['$(touch pwned)']", "small letters"),
        ("[con]", "Windows"),
        ("[ofsted-2011]", "published one"),
        ("[leeds, york, leeds]", "leeds stands twice"),
        ("\n  - leeds\n  - a/b", "line 8, column 5, surveys: a name is small letters.*'a/b'"),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_dvc_starts(project, listed, reason):
    change(project, "surveys: []", f"surveys: {listed}")
    (project / "dvc.yaml").write_text(
        "stages:\n  a:\n    foreach: ${surveys}\n    do: {cmd: touch '${item}', outs: ['${item}']}\n"
    )
    with pytest.raises(ParameterError, match=f"params.yaml.*{reason}"):
        reproduce(project)
    assert sorted(path.name for path in project.iterdir()) == ["dvc.yaml", "params.yaml"]


def test_the_name_of_the_study_s_survey_is_checked_too(project):
    change(project, "name: ofsted-2011", "name: ../raw")
    with pytest.raises(ParameterError, match="line 4, column 3, survey.name: a name is small letters.*found '../raw'"):
        check_names(project)


@pytest.mark.parametrize("empty", ["", " null", " ~", " []", "   # none yet"])
def test_an_empty_list_of_surveys_is_no_survey(project, empty):
    change(project, "surveys: []", f"surveys:{empty}")
    assert surveys_of(project) == [] and read_parameters(project).surveys == ()
    (project / "dvc.yaml").write_text(
        "stages:\n  a:\n    cmd: echo\n  b:\n    foreach: ${surveys}\n    do: {cmd: echo}\n"
    )
    assert stage_names(project) == ["a"]


@pytest.mark.slow
def test_a_run_passes_an_empty_list_and_leaves_the_file_alone(project):
    change(project, "surveys: []", "surveys:")
    before = (project / "params.yaml").read_bytes()
    (project / ".dvc").mkdir()
    (project / "dvc.yaml").write_text(
        "stages:\n  a:\n    cmd: python -c 1\n  b:\n    foreach: ${surveys}\n    do: {cmd: echo}\n"
    )
    assert [stage.name for stage in reproduce(project)] == ["a"]
    assert (project / "params.yaml").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["-m", "pipeline", "run", "--stage", "clean-survey"], ["-m", "dvc", "repro", "clean-survey"]]
)
def test_a_second_command_in_a_value_is_never_run(command):
    with fresh_copy(ROOT) as copy:
        change(copy, "engine: auto", "engine: auto; touch pwned")
        if command[1] == "dvc":
            (copy / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
        done = subprocess.run(
            [sys.executable, *command],
            cwd=copy,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        )
        assert done.returncode and "report.engine" in done.stdout + done.stderr
        assert list(copy.rglob("pwned")) == []


# A user's own values, in params.local.yaml beside the shared file.


def own(project: Path, text: str) -> None:
    (project / "params.local.yaml").write_text(text, encoding="utf-8")


def test_own_values_count_over_the_shared_ones_key_by_key(project):
    own(project, "link:\n  team_size: 9\nreport: {engine: embedded}\nsurvey:\n")
    read = read_parameters(project)
    assert (read.link.team_size, read.link.team_icc, read.report.engine, read.survey.name) == (
        9,
        0.1,
        "embedded",
        "ofsted-2011",
    )
    assert hand_over(project, "04-support-and-outcomes")["team_size"] == 9
    own(project, "# nothing yet\n")
    assert read_parameters(project).link.team_size == 6


def test_surveys_of_both_files_count_each_once(project):
    change(project, "surveys: []", "surveys: [leeds, york]")
    own(project, "surveys:\n  - york\n  - derby\n")
    assert surveys_of(project) == ["leeds", "york", "derby"] and read_parameters(project).surveys == (
        "leeds",
        "york",
        "derby",
    )
    own(project, "surveys:\n")
    assert surveys_of(project) == ["leeds", "york"]


@pytest.mark.parametrize(
    ("shared", "text", "said"),
    [
        ("[]", "link:\n  team_size: six\n", "params.local.yaml, line 2, column 3, link.team_size: .*valid integer"),
        (
            "[]",
            "link:\n  team_sise: 6\n",
            r"params.local.yaml, line 2, column 3, link.team_sise: there is no such parameter; did you mean team_size\?",
        ),
        ("[]", "colour: blue\n", "params.local.yaml, line 1, column 1, colour: there is no such parameter"),
        (
            "[]",
            "surveys: leeds\n",
            r"params.local.yaml, line 1, column 1, surveys: a list, such as \[leeds-2026\], found 'leeds'",
        ),
        (
            "[a]",
            "surveys: [b, a, Derby]\n",
            "params.local.yaml, line 1, column 17, surveys: a name is small letters.*found 'Derby'",
        ),
        ("[A]", "surveys: [b]\n", "params.yaml, line 6, column 11, surveys: a name is small letters.*found 'A'"),
        ("[]", "surveys: [b, b]\n", "b stands twice"),
        ("[]", "link:\n\tteam_size: 6\n", "params.local.yaml, line 2, column 1\n  found:    a tab"),
        ("[]", "- a\n", "(?s)The file holds no parameters.*params.local.yaml.*without it the shared values count"),
    ],
)
def test_what_cannot_be_is_told_with_the_file_that_it_stands_in(project, shared, text, said):
    change(project, "surveys: []", f"surveys: {shared}")
    own(project, text)
    with pytest.raises(ParameterError, match=said):
        read_parameters(project)


DVC_TELLS = (
    "import os, sys\nfrom pathlib import Path\nsys.path.insert(0, sys.argv[1])\n"
    "from pipeline.inputs.parameters import read_parameters\n"
    "Path(sys.argv[2]).write_text(f'{read_parameters(Path.cwd()).link.team_size}')\n"
)


@pytest.mark.slow
def test_a_run_tracks_own_values_and_surveys_and_dvc_by_itself_the_shared_ones(project):
    """What a stage is given is what DVC has noted, whichever way it was called."""
    (project / ".dvc").mkdir()
    (project / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    (project / "tell.py").write_text(DVC_TELLS)
    (project / "dvc.yaml").write_text(
        yaml.safe_dump(
            {
                "stages": {
                    "size": {
                        "cmd": f"python tell.py '{ROOT}' size.txt",
                        "params": ["link.team_size"],
                        "outs": ["size.txt"],
                    },
                    "own": {
                        "foreach": "${surveys}",
                        "do": {"cmd": f"python tell.py '{ROOT}' ${{item}}.txt", "outs": ["${item}.txt"]},
                    },
                }
            },
            sort_keys=False,
        )
    )

    def noted() -> object:
        return yaml.safe_load((project / "dvc.lock").read_text())["stages"]["size"]["params"]["params.yaml"][
            "link.team_size"
        ]

    assert [stage.name for stage in reproduce(project)] == ["size"] and (
        (project / "size.txt").read_text(),
        noted(),
    ) == ("6", 6)
    own(project, "surveys: [leeds]\nlink: {team_size: 9}\n")
    assert [(stage.name, stage.ran) for stage in reproduce(project)] == [("size", True), ("own@leeds", True)]
    assert ((project / "size.txt").read_text(), noted(), (project / "leeds.txt").read_text()) == ("9", 9, "9")
    assert [stage.ran for stage in reproduce(project)] == [False, False]
    (project / "size.txt").unlink()
    (project / "dvc.lock").unlink()
    plain = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "--no-run-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
    )
    assert plain.returncode == 0, plain.stderr
    assert ((project / "size.txt").read_text(), noted()) == ("6", 6) and "leeds" not in plain.stdout
    assert (project / "params.yaml").read_text(encoding="utf-8") == WRITTEN
