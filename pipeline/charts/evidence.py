"""Charts of the evidence map: which support goes with which outcome, who names it, and by which way it is said to work.

What stands in rows is drawn on a sheet whose unit is the inch, so that no label runs into another. Numbers are printed
beside every shade and symbol.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from textwrap import wrap

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator

from pipeline.charts.style import (
    FIRST,
    GRID,
    ORANGES,
    PALE_BLUES,
    PAPER,
    QUIET,
    SECOND,
    SMALL,
    SMALLEST,
    WIDTH,
    ink_on,
    label_transform,
    sheet,
)
from pipeline.phrases import number

LETTERS, LABELS = 34, 1.97  # characters in a line of a row's label, and inches that labels take
ROW, LINE = 0.165, 0.115  # inches of a row, and of each further line of its label
STEPS = (3, 6)  # passages from which a cell is drawn in the second and in the third shade
CLAIMS, SHOWS = ORANGES, PALE_BLUES
# what a document says of a form of support: marker, colour, filled, words; "silent" has no mark
SAYS = {
    "better": ("o", FIRST[0], True, "better"),
    "worse": ("v", SECOND[0], True, "worse"),
    "differs": ("D", SECOND[0], False, "differs"),
    "no change": ("s", QUIET, True, "no change"),
    "named": ("o", QUIET, False, "no result stated"),
}
# of the graph: inches from the left, characters in a line of a name, and on which side the name is set
COLUMNS = {"feature": (0.0, 22, "left"), "mechanism": (WIDTH / 2, 15, "center"), "outcome": (WIDTH, 22, "right")}
HEADINGS = {"feature": "Form of support", "mechanism": "Way it works", "outcome": "Outcome"}
NAME_GAP, NAME_MARGIN = 0.07, 0.08  # inches between two names of the graph, and between a name and its links
GRAPH_HEAD = 0.5  # inches
CONVENTIONS = {2 / 3: "tentative", 0.8: "reliable"}  # Krippendorff's limits for conclusions


def matrix_chart(matrix: pd.DataFrame, features: Mapping[str, str], targets: Mapping[str, Sequence[str]]) -> Figure:
    """Passages by form of support and whom the outcome is for: in each cell the claims left, what is shown right.

    `matrix`: one row a pair with `feature`, `outcome`, `claims`, `shows` (counts). `features` gives order and names of
    the rows; `targets` the columns, each with its outcomes. A pair without passages is left empty.
    """
    tops, height = _rows(features.values(), head=0.42)
    figure, axes = sheet(height)
    width = (WIDTH - LABELS) / len(targets)
    for column, (target, outcomes) in enumerate(targets.items()):
        left = LABELS + column * width
        counts = matrix[matrix["outcome"].isin(list(outcomes))].groupby("feature")[["claims", "shows"]].sum()
        counts = counts.reindex(list(features), fill_value=0)
        axes.text(left + 0.02, tops[0] - 0.07, target, fontsize=SMALL, fontweight="bold", va="bottom")
        for kind, shades, start in (("claims", CLAIMS, 0.02), ("shows", SHOWS, width / 2)):
            for top, bottom, count in zip(tops, tops[1:], counts[kind], strict=False):
                _cell(axes, left + start, top, width / 2 - 0.02, bottom - top, int(count), shades)
    _row_labels(axes, list(features.values()), tops)
    _legend(
        axes,
        [Patch(color=CLAIMS[1], label="Left: passages that claim"), Patch(color=SHOWS[1], label="Right: that show")],
    )
    return figure


def _rows(labels: Iterable[str], head: float) -> tuple[list[float], float]:
    """The upper edge of each row, and the lower edge of the last, below `head` inches; and the sheet's height."""
    heights = [ROW + LINE * (len(wrap(label, LETTERS)) - 1) for label in labels]
    tops = list(accumulate(heights, initial=head))
    return tops, tops[-1] + 0.02


def _row_labels(axes: Axes, labels: Sequence[str], tops: Sequence[float]) -> None:
    axes.hlines(tops, 0, WIDTH, color=GRID, linewidth=0.6, zorder=0)
    for label, top, bottom in zip(labels, tops, tops[1:], strict=False):
        axes.text(
            0, (top + bottom) / 2, "\n".join(wrap(label, LETTERS)), va="center", fontsize=SMALLEST, linespacing=1.05
        )


def _legend(axes: Axes, handles: Sequence[Artist], **spacing: float) -> None:
    axes.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=5,
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        fontsize=SMALL,
        **spacing,
    )


def _cell(axes: Axes, left: float, top: float, width: float, height: float, count: int, shades: Sequence[str]) -> None:
    if not count:
        return
    shade = shades[sum(count >= step for step in STEPS)]
    axes.add_patch(Rectangle((left, top + 0.01), width, height - 0.02, facecolor=shade, linewidth=0))
    axes.text(
        left + width / 2,
        top + height / 2,
        str(count),
        ha="center",
        va="center_baseline",
        fontsize=SMALLEST,
        color=ink_on(shade),
    )


def documents_chart(by_document: pd.DataFrame, features: Mapping[str, str], documents: Mapping[str, str]) -> Figure:
    """Which document names which form of support: a symbol for what it says of the result, and how many passages.

    `by_document`: one row a feature and document with `feature`, `document`, `passages` and `says` (a key of SAYS, or
    "silent", which leaves the place empty). `features` and `documents` give order and names.
    """
    heads = [wrap(name, 9) for name in documents.values()]
    tops, height = _rows(features.values(), head=0.32 + 0.125 * max(map(len, heads)))
    figure, axes = sheet(height)
    width = (WIDTH - LABELS) / len(documents)
    says = by_document.set_index(["feature", "document"])
    for column, (document, head) in enumerate(zip(documents, heads, strict=True)):
        left = LABELS + column * width
        axes.text(left, tops[0] - 0.07, "\n".join(head), fontsize=SMALLEST, va="bottom", linespacing=1.1)
        for top, bottom, feature in zip(tops, tops[1:], features, strict=False):
            row, middle = says.loc[(feature, document)], (top + bottom) / 2
            if row["says"] == "silent":
                continue
            axes.add_line(_symbol(row["says"], [left + 0.08], [middle]))
            axes.text(left + 0.2, middle, str(int(row["passages"])), va="center_baseline", fontsize=SMALLEST)
    _row_labels(axes, list(features.values()), tops)
    occurring = set(by_document["says"])
    handles = [_symbol(key, [], [], label=words) for key, (*_, words) in SAYS.items() if key in occurring]
    _legend(axes, handles, handletextpad=0.1, columnspacing=1.2)
    return figure


def _symbol(key: str, x: Sequence[float], y: Sequence[float], label: str = "") -> Line2D:
    marker, colour, filled, _ = SAYS[key]
    return Line2D(
        x,
        y,
        marker=marker,
        linestyle="none",
        color=colour,
        markersize=5,
        label=label,
        markeredgewidth=1.2,
        markerfacecolor=colour if filled else PAPER,
    )


def theory_chart(nodes: pd.DataFrame, links: pd.DataFrame, least: int = 3) -> Figure:
    """The theory of change as a graph in three columns, with the links that at least `least` passages state.

    `nodes`: `node` ("feature:x"), `kind` (feature, mechanism, outcome), `title`. `links`: `source`, `target` (nodes),
    `passages`, `shows`, `kind`; only those over a stated mechanism are drawn. A line is as wide as it has passages,
    and dashed where all of them are claims. Raises ValueError where no link has so many.
    """
    drawn = links[(links["passages"] >= least) & links["kind"].isin(["feature-mechanism", "mechanism-outcome"])]
    if drawn.empty:
        raise ValueError(f"No link has {least} passages.")
    graph = _layers(nodes, drawn)
    places, length = _places(graph)
    figure, axes = sheet(GRAPH_HEAD + length)
    names = _write_names(axes, graph, places)
    for source, target, link in sorted(graph.edges(data=True), key=lambda edge: (edge[2]["passages"], *edge[:2])):
        _flow(axes, (names[source][1], places[source]), (names[target][0], places[target]), link)
    for kind, (x, _, side) in COLUMNS.items():
        axes.text(x, GRAPH_HEAD - 0.08, HEADINGS[kind], ha=side, va="bottom", fontsize=SMALL, fontweight="bold")
    handles = [
        Line2D([], [], color=QUIET, linewidth=_width(least), label=f"{least} passages"),
        Line2D([], [], color=QUIET, linewidth=_width(3 * least), label=f"{3 * least}"),
        Line2D([], [], color=SECOND[0], linewidth=1.4, linestyle=(0, (4, 1.5)), label="claims only"),
        Line2D([], [], color=FIRST[0], linewidth=1.4, label="some show it"),
    ]
    _legend(axes, handles, columnspacing=1.4)
    return figure


def _layers(nodes: pd.DataFrame, links: pd.DataFrame) -> nx.DiGraph:
    """The drawn links with the nodes that they join; a node has its kind, and its name in lines."""
    joined = set(links["source"]) | set(links["target"])
    graph = nx.DiGraph()
    for row in nodes[nodes["node"].isin(joined)].itertuples(index=False):
        graph.add_node(row.node, kind=row.kind, name="\n".join(wrap(row.title, COLUMNS[row.kind][1])))
    for row in links.itertuples(index=False):
        graph.add_edge(row.source, row.target, passages=int(row.passages), shows=int(row.shows))
    return graph


def _columns(graph: nx.DiGraph) -> dict[str, list[str]]:
    return {kind: [node for node, its in graph.nodes(data="kind") if its == kind] for kind in COLUMNS}


def _places(graph: nx.DiGraph, sweeps: int = 24) -> tuple[dict[str, float], float]:
    """The middle of each name in inches from the top, and the length of the longest column.

    What a column is shorter goes between its names. It is ordered by the mean of its neighbours, weighted by passages,
    so that few links cross (the barycentre method of Sugiyama, Tagawa & Toda 1981). Two means may be equal, and only
    fractions say so on every machine: the last digit of a floating-point sum would decide which name stands above.
    """
    line, gap = Fraction(str(LINE)), Fraction(str(NAME_GAP))
    heights = {node: line * (its["name"].count("\n") + 1) + gap for node, its in graph.nodes(data=True)}
    columns, places = _columns(graph), {}
    length = max(sum(heights[node] for node in column) for column in columns.values())
    for sweep in range(sweeps + 1):
        for kind in (list(COLUMNS), list(COLUMNS)[::-1])[sweep % 2]:
            if sweep:
                columns[kind].sort(key=lambda node: (_barycentre(graph, node, places), node))
            spare = (length - sum(heights[node] for node in columns[kind])) / len(columns[kind])
            top = Fraction(str(GRAPH_HEAD))
            for node in columns[kind]:
                places[node] = top + (heights[node] + spare) / 2
                top += heights[node] + spare
    return {node: float(place) for node, place in places.items()}, float(length)


def _barycentre(graph: nx.DiGraph, node: str, places: Mapping[str, Fraction]) -> Fraction:
    edges = [(places[source], its) for source, _, its in graph.in_edges(node, data="passages")]
    edges += [(places[target], its) for _, target, its in graph.out_edges(node, data="passages")]
    return sum(place * its for place, its in edges) / sum(its for _, its in edges)


def _write_names(axes: Axes, graph: nx.DiGraph, places: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Write every node's name; returns where it begins and ends, with a margin, in inches from the left."""
    ends = {}
    for node, its in graph.nodes(data=True):
        x, _, side = COLUMNS[its["kind"]]
        text = axes.text(
            x,
            places[node],
            its["name"],
            ha=side,
            va="center",
            fontsize=SMALLEST,
            linespacing=1.05,
            multialignment=side,
            zorder=3,
        )
        box = text.get_window_extent().transformed(axes.transData.inverted())
        ends[node] = box.x0 - NAME_MARGIN, box.x1 + NAME_MARGIN
    return ends


def _flow(axes: Axes, start: tuple[float, float], end: tuple[float, float], link: Mapping) -> None:
    """A line that leaves and arrives level."""
    share = np.linspace(0, 1, 40)
    x, y = (
        first + (last - first) * way
        for first, last, way in zip(start, end, (share, share**2 * (3 - 2 * share)), strict=True)
    )
    shown = link["shows"] > 0
    axes.plot(
        x,
        y,
        color=FIRST[0] if shown else SECOND[0],
        linestyle="-" if shown else (0, (4, 1.5)),
        alpha=0.75,
        linewidth=_width(link["passages"]),
        solid_capstyle="butt",
        dash_capstyle="butt",
        zorder=1,
    )


def _width(passages: int) -> float:
    return 0.3 * passages


def agreement_chart(agreement: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Krippendorff's alpha of two coders with its interval, a line for each row, and the two usual limits.

    `agreement`: `variable`, `unit` (named where a variable has more than one), `alpha`, `low`, `high`. `labels` gives
    order and names of the variables; an alpha that is not defined is empty.
    """
    order = {variable: place for place, variable in enumerate(labels)}
    rows = agreement[agreement["variable"].isin(order)].sort_values(
        "variable", key=lambda names: names.map(order), kind="stable"
    )
    twice = rows["variable"].duplicated(keep=False)
    names = rows["variable"].map(labels) + (", " + rows["unit"]).where(twice, "")
    height = 0.24 * len(rows) + 0.75
    figure, axes = plt.subplots(
        figsize=(WIDTH, height),
        gridspec_kw={"left": 1.75 / WIDTH, "right": 0.86, "top": 1 - 0.3 / height, "bottom": 0.45 / height},
    )
    for limit, word in CONVENTIONS.items():
        axes.axvline(limit, color=QUIET, linewidth=0.9, linestyle=(0, (3, 2)), zorder=0)
        axes.text(
            limit, -0.65, word, ha="right" if limit < 0.7 else "left", va="bottom", fontsize=SMALLEST, color=QUIET
        )
    axes.hlines(range(len(rows)), rows["low"], rows["high"], color=FIRST[0], linewidth=1.2)
    axes.plot(rows["alpha"], range(len(rows)), FIRST[1], color=FIRST[0], markersize=4.5)
    for y, (name, alpha) in enumerate(zip(names, rows["alpha"], strict=True)):
        axes.text(0, y, name, transform=label_transform(figure, axes), va="center", fontsize=SMALL)
        axes.text(
            1.03,
            y,
            "–" if np.isnan(alpha) else number(alpha, "{:.2f}"),
            va="center",
            transform=axes.get_yaxis_transform(),
            fontsize=SMALL,
        )
    axes.set(
        xlim=(min(0, float(rows["low"].min())), 1),
        ylim=(len(rows) - 0.5, -0.6),
        yticks=[],
        xlabel="Agreement of two coders (Krippendorff's alpha)",
    )
    axes.xaxis.set_major_locator(FixedLocator([0, 0.2, 0.4, 0.6, 0.8, 1]))
    axes.spines["left"].set_visible(False)
    return figure
