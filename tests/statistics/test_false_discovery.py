"""Benjamini and Hochberg's rule: the example of their article, p.adjust of R, and tests without a p-value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from pipeline.errors import DataError
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries

# The 15 tests of the article, section 4.1 (thrombolysis after a heart attack). At 0.05 its rule finds the first four.
ARTICLE = [
    0.0001,
    0.0004,
    0.0019,
    0.0095,
    0.0201,
    0.0278,
    0.0298,
    0.0344,
    0.0459,
    0.3240,
    0.4262,
    0.5719,
    0.6528,
    0.7590,
    1,
]
# By hand: p × 15 / rank, and from the last backwards never more than the one behind it (the sixth is the seventh's).
BY_HAND = [
    0.0015,
    0.003,
    0.0095,
    0.035625,
    0.0603,
    0.447 / 7,
    0.447 / 7,
    0.0645,
    0.0765,
    0.486,
    6.393 / 11,
    0.714875,
    9.792 / 13,
    11.385 / 14,
    1,
]


def test_the_example_of_the_article():
    q = adjusted_for_false_discoveries(pd.Series(ARTICLE))
    assert q.tolist() == pytest.approx(BY_HAND, abs=1e-12)
    assert (q < 0.05).tolist() == [True] * 4 + [False] * 11


@pytest.mark.parametrize(
    ("p", "q"),
    [  # as R prints p.adjust(p, "BH"): missing tests stay missing, and do not count
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05, 0.05, 0.05, 0.05, 0.05]),
        ([0.05, 0.001, 0.2], [0.075, 0.003, 0.2]),
        ([0.01, np.nan, 0.03, 0.04], [0.03, np.nan, 0.04, 0.04]),
        ([np.nan, 0.5], [np.nan, 0.5]),
        ([np.nan, np.nan], [np.nan, np.nan]),
        ([], []),
    ],
)
def test_what_r_gives(p, q):
    assert adjusted_for_false_discoveries(pd.Series(p, dtype=float)).tolist() == pytest.approx(q, nan_ok=True)


def test_the_library_alone_would_lose_every_test_to_one_that_is_missing():
    """Why there is a function of our own: should this fail, a new version of statsmodels has learnt it."""
    assert np.isnan(multipletests([0.01, np.nan, 0.04], method="fdr_bh")[1]).all()


def test_rows_keep_their_index_and_a_family_is_adjusted_alone():
    p = pd.Series([0.04, 0.5, 0.01, np.nan, 0.001], list("abcde"))
    family = pd.Series([True, False, True, True, False], list("abcde"))
    q = adjusted_for_false_discoveries(p, family)
    assert q.index.tolist() == list("abcde")
    assert q.dropna().to_dict() == pytest.approx({"a": 0.04, "c": 0.02})


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), min_size=1, max_size=12))
def test_missing_tests_change_nothing_and_q_follows_the_definition(p):
    values = pd.Series(p, dtype=float)
    q, known = adjusted_for_false_discoveries(values), values.dropna()
    assert q.isna().tolist() == values.isna().tolist()
    for (
        row,
        value,
    ) in known.items():  # the least, over all thresholds from this p up, of tests expected over tests found
        expected = min(bar * len(known) / (known <= bar).sum() for bar in known if bar >= value)
        assert q[row] == pytest.approx(min(1, expected))


def test_what_is_no_probability_is_refused():
    with pytest.raises(DataError, match=r"(?s)outside 0 to 1.*found: +1\.2"):
        adjusted_for_false_discoveries(pd.Series([0.01, 1.2]))
