"""Broken files and codebooks: one clear message, exit code 2, nothing written, nobody's text shown, little memory."""

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.surveys.broken_files import DOCUMENT, SECTIONS, document, said, table_row
from tests.surveys.broken_making import (
    NAME,
    SURVEYS,
    TABLE,
    checked,
    codebook,
    respondents,
    run,
    table_codebook,
    taken_in,
    text,
    workbook,
)
from tests.surveys.projects import ROOT, SECRETS, make_project

pytestmark = pytest.mark.slow

CASES = [case for cases in SECTIONS.values() for case in cases]
IN_A_SHELL = (
    "a line of 50 MB",
    "a quote that swallows 9 MB",
    "a workbook that unpacks to 200 MB",
    "merged cells",
    "a text where an answer should be",
)
MEMORY = 300_000_000  # bytes, of the whole process; what it imports takes 170 MB
# The peak of a process counts what its parent held when it was started, so a small one stands between.
MEASURE = """
import json, resource, subprocess, sys
run = subprocess.run([sys.executable, "-m", "pipeline", "survey", *sys.argv[1:]], capture_output=True, text=True)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([run.returncode, run.stdout, run.stderr, peak]))
"""
DAMAGE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")


def contents(folder: Path) -> dict[str, str]:
    """Every file and folder below a folder, files with a hash of their bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def assert_one_message(message: str, says=()) -> None:
    """A first line that says what is wrong, then indented lines; no traceback, and nobody's text."""
    first, *others = message.rstrip("\n").split("\n")
    assert first.endswith((".", ":")) or first.startswith("No column of this name"), first
    assert others and all(line.startswith("  ") for line in others), message
    assert "Traceback" not in message
    for secret in (*SECRETS, "Quillfeather", "wedding", "ann.other"):
        assert secret not in message, secret
    for part in says:
        assert part in message, (part, message)


@dataclass(frozen=True)
class Told:
    """What a case's command did: exit code, output, errors, whether any file changed, and its line in the page."""

    code: object
    output: str
    message: str
    changed: bool
    row: str


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Run a case, once."""

    @cache
    def of(case):
        project = make_project(tmp_path_factory.mktemp("case").resolve() / "project")
        words = case.make(project)
        before = contents(project.parent)
        code, output, message = run(project, words)
        changed = contents(project.parent) != before
        shutil.rmtree(project.parent)
        return Told(code, output, message, changed, table_row(case, project, words, message))

    return of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_one_message_and_nothing_is_written(told, case):
    found = told(case)
    assert (found.code, found.output, found.changed) == (2, "", False)
    assert_one_message(found.message, case.says)


def test_the_page_on_broken_files_is_what_the_commands_say(told):
    page = document(lambda case: told(case).row)
    assert DOCUMENT.read_text(encoding="utf-8") == page, "run: python -m tests.surveys.broken_files"


def test_there_are_enough_cases_and_each_has_its_name():
    names = [case.name for case in CASES]
    assert len(names) == len(set(names)) >= 45
    assert all(case.says for case in CASES)


@pytest.mark.parametrize(
    "make",
    [
        taken_in("export.csv", respondents()),
        taken_in("export.xlsx", workbook()),
        taken_in("table.csv", TABLE),
        checked(),
        checked(TABLE, table_codebook()),
    ],
    ids=["csv", "xlsx", "table", "check", "check of a table"],
)
def test_what_the_cases_break_is_sound(project, make):
    code, output, message = run(project, make(project))
    assert (code, message) == (0, "") and output
    assert not any(secret in output for secret in SECRETS)


@pytest.mark.parametrize(
    "make",
    [
        said("title:", "\0title:"),
        said("title:", "[name, title]:"),
        said("title:", "invited: 2026-13-01\ntitle:"),
        said("title:", f"invited: {'9' * 5000}\ntitle:"),
        checked(content="[" * 5000),
    ],
    ids=[
        "a character that YAML forbids",
        "a key that is a list",
        "a date that is none",
        "a number of 5,000 digits",
        "lists within lists",
    ],
)
def test_yaml_that_no_codebook_has(project, make):
    code, _, message = run(project, make(project))
    assert code == 2 and "not valid YAML" in message


def test_more_people_than_memory_holds(project):
    code, _, message = run(project, ["simulate", "example", "--respondents", "99999999999999"])
    assert code == 2 and "--respondents" in message


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["new", "leeds-2026"], "Missing argument"),
        (["simulate", "example", "--people", "4"], "No such option"),
        (["simulate", "example", "--respondents", "many"], "Invalid value for '--respondents'"),
        (["chek", NAME], "No such command"),
    ],
)
def test_a_command_that_cannot_be_read(project, words, said):
    before = contents(project)
    code, output, message = run(project, words)
    flat = " ".join(message.replace("│", " ").split())
    assert (code, output) == (2, "") and said in flat and "Traceback" not in flat
    assert contents(project) == before


def test_a_file_that_may_not_be_read(project):
    words = taken_in("export.csv", respondents())(project)
    before, sound = contents(project), Path.open

    def refuse(path, *arguments, **options):
        if path.name == "export.csv":
            raise PermissionError(13, "Permission denied", str(path))
        return sound(path, *arguments, **options)

    with patch.object(Path, "open", refuse):
        code, _, message = run(project, words)
    assert code == 2 and contents(project) == before
    assert_one_message(message, ["The file cannot be opened", "export.csv", "Permission denied"])


def test_a_file_name_that_no_system_takes(project):
    code, _, message = run(project, ["new", "leeds-2026", "x" * 300 + ".csv"])
    assert code == 2
    assert_one_message(message, ["The file cannot be opened", "File name too long"])


@pytest.mark.parametrize("name", IN_A_SHELL)
def test_in_a_shell_with_little_memory(project, name):
    pytest.importorskip("resource", reason="the memory of a process is measured on Unix")
    case = next(case for case in CASES if case.name == name)
    words = case.make(project)
    before = contents(project)
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *words],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
    )
    code, output, message, peak = json.loads(measured.stdout)
    assert (code, output) == (2, "")
    assert_one_message(message, case.says)
    assert peak < MEMORY
    assert contents(project) == before


@st.composite
def damaged(draw, sound: bytes) -> bytes:
    """A sound file after one to four accidents: bytes that flip, go missing, come in, or are there twice."""
    content = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(content) - 1, 0)))
        end = start + draw(st.integers(1, 200))
        kind = draw(st.sampled_from(["flip", "cut", "cut off", "insert", "repeat"]))
        if kind == "flip" and content:
            content[start] ^= draw(st.integers(1, 255))
        elif kind == "insert":
            mark = st.sampled_from([b'"', b",", b"\n", b"\r", b";", b"\0"])
            content[start:start] = draw(mark | st.binary(max_size=20))
        elif kind == "repeat":
            content[end:end] = content[start:end]
        else:
            del content[start : len(content) if kind == "cut off" else end]
    return bytes(content)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A project for many runs with a sound survey in it, and the bytes of a sound workbook."""
    project = make_project(tmp_path_factory.mktemp("damaged") / "project")
    checked()(project)
    workbook()(project.parent / "sound.xlsx")
    return project, (project.parent / "sound.xlsx").read_bytes()


def assert_taken_in_or_refused(project: Path, content: bytes) -> None:
    """`survey new` ends with 0, or with 2 and one message; after 2 nothing is left."""
    words, before = taken_in("export", content)(project), contents(project)
    code, _, message = run(project, words)
    assert code in (0, 2), message
    if code == 2:
        assert_one_message(message)
        assert contents(project) == before
    else:
        shutil.rmtree(project / SURVEYS / "leeds-2026")
        shutil.copy(ROOT / "params.yaml", project / "params.yaml")


@DAMAGE
@given(st.binary(max_size=400))
def test_any_bytes_as_an_export(shared, content):
    assert_taken_in_or_refused(shared[0], content)


@DAMAGE
@given(damaged(text(respondents(12)).encode()))
def test_any_damage_to_a_text_file(shared, content):
    assert_taken_in_or_refused(shared[0], content)


@DAMAGE
@given(st.data())
def test_any_damage_to_a_workbook(shared, data):
    assert_taken_in_or_refused(shared[0], data.draw(damaged(shared[1])))


@DAMAGE
@given(damaged(text(respondents(12)).encode()))
def test_any_damage_to_the_file_of_a_survey(shared, content):
    (shared[0] / SURVEYS / NAME / "export.csv").write_bytes(content)
    code, _, message = run(shared[0], ["check", NAME])
    assert code in (0, 2), message
    assert code == 0 or "Traceback" not in message


@DAMAGE
@given(damaged(text(TABLE).encode()), st.sampled_from(["counts", "percentages"]))
def test_any_damage_to_a_ready_table(shared, content, kind):
    project = shared[0]
    shutil.rmtree(project / SURVEYS / NAME)
    code, _, message = run(project, checked(content, table_codebook(kind))(project))
    (project / SURVEYS / NAME / "survey.yaml").write_text(yaml.safe_dump(codebook()), encoding="utf-8")
    assert code in (0, 2), message
