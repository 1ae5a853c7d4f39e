"""A check of a survey as it is told: the questions for a person first, at most a screen of it, all of it in a file beside."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.errors import DataError
from pipeline.files import replacing
from pipeline.phrases import counted
from pipeline.surveys.deciding.questions import Question
from pipeline.surveys.private import OWNER
from pipeline.surveys.staff.checking import Part, Report, check_survey
from pipeline.surveys.staff.codebook import read_staff_survey

KEPT = "check.txt"  # in the survey's own folder, for its owner's eyes only
FIRST = (
    "Respondents",
    "Table",
    "The report",
    "Columns left out",
    "Scales",
)  # of the parts, what most can go wrong with
SCREEN, WIDTH, ROWS, SHOWN = 40, 100, 6, 10  # lines; letters; rows of a part on a screen; problems that a message names


def check_in_short(folder: Path) -> tuple[list[str], bool]:
    """What the check of a survey says, in lines of a screen, and whether a question is open; all of it is in the file `KEPT`.

    Raises DataError, with the first problems, for a codebook that does not fit its file.
    """
    survey = read_staff_survey(folder / "survey.yaml")
    lines = _questions(survey.name, survey.decide)
    try:
        report = check_survey(folder)
    except DataError as error:
        problems = error.what.split("\n")
        if len(problems) <= SHOWN + 1 and not lines:
            raise
        _keep(folder, [*lines, str(error)])
        more = [f"  and {len(problems) - 1 - SHOWN} more: see {folder / KEPT}"] if len(problems) > SHOWN + 1 else []
        raise DataError("\n".join([*lines, *problems[: SHOWN + 1], *more]), **error.details) from None
    whole = [*lines, *_summary(report, sys.maxsize)]
    _keep(folder, whole)
    return _on_a_screen([*lines, *_summary(report, ROWS)], whole, folder), bool(survey.decide)


def _on_a_screen(short: Sequence[str], whole: Sequence[str], folder: Path) -> list[str]:
    """The first lines, and where all of them are if these are not."""
    if list(short) == list(whole) and len(short) <= SCREEN:
        return list(short)
    return [*short[: SCREEN - 2], "", f"All of it, {len(whole)} lines, is in {folder.name}/{KEPT} of data/raw/surveys."]


def _keep(folder: Path, lines: Sequence[str]) -> None:
    with replacing(folder / KEPT) as beside:
        beside.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        beside.chmod(OWNER)


def _questions(name: str, questions: Sequence[Question]) -> list[str]:
    if not questions:
        return []
    asked = [f"  {question.question}" for question in questions]
    return [
        f"{counted(len(questions), 'question')} for you, before there is a report: golden-thread survey decide {name}",
        *asked,
        "",
    ]


def _summary(report: Report, most: int) -> list[str]:
    """What fits, what to look at, and the parts of the report with so many rows each."""
    fits = "codebook and file fit together" + (", if the likely answers are right." if report.questions else ".")
    lines = [f"{report.survey.title}: {fits}"]
    for warning in report.warnings:
        lines += ["", f"Please look at this: {warning}"]
    for part in sorted(report.parts, key=lambda part: FIRST.index(part.title) if part.title in FIRST else len(FIRST)):
        lines += ["", part.title, *_rows(part, most)]
    return lines


def _rows(part: Part, most: int) -> list[str]:
    """The first rows of a part as lines of a table."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for row in part.rows[:most]:
        table.add_row("", *map(Text, row))
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    console.print(table)
    lines = [line.rstrip() for line in console.file.getvalue().rstrip("\n").split("\n")]
    return lines + [f"  … and {len(part.rows) - most} more"] * (len(part.rows) > most)
