"""The rows of a panel model: a unit's outcome of one year beside its workforce on one 30 September.

A year of outcomes ends on 31 March, workforce is counted on 30 September. So the workforce of two reporting years
earlier lies wholly before a year's outcomes, that of one year earlier in the middle of them, and that of the same year
after them, where it can cause nothing: a placebo. What is left out is counted, with its reason.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.authorities.panel.geography import LOCAL

TIMINGS = {"before": 2, "within": 1, "after": 0}  # how many reporting years the workforce is older than the outcomes
MEASURES = {"idaci": "average_score", "free_meals": "free_meals", "child_poverty": "child_poverty"}  # preferred first
CONSTANT = ("idaci",)  # published once: holds for every year
ROWS = ["unit", "year", "level", "exposure", "outcome", "events", "trials"]
LEFT_OUT = ["why", "rows", "units"]


@dataclass(frozen=True)
class AnalysisPanel:
    """Complete rows of one support and one outcome, and what was left out.

    rows: unit, year (of the outcome), level, exposure, outcome (as published), events and trials (the outcome's counts,
    NaN where not published); sorted by unit and year. left_out: why, rows, units; one row a reason, sorted.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame


def analysis_panel(panel: pd.DataFrame, support: str, outcome: str, timing: str) -> AnalysisPanel:
    """Rows for a support and an outcome (indicators of `panel`, as cleaned) with a timing: a key of TIMINGS.

    Looked at are the outcomes' years for which anybody's workforce was published, and in them every unit that has a
    row on either side. Regions and England are no units. A unit with one complete year says nothing about change and is
    left out too.

    >>> panel = pd.DataFrame({"unit": ["E06999001"] * 4, "level": ["authority"] * 4, "year": [2020, 2021, 2022, 2023],
    ...                       "indicator": ["agency_rate", "agency_rate", "repeat_plans", "repeat_plans"],
    ...                       "value": [10.0, 20.0, 25.0, np.nan], "reason": ["", "", "", "confidential"],
    ...                       "numerator": [np.nan, np.nan, 5, np.nan], "denominator": [np.nan, np.nan, 20, 21]})
    >>> analysis_panel(panel, "agency_rate", "repeat_plans", "before").left_out.values.tolist()
    [['only one complete year', 1, 1], ['outcome: confidential', 1, 1]]
    """
    panel = panel[panel["level"].isin(LOCAL)]
    exposures = panel[panel["indicator"] == support]
    exposures = exposures.assign(year=exposures["year"] + TIMINGS[timing])
    outcomes = panel[panel["indicator"] == outcome]
    columns = ["unit", "year", "level", "value", "reason", "numerator", "denominator"]
    both = outcomes[columns].merge(
        exposures[["unit", "year", "level", "value", "reason"]],
        on=["unit", "year"],
        how="outer",
        suffixes=("", "_support"),
    )
    years = set(outcomes["year"]) & set(exposures.loc[exposures["value"].notna(), "year"])
    both = both[both["year"].isin(years)]
    both["level"] = both["level"].fillna(both["level_support"])
    why = _why(both["value"], both["reason"], "outcome")
    why = why.where(why != "", _why(both["value_support"], both["reason_support"], "workforce"))
    complete = both[why == ""].groupby("unit")["year"].transform("size").reindex(both.index)
    why = why.where((why != "") | (complete > 1), "only one complete year")
    rows = both[why == ""].rename(
        columns={"value": "outcome", "value_support": "exposure", "numerator": "events", "denominator": "trials"}
    )
    rows = rows[ROWS].astype(dict.fromkeys(ROWS[3:], float)).sort_values(["unit", "year"], ignore_index=True)
    return AnalysisPanel(rows, tally(why, both["unit"]))


def tally(why: pd.Series, units: pd.Series) -> pd.DataFrame:
    """How many rows and units are left out for each reason; an empty reason keeps a row."""
    left = pd.DataFrame({"why": why, "unit": units})[lambda frame: frame["why"] != ""]
    found = left.groupby("why")["unit"].agg(rows="size", units="nunique").reset_index()
    return found.astype({"rows": int, "units": int})[LEFT_OUT]


def with_suppressed(panel: pd.DataFrame, outcome: str, count: int) -> pd.DataFrame:
    """`panel` with `count` for each count of an outcome that was kept confidential and has a denominator.

    Counts of 1 to 5 are not published, so to leave them out selects by the outcome; models with the fewest and the most
    that they can be show how far that matters.

    >>> row = pd.DataFrame({"indicator": ["long_plans"], "value": [np.nan], "reason": ["confidential"],
    ...                     "numerator": [np.nan], "denominator": [200.0]})
    >>> with_suppressed(row, "long_plans", 5)[["value", "reason", "numerator"]].values.tolist()
    [[2.5, '', 5.0]]
    """
    known = (panel["indicator"] == outcome) & (panel["reason"] == "confidential") & (panel["denominator"] >= count)
    panel = panel.copy()
    panel.loc[known, "value"] = 100 * count / panel.loc[known, "denominator"]
    panel.loc[known, "numerator"] = float(count)
    panel.loc[known, "reason"] = ""
    return panel


def _why(value: pd.Series, reason: pd.Series, side: str) -> pd.Series:
    words = reason.where(reason.notna() & (reason != ""), "not_published").astype(str).str.replace("_", " ")
    return (side + ": " + words).where(value.isna(), "")


def deprivation_ranks(deprivation: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Each unit's place in a measure (of MEASURES) within a year: unit, year, rank from 0 (least) to 1 (most).

    Ranks, as the measures themselves drift for reasons of policy. Equal values share the mean of their places.

    >>> table = pd.DataFrame({"unit": ["E06999001", "E06999002"], "year": [2019, 2019], "value": [0.1, 0.3],
    ...                       "measure": ["average_score", "average_score"]})
    >>> deprivation_ranks(table, "idaci")["rank"].tolist()
    [0.25, 0.75]
    """
    rows = deprivation[(deprivation["measure"] == MEASURES[measure]) & deprivation["value"].notna()]
    by_year = rows.groupby("year")["value"]
    rank = (by_year.rank() - 0.5) / by_year.transform("size")
    return rows[["unit", "year"]].assign(rank=rank.astype(float)).sort_values(["unit", "year"], ignore_index=True)


def with_deprivation(rows: pd.DataFrame, deprivation: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Rows (with unit and year) with the unit's `rank` that year, or its only one for a measure published once."""
    ranks = deprivation_ranks(deprivation, measure)
    if measure in CONSTANT:
        ranks = ranks.drop_duplicates("unit", keep="last").drop(columns="year")
        return rows.merge(ranks, on="unit", how="left")
    return rows.merge(ranks, on=["unit", "year"], how="left")


def measures_in(deprivation: pd.DataFrame) -> tuple[str, ...]:
    """The measures of deprivation that are there, the one preferred between authorities first."""
    there = set(deprivation.loc[deprivation["value"].notna(), "measure"]) if len(deprivation) else set()
    return tuple(name for name, measure in MEASURES.items() if measure in there)


def repeated(units: pd.Series) -> np.ndarray:
    """Which rows belong to units with two rows or more (n, bool): one row says nothing about change.

    >>> repeated(pd.Series(["a", "b", "a"])).tolist()
    [True, False, True]
    """
    codes = pd.factorize(units)[0]
    return np.bincount(codes)[codes] > 1 if len(codes) else np.zeros(0, dtype=bool)


def year_columns(year: pd.Series) -> np.ndarray:
    """Indicators of the years (n × years), for models with an effect of each."""
    return pd.get_dummies(year, dtype=float).to_numpy()
