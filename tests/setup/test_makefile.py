"""The Makefile, from outside: which Python it takes, when it builds .venv, which environment it uses."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pipeline.setup import environment

MAKE = shutil.which("make")
MAKEFILE = (environment.ROOT / "Makefile").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(MAKE is None, reason="there is no make on this machine")


def make(project, *arguments, path=None, **variables):
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHON", "CONDA_DEFAULT_ENV", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
    }
    environ |= variables | ({"PATH": str(path)} if path else {})
    return subprocess.run([MAKE, *arguments], cwd=project, env=environ, capture_output=True, text=True)


def program(folder, name, script):
    """An executable that writes its name and arguments to calls.txt beside it and then does `script`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> "{folder}/calls.txt"\n{script}\n')
    path.chmod(0o755)
    return path


def calls(folder):
    return (folder / "calls.txt").read_text().splitlines()


# Which Python


def test_without_a_python_that_fits_one_message_says_what_is_missing(project, tmp_path):
    folder = tmp_path / "bin"
    program(folder, "python3", "echo 'No module named venv' >&2; exit 1")
    result = make(project, "test", path=folder)
    assert result.returncode == 2
    assert "No Python 3.11, 3.12, 3.13 or 3.14" in result.stderr and "uv python install 3.14" in result.stderr
    assert "make PYTHON=" in result.stderr
    assert "No module named venv" not in result.stderr
    assert not (project / ".venv").exists()


def test_a_python_that_does_not_fit_says_why_itself(project, tmp_path):
    folder = tmp_path / "bin"
    program(folder, "python3.14", "exit 127")
    program(folder, "python3", "echo 'This Python is too old.' >&2; exit 2")
    program(folder, "python", "echo 'So is this one.' >&2; exit 2")
    result = make(project, "test", path=folder)
    assert result.returncode == 2
    assert re.search(r"^This Python is too old\.\nNo Python 3\.11", result.stderr, flags=re.MULTILINE)
    assert "So is this one." not in result.stderr


def test_the_first_python_that_fits_builds(project, tmp_path):
    folder = tmp_path / "bin"
    program(folder, "python3.13", "exit 127")  # as a version manager's stand-in for a version that is not chosen
    program(folder, "python3.12", "exit 0")
    program(folder, "python3", "exit 0")
    assert make(project, ".venv/.ready", path=folder).returncode == 0
    assert calls(folder) == [
        "python3.13 -m pipeline.setup.environment --check",
        "python3.12 -m pipeline.setup.environment --check",
        "python3.12 -m pipeline.setup.environment",
    ]


def test_a_named_python_is_the_only_one_asked(project, tmp_path):
    chosen, others = tmp_path / "my own", tmp_path / "bin"
    program(chosen, "python", "exit 0")
    program(others, "python3.12", "exit 0")
    assert make(project, ".venv/.ready", f"PYTHON={chosen / 'python'}", path=others).returncode == 0
    assert calls(chosen)[-1] == "python -m pipeline.setup.environment"
    assert not (others / "calls.txt").exists()


def test_a_failed_build_stops_make(project, tmp_path):
    folder = tmp_path / "bin"
    program(folder, "python3.12", 'case "$*" in *--check) exit 0;; *) echo "no connection" >&2; exit 2;; esac')
    program(folder, "python3", "exit 0")
    result = make(project, "test", path=folder)
    assert result.returncode == 2 and "no connection" in result.stderr
    assert not any(line.startswith("python3 ") for line in calls(folder)), "another Python was tried after a failure"


def test_the_makefile_asks_for_the_pythons_that_pyproject_allows():
    allowed = SpecifierSet(
        re.search(r'^requires-python = "(.+)"', (environment.ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)[
            1
        ]
    )
    minors = [f"3.{minor}" for minor in range(8, 20) if Version(f"3.{minor}.1") in allowed]
    assert minors[0] == ".".join(map(str, environment.OLDEST)) and minors[-1] == ".".join(map(str, environment.NEWEST))
    candidates = re.search(r"^CANDIDATES = (.+)", MAKEFILE, flags=re.MULTILINE)[1].split()
    assert candidates == [f"python{minor}" for minor in reversed(minors)] + ["python3", "python"]
    assert f"No Python {', '.join(minors[:-1])} or {minors[-1]} " in MAKEFILE


# When .venv is built


@pytest.fixture
def ready(project):
    """A project whose .venv looks whole: a Python that runs, and the stamp."""
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (project / ".venv" / ".ready").write_text(f"{project.resolve()}\n")
    return project


def is_up_to_date(project):
    status = make(project, "--question", ".venv/.ready").returncode
    assert status in (0, 1)
    return status == 0


def test_a_whole_environment_is_left_alone(ready):
    assert is_up_to_date(ready)


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_newer_lock_or_declaration_asks_for_a_build(ready, name):
    stamp = (ready / ".venv" / ".ready").stat().st_mtime
    os.utime(ready / name, (stamp + 5, stamp + 5))
    assert not is_up_to_date(ready)


def test_an_unfinished_environment_asks_for_a_build(ready):
    (ready / ".venv" / ".ready").unlink()
    assert not is_up_to_date(ready)


def test_an_environment_whose_python_is_gone_asks_for_a_build(ready):
    (ready / ".venv" / "bin" / "python").unlink()
    (ready / ".venv" / "bin" / "python").symlink_to("/nowhere/python3.12")
    assert not is_up_to_date(ready)


def test_an_environment_that_was_moved_asks_for_a_build(ready):
    moved = ready.with_name("moved elsewhere")
    ready.rename(moved)
    assert not is_up_to_date(moved)


def test_quarto_is_tried_once_for_each_environment(ready):
    question = ("--question", ".venv/.quarto-tried")
    assert make(ready, *question).returncode == 1
    (ready / ".venv" / ".quarto-tried").touch()
    assert make(ready, *question).returncode == 0
    stamp = (ready / ".venv" / ".quarto-tried").stat().st_mtime
    os.utime(ready / ".venv" / ".ready", (stamp + 5, stamp + 5))
    assert make(ready, *question).returncode == 1


# What the targets do


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("report", "-m pipeline run -x"),
        ("test", "-m pytest -n auto --dist loadfile -x"),
        ("verify", "-m pipeline verify -x"),
        ("bench", "-m pipeline bench -x"),
        ("lab", "-m jupyterlab -x notebooks"),
        ("lock", "-m pipeline.setup.lockfile -x"),
    ],
)
def test_in_the_conda_environment_its_own_python_does_the_work(project, tmp_path, target, command):
    folder = tmp_path / "bin"
    program(folder, "python", "exit 0")
    result = make(
        project, target, "ARGS=-x", CONDA_DEFAULT_ENV="golden-thread", path=f"{folder}{os.pathsep}{os.environ['PATH']}"
    )
    assert result.returncode == 0, result.stderr
    assert calls(folder) == [f"python {command}"]


def test_clean_keeps_raw_data_and_the_environment(ready):
    kept = [
        Path("data/raw/surveys/mine/answers.csv"),
        Path("reports/study.qmd"),
        Path(".venv/bin/python"),
        Path("dvc.lock"),
    ]
    made = [
        Path("data/processed/a.csv"),
        Path("reports/site/study.html"),
        Path("reports/published/a.json"),
        Path(".dvc/cache/files/x"),
        Path("pipeline/__pycache__/a.pyc"),
        Path("tests/unit/__pycache__/b.pyc"),
    ]
    for path in (*kept, *made):
        (ready / path).parent.mkdir(parents=True, exist_ok=True)
        if not (ready / path).exists():
            (ready / path).write_text("x")
    result = make(ready, "clean")
    assert result.returncode == 0, result.stderr
    assert all((ready / path).exists() for path in kept)
    assert not any((ready / path).exists() for path in made)


def test_help_is_the_default_and_lists_every_target(project):
    result = make(project)
    phony = set(re.search(r"^\.PHONY: (.+)", MAKEFILE, flags=re.MULTILINE)[1].split()) - {"FORCE"}
    assert result.returncode == 0
    assert set(re.findall(r"^  make ([a-z]+) +\S", result.stdout, flags=re.MULTILINE)) == phony
