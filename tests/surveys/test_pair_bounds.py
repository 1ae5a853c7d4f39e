"""Bounds for every pair of a support and an outcome item, against arithmetic by hand and a linear programme."""

import numpy as np
import pytest
from scipy.optimize import linprog

from pipeline.surveys.pair_bounds import assumptions, link_bounds, one_sided, pairs, scored_positions
from pipeline.surveys.published import feasible_sets

pytestmark = pytest.mark.slow

KEYS = ["group", "support", "outcome", "assumption", "statistic"]


@pytest.fixture(scope="module")
def bounds(answers, codebook):
    return link_bounds(answers, codebook, assumptions(0.1, 0.5)).set_index(KEYS)


def test_every_pair_of_both_groups_under_every_assumption(bounds, codebook):
    measured = [item.measures for item in codebook.items]
    assert (measured.count("support"), measured.count("outcome")) == (33, 5)
    assert len(bounds) == (32 * 5 + 33 * 5) * 3 * 9 and bounds.index.is_unique


def test_overlap_is_what_the_agreeing_shares_leave(bounds, answers, codebook):
    """Regular supervision (81% agree) and better outcomes (82%), social workers: at least 63% agree with both."""
    sets = feasible_sets(answers, 0, "half_up")
    support, outcome = (
        sets[item, "social_workers"].central()[:5]
        for item in ("regular-protected-supervision", "manager-helps-improve-outcomes")
    )
    a, b = support[:2].sum() / support.sum(), outcome[:2].sum() / outcome.sum()
    row = bounds.loc[
        ("social_workers", "regular-protected-supervision", "manager-helps-improve-outcomes", "nothing", "both_agree")
    ]
    assert (row["low"], row["high"]) == pytest.approx((a + b - 1, min(a, b)))
    assert row["rounding_low"] <= row["low"] and row["high"] <= row["rounding_high"]


def test_a_linear_programme_attains_the_difference_of_every_tenth_pair(bounds, answers, codebook):
    scored = scored_positions(codebook)
    for pair in list(pairs(answers, codebook))[::10]:
        support, outcome = (
            each.central()[scored] / each.central()[scored].sum() for each in (pair.support_set, pair.outcome_set)
        )
        margins = np.array(
            [np.kron(np.eye(5)[i], np.ones(5)) for i in range(5)] + [np.tile(np.eye(5)[j], 5) for j in range(5)]
        )
        agree = support[:2].sum()
        weight = np.where(np.arange(5) < 2, 1 / agree, -1 / (1 - agree))
        cost = np.outer(weight, np.arange(5) < 2).ravel()
        ends = [sign * linprog(sign * cost, A_eq=margins, b_eq=[*support, *outcome]).fun for sign in (1, -1)]
        row = bounds.loc[(pair.group, pair.support, pair.outcome, "nothing", "risk_difference")]
        assert (row["low"], row["high"]) == pytest.approx(ends, abs=1e-9)


def test_percentages_alone_never_decide_the_direction_of_the_link(bounds):
    differences = bounds.xs("nothing", level="assumption").xs("risk_difference", level="statistic")
    assert len(differences) == 325
    assert ((differences["low"] < 0) & (differences["high"] > 0)).all()


def test_each_assumption_narrows_and_each_uncertainty_widens(bounds):
    by_rung = bounds.xs("risk_difference", level="statistic").unstack("assumption")
    low, high = by_rung["low"], by_rung["high"]
    nothing, not_negative, latent = (rung.name for rung in assumptions(0.1, 0.5))
    assert (low[nothing] <= low[not_negative]).all() and (low[not_negative] <= low[latent] + 1e-12).all()
    assert (high[nothing] >= high[not_negative] - 1e-12).all() and (high[not_negative] >= high[latent] - 1e-12).all()
    carried = bounds.xs("risk_difference", level="statistic")
    for kind in ("rounding", "confidence", "everyone"):
        known = carried.dropna(subset=[f"{kind}_low"])
        assert (known[f"{kind}_low"] <= known["low"] + 1e-12).all() and (
            known[f"{kind}_high"] >= known["high"] - 1e-12
        ).all()
    everyone = carried.xs("nothing", level="assumption")
    assert (everyone["everyone_low"] <= everyone["rounding_low"] + 1e-12).all()


def test_an_item_that_a_group_answers_on_one_side_makes_no_pair_and_spoils_none(bounds, answers, codebook):
    changed = answers.copy()
    rows = (changed["item"] == "team-colleagues-support") & (changed["group"] == "managers")
    for column in ("count_low", "count", "count_high"):
        changed.loc[rows, column] = [80, 60, 0, 0, 0, 0]
    changed.loc[rows, ["base", "percent"]] = 140, 0
    changed.loc[rows, "percent"] = [57, 43, 0, 0, 0, 0]
    assert one_sided(answers, codebook) == [] and one_sided(changed, codebook) == [
        ("team-colleagues-support", "managers")
    ]
    found = link_bounds(changed, codebook, assumptions(0.1, 0.5)[:1]).set_index(KEYS)
    expected = bounds.query(
        "assumption == 'nothing' and not (group == 'managers' and support == 'team-colleagues-support')"
    )
    assert found.equals(expected)
