"""An attacker who reads everything that was published of a council's survey, and nothing of this project's code."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from .staff_files import ROLE, SERVICE, STATEMENTS

MINIMUM_GROUP, MINIMUM_CELL = 10, 5
ANSWERS = {
    "strongly_agree": "Strongly agree",
    "agree": "Agree",
    "neither": "Neither agree nor disagree",
    "disagree": "Disagree",
    "strongly_disagree": "Strongly disagree",
    "dont_know": "Don't know",
    "very_satisfied": "Very satisfied",
    "somewhat_satisfied": "Fairly satisfied",
    "somewhat_dissatisfied": "Fairly dissatisfied",
    "very_dissatisfied": "Very dissatisfied",
}


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
    return Published(
        *(pd.read_csv(processed / f"{each}.csv") for each in ("answers", "groups", "missing")),
        *(pd.read_csv(site / f"{each}.csv") for each in ("agreement", "answers", "scores-by-group", "pairs", "models")),
    )


def role_of(category: str) -> str:
    """What a category stands for; the report says it."""
    if category in ("neither", "dont_know"):
        return {"neither": "neutral"}.get(category, category)
    return "disagree" if "dis" in category else "agree"


class Attacker:
    """Concludes, from what is published and nothing else, how many people can be in each cell of one statement.

    The unknowns are whole numbers of people, by group and category. `alone` is the score that rests on this statement
    only; `answered` is the fewest and the most people that have an answer on the scale, which the tables of pairs and
    models let conclude.
    """

    def __init__(self, published: Published, item: str, alone: str = "", answered=(0, np.inf)):
        self.item, self.people = item, int(published.groups["respondents"].iloc[0])
        lines = published.answers[published.answers["item"] == item]
        self.categories = list(dict.fromkeys(lines["category"]))
        self.scaled = np.array([category != "dont_know" for category in self.categories])
        sizes = published.groups.set_index(["grouping", "group"])["respondents"]
        self.rows = list(sizes.index)
        self.told = set(zip(lines["grouping"], lines["group"], strict=True))
        self.facts: list[tuple[np.ndarray, float, float]] = []
        self._sums(sizes)
        self._counts(lines)
        for table, tolerance in ((published.agreement, 0.05), (published.shares, 0.0005)):
            self._percentages(table[table["item"] == item], tolerance)
        base = published.missing.set_index(["item", "reason"])["count"].get((item, "any"), np.nan)
        if not np.isnan(base):
            self._know(self.cells(("all", "all")), self.people - base, self.people - base)
        self._know(self.cells(("all", "all")) * np.tile(self.scaled, len(self.rows)), *answered)
        named, scores = published.groups.set_index(["grouping", "label"])["group"], published.scores
        rows = [
            (grouping, named.get((grouping, label)))
            for grouping, label in zip(scores["grouping"], scores["label"], strict=True)
        ]
        self._scores(scores.assign(row=rows), alone)

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

    def _scores(self, scores: pd.DataFrame, alone: str) -> None:
        points = 100 * (1 - np.arange(self.scaled.sum()) / (self.scaled.sum() - 1))
        values = np.tile(np.append(points, [0] * (len(self.categories) - len(points))), len(self.rows))
        scaled = np.tile(self.scaled, len(self.rows))
        for line in scores[(scores["score"] == alone) & scores["mean"].notna()].itertuples():
            answered = self.cells(line.row) * scaled
            self._know(answered * values - (line.mean + 0.05) * answered, -np.inf, 1e-6)
            self._know(answered * values - (line.mean - 0.05) * answered, -1e-6, np.inf)

    def range(self, unknowns: np.ndarray) -> tuple[int, int]:
        """The fewest and the most people that can be in these cells together."""
        matrix, low, high = (np.array(part) for part in zip(*self.facts, strict=True))
        ends = []
        for sign in (1, -1):
            solved = milp(
                sign * unknowns,
                integrality=np.ones(len(unknowns)),
                bounds=Bounds(0, self.people),
                constraints=LinearConstraint(matrix, low, high),
                options={"mip_rel_gap": 0},
            )
            assert solved.success, f"{self.item}: nothing fits what is published"
            ends.append(round(sign * solved.fun))
        return ends[0], ends[1]


def truth(people, published):
    """The true counts as a frame: item, grouping, group, category, count; of the groups that are shown."""
    columns = {"role": ROLE, "service": SERVICE}
    named = {answer: category for category, answer in ANSWERS.items()}
    items = published.answers.groupby("item", sort=False)["category"].unique()
    lines = []
    for (item, categories), statement in zip(items.items(), STATEMENTS, strict=True):
        for grouping, group, label in published.groups[["grouping", "group", "label"]].itertuples(index=False):
            chosen = people if grouping == "all" else people[people[columns[grouping]] == label]
            if grouping != "all" and not len(chosen):
                shown = published.groups.loc[published.groups["grouping"] == grouping, "label"]
                chosen = people[~people[columns[grouping]].isin(shown)]
            counts = chosen[statement].map(named).value_counts()
            lines += [(item, grouping, group, category, int(counts.get(category, 0))) for category in categories]
    return pd.DataFrame(lines, columns=["item", "grouping", "group", "category", "count"])


def protected(kind, count, base):
    """What nobody may narrow a count down to less than, by the policy's text; None where it is no secret."""
    if 0 < base < MINIMUM_GROUP:
        return max(0, count - MINIMUM_CELL), MINIMUM_GROUP if kind == "base" else max(MINIMUM_CELL, count + 1)
    if kind == "category" and count == base > 0:
        return max(0, base - MINIMUM_CELL), base
    if kind != "base" and 0 < count < MINIMUM_CELL:
        return 0, MINIMUM_CELL
    return None


def scores_of_one_statement(published):
    """The score that rests on a statement only, by the statement; the report says so."""
    scores = {}
    for item, (domain, measures, *_) in zip(dict.fromkeys(published.answers["item"]), STATEMENTS.values(), strict=True):
        scores.setdefault(domain if measures == "support" else "outcomes", []).append(item)
    return {items[0]: score for score, items in scores.items() if len(items) == 1}


def attackers(published):
    """One attacker a statement, who knows from the report which statements a score rests on, and its other tables."""
    alone = scores_of_one_statement(published)
    together = pd.concat(
        [
            published.pairs[["support", "outcome", "respondents"]],
            published.models.assign(support="")[["support", "outcome", "respondents"]],
        ]
    ).dropna()
    fewest = {
        item: together.loc[(together["support"] == item) | (together["outcome"] == item), "respondents"].max()
        for item in dict.fromkeys(published.answers["item"])
    }
    return {
        item: Attacker(published, item, alone.get(item, ""), (np.nan_to_num(least), np.inf))
        for item, least in fewest.items()
    }


def breaches(published, true, items=None):
    """What the attackers conclude that they must not, a line each."""
    found = []
    for item, attacker in attackers(published).items():
        if items is not None and item not in items:
            continue
        for (grouping, group), row in true[true["item"] == item].groupby(["grouping", "group"], sort=False):
            counts, base = row.set_index("category")["count"], int(row["count"].sum())
            roles = {
                role: [each for each in counts.index if role_of(each) == role] for role in map(role_of, counts.index)
            }
            asked = [("category", each, [each]) for each in counts.index] + [("base", "base", list(counts.index))]
            asked += [("subtotal", role, parts) for role, parts in roles.items() if len(parts) > 1]
            for kind, name, parts in asked:
                count = int(counts[parts].sum())
                secret = protected(kind, count, base)
                open_ = is_open(published, item, grouping, group, kind, name)
                if secret is None and open_:
                    continue
                low, high = attacker.range(attacker.cells((grouping, group), parts))
                assert low <= count <= high, (item, group, name, low, count, high)
                if secret and (low > secret[0] or high < secret[1]):
                    found.append(
                        f"{item}, {group}, {name}: {count} is known to be {low} to {high}, "
                        f"not {secret[0]} to {secret[1]}"
                    )
                elif low == high and base:
                    found.append(f"{item}, {group}, {name}: suppressed, but it is {low}")
    return found


def is_open(published, item, grouping, group, kind, name):
    """Whether a count stands in a table, or is the sum of counts that do."""
    table, column = {
        "category": (published.answers, "count"),
        "base": (published.agreement, "respondents"),
        "subtotal": (published.agreement, name),
    }[kind]
    lines = table[(table["item"] == item) & (table["grouping"] == grouping) & (table["group"] == group)]
    if kind == "category":
        return bool(lines.loc[lines["category"] == name, column].notna().any())
    if kind == "subtotal" and lines[column].isna().all():
        parts = published.answers.merge(lines[["item", "grouping", "group"]])
        return bool(parts.loc[parts["category"].map(role_of) == name, "count"].notna().all())
    return bool(lines[column].notna().any())
