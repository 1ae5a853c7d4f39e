"""Exports of council surveys made up for the tests, whole with everything that must not leave data/raw."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
import yaml

AGREEMENT = ["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"]
SATISFACTION = ["Very satisfied", "Fairly satisfied", "Fairly dissatisfied", "Very dissatisfied"]
DONT_KNOW, NOT_APPLICABLE = "Don't know", "N/A"
STATEMENTS = {  # statement: domain, what it measures, the statement of 2011 that it matches, cuts of the latent answer
    "My supervision happens every month": ("supervision", "support", None, (-2.3, -1.6, -0.9, 0.2)),
    "Supervision helps me to think about families": ("supervision", "support", None, (-2.2, -1.5, -0.7, 0.4)),
    "My supervisor knows my work": ("supervision", "support", None, (-2.4, -1.8, -1.2, 0)),
    "My workload can be managed": ("challenges", "support", None, (-1.5, -0.6, -0.1, 1.4)),
    "I can take up training when it is offered": (
        "learning_development",
        "support",
        "able-to-take-up-training",
        (-2, -1.2, -0.6, 0.7),
    ),
    "Training suits my part in safeguarding": (
        "learning_development",
        "support",
        "training-relevant-to-safeguarding",
        (-2.1, -1.4, -0.7, 0.5),
    ),
    "I have been trained to supervise others": ("recruitment_retention", "support", None, (-2, -1, -0.4, 0.6)),
    "Colleagues in my team help each other": ("teamworking", "support", None, (-2.5, -2.1, -1.8, -0.2)),
    "Our meetings are useful": ("teamworking", "support", None, (-1.8, -0.9, 0, 1.1)),
    "How satisfied are you with your equipment?": ("organisational_culture", "support", None, (-1.9, -1, 0.8)),
    "How satisfied are you with the thanks you get?": ("organisational_culture", "support", None, (-2.1, -1.2, 0.6)),
    "Children's needs are met because of our support": (
        "support_and_outcomes",
        "outcome",
        None,
        (-2.6, -2.1, -1.4, 0.3),
    ),
    "Families are better off because of our work": ("support_and_outcomes", "outcome", None, (-2.2, -1.3, -0.4, 0.7)),
}
TRAINED = "I have been trained to supervise others"  # few managers answered, and nobody who does not supervise
ROLES = {"Social worker": 195, "Senior practitioner": 72, "Team manager": 24, "Student on placement": 9}
SERVICES = {"Assessment": 120, "Child protection": 84, "Children looked after": 58, "Early help": 34, "Edge of care": 4}
ROLE, SERVICE, TEAM = "What is your role?", "Which service do you work in?", "Which team do you work in?"
REMARK = "Is there anything else you would like to tell us?"


@dataclass(frozen=True)
class Made:
    """An export: what stands in it (`people`, one row a person who counts), and what nobody may find outside it."""

    path: Path
    people: pd.DataFrame
    secrets: tuple[str, ...]


def write_export(path: Path, respondents: int = 300, seed: int = 7) -> Made:
    """Write a workbook of so many respondents; after them come people who sent it again, and rows without an answer."""
    rng = np.random.default_rng(seed)
    people = _answers(rng, respondents)
    number = np.arange(respondents)
    start = datetime(2031, 2, 17, 8, 3, 11)
    personal = pd.DataFrame(
        {
            "Respondent ID": [f"RZQ{7_310_000 + 37 * each}" for each in number],
            "Start Date": [start + timedelta(minutes=61 * int(each)) for each in number],
            "IP Address": [f"203.0.113.{each % 250 + 1}" for each in number],
            "Email Address": [f"z.quill{each:03d}@council.example" for each in number],
            "Full name": [f"Zebedee Quillfeather{_letters(int(each))}" for each in number],
        }
    )
    remarks = pd.Series(
        np.where(
            number % 3 == 0, [f"The lift in block {_letters(int(each))} hums xylophonically" for each in number], ""
        ),
        name=REMARK,
    )
    whole = pd.concat([personal, people, remarks], axis=1)
    again = whole.sample(6, random_state=seed).assign(**dict.fromkeys(STATEMENTS, ""))
    again[next(iter(STATEMENTS))] = AGREEMENT[4]
    empty = whole.head(2).assign(**{"Respondent ID": ["RZQ9900001", "RZQ9900002"], **dict.fromkeys(STATEMENTS, "")})
    _write_workbook(path, pd.concat([whole, again, empty], ignore_index=True))
    secrets = (
        "RZQ7",
        "203.0.113.",
        "z.quill",
        "council.example",
        "Quillfeather",
        "xylophonically",
        "2031-02-",
        "Kestrel nest",
        "Student on placement",
        "Edge of care",
    )
    return Made(path, people, secrets)


def _answers(rng: np.random.Generator, respondents: int) -> pd.DataFrame:
    team = rng.permutation(np.arange(respondents) % max(12, respondents // 10))
    level = rng.normal(size=respondents) + 0.5 * rng.normal(size=team.max() + 1)[team]
    people = pd.DataFrame(
        {
            ROLE: _spread(rng, ROLES, respondents),
            SERVICE: _spread(rng, SERVICES, respondents),
            TEAM: [f"Kestrel nest {_letters(int(each))}" for each in team],
        }
    )
    for statement, (*_, cuts) in STATEMENTS.items():
        labels = AGREEMENT if len(cuts) == 4 else SATISFACTION
        latent = 0.6 * level + 0.8 * rng.normal(size=respondents)
        answer = np.array(labels, dtype=object)[len(cuts) - np.searchsorted(cuts, latent)]
        chance = rng.random(respondents)
        if len(cuts) == 4:
            answer[chance < 0.02] = DONT_KNOW
        answer[chance > 0.99] = ""
        people[statement] = answer
    people.loc[rng.random(respondents) < 0.03, list(STATEMENTS)[8]] = NOT_APPLICABLE
    supervises = people[ROLE].eq("Senior practitioner")
    few = people.index[people[ROLE].eq("Team manager")][:7]
    asked = supervises | people.index.isin(few)
    people.loc[~asked, TRAINED] = NOT_APPLICABLE
    people.loc[asked & ~people[TRAINED].isin(AGREEMENT), TRAINED] = AGREEMENT[1]
    stopped = rng.choice(people.index[~asked], size=max(2, respondents // 25), replace=False)
    people.loc[stopped, list(STATEMENTS)[7:]] = ""
    return people


def _spread(rng: np.random.Generator, levels: dict[str, int], respondents: int) -> np.ndarray:
    ends = np.rint(np.cumsum(list(levels.values())) / sum(levels.values()) * respondents).astype(int)
    places = np.searchsorted(ends, np.arange(respondents), side="right")
    return rng.permutation(np.array(list(levels), dtype=object)[places])


def _letters(number: int) -> str:
    """A word for a number that is no number: a count in a report cannot be taken for it."""
    return "".join("bdfgklmnpr"[int(digit)] + "aeiou"[int(digit) % 5] for digit in f"{number:03d}")


def _write_workbook(path: Path, table: pd.DataFrame) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss"}) as book:
        sheet = book.add_worksheet("Responses")
        sheet.write_row(0, 0, list(table.columns))
        for line, row in enumerate(table.itertuples(index=False), start=1):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(line, place, value)
                elif value != "":
                    sheet.write_string(line, place, str(value))


def correct(folder: Path, **changes: object) -> dict:
    """Correct the drafted codebook in `folder` as a person would: what each statement measures, groups, title."""
    path = folder / "survey.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    domains = {domain: domain.replace("_", " ").capitalize() for domain, *_ in STATEMENTS.values()}
    content["domains"] = [{"id": domain, "label": label} for domain, label in domains.items()]
    for item in content["items"]:
        item["domain"], item["measures"], matches, _ = STATEMENTS[item["column"]]
        item.pop("matches", None)
        item |= {"matches": matches} if matches else {}
    content |= {
        "groups": [
            {"id": "role", "column": ROLE, "label": "Role"},
            {"id": "service", "column": SERVICE, "label": "Service"},
        ],
        "cluster": TEAM,
        "respondent": "Respondent ID",
        "duplicates": "first",
    }
    used = {ROLE, SERVICE, TEAM, "Respondent ID"}
    content["left_out"] = [each for each in content.get("left_out", []) if each["column"] not in used]
    content |= changes
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return content


def write_ready_table(path: Path, percentages: bool = False) -> Path:
    """Write a table of totals: a statement a row, with counts or whole percentages of 120 people."""
    rows = {
        "My workload can be managed": (30, 60, 12, 12, 6),
        "Colleagues in my team help each other": (54, 48, 6, 6, 6),
        "Children's needs are met because of our support": (24, 60, 18, 12, 6),
    }
    lines = [
        [statement, *(f"{100 * count / 120:.0f}%" if percentages else count for count in counts), 120]
        for statement, counts in rows.items()
    ]
    pd.DataFrame(lines, columns=["Statement", *AGREEMENT, "Base"]).to_csv(path, index=False)
    return path
