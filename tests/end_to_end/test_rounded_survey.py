"""A council's survey with rounded counts, by the real commands: nobody who reads all of it works an exact number out."""

import re
import zipfile
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipeline.surveys.disclosure import Policy
from pipeline.workflow.verification import fresh_copy

from .staff_attack import MINIMUM_CELL, Attacker, read_published, role_of, scores_of_one_statement, truth
from .staff_files import ROLE, SERVICE, correct, write_export
from .test_staff_survey import docx_text, golden_thread, pdf_pages, sheets

ROOT = Path(__file__).resolve().parents[2]
NAME, STEP, PEOPLE, INVITED = "riverside-2031", 10, 405, 643
COUNTED = ("respondents", "base", "count")  # columns of numbers of people
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("export") / "export.xlsx", PEOPLE)


@pytest.fixture(scope="module")
def folder(export):
    """A copy in which the survey was added, corrected and reported on."""
    with fresh_copy(ROOT) as copy:
        golden_thread(copy, "survey", "new", NAME, export.path)
        correct(
            copy / "data/raw/surveys" / NAME,
            title="Riverside asks its staff",
            invited=INVITED,
            disclosure={"round_to": STEP},
        )
        golden_thread(copy, "survey", "check", NAME)
        golden_thread(copy, "run", "--stage", f"survey-report@{NAME}")
        yield copy


@pytest.fixture(scope="module")
def site(folder):
    return folder / "reports/site/survey" / NAME


def rounded(number):
    """By hand: the nearest multiple of ten, halves up."""
    return STEP * ((2 * number + STEP) // (2 * STEP))


def numbers(text):
    """The whole numbers in a text, without thousands' marks; not years, parts of words, decimals or per cents."""
    found = re.findall(r"(?<![\w.,−–-])\d{1,3}(?:,\d{3})+(?![\w.,%])|(?<![\w.,−–-])\d+(?![\w%]|[.,]\d)", text)
    return {int(number.replace(",", "")) for number in found}


def read(path):
    """What a reader finds in a file: its text, or its cells."""
    if path.suffix == ".html":
        text = re.sub(
            r"<(script|style|svg)\b.*?</\1>|<img[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
        )
        return unescape(re.sub(r"<[^>]+>", " ", text))
    if path.suffix == ".docx":
        return docx_text(path)
    if path.suffix == ".pdf":
        return "\n".join(pdf_pages(path))
    if path.suffix in (".xlsx", ".ods"):
        return "\n".join(
            f"{cell:g}" if isinstance(cell, float) else str(cell)
            for rows in sheets(path).values()
            for row in rows
            for cell in row
        )
    return path.read_text(encoding="utf-8").replace(",", " ")


def test_the_sizes_are_told_as_multiples_and_in_no_file_as_they_are(site, folder, export):
    """Everybody, and each role and service: 405 is 410 wherever it stands."""
    exact = {PEOPLE, INVITED, *export.people[ROLE].value_counts(), *export.people[SERVICE].value_counts()}
    assert len(exact) > 8 and {PEOPLE, INVITED} <= {number for number in exact if number % STEP}
    figures = pd.read_csv(site / "data/suppression.csv")[["cells", "tables"]].to_numpy().ravel().tolist()
    secret = {number for number in exact if number % STEP and number > 100} - {
        *figures
    }  # they stand for other things too
    files = [
        path
        for place in (site, folder / "data/processed/surveys" / NAME)
        for path in sorted(place.rglob("*"))
        if path.suffix in (".html", ".docx", ".pdf", ".xlsx", ".ods", ".csv")
    ]
    assert {path.suffix for path in files} == {".html", ".docx", ".pdf", ".xlsx", ".ods", ".csv"} and len(secret) > 3
    assert {path.name: found for path in files if (found := numbers(read(path)) & secret)} == {}
    told = numbers(read(site / "survey.html"))
    assert {rounded(PEOPLE), rounded(INVITED), *map(rounded, export.people[ROLE].value_counts())} <= told


def test_every_number_of_people_in_every_table_is_a_multiple(site, folder):
    tables = [*(site / "data").glob("*.csv"), *(folder / "data/processed/surveys" / NAME).glob("*.csv")]
    checked = 0
    for path in tables:
        table = pd.read_csv(path)
        for column in table.columns.intersection(COUNTED):
            known = pd.to_numeric(table[column]).dropna()
            assert (known % STEP == 0).all(), (path.name, column)
            checked += len(known)
    assert checked > 300


def test_every_share_of_a_statement_follows_from_multiples(site):
    checked = 0
    for name, places in (("answers", 3), ("agreement", 1)):
        table = pd.read_csv(site / "data" / f"{name}.csv")
        for role in ("agree", "neutral", "disagree", "dont_know"):
            shown = table[table[role].notna()]
            people = shown[role] / 100 * shown["respondents"]
            near = STEP * (people / STEP).round()
            assert (abs(people - near) <= shown["respondents"] * 0.51 * 10**-places / 100).all(), (name, role)
            checked += len(shown)
    assert checked > 100


def test_the_workbooks_hold_the_numbers_of_the_csv_files(site):
    for suffix in ("xlsx", "ods"):
        book = sheets(site / f"survey.{suffix}")
        (told,) = [row[-1] for row in book["groups"] if "Everybody" in row]
        assert told == rounded(PEOPLE)
        with zipfile.ZipFile(site / f"survey.{suffix}") as packed:  # nothing stands in a part that no sheet shows
            parts = " ".join(
                packed.read(name).decode("utf-8", "ignore") for name in packed.namelist() if name.endswith("xml")
            )
        assert not re.search(rf">{PEOPLE}(\.0)?<", parts)
        assert CalamineWorkbook.from_path(site / f"survey.{suffix}").sheet_names == list(book)


class RoundedAttacker(Attacker):
    """Knows what a rounded number allows: five fewer to four more; that groups add up, and which means are possible."""

    def __init__(self, published, item, alone=""):
        self.item, self.people = item, int(published.groups["respondents"].iloc[0]) + STEP
        lines = published.answers[published.answers["item"] == item]
        self.categories = list(dict.fromkeys(lines["category"]))
        self.scaled = np.array([category != "dont_know" for category in self.categories])
        sizes = published.groups.set_index(["grouping", "group"])["respondents"]
        self.rows, self.facts = list(sizes.index), []
        self.told = set(zip(lines["grouping"], lines["group"], strict=True))
        for row in self.rows:
            self._know(self.cells(row), 0, sizes[row] + STEP // 2 - 1 if row in self.told else 0)
        for grouping in {grouping for grouping, _ in self.rows} - {"all"}:
            for category in self.categories:
                parts = sum(self.cells(row, [category]) for row in self.rows if row[0] == grouping)
                self._know(parts - self.cells(("all", "all"), [category]), 0, 0)
        for line in lines.itertuples():
            row = (line.grouping, line.group)
            self._rounded(self.cells(row), line.base)
            self._rounded(self.cells(row, [line.category]), line.count)
            self._know(self.cells(row, [line.category]), line.count_low, line.count_high)
        for table in (published.agreement, published.shares):
            for line in table[table["item"] == item].to_dict("records"):
                row = (line.get("grouping", "all"), line.get("group", "all"))
                for role in ("agree", "neutral", "disagree", "dont_know"):
                    part = self.cells(row, [each for each in self.categories if role_of(each) == role])
                    self._rounded(part, STEP * np.round(line[role] / 100 * line["respondents"] / STEP))
        self._means(published, alone)

    def _rounded(self, unknowns, told):
        if not np.isnan(told):
            self._know(unknowns, told - STEP // 2, told + STEP // 2 - 1)

    def _means(self, published, alone):
        named, scores = published.groups.set_index(["grouping", "label"])["group"], published.scores
        points = 100 * (1 - np.arange(self.scaled.sum()) / (self.scaled.sum() - 1))
        values = np.tile(np.append(points, [0] * (len(self.categories) - len(points))), len(self.rows))
        for line in scores[(scores["score"] == alone) & scores["mean"].notna()].itertuples():
            answered = self.cells((line.grouping, named[line.grouping, line.label])) * np.tile(
                self.scaled, len(self.rows)
            )
            half = Policy(round_to=STEP).score_step(int(line.respondents), 1) / 2
            self._know(answered * values - (line.mean + half) * answered, -np.inf, 1e-6)
            self._know(answered * values - (line.mean - half) * answered, -1e-6, np.inf)


def test_nobody_who_reads_everything_knows_one_exact_count(folder, export):
    """Each count of each statement, of everybody and of each group, could be two numbers at least; nothing small comes out."""
    published = read_published(folder, NAME)
    true, alone = truth(export.people, published), scores_of_one_statement(published)
    asked, pinned, outside, small = 0, [], [], []
    for item in list(dict.fromkeys(true["item"]))[:6]:
        attacker = RoundedAttacker(published, item, alone.get(item, ""))
        for (grouping, group), row in true[true["item"] == item].groupby(["grouping", "group"], sort=False):
            if (grouping, group) not in attacker.told:
                continue
            counts = row.set_index("category")["count"]
            for parts in [[each] for each in counts.index] + [list(counts.index)]:
                low, high = attacker.range(attacker.cells((grouping, group), parts))
                asked += 1
                count = int(counts[parts].sum())
                outside += [(item, group, parts, low, count, high)] * (not low <= count <= high)
                pinned += [(item, group, parts, low)] * (low == high)
                small += [(count, low, high)] * (0 < count < MINIMUM_CELL)
    assert asked > 200 and outside == []
    assert pinned == []
    assert len(small) > 10 and {(low, high >= MINIMUM_CELL) for _, low, high in small} == {(0, True)}
