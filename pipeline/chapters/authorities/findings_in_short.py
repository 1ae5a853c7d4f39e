"""The chapter on local authorities in short, and in a sentence: what a reader takes away who reads nothing else."""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import SIGNIFICANCE
from pipeline.chapters.authorities.findings import (
    TIMES,
    clear,
    effects_listed,
    fitted,
    go_together,
    holds_deprivation,
    odds_listed,
    pair_name,
    points_listed,
    share_of,
)
from pipeline.phrases import counted, estimate, listed, number

NO_DATA = ("The statistics on local authorities have not been downloaded, so no results are shown: `golden-thread "
           "authorities fetch` gets them, and `golden-thread authorities fetch --from FOLDER` takes them from a "
           "folder.")
NO_CAUSE = ("**What this cannot show:** causes. The figures are about authorities, not about single children or "
            "workers; authorities differ in much that is not measured here, and what changes in a year often has one "
            "cause with what changes beside it (@sec-limits).")


def in_short(timings: Mapping[str, pd.DataFrame], between: pd.DataFrame, judged: pd.DataFrame, changes: pd.DataFrame,
             curves: pd.DataFrame, names: Mapping[str, str]) -> str:
    """The chapter as a list.

    `timings` holds the model over time by timing, the main one first. `between`, `judged` and `changes` are the
    preferred rows: adjusted for deprivation where it is there.
    """
    main, *others = timings
    lines = [_over_time_in_short(fitted(timings[main]), {other: fitted(timings[other]) for other in others}, names),
             _curves_in_short(fitted(curves), names), _between_in_short(fitted(between), names),
             _judged_in_short(fitted(judged)), _changes_in_short(fitted(changes)), NO_CAUSE]
    return "\n".join(f"- {line}" for line in lines if line)


def _over_time_in_short(tested: pd.DataFrame, others: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> str:
    if not len(tested):
        return ""
    found = clear(tested)
    head = (f"**Over time, within the same authority:** of {counted(len(tested), 'pair')} of a workforce measure and "
            f"an outcome, {go_together(len(found))} more clearly than chance explains, allowing for how many were "
            "looked at")
    if len(found):
        return (f"{head}: {effects_listed(found, names)} (95% intervals in brackets)."
                f"{_at_other_times(found, others, names)} "
                f"{_could_have_shown(tested)}")
    return f"{head}. That is not proof of no effect. {_could_have_shown(tested)}"


def _could_have_shown(tested: pd.DataFrame) -> str:
    low, high = (number(mde, "{:.1f}") for mde in (tested["mde"].min(), tested["mde"].max()))
    return (f"Effects of {low} to {high} percentage points and more, depending on the pair, would probably have shown "
            "(80% power); smaller ones may be there.")


def _at_other_times(found: pd.DataFrame, others: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> str:
    """What becomes of a clear pair when the workforce of another September is taken."""
    said = []
    for _, row in found.iterrows():
        for timing, rows in others.items():
            again = rows[(rows["support"] == row["support"]) & (rows["outcome"] == row["outcome"])]
            said += [f"{estimate(each['effect'], each['low'], each['high'])} with the workforce {TIMES[timing]}"
                     for _, each in again.iterrows()]
    if len(found) > 1 or not said:
        return " Other timings are in @fig-timing." * bool(said)
    return f" For the same pair it is {listed(said)}: read it with care (@sec-timing)."


def _changes_in_short(tested: pd.DataFrame) -> str:
    if not len(tested):
        return ""
    found = clear(tested)
    return (f"**Changes of social worker** ({int(tested['year'].iloc[0])} only): {len(found) or 'none'} of "
            f"{len(tested)} measures of the workforce {'goes' if len(found) == 1 else 'go'} with how many children "
            "looked after had three or more social workers in the year, between authorities"
            + (f": {points_listed(found)}." if len(found) else "."))


def _curves_in_short(tested: pd.DataFrame, names: Mapping[str, str]) -> str:
    if not len(tested):
        return ""
    told = tested[tested["p_significant"] < SIGNIFICANCE]
    head = (f"**With other choices** (up to {int(tested['specifications'].max())} ways to do the same analysis, "
            "@sec-choices): ")
    if not len(told):
        return head + "in no pair are more results significant than chance would give without a link."
    pairs = [f"{pair_name(row, names)} ({int(row['significant'])} of {int(row['fitted'])})"
             for _, row in told.iterrows()]
    return f"{head}more results are significant than chance would give without a link for {listed(pairs)}."


def _between_in_short(tested: pd.DataFrame, names: Mapping[str, str]) -> str:
    if not len(tested):
        return ""
    found, adjusted = clear(tested), holds_deprivation(tested)
    head = (f"**Between authorities{' of the same deprivation' * adjusted}:** of {counted(len(tested), 'pair')}, "
            f"{go_together(len(found))}")
    missing = "" if adjusted else (" Deprivation, which may be behind both sides, is not in these models: its sources "
                                   "were not downloaded.")
    some = f": {effects_listed(found, names)}" * bool(len(found))
    return f"{head} more clearly than chance explains{some}.{missing}"


def _judged_in_short(tested: pd.DataFrame) -> str:
    if not len(tested):
        return ""
    found, adjusted = clear(tested), holds_deprivation(tested)
    head = ("**Inspection judgements** "
            f"({counted(int(tested['inspections'].max()), 'inspection')}{', at the same deprivation' * adjusted}): ")
    if not len(found):
        return head + ("no measure of the workforce before the inspection goes with the judgement more clearly than "
                       "chance explains.")
    return (f"{head}{share_of(found, tested)} measures of the workforce before the inspection "
            f"{'goes' if len(found) == 1 else 'go'} with the judgement. Odds of a worse one: {odds_listed(found)}.")


def in_a_sentence(within: pd.DataFrame, between: pd.DataFrame, judged: pd.DataFrame, changes: pd.DataFrame) -> str:
    """For reports that refer to the chapter. But for `within`, the preferred rows."""
    over_time, across, judgements, moves = map(fitted, (within, between, judged, changes))
    if not len(over_time) or not len(across):
        return ("Whether authorities with better support have better outcomes can be tested on published statistics; "
                "they have not been downloaded here.")
    measures = [f"{_count(rows)} go with {what}" for rows, what in (
        (judgements, "inspection judgements"), (moves, "changes of social worker")) if len(rows)]
    alone = f" Of the measures of the workforce, {listed(measures)}." * bool(measures)
    return (f"In published statistics on English local authorities, {_count(over_time)} pairs of a workforce measure "
            f"and an outcome go together over time within an authority, and {_count(across)} between authorities, more "
            f"clearly than chance explains.{alone} None of this shows what causes what.")


def _count(tested: pd.DataFrame) -> str:
    return f"{len(clear(tested)) or 'none'} of {len(tested)}"
