"""Joint tables and what is measured on them, against pandas, SciPy and counting pairs by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.stats.contingency import odds_ratio, relative_risk

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.joint import (
    STATISTICS,
    agreement_table,
    as_margin,
    comonotone,
    countermonotone,
    grades,
    independent,
    measure,
    measures,
)

tables = st.integers(2, 5).flatmap(
    lambda r: st.integers(2, 5).flatmap(
        lambda c: (
            st.lists(st.integers(0, 6), min_size=r * c, max_size=r * c)
            .filter(any)
            .map(lambda cells: np.array(cells).reshape(r, c))
        )
    )
)
margins = st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(any)


def respondents(counts):
    """Two columns, one row a respondent."""
    return np.array([cell for cell in np.ndindex(counts.shape) for _ in range(counts[cell])])


@given(tables)
def test_spearman_is_that_of_the_respondents_with_mid_ranks(counts):
    answers = respondents(counts)
    found = measure("spearman", counts / counts.sum())
    if len(set(answers[:, 0])) == 1 or len(set(answers[:, 1])) == 1:
        assert np.isnan(found)
    else:
        expected = np.corrcoef(stats.rankdata(answers[:, 0]), stats.rankdata(answers[:, 1]))[0, 1]
        assert found == pytest.approx(expected, abs=1e-12)


@given(tables)
def test_gamma_counts_concordant_and_discordant_pairs(counts):
    concordant = discordant = 0
    for (i, j), (k, m) in itertools.product(np.ndindex(counts.shape), repeat=2):
        sign = (i - k) * (j - m)
        concordant += counts[i, j] * counts[k, m] * (sign > 0)
        discordant += counts[i, j] * counts[k, m] * (sign < 0)
    found = measure("gamma", counts / counts.sum())
    if concordant + discordant:
        assert found == pytest.approx((concordant - discordant) / (concordant + discordant), abs=1e-12)
    else:
        assert np.isnan(found)


@given(st.lists(st.integers(1, 50), min_size=4, max_size=4))
def test_two_by_two_statistics_agree_with_scipy(cells):
    a, b, c, d = cells
    found = measures(np.array([[a, b], [c, d]]) / sum(cells), agree=[0])
    assert found["odds_ratio"] == pytest.approx(odds_ratio([[a, b], [c, d]], kind="sample").statistic)
    assert found["risk_ratio"] == pytest.approx(relative_risk(a, a + b, c, c + d).relative_risk)
    assert found["risk_difference"] == pytest.approx(a / (a + b) - c / (c + d), abs=1e-12)
    chi_square = stats.chi2_contingency([[a, b], [c, d]], correction=False).statistic
    assert found["phi"] ** 2 == pytest.approx(chi_square / sum(cells), abs=1e-12)
    yules_q = (a * d - b * c) / (a * d + b * c)
    assert found["gamma"] == pytest.approx(yules_q, abs=1e-12)


def test_agreement_is_the_first_answers_of_both_items_or_the_last():
    table = np.arange(25).reshape(5, 5) / 300
    first = agreement_table(table, [0, 1])
    assert first[0, 0] == pytest.approx(table[:2, :2].sum())
    assert first[0, 1] == pytest.approx(table[:2, 2:].sum())
    last = agreement_table(table, [3, 4], outcome_agree=[0])
    assert last[0, 0] == pytest.approx(table[3:, :1].sum())
    assert last[1, 1] == pytest.approx(table[:3, 1:].sum())


@given(margins, margins)
def test_extreme_tables_have_the_margins_and_the_frechet_cumulative_probabilities(support, outcome):
    p, q = np.array(support) / sum(support), np.array(outcome) / sum(outcome)
    least, most = countermonotone(support, outcome), comonotone(support, outcome)
    for table in (least, most, independent(support, outcome)):
        assert (table >= 0).all()
        np.testing.assert_allclose(table.sum(axis=1), p, atol=1e-12)
        np.testing.assert_allclose(table.sum(axis=0), q, atol=1e-12)
    rows, columns = np.cumsum(p)[:, None], np.cumsum(q)[None, :]
    np.testing.assert_allclose(most.cumsum(0).cumsum(1), np.minimum(rows, columns), atol=1e-12)
    np.testing.assert_allclose(least.cumsum(0).cumsum(1), np.maximum(rows + columns - 1, 0), atol=1e-12)


@given(tables, st.data())
def test_every_statistic_moves_one_way_when_mass_moves_to_the_diagonal(counts, data):
    """The claim that all bounds rest on: an elementary step up the concordance order (Tchen 1980)."""
    r, c = counts.shape
    i, k = sorted(data.draw(st.lists(st.integers(0, r - 1), min_size=2, max_size=2, unique=True)))
    j, m = sorted(data.draw(st.lists(st.integers(0, c - 1), min_size=2, max_size=2, unique=True)))
    step = min(counts[i, m], counts[k, j])
    raised = counts.copy()
    raised[[i, k], [j, m]] += step
    raised[[i, k], [m, j]] -= step
    agree, outcome_agree = ([0], [0]) if data.draw(st.booleans()) else ([r - 1], [c - 1])
    before, after = (measures(t / counts.sum(), agree, outcome_agree) for t in (counts, raised))
    for statistic in STATISTICS:
        if np.isnan(before[statistic]):
            assert np.isnan(after[statistic])
        elif statistic == "agree_given_not":
            assert after[statistic] <= before[statistic] + 1e-12
        else:
            assert after[statistic] >= before[statistic] - 1e-12


def test_functions_broadcast_over_leading_dimensions():
    generator = np.random.default_rng(5)
    support, outcome = generator.dirichlet(np.ones(4), size=7), generator.dirichlet(np.ones(3), size=7)
    together = measures(comonotone(support, outcome), agree=[0])
    for k in range(7):
        alone = measures(comonotone(support[k], outcome[k]), agree=[0])
        assert {name: values[k] for name, values in together.items()} == pytest.approx(alone)


def test_infinite_is_not_undefined():
    infinite = measures([[0.5, 0.0], [0.0, 0.5]], agree=[0])
    assert infinite["odds_ratio"] == infinite["risk_ratio"] == np.inf
    nobody = measures([[0.4, 0.6], [0.0, 0.0]], agree=[0])
    assert nobody["agree_given_agree"] == 0.4
    for statistic in ("agree_given_not", "risk_difference", "risk_ratio", "odds_ratio", "phi", "spearman", "gamma"):
        assert np.isnan(nobody[statistic]), statistic


def test_grades_are_mean_ranks():
    np.testing.assert_allclose(grades([2, 3, 1]), (stats.rankdata([0, 0, 1, 1, 1, 2])[[0, 2, 5]] - 0.5) / 6)


@pytest.mark.parametrize("values", [[1], 3.0, [0, 0], [1, -1, 2], [1, np.nan], [1, np.inf]])
def test_a_margin_that_cannot_be_is_an_error(values):
    with pytest.raises(DataError, match="margin"):
        as_margin(values)


@pytest.mark.parametrize("agree", [[], [1], [0, 2], [0, 1, 2, 3, 4], [5], [-1]])
def test_agreement_has_to_be_one_end_of_the_scale(agree):
    with pytest.raises(ParameterError, match="end of the scale"):
        agreement_table(np.full((5, 5), 0.04), agree)


def test_an_unknown_statistic_is_an_error():
    with pytest.raises(ParameterError, match="(?s)Unknown statistic.*pearson.*spearman"):
        measure("pearson", np.full((2, 2), 0.25))
