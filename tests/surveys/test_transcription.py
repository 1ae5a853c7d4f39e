"""The numbers in the repository are those of Annex A: read again from the report's text, by other means."""

import csv
import hashlib
import re

import pytest

TITLES = {
    "social-workers.csv": "Questionnaire response from social workers",
    "managers.csv": "Questionnaire response from social work managers",
}
ROWS = {"social-workers.csv": 37, "managers.csv": 38}

# Made by `figures` below from the report's text, not from the CSV files: one line a row, base and six percentages
# separated by blanks, each line ended by a line feed.
DIGESTS = {
    "social-workers.csv": "7feeba067c2eea7e9ded473ac152e2425f7752a8e7f81bf16f3797baf8a9d852",
    "managers.csv": "8fb753d919fe10c733c81af394cab5c8bd197f004beb51316127a5215376d50e",
}


def figures(report: str, title: str) -> list[list[int]]:
    """Each row's base and six percentages: a line that ends in a number in brackets, then six lines of one number."""
    lines = iter(report[report.index(title) + len(title) :].splitlines())
    rows = []
    for line in lines:
        if line.strip().startswith("A total of"):
            return rows
        base = re.search(r"\((\d+)\)$", line.strip())
        if base:
            rows.append([int(base[1])])
        elif rows and len(rows[-1]) < 7 and line.strip():
            rows[-1].append(int(line))
    raise ValueError("the line under the table is missing")


def transcribed(path) -> list[list[int]]:
    with path.open(newline="") as file:
        return [[int(cell) for cell in cells[1:]] for cells in list(csv.reader(file))[1:]]


def digest(rows: list[list[int]]) -> str:
    return hashlib.sha256("".join(" ".join(map(str, row)) + "\n" for row in rows).encode()).hexdigest()


@pytest.mark.parametrize("name", TITLES)
def test_every_number_is_the_one_in_print(name, folder, report):
    printed = figures(report, TITLES[name])
    assert len(printed) == ROWS[name]
    assert transcribed(folder / name) == printed


@pytest.mark.parametrize("name", TITLES)
def test_the_digest_is_that_of_the_print(name, report):
    assert digest(figures(report, TITLES[name])) == DIGESTS[name]


@pytest.mark.parametrize("name", TITLES)
def test_the_numbers_have_the_digest_of_the_print(name, folder):
    rows = transcribed(folder / name)
    assert len(rows) == ROWS[name]
    assert digest(rows) == DIGESTS[name]


@pytest.mark.parametrize(
    ("group", "item", "role", "stated"),
    [
        ("social_workers", "support-enables-effective-work", "agree", 76),
        ("social_workers", "support-vital-to-outcomes", "disagree", 4),
        ("managers", "support-vital-to-outcomes", "disagree", 2),
        ("managers", "authority-open-to-new-ideas", "agree", 77),
        ("social_workers", "encouraged-to-gain-qualifications", "disagree", 12),
        ("managers", "encouraged-to-gain-qualifications", "disagree", 19),
        ("managers", "opportunities-to-give-views", "agree", 75),
    ],
)
def test_figures_in_the_prose_agree_with_the_table(group, item, role, stated, published, codebook):
    row = published.set_index(["group", "item"]).loc[(group, item)]
    assert sum(row[category] for category in codebook.scale.with_role(role)) == stated


# A word that only this row of the printed table holds, in the order of the managers' table: slugs and rows match.
MARKS = {
    "induction-covered-safeguarding": "induction covered",
    "caseload-managed-when-new": "volume and complexity",
    "training-needs-identified-by-appraisal": "appraisals",
    "training-meets-needs-of-staff-managed": "those I manage",
    "sufficient-time": "sufficient time",
    "workload-management-system": "management system",
    "regular-protected-supervision": "protected time",
    "manager-helps-critical-reflection": "Critically reflect",
    "manager-helps-emotional-impact": "emotional",
    "manager-helps-improve-outcomes": "Improve outcomes",
    "manager-praises-performance": "praises",
    "supervision-quality-monitored": "is monitored",
    "authority-open-to-new-ideas": "new ideas",
    "research-improved-assessments": "has improved",
    "team-colleagues-support": "team colleagues",
    "agencies-challenge-appropriately": "levels of challenge",
    "opportunities-to-give-views": "my views",
    "senior-managers-visible": "visible",
    "equal-opportunities": "equal opportunities",
    "support-enables-effective-work": "more effectively",
    "support-vital-to-outcomes": "vital",
}


@pytest.mark.parametrize("group", ["social_workers", "managers"])
def test_slugs_stand_at_the_rows_that_they_name(group, codebook, report):
    title = TITLES[codebook.group(group).file]
    table = report[report.index(title) :].split("A total of")[0]
    statements = re.findall(r"(.+?)\s*\(\d+\)\n", table)
    for item in codebook.rows(group):
        if item.id in MARKS:
            assert MARKS[item.id] in statements[item.place[group] - 1]


def test_respondents_and_authorities_are_those_in_print(codebook, report):
    assert [f"A total of {group.respondents} social work" in report for group in codebook.groups] == [True, True]
    listed = report[report.index("Annex B: List of local authorities visited") :].split("\n", 1)[1]
    names = [line.strip() for line in listed.splitlines() if line.strip()]
    assert len(names) == codebook.authorities.surveyed == len(codebook.authorities.visited)
    assert all(any(short in name for name in names) for short in codebook.authorities.visited)
