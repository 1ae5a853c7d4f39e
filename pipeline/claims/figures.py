"""Published figures with what their rounding allows, and the rules by which a statement is held against them.

A figure is printed to a last digit, so what lies behind it is an interval: half a unit of that digit either way.

Number      reproduced: the figure, rounded half up to as many decimals as the statement has, is the number. Within
            rounding: it is not, but a value that the figure's own rounding allows would be. Not reproduced: neither.
            The growth between two figures is judged alike, with the least and the most that their rounding allows.
Comparison  reproduced: it holds for all that rounding allows. Within rounding: it holds for the printed figures only.
Range       lowest and highest are judged as numbers; the verdict is the worse one.
Share of    the authorities that meet a condition, counted; those whose figures meet it only within their rounding make
authorities the share's own interval. Numbers and words are then judged as elsewhere (`pipeline.claims.verdicts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from pipeline.claims.verdicts import NOT_REPRODUCED, REPRODUCED, WITHIN_ROUNDING, Judgement, Share
from pipeline.errors import Unpublished
from pipeline.numerals import printed as as_printed


@dataclass(frozen=True)
class Figure:
    """A number as printed, the least and the most that its rounding allows, and how it reads."""

    printed: Fraction
    lowest: Fraction
    highest: Fraction
    text: str

    @classmethod
    def exactly(cls, number: int | Fraction | Decimal, text: str) -> "Figure":
        """A number that is not rounded."""
        return cls(Fraction(number), Fraction(number), Fraction(number), text)


def published(value: float, printed_to: Decimal, suffix: str = "") -> Figure:
    """A published number whose last digit counts units of `printed_to`.

    >>> published(17.6, Decimal("0.1"), "%")
    Figure(printed=Fraction(88, 5), lowest=Fraction(351, 20), highest=Fraction(353, 20), text='17.6%')
    """
    number, half = Fraction(str(float(value))), Fraction(printed_to) / 2
    return Figure(number, number - half, number + half, f"{plain(number)}{suffix}")


def growth(first: Figure, last: Figure) -> Figure:
    """The growth from one figure to another in per cent; raises Unpublished if the first may be zero or less.

    >>> growth(published(50, Decimal(1)), published(60, Decimal(1))).text
    '20.0% (from 50 to 60)'
    """
    if first.lowest <= 0:
        raise Unpublished(f"No growth can be worked out from {first.text}.")
    change = 100 * (last.printed / first.printed - 1)
    corners = [
        100 * (end / start - 1) for end in (last.lowest, last.highest) for start in (first.lowest, first.highest)
    ]
    return Figure(
        change, min(corners), max(corners), f"{as_printed(float(change), '.1f')}% (from {first.text} to {last.text})"
    )


def difference(first: Figure, last: Figure) -> Figure:
    """Last less first, in the figures' unit.

    >>> difference(published(16.7, Decimal("0.1"), "%"), published(20, Decimal("0.1"), "%")).text
    '3.3 (from 16.7% to 20%)'
    """
    change = last.printed - first.printed
    return Figure(
        change,
        last.lowest - first.highest,
        last.highest - first.lowest,
        f"{plain(change)} (from {first.text} to {last.text})",
    )


def judge_figure(found: Figure, number: Decimal) -> Judgement:
    """Judge that a figure is `number`, which has as many decimals as the document prints.

    >>> [judge_figure(published(17.5, Decimal("0.1")), Decimal(n)).verdict for n in (18, 17, 16)]
    ['reproduced', 'within rounding', 'not reproduced']
    """
    unit = Fraction(1, 10 ** max(0, -number.as_tuple().exponent))
    stated = Fraction(number)
    if floor(abs(found.printed) / unit + Fraction(1, 2)) * unit * (-1 if found.printed < 0 else 1) == stated:
        return Judgement(REPRODUCED, f"Published: {found.text}.")
    if found.lowest < stated + unit / 2 and stated - unit / 2 < found.highest:
        return Judgement(WITHIN_ROUNDING, f"Published: {found.text}; the rounding of the statistics allows {number}.")
    return Judgement(NOT_REPRODUCED, f"Published: {found.text}; no rounding of the statistics allows {number}.")


def judge_order(left: Figure, relation: str, right: Figure) -> Judgement:
    """Judge that `left` is "less" or "greater" than `right`.

    >>> judge_order(published(13.4, Decimal("0.1")), "less", published(17.2, Decimal("0.1"))).note
    '13.4 against 17.2: less, whatever their rounding.'
    """
    smaller, larger = (left, right) if relation == "less" else (right, left)
    pair = f"{left.text} against {right.text}"
    if smaller.printed >= larger.printed:
        return Judgement(NOT_REPRODUCED, f"{pair}: the first is not {relation}.")
    if smaller.highest <= larger.lowest:
        return Judgement(REPRODUCED, f"{pair}: {relation}, whatever their rounding.")
    return Judgement(WITHIN_ROUNDING, f"{pair}: {relation}, but not whatever their rounding.")


def judge_range(lowest: Figure, highest: Figure, low: Decimal, high: Decimal) -> Judgement:
    """Judge that figures go from `low` to `high`: the worse of both verdicts.

    >>> tenth = Decimal("0.1")
    >>> judge_range(published(7.4, tenth), published(30.1, tenth), Decimal(7), Decimal(34)).verdict
    'not reproduced'
    """
    ends = [judge_figure(lowest, low), judge_figure(highest, high)]
    order = (REPRODUCED, WITHIN_ROUNDING, NOT_REPRODUCED)
    return Judgement(
        max((end.verdict for end in ends), key=order.index),
        f"Lowest: {lowest.text}, stated {low}. Highest: {highest.text}, stated {high}.",
    )


def share_meeting(figures: Sequence[Figure], relation: str, limit: Figure) -> Share:
    """The share of figures that are "less" or "greater" than a limit: printed, and within rounding.

    >>> share_meeting([published(n, Decimal(1)) for n in (8, 10, 12)], "less", published(11, Decimal(1)))
    Share(published=Fraction(200, 3), low=2, high=2, base=3, rounding='half_up')
    """
    verdicts = [judge_order(figure, relation, limit).verdict for figure in figures]
    opposite = "greater" if relation == "less" else "less"
    contrary = [judge_order(figure, opposite, limit).verdict for figure in figures]
    printed = sum(verdict != NOT_REPRODUCED for verdict in verdicts)
    return Share(
        Fraction(100 * printed, len(figures)),
        verdicts.count(REPRODUCED),
        len(figures) - contrary.count(REPRODUCED),
        len(figures),
    )


def plain(number: Fraction | Decimal) -> str:
    """A number as text without an exponent or trailing zeros.

    >>> plain(Fraction(12183016)), plain(Fraction(1, 10)), plain(Fraction(20))
    ('12183016', '0.1', '20')
    """
    text = f"{float(number):.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
