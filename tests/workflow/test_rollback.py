"""A run that fails, is stopped or is killed leaves every output as it was; the next one knows what is out of date."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml

from pipeline.errors import PipelineError
from pipeline.workflow.records import one_run_at_a_time
from pipeline.workflow.rollback import BEFORE, NOTE, hold, put_back
from pipeline.workflow.running import reproduce

ROOT = Path(__file__).resolve().parents[2]
STAGES = {
    "stages": {
        "first": {"cmd": "python first.py", "deps": ["rule.txt", "first.py"], "outs": ["processed"]},
        "second": {
            "cmd": "python second.py",
            "deps": ["processed", "second.py"],
            "outs": ["site/page.html", "published"],
        },
        "third": {"cmd": "python third.py", "deps": ["published", "third.py"], "outs": ["site/index.html"]},
    }
}
FIRST = (
    "from pathlib import Path\nrule = Path('rule.txt').read_text()\nPath('processed/deep').mkdir(parents=True)\n"
    "Path('processed/deep/a.csv').write_text(rule)\n"
)
SECOND = (
    "from pathlib import Path\nPath('published').mkdir()\nPath('site').mkdir(exist_ok=True)\n"
    "Path('published/v.yaml').write_text(Path('processed/deep/a.csv').read_text())\nPath('site/page.html').write_text('page')\n"
)
THIRD = "from pathlib import Path\nPath('site/index.html').write_text(Path('published/v.yaml').read_text())\n"
FAILS = "import sys\nprint('Wrong percentage.')\nsys.exit(2)\n"
WAITS = (
    "import subprocess, sys, time\nfrom pathlib import Path\n"
    "other = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    "Path('started.part').write_text(str(other.pid))\nPath('started.part').rename('started')\ntime.sleep(600)\n"
)

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "my project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump(STAGES, sort_keys=False))
    (root / "rule.txt").write_text("one")
    for name, text in (("first", FIRST), ("second", SECOND), ("third", THIRD)):
        (root / f"{name}.py").write_text(text)
    reproduce(root)
    return root


def state(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every delivered file and the record: its bytes, and when it was written."""
    return {
        path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for folder in ("processed", "published", "site", "dvc.lock")
        for path in sorted([root / folder, *(root / folder).rglob("*")])
        if path.is_file()
    }


def started(project: Path) -> subprocess.Popen:
    """A run in a process of its own, which is in its last stage."""
    call = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"  # whoever runs the tests may ignore it (nohup)
        "import sys; from pathlib import Path; from pipeline.commands import main; from pipeline.workflow import running\n"
        "main.app = lambda: running.reproduce(Path.cwd())\nmain.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", call],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 60
    while not (project / "started").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("stage", ["first", "second", "third"])
@pytest.mark.parametrize("how", ["at once", "after half of it"])
def test_whichever_stage_fails_everything_is_as_it_was_and_the_next_run_makes_what_is_out_of_date(project, stage, how):
    before, text = state(project), (project / f"{stage}.py").read_text()
    (project / "rule.txt").write_text("two")
    (project / f"{stage}.py").write_text(FAILS if how == "at once" else text + FAILS)
    with pytest.raises(PipelineError, match=f"stopped at the stage '{stage}'.\nWrong percentage.") as caught:
        reproduce(project)
    assert caught.value.__notes__ == [NOTE]
    assert state(project) == before and not (project / BEFORE).exists()
    (project / f"{stage}.py").write_text(text)
    ran = {each.name: each.ran for each in reproduce(project)}
    names = list(ran)
    assert ran == {name: names.index(name) >= names.index(stage) for name in names}  # those before come from the cache
    assert (project / "site/index.html").read_text() == "two"


def test_outputs_of_a_new_stage_are_gone_after_a_run_that_failed(project):
    before = state(project)
    stages = {
        **STAGES["stages"],
        "new": {"cmd": "python new.py", "deps": ["processed", "new.py"], "outs": ["site/new/data"]},
        "last": {"cmd": "python last.py", "deps": ["site/new/data"], "outs": ["site/last.html"]},
    }
    (project / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}, sort_keys=False))
    (project / "new.py").write_text(
        "from pathlib import Path\nPath('site/new/data').mkdir(parents=True)\nPath('site/new/data/a').touch()\n"
    )
    (project / "last.py").write_text(FAILS)
    with pytest.raises(PipelineError):
        reproduce(project)
    assert state(project) == before and not (project / "site/new").exists()


def test_what_finished_first_stays_where_nothing_was_there_before(project):
    for name in ("processed", "published", "site"):
        subprocess.run([sys.executable, "-c", f"import shutil; shutil.rmtree({name!r})"], cwd=project, check=True)
    (project / "rule.txt").write_text("three")
    (project / "third.py").write_text(FAILS)
    with pytest.raises(PipelineError) as caught:
        reproduce(project)
    assert (project / "published/v.yaml").read_text() == "three" and not hasattr(caught.value, "__notes__")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_and_all_that_it_started_with_one_sentence(project, number):
    before = state(project)
    (project / "third.py").write_text(WAITS)
    process = started(project)
    tree = psutil.Process(process.pid).children(recursive=True)
    other = int((project / "started").read_text())
    assert other in [each.pid for each in tree] and len(tree) >= 3  # DVC, its stage, and what that started
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    assert (out, err, process.returncode) == ("", f"The run was stopped.\n{NOTE}\n", 128 + number)
    assert [each for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
    assert state(project) == before


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_a_killed_run_had_held_comes_back_and_the_dvc_that_it_left_is_named(project):
    before = state(project)
    (project / "rule.txt").write_text("two")
    (project / "third.py").write_text(WAITS)
    process = started(project)
    (dvc,) = psutil.Process(process.pid).children()
    tree = dvc.children(recursive=True)
    with pytest.raises(
        PipelineError, match=rf"still going in this folder.\n  found:    process {process.pid}, since \d\d:\d\d\n"
    ):
        reproduce(project)
    process.kill()
    process.wait()
    try:
        with pytest.raises(PipelineError, match=f"found:    process {dvc.pid}, since"):
            reproduce(project)
        assert state(project) != before  # what goes on is not disturbed
    finally:
        for each in (*tree, dvc):
            each.kill()
        psutil.wait_procs([*tree, dvc], timeout=10)
    with one_run_at_a_time(project):
        assert state(project) == before
    (project / "third.py").write_text(THIRD)
    assert {each.name: each.ran for each in reproduce(project)} == {"first": False, "second": False, "third": True}


@pytest.mark.parametrize("after", range(4))
def test_putting_back_can_be_stopped_anywhere_and_goes_on(project, after, monkeypatch):
    before = state(project)
    hold(project)
    for path in ("processed/deep/a.csv", "published/v.yaml", "site/page.html", "site/index.html"):
        (project / path).unlink()
        (project / path).write_text("another")
    rename, calls = Path.rename, []

    def stopped(self, target):
        calls.append(self)
        if len(calls) > after:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", stopped)
        with pytest.raises(KeyboardInterrupt):
            put_back(project)
    assert put_back(project) and state(project) == before
    assert not put_back(project)
