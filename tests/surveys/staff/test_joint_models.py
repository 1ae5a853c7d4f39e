"""Joint models against R (clm, sandwich, Brant's test from glm) from the raw answers, and against known effects."""

import dataclasses
import hashlib
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.relative_importance import relative_importance
from pipeline.surveys.staff import joint_models as module
from pipeline.surveys.staff.domain_scores import domain_scores, favourable_codes
from pipeline.surveys.staff.joint_models import domain_importance, joint_models, people_of_pair
from tests.r_scripts import output_of
from tests.surveys.staff.respondents import FOLDER, item, responses_of, simulated, stored

R = json.loads((FOLDER / "joint_models.json").read_text(encoding="utf-8"))
NUMBERS = ["odds_ratio", "low", "high", "p", "q", "po_p"]


def models_of(responses, **options):
    return joint_models(responses, domain_scores(responses), **options)


def at(table, outcome, domain, adjusted="alone"):
    return table.set_index(["outcome", "domain", "adjusted"]).loc[(outcome, domain, adjusted)]


@pytest.fixture(scope="module")
def fitted():
    return models_of(stored())


def test_the_stored_fits_belong_to_the_stored_answers():
    assert R["input_md5"] == hashlib.md5((FOLDER / "joint_answers.csv").read_bytes()).hexdigest()


@pytest.mark.parametrize("case", R["fits"], ids=lambda case: f"{case['outcome']} on {', '.join(case['domains'])}")
def test_effects_clustered_errors_and_proportional_odds_are_those_of_r(fitted, case):
    for place, domain in enumerate(case["domains"]):
        row = at(fitted, case["outcome"], domain, "together" if len(case["domains"]) > 1 else "alone")
        assert np.log(row["odds_ratio"]) == pytest.approx(case["effects"][place], abs=1e-5)
        half = 2.063899 * case["errors"][place]  # Student's t with 24 degrees of freedom
        ends = case["effects"][place] + np.array([-half, half])
        assert np.log([row["low"], row["high"]]) == pytest.approx(ends, abs=1e-5)
        assert row["p"] == pytest.approx(case["p"][place], rel=1e-3)
        assert row["po_p"] == pytest.approx(case["brant"][place], abs=1e-5)
        assert (row["respondents"], row["clusters"]) == (case["respondents"], case["teams"])
        assert row["left_out"] == 420 - case["respondents"] and row["reason"] == ""


def test_the_people_of_a_pair_give_its_model_again(fitted):
    """What chapter 9 shows of one pair is what stands in the table of all."""
    responses = stored()
    row = fitted.query("adjusted == 'alone' and odds_ratio.notna()").iloc[0]
    people = people_of_pair(responses, domain_scores(responses), row["outcome"], row["domain"])
    fit = CumulativeLink().fit(people.counts, people.design)
    assert np.exp(fit.params[row["domain"]]) == pytest.approx(row["odds_ratio"]) and people.units == row["clusters"]
    assert len(people.answer) == row["respondents"]


def test_fewer_than_ten_clusters_give_the_errors_of_r_without_them_and_say_so():
    responses = stored()
    few = models_of(dataclasses.replace(responses, clusters=responses.clusters % 9))
    for case in R["fits"][:2]:
        row = at(few, case["outcome"], case["domains"][0])
        error = np.log(row["high"] / row["low"]) / 2 / norm.ppf(0.975)
        assert error == pytest.approx(case["plain_errors"][0], rel=1e-4)
        assert row["clusters"] == 0 and "fewer than 10 clusters" in row["note"]


def test_verdicts_follow_the_test_and_ratios_at_the_cuts_are_given_where_it_fails(fitted):
    fails = fitted["po_p"] < 0.05
    assert fails.any() and not fails.all()
    assert (fitted["po_verdict"] == np.where(fails, "fails", "holds")).all()
    assert fitted.loc[fails, "cut_odds_ratios"].str.count(";").eq(3).all()
    assert (fitted.loc[~fails, "cut_odds_ratios"] == "").all()


def test_false_discovery_rate_is_over_the_models_of_one_domain(fitted):
    alone = fitted[fitted["adjusted"] == "alone"].sort_values("p")
    ranks = np.arange(1, len(alone) + 1)
    expected = np.minimum.accumulate((alone["p"] * len(alone) / ranks).to_numpy()[::-1])[::-1]
    np.testing.assert_allclose(alone["q"], np.minimum(expected, 1))
    assert fitted.loc[fitted["adjusted"] == "together", "q"].isna().all()


@pytest.mark.parametrize("people", [600, pytest.param(100_000, marks=pytest.mark.slow)])
def test_merged_rows_give_what_a_row_a_person_gives(people, monkeypatch):
    monkeypatch.setattr(module, "MOST_PEOPLE", people)
    responses = simulated(people, 0.3, seed=people, clusters=30, between=0.4)
    scores = domain_scores(responses)
    found = models_of(responses)
    answers = np.eye(5)[favourable_codes(responses)[:, -1]]
    for domains, adjusted in ([["d1"], "alone"], [["d0", "d1"], "together"]):
        fit = CumulativeLink().fit(answers, scores[domains] / 10, clusters=responses.clusters)
        for domain in domains:
            row = at(found, "o1", domain, adjusted)
            assert np.log(row["odds_ratio"]) == pytest.approx(fit.params[domain], abs=1e-6)
            error = np.log(row["high"] / row["low"]) / 2 / 2.045230  # Student's t with 29 degrees of freedom
            assert error == pytest.approx(fit.std_errors[domain], rel=1e-5)


def test_one_row_a_person_in_another_library():
    responses = simulated(600, 0.3, seed=5)
    scores = domain_scores(responses)
    row = at(models_of(responses), "o0", "d0")
    other = OrderedModel(favourable_codes(responses)[:, -2], scores[["d0"]] / 10, distr="logit")
    other = other.fit(method="bfgs", gtol=1e-9, disp=False)
    assert np.log(row["odds_ratio"]) == pytest.approx(other.params["d0"], abs=1e-4)
    assert row["p"] == pytest.approx(other.pvalues["d0"], rel=1e-2)


def test_a_known_effect_is_found_and_none_is_found_beside_it():
    found = models_of(simulated(20_000, 0.25, seed=6))
    together = found[found["adjusted"] == "together"].set_index(["outcome", "domain"])
    for outcome in ("o0", "o1"):
        effect, nothing = together.loc[(outcome, "d0")], together.loc[(outcome, "d1")]
        assert np.log(effect["odds_ratio"]) == pytest.approx(0.25, abs=0.02)
        assert effect["low"] < np.exp(0.25) < effect["high"] and nothing["low"] < 1 < nothing["high"]


@pytest.mark.slow
def test_intervals_by_cluster_hold_no_effect_nearly_as_often_as_they_say():
    """30 clusters of 15 are alike in a score and in an outcome, which have nothing to do with each other."""
    held = {"clustered": 0, "independent": 0}
    clusters = np.repeat(np.arange(30), 15).astype(np.int32)
    for seed in range(80):
        rng = np.random.default_rng(seed)
        latent = np.repeat(rng.normal(size=(30, 2)), 15, axis=0) + rng.normal(size=(450, 2))
        codes = 4 - np.digitize(latent, [-1.2, -0.4, 0.3, 1.1])
        responses = responses_of([item("s", "tasks"), item("o", "tasks", "outcome")], codes)
        for name, numbers in (("clustered", clusters), ("independent", None)):
            row = models_of(dataclasses.replace(responses, clusters=numbers)).iloc[0]
            held[name] += row["low"] < 1 < row["high"]
    assert held["clustered"] >= 70 > 60 > held["independent"]


def test_weights_that_are_all_alike_change_nothing_but_the_kind_of_error():
    responses = simulated(500, 0.3, seed=7)
    plain, weighted = models_of(responses), models_of(dataclasses.replace(responses, weights=np.full(500, 2.5)))
    np.testing.assert_allclose(weighted["odds_ratio"], plain["odds_ratio"])
    widths = [np.log(table["high"] / table["low"]) for table in (weighted, plain)]
    np.testing.assert_allclose(*widths, rtol=0.15)
    np.testing.assert_allclose(weighted["po_p"], plain["po_p"])


def test_whole_weights_are_people_in_clusters_of_copies():
    responses = simulated(400, 0.3, seed=8)
    weights = np.random.default_rng(1).integers(0, 4, 400).astype(float)
    copies = np.repeat(np.arange(400), weights.astype(int))
    weighted = models_of(dataclasses.replace(responses, weights=weights))
    repeated = models_of(
        dataclasses.replace(responses, codes=responses.codes[copies], groups={}, clusters=copies.astype(np.int32))
    )
    for column in ("odds_ratio", "low", "high", "p"):
        np.testing.assert_allclose(weighted[column], repeated[column], rtol=1e-5, err_msg=column)
    assert (weighted["respondents"] == (weights > 0).sum()).all()


def refused(responses, reason, **which):
    """The rows of these models have no numbers, and this reason."""
    table = models_of(responses)
    rows = table[np.logical_and.reduce([table[key] == value for key, value in which.items()])] if which else table
    assert len(rows) and rows["reason"].str.contains(reason).all(), rows["reason"].unique()
    assert rows[NUMBERS].isna().all(axis=None)
    return table


def test_too_few_people():
    refused(simulated(149, 0.3, seed=9), "fewer than 150 people")
    table = refused(simulated(150, 0.3, seed=9, models={"minimum": 151}), "fewer than 151 people")
    assert (table["respondents"] == 150).all()
    assert models_of(simulated(150, 0.3, seed=9))["odds_ratio"].notna().all()


def test_an_item_that_few_answered_tells_nothing_of_them():
    responses = simulated(200, 0.3, seed=10)
    responses.codes[9:, -1] = -1
    table = refused(responses, "fewer than 150 people", outcome="o1")
    assert table.loc[table["outcome"] == "o1", ["respondents", "left_out"]].isna().all(axis=None)


def test_too_few_people_who_do_not_agree():
    responses = simulated(400, 0.3, seed=11)
    responses.codes[:, -1] = 0
    responses.codes[:19, -1] = 3
    refused(responses, "fewer than 20 people in the rarer half", outcome="o1", adjusted="together")
    responses.codes[:10, -1] = 1
    refused(responses, "fewer than 10 people in the rarer half", outcome="o1", adjusted="alone")


def test_too_few_degrees_of_freedom(monkeypatch):
    monkeypatch.setattr(module, "PER_TERM", 0)
    monkeypatch.setattr(module, "LEAST_DF", 196)  # of 200 people, 4 thresholds and a term leave 195
    refused(simulated(200, 0.3, seed=12), "residual degrees of freedom")


def test_everybody_alike():
    responses = simulated(200, 0.3, seed=13)
    responses.codes[:, 0:2] = 1
    refused(responses, "same score: d0", domain="d0")
    responses.codes[:, -1] = 1
    refused(responses, "same answer", outcome="o1")


def test_scores_that_are_one_have_models_alone_but_not_together():
    responses = simulated(300, 0.3, seed=14)
    responses.codes[:, 2:4] = responses.codes[:, 0:2]
    table = refused(responses, "nearly the same: d0 and d1", adjusted="together")
    assert table.loc[table["adjusted"] == "alone", "odds_ratio"].notna().all()
    importance = domain_importance(responses, domain_scores(responses))
    assert (importance["reason"] == "scores that are nearly the same: d0 and d1").all()


def test_answers_that_separate():
    codes = np.repeat([[0, 0], [1, 0], [3, 4], [4, 4]], 50, axis=0)
    refused(responses_of([item("s", "tasks"), item("o", "tasks", "outcome")], codes), "go together completely")


def test_covariates_that_repeat_each_other():
    role = np.array(["worker", "manager"] * 150)
    responses = simulated(
        300,
        0.3,
        seed=15,
        role=role,
        models={"covariates": ["role", "grade"]},
        groups=[{"id": key, "column": key, "label": key} for key in ("role", "grade")],
    )
    responses = dataclasses.replace(responses, groups=dict.fromkeys(("role", "grade"), responses.groups["role"]))
    refused(responses, "covariates repeat")


def test_a_covariate_with_one_group_that_is_big_enough_is_left_out():
    role = np.array(["worker"] * 295 + ["manager"] * 5)
    one = simulated(300, 0.3, seed=16, role=role, models={"covariates": ["role"]})
    pd.testing.assert_frame_equal(models_of(one), models_of(simulated(300, 0.3, seed=16, role=role)))


def test_more_people_than_a_joint_model_takes_are_sampled_and_that_is_said(monkeypatch):
    monkeypatch.setattr(module, "MOST_PEOPLE", 500)
    responses = simulated(2000, 0.3, seed=17)
    table = models_of(responses)
    together, alone = (table[table["adjusted"] == kind] for kind in ("together", "alone"))
    assert (together["respondents"] == 500).all() and together["note"].str.contains("a random 500").all()
    assert (alone["respondents"] == 2000).all() and (alone["note"] == "").all()
    pd.testing.assert_frame_equal(table, models_of(responses))
    assert not table.equals(models_of(responses, seed=1))


def test_a_survey_with_one_domain_or_no_outcome():
    assert set(models_of(simulated(200, 0.3, seed=18, domains=1))["adjusted"]) == {"alone"}
    support = responses_of([item("s", "tasks"), item("r", "tasks")], np.zeros((200, 2)))
    assert models_of(support).empty and domain_importance(support, domain_scores(support)).empty


def test_importance_is_that_of_the_scores_and_stops_when_few_answered():
    responses = simulated(400, 0.3, seed=19, clusters=20)
    scores = domain_scores(responses)
    found = domain_importance(responses, scores)
    expected = relative_importance(scores[["d0", "d1"]], scores["outcomes"], responses.clusters)
    pd.testing.assert_frame_equal(found[["share", "low", "high", "first"]], expected[["share", "low", "high", "first"]])
    assert found.loc[0, "share"] > 10 * found.loc[1, "share"] and (found["respondents"] == 400).all()
    few = simulated(100, 0.3, seed=19)
    found = domain_importance(few, domain_scores(few))
    assert found["share"].isna().all() and found["reason"].str.contains("fewer than 150").all()


@pytest.mark.slow
def test_the_script_still_gives_the_stored_output(tmp_path):
    again = output_of(
        FOLDER / "joint_models.R",
        "joint_answers.csv",
        "joint_models.json",
        ("ordinal", "sandwich", "polycor", "jsonlite"),
        tmp_path,
    )
    for one, other in zip(again["fits"], R["fits"], strict=True):
        assert one["errors"] == pytest.approx(other["errors"]) and one["brant"] == pytest.approx(other["brant"])
