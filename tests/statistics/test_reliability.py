"""Alpha and omega against R's psych, statsmodels, published examples and simulated surveys."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.multivariate.factor import Factor

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.reliability import reliability
from tests.r_scripts import output_of

FOLDER = Path(__file__).with_name("r")
CASE = json.loads((FOLDER / "respondents_cases.json").read_text(encoding="utf-8"))
STORED = json.loads((FOLDER / "respondents_r.json").read_text(encoding="utf-8"))
ITEMS, TEAMS = np.array(CASE["items"], dtype=float), np.array(CASE["teams"])
SCALES = {"items": ITEMS, "three": ITEMS[:, :3], "attitude": np.array(STORED["attitude"], dtype=float)}
SURVEY = Path(__file__).parents[3] / "shared" / "surveys" / "rse-2016-uk" / "rse_2016_uk_public_data.csv"


def test_the_stored_output_belongs_to_the_stored_answers():
    assert STORED["input_md5"] == hashlib.md5((FOLDER / "respondents_cases.json").read_bytes()).hexdigest()


@pytest.mark.parametrize("name", SCALES)
def test_psych_gives_the_same(name):
    scores, r = SCALES[name], STORED["reliability"][name]
    ours = reliability(scores)
    assert ours.alpha == pytest.approx(r["alpha"], abs=1e-12)
    assert (ours.alpha_low, ours.alpha_high) == pytest.approx(r["feldt"], abs=1e-9)
    assert ours.omega == pytest.approx(r["omega"], abs=1e-6)
    standardised = reliability((scores - scores.mean(axis=0)) / scores.std(axis=0)).omega
    assert standardised == pytest.approx(r["standardised_omega"], abs=1e-6)
    assert standardised == pytest.approx(r["psych_omega"], abs=1e-3)  # psych counts what the factor leaves too


def test_the_attitude_survey_has_the_alpha_of_psych_s_manual():
    """Chatterjee and Price (1977): 30 departments, 7 questions; the manual of psych prints 0.84."""
    ours = reliability(STORED["attitude"])
    assert (ours.items, ours.respondents, round(ours.alpha, 2)) == (7, 30, 0.84)


def test_the_factor_is_that_of_statsmodels():
    for scores in SCALES.values():
        factor = Factor(endog=scores, n_factor=1, method="pa").fit(maxiter=5000, tol=1e-12)
        loadings, deviations = abs(factor.loadings[:, 0]), scores.std(axis=0)
        common = (loadings @ deviations) ** 2
        expected = common / (common + (deviations**2) @ (1 - loadings**2))
        assert reliability(scores, draws=2).omega == pytest.approx(expected, abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0.1, 0.95), min_size=3, max_size=8), st.floats(0.3, 3))
def test_scores_of_exactly_one_factor_have_their_own_omega(strengths, unit):
    strengths = np.array(strengths)
    covariance = np.outer(strengths, strengths)
    np.fill_diagonal(covariance, 1)
    random = np.random.default_rng(1).normal(size=(40, len(strengths)))
    random -= random.mean(axis=0)
    whitened = np.linalg.solve(np.linalg.cholesky(np.cov(random.T, bias=True)), random.T).T
    scores = unit * whitened @ np.linalg.cholesky(covariance).T
    common = strengths.sum() ** 2
    ours = reliability(scores, draws=2)
    assert ours.omega == pytest.approx(common / (common + (1 - strengths**2).sum()), abs=1e-4)
    assert ours.alpha <= ours.omega + 1e-4  # McDonald (1999), with equality for equal loadings
    items = len(strengths)
    assert ours.alpha == pytest.approx(items / (items - 1) * (1 - items / covariance.sum()), abs=1e-9)


def test_a_factor_without_uniqueness_stays_within_the_limits():
    random = np.random.default_rng(3)
    first = random.normal(size=300)
    scores = np.column_stack([first, first + 0.5 * random.normal(size=300), first + 0.6 * random.normal(size=300)])
    scores[:, 1:] += 0.02 * random.normal(size=(300, 1)) - 0.2 * (scores[:, 1:] - first[:, None]).mean(axis=1)[:, None]
    ours = reliability(scores)
    assert 0 < ours.omega_low < ours.omega < ours.omega_high < 1


def test_missing_answers_leave_out_the_respondent():
    holes = ITEMS.copy()
    holes[::7, 2] = np.nan
    complete = ~np.isnan(holes).any(axis=1)
    assert reliability(holes, TEAMS, seed=4) == reliability(ITEMS[complete], TEAMS[complete], seed=4)
    assert reliability(holes).respondents == complete.sum()


def test_same_seed_same_interval_and_clusters_that_are_alike_inside_widen_it():
    assert reliability(ITEMS, TEAMS, seed=1) == reliability(ITEMS, TEAMS, seed=1)
    random = np.random.default_rng(6)
    team = np.repeat(np.arange(25), 20)
    factor = random.normal(size=25)[team] + 0.5 * random.normal(size=500)
    scores = factor[:, None] + random.normal(size=(500, 4))
    alone, clustered = reliability(scores), reliability(scores, [f"team {one}" for one in team])
    assert (clustered.alpha, clustered.omega) == pytest.approx((alone.alpha, alone.omega), abs=1e-12)
    assert clustered.alpha_high - clustered.alpha_low > 1.5 * (alone.alpha_high - alone.alpha_low)
    assert clustered.omega_high - clustered.omega_low > 1.5 * (alone.omega_high - alone.omega_low)


def test_one_cluster_shows_no_clustering():
    assert reliability(ITEMS, ["all"] * len(ITEMS)) == reliability(ITEMS)


def test_two_items_have_an_alpha_and_no_factor():
    ours = reliability(ITEMS[:, :2])
    covariance = np.cov(ITEMS[:, :2].T)
    assert ours.alpha == pytest.approx(4 * covariance[0, 1] / covariance.sum())
    assert np.isnan([ours.omega, ours.omega_low, ours.omega_high]).all()


def test_items_that_agree_perfectly():
    ours = reliability(np.repeat(ITEMS[:, :1], 3, axis=1), TEAMS)
    assert (ours.alpha, ours.omega) == pytest.approx((1, 1))
    assert np.isnan([ours.alpha_low, ours.omega_high]).all()


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (ITEMS[:, :1], "two items"),
        (ITEMS[:6], "Too few"),
        (np.full((9, 3), np.nan), "Too few"),
        (np.column_stack([ITEMS[:, :2], np.full(240, 3)]), "same answer"),
        (ITEMS[0], "matrix"),
    ],
)
def test_scores_without_a_reliability(scores, message):
    with pytest.raises(DataError, match=message):
        reliability(scores)


@pytest.mark.parametrize("wrong", [{"level": 1.0}, {"level": 95}, {"draws": 1}])
def test_impossible_parameters(wrong):
    with pytest.raises(ParameterError):
        reliability(ITEMS, **wrong)


@pytest.mark.skipif(not SURVEY.exists(), reason="the survey's export is not beside the repository")
@pytest.mark.parametrize(("scale", "items", "alpha"), [("affRec", 5, 0.928), ("affSat", 4, 0.923)])
def test_a_real_survey(scale, items, alpha):
    answers = ("strongly disagree", "disagree", "neither agree or disagree", "agree", "strongly agree")
    with SURVEY.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    columns = [
        next(place for place, name in enumerate(header) if name.startswith(f"{scale}{item}."))
        for item in range(1, items + 1)
    ]
    codes = {answer: score for score, answer in enumerate(answers, start=1)}
    scores = [[codes.get(row[column].strip().lower(), np.nan) for column in columns] for row in rows]
    ours = reliability(scores)
    assert round(ours.alpha, 3) == alpha
    assert ours.alpha_low < alpha < ours.alpha_high and ours.omega == pytest.approx(alpha, abs=0.01)


def assert_same(found, expected):
    """Of what JSON holds: numbers to R's own precision, everything else exactly."""
    if isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.slow
def test_the_script_still_gives_the_stored_output(tmp_path):
    again = output_of(
        FOLDER / "respondents.R",
        "respondents_cases.json",
        "respondents_r.json",
        ("psych", "polycor", "lavaan", "survey", "jsonlite"),
        tmp_path,
    )
    for part in ("reliability", "polychoric", "lmg", "shares"):
        assert_same(again[part], STORED[part])


@pytest.mark.slow
@pytest.mark.parametrize(("clusters", "people"), [(None, 200), (20, 20)])
def test_intervals_hold_the_truth_as_often_as_they_say(clusters, people):
    random, surveys = np.random.default_rng(7), 300
    strengths = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    covariance = np.outer(strengths, strengths)
    np.fill_diagonal(covariance, 1)
    truth = strengths.sum() ** 2 / covariance.sum(), 5 / 4 * (1 - 5 / covariance.sum())
    held = np.zeros(2)
    for seed in range(surveys):
        team = None if clusters is None else np.repeat(np.arange(clusters), people)
        factor = random.normal(size=people if team is None else len(team))
        if team is not None:
            factor = np.sqrt(0.3) * random.normal(size=clusters)[team] + np.sqrt(0.7) * factor
        scores = factor[:, None] * strengths + random.normal(size=(len(factor), 5)) * np.sqrt(1 - strengths**2)
        ours = reliability(scores, team, draws=200, seed=seed)
        held += ours.omega_low <= truth[0] <= ours.omega_high, ours.alpha_low <= truth[1] <= ours.alpha_high
    assert (held / surveys >= 0.91).all() and (held / surveys <= 0.985).all()
