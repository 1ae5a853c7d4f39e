"""Each rule by hand: which groups are joined, which cells are primary, and what a cell costs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.surveys.disclosure import Policy, Primary, item_tables, join_small_groups, primary_cells, weights

from .conftest import ROLES, counted


def primaries(table, roles, missing=None, **policy):
    """The primary cells by name, of one item with one grouping."""
    tables, cells = item_tables(counted(table, roles)[0], roles, missing or {})
    return {tables.names[cell]: primary for cell, primary in primary_cells(tables, cells, Policy(**policy)).items()}


@pytest.mark.parametrize(
    ("sizes", "joined"),
    [
        ({"a": 40, "b": 12, "c": 10}, set()),
        ({"a": 40, "b": 12, "c": 6, "d": 4}, {"c", "d"}),  # ten together
        ({"a": 40, "b": 12, "c": 6, "d": 3}, {"b", "c", "d"}),  # nine: the next smallest joins
        ({"a": 40, "b": 11, "c": 11, "d": 3}, {"b", "d"}),  # the first of equals
        ({"a": 40, "b": 12, "c": 0}, {"c"}),  # nobody needs no company
    ],
)
def test_small_groups_are_joined(sizes, joined):
    assert join_small_groups(sizes, 10) == {level: "other" if level in joined else level for level in sizes}


@pytest.mark.parametrize("sizes", [{"a": 40, "b": 4}, {"a": 4, "b": 3}, {"a": 40}, {"a": 40, "b": 0}, {}])
def test_a_variable_with_fewer_than_two_groups_is_not_tabulated(sizes):
    assert join_small_groups(sizes, 10) == {}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 60)), st.integers(2, 20))
def test_groups_are_never_too_small_and_a_level_joins_only_at_need(sizes, minimum):
    groups = join_small_groups(sizes, minimum)
    if groups:
        people = {group: sum(sizes[level] for level in sizes if groups[level] == group) for group in groups.values()}
        assert min(people.values()) >= minimum and len(people) > 1
        joined = [sizes[level] for level in sizes if groups[level] == "other"]
        assert all(size < minimum for size in joined) or sum(sorted(joined)[:-1]) < minimum


def test_threshold():
    roles = {"strongly_agree": "agree", "agree": "agree", "disagree": "disagree"}
    found = primaries({"worker": [3, 1, 40], "manager": [5, 0, 20]}, roles, {"left_out": 4, "other": 0, "unread": 5})
    threshold = Primary("threshold", 0, 5)
    names = [
        "all, agree",
        "all, missing, left_out",
        "role, worker, agree",
        "role, worker, agree (subtotal)",
        "role, worker, strongly_agree",
    ]
    assert found == dict.fromkeys(names, threshold)


def test_zeros_are_primary_only_where_they_are_disclosive():
    table, roles = {"worker": [30, 0], "manager": [20, 5]}, {"yes": "yes", "no": "no"}
    assert primaries(table, roles, {"left_out": 0}, zeros_are_disclosive=False).keys() == {"role, worker, yes"}
    found = primaries(table, roles, {"left_out": 0}, zeros_are_disclosive=True)
    assert found.keys() == {"role, worker, yes", "role, worker, no", "all, missing, left_out"}
    assert found["role, worker, no"] == Primary("threshold", 0, 5)


def test_group_size():
    table = {"worker": [30, 20], "manager": [8, 0], "senior": [6, 4]}
    found = primaries(table, {"yes": "yes", "no": "no"}, minimum_cell=3)
    assert found == {
        "role, manager, yes": Primary("group size", 5, 9),
        "role, manager, no": Primary("group size", 0, 3),
        "role, manager, base": Primary("group size", 5, 10),
    }


def test_unanimity():
    found = primaries({"worker": [30, 20], "manager": [12, 0]}, {"yes": "yes", "no": "no"})
    assert found == {"role, manager, yes": Primary("unanimity", 7, 12)}


def test_a_policy_out_of_range_is_refused():
    for wrong in ({"minimum_group": 1}, {"minimum_cell": 0}, {"round_to": 3}, {"threshold": 5}):
        with pytest.raises(ValidationError):
            Policy(**wrong)
    assert Policy() == Policy(minimum_group=10, minimum_cell=5, zeros_are_disclosive=False, round_to=None)


def test_bases_then_subtotals_then_everybody_then_big_counts_are_kept():
    counts, _ = counted({"worker": [30, 20, 9, 8, 7, 6], "manager": [29, 21, 9, 8, 7, 6]}, ROLES)
    tables, cells = item_tables(counts, ROLES, {"left_out": 20})
    cost = {(cell.group, cell.kind, cell.category): weights(tables, cells)[cell.index] for cell in cells}
    order = [
        ("worker", "base", "base"),
        ("worker", "subtotal", "agree"),
        ("worker", "subtotal", "disagree"),
        ("all", "category", "disagree"),
        ("worker", "category", "disagree"),
    ]
    assert [cost[cell] for cell in order] == sorted((cost[cell] for cell in order), reverse=True)
    assert len({cost[cell] for cell in order}) == 5
    assert cost["worker", "category", "strongly_agree"] > cost["worker", "category", "agree"]
    assert math.isinf(cost["all", "respondents", "respondents"])
    assert min(cost.values()) > 0
