"""A file that a reader put or changed where a run delivers is kept aside before DVC replaces it, and told."""

import shutil
from pathlib import Path

import pytest
import yaml

from pipeline.workflow.readers_files import Kept, keep_readers_files, note_by_hand
from pipeline.workflow.running import reproduce

STAGES = {
    "stages": {
        "pages": {
            "cmd": "python step.py",
            "deps": ["step.py"],
            "outs": ["reports/site/study.html", "reports/site/docs", "data/t.csv"],
        }
    }
}
STEP = (
    "from pathlib import Path\n"
    "for name in ('reports/site/study.html', 'reports/site/docs/a.html', 'reports/site/docs/deep/b.html', 'data/t.csv'):\n"
    "    Path(name).parent.mkdir(parents=True, exist_ok=True)\n    Path(name).write_text('ours')\n"
)

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "my project"
    (root / ".dvc").mkdir(parents=True)
    (root / ".dvc/config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (root / "dvc.yaml").write_text(yaml.safe_dump(STAGES))
    (root / "step.py").write_text(STEP)
    assert run(root) == []
    return root


def run(root: Path) -> list[Kept]:
    kept: list[Kept] = []
    reproduce(root, on_kept=kept.append)
    return kept


def kept_files(root: Path) -> dict[str, str]:
    folder = root / "reports/kept"
    return {
        path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_what_a_reader_changed_or_put_is_kept_and_told_and_the_run_s_own_is_back(project: Path) -> None:
    site = project / "reports/site"
    (site / "study.html").write_text("mine")
    (site / "docs/deep/b.html").write_text("mine too")
    (site / "docs/notes.txt").write_text("my notes")
    (site / "my-page.html").write_text("where no stage delivers")
    (site / "docs/.hidden").write_text("a program's")
    (project / "data/t.csv").write_text("not in the site")
    assert [str(each) for each in run(project)] == [
        "reports/site/docs/deep/b.html is not as the last run left it, and a run replaces it: a copy is kept as reports/kept/docs/deep/b.html.",
        "reports/site/docs/notes.txt is not as the last run left it, and a run replaces it: a copy is kept as reports/kept/docs/notes.txt.",
        "reports/site/study.html is not as the last run left it, and a run replaces it: a copy is kept as reports/kept/study.html.",
    ]
    assert kept_files(project) == {"docs/deep/b.html": "mine too", "docs/notes.txt": "my notes", "study.html": "mine"}
    assert (
        (site / "study.html").read_text()
        == (site / "docs/deep/b.html").read_text()
        == (project / "data/t.csv").read_text()
        == "ours"
    )
    assert not (site / "docs/notes.txt").exists() and (site / "my-page.html").read_text() == "where no stage delivers"
    assert run(project) == []


def test_what_was_kept_earlier_is_never_overwritten_and_nothing_is_kept_twice(project: Path) -> None:
    page = project / "reports/site/study.html"
    for text, copy in (
        ("one", "study.html"),
        ("two", "study-2.html"),
        ("one", "study.html"),
        ("three", "study-3.html"),
    ):
        page.write_text(text)
        assert run(project) == [Kept("reports/site/study.html", f"reports/kept/{copy}")]
    assert kept_files(project) == {"study.html": "one", "study-2.html": "two", "study-3.html": "three"}


def test_what_an_earlier_run_made_is_no_reader_s_file(project: Path) -> None:
    """After a change of the code, a lost record, an output that is gone, or a run that was broken off."""
    page = project / "reports/site/study.html"
    (project / "step.py").write_text(STEP.replace("'ours'", "'ours, newer'"))
    assert run(project) == [] and page.read_text() == "ours, newer"
    page.unlink()
    page.write_text("ours")  # the earlier bytes, which DVC still has
    shutil.rmtree(project / "reports/site/docs")
    assert run(project) == [] and page.read_text() == "ours, newer"
    (project / "dvc.lock").unlink()
    assert run(project) == []


def test_what_a_command_called_by_hand_has_written_is_the_project_s_own(project: Path) -> None:
    page, beside = project / "reports/site/study.html", project / "reports/site/docs/a.html"
    page.write_text("rendered by hand")
    beside.write_text("by the same command")
    note_by_hand(project, [page])
    assert run(project) == [] and page.read_text() == beside.read_text() == "ours"
    page.write_text("rendered by hand, then changed")
    assert run(project) == [Kept("reports/site/study.html", "reports/kept/study.html")]


def test_a_run_that_fails_leaves_the_reader_s_file_in_its_place(project: Path) -> None:
    page = project / "reports/site/study.html"
    page.write_text("mine")
    (project / "step.py").write_text("raise SystemExit(2)\n")
    with pytest.raises(Exception, match="stopped at the stage"):
        run(project)
    assert page.read_text() == "mine" and kept_files(project) == {"study.html": "mine"}
    assert keep_readers_files(project, ["reports/site/study.html"]) == [
        Kept("reports/site/study.html", "reports/kept/study.html")
    ]
    assert kept_files(project) == {"study.html": "mine"}
