"""The house style of every chart; the charts themselves are in the modules beside this one.

Rules: never colour alone (position, marker or a printed number says the same), horizontal text, contrast 3:1 for marks
and 4.5:1 for text, a white background, and the same bytes on every run.
"""

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Transform

WIDTH = 4.9  # inches: within the text column of an A4 page, and little enough for a phone to show it legibly
INK, QUIET, GRID = "#1a1a1a", "#595959", "#d9d9d9"
FIRST, SECOND = ("#12436d", "o"), ("#b3450b", "D")  # colour and marker of the first and the second of two
LINE_HEIGHT = 0.15  # inches, of a list of statements: one page of A4 holds the whole questionnaire


def house_style() -> None:
    """Set the style for all charts drawn afterwards: call it once at the head of a notebook."""
    matplotlib.rcParams.update({
        "font.family": "DejaVu Sans", "font.size": 9, "axes.labelsize": 9, "axes.titlesize": 9, "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5, "legend.fontsize": 8.5, "text.color": INK, "axes.labelcolor": INK, "xtick.color": QUIET,
        "ytick.color": INK, "axes.edgecolor": QUIET, "grid.color": GRID, "axes.spines.top": False,
        "axes.spines.right": False, "axes.axisbelow": True, "axes.linewidth": 1.25, "grid.linewidth": 1.0,
        "xtick.bottom": False, "ytick.left": False, "patch.edgecolor": "white", "patch.force_edgecolor": True,
        "lines.solid_capstyle": "round", "figure.dpi": 100, "figure.facecolor": "white",
        "svg.fonttype": "path"})  # text as outlines: a file looks the same whatever fonts a machine has


def label_transform(figure: Figure, axes: Axes) -> Transform:
    """x in shares of the figure's width (0 is its left edge), y in the axes' data: for labels beside the plot."""
    return matplotlib.transforms.blended_transform_factory(figure.transFigure, axes.transData)


def write_labels(figure: Figure, axes: Axes, lines: list[tuple[str, str | None]], labels: dict[str, str]) -> None:
    """Name the lines of a list of statements: (heading, None) in bold at the left edge, ("", item) beside the plot."""
    for y, (heading, item) in enumerate(lines):
        at = label_transform(figure, axes)
        if item is None:
            axes.text(0, y, heading, transform=at, va="center", fontweight="bold", fontsize=8.5)
        else:
            axes.text(0.46, y, labels[item], transform=at, va="center", ha="right", fontsize=8)
    axes.set(ylim=(len(lines) - 0.4, -0.6), yticks=[])
    axes.spines["left"].set_visible(False)


def list_lines(sections: dict[str, list[str]]) -> list[tuple[str, str | None]]:
    """Headings, each followed by its items, as `write_labels` names them."""
    return [line for heading, items in sections.items() for line in [(heading, None), *(("", item) for item in items)]]
