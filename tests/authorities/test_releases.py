"""The report of changes between two releases: made-up ones with a known difference, and the two real ones."""

import pandas as pd
import pytest

from pipeline.authorities.releases.catalogue import STANDARD_COLUMNS
from pipeline.authorities.releases.changes import change_table, compare_releases, summary
from pipeline.authorities.releases.data_file import read_release
from tests.authorities.made_up import FILES, OLDER_FILE
from tests.authorities.test_catalogue import REAL

HEAD = ",".join(STANDARD_COLUMNS)
ENGLAND = "Reporting year,National,E92000001,England,,,,,"
NORTHLAND = "Reporting year,Regional,E92000001,England,E12000098,Northland,,,"
NORTHSHIRE = "Reporting year,Local authority,E92000001,England,E12000098,Northland,990,E06999001,Northshire"
WESTMOOR = "Reporting year,Local authority,E92000001,England,E12000098,Northland,993,E06999004,Westmoor"
RECODED = "Reporting year,Local authority,E92000001,England,E12000098,Northland,993,E06999014,Westmoor"


def population(folder, name, *lines):
    path = folder / name
    path.write_text("\n".join([f"{HEAD},age_group,population_estimate", *lines]) + "\n", encoding="utf-8")
    return path


def compared(catalogue, source_id, before, now):
    source = catalogue.source(source_id)
    return compare_releases(source, read_release(source, before), read_release(source, now))


@pytest.fixture
def changes(tmp_path, catalogue):
    before = population(
        tmp_path,
        "before.csv",
        f"2022,{ENGLAND},Children,1000",
        f"2022,{NORTHLAND},Children,400",
        f"2022,{NORTHSHIRE},Children,300",
        f"2022,{WESTMOOR},Children,100",
        f"2023,{ENGLAND},Children,1010",
        f"2023,{NORTHSHIRE},Children,c",
        f"2023,{WESTMOOR},Children,101",
        f"2021,{ENGLAND},Children,990",
        f"2022,{NORTHSHIRE},Babies,x",
    )
    now = population(
        tmp_path,
        "now.csv",
        f"2022,{ENGLAND},Children,1000.0",
        f"2022,{NORTHSHIRE},Children,330",
        f"2022,{RECODED},Children,100",
        f"2023,{ENGLAND},Children,1009",
        f"2023,{NORTHSHIRE},Children,310",
        f"2023,{WESTMOOR},Children,low",
        f"2024,{ENGLAND},Children,1020",
        f"2024,{NORTHSHIRE},Children,311",
        f"2022,{NORTHSHIRE},Babies,z",
    )
    return compared(catalogue, "population", before, now)


def test_every_kind_of_change_is_found(changes):
    assert changes.rows == (9, 9, 6)
    assert (changes.years_added, changes.years_removed) == ((2024,), (2021,))
    assert (changes.levels_added, changes.levels_removed) == ((), ("Regional",))
    assert (changes.columns_added, changes.columns_removed, changes.renamed) == ((), (), ())
    places = [tuple(place) for place in changes.places.itertuples(index=False)]
    assert places == [
        ("added", "Local authority", "E06999014", "Westmoor", "2022"),
        ("removed", "Local authority", "E06999004", "Westmoor", "2022"),
        ("removed", "Regional", "E12000098", "Northland", "2022"),
    ]


def test_revised_values_are_matched_by_place_year_and_key(changes):
    found = [
        (row.change, row.year, row.name, row.age_group, row.before, row.now)
        for row in changes.revisions.itertuples(index=False, name="Row")
    ]
    assert found == [
        ("became a number", "2023", "Northshire", "Children", "c", "310"),
        ("became a marker", "2023", "Westmoor", "Children", "101", "low"),
        ("other marker or text", "2022", "Northshire", "Babies", "x", "z"),
        ("revised", "2022", "Northshire", "Children", "300", "330"),  # a tenth, before a thousandth
        ("revised", "2023", "England", "Children", "1010", "1009"),
    ]
    differences = changes.revisions["difference"]
    assert differences.iloc[:3].isna().all() and list(differences.iloc[3:]) == [30, -1]


def test_the_report_lists_everything_and_says_where_it_stops(changes):
    table = change_table(changes)
    assert list(table["change"]) == [
        "rows",
        "level removed",
        "year added",
        "year removed",
        "place added",
        "place removed",
        "place removed",
        *changes.revisions["change"],
    ]
    assert (table.loc[0, "before"], table.loc[0, "now"]) == (9, 9) and (table != "nan").all(axis=None)
    short = change_table(changes, most=2)
    assert short["change"].iloc[-1] == "and 3 more values" and len(short) == len(table) - 2


def test_the_summary_names_each_kind_once(changes):
    lines = summary(changes)
    assert lines == [
        "rows: 9 before, 9 now, 6 of the same place and year in both",
        "geographic levels removed (1): Regional",
        "years added (1): 2024",
        "years removed (1): 2021",
        "places added (1): Westmoor E06999014 (2022)",
        "places removed (2): Westmoor E06999004 (2022); Northland E12000098 (2022)",
        "values, became a number (1): population_estimate 1",
        "values, became a marker (1): population_estimate 1",
        "values, other marker or text (1): population_estimate 1",
        "values, revised (2): population_estimate 2; the largest in proportion: population_estimate of Northshire "
        "2022, 300 → 330",
    ]


@pytest.mark.slow
def test_a_release_does_not_differ_from_itself(catalogue, made_up):
    for path in sorted(made_up.iterdir()):
        source = catalogue.source_of_file(path.name)
        changes = compared(catalogue, source.id, path, path)
        assert len(set(changes.rows)) == 1 and changes.revisions.empty and changes.places.empty
        assert summary(changes)[-1] == "no value differs" and len(change_table(changes)) == 1


def test_rows_that_nothing_tells_apart_are_matched_in_their_order(tmp_path, catalogue):
    lines = [f"2022,{ENGLAND},Children,{number}" for number in (1, 2, 3)]
    before, now = population(tmp_path, "a.csv", *lines), population(tmp_path, "b.csv", *lines[:2])
    changes = compared(catalogue, "population", before, now)
    assert changes.rows == (3, 2, 2) and changes.revisions.empty


def test_columns_are_compared_under_our_names(catalogue, made_up):
    changes = compared(catalogue, "workforce", made_up / OLDER_FILE, made_up / FILES["workforce"])
    assert changes.columns_added == ("starters_fte", "starters_headcount") and changes.columns_removed == ()
    assert ("agency_rate_fte", "agency_worker_rate_fte_%", "agency_rate_fte") in changes.renamed
    assert len(changes.renamed) == 12
    assert changes.years_added == (2023, 2024)
    back = compared(catalogue, "workforce", made_up / FILES["workforce"], made_up / OLDER_FILE)
    assert back.columns_removed == changes.columns_added and back.years_removed == (2023, 2024)
    assert len(back.revisions) == len(changes.revisions)


def test_a_column_that_the_catalogue_does_not_know_is_told(tmp_path, catalogue):
    before = population(tmp_path, "a.csv", f"2022,{ENGLAND},Children,1")
    now = tmp_path / "b.csv"
    now.write_text(f"{HEAD},age_group,population_estimate,colour\n2022,{ENGLAND},Children,1,red\n", encoding="utf-8")
    assert compared(catalogue, "population", before, now).columns_added == ("colour",)


def test_tables_without_standard_columns_are_compared_too(tmp_path, catalogue, made_up):
    before = made_up / FILES["neighbours"]
    table = pd.read_csv(before, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table.loc[0, "SN_1"] = "000"
    table.drop(index=1).to_csv(tmp_path / "b.csv", index=False)
    changes = compared(catalogue, "neighbours", before, tmp_path / "b.csv")
    assert changes.rows == (len(table), len(table) - 1, len(table) - 1)
    assert list(changes.revisions["column"]) == ["neighbour_1"]
    assert list(changes.places["code"]) == [table["old_la_code"][1]]


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real statistics in ../shared/dfe")
def test_the_two_real_releases_of_the_workforce(catalogue):
    """Counted another way: the texts of each renamed column side by side, in plain Python."""
    old, new = REAL / "csww_headline_measures_2017_to_2022.csv", REAL / "csww_indicators_2017_to_2024.csv"
    changes = compared(catalogue, "workforce", old, new)
    columns = dict(catalogue.source("workforce").columns)
    older = catalogue.source("workforce").schemas[0].columns
    former = {name: older.get(name, column) for name, column in columns.items()}
    keys = ["time_period", "geographic_level", "region_code", "new_la_code"]
    tables = [
        {
            tuple(row[key] for key in keys): row
            for row in pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig").to_dict("records")
        }
        for path in (old, new)
    ]
    both = tables[0].keys() & tables[1].keys()
    differing = {
        name: sum(tables[0][key][former[name]] != tables[1][key][column] for key in both)
        for name, column in columns.items()
        if former[name] in next(iter(tables[0].values()))
    }
    assert changes.rows == (978, 1300, len(both)) == (978, 1300, 963)
    assert changes.revisions["column"].value_counts().to_dict() == {name: n for name, n in differing.items() if n}
    assert changes.revisions["change"].value_counts().to_dict() == {"revised": 2437, "became a marker": 70}
    assert changes.years_added == (2023, 2024) and len(changes.renamed) == 12 and changes.columns_removed == ()
    codes = {change: set(part["code"]) for change, part in changes.places.groupby("change")}
    assert codes["added"] == {
        "E06000061 / E06000062",
        "E06000063",
        "E06000064",
        "E06000065",
        "E06000066",
        "E09000021 / E09000027",
        "E10000002",
    }
    assert codes["removed"] == {"E06000060", "E06000061", "E06000062", "E09000021", "E09000027"}
