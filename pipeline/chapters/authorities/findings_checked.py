"""How far results hang on choices, as values for wordings: timing, counts, deprivation, other specifications."""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import PRIMARY_TIMING, SIGNIFICANCE
from pipeline.chapters.authorities.findings import (
    Values,
    alone,
    fitted,
    holds_deprivation,
    otherwise,
    pair_name,
    unfitted,
)
from pipeline.claims.verdicts import NOT_CHECKABLE


def timing(parts: Mapping[str, pd.DataFrame]) -> Values | None:
    """The workforce before, in the middle of and after the year of the outcome; `parts` by timing."""
    tested = {name: rows for name, part in parts.items() if len(rows := fitted(part))}
    if not tested:
        return None
    crossed = {name: len(alone(rows)) for name, rows in tested.items()}
    return {
        "timings": [{"timing": name, "crossed": crossed[name], "tested": len(rows)} for name, rows in tested.items()],
        "afterwards_tested": "after" in tested,
        "afterwards": crossed.get("after", 0),
        "before": crossed.get(PRIMARY_TIMING, 0),
    }


def counts(rows: pd.DataFrame, within: pd.DataFrame) -> Values | None:
    """Whether the model of counts says the same as that of percentages."""
    if rows.empty:
        return None
    both = fitted(rows).merge(fitted(within), on=["support", "outcome"], suffixes=("", "_linear"))
    return {"pairs": len(both), "otherwise": otherwise(both, "p_linear"), "unfitted": unfitted(rows), "model": "pair"}


def deprivation(without: pd.DataFrame, preferred: pd.DataFrame) -> Values | None:
    """What deprivation changes between authorities; `measure` is empty where it is missing."""
    first, then = fitted(without), fitted(preferred)
    if not len(first):
        return None
    both = first.merge(then, on=["support", "outcome"], suffixes=("", "_then"))
    before, after = both["p"] < SIGNIFICANCE, both["p_then"] < SIGNIFICANCE
    return {
        "measure": then["adjustment"].iloc[0] if holds_deprivation(then) else "",
        "pairs_without": len(first),
        "crossed_without": len(alone(first)),
        "pairs_with": len(then),
        "crossed_with": len(alone(then)),
        "same_pairs": bool((before == after).all()),
        "in_both": int((before & after).sum()),
        "turned": int((both["effect"] * both["effect_then"] < 0).sum()),
    }


def specifications(curves: pd.DataFrame, names: Mapping[str, str], figure: bool) -> Values | None:
    """How far the results hang on choices that could have been made otherwise."""
    if curves.empty:
        return None
    tested = fitted(curves)
    told = tested[tested["p_significant"] < SIGNIFICANCE]
    return {
        "pairs": len(tested),
        "specifications": curves["specifications"].max(),
        "told": [pair_name(row, names) for _, row in told.iterrows()],
        "unfitted": unfitted(curves),
        "model": "pair",
        "figure": figure,
    }


def influence(influential: pd.DataFrame, found: pd.DataFrame, names: Mapping[str, str]) -> Values | None:
    """Whether one authority decides. `influential` has `any_flips`: whether leaving out some unit changes the verdict.

    `found`: the pairs that are clear in the main model.
    """
    if not len(influential):
        return None
    hold = found.merge(influential, on=["support", "outcome"])
    return {
        "pairs": len(influential),
        "flips": [pair_name(row, names) for _, row in influential[influential["any_flips"]].iterrows()],
        "hold": [
            {"pair": pair_name(row, names), "lowest": row["lowest"], "highest": row["highest"]}
            for _, row in hold.iterrows()
        ],
    }


def claims(checked: pd.DataFrame) -> Values | None:
    """How many national facts were checked, and with which verdicts."""
    if not len(checked):
        return None
    counted = checked.loc[checked["verdict"] != NOT_CHECKABLE, "verdict"].value_counts()
    return {
        "statements": len(checked),
        "checkable": int(counted.sum()),
        "verdicts": [{"verdict": verdict, "count": int(count)} for verdict, count in counted.items()],
    }


def data(within: pd.DataFrame, panel: pd.DataFrame, not_used: list[str]) -> Values | None:
    """What the models rest on. `not_used`: rows of the files that are not, with the reason."""
    tested = fitted(within)
    if not len(tested):
        return None
    years = panel.loc[panel["indicator"].isin(set(tested["support"])), "year"]
    ends = tested[["rows", "units"]].agg(["min", "max"]).astype(int)
    return {
        "first_year": int(years.min()),
        "last_year": int(years.max()),
        "fewest_rows": ends.loc["min", "rows"],
        "most_rows": ends.loc["max", "rows"],
        "fewest_authorities": ends.loc["min", "units"],
        "most_authorities": ends.loc["max", "units"],
        "not_used": not_used,
    }
