"""Which unit each row of a published file is about, and the register of all units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pipeline.authorities.panel.geography import JOIN, Lineage, members, unit_id
from pipeline.authorities.panel.published_file import Published
from pipeline.errors import DataError

LEVELS = {"National": "england", "Regional": "region", "Local authority": "authority"}
UNITS = ["unit", "name", "old_code", "level", "region", "region_name", "first_year", "last_year", "members"]
LEVEL_ORDER = {"england": 0, "region": 1, "authority": 2, "joint": 2}


@dataclass(frozen=True)
class Placed:
    """A published file of statistics and, by line, the place of each row.

    `places` has unit, name, old_code, level, region, region_name, year, status (used, joint or excluded) and why.
    """

    published: Published
    places: pd.DataFrame

    @property
    def source(self) -> str:
        """The id of the data set."""
        return self.published.source.id


def place(published: Published, lineage: Lineage) -> Placed:
    """The unit of each row of a file of statistics.

    An older release prints a joint return under its first member alone: where lineage.yaml lists the return and the
    other members have no row, or one without any figure, the row is the joint unit's, and theirs are not used.
    """
    table = published.table
    level = table["geographic_level"].map(LEVELS)
    by_level = {
        "england": ("country_code", "country_name"),
        "region": ("region_code", "region_name"),
        "authority": ("new_la_code", "la_name"),
    }
    places = pd.DataFrame(
        {
            "unit": "",
            "name": "",
            "old_code": "",
            "level": level,
            "region": "",
            "region_name": "",
            "year": [period_end(text) for text in table["time_period"]],
            "status": "used",
            "why": "",
        },
        index=table.index,
    )
    for each, (code, name) in by_level.items():
        places.loc[level == each, ["unit", "name"]] = table.loc[level == each, [code, name]].to_numpy()
    local = level == "authority"
    for column, of in (("old_code", "old_la_code"), ("region", "region_code"), ("region_name", "region_name")):
        places.loc[local, column] = table.loc[local, of]
    combined = local & places["unit"].str.contains("/")
    places.loc[combined, "unit"] = places.loc[combined, "unit"].map(
        lambda code: unit_id(code.replace(" ", "").split("/"))
    )
    places.loc[combined, ["level", "status"]] = "joint"
    _refuse_unlisted_joints(published, places[combined], lineage)
    _find_joint_rows(published, places, lineage)
    return Placed(published, places)


def period_end(text: str) -> int:
    """The year in which a period ends: 2024 for 2024, 2018 for 201718."""
    return int(text[:4]) + (len(text) == 6)


def _refuse_unlisted_joints(published: Published, joint: pd.DataFrame, lineage: Lineage) -> None:
    listed = {each.unit for each in lineage.joint_returns if published.source.id in each.sources}
    unlisted = joint[~joint["unit"].isin(listed)]
    if len(unlisted):
        raise DataError(
            "A joint return is not in lineage.yaml.",
            where=f"{published.where}, line {unlisted.index[0]}, column new_la_code",
            found=unlisted["unit"].iloc[0],
            expected=", ".join(sorted(listed)) or "none",
            fix="Add it under joint_returns in data/raw/authorities/lineage.yaml.",
        )


def _find_joint_rows(published: Published, places: pd.DataFrame, lineage: Lineage) -> None:
    """Mark, in place, rows of single members that hold a joint return."""
    values = published.table[[name for name in published.source.values if name in published.table]]
    for joint in lineage.joint_returns:
        if published.source.id not in joint.sources:
            continue
        for year, rows in places[places["unit"].isin(joint.members)].groupby("year"):
            empty = (values.loc[rows.index] == "z").all(axis=1)
            if joint.since > date(int(year), 12, 31) or (~empty).sum() != 1:
                continue
            lead = rows.index[~empty][0]
            places.loc[lead, ["unit", "level", "status", "why"]] = [
                joint.unit,
                "joint",
                "joint",
                "printed under one member; lineage.yaml lists the joint return",
            ]
            places.loc[rows.index[empty], ["status", "why"]] = ["excluded", "its figures are in the joint return's row"]


def register(placed: Iterable[Placed]) -> pd.DataFrame:
    """All units that have a row in some file: columns UNITS, one row a unit, years as published.

    Name, number and region are those of the newest year. Raises DataError for a code that has two numbers.
    """
    parts = [each.places.assign(file=each.published.where, line=each.places.index) for each in placed]
    if not parts:
        return pd.DataFrame(columns=UNITS)
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[rows["status"] != "excluded"]
    rows = rows.assign(single=rows["why"] == "")  # an older release's joint rows have one member's name and number
    rows = rows.sort_values(["single", "year", "file"], kind="stable")
    _refuse_two_numbers(rows[rows["single"] & (rows["level"] == "authority")])
    span = rows.groupby("unit")["year"].agg(first_year="min", last_year="max")
    newest = rows.drop_duplicates("unit", keep="last").set_index("unit")
    units = newest.join(span).reset_index()
    units["members"] = units["unit"].map(lambda unit: " ".join(members(unit)) if JOIN in unit else "")
    units = _named_by_members(units)
    units["rank"] = units["level"].map(LEVEL_ORDER)
    return units.sort_values(["rank", "unit"])[UNITS].reset_index(drop=True)


def _named_by_members(units: pd.DataFrame) -> pd.DataFrame:
    """Joint units that only an older release has are called by their members' names."""
    names, numbers = (units.set_index("unit")[column].to_dict() for column in ("name", "old_code"))
    for k, unit in units.loc[(units["level"] == "joint") & ~units["name"].str.contains("/"), "unit"].items():
        if names.keys() >= set(members(unit)):
            units.loc[k, "name"] = " / ".join(names[member] for member in members(unit))
            units.loc[k, "old_code"] = " / ".join(numbers[member] for member in members(unit))
    return units


def _refuse_two_numbers(rows: pd.DataFrame) -> None:
    pairs = rows.drop_duplicates(["unit", "old_code"])
    several = pairs[pairs["unit"].duplicated(keep=False)]
    if len(several):
        first = several[several["unit"] == several["unit"].iloc[0]]
        raise DataError(
            "One nine-digit code has two numbers of the Department's.",
            where="; ".join(f"{row.file}, line {row.line}" for row in first.itertuples()),
            found=f"{first['unit'].iloc[0]} with {', '.join(first['old_code'])}",
            expected="one number",
            fix="One of the files is wrong; fetch them again, or correct the row.",
        )


def refuse_unexplained(placed: Iterable[Placed], lineage: Lineage) -> None:
    """Raise DataError for a code that begins or ends within a file's years while lineage.yaml has no such event."""
    problems = []
    for each in placed:
        rows = each.places[each.places["level"] == "authority"].sort_values("year", kind="stable")
        first, last = rows["year"].min(), rows["year"].max()
        explained = {
            member for joint in lineage.joint_returns if each.source in joint.sources for member in joint.members
        }
        for keep, sides, word in (
            ("first", (first, lineage.beginning), "before"),
            ("last", (last, lineage.ending), "after"),
        ):
            edge, event = sides
            ends = rows.drop_duplicates("unit", keep=keep)
            ends = ends[(ends["year"] != edge) & ~ends["unit"].isin(explained)]
            problems += [
                f"{each.published.where}, line {row.Index}, column new_la_code: {row.unit} ({row.name}) is "
                f"not there {word} {row.year}"
                for row in ends.itertuples()
                if event(row.unit) is None
            ]
    if problems:
        listed = "\n".join(f"  - {problem}" for problem in problems)
        count = f"{len(problems)} code{'s' * (len(problems) > 1)}"
        raise DataError(
            f"{count} that lineage.yaml does not explain:\n{listed}",
            where="data/raw/authorities/lineage.yaml",
            fix="Add the event (what became of the authority, and when), or correct the code in the file.",
        )


def code_by_number(units: pd.DataFrame, lineage: Lineage) -> Mapping[str, tuple[str, ...]]:
    """The nine-digit codes that each number of the Department's had, oldest first."""
    single = units[units["level"] == "authority"]
    order = {code: k for k, code in enumerate(code for event in lineage.events for code in event.to)}
    by_number: dict[str, list[str]] = {}
    for number, code in sorted(
        zip(single["old_code"], single["unit"], strict=True), key=lambda pair: (order.get(pair[1], -1), pair[1])
    ):
        by_number.setdefault(number, []).append(code)
    return {number: tuple(codes) for number, codes in by_number.items()}
