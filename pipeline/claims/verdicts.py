"""The rules by which a published statement is held against the published table.

The table's percentages are rounded, so a share is three things: the sum of the printed percentages, and the fewest and
the most people that the feasible counts allow (see `pipeline.statistics.rounding`).

Number      reproduced: the printed percentages add up to it. Within rounding: they do not, but the share under some
            feasible counts rounds to it. Not reproduced: neither.
Word        has a literal reading (what the words say) and often a convention (the band of whole per cent that the
            publisher uses the word for). Reproduced: the printed share lies in the convention's band. Within
            rounding: it does not, but the share under some feasible counts, rounded, does. Reproduced literally
            only: the convention fails, the literal reading holds. Not reproduced: both fail. Where the word has no
            convention, the literal reading alone decides: it holds (reproduced), holds under some feasible counts
            (within rounding), or fails (not reproduced).
Comparison  reproduced: it holds for every pair of feasible counts. Within rounding: it holds for the printed shares,
            but not for every pair. Not reproduced: it fails for the printed shares.
Count       reproduced: it holds. Not reproduced: it fails. Counts of people, places and rows are not rounded.

A statement without published data to hold it against is not checkable. No judgement rests on a floating-point number.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pydantic import model_validator

from pipeline.inputs.yaml_models import Strict, Text
from pipeline.statistics.rounding import rounded_percentage

REPRODUCED = "reproduced"
LITERALLY = "reproduced literally only"
NOT_REPRODUCED = "not reproduced"
WITHIN_ROUNDING = "within rounding"
NOT_CHECKABLE = "not checkable"
VERDICTS = (NOT_REPRODUCED, LITERALLY, WITHIN_ROUNDING, NOT_CHECKABLE, REPRODUCED)  # failures first


@dataclass(frozen=True)
class Share:
    """A share of the answers of one row: the printed per cent, and the fewest and most of `base` people behind it."""

    published: Fraction
    low: int
    high: int
    base: int
    rounding: str = "half_up"

    @property
    def counts(self) -> range:
        """The feasible numbers of people."""
        return range(self.low, self.high + 1)

    @property
    def lowest(self) -> Fraction:
        """Per cent, not rounded."""
        return Fraction(100 * self.low, self.base)

    @property
    def highest(self) -> Fraction:
        """Per cent, not rounded."""
        return Fraction(100 * self.high, self.base)

    def rounds_into(self, low: int, high: int) -> bool:
        """Whether some feasible count rounds to a whole per cent from `low` to `high`.

        >>> Share(Fraction(64), low=95, high=97, base=150).rounds_into(65, 79)  # 97 of 150 are 64.67 per cent
        True
        """
        return any(low <= rounded_percentage(count, self.base, 0, self.rounding) <= high for count in self.counts)


class Band(Strict):
    """Which percentages a word can mean: all that meet each of the limits given.

    >>> Band(above=50).holds(Fraction(50)), Band(at_least=45, below=50).holds(Fraction(48))
    (False, True)
    """

    above: Decimal | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None

    @model_validator(mode="after")
    def _limited(self) -> "Band":
        if not self.model_fields_set:
            raise ValueError("no limit; give above, at_least, at_most or below")
        return self

    def holds(self, percent: Fraction) -> bool:
        """Whether a percentage lies in the band."""
        return (
            (self.above is None or percent > Fraction(self.above))
            and (self.at_least is None or percent >= Fraction(self.at_least))
            and (self.at_most is None or percent <= Fraction(self.at_most))
            and (self.below is None or percent < Fraction(self.below))
        )

    def __str__(self) -> str:
        limits = {"above": self.above, "at least": self.at_least, "at most": self.at_most, "below": self.below}
        return " and ".join(f"{name} {limit}%" for name, limit in limits.items() if limit is not None)


class Word(Strict):
    """A word for a proportion: its literal reading, the publisher's convention if it has one, and why."""

    literal: Band
    convention: tuple[int, int] | None = None
    note: Text

    @model_validator(mode="after")
    def _band(self) -> "Word":
        if self.convention and not 0 <= self.convention[0] <= self.convention[1] <= 100:
            raise ValueError(f"convention {list(self.convention)}; give the lower and the upper limit, from 0 to 100")
        return self


@dataclass(frozen=True)
class Judgement:
    """A verdict, why in one sentence, and for a word whether each of its readings holds for the printed share."""

    verdict: str
    note: str
    literal: bool | None = None
    convention: bool | None = None


def judge_number(share: Share, number: int) -> Judgement:
    """Judge that a share is `number` per cent.

    >>> judge_number(Share(Fraction(74), 104, 105, 141), 78).verdict
    'not reproduced'
    >>> judge_number(Share(Fraction(74), 105, 106, 141), 75).note
    'The printed percentages add up to 74%, but counts behind them allow 75%.'
    """
    added = f"The printed percentages add up to {percent(share.published)}"
    if share.published == number:
        return Judgement(REPRODUCED, f"{added}.")
    if share.rounds_into(number, number):
        return Judgement(WITHIN_ROUNDING, f"{added}, but counts behind them allow {number}%.")
    return Judgement(NOT_REPRODUCED, f"{added}, and no counts behind them give {number}%.")


def judge_word(share: Share, name: str, word: Word) -> Judgement:
    """Judge that a share is what a word says.

    >>> most = Word(literal=Band(above=50), convention=(80, 96), note="…")
    >>> [judge_word(Share(Fraction(n), n, n, 100), "most", most).verdict for n in (80, 77, 50)]
    ['reproduced', 'reproduced literally only', 'not reproduced']
    """
    literal = word.literal.holds(share.published)
    found = percent(share.published)
    if word.convention is None:
        return _judge_literally(share, name, word, literal)
    low, high = word.convention
    convention = low <= share.published <= high
    band = f"the convention's {low}–{high}% for ‘{name}’"
    if convention:
        verdict, note = REPRODUCED, f"{found} lies in {band}."
    elif share.rounds_into(low, high):
        verdict, note = WITHIN_ROUNDING, f"{found} lies outside {band}, but counts behind it reach the band."
    elif literal:
        verdict, note = LITERALLY, f"{found} lies outside {band}; literally, {word.literal}, it holds."
    else:
        verdict, note = NOT_REPRODUCED, f"{found} lies outside {band}, and is not {word.literal} either."
    return Judgement(verdict, note, literal, convention)


def _judge_literally(share: Share, name: str, word: Word, literal: bool) -> Judgement:
    found, reading = percent(share.published), f"‘{name}’, which has only a literal reading: {word.literal}"
    if literal:
        return Judgement(REPRODUCED, f"{found} fits {reading}.", literal)
    if any(word.literal.holds(Fraction(100 * count, share.base)) for count in share.counts):
        return Judgement(WITHIN_ROUNDING, f"{found} does not fit {reading}; counts behind it do.", literal)
    return Judgement(NOT_REPRODUCED, f"{found} does not fit {reading}.", literal)


def judge_comparison(left: Share, relation: str, right: Share) -> Judgement:
    """Judge that `left` is "less" or "greater" than `right`, shares of two different rows.

    >>> judge_comparison(Share(Fraction(54), 237, 243, 444), "less", Share(Fraction(77), 113, 115, 148)).verdict
    'reproduced'
    """
    smaller, larger = (left, right) if relation == "less" else (right, left)
    pair = f"{percent(left.published)} against {percent(right.published)}"
    if smaller.published >= larger.published:
        return Judgement(NOT_REPRODUCED, f"{pair}: the first is not {relation}.")
    if smaller.highest < larger.lowest:
        return Judgement(REPRODUCED, f"{pair}: so under all counts that rounding allows.")
    return Judgement(WITHIN_ROUNDING, f"{pair}, but not under all counts that rounding allows.")


def judge_count(found: int, relation: str, number: int) -> Judgement:
    """Judge that a count "equals" a number or is "greater".

    >>> judge_count(646, "equals", 646).verdict, judge_count(0, "greater", 0).verdict
    ('reproduced', 'not reproduced')
    """
    holds = found == number if relation == "equals" else found > number
    stated = f"{number}" if relation == "equals" else f"more than {number}"
    return Judgement(REPRODUCED if holds else NOT_REPRODUCED, f"Stated: {stated}; counted: {found}.")


def percent(value: Fraction) -> str:
    """A percentage as text, with as many decimals as it has.

    >>> percent(Fraction(74)), percent(Fraction(149, 2))
    ('74%', '74.5%')
    """
    return f"{float(value):g}%"
