"""Charts of the chapter on local authorities: how indicators moved, effects with intervals, and specification curves.

A panel of a grid belongs to one support (its row) and one outcome (its column), so that every chart of effects reads
alike.
"""

from collections.abc import Mapping
from textwrap import wrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from pipeline.charts.style import (
    EDGE,
    FIRST,
    GRID,
    INK,
    PALE_BLUES,
    PAPER,
    QUIET,
    SERIES,
    SMALL,
    SMALLEST,
    UNCLEAR,
    WIDTH,
)
from pipeline.phrases import number

WIDE, NARROW = PALE_BLUES[:2]  # bars of eight in ten authorities, and of half of them
GUTTER = 1.42  # inches for the names of the rows
GAP = 0.14  # inches between panels
LINE = 0.135  # inches of a line of small print
HEAD_LETTERS = 16  # characters of a line above a panel
RATIO_TICKS, FEW_TICKS = (0.25, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4), (0.25, 0.5, 1, 2, 4)


def yearly_panels(table: pd.DataFrame, titles: Mapping[str, str]) -> Figure:
    """A panel an indicator: England's value a year, on bars that hold half and eight in ten of the authorities.

    `table`: one row an indicator and year with `indicator`, `year`, `england`, `p10`, `p25`, `p75`, `p90` in the
    indicator's unit; what is empty is not drawn. `titles` gives order and headings, at most two lines of 30 characters.
    """
    across, down = 2, -(-len(titles) // 2)
    head, panel, between, foot = 0.32, 1.0, 0.62, 0.22
    height = head + down * panel + (down - 1) * between + 0.36 + foot
    figure, grid = plt.subplots(
        down,
        across,
        figsize=(WIDTH, height),
        sharex=True,
        squeeze=False,
        gridspec_kw={
            "left": 0.075,
            "right": 0.985,
            "top": 1 - (head + 0.36) / height,
            "bottom": foot / height,
            "wspace": 0.17,
            "hspace": between / panel,
        },
    )
    years = range(int(table["year"].min()), int(table["year"].max()) + 1)
    for axes, (indicator, title) in zip(grid.flat, titles.items(), strict=False):
        _yearly(axes, table[table["indicator"] == indicator], years)
        axes.set_title("\n".join(wrap(title, 34)), loc="left", fontsize=SMALL, fontweight="bold", x=-0.02)
        axes.tick_params(labelbottom=True)
    for axes in list(grid.flat)[len(titles) :]:
        axes.set_axis_off()
    figure.legend(
        [
            Line2D([], [], color=FIRST[0], marker=FIRST[1], markersize=4, linewidth=1.2),
            Patch(facecolor=NARROW, edgecolor=EDGE),
            Patch(facecolor=WIDE, edgecolor=EDGE),
        ],
        ["England", "Half of authorities", "Eight in ten"],
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        columnspacing=1.4,
    )
    return figure


def _yearly(axes: Axes, rows: pd.DataFrame, years: range) -> None:
    rows = rows.set_index("year").reindex(years)
    for low, high, colour, width in (("p10", "p90", WIDE, 0.34), ("p25", "p75", NARROW, 0.62)):
        axes.bar(
            rows.index,
            rows[high] - rows[low],
            bottom=rows[low],
            width=width,
            color=colour,
            edgecolor=EDGE,
            linewidth=0.5,
        )
    axes.plot(rows.index, rows["england"], color=FIRST[0], marker=FIRST[1], markersize=3.4, linewidth=1.2)
    known = rows["england"].dropna()
    for year, place in ((known.index[0], "right"), (known.index[-1], "left")) if len(known) > 1 else ():
        aside = -0.45 if place == "right" else 0.45
        axes.text(
            year + aside,
            known[year],
            number(known[year], "{:.1f}"),
            ha=place,
            va="center",
            fontsize=SMALLEST,
            color=INK,
        )
    top = np.nanmax(rows[["england", "p90"]].to_numpy(dtype=float))
    axes.set(xlim=(years[0] - 1.9, years[-1] + 1.9), ylim=(0, top * 1.08))
    axes.xaxis.set_major_locator(FixedLocator([years[0], years[len(years) // 2], years[-1]]))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.grid(True, linewidth=0.6)
    axes.tick_params(labelsize=SMALLEST)


def effect_panels(
    table: pd.DataFrame,
    rows: Mapping[str, str],
    columns: Mapping[str, str],
    series: Mapping[str, str],
    xlabel: str,
    *,
    ratio: bool = False,
    smallest: str = "",
) -> Figure:
    """Estimates with intervals: a row a support, a panel an outcome, a marker for each of up to three series.

    `table`: `row`, `column`, `series`, `value`, `low`, `high`; a row without a value is left empty. `smallest` is the
    label of a pair of marks at plus and minus the column `mde` of the first series. `ratio`: odds ratios on a log
    scale.
    """
    labels = {row: wrap(label, 22) for row, label in rows.items()}
    across = len(columns)
    # a line of the grid has room for its label and for its series; inches
    line = max(0.17 * len(series) + 0.1, max(map(len, labels.values())) * LINE + 0.08)
    heads = max(len(wrap(title, HEAD_LETTERS)) for title in columns.values())
    legend_lines = -(-(len(series) + bool(smallest)) // 2) if len(series) > 1 or smallest else 0
    top, foot = 0.19 * legend_lines + 0.15 * heads + 0.14, 0.5
    height = top + line * len(rows) + foot
    size = {"figsize": (WIDTH, height), "sharex": True, "sharey": True, "squeeze": False}
    figure, grid = plt.subplots(
        1,
        across,
        **size,
        gridspec_kw={
            "left": GUTTER / WIDTH,
            "right": 0.985,
            "top": 1 - top / height,
            "bottom": foot / height,
            "wspace": GAP * across / (WIDTH - GUTTER),
        },
    )
    for axes, (column, title) in zip(grid[0], columns.items(), strict=True):
        for at, (name, (colour, marker)) in enumerate(zip(series, SERIES, strict=False)):
            drawn = table[(table["column"] == column) & (table["series"] == name)].set_index("row").reindex(list(rows))
            places = np.arange(len(rows)) + (at - (len(series) - 1) / 2) * 0.17 / line
            axes.hlines(places, drawn["low"], drawn["high"], color=colour, linewidth=1.1)
            axes.plot(
                drawn["value"], places, marker, color=colour, markersize=4.4, markeredgecolor=PAPER, markeredgewidth=0.4
            )
            if smallest and at == 0:
                for ends in (drawn["mde"], -drawn["mde"]):
                    axes.plot(ends, places, "|", color=QUIET, markersize=6, markeredgewidth=1.2)
        axes.axvline(1 if ratio else 0, color=INK, linewidth=0.8, zorder=0)
        axes.set_title("\n".join(wrap(title, HEAD_LETTERS)), loc="left", fontsize=SMALLEST, fontweight="bold")
        axes.hlines(
            np.arange(len(rows) - 1) + 0.5, 0, 1, transform=axes.get_yaxis_transform(), color=GRID, linewidth=0.6
        )
        axes.tick_params(labelsize=SMALLEST)
        axes.spines["left"].set_visible(False)
    first = grid[0][0]
    first.set(ylim=(len(rows) - 0.5, -0.5), yticks=[])
    for place, row in enumerate(rows):
        figure.text(0, 1 - (top + line * (place + 0.5)) / height, "\n".join(labels[row]), va="center", fontsize=SMALL)
    _value_axis(first, ratio)
    figure.text(1, 0.02, xlabel, ha="right", va="bottom", fontsize=SMALL)
    _series_legend(figure, series, smallest)
    return figure


def _value_axis(axes: Axes, ratio: bool) -> None:
    """The horizontal axis that all panels share: odds ratios, or differences with a sign."""
    if not ratio:
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, "{:+g}")))
        axes.margins(x=0.06)
        return
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    inside = [tick for tick in RATIO_TICKS if low <= tick <= high]
    few = [tick for tick in inside if tick in FEW_TICKS] if len(inside) > 5 else inside
    axes.xaxis.set_major_locator(FixedLocator(few))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _series_legend(figure: Figure, series: Mapping[str, str], smallest: str) -> None:
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4.6, linewidth=1.1, label=label)
        for label, (colour, marker) in zip(series.values(), SERIES, strict=False)
    ] * (len(series) > 1 or bool(smallest))
    handles += [
        Line2D([], [], color=QUIET, marker="|", linestyle="none", markersize=7, markeredgewidth=1.2, label=smallest)
    ] * bool(smallest)
    if handles:
        figure.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            frameon=False,
            borderaxespad=0,
            borderpad=0,
            columnspacing=1.4,
            fontsize=SMALL,
        )


def specification_curves(
    specifications: pd.DataFrame, rows: Mapping[str, str], columns: Mapping[str, str], ylabel: str
) -> Figure:
    """Every pair's effects under all specifications, sorted: a dot each with its interval, solid where it excludes
    zero.

    `specifications`: `support`, `outcome`, `effect`, `low`, `high`; a row without an effect is left out. `rows` and
    `columns` give order and names of supports and outcomes.
    """
    line, top, foot = 0.78, 0.66, 0.3  # inches
    height = top + line * len(rows) + foot
    size = {"figsize": (WIDTH, height), "sharex": True, "sharey": True, "squeeze": False}
    figure, grid = plt.subplots(
        len(rows),
        len(columns),
        **size,
        gridspec_kw={
            "left": (GUTTER + 0.2) / WIDTH,
            "right": 0.985,
            "top": 1 - top / height,
            "bottom": foot / height,
            "wspace": 0.09,
            "hspace": 0.12,
        },
    )
    for axes_of_row, (row, label) in zip(grid, rows.items(), strict=True):
        for axes, column in zip(axes_of_row, columns, strict=True):
            pair = (specifications["support"] == row) & (specifications["outcome"] == column)
            _sorted_effects(axes, specifications[pair])
        axes = axes_of_row[0]
        middle = (axes.get_position().y0 + axes.get_position().y1) / 2
        figure.text(0, middle, "\n".join(wrap(label, 22)), va="center", fontsize=SMALL)
    for axes, title in zip(grid[0], columns.values(), strict=True):
        axes.set_title("\n".join(wrap(title, HEAD_LETTERS)), loc="left", fontsize=SMALLEST, fontweight="bold")
    grid[0][0].yaxis.set_major_locator(MaxNLocator(3))
    grid[0][0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, "{:+g}")))
    figure.text(1, 0.01, ylabel, ha="right", va="bottom", fontsize=SMALL)
    kinds = ((FIRST[0], FIRST[0], "Interval excludes zero"), (UNCLEAR, PAPER, "Includes zero"))
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, markerfacecolor=face, linewidth=1, label=label)
        for colour, face, label in kinds
    ]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        fontsize=SMALL,
    )
    return figure


def _sorted_effects(axes: Axes, rows: pd.DataFrame) -> None:
    drawn = rows.dropna(subset=["effect"]).sort_values("effect", kind="stable").reset_index(drop=True)
    place = (drawn.index + 0.5) / max(len(drawn), 1)
    clear = ((drawn["low"] > 0) | (drawn["high"] < 0)).to_numpy(dtype=bool)
    for chosen, colour, face, order in ((~clear, UNCLEAR, PAPER, 2), (clear, FIRST[0], FIRST[0], 3)):
        part, at = drawn[chosen], place[chosen]
        axes.vlines(at, part["low"], part["high"], color=colour, linewidth=0.5, zorder=order)
        axes.plot(
            at,
            part["effect"],
            "o",
            color=colour,
            markerfacecolor=face,
            markersize=2.2,
            markeredgewidth=0.5,
            zorder=order + 2,
        )
    axes.axhline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set(xticks=[], xlim=(-0.02, 1.02))
    axes.tick_params(labelsize=SMALLEST)


def specification_choices(
    specifications: pd.DataFrame, choices: Mapping[str, Mapping[str, str]], ylabel: str
) -> Figure:
    """One pair under all specifications, sorted by effect; below each dot, a mark for every choice that it makes.

    `specifications`: `effect`, `low`, `high` and a column for each key of `choices`, which holds the names of its
    values.
    """
    drawn = specifications.dropna(subset=["effect"]).sort_values("effect", kind="stable").reset_index(drop=True)
    lines = [(column, value, label) for column, values in choices.items() for value, label in values.items()]
    gaps = [0.35 * list(choices).index(column) for column, _, _ in lines]  # between one choice and the next
    upper, lower, foot = 1.5, 0.155 * (len(lines) + gaps[-1]) + 0.1, 0.05
    height = upper + lower + foot + 0.12
    figure, (axes, matrix) = plt.subplots(
        2,
        1,
        figsize=(WIDTH, height),
        sharex=True,
        gridspec_kw={
            "left": 0.42,
            "right": 0.985,
            "top": 1 - 0.04 / height,
            "bottom": foot / height,
            "hspace": 0.06,
            "height_ratios": (upper, lower),
        },
    )
    places = np.arange(len(drawn))
    clear = ((drawn["low"] > 0) | (drawn["high"] < 0)).to_numpy(dtype=bool)
    for chosen, colour, face in ((~clear, UNCLEAR, PAPER), (clear, FIRST[0], FIRST[0])):
        part, at = drawn[chosen], places[chosen]
        axes.vlines(at, part["low"], part["high"], color=colour, linewidth=0.8)
        axes.plot(at, part["effect"], "o", color=colour, markerfacecolor=face, markersize=3, markeredgewidth=0.7)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, "{:+g}")))
    axes.tick_params(labelsize=SMALLEST)
    figure.text(0, axes.get_position().y1, "\n".join(wrap(ylabel, 26)), va="top", fontsize=SMALL)
    heights = np.arange(len(lines)) + gaps
    for y, (column, value, _) in zip(heights, lines, strict=True):
        made = places[(drawn[column].astype(str) == value).to_numpy()]
        matrix.plot(made, np.full(len(made), y), "|", color=INK, markersize=4.5, markeredgewidth=0.9)
    matrix.set(ylim=(heights[-1] + 0.7, -0.7), yticks=heights, xticks=[])
    matrix.set_yticklabels([label for _, _, label in lines], fontsize=SMALLEST)
    matrix.spines[:].set_visible(False)
    return figure
