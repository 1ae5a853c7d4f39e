"""Which workforce stands beside which outcome, and that nothing is left out without a count."""

import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.models.analysis_panel import (
    TIMINGS,
    analysis_panel,
    deprivation_ranks,
    measures_in,
    with_deprivation,
    with_suppressed,
)
from tests.authorities import made_up_effects

PANEL = made_up_effects.with_gaps(made_up_effects.panel())


def value_of(unit, year, indicator):
    rows = PANEL[(PANEL["unit"] == unit) & (PANEL["year"] == year) & (PANEL["indicator"] == indicator)]
    return rows["value"].item()


@pytest.mark.parametrize(("timing", "older"), [("before", 2), ("within", 1), ("after", 0)])
def test_the_workforce_is_as_much_older_as_the_timing_says(timing, older):
    """Outcomes of 2023/24 (reporting year 2024): 30 September 2022 is before, 2023 within, 2024 after."""
    rows = analysis_panel(PANEL, "agency_rate", "re_referrals", timing).rows
    assert set(rows["year"]) == set(range(2015 + older, 2025))
    for row in rows.sample(30, random_state=1).itertuples():
        assert row.exposure == value_of(row.unit, row.year - older, "agency_rate")
        assert row.outcome == value_of(row.unit, row.year, "re_referrals")
        assert row.outcome == pytest.approx(100 * row.events / row.trials)


@pytest.mark.parametrize("timing", TIMINGS)
def test_every_unit_and_year_is_in_or_counted(timing):
    data = analysis_panel(PANEL, "agency_rate", "re_referrals", timing)
    units = PANEL.loc[PANEL["level"].isin(["authority", "joint"]), "unit"].nunique()
    years = data.rows["year"].nunique()
    assert len(data.rows) + data.left_out["rows"].sum() == units * years
    assert not data.rows.duplicated(["unit", "year"]).any() and data.rows.notna().all(axis=None)
    assert set(data.rows["level"]) == {"authority", "joint"}


def test_reasons_are_counted():
    left = analysis_panel(PANEL, "agency_rate", "re_referrals", "before").left_out.set_index("why")
    assert left.loc["workforce: unavailable"].tolist() == [1, 1]
    assert left.loc["workforce: low reliability"].tolist() == [1, 1]
    assert left.loc["outcome: not published"].tolist() == [1, 1]
    assert left.loc["workforce: not published"].tolist() == [7, 1]  # 2017 to 2023 of the unit that has 2022 on
    assert left.loc["only one complete year"].tolist() == [1, 1]


def test_the_outcome_s_reason_comes_first():
    panel = PANEL[PANEL["unit"].isin(["E06999003", "E06999007"])].copy()
    both = (panel["unit"] == "E06999003") & (panel["year"] == 2020) & (panel["indicator"] == "re_referrals")
    panel.loc[both, ["value", "reason"]] = [np.nan, "confidential"]  # and agency of 2018 is unavailable
    left = analysis_panel(panel, "agency_rate", "re_referrals", "before").left_out
    assert left.values.tolist() == [["outcome: confidential", 1, 1]]


def test_nothing_published_gives_no_rows():
    data = analysis_panel(PANEL[PANEL["indicator"] != "agency_rate"], "agency_rate", "re_referrals", "before")
    assert data.rows.empty and data.left_out.empty
    assert list(data.rows) == ["unit", "year", "level", "exposure", "outcome", "events", "trials"]


def test_unpublished_small_counts_get_the_count_that_is_asked_for():
    known = with_suppressed(PANEL, "long_plans", 5)
    hidden = (PANEL["indicator"] == "long_plans") & (PANEL["reason"] == "confidential")
    assert hidden.any() and (known.loc[hidden, "value"] == 2).all() and (known.loc[hidden, "reason"] == "").all()
    pd.testing.assert_frame_equal(known[~hidden], PANEL[~hidden])
    more = analysis_panel(known, "agency_rate", "long_plans", "before").rows
    fewer = analysis_panel(PANEL, "agency_rate", "long_plans", "before").rows
    assert len(more) > len(fewer)


def test_ranks_are_within_the_year():
    table = made_up_effects.deprivation(PANEL)
    ranks = deprivation_ranks(table, "free_meals")
    assert ranks.groupby("year")["rank"].mean().to_numpy() == pytest.approx(np.full(10, 0.5))  # though the share drifts
    assert ranks["rank"].between(0, 1, inclusive="neither").all()
    for _, rows in table[(table["measure"] == "free_meals") & (table["year"] == 2020)].merge(ranks).groupby("year"):
        assert rows.sort_values("value")["rank"].is_monotonic_increasing


def test_a_measure_published_once_holds_for_every_year():
    rows = analysis_panel(PANEL, "agency_rate", "re_referrals", "before").rows
    once = with_deprivation(rows, made_up_effects.deprivation(PANEL), "idaci")
    assert len(once) == len(rows) and (once.groupby("unit")["rank"].nunique() <= 1).all()
    assert set(once.loc[once["rank"].isna(), "unit"]) == {made_up_effects.JOINT, "E06999003", "E06999004"}
    yearly = with_deprivation(rows, made_up_effects.deprivation(PANEL), "free_meals")
    assert (yearly.groupby("unit")["rank"].nunique() > 1).any()


def test_measures_that_are_there_in_order_of_preference():
    table = made_up_effects.deprivation(PANEL)
    assert measures_in(table) == ("idaci", "free_meals")
    assert measures_in(table[table["measure"] == "free_meals"]) == ("free_meals",)
    assert measures_in(table.iloc[:0]) == () == measures_in(table.assign(value=np.nan))
