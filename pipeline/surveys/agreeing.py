"""How many agree: a share for each item and group, with what rounding allows and what sampling adds."""

from collections.abc import Iterable

import pandas as pd

from pipeline.statistics.intervals import share_interval
from pipeline.surveys.published import feasible_sets


def share_table(
    answers: pd.DataFrame,
    categories: Iterable[str],
    *,
    decimals: int = 0,
    rounding: str = "half_up",
    level: float = 0.95,
) -> pd.DataFrame:
    """The share of all who answered that chose one of `categories`; don't-knows stay in the base.

    `answers` is the canonical table (one row an item, group and category). Returns one row an item and group, in the
    order of `answers`: `item`, `group`, `base` (people), `percent` (the published percentages added up), and from 0 to
    1 `share` (at the central counts), `rounding_low`, `rounding_high` (all that the published percentages allow),
    `interval_low`, `interval_high` (Wilson's interval at those ends, `level` confidence).

    >>> answers = pd.DataFrame({"item": "time", "group": "managers", "category": ["agree", "other"],
    ...                         "percent": [46, 54], "base": 146})
    >>> share_table(answers, ["agree"]).round(3).to_dict("records")  # doctest: +NORMALIZE_WHITESPACE
    [{'item': 'time', 'group': 'managers', 'base': 146, 'percent': 46, 'share': 0.459, 'rounding_low': 0.459,
      'rounding_high': 0.459, 'interval_low': 0.38, 'interval_high': 0.54}]
    """
    wanted = set(categories)
    sets = feasible_sets(answers, decimals, rounding)
    rows = []
    for (item, group), row in answers.groupby(["item", "group"], sort=False):
        chosen = row["category"].isin(wanted).to_numpy()
        interval = share_interval(sets[item, group], chosen.nonzero()[0].tolist(), level)
        rows.append(
            {
                "item": item,
                "group": group,
                "base": int(row["base"].iloc[0]),
                "percent": row["percent"][chosen].sum(),
                "share": interval.share,
                "rounding_low": interval.rounding_low,
                "rounding_high": interval.rounding_high,
                "interval_low": interval.wilson_low,
                "interval_high": interval.wilson_high,
            }
        )
    return pd.DataFrame(rows)


def wide_percentages(answers: pd.DataFrame) -> pd.DataFrame:
    """One row an item and group, one column a category, in per cent as published: what the bar charts draw.

    >>> answers = pd.DataFrame({"item": "time", "group": "managers", "category": ["agree", "other"], "percent": [46, 54]})
    >>> wide_percentages(answers).to_dict("records")
    [{'item': 'time', 'group': 'managers', 'agree': 46, 'other': 54}]
    """
    order = list(dict.fromkeys(answers["category"]))
    wide = answers.pivot(index=["item", "group"], columns="category", values="percent")[order]
    published_order = answers[["item", "group"]].drop_duplicates()
    return published_order.merge(wide.reset_index(), on=["item", "group"]).rename_axis(columns=None)
