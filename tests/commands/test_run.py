"""`golden-thread run` as a user meets it, on a small pipeline with the project's own parameters."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
STAGES = {
    "stages": {
        "first": {
            "cmd": "python step.py first",
            "deps": ["step.py"],
            "outs": ["reports/published/01-first", "reports/site/first.html"],
        },
        "second": {
            "cmd": "python step.py second",
            "deps": ["step.py", "reports/published/01-first"],
            "outs": ["reports/site/second.html", "reports/site/docs"],
        },
    }
}
STEP = """\
import sys
from pathlib import Path
name = sys.argv[1]
folder = Path("reports/published/01-first" if name == "first" else "reports/site/docs")
for path in (folder / "values.yaml", Path(f"reports/site/{name}.html")):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{name}: {{number: 1, text: '1'}}\\n")
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "my project"
    for folder in (".dvc", "pipeline", "data/raw/surveys/ofsted-2011", "notebooks", "reports"):
        (root / folder).mkdir(parents=True)
    (root / ".dvc/config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (root / "data/raw/surveys/ofsted-2011/survey.yaml").touch()
    (root / "dvc.yaml").write_text(yaml.safe_dump(STAGES, sort_keys=False))
    (root / "step.py").write_text(STEP)
    shutil.copyfile(ROOT / "params.yaml", root / "params.yaml")
    return root


def golden_thread(project: Path, *words: str) -> subprocess.CompletedProcess:
    """A command whose output goes into a file, as in a log."""
    import os

    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=project,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GOLDEN_THREAD_ENGINE": "embedded"},
    )


def test_a_run_of_one_stage_lists_what_that_stage_made(project: Path) -> None:
    said = golden_thread(project, "run", "--stage", "first").stdout
    made = said.partition("What first made:\n")[2].splitlines()
    assert made == [f"  {project / path}" for path in ("reports/published/01-first", "reports/site/first.html")]
    said = golden_thread(project, "run", "--stage", "second", "--stage", "first", "--stage", "second").stdout
    made = said.partition("What second and first made:\n")[2].splitlines()
    assert made == [
        f"  {project / path}"
        for path in (
            "reports/site/second.html",
            "reports/site/docs",
            "reports/published/01-first",
            "reports/site/first.html",
        )
    ]
    assert "The reports, made by the embedded engine" in golden_thread(project, "run").stdout


def test_a_log_says_what_runs_and_how_long_it_usually_takes(project: Path) -> None:
    first = golden_thread(project, "run").stdout.splitlines()
    assert first[0] == "[1/2] first            running" and first[1].startswith("[1/2] first            done in ")
    seconds = project / ".dvc/tmp/golden-thread/seconds.json"
    assert sorted(yaml.safe_load(seconds.read_text())) == ["first", "second"]
    seconds.write_text('{"first": [40], "second": [1]}')
    (project / "step.py").write_text(STEP + "# changed\n")
    second = golden_thread(project, "run").stdout.splitlines()
    assert second[0] == "[1/2] first            running, usually 40 s"
    assert [line.split(" in ")[0] for line in second[1:3]] == [
        "[1/2] first            done",
        "[2/2] second           done",
    ]
    assert golden_thread(project, "run").stdout.splitlines()[:2] == [
        "[1/2] first            up to date",
        "[2/2] second           up to date",
    ]
