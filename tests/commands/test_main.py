"""The command line as a user meets it: help with examples, one clear message for a mistake, exit code 2."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.commands.main import app
from pipeline.commands.provenance import provenance_app

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    command.name or command.callback.__name__.replace("_", "-")
    for command in [*app.registered_commands, *provenance_app.registered_commands]
]


def golden_thread(*words, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text_with_an_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0 and "Examples" in result.output and f"golden-thread {command}" in result.output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["notebook", "09-nothing"], "There is no notebook '09-nothing'."),
        (["notebook", "09-staff-survey"], "missing: survey"),
        (["notebook", "07-authorities", "-p", "draws=many"], "--parameter draws, authorities.draws"),
        (["notebook", "01-clean-survey", "-p", "rounding=down"], "unknown: rounding"),
        (["notebook", "01-clean-survey", "-p", "survey"], "A parameter is given once, as NAME=VALUE."),
        (["notebook", "01-clean-survey", "-p", "survey=a", "-p", "survey=b"], "A parameter is given once"),
        (["notebook", "01-clean-survey", "-p", "survey=a", "-p", "surwey=c"], "unknown: surwey"),
        (["run", "--stage", "polish"], "There is no such stage."),
        (["run", "--stage", "chek-claims"], "chek-claims; did you mean check-claims?"),
        (["notebook", "03-suport"], "There is no notebook '03-suport'; did you mean 03-support?"),
        (["render", "studdy"], "There is no report studdy; did you mean study?"),
        (["authorities", "fetch", "--only", "workforse"], "workforse; did you mean workforce?"),
        (["rnu"], "No such command 'rnu'. Did you mean 'run'?"),
        (["survey", "chekc"], "Did you mean 'check'?"),
        (["render", "--engine", "word"], "Unknown engine"),
        (["render", "novel"], "novel"),
        (["sing"], "No such command 'sing'"),
    ],
)
def test_a_mistake_is_one_message_and_exit_code_2(words, message, monkeypatch):
    monkeypatch.delenv("GOLDEN_THREAD_ENGINE", raising=False)  # it overrules what is asked for here
    result = golden_thread(*words)
    assert result.returncode == 2
    assert message in result.stderr and "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.slow
def test_an_unknown_survey_is_told_from_inside_the_notebook():
    result = golden_thread("notebook", "01-clean-survey", "-p", "survey=ofsted-2012")
    assert result.returncode == 2
    assert (
        "The file is missing." in result.stderr and "ofsted-2012" in result.stderr and "Traceback" not in result.stderr
    )


@pytest.mark.slow
def test_doctor_names_the_tools_and_the_engine():
    result = golden_thread("doctor")
    assert result.returncode == 0
    for tool in ("Python", "DVC", "pandoc", "typst", "Quarto"):
        assert tool in result.stdout


def test_the_version_is_the_project_s():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    result = golden_thread("--version")
    assert (result.stdout, result.stderr, result.returncode) == (f"golden-thread {declared}\n", "", 0)


def test_the_help_separates_what_people_call_from_what_stages_call():
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    panels: dict[str, list[str]] = {}
    for line in said.splitlines():
        if title := re.match(r"[╭+]─?-? (.+?) [─-]", line):
            panels[title[1]] = []
        elif found := re.match(r"[│|] ([a-z-]+)  ", line):
            panels[list(panels)[-1]].append(found[1])
    assert panels.keys() == {
        "Options",
        "Commands",
        "For those who change the study",
        "What the stages of the pipeline call",
    }
    assert sorted(panels["What the stages of the pipeline call"]) == [
        "crate",
        "documentation",
        "engine",
        "key-results",
        "notebook",
        "notebook-pages",
    ]
    assert sorted(panels["Commands"]) == ["authorities", "diff", "doctor", "open", "render", "run", "survey"]
    assert sorted(panels["For those who change the study"]) == ["bench", "verify"]


@pytest.fixture
def elsewhere(tmp_path):
    """A project of which only the folders are there."""
    root = tmp_path / "my project"
    (root / "pipeline").mkdir(parents=True)
    (root / "dvc.yaml").write_text("stages: {}\n")
    return root


def open_site(root, *words, **settings):
    plain = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "open", *words],
        cwd=root,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=plain | settings,
    )


def make_site(root):
    for name in ("index", "study", "survey/leeds-2026/survey"):
        (root / "reports/site" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / f"reports/site/{name}.html").touch()


def test_without_a_site_open_says_how_to_make_it(elsewhere):
    result = open_site(elsewhere)
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr == (
        "There is no site yet.\n  where:    reports/site\n  fix:      Make it: make report, or golden-thread run.\n"
    )


@pytest.mark.parametrize(
    "settings", [{}, {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22", "DISPLAY": ":10"}, {"DISPLAY": ":0", "PATH": ""}]
)
def test_without_a_browser_or_over_ssh_open_tells_the_address(elsewhere, settings):
    if "PATH" in settings and any(shutil.which(name) for name in ("open",)):
        pytest.skip("this system opens addresses without PATH")
    make_site(elsewhere)
    result = open_site(elsewhere, **settings)
    address = (elsewhere / "reports/site/index.html").as_uri()
    assert (result.stdout, result.stderr, result.returncode) == (f"Open this in a browser: {address}\n", "", 0)


@pytest.mark.skipif(os.name != "posix", reason="a browser that is a script")
def test_open_gives_the_page_to_the_browser(elsewhere, tmp_path):
    make_site(elsewhere)
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho \"$1\" > '{tmp_path}/asked'\n")
    browser.chmod(0o755)
    for words, page in (
        ((), "index"),
        (("study",), "study"),
        (("survey/leeds-2026/survey",), "survey/leeds-2026/survey"),
    ):
        result = open_site(elsewhere, *words, BROWSER=str(browser))
        file = elsewhere / f"reports/site/{page}.html"
        assert (result.stdout, result.returncode) == (f"Opened in the browser: {file}\n", 0)
        assert (tmp_path / "asked").read_text().strip() == file.as_uri()
    assert "studdy; did you mean study?" in open_site(elsewhere, "studdy").stderr
