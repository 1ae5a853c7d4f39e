"""What is published of a survey: order, rounding, what is withheld, the record, and what is refused."""

import numpy as np
import pandas as pd
import pytest

import pipeline.surveys.disclosure.protection as protection
from pipeline.errors import DataError
from pipeline.surveys.disclosure import Policy, disclosure_record, item_tables, protect

from .conftest import ROLES, counted, invented, of_each

YES_NO = {"yes": "yes", "no": "no"}


def test_cells_come_in_the_order_given():
    counts, missing = counted({"worker": [30, 20], "manager": [22, 18]}, YES_NO, {"left_out": 20})
    cells = protect(counts, of_each(counts, YES_NO), missing, Policy()).cells
    assert cells.columns.tolist() == [
        "item",
        "grouping",
        "group",
        "category",
        "kind",
        "count",
        "count_low",
        "count_high",
        "rule",
    ]
    row = [("category", "yes"), ("category", "no"), ("subtotal", "yes"), ("subtotal", "no"), ("base", "base")]
    everybody = [("missing", "left_out"), ("respondents", "respondents")]
    assert list(zip(cells["kind"], cells["category"], strict=True)) == [*row, *everybody, *row, *row]
    assert cells["group"].drop_duplicates().tolist() == ["all", "worker", "manager"]
    assert cells["count"].tolist() == [52, 38, 52, 38, 90, 20, 110, 30, 20, 30, 20, 50, 22, 18, 22, 18, 40]
    assert (cells["count_low"] == cells["count"]).all() and (cells["count_high"] == cells["count"]).all()
    assert str(cells["count"].dtype) == "Int64" and set(cells["rule"]) == {""}


def test_unanimity_hides_the_zeros_that_would_tell():
    roles = dict.fromkeys(["a", "b", "c"], "x")
    counts, missing = counted({"worker": [30, 20, 10], "manager": [12, 0, 0]}, roles)
    cells = protect(counts, of_each(counts, roles), missing, Policy()).cells
    manager = cells[cells["group"] == "manager"].set_index("category")
    assert manager.loc["a", "rule"] == "unanimity" and manager.loc["a", "count_low"] <= 7
    assert "secondary" in set(manager.loc[["b", "c"], "rule"])


@pytest.mark.parametrize(
    ("table", "roles"),
    [
        ({"worker": [3, 2], "manager": [3, 1]}, YES_NO),  # nine answers
        ({"worker": [20], "manager": [15]}, {"yes": "yes"}),
    ],
)  # one category: respondents say it all
def test_an_item_that_cannot_be_protected_is_withheld(table, roles):
    counts, missing = counted(table, roles)
    protected = protect(counts, of_each(counts, roles), missing, Policy())
    people = sum(map(sum, table.values()))
    hidden = protected.cells[protected.cells["kind"] != "respondents"]
    assert set(hidden["rule"]) == {"withheld"} and hidden["count"].isna().all()
    assert set(hidden["count_low"]) == {0} and set(hidden["count_high"]) == {people}
    assert protected.cells.loc[protected.cells["kind"] == "respondents", "count"].tolist() == [people]
    assert protected.record.loc[0, "status"] == "fail"


@pytest.mark.parametrize(
    ("round_to", "published", "ranges"),
    [
        (5, {12: 10, 13: 15, 15: 15}, {10: (8, 12), 15: (13, 17), 0: (0, 2)}),
        (10, {14: 10, 15: 20, 16: 20}, {10: (5, 14), 20: (15, 24), 0: (0, 4)}),
    ],
)
def test_rounding_of_each_count(round_to, published, ranges):
    policy = Policy(round_to=round_to)
    assert {number: policy.rounded(number) for number in published} == published
    assert {rounded: policy.range(rounded) for rounded in ranges} == ranges
    for number in range(60):
        rounded = policy.rounded(number)
        low, high = policy.range(rounded)
        assert [each for each in range(100) if policy.rounded(each) == rounded] == [*range(low, high + 1)]
        assert low <= number <= high and abs(rounded - number) <= round_to / 2


@pytest.mark.slow
@pytest.mark.parametrize("round_to", [5, 10])
def test_rounding_comes_after_suppression_and_adds_uncertainty(round_to):
    counts, missing = invented(2)
    exact = protect(counts, of_each(counts, ROLES), missing, Policy()).cells
    rounded = protect(counts, of_each(counts, ROLES), missing, Policy(round_to=round_to)).cells
    assert (rounded["rule"] == exact["rule"]).all() and (rounded["count"].isna() == exact["count"].isna()).all()
    assert (rounded["count"].dropna() % round_to == 0).all()
    assert ((rounded["count"] - exact["count"]).abs().dropna() <= round_to / 2).all()
    assert (rounded["count_low"] <= exact["count_low"]).all() and (rounded["count_high"] >= exact["count_high"]).all()


def test_items_with_the_same_counts_share_the_work(monkeypatch):
    counts, missing = counted({"worker": [30, 20], "manager": [22, 3]}, YES_NO, {"left_out": 20})
    solved, suppress = [], protection.suppress
    monkeypatch.setattr(protection, "suppress", lambda *given: solved.append(1) or suppress(*given))
    twice = [pd.concat([table, table.assign(item="q2")]) for table in (counts, missing)]
    cells = protect(twice[0], of_each(twice[0], YES_NO), twice[1], Policy()).cells
    assert len(solved) == 1
    first, second = (cells[cells["item"] == item].drop(columns="item").reset_index(drop=True) for item in ("q", "q2"))
    pd.testing.assert_frame_equal(first, second)


def test_the_same_input_gives_the_same_cells():
    counts, missing = invented(2)
    first, second = (protect(counts, of_each(counts, ROLES), missing, Policy()) for _ in range(2))
    pd.testing.assert_frame_equal(first.cells, second.cells)
    pd.testing.assert_frame_equal(first.record, second.record)


def test_the_record_in_the_words_of_acro():
    counts, missing = counted({"worker": [60, 20], "manager": [22, 18], "student": [4, 2]}, YES_NO, {"left_out": 20})
    record = protect(counts, of_each(counts, YES_NO), missing, Policy()).record
    assert record.columns.tolist() == ["table", "cell", "rule", "status", "mitigation", "summary"]
    tables = record[record["cell"] == ""].set_index("table")
    assert tables.loc["q", ["status", "mitigation", "summary"]].tolist() == ["pass", "none", "pass"]
    by_role = tables.loc["q by role"]
    assert (by_role["status"], by_role["mitigation"]) == ("fail", "suppress")
    assert by_role["summary"] == "fail; group size: 5 cells suppressed; secondary: 5 cells suppressed"
    details = record[record["cell"] != ""]
    assert len(details) == 10 and set(details["status"]) == {"fail", "review"}
    assert ["q by role", "student, base", "group size", "fail", "suppress", ""] in details.to_numpy().tolist()


def test_a_table_that_only_suffers_for_another_is_for_review():
    cells = pd.DataFrame(
        {
            "item": "q",
            "grouping": ["all", "role"],
            "group": ["all", "worker"],
            "category": "yes",
            "kind": "category",
            "rule": ["secondary", "threshold"],
        }
    )
    tables = disclosure_record(cells, 5).query("cell == ''")
    assert tables["status"].tolist() == ["review", "fail"]
    assert tables["mitigation"].tolist() == ["suppress, round to 5"] * 2
    assert tables["summary"].tolist() == ["review; secondary: 1 cell suppressed", "fail; threshold: 1 cell suppressed"]


def test_the_record_tells_no_counts():
    """It names cells and rules: changing counts without changing the rules leaves it as it was."""
    one, two = (counted({"worker": [60, 20], "manager": [numbers, 18]}, YES_NO, {"left_out": 20}) for numbers in (3, 4))
    records = [protect(counts, of_each(counts, YES_NO), missing, Policy()).record for counts, missing in (one, two)]
    pd.testing.assert_frame_equal(*records)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda counts, missing: (counts.iloc[:-1], missing), "lacks a category"),
        (lambda counts, missing: (pd.concat([counts, counts.iloc[[0]]]), missing), "category twice"),
        (lambda counts, missing: (counts[counts["grouping"] != "all"], missing), "no row for everybody"),
        (
            lambda counts, missing: (counts.assign(count=counts["count"] + np.arange(len(counts))), missing),
            "not the sum",
        ),
        (lambda counts, missing: (counts.assign(count=-counts["count"]), missing), "whole number of people"),
        (lambda counts, missing: (counts.assign(count=counts["count"] / 2), missing), "not whole numbers"),
        (lambda counts, missing: (counts.replace({"category": {"no": "perhaps"}}), missing), "no role"),
        (lambda counts, missing: (counts, missing.assign(item="q9")), "no counts"),
        (lambda counts, missing: (counts, pd.concat([missing, missing])), "reason for missing answers twice"),
        (lambda counts, missing: (counts, missing.assign(count=0.5)), "not whole numbers"),
    ],
)
def test_counts_that_do_not_fit_are_refused(change, message):
    counts, missing = change(*counted({"worker": [30, 20], "manager": [22, 18]}, YES_NO, {"left_out": 20}))
    with pytest.raises(DataError, match=message):
        protect(counts, of_each(counts, YES_NO), missing, Policy())


def test_a_message_names_the_item_and_the_cell():
    counts, missing = counted({"worker": [30, 20], "manager": [22, 18]}, YES_NO)
    counts.loc[0, "count"] += 1
    with pytest.raises(DataError) as caught:
        protect(counts, of_each(counts, YES_NO), missing, Policy())
    assert "item q, all, yes" in str(caught.value)


def test_cells_with_one_count_are_one_variable():
    """A subtotal of one category, and the base where nothing is missing: they are suppressed together or not at all."""
    counts, _ = counted({"worker": [30, 20], "manager": [22, 18]}, YES_NO)
    tables, cells = item_tables(counts, YES_NO, {})
    assert len(tables.counts) == 9 and len(cells) == 16
    index = {(cell.group, cell.kind, cell.category): cell.index for cell in cells}
    assert index["worker", "category", "yes"] == index["worker", "subtotal", "yes"]
    assert index["all", "base", "base"] == index["all", "respondents", "respondents"]


def test_a_name_may_have_another_role_on_another_scale():
    """Two items with the same counts, whose "3" is neutral on one scale and agrees on the other."""
    rows = {"worker": [2, 30, 40], "manager": [1, 20, 25]}
    counts, missing = counted(rows, {"1": "", "2": "", "3": ""})
    both = pd.concat([counts, counts.assign(item="r")], ignore_index=True)
    roles = {"q": {"1": "disagree", "2": "neutral", "3": "agree"}, "r": {"1": "neutral", "2": "agree", "3": "agree"}}
    cells = protect(both, roles, missing, Policy()).cells
    of_all = cells[(cells["group"] == "all") & (cells["kind"] == "subtotal")].set_index(["item", "category"])
    assert of_all.loc[("q", "agree"), "count"] == 65 and of_all.loc[("q", "disagree"), "rule"] == "threshold"
    assert of_all.loc[("r", "agree"), "count_low"] <= 115 <= of_all.loc[("r", "agree"), "count_high"]
    assert ("r", "disagree") not in of_all.index
    alone = protect(counts, roles, missing, Policy()).cells
    pd.testing.assert_frame_equal(cells[cells["item"] == "q"].reset_index(drop=True), alone)
