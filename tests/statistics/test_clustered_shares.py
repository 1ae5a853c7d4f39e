"""Clustered shares against R's survey and Newcombe's published examples, and in simulated surveys."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.clustered_shares import clustered_share, difference_from_published
from pipeline.statistics.intervals import wilson

FOLDER = Path(__file__).with_name("r")
CASE = json.loads((FOLDER / "respondents_cases.json").read_text(encoding="utf-8"))
STORED = json.loads((FOLDER / "respondents_r.json").read_text(encoding="utf-8"))["shares"]
TEAMS, AGREES = np.array(CASE["teams"]), np.array(CASE["items"])[:, 2] >= 4
BASES, COUNTS = np.bincount(TEAMS), np.bincount(TEAMS, weights=AGREES)

clusters = st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=20)


@pytest.mark.parametrize(("name", "weights"), [("plain", None), ("weighted", CASE["weights"])])
def test_r_s_survey_gives_the_same(name, weights):
    ours, r = clustered_share(COUNTS, BASES, weights=weights), STORED[name]
    assert ours.share == pytest.approx(r["share"], abs=1e-12)
    assert ours.effective == pytest.approx(r["effective"], rel=1e-10)
    assert (ours.low, ours.high) == pytest.approx(r["wilson"], abs=1e-10)
    # svyciprop's beta interval has the same effective size (Korn and Graubard 1998), and is a little wider
    assert r["beta"][0] < ours.low < r["beta"][0] + 0.02 and r["beta"][1] - 0.02 < ours.high < r["beta"][1]
    assert (ours.respondents, ours.clusters) == (240, r["degrees"] + 1)


def test_respondents_as_clusters_give_nearly_wilson_s_interval():
    ours = clustered_share(AGREES.astype(int), np.ones(240))
    assert ours.effective == pytest.approx(239)
    assert (ours.low, ours.high) == pytest.approx(wilson(AGREES.sum(), 240), abs=2e-4)


def test_one_cluster_gives_wilson_s_interval():
    ours = clustered_share([81], [263])
    assert (ours.low, ours.high) == wilson(81, 263)
    assert clustered_share([81, 0], [263, 0]) == ours and ours.clusters == 0


@settings(deadline=None)
@given(clusters, st.floats(0.5, 0.99))
def test_whatever_the_clusters_the_interval_holds_the_share(groups, level):
    bases = np.array([base for base, _ in groups])
    counts = np.floor(bases * [share for _, share in groups])
    if not bases.sum():
        return
    ours = clustered_share(counts, bases, level=level)
    assert 0 <= ours.low <= ours.share <= ours.high <= 1
    assert 0 < ours.effective <= ours.respondents == bases.sum()
    plain = wilson(counts.sum(), bases.sum(), level)
    assert ours.high - ours.low >= plain[1] - plain[0] - 1e-12
    if ours.clusters:
        twice = clustered_share(np.r_[counts, counts], np.r_[bases, bases], level=level)
        assert twice.share == pytest.approx(ours.share) and twice.high - twice.low <= ours.high - ours.low + 1e-12


def test_everybody_or_nobody_still_has_an_interval():
    nobody, everybody = clustered_share([0] * 8, [10] * 8), clustered_share([10] * 8, [10] * 8)
    assert nobody.low == 0 < wilson(0, 80)[1] < nobody.high
    assert everybody.high == 1 and everybody.low == pytest.approx(1 - nobody.high)
    weighted = clustered_share([0] * 8, [10] * 8, weights=[1, 1, 1, 1, 1, 1, 1, 9])
    assert weighted.high > nobody.high  # Kish: a weight of 9 leaves fewer effective respondents


def test_clusters_more_alike_than_chance_do_not_count_for_more_than_their_people():
    ours = clustered_share([5, 5, 5, 6] * 10, [10] * 40)
    assert ours.effective <= 400
    assert ours.high - ours.low >= np.subtract(*wilson(210, 400)[::-1])


def test_only_the_ratio_of_the_weights_matters():
    once, scaled = (clustered_share(COUNTS, BASES, weights=factor * np.array(CASE["weights"])) for factor in (1, 50))
    assert (once.low, once.high, once.effective) == pytest.approx((scaled.low, scaled.high, scaled.effective))


# Newcombe (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine 17:
# 873-890, table II, method 10 (score intervals, no continuity correction).
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("count", "base", "other", "other_base", "low", "high"), NEWCOMBE)
def test_newcombe_s_examples(count, base, other, other_base, low, high):
    found = difference_from_published(clustered_share([count], [base]), other, other, other_base)
    assert found == pytest.approx((count / base - other / other_base, low, high), abs=5e-5)


@settings(deadline=None)
@given(
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(0, 10),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_the_interval_covers_exactly_those_of_all_counts_between(base, count, other_base, lowest, more, level):
    count, lowest = min(count, base), min(lowest, other_base)
    highest = min(lowest + more, other_base)
    found = difference_from_published(clustered_share([count], [base], level=level), lowest, highest, other_base)
    each = [
        confint_proportions_2indep(count, base, other, other_base, method="newcomb", alpha=1 - level)
        for other in range(lowest, highest + 1)
    ]
    assert found[1:] == pytest.approx((min(low for low, _ in each), max(high for _, high in each)), abs=1e-9)
    assert found[0] == pytest.approx(count / base - (lowest + highest) / 2 / other_base)


def test_a_clustered_share_makes_the_difference_less_certain():
    clustered, alone = clustered_share(COUNTS, BASES), clustered_share([COUNTS.sum()], [240])
    wide, narrow = (difference_from_published(share, 90, 92, 200) for share in (clustered, alone))
    assert wide[0] == narrow[0] and wide[1] < narrow[1] and wide[2] > narrow[2]


@pytest.mark.parametrize(
    ("counts", "bases", "weights", "message"),
    [
        ([1], [1, 2], None, "do not match"),
        ([[1]], [[2]], None, "do not match"),
        ([1, 1], [2, 2], [1], "do not match"),
        ([3, 1], [2, 2], None, "within its base"),
        ([np.nan], [3], None, "within"),
        ([1], [np.inf], None, "within"),
        ([0], [0], None, "above 0"),
        ([], [], None, "above 0"),
        ([1, 1], [2, 2], [1, 0], "positive"),
        ([1, 1], [2, 2], [1, np.nan], "positive"),
    ],
)
def test_shares_that_are_none(counts, bases, weights, message):
    with pytest.raises(DataError, match=message):
        clustered_share(counts, bases, weights=weights)


@pytest.mark.parametrize("counts", [([1], [2]), ([1, 1], [2, 2])])
def test_impossible_level(counts):
    with pytest.raises(ParameterError, match="level"):
        clustered_share(*counts, level=95)


@pytest.mark.parametrize("published", [(5, 4, 10), (-1, 4, 10), (5, 11, 10), (0, 0, 0), (np.nan, 5, 10)])
def test_impossible_published_counts(published):
    with pytest.raises(DataError, match="published counts"):
        difference_from_published(clustered_share([1], [2]), *published)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "share", "alike"), [(10, 0.3, 0.1), (30, 0.3, 0.1), (30, 0.05, 0.05), (30, 0.8, 0.2)]
)
def test_intervals_hold_the_truth_as_often_as_they_say(groups, share, alike):
    """Beta-binomial clusters of 5 to 34 with an intraclass correlation; Wilson's plain interval fails here."""
    random, surveys = np.random.default_rng(9), 2500
    strength = 1 / alike - 1
    held = plain = 0
    for _ in range(surveys):
        bases = random.integers(5, 35, size=groups)
        counts = random.binomial(bases, random.beta(share * strength, (1 - share) * strength, size=groups))
        ours, naive = clustered_share(counts, bases), wilson(counts.sum(), bases.sum())
        held += ours.low <= share <= ours.high
        plain += naive[0] <= share <= naive[1]
    assert 0.925 <= held / surveys <= 0.97
    assert plain / surveys < 0.88


@pytest.mark.slow
def test_differences_hold_the_truth_as_often_as_they_say():
    """The published count is known to 3 either way, as from a rounded percentage of 600."""
    random, surveys = np.random.default_rng(10), 3000
    held = 0
    for _ in range(surveys):
        bases = random.integers(5, 35, size=25)
        counts = random.binomial(bases, random.beta(0.4 * 9, 0.6 * 9, size=25))
        count = random.binomial(600, 0.5)
        slip = random.integers(-3, 4)  # the middle of what is known is not the count
        middle = count + slip
        _, low, high = difference_from_published(clustered_share(counts, bases), middle - 3, middle + 3, 600)
        held += low <= -0.1 <= high
    assert 0.945 <= held / surveys <= 0.99
