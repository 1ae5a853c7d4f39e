"""Which authority somebody means: by a code, by the codes of a joint return in any spelling, or by a name."""

import re

import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.authorities.panel.geography import LOCAL
from pipeline.errors import ParameterError

CODE = re.compile(r"[EWSN]\d{8}|(?<!\d)\d{3}(?!\d)", re.IGNORECASE)
NOT_TELLING = {"of", "and", "the", "city", "royal", "borough", "county", "council", "upon"}
SIMILAR, MOST_SUGGESTED = 60, 4  # how near (0 to 100) a name must be to be suggested, and how many are


def find_unit(units: pd.DataFrame, wanted: str, bridging: pd.DataFrame | None = None) -> str:
    """The unit that `wanted` means: a code of nine or three digits, a joint return in any spelling or a member, a name.

    `units` has `unit`, `name`, `old_code` and `level`; regions and England are left aside. `bridging` (`unit`, `name`,
    `into`) tells which unit goes on with the figures of a former authority. Raises ParameterError with the
    nearest names where nobody, or more than one, is meant.

    >>> units = pd.DataFrame({"unit": ["E06999001", "E06999002+E06999003"],
    ...                       "name": ["Northshire", "East Mere / West Mere"],
    ...                       "old_code": ["990", "991 / 992"], "level": ["authority", "joint"]})
    >>> {find_unit(units, each) for each in ("E06999001", "990", "northshire", "Northshire Council")}
    {'E06999001'}
    >>> {find_unit(units, each) for each in ("991/992", "992", "e06999002-e06999003", "west mere")}
    {'E06999002+E06999003'}
    """
    listed = units[units["level"].isin(LOCAL)]
    former = (
        {}
        if bridging is None
        else bridging[bridging["into"].fillna("") != ""].groupby("into")[["unit", "name"]].agg(set).T.to_dict()
    )
    candidates = [
        (
            row["unit"],
            row["name"],
            set(_codes(f"{row['unit']} {row['old_code']}")),
            [row["name"], *row["name"].split("/")],
            former.get(row["unit"], {"unit": set(), "name": set()}),
        )
        for row in listed.to_dict("records")
    ]
    codes = set(_codes(wanted))
    if codes:
        found = [unit for unit, _, own, _, before in candidates if codes <= own or codes <= before["unit"]]
        whole = [unit for unit in found if set(_codes(unit)) == codes or "+" not in unit]
    else:
        words = _words(wanted)
        found = [unit for unit, _, _, names, _ in candidates if words in map(_words, names)] or [
            unit for unit, *_, before in candidates if words in map(_words, before["name"])
        ]
        whole = found
    for each in (whole, found):
        if len(set(each)) == 1:
            return each[0]
    nearest = [
        name
        for name, _, _ in process.extract(
            wanted, [name for _, name, *_ in candidates], scorer=fuzz.WRatio, score_cutoff=SIMILAR, limit=MOST_SUGGESTED
        )
    ]
    suggestions = "; ".join(f"{name} ({unit})" for near in nearest for unit, name, *_ in candidates if name == near)
    raise ParameterError(
        "More than one authority is meant." if found else "There is no such authority.",
        where="golden-thread authorities profile",
        found=repr(wanted),
        expected="a nine-digit or three-digit code, the codes of a joint return, or a name",
        fix=f"Perhaps: {suggestions}." if suggestions else "The codes are in data/processed/authorities/units.csv.",
    )


def _codes(text: str) -> list[str]:
    return [code.upper() for code in CODE.findall(text)]


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", name.lower().replace("'", ""))) - NOT_TELLING
