"""Sandwich errors by cell against those of the model's own clusters, and Brant's test where the answer is known."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f

from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.ordinal.robust import People, brant_test, cell_scores, robust_covariance


def people_like(seed, people=300, clusters=20, slopes=(0.8, 0.8, 0.8), rows=12):
    """Answers in four categories on a term x in `rows` rows, and on z, which has no effect; `slopes` by cut."""
    rng = np.random.default_rng(seed)
    design = pd.DataFrame({"x": np.linspace(-1, 1, rows).round(3), "z": rng.normal(size=rows).round(3)})
    row = rng.integers(0, rows, people)
    cluster = rng.integers(0, clusters, people) if clusters else None
    above = [rng.random(people) * 0 + 1]
    for cut, slope in zip((-1.0, 0.2, 1.3), slopes, strict=True):
        above.append(1 / (1 + np.exp(cut - slope * design["x"].to_numpy()[row])))
    uniform = rng.random(people)
    answer = (uniform < np.minimum.accumulate(above, axis=0)[1:]).sum(axis=0)
    return People(design, row, answer, None, None if cluster is None else pd.factorize(cluster)[0])


def row_a_person(people):
    counts = np.zeros((len(people.row), people.categories))
    counts[np.arange(len(people.row)), people.answer] = 1 if people.weights is None else people.weights
    return counts, people.design.iloc[people.row].reset_index(drop=True)


@pytest.mark.slow
@given(st.integers(0, 10**6), st.sampled_from(["logit", "probit", "cloglog"]))
@settings(max_examples=20, deadline=None)
def test_errors_are_those_of_a_row_a_person_with_its_cluster(seed, link):
    people = people_like(seed)
    counts, design = row_a_person(people)
    expected = CumulativeLink(link).fit(counts, design, clusters=people.clusters).covariance
    fit = CumulativeLink(link).fit(people.counts, people.design)
    pd.testing.assert_frame_equal(robust_covariance(fit, people), expected, rtol=1e-6, atol=1e-10)


def test_without_clusters_each_person_is_one():
    people = people_like(1, clusters=0)
    counts, design = row_a_person(people)
    expected = CumulativeLink().fit(counts, design, clusters=np.arange(300)).covariance
    fit = CumulativeLink().fit(people.counts, people.design)
    np.testing.assert_allclose(robust_covariance(fit, people), expected, rtol=1e-6)


@pytest.mark.parametrize("clustered", [False, True])
def test_weights_are_those_of_a_row_a_person(clustered):
    people = people_like(2, clusters=15 if clustered else 0)
    weights = np.random.default_rng(0).choice([0.5, 1.0, 4.0], 300)
    people = People(people.design, people.row, people.answer, weights, people.clusters)
    counts, design = row_a_person(people)
    clusters = people.clusters if clustered else np.arange(300)
    fit = CumulativeLink().fit(people.counts, people.design)
    expected = CumulativeLink().fit(counts, design, clusters=clusters)
    assert people.counts.sum() == pytest.approx(300)
    np.testing.assert_allclose(fit.params, expected.params, rtol=1e-6)
    np.testing.assert_allclose(robust_covariance(fit, people), expected.covariance, rtol=1e-6)


def test_scores_add_to_nothing_at_the_estimate():
    people = people_like(3)
    row, answer = people.cells
    fit = CumulativeLink().fit(people.counts, people.design)
    np.testing.assert_allclose(people.counts[row, answer] @ cell_scores(fit, people), 0, atol=1e-6)


def test_brant_is_wald_s_test_of_two_binary_models():
    """One term and three categories: both cuts by hand, with the binary models' own scores by person."""
    people = people_like(4, people=400, clusters=0)
    people = People(people.design[["x"]], people.row, np.minimum(people.answer, 2))
    x = people.design["x"].to_numpy()[people.row]
    effects, influences = [], []
    for cut in (1, 2):
        above = (people.answer >= cut).astype(float)
        fit = sm.Logit(above, sm.add_constant(x)).fit(disp=False)
        effects.append(fit.params[1])
        influences.append((sm.add_constant(x) * (above - fit.predict())[:, None] @ fit.cov_params())[:, 1])
    variance = np.square(influences[1] - influences[0]).sum() * 400 / 399
    found = brant_test(people, ["x"])["x"]
    np.testing.assert_allclose(found.effects, effects, atol=1e-5)
    assert found.p == pytest.approx(f.sf((effects[1] - effects[0]) ** 2 / variance, 1, 399), abs=1e-5)


def test_effects_that_differ_are_found_with_what_they_are():
    found = brant_test(people_like(5, people=5000, slopes=(0.2, 0.8, 1.4)), ["x", "z"])
    assert found["x"].p < 1e-6 and found["z"].p > 0.01
    np.testing.assert_allclose(found["x"].effects, (0.2, 0.8, 1.4), atol=0.15)


@pytest.mark.slow
def test_the_test_is_wrong_as_often_as_it_should_be():
    """200 samples under proportional odds: 5% below 0.05, give or take three standard errors."""
    below = sum(brant_test(people_like(seed, people=400, clusters=60), ["x"])["x"].p < 0.05 for seed in range(200))
    assert below <= 19


def test_cuts_with_few_people_are_left_out_and_one_cut_is_no_test():
    people = people_like(6, people=400)
    rarest = np.bincount(people.answer).min()
    all_cuts = brant_test(people, ["x"], least=1)["x"]
    assert len(all_cuts.effects) == 3
    fewer = brant_test(people, ["x"], least=rarest)["x"]  # two terms: twice as many are needed
    assert len(fewer.effects) < 3
    none = brant_test(people, ["x"], least=400)["x"]
    assert np.isnan(none.p) and none.effects == ()
    two = People(people.design, people.row, (people.answer > 1).astype(int), None, people.clusters)
    assert np.isnan(brant_test(two, ["x"])["x"].p)


def test_fewer_clusters_than_the_test_needs_give_none():
    people = people_like(7, people=400, clusters=2)
    assert np.isnan(brant_test(people, ["x"])["x"].p)
