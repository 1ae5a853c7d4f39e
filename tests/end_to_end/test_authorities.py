"""From files of statistics to the national chapter and a profile, by the commands of the README, on made-up authorities."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.workflow.verification import fresh_copy
from tests.authorities import made_up

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def command(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )


@pytest.fixture(scope="module")
def project():
    """A copy of the project whose authorities are the made-up ones."""
    with fresh_copy(ROOT) as copy:
        raw = copy / "data" / "raw" / "authorities"
        text = yaml.safe_dump(made_up.LINEAGE, allow_unicode=True, default_flow_style=None)
        (raw / "lineage.yaml").write_text(text, encoding="utf-8")
        parameters = copy / "params.yaml"
        parameters.write_text(
            parameters.read_text(encoding="utf-8")
            .replace("draws: 9999", "draws: 99")
            .replace("curve_draws: 999", "curve_draws: 19")
            .replace("E10000016", "E06999001"),
            encoding="utf-8",
        )
        yield copy


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("downloads")
    made_up.write_files(folder)
    return folder


def test_without_statistics_the_chapter_says_in_a_sentence_how_to_get_them(project):
    done = command(project, "run", "--stage", "authorities")
    assert done.returncode == 0, done.stderr
    said = (project / "reports/published/07-authorities/passages/in-short.md").read_text(encoding="utf-8")
    assert "golden-thread authorities fetch" in said
    refused = command(project, "authorities", "profile", "E06999001")
    assert refused.returncode == 2 and "Traceback" not in refused.stderr and "authorities fetch" in refused.stderr


def test_with_statistics_the_same_commands_make_the_chapter_and_a_profile(project, downloads):
    fetched = command(project, "authorities", "fetch", "--from", str(downloads))
    assert fetched.returncode == 0, fetched.stderr
    run = command(project, "run", "--stage", "authorities")
    assert run.returncode == 0, run.stdout + run.stderr
    rendered = command(project, "render", "authorities", "--engine", "embedded")
    assert rendered.returncode == 0, rendered.stderr
    page = (project / "reports/site/authorities.html").read_text(encoding="utf-8")
    assert "What this cannot show" in page
    assert (project / "reports/site/authorities/data/effects.csv").is_file()
    made = command(project, "authorities", "profile", "Northshire")
    assert made.returncode == 0, made.stderr
    folder = project / "reports/site/profile/e06999001"
    assert {path.suffix for path in folder.glob("profile.*")} == {".html", ".docx", ".pdf"}
    assert "Northshire" in (project / "reports/site/profile/index.html").read_text(encoding="utf-8")


def changed(folder: Path) -> set[str]:
    """What git would take from `folder` beside what it has."""
    listed = subprocess.run(
        ["git", "-c", "core.fileMode=false", "status", "--porcelain", "--untracked-files=all"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {line[3:] for line in listed.splitlines()}


def test_nothing_that_was_downloaded_or_made_of_it_enters_what_git_shares(project):
    shutil.copytree(ROOT / ".git", project / ".git")
    own = {"dvc.lock", "params.yaml", "data/raw/authorities/lineage.yaml"}
    assert changed(project) - changed(ROOT) <= own
