"""Krippendorff's alpha for two coders: his own examples, the definition written out, and what a resample means."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.evidence.coder_agreement import (
    agreement,
    agreement_table,
    code_agreement,
    code_sets,
    disagreements,
    masi,
    matched_rows,
    nominal,
)

SETS = st.frozensets(st.sampled_from("abc"), max_size=3)


def by_definition(first, second, distance) -> float:
    """1 - D_o / D_e: the mean distance within units against that over all pairs of values of the whole data."""
    values = [*first, *second]
    n = len(values)
    observed = sum(distance(one, other) for one, other in zip(first, second, strict=True)) / len(first)
    expected = sum(distance(values[i], values[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return 1 - observed / expected if expected else math.nan


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [
        ("0100000010", "1110010000", 0.095),  # Krippendorff (2011), Computing Krippendorff's alpha-reliability, part A
        ("aabbdcccedda", "babbbccceddd", 0.692),
    ],
)  # part B
def test_krippendorffs_examples(first, second, alpha):
    found = agreement(first, second, draws=0)
    assert round(found.alpha, 3) == alpha
    assert found.alpha == pytest.approx(by_definition(first, second, nominal), abs=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        ("", "", 0),
        ("a", "", 1),
        ("a", "b", 1),
        ("ab", "ab", 0),
        ("a", "ab", 1 - 1 / 2 * 2 / 3),
        ("ab", "abcd", 1 - 2 / 4 * 2 / 3),
        ("ab", "bc", 1 - 1 / 3 * 1 / 3),
        ("abc", "bcd", 1 - 2 / 4 * 1 / 3),
    ],
)
def test_passonneaus_distance(first, second, distance):
    assert masi(set(first), set(second)) == pytest.approx(distance)
    assert masi(set(second), set(first)) == pytest.approx(distance)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(SETS, SETS), min_size=2, max_size=12))
def test_alpha_of_sets_is_the_definition(units):
    first, second = zip(*units, strict=True)
    expected = by_definition(first, second, masi)
    found = agreement(first, second, distance=masi, draws=0).alpha
    assert (math.isnan(found) and math.isnan(expected)) or found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(SETS, min_size=2, max_size=10).filter(lambda units: len(set(units)) > 1))
def test_the_same_coding_twice_agrees_perfectly_and_order_does_not_matter(units):
    found = agreement(units, units, distance=masi, draws=0)
    assert (found.alpha, found.alike) == (1, 1)
    turned = [*reversed(units)]
    assert agreement(units, turned, distance=masi, draws=0).alpha == pytest.approx(
        agreement(turned, units, distance=masi, draws=0).alpha
    )


def test_a_variable_that_never_varies_has_no_alpha():
    found = agreement("aaaa", "aaaa")
    assert math.isnan(found.alpha) and math.isnan(found.low) and found.alike == 1


def test_the_interval_is_seeded_and_holds_the_estimate():
    first, second = "aabbaabbccaabbcc" * 2, "aabbaabbccabbbca" * 2
    one, again, other = (agreement(first, second, draws=300, seed=seed) for seed in (1, 1, 2))
    assert one == again and one != other
    assert one.low < one.alpha < one.high <= 1


def test_units_of_one_place_are_resampled_together():
    # two places, each with ten units: a resample has one of them twice, or both, so alpha takes three values at most
    first, second = "a" * 5 + "b" * 5 + "a" * 5 + "b" * 5, "a" * 5 + "b" * 5 + "b" * 5 + "a" * 5
    clusters = ["good"] * 10 + ["bad"] * 10
    together = agreement(first, second, clusters, draws=200)
    alone = agreement(first, second, draws=200)
    assert together.high == 1 and together.low < -0.8
    assert alone.high - alone.low < together.high - together.low


def test_an_interval_is_not_given_where_resamples_often_leave_alpha_undefined():
    found = agreement("a" * 20 + "b", "a" * 20 + "b", draws=200)
    assert found.alpha == 1 and found.undefined > 0.1 and math.isnan(found.low)


def coding(*rows) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "document": "d",
                "section": section,
                "feature": feature,
                "outcome": outcome,
                "mechanism": "m",
                "who": who,
                "direction": "better",
                "evidence": "case",
                "strength": "claims",
            }
            for section, feature, outcome, who in rows
        ]
    )


FIRST = coding(
    ("1", "time", "calm", "workers"),
    ("1", "time", "calm", "teams"),
    ("1", "praise", "calm", "workers"),
    ("2", "time", "safety", "workers"),
)
SECOND = coding(("1", "time", "calm", "workers"), ("2", "time", "safety", "teams"), ("2", "praise", "safety", "teams"))
PLACES = [("d", "1"), ("d", "2"), ("d", "3")]


def test_sets_of_a_place_with_nothing_are_empty():
    assert code_sets(FIRST, "feature", PLACES) == [{"time", "praise"}, {"time"}, frozenset()]


def test_rows_are_matched_by_place_feature_and_outcome():
    pairs = matched_rows(FIRST, SECOND)
    assert pairs[["section", "feature", "who_first", "who_second"]].to_dict("list") == {
        "section": ["1", "2"],
        "feature": ["time", "time"],
        "who_first": ["workers", "workers"],
        "who_second": ["workers", "teams"],
    }


def test_differences_are_listed_by_place_and_variable():
    table = disagreements(FIRST, SECOND, PLACES)
    found = {(row.section, row.variable): (row.first, row.second) for row in table.itertuples()}
    assert found == {
        ("1", "feature"): ("praise; time", "time"),
        ("1", "who"): ("teams; workers", "workers"),
        ("2", "feature"): ("time", "praise; time"),
        ("2", "who"): ("workers", "teams"),
    }


def test_the_table_has_sets_by_place_and_codes_by_row():
    table = agreement_table(FIRST, SECOND, PLACES, draws=0).set_index(["variable", "unit"])
    assert table.loc[("feature", "places"), "n"] == 3
    assert table.loc[("feature", "places"), "percent"] == pytest.approx(1 / 3)
    assert table.loc[("outcome", "places"), "alpha"] == 1
    assert table.loc[("who", "matched rows"), "n"] == 2
    sets = [code_sets(each, "feature", PLACES) for each in (FIRST, SECOND)]
    assert table.loc[("feature", "places"), "alpha"] == pytest.approx(by_definition(*sets, masi))


def test_single_codes_are_compared_where_enough_places_hold_them():
    table = code_agreement(FIRST, SECOND, PLACES, draws=0, enough=2).set_index(["variable", "code"])
    assert table.loc[("feature", "praise"), ["first", "second", "both"]].tolist() == [1, 1, 0]
    assert table.loc[("feature", "praise"), "alpha"] == pytest.approx(
        by_definition([True, False, False], [False, True, False], nominal)
    )
    assert ("outcome", "safety") not in table.index


def test_agreement_of_the_real_codings(second):
    table = agreement_table(second.first, second.second, second.places, draws=0)
    places = table[table["unit"] == "places"].set_index("variable")
    assert len(second.places) == 53
    assert places["alpha"].round(2).to_dict() == {
        "feature": 0.78,
        "mechanism": 0.56,
        "outcome": 0.59,
        "who": 0.64,
        "direction": 0.69,
        "evidence": 0.70,
        "strength": 0.76,
    }
    for variable in places.index:
        sets = [code_sets(each, variable, second.places) for each in (second.first, second.second)]
        assert places.loc[variable, "alpha"] == pytest.approx(by_definition(*sets, masi))
