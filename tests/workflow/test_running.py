"""The pipeline's runner on a small pipeline of its own: progress, failures, and what a killed run leaves behind."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from dvc.schema import COMPILED_LOCKFILE_SCHEMA

from pipeline.errors import PipelineError
from pipeline.workflow.running import repair, reproduce, stage_names

SMALL = {
    "stages": {
        "first": {"cmd": "python -c \"open('a.txt', 'w').write('1')\"", "deps": ["source.txt"], "outs": ["a.txt"]},
        "second": {"cmd": "python step.py", "deps": ["a.txt", "step.py"], "outs": ["b.txt"]},
    }
}
STEP = "open('b.txt', 'w').write('2')\n"
MISTAKE = "import sys\nprint('Wrong percentage.\\n  where:    a.csv, row 3', file=sys.stderr)\nsys.exit(2)\n"


@pytest.fixture
def project(tmp_path):
    """A folder with a blank in its path, without git: an unpacked archive."""
    root = tmp_path / "my project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump(SMALL, sort_keys=False))
    (root / "source.txt").write_text("one")
    (root / "step.py").write_text(STEP)
    return root


def ran(stages):
    return {stage.name: stage.ran for stage in stages}


def test_a_stage_that_runs_for_each_survey_is_named_for_each(project):
    (project / "dvc.yaml").write_text(
        yaml.safe_dump(
            {"stages": {**SMALL["stages"], "third": {"foreach": "${surveys}", "do": {"cmd": "echo ${item}"}}}},
            sort_keys=False,
        )
    )
    (project / "params.yaml").write_text("surveys: []\n")
    assert stage_names(project) == ["first", "second"]
    (project / "params.yaml").write_text("surveys: [leeds-2026, york-2026]\n")
    assert stage_names(project) == ["first", "second", "third@leeds-2026", "third@york-2026"]


@pytest.mark.slow
def test_only_what_changed_is_run_again_and_each_stage_is_told(project):
    assert stage_names(project) == ["first", "second"]
    told = []
    stages = reproduce(
        project,
        on_start=lambda stage: told.append(f"start {stage.name}"),
        on_end=lambda stage: told.append(f"end {stage.name}"),
    )
    assert ran(stages) == {"first": True, "second": True}
    assert told == ["start first", "end first", "start second", "end second"]
    assert ran(reproduce(project)) == {"first": False, "second": False}
    (project / "step.py").write_text(STEP + "# changed\n")
    assert ran(reproduce(project)) == {"first": False, "second": True}


@pytest.mark.slow
def test_a_user_s_mistake_in_a_stage_is_told_in_its_own_words(project):
    (project / "step.py").write_text(MISTAKE)
    with pytest.raises(PipelineError) as caught:
        reproduce(project)
    assert str(caught.value) == (
        "The pipeline stopped at the stage 'second'.\nWrong percentage.\n  where:    a.csv, row 3"
    )
    assert caught.value.exit_code == 2
    assert (project / "a.txt").read_text() == "1"


@pytest.mark.slow
def test_a_defect_in_a_stage_is_not_told_as_a_mistake(project):
    (project / "step.py").write_text("1 / 0\n")
    with pytest.raises(PipelineError, match="ZeroDivisionError") as caught:
        reproduce(project)
    assert caught.value.exit_code == 1


@pytest.mark.slow
def test_a_run_beside_another_is_refused(project):
    (project / "step.py").write_text("import time\nopen('started', 'w')\ntime.sleep(60)\n")
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    repair(project)
    other = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro"],
        cwd=project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not (project / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        with pytest.raises(PipelineError, match="Another run of the pipeline is still going"):
            reproduce(project)
    finally:
        os.killpg(other.pid, 9)
        other.wait()


@pytest.mark.slow
def test_a_lock_that_was_cut_off_anywhere_does_not_stop_the_next_run(project):
    reproduce(project)
    lock = project / "dvc.lock"
    whole = lock.read_bytes()
    repair(project)  # at the start of a run a sound lock is remembered
    for length in range(len(whole)):
        lock.write_bytes(whole[:length])
        repair(project)
        COMPILED_LOCKFILE_SCHEMA(yaml.safe_load(lock.read_bytes()))  # DVC's own
        lock.write_bytes(whole)
        repair(project)
    lock.write_bytes(whole[: len(whole) // 3])
    reproduce(project)
    assert lock.read_bytes() == whole


def test_a_lock_that_was_cut_off_in_the_first_run_is_removed(project):
    (project / "dvc.lock").write_text("schema: '2.0'\nstages:\n  first:\n    cmd: \"pyth")
    repair(project)
    assert not (project / "dvc.lock").exists()


@pytest.mark.parametrize("left", ["", '{"write": {"/a'])
def test_a_table_of_running_commands_that_was_cut_off_is_removed(project, left):
    table = project / ".dvc" / "tmp" / "rwlock"
    table.parent.mkdir()
    table.write_text(left)
    repair(project)
    assert not table.exists()


def test_a_sound_table_of_running_commands_stays(project):
    table = project / ".dvc" / "tmp" / "rwlock"
    table.parent.mkdir()
    table.write_text(json.dumps({"write": {}, "read": {}}))
    repair(project)
    assert table.exists()


def test_files_that_a_killed_run_was_writing_are_removed_once_they_are_old(project):
    folder = project / "reports" / "site" / "data"
    folder.mkdir(parents=True)
    old, new, whole = (folder / name for name in (".a.1.part.csv", ".b.2.part.csv", "a.csv"))
    for path in (old, new, whole):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(whole, (0, 0))
    repair(project)
    assert not old.exists() and new.exists() and whole.exists()


def test_inside_git_dvc_is_left_to_use_it(project):
    (project / ".git").mkdir()
    repair(project)
    assert not (project / ".dvc" / "config.local").exists()
