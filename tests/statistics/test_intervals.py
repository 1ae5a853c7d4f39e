"""Wilson intervals against published examples; shares against the feasible set listed member by member."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.intervals import share_interval, wilson
from pipeline.statistics.rounding import feasible_counts

untimed = settings(deadline=None)  # a busy machine is no failure


# Newcombe (1998), Two-sided confidence intervals for the single proportion, Statistics in Medicine 17: 857-872,
# table I, method 3 (score without continuity correction), level 95%.
@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombes_examples(count, base, low, high):
    assert wilson(count, base) == pytest.approx((low, high), abs=5e-5)


@untimed
@given(st.integers(1, 500), st.integers(0, 500), st.floats(0.5, 0.999))
def test_ends_are_where_the_score_test_turns(base, count, level):
    count = min(count, base)
    z = norm.isf((1 - level) / 2)
    low, high = wilson(count, base, level)
    assert 0 <= low <= count / base <= high <= 1
    for end in (low, high):
        assert (count / base - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / base, abs=1e-9)


def test_arrays_broadcast_and_numbers_stay_numbers():
    low, high = wilson(np.array([0, 1, 29]), 29)
    assert low.shape == high.shape == (3,)
    assert (low[1], high[1]) == wilson(1, 29)
    assert type(wilson(1, 29)[0]) is float


@pytest.mark.parametrize("base", [1, 7, 20, 423])
def test_ends_of_the_scale_are_exact(base):
    assert wilson(0, base)[0] == 0
    assert wilson(base, base)[1] == 1


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, float("nan")])
def test_impossible_level(level):
    with pytest.raises(ParameterError, match="confidence level"):
        wilson(1, 2, level)


@pytest.mark.parametrize(("count", "base"), [(0, 0), (-1, 5), (6, 5), ([1, 2], [3, 1]), (float("nan"), 5)])
def test_a_share_that_is_not_one(count, base):
    with pytest.raises(DataError, match="base above 0"):
        wilson(count, base)


def test_share_of_a_survey_row_over_its_whole_feasible_set():
    # Ofsted (2012), Annex A, social workers' last row: agreement that support was vital, base 423.
    feasible = feasible_counts([17, 61, 16, 4, 0, 1], base=423)
    agreeing = [counts[0] + counts[1] for counts in feasible]
    interval = share_interval(feasible, [0, 1])
    assert interval.rounding_low == min(agreeing) / 423
    assert interval.rounding_high == max(agreeing) / 423
    assert interval.share == feasible.central()[:2].sum() / 423
    assert interval.wilson_low == min(wilson(count, 423)[0] for count in agreeing)
    assert interval.wilson_high == max(wilson(count, 423)[1] for count in agreeing)


@untimed
@given(
    st.lists(st.integers(0, 60), min_size=2, max_size=6).filter(sum), st.sets(st.integers(0, 1)), st.floats(0.5, 0.99)
)
def test_intervals_nest(counts, categories, level):
    base = sum(counts)
    feasible = feasible_counts([(200 * c + base) // (2 * base) for c in counts], base)
    interval = share_interval(feasible, categories, level)
    truth = sum(counts[k] for k in categories) / base
    assert interval.wilson_low <= interval.rounding_low <= truth <= interval.rounding_high <= interval.wilson_high
    assert interval.rounding_low <= interval.share <= interval.rounding_high
    wider = share_interval(feasible, categories, 0.995)
    assert wider.wilson_low <= interval.wilson_low and interval.wilson_high <= wider.wilson_high


def test_a_category_named_twice_counts_once():
    feasible = feasible_counts([50, 50, 0], base=201)
    assert share_interval(feasible, [0, 0, 1]) == share_interval(feasible, [1, 0])


def test_share_of_nobody():
    with pytest.raises(DataError, match="base above 0"):
        share_interval(feasible_counts([0, 0], base=0), [0])


def test_share_of_an_unknown_category():
    with pytest.raises(ParameterError, match="does not exist"):
        share_interval(feasible_counts([50, 50], base=100), [2])
