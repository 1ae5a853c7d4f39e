"""`golden-thread survey decide` and what waits for it, through the real command line."""

import os
import subprocess
import sys

import pytest
import yaml

from pipeline.surveys.staff.codebook import read_staff_survey
from pipeline.workflow.survey_adding import new_survey
from tests.surveys.projects import AGREEMENT, ROOT, answers, make_project, write_columns

STAGES = {
    "stages": {
        "shared": {"cmd": "python -c \"open('a.txt', 'w').write('1')\"", "outs": ["a.txt"]},
        "staff-survey": {
            "foreach": "${surveys}",
            "do": {
                "cmd": "python -c \"open('${item}.txt', 'w').write('1')\"",
                "deps": ["a.txt", "data/raw/surveys/${item}"],
                "outs": ["${item}.txt"],
            },
        },
    }
}


@pytest.fixture
def project(tmp_path):
    """A project with a survey `asked` that has four questions, and one, `plain`, that has none."""
    root = make_project(tmp_path / "project")
    numbers = {f"I am asked about thing {number}": answers([*"12345", "8", "99"], 60, number) for number in range(3)}
    moods = {f"How is {each}?": answers(["Thriving", "Coping", "Struggling"], 60, each) for each in range(3)}
    new_survey(root, "asked", write_columns(tmp_path / "asked.csv", numbers | moods))
    new_survey(
        root,
        "plain",
        write_columns(
            tmp_path / "plain.csv", {"I am well supported": answers(AGREEMENT, 60), "Role": answers(["A", "B"], 60)}
        ),
    )
    return root


def call(root, *words, typed="", code=0):
    """Run a command; its output, and what it said of a mistake."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, words)],
        cwd=root,
        input=typed,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GOLDEN_THREAD_ENGINE": "embedded", "COLUMNS": "120"},
    )
    assert done.returncode == code and "Traceback" not in done.stderr, done.stdout + done.stderr
    return done.stdout + done.stderr


def survey(root, name="asked"):
    return read_staff_survey(root / "data/raw/surveys" / name / "survey.yaml")


def test_questions_are_answered_taken_back_and_left_for_later(project):
    assert len(survey(project).decide) == 4
    said = call(project, "survey", "decide", "asked", typed="2\nu\n\n7\nno-answer\nq\n")
    assert (
        "Question 1 of 4  (numbers-5-points)" in said and "5 is the strongest agreement, or the best   (likely)" in said
    )
    assert "1: " in said and "The last answer was taken back." in said  # the counts
    assert (
        "There is no such answer." in said
        and "2 still open: golden-thread survey decide asked goes on with them." in said
    )
    now = survey(project)
    assert now.decided == {
        "numbers-5-points": "5 is the strongest agreement, or the best",
        "numbers-5-code-8": "no answer: who gave it is not in the base",
    }
    assert [question.id for question in now.decide] == ["numbers-5-code-99", "order-3-order"]
    said = call(project, "survey", "decide", "asked", typed="\n1 1\n2 3 1\n")
    assert "Question 1 of 2" in said and "That is no order of the labels." in said
    assert "Everything is decided. Next: golden-thread survey check asked" in said
    labels = dict(enumerate(now.decide[1].order.labels, 1))
    assert [category.label for category in survey(project).scale("how-is-0").categories] == [
        labels[2],
        labels[3],
        labels[1],
    ]
    assert "codebook and file fit together." in call(project, "survey", "check", "asked")


def test_the_end_of_what_is_typed_stops(project):
    assert "4 still open" in call(project, "survey", "decide", "asked", typed="")
    assert "3 still open" in call(project, "survey", "decide", "asked", typed="\n")


def test_scripts_give_their_answers_at_once_or_not_at_all(project):
    path = project / "data/raw/surveys/asked/survey.yaml"
    before = path.read_bytes()
    wrong = call(
        project,
        "survey",
        "decide",
        "asked",
        "--answer",
        "numbers-5-points=low",
        "--answer",
        "numbers-5-code-8=maybe",
        code=2,
    )
    assert "That is no answer to the question." in wrong and "dont-know" in wrong and path.read_bytes() == before
    assert "ID=KEY" in call(project, "survey", "decide", "asked", "--answer", "low", code=2)
    said = call(
        project, "survey", "decide", "asked", "--answer", "numbers-5-points=low", "--answer", "order-3-order=1 2 / 3"
    )
    assert "2 still open" in said and [question.id for question in survey(project).decide] == [
        "numbers-5-code-8",
        "numbers-5-code-99",
    ]


def test_a_check_leads_with_the_questions_and_fits_a_screen(project):
    said = call(project, "survey", "check", "asked", code=1)
    lines = said.strip("\n").split("\n")
    assert lines[0] == "4 questions for you, before there is a report: golden-thread survey decide asked"
    assert len(lines) <= 40 and all(question.question in said for question in survey(project).decide)
    kept = project / "data/raw/surveys/asked/check.txt"
    assert "Columns left out" in kept.read_text(encoding="utf-8") or "Scales" in kept.read_text(encoding="utf-8")
    assert os.name != "posix" or kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_a_run_makes_everything_but_the_report_of_a_survey_that_waits(project):
    (project / ".dvc").mkdir()
    (project / ".dvc" / "config").write_text("[core]\n    analytics = false\n    check_update = false\n")
    (project / "dvc.yaml").write_text(yaml.safe_dump(STAGES, sort_keys=False))
    said = call(project, "run", code=2)
    assert "No report was made of asked: there are questions for you first. Everything else is made." in said
    assert "asked: 4 questions" in said and "golden-thread survey decide asked" in said
    assert (project / "plain.txt").exists() and not (project / "asked.txt").exists()
    refused = call(project, "run", "--stage", "staff-survey@asked", code=2)
    assert (
        "The survey asked has 4 questions for you before there is a report." in refused
        and not (project / "asked.txt").exists()
    )
    call(project, "run", "--stage", "staff-survey@plain")
    call(project, "survey", "decide", "asked", typed="\n" * 4)
    call(project, "run")
    assert (project / "asked.txt").exists()
