"""The forest plot of role gaps."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from pipeline.charts import FIRST, INK, LINE_HEIGHT, SECOND, WIDTH, list_lines, write_labels


def forest(gaps: pd.DataFrame, items: Mapping[str, str], sections: Mapping[str, Sequence[str]], xlabel: str) -> Figure:
    """Odds ratios on a log scale: each item's own, and drawn towards its domain's mean, both with 95% intervals.

    `gaps`: one row an item with `item`, `odds_ratio`, `odds_ratio_low`, `odds_ratio_high`, `shrunken`, `shrunken_low`,
    `shrunken_high`. `sections` puts the items that are in `gaps` under headings; `items` holds the labels.
    """
    rows = gaps.set_index("item")
    lines = list_lines({heading: [item for item in slugs if item in rows.index] for heading, slugs in sections.items()})
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * len(lines) + 0.75),
                                gridspec_kw={"left": 0.47, "right": 0.985, "top": 1, "bottom": 0})
    write_labels(figure, axes, lines, items)
    for name, offset, (colour, marker) in (("odds_ratio", -0.17, FIRST), ("shrunken", 0.17, SECOND)):
        places = [y for y, (_, item) in enumerate(lines) if item]
        drawn = rows.loc[[lines[y][1] for y in places]]
        heights = [y + offset for y in places]
        axes.hlines(heights, drawn[f"{name}_low"], drawn[f"{name}_high"], color=colour, linewidth=1)
        axes.plot(drawn[name], heights, marker, color=colour, markersize=4.2, markeredgecolor="white", markeredgewidth=0.4)
    axes.axvline(1, color=INK, linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    axes.set(xlabel=xlabel, xlim=(0.35, 5.5))
    axes.xaxis.set_major_locator(FixedLocator([0.5, 1, 2, 4]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.xaxis.grid(True)
    handles = [plt.Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1, label=label)
               for (colour, marker), label in ((FIRST, "Statement alone"), (SECOND, "Drawn to its subject's mean"))]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    return figure
