"""What became of every row of every file: used, joint, excluded or duplicate, and why."""

import pandas as pd

from pipeline.authorities.panel.cleaned import ACCOUNTS, chosen
from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.panel.inspections import NO_JUDGEMENT
from pipeline.authorities.panel.places import Placed

NOT_USED = "no indicator uses it"


def account_for_statistics(file: Placed, indicators: tuple[Indicator, ...]) -> pd.DataFrame:
    """Columns ACCOUNTS for a file of statistics: its rows add up to the file's."""
    wanted = set()
    for indicator in indicators:
        if indicator.source == file.source:
            wanted |= set(chosen(file, indicator.rows).index)
            if indicator.of_all:
                wanted |= set(chosen(file, indicator.of_all).index)
        if indicator.denominator_from and indicator.denominator_from.source == file.source:
            wanted |= set(chosen(file, indicator.of_all).index)
    rows = file.places.copy()
    unused = ~rows.index.isin(list(wanted)) & (rows["status"] != "excluded")
    rows.loc[unused, ["status", "why"]] = ["excluded", NOT_USED]
    return _summed(rows.assign(source=file.source))


def account_for_inspections(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """The same for the sheets of inspections: repeated ones are duplicates, visits without a judgement excluded."""
    status = table["used"].map({True: "used", False: "duplicate"}).where(table["why"] != NO_JUDGEMENT, "excluded")
    why = ("sheet " + table["sheet"] + ": " + table["why"]).str.removesuffix(": ")
    return _summed(
        pd.DataFrame(
            {
                "source": source,
                "year": [day.year for day in table["inspected"]],
                "level": "authority",
                "status": status,
                "why": why,
                "unit": table["authority"],
            }
        )
    )


def account_for_rows(units: pd.Series, source: str, level: object = "authority", year: object = pd.NA) -> pd.DataFrame:
    """The same for any other file, whose rows are all used: the unit of each."""
    return _summed(
        pd.DataFrame({"source": source, "year": year, "level": level, "status": "used", "why": "", "unit": units})
    )


def _summed(rows: pd.DataFrame) -> pd.DataFrame:
    groups = rows.groupby(["source", "year", "level", "status", "why"], dropna=False)["unit"]
    return groups.agg(rows="size", units="nunique").reset_index().astype({"year": "Int64"})[ACCOUNTS]
