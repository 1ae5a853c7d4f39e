"""Exports of council surveys made up for the tests, whole with everything that must not leave data/raw."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
import yaml
from scipy.optimize import Bounds, LinearConstraint, milp

AGREEMENT = ["Strongly agree", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"]
SATISFACTION = ["Very satisfied", "Fairly satisfied", "Fairly dissatisfied", "Very dissatisfied"]
DONT_KNOW, NOT_APPLICABLE = "Don't know", "N/A"
STATEMENTS = {  # statement: domain, what it measures, the statement of 2011 that it matches, cuts of the latent answer
    "My supervision happens every month": ("supervision", "support", None, (-2.3, -1.6, -0.9, 0.2)),
    "Supervision helps me to think about families": ("supervision", "support", None, (-2.2, -1.5, -0.7, 0.4)),
    "My supervisor knows my work": ("supervision", "support", None, (-2.4, -1.8, -1.2, 0)),
    "My workload can be managed": ("challenges", "support", None, (-1.5, -0.6, -0.1, 1.4)),
    "I can take up training when it is offered": ("learning_development", "support", "able-to-take-up-training",
                                                  (-2, -1.2, -0.6, 0.7)),
    "Training suits my part in safeguarding": ("learning_development", "support",
                                               "training-relevant-to-safeguarding", (-2.1, -1.4, -0.7, 0.5)),
    "I have been trained to supervise others": ("recruitment_retention", "support", None, (-2, -1, -0.4, 0.6)),
    "Colleagues in my team help each other": ("teamworking", "support", None, (-2.5, -2.1, -1.8, -0.2)),
    "Our meetings are useful": ("teamworking", "support", None, (-1.8, -0.9, 0, 1.1)),
    "How satisfied are you with your equipment?": ("organisational_culture", "support", None, (-1.9, -1, 0.8)),
    "How satisfied are you with the thanks you get?": ("organisational_culture", "support", None, (-2.1, -1.2, 0.6)),
    "Children's needs are met because of our support": ("support_and_outcomes", "outcome", None, (-2.6, -2.1, -1.4, 0.3)),
    "Families are better off because of our work": ("support_and_outcomes", "outcome", None, (-2.2, -1.3, -0.4, 0.7)),
}
TRAINED = "I have been trained to supervise others"  # the only one of its domain: asked of those who supervise; few managers answered
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
    personal = pd.DataFrame({
        "Respondent ID": [f"RZQ{7_310_000 + 37 * each}" for each in number],
        "Start Date": [start + timedelta(minutes=61 * int(each)) for each in number],
        "IP Address": [f"203.0.113.{each % 250 + 1}" for each in number],
        "Email Address": [f"z.quill{each:03d}@council.example" for each in number],
        "Full name": [f"Zebedee Quillfeather{_letters(int(each))}" for each in number]})
    remarks = pd.Series(np.where(number % 3 == 0, [f"The lift in block {_letters(int(each))} hums xylophonically"
                                                   for each in number], ""), name=REMARK)
    whole = pd.concat([personal, people, remarks], axis=1)
    again = whole.sample(6, random_state=seed).assign(**dict.fromkeys(STATEMENTS, ""))
    again[list(STATEMENTS)[0]] = AGREEMENT[4]
    empty = whole.head(2).assign(**{"Respondent ID": ["RZQ9900001", "RZQ9900002"], **dict.fromkeys(STATEMENTS, "")})
    _write_workbook(path, pd.concat([whole, again, empty], ignore_index=True))
    secrets = ("RZQ7", "203.0.113.", "z.quill", "council.example", "Quillfeather", "xylophonically", "2031-02-", "2031-03-",
               "Kestrel nest", "Student on placement", "Edge of care")
    return Made(path, people, secrets)


def _answers(rng: np.random.Generator, respondents: int) -> pd.DataFrame:
    team = rng.permutation(np.arange(respondents) % max(12, respondents // 10))
    level = rng.normal(size=respondents) + 0.5 * rng.normal(size=team.max() + 1)[team]
    people = pd.DataFrame({ROLE: _spread(rng, ROLES, respondents), SERVICE: _spread(rng, SERVICES, respondents),
                           TEAM: [f"Kestrel nest {_letters(int(each))}" for each in team]})
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
    return rng.permutation(np.array(list(levels), dtype=object)[np.searchsorted(ends, np.arange(respondents), side="right")])


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
    content |= {"groups": [{"id": "role", "column": ROLE, "label": "Role"}, {"id": "service", "column": SERVICE, "label": "Service"}],
                "cluster": TEAM, "respondent": "Respondent ID", "duplicates": "first"}
    used = {ROLE, SERVICE, TEAM, "Respondent ID"}
    content["left_out"] = [each for each in content.get("left_out", []) if each["column"] not in used]
    content |= changes
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return content


@dataclass(frozen=True)
class Published:
    """The tables of a report that anybody can read: those below reports/site and data/processed, by their names."""

    answers: pd.DataFrame
    groups: pd.DataFrame
    missing: pd.DataFrame
    agreement: pd.DataFrame
    shares: pd.DataFrame
    scores: pd.DataFrame
    pairs: pd.DataFrame
    models: pd.DataFrame


def read_published(root: Path, name: str) -> Published:
    processed, site = root / "data/processed/surveys" / name, root / "reports/site/survey" / name / "data"
    return Published(*(pd.read_csv(processed / f"{each}.csv") for each in ("answers", "groups", "missing")),
                     *(pd.read_csv(site / f"{each}.csv") for each in ("agreement", "answers", "scores-by-group", "pairs", "models")))


def role_of(category: str) -> str:
    """What a category stands for; the report says it."""
    if category in ("neither", "dont_know"):
        return {"neither": "neutral"}.get(category, category)
    return "disagree" if "dis" in category else "agree"


class Attacker:
    """Concludes, from what is published and nothing else, how many people can be in each cell of one statement.

    The unknowns are whole numbers of people, by group and category. `alone` is the score that rests on this statement
    only and `shared` the one that rests on it and on one other; `answered` is the fewest and the most people that have
    an answer on the scale, which the tables of pairs and models let conclude.
    """

    def __init__(self, published: Published, item: str, alone: str = "", shared: str = "", answered=(0, np.inf)):
        self.item, self.people = item, int(published.groups["respondents"].iloc[0])
        lines = published.answers[published.answers["item"] == item]
        self.categories = list(dict.fromkeys(lines["category"]))
        self.scaled = np.array([category != "dont_know" for category in self.categories])
        sizes = published.groups.set_index(["grouping", "group"])["respondents"]
        self.rows = list(sizes.index)
        self.told = set(zip(lines["grouping"], lines["group"]))
        self.facts: list[tuple[np.ndarray, float, float]] = []
        self._sums(sizes)
        self._counts(lines)
        for table, tolerance in ((published.agreement, 0.05), (published.shares, 0.0005)):
            self._percentages(table[table["item"] == item], tolerance)
        base = published.missing.set_index(["item", "reason"])["count"].get((item, "any"))
        self._know(self.cells(("all", "all")), self.people - base, self.people - base)
        self._know(self.cells(("all", "all")) * np.tile(self.scaled, len(self.rows)), *answered)
        labels = published.groups.set_index(["grouping", "label"])["group"]
        self._scores(published.scores.assign(row=[(grouping, labels.get((grouping, label))) for grouping, label in
                                                  zip(published.scores["grouping"], published.scores["label"])]), alone, shared)

    def cells(self, row: tuple[str, str], categories: object = None) -> np.ndarray:
        """Ones where the unknowns are of a row, and of some categories."""
        chosen = [categories is None or category in categories for category in self.categories]
        return np.concatenate([np.array(chosen, float) * (each == row) for each in self.rows])

    def _know(self, unknowns: np.ndarray, low: float, high: float) -> None:
        self.facts.append((unknowns, low, high))

    def _sums(self, sizes: pd.Series) -> None:
        for row in self.rows:
            self._know(self.cells(row), 0, sizes[row] if row in self.told else 0)
        for grouping in {grouping for grouping, _ in self.rows} - {"all"}:
            for category in self.categories:
                parts = sum(self.cells(row, [category]) for row in self.rows if row[0] == grouping)
                self._know(parts - self.cells(("all", "all"), [category]), 0, 0)

    def _counts(self, lines: pd.DataFrame) -> None:
        for line in lines.itertuples():
            row, cell = (line.grouping, line.group), self.cells((line.grouping, line.group), [line.category])
            if not np.isnan(line.base):
                self._know(self.cells(row), line.base, line.base)
            if not np.isnan(line.percent):
                self._ratio(cell, self.cells(row), line.percent, 1e-6)
            self._know(cell, *((line.count_low, line.count_high) if np.isnan(line.count) else (line.count, line.count)))

    def _ratio(self, part: np.ndarray, whole: np.ndarray, percent: float, tolerance: float) -> None:
        self._know(part - (percent + tolerance) / 100 * whole, -np.inf, 1e-9)
        self._know(part - (percent - tolerance) / 100 * whole, -1e-9, np.inf)

    def _percentages(self, lines: pd.DataFrame, tolerance: float) -> None:
        for line in lines.to_dict("records"):
            row = (line.get("grouping", "all"), line.get("group", "all"))
            if not np.isnan(line["respondents"]):
                self._know(self.cells(row), line["respondents"], line["respondents"])
            for role in ("agree", "neutral", "disagree", "dont_know"):
                if not np.isnan(line[role]):
                    part = self.cells(row, [each for each in self.categories if role_of(each) == role])
                    self._ratio(part, self.cells(row), line[role], tolerance)

    def _scores(self, scores: pd.DataFrame, alone: str, shared: str) -> None:
        points = 100 * (1 - np.arange(self.scaled.sum()) / (self.scaled.sum() - 1))
        values = np.tile(np.append(points, [0] * (len(self.categories) - len(points))), len(self.rows))
        scaled = np.tile(self.scaled, len(self.rows))
        for line in scores[scores["respondents"].notna()].itertuples():
            answered, people = self.cells(line.row) * scaled, line.respondents
            if line.score == shared:
                self._know(answered, -np.inf, people)
            if line.score == alone:
                self._know(answered, people, people)
                self._know(answered * values, (line.mean - 0.05) * people - 1e-6, (line.mean + 0.05) * people + 1e-6)

    def range(self, unknowns: np.ndarray) -> tuple[int, int]:
        """The fewest and the most people that can be in these cells together."""
        matrix, low, high = (np.array(part) for part in zip(*self.facts))
        ends = []
        for sign in (1, -1):
            solved = milp(sign * unknowns, integrality=np.ones(len(unknowns)), bounds=Bounds(0, self.people),
                          constraints=LinearConstraint(matrix, low, high), options={"mip_rel_gap": 0})
            assert solved.success, f"{self.item}: nothing fits what is published"
            ends.append(round(sign * solved.fun))
        return ends[0], ends[1]


def write_ready_table(path: Path, percentages: bool = False) -> Path:
    """Write a table of totals: a statement a row, with counts or whole percentages of 120 people."""
    rows = {"My workload can be managed": (30, 60, 12, 12, 6), "Colleagues in my team help each other": (54, 48, 6, 6, 6),
            "Children's needs are met because of our support": (24, 60, 18, 12, 6)}
    lines = [[statement, *(f"{100 * count / 120:.0f}%" if percentages else count for count in counts), 120]
             for statement, counts in rows.items()]
    pd.DataFrame(lines, columns=["Statement", *AGREEMENT, "Base"]).to_csv(path, index=False)
    return path
