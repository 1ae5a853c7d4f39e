"""A notebook that was run by hand with other parameters feeds no report: a run restores its values, `render` refuses."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pipeline.errors import RenderError
from pipeline.workflow.dvc_cache import md5_of_folder, recorded_stages
from pipeline.workflow.recorded_values import check_recorded_values
from pipeline.workflow.running import reproduce

ROOT = Path(__file__).resolve().parents[2]
STAGES = {
    "stages": {
        "link": {
            "cmd": "python chapter.py 04-link 12",
            "deps": ["chapter.py"],
            "outs": ["reports/published/04-link", "data/processed/link"],
        },
        "support": {
            "cmd": "python chapter.py 03-support 5",
            "deps": ["chapter.py"],
            "outs": ["reports/published/03-support", "data/processed/support"],
        },
        "render": {
            "cmd": "python -m pipeline render brief --engine embedded",
            "deps": ["reports/brief.qmd", "reports/published/04-link"],
            "outs": ["reports/site/brief.html"],
        },
        "survey": {
            "foreach": "${surveys}",
            "do": {
                "cmd": "python chapter.py survey/${item} 7",
                "deps": ["chapter.py"],
                "outs": ["reports/published/survey/${item}", "data/processed/survey/${item}"],
            },
        },
    }
}
CHAPTER = """\
import sys
from pathlib import Path
name, pairs = sys.argv[1:]
folder, own = Path("reports/published", name), Path("data/processed", name.partition("-")[2] or name)
for each in (folder / "tables", own):
    each.mkdir(parents=True, exist_ok=True)
key = name.partition("-")[2].replace("/", ".") or "survey"
(folder / "values.yaml").write_text(f"{key}.pairs: {{number: {pairs}, text: '{pairs}'}}\\n")
(folder / "tables" / "a.md").write_text(pairs)
(folder / "tables-b.md").write_text(pairs)
(own / "a.csv").write_text(pairs)
"""
BRIEF = "---\ntitle: A brief\nlang: en\nformat: html\n---\n\n## Findings\n\nThere are {{< var link.pairs >}} pairs.\n"

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GOLDEN_THREAD_ENGINE", "embedded")
    root = tmp_path / "my project"
    for folder in (".dvc", "notebooks", "reports"):
        (root / folder).mkdir(parents=True)
    (root / "pipeline").symlink_to(ROOT / "pipeline")
    (root / ".dvc/config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    shutil.copytree(ROOT / "reports/styles", root / "reports/styles")
    (root / "dvc.yaml").write_text(yaml.safe_dump(STAGES, sort_keys=False))
    (root / "params.yaml").write_text("surveys: [leeds]\n")
    (root / "chapter.py").write_text(CHAPTER)
    (root / "reports/brief.qmd").write_text(BRIEF)
    reproduce(root)
    return root


def by_hand(project: Path, *words: str) -> None:
    subprocess.run([sys.executable, "chapter.py", *words], cwd=project, check=True)


def render(project: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "render", *words],
        cwd=project,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def page(project: Path) -> str:
    return (project / "reports/site/brief.html").read_text(encoding="utf-8")


def test_the_hash_of_a_folder_is_dvc_s(project: Path) -> None:
    recorded = {
        out["path"]: out["md5"] for stage in recorded_stages(project / "dvc.lock").values() for out in stage["outs"]
    }
    folders = [path for path in recorded if (project / path).is_dir()]
    assert len(folders) == 6 and {path: md5_of_folder(project / path) for path in folders} == {
        path: recorded[path] for path in folders
    }


def test_a_report_is_not_rendered_from_values_of_a_notebook_that_was_run_by_hand(project: Path) -> None:
    assert "There are 12 pairs." in page(project) and render(project, "brief").returncode == 0
    before = page(project)
    by_hand(project, "04-link", "12")  # the same parameters: the same values
    assert render(project, "brief").returncode == 0
    by_hand(project, "04-link", "99")
    refused = render(project, "brief")
    assert refused.returncode == 2 and refused.stdout == "" and page(project) == before
    assert refused.stderr == (
        "04-link was run by hand: its values are not those of the last run, and no report is made of them.\n"
        "  where:    reports/published/04-link\n  expected: what the last run has published\n"
        "  fix:      golden-thread run puts the values back and makes the reports. For values of your own, put the parameters into "
        "params.local.yaml, and run.\n"
    )
    by_hand(project, "03-support", "99")
    assert render(project, "brief").stderr.startswith("03-support and 04-link were run by hand: their values")


def test_a_run_puts_the_values_back_and_no_report_has_seen_the_others(project: Path) -> None:
    by_hand(project, "04-link", "99")
    reproduce(project)
    assert "There are 12 pairs." in page(project) and "99" not in (project / "data/processed/link/a.csv").read_text()
    assert "'12'" in (project / "reports/published/04-link/values.yaml").read_text()
    assert render(project, "brief").returncode == 0


def test_the_values_of_a_survey_concern_its_own_report_only(project: Path) -> None:
    by_hand(project, "survey/leeds", "99")
    check_recorded_values(project)
    check_recorded_values(project, "york")
    with pytest.raises(RenderError, match="^leeds was run by hand"):
        check_recorded_values(project, "leeds")
