"""The screener finds everything that breaks the publisher's standard at once, with line and column."""

import csv

import pytest

from pipeline.authorities.panel.published_file import read_published, read_raw
from pipeline.authorities.panel.screening import screen
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import DataError
from tests.authorities import made_up

CATALOGUE = read_catalogue()


@pytest.fixture
def altered(tmp_path):
    """Writes a made-up file with cells changed by (line, column); a changed row is found by its line in the file."""

    def alter(source, cells=(), append=(), drop=(), header=None):
        path = made_up.write_files(tmp_path, [source])[source]
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        names = list(rows[0])
        for line, column, text in cells:
            rows[line - 1][names.index(column)] = text
        rows += [rows[line - 1] for line in append]
        keep = [k for k, name in enumerate(names) if name not in drop]
        rows = [[row[k] for k in keep] for row in rows]
        rows[0] = [(header or {}).get(name, name) for name in rows[0]]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return path

    return alter


def found(path, source):
    table = screen(read_raw(path, CATALOGUE.source(source)), CATALOGUE.source(source))
    return [tuple(row) for row in table[["severity", "line", "column", "found"]].itertuples(index=False)], table


@pytest.mark.parametrize("source", [source.id for source in CATALOGUE.sources if source.kind == "statistics"])
def test_sound_files_have_no_error(source, tmp_path):
    _, table = found(made_up.write_files(tmp_path, [source])[source], source)
    assert not (table["severity"] == "error").any()


@pytest.mark.parametrize(
    ("cell", "severity", "words"),
    [
        ((5, "time_period", "202324"), "error", "4 digits"),
        ((5, "time_period", "2O24"), "error", "4 digits"),
        ((5, "time_identifier", "Academic year"), "error", "another kind of period"),
        ((5, "time_identifier", "Year"), "error", "no time identifier"),
        ((5, "geographic_level", "Local Authority"), "error", "expected National, Regional, Local authority"),
        ((5, "country_code", ""), "error", "needed at every level"),
        ((2, "region_code", "E12000098"), "error", "not to be at level National"),
        ((3, "new_la_code", "E06999001"), "error", "not to be at level Regional"),
        ((3, "region_name", ""), "error", "needed at level Regional"),
        ((5, "new_la_code", "E6999001"), "error", "nine digits"),
        ((5, "new_la_code", ""), "error", "needed at level Local authority"),
        ((5, "new_la_code", "E06999001/E06999002"), "error", "nine digits"),
        ((5, "old_la_code", "99"), "error", "three digits"),
        ((5, "old_la_code", "990 / 991"), "error", "not as many numbers"),
        ((5, "old_la_code", "980"), "error", "beside another old_la_code"),
        ((5, "region_code", ""), "warning", "an authority's region is blank"),
        ((5, "la_name", "North Shire"), "warning", "beside another la_name"),
        ((5, "CPP_start", ""), "error", "a blank"),
        ((5, "CPP_start", "NULL"), "error", "a word for nothing"),
        ((5, "CPP_start", "n/a"), "error", "a word for nothing"),
        ((5, "CPP_start", "1,234"), "error", "neither a number nor a symbol"),
        ((5, "CPP_start", "C"), "error", "neither a number nor a symbol"),
        ((5, "CPP_start", "-3"), "error", "negative"),
        ((5, "CPP_start", "~"), "warning", "obsolete symbol, read as rounds to zero"),
        ((5, "CPP_start", ":"), "warning", "obsolete symbol, read as unavailable"),
        ((5, "CPP_subsequent_percent", "100.1"), "error", "above 100"),
    ],
)
def test_each_rule_names_line_and_column(altered, cell, severity, words):
    _places, table = found(altered("subsequent-plans", [cell]), "subsequent-plans")
    of_cell = table[(table["column"] == cell[1]) & table["problem"].str.contains(words, regex=False)]
    assert len(of_cell), table.to_string()
    assert of_cell["severity"].unique().tolist() == [severity]
    if "beside another" not in words:  # that one shows at the first line that differs from an earlier one
        assert (of_cell["line"] == cell[0]).all() and of_cell["found"].iloc[0] == cell[2]


def test_all_problems_come_at_once_and_stop_the_reading(altered):
    path = altered(
        "referrals", [(4, "referral_count", ""), (6, "rereferral_percent", "101"), (8, "new_la_code", "x")], append=[7]
    )
    with pytest.raises(DataError) as error:
        read_published(path, CATALOGUE.source("referrals"))
    last = len(path.read_text().splitlines())
    for words in (
        "4 problems",
        "line 4, column referral_count",
        "line 6, column rereferral_percent",
        "line 8, column new_la_code",
        f"line {last}: found 'the place, period and filters of line 7'",
    ):
        assert words in str(error.value)


def test_rows_with_other_filters_are_no_duplicates(altered):
    path = altered("social-worker-changes", append=[9])
    _, table = found(path, "social-worker-changes")
    assert table["problem"].tolist() == ["a row stands twice"]


def test_missing_and_repeated_columns(altered):
    _, table = found(altered("subsequent-plans", drop=["time_identifier", "la_name"]), "subsequent-plans")
    assert set(table.loc[table["severity"] == "error", "column"]) == {"time_identifier", "la_name"}
    _, table = found(altered("subsequent-plans", header={"CPP_subsequent": "CPP_start"}), "subsequent-plans")
    assert ("CPP_start", "the column stands twice") in set(zip(table["column"], table["problem"], strict=True))
    _, table = found(altered("subsequent-plans", header={"CPP_start": "CPP start"}), "subsequent-plans")
    assert "no column 'CPP_start', but 'CPP start'" in " ".join(table["problem"])
    assert "letters, digits and underscores" in " ".join(table["problem"])


def test_a_row_that_is_cut_off(altered):
    path = altered("population")
    text = path.read_text()
    path.write_text(text[: text.rindex(",")].replace(",E06999001,", ",E0699,", 1), encoding="utf-8")
    _, table = found(path, "population")  # the other rows are screened all the same
    assert table[["line", "found"]].values.tolist() == [[5, "E0699"], [len(text.splitlines()), "11 cells"]]


def test_an_empty_file(tmp_path):
    (tmp_path / "a.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="the file is empty"):
        read_published(tmp_path / "a.csv", CATALOGUE.source("population"))


def test_periods_of_two_years_follow_each_other(altered):
    years = range(2, 138)
    cells = (
        [(line, "time_identifier", "Financial year") for line in years]
        + [(line, "time_period", "202324") for line in years]
        + [(9, "time_period", "202325"), (10, "time_period", "2024")]
    )
    _, table = found(altered("population", cells), "population")
    wrong = table[table["column"] == "time_period"]
    assert wrong[["line", "found"]].values.tolist() == [[9, "202325"], [10, "2024"]]
