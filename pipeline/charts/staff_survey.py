"""Charts of a council's own survey: answers in per cent, and lists of estimates with their intervals."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from pipeline.charts import FIRST, INK, LINE_HEIGHT, QUIET, WIDTH, list_lines, write_labels

ROLES = {"agree": ("Agree", "#12436d", "white"), "neutral": ("Neither", "#d0d0d0", INK),
         "disagree": ("Disagree", "#d0591c", "white"), "dont_know": ("Don't know", "#6b6b6b", "white")}
WITHHELD = "Not shown"  # the part of a bar whose split is suppressed
SMALLEST_LABELLED = 7  # per cent: a narrower piece of a bar has no room for its number
BAND = "#c9dcee"


def answer_bars(shares: pd.DataFrame, items: Mapping[str, str], sections: Mapping[str, Sequence[str]]) -> Figure:
    """Stacked bars of all answers to each item in per cent; a suppressed split is one hatched piece.

    `shares`: one row an item with `item` and the columns agree, neutral, disagree, dont_know in per cent; empty where
    suppressed, or where the scale has no such answer. `sections` puts the items under headings; `items` holds the labels.
    """
    rows = shares.set_index("item")
    lines = list_lines({heading: [slug for slug in slugs if slug in rows.index] for heading, slugs in sections.items()})
    figure, axes = _list_of(lines, items, head=0.55)
    places = [y for y, (_, item) in enumerate(lines) if item]
    drawn = rows.loc[[lines[y][1] for y in places], list(ROLES)].astype(float)
    left = np.zeros(len(places))
    for role, (_, colour, ink) in ROLES.items():
        widths = drawn[role].fillna(0).to_numpy()
        axes.barh(places, widths, left=left, height=0.78, color=colour, edgecolor="white", linewidth=0.5)
        for y, start, width in zip(places, left, widths):
            if width >= SMALLEST_LABELLED:
                axes.text(start + width / 2, y, f"{width:.0f}", ha="center", va="center_baseline", fontsize=7, color=ink)
        left = left + widths
    rest = np.where(drawn.notna().any(axis=1), 100 - left, 100)
    hidden = rest > 0.5
    axes.barh(np.array(places)[hidden], rest[hidden], left=left[hidden], height=0.78, color="white", edgecolor=QUIET,
              linewidth=0.5, hatch="////")
    axes.set(xlim=(0, 100), xlabel="Per cent of those who answered")
    there = [role for role in ROLES if drawn[role].notna().any()]
    handles = [Patch(color=ROLES[role][1], label=ROLES[role][0]) for role in there]
    handles += [Patch(facecolor="white", edgecolor=QUIET, hatch="////", label=WITHHELD)] * bool(hidden.any())
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, handlelength=1.1,
                columnspacing=1.2)
    return figure


def estimates(table: pd.DataFrame, labels: Mapping[str, str], sections: Mapping[str, Sequence[str]], *, key: str,
              value: str, low: str, high: str, xlabel: str, limits: tuple[float, float] | None = None,
              reference: float | None = None, ratio: bool = False) -> Figure:
    """A list of estimates, each a dot with its interval, under headings.

    `table`: one row a `key` with the columns `value`, `low` and `high`; rows without a value are not drawn. `reference`
    draws a line, such as at no difference. `ratio` puts odds ratios on a log scale.
    """
    rows = table.dropna(subset=[value]).set_index(key)
    lines = list_lines({heading: kept for heading, keys in sections.items()
                        if (kept := [each for each in keys if each in rows.index])})
    figure, axes = _list_of(lines, labels, head=0.15)
    places = [y for y, (_, each) in enumerate(lines) if each]
    drawn = rows.loc[[lines[y][1] for y in places]]
    colour, marker = FIRST
    axes.hlines(places, drawn[low], drawn[high], color=colour, linewidth=1)
    axes.plot(drawn[value], places, marker, color=colour, markersize=4.2, markeredgecolor="white", markeredgewidth=0.4)
    if reference is not None:
        axes.axvline(reference, color=INK, linewidth=0.8, zorder=0)
    if ratio:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 0.67, 1, 1.5, 2, 3, 4, 8]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    if limits:
        axes.set_xlim(*limits)
    axes.set_xlabel(xlabel)
    axes.xaxis.grid(True)
    return figure


def differences_in_bounds(table: pd.DataFrame, labels: Mapping[str, str], xlabel: str) -> Figure:
    """Risk differences with their intervals on the bands that the published margins of 2011 had left open.

    `table`: one row a pair with `pair`, `difference`, `difference_low`, `difference_high`, `bound_low_2011` and
    `bound_high_2011`, from -1 to 1; no band where there is no bound. `labels` gives the pairs' order and names.
    """
    rows = table.set_index("pair").loc[list(labels)]
    lines = [("", pair) for pair in labels]
    figure, axes = _list_of(lines, labels, head=0.3)
    places = np.arange(len(lines))
    ends = rows[["bound_low_2011", "bound_high_2011"]].astype(float) * 100
    axes.barh(places, ends.iloc[:, 1] - ends.iloc[:, 0], left=ends.iloc[:, 0], height=0.7, color=BAND)
    colour, marker = FIRST
    drawn = rows[["difference", "difference_low", "difference_high"]].astype(float) * 100
    axes.hlines(places, drawn["difference_low"], drawn["difference_high"], color=colour, linewidth=1.1)
    axes.plot(drawn["difference"], places, marker, color=colour, markersize=4.2, markeredgecolor="white",
              markeredgewidth=0.4)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-101, 101), xlabel=xlabel)
    handles = [plt.Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1, label="This survey")]
    handles += [Patch(color=BAND, label="Open after 2011")] * bool(ends.notna().any(axis=None))
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    return figure


def _list_of(lines: list[tuple[str, str | None]], labels: Mapping[str, str], head: float):
    """Axes with a list of labels beside them; `head` is the room for a legend, in inches."""
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * 1.15 * len(lines) + 0.45 + head),
                                gridspec_kw={"left": 0.47, "right": 0.985, "top": 1, "bottom": 0})
    write_labels(figure, axes, lines, labels)
    return figure, axes
