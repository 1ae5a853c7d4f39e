"""The house style of every chart, and the measuring of its texts; the charts themselves are in the modules beside.

Rules: never colour alone (position, marker or a printed number says the same), horizontal text of at least `SMALLEST`
points, contrast 3:1 for marks and 4.5:1 for text, a white background, intervals where they exist, no second scale on an
axis, and the same bytes on every run. No other module names a colour.
"""

from functools import cache

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Transform

from pipeline.characters import CHART_FONT, drawable

WIDTH = 4.9  # inches: within the text column of an A4 page, and little enough for a phone to show it legibly
SMALLEST, SMALL, HEADING = 7.5, 8, 8.5  # points: numbers and ticks, labels, and what stands above them in bold
LETTERING = 0.135  # inches from one line of small text to the next
FONT = CHART_FONT

PAPER, INK, QUIET, GRID = "#ffffff", "#1a1a1a", "#595959", "#d9d9d9"
# Colour and marker of the first, the second and the third of what is compared.
FIRST, SECOND, THIRD = ("#12436d", "o"), ("#b3450b", "D"), ("#28786e", "^")
SERIES = (FIRST, SECOND, THIRD)
CURVES = (("#12436d", "-"), ("#b3450b", "--"), ("#28786e", "-."), ("#8f5bbf", ":"))  # colour and dashes of lines
# Answers, from the strongest to the weakest of a side; both sides are equally dark, and the middle is pale.
AGREE, NEUTRAL, DISAGREE = ("#12436d", "#2b6ca3", "#5694ca"), "#e2e2e2", ("#7a2b06", "#b3450b", "#d97b45")
DONT_KNOW = "#6b6b6b"
WITHHELD_HATCH = "////"  # on paper: what is not shown is neither an answer nor zero
UNCLEAR = "#858585"  # of an interval that takes in zero; its dot is hollow besides
EDGE = "#858585"  # around what is too pale to be seen on paper
# From little to much. The pale ones have an EDGE, or a printed number.
BLUES, ORANGES = ("#c9dcee", "#5694ca", "#12436d"), ("#fbf1ea", "#efc9ad", "#dc9868")
PALE_BLUES = ("#e1ebf4", "#a9c6e1", "#12436d")
SPREAD = ("#e9edf1", "#b3c4d4")  # bands behind lines: of all, and of the middle half


SHOWN = ("backend", "backend_fallback", "interactive", "toolbar")  # settings that change where charts are seen, not how


def house_style() -> None:
    """Set the style for all charts drawn afterwards: call it once at the head of a notebook.

    What a reader's own matplotlibrc says is taken back first, but for where charts are shown.
    """
    matplotlib.rcParams.update({name: value for name, value in matplotlib.rcParamsDefault.items() if name not in SHOWN})
    matplotlib.rcParams.update(
        {
            "font.family": FONT,
            "font.size": 9,
            "axes.labelsize": 9,
            "axes.titlesize": 9,
            "xtick.labelsize": 8.5,
            "ytick.labelsize": 8.5,
            "legend.fontsize": 8.5,
            "text.color": INK,
            "axes.labelcolor": INK,
            "xtick.color": QUIET,
            "ytick.color": INK,
            "axes.edgecolor": QUIET,
            "grid.color": GRID,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.linewidth": 1.25,
            "grid.linewidth": 1.0,
            "xtick.bottom": False,
            "ytick.left": False,
            "patch.edgecolor": PAPER,
            "patch.force_edgecolor": True,
            "lines.solid_capstyle": "round",
            "figure.dpi": 100,
            "figure.facecolor": PAPER,
            "hatch.color": QUIET,
            "hatch.linewidth": 0.7,
            "text.parse_math": False,  # a dollar sign in a statement is a dollar sign
            "svg.fonttype": "path",
        }
    )  # text as outlines: a file looks the same whatever fonts a machine has


def label_transform(figure: Figure, axes: Axes) -> Transform:
    """x in shares of the figure's width (0 is its left edge), y in the axes' data: for labels beside the plot."""
    return matplotlib.transforms.blended_transform_factory(figure.transFigure, axes.transData)


def sheet(height: float) -> tuple[Figure, Axes]:
    """Axes over the whole figure, `WIDTH` by `height`, whose unit is the inch, from the upper left corner."""
    figure = plt.figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    return figure, axes


@cache
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Inches that one line of `text` takes at `size` points.

    >>> round(text_width("Managers", 8), 2), round(text_width("Managers", 8, bold=True), 2)
    (0.54, 0.62)
    """
    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] / 72


def wrapped(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """`text` in lines of at most `room` inches, broken between words; a word wider than that is broken within.

    >>> wrapped("Supervision as often as policy", 1.2, 8)
    ['Supervision as often', 'as policy']
    """
    lines = [""]
    for word in drawable(text).split():
        longer = f"{lines[-1]} {word}".lstrip()
        if text_width(longer, size, bold) <= room:
            lines[-1] = longer
            continue
        lines += [word] if lines[-1] else []
        lines[-1] = word
        while text_width(lines[-1], size, bold) > room and len(lines[-1]) > 1:
            fits = max(1, max(n for n in range(len(lines[-1])) if text_width(lines[-1][:n], size, bold) <= room))
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    return lines


def ink_on(colour: str) -> str:
    """The colour of a number on `colour`: paper or ink, whichever contrasts more (luminance as in WCAG 2.2).

    >>> ink_on(AGREE[0]) == PAPER, ink_on(NEUTRAL) == INK
    (True, True)
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in matplotlib.colors.to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return PAPER if luminance < 0.2 else INK
