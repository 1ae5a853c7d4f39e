"""An update of the project in a folder with a survey, statistics, another engine and settings of one's own: `git pull`, and run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.workflow.verification import fresh_copy
from tests.authorities import made_up
from tests.reports.stand_in import StandIn
from tests.surveys.projects import qualtrics

ROOT = Path(__file__).resolve().parents[2]
OWN = "authorities: {draws: 99, curve_draws: 19, example: E06999001}\n"
pytestmark = pytest.mark.slow


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *words], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def upstream():
    """The project as others share it; its authorities are the made-up ones."""
    with fresh_copy(ROOT) as copy:
        lineage = yaml.safe_dump(made_up.LINEAGE, allow_unicode=True, default_flow_style=None)
        (copy / "data/raw/authorities/lineage.yaml").write_text(lineage, encoding="utf-8")
        git(copy, "init", "--quiet", "--initial-branch", "main")
        git(copy, "add", "--all")
        git(copy, "commit", "--quiet", "--message", "The study")
        yield copy


@pytest.fixture(scope="module")
def mine(upstream: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which everything has been used that is one's own."""
    folder = tmp_path_factory.mktemp("mine")
    project, programs, downloads = (folder / name for name in ("the project", "programs", "downloads"))
    git(folder, "clone", "--quiet", str(upstream), str(project))
    for each in (programs, downloads):
        each.mkdir()
    StandIn(programs)
    made_up.write_files(downloads)
    (project / "params.local.yaml").write_text(OWN)
    for words in (
        ["survey", "new", "leeds-2026", str(qualtrics(folder / "our export.csv"))],
        ["authorities", "fetch", "--from", str(downloads)],
        ["run"],
    ):
        golden_thread(project, *words)
    return project


def golden_thread(project: Path, *words: str) -> str:
    programs = project.parent / "programs"
    settings = {name: value for name, value in os.environ.items() if name != "GOLDEN_THREAD_ENGINE"}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=project,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**settings, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def uses_what_is_its_own(project: Path) -> dict[str, object]:
    published = project / "reports" / "published"
    return {
        "survey": (project / "reports/site/survey/leeds-2026/survey.pdf").is_file(),
        "statistics": (project / "reports/site/authorities/data/effects.csv").is_file(),
        "engine": yaml.safe_load((published / "engine.yaml").read_text())["engine"],
        "example": "Northshire" in (project / "reports/site/notebooks/08-profile.html").read_text(encoding="utf-8"),
    }


def test_whatever_is_used_of_one_s_own_git_sees_no_change(mine: Path) -> None:
    assert uses_what_is_its_own(mine) == {"survey": True, "statistics": True, "engine": "quarto", "example": True}
    assert git(mine, "status", "--porcelain") == ""
    assert yaml.safe_load((mine / "params.local.yaml").read_text())["surveys"] == ["leeds-2026"]


def test_an_update_meets_no_conflict_and_everything_is_still_there(mine: Path, upstream: Path) -> None:
    parameters = upstream / "params.yaml"
    text = parameters.read_text(encoding="utf-8")
    assert "team_size: 6 " in text and "surveys: []  " in text
    parameters.write_text(
        text.replace("team_size: 6 ", "team_size: 7 ").replace("surveys: []  ", "surveys: []   "), encoding="utf-8"
    )
    record = yaml.safe_load((upstream / "dvc.lock").read_text(encoding="utf-8"))
    del record["stages"]["check-claims"]
    (upstream / "dvc.lock").write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    notebook = upstream / "notebooks" / "02-check-claims.ipynb"
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"][0]["source"].append("\nA sentence that is new.")
    notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    git(upstream, "commit", "--quiet", "--all", "--message", "An update")

    git(mine, "pull", "--quiet")
    assert git(mine, "status", "--porcelain") == "" and git(mine, "log", "--format=%s", "-1") == "An update\n"
    said = golden_thread(mine, "run")
    done = {line.split()[1] for line in said.splitlines() if " done in " in line}
    assert {"check-claims", "link"} <= done and not {
        "clean-authorities",
        "authorities",
        "staff-survey@leeds-2026",
    } & done, said
    assert "A sentence that is new." in (mine / "reports/site/notebooks/02-check-claims.html").read_text(
        encoding="utf-8"
    )
    assert "team_size = 7" in (mine / "reports/site/notebooks/04-support-and-outcomes.ipynb").read_text(
        encoding="utf-8"
    )
    assert uses_what_is_its_own(mine) == {"survey": True, "statistics": True, "engine": "quarto", "example": True}
    assert git(mine, "status", "--porcelain") == ""


def test_a_survey_that_is_removed_leaves_no_change_either(mine: Path) -> None:
    golden_thread(mine, "survey", "remove", "leeds-2026", "--yes")
    assert git(mine, "status", "--porcelain") == "" and "leeds" not in (mine / "params.local.yaml").read_text()
    assert not (mine / "data/raw/surveys/leeds-2026").exists() and (mine / "params.local.yaml").read_text().endswith(
        f"{OWN}surveys: []\n"
    )
