"""Inspections and the workforce before them: dates, joint returns, a known effect, R-tested ordinal models."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from pipeline.authorities.models.declared import FITTED
from pipeline.authorities.models.inspection_models import (
    INSPECTIONS,
    inspection_models,
    inspection_rows,
    workforce_year,
)
from pipeline.statistics.ordinal.fitting import CumulativeLink
from tests.authorities import made_up_effects

PANEL = made_up_effects.panel(units=150, years=range(2016, 2025))
JUDGED = made_up_effects.inspections(PANEL)
NO_DEPRIVATION = made_up_effects.deprivation(PANEL).iloc[:0]


@pytest.mark.parametrize(
    ("day", "year"),
    [("2022-09-29", 2021), ("2022-09-30", 2021), ("2022-10-01", 2022), ("2022-12-31", 2022), ("2023-01-01", 2022)],
)
def test_the_workforce_is_that_of_the_last_30_september_before_the_inspection(day, year):
    assert workforce_year(pd.Series(pd.to_datetime([day]))).item() == year
    judged = pd.DataFrame({"unit": ["E06999010"], "inspected": [day], "overall": [2], "used": [True], "why": [""]})
    row = inspection_rows(PANEL, judged, "caseload").iloc[0]
    at = (PANEL["unit"] == "E06999010") & (PANEL["year"] == year) & (PANEL["indicator"] == "caseload")
    assert row["exposure"] == PANEL.loc[at, "value"].item() and row["why"] == ""


def test_a_member_of_a_joint_return_has_the_return_s_workforce_and_cluster():
    judged = pd.DataFrame(
        {
            "unit": ["E06999001", "E06999002", "E06999001+E06999002"],
            "inspected": ["2021-02-01"] * 3,
            "overall": [1, 3, 2],
            "used": [True] * 3,
            "why": [""] * 3,
        }
    )
    rows = inspection_rows(PANEL, judged, "agency_rate")
    assert rows["unit"].tolist() == [made_up_effects.JOINT] * 3 and rows["exposure"].nunique() == 1
    assert (rows["why"] == "").all()


def test_reasons_for_leaving_out():
    judged = pd.DataFrame(
        {
            "unit": ["E06999010", "E06999011", "E06999012", "E06999999"],
            "inspected": ["2021-02-01", "2016-02-01", "2021-02-01", "2021-02-01"],
            "overall": [np.nan, 2, 2, 1],
            "used": [True] * 4,
            "why": [""] * 4,
        }
    )
    panel = PANEL.copy()
    hidden = (panel["unit"] == "E06999012") & (panel["year"] == 2020)
    panel.loc[hidden, ["value", "reason"]] = [np.nan, "low_reliability"]
    why = inspection_rows(panel, judged, "caseload").set_index("unit")["why"]
    assert why.to_dict() == {
        "E06999010": "no overall judgement",
        "E06999011": "workforce: not published",
        "E06999012": "workforce: low reliability",
        "E06999999": "workforce: not published",
    }


def test_inspections_that_are_not_used_are_not_looked_at():
    assert len(inspection_rows(PANEL, JUDGED, "caseload")) == JUDGED["used"].sum() == len(JUDGED) - 1


def test_the_known_odds_ratio_is_found():
    table, left = inspection_models(PANEL, JUDGED, NO_DEPRIVATION)
    assert list(table) == INSPECTIONS and (table["status"] == FITTED).all() and left.empty
    agency = table.set_index("support").loc["agency_rate"]
    assert agency["low"] < np.exp(0.8) < agency["high"] and agency["p"] < 0.001
    assert agency["po_verdict"] in ("holds", "fails") and agency["inspections"] == 298 and agency["units"] == 149
    assert agency["odds_ratio_sd"] == pytest.approx(agency["odds_ratio"] ** (agency["sd"] / 10))
    assert 1 < agency["mde"] < np.exp(0.8)
    others = table[table["support"] != "agency_rate"]
    assert ((others["low"] < 1) & (others["high"] > 1)).sum() >= 3


def test_errors_are_those_of_the_model_with_clusters():
    """The same fit with a row an inspection, which is checked against R's clm and sandwich elsewhere."""
    table, _ = inspection_models(PANEL, JUDGED, NO_DEPRIVATION)
    rows = inspection_rows(PANEL, JUDGED, "caseload")
    design = pd.DataFrame({"exposure": rows["exposure"] / 2, "year": rows["year"] - rows["year"].mean()})
    counts = (rows["overall"].to_numpy()[:, None] == [1, 2, 3, 4]).astype(float)
    fit = CumulativeLink().fit(counts, design, clusters=rows["unit"].tolist())
    row = table.set_index("support").loc["caseload"]
    assert np.log(row["odds_ratio"]) == pytest.approx(fit.params["exposure"], rel=1e-6)
    half = t.ppf(0.975, rows["unit"].nunique() - 1) * fit.std_errors["exposure"]
    assert np.log(row["high"] / row["low"]) / 2 == pytest.approx(half, rel=1e-5)


@pytest.mark.slow
def test_adjusted_models_lose_those_without_a_rank_and_say_so():
    deprivation = made_up_effects.deprivation(PANEL)
    table, left = inspection_models(PANEL, JUDGED, deprivation)
    adjusted = table[table["adjusted"]].set_index("support").loc["agency_rate"]
    assert adjusted["adjustment"] == "idaci" and adjusted["inspections"] == 294 and adjusted["left_out"] == 4
    assert left[(left["support"] == "agency_rate")].values.tolist() == [
        ["agency_rate", "idaci", "no rank of deprivation", 4]
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda rows: rows.head(20), "fewer than 30 inspections"),
        (lambda rows: rows.assign(overall=2), "one authority only, or one judgement only"),
        (lambda rows: rows.assign(unit="E06999010"), "one authority only, or one judgement only"),
        (lambda rows: rows.assign(overall=np.nan), "fewer than 30 inspections"),
    ],
)
def test_what_carries_no_model_has_a_status(change, status):
    table, _ = inspection_models(PANEL, change(JUDGED), NO_DEPRIVATION)
    assert set(table["status"]) == {status} and table["odds_ratio"].isna().all()


@pytest.mark.slow
def test_an_exposure_that_does_not_vary_or_separates():
    flat = PANEL.assign(value=PANEL["value"].where(PANEL["indicator"] != "caseload", 16.0))
    table = inspection_models(flat, JUDGED, NO_DEPRIVATION)[0].set_index("support")
    assert table.loc["caseload", "status"] == "the exposure does not vary"
    assert table.loc["agency_rate", "status"] == FITTED
    rows = inspection_rows(PANEL, JUDGED, "caseload")
    ordered = (
        JUDGED[JUDGED["used"]]
        .sort_values(["unit", "inspected"])
        .assign(overall=1 + (rows["exposure"].to_numpy() > rows["exposure"].median()))
    )
    table = inspection_models(PANEL, ordered, NO_DEPRIVATION)[0].set_index("support")
    assert table.loc["caseload", "status"].startswith("the judgements separate")
