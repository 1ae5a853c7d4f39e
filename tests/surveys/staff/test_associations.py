"""Associations by hand, against R's polychor, repeated people, and the published survey's own bounds."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from pipeline.surveys.pair_bounds import assumptions, link_bounds
from pipeline.surveys.staff.associations import Published, associations
from tests.surveys.staff.respondents import DONT_KNOW, FOLDER, item, responses_of, simulated, stored

R = json.loads((FOLDER / "joint_models.json").read_text(encoding="utf-8"))
PAIR = [item("s", "tasks"), item("o", "tasks", "outcome")]
HIDDEN = ["correlation", "low", "high", "p", "q", "difference", "difference_low", "difference_high"]


def table_of(both, only_support, only_outcome, neither, **changes):
    """Responses of one pair with these numbers of people."""
    codes = np.repeat([[0, 1], [1, 3], [4, 0], [2, 2]], [both, only_support, only_outcome, neither], axis=0)
    return responses_of(changes.pop("items", PAIR), codes, **changes)


def at(table, support, outcome):
    return table.set_index(["support", "outcome"]).loc[(support, outcome)]


def test_every_support_item_with_every_outcome_item_in_the_codebook_s_order():
    found = associations(stored())
    expected = [(f"s{support}", f"o{outcome}") for outcome in (1, 2) for support in range(1, 7)]
    assert list(found[["support", "outcome"]].itertuples(index=False, name=None)) == expected
    assert (found["reason"] == "").all() and (found["clusters"] == 25).all()


def test_the_correlation_is_that_of_r():
    """polycor::polychor in two steps, of those who answered both; a reversed item is turned."""
    found = associations(stored())
    assert at(found, "s1", "o1")["correlation"] == pytest.approx(R["polychoric_s1_o1"], abs=1e-4)
    assert (found["correlation"] > 0).all()


def test_the_difference_and_its_interval_are_newcombe_s_without_clusters():
    row = at(associations(table_of(60, 20, 25, 45)), "s", "o")
    assert row["difference"] == pytest.approx(60 / 80 - 25 / 70)
    low, high = confint_proportions_2indep(60, 80, 25, 70, method="newcomb")
    assert (row["difference_low"], row["difference_high"]) == pytest.approx((low, high), abs=1e-9)
    assert (row["respondents"], row["clusters"]) == (150, 0)


def test_what_nobody_or_only_one_item_was_answered_does_not_count():
    full = table_of(60, 20, 25, 45)
    more = np.vstack([full.codes, [[0, -1]] * 9, [[-2, 0]] * 9, [[DONT_KNOW, 0]] * 9, [[0, DONT_KNOW]] * 9])
    pd.testing.assert_frame_equal(associations(responses_of(PAIR, more)), associations(full))


def test_disagreement_with_a_reversed_item_counts_as_agreement():
    plain = at(associations(table_of(60, 20, 25, 45)), "s", "o")
    codes = table_of(60, 20, 25, 45).codes * [-1, 1] + [4, 0]
    turned = responses_of([item("s", "tasks", reversed=True), PAIR[1]], codes)
    pd.testing.assert_series_equal(at(associations(turned), "s", "o"), plain)


def test_everybody_twice_in_clusters_of_two_is_everybody_once():
    responses = table_of(30, 12, 14, 24)
    twice = dataclasses.replace(
        responses, codes=responses.codes.repeat(2, axis=0), clusters=np.repeat(np.arange(80), 2).astype(np.int32)
    )
    once = dataclasses.replace(responses, clusters=np.arange(80, dtype=np.int32))
    columns = ["correlation", "low", "high", "difference", "difference_low", "difference_high"]
    found, expected = (at(associations(each), "s", "o")[columns].astype(float) for each in (twice, once))
    np.testing.assert_allclose(found, expected, atol=2e-3)  # a design effect of 2, but for n - 1 in place of n
    naive = at(associations(dataclasses.replace(twice, clusters=None)), "s", "o")
    width, naive_width = (each["difference_high"] - each["difference_low"] for each in (found, naive))
    assert width > 1.3 * naive_width


def test_weights_move_the_difference_and_widen_its_interval():
    responses = table_of(60, 20, 25, 45)
    alike = at(associations(dataclasses.replace(responses, weights=np.full(150, 3.0))), "s", "o")
    plain = at(associations(responses), "s", "o")
    for column in ("difference", "difference_low", "difference_high"):
        assert alike[column] == pytest.approx(plain[column], abs=2e-3)
    weights = np.where(np.arange(150) < 60, 2.0, 1.0)
    found = at(associations(dataclasses.replace(responses, weights=weights)), "s", "o")
    assert found["difference"] == pytest.approx(120 / 140 - 25 / 70) and "not weighted" in found["note"]
    nobody = np.where(np.arange(150) < 30, 0.0, 1.0)
    found = at(associations(dataclasses.replace(responses, weights=nobody)), "s", "o")
    assert found["difference"] == pytest.approx(30 / 50 - 25 / 70) and found["respondents"] == 120


@pytest.mark.parametrize("counts", [(5, 4, 40, 40), (40, 40, 5, 4), (5, 40, 4, 40), (40, 5, 40, 4)])
def test_a_pair_with_few_people_in_a_margin_is_not_shown(counts):
    row = at(associations(table_of(*counts)), "s", "o")
    assert row["reason"].startswith("fewer than 10 people") and row[HIDDEN].isna().all()
    assert row["respondents"] == 89
    shown = at(associations(table_of(*counts, disclosure={"minimum_group": 9, "minimum_cell": 4})), "s", "o")
    assert shown["reason"] == "" and shown[HIDDEN].notna().all()


@pytest.mark.parametrize("place", range(4))
def test_a_difference_that_would_tell_a_small_count_is_not_shown(place):
    """With the margins beside it, the difference gives all four counts of the pair away."""
    counts = [30, 30, 30, 30]
    counts[place] = 4
    row = at(associations(table_of(*counts)), "s", "o")
    assert np.isnan([row["difference"], row["difference_low"], row["difference_high"]]).all()
    assert not np.isnan(row["correlation"]) and "difference not shown" in row["note"]
    counts[place] = 5
    assert not np.isnan(at(associations(table_of(*counts)), "s", "o")["difference"])


def test_how_few_answered_both_is_not_shown_either():
    row = at(associations(table_of(3, 3, 2, 1)), "s", "o")
    assert pd.isna(row["respondents"]) and row["reason"]


def test_answers_that_contradict_nothing_have_a_correlation_of_one_without_interval():
    codes = np.repeat([[0, 0], [2, 2], [4, 4]], 30, axis=0)
    row = at(associations(responses_of(PAIR, codes, disclosure={"minimum_cell": 1})), "s", "o")
    assert row["correlation"] == 1 and np.isnan(row["low"]) and np.isnan(row["q"]) and "no interval" in row["note"]
    assert np.isnan(row["difference"])  # nobody contradicts: a count of 0, which would follow from it


def test_a_known_correlation_is_found_and_none_is_not():
    rng = np.random.default_rng(20)
    latent = rng.multivariate_normal([0, 0, 0], [[1, 0, 0.5], [0, 1, 0], [0.5, 0, 1]], 5000)
    codes = 4 - np.array([np.digitize(column, [-1, -0.2, 0.4, 1.3]) for column in latent.T]).T
    found = associations(responses_of([item("linked", "tasks"), item("apart", "tasks"), PAIR[1]], codes))
    linked, apart = at(found, "linked", "o"), at(found, "apart", "o")
    assert linked["correlation"] == pytest.approx(0.5, abs=0.04) and linked["q"] < 1e-10
    assert apart["low"] < 0 < apart["high"] and apart["q"] > 0.01 and apart["q"] == pytest.approx(apart["p"])


def test_few_clusters_are_left_aside_and_that_is_said():
    responses = simulated(200, 0.3, seed=21, clusters=9)
    few, plain = associations(responses), associations(dataclasses.replace(responses, clusters=None))
    pd.testing.assert_frame_equal(few.drop(columns="note"), plain.drop(columns="note"))
    assert few["note"].str.contains("fewer than 10 clusters").all() and (plain["note"] == "").all()


@pytest.mark.slow
def test_the_bounds_are_those_of_the_published_survey(answers, codebook):
    published = Published(answers, codebook)
    items = [
        item("s", "tasks", matches="regular-protected-supervision"),
        item("new", "tasks"),
        item("o", "tasks", "outcome", matches="manager-helps-improve-outcomes"),
    ]
    codes = np.random.default_rng(22).integers(0, 5, (200, 3))
    benchmark = {"survey": "ofsted-2011", "group": "social_workers"}
    found = associations(responses_of(items, codes, benchmark=benchmark), published)
    expected = (
        link_bounds(answers, codebook, assumptions(0.1, 0.5)[:1])
        .query(
            "group == 'social_workers' and statistic == 'risk_difference' and support == 'regular-protected-supervision' "
            "and outcome == 'manager-helps-improve-outcomes'"
        )
        .iloc[0]
    )
    row = at(found, "s", "o")
    assert (row["bound_low_2011"], row["bound_high_2011"]) == pytest.approx((expected["low"], expected["high"]))
    assert row["bound_low_2011"] < 0 < row["bound_high_2011"]
    assert at(found, "new", "o")[["bound_low_2011", "bound_high_2011"]].isna().all()
    assert associations(responses_of(items, codes), published)["bound_low_2011"].isna().all()
    assert associations(responses_of(items, codes, benchmark=benchmark))["bound_low_2011"].isna().all()


def test_the_bounds_of_reversed_items_are_those_of_disagreement(answers, codebook):
    """Both turned: disagreement shares a and b bound the difference as agreement shares do (Duncan and Davis 1953)."""
    items = [
        item("s", "tasks", matches="regular-protected-supervision", reversed=True),
        item("o", "tasks", "outcome", matches="manager-helps-improve-outcomes", reversed=True),
    ]
    responses = responses_of(
        items,
        np.random.default_rng(23).integers(0, 5, (200, 2)),
        benchmark={"survey": "ofsted-2011", "group": "social_workers"},
    )
    row = at(associations(responses, Published(answers, codebook)), "s", "o")
    counts = answers[answers["group"] == "social_workers"].pivot(index="item", columns="category", values="count")
    a, b = (
        (row_counts["disagree"] + row_counts["strongly_disagree"]) / row_counts.drop("dont_know").sum()
        for row_counts in (counts.loc[each.matches] for each in responses.survey.items)
    )
    ends = [p / a - (b - p) / (1 - a) for p in (max(0, a + b - 1), min(a, b))]
    assert (row["bound_low_2011"], row["bound_high_2011"]) == pytest.approx(ends)


def test_a_survey_without_outcomes_has_no_pairs():
    assert associations(responses_of([item("s", "tasks"), item("r", "tasks")], np.zeros((50, 2)))).empty
