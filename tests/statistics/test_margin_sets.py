"""Bounds over sets of margins, against trying every member of small sets."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, ParameterError
from pipeline.statistics import margin_sets
from pipeline.statistics.association import NON_NEGATIVE, NOTHING, bounds, extreme_values, latent_between
from pipeline.statistics.joint import STATISTICS
from pipeline.statistics.margin_sets import MarginSet, bounds_over, rounded_margin
from pipeline.statistics.rounding import feasible_counts


def exact_margin(counts, group=None):
    """The margin of exact counts; with a group, what the margin of all its people could be."""
    return MarginSet(tuple(counts), tuple(counts), (sum(counts), sum(counts)), group)


def completed(counts, group):
    """Every vector of whole counts that adds to the group and has these answers in it."""
    missing = group - sum(counts)
    for added in itertools.product(range(missing + 1), repeat=len(counts)):
        if sum(added) == missing:
            yield tuple(n + more for n, more in zip(counts, added, strict=True))


def every_member(feasible, categories, group=None):
    """By listing: the counts behind the percentages, the scored answers of each, and all completions of each."""
    scored = {tuple(member[k] for k in categories) for member in feasible}
    if group is None:
        return scored
    return {whole for answers in scored for whole in completed(answers, group)}


ROWS = [
    ([50, 30, 20], 10, [0, 1], None),
    ([33, 33, 17, 17], 6, [0, 1, 2], None),
    ([12, 40, 26, 22], 250, [0, 1, 2], None),
    ([12, 40, 48], 120, [0, 1, 2], None),
    ([50, 30, 20], 10, [0, 1], 13),
    ([33, 33, 17, 17], 6, [0, 1, 2], 9),
    ([12, 40, 26, 22], 250, [0, 1, 2], 253),
    ([30, 31, 39], 140, [0, 1, 2], 141),
]


@pytest.mark.parametrize(("percentages", "base", "categories", "group"), ROWS)
def test_a_set_holds_exactly_the_listed_members(percentages, base, categories, group):
    feasible = feasible_counts(percentages, base)
    found = rounded_margin(feasible, categories, group)
    members = every_member(feasible, categories, group)
    largest = [max(m[k] for m in members) + 1 for k in range(len(categories))]
    smallest = [max(0, min(m[k] for m in members) - 1) for k in range(len(categories))]
    box = np.array(list(itertools.product(*(range(a, b + 1) for a, b in zip(smallest, largest, strict=True)))))
    assert {tuple(row) for row in box[found.contains(box)].tolist()} == members
    shares = sorted({m[0] / sum(m) for m in members})
    np.testing.assert_allclose(found.shares([0]), np.unique(np.round(shares, 14)), atol=1e-12)


@pytest.mark.parametrize(("percentages", "base", "categories", "group"), ROWS)
def test_draws_and_neighbours_are_members(percentages, base, categories, group):
    found = rounded_margin(feasible_counts(percentages, base), categories, group)
    generator = np.random.default_rng(3)
    for _ in range(30):
        member = found.draw(generator)
        assert found.contains(member)
        assert found.contains(found.neighbours(member)).all()


ASSUMPTIONS = [NOTHING, NON_NEGATIVE, latent_between(-0.3, 0.5)]
PAIRS = [
    (([50, 30, 20], 10, None), ([20, 50, 30], 10, None)),
    (([33, 33, 17, 17], 6, None), ([17, 50, 17, 17], 6, None)),
    (([50, 25, 25], 8, 10), ([38, 38, 25], 8, 10)),
    (([50, 30, 20], 10, 12), ([11, 56, 33], 9, 12)),
]


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda a: a.name)
@pytest.mark.parametrize("pair", PAIRS)
def test_bounds_over_two_sets_are_those_of_every_pair_of_members(statistic, assumption, pair):
    feasible = [feasible_counts(percentages, base) for percentages, base, _ in pair]
    groups = [group for _, _, group in pair]
    left_out = [len(f.low) == 4 or group is not None for f, group in zip(feasible, groups, strict=True)]
    categories = [range(len(f.low) - left) for f, left in zip(feasible, left_out, strict=True)]
    listed = [np.array(sorted(every_member(*each))) for each in zip(feasible, categories, groups, strict=True)]
    low, high = extreme_values(statistic, listed[0][:, None], listed[1][None, :], assumption, agree=[0])
    sets = [rounded_margin(*each) for each in zip(feasible, categories, groups, strict=True)]
    found = bounds_over(statistic, *sets, assumption, agree=[0])
    assert found.low == pytest.approx((np.nanmin(low), np.nanmax(low)), abs=1e-9)
    assert found.high == pytest.approx((np.nanmin(high), np.nanmax(high)), abs=1e-9)


@pytest.mark.parametrize("group", [None, 425])
def test_the_search_finds_the_extremes_that_listing_finds(group, monkeypatch):
    """Spearman's rho over every pair of members, by Hoeffding's formula, written out apart."""
    first, second = feasible_counts([17, 61, 16, 4, 0, 1], 423), feasible_counts([23, 62, 15], 423)
    scored = [range(5), range(3)] if group is None else [range(6), range(3)]
    rows = list(zip((first, second), scored, strict=True))
    members = (np.array(sorted(every_member(*row, group)), dtype=float) for row in rows)
    p, q = (m / m.sum(axis=1, keepdims=True) for m in members)
    steps = [(m[:, :-1] + m[:, 1:]) / 2 for m in (p, q)]  # between neighbouring grades
    spread = np.sqrt(np.outer(1 - (p**3).sum(1), 1 - (q**3).sum(1))) / 12
    monkeypatch.setattr(margin_sets, "MOST_PAIRS", 0)
    found = bounds_over("spearman", *(rounded_margin(*row, group) for row in rows))
    for cdf, ends in ((lambda u, v: np.maximum(u + v - 1, 0), found.low), (np.minimum, found.high)):
        covariance = np.zeros((len(p), len(q)))
        for i, j in np.ndindex(steps[0].shape[1], steps[1].shape[1]):
            u, v = p[:, : i + 1].sum(axis=1)[:, None], q[:, : j + 1].sum(axis=1)[None, :]
            covariance += (cdf(u, v) - u * v) * np.outer(steps[0][:, i], steps[1][:, j])
        rho = covariance / spread
        assert ends == pytest.approx((rho.min(), rho.max()), abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("statistic", ["spearman", "gamma"])
@pytest.mark.parametrize("assumption", ASSUMPTIONS, ids=lambda a: a.name)
@pytest.mark.parametrize("group", [None, 256])
def test_search_and_listing_agree(statistic, assumption, group, monkeypatch):
    sets = [rounded_margin(feasible_counts(row, 250), range(3), group) for row in ([12, 40, 26, 22], [25, 25, 50])]
    found = []
    for most_pairs in (10_000_000, 0):
        monkeypatch.setattr(margin_sets, "MOST_PAIRS", most_pairs)
        found.append(bounds_over(statistic, *sets, assumption))
    assert [f.method for f in found] == ["enumerated", "search"]
    assert found[1].low == pytest.approx(found[0].low, abs=1e-9)
    assert found[1].high == pytest.approx(found[0].high, abs=1e-9)


def test_worst_case_shares_are_manskis():
    """n = 423 of N = 483: the share lies between (its answers)/N and (its answers + N - n)/N."""
    shares = exact_margin([72, 258, 68, 17, 8], group=483).shares([0, 1])
    assert (shares[0], shares[-1]) == pytest.approx((330 / 483, (330 + 60) / 483))


def test_worst_case_bounds_of_both_agreeing_in_closed_form():
    support, outcome = exact_margin([300, 100], group=483), exact_margin([250, 170], group=483)
    found = bounds_over("both_agree", support, outcome, agree=[0])
    assert found.low[0] == pytest.approx((300 + 250 - 483) / 483)
    assert found.high[1] == pytest.approx((250 + 63) / 483)


@settings(max_examples=40, deadline=None)
@given(
    counts=st.lists(st.integers(0, 12), min_size=3, max_size=3).filter(any),
    missing=st.integers(0, 6),
    statistic=st.sampled_from([*STATISTICS]),
)
def test_missing_answers_only_widen(counts, missing, statistic):
    other = [4, 5, 6]
    alone = bounds(statistic, counts, other, agree=[0])
    group = max(sum(counts), sum(other)) + missing
    wide = bounds_over(statistic, exact_margin(counts, group), exact_margin(other, group), agree=[0])
    if group == sum(counts) == sum(other):
        assert (*wide.low, *wide.high) == pytest.approx((alone.low, alone.low, alone.high, alone.high), nan_ok=True)
    elif not np.isnan(alone.low) and sum(counts) == sum(other):
        assert wide.low[0] <= alone.low + 1e-12 and wide.high[1] >= alone.high - 1e-12


def test_exact_margins_give_back_the_bounds():
    counts = [72, 258, 68, 17, 8], [40, 190, 80, 70, 20]
    for statistic in STATISTICS:
        alone = bounds(statistic, *counts, NON_NEGATIVE)
        found = bounds_over(statistic, *map(exact_margin, counts), NON_NEGATIVE)
        assert (*found.low, *found.high) == pytest.approx((alone.low, alone.low, alone.high, alone.high))


def test_agreement_at_either_end_and_at_opposite_ends():
    feasible = feasible_counts([50, 30, 20], 10), feasible_counts([20, 50, 30], 10)
    members = [np.array(sorted(every_member(f, range(3)))) for f in feasible]
    sets = [rounded_margin(f, range(3)) for f in feasible]
    for agree, outcome_agree in (([2], None), ([0], [2]), ([1, 2], [0])):
        low, high = extreme_values(
            "risk_difference", members[0][:, None], members[1][None], NON_NEGATIVE, agree, outcome_agree
        )
        found = bounds_over("risk_difference", *sets, NON_NEGATIVE, agree, outcome_agree)
        assert (*found.low, *found.high) == pytest.approx((low.min(), low.max(), high.min(), high.max()))


def test_large_sets_are_thinned_and_say_so(monkeypatch):
    sets = exact_margin([300, 100], group=483), exact_margin([250, 170], group=483)
    exact = bounds_over("both_agree", *sets, agree=[0])
    monkeypatch.setattr(margin_sets, "MOST_SHARES", 20)
    thinned = bounds_over("both_agree", *sets, agree=[0])
    assert (exact.method, thinned.method) == ("enumerated", "thinned")
    assert (thinned.low[0], thinned.high[1]) == pytest.approx((exact.low[0], exact.high[1]))  # at the ends, kept


def test_undefined_everywhere_is_nan():
    everybody = exact_margin([5, 3, 0])
    for statistic in ("phi", "spearman"):
        constant = exact_margin([0, 8, 0])
        found = bounds_over(statistic, constant, everybody, agree=[0])
        assert np.isnan([*found.low, *found.high]).all()


def test_more_answers_than_people_is_an_error():
    with pytest.raises(DataError, match="(?s)than the group.*10 of 9"):
        rounded_margin(feasible_counts([50, 30, 20], 10), [0, 1], group=9)


def test_categories_that_are_not_there_are_errors():
    feasible = feasible_counts([50, 30, 20], 10)
    for wrong in ([0, 3], [0], [0, 0]):
        with pytest.raises(ParameterError):
            rounded_margin(feasible, wrong)


def test_items_of_different_groups_are_not_combined():
    with pytest.raises(ParameterError, match="different sizes"):
        bounds_over("phi", exact_margin([5, 3], group=9), exact_margin([5, 3], group=10), agree=[0])
