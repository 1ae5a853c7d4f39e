"""The command line as a user meets it: help with examples, one clear message for a mistake, exit code 2."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipeline.commands.main import app
from pipeline.commands.provenance import provenance_app

COMMANDS = [command.name or command.callback.__name__
            for command in [*app.registered_commands, *provenance_app.registered_commands]]


def golden_thread(*words, cwd=None):
    return subprocess.run([sys.executable, "-m", "pipeline", *words], cwd=cwd, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_text_with_an_example(command):
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0 and "Examples" in result.output and f"golden-thread {command}" in result.output


@pytest.mark.slow
@pytest.mark.parametrize(("words", "message"), [
    (["notebook", "09-nothing"], "There is no notebook '09-nothing'."),
    (["notebook", "09-staff-survey"], "missing: survey"),
    (["notebook", "07-authorities", "-p", "draws=many"], "--parameter draws, authorities.draws"),
    (["notebook", "01-clean-survey", "-p", "rounding=down"], "unknown: rounding"),
    (["notebook", "01-clean-survey", "-p", "survey"], "A parameter is given once, as NAME=VALUE."),
    (["notebook", "01-clean-survey", "-p", "survey=a", "-p", "survey=b"], "A parameter is given once"),
    (["notebook", "01-clean-survey", "-p", "survey=a", "-p", "surwey=c"], "unknown: surwey"),
    (["run", "--stage", "polish"], "There is no such stage."),
    (["render", "--engine", "word"], "Unknown engine"),
    (["render", "novel"], "novel"),
    (["sing"], "No such command 'sing'"),
])
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
    assert "The file is missing." in result.stderr and "ofsted-2012" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.slow
def test_doctor_names_the_tools_and_the_engine():
    result = golden_thread("doctor")
    assert result.returncode == 0
    for tool in ("Python", "DVC", "pandoc", "typst", "Quarto"):
        assert tool in result.stdout
