"""One authority's figures beside others': England, its region, its statistical neighbours, and all authorities.

Everything is worked out for all units at once, so that 150 profiles cost little more than one. Nothing here writes or
draws. Missing figures stay missing: a neighbour without a figure is left out of a median, and the median says of how
many it is.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipeline.authorities.panel.geography import LOCAL
from pipeline.statistics.intervals import wilson

SPREAD = ["with_figures", "lowest", "lower_quartile", "median", "upper_quartile", "highest"]
KEY = ["indicator", "year"]
YEARS_BACK = 5  # the change shown is since this many years before the newest figures
FEWEST_PLACED = 8  # no quarter of fewer authorities


def compare(panel: pd.DataFrame, units: pd.DataFrame, neighbours: pd.DataFrame, indicators: Iterable) -> pd.DataFrame:
    """One row a unit, indicator and year, with what it is compared with.

    Args:
        panel: the panel on today's authorities (`panel_today` of pipeline.authorities.panel.cleaned).
        units: `unit`, `level`, `region` and `began` of every unit: the year in which its area came to be, 0 if always.
        neighbours: `unit`, `neighbour`.
        indicators: with `id`, `better` ("low", "high" or "neither") and `role`.

    Returns:
        The unit's `value` or `reason`, `numerator`, `denominator`, `bridged`; `england` and `region`; of its
        statistical neighbours how many have figures (`with_figures`), `lowest`, `lower_quartile`, `median`, `upper_quartile`,
        `highest`; its `place` among the `placed` authorities with figures (1: the most favourable, or the lowest where
        neither end is; `tied` with others or not) and the `quarter` of them; for shares of children `low` and `high`
        (Wilson's 95% interval, per cent) and `against_england` ("above", "below", "unclear" or ""). A year without a
        row in the panel has the reason "not_published", or "not_yet" where the area had not come to be.
    """
    indicators = tuple(indicators)
    wanted = panel[panel["indicator"].isin([each.id for each in indicators])]
    own = _every_year(wanted[wanted["level"].isin(LOCAL)], wanted, units)
    own = own.merge(_values_of(wanted, "england").drop(columns="unit"), "left", KEY)
    regions = _values_of(wanted, "region").rename(columns={"unit": "region_code"})
    own = own.merge(units[["unit", "region"]].rename(columns={"region": "region_code"}), "left", "unit")
    own = own.merge(regions, "left", ["region_code", *KEY]).drop(columns="region_code")
    own = own.merge(neighbour_spread(own, neighbours), "left", ["unit", *KEY])
    own["with_figures"] = own["with_figures"].fillna(0).astype(int)
    own = _with_places(own, {each.id: each.better for each in indicators})
    own = _with_intervals(own, {each.id for each in indicators if each.role == "outcome"})
    order = {each.id: at for at, each in enumerate(indicators)}
    return own.sort_values(
        ["unit", "indicator", "year"], key=lambda c: c.map(order) if c.name == "indicator" else c, ignore_index=True
    )


def _every_year(own: pd.DataFrame, panel: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """`own` with a row for each year in which anybody has one, for all authorities and joint returns in `units`."""
    columns = ["unit", *KEY, "value", "reason", "numerator", "denominator", "bridged"]
    listed = units.loc[units["level"].isin(LOCAL) & units["unit"].isin(own["unit"]), ["unit", "began"]]
    grid = listed.merge(panel[KEY].drop_duplicates(), how="cross").merge(own[columns], "left", ["unit", *KEY])
    grid = grid.fillna({"bridged": ""})
    grid["reason"] = grid["reason"].mask(grid["value"].notna(), "").fillna("not_published")
    not_yet = (grid["reason"] == "not_published") & (grid["year"] <= grid["began"])
    grid["reason"] = grid["reason"].mask(not_yet, "not_yet")
    return grid[columns]


def _values_of(panel: pd.DataFrame, level: str) -> pd.DataFrame:
    return panel.loc[panel["level"] == level, ["unit", *KEY, "value"]].rename(columns={"value": level})


def neighbour_spread(own: pd.DataFrame, neighbours: pd.DataFrame) -> pd.DataFrame:
    """How many of each unit's statistical neighbours have a figure, and its lowest, quartiles and highest.

    >>> own = pd.DataFrame({"unit": ["A", "B", "C"], "indicator": "vacancy", "year": 2024, "value": [10.0, 20.0, None]})
    >>> neighbours = pd.DataFrame({"unit": ["A", "A", "C"], "neighbour": ["B", "C", "A"]})
    >>> neighbour_spread(own, neighbours)[["unit", "with_figures", "median"]].values.tolist()
    [['A', 1, 20.0], ['C', 1, 10.0]]
    """
    theirs = (
        neighbours[["unit", "neighbour"]]
        .drop_duplicates()
        .merge(own[["unit", *KEY, "value"]].rename(columns={"unit": "neighbour"}), "inner", "neighbour")
        .dropna(subset="value")
    )
    groups = theirs.groupby(["unit", *KEY])["value"]
    quartiles = groups.quantile([0.25, 0.5, 0.75]).unstack().reindex(columns=[0.25, 0.5, 0.75])
    spread = pd.concat([groups.count(), groups.min(), quartiles, groups.max()], axis=1)
    return spread.set_axis(SPREAD, axis=1).reset_index()


def _with_places(own: pd.DataFrame, better: dict[str, str]) -> pd.DataFrame:
    signed = own["value"].where(own["indicator"].map(better) != "high", -own["value"])
    groups = signed.groupby([own["indicator"], own["year"]])
    place, middle, placed = groups.rank(method="min"), groups.rank(), groups.transform("count")
    quarter = np.ceil(4 * (middle - 0.5) / placed)
    return own.assign(
        place=place,
        placed=placed,
        tied=groups.rank(method="max") > place,
        quarter=quarter.where(placed >= FEWEST_PLACED),
    )


def _with_intervals(own: pd.DataFrame, shares: set[str]) -> pd.DataFrame:
    """Wilson's interval of each share of children, in per cent, and on which side of it England's figure lies."""
    counted = (
        own["indicator"].isin(shares)
        & own["value"].notna()
        & (own["denominator"] > 0)
        & own["numerator"].between(0, own["denominator"])
    )
    own = own.assign(low=np.nan, high=np.nan, against_england="")
    if counted.any():
        low, high = wilson(own.loc[counted, "numerator"], own.loc[counted, "denominator"])
        own.loc[counted, ["low", "high"]] = 100 * np.column_stack([low, high])
        known = counted & own["england"].notna()
        side = np.select([own["low"] > own["england"], own["high"] < own["england"]], ["above", "below"], "unclear")
        own["against_england"] = np.where(known, side, "")
    return own


def changes(compared: pd.DataFrame) -> pd.DataFrame:
    """Each unit's change in each indicator, from `YEARS_BACK` years before the newest (or the first year there is).

    One row where both years have figures: `since`, `year`, `before`, `now`, `change`, `england_change`; for shares of
    children `change_low` and `change_high`, Newcombe's 95% interval of a difference of two shares in percentage points
    (1998, Statistics in Medicine 17: 873–890, method 10).

    >>> rows = {"unit": "A", "indicator": "share", "year": [2019, 2024], "value": [60.0, 80.0], "england": [50.0, 50.0],
    ...         "numerator": [48, 56], "denominator": [80, 70], "low": [49.0, 69.2], "high": [70.0, 87.7]}
    >>> changed = changes(pd.DataFrame(rows)).iloc[0]
    >>> [round(float(changed[name]), 1) for name in ("change", "change_low", "change_high")]
    [20.0, 5.3, 33.4]
    """
    years = compared.groupby("indicator")["year"].agg(["min", "max"])
    newest = compared["indicator"].map(years["max"])
    since = np.maximum(newest - YEARS_BACK, compared["indicator"].map(years["min"]))
    columns = ["unit", "indicator", "year", "value", "england", "low", "high"]
    now = compared.loc[(compared["year"] == newest) & (since < newest), columns]
    then = compared.loc[compared["year"] == since, columns]
    both = then.merge(now, "inner", ["unit", "indicator"], suffixes=("_then", "_now"))
    both = both[both["value_then"].notna() & both["value_now"].notna()]
    change = both["value_now"] - both["value_then"]
    low = change - np.hypot(both["value_now"] - both["low_now"], both["high_then"] - both["value_then"])
    high = change + np.hypot(both["high_now"] - both["value_now"], both["value_then"] - both["low_then"])
    return pd.DataFrame(
        {
            "unit": both["unit"],
            "indicator": both["indicator"],
            "since": both["year_then"],
            "year": both["year_now"],
            "before": both["value_then"],
            "now": both["value_now"],
            "change": change,
            "england_change": both["england_now"] - both["england_then"],
            "change_low": low,
            "change_high": high,
        }
    ).reset_index(drop=True)
