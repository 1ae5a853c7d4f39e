"""Role gaps against a model of the answers one by one, against brute force over rounding, and on the survey."""

import itertools

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.rounding import feasible_counts
from pipeline.surveys.role_gaps import CORRELATIONS, DESIGN, pooled_by_domain, role_gaps, rounding_pairs

pytestmark = pytest.mark.slow

CHANGED = "team-colleagues-support"


@pytest.fixture(scope="module")
def gaps(answers, codebook):
    return role_gaps(answers, codebook)


def test_every_item_that_both_groups_were_asked_has_a_gap(gaps, codebook):
    assert gaps["item"].to_list() == [item.id for item in codebook.items if len(item.groups) == 2]
    assert len(gaps) == 37 and gaps.drop(columns="threshold_odds_ratios").notna().all(axis=None)


def test_the_odds_ratio_is_that_of_a_model_of_the_answers_one_by_one(gaps, answers, codebook):
    """Enough time, row 10 of social workers and row 11 of managers in Annex A."""
    scale = ["strongly_disagree", "disagree", "neither", "agree", "strongly_agree"]
    rows = answers[answers["item"] == "sufficient-time"].set_index(["group", "category"])["count"]
    answered = [
        (role, position)
        for role, group in enumerate(["social_workers", "managers"])
        for position, category in enumerate(scale)
        for _ in range(rows[group, category])
    ]
    role, position = map(np.array, zip(*answered, strict=True))
    model = OrderedModel(position, pd.DataFrame({"role": role}), distr="logit").fit(
        method="bfgs", gtol=1e-9, disp=False
    )
    gap = gaps.set_index("item").loc["sufficient-time"]
    assert gap["log_odds"] == pytest.approx(model.params["role"], abs=1e-5)
    assert gap["std_error"] == pytest.approx(model.bse["role"], abs=1e-4)
    assert gap["p"] == pytest.approx(model.pvalues["role"], rel=1e-2)


def test_ranges_over_rounding_hold_the_central_value(gaps):
    for statistic in ("odds_ratio", "p", "superiority", "po_p"):
        assert (gaps[f"{statistic}_rounding_low"] <= gaps[statistic]).all()
        assert (gaps[statistic] <= gaps[f"{statistic}_rounding_high"]).all()


@pytest.mark.parametrize(
    "counts", [([12, 61, 33, 41, 60, 3], [29, 42, 19, 32, 17, 3]), ([24, 118, 39, 18, 8, 5], [18, 45, 21, 13, 2, 2])]
)
def test_no_feasible_pair_has_a_wider_gap_than_those_looked_at(codebook, counts):
    sets = [feasible_counts([round(100 * count / sum(row)) for count in row], sum(row)) for row in counts]
    positions = [4, 3, 2, 1, 0]  # from strong disagreement to strong agreement

    def odds(tables):
        return [CumulativeLink().fit(np.array(table)[:, positions], DESIGN).params["role"] for table in tables]

    looked_at = odds(rounding_pairs(*sets, codebook.scale, draws=0, seed=1))
    every = odds(itertools.product(*sets))
    assert len(every) > len(looked_at)
    assert min(looked_at) == pytest.approx(min(every)) and max(looked_at) == pytest.approx(max(every))


def test_false_discovery_rate_by_hand(gaps):
    p = np.sort(gaps["p"])
    adjusted = np.minimum.accumulate((p * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    np.testing.assert_allclose(np.sort(gaps["q"]), np.minimum(adjusted, 1))


def test_verdicts_on_proportional_odds_follow_the_range_of_the_test(gaps):
    expected = np.select(
        [gaps["po_p_rounding_high"] < 0.05, gaps["po_p_rounding_low"] < 0.05], ["fails", "depends on rounding"], "holds"
    )
    assert gaps["po_verdict"].to_list() == expected.tolist()
    assert ((gaps["threshold_odds_ratios"] != "") == (gaps["po_verdict"] != "holds")).all()


def test_a_wider_assumed_correlation_gives_a_wider_interval_and_single_items_stay(gaps, codebook):
    domains, items = pooled_by_domain(gaps, codebook)
    assert domains["items"].sum() == len(gaps) == len(items)
    for low, high in itertools.pairwise(CORRELATIONS):
        wider = domains[f"high_{high:g}"] / domains[f"low_{high:g}"]
        narrower = domains[f"high_{low:g}"] / domains[f"low_{low:g}"]
        assert (wider >= narrower - 1e-12).all() and (wider > narrower + 1e-6)[domains["items"] > 1].all()
    single = items[items["domain"].isin(domains.loc[domains["items"] == 1, "domain"])]
    assert len(single) == 3
    np.testing.assert_allclose(single["shrunken"], single["odds_ratio"])


@pytest.fixture(scope="module")
def few(answers, codebook):
    """The answers to every fourth item, one whose counts the tests change, and all of a small subject."""
    chosen = {
        item.id
        for number, item in enumerate(codebook.items)
        if number % 4 == 0 or item.domain == "equal_opportunities" or item.id == CHANGED
    }
    return answers[answers["item"].isin(chosen)]


def test_two_runs_give_the_same_numbers(few, codebook, gaps):
    again = role_gaps(few, codebook).drop(columns="q")
    before = gaps[gaps["item"].isin(again["item"])].drop(columns="q").reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before)


def with_rows(answers, item, **groups):
    """The answers with other counts of one item: a list in the order of the scale for each group."""
    changed = answers.copy()
    for group, counts in groups.items():
        rows = (changed["item"] == item) & (changed["group"] == group)
        base = sum(counts)
        changed.loc[rows, "base"] = base
        changed.loc[rows, "percent"] = [round(100 * count / base) for count in counts]
        for column in ("count_low", "count", "count_high"):
            changed.loc[rows, column] = counts
    return changed


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"managers": [90, 0, 0, 0, 0, 0]}, "everybody in Managers gave the same answer"),
        (
            {"social_workers": [90, 0, 0, 0, 0, 0], "managers": [50, 0, 0, 0, 0, 0]},
            "everybody in Social workers and Managers gave the same answer",
        ),
        ({"managers": [0, 0, 0, 0, 0, 60]}, "nobody in Managers gave an answer on the scale"),
        (
            {"social_workers": [0, 0, 0, 50, 50, 0], "managers": [50, 50, 0, 0, 0, 0]},
            "the answers of Social workers and Managers do not overlap",
        ),
    ],
)
def test_what_cannot_be_estimated_for_one_item_is_said_and_spoils_no_other(gaps, few, codebook, rows, why):
    found = role_gaps(with_rows(few, CHANGED, **rows), codebook)
    row = found.set_index("item").loc[CHANGED]
    assert row["po_verdict"] == f"not estimable: {why}"
    assert row.drop(["domain", "po_verdict", "threshold_odds_ratios"]).isna().all()
    others = [
        table[(table["item"] != CHANGED) & table["item"].isin(found["item"])].drop(columns="q").reset_index(drop=True)
        for table in (found, gaps)
    ]
    pd.testing.assert_frame_equal(*others)
    known, rest = found["p"].dropna(), len(found) - 1
    assert len(known) == rest >= 9 and found["q"].dropna().to_list() == pytest.approx(
        (known * rest / known.rank()).loc[known.sort_values(ascending=False).index].cummin().sort_index().to_list()
    )
    pooled, drawn = pooled_by_domain(found, codebook)
    assert pooled["items"].sum() == rest and pooled.loc[pooled["items"] > 0].notna().all(axis=None)
    assert drawn.loc[drawn["item"] != CHANGED, "shrunken"].notna().all() and len(drawn) == rest + 1


def test_a_subject_of_nothing_but_items_without_an_estimate_has_none(few, codebook):
    only = [item.id for item in codebook.items if item.domain == "equal_opportunities"]
    for item in only:
        few = with_rows(few, item, managers=[90, 0, 0, 0, 0, 0])
    pooled, _ = pooled_by_domain(role_gaps(few, codebook), codebook)
    row = pooled.set_index("domain").loc["equal_opportunities"]
    assert row["items"] == 0 and row.drop("items").isna().all()
    others = pooled[pooled["items"] > 0]
    assert len(others) > 3 and others.notna().all(axis=None)
