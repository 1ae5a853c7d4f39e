"""What the chapter on local authorities finds, as values for its wordings in reports/passages/authorities.

Every function takes frames of `pipeline.authorities.models.fitting` and returns what the passage of its name says, by
name; None where there is nothing at all to tell. Where models could not be fitted, `unfitted` holds the reasons. A
result that is not clear is told with the same care as one that is: with its interval, and with the smallest effect that
the data would probably have shown.
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import FITTED, SIGNIFICANCE
from pipeline.chapters.authorities.tables import STEP_WORDS
from pipeline.phrases import lower_first

MOST_LISTED = 4  # effects that a sentence lists; the others are in the table
Values = dict[str, object]


def fitted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that have numbers."""
    return rows[rows["status"] == FITTED]


def clear(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose p-value, adjusted for their number, is below the false-discovery rate, the clearest first."""
    return rows[rows["p_adjusted"] < SIGNIFICANCE].sort_values("p", kind="stable")


def alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose own 95% interval leaves out no effect."""
    return rows[rows["p"] < SIGNIFICANCE]


def otherwise(rows: pd.DataFrame, p: str) -> int:
    """How many pairs the p-value in column `p` decides otherwise than the main one, at the 5% level."""
    return int(((rows["p"] < SIGNIFICANCE) != (rows[p] < SIGNIFICANCE)).sum())


def holds_deprivation(rows: pd.DataFrame) -> bool:
    """Whether deprivation is in the models of `rows`."""
    return bool(rows["adjusted"].astype(bool).any())


def unfitted(rows: pd.DataFrame) -> list[Values]:
    """Why rows have no numbers, with how many of them, the most frequent reason first.

    >>> unfitted(pd.DataFrame({"status": ["fitted", "no rows.", "no rows."]}))
    [{'reason': 'no rows', 'count': 2}]
    """
    reasons = rows.loc[rows["status"] != FITTED, "status"].value_counts()
    return [{"reason": reason.rstrip("."), "count": int(count)} for reason, count in reasons.items()]


def pair_name(row: pd.Series, names: Mapping[str, str]) -> str:
    """A pair inside a sentence."""
    return f"{lower_first(names[row['support']])} with {lower_first(names[row['outcome']])}"


def effects(rows: pd.DataFrame, names: Mapping[str, str]) -> list[Values]:
    """Effects, in points or as odds ratios, with their intervals; step and outcome in words."""
    return [
        {"step": STEP_WORDS[row["support"]], "outcome": lower_first(names[row["outcome"]]) if "outcome" in row else ""}
        | {column: row[column] for column in ("effect", "odds_ratio", "low", "high") if column in row}
        for _, row in rows.iterrows()
    ]


def listed_effects(found: pd.DataFrame, names: Mapping[str, str]) -> Values:
    """The first few of the effects `found`, and how many more there are."""
    return {"effects": effects(found.head(MOST_LISTED), names), "more": max(len(found) - MOST_LISTED, 0)}


def movement(moved: pd.DataFrame) -> Values | None:
    """How England moved, and how far authorities lie apart: rows of `tables.movement`."""
    several = moved.dropna(subset=["change"])
    if not len(several):
        return None
    most = several.assign(relative=(several["change"] / several["first"]).abs()).nlargest(3, "relative")
    apart = moved.assign(ratio=(moved["p90"] / moved["p10"]).where(moved["p10"] > 0))
    return {
        "movers": measures(most.assign(title=most["title"].map(lower_first))),
        "widest": measures(apart.nlargest(1, "ratio").assign(title=lambda rows: rows["title"].map(lower_first)))[0],
    }


def measures(moved: pd.DataFrame) -> list[Values]:
    """Rows of `tables.movement` for a wording."""
    return moved[["title", "first", "first_year", "last", "last_year", "p10", "p90"]].to_dict("records")


def verdict(tested: pd.DataFrame, names: Mapping[str, str]) -> Values:
    """How many pairs of a family are clear, how many intervals leave out zero, and how many would without a link."""
    found = clear(tested)
    return {
        "pairs": len(tested),
        "found": len(found),
        **listed_effects(found, names),
        "crossed": len(alone(tested)),
        "expected": len(tested) * SIGNIFICANCE,
    }


def over_time(
    within: pd.DataFrame, latest: Mapping[str, float], names: Mapping[str, str], figure: bool
) -> Values | None:
    """The main result, and what it leaves room for. `latest`: England's newest value of each outcome."""
    if within.empty:
        return None
    tested = fitted(within)
    both = tested.dropna(subset=["p_bootstrap"])
    room = [
        {
            "outcome": lower_first(names[outcome]),
            "level": latest.get(outcome),
            "low": rows["low"].min(),
            "high": rows["high"].max(),
        }
        for outcome, rows in tested.groupby("outcome", sort=False)
    ]
    return verdict(tested, names) | {
        "bootstrapped": len(both),
        "otherwise": otherwise(both, "p_bootstrap"),
        "room": room,
        "unfitted": unfitted(within),
        "model": "pair",
        "figure": figure,
    }


def between(rows: pd.DataFrame, difference: pd.DataFrame, names: Mapping[str, str]) -> Values | None:
    """Between authorities, and whether that differs from over time. Both frames: the preferred rows."""
    if rows.empty:
        return None
    return verdict(fitted(rows), names) | {
        "same_deprivation": holds_deprivation(rows),
        "apart": len(alone(fitted(difference))),
        "unfitted": unfitted(rows),
        "model": "pair",
    }


def worker_changes(rows: pd.DataFrame) -> Values | None:
    """Changes of social worker: one year, so only between authorities. `rows`: primary timing, preferred."""
    if rows.empty:
        return None
    tested = fitted(rows)
    found = clear(tested)
    return {
        "measures": len(tested),
        "year": next(iter(tested["year"].astype(int)), None),
        "found": len(found),
        "effects": effects(found.drop(columns="outcome"), {}),
        "unfitted": unfitted(rows),
        "model": "model",
    }


def judgements(rows: pd.DataFrame) -> Values | None:
    """The workforce before an inspection and its judgement. `rows` of the models without and with deprivation."""
    if rows.empty:
        return None
    tested = fitted(rows)
    adjusted = tested["adjusted"].astype(bool)
    main, first = tested[adjusted if adjusted.any() else ~adjusted], tested[~adjusted]
    found, sizes = clear(main), main[["inspections", "units"]].max()
    return {
        "measures": len(main),
        "inspections": sizes["inspections"],
        "authorities": sizes["units"],
        "found": len(found),
        "odds": effects(found, {}),
        "same_deprivation": bool(adjusted.any()),
        "measures_without": len(first),
        "crossed_without": len(alone(first)),
        "uneven": [STEP_WORDS[support] for support in main.loc[main["po_verdict"] == "fails", "support"]],
        "unfitted": unfitted(rows),
        "model": "model",
    }
