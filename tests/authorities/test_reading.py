"""One table of texts from every release: both schemas of the workforce, a byte-order mark, columns in another order."""

import pandas as pd
import pytest

from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import DataError
from tests.authorities import made_up

CATALOGUE = read_catalogue()


def test_both_schemas_of_the_workforce_give_the_same_figures(tmp_path):
    files = made_up.write_files(tmp_path, ["workforce"], older=True)
    source = CATALOGUE.source("workforce")
    new, old = read_published(files["workforce"], source), read_published(tmp_path / made_up.OLDER_FILE, source)
    assert (new.release.layout, old.release.layout) == ("current", "headline-measures")
    assert "starters_fte" in new.table and "starters_fte" not in old.table
    shared = [column for column in source.values if column in old.table]
    key = ["time_period", "geographic_level", "region_code", "new_la_code"]
    both = new.table.merge(old.table, on=key, suffixes=("", "_old"))
    assert len(both) == sum((new.table["time_period"] <= "2022") & ~new.table["new_la_code"].str.contains("/"))
    for column in shared:
        pd.testing.assert_series_equal(both[column], both[f"{column}_old"], check_names=False)
    assert new.header["inpost_fte"] == "inpost_fte" and old.header["inpost_fte"] == "social_worker_fte"


def test_codes_stay_texts_and_lines_are_those_of_the_file(tmp_path):
    path = made_up.write_files(tmp_path, ["social-worker-changes"])["social-worker-changes"]
    text = path.read_text(encoding="utf-8-sig").splitlines()
    table = read_published(path, CATALOGUE.source("social-worker-changes")).table
    assert table.index[0] == 2 and table.index[-1] == len(text)
    for line in (2, 9, len(text)):  # this file has the name before the code
        assert text[line - 1].split(",")[7:10] == table.loc[line, ["old_la_code", "la_name", "new_la_code"]].tolist()
    assert table["children_count"].map(type).eq(str).all()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_and_quoted_empty_cells_do_no_harm(tmp_path, newline):
    path = made_up.write_files(tmp_path, ["population"])["population"]
    before = read_published(path, CATALOGUE.source("population")).table
    path.write_text(
        path.read_text(encoding="utf-8").replace(",England,,,,,,", ',England,"","",,"","",'),
        encoding="utf-8",
        newline=newline,
    )
    pd.testing.assert_frame_equal(read_published(path, CATALOGUE.source("population")).table, before)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfet\x00i\x00", "not UTF-8"), (b"<!DOCTYPE html><html>", "no CSV|standard"), (b'a,"b\n', "CSV|standard")],
)
def test_what_is_no_csv_file_is_named(tmp_path, content, words):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataError, match=words):
        read_published(tmp_path / "a.csv", CATALOGUE.source("population"))
