"""The share that agrees as dots; every answer as bars is in `pipeline.charts.likert`."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.lists import APART, dot_key, dots, key_above, name_axis, statement_list
from pipeline.charts.style import FIRST, SECOND


def agreement_dots(
    shares: pd.DataFrame, items: Mapping[str, str], groups: Mapping[str, str], sections: Mapping[str, Sequence[str]]
) -> Figure:
    """A dot plot: the share of each group that agrees, item by item, with its interval.

    `shares`: one row an item and group with `share`, `interval_low` and `interval_high`, all from 0 to 1. `sections`
    puts the items under headings, in order; `items` and `groups` (one or two) hold the labels.
    """
    rows = shares.set_index(["item", "group"])[["share", "interval_low", "interval_high"]] * 100
    figure, axes, places = statement_list(sections, items, shares["item"], key=len(groups) > 1)
    styles = (FIRST, SECOND)[: len(groups)]
    for offset, group, style in zip((-APART, APART) if len(groups) > 1 else (0,), groups, styles, strict=True):
        asked = [(item, middle) for item, middle in places if (item, group) in rows.index]
        drawn = rows.loc[[(item, group) for item, _ in asked]]
        dots(
            axes,
            drawn["share"],
            drawn["interval_low"],
            drawn["interval_high"],
            [middle + offset for _, middle in asked],
            style,
        )
    axes.set_xlim(0, 100)
    axes.xaxis.grid(True)
    name_axis(figure, axes, "Agree or strongly agree (%), with 95% intervals")
    if len(groups) > 1:
        key_above(figure, [dot_key(style, label) for style, label in zip(styles, groups.values(), strict=True)])
    return figure
