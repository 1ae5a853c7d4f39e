"""Charts of what the margins say about the link: the ladder of bounds, every pair, and the curve of copulas."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pipeline.charts import INK, LINE_HEIGHT, QUIET, WIDTH, list_lines, write_labels

BANDS = ("#c9dcee", "#7fb2dd", "#12436d")  # an assumption each, the weakest first: the more is assumed, the darker
CURVES = (("#12436d", "-"), ("#b3450b", "--"), ("#28786e", "-."), ("#6b3fa0", ":"))  # a copula each
DIFFERENCE = "Difference in the share that reports better outcomes\n(percentage points: supported less not supported)"


def bounds_ladder(rungs: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """One pair of items: a band for each assumption, and a thin line where sampling adds to it.

    `rungs`: one row an assumption with `assumption`, `low`, `high`, `confidence_low`, `confidence_high`, from -1 to 1.
    `labels` gives the assumptions' order and their names for readers.
    """
    rows = rungs.set_index("assumption").loc[list(labels)] * 100
    figure, axes = plt.subplots(figsize=(WIDTH, 0.52 * len(labels) + 0.55),
                                gridspec_kw={"left": 0.02, "right": 0.98, "top": 1, "bottom": 0})
    for y, (assumption, colour) in enumerate(zip(labels, BANDS)):
        row = rows.loc[assumption]
        axes.text(-100, y - 0.36, labels[assumption], va="center", fontsize=8.5, fontweight="bold")
        axes.barh(y + 0.08, row["high"] - row["low"], left=row["low"], height=0.34, color=colour)
        axes.plot([row["confidence_low"], row["confidence_high"]], [y + 0.08, y + 0.08], color=INK, linewidth=0.9)
        axes.text(100, y - 0.36, f"{_points(row['low'])} to {_points(row['high'])} points", va="center", ha="right",
                  fontsize=8.5)
    _difference_axis(axes, len(labels))
    return figure


def _points(value: float, position: int = 0) -> str:
    """Signed whole points, with a true minus; the second argument is what matplotlib passes to a formatter."""
    return f"{value:+.0f}".replace("-", "−") if round(value) else "0"


def _difference_axis(axes: Axes, lines: int) -> None:
    """From -100 to +100 points with a line at no difference."""
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set(xlim=(-101, 101), ylim=(lines - 0.4, -0.6), yticks=[], xlabel=DIFFERENCE)
    axes.xaxis.set_major_formatter(_points)
    axes.spines["left"].set_visible(False)


def bounds_of_pairs(bounds: pd.DataFrame, items: Mapping[str, str], sections: Mapping[str, Sequence[str]],
                    assumptions: Mapping[str, str]) -> Figure:
    """Every support item with one outcome item, in one group: nested bands, an assumption each.

    `bounds`: one row a support item and assumption with `support`, `assumption`, `low`, `high` (-1 to 1). `sections`
    puts the support items under headings; `items` and `assumptions` hold the labels.
    """
    rows = bounds.set_index(["support", "assumption"])[["low", "high"]] * 100
    there = set(bounds["support"])
    lines = list_lines({heading: kept for heading, slugs in sections.items()
                        if (kept := [slug for slug in slugs if slug in there])})
    figure, axes = plt.subplots(figsize=(WIDTH, LINE_HEIGHT * len(lines) + 0.85),
                                gridspec_kw={"left": 0.47, "right": 0.985, "top": 1, "bottom": 0})
    _difference_axis(axes, len(lines))
    write_labels(figure, axes, lines, items)
    places = [y for y, (_, item) in enumerate(lines) if item]
    for assumption, colour in zip(assumptions, BANDS):
        ends = rows.loc[[(lines[y][1], assumption) for y in places]]
        axes.barh(places, ends["high"] - ends["low"], left=ends["low"], height=0.72, color=colour)
    axes.set(xlabel="Difference in percentage points")
    figure.legend([Patch(color=colour) for colour, _ in zip(BANDS, assumptions)], list(assumptions.values()), loc="lower left",
                  bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, borderaxespad=0.3, handlelength=1.1, columnspacing=1.2)
    return figure


def copula_curves(sweep: pd.DataFrame, families: Mapping[str, str]) -> Figure:
    """The risk difference against the strength of the latent link, a line for each shape of the link.

    `sweep`: rows of `pipeline.statistics.copulas.copula_sweep`. `families` gives order and names.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.3), gridspec_kw={"left": 0.1, "right": 0.98, "top": 0.97, "bottom": 0.13})
    for (family, label), (colour, dashes) in zip(families.items(), CURVES):
        line = sweep[sweep["family"] == family]
        axes.plot(line["latent_correlation"], 100 * line["risk_difference"], dashes, color=colour, linewidth=1.5, label=label)
    axes.plot(0, 0, "o", color=INK, markersize=5, zorder=5)
    axes.annotate("answers unrelated", (0, 0), (0.04, -9), fontsize=8.5, color=INK)
    axes.axhline(0, color=QUIET, linewidth=0.6, zorder=0)
    axes.set(xlabel="Strength of the link behind the answers (latent correlation)", xlim=(-1, 1),
             ylabel="Difference (percentage points)")
    axes.yaxis.set_major_formatter(_points)
    axes.grid(True)
    axes.legend(loc="upper left", frameon=False)
    return figure
