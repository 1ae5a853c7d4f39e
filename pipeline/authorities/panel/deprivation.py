"""Deprivation of authorities, an optional source in two forms: the index of 2019, and a tool's yearly shares."""

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from pipeline.authorities.panel.geography import Lineage
from pipeline.authorities.panel.published_file import Published
from pipeline.authorities.panel.values import parse_values
from pipeline.errors import DataError

COLUMNS = ["unit", "name", "level", "year", "measure", "value", "reason", "line"]
MEASURES = {"ChildPov": "child_poverty", "PriFSM": "free_meals"}
# The comparison tool's numbers of England and the regions.
REGIONS = {
    "970": "E92000001",
    "980": "E12000001",
    "981": "E12000002",
    "982": "E12000003",
    "983": "E12000004",
    "984": "E12000005",
    "985": "E12000006",
    "986": "E12000007",
    "987": "E13000001",
    "988": "E13000002",
    "989": "E12000008",
    "990": "E12000009",
}
NATIONAL = ("", "England")  # what the tool has as region of the rows of England and of regions


def read_idaci(published: Published, known: set[str]) -> pd.DataFrame:
    """The index on the authorities of its year: columns COLUMNS, a row an authority and measure, by the file's lines.

    Raises DataError for a code that is not in `known`.
    """
    table = published.table
    year = int(re.search(r"\((\d{4})\)", published.header["code"]).group(1))
    refuse_unknown(published, "code", table["code"], known)
    parts = []
    for measure in published.source.values:
        if measure == "name":
            continue
        values = parse_values(table[measure].rename(published.header[measure]), published.where)
        parts.append(
            values.assign(unit=table["code"], name=table["name"], level="authority", year=year, measure=measure)
            .rename_axis("line")
            .reset_index()
        )
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def read_comparison(published: Published, by_number: Mapping[str, tuple[str, ...]], lineage: Lineage) -> pd.DataFrame:
    """The comparison tool's shares: columns COLUMNS, a row of the file each.

    The tool has no nine-digit codes: an authority's number, and for numbers with several codes the year, give it. Rows
    of England and of regions are told apart by their empty region. Raises DataError for an unknown number or measure.
    """
    table = published.table
    values = parse_values(table["value_text"].rename(published.header["value_text"]), published.where)
    national = table["region"].isin(NATIONAL)
    refuse_unknown(published, "measure", table["measure"], set(MEASURES))
    refuse_unknown(published, "old_la_code", table.loc[~national, "old_la_code"], set(by_number))
    refuse_unknown(published, "old_la_code", table.loc[national, "old_la_code"], set(REGIONS))
    years = table["year"].astype(int)
    units = [
        REGIONS[number] if of_nation else _code(by_number[number], year, lineage)
        for number, year, of_nation in zip(table["old_la_code"], years, national, strict=True)
    ]
    level = [
        "authority" if not of_nation else "england" if unit == REGIONS["970"] else "region"
        for unit, of_nation in zip(units, national, strict=True)
    ]
    return (
        values.assign(unit=units, name=table["place"], level=level, year=years, measure=table["measure"].map(MEASURES))
        .rename_axis("line")
        .reset_index()[COLUMNS]
    )


def _code(codes: tuple[str, ...], year: int, lineage: Lineage) -> str:
    """The code that a number had at the end of a financial year, of those of one authority, oldest first."""
    for code in codes:
        event = lineage.ending(code)
        if event is None or date(year, 3, 31) < event.date:
            return code
    return codes[-1]


def refuse_unknown(published: Published, column: str, texts: pd.Series, known: set[str]) -> None:
    """Raise DataError for entries of a column that are not known, with their lines."""
    strange = texts[~texts.isin(known)]
    if len(strange):
        listed = "\n".join(f"  - line {line}: found {text!r}" for line, text in strange.items())
        raise DataError(
            f"{len(strange)} entr{'ies' if len(strange) > 1 else 'y'} that nothing else knows:\n{listed}",
            where=f"{published.where}, column {published.header[column]}",
            fix="Compare with the other files. A new authority belongs into data/raw/authorities/lineage.yaml.",
        )
