"""A survey from its export to its figures: drafted, its questions answered, counted."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from pipeline.surveys.deciding.editing import decide
from pipeline.surveys.staff.checking import check_survey
from pipeline.surveys.staff.codebook import StaffSurvey, read_staff_survey
from pipeline.surveys.staff.responses import read_responses
from pipeline.surveys.staff.tabulation import tabulate
from pipeline.workflow.survey_adding import new_survey
from tests.surveys.projects import ROOT, make_project

CASES = ROOT.parent / "shared" / "cases" / "surveys"
with_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not at hand")


class Drafted:
    """A draft in a project of its own."""

    def __init__(self, project: Path, file: Path):
        self.draft = new_survey(project, "made-up", file)
        self.folder = project / "data/raw/surveys/made-up"
        self.path = self.folder / "survey.yaml"

    @property
    def survey(self) -> StaffSurvey:
        return read_staff_survey(self.path)

    @property
    def open(self) -> list[str]:
        return [question.id for question in self.survey.decide]

    def answer(self, answers: Mapping[str, str] = {}) -> "Drafted":
        """Give these answers, and the likely ones to what is open then; the codebook fits its file afterwards."""
        decide(self.path, answers)
        decide(self.path, {question.id: question.likely for question in self.survey.decide})
        assert not self.open and not check_survey(self.folder).questions
        return self

    def shares(self) -> pd.DataFrame:
        """By item the base of everybody's answers, and the per cent that agree, are neutral, disagree and do not know."""
        shares = tabulate(read_responses(self.folder, self.survey)).shares
        return shares[shares["grouping"] == "all"].set_index("item")[
            ["respondents", "agree", "neutral", "disagree", "dont_know"]
        ]


@pytest.fixture
def drafted(tmp_path):
    """Draft an export, each in a project of its own."""
    return lambda file, name="project": Drafted(make_project(tmp_path / name), file)
