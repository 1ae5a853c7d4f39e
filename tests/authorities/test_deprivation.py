"""Both forms of deprivation: codes of their year, numbers with several codes, regions apart, `-` is not nought."""

import csv
import math

import pytest

from pipeline.authorities.panel.deprivation import read_comparison, read_idaci
from pipeline.authorities.panel.geography import Lineage
from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import DataError
from tests.authorities import made_up

CATALOGUE = read_catalogue()
LINEAGE = Lineage.model_validate(made_up.LINEAGE)
BY_NUMBER = {}
for code, number, *_ in made_up.PLACES:
    BY_NUMBER[number] = (*BY_NUMBER.get(number, ()), code)


def published(tmp_path, source, change=lambda text: text):
    path = made_up.write_files(tmp_path, [source])[source]
    path.write_text(change(path.read_text(encoding="utf-8-sig")), encoding="utf-8")
    return read_published(path, CATALOGUE.source(source))


def test_the_index_is_on_the_authorities_of_its_year(tmp_path):
    file = published(tmp_path, "deprivation-idaci")
    table = read_idaci(file, {code for code, *_ in made_up.PLACES})
    assert set(table["unit"]) == {code for code, *_ in made_up.alive("2019-04-01")} and set(table["year"]) == {2019}
    assert len(table) == len(file.table) * 6 and (table["reason"] == "").all()
    first = table[(table["unit"] == "E06999001") & (table["measure"] == "average_score")]
    assert first[["value", "line"]].values.tolist() == [[0.1, 2]]


def test_the_tools_rows_go_by_number_and_year(tmp_path):
    file = published(tmp_path, "deprivation-lait")
    table = read_comparison(file, BY_NUMBER, LINEAGE).set_index("line")
    with file.path.open(encoding="utf-8", newline="") as rows:
        for line, row in enumerate(csv.DictReader(rows), start=2):
            found = table.loc[line]
            assert found["year"] == int(row["Years"])
            assert (
                math.isnan(found["value"]) and found["reason"] == "not_collected"
                if row["Values"] == "-"
                else (found["value"] == float(row["Values"]))
            )
    west = table[(table["name"] == "Westmoor") & (table["measure"] == "free_meals")].set_index("year")["unit"]
    assert west.loc[[2019, 2020, 2021]].tolist() == [
        "E06999004",
        "E06999004",
        "E06999014",
    ]  # January 2020 was before April
    assert len(table) == len(file.table)


def test_england_and_regions_are_apart_even_where_numbers_are_alike(tmp_path):
    table = read_comparison(published(tmp_path, "deprivation-lait"), BY_NUMBER, LINEAGE)
    assert set(table.loc[table["level"] == "england", "unit"]) == {"E92000001"}
    assert set(table.loc[table["level"] == "region", "unit"]) == {"E12000001", "E13000001"}
    # 981 is an authority here and a region in the tool: its row has a region, so it is the authority
    assert set(table.loc[table["name"] == "North Southshire", "unit"]) == {"E06999017"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",990,", ",909,", "line 15: found '909'|line \\d+: found '909'"),
        ("ChildPov", "Poverty", "line 2: found 'Poverty'"),
        (",970,", ",971,", "found '971'"),
    ],
)
def test_what_nothing_else_knows_is_named_with_its_line(tmp_path, old, new, words):
    with pytest.raises(DataError, match=words):
        read_comparison(
            published(tmp_path, "deprivation-lait", lambda text: text.replace(old, new)), BY_NUMBER, LINEAGE
        )


def test_an_unknown_code_is_named_with_file_line_and_column(tmp_path):
    file = published(tmp_path, "deprivation-idaci", lambda text: text.replace("E06999002", "E06123456"))
    with pytest.raises(
        DataError, match=r"(?s)line 3: found 'E06123456'.*deprivation_idaci_2019_utla.csv, column Upper Tier"
    ):
        read_idaci(file, {code for code, *_ in made_up.PLACES})


def test_a_share_that_is_no_number_is_refused(tmp_path):
    file = published(tmp_path, "deprivation-lait", lambda text: text.replace(",23.9,", ",23.9%,"))
    with pytest.raises(DataError, match="23.9%"):
        read_comparison(file, BY_NUMBER, LINEAGE)
