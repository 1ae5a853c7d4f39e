"""Cross-products by block: against the rows themselves, and the bootstrap's errors against known ones."""

import numpy as np
import pytest

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.cross_products import (
    MOST_BLOCKS,
    block_moments,
    checked_level,
    cluster_codes,
    complete_cases,
    covariances,
    percentile_interval,
    resampled,
)


@pytest.mark.parametrize("rows", [50, MOST_BLOCKS, MOST_BLOCKS + 1, 9000])
def test_the_blocks_together_give_the_covariances_of_the_rows(rows):
    values = 1e6 + np.random.default_rng(1).normal(size=(rows, 3))
    moments = block_moments(values)
    assert len(moments) == min(rows, MOST_BLOCKS)
    np.testing.assert_allclose(covariances(moments.sum(axis=0)), np.cov(values.T, bias=True), rtol=1e-9, atol=1e-12)


def test_a_cluster_is_never_split():
    codes = np.repeat(np.arange(MOST_BLOCKS + 500), 3)
    sizes = block_moments(np.ones((len(codes), 1)), codes)[:, 0, 0]
    assert len(sizes) == MOST_BLOCKS and set(sizes) == {3, 6} and sizes.sum() == len(codes)


@pytest.mark.parametrize("blocks", [4, 30])
def test_the_bootstrap_s_error_of_a_mean_is_the_textbook_one(blocks):
    values = np.random.default_rng(2).normal(size=(blocks, 1))
    moments = np.ones((blocks, 2, 2))
    moments[:, 0, 1] = values[:, 0]
    means = resampled(moments, draws=40_000, seed=3)
    means = means[:, 0, 1] / means[:, 0, 0]
    assert means.std() == pytest.approx(values.std(ddof=1) / np.sqrt(blocks), rel=0.02)


def test_few_blocks_widen_the_interval_and_a_mostly_undefined_statistic_has_none():
    replicates = np.random.default_rng(4).normal(size=(20_000, 3))
    replicates[:9_000, 1] = np.nan
    replicates[:11_000, 2] = np.nan
    (low, partly, undefined), high = percentile_interval(replicates, blocks=8)
    assert low == pytest.approx(-2.365, abs=0.1)  # Student's t with 7 degrees of freedom
    assert partly == pytest.approx(-2.365, abs=0.15)
    assert np.isnan(undefined) and np.isnan(high[2])


def test_only_clusters_of_complete_rows_count():
    values = [[1, 2], [np.nan, 1], [3, 4], [5, 5]]
    assert complete_cases(values, ["a", "b", "c", "a"])[1].tolist() == [0, 1, 0]
    assert complete_cases(values, ["a", "b", "a", "a"])[1] is None


@pytest.mark.parametrize(
    ("values", "clusters", "message"),
    [
        ([1, 2], None, "matrix"),
        ([[1, np.inf]], None, "infinite"),
        ([[1, 2]], ["a", "b"], "one cluster"),
        ([[1, 2]], [None], "has no cluster"),
    ],
)
def test_what_cannot_be_used_is_refused(values, clusters, message):
    with pytest.raises(DataError, match=message):
        complete_cases(values, clusters)


def test_a_message_never_shows_a_label():
    with pytest.raises(DataError) as refused:
        cluster_codes(["ann@example.org", None], 2)
    assert "ann" not in str(refused.value) and "row 1" in str(refused.value)


def test_impossible_parameters():
    with pytest.raises(ParameterError, match="draws"):
        resampled(np.ones((3, 2, 2)), draws=1)
    for level in (0, 1, 95, float("nan")):
        with pytest.raises(ParameterError, match="level"):
            checked_level(level)
