"""Statistical neighbours: the ten authorities most alike, from the wide file to one row a pair."""

from collections.abc import Collection, Mapping

import pandas as pd

from pipeline.authorities.panel.deprivation import refuse_unknown
from pipeline.authorities.panel.geography import JOIN, members
from pipeline.authorities.panel.published_file import Published
from pipeline.errors import DataError

NEIGHBOURS = ["unit", "neighbour", "rank", "closeness"]
MOST = 10


def read_neighbours(
    published: Published, by_number: Mapping[str, tuple[str, ...]], joints: Collection[str]
) -> pd.DataFrame:
    """Columns NEIGHBOURS: the neighbours of each unit of today in their order, from 1.

    A joint return stands for its members: once in a list that has several of them, at the better rank; its own list is
    the ten best-ranked of its members' lists, without themselves. Raises DataError for a number that the statistics do
    not know, and for an authority with two rows.
    """
    table = published.table
    slots = sorted(int(name.removeprefix("neighbour_")) for name in table if name.startswith("neighbour_"))
    for column in ("old_la_code", *(f"neighbour_{slot}" for slot in slots)):
        refuse_unknown(published, column, table[column], set(by_number))
    if (again := table["old_la_code"].duplicated()).any():
        raise DataError(
            "An authority has two rows of neighbours.",
            found=table.loc[again, "old_la_code"].iloc[0],
            where=f"{published.where}, line {again.idxmax()}",
            expected="one",
            fix="Remove the wrong one.",
        )
    joint_of = {member: joint for joint in joints if JOIN in joint for member in members(joint)}
    unit = {number: joint_of.get(codes[-1], codes[-1]) for number, codes in by_number.items()}
    pairs = pd.concat(
        [
            pd.DataFrame(
                {
                    "unit": table["old_la_code"].map(unit),
                    "neighbour": table[f"neighbour_{slot}"].map(unit),
                    "rank": slot,
                    "closeness": table[f"closeness_{slot}"],
                }
            )
            for slot in slots
        ]
    )
    others = pairs[pairs["unit"] != pairs["neighbour"]]
    best = others.sort_values(["unit", "rank", "neighbour"]).drop_duplicates(["unit", "neighbour"])
    best["rank"] = best.groupby("unit").cumcount() + 1
    return best[best["rank"] <= MOST].reset_index(drop=True)[NEIGHBOURS]
