"""A council's survey beside the published one of 2011: item by item, where its codebook says that both ask the same."""

import numpy as np
import pandas as pd
from scipy.stats import norm

from pipeline.errors import DataError, ParameterError
from pipeline.statistics.clustered_shares import Share, difference_from_published
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries
from pipeline.surveys.agreeing import share_table
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.staff.codebook import StaffItem, StaffSurvey
from pipeline.surveys.staff.comparability import why_not_comparable

LEVEL = 0.95
FALSE_DISCOVERY_RATE = 0.05
HIGHER, LOWER, NOT_TOLD_APART = "higher", "lower", "not told apart"
SHARES = ["item", "respondents", "share", "low", "high", "effective_size"]
FIGURES = [
    "respondents",
    "share",
    "low",
    "high",
    "share_2011",
    "rounding_low_2011",
    "rounding_high_2011",
    "low_2011",
    "high_2011",
    "difference",
    "difference_low",
    "difference_high",
    "p",
    "q",
]
COLUMNS = ["item", "matches", "group_2011", "turned_round", *FIGURES, "verdict", "comparable", "reason"]


def benchmark(
    shares: pd.DataFrame, survey: StaffSurvey, published: Codebook, answers_2011: pd.DataFrame
) -> pd.DataFrame:
    """How much more, or less, a council's staff agree than those of 2011, for each item that matches one of 2011.

    `shares` has one row an item, of one group or of everybody: item, respondents, share agreeing with the statement as
    it is worded, its 95% interval low to high, and effective_size (how many independent respondents tell as much); NaN
    where they are suppressed. `answers_2011` is the canonical table of `published` (see `published.count_tables`). The
    group of 2011 is the one that the survey's codebook names. In both surveys don't-knows belong in the base.

    Returns one row a matched item, in the order of the survey's codebook. Shares are from 0 to 1, differences (the
    council's share less that of 2011) in percentage points:

    - `item`, `matches` (the item of 2011), `group_2011`, `respondents`, `share`, `low`, `high`;
    - `share_2011` (at the central counts), `rounding_low_2011` to `rounding_high_2011` (all that the printed
      percentages allow), `low_2011` to `high_2011` (Wilson's interval at those ends);
    - `difference`, and `difference_low` to `difference_high`: Newcombe's interval (1998, Statistics in Medicine 17:
      873-890, method 10) over every count that the printed percentages allow, from the council's interval and 2011's;
    - `p`, of the z test that rejects exactly when this interval lies on one side of 0, and `q` (Benjamini and Hochberg
      1995, over the items compared); `verdict`: higher or lower where q is below 0.05, else not told apart (even if the
      interval of this item alone excludes 0);
    - `comparable`, and the `reason` where it is False: the group was not asked the item in 2011, the scales are not of
      the same kind or do not have the same points (see `comparability`), or the council's share is not published. There
      is then no verdict, and no figure of 2011.

    An item that is reversed in the council's codebook is turned round (`turned_round`): compared are those who do not
    agree with the council's statement and those of 2011 who do not disagree with theirs, so that "higher" speaks for
    the council in every row. Say so where such a share is shown.

    Raises ParameterError for a codebook that names no benchmark or another one, CodebookError for a group or an item
    that `published` does not have, DataError for shares that cannot be.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> published = read_codebook(project_root() / "data/raw/surveys/ofsted-2011/survey.yaml")
    >>> answers = pd.DataFrame({"item": "sufficient-time", "group": "managers", "category": published.scale.ids,
    ...                         "percent": [10, 50, 20, 15, 5, 0], "base": 80})
    >>> survey = StaffSurvey(
    ...     name="example", title="Example", kind="responses", file={"name": "export.csv"},
    ...     scales=[{"id": "s", "categories": [each.model_dump() for each in published.scale.categories]}],
    ...     domains=[{"id": "d", "label": "D"}], benchmark={"survey": "ofsted-2011", "group": "managers"},
    ...     items=[{"id": "time", "column": "Time", "wording": "Time", "label": "Time", "domain": "d", "scale": "s",
    ...             "measures": "support", "matches": "sufficient-time"}])
    >>> shares = pd.DataFrame([["time", 70, 0.8, 0.692, 0.877, 70]], columns=SHARES)
    >>> table = benchmark(shares, survey, published, answers)
    >>> table[["share_2011", "difference", "difference_low", "verdict"]].round(1).values.tolist()
    [[0.6, 20.0, 5.3, 'higher']]
    """
    _check(shares, survey, published)
    group = published.group(survey.benchmark.group).id
    theirs = {turned: _by_item(answers_2011, published, group, turned) for turned in (False, True)}
    ours = shares.set_index("item")
    rows = [_row(item, ours, theirs[item.reversed], survey, published, group) for item in survey.items if item.matches]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(FIGURES, float))
    compared = table["comparable"].astype(bool)
    table["comparable"] = compared
    if compared.any():
        table.loc[compared, "q"] = adjusted_for_false_discoveries(table.loc[compared, "p"])
        told_apart = table["q"] < FALSE_DISCOVERY_RATE
        table.loc[compared, "verdict"] = np.select(
            [told_apart & (table["difference"] > 0), told_apart], [HIGHER, LOWER], NOT_TOLD_APART
        )[compared]
    return table


def _check(shares: pd.DataFrame, survey: StaffSurvey, published: Codebook) -> None:
    if survey.benchmark is None or survey.benchmark.survey != published.name:
        raise ParameterError(
            "The survey is not to be compared with this one.",
            where="survey.yaml, benchmark",
            found=survey.benchmark.survey if survey.benchmark else "no benchmark",
            expected=published.name,
            fix="Name the published survey and the group to compare with.",
        )
    if missing := [column for column in SHARES if column not in shares]:
        raise DataError("The table of shares lacks a column.", found=", ".join(shares.columns), expected=missing[0])
    if shares["item"].duplicated().any():
        raise DataError(
            "An item has two shares.",
            where="column item",
            found=shares["item"][shares["item"].duplicated()].iloc[0],
            expected="one row an item",
        )
    known = shares[shares["share"].notna()]
    ends = known[["low", "share", "high"]]
    fits = ends.ge(0).all(axis=1) & ends.le(1).all(axis=1) & (ends.diff(axis=1).iloc[:, 1:] >= 0).all(axis=1)
    if not fits.all():
        raise DataError(
            "A share cannot be.", where=f"item {known['item'][~fits].iloc[0]}", expected="0 ≤ low ≤ share ≤ high ≤ 1"
        )


def _by_item(answers: pd.DataFrame, published: Codebook, group: str, turned: bool) -> pd.DataFrame:
    """The shares of 2011 by item; turned round, of those who do not disagree."""
    scale = published.scale
    categories = [each for each in scale.ids if each not in scale.disagree] if turned else scale.agree
    return share_table(
        answers[answers["group"] == group],
        categories,
        decimals=published.decimals,
        rounding=published.rounding,
        level=LEVEL,
    ).set_index("item")


def _row(
    item: StaffItem, ours: pd.DataFrame, theirs: pd.DataFrame, survey: StaffSurvey, published: Codebook, group: str
) -> dict[str, object]:
    row: dict[str, object] = {
        "item": item.id,
        "matches": item.matches,
        "group_2011": group,
        "turned_round": item.reversed,
        "verdict": "",
        "comparable": False,
        "reason": "",
    }
    known = item.id in ours.index and pd.notna(ours.loc[item.id, "share"])
    if known:
        share = _share(ours.loc[item.id], item.reversed)
        row |= {"respondents": share.respondents, "share": share.share, "low": share.low, "high": share.high}
    if group not in published.item(item.matches).groups:
        year, label = published.field_period.start[:4], published.group(group).label.lower()
        return row | {"reason": f"In {year}, {label} were not asked it."}
    if reason := why_not_comparable(survey.scale(item.id), published.scale):
        return row | {"reason": reason}
    if not known:
        return row | {"reason": "Its share is not published."}
    return row | {"comparable": True, **_compared(share, theirs.loc[item.matches])}


def _share(row: pd.Series, turned: bool) -> Share:
    """A share as it was given, or that of everybody else."""
    ends = [row["low"], row["share"], row["high"]]
    low, share, high = [1 - end for end in reversed(ends)] if turned else ends
    return Share(share, low, high, row["respondents"], row["effective_size"], 0, LEVEL)


def _compared(share: Share, theirs: pd.Series) -> dict[str, float]:
    fewest, most = (round(theirs[end] * theirs["base"]) for end in ("rounding_low", "rounding_high"))
    _, low, high = difference_from_published(share, fewest, most, int(theirs["base"]))
    z = _statistic(low, high, share.share - theirs["rounding_high"], share.share - theirs["rounding_low"])
    return {
        "share_2011": theirs["share"],
        "rounding_low_2011": theirs["rounding_low"],
        "rounding_high_2011": theirs["rounding_high"],
        "low_2011": theirs["interval_low"],
        "high_2011": theirs["interval_high"],
        "difference": 100 * (share.share - theirs["share"]),
        "difference_low": 100 * low,
        "difference_high": 100 * high,
        "p": float(2 * norm.sf(z)),
    }


def _statistic(low: float, high: float, least: float, greatest: float) -> float:
    """How many standard errors the difference lies from 0, at least, over all that rounding allows.

    `least` to `greatest` are the differences that rounding allows, low to high is their interval. The standard error is
    that on the side of 0, so the statistic is beyond the normal quantile exactly when the interval excludes 0.
    """
    quantile = norm.ppf((1 + LEVEL) / 2)
    if least > 0:
        return quantile * least / (least - low)
    return quantile * greatest / (greatest - high) if greatest < 0 else 0.0
