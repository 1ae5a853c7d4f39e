"""The order of a chart's items: by how many agree, or by the mean answer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.surveys.codebook import AnswerScale


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
