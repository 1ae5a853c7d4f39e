"""The centrepiece: nobody who has the published cells can narrow down what the policy protects."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.surveys.disclosure import Policy, protect

from .conftest import ROLES, count, counted, invented, of_each
from .intruder import Intruder

pytestmark = pytest.mark.slow

POLICY = Policy()


def required(cell, true, base, policy):
    """The interval that must stay open for a primary cell, from the policy's text alone."""
    small = policy.minimum_cell
    if cell.rule == "threshold":
        return 0, small
    if cell.rule == "unanimity":
        return max(0, base - small), base
    if cell.kind == "base":
        return max(0, base - small), policy.minimum_group
    return max(0, true - small), max(small, true + 1)


def truths(counts, missing, cells, roles):
    """The true count and the true base behind each line of the cells of one item."""
    rows = {
        key: dict(zip(row["category"], row["count"], strict=True)) for key, row in counts.groupby(["grouping", "group"])
    }
    reasons = dict(zip(missing["reason"], missing["count"], strict=True))
    for cell in cells.itertuples():
        row = rows[cell.grouping, cell.group]
        base = sum(row.values())
        if cell.kind == "subtotal":
            yield sum(number for category, number in row.items() if roles[category] == cell.category), base
        else:
            yield (
                {
                    "category": row,
                    "missing": reasons,
                    "base": {"base": base},
                    "respondents": {"respondents": base + sum(reasons.values())},
                }[cell.kind][cell.category],
                base,
            )


def breaches(counts, missing, cells, policy, roles=ROLES):
    """What the intruder learns that they must not: lines of text, none if the cells of an item are safe."""
    if "withheld" in set(cells["rule"]):
        assert cells.loc[cells["kind"] != "respondents", "count"].isna().all()
        return []
    intruder, found = Intruder(cells, roles), []
    conclusions = intruder.conclusions()
    for cell, (true, base) in zip(intruder.cells.itertuples(), truths(counts, missing, cells, roles), strict=True):
        if not pd.isna(cell.count):
            assert (cell.count, cell.rule) == (true, "")
            continue
        low, high = conclusions[cell.Index]
        assert low <= true <= high
        assert (low, high) == (cell.count_low, cell.count_high), "the published bounds are what can be concluded"
        if low == high:
            found.append(f"{cell.group}, {cell.category} is {low}")
        if cell.rule != "secondary":
            lowest, highest = required(cell, true, base, policy)
            if low > lowest or high < highest:
                found.append(f"{cell.group}, {cell.category} is {low} to {high}, not {lowest} to {highest}")
    return found


@pytest.mark.parametrize("items", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_a_survey_of_600_withstands_the_intruder(items):
    counts, missing = invented(items)
    cells = protect(counts, of_each(counts, ROLES), missing, POLICY).cells
    rules = cells["rule"].value_counts()
    assert rules["threshold"] > 8 * items and rules["secondary"] > 5 * items and "withheld" not in rules
    for item, of_item in cells.groupby("item", sort=False):
        assert breaches(counts[counts["item"] == item], missing[missing["item"] == item], of_item, POLICY) == []


def test_primary_suppression_alone_is_broken_by_the_same_intruder(survey):
    """The control: the intruder is able, so that the test above can fail."""
    counts, missing = survey
    cells = protect(counts, of_each(counts, ROLES), missing, POLICY).cells
    broken = 0
    for item, of_item in cells.groupby("item", sort=False):
        both = counts[counts["item"] == item], missing[missing["item"] == item]
        true = [number for number, _ in truths(*both, of_item, ROLES)]
        naive = of_item.assign(count=of_item["count"].where(of_item["rule"] != "secondary", pd.array(true, "Int64")))
        broken += any(low == high for low, high in Intruder(naive, ROLES).conclusions().values())
    assert broken >= 4


def test_every_suppressed_cell_counts(survey):
    """No secondary cell is for nothing: with any one of them published, some primary cell is exposed."""
    counts, missing = survey
    for item in ("q0", "q1"):
        of_item, left_out = counts[counts["item"] == item], missing[missing["item"] == item]
        cells = protect(of_item, of_each(of_item, ROLES), left_out, POLICY).cells
        true = list(truths(of_item, left_out, cells, ROLES))
        twins = {"neutral", "dont_know"}  # a role of one category: its subtotal is the same number
        for line in cells.index[(cells["rule"] == "secondary") & ~cells["category"].isin(twins)]:
            opened = cells.copy()
            opened.loc[line, "count"] = true[line][0]
            primary = opened.index[~opened["rule"].isin(["", "secondary"])]
            exposed = []
            for each, (low, high) in Intruder(opened, ROLES).conclusions(primary).items():
                lowest, highest = required(opened.loc[each], *true[each], POLICY)
                exposed.append(low > lowest or high < highest)
            assert any(exposed), cells.loc[line, ["group", "category"]].tolist()


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    people=st.integers(10, 90),
    zeros=st.booleans(),
    minimum_group=st.integers(2, 12),
    minimum_cell=st.integers(1, 6),
    skew=st.sampled_from([0.1, 0.5, 3.0]),
)
def test_random_surveys_withstand_the_intruder(seed, people, zeros, minimum_group, minimum_cell, skew):
    policy = Policy(minimum_group=minimum_group, minimum_cell=minimum_cell, zeros_are_disclosive=zeros)
    rng = np.random.default_rng(seed)
    groupings = {
        "role": rng.choice(["a", "b", "c"], people, p=[0.6, 0.3, 0.1]),
        "service": rng.choice(["x", "y"], people),
    }
    answers = rng.choice([*ROLES, ""], people, p=rng.dirichlet(np.full(7, skew)))
    counts = count(answers, groupings)
    missing = pd.DataFrame({"item": ["q"], "reason": ["left_out"], "count": [int((answers == "").sum())]})
    cells = protect(counts, of_each(counts, ROLES), missing, policy).cells
    assert breaches(counts, missing, cells, policy) == []
    if (answers != "").sum() < minimum_group:
        assert set(cells["rule"]) == {"withheld", ""}


def test_everybody_minus_the_published_groups_tells_nothing():
    """Differencing: the small group's row is suppressed, so a second group's must be, or subtraction gives it away."""
    roles = {"yes": "yes", "no": "no"}
    counts, missing = counted({"worker": [60, 20], "manager": [22, 18], "student": [4, 2]}, roles, {"left_out": 9})
    cells = protect(counts, of_each(counts, roles), missing, POLICY).cells
    assert set(cells.loc[cells["group"] == "student", "rule"]) == {"group size"}
    published = cells[(cells["kind"] == "base") & cells["count"].notna()]
    assert published["group"].tolist() in (["all", "worker"], ["all", "manager"])
    assert breaches(counts, missing, cells, POLICY, roles) == []


@pytest.mark.parametrize("missing", [{}, {"left_out": 2}, {"left_out": 2, "not_applicable": 30}])
def test_a_small_number_of_missing_answers_cannot_be_subtracted(missing):
    """Respondents are public, so a published base gives away the only reason for missing answers."""
    roles = {"yes": "yes", "no": "no"}
    counts, reasons = counted({"worker": [60, 20], "manager": [22, 18]}, roles, missing)
    cells = protect(counts, of_each(counts, roles), reasons, POLICY).cells
    assert breaches(counts, reasons, cells, POLICY, roles) == []
    base = cells[(cells["kind"] == "base") & (cells["group"] == "all")]["count"]
    assert base.isna().item() == (missing == {"left_out": 2})
