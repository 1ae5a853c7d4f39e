"""Which record a run keeps: the shared one stays as version control has it, whatever is made of one's own."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.errors import PipelineError
from pipeline.workflow.records import last_record, one_run_at_a_time, own_record
from pipeline.workflow.running import reproduce

STAGES = {"stages": {"write": {"cmd": "python step.py", "deps": ["engine.txt"], "outs": ["page.txt"]}}}
STEP = "open('page.txt', 'w').write('made by ' + open('engine.txt').read())\n"


def git(root: Path, *words: str) -> str:
    names = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    return subprocess.run(["git", *names, *words], cwd=root, check=True, capture_output=True, text=True).stdout


def changed(root: Path) -> list[str]:
    return git(root, "status", "--porcelain").splitlines()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small pipeline under version control, with the record of a run in which the engine was 'ours'."""
    root = tmp_path / "my project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (root / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n")
    (root / ".gitignore").write_text("/page.txt\n/engine.txt\n/step.py\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump(STAGES))
    (root / "step.py").write_text(STEP)
    (root / "engine.txt").write_text("ours")
    git(root, "init", "--quiet")
    reproduce(root)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "The study")
    return root


@pytest.mark.slow
def test_a_run_of_one_s_own_changes_nothing_under_version_control_and_is_remembered(project: Path) -> None:
    shared = (project / "dvc.lock").read_bytes()
    assert changed(project) == [] and not any(stage.ran for stage in reproduce(project))
    (project / "engine.txt").write_text("another")
    assert [stage.ran for stage in reproduce(project)] == [True]
    assert (project / "page.txt").read_text() == "made by another"
    assert changed(project) == [] and (project / "dvc.lock").read_bytes() == shared
    assert [stage.ran for stage in reproduce(project)] == [False]  # its own record knows
    (project / "engine.txt").write_text("ours")
    reproduce(project)
    assert (project / "page.txt").read_text() == "made by ours" and changed(project) == []


@pytest.mark.slow
def test_who_changes_the_study_records_it_on_purpose(project: Path) -> None:
    (project / "engine.txt").write_text("another")
    reproduce(project, record=True)
    assert changed(project) == [" M dvc.lock"]


@pytest.mark.slow
def test_a_run_that_writes_the_study_s_record_leaves_no_older_one_of_its_own(project: Path) -> None:
    (project / "engine.txt").write_text("another")
    reproduce(project)
    assert last_record(project) != project / "dvc.lock"
    (project / "engine.txt").write_text("newer")
    reproduce(project, record=True)
    assert last_record(project) == project / "dvc.lock"


@pytest.mark.slow
def test_an_update_meets_no_change(project: Path, tmp_path: Path) -> None:
    """`git pull` after a run of one's own, with a new record in what is pulled."""
    theirs = tmp_path / "theirs"
    git(tmp_path, "clone", "--quiet", str(project), str(theirs))
    for name in ("engine.txt", "step.py"):
        (theirs / name).write_text((project / name).read_text())
    (theirs / "engine.txt").write_text("newer")
    reproduce(theirs, record=True)
    git(theirs, "commit", "--all", "--quiet", "--message", "A newer study")
    (project / "engine.txt").write_text("another")
    reproduce(project)
    git(project, "pull", "--quiet", "--no-rebase", str(theirs), "HEAD")
    assert changed(project) == [] and (project / "dvc.lock").read_bytes() == (theirs / "dvc.lock").read_bytes()
    reproduce(project)
    assert (project / "page.txt").read_text() == "made by another" and changed(project) == []


@pytest.mark.slow
def test_what_a_killed_run_left_is_put_back_by_the_next(project: Path) -> None:
    shared = (project / "dvc.lock").read_bytes()
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom pipeline.workflow.records import own_record\n"
        "root = Path(sys.argv[1])\nwith own_record(root):\n"
        "    (root / 'dvc.lock').write_text('of a run that was killed')\n    os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(project)], cwd=Path(__file__).resolve().parents[2])
    assert (project / "dvc.lock").read_text() == "of a run that was killed"
    with own_record(project):
        assert (project / "dvc.lock").read_text() == "of a run that was killed"  # what it had made is not lost
    assert (project / "dvc.lock").read_bytes() == shared and changed(project) == []


@pytest.mark.slow
def test_what_somebody_has_taken_back_stays_taken_back(project: Path) -> None:
    shared = (project / "dvc.lock").read_bytes()
    with own_record(project):
        (project / "dvc.lock").write_text("in the making")
        git(project, "restore", "dvc.lock")
    assert (project / "dvc.lock").read_bytes() == shared and changed(project) == []


@pytest.mark.slow
def test_a_second_run_is_told_which_process_is_going(project: Path) -> None:
    with one_run_at_a_time(project):
        with pytest.raises(PipelineError, match=r"still going in this folder.\n  found:    process \d+") as caught:
            reproduce(project)
    assert caught.value.exit_code == 2


def test_without_version_control_there_is_one_record(tmp_path: Path) -> None:
    (tmp_path / "dvc.lock").write_text("before")
    with own_record(tmp_path):
        (tmp_path / "dvc.lock").write_text("after")
    assert (tmp_path / "dvc.lock").read_text() == "after"
