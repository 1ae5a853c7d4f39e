"""The shares that a chart of answers draws: from counts or weights, how many agree, the mean answer, and the order."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.surveys.codebook import AnswerScale

ROW = ["item", "group"]


def answer_shares(answers: pd.DataFrame, scale: AnswerScale, weight: str | None = None) -> pd.DataFrame:
    """Per cent of each answer, from a row an answer, or a row an item, group and category with its count or weight.

    `answers`: columns `item`, `group`, `category`, and the one that `weight` names; without it each row counts once.
    A count that is suppressed (empty) is left empty, and so are the shares of its row unless a column `base` gives the
    people who answered. Returns one row an item and group, in the order of `answers`, with a column for each answer of
    the scale, and `base` where `answers` has it, or where rows were counted.

    >>> yes, no = dict(id="yes", label="Yes", role="agree"), dict(id="no", label="No", role="disagree")
    >>> yes_no = AnswerScale(categories=[yes, no])
    >>> table = pd.DataFrame({"item": "time", "group": "all", "category": ["yes", "no", "no"], "weight": [1., 2., 1.]})
    >>> answer_shares(table, yes_no, "weight").to_dict("records")
    [{'item': 'time', 'group': 'all', 'yes': 25.0, 'no': 75.0}]
    >>> answer_shares(table, yes_no).round(1).to_dict("records")
    [{'item': 'time', 'group': 'all', 'yes': 33.3, 'no': 66.7, 'base': 3}]
    """
    by_row = answers.groupby(ROW, sort=False)
    each = answers.assign(counted=1 if weight is None else answers[weight]).groupby([*ROW, "category"], sort=False)
    counts = each["counted"].sum(min_count=1).unstack().reindex(columns=list(scale.ids))
    suppressed = each["counted"].apply(lambda cell: cell.isna().any()).unstack(fill_value=False)
    counts = counts.fillna(0).mask(suppressed.reindex(columns=counts.columns, fill_value=False))
    total = counts.sum(axis=1, skipna=False)
    given = by_row["base"].first() if "base" in answers else by_row.size() if weight is None else None
    shares = 100 * counts.div(given if "base" in answers else total, axis=0)
    shares = shares if given is None else shares.assign(base=given)
    return answers[ROW].drop_duplicates().merge(shares.rename_axis(columns=None).reset_index(), on=ROW)


def side(shares: pd.DataFrame, categories: Sequence[str]) -> pd.Series:
    """The categories added up; empty where one of them is."""
    return shares[list(categories)].astype(float).sum(axis=1, skipna=False)


def mean_answer(shares: pd.DataFrame, scale: AnswerScale) -> pd.Series:
    """The mean place on the scale, 1 for the strongest disagreement; answers beside the scale are left out.

    >>> yes, no = dict(id="yes", label="Yes", role="agree"), dict(id="no", label="No", role="disagree")
    >>> mean_answer(pd.DataFrame({"yes": [30.0], "no": [10.0]}), AnswerScale(categories=[yes, no])).tolist()
    [1.75]
    """
    on_scale = [category for category in scale.ids if category not in scale.with_role("dont_know")]
    places = np.arange(len(on_scale), 0, -1)
    known = shares[on_scale].astype(float)
    return (known * places).sum(axis=1, skipna=False) / known.sum(axis=1, skipna=False)


def sorted_items(shares: pd.DataFrame, scale: AnswerScale, items: Sequence[str], by: str) -> list[str]:
    """`items` with the most "agreement" or the highest "mean" first; "given" leaves their order.

    `shares` has one row an item; an item whose measure is not known comes last. Raises ValueError for another order.
    """
    if by == "given":
        return list(items)
    measures = {"agreement": lambda: side(shares, scale.agree), "mean": lambda: mean_answer(shares, scale)}
    if by not in measures:
        raise ValueError(f"Sorted by {by!r}; it can be given, agreement or mean.")
    measure = pd.Series(measures[by]().to_numpy(), index=shares["item"]).reindex(list(items))
    return list(measure.sort_values(ascending=False, kind="stable", na_position="last").index)
