"""The real files, where they lie beside the repository: to the last row and the last digit.

The expectations come from the files by the csv module alone, in another way than the pipeline reads them.
"""

import csv
import math
from collections import Counter
from datetime import date

import pytest

from pipeline.authorities.panel.cleaned import read_cleaned
from pipeline.authorities.panel.cleaning import clean_files, write_cleaned
from pipeline.authorities.panel.geography import members, read_lineage
from pipeline.authorities.panel.indicators import read_indicators
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.chapters.authorities import cleaning_sections as report
from pipeline.files import project_root
from tests.authorities import made_up

FOLDER = project_root().parent / "shared" / "dfe"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real statistics are not beside the repository")
REASONS = {
    "c": "confidential",
    "z": "not_applicable",
    "x": "unavailable",
    "u": "low_reliability",
    "low": "rounds_to_zero",
    "k": "rounds_to_zero",
    "-": "not_collected",
}
STATISTICS = {  # indicator: source, and in the file: value, numerator, denominators
    "vacancy_rate": ("workforce", "vacancy_rate_fte", "vacancy_fte", ["inpost_fte", "vacancy_fte"]),
    "turnover_rate": ("workforce", "turnover_rate_fte", "leavers_fte", ["inpost_fte"]),
    "agency_rate": ("workforce", "agency_rate_fte", "agency_fte", ["inpost_fte", "agency_fte"]),
    "caseload": ("workforce", "caseload_fte", "cases", ["case_holders_fte"]),
    "absence_rate": ("workforce", "absence_rate_fte", "working_days_lost_fte", None),
    "repeat_plans": ("subsequent-plans", "CPP_subsequent_percent", "CPP_subsequent", ["CPP_start"]),
    "long_plans": ("plan-durations", "2_years_or_more_percent", "2_years_or_more", ["CPP_At31"]),
    "re_referrals": ("referrals", "rereferral_percent", "rereferral_count", ["referral_count"]),
    "population": ("population", "population_estimate", None, None),
}


def rows_of(name):
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def files():
    return {source: FOLDER / name for source, name in made_up.FILES.items()}


@pytest.fixture(scope="module")
def real(files):
    return clean_files(files)


@pytest.fixture(scope="module")
def older(files):
    return clean_files({**files, "workforce": FOLDER / made_up.OLDER_FILE})


@pytest.fixture(scope="module")
def cells(real):
    return {(row.unit, row.year, row.indicator): row for row in real.panel.itertuples()}


def unit_of(row):
    local = "+".join(sorted(row["new_la_code"].split(" / ")))
    return local or row["region_code"] or row["country_code"]


def same(found, text):
    return (
        math.isnan(found.value) and found.reason == REASONS[text]
        if text in REASONS
        else (found.reason == "" and found.value == float(text))
    )


def as_number(text):
    return math.nan if text in REASONS else float(text)


def agrees(found, expected):
    return (math.isnan(found) and math.isnan(expected)) or math.isclose(found, expected, rel_tol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("indicator", STATISTICS)
def test_every_published_figure_is_in_the_panel_to_the_last_digit(indicator, real, cells):
    source, value, numerator, denominators = STATISTICS[indicator]
    rows = rows_of(made_up.FILES[source])
    assert len(rows) == (real.panel["indicator"] == indicator).sum()
    for line, row in enumerate(rows, start=2):
        found = cells[unit_of(row), int(row["time_period"]), indicator]
        assert same(found, row[value]) and found.line == line, (line, row[value], found)
        if numerator:
            assert agrees(found.numerator, as_number(row[numerator]))
        if denominators:
            assert agrees(found.denominator, sum(as_number(row[column]) for column in denominators))


def test_changes_of_social_workers(real, cells):
    by_place = {}
    for row in rows_of(made_up.FILES["social-worker-changes"]):
        by_place.setdefault(unit_of(row), {})[row["sw_stability"]] = row
    assert len(by_place) == (real.panel["indicator"] == "worker_changes").sum()
    for unit, rows in by_place.items():
        found, some = cells[unit, 2024, "worker_changes"], rows["3 or more social workers during the year"]
        assert same(found, some["percentage"]) and agrees(found.numerator, as_number(some["number"]))
        assert agrees(found.denominator, as_number(rows["Total children"]["number"]))


def test_the_rate_of_children_in_need_is_there_exactly_where_both_counts_are(cells):
    population = {
        (unit_of(row), int(row["time_period"])): as_number(row["population_estimate"])
        for row in rows_of(made_up.FILES["population"])
    }
    for row in rows_of(made_up.FILES["children-in-need"]):
        year = int(row["time_period"])
        found = cells[unit_of(row), year, "children_in_need"]
        expected = 10000 * as_number(row["At31_episodes"]) / population[unit_of(row), year - 1]
        assert agrees(found.value, expected) and (found.reason == "") == (not math.isnan(expected))


def test_deprivation_of_both_forms(real, cells):
    for row in rows_of(made_up.FILES["deprivation-idaci"]):
        code = row["Upper Tier Local Authority District code (2019)"]
        assert cells[code, 2019, "idaci"].value == float(row["IDACI - Average score"])
    numbers = {"ChildPov": "child_poverty", "PriFSM": "free_meals"}
    units = real.units[real.units["level"] == "authority"].set_index("unit")["old_code"].to_dict()
    by_line = {row.line: row for row in real.panel[real.panel["source"] == "deprivation-lait"].itertuples()}
    for line, row in enumerate(rows_of(made_up.FILES["deprivation-lait"]), start=2):
        assert same(by_line[line], row["Values"]) and by_line[line].year == int(row["Years"])
        assert by_line[line].indicator == numbers[row["Short Desc"]]
    for row in rows_of(made_up.FILES["deprivation-lait"]):
        if row["area_type"] != "national_or_regional":  # the codes were added to this copy by somebody else: they agree
            codes = [code for code in row["gss_all"].split(";") if units.get(code) == row["LA Number"]]
            found = [cells.get((code, int(row["Years"]), numbers[row["Short Desc"]])) for code in codes]
            assert any(each is not None and same(each, row["Values"]) for each in found), row


def test_englands_figures_are_the_published_ones_and_no_sum_of_authorities(real, cells):
    for indicator, (source, value, *_) in STATISTICS.items():
        for row in rows_of(made_up.FILES[source]):
            if row["geographic_level"] == "National":
                found = cells["E92000001", int(row["time_period"]), indicator]
                assert found.value == float(row[value]) and found.level == "england"
    today = real.panel_today[real.panel_today["level"].isin(["england", "region"])].drop(columns="bridged")
    as_published = real.panel[real.panel["level"].isin(["england", "region"])]
    assert today.reset_index(drop=True).equals(as_published.reset_index(drop=True))


def test_markers_are_counted_as_the_files_have_them(real):
    for indicator, (source, value, _, _) in STATISTICS.items():
        in_file = Counter(REASONS[row[value]] for row in rows_of(made_up.FILES[source]) if row[value] in REASONS)
        mine = real.panel.loc[(real.panel["indicator"] == indicator) & (real.panel["reason"] != ""), "reason"]
        assert Counter(mine) == in_file, indicator
    assert not real.panel["value"].lt(0).any()


def test_rows_are_accounted_for_to_the_last_one_in_every_year(real):
    for source, name in made_up.FILES.items():
        books = real.accounts[real.accounts["source"] == source]
        if not name.endswith(".csv"):
            assert books["rows"].sum() == len(real.inspections) == read_catalogue().source(source).last_known.rows
            continue
        rows = rows_of(name)
        assert books["rows"].sum() == len(rows), source
        if "time_period" in rows[0]:
            by_year = books.groupby("year")["rows"].sum()
            assert by_year.to_dict() == Counter(int(row["time_period"]) for row in rows)


def test_a_joint_return_is_counted_once_on_todays_authorities(real):
    local = real.panel_today[real.panel_today["level"].isin(["authority", "joint"])]
    units = sorted(local["unit"].unique())
    assert len(units) == 151 and sum(len(members(unit)) for unit in units) == 153
    codes = [code for unit in units for code in members(unit)]
    newest = {row["new_la_code"] for row in rows_of(made_up.FILES["referrals"]) if row["time_period"] == "2024"} - {""}
    assert sorted(codes) == sorted(newest)
    assert (local.groupby("indicator")["unit"].nunique() == 151).all()


def test_every_figure_is_on_todays_authorities_or_in_the_log(real):
    key = ["unit", "year", "indicator"]
    direct = real.panel_today[(real.panel_today["bridged"] == "")].merge(real.panel, on=[*key, "line", "source"])
    assert len(direct) + len(real.bridging) == len(real.panel)
    for event in read_lineage().events:
        if event.policy == "exclude" and event.kind != "split":
            assert set(real.bridging.loc[real.bridging["unit"].isin(event.before), "policy"]) == {"exclude"}


def revisions():
    """How many figures the newer release changed, place by place: an authority's first number is the same in both."""

    def by_place(name):
        return {
            (
                row["time_period"],
                row["region_code"] if row["geographic_level"] == "Regional" else row["old_la_code"][:3],
            ): row
            for row in rows_of(name)
        }

    names = {
        "vacancy_rate": "vacancy_rate_fte_%",
        "turnover_rate": "turnover_rate_fte_%",
        "absence_rate": "absence_rate_fte_%",
        "agency_rate": "agency_worker_rate_fte_%",
        "caseload": "caseload_fte",
    }
    new = by_place(made_up.FILES["workforce"])
    return dict(
        Counter(
            indicator
            for place, row in by_place(made_up.OLDER_FILE).items()
            for indicator, column in names.items()
            if place in new and row[column] != new[place][STATISTICS[indicator][1]]
        )
    )


def code_on(lineage, code, day):
    """The code that authority `code` had on a day, before or after changes that only gave it a new one."""
    while (event := lineage.beginning(code)) and event.policy == "carry" and day < event.date:
        code = event.before[0]
    while (event := lineage.ending(code)) and event.policy == "carry" and day >= event.date:
        code = event.to[0]
    return code


@pytest.mark.slow
def test_both_schemas_of_the_workforce_agree_but_for_revisions(real, older):
    key = ["unit", "year", "indicator"]
    support = [indicator.id for indicator in read_indicators() if indicator.role == "support"]
    new, old = (panel[panel["indicator"].isin(support)] for panel in (real.panel, older.panel))
    lineage = read_lineage()  # the older release has Buckinghamshire's code of 2020 in all years
    then = [
        unit if "+" in unit else code_on(lineage, unit, date(year, 9, 30))
        for unit, year in zip(old["unit"], old["year"], strict=True)
    ]
    both = old.assign(unit=then).merge(new, on=key, how="left", suffixes=("_old", ""), indicator=True)
    assert (both["_merge"] == "both").all()
    assert len(both) == 5 * (978 - 4)  # two rows of z a year stand for joint returns
    same_gap = (both["reason"] == both["reason_old"]) & (both["reason"] != "")
    changed = both[~((both["value"] == both["value_old"]) | same_gap)]
    assert changed["indicator"].value_counts().to_dict() == revisions()
    joint = both[both["level"] == "joint"]
    assert len(joint) == 5 * 8 and (joint["level_old"] == "joint").all()


def test_inspections_each_once_and_the_sheets_agree(real):
    table = real.inspections
    assert table["sheet"].value_counts().to_dict() == {"history": 271, "latest": 153, "in_year": 112}
    used = table[table["used"]]
    assert not used.duplicated(["authority", "inspected"]).any() and len(used) == 270
    assert set(used["unit"]) - set(real.panel_today["unit"]) == {
        "E06000028",
        "E10000006",
    }  # authorities that are no more
    assert used["overall"].between(1, 4).all()


def test_neighbours_have_a_row_in_the_panel(real):
    today = set(real.panel_today.loc[real.panel_today["level"].isin(["authority", "joint"]), "unit"])
    assert set(real.neighbours["unit"]) == today
    assert set(real.neighbours["neighbour"]) <= today
    assert real.neighbours.groupby("unit").size().between(8, 10).all()


def test_the_tables_are_written_and_read_back(real, tmp_path):
    write_cleaned(real, tmp_path)
    again = read_cleaned(tmp_path)
    assert len(again.panel) == len(real.panel)
    assert report.account_table(again)["rows"].tolist() == report.account_table(real)["rows"].tolist()
    published = [indicator.id for indicator in read_indicators() if indicator.value]
    for mine, back in ((real.panel, again.panel), (real.panel_today, again.panel_today)):
        keep = mine["indicator"].isin(published) & ((mine["bridged"] != "aggregate") if "bridged" in mine else True)
        assert (
            mine.loc[keep, "value"]
            .reset_index(drop=True)
            .equals(back.loc[keep.to_numpy(), "value"].reset_index(drop=True))
        )
