"""How far the chapter's results hang on choices, in words: timing, counts, deprivation, other specifications."""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import PRIMARY_TIMING, SIGNIFICANCE
from pipeline.chapters.authorities.findings import TIMES, alone, fitted, holds_deprivation, not_fitted, pair_name
from pipeline.claims.verdicts import NOT_CHECKABLE
from pipeline.phrases import counted, listed, number

OTHERS_SAY = "In other studies deprivation is the best predictor of judgements [@wilkins2018; @wilkins2020]"


def timing_text(parts: Mapping[str, pd.DataFrame]) -> str:
    """The workforce before, in the middle of and after the year of the outcome; `parts` by timing."""
    parts = {timing: fitted(rows) for timing, rows in parts.items()}
    found = {timing: len(alone(rows)) for timing, rows in parts.items() if len(rows)}
    if not found:
        return ""
    said = listed([f"{count} of {len(parts[timing])} with the workforce {TIMES[timing]}"
                   for timing, count in found.items()])
    after, before = found.get("after", 0), found.get(PRIMARY_TIMING, 0)
    warning = ("" if "after" not in found else
               " What comes afterwards cannot be a cause, and it is found as often: a warning against reading either "
               "as an effect of the workforce." if after and after >= before else
               " What comes afterwards cannot be a cause; the pairs found there show how easily a link arises without "
               "one." if after else
               " That nothing shows for the workforce afterwards is what one expects: it cannot be a cause.")
    return f"Intervals that leave out zero: {said}.{warning}"


def counts_text(counts: pd.DataFrame, within: pd.DataFrame) -> str:
    """Whether the model of counts says the same as that of percentages."""
    tested = fitted(counts)
    if not len(tested):
        return not_fitted(counts)
    both = tested.merge(fitted(within), on=["support", "outcome"], suffixes=("", "_linear"))
    differ = int(((both["p"] < SIGNIFICANCE) != (both["p_linear"] < SIGNIFICANCE)).sum())
    said = ("At the 5% level it decides every pair alike." if not differ else
            f"At the 5% level it decides {counted(differ, 'pair')} of {len(both)} otherwise.")
    return ("A share of 20 plans says less than a share of 500, and the main model, in which every authority counts "
            f"once, does not know it. A logit model of the counts does. {said} {not_fitted(counts)}").strip()


def deprivation_text(without: pd.DataFrame, preferred: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What deprivation changes between authorities, or that it is missing. `labels` by measure."""
    first, then = fitted(without), fitted(preferred)
    if not len(first):
        return ""
    if not holds_deprivation(then):
        return (f"**Deprivation is missing:** its sources were not downloaded. {OTHERS_SAY}, and it may be behind both "
                "the workforce and the outcomes. So every link between authorities on this page may be its work. The "
                "comparison over time, which takes out what does not change within an authority, is the safer of the "
                "two.")
    both = first.merge(then, on=["support", "outcome"], suffixes=("", "_then"))
    before, after = both["p"] < SIGNIFICANCE, both["p_then"] < SIGNIFICANCE
    turned = int((both["effect"] * both["effect_then"] < 0).sum())
    same = "the same pairs" if (before == after).all() else f"{int((before & after).sum())} of them the same"
    moved = f"; {turned} of the estimates change direction" * bool(turned)
    return (f"{OTHERS_SAY}. Without it, the intervals of {len(alone(first))} of {len(first)} pairs between authorities "
            f"leave out zero; at the same deprivation ({labels[then['adjustment'].iloc[0]]}), {len(alone(then))} of "
            f"{len(then)}, {same}{moved}. Over time within an authority, deprivation that does not change is left out "
            "by the comparison itself.")


def curves_text(curves: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How far the results hang on choices that could have been made otherwise."""
    tested = fitted(curves)
    if not len(tested):
        return not_fitted(curves) if len(curves) else ""
    told = tested[tested["p_significant"] < SIGNIFICANCE]
    joint = ("For no pair are more specifications significant than chance would give without a link."
             if not len(told) else
             "More specifications are significant than chance would give without a link for "
             f"{listed([pair_name(row, names) for _, row in told.iterrows()])}; this test is not adjusted for the "
             "number of pairs.")
    return ("Counts or percentages, weights, the year of the pandemic, joint returns, small authorities, deprivation, "
            f"the timing: for each pair there are {int(tested['specifications'].max())} ways to do the same analysis, "
            f"all of them defensible [@simonsohn2020]. {joint}")


def influence_text(influential: pd.DataFrame, found: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Whether one authority decides. `influential` with `any_flips`: whether leaving out any one unit changes the
    verdict.

    `found`: the pairs that are clear in the main model.
    """
    if not len(influential):
        return ""
    flips = influential[influential["any_flips"]]
    hold = found.merge(influential, on=["support", "outcome"])
    said = "".join(f" The effect of {pair_name(row, names)}, clear in the main model, stays between "
                   f"{number(row['lowest'], '{:+.2f}')} and {number(row['highest'], '{:+.2f}')} points without any one "
                   "authority." for _, row in hold.iterrows())
    if not len(flips):
        return f"Leaving out any one authority changes the verdict of no pair at the 5% level.{said}"
    return (f"In {counted(len(flips), 'pair')} of {len(influential)}, one authority is enough to change the verdict at "
            f"the 5% level ({'; '.join(pair_name(row, names) for _, row in flips.iterrows())}).{said}")


def claims_text(claims: pd.DataFrame) -> str:
    """How many national facts were checked."""
    if not len(claims):
        return ""
    checkable = claims[claims["verdict"] != NOT_CHECKABLE]
    counts = checkable["verdict"].value_counts()
    said = listed([f"{count} {verdict}" for verdict, count in counts.items()])
    return (f"The five documents behind this project make {counted(len(claims), 'statement')} about authorities on "
            f"which statistics could bear. {len(checkable)} can be checked with the statistics "
            f"downloaded{': ' + said if len(checkable) else ''}. The others are about years or subjects that they do "
            "not hold; all are in the data tables.")


def data_text(within: pd.DataFrame, panel: pd.DataFrame, not_used: list[str]) -> str:
    """What the models rest on. `not_used`: rows of the files that are not, with the reason."""
    tested = fitted(within)
    if not len(tested):
        return ""
    years = panel.loc[panel["indicator"].isin(set(tested["support"])), "year"]
    return (f"Workforce figures are of {int(years.min())} to {int(years.max())}. The models over time rest on "
            f"{int(tested['rows'].min()):,} to {int(tested['rows'].max()):,} pairs of an authority and a year, of "
            f"{int(tested['units'].min())} to {int(tested['units'].max())} authorities; a joint return of two "
            "authorities is one. Where a figure was not published, the pair of authority and year is left out with "
            "its reason; no marker becomes a number, and no authority is made up from parts."
            + f" Rows not used. {'. '.join(not_used)}." * bool(not_used))
