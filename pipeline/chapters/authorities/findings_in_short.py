"""The chapter on local authorities in short, and in a sentence: values for who reads nothing else."""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import SIGNIFICANCE
from pipeline.chapters.authorities.findings import Values, clear, effects, fitted, holds_deprivation, listed_effects
from pipeline.phrases import lower_first


def in_short(
    timings: Mapping[str, pd.DataFrame],
    between: pd.DataFrame,
    judged: pd.DataFrame,
    changes: pd.DataFrame,
    curves: pd.DataFrame,
    names: Mapping[str, str],
) -> Values:
    """What each point of the list says; its `tested` is 0 where it cannot be told.

    `timings` holds the model over time by timing, the main one first. `between`, `judged` and `changes` are the
    preferred rows: adjusted for deprivation where it is there.
    """
    main, *others = timings
    within, across = fitted(timings[main]), fitted(between)
    return {
        "over_time": _tested(within)
        | listed_effects(clear(within), names)
        | {"smallest": within["mde"].min(), "largest": within["mde"].max()},
        "other_timings": _at_other_times(clear(within), {other: fitted(timings[other]) for other in others}),
        "choices": _choices(fitted(curves), names),
        "between": _tested(across)
        | listed_effects(clear(across), names)
        | {"same_deprivation": holds_deprivation(across)},
        "judgements": _judgements(fitted(judged)),
        "changes": _changes(fitted(changes)),
    }


def in_a_sentence(within: pd.DataFrame, between: pd.DataFrame, judged: pd.DataFrame, changes: pd.DataFrame) -> Values:
    """For reports that refer to the chapter. But for `within`, the preferred rows."""
    parts = {"over_time": within, "between": between, "judgements": judged, "changes": changes}
    return {name: _tested(fitted(rows)) for name, rows in parts.items()}


def _tested(rows: pd.DataFrame) -> Values:
    return {"tested": len(rows), "found": len(clear(rows))}


def _at_other_times(found: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> list[Values]:
    """What becomes of clear pairs when the workforce of another September is taken."""
    return [
        {"timing": timing, "effect": each["effect"], "low": each["low"], "high": each["high"]}
        for _, row in found.iterrows()
        for timing, rows in others.items()
        for _, each in rows[(rows["support"] == row["support"]) & (rows["outcome"] == row["outcome"])].iterrows()
    ]


def _choices(tested: pd.DataFrame, names: Mapping[str, str]) -> Values:
    told = tested[tested["p_significant"] < SIGNIFICANCE]
    return {
        "tested": len(tested),
        "specifications": tested["specifications"].max(),
        "told": [
            {
                "support": lower_first(names[row["support"]]),
                "outcome": lower_first(names[row["outcome"]]),
                "significant": int(row["significant"]),
                "fitted": int(row["fitted"]),
            }
            for _, row in told.iterrows()
        ],
    }


def _judgements(tested: pd.DataFrame) -> Values:
    return _tested(tested) | {
        "inspections": tested["inspections"].max(),
        "same_deprivation": holds_deprivation(tested),
        "odds": effects(clear(tested), {}),
    }


def _changes(tested: pd.DataFrame) -> Values:
    return _tested(tested) | {
        "year": next(iter(tested["year"].astype(int)), None),
        "effects": effects(clear(tested).drop(columns="outcome"), {}),
    }
