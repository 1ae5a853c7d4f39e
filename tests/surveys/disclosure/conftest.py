"""Invented surveys: answers of people who do not exist, counted as a publication counts them."""

import itertools

import numpy as np
import pandas as pd
import pytest

ROLES = {
    "strongly_agree": "agree",
    "agree": "agree",
    "neutral": "neutral",
    "disagree": "disagree",
    "strongly_disagree": "disagree",
    "dont_know": "dont_know",
}


def of_each(counts, roles):
    """The same roles for each item of `counts`."""
    return dict.fromkeys(counts["item"], roles)


def count(answers, groupings, item="q", roles=ROLES):
    """The counts of one item: `answers` an array of categories ("" where missing), `groupings` name to an array."""
    everybody = {"all": np.full(len(answers), "all"), **groupings}
    lines = [
        (item, grouping, group, category, int(((levels == group) & (answers == category)).sum()))
        for grouping, levels in everybody.items()
        for group in sorted(set(levels))
        for category in roles
    ]
    return pd.DataFrame(lines, columns=["item", "grouping", "group", "category", "count"])


def counted(table, roles, missing=None):
    """The counts of one item with one grouping from a table group -> counts by category, with its missing answers."""
    rows = {"all": np.sum(list(table.values()), axis=0), **table}
    lines = [
        ("q", "all" if group == "all" else "role", group, category, int(number))
        for group, numbers in rows.items()
        for category, number in zip(roles, numbers, strict=True)
    ]
    return (
        pd.DataFrame(lines, columns=["item", "grouping", "group", "category", "count"]),
        pd.DataFrame([("q", *each) for each in (missing or {}).items()], columns=["item", "reason", "count"]).astype(
            {"count": "int64"}
        ),
    )


def invented(items):
    """Counts and missing answers of items from 600 respondents with two groupings of four groups, skewed answers."""
    rng = np.random.default_rng(2011)
    groupings = {
        "role": rng.choice(["worker", "senior", "manager", "not stated"], 600, p=[0.6, 0.22, 0.13, 0.05]),
        "service": rng.choice(["A", "B", "C", "not stated"], 600, p=[0.5, 0.3, 0.17, 0.03]),
    }
    tables, missing = [], []
    for number, left_out in zip(range(items), itertools.cycle([0, 0.005, 0.05])):
        answers = rng.choice(list(ROLES), 600, p=rng.dirichlet([6, 5, 2, 1, 0.5, 0.3]))
        answers = np.where(rng.random(600) < left_out, "", answers)
        tables.append(count(answers, groupings, f"q{number}"))
        missing.append((f"q{number}", "not_answered", int((answers == "").sum())))
    return pd.concat(tables, ignore_index=True), pd.DataFrame(missing, columns=["item", "reason", "count"])


@pytest.fixture(scope="session")
def survey():
    return invented(5)
