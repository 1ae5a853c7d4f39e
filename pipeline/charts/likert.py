"""Answers on an ordinal scale as diverging bars: disagreement to the left of a line, agreement to the right.

Everything is placed in inches on one sheet, and every text is measured before it is placed, so that no label runs into
another however long it is: labels wrap, and a number that its piece of a bar is too narrow for is left out (it is part
of the total at that end).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from pipeline.charts.answer_shares import sorted_items
from pipeline.charts.likert_layout import (
    AFTER_SWATCH,
    GAP,
    GROUPS,
    LABELS,
    SWATCH,
    TOTAL,
    WITHHELD,
    Column,
    Line,
    Piece,
    Plan,
    bar_pieces,
    end_totals,
    key_entries,
    line_names,
    plan_across,
    plan_down,
    side_columns,
)
from pipeline.charts.style import (
    EDGE,
    GRID,
    HEADING,
    LETTERING,
    NEUTRAL,
    PAPER,
    QUIET,
    SMALL,
    SMALLEST,
    ink_on,
    sheet,
    text_width,
    wrapped,
)
from pipeline.numerals import printed
from pipeline.surveys.codebook import AnswerScale

BAR = 0.145  # inches
PLACES = ("centred", "split", "apart", "out")  # of the neutral answer
STEPS = (10, 25, 50)  # per cent between two ticks


def likert_bars(
    shares: pd.DataFrame,
    scale: AnswerScale,
    items: Mapping[str, str],
    groups: Mapping[str, str] | None = None,
    sections: Mapping[str, Sequence[str]] | None = None,
    *,
    facet: str = "item",
    sort: str = "given",
    neutral: str = "centred",
    ends: tuple[str, str] = ("Disagree", "Agree"),
) -> Figure:
    """Every answer to each item as a bar, with the totals at both ends; what is beside the scale has its own column.

    `shares`: one row an item and group with `item`, `group` (where there are `groups`), a column for each answer of
    `scale` in per cent of all answers, and `base` (people) where it is to be printed. An empty share is suppressed, and
    drawn as a gap that is named. `items` and `groups` give order and labels; rows that are not there are not drawn.
    `sections` puts items under headings.

    `facet`: "item" sets the groups of an item together, "group" the items of a group. `sort`: items as "given", or with
    the most "agreement" or the highest "mean" in the first group on top. `neutral`: "centred" on the middle, "split"
    (half of it counts on either side), "apart" in a column, or "out" of the picture. `ends` name the totals.

    Raises ValueError for another `facet`, `sort` or `neutral`, more than three answers a side, or nothing to draw.
    """
    if facet not in ("item", "group") or neutral not in PLACES:
        raise ValueError(f"facet {facet!r} is item or group; neutral {neutral!r} is one of {', '.join(PLACES)}.")
    table = shares if groups else shares.assign(group="")
    groups = dict(groups or {"": ""})
    table = table[table["item"].isin(list(items)) & table["group"].isin(list(groups))].reset_index(drop=True)
    if table.empty:
        raise ValueError("No item has a row to draw.")
    order = sorted_items(table[table["group"] == next(iter(groups))], scale, list(items), sort)
    sections = {
        heading: [item for item in order if item in set(members)]
        for heading, members in (sections or {"": order}).items()
    }
    names = list(line_names(table, items, groups, sections, facet))
    pieces, columns = bar_pieces(table, scale, neutral), side_columns(table, scale, neutral)
    most = GROUPS if facet == "item" and len(groups) > 1 else LABELS
    plan = plan_across([text for kind, text, _ in names if kind == "bar"], most, pieces, columns)
    room = (plan.right + TOTAL - plan.labels - GAP) / 2 - GAP / 2
    titles = [wrapped(title, room, SMALLEST, bold=True) for title in ends]
    key, key_height = key_entries(scale, neutral)
    head = key_height + LETTERING * max(map(len, [*titles, *(column.heading for column in columns)])) + 0.08
    lines = list(plan_down(names, plan, head))
    figure, axes = sheet(lines[-1].middle + lines[-1].height / 2 + 0.2)
    _draw_key(axes, key)
    _draw_labels(axes, lines, plan)
    _draw_ticks(axes, lines, plan, over=neutral != "centred" or not scale.with_role("neutral"))
    bars = [line for line in lines if line.kind == "bar"]
    for piece in pieces:
        _draw_piece(axes, bars, plan, piece)
    _draw_totals(axes, bars, plan, end_totals(table, scale, neutral))
    _draw_columns(axes, bars, plan, columns)
    _draw_headings(axes, plan, titles, columns, head - 0.04)
    return figure


def _boxes(left: np.ndarray, top: np.ndarray, width: np.ndarray, height: float) -> np.ndarray:
    """Corners of rectangles, as PolyCollection takes them."""
    right, bottom = left + width, top + height
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return np.stack([np.stack(corner, axis=-1) for corner in corners], axis=1)


def _fill(axes: Axes, boxes: np.ndarray, colour: str, hatch: str | None = None) -> None:
    """Rectangles with a white line around them, or a dark one where they are pale."""
    edge = EDGE if colour in (NEUTRAL, PAPER) else PAPER
    drawn = PolyCollection(boxes, facecolors=colour, edgecolors=edge, linewidths=0.5, hatch=hatch)
    axes.add_collection(drawn, autolim=False)


def _draw_key(axes: Axes, entries: Sequence[tuple[float, float, str, list[str]]]) -> None:
    for x, y, colour, lines in entries:
        _fill(axes, _boxes(np.array([x]), np.array([y]), np.array([SWATCH]), 0.11), colour)
        axes.text(x + SWATCH + AFTER_SWATCH, y - 0.01, "\n".join(lines), va="top", fontsize=SMALL)


def _draw_labels(axes: Axes, lines: Sequence[Line], plan: Plan) -> None:
    for line in lines:
        bar, text = line.kind == "bar", "\n".join(line.text)
        axes.text(
            plan.labels if bar else 0,
            line.middle,
            text,
            ha="right" if bar else "left",
            va="center",
            fontsize=HEADING if line.kind == "section" else SMALL,
            fontweight="normal" if bar else "bold",
        )


def _draw_ticks(axes: Axes, lines: Sequence[Line], plan: Plan, over: bool) -> None:
    """Lines at the same distances on both sides of the middle, behind the bars alone; numbers without a sign."""
    apart = text_width("100%", SMALLEST) + 0.08
    step = next((step for step in STEPS if step * plan.unit >= apart), 100)
    reach = range(-100 // step * step, 101, step)
    ticks = [tick for tick in reach if plan.left - 1e-6 <= plan.middle + plan.unit * tick <= plan.right + 1e-6]
    runs = [(line.middle - line.height / 2, line.middle + line.height / 2) for line in lines if line.kind == "bar"]
    for tick in ticks:
        x = plan.middle + plan.unit * tick
        axes.add_collection(
            LineCollection(
                [[(x, top), (x, bottom)] for top, bottom in runs],
                colors=GRID if tick else QUIET,
                linewidths=0.8,
                capstyle="butt",
                zorder=3 if over and not tick else 0.5,
            ),
            autolim=False,
        )
        axes.text(x, runs[-1][1] + 0.03, f"{abs(tick)}%", ha="center", va="top", fontsize=SMALLEST, color=QUIET)


def _draw_piece(axes: Axes, bars: Sequence[Line], plan: Plan, piece: Piece) -> None:
    rows = np.array([bar.row for bar in bars])
    middles, widths = np.array([bar.middle for bar in bars]), plan.unit * piece.widths[rows]
    left = plan.middle + plan.unit * piece.starts[rows]
    there = widths > 0
    _fill(axes, _boxes(left[there], middles[there] - BAR / 2, widths[there], BAR), piece.colour)
    ink = ink_on(piece.colour)
    for x, y, width, share in zip(left, middles, widths, piece.widths[rows], strict=True):
        text = printed(share, ".0f")
        if text_width(text, SMALLEST) + 0.04 <= width:
            axes.text(x + width / 2, y, text, ha="center", va="center_baseline", fontsize=SMALLEST, color=ink)


def _draw_headings(axes: Axes, plan: Plan, titles: Sequence[list[str]], columns: Sequence[Column], y: float) -> None:
    """What the totals and the columns are, above them; `y` is the lower edge."""
    for x, align, title in ((plan.labels + GAP, "left", titles[0]), (plan.right + TOTAL, "right", titles[1])):
        axes.text(x, y, "\n".join(title), ha=align, va="bottom", fontsize=SMALLEST, fontweight="bold")
    for x, column in zip(plan.columns, columns, strict=True):
        axes.text(x, y, "\n".join(column.heading), va="bottom", fontsize=SMALLEST, color=QUIET)


def _draw_totals(axes: Axes, bars: Sequence[Line], plan: Plan, totals: Sequence[tuple[str, str] | None]) -> None:
    for bar in bars:
        if totals[bar.row] is None:
            axes.text(plan.labels + GAP, bar.middle, WITHHELD, va="center_baseline", fontsize=SMALLEST, color=QUIET)
            continue
        for x, total in zip((plan.left - 0.04, plan.right + TOTAL), totals[bar.row], strict=True):
            axes.text(x, bar.middle, total, ha="right", va="center_baseline", fontsize=SMALLEST, fontweight="bold")


def _draw_columns(axes: Axes, bars: Sequence[Line], plan: Plan, columns: Sequence[Column]) -> None:
    rows, middles = np.array([bar.row for bar in bars]), np.array([bar.middle for bar in bars])
    for x, column in zip(plan.columns, columns, strict=True):
        widths = plan.unit * column.widths[rows]
        there = widths > 0
        boxes = _boxes(np.full(there.sum(), x), middles[there] - BAR / 2, widths[there], BAR)
        _fill(axes, boxes, column.colour, column.hatch)
        for y, width, row in zip(middles, widths, rows, strict=True):
            if column.texts[row]:
                axes.text(
                    x + width + 0.04 * (width > 0),
                    y,
                    column.texts[row],
                    va="center_baseline",
                    fontsize=SMALLEST,
                    color=QUIET,
                )
