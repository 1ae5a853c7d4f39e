"""The page that shows how a survey was understood: its counts are pandas', it stays with the export, and tells what to look at."""

import re
import shutil
import stat
import subprocess

import numpy as np
import pandas as pd
import pytest

from pipeline.errors import DataError
from pipeline.rendering.survey_preview import PAGE, write_preview
from pipeline.surveys.staff.preview import look
from pipeline.workflow.survey_adding import new_survey
from tests.surveys.projects import AGREEMENT, ROOT, answers, make_project, write_columns

HOSTILE = '<script>alert("x")</script> & {{ 1 }}'


@pytest.fixture
def project(tmp_path, monkeypatch):
    project = make_project(tmp_path / "project")
    shutil.copytree(ROOT / "reports/styles", project / "reports/styles")
    monkeypatch.chdir(project)
    return project


@pytest.fixture
def folder(project, tmp_path):
    """Three statements that go together, one that goes against them; a role of 9 and one of 5 people among larger ones."""
    rng = np.random.default_rng(3)
    mood = rng.integers(0, 5, 120)
    columns = {
        name: [AGREEMENT[place] for place in np.clip(mood + rng.integers(-1, 2, 120), 0, 4)]
        for name in ("I feel supported", "My manager listens to me", f"I have time for {HOSTILE}")
    }
    columns["My caseload lets me do good work"] = [AGREEMENT[4 - place] for place in mood]
    columns["Role"] = ["Social worker"] * 60 + ["Manager"] * 46 + ["Student"] * 9 + ["Volunteer"] * 5
    new_survey(project, "leeds-2026", write_columns(tmp_path / "export.csv", columns))
    return project / "data/raw/surveys/leeds-2026"


def test_every_bar_is_what_pandas_counts(folder):
    export = pd.read_csv(folder / "export.csv")
    preview = look(folder)
    assert len(preview.items) == 4
    for view in preview.items:
        counts = export[view.item.column].value_counts()
        assert {bar.label: bar.count for bar in view.bars} == counts.reindex(AGREEMENT, fill_value=0).to_dict()
        assert [bar.percent for bar in view.bars] == pytest.approx(
            (counts.reindex(AGREEMENT, fill_value=0) / 1.2).to_list()
        )
        assert view.answered == 120 and not view.missing
    (scale,) = preview.scales
    assert sum(bar.count for bar in scale.bars) == 480 and [bar.label for bar in scale.bars] == AGREEMENT


def test_a_statement_that_goes_against_the_others_is_pointed_out(folder):
    export = pd.read_csv(folder / "export.csv").drop(columns="Role").map(AGREEMENT.index)
    preview = look(folder)
    assert [view.item.column for view in preview.items if view.against] == ["My caseload lets me do good work"]
    for view in preview.items:
        others = export.drop(columns=view.item.column).mean(axis=1)
        assert view.with_others == pytest.approx(export[view.item.column].corr(others))


def test_what_becomes_of_each_group_is_said_with_whom_it_hides(folder):
    (roles,) = look(folder).groups
    assert {bar.label: (bar.count, bar.role) for bar in roles.levels} == {
        "Manager": (46, "shown"),
        "Social worker": (60, "shown"),
        "Student": (9, "joined"),
        "Volunteer": (5, "joined"),
    }
    assert (
        roles.said == "Student and Volunteer are counted together as one group, because some have fewer than 10 people."
    )


def test_texts_of_others_are_shown_as_they_are(folder):
    page = write_preview(folder).read_text(encoding="utf-8")
    assert "<script" not in page and "&lt;script&gt;" in page and "{{ 1 }}" in page


def test_the_page_is_its_owners_and_no_stage_sees_it(project, folder):
    page = write_preview(folder)
    assert page == folder / PAGE and stat.S_IMODE(page.stat().st_mode) == 0o600
    assert not list((project / "reports").rglob("*preview.html"))
    ignored = subprocess.run(
        ["git", "check-ignore", "data/raw/surveys/leeds-2026/preview.html"], cwd=ROOT, capture_output=True
    )
    assert ignored.returncode == 0
    from dvc.repo import Repo

    with Repo(ROOT) as repo:
        assert repo.dvcignore.is_ignored_file(str(ROOT / "data/raw/surveys/leeds-2026/preview.html"))
        assert not repo.dvcignore.is_ignored_file(str(ROOT / "data/raw/surveys/leeds-2026/survey.yaml"))


def test_it_is_the_same_page_again(folder):
    assert write_preview(folder).read_bytes() == write_preview(folder).read_bytes()


def test_where_codebook_and_file_do_not_fit_the_earlier_page_stays(folder):
    before = write_preview(folder).read_bytes()
    codebook = folder / "survey.yaml"
    codebook.write_text(codebook.read_text(encoding="utf-8").replace("column: Role", "column: Roles"), encoding="utf-8")
    with pytest.raises(DataError, match="Roles"):
        write_preview(folder)
    assert (folder / PAGE).read_bytes() == before


def test_a_point_that_nobody_chose_is_said_to_be_so(project, tmp_path):
    columns = {f"I feel supported {number}": answers(AGREEMENT[:4], 60, number) for number in range(3)}
    new_survey(project, "kent-2026", write_columns(tmp_path / "export.csv", columns))
    folder = project / "data/raw/surveys/kent-2026"
    page = write_preview(folder).read_text(encoding="utf-8")
    rows = re.findall(r"<dt>Strongly disagree.*?chosen by nobody", page, re.DOTALL)
    assert len(rows) == 4  # the scale, and each of three statements


def test_questions_that_are_open_stand_first(project, tmp_path):
    columns = {f"I feel supported {number}": answers(["1", "2", "3", "4", "5", "9"], 60, number) for number in range(3)}
    new_survey(project, "kent-2026", write_columns(tmp_path / "export.csv", columns))
    page = write_preview(project / "data/raw/surveys/kent-2026").read_text(encoding="utf-8")
    head, _, rest = page.partition("for you first</h2>")
    assert (
        rest
        and "golden-thread survey decide kent-2026" in rest
        and "<h2>" not in head.partition("<main>")[2].rpartition("<h2>")[0]
    )
