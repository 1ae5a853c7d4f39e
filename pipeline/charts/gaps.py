"""The forest plot of role gaps."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.lists import APART, dot_key, dots, key_above, name_axis, odds_axis, statement_list
from pipeline.charts.style import FIRST, INK, SECOND

ESTIMATES = {
    "odds_ratio": (-APART, FIRST, "Statement alone"),
    "shrunken": (APART, SECOND, "Drawn to its subject's mean"),
}


def forest(gaps: pd.DataFrame, items: Mapping[str, str], sections: Mapping[str, Sequence[str]], xlabel: str) -> Figure:
    """Odds ratios on a log scale: each item's own, and drawn towards its domain's mean, both with 95% intervals.

    `gaps`: one row an item with `item`, `odds_ratio`, `odds_ratio_low`, `odds_ratio_high`, `shrunken`, `shrunken_low`,
    `shrunken_high`. `sections` puts the items that are in `gaps` under headings; `items` holds the labels.
    """
    figure, axes, places = statement_list(sections, items, gaps["item"], key=True)
    drawn = gaps.set_index("item").loc[[item for item, _ in places]]
    for name, (offset, style, _) in ESTIMATES.items():
        heights = [middle + offset for _, middle in places]
        dots(axes, drawn[name], drawn[f"{name}_low"], drawn[f"{name}_high"], heights, style)
    odds_axis(axes, [0.5, 1, 2, 4])
    axes.set_xlim(0.35, 5.5)
    axes.xaxis.grid(True)
    axes.axvline(1, color=INK, linewidth=0.9, zorder=0.9)
    name_axis(figure, axes, xlabel)
    key_above(figure, [dot_key(style, label) for _, style, label in ESTIMATES.values()])
    return figure
