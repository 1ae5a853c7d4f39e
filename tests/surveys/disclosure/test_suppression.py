"""Secondary suppression against every pattern there is, and against a table of the literature."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError
from pipeline.surveys.disclosure import LinkedTables, Primary, attack, suppress

# Everybody in two groups and two categories, with the answers that are missing:
#   0 … 3: yes and no of group A, of group B; 4: missing; 5, 6: bases of A and B; 7, 8: yes, no of everybody;
#   9: base of everybody; 10: respondents
SUMS = ((5, (0, 1)), (6, (2, 3)), (7, (0, 2)), (8, (1, 3)), (9, (7, 8)), (9, (5, 6)), (10, (9, 4)))


def small_survey(free):
    """The eleven counts from the five that the others are made of, the last axis being cells."""
    a, b, c, d, e = np.moveaxis(np.asarray(free), -1, 0)
    return np.stack([a, b, c, d, e, a + b, c + d, a + c, b + d, a + b + c + d, a + b + c + d + e], axis=-1)


def all_surveys(respondents):
    """Every small survey of so many respondents, a line each."""
    lines = [free for free in itertools.product(range(respondents + 1), repeat=4) if sum(free) <= respondents]
    return small_survey([(*free, respondents - sum(free)) for free in lines])


def cheapest(counts, possible, primaries, weights):
    """The least weight of a pattern that leaves all primary intervals open, by trying all patterns on all tables."""
    optional = [cell for cell in range(len(counts)) if cell not in primaries and np.isfinite(weights[cell])]
    best = np.inf
    for chosen in itertools.product([False, True], repeat=len(optional)):
        hidden = [*primaries, *itertools.compress(optional, chosen)]
        weight = sum(weights[cell] for cell in hidden)
        if weight < best:
            published = np.setdiff1d(np.arange(len(counts)), hidden)
            fits = possible[(possible[:, published] == counts[published]).all(axis=1)]
            if all(
                fits[:, cell].min() <= primary.low and fits[:, cell].max() >= primary.high
                for cell, primary in primaries.items()
            ):
                best = weight
    return best


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    free=st.tuples(*[st.integers(0, 4)] * 5),
    weights=st.lists(st.integers(1, 9), min_size=10, max_size=10),
    threshold=st.integers(2, 4),
)
def test_no_pattern_is_cheaper(free, weights, threshold):
    counts = small_survey(free)
    weights = np.array([*weights, np.inf])
    primaries = {
        cell: Primary("threshold", 0, threshold) for cell in (0, 1, 2, 3, 4, 7, 8) if 0 < counts[cell] < threshold
    }
    names = tuple(f"cell {cell}" for cell in range(11))
    pattern = suppress(LinkedTables(names, counts, SUMS), primaries, weights)
    least = cheapest(counts, all_surveys(int(counts[10])), primaries, weights)
    assert least == (np.inf if pattern is None else sum(weights[cell] for cell in pattern))


@pytest.mark.slow
@settings(max_examples=20, deadline=None, derandomize=True)
@given(free=st.tuples(*[st.integers(0, 3)] * 5), hidden=st.sets(st.integers(0, 9)))
def test_the_attack_finds_all_that_every_table_says(free, hidden):
    counts = small_survey(free)
    possible = all_surveys(int(counts[10]))
    published = [cell for cell in range(11) if cell not in hidden]
    fits = possible[(possible[:, published] == counts[published]).all(axis=1)]
    lows, highs = attack(LinkedTables(tuple("abcdefghijk"), counts, SUMS), hidden)
    assert lows.tolist() == fits.min(axis=0).tolist() and highs.tolist() == fits.max(axis=0).tolist()


@pytest.fixture
def enterprises():
    """Investment by activity (lines) and region (columns), with totals: the example of Fischetti and Salazar-González
    (2001), where 22, of activity II in region C, is sensitive."""
    counts = np.array([[20, 50, 10, 80], [8, 19, 22, 49], [17, 32, 12, 61], [45, 101, 44, 190]])
    cell = np.arange(16).reshape(4, 4)
    sums = [(int(line[3]), tuple(map(int, line[:3]))) for line in [*cell, *cell.T]]
    return LinkedTables(
        tuple(f"{line}{column}" for line in ("I", "II", "III", "total") for column in "ABCT"),
        counts.ravel(),
        tuple(sums),
    )


def test_the_example_of_the_literature(enterprises):
    """Their pattern suppresses activities II and III in regions A and C, and lets an attacker conclude 5 to 30."""
    corners = {enterprises.names.index(name) for name in ("IIA", "IIC", "IIIA", "IIIC")}
    lows, highs = attack(enterprises, corners)
    sensitive = enterprises.names.index("IIC")
    assert (lows[sensitive], highs[sensitive]) == (5, 30)
    primaries = {sensitive: Primary("p-percent", 5, 30)}
    weights = enterprises.counts.astype(float)
    assert suppress(enterprises, primaries, weights) == corners
    assert suppress(enterprises, {sensitive: Primary("p-percent", 4, 30)}, weights) != corners


def test_the_naive_pattern_gives_the_cell_away(enterprises):
    lows, highs = attack(enterprises, {6})
    assert lows[6] == highs[6] == 22


def triangles():
    """Two times three cells of which any two exclude each other: 1.5 of three fit in fractions, 1 in whole numbers.

    Cells of a triangle: three, the gap of each pair, and the pairs' totals, which are 1. Then all six together, the
    rest, and the respondents.
    """
    names, counts, sums = [], [], []
    for number in "12":
        start = len(names)
        names += [f"{kind}{number}" for kind in ("a", "b", "c", "gap ab", "gap bc", "gap ac", "ab", "bc", "ac")]
        counts += [1, 0, 0, 0, 1, 0, 1, 1, 1]
        sums += [
            (start + 6, (start, start + 1, start + 3)),
            (start + 7, (start + 1, start + 2, start + 4)),
            (start + 8, (start, start + 2, start + 5)),
        ]
    six = tuple(names.index(name) for name in ("a1", "b1", "c1", "a2", "b2", "c2"))
    names += ["six", "rest", "respondents"]
    sums += [(18, six), (20, (18, 19))]
    return LinkedTables(tuple(names), np.array([*counts, 2, 6, 8]), tuple(sums))


@pytest.mark.slow
def test_tables_that_are_not_whole_protect_nothing():
    """Fractions let the six be 3 with their pairs' totals published; people are whole, so a total must go too."""
    tables = triangles()
    weights = np.array([1.0, 1, 1, 1, 1, 1, 20, 20, 20] * 2 + [1, 1, np.inf])
    inner = [cell for cell, weight in enumerate(weights) if weight == 1]
    assert attack(tables, inner)[1][18] == 2
    pattern = suppress(tables, {18: Primary("threshold", 1, 3)}, weights)
    lows, highs = attack(tables, pattern)
    assert lows[18] <= 1 and highs[18] >= 3
    assert sum(weights[cell] for cell in pattern) < 2 * 20 and pattern & {6, 7, 8, 15, 16, 17}


def test_nothing_to_protect_suppresses_nothing(enterprises):
    assert suppress(enterprises, {}, np.ones(16)) == frozenset()


def test_what_is_public_or_cannot_move_is_not_protected():
    tables = LinkedTables(("yes", "no", "all"), np.array([9, 3, 12]), ((2, (0, 1)),))
    primary = {1: Primary("threshold", 0, 5)}
    assert suppress(tables, primary, np.array([1, 1, np.inf])) == {0, 1}
    assert suppress(tables, primary, np.array([1, np.inf, np.inf])) is None
    assert suppress(tables, primary, np.array([np.inf, 1, np.inf])) is None
    assert suppress(tables, {1: Primary("threshold", 0, 13)}, np.array([1, 1, np.inf])) is None


def test_a_cell_in_no_sum_needs_no_other():
    tables = LinkedTables(("a", "all"), np.array([3, 9]), ())
    assert suppress(tables, {0: Primary("threshold", 0, 5)}, np.array([1, np.inf])) == {0}


@pytest.mark.parametrize(
    ("counts", "sums", "what"),
    [
        ([3, 4, 8], ((2, (0, 1)),), "not the sum"),
        ([3, -4, -1], ((2, (0, 1)),), "whole number"),
        ([3.0, 4.0, 7.0], ((2, (0, 1)),), "whole number"),
        ([3, 4], (), "whole number"),
        ([3, 4, 7], ((3, (0, 1)),), "not there"),
        ([3, 4, 7], ((2, ()),), "not there"),
    ],
)
def test_tables_that_do_not_hold_are_refused(counts, sums, what):
    with pytest.raises(DataError, match=what):
        LinkedTables(("a", "b", "both"), np.array(counts), sums)
