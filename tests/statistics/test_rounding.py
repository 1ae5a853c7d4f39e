"""Feasible sets against brute force, worked examples, inclusion and exclusion, and rows of the published survey."""

import time
from collections import Counter
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from pipeline.errors import DataError, InfeasibleRow, ParameterError
from pipeline.statistics.rounding import ROUNDINGS, feasible_counts, rounded_percentage

untimed = settings(deadline=None)  # a busy machine is no failure

DECIMAL_RULES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}

# Ofsted (2012), High expectations, high support and high challenge, Annex A: (base, percentages). The first, 10th,
# 24th and last row of the social workers' table; the first, 11th, 29th and last row of the managers' table.
SURVEY_ROWS = [
    (282, [12, 51, 18, 13, 5, 1]),
    (449, [3, 18, 22, 38, 19, 1]),
    (446, [12, 32, 26, 10, 4, 16]),
    (423, [17, 61, 16, 4, 0, 1]),
    (61, [23, 57, 7, 13, 0, 0]),
    (146, [8, 38, 24, 25, 4, 1]),
    (147, [18, 68, 7, 6, 0, 0]),
    (138, [16, 62, 20, 2, 0, 0]),
]


def printed(count, base, decimals, rounding):
    """The percentage as Python's decimal module rounds it.

    An endless quotient is cut after 25 digits: no count of a base used here comes that near to a half unless it is one.
    """
    if base == 0:
        return Decimal(0)
    quotient = Decimal(100 * count * 10**25 // base).scaleb(-25)
    return quotient.quantize(Decimal(1).scaleb(-decimals), rounding=DECIMAL_RULES[rounding])


def brute_force(percentages, base, decimals, rounding):
    """Every feasible vector, by looking at every vector of counts that adds to the base, in lexicographic order."""
    prints = [printed(count, base, decimals, rounding) for count in range(base + 1)]
    firsts = product(range(base + 1), repeat=len(percentages) - 1)
    vectors = ((*first, base - sum(first)) for first in firsts if sum(first) <= base)
    return [v for v in vectors if all(prints[c] == p for c, p in zip(v, percentages, strict=True))]


@st.composite
def published_rows(draw):
    """(percentages, base, decimals, rounding) of a row that true counts lie behind."""
    counts = draw(st.lists(st.integers(0, 7), min_size=1, max_size=4))
    decimals, rounding = draw(st.sampled_from([0, 0, 0, 1])), draw(st.sampled_from(ROUNDINGS))
    base = sum(counts)
    return [printed(count, base, decimals, rounding) for count in counts], base, decimals, rounding


@st.composite
def large_rows(draw):
    """As `published_rows`, with bases for which rounding leaves much open."""
    counts = draw(st.lists(st.integers(0, 3000), min_size=2, max_size=7).filter(lambda counts: sum(counts) > 0))
    decimals, rounding = draw(st.sampled_from([0, 1])), draw(st.sampled_from(ROUNDINGS))
    return counts, ([printed(c, sum(counts), decimals, rounding) for c in counts], sum(counts), decimals, rounding)


# Rounding


@untimed
@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 4), st.sampled_from(ROUNDINGS))
def test_rounded_percentage_agrees_with_the_decimal_module(a, b, decimals, rounding):
    count, base = min(a, b), max(a, b)
    assert rounded_percentage(count, base, decimals, rounding) == printed(count, base, decimals, rounding)


@pytest.mark.parametrize(
    ("count", "base", "decimals", "expected"),
    [
        (1, 8, 0, {"half_up": "13", "half_even": "12", "down": "12"}),  # 12.5
        (3, 8, 0, {"half_up": "38", "half_even": "38", "down": "37"}),  # 37.5
        (1, 200, 0, {"half_up": "1", "half_even": "0", "down": "0"}),  # 0.5
        (199, 200, 0, {"half_up": "100", "half_even": "100", "down": "99"}),  # 99.5
        (2, 3, 1, {"half_up": "66.7", "half_even": "66.7", "down": "66.6"}),
        (1, 16, 1, {"half_up": "6.3", "half_even": "6.2", "down": "6.2"}),  # 6.25
        (0, 0, 0, {"half_up": "0", "half_even": "0", "down": "0"}),
    ],
)
def test_rounded_percentage_of_a_half(count, base, decimals, expected):
    assert {rule: str(rounded_percentage(count, base, decimals, rule)) for rule in ROUNDINGS} == expected


def test_a_half_that_floating_point_misses():
    # 57.5% of 1000 is exactly 575, yet 0.575 * 100 is 57.49999999999999 in floating point.
    assert 575 / 1000 * 100 < 57.5
    assert rounded_percentage(575, 1000) == 58
    assert feasible_counts([58, 42], base=1000).low == (575, 415)


# The set, against brute force


@untimed
@given(published_rows())
def test_members_are_those_of_brute_force_in_order(row):
    feasible, members = feasible_counts(*row), brute_force(*row)
    assert list(feasible) == members
    assert feasible.size == len(members)


@untimed
@given(published_rows(), st.data())
def test_membership_agrees_with_brute_force(row, data):
    feasible, members = feasible_counts(*row), brute_force(*row)
    count = st.integers(0, row[1])
    any_vector = st.tuples(*[count] * len(row[0]))
    vector = data.draw(st.one_of(st.sampled_from(members), any_vector, st.lists(count).map(tuple)))
    assert (vector in feasible) == (vector in members)


@untimed
@given(published_rows())
def test_bounds_of_every_subset_are_attained_and_never_passed(row):
    feasible, members = feasible_counts(*row), brute_force(*row)
    cells = range(len(row[0]))
    for subset in (chosen for length in range(len(cells) + 1) for chosen in combinations(cells, length)):
        totals = [sum(member[k] for k in subset) for member in members]
        assert feasible.bounds(subset) == (min(totals), max(totals))
    assert feasible.cell_bounds().tolist() == [[min(cell), max(cell)] for cell in zip(*members, strict=True)]


@untimed
@given(published_rows())
def test_central_minimises_the_distance_and_ties_go_to_earlier_categories(row):
    percentages, base, *_ = row

    def distance(member):
        return sum((c - Fraction(p) * base / 100) ** 2 for c, p in zip(member, percentages, strict=True))

    members = brute_force(*row)
    least = min(map(distance, members))
    nearest = max(member for member in members if distance(member) == least)
    assert tuple(feasible_counts(*row).central().tolist()) == nearest


@untimed
@given(st.lists(st.integers(0, 100), min_size=1, max_size=3), st.integers(0, 12), st.sampled_from(ROUNDINGS))
def test_a_row_is_refused_exactly_when_brute_force_finds_nothing(percentages, base, rounding):
    members = brute_force(percentages, base, 0, rounding)
    if members:
        assert list(feasible_counts(percentages, base, rounding=rounding)) == members
    else:
        with pytest.raises(InfeasibleRow):
            feasible_counts(percentages, base, rounding=rounding)


# Large sets


def size_by_inclusion_exclusion(feasible):
    """Ways to spread the spare answers over the cells, less those that overfill some: no dynamic programme."""
    spare, cells = feasible.base - sum(feasible.low), len(feasible.low)
    widths = [high - low for low, high in zip(feasible.low, feasible.high, strict=True)]
    size = 0
    for overfull in (chosen for length in range(cells + 1) for chosen in combinations(widths, length)):
        rest = spare - sum(overfull) - len(overfull)
        if rest >= 0:
            size += (-1) ** len(overfull) * comb(rest + cells - 1, cells - 1)
    return size


@untimed
@given(large_rows())
def test_large_sets_are_counted_exactly_and_hold_the_truth(counts_and_row):
    counts, row = counts_and_row
    feasible = feasible_counts(*row)
    assert counts in feasible
    assert feasible.size == size_by_inclusion_exclusion(feasible)
    assert feasible.central().tolist() in feasible


@untimed
@given(large_rows(), st.integers(0, 2**64))
def test_every_draw_is_feasible(counts_and_row, seed):
    _, (percentages, base, decimals, rounding) = counts_and_row
    for counts in feasible_counts(percentages, base, decimals, rounding).sample(5, seed).tolist():
        assert sum(counts) == base
        assert [printed(count, base, decimals, rounding) for count in counts] == percentages


@untimed
@given(large_rows(), st.data())
def test_bounds_of_large_sets_are_attained(counts_and_row, data):
    feasible = feasible_counts(*counts_and_row[1])
    cells = range(len(feasible.low))
    subset = data.draw(st.sets(st.sampled_from(cells)))
    low, high = feasible.bounds(subset)
    for bound, inside, outside in ((low, feasible.low, feasible.high), (high, feasible.high, feasible.low)):
        # Put the subset at one extreme and the others at the opposite one, then mend the total, the others first.
        member = [inside[k] if k in subset else outside[k] for k in cells]
        for k in sorted(cells, key=lambda k: k in subset):
            missing = feasible.base - sum(member)
            member[k] = min(max(member[k] + missing, feasible.low[k]), feasible.high[k])
        assert member in feasible
        assert sum(member[k] for k in subset) == bound


def test_ten_thousand_answers_in_seven_categories_are_quick():
    percentages = ["12.3", "51.2", "18.4", "13.1", "4.0", "0.5", "0.5"]
    started = time.perf_counter()
    feasible = feasible_counts(percentages, base=10_000, decimals=1)
    draws = feasible.sample(1000, seed=1)
    elapsed = time.perf_counter() - started
    assert feasible.size == size_by_inclusion_exclusion(feasible)
    assert draws.shape == (1000, 7)
    assert elapsed < 1


def test_a_base_of_a_million():
    feasible = feasible_counts([12, 50, 18, 13, 5, 1, 1], base=1_000_000)
    assert feasible.size == size_by_inclusion_exclusion(feasible)
    assert feasible.size > 2**63  # beyond NumPy's integers
    assert all(counts in feasible for counts in feasible.sample(20, seed=1).tolist())


def test_bounds_and_central_need_no_counting_however_large_the_base():
    feasible = feasible_counts([33, 67], base=10**12)
    assert feasible.central().tolist() == [330 * 10**9, 670 * 10**9]
    assert feasible.bounds([0]) == (325 * 10**9 + 1, 335 * 10**9 - 1)  # 67.5% would be printed as 68
    with pytest.raises(ParameterError, match="too coarse for the base"):
        _ = feasible.size
    to_ten_decimals = feasible_counts(["33.3333333333", "66.6666666667"], base=3 * 10**12, decimals=10)
    assert sum(to_ten_decimals.central().tolist()) == 3 * 10**12


# Worked by hand


def test_two_halves_of_an_odd_base():
    # 50% of 201 is 99.495 to 101.505 answers: 100 or 101, and the two must add to 201.
    feasible = feasible_counts([50, 50], base=201)
    assert list(feasible) == [(100, 101), (101, 100)]
    assert (100, 101) in feasible
    assert (100, 100) not in feasible
    assert (99, 102) not in feasible
    assert (100, 101, 0) not in feasible
    assert feasible.central().tolist() == [101, 100]


def test_the_total_tightens_what_rounding_allows():
    # Each of the three allows 65.0 to 66.9: 65 or 66. Nothing but 66, 66, 66 adds to 198.
    feasible = feasible_counts([33, 33, 33], base=198)
    assert (feasible.low, feasible.high) == ((65, 65, 65), (66, 66, 66))
    assert feasible.cell_bounds().tolist() == [[66, 66]] * 3


def test_survey_row_worked_by_hand():
    # Managers' first row, base 61: 23% allows 13.725 to 14.335, so 14; 57% 34.465 to 35.075, so 35; 7% 3.965 to 4.575,
    # so 4; 13% 7.625 to 8.235, so 8; 0% up to 0.305, so 0. They add to 61.
    assert list(feasible_counts([23, 57, 7, 13, 0, 0], base=61)) == [(14, 35, 4, 8, 0, 0)]


def test_rules_part_at_a_half():
    # 1 of 8 is 12.5%, 7 of 8 is 87.5%.
    assert list(feasible_counts([13, 88], base=8, rounding="half_up")) == [(1, 7)]
    assert list(feasible_counts([12, 88], base=8, rounding="half_even")) == [(1, 7)]
    assert list(feasible_counts([12, 87], base=8, rounding="down")) == [(1, 7)]


@pytest.mark.parametrize("value", [12.5, "12.5", "12.50", Decimal("12.5"), np.float64(12.5), np.float32(12.5)])
def test_percentages_are_read_as_their_decimal_text(value):
    assert list(feasible_counts([value, 87.5], base=8, decimals=1)) == [(1, 7)]


def test_numbers_from_numpy_do_not_overflow():
    base, decimals = np.int32(2_000_000_000), np.int8(3)
    feasible = feasible_counts(np.array([12.345, 87.655]), base, decimals)
    assert feasible == feasible_counts(["12.345", "87.655"], 2_000_000_000, 3)
    assert rounded_percentage(np.int32(1_000_000_000), base, decimals) == 50


def test_nobody_asked():
    feasible = feasible_counts([0, 0, 0], base=0)
    assert list(feasible) == [(0, 0, 0)]
    assert feasible.central().tolist() == [0, 0, 0]
    assert feasible.bounds([0, 1]) == (0, 0)


def test_no_category_and_every_category_chosen():
    feasible = feasible_counts([50, 50], base=201)
    assert feasible.bounds([]) == (0, 0)
    assert feasible.bounds([0, 1]) == (201, 201)


# Draws


def test_draws_are_uniform():
    feasible = feasible_counts([17, 61, 16, 4, 0, 1], base=423)
    members = list(feasible)
    drawn = Counter(map(tuple, feasible.sample(20 * len(members), seed=2012).tolist()))
    assert set(drawn) <= set(members)
    assert chisquare([drawn[member] for member in members]).pvalue > 0.01


def test_same_seed_same_draws():
    feasible = feasible_counts([17, 61, 16, 4, 0, 1], base=423)
    draws = feasible.sample(50, seed=7)
    assert draws.tolist() == feasible_counts([17, 61, 16, 4, 0, 1], base=423).sample(50, seed=7).tolist()
    assert draws.tolist() != feasible.sample(50, seed=8).tolist()
    assert draws.dtype == np.int64
    assert feasible.sample(0, seed=7).shape == (0, 6)


# The published survey


@pytest.mark.parametrize(("base", "percentages"), SURVEY_ROWS)
def test_rows_of_the_published_survey_are_feasible(base, percentages):
    feasible = feasible_counts(percentages, base)
    assert feasible.size == size_by_inclusion_exclusion(feasible) > 0
    assert [rounded_percentage(count, base) for count in feasible.central().tolist()] == percentages


# Failures


def test_a_cell_that_no_count_gives():
    with pytest.raises(InfeasibleRow) as caught:
        feasible_counts([60, 35, 5], base=10, where="answers.csv, row 3")
    assert (caught.value.cells, caught.value.gap) == ((1, 2), 0)
    assert "answers.csv, row 3" in str(caught.value)
    assert "category 1 (35%): 3 of 10 is 30%, 4 of 10 is 40%" in str(caught.value)
    assert "category 2 (5%): 0 of 10 is 0%, 1 of 10 is 10%" in str(caught.value)


def test_cells_that_need_more_than_the_base():
    # 50% of 1000 needs 495, 40% needs 395, 20% needs 195: 1085.
    with pytest.raises(InfeasibleRow, match="need at least 1085 answers, 85 more than the base") as caught:
        feasible_counts([50, 0, 40, 20], base=1000)
    assert (caught.value.cells, caught.value.gap) == ((0, 2, 3), 85)


def test_cells_that_hold_less_than_the_base():
    # 50% of 1000 holds at most 504, 20% at most 204: 708.
    with pytest.raises(InfeasibleRow, match="hold at most 708 answers, 292 fewer than the base") as caught:
        feasible_counts([50, 20], base=1000)
    assert (caught.value.cells, caught.value.gap) == ((0, 1), -292)


def test_a_total_one_answer_off():
    # 33% of 199 is 65 or 66 answers, three times: at most 198. 34% of 197 is 66 to 67: at least 198.
    with pytest.raises(InfeasibleRow, match="at most 198 answers, 1 fewer"):
        feasible_counts([33, 33, 33], base=199)
    with pytest.raises(InfeasibleRow, match="at least 198 answers, 1 more"):
        feasible_counts([34, 34, 34], base=197)


def test_nobody_cannot_be_half_of_nobody():
    with pytest.raises(InfeasibleRow, match="category 0 .50%.: 0 of 0 is 0%") as caught:
        feasible_counts([50, 0], base=0)
    assert caught.value.cells == (0,)


@pytest.mark.parametrize(
    ("percentages", "base", "message"),
    [
        ([50, 50], -1, "Base is not possible"),
        ([50, 50], 100.0, "Base is not possible"),
        ([50, 50], None, "Base is not possible"),
        ([-1, 101], 100, "category 0: -1"),
        ([0, 100.5], 100, "category 1: 100.5"),
        ([50, float("nan")], 100, "category 1: nan"),
        ([50, "half"], 100, "category 1: 'half'"),
        ([50, None], 100, "category 1: None"),
        ([12.5, 87.5], 100, "more decimals than the row declares"),
        ([], 100, "no percentages"),
    ],
)
def test_data_that_cannot_be(percentages, base, message):
    with pytest.raises(DataError, match=message):
        feasible_counts(percentages, base)


@pytest.mark.parametrize("count", [-1, 11, 2.5])
def test_a_count_outside_its_base(count):
    with pytest.raises(DataError, match="Count is not possible"):
        rounded_percentage(count, 10)


@pytest.mark.parametrize("settings", [{"rounding": "up"}, {"decimals": -1}, {"decimals": 1.0}, {"decimals": 11}])
def test_impossible_settings(settings):
    with pytest.raises(ParameterError):
        feasible_counts([50, 50], 100, **settings)
    with pytest.raises(ParameterError):
        rounded_percentage(50, 100, **settings)


@pytest.mark.parametrize("categories", [[2], [-1], [0, 5]])
def test_unknown_category(categories):
    with pytest.raises(ParameterError, match="does not exist"):
        feasible_counts([50, 50], 100).bounds(categories)


@pytest.mark.parametrize(("n", "seed"), [(-1, 1), (2.5, 1), (1, -1), (1, "seed")])
def test_impossible_draws(n, seed):
    with pytest.raises(ParameterError, match="is not possible"):
        feasible_counts([50, 50], 100).sample(n, seed)


def test_a_set_too_large_to_list():
    feasible = feasible_counts(["12.3", "51.2", "18.4", "13.1", "5.0"], base=100_000, decimals=1)
    with pytest.raises(ParameterError, match="too large to list"):
        iter(feasible)


@given(published_rows(), st.data())
def test_the_leaning_member_has_the_most_answers_in_every_first_part_of_its_order(row, data):
    feasible = feasible_counts(*row)
    order = data.draw(st.permutations(range(len(feasible.low))))
    leaning = feasible.leaning(order)
    assert tuple(leaning.tolist()) in feasible
    for taken in range(1, len(order) + 1):
        assert leaning[order[:taken]].sum() == feasible.bounds(order[:taken])[1]


def test_an_order_names_each_category_once():
    with pytest.raises(ParameterError, match="each category once"):
        feasible_counts([50, 50], base=2).leaning([0, 0])
