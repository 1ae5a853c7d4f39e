"""Charts of a council's own survey: answers in per cent, and lists of estimates with their intervals."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from pipeline.charts.likert import likert_bars
from pipeline.charts.lists import dot_key, dots, key_above, name_axis, odds_axis, statement_list
from pipeline.charts.style import BLUES, EDGE, FIRST, INK
from pipeline.surveys.codebook import AnswerScale, Category

# What answers count as, whatever the scale of a statement is.
ROLES = AnswerScale(
    categories=tuple(
        Category(id=role, label=label, role=role)
        for role, label in (
            ("agree", "Agree"),
            ("neutral", "Neither"),
            ("disagree", "Disagree"),
            ("dont_know", "Don't know"),
        )
    )
)
RATIOS = [0.25, 0.5, 0.67, 1, 1.5, 2, 3, 4, 8]
ROW = 0.1725  # inches of a line


def answer_bars(shares: pd.DataFrame, items: Mapping[str, str], sections: Mapping[str, Sequence[str]]) -> Figure:
    """All answers to each item in per cent, as `likert_bars` draws them; a suppressed split is a gap that is named.

    `shares`: one row an item with `item` and the columns agree, neutral, disagree, dont_know in per cent; empty where
    suppressed, or where the scale has no such answer. `sections` puts the items under headings; `items` holds the
    labels. The bases belong in the caption (`pipeline.charts.captions.bases`): long statements leave no room for them.
    """
    return likert_bars(shares[["item", *ROLES.ids]], ROLES, items, sections=sections)


def estimates(
    table: pd.DataFrame,
    labels: Mapping[str, str],
    sections: Mapping[str, Sequence[str]],
    *,
    key: str,
    value: str,
    low: str,
    high: str,
    xlabel: str,
    limits: tuple[float, float] | None = None,
    reference: float | None = None,
    ratio: bool = False,
) -> Figure:
    """A list of estimates, each a dot with its interval, under headings.

    `table`: one row a `key` with the columns `value`, `low` and `high`; rows without a value are not drawn. `reference`
    draws a line, such as at no difference. `ratio` puts odds ratios on a log scale.
    """
    rows = table.dropna(subset=[value]).set_index(key)
    figure, axes, places = statement_list(sections, labels, rows.index, row=ROW)
    drawn = rows.loc[[each for each, _ in places]]
    dots(axes, drawn[value], drawn[low], drawn[high], [middle for _, middle in places], FIRST)
    if reference is not None:
        axes.axvline(reference, color=INK, linewidth=0.9, zorder=0.9)
    if ratio:
        odds_axis(axes, RATIOS)
    if limits:
        axes.set_xlim(*limits)
    axes.xaxis.grid(True)
    name_axis(figure, axes, xlabel)
    return figure


def differences_in_bounds(table: pd.DataFrame, labels: Mapping[str, str], xlabel: str) -> Figure:
    """Risk differences with their intervals on the bands that the published margins of 2011 had left open.

    `table`: one row a pair with `pair`, `difference`, `difference_low`, `difference_high`, `bound_low_2011` and
    `bound_high_2011`, from -1 to 1; no band where there is no bound. `labels` gives the pairs' order and names.
    """
    figure, axes, places = statement_list({"": list(labels)}, labels, labels, row=ROW, key=True)
    heights = [middle for _, middle in places]
    rows = table.set_index("pair").loc[[pair for pair, _ in places]]
    ends = rows[["bound_low_2011", "bound_high_2011"]].astype(float) * 100
    axes.barh(
        heights,
        ends["bound_high_2011"] - ends["bound_low_2011"],
        left=ends["bound_low_2011"],
        height=0.12,
        color=BLUES[0],
        edgecolor=EDGE,
        linewidth=0.5,
    )
    drawn = rows[["difference", "difference_low", "difference_high"]].astype(float) * 100
    dots(axes, drawn["difference"], drawn["difference_low"], drawn["difference_high"], heights, FIRST)
    axes.axvline(0, color=INK, linewidth=0.9)
    axes.set_xlim(-101, 101)
    name_axis(figure, axes, xlabel)
    band = Patch(facecolor=BLUES[0], edgecolor=EDGE, linewidth=0.5, label="Open after 2011")
    key_above(figure, [dot_key(FIRST, "This survey"), *[band] * bool(ends.notna().any(axis=None))])
    return figure
