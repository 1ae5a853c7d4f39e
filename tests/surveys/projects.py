"""A project folder for the tests, and made-up exports as the survey platforms write them."""

import csv
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "surveys"
AGREEMENT = ["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"]
SECRETS = ("ann.other@example.org", "192.0.2.17", "Zebedee Quillfeather", "my cousin's wedding", "020 7946 0123")


def make_project(folder: Path) -> Path:
    """A project with the survey of 2011 and the parameters, as project_root finds it."""
    (folder / "pipeline").mkdir(parents=True)
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "data/raw/surveys/ofsted-2011", folder / "data/raw/surveys/ofsted-2011")
    return folder


def write_rows(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def answers(labels: Sequence[object], rows: int = 60, seed: int = 1) -> list[object]:
    """So many answers, each label at least once."""
    drawn = [*labels, *random.Random(seed).choices(labels, k=rows - len(labels))]
    random.Random(seed + 1).shuffle(drawn)
    return drawn


def write_columns(path: Path, columns: dict[str, Sequence[object]]) -> Path:
    """A file with one header row."""
    return write_rows(path, [list(columns), *zip(*columns.values(), strict=True)])


def qualtrics(path: Path, rows: int = 60) -> Path:
    """A Qualtrics export: names, questions, ImportIds; personal columns, two grids, a comment, and groups."""
    stem = "How far do you agree? - "
    columns = {  # name: question, cells
        "StartDate": ("Start Date", [f"2026-03-{1 + row % 28:02d} 10:00:00" for row in range(rows)]),
        "Status": ("Response Type", answers(["IP Address", "Survey Preview"], rows)),
        "IPAddress": ("IP Address", [SECRETS[1]] * rows),
        "Progress": ("Progress", answers(["100", "45"], rows)),
        "Finished": ("Finished", answers(["True", "False"], rows)),
        "ResponseId": ("Response ID", [f"R_{row:04d}" for row in range(rows)]),
        "RecipientLastName": ("Recipient Last Name", [SECRETS[2]] * rows),
        "RecipientEmail": ("Recipient Email", [SECRETS[0]] * rows),
        "LocationLatitude": ("Location Latitude", [f"51.{row:03d}" for row in range(rows)]),
        "Q1_1": (stem + "My line manager helps me to manage my workload", answers([*AGREEMENT, "Don’t know"], rows, 1)),
        "Q1_2": (stem + "Senior leaders are visible and approachable", answers([*AGREEMENT, "N/A"], rows, 2)),
        "Q1_3": (stem + "The canteen is good", answers(AGREEMENT[:3], rows, 3)),
        "Q2": (
            "Overall, how satisfied are you?",
            answers(["Very satisfied", "Fairly satisfied", "Fairly dissatisfied", "Very dissatisfied"], rows, 4),
        ),
        "Q3": (
            "Anything else you would like to say?",
            [SECRETS[3] if row == 7 else f"remark {row}" for row in range(rows)],
        ),
        "Q4": ("What is your role?", answers(["Social worker", "Manager", "Student"], rows, 5)),
        "Q5": ("Which team do you work in?", answers([f"Team {letter}" for letter in "ABCDEF"], rows, 6)),
        "Q6": ("Telephone number", [SECRETS[4]] * rows),
        "Weight": ("Weight", answers(["0.8", "1.25", "1"], rows, 7)),
    }
    imports = [f'{{"ImportId":"{name}"}}' for name in columns]
    return write_rows(
        path,
        [
            list(columns),
            [question for question, _ in columns.values()],
            imports,
            *zip(*(cells for _, cells in columns.values()), strict=True),
        ],
    )


def surveymonkey(path: Path, rows: int = 60) -> Path:
    """A SurveyMonkey export: two header rows, personal columns, a question with several answers, and a grid."""
    top = [
        "Respondent ID",
        "Collector ID",
        "Date Created",
        "IP Address",
        "Email Address",
        "First Name",
        "Custom Data 1",
        "Which of these help you? Tick all that apply.",
        "",
        "",
        "How often is this so?",
        "",
        "",
        "Gender",
    ]
    below = [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "Training",
        "Supervision",
        "Other (please specify)",
        "My supervision is cancelled",
        "My team colleagues support each other",
        "I am praised for good work",
        "Response",
    ]
    often = ["Always", "Often", "Sometimes", "Rarely", "Never"]
    cells = [
        [str(10_000_000 + row) for row in range(rows)],
        ["77"] * rows,
        ["03/01/2026"] * rows,
        [SECRETS[1]] * rows,
        [SECRETS[0]] * rows,
        [SECRETS[2]] * rows,
        [f"ref{row}" for row in range(rows)],
        answers(["Training", ""], rows, 1),
        answers(["Supervision", ""], rows, 2),
        [SECRETS[3] if row == 3 else "" for row in range(rows)],
        answers(often, rows, 3),
        answers(often, rows, 4),
        answers(often[:4], rows, 5),
        answers(["Female", "Male", ""], rows, 6),
    ]
    return write_rows(path, [top, below, *zip(*cells, strict=True)])
