"""Polychoric correlations against R (polycor, psych, lavaan), brute force, the jackknife and simulated surveys."""

import json
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import multivariate_normal, norm

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.copulas import gaussian_table
from pipeline.statistics.polychoric import FIELDS, estimate, fitted, polychoric_matrix

FOLDER = Path(__file__).with_name("r")
CASE = json.loads((FOLDER / "respondents_cases.json").read_text(encoding="utf-8"))
STORED = json.loads((FOLDER / "respondents_r.json").read_text(encoding="utf-8"))["polychoric"]
CODES, TEAMS = np.array(CASE["items"], dtype=np.int8) - 1, np.array(CASE["teams"])
TABLE = np.array([[13, 6, 5, 2], [10, 8, 7, 9], [3, 6, 11, 12]])

tables = st.integers(2, 5).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 12), min_size=columns, max_size=columns), min_size=2, max_size=5)
)


Found = namedtuple("Found", FIELDS)


def polychoric(tables):
    """What `polychoric_matrix` gives for a pair, from its table of counts or one a cluster: its parts, of any size."""
    tables = np.asarray(tables, dtype=float)
    by_cluster = tables[tables.sum(axis=(1, 2)) > 0] if tables.ndim == 3 else tables[None]
    total, clusters = by_cluster.sum(axis=0), len(by_cluster) if len(by_cluster) > 1 else 0
    correlation, influence = fitted(total[None])
    squares = (
        np.square((by_cluster * influence[0]).sum(axis=(1, 2))).sum() if clusters else (total * influence[0] ** 2).sum()
    )
    return Found(*estimate(correlation[0], squares, int(total.sum()), clusters, 0.95))


def counted(first, second, size=5):
    table = np.zeros((size, size))
    np.add.at(table, (first, second), 1)
    return table


def stored_table(name):
    if name == "model":
        return np.array(CASE["model"])
    first, second = map(int, name.split())
    return counted(CODES[:, first], CODES[:, second])


@pytest.mark.parametrize("name", STORED)
def test_two_step_estimates_are_those_of_r(name):
    ours, r = polychoric(stored_table(name)), STORED[name]
    assert ours.correlation == pytest.approx(r["two_step"], abs=1e-5)  # R stops at 1e-5
    assert ours.correlation == pytest.approx(r["psych"], abs=1e-5)
    assert ours.correlation == pytest.approx(r["lavaan"], abs=2e-6)
    assert ours.correlation == pytest.approx(r["full_likelihood"], abs=2e-3)


def test_where_the_model_holds_the_error_is_that_of_r():
    """Errors of the two steps (lavaan) and of all at once (polycor) agree there, and differ by sampling elsewhere."""
    ours, r = polychoric(stored_table("model")), STORED["model"]
    assert ours.error == pytest.approx(r["lavaan_error"], rel=1e-3)
    assert ours.error == pytest.approx(r["full_error"], rel=1e-3)
    for name in ("0 1", "2 4"):
        ours, r = polychoric(stored_table(name)), STORED[name]
        assert ours.error == pytest.approx(r["lavaan_error"], rel=0.15)
        assert ours.error == pytest.approx(r["full_error"], rel=0.15)


def test_brute_force_with_scipy_s_bivariate_normal():
    rows, columns = (norm.ppf(np.cumsum(TABLE.sum(axis=axis))[:-1] / TABLE.sum()) for axis in (1, 0))
    rows, columns = (np.r_[-9, cuts, 9] for cuts in (rows, columns))

    def misfit(r):
        normal = multivariate_normal([0, 0], [[1, r], [r, 1]])
        cdf = np.array([[normal.cdf([x, y]) for y in columns] for x in rows])
        return -(TABLE * np.log(np.diff(np.diff(cdf, axis=0), axis=1))).sum()

    best = minimize_scalar(misfit, bounds=(-0.9, 0.9), method="bounded", options={"xatol": 1e-7}).x
    assert polychoric(TABLE).correlation == pytest.approx(best, abs=1e-4)


@settings(deadline=None, max_examples=40)
@given(
    st.floats(-0.95, 0.95),
    st.lists(st.integers(1, 5), min_size=2, max_size=6),
    st.lists(st.integers(1, 5), min_size=2, max_size=6),
)
def test_a_table_of_the_model_gives_its_correlation_back(correlation, rows, columns):
    table = np.round(1e9 * gaussian_table(rows, columns, correlation))
    assert polychoric(table).correlation == pytest.approx(correlation, abs=1e-4)


@pytest.mark.slow
@settings(deadline=None, max_examples=40)
@given(tables)
def test_symmetries_and_limits(rows):
    table = np.array(rows)
    if (table.any(axis=1).sum() < 2) or (table.any(axis=0).sum() < 2):
        return  # no estimate
    ours, across, reversed_, weighted = (polychoric(t) for t in (table, table.T, table[::-1], 4 * table))
    assert -1 <= ours.correlation <= 1
    assert across.correlation == pytest.approx(ours.correlation, abs=1e-6)
    assert reversed_.correlation == pytest.approx(-ours.correlation, abs=1e-6)
    assert weighted.correlation == pytest.approx(ours.correlation, abs=1e-6)
    if abs(ours.correlation) < 0.99:
        assert -1 < ours.low < ours.correlation < ours.high < 1
        assert across.error == pytest.approx(ours.error, rel=1e-4)
        n = table.sum()
        assert weighted.error == pytest.approx(ours.error / 2 * np.sqrt((n - 1) / (n - 1 / 4)), rel=1e-4)


def test_the_error_is_that_of_the_infinitesimal_jackknife():
    """Each respondent weighs a ten-thousandth more; scaled to whole counts, thresholds and all are estimated again."""
    scale = 10**8
    weight = scale // 10**4
    influence = np.zeros(TABLE.shape)
    for cell in np.ndindex(*TABLE.shape):
        more, less = TABLE * scale, TABLE * scale
        more[cell] += weight
        less[cell] -= weight
        influence[cell] = (polychoric(more).correlation - polychoric(less).correlation) / (2 * weight / scale)
    n = TABLE.sum()
    assert polychoric(TABLE).error == pytest.approx(np.sqrt(n / (n - 1) * (TABLE * influence**2).sum()), rel=1e-5)


def test_errors_by_cluster_are_those_of_leaving_clusters_out():
    by_team = np.array([counted(*CODES[team == TEAMS][:, :2].T) for team in range(16)])
    ours, total = polychoric(by_team), by_team.sum(axis=0)
    left_out = np.array([polychoric(total - one).correlation for one in by_team])
    jackknife = np.sqrt(15 / 16 * ((left_out - left_out.mean()) ** 2).sum())
    assert ours.error == pytest.approx(jackknife, rel=0.1)
    assert (ours.clusters, ours.respondents) == (16, 240)
    assert ours.correlation == polychoric(total).correlation


def test_respondents_as_clusters_are_no_clusters():
    each = np.array([counted([a], [b]) for a, b in CODES[:, :2]])
    ours, plain = polychoric(each), polychoric(each.sum(axis=0))
    assert (ours.error, ours.low, ours.high) == pytest.approx((plain.error, plain.low, plain.high))
    assert (ours.clusters, plain.clusters) == (240, 0)
    assert polychoric(each.sum(axis=0)[None]) == plain


def test_categories_without_answers_change_nothing():
    spread = np.zeros((6, 7))
    spread[np.ix_([0, 2, 4], [1, 2, 3, 5])] = TABLE
    ours, plain = polychoric(spread), polychoric(TABLE)
    for field in ("correlation", "error", "low", "high"):
        assert getattr(ours, field) == pytest.approx(getattr(plain, field), abs=1e-9)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([[5, 0], [3, 8]], 1),
        ([[5, 2], [0, 8]], 1),
        ([[0, 5], [3, 8]], -1),
        ([[5, 2], [6, 0]], -1),
        (np.diag([4, 5, 6]), 1),
        (np.diag([4, 5, 6])[::-1], -1),
        ([[9, 0, 0], [1, 9, 0], [0, 1, 9]], 1),
    ],
)
def test_nobody_contradicts_a_perfect_link(table, expected):
    ours = polychoric(table)
    assert ours.correlation == expected and ours.respondents == np.sum(table)
    assert np.isnan([ours.error, ours.low, ours.high]).all()


def test_an_empty_corner_of_a_larger_table_need_not_be_perfect():
    ours = polychoric([[20, 8, 0], [9, 20, 7], [3, 8, 20]])
    assert 0.5 < ours.low < ours.correlation < ours.high < 0.9


def test_the_matrix_is_the_tables_pair_by_pair():
    codes = CODES.copy()
    codes[5::11, 1] = -1
    codes[TEAMS == 3, 2] = -9  # nobody of this team answered
    pairs = [(0, 1), (2, 1), (5, 2)]
    for clusters in (None, [f"team {team}" for team in TEAMS]):
        found = polychoric_matrix(codes, [5] * 6, pairs, clusters)
        assert list(found) == ["row", "column", "correlation", "error", "low", "high", "respondents", "clusters"]
        for place, (first, second) in enumerate(pairs):
            both = (codes[:, first] >= 0) & (codes[:, second] >= 0)
            each = [
                counted(codes[both & (team == TEAMS), first], codes[both & (team == TEAMS), second])
                for team in range(16)
            ]
            alone = polychoric(np.sum(each, axis=0) if clusters is None else each)
            row = found.iloc[place]
            assert (row["row"], row["column"]) == (first, second)
            assert (row["respondents"], row["clusters"]) == (alone.respondents, alone.clusters)
            for field in ("correlation", "error", "low", "high"):
                assert row[field] == pytest.approx(getattr(alone, field), abs=1e-9)
    assert found["clusters"].tolist() == [16, 15, 15]


def test_items_with_different_numbers_of_categories_and_pairs_without_an_estimate():
    codes = np.column_stack([CODES[:, 0], CODES[:, 1] >= 2, np.full(240, 3), np.full(240, -1)]).astype(np.int8)
    found = polychoric_matrix(codes, [5, 2, 5, 5], [(0, 1), (0, 2), (3, 0)], TEAMS)
    alone = polychoric(counted(codes[:, 0], codes[:, 1])[:, :2])
    assert found["correlation"][0] == pytest.approx(alone.correlation, abs=1e-9)
    assert found[["correlation", "error", "low", "high"]].iloc[1:].isna().all(axis=None)
    assert found["respondents"].tolist() == [240, 240, 0]
    assert polychoric_matrix(codes, [5, 2, 5, 5], []).empty
    assert polychoric_matrix(codes[:0], [5, 2, 5, 5], [(0, 1)], [])["respondents"].tolist() == [0]


def test_the_order_of_the_respondents_does_not_matter():
    order = np.random.default_rng(1).permutation(240)
    pd.testing.assert_frame_equal(
        polychoric_matrix(CODES[order], [5] * 6, [(0, 4)], TEAMS[order]),
        polychoric_matrix(CODES, [5] * 6, [(0, 4)], TEAMS),
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    ("codes", "categories", "pairs", "clusters", "error", "message"),
    [
        (CODES, [5] * 5, [], None, DataError, "a column an item"),
        (CODES.astype(float), [5] * 6, [], None, DataError, "whole"),
        (CODES, [5, 5, 5, 4, 5, 5], [], None, DataError, "column 3"),
        (CODES, [5] * 6, [(0, 6)], None, ParameterError, "pair"),
        (CODES, [5] * 6, [(0, 1)], TEAMS[1:], DataError, "one cluster"),
    ],
)
def test_codes_that_cannot_be_used(codes, categories, pairs, clusters, error, message):
    with pytest.raises(error, match=message):
        polychoric_matrix(codes, categories, pairs, clusters)


def test_impossible_level():
    with pytest.raises(ParameterError, match="level"):
        polychoric_matrix(CODES, [5] * 6, [(0, 1)], level=95)


def simulated(random, size, correlation):
    x, y = random.normal(size=(2, size))
    return np.column_stack([x, correlation * x + np.sqrt(1 - correlation**2) * y])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("people", "correlation", "cuts"), [(300, 0.4, [-1.5, -0.5, 0.5, 1.5]), (150, 0.7, [-1, 0, 0.8])]
)
def test_intervals_hold_the_truth_as_often_as_they_say(people, correlation, cuts):
    random, surveys = np.random.default_rng(11), 400
    found = []
    for _ in range(surveys):
        codes = np.searchsorted(cuts, simulated(random, people, correlation))
        found.append(polychoric(counted(*codes.T)))
    estimates, errors = (np.array([getattr(one, name) for one in found]) for name in ("correlation", "error"))
    assert estimates.mean() == pytest.approx(correlation, abs=0.01)
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.1)
    assert 0.915 <= np.mean([one.low <= correlation <= one.high for one in found]) <= 0.98


@pytest.mark.slow
def test_intervals_by_cluster_hold_the_truth_where_plain_ones_fail():
    random, surveys, team = np.random.default_rng(12), 400, np.repeat(np.arange(30), 20)
    held = plain = 0
    for _ in range(surveys):
        latent = np.sqrt(0.4) * simulated(random, 30, 0.4)[team] + np.sqrt(0.6) * simulated(random, 600, 0.4)
        codes = np.searchsorted([-1.5, -0.5, 0.5, 1.5], latent)
        by_team = np.bincount(team * 25 + codes[:, 0] * 5 + codes[:, 1], minlength=750).reshape(30, 5, 5)
        ours, naive = polychoric(by_team), polychoric(by_team.sum(axis=0))
        held += ours.low <= 0.4 <= ours.high
        plain += naive.low <= 0.4 <= naive.high
    assert 0.915 <= held / surveys <= 0.98
    assert plain / surveys < 0.85
