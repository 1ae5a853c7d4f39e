"""The catalogue of data sets: the project's own, broken ones, and which schema a file has."""

import copy
import csv

import pytest
import yaml

from pipeline.authorities.releases.catalogue import CURRENT, FOLDER, STANDARD_COLUMNS, layout_of, read_catalogue
from pipeline.authorities.releases.data_file import read_release
from pipeline.authorities.releases.manifest import file_hash
from pipeline.errors import CodebookError, DataError, ParameterError
from tests.authorities.made_up import FILES, OLDER_FILE, write_files
from tests.surveys.projects import ROOT

REAL = ROOT.parent / "shared" / "dfe"
IDS = {
    "workforce",
    "subsequent-plans",
    "plan-durations",
    "referrals",
    "children-in-need",
    "social-worker-changes",
    "population",
    "inspections",
    "neighbours",
    "deprivation-idaci",
    "deprivation-lait",
}


@pytest.fixture(scope="module")
def whole():
    return yaml.safe_load((ROOT / FOLDER / "sources.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def content(whole):
    """Three data sets of the catalogue as YAML has them, to be broken."""
    kept = [source for source in whole["sources"] if source["id"] in ("workforce", "subsequent-plans", "neighbours")]
    return copy.deepcopy({"api": whole["api"], "sources": kept})


def read_back(tmp_path, content):
    path = tmp_path / "sources.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_catalogue(path)


def test_the_catalogue_has_all_data_sets():
    catalogue = read_catalogue()
    assert {source.id for source in catalogue.sources} == IDS
    assert {source.id for source in catalogue.sources if source.required} == {
        "workforce",
        "subsequent-plans",
        "plan-durations",
        "referrals",
    }
    assert {source.licence for source in catalogue.sources} == {"Open Government Licence v3.0"}
    assert catalogue.api.url("x", "http://127.0.0.1:1/") == "http://127.0.0.1:1/v1/data-sets/x/csv"
    workforce = catalogue.source("workforce")
    assert workforce.names[:10] == STANDARD_COLUMNS and workforce.values[0] == "inpost_fte"
    assert catalogue.source("social-worker-changes").values == ("children_count", "children_percent")
    with pytest.raises(ParameterError, match="no such data set"):
        catalogue.source("weather")


def test_files_are_known_by_their_names(tmp_path):
    catalogue = read_catalogue()
    for source_id, name in (FILES | {"workforce": OLDER_FILE}).items():
        assert catalogue.source_of_file(name).id == catalogue.source_of_file(name.upper()).id == source_id
    for name in ("csww_indicators_2024.txt", "my_csww_indicators_2024.csv", "README.md", "csww_indicators_.csv.zip"):
        assert catalogue.source_of_file(name) is None


def test_both_schemas_of_the_workforce_have_the_same_names(tmp_path):
    source = read_catalogue().source("workforce")
    write_files(tmp_path, ["workforce"], older=True)
    new, old = (read_release(source, tmp_path / name) for name in (FILES["workforce"], OLDER_FILE))
    assert (new.layout, old.layout) == (CURRENT, "headline-measures") and new.extra == old.extra == ()
    assert set(new.table.columns) - set(old.table.columns) == {"starters_fte", "starters_headcount"}
    assert not set(old.table.columns) - set(new.table.columns)
    assert old.header["agency_rate_fte"] == "agency_worker_rate_fte_%"
    with (tmp_path / OLDER_FILE).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(old.table["agency_rate_fte"]) == [row["agency_worker_rate_fte_%"] for row in rows]
    assert list(old.table.index) == list(range(2, len(rows) + 2)) and old.years == tuple(range(2017, 2023))


@pytest.mark.skipif(not REAL.is_dir(), reason="needs the real statistics in ../shared/dfe")
def test_the_real_files_have_the_schemas_rows_and_years_that_the_catalogue_says():
    catalogue = read_catalogue()
    known = {known.sha256: known for source in catalogue.sources for known in source.known}
    seen = set()
    for path in sorted(REAL.iterdir()):
        if (source := catalogue.source_of_file(path.name)) is None:
            continue
        sha256 = file_hash(path)
        release = read_release(source, path)
        assert (len(release.table), release.years) == (known[sha256].rows, known[sha256].years), path.name
        seen.add(sha256)
    assert seen == set(known) and len(seen) == 12


def edit(*keys, **values):
    """What changes an entry of the catalogue: the entry under the keys gets these values."""

    def change(content):
        for key in keys:
            content = content[key]
        content.update(values)

    return change


WORKFORCE, OLDER = ("sources", 0), ("sources", 0, "schemas", 0)
IDENTIFIER = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda c: c["sources"][0].pop("licence"), "sources, workforce, licence: field required"),
        (edit(*WORKFORCE, colour="red"), "sources, workforce, colour: "),
        (edit(*WORKFORCE, kind="weather"), "found 'weather'"),
        (edit(*WORKFORCE, data_set="abc"), "data_set: "),
        (edit(*WORKFORCE, page="www.gov.uk"), "found 'www.gov.uk'"),
        (edit(*WORKFORCE, file=["../*.csv"]), "found '../*.csv'"),
        (edit(*WORKFORCE, file=[]), "sources, workforce, file: "),
        (edit(*WORKFORCE, "last_known", rows=0), "last_known, rows: "),
        (edit(*WORKFORCE, "last_known", sha256="1234"), "last_known, sha256: "),
        (edit(*WORKFORCE, key=["colour"]), "key: not among the columns: colour"),
        (edit(*WORKFORCE, year="year_of"), "year: not among the columns: year_of"),
        (edit(*WORKFORCE, "columns", more="cases"), "one column of the file has two names: cases"),
        (edit(*WORKFORCE, "columns", period="time_period"), "standard columns are not repeated here: time_period"),
        (edit(*WORKFORCE, columns={}), "give either columns"),
        (edit("sources", 2, key=[]), "sources, neighbours, key: name the columns"),
        (edit(*OLDER, "columns", colour="red"), "schemas, headline-measures: not among the columns"),
        (edit(*OLDER, absent=["inpost_fte"]), "named and absent: inpost_fte"),
        (edit(*OLDER, recognised_by=["cases"]), "recognised_by names columns of today's release"),
        (edit(*OLDER, recognised_by=["colour"]), "recognised_by is not among its columns"),
        (edit(*OLDER, name="current"), "a name stands twice: current"),
        (edit("sources", 1, id="workforce"), "an id stands twice: workforce"),
        (edit("sources", 1, file=["csww_indicators_*.csv"]), "the same file pattern: csww_indicators_*.csv"),
        (lambda c: [each.update(data_set=IDENTIFIER) for each in c["sources"][:2]], "the same data_set"),
        (edit("api", route="/v1/csv"), "api, route: "),
        (edit("api", base="ftp://elsewhere"), "found 'ftp://elsewhere'"),
        (lambda c: c.pop("sources"), "sources: field required"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path, content, change, found):
    change(content)
    with pytest.raises(CodebookError) as error:
        read_back(tmp_path, content)
    assert found in str(error.value) and "sources.yaml" in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path, content):
    content["sources"][0]["kind"] = "weather"
    content["sources"][2].pop("page")
    with pytest.raises(CodebookError, match="2 problems"):
        read_back(tmp_path, content)


def test_a_file_whose_name_fits_two_data_sets(tmp_path, content):
    content["sources"][1]["file"] = ["*.csv"]
    with pytest.raises(DataError, match="fits several data sets"):
        read_back(tmp_path, content).source_of_file("csww_indicators_1.csv")


def test_a_renamed_column_is_told_with_the_nearest_name(tmp_path):
    source = read_catalogue().source("workforce")
    header = [*STANDARD_COLUMNS, *source.columns.values(), "of_no_interest"]
    assert layout_of(source, header, "a.csv").schema == CURRENT
    header[header.index("vacancy_rate_fte")] = "vacancy_rate_fte_pct"
    with pytest.raises(DataError) as error:
        layout_of(source, header, "a.csv")
    assert "no column 'vacancy_rate_fte', but 'vacancy_rate_fte_pct'" in str(error.value)
    assert "a.csv, line 1" in str(error.value) and "current or headline-measures" in str(error.value)


def test_sheets_are_found_below_their_titles_and_told_when_they_are_not(tmp_path):
    source = read_catalogue().source("inspections")
    path = write_files(tmp_path, ["inspections"])["inspections"]
    release = read_release(source, path)
    assert set(release.table["sheet"]) == {"latest", "in_year", "history"} and release.table.index.min() == 4
    assert release.table["inspected"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all() and release.years
    sheets = list(source.sheets)
    renamed = source.model_copy(update={"sheets": (sheets[0].model_copy(update={"name": "Latest"}), *sheets[1:])})
    with pytest.raises(DataError, match="no sheet of this name"):
        read_release(renamed, path)
    other = sheets[0].model_copy(update={"columns": {**sheets[0].columns, "grade": "Grade overall"}})
    with pytest.raises(DataError, match="no column 'Grade overall'") as error:
        read_release(source.model_copy(update={"sheets": (other, *sheets[1:])}), path)
    assert "row 3" in str(error.value)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match="The spreadsheet is damaged"):
        read_release(source, path)
