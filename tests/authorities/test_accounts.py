"""Every row of every file is accounted for, once."""

import csv

import pandas as pd
import pytest

from pipeline.authorities.panel.cleaning import clean_files
from pipeline.authorities.panel.geography import read_lineage
from tests.authorities import made_up


def test_the_accounts_sum_to_the_last_row_of_each_file(collection, cleaned):
    rows = cleaned.accounts.groupby("source")["rows"].sum()
    for source, name in made_up.FILES.items():
        if source == "inspections":
            expected = sum(len(sheet) for _, _, sheet in made_up.inspection_sheets())
        else:
            with (collection / source / name).open(encoding="utf-8-sig", newline="") as file:
                expected = len(list(csv.reader(file))) - 1
        assert rows[source] == expected, source


def test_they_say_how_many_authorities_there_are_in_a_year(cleaned):
    books = cleaned.accounts.set_index(["source", "year", "level", "status"])
    assert books.loc[("workforce", 2018, "joint", "joint"), "units"].item() == 1
    assert books.loc[("workforce", 2021, "joint", "joint"), "units"].item() == 2
    for year in (2018, 2021, 2024):
        alive = len(made_up.alive(f"{year}-03-31"))
        assert books.loc[("referrals", year, "authority", "used"), "units"].item() == alive
        assert books.loc[("referrals", year, "england", "used"), "rows"].item() == 1


def test_rows_that_no_indicator_uses_are_excluded_and_say_so(tmp_path, collection):
    path = made_up.write_files(tmp_path, ["social-worker-changes"])["social-worker-changes"]
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    more = [line.replace("Total children", "1 social worker") for line in lines if "Total children" in line]
    path.write_text("".join(lines + more), encoding="utf-8")
    books = clean_files({"social-worker-changes": path}, read_lineage(collection / "lineage.yaml")).accounts
    by_status = books.groupby(["status", "why"])["rows"].sum()
    assert by_status.to_dict() == {("used", ""): len(lines) - 1, ("excluded", "no indicator uses it"): len(more)}


@pytest.mark.slow
def test_a_joint_return_printed_under_one_member_is_joint_and_the_other_excluded(tmp_path, collection):
    made_up.write_files(tmp_path, ["workforce"], older=True)
    cleaned = clean_files({"workforce": tmp_path / made_up.OLDER_FILE}, read_lineage(collection / "lineage.yaml"))
    rows = cleaned.accounts.groupby("status")["rows"].sum()
    assert rows["joint"] == 6 + 3 and rows["excluded"] == 2 + 2
    assert set(cleaned.units.loc[cleaned.units["level"] == "joint", "unit"]) == {
        "E06999002+E06999003",
        "E06999017+E06999018",
    }


@pytest.mark.parametrize("status", ["used", "duplicate", "excluded"])
def test_inspections_have_each_status(cleaned, status):
    books = cleaned.accounts[cleaned.accounts["source"] == "inspections"]
    table = cleaned.inspections
    expected = {"used": table["used"].sum(), "excluded": table["overall"].isna().sum()}
    expected["duplicate"] = len(table) - sum(expected.values())
    assert books.loc[books["status"] == status, "rows"].sum() == expected[status] > 0
    assert isinstance(books, pd.DataFrame) and books["year"].notna().all()
