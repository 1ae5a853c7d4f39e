"""Answers of a council's staff, and what is made of them, can be read by their owner only."""

import os
import stat
import subprocess
import sys

import pytest
import yaml

from pipeline.surveys.private import close, keep_private
from pipeline.workflow.running import reproduce
from tests.surveys.projects import ROOT, make_project, qualtrics

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder):
    return {
        path.relative_to(folder).as_posix(): oct(stat.S_IMODE(path.stat().st_mode))
        for path in (folder, *folder.rglob("*"))
    }


def all_closed(folder):
    return all(mode == ("0o700" if (folder / path).is_dir() else "0o600") for path, mode in modes(folder).items())


@pytest.mark.slow
@pytest.mark.parametrize("words", [["new", "leeds-2026", "a.csv"], ["simulate", "leeds-2026", "--respondents", "200"]])
def test_a_survey_that_is_taken_in_is_closed_from_the_start(tmp_path, words):
    project = make_project(tmp_path / "project")
    qualtrics(project / "a.csv")
    (project / "a.csv").chmod(0o644)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "survey", *words],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert all_closed(project / "data/raw/surveys/leeds-2026")
    assert stat.S_IMODE((project / "data/raw/surveys/ofsted-2011/survey.yaml").stat().st_mode) & 0o044


@pytest.mark.slow
def test_what_a_run_makes_of_a_survey_is_closed_and_so_are_dvc_s_copies(tmp_path):
    make = (
        "import os\nfrom pathlib import Path\nPath('data/processed/surveys/leeds').mkdir(parents=True)\n"
        "Path('data/processed/surveys/leeds/answers.csv').write_text('1')\n"
        "Path('page.html').write_text(oct(os.stat('data/processed/surveys').st_mode & 0o777))\n"
    )
    (tmp_path / "data/raw/surveys/leeds/more").mkdir(parents=True)
    (tmp_path / "data/raw/surveys/leeds/more/export.csv").write_text("1")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "make.py").write_text(make)
    (tmp_path / "dvc.yaml").write_text(
        yaml.safe_dump(
            {
                "stages": {
                    "make": {
                        "cmd": "python make.py",
                        "deps": ["make.py", "data/raw/surveys/leeds"],
                        "outs": ["data/processed/surveys/leeds", "page.html"],
                    }
                }
            }
        )
    )
    for _ in ("made", "taken from the cache"):
        reproduce(tmp_path)
        assert all_closed(tmp_path / "data/raw/surveys/leeds") and all_closed(tmp_path / "data/processed/surveys/leeds")
        for folder in (
            ".dvc/cache",
            ".dvc/tmp",
            "data/processed/surveys",
        ):  # the last: closed while a stage writes into it
            assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700
        assert (tmp_path / "page.html").read_text() == "0o700"
        assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == 0o644  # a report is for others
        (tmp_path / "data/processed/surveys/leeds/answers.csv").unlink()


def test_the_published_survey_and_links_to_elsewhere_are_left_as_they_are(tmp_path):
    (tmp_path / "data/raw/surveys/ofsted-2011").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.csv").touch()
    (tmp_path / "data/raw/surveys/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "data/raw/surveys/leeds").mkdir()
    (tmp_path / "data/raw/surveys/leeds/link.csv").symlink_to(tmp_path / "elsewhere" / "a.csv")
    keep_private(tmp_path)
    assert modes(tmp_path / "elsewhere") == {".": "0o755", "a.csv": "0o644"}
    assert stat.S_IMODE((tmp_path / "data/raw/surveys/ofsted-2011").stat().st_mode) == 0o755
    close(tmp_path / "elsewhere")
    assert modes(tmp_path / "elsewhere") == {".": "0o700", "a.csv": "0o600"}
