"""What the chapter on local authorities says in words: sentences that follow from its tables, each with its
uncertainty.

Every function takes frames of `pipeline.authorities.models.fitting` and returns Markdown; where nothing was fitted the reason
stands instead, and where there is nothing at all an empty text. A result that is not clear is told with the same care
as one that is: with its interval, and with the smallest effect that the data would probably have shown.
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.authorities.models.declared import FITTED, SIGNIFICANCE
from pipeline.chapters.authorities.tables import STEP_WORDS
from pipeline.phrases import counted, estimate, listed, lower_first, number

MOST_LISTED = 4
TIMES = {"before": "before the year of the outcome", "within": "in the middle of that year", "after": "after it"}
JUDGED_WITH_CARE = ("Two cautions. Inspectors look at the workforce themselves, so workload and turnover are part of "
                    "what they judge. And a poor judgement, once published, drives staff away: an authority inspected "
                    "again may have the workforce that its last judgement left it with.")


def fitted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that have numbers."""
    return rows[rows["status"] == FITTED]


def clear(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose p-value, adjusted for their number, is below the false-discovery rate, the clearest first."""
    return rows[rows["p_adjusted"] < SIGNIFICANCE].sort_values("p", kind="stable")


def alone(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose own 95% interval leaves out no effect."""
    return rows[rows["p"] < SIGNIFICANCE]


def holds_deprivation(rows: pd.DataFrame) -> bool:
    """Whether deprivation is in the models of `rows`."""
    return bool(rows["adjusted"].astype(bool).any())


def not_fitted(rows: pd.DataFrame, what: str = "pair") -> str:
    """Why rows have no numbers.

    >>> not_fitted(pd.DataFrame({"status": ["fitted", "no rows", "no rows"]}))
    'Not fitted (2 pairs): no rows.'
    """
    reasons = rows.loc[rows["status"] != FITTED, "status"].value_counts()
    return " ".join(f"Not fitted ({counted(count, what)}): {reason.rstrip('.')}." for reason, count in reasons.items())


def pair_name(row: pd.Series, names: Mapping[str, str]) -> str:
    """A pair inside a sentence."""
    return f"{lower_first(names[row['support']])} with {lower_first(names[row['outcome']])}"


def effects_listed(rows: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Effects as a list, the first few of them."""
    texts = [f"{lower_first(names[row['outcome']])} {estimate(row['effect'], row['low'], row['high'])} points for "
             f"{STEP_WORDS[row['support']]}" for _, row in rows.head(MOST_LISTED).iterrows()]
    more = len(rows) - MOST_LISTED
    return "; ".join([*texts, *[f"and {more} more in the table"] * (more > 0)])


def go_together(count: int) -> str:
    """How many pairs go together, inside a sentence."""
    return {0: "none goes together", 1: "one goes together"}.get(count, f"{count} go together")


def points_listed(rows: pd.DataFrame) -> str:
    """Points of the outcome as a list."""
    return "; ".join(f"{estimate(row['effect'], row['low'], row['high'])} points for {STEP_WORDS[row['support']]}"
                     for _, row in rows.iterrows())


def share_of(found: pd.DataFrame, tested: pd.DataFrame) -> str:
    """How many of those tested are clear."""
    return f"all {len(tested)}" if len(found) == len(tested) else f"{len(found)} of {len(tested)}"


def odds_listed(rows: pd.DataFrame) -> str:
    """Odds of a worse judgement as a list."""
    return "; ".join(f"times {estimate(row['odds_ratio'], row['low'], row['high'], '{:.2f}')} for "
                     f"{STEP_WORDS[row['support']]}" for _, row in rows.iterrows())


def movement_text(movement: pd.DataFrame) -> str:
    """How England moved, and how far authorities lie apart."""
    moved = movement.dropna(subset=["change"])
    if not len(moved):
        return ""
    most = moved.assign(relative=(moved["change"] / moved["first"]).abs()).nlargest(3, "relative")
    said = listed([f"{lower_first(row['title'])}, from {row['first_text']} to {row['last_text']}"
                   for _, row in most.iterrows()])
    apart = movement.assign(ratio=(movement["p90"] / movement["p10"]).where(movement["p10"] > 0))
    wide = apart.nlargest(1, "ratio").iloc[0]
    return (f"For England as a whole these moved most, in proportion: {said}. Authorities lie far apart, most of all "
            f"in the {lower_first(wide['title'])}: in {wide['last_year']} one in ten had {wide['p10']:.1f} or less, "
            f"and one in ten {wide['p90']:.1f} or more.")


def verdict(tested: pd.DataFrame, names: Mapping[str, str]) -> str:
    """How many pairs of a family are clear, or how many intervals leave out zero where none is."""
    found, crossed = clear(tested), len(alone(tested))
    some = f": {effects_listed(found, names)}" * bool(len(found))
    few = (f"{crossed} of the intervals {'leaves' if crossed == 1 else 'leave'} out zero; if there were no link, "
           f"about {number(len(tested) * SIGNIFICANCE, '{:.1f}')} of {len(tested)} would." if crossed
           else "Every interval takes in zero.")
    return (f"Of {len(tested)} pairs, {go_together(len(found))} more clearly than chance explains, allowing for their "
            f"number{some}. {few}")


def over_time_text(within: pd.DataFrame, latest: Mapping[str, float], names: Mapping[str, str]) -> str:
    """The main result, and what it leaves room for. `latest`: England's newest value of each outcome."""
    tested = fitted(within)
    if not len(tested):
        return not_fitted(within)
    room = "; ".join(_room(rows, names[outcome], latest.get(outcome))
                     for outcome, rows in tested.groupby("outcome", sort=False))
    parts = [verdict(tested, names), _bootstrap(tested), f"What the intervals leave room for: {room}.",
             not_fitted(within)]
    return " ".join(part for part in parts if part)


def _bootstrap(tested: pd.DataFrame) -> str:
    """Whether the wild bootstrap says the same of each pair."""
    both = tested.dropna(subset=["p_bootstrap"])
    differ = int(((both["p"] < SIGNIFICANCE) != (both["p_bootstrap"] < SIGNIFICANCE)).sum())
    said = "gives the same verdicts" if not differ else f"decides {counted(differ, 'pair')} otherwise"
    return f"The wild bootstrap, which leans less on there being many authorities, {said}." * bool(len(both))


def _room(rows: pd.DataFrame, title: str, latest: float | None) -> str:
    level = "" if latest is None else f" (England's level: {latest:.1f}%)"
    return (f"for {lower_first(title)}{level}, from {number(rows['low'].min())} to {number(rows['high'].max())} points "
            "for any of the steps")


def between_text(between: pd.DataFrame, difference: pd.DataFrame, names: Mapping[str, str]) -> str:
    """Between authorities, and whether that differs from over time. Both frames: the preferred rows."""
    tested = fitted(between)
    if not len(tested):
        return not_fitted(between)
    apart = len(alone(fitted(difference)))
    beyond = (f"In {counted(apart, 'pair')} the two comparisons differ more than chance explains: authorities with "
              "more of the one have another level of the other, but when an authority's workforce changes, its "
              "outcome does not follow in the same way. That points to something else behind both." if apart else
              "In no pair do the comparisons between authorities and over time differ more than chance explains.")
    return f"{verdict(tested, names)} {beyond} {not_fitted(between)}".strip()


def changes_text(rows: pd.DataFrame) -> str:
    """Changes of social worker: one year, so only between authorities. `rows`: primary timing, preferred."""
    tested = fitted(rows)
    if not len(tested):
        return not_fitted(rows, "model")
    found = clear(tested)
    said = (f"Of {len(tested)} measures none goes with it more clearly than chance explains." if not len(found) else
            f"Of {len(tested)} measures of the workforce, {len(found)} {'goes' if len(found) == 1 else 'go'} with it: "
            f"{points_listed(found)}.")
    return ("How many of the children looked after had three or more social workers in the year is there for one "
            f"year, {int(tested['year'].iloc[0])}, and one year says nothing about change. {said}")


def judged_text(rows: pd.DataFrame) -> str:
    """The workforce before an inspection and its judgement. `rows` of the models without and with deprivation."""
    tested = fitted(rows)
    if not len(tested):
        return not_fitted(rows, "model")
    adjusted = tested["adjusted"].astype(bool)
    main = tested[adjusted if adjusted.any() else ~adjusted]
    found, first = clear(main), tested[~adjusted]
    said = ("None of the measures goes with the judgement more clearly than chance explains." if not len(found) else
            f"{share_of(found, main).capitalize()} measures {'goes' if len(found) == 1 else 'go'} with the judgement "
            f"more clearly than chance explains. Odds of a worse one: {odds_listed(found)}.")
    held = (f" These models hold deprivation; without it {len(alone(first))} of {len(first)} intervals leave out 1."
            if adjusted.any() else " Deprivation is not in these models: its sources were not downloaded.")
    fails = main[main["po_verdict"] == "fails"]
    shape = "" if not len(fails) else (" One odds ratio does not fit every grade for "
                                       f"{listed([STEP_WORDS[s] for s in fails['support']])}: it is an average there.")
    return ("Each inspection counts once, with the workforce of the last 30 September before it: up to "
            f"{counted(int(main['inspections'].max()), 'inspection')} of "
            f"{counted(int(main['units'].max()), 'authority', 'authorities')}. {said}{held}{shape}")
