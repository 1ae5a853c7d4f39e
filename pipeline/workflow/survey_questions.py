"""Surveys of which a question is open: a run makes everything but their reports, and says so at its end."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.errors import CodebookError, DataError
from pipeline.inputs.parameters import surveys_of
from pipeline.phrases import counted, listed
from pipeline.surveys.deciding.questions import Question, refuse_open
from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.workflow.survey_adding import SURVEYS


def open_surveys(root: Path) -> dict[str, tuple[Question, ...]]:
    """The open questions of the surveys that params.yaml names, by the survey; one without any is not there.

    A codebook that cannot be read has none: what is wrong with it is told by its stage.
    """
    found = {}
    for name in surveys_of(root):
        with suppress(CodebookError):
            found[name] = read_staff_survey(root / SURVEYS / name / "survey.yaml").decide
    return {name: questions for name, questions in found.items() if questions}


def without_open(names: Sequence[str], wanted: Sequence[str], waiting: dict[str, tuple[Question, ...]]) -> list[str]:
    """The stages to run: those `wanted`, or all of `names` but those of surveys that wait for an answer.

    No stage is named where nothing waits and none is wanted: then DVC runs all. Raises DataError for a stage that is
    wanted of a survey that waits.
    """
    for stage in wanted:
        survey = stage.partition("@")[2]
        refuse_open(survey, waiting.get(survey, ()))
    if wanted or not waiting:
        return list(wanted)
    return [name for name in names if name.partition("@")[2] not in waiting]


def tell_waiting(waiting: dict[str, tuple[Question, ...]]) -> None:
    """Raise DataError that names the surveys of which no report was made."""
    if waiting:
        raise DataError(
            f"No report was made of {listed(list(waiting))}: there are questions for you first. Everything else is made.",
            where="survey.yaml, decide",
            found="; ".join(f"{name}: {counted(len(questions), 'question')}" for name, questions in waiting.items()),
            fix="Answer them, and run again: " + ", ".join(f"golden-thread survey decide {name}" for name in waiting),
        )
