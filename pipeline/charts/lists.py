"""A list of statements under headings with a plot beside it: the frame of dot plots, forests and bands."""

from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from pipeline.charts.style import HEADING, LETTERING, PAPER, SMALL, WIDTH, label_transform, wrapped

ROW = 0.15  # inches, of a statement of one line: one page of A4 holds the whole questionnaire
LABELS, PLOT, RIGHT = 2.32, 2.39, 0.17  # inches: where labels end, the plot begins, and from its end to the edge
FOOT, KEY = 0.45, 0.22  # inches: the axis with its label below, and a key above
APART = 0.026  # inches: of two marks in a row, one stands so far above its middle, the other below


def statement_list(
    sections: Mapping[str, Sequence[str]],
    labels: Mapping[str, str],
    there: Iterable[str],
    *,
    row: float = ROW,
    key: bool = False,
) -> tuple[Figure, Axes, list[tuple[str, float]]]:
    """Axes whose height is in inches from the top, beside headings in bold and the labels of the items under them.

    `sections` puts items under headings ("" for none); what is not `there`, and a heading without any, is left out.
    `row` is the height of an item of one line in inches, `key` leaves room for a legend above. Returns the figure, the
    axes, and each item with the middle of its row.
    """
    there, texts, top = set(there), [], 0.0
    for heading, members in sections.items():
        kept = [item for item in members if item in there]
        for item, text in [*[(None, heading)] * bool(kept and heading), *((item, labels[item]) for item in kept)]:
            lines = wrapped(text, WIDTH, HEADING, bold=True) if item is None else wrapped(text, LABELS, SMALL)
            height = max(row, LETTERING * len(lines) + 0.015)
            texts.append((item, "\n".join(lines), top + height / 2))
            top += height
    head = KEY * key + 0.02
    height = head + top + FOOT
    figure, axes = plt.subplots(
        figsize=(WIDTH, height),
        gridspec_kw={
            "left": PLOT / WIDTH,
            "right": 1 - RIGHT / WIDTH,
            "top": 1 - head / height,
            "bottom": FOOT / height,
        },
    )
    at = label_transform(figure, axes)
    for item, text, middle in texts:
        place, style = (
            (0, {"fontsize": HEADING, "fontweight": "bold"})
            if item is None
            else (LABELS / WIDTH, {"fontsize": SMALL, "ha": "right"})
        )
        axes.text(place, middle, text, transform=at, va="center", **style)
    axes.set(ylim=(top, 0), yticks=[])
    axes.spines["left"].set_visible(False)
    return figure, axes, [(item, middle) for item, _, middle in texts if item is not None]


def dots(
    axes: Axes,
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    heights: Sequence[float],
    style: tuple[str, str],
) -> None:
    """A dot with its interval at each height; `style` is a colour and a marker."""
    colour, marker = style
    axes.hlines(heights, low, high, color=colour, linewidth=1)
    axes.plot(values, heights, marker, color=colour, markersize=4.2, markeredgecolor=PAPER, markeredgewidth=0.4)


def dot_key(style: tuple[str, str], label: str) -> Line2D:
    """What stands for `dots` in a legend."""
    colour, marker = style
    return Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1, label=label)


def key_above(figure: Figure, handles: Sequence[object]) -> None:
    """A legend in one line at the head of the figure, from the right."""
    figure.legend(
        handles=list(handles),
        loc="upper right",
        bbox_to_anchor=(1, 1),
        ncols=len(handles),
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.6,
        columnspacing=1.4,
        fontsize=SMALL,
    )


def name_axis(figure: Figure, axes: Axes, text: str) -> None:
    """What the axis measures, below it, from the right edge of the figure; it may be longer than the axis."""
    below = -0.25 / (figure.get_figheight() * axes.get_position().height)
    axes.text(
        1,
        below,
        "\n".join(wrapped(text, WIDTH - 0.15, HEADING)),
        ha="right",
        va="top",
        fontsize=HEADING,
        transform=axes.transAxes,
    )


def odds_axis(axes: Axes, ticks: Sequence[float]) -> None:
    """Odds ratios: as far from 1 to either side if they are as many times larger or smaller."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
