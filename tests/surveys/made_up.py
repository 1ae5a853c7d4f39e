"""A council's survey made up for the tests: a codebook with two scales, and a file of answers."""

import copy
import csv
from pathlib import Path
from typing import Any

import yaml

from pipeline.surveys.staff.codebook import StaffSurvey

CODEBOOK: dict[str, Any] = {
    "name": "made-up",
    "title": "A made-up survey",
    "kind": "responses",
    "file": {"name": "export.csv"},
    "scales": [
        {
            "id": "agreement",
            "categories": [
                {"id": "strongly_agree", "label": "Strongly agree", "role": "agree", "answers": ["5"]},
                {"id": "agree", "label": "Agree", "role": "agree", "answers": ["4"]},
                {
                    "id": "neither",
                    "label": "Neither agree nor disagree",
                    "role": "neutral",
                    "answers": ["Neither", "3"],
                },
                {"id": "disagree", "label": "Disagree", "role": "disagree", "answers": ["2"]},
                {"id": "strongly_disagree", "label": "Strongly disagree", "role": "disagree", "answers": ["1"]},
                {"id": "dont_know", "label": "Don't know", "role": "dont_know"},
            ],
        },
        {
            "id": "satisfaction",
            "categories": [
                {"id": "very_satisfied", "label": "Very satisfied", "role": "agree"},
                {"id": "satisfied", "label": "Satisfied", "role": "agree"},
                {"id": "dissatisfied", "label": "Dissatisfied", "role": "disagree"},
                {"id": "very_dissatisfied", "label": "Very dissatisfied", "role": "disagree"},
            ],
        },
    ],
    "missing": [{"reason": "not_applicable", "answers": ["N/A"]}, {"reason": "not_asked", "answers": ["Not asked"]}],
    "domains": [{"id": "supervision", "label": "Supervision"}, {"id": "outcomes", "label": "Outcomes"}],
    "items": [
        {
            "id": "regular",
            "column": "Q1",
            "wording": "Supervision is regular",
            "label": "Regular supervision",
            "domain": "supervision",
            "measures": "support",
            "scale": "agreement",
        },
        {
            "id": "reflective",
            "column": "Q2",
            "wording": "Supervision is reflective",
            "label": "Reflective supervision",
            "domain": "supervision",
            "measures": "support",
            "scale": "agreement",
        },
        {
            "id": "content",
            "column": "Q3",
            "wording": "How satisfied are you?",
            "label": "Satisfied",
            "domain": "supervision",
            "measures": "support",
            "scale": "satisfaction",
        },
        {
            "id": "better-outcomes",
            "column": "Q4",
            "wording": "Support improves outcomes",
            "label": "Better outcomes",
            "domain": "outcomes",
            "measures": "outcome",
            "scale": "agreement",
        },
    ],
    "groups": [{"id": "role", "column": "Role", "label": "Role"}],
}
HEADER = ["Q1", "Q2", "Q3", "Q4", "Role"]


def staff_survey(**changes: Any) -> StaffSurvey:
    """The codebook with some of its keys changed."""
    return StaffSurvey.model_validate({**copy.deepcopy(CODEBOOK), **changes})


def write_survey(folder: Path, rows: list[list[str]], header: list[str] = HEADER, **changes: Any) -> StaffSurvey:
    """Write survey.yaml and export.csv to `folder`, and return the codebook."""
    folder.mkdir(parents=True, exist_ok=True)
    survey = staff_survey(**changes)
    (folder / "survey.yaml").write_text(yaml.safe_dump({**copy.deepcopy(CODEBOOK), **changes}), encoding="utf-8")
    with open(folder / "export.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return survey
