"""Charts of what the margins say about the link: the ladder of bounds, every pair, and the curve of copulas."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pipeline.charts.lists import key_above, name_axis, statement_list
from pipeline.charts.style import BLUES, CURVES, EDGE, HEADING, INK, LETTERING, QUIET, SMALL, WIDTH, wrapped
from pipeline.phrases import number

DIFFERENCE = "Difference in the share that reports better outcomes (percentage points: supported less not supported)"
BAND: dict[str, Any] = {"edgecolor": EDGE, "linewidth": 0.5}  # a band is an assumption: the more is assumed, the darker
NAMES = 1.35  # inches beside the curves for their names


def bounds_ladder(rungs: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """One pair of items: a band for each assumption, and a thin line where sampling adds to it.

    `rungs`: one row an assumption with `assumption`, `low`, `high`, `confidence_low`, `confidence_high`, from -1 to 1.
    `labels` gives the assumptions' order and their names for readers.
    """
    rows = rungs.set_index("assumption").loc[list(labels)] * 100
    height = 0.5 * len(labels) + 0.6
    figure, axes = plt.subplots(
        figsize=(WIDTH, height), gridspec_kw={"left": 0.03, "right": 0.97, "top": 0.99, "bottom": 0.58 / height}
    )
    for y, (assumption, colour) in enumerate(zip(labels, BLUES, strict=False)):
        row = rows.loc[assumption]
        axes.text(-100, y - 0.36, labels[assumption], va="center", fontsize=HEADING, fontweight="bold")
        axes.barh(y + 0.08, row["high"] - row["low"], left=row["low"], height=0.34, color=colour, **BAND)
        axes.plot([row["confidence_low"], row["confidence_high"]], [y + 0.08, y + 0.08], color=INK, linewidth=0.9)
        axes.text(
            100,
            y - 0.36,
            f"{_points(row['low'])} to {_points(row['high'])} points",
            va="center",
            ha="right",
            fontsize=HEADING,
        )
    _difference_axis(axes)
    axes.set(ylim=(len(labels) - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)
    name_axis(figure, axes, DIFFERENCE)
    return figure


def _points(value: float, position: float = 0) -> str:
    """Signed whole points, with a true minus; the second argument is what matplotlib passes to a formatter."""
    return number(value, "{:+.0f}")


def _signed(value: float, position: int = 0) -> str:
    """A correlation on an axis, with a true minus."""
    return f"{value:g}".replace("-", "−")


def _difference_axis(axes: Axes) -> None:
    """From -100 to +100 points with a line at no difference."""
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set_xlim(-101, 101)
    axes.xaxis.set_major_formatter(_points)


def bounds_of_pairs(
    bounds: pd.DataFrame,
    items: Mapping[str, str],
    sections: Mapping[str, Sequence[str]],
    assumptions: Mapping[str, str],
) -> Figure:
    """Every support item with one outcome item, in one group: nested bands, an assumption each.

    `bounds`: one row a support item and assumption with `support`, `assumption`, `low`, `high` (-1 to 1). `sections`
    puts the support items under headings; `items` and `assumptions` hold the labels.
    """
    rows = bounds.set_index(["support", "assumption"])[["low", "high"]] * 100
    figure, axes, places = statement_list(sections, items, bounds["support"], key=True)
    heights = [middle for _, middle in places]
    for assumption, colour in zip(assumptions, BLUES, strict=False):
        ends = rows.loc[[(item, assumption) for item, _ in places]]
        axes.barh(heights, ends["high"] - ends["low"], left=ends["low"], height=0.11, color=colour, **BAND)
    _difference_axis(axes)
    name_axis(figure, axes, "Difference in percentage points")
    named = zip(BLUES, assumptions.values(), strict=False)
    key_above(figure, [Patch(facecolor=colour, label=label, **BAND) for colour, label in named])
    return figure


def copula_curves(sweep: pd.DataFrame, families: Mapping[str, str]) -> Figure:
    """The risk difference against the strength of the latent link, a line for each shape of the link.

    `sweep`: rows of `pipeline.statistics.copulas.copula_sweep`. `families` gives order and names, which stand beside
    the ends of the lines.
    """
    height = 3.3
    figure, axes = plt.subplots(
        figsize=(WIDTH, height),
        gridspec_kw={"left": 0.1, "right": 1 - NAMES / WIDTH, "top": 1 - 0.3 / height, "bottom": 0.45 / height},
    )
    ends = {}
    for family, (colour, dashes) in zip(families, CURVES, strict=False):
        line = sweep[sweep["family"] == family]
        axes.plot(line["latent_correlation"], 100 * line["risk_difference"], dashes, color=colour, linewidth=1.5)
        ends[family] = line["latent_correlation"].iloc[-1], 100 * line["risk_difference"].iloc[-1]
    axes.plot(0, 0, "o", color=INK, markersize=5, zorder=5)
    axes.annotate("answers unrelated", (0, 0), (0.04, -9), fontsize=HEADING, color=INK)
    axes.axhline(0, color=QUIET, linewidth=0.6, zorder=0.9)
    axes.set(xlim=(-1, 1), xticks=[-1, -0.5, 0, 0.5, 1])
    axes.xaxis.set_major_formatter(_signed)
    name_axis(figure, axes, "Strength of the link behind the answers (latent correlation)")
    figure.text(0, 1 - 0.02 / height, "Difference (percentage points)", va="top", fontsize=HEADING)
    axes.yaxis.set_major_formatter(_points)
    axes.grid(True)
    _name_curves(
        figure,
        axes,
        {label: (ends[family], colour) for (family, label), (colour, _) in zip(families.items(), CURVES, strict=False)},
    )
    return figure


def _name_curves(figure: Figure, axes: Axes, ends: Mapping[str, tuple[tuple[float, float], str]]) -> None:
    """Each curve's name beside its end, lower where the one above needs the room, with a line that leads to it."""
    height, box, (low, high) = figure.get_figheight(), axes.get_position(), axes.get_ylim()
    left, free = WIDTH - NAMES + 0.25, 0.0  # inches
    for label, ((x, y), colour) in sorted(ends.items(), key=lambda each: -each[1][0][1]):
        lines = wrapped(label, WIDTH - left, SMALL)
        room = LETTERING * len(lines)
        level = height * (1 - box.y0 - box.height * (y - low) / (high - low))  # of the curve's end, from the top
        middle = max(level, free + room / 2)
        free = middle + room / 2 + 0.06
        at = 1 - middle / height
        lead = {"arrowstyle": "-", "color": colour, "linewidth": 0.7, "shrinkA": 1, "shrinkB": 1, "relpos": (0, 0.5)}
        axes.annotate(
            "\n".join(lines),
            (x, y),
            (left / WIDTH, at),
            textcoords="figure fraction",
            va="center",
            fontsize=SMALL,
            color=colour,
            arrowprops=lead,
        )
