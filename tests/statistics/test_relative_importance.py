"""LMG shares against the definition in R (a model for every order of entry), brute force and simulated surveys."""

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.relative_importance import relative_importance

FOLDER = Path(__file__).with_name("r")
CASE = json.loads((FOLDER / "respondents_cases.json").read_text(encoding="utf-8"))
STORED = json.loads((FOLDER / "respondents_r.json").read_text(encoding="utf-8"))["lmg"]
ITEMS, OUTCOME, TEAMS = np.array(CASE["items"], dtype=float), np.array(CASE["outcome"]), np.array(CASE["teams"])


def r_squared(predictors, outcome):
    if not predictors.shape[1]:
        return 0.0
    design = np.column_stack([np.ones(len(outcome)), predictors])
    residuals = outcome - design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
    return 1 - residuals @ residuals / ((outcome - outcome.mean()) ** 2).sum()


def by_orders(predictors, outcome):
    shares = np.zeros(predictors.shape[1])
    orders = list(permutations(range(len(shares))))
    for order in orders:
        for place, one in enumerate(order):
            shares[one] += (
                r_squared(predictors[:, order[: place + 1]], outcome) - r_squared(predictors[:, order[:place]], outcome)
            ) / len(orders)
    return shares


@pytest.mark.parametrize(("name", "many"), [("six", 6), ("two", 2)])
def test_shares_are_those_of_the_definition_in_r(name, many):
    np.testing.assert_allclose(relative_importance(ITEMS[:, :many], OUTCOME)["share"], STORED[name], atol=1e-10)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4), st.integers(0, 10**6))
def test_shares_are_those_of_all_orders_and_sum_to_r_squared(many, seed):
    random = np.random.default_rng(seed)
    predictors = random.normal(size=(30, many)) @ random.normal(size=(many, many))
    outcome = predictors.sum(axis=1) + random.normal(size=30)
    found = relative_importance(predictors, outcome, draws=20)
    np.testing.assert_allclose(found["share"], by_orders(predictors, outcome), atol=1e-9)
    assert found["share"].sum() == pytest.approx(r_squared(predictors, outcome), abs=1e-9)
    assert found["first"].sum() == pytest.approx(1)
    assert (found["low"] <= found["high"]).all()


def test_units_and_order_of_the_predictors_do_not_matter():
    plain = relative_importance(ITEMS, OUTCOME, TEAMS)
    moved = relative_importance(ITEMS[:, ::-1] * [1, 100, 1, -2, 0.001, 1] + 7, 5 - 3 * OUTCOME, TEAMS)
    for column in ("share", "low", "high", "first"):
        np.testing.assert_allclose(moved[column][::-1], plain[column], atol=1e-9)


def test_predictors_of_one_meaning_share_alike_and_what_follows_from_others_is_no_failure():
    twice = relative_importance(np.column_stack([ITEMS[:, 0], ITEMS[:, 1], ITEMS[:, 0]]), OUTCOME)
    assert twice["share"][0] == pytest.approx(twice["share"][2])
    summed = np.column_stack([ITEMS[:, :2], ITEMS[:, :2].sum(axis=1)])
    np.testing.assert_allclose(relative_importance(summed, OUTCOME)["share"], by_orders(summed, OUTCOME), atol=1e-8)


def test_uncorrelated_predictors_have_their_squared_correlations():
    a, b = np.meshgrid([-1.0, 0, 1], [-1.0, 1])
    predictors, noise = np.column_stack([a.ravel(), b.ravel()]), np.array([1, -2, 1, -1, 2, -1.0])
    outcome = 2 * predictors[:, 0] + predictors[:, 1] + noise
    expected = [np.corrcoef(one, outcome)[0, 1] ** 2 for one in predictors.T]
    np.testing.assert_allclose(relative_importance(predictors, outcome)["share"], expected, atol=1e-12)


def test_names_missing_answers_and_seeds():
    frame = pd.DataFrame(ITEMS[:, :3], columns=["pay", "praise", "hours"])
    holes, outcome = frame.copy(), OUTCOME.copy()
    holes.iloc[3, 1], outcome[5] = np.nan, np.nan
    kept = np.delete(np.arange(240), [3, 5])
    found = relative_importance(holes, outcome, TEAMS, seed=2)
    assert found["predictor"].tolist() == ["pay", "praise", "hours"] and set(found["respondents"]) == {238}
    again = relative_importance(frame.iloc[kept], OUTCOME[kept], TEAMS[kept], seed=2)
    pd.testing.assert_frame_equal(found, again, check_exact=True)


def test_the_first_is_first_in_most_replicates():
    found = relative_importance(ITEMS, OUTCOME, TEAMS)
    assert found["first"].idxmax() == found["share"].idxmax() == 0
    assert found["first"][0] > 0.7 and found["first"][4] < 0.05


def test_twelve_predictors_and_no_more():
    random = np.random.default_rng(5)
    predictors = random.normal(size=(100, 13))
    found = relative_importance(predictors[:, :12], predictors.sum(axis=1), draws=5)
    assert found["share"].sum() == pytest.approx(r_squared(predictors[:, :12], predictors.sum(axis=1)))
    with pytest.raises(ParameterError, match="Too many"):
        relative_importance(predictors, predictors.sum(axis=1))


@pytest.mark.parametrize(
    ("scores", "outcome", "message"),
    [
        (ITEMS, OUTCOME[:-1], "do not match"),
        (ITEMS[:, :0], OUTCOME, "do not match"),
        (ITEMS[:7], OUTCOME[:7], "Too few"),
        (ITEMS, np.ones(240), "the outcome"),
        (np.column_stack([ITEMS[:, 0], np.ones(240)]), OUTCOME, "predictor 1"),
    ],
)
def test_what_has_no_shares(scores, outcome, message):
    with pytest.raises(DataError, match=message):
        relative_importance(scores, outcome)


@pytest.mark.parametrize("wrong", [{"level": 0}, {"draws": 0}])
def test_impossible_parameters(wrong):
    with pytest.raises(ParameterError):
        relative_importance(ITEMS, OUTCOME, **wrong)


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [None, 30])
def test_intervals_hold_the_truth_as_often_as_they_say(clusters):
    random, surveys = np.random.default_rng(8), 250
    loadings, effects = 0.6, np.array([0.5, 0.3, 0.1])
    truth = lmg_of_covariance(loadings**2 * np.ones((3, 3)) + (1 - loadings**2) * np.eye(3), effects, noise=1.0)
    held = np.zeros(3)
    for seed in range(surveys):
        team = None if clusters is None else np.repeat(np.arange(clusters), 10)
        latent = normal(random, 5, 300, team)
        predictors = loadings * latent[:, :1] + np.sqrt(1 - loadings**2) * latent[:, 1:4]
        found = relative_importance(predictors, predictors @ effects + latent[:, 4], team, seed=seed)
        held += (found["low"] <= truth) & (truth <= found["high"])
    assert (held / surveys >= 0.90).all() and (held / surveys <= 0.99).all()


def normal(random, many, people, team):
    """Standard normal columns, a third of whose variance is the team's."""
    own = random.normal(size=(people, many))
    if team is None:
        return own
    return np.sqrt(1 / 3) * random.normal(size=(team.max() + 1, many))[team] + np.sqrt(2 / 3) * own


def lmg_of_covariance(covariance, effects, noise):
    total = effects @ covariance @ effects + noise
    with_outcome = covariance @ effects

    def explained(used):
        used = list(used)
        return with_outcome[used] @ np.linalg.solve(covariance[np.ix_(used, used)], with_outcome[used]) if used else 0

    shares = np.zeros(len(effects))
    orders = list(permutations(range(len(effects))))
    for order in orders:
        for place, one in enumerate(order):
            shares[one] += (explained(order[: place + 1]) - explained(order[:place])) / len(orders) / total
    return shares
