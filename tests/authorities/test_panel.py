"""The panel as published and on today's authorities: every figure is the file's, every gap has its reason."""

import csv
import math

import numpy as np
import pandas as pd
import pytest

from pipeline.authorities.panel.bridging import bridged_panel
from pipeline.authorities.panel.cleaned import read_cleaned
from pipeline.authorities.panel.cleaning import clean_files, write_cleaned
from pipeline.authorities.panel.geography import read_lineage
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.authorities.panel.values import SYMBOLS
from pipeline.errors import DataError
from tests.authorities import made_up

pytestmark = pytest.mark.slow

INDICATORS = {indicator.id: indicator for indicator in read_indicators()}
COLUMN = {
    "repeat_plans": ("subsequent-plans", "CPP_subsequent_percent", "CPP_subsequent", ["CPP_start"]),
    "long_plans": ("plan-durations", "2_years_or_more_percent", "2_years_or_more", ["CPP_At31"]),
    "re_referrals": ("referrals", "rereferral_percent", "rereferral_count", ["referral_count"]),
    "vacancy_rate": ("workforce", "vacancy_rate_fte", "vacancy_fte", ["vacancy_fte", "inpost_fte"]),
    "agency_rate": ("workforce", "agency_rate_fte", "agency_fte", ["inpost_fte", "agency_fte"]),
    "caseload": ("workforce", "caseload_fte", "cases", ["case_holders_fte"]),
    "turnover_rate": ("workforce", "turnover_rate_fte", "leavers_fte", ["inpost_fte"]),
    "absence_rate": ("workforce", "absence_rate_fte", "working_days_lost_fte", []),
    "population": ("population", "population_estimate", None, []),
}
TWIN, SOUTH = "E06999002+E06999003", "E06999017+E06999018"


def number(text):
    return math.nan if text in SYMBOLS else float(text)


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def cell(panel, unit, year, indicator):
    rows = panel[(panel["unit"] == unit) & (panel["year"] == year) & (panel["indicator"] == indicator)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("indicator", COLUMN)
def test_every_figure_is_the_files_own(collection, cleaned, indicator):
    source, value, numerator, denominators = COLUMN[indicator]
    panel = cleaned.panel[cleaned.panel["indicator"] == indicator].set_index(["unit", "year"])
    count = 0
    for row in rows_of(collection / source / made_up.FILES[source]):
        code = row["new_la_code"].replace(" / ", "+") or row["region_code"] or row["country_code"]
        found = panel.loc[(code, int(row["time_period"]))]
        np.testing.assert_equal(found["value"], number(row[value]))
        assert found["reason"] == SYMBOLS.get(row[value], "")
        parts = [number(row[column]) for column in denominators]
        np.testing.assert_equal(found["numerator"], number(row[numerator]) if numerator else math.nan)
        np.testing.assert_allclose(found["denominator"], sum(parts) if parts else math.nan)
        count += 1
    assert count == len(panel)


def test_several_rows_a_place_give_value_numerator_and_denominator(cleaned):
    panel = cleaned.panel[cleaned.panel["indicator"] == "worker_changes"].set_index("unit")
    assert len(panel) == 15 and panel.loc["E06999001", "reason"] == "unavailable"
    there = panel[panel["reason"] == ""]
    assert (round(100 * there["numerator"] / there["denominator"]) == there["value"]).all()


def test_the_rate_of_children_in_need_is_ours_and_needs_both_counts(collection, cleaned):
    population = {
        (row["new_la_code"], int(row["time_period"])): row["population_estimate"]
        for row in rows_of(collection / "population" / made_up.FILES["population"])
    }
    reasons = set()
    for row in rows_of(collection / "children-in-need" / made_up.FILES["children-in-need"]):
        if row["geographic_level"] != "Local authority":
            continue
        found = cell(cleaned.panel, row["new_la_code"], int(row["time_period"]), "children_in_need")
        below = population[row["new_la_code"], int(row["time_period"]) - 1]
        if row["At31_episodes"] in SYMBOLS or below in SYMBOLS:
            assert math.isnan(found["value"])
            reasons.add((found["unit"], found["reason"]))
        else:
            assert found["value"] == pytest.approx(10000 * int(row["At31_episodes"]) / int(below), rel=1e-14)
    assert reasons == {("E06999012", "low_reliability"), ("E06999008", "unavailable"), ("E06999009", "unavailable")}


def test_without_the_population_the_rate_says_so(collection):
    files = {source: collection / source / made_up.FILES[source] for source in ("children-in-need", "referrals")}
    panel = clean_files(files, read_lineage(collection / "lineage.yaml")).panel
    rate = panel[panel["indicator"] == "children_in_need"]
    assert len(rate) and rate["value"].isna().all() and set(rate["reason"]) == {"not_published", "low_reliability"}


def test_a_population_of_nought_gives_no_rate(tmp_path, collection):
    files = made_up.write_files(tmp_path, ["children-in-need", "population"])
    text = files["population"].read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("2020,") and ",E06999001," in line)
    files["population"].write_text(text.replace(line, line[: line.rindex(",")] + ",0"), encoding="utf-8")
    found = cell(
        clean_files(files, read_lineage(collection / "lineage.yaml")).panel, "E06999001", 2021, "children_in_need"
    )
    assert math.isnan(found["value"]) and found["reason"] == "not_applicable"


def test_england_and_regions_are_as_published_in_both_panels(cleaned):
    for level in ("england", "region"):
        both = [
            panel[panel["level"] == level].drop(columns="bridged", errors="ignore").reset_index(drop=True)
            for panel in (cleaned.panel, cleaned.panel_today)
        ]
        pd.testing.assert_frame_equal(*both)
    local = cleaned.panel[(cleaned.panel["level"] == "authority") & (cleaned.panel["indicator"] == "repeat_plans")]
    england = cell(cleaned.panel, "E92000001", 2020, "repeat_plans")
    assert england["denominator"] != local.loc[local["year"] == 2020, "denominator"].sum()  # made up so: never rebuilt


@pytest.mark.parametrize("name", ["panel", "panel_today"])
def test_a_value_or_a_reason_and_each_cell_once(cleaned, name):
    panel = getattr(cleaned, name)
    assert (panel["value"].notna() == (panel["reason"] == "")).all()
    assert not panel.duplicated(["unit", "year", "indicator"]).any()


def test_todays_panel_has_every_unit_in_every_year_of_an_indicator(cleaned):
    local = cleaned.panel_today[cleaned.panel_today["level"].isin(["authority", "joint"])]
    sizes = local.groupby("indicator").agg(rows=("unit", "size"), units=("unit", "nunique"), years=("year", "nunique"))
    assert (sizes["rows"] == sizes["units"] * sizes["years"]).all() and (sizes["units"] == 10).all()


def test_a_new_code_carries_its_figures(cleaned):
    for year in (2017, 2018, 2019):
        before, today = (
            cell(panel, unit, year, "turnover_rate")
            for panel, unit in ((cleaned.panel, "E06999004"), (cleaned.panel_today, "E06999014"))
        )
        assert today["bridged"] == "recode" and before[["value", "numerator", "line"]].equals(
            today[["value", "numerator", "line"]]
        )


def test_a_merger_adds_counts_up_and_makes_the_rate_again(cleaned):
    parts = [cell(cleaned.panel, unit, 2018, "repeat_plans") for unit in ("E06999005", "E06999006")]
    merged = cell(cleaned.panel_today, "E06999015", 2018, "repeat_plans")
    again, started = (sum(part[column] for part in parts) for column in ("numerator", "denominator"))
    assert (merged["numerator"], merged["denominator"], merged["bridged"]) == (again, started, "aggregate")
    assert merged["value"] == 100 * again / started
    assert merged["value"] != pytest.approx(sum(part["value"] for part in parts) / 2)
    assert cell(cleaned.panel_today, "E06999015", 2018, "population")["value"] == sum(
        cell(cleaned.panel, unit, 2018, "population")["value"] for unit in ("E06999005", "E06999006")
    )


def test_a_merger_with_a_confidential_part_is_left_out_with_the_reason(cleaned):
    merged = cell(cleaned.panel_today, "E06999015", 2019, "repeat_plans")
    assert math.isnan(merged["value"]) and merged["reason"] == "confidential" and merged["bridged"] == ""
    log = cleaned.bridging[(cleaned.bridging["year"] == 2019) & (cleaned.bridging["indicator"] == "repeat_plans")]
    assert log[log["unit"].isin(["E06999005", "E06999006"])]["policy"].tolist() == ["exclude", "exclude"]
    assert "Eastport (confidential)" in log.loc[log["unit"] == "E06999006", "note"].iloc[0]


def test_a_joint_return_is_one_unit_with_its_own_workforce_and_the_sum_of_its_members_outcomes(cleaned):
    workforce = cell(cleaned.panel_today, TWIN, 2020, "vacancy_rate")
    assert workforce["bridged"] == "" and workforce["value"] == cell(cleaned.panel, TWIN, 2020, "vacancy_rate")["value"]
    outcome = cell(cleaned.panel_today, TWIN, 2020, "re_referrals")
    assert outcome["bridged"] == "aggregate" and outcome["denominator"] == sum(
        cell(cleaned.panel, unit, 2020, "re_referrals")["denominator"] for unit in TWIN.split("+")
    )
    assert not cleaned.panel_today["unit"].isin(TWIN.split("+")).any()
    assert cell(cleaned.panel_today, SOUTH, 2018, "vacancy_rate")["bridged"] == "recode"  # the county before the split


def test_land_that_moved_breaks_the_series(cleaned):
    assert cell(cleaned.panel_today, "E06999028", 2021, "vacancy_rate")["reason"] == "not_published"
    log = cleaned.bridging[cleaned.bridging["unit"] == "E06999008"]
    assert set(log["policy"]) == {"exclude"} and set(log["note"]) == {"Land moved from Dale to Hillford."}


def test_every_figure_of_the_panel_is_in_todays_or_in_the_log(cleaned):
    key = ["unit", "year", "indicator"]
    today = cleaned.panel_today[cleaned.panel_today["bridged"] == ""].merge(cleaned.panel, on=[*key, "source", "line"])
    logged = cleaned.bridging.merge(cleaned.panel, on=key)
    assert len(today) + len(logged) == len(cleaned.panel)
    assert not cleaned.bridging.duplicated(key).any()
    carried = cleaned.bridging[cleaned.bridging["policy"] == "recode"]
    assert len(carried) == (cleaned.panel_today["bridged"] == "recode").sum()
    added = cleaned.bridging[cleaned.bridging["policy"] == "aggregate"]
    assert len(added) == 2 * (cleaned.panel_today["bridged"] == "aggregate").sum()


@pytest.mark.parametrize(
    ("own", "before", "expected", "logged"),
    [(7.0, 5.0, 7.0, "E06999004"), (math.nan, 5.0, 5.0, "E06999014"), (math.nan, math.nan, math.nan, "E06999004")],
)
def test_where_both_codes_have_a_row_the_number_stands_and_the_other_row_is_logged(
    collection, cleaned, own, before, expected, logged
):
    def row(unit, value):
        return {
            "unit": unit,
            "name": "Westmoor",
            "level": "authority",
            "region": "",
            "year": 2019,
            "indicator": "free_meals",
            "value": value,
            "reason": "not_collected" if math.isnan(value) else "",
            "source": "deprivation-lait",
            "line": 9,
            "numerator": math.nan,
            "denominator": math.nan,
        }

    panel = pd.DataFrame([row("E06999014", own), row("E06999004", before)]).astype({"line": "Int64"})
    today, log = bridged_panel(
        panel, cleaned.units, tuple(INDICATORS.values()), read_lineage(collection / "lineage.yaml")
    )
    np.testing.assert_equal(cell(today, "E06999014", 2019, "free_meals")["value"], expected)
    assert log.loc[log["policy"] == "exclude", "unit"].tolist() == [logged]


def test_a_sum_needs_a_row_of_every_part(collection, cleaned):
    panel = cleaned.panel[~((cleaned.panel["unit"] == "E06999006") & (cleaned.panel["year"] == 2018))]
    today, log = bridged_panel(
        panel, cleaned.units, tuple(INDICATORS.values()), read_lineage(collection / "lineage.yaml")
    )
    assert cell(today, "E06999015", 2018, "repeat_plans")["reason"] == "not_published"
    notes = log[(log["unit"] == "E06999005") & (log["year"] == 2018) & (log["indicator"] == "repeat_plans")]["note"]
    assert notes.tolist() == ["There is no row for E06999006, so it is not added up."]


def test_the_tables_come_back_as_they_were_written(tmp_path, cleaned):
    write_cleaned(cleaned, tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = read_cleaned(tmp_path)
    write_cleaned(again, tmp_path / "again")
    for name, content in first.items():
        assert (tmp_path / "again" / name).read_bytes() == content, name
    assert again.units["old_code"].map(type).eq(str).all()
    assert again.inspections["inspected"].dt.year.between(2018, 2025).all()


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("value", "-100", None),
        ("reason", "hidden", "hidden"),
        ("year", "late", "late"),
        ("unit", None, "unit"),
        ("year", "2018.5", None),
        ("line", "3.5", None),
    ],
)
def test_a_table_that_was_edited_by_hand_is_refused(tmp_path, cleaned, column, text, words):
    write_cleaned(cleaned, tmp_path)
    table = pd.read_csv(tmp_path / "panel.csv", dtype=str, keep_default_na=False)
    gap = table.index[table["reason"] != ""][0]
    if text is None:
        table.loc[gap, column] = table.loc[gap - 1, column]
        table.loc[gap, ["year", "indicator"]] = table.loc[gap - 1, ["year", "indicator"]].to_numpy()
    else:
        table.loc[gap, column] = text
    table.to_csv(tmp_path / "panel.csv", index=False)
    with pytest.raises(DataError, match=f"(?s)not as notebook 06 writes it.*panel.csv.*{words or ''}"):
        read_cleaned(tmp_path)


def test_a_word_is_no_truth_value(tmp_path, cleaned):
    write_cleaned(cleaned, tmp_path)
    table = pd.read_csv(tmp_path / "inspections.csv", dtype=str, keep_default_na=False)
    table.assign(used="no").to_csv(tmp_path / "inspections.csv", index=False)
    with pytest.raises(DataError, match=r"(?s)not as notebook 06 writes it.*inspections.csv"):
        read_cleaned(tmp_path)


def test_a_missing_table_says_what_to_run(tmp_path):
    with pytest.raises(DataError, match="--stage clean-authorities"):
        read_cleaned(tmp_path)
