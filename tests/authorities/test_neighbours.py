"""Statistical neighbours: nine-digit units in the published order, joint returns once."""

import csv

import pytest

from pipeline.authorities.panel.neighbours import read_neighbours
from pipeline.authorities.panel.published_file import read_published
from pipeline.authorities.releases.catalogue import read_catalogue
from pipeline.errors import DataError
from tests.authorities import made_up

SOURCE = read_catalogue().source("neighbours")
BY_NUMBER = {}
for code, number, *_ in made_up.PLACES:
    BY_NUMBER[number] = (*BY_NUMBER.get(number, ()), code)
TWIN, SOUTH = "E06999002+E06999003", "E06999017+E06999018"


@pytest.fixture
def path(tmp_path):
    made_up.write_neighbours(tmp_path / "sn_model_2025_wide.csv")
    return tmp_path / "sn_model_2025_wide.csv"


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_without_joint_returns_the_list_is_the_files_own(path):
    table = read_neighbours(read_published(path, SOURCE), BY_NUMBER, [])
    for row in rows(path):
        own = table[table["unit"] == BY_NUMBER[row["old_la_code"]][-1]]
        assert own["rank"].tolist() == list(range(1, 11))
        assert own["neighbour"].tolist() == [BY_NUMBER[row[f"SN_{k}"]][-1] for k in range(1, 11)]
        assert own["closeness"].tolist() == [row[f"SN_{k}P"].strip() for k in range(1, 11)]


def test_a_joint_return_stands_once_in_a_list_and_not_in_its_own(path):
    table = read_neighbours(read_published(path, SOURCE), BY_NUMBER, [TWIN, SOUTH])
    members = {*TWIN.split("+"), *SOUTH.split("+")}
    assert not (set(table["unit"]) | set(table["neighbour"])) & members
    assert (table["unit"] != table["neighbour"]).all() and not table.duplicated(["unit", "neighbour"]).any()
    ranks = table.groupby("unit")["rank"].agg(list)
    assert all(rank == list(range(1, len(rank) + 1)) and len(rank) <= 10 for rank in ranks)
    row = rows(path)[0]  # Northshire: Twinford and Twinham are the first two
    assert [row["SN_1"], row["SN_2"]] == ["991", "992"]
    own = table[table["unit"] == "E06999001"]
    assert own["neighbour"].iloc[0] == TWIN and own["neighbour"].iloc[1] == BY_NUMBER[row["SN_3"]][-1]


def test_an_unknown_number_and_an_authority_twice_are_named_with_their_line(path):
    text = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join([*text[:2], text[2].replace("991,", "123,", 1), *text[3:]]), encoding="utf-8")
    with pytest.raises(DataError, match=r"(?s)line 3: found '123'.*column old_la_code"):
        read_neighbours(read_published(path, SOURCE), BY_NUMBER, [])
    path.write_text("".join([*text, text[4]]), encoding="utf-8")
    with pytest.raises(DataError, match=rf"(?s)two rows.*line {len(text) + 1}"):
        read_neighbours(read_published(path, SOURCE), BY_NUMBER, [])
