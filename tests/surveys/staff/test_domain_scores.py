"""Domain scores by hand, and their table against plain means, R's clustered errors, and known reliabilities."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from pipeline.errors import CodebookError
from pipeline.statistics.reliability import reliability
from pipeline.surveys.staff.domain_scores import domain_scores, favourable_codes, item_values, score_items, score_table
from tests.surveys.staff.respondents import DONT_KNOW, FOLDER, item, responses_of, simulated, stored

R = json.loads((FOLDER / "joint_models.json").read_text(encoding="utf-8"))
ITEMS = [
    item("clear", "tasks"),
    item("heavy", "tasks", reversed=True),
    item("paid", "tasks", scale="four"),
    item("better", "tasks", "outcome"),
    item("worse", "children", "outcome", reversed=True),
]


def test_an_answer_counts_by_its_place_on_its_scale_and_reversed_items_are_turned():
    found = item_values(responses_of(ITEMS, [[0, 0, 0, 2, 4], [4, 3, 1, DONT_KNOW, -1], [1, -3, 2, -5, DONT_KNOW]]))
    expected = [[1, 0, 1, 0.5, 1], [0, 0.75, 2 / 3, np.nan, np.nan], [0.75, np.nan, 1 / 3, np.nan, np.nan]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.dtype == np.float32


def test_codes_rise_with_favour():
    found = favourable_codes(responses_of(ITEMS, [[0, 0, 0, 2, 4], [4, 3, 1, DONT_KNOW, -1]]))
    assert found.tolist() == [[4, 0, 3, 2, 4], [0, 3, 2, -1, -1]]


def test_a_score_is_the_mean_of_what_was_answered_and_outcome_items_are_apart():
    codes = [[0, 0, 0, 2, 4], [4, 3, -1, -1, 2], [1, -1, -1, -1, -1]]
    found = domain_scores(responses_of(ITEMS, codes))
    assert found.columns.to_list() == ["tasks", "outcomes"]
    np.testing.assert_allclose(found["tasks"], [200 / 3, 37.5, np.nan], atol=1e-3)  # 1 of 3 is not half
    np.testing.assert_allclose(found["outcomes"], [75, 50, np.nan], atol=1e-3)


@pytest.mark.parametrize(
    ("share", "scores"), [(0.3, [100, 75, 50]), (0.34, [100, 75, np.nan]), (1, [100, np.nan, np.nan])]
)
def test_how_many_items_must_be_answered_is_the_survey_s_choice(share, scores):
    items = [item(f"s{place}", "tasks") for place in range(3)] + [item("o", "tasks", "outcome")]
    codes = [[0, 0, 0, 0], [0, 2, -1, 0], [2, -1, DONT_KNOW, 0]]
    found = domain_scores(responses_of(items, codes, models={"answered": share}))
    np.testing.assert_allclose(found["tasks"], scores)


def test_a_domain_of_support_called_outcomes_is_refused():
    with pytest.raises(CodebookError, match="name of the score"):
        score_items(responses_of([item("s", "outcomes"), item("o", "outcomes", "outcome")], [[0, 0]]).survey)
    apart = responses_of([item("s", "tasks"), item("o", "outcomes", "outcome")], [[0, 0]])
    assert score_items(apart.survey) == {"tasks": [0], "outcomes": [1]}


def test_means_and_errors_by_team_are_those_of_r():
    responses = stored()
    table = score_table(responses, domain_scores(responses)).set_index("score")
    for domain, (mean, error) in R["means"].items():
        row = table.loc[domain]
        assert row["mean"] == pytest.approx(mean, abs=1e-4)
        assert row["high"] - row["mean"] == pytest.approx(t.ppf(0.975, 24) * error, rel=1e-4)
        assert row["clusters"] == 25


def test_without_clusters_the_interval_is_that_of_a_mean():
    responses = simulated(300, 0.2, seed=1)
    scores = domain_scores(responses)
    row = score_table(responses, scores).set_index("score").loc["d0"]
    low, high = t.interval(0.95, 299, scores["d0"].mean(), scores["d0"].sem())
    assert (row["mean"], row["sd"]) == pytest.approx((scores["d0"].mean(), scores["d0"].std()))
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert row["clusters"] == 0


def test_a_weight_of_two_is_the_person_twice_in_mean_and_none_is_nobody():
    responses = simulated(200, 0.2, seed=2)
    weights = np.random.default_rng(0).integers(0, 3, 200).astype(float)
    scores = domain_scores(responses)
    weighted = score_table(dataclasses.replace(responses, weights=weights), scores).set_index("score")
    twice = scores.loc[np.repeat(np.arange(200), weights.astype(int))]
    np.testing.assert_allclose(weighted["mean"], twice.mean()[weighted.index])
    assert (weighted["respondents"] == (weights > 0).sum()).all()


def test_reliability_is_that_of_the_items_turned_and_one_item_has_none():
    responses = stored()
    table = score_table(responses, domain_scores(responses)).set_index("score")
    expected = reliability(item_values(responses)[:, :3], responses.clusters)
    assert table.loc["support", "alpha"] == pytest.approx(expected.alpha) and expected.alpha > 0.6
    assert table.loc["support", "omega_low"] == pytest.approx(expected.omega_low)
    assert "three items" in table.loc["outcomes", "note"] and np.isnan(table.loc["outcomes", "omega"])
    codes = np.tile([[0, 1], [1, 0], [3, 2]], (20, 1))
    single = responses_of([item("s", "tasks"), item("o", "tasks", "outcome")], codes)
    table = score_table(single, domain_scores(single))
    assert table["alpha"].isna().all() and (table["note"] == "one item: no reliability").all()


def test_items_that_everybody_answered_alike_have_a_mean_and_no_reliability():
    alike = responses_of(
        [item("s", "tasks"), item("r", "tasks"), item("o", "tasks", "outcome")],
        np.tile([[0, 0, 1], [1, 0, 2]], (20, 1)),
    )
    row = score_table(alike, domain_scores(alike)).iloc[0]
    assert row["mean"] == 93.75 and np.isnan(row["alpha"]) and row["note"].startswith("no reliability")


def test_few_clusters_are_left_aside_and_that_is_said():
    responses = simulated(200, 0.2, seed=3, clusters=9)
    scores = domain_scores(responses)
    few = score_table(responses, scores)
    plain = score_table(dataclasses.replace(responses, clusters=None), scores)
    pd.testing.assert_frame_equal(few.drop(columns="note"), plain.drop(columns="note"))
    assert few["note"].str.contains("fewer than 10 clusters").all()


def test_small_groups_are_joined_and_what_few_have_is_not_shown():
    role = np.array(["worker"] * 60 + ["manager"] * 30 + ["student"] * 6 + ["agency"] * 5)
    codes = np.random.default_rng(4).integers(0, 5, (101, 2))
    codes[60:82, 0] = -1  # 8 managers have the score of the domain
    responses = responses_of([item("s", "tasks"), item("o", "tasks", "outcome")], codes, role=role)
    table = score_table(responses, domain_scores(responses), "role").set_index(["group", "score"])
    assert set(table.index.get_level_values("group")) == {"worker", "manager", "other"}
    assert table.loc[("other", "outcomes"), "respondents"] == 11
    hidden = table.loc[("manager", "tasks")]
    assert pd.isna(hidden["respondents"]) and np.isnan(hidden["mean"]) and "fewer than 10" in hidden["note"]
    expected = 100 * (1 - codes[:60, 0] / 4).mean()
    assert table.loc[("worker", "tasks"), "mean"] == pytest.approx(expected)


def test_two_groups_that_cannot_be_shown_apart_have_no_rows():
    responses = responses_of(ITEMS, np.zeros((40, 5)), role=["worker"] * 35 + ["manager"] * 5)
    assert score_table(responses, domain_scores(responses), "role").empty
    with pytest.raises(CodebookError):
        score_table(responses, domain_scores(responses), "age")
