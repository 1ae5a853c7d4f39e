"""Where the texts of a drawn figure stand: what overlaps, and what leaves the figure."""

from functools import lru_cache
from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

DOTS = 200  # an inch: fine enough for a text's extent to be its own and not the screen's
HAIR = 0.012  # inches by which boxes may run into each other: they are larger than the letters in them


@lru_cache(maxsize=1)  # what is looked at is one finished figure after the other
def texts(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Every visible text and its extent in inches."""
    figure.set_dpi(DOTS)
    figure.draw_without_rendering()
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for axes in figure.axes:
        found += axes.texts
        found += axes.get_legend().get_texts() if axes.get_legend() else []
        if axes.axison:
            found += [axes.title, axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label]
            found += [
                label
                for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
                for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
                if min(limits) <= tick.get_loc() <= max(limits)
                for label in (tick.label1, tick.label2)
            ]
    shown = [text for text in found if text.get_visible() and text.get_text().strip()]
    boxes = [Text.get_window_extent(text) for text in shown]  # of the text alone, without an arrow of its own
    return [(text, Bbox(box.get_points() / DOTS)) for text, box in zip(shown, boxes, strict=True)]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers a part of the other."""
    return [
        (one.get_text(), other.get_text())
        for (one, a), (other, b) in combinations(texts(figure), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > HAIR and min(a.y1, b.y1) - max(a.y0, b.y0) > HAIR
    ]


def outside(figure: Figure) -> list[str]:
    """Texts that are cut off at an edge."""
    width, height = figure.get_size_inches()
    return [
        text.get_text() for text, box in texts(figure) if min(box.x0, box.y0, width - box.x1, height - box.y1) < -HAIR
    ]
