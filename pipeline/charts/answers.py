"""Charts of answers: every answer as diverging bars, and the share that agrees as dots."""

from collections.abc import Mapping, Sequence

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pipeline.charts import (
    FIRST, INK, LINE_HEIGHT, QUIET, SECOND, WIDTH, label_transform, list_lines, write_labels)
from pipeline.surveys.codebook import Scale

AGREE, NEUTRAL, DISAGREE, DONT_KNOW = ("#12436d", "#7fb2dd"), "#d0d0d0", ("#f5b58c", "#a33b08"), "#6b6b6b"
SMALLEST_LABELLED = 6  # per cent: a narrower piece of a bar has no room for its number
ITEM_HEIGHT, BAR_HEIGHT, ITEM_GAP, HEAD = 0.19, 0.17, 0.09, 0.42  # inches; the head holds the legend


def likert_bars(shares: pd.DataFrame, scale: Scale, items: Mapping[str, str], groups: Mapping[str, str]) -> Figure:
    """Diverging stacked bars: each item's answers by group, centred on the neutral answer, don't-knows apart.

    `shares`: one row an item and group (columns `item`, `group`, one per answer category in per cent); rows that are
    not there are not drawn. `items` and `groups` give the order and the labels.
    """
    rows = shares.set_index(["item", "group"])
    present = {item: [group for group in groups if (item, group) in rows.index] for item in items}
    height = HEAD + sum(ITEM_HEIGHT + BAR_HEIGHT * len(found) + ITEM_GAP for found in present.values())
    figure, (axes, aside) = plt.subplots(
        1, 2, sharey=True, figsize=(WIDTH, height), width_ratios=(7, 1),
        gridspec_kw={"wspace": 0.02, "left": 0.2, "right": 0.99, "top": 1 - HEAD / height, "bottom": 0.0})
    lines, depth = [], 0.0  # of each bar: the middle, the item and the group
    for item, found in present.items():
        axes.text(0, depth + ITEM_HEIGHT * 0.55, items[item], transform=label_transform(figure, axes), va="center",
                  fontweight="bold", fontsize=8.5)
        depth += ITEM_HEIGHT
        for group in found:
            lines.append((depth + BAR_HEIGHT / 2, item, group))
            depth += BAR_HEIGHT
        depth += ITEM_GAP
    drawn = rows.loc[[(item, group) for _, item, group in lines]].astype(float)
    middles = [middle for middle, _, _ in lines]
    _diverging_bars(axes, drawn, scale, middles)
    _bars_apart(aside, drawn[scale.dont_know], middles)
    axes.set(xlim=_scale_limits(rows, scale), ylim=(depth, 0), yticks=middles,
             yticklabels=[groups[group] for _, _, group in lines], xticks=[])
    aside.set(xlim=(0, 30), xticks=[])
    for each in (axes, aside):
        each.tick_params(left=False)
        each.spines[:].set_visible(False)
    _likert_legend(figure, scale)
    return figure


def _scale_limits(rows: pd.DataFrame, scale: Scale) -> tuple[float, float]:
    """The per cent to show left and right of the middle of the neutral answer."""
    neutral = rows[scale.neutral] / 2
    return (-(rows[list(scale.disagree)].sum(axis=1) + neutral).max() - 2,
            (rows[list(scale.agree)].sum(axis=1) + neutral).max() + 2)


def _colours(scale: Scale) -> dict[str, str]:
    """A colour for each category; the stronger answer is the darker one."""
    return {**dict(zip(scale.agree, AGREE)), scale.neutral: NEUTRAL,
            **dict(zip(scale.disagree, DISAGREE)), scale.dont_know: DONT_KNOW}


def _diverging_bars(axes: Axes, rows: pd.DataFrame, scale: Scale, middles: Sequence[float]) -> None:
    """Agreement to the right of the neutral answer's middle, disagreement to the left; a call for each category."""
    colours = _colours(scale)
    left = (-rows[scale.neutral] / 2 - rows[list(scale.disagree)].sum(axis=1)).to_numpy()
    for category in [*reversed(scale.disagree), scale.neutral, *reversed(scale.agree)]:
        widths = rows[category].to_numpy()
        axes.barh(middles, widths, left=left, height=BAR_HEIGHT * 0.86, color=colours[category], edgecolor="white",
                  linewidth=0.5)
        for middle, start, width in zip(middles, left, widths):
            if width >= SMALLEST_LABELLED:
                axes.text(start + width / 2, middle, f"{width:.0f}", ha="center", va="center_baseline", fontsize=7.5,
                          color=_ink_on(colours[category]))
        left = left + widths


def _bars_apart(axes: Axes, widths: pd.Series, middles: Sequence[float]) -> None:
    axes.barh(middles, widths, height=BAR_HEIGHT * 0.6, color=DONT_KNOW)
    for middle, width in zip(middles, widths):
        axes.text(width + 1.5, middle, f"{width:.0f}", va="center_baseline", fontsize=7.5, color=QUIET)


def _ink_on(colour: str) -> str:
    """White or near-black, whichever contrasts more with `colour` (relative luminance as in WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.18 else INK


def _likert_legend(figure: Figure, scale: Scale) -> None:
    """The answers of the scale in their order on the left, what stands apart on the right, both above its bars."""
    colours, labels = _colours(scale), {category.id: category.label for category in scale.categories}
    order = [*reversed(scale.disagree), scale.neutral, *reversed(scale.agree)]
    style = {"frameon": False, "borderaxespad": 0, "borderpad": 0, "handlelength": 1.1, "handleheight": 1.0,
             "columnspacing": 1.2, "handletextpad": 0.5}
    figure.legend([Patch(color=colours[category]) for category in order], [labels[category] for category in order],
                  loc="upper left", bbox_to_anchor=(0, 1), ncols=3, **style)
    figure.legend([Patch(color=DONT_KNOW)], [labels[scale.dont_know]], loc="upper right", bbox_to_anchor=(1, 1), **style)


def agreement_dots(shares: pd.DataFrame, items: Mapping[str, str], groups: Mapping[str, str],
                   sections: Mapping[str, Sequence[str]]) -> Figure:
    """A dot plot: the share of each group that agrees, item by item, with its interval.

    `shares`: one row an item and group with `share`, `interval_low` and `interval_high`, all from 0 to 1. `sections` puts the items under headings, in order; `items` and `groups` hold the labels.
    """
    rows = shares.set_index(["item", "group"])
    lines = list_lines(sections)
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * len(lines) + 0.75),
                                gridspec_kw={"left": 0.47, "right": 0.985, "top": 1, "bottom": 0})
    write_labels(figure, axes, lines, items)
    for offset, group, (colour, marker) in zip((-0.17, 0.17), groups, (FIRST, SECOND)):
        places = [y for y, (_, item) in enumerate(lines) if (item, group) in rows.index]
        drawn = rows.loc[[(lines[y][1], group) for y in places], ["share", "interval_low", "interval_high"]] * 100
        heights = [y + offset for y in places]
        axes.hlines(heights, drawn["interval_low"], drawn["interval_high"], color=colour, linewidth=1)
        axes.plot(drawn["share"], heights, marker, color=colour, markersize=4.2, markeredgecolor="white",
                  markeredgewidth=0.4)
    axes.set(xlim=(0, 100), xlabel="Agree or strongly agree (%)")
    axes.xaxis.grid(True)
    handles = [plt.Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1, label=label)
               for (colour, marker), label in zip((FIRST, SECOND), groups.values())]
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    return figure
