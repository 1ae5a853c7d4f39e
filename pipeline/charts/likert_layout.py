"""Where everything of a chart of answers stands, in inches and per cent: `pipeline.charts.likert` draws it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.charts.answer_shares import side
from pipeline.charts.style import (
    AGREE,
    DISAGREE,
    DONT_KNOW,
    HEADING,
    LETTERING,
    NEUTRAL,
    PAPER,
    SMALL,
    SMALLEST,
    WIDTH,
    WITHHELD_HATCH,
    text_width,
    wrapped,
)
from pipeline.numerals import printed
from pipeline.surveys.codebook import AnswerScale

WITHHELD = "Not shown"
SHADES = {1: [0], 2: [0, 2], 3: [0, 1, 2]}  # of a side with so many answers, the strongest first
PITCH, GAP = 0.17, 0.09  # inches from one bar to the next, and between columns
LABELS, GROUPS = 2.05, 1.3  # inches: the most that statements and groups take beside the bars
PLOT, COLUMN = 1.4, 0.42  # inches: the least for the bars, and the most for the heading of a column beside them
TOTAL = text_width("100", SMALLEST, bold=True) + 0.04  # inches
SWATCH, AFTER_SWATCH, AFTER_ENTRY = 0.13, 0.05, 0.13  # inches of the key
LEAST_WITHHELD = 0.5  # per cent: a row that adds up lacks nothing, its scale has no such answer
REACH = 60  # per cent that the plot spans at least


@dataclass(frozen=True)
class Line:
    """A heading, or the label of the bar of a `row` of the table; `middle` and `height` in inches."""

    kind: str  # section, item or bar
    text: list[str]
    middle: float
    height: float
    row: int | None


@dataclass(frozen=True)
class Piece:
    """An answer of every row: where it starts and how long it is, in per cent from the middle."""

    starts: np.ndarray
    widths: np.ndarray
    colour: str


@dataclass(frozen=True)
class Column:
    """What stands beside the bars: per cent as bars with a text each, or texts alone."""

    heading: list[str]
    widths: np.ndarray
    texts: list[str]
    colour: str = PAPER
    hatch: str | None = None

    @property
    def around(self) -> float:
        """Inches that it takes besides its bars."""
        return GAP + max((text_width(text, SMALLEST) for text in self.texts), default=0) + 0.05

    @property
    def least(self) -> float:
        """Inches that its heading takes."""
        return GAP + max(text_width(line, SMALLEST) for line in self.heading)


@dataclass(frozen=True)
class Plan:
    """Where things stand from left to right: inches, of which a per cent takes `unit`."""

    labels: float  # where the labels of the bars end
    left: float
    middle: float
    right: float
    unit: float
    columns: list[float]  # where each begins, after its gap


def line_names(
    table: pd.DataFrame,
    items: Mapping[str, str],
    groups: Mapping[str, str],
    sections: Mapping[str, Sequence[str]],
    facet: str,
) -> Iterator[tuple[str, str, int | None]]:
    """Kind, text and row of each line, from the top."""
    rows = {pair: row for row, pair in enumerate(zip(table["item"], table["group"], strict=True))}
    for only in [None] if facet == "item" and len(groups) > 1 else groups:
        if only is not None and len(groups) > 1:
            yield "section", groups[only], None
        for heading, members in sections.items():
            asked = groups if only is None else [only]
            there = [item for item in members if any((item, group) in rows for group in asked)]
            if heading and there:
                yield "section" if len(groups) == 1 or only is None else "item", heading, None
            for item in there:
                if only is not None:
                    yield "bar", items[item], rows[item, only]
                    continue
                yield "item", items[item], None
                yield from (("bar", name, rows[item, group]) for group, name in groups.items() if (item, group) in rows)


def answer_colours(scale: AnswerScale) -> dict[str, str]:
    """A colour for each answer; the stronger one is the darker."""
    for answers in (scale.agree, scale.disagree):
        if len(answers) not in SHADES:
            raise ValueError(f"{len(answers)} answers on one side of the scale; a chart tells one to three apart.")
    return {
        **dict(zip(scale.agree, [AGREE[shade] for shade in SHADES[len(scale.agree)]], strict=True)),
        **dict(zip(reversed(scale.disagree), [DISAGREE[shade] for shade in SHADES[len(scale.disagree)]], strict=True)),
        **dict.fromkeys(scale.with_role("neutral"), NEUTRAL),
        **dict.fromkeys(scale.with_role("dont_know"), DONT_KNOW),
    }


def drawn_answers(scale: AnswerScale, neutral: str) -> list[str]:
    """The answers that make up a bar, from the left."""
    middle = scale.with_role("neutral") if neutral in ("centred", "split") else ()
    return [*reversed(scale.disagree), *reversed(middle), *reversed(scale.agree)]


def bar_pieces(table: pd.DataFrame, scale: AnswerScale, neutral: str) -> list[Piece]:
    """The pieces of all bars, from the left; a suppressed one has no length."""
    known = table[list(scale.ids)].astype(float).fillna(0)
    drawn, colours, middle = drawn_answers(scale, neutral), answer_colours(scale), scale.with_role("neutral")
    start = -known[list(scale.disagree)].sum(axis=1) - sum(known[answer] / 2 for answer in middle if answer in drawn)
    pieces = []
    for answer in drawn:
        parts = 2 if neutral == "split" and answer in middle else 1
        for _ in range(parts):
            pieces.append(Piece(np.asarray(start, float), known[answer].to_numpy() / parts, colours[answer]))
            start = start + known[answer] / parts
    return pieces


def end_totals(table: pd.DataFrame, scale: AnswerScale, neutral: str) -> list[tuple[str, str] | None]:
    """What is printed at both ends of each bar; None where nothing of a row is shown."""
    half = side(table, scale.with_role("neutral")) / 2 if neutral == "split" else 0
    ends = zip(
        *(
            [printed(total, ".0f") if total == total else "–" for total in side(table, answers) + half]
            for answers in (scale.disagree, scale.agree)
        ),
        strict=True,
    )
    return [
        ends if there else None for ends, there in zip(ends, table[list(scale.ids)].notna().any(axis=1), strict=True)
    ]


def side_columns(table: pd.DataFrame, scale: AnswerScale, neutral: str) -> list[Column]:
    """Answers that stand apart, what of a row is not shown, and the base."""
    shares, colours = table[list(scale.ids)].astype(float), answer_colours(scale)
    labels = {category.id: category.label for category in scale.categories}
    apart = [*(scale.with_role("neutral") if neutral == "apart" else ()), *scale.with_role("dont_know")]
    columns = [
        Column(
            wrapped(labels[answer], COLUMN, SMALLEST),
            shares[answer].fillna(0).to_numpy(),
            ["–" if value != value else printed(value, ".0f") for value in shares[answer]],
            colours[answer],
        )
        for answer in apart
        if shares[answer].notna().any()
    ]
    rest = np.where(shares.isna().any(axis=1) & shares.notna().any(axis=1), 100 - shares.sum(axis=1), 0)
    rest = np.where(rest > LEAST_WITHHELD, rest, 0)
    if rest.any():
        columns.append(Column(wrapped(WITHHELD, COLUMN, SMALLEST), rest, [""] * len(table), hatch=WITHHELD_HATCH))
    if "base" in table and table["base"].notna().any():
        texts = ["–" if base != base else printed(base, ",.0f") for base in table["base"]]
        columns.append(Column(["Base"], np.zeros(len(table)), texts))
    return columns


def plan_across(labels: Sequence[str], most: float, pieces: Sequence[Piece], columns: Sequence[Column]) -> Plan:
    """Columns take what they need, labels what they may, and bars the rest; all bars are drawn to one scale."""
    # fsum is exact: what sum() makes of floats differs between Python 3.11 and 3.12.
    room = max(0.5, min(most, WIDTH - 2 * TOTAL - PLOT - math.fsum(column.least for column in columns)))
    ends = max(text_width(line, SMALL) for label in labels for line in wrapped(label, room, SMALL))
    low = min((piece.starts.min() for piece in pieces), default=0)
    high = max((piece.starts + piece.widths).max() for piece in pieces)
    low, high = (min(low, 0), max(high, 0))
    spare = max(0, REACH - (high - low)) / 2
    low, high = low - spare, high + spare
    left = ends + GAP + TOTAL
    free = WIDTH - left - TOTAL
    longest = [float(column.widths.max(initial=0)) for column in columns]
    unit = (free - math.fsum(column.around for column in columns)) / (high - low + math.fsum(longest))
    widths = [max(column.least, column.around + unit * length) for column, length in zip(columns, longest, strict=True)]
    unit = (free - math.fsum(widths)) / (high - low)
    right = left + unit * (high - low)
    begins = right + TOTAL + np.cumsum([0, *widths])[:-1] + GAP
    return Plan(ends, left, left - unit * low, right, unit, list(begins))


def plan_down(names: Sequence[tuple[str, str, int | None]], plan: Plan, head: float) -> Iterator[Line]:
    """The lines below `head` inches."""
    rooms = {"section": (WIDTH, HEADING, True), "item": (WIDTH, SMALL, True), "bar": (plan.labels + 1e-6, SMALL, False)}
    top, before = head, None
    for kind, text, row in names:
        lines = wrapped(text, *rooms[kind])
        top += {"section": 0.07, "item": 0.0 if before == "section" else 0.06, "bar": 0.0}[kind] * (before is not None)
        height = max(PITCH, LETTERING * len(lines) + 0.035)
        yield Line(kind, lines, top + height / 2, height, row)
        top, before = top + height, kind


def key_entries(scale: AnswerScale, neutral: str) -> tuple[list[tuple[float, float, str, list[str]]], float]:
    """Of each answer in a bar: its place in inches, its colour and its label in lines; and the height of all."""
    labels, colours = {category.id: category.label for category in scale.categories}, answer_colours(scale)
    x, y, deepest, entries = 0.0, 0.02, 1, []
    for answer in drawn_answers(scale, neutral):
        lines = wrapped(labels[answer], WIDTH - SWATCH - AFTER_SWATCH, SMALL)
        width = SWATCH + AFTER_SWATCH + max(text_width(line, SMALL) for line in lines)
        if x and x + width > WIDTH:
            x, y, deepest = 0.0, y + LETTERING * deepest + 0.03, 1
        entries.append((x, y, colours[answer], lines))
        x, deepest = x + width + AFTER_ENTRY, max(deepest, len(lines))
    return entries, y + LETTERING * deepest + 0.06
