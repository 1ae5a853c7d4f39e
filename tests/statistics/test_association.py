"""Bounds against linear programmes over all joint tables, and against every joint table of small whole counts."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.association import (
    NON_NEGATIVE,
    NOTHING,
    bounds,
    extreme_tables,
    extreme_values,
    latent_between,
)
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.joint import STATISTICS, measure, measures

AGREE = [0, 1]
five = st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(lambda n: sum(n[:2]) > 0 and sum(n[2:]) > 0)
assumptions = st.sampled_from([NOTHING, NON_NEGATIVE])
LINEAR = ("both_agree", "agree_given_agree", "agree_given_not", "risk_difference", "phi", "spearman")


def constraints(p, q, assumption):
    """All joint tables with margins p and q; under non-negative dependence F(i, j) ≥ P(i)Q(j) besides."""
    cell = np.arange(p.size * q.size).reshape(p.size, q.size)
    equal = np.array([np.isin(cell, cell[i]).ravel() for i in range(p.size)], dtype=float)
    equal = np.vstack([equal, [np.isin(cell, cell[:, j]).ravel() for j in range(q.size)]])
    found = {"A_eq": equal, "b_eq": np.concatenate([p, q])}
    if assumption is NON_NEGATIVE:
        corners = [(i, j) for i in range(1, p.size) for j in range(1, q.size)]
        found["A_ub"] = -np.array([np.isin(cell, cell[:i, :j]).ravel() for i, j in corners], dtype=float)
        found["b_ub"] = -np.array([p[:i].sum() * q[:j].sum() for i, j in corners])
    return found


def programme(cost, p, q, assumption):
    """The lowest and the highest value of a linear functional of the table."""
    ends = []
    for sign in (1, -1):
        solved = linprog(sign * np.ravel(cost), **constraints(p, q, assumption), method="highs")
        assert solved.status == 0, solved.message
        ends.append(sign * solved.fun)
    return ends


def fractional_programme(numerator, denominator, p, q, assumption):
    """The same for a ratio of two linear functionals, made linear as by Charnes and Cooper (1962): y = t x."""
    limits = constraints(p, q, assumption)
    equal = np.vstack([np.column_stack([limits["A_eq"], -limits["b_eq"]]), [*np.ravel(denominator), 0]])
    right = np.append(np.zeros(len(limits["b_eq"])), 1)
    below = np.column_stack([limits["A_ub"], -limits["b_ub"]]) if "A_ub" in limits else None
    ends = []
    for sign in (1, -1):
        cost = sign * np.append(np.ravel(numerator), 0)
        zeros = None if below is None else np.zeros(len(below))
        options = {"presolve": False}  # which would answer "infeasible or unbounded" without saying which
        solved = linprog(cost, A_ub=below, b_ub=zeros, A_eq=equal, b_eq=right, method="highs", options=options)
        assert solved.status in (0, 3), solved.message
        ends.append(sign * solved.fun if solved.status == 0 else np.inf)
    return ends


def linear_functional(statistic, p, q):
    """Coefficients (5 × 5) and constant of a statistic that is linear in the table when the margins are fixed."""
    agree_rows, agree_columns = np.isin(np.arange(5), AGREE), np.isin(np.arange(5), AGREE)
    both, only_outcome = np.outer(agree_rows, agree_columns), np.outer(~agree_rows, agree_columns)
    a, b = p[agree_rows].sum(), q[agree_columns].sum()
    spread = np.sqrt(a * (1 - a) * b * (1 - b))
    mid_p, mid_q = np.cumsum(p) - p / 2, np.cumsum(q) - q / 2
    deviation = np.sqrt((p @ mid_p**2 - 0.25) * (q @ mid_q**2 - 0.25))
    return {
        "both_agree": (both, 0),
        "agree_given_agree": (both / a, 0),
        "agree_given_not": (only_outcome / (1 - a), 0),
        "risk_difference": (both / a - only_outcome / (1 - a), 0),
        "phi": (both / spread, -a * b / spread),
        "spearman": (np.outer(mid_p, mid_q) / deviation, -0.25 / deviation),
    }[statistic]


@pytest.mark.slow
@pytest.mark.parametrize("statistic", LINEAR)
@settings(max_examples=40, deadline=None)
@given(support=five, outcome=five, assumption=assumptions)
def test_a_linear_programme_attains_the_bounds(statistic, support, outcome, assumption):
    p, q = np.array(support) / sum(support), np.array(outcome) / sum(outcome)
    found = bounds(statistic, support, outcome, assumption, AGREE)
    coefficients, constant = linear_functional(statistic, p, q)
    low, high = programme(coefficients, p, q, assumption)
    assert found.low == pytest.approx(low + constant, abs=1e-7)
    assert found.high == pytest.approx(high + constant, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(support=five, outcome=five, assumption=assumptions)
def test_a_linear_fractional_programme_attains_the_bounds_of_the_risk_ratio(support, outcome, assumption):
    p, q = np.array(support) / sum(support), np.array(outcome) / sum(outcome)
    mask = np.isin(np.arange(5), AGREE)
    found = bounds("risk_ratio", support, outcome, assumption, AGREE)
    given_agree = np.outer(mask, mask) / p[mask].sum()
    given_not = np.outer(~mask, mask) / p[~mask].sum()
    low, high = fractional_programme(given_agree, given_not, p, q, assumption)
    assert found.low == pytest.approx(low, rel=1e-6, abs=1e-7)
    assert found.high == pytest.approx(high, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(support=five, outcome=five, assumption=assumptions)
def test_the_odds_ratio_at_the_linear_programmes_of_its_cell_is_its_bounds(support, outcome, assumption):
    """With the margins fixed the odds ratio grows with the one cell of both agreeing, which is linear."""
    p, q = np.array(support) / sum(support), np.array(outcome) / sum(outcome)
    a, b = p[AGREE].sum(), q[AGREE].sum()
    found = bounds("odds_ratio", support, outcome, assumption, AGREE)
    mask = np.isin(np.arange(5), AGREE)
    low, high = programme(np.outer(mask, mask), p, q, assumption)
    odds = [np.prod(np.maximum([x, 1 - a - b + x], 0)) / max(1e-300, (a - x) * (b - x)) for x in (low, high)]
    assert found.low == pytest.approx(odds[0], abs=1e-6)
    assert found.high == pytest.approx(odds[1], rel=1e-6) or (found.high == np.inf and odds[1] > 1e6)


def joint_counts(rows, columns):
    """Every table of whole counts with these margins."""
    if len(rows) == 1:
        yield [list(columns)]
        return
    for first in itertools.product(*(range(n + 1) for n in columns)):
        if sum(first) == rows[0]:
            left = [n - used for n, used in zip(columns, first, strict=True)]
            yield from ([list(first), *rest] for rest in joint_counts(rows[1:], left))


@pytest.mark.parametrize("rows", [(2, 1, 3), (1, 4, 1), (3, 0, 3), (2, 2, 2)])
@pytest.mark.parametrize("columns", [(2, 2, 2), (1, 1, 4), (0, 3, 3), (5, 1, 0)])
def test_every_joint_table_of_small_counts_lies_within_the_bounds_and_some_attain_them(rows, columns):
    agree = [0] if rows[0] and columns[0] else [0, 1]
    tables = np.array(list(joint_counts(rows, columns))) / 6
    chance = np.cumsum(rows)[:, None] * np.cumsum(columns) / 36
    dependent = tables[(tables.cumsum(1).cumsum(2) >= chance - 1e-12).all(axis=(1, 2))]
    for statistic in STATISTICS:
        for assumption, allowed in ((NOTHING, tables), (NON_NEGATIVE, dependent)):
            values = measure(statistic, allowed, agree)
            found = bounds(statistic, rows, columns, assumption, agree)
            if np.isnan(found.low):
                assert np.isnan(values).all() and found.note
                continue
            assert values.min() >= found.low - 1e-12 and values.max() <= found.high + 1e-12
            falls = statistic == "agree_given_not"
            if assumption is NOTHING or falls:
                assert values.min() == pytest.approx(found.low, abs=1e-12)
            if assumption is NOTHING or not falls:
                assert values.max() == pytest.approx(found.high, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(five, five, st.sampled_from([NOTHING, NON_NEGATIVE, latent_between(-0.2, 0.6)]), st.sampled_from([*STATISTICS]))
def test_the_extreme_tables_have_the_margins_and_attain_the_bounds(support, outcome, assumption, statistic):
    found = bounds(statistic, support, outcome, assumption, AGREE)
    tables = extreme_tables(support, outcome, assumption)
    attained = sorted(tables, key=lambda table: measure(statistic, table, AGREE))
    for table, end in zip(attained, (found.low, found.high), strict=True):
        assert (table >= 0).all()
        np.testing.assert_allclose(table.sum(axis=1), np.array(support) / sum(support), atol=1e-12)
        np.testing.assert_allclose(table.sum(axis=0), np.array(outcome) / sum(outcome), atol=1e-12)
        assert measure(statistic, table, AGREE) == pytest.approx(end, nan_ok=True)


def test_gamma_alone_is_never_informative_without_a_latent_correlation():
    support, outcome = [20, 45, 15, 15, 5], [10, 40, 20, 20, 10]
    assert (bounds("gamma", support, outcome).low, bounds("gamma", support, outcome).high) == (-1, 1)
    assert (bounds("gamma", support, outcome, NON_NEGATIVE).low, bounds("gamma", support, outcome).high) == (0, 1)


@settings(max_examples=40, deadline=None)
@given(five, five, st.floats(-0.95, 0.95), st.floats(-0.95, 0.95), st.floats(0, 1))
def test_tables_of_a_latent_correlation_in_the_range_lie_within_its_bounds(support, outcome, one, other, where):
    low, high = sorted((one, other))
    inside = measures(gaussian_table(support, outcome, low + where * (high - low)), AGREE)
    for statistic, value in inside.items():
        found = bounds(statistic, support, outcome, latent_between(low, high), AGREE)
        if not np.isnan(value):
            assert found.low - 1e-9 <= value <= found.high * (1 + 1e-9) + 1e-9


@settings(max_examples=10, deadline=None)
@given(five, five)
def test_each_assumption_tightens_the_one_before(support, outcome):
    rungs = [NOTHING, NON_NEGATIVE, latent_between(0.1, 0.6), latent_between(0.2, 0.4), latent_between(0.3, 0.3)]
    for statistic in STATISTICS:
        found = [bounds(statistic, support, outcome, rung, AGREE) for rung in rungs]
        lows, highs = ([getattr(each, end) for each in found if not each.note] for end in ("low", "high"))
        assert lows == sorted(lows) and highs == sorted(highs, reverse=True)
        assert lows[-1:] == highs[-1:]


def test_bounds_of_the_two_by_two_table_by_hand():
    """Duncan and Davis's (1953) argument: with 70 and 60 of 100 agreeing, 30 to 60 agree to both."""
    expected = {
        "both_agree": (0.3, 0.6),
        "agree_given_agree": (3 / 7, 6 / 7),
        "agree_given_not": (0, 1),
        "risk_difference": (-4 / 7, 6 / 7),
        "risk_ratio": (3 / 7, np.inf),
        "odds_ratio": (0, np.inf),
        "phi": (-0.12 / np.sqrt(0.0504), 0.18 / np.sqrt(0.0504)),
        "spearman": (-0.12 / np.sqrt(0.0504), 0.18 / np.sqrt(0.0504)),
        "gamma": (-1, 1),
    }
    for statistic, (low, high) in expected.items():
        found = bounds(statistic, [70, 30], [60, 40], agree=[0])
        assert (found.low, found.high) == pytest.approx((low, high)), statistic


def test_agreement_at_opposite_ends_turns_the_two_by_two_bounds_round():
    support, outcome = [20, 45, 15, 15, 5], [10, 40, 20, 20, 10]
    turned = bounds("risk_difference", support, outcome, NON_NEGATIVE, agree=[0, 1], outcome_agree=[3, 4])
    assert turned.high == 0
    rows, columns = np.isin(np.arange(5), [0, 1]), np.isin(np.arange(5), [3, 4])
    difference = np.outer(rows, columns) / 0.65 - np.outer(~rows, columns) / 0.35
    low, _ = programme(difference, np.array(support) / 100, np.array(outcome) / 100, NON_NEGATIVE)
    assert turned.low == pytest.approx(low)


def test_many_pairs_at_once_are_each_pair_alone():
    generator = np.random.default_rng(11)
    support, outcome = generator.integers(0, 20, (2, 6, 5)) + np.array([1, 0, 0, 0, 1])
    for statistic in STATISTICS:
        low, high = extreme_values(statistic, support[:, None], outcome[None, :], NON_NEGATIVE, AGREE)
        for i, j in np.ndindex(6, 6):
            alone = bounds(statistic, support[i], outcome[j], NON_NEGATIVE, AGREE)
            assert (low[i, j], high[i, j]) == pytest.approx((alone.low, alone.high), nan_ok=True)


def test_an_undefined_statistic_says_so():
    everybody_agrees = bounds("risk_difference", [60, 40, 0, 0, 0], [10, 40, 20, 20, 10])
    assert np.isnan(everybody_agrees.low) and np.isnan(everybody_agrees.high)
    assert everybody_agrees.note.startswith("undefined")
    assert bounds("both_agree", [60, 40, 0, 0, 0], [10, 40, 20, 20, 10]).high == pytest.approx(0.5)


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.4), (-1.1, 0), (0, 1.1), (float("nan"), 0.5)])
def test_an_impossible_range_of_latent_correlations_is_an_error(low, high):
    with pytest.raises(ParameterError, match="latent"):
        latent_between(low, high)


def test_a_margin_that_cannot_be_is_named():
    with pytest.raises(DataError, match="outcome margin"):
        bounds("spearman", [1, 2], [0, 0])
