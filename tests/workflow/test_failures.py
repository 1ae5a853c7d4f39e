"""Why a run stopped is told whatever the stage printed before; troubles of the machine are a sentence and not a traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.errors import GoldenThreadError, MachineError, PipelineError
from pipeline.machine import disk
from pipeline.machine import memory as machine
from pipeline.workflow.failures import failure
from pipeline.workflow.repairing import at_work, repair
from pipeline.workflow.running import reproduce

ROOT = Path(__file__).resolve().parents[2]
NOISE = (
    "print('ERROR: failed to run: python x, exited with 2')\nprint('ERROR: Unable to acquire lock')\nprint('Traceback: all is well')\n"
    "print(\"missing data 'source': nothing\", flush=True)\n"
)
# root may read and write everything, so what is told to others is tried without that right
BOUND = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"]
    if os.name == "posix" and os.geteuid() == 0
    else []
)
needs_bounds = pytest.mark.skipif(
    os.name != "posix" or (bool(BOUND) and not shutil.which("setpriv")), reason="no user with bounds here"
)


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "project"
    (root / ".dvc").mkdir(parents=True)
    (root / "data/raw/surveys/leeds").mkdir(parents=True)
    (root / "data/raw/surveys/leeds/export.csv").write_text("1")
    (root / "params.yaml").write_text("surveys: [leeds]\n")
    (root / "step.py").write_text(NOISE + "open('a.txt', 'w').write('1')\n")
    (root / "dvc.yaml").write_text(
        yaml.safe_dump(
            {
                "stages": {
                    "first": {"cmd": "python step.py", "deps": ["step.py"], "outs": ["a.txt"]},
                    "staff-survey": {
                        "foreach": "${surveys}",
                        "do": {"cmd": "python -c 1", "deps": ["a.txt", "data/raw/surveys/${item}"]},
                    },
                }
            }
        )
    )
    return root


def run(root: Path, *, bound: bool = False) -> subprocess.CompletedProcess:
    call = (
        "import sys; from pathlib import Path; from pipeline.commands import main as cli; from pipeline.workflow import running\n"
        "cli.app = lambda: running.reproduce(Path.cwd())\ncli.main()"
    )
    return subprocess.run(
        [*(BOUND if bound else []), sys.executable, "-c", call],
        cwd=root,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def told(done: subprocess.CompletedProcess) -> str:
    """What was said, where it was a message and no traceback."""
    assert done.returncode == 2 and "Traceback (most" not in done.stderr, done.stderr
    return done.stderr


@pytest.mark.slow
def test_a_colleague_s_survey_that_is_not_on_this_machine_is_named_with_what_to_do(project):
    (project / "params.yaml").write_text("surveys: [leeds, york]\n")
    with pytest.raises(PipelineError) as caught:
        reproduce(project)
    assert str(caught.value).splitlines()[0] == "A file or folder that a stage reads is not there."
    for part in (
        "staff-survey@york",
        "data/raw/surveys/york",
        "ask its owner for the folder, or take york out of surveys in params.yaml",
    ):
        assert part in str(caught.value)


@pytest.mark.slow
@needs_bounds
def test_a_file_that_dvc_may_not_read_is_told_and_not_what_the_stage_printed(project):
    (project / "data/raw/surveys/leeds/export.csv").chmod(0)
    (project / "data/raw/surveys/leeds").chmod(0o500)
    call = project / "data/raw/surveys/leeds/export.csv"
    # keep_private gives the owner's right to read back: what is somebody else's stays closed, so a folder above is taken
    (project / "data/raw").chmod(0o000)
    try:
        said = told(run(project, bound=True))
    finally:
        (project / "data/raw").chmod(0o755)
    assert said.startswith("A file or folder may not be read or written.\n") and "data/raw" in said and "fix:" in said
    assert "all is well" not in said and call.exists()


@pytest.mark.slow
@needs_bounds
def test_a_folder_that_may_not_be_written_is_told(project):
    project.chmod(0o555)
    try:
        said = told(run(project, bound=True))
    finally:
        project.chmod(0o755)
    assert (
        said.startswith("A file or folder may not be read or written.\n")
        and "copy the project to a folder of your own" in said
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_tree_that_is_somebody_else_s_is_told_as_theirs(project):
    for path in (project, *project.rglob("*")):
        os.chown(path, 65534, 65534)
    assert "found:    it belongs to another user" in told(run(project, bound=True))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize(
    "command",
    [
        "from pipeline.workflow.verification import fresh_copy\nwith fresh_copy(Path.cwd()): pass",
        "from pipeline.provenance.runs import resolve; resolve(Path.cwd(), 'HEAD')",
    ],
)
def test_a_folder_that_git_does_not_trust_is_told_with_what_to_do(project, command):
    subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    for path in (project, project / ".git"):
        os.chown(path, 65534, 65534)
    call = f"from pathlib import Path\nfrom pipeline.errors import GoldenThreadError\ntry:\n    exec({command!r})\nexcept GoldenThreadError as e:\n    print(e)"
    done = subprocess.run(
        [sys.executable, "-c", call],
        cwd=project,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(project)},
    )
    assert done.stdout.startswith("The project's folder belongs to another user, and git does not trust it.\n"), (
        done.stderr
    )
    assert "safe.directory" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_stage_on_a_full_disk_says_so():
    call = "from pipeline.commands import main as cli\ndef full():\n    with open('/dev/full', 'w') as f: f.write('x')\ncli.app = full\ncli.main()"
    done = subprocess.run([sys.executable, "-c", call], cwd=ROOT, capture_output=True, text=True)
    assert told(done).startswith("The disk is full.\n")


@pytest.mark.slow
def test_a_run_on_a_full_disk_ends(project, monkeypatch):
    """DVC's notes would be tried again and again, for ever."""
    (project / "step.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr(disk, "LEAST", 1 << 62)
    with pytest.raises(MachineError, match=r"(?s)The disk is full.*Free some space"):
        reproduce(project)
    monkeypatch.undo()
    assert at_work(project) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_stage_that_the_machine_ended_is_told_as_too_little_memory(project):
    (project / "step.py").write_text(NOISE + "import os\nos.kill(os.getpid(), 9)\n")
    with pytest.raises(
        MachineError, match=r"The machine ended the stage 'first'(?s:.*)when memory runs out(?s:.*)Close other programs"
    ):
        reproduce(project)


@pytest.mark.slow
def test_a_notebook_whose_kernel_was_ended_is_told(tmp_path):
    import nbformat

    from pipeline.errors import NotebookError
    from pipeline.notebooks.execution import run_notebook

    (tmp_path / "notebooks").mkdir()
    cells = [
        nbformat.v4.new_code_cell("n = 1", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("import os; os.kill(os.getpid(), 9)"),
        nbformat.v4.new_code_cell("'after'"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "notebooks" / "example.ipynb")
    with pytest.raises(NotebookError, match=r"(?s)ended by the machine.*notebooks/example.ipynb.*memory"):
        run_notebook("example", {"n": 1}, tmp_path)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("[Errno 28] No space left on device: 'a.csv'", "The disk is full."),
        ("[Errno 122] Disk quota exceeded", "The disk is full."),
        ("[Errno 13] Permission denied: '/x/y'", "A file or folder may not be read or written."),
        ("[Errno 30] Read-only file system: '/x'", "A file or folder may not be read or written."),
        ("repository path '/x' is not owned by current user", "belongs to another user, and git does not trust it"),
        ("missing data 'source': data/raw/surveys/york", "ask its owner for the folder, or take york out"),
        (
            "[Errno 2] No such file or directory: '/x/data/raw/surveys/york'",
            "ask its owner for the folder, or take york out",
        ),
        ("dependency 'data/raw/surveys/york' does not exist", "ask its owner for the folder, or take york out"),
        ("'/x' is busy, it is being blocked by:", "Another run of the pipeline is still going"),
        ("output 'a.txt' is already specified in stages", "DVC could not run the pipeline.(?s:.*)already specified"),
    ],
)
@pytest.mark.parametrize("form", ["ERROR: failed to reproduce 'link': {}", "ERROR: unexpected error - {}"])
def test_dvc_s_own_reason_counts_whatever_was_printed(reason, said, form):
    printed = "a stage's own words\nERROR: all is well\nOSError: [Errno 13] Permission denied: 'of a stage'\n"
    with pytest.raises(GoldenThreadError, match=said):
        raise failure(printed + form.format(reason) + "\n")


@pytest.mark.parametrize(
    "words",
    [["-c", "import time; time.sleep(600)"], ["-c", "import time; time.sleep(600)", "dvc"]],
    ids=["another program", "another DVC, begun later"],
)
def test_a_lock_whose_number_is_another_program_s_by_now_does_not_block(project, words):
    process = subprocess.Popen([sys.executable, *words])
    try:
        table = project / ".dvc" / "tmp" / "rwlock"
        table.parent.mkdir()
        info = {"pid": process.pid, "cmd": "dvc repro"}
        table.write_text(
            json.dumps({"write": {str(project / "a.txt"): info}, "read": {str(project / "step.py"): [info]}})
        )
        if "dvc" in words:
            os.utime(table, (0, 0))
        repair(project)
        assert json.loads(table.read_text()) == {"write": {}, "read": {}}
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_a_run_passes_such_a_lock(project):
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        reproduce(project)
        table = project / ".dvc" / "tmp" / "rwlock"
        table.write_text(
            json.dumps({"write": {str(project / "a.txt"): {"pid": process.pid, "cmd": "dvc repro"}}, "read": {}})
        )
        (project / "step.py").write_text("open('a.txt', 'w').write('2')\n")
        assert next(stage.ran for stage in reproduce(project))
    finally:
        process.kill()
        process.wait()


def test_too_little_memory_is_a_sentence_in_a_command_and_in_a_notebook(tmp_path):
    call = "from pipeline.commands import main as cli\ndef large():\n    raise MemoryError('Unable to allocate 7 TiB')\ncli.app = large\ncli.main()"
    done = subprocess.run([sys.executable, "-c", call], cwd=ROOT, capture_output=True, text=True)
    assert (
        told(done).startswith("The machine has too little memory for this.\n") and "Close other programs" in done.stderr
    )
    reason = machine.told("numpy._core._exceptions._ArrayMemoryError", "Unable to allocate 7 TiB")
    assert reason is not None and reason.what == "The machine has too little memory for this."
