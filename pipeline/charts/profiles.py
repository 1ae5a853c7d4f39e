"""One authority's indicators over time, a small chart for each, on the spread of its statistical neighbours.

Hundreds of these are drawn at a time. Most of matplotlib's time goes into axes and their ticks, so all small charts of
a figure are drawn into one pair of axes whose unit is the inch: lines, bands and labels are placed by `Panel`.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from pipeline.charts.style import EDGE, FIRST, GRID, HEADING, INK, QUIET, SECOND, SMALL, SPREAD, WIDTH

RANGE, MIDDLE = SPREAD  # of the neighbours: all of them, and the middle half
REGION = (0, (1, 1.6))
ROW, COLUMN = 1.45, WIDTH / 2  # inches from one small chart to the next
LEFT, BOTTOM, ACROSS, UP = 0.3, 0.25, 2.0, 0.82  # inches of the plot within its place
LETTERS = 33  # in a line of a title
FEWEST_FOR_BAND = 4  # neighbours with figures: quartiles of fewer would be their own values
BANDS = (("lowest", "highest", RANGE), ("lower_quartile", "upper_quartile", MIDDLE))
LINES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("region", {"color": QUIET, "linestyle": REGION, "linewidth": 1.3}),
    ("england", {"color": SECOND[0], "linestyle": "--", "linewidth": 1.3}),
    ("value", {"color": FIRST[0], "marker": FIRST[1], "linewidth": 1.7, "markersize": 3.6}),
)

Number = TypeVar("Number", float, np.ndarray)


@dataclass(frozen=True)
class Panel:
    """One small chart: its corner in inches, its first and last year, and the highest value that it shows."""

    left: float
    bottom: float
    first: int
    last: int
    highest: float

    def x(self, year: Number) -> Number:
        """Inches from the figure's left edge.

        >>> Panel(0.5, 0.0, 2017, 2024, 10.0).x(2024)
        2.5
        """
        return self.left + ACROSS * (year - self.first + 0.4) / (self.last - self.first + 0.4)

    def y(self, value: Number) -> Number:
        """Inches from the figure's lower edge."""
        return self.bottom + UP * value / self.highest


def trends(figures: pd.DataFrame, titles: Mapping[str, str], here: str = "This authority") -> Figure:
    """Lines over the years for each indicator in `titles`, two charts side by side; the last place holds the legend.

    `figures`: one row an indicator and year with `indicator`, `year`, `value`, `england`, `region`, `with_figures`,
    `lowest`, `lower_quartile`, `upper_quartile`, `highest`. A year without a figure breaks the line and has a cross on
    the axis. `titles` are written above the charts.
    """
    rows = len(titles) // 2 + 1
    figure = plt.figure(figsize=(WIDTH, ROW * rows))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, ROW * rows))
    axes.set_axis_off()
    corners = [(column * COLUMN, (rows - 1 - row) * ROW) for row in range(rows) for column in range(2)]
    for (left, bottom), (indicator, title) in zip(corners, titles.items(), strict=False):
        drawn = figures[figures["indicator"] == indicator].sort_values("year")
        _trend(axes, drawn, _panel(drawn, left + LEFT, bottom + BOTTOM))
        axes.text(
            left + LEFT,
            bottom + BOTTOM + UP + 0.09,
            textwrap.fill(title, LETTERS),
            fontsize=HEADING,
            fontweight="bold",
            va="bottom",
        )
    left, bottom = corners[len(titles)]
    axes.legend(
        handles=_legend(figures, here),
        loc="center left",
        bbox_to_anchor=(left + LEFT - 0.1, bottom + BOTTOM + UP / 2),
        bbox_transform=axes.transData,
        frameon=False,
        borderaxespad=0,
        labelspacing=0.6,
    )
    return figure


def _panel(rows: pd.DataFrame, left: float, bottom: float) -> Panel:
    highest = rows[["value", "england", "region", "highest"]].max().max()
    return Panel(left, bottom, int(rows["year"].min()), int(rows["year"].max()), 1.08 * highest if highest > 0 else 1.0)


def _trend(axes: Axes, rows: pd.DataFrame, panel: Panel) -> None:
    years = panel.x(rows["year"].to_numpy(float))
    _scales(axes, panel)
    banded = (rows["with_figures"] >= FEWEST_FOR_BAND).to_numpy()
    for low, high, colour in BANDS:
        axes.fill_between(
            years,
            panel.y(rows[low].to_numpy(float)),
            panel.y(rows[high].to_numpy(float)),
            where=banded,
            facecolor=colour,
            edgecolor=EDGE,
            linewidth=0.4,
        )
    for column, style in LINES:
        axes.plot(years, panel.y(rows[column].to_numpy(float)), **style)
    missing = years[rows["value"].isna()]
    axes.plot(missing, np.full(len(missing), panel.bottom + 0.035), "x", color=INK, markersize=4)


def _scales(axes: Axes, panel: Panel) -> None:
    """Horizontal lines with their values, and the years."""
    values = [
        value
        for value in MaxNLocator(4, integer=panel.highest >= 4).tick_values(0, panel.highest)
        if 0 <= value <= panel.highest
    ]
    right = panel.left + ACROSS
    axes.add_collection(
        LineCollection(
            [[(panel.left, panel.y(value)), (right, panel.y(value))] for value in values],
            colors=[QUIET if value == 0 else GRID for value in values],
            linewidths=1,
            zorder=1.5,
        ),
        autolim=False,
    )
    for value in values:
        axes.text(
            panel.left - 0.06, panel.y(value), f"{value:g}", fontsize=SMALL, color=INK, ha="right", va="center_baseline"
        )
    for year in _labelled(panel.first, panel.last):
        axes.text(panel.x(year), panel.bottom - 0.07, str(year), fontsize=SMALL, color=QUIET, ha="center", va="top")


def _labelled(first: int, last: int) -> Sequence[int]:
    """Years with a label: the last one, and backwards from it so that labels do not touch.

    >>> list(_labelled(2013, 2024)), list(_labelled(2024, 2024))
    ([2015, 2018, 2021, 2024], [2024])
    """
    step = max(1, -(-(last - first + 1) // 4))
    return range(last, first - 1, -step)[::-1]


def _legend(figures: pd.DataFrame, here: str) -> list[Line2D | Patch]:
    styles = dict(LINES)
    handles: list[Line2D | Patch] = [Line2D([], [], label=here, **styles["value"])]
    if figures["value"].isna().any():
        handles.append(
            Line2D([], [], color=INK, marker="x", linestyle="", markersize=4, label="No figure in this year")
        )
    handles.append(Line2D([], [], label="England", **styles["england"]))
    if figures["region"].notna().any():
        handles.append(Line2D([], [], label="Region", **styles["region"]))
    if (figures["with_figures"] >= FEWEST_FOR_BAND).any():
        handles += [
            Patch(facecolor=colour, edgecolor=EDGE, linewidth=0.5, label=f"Neighbours: {words}")
            for colour, words in ((MIDDLE, "middle half"), (RANGE, "all"))
        ]
    return handles
