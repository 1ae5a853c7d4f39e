"""Figures that are there and figures that are not: a number, or the publisher's reason why there is none.

Publishers print a marker where a figure is missing. A marker never becomes a number here, not even `low`, which rounds
to zero: code that adds up, averages or ranks would take it for a count. `total` therefore refuses parts that are
missing, bounds itself, or says how much of the total it covers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.errors import DataError, ParameterError

# The publishers' markers: https://analysisfunction.civilservice.gov.uk, and the older ones of the same meaning.
SYMBOLS = {
    "c": "confidential",
    "z": "not_applicable",
    "x": "unavailable",
    ":": "unavailable",
    "..": "unavailable",
    "u": "low_reliability",
    "low": "rounds_to_zero",
    "k": "rounds_to_zero",
    "~": "rounds_to_zero",
    "-": "not_collected",
    "": "blank",
}
NOT_PUBLISHED = "not_published"  # there is no row
REASONS = tuple(dict.fromkeys([*SYMBOLS.values(), NOT_PUBLISHED]))
NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,2})?"
Policy = Literal["refuse", "bound", "coverage"]


def parse_values(texts: pd.Series, where: str = "") -> pd.DataFrame:
    """Columns value (float) and reason (text, "" where there is a number): exactly one of both in each row.

    `texts` is indexed by the line of the file, its name is the column. Raises DataError for every text that is neither
    a number nor a marker.

    >>> parse_values(pd.Series(["12.5", "low", "[c]"])).to_dict("list")
    {'value': [12.5, nan, nan], 'reason': ['', 'rounds_to_zero', 'confidential']}
    """
    plain = texts.astype(object).map(_plain)
    number = plain.str.fullmatch(NUMBER).astype(bool)
    reason = plain.map(SYMBOLS)
    strange = texts[~number & reason.isna()]
    if len(strange):
        raise DataError(
            f"{len(strange)} figure{'s' * (len(strange) > 1)} in column {texts.name}: neither a number nor a marker:\n"
            + "\n".join(f"  - line {line}: found {text!r}" for line, text in strange.items()),
            where=where,
            expected="a number without separators, or one of: " + " ".join(mark for mark in SYMBOLS if mark),
            fix="Take the file as it was published; if the publisher has a new marker, add it to SYMBOLS in "
            "pipeline/authorities/panel/values.py with its meaning.",
        )
    return pd.DataFrame(
        {"value": plain.where(number).astype(float), "reason": reason.where(~number, "")}, index=texts.index
    )


def _plain(text: object) -> str:
    """Without blanks around it, and without the brackets that spreadsheets have around a marker."""
    plain = str(text).strip()
    return plain[1:-1].strip() if plain.startswith("[") and plain.endswith("]") else plain


@dataclass(frozen=True)
class Aggregate:
    """A sum of parts. `value` is there only where every part is; `low` and `high` hold the sum in any case.

    `known` is the sum of the parts that are there, which is no total unless `missing` is 0.
    """

    value: float | None
    low: float
    high: float
    known: float
    parts: int
    missing: int
    reasons: tuple[str, ...]

    @property
    def coverage(self) -> float:
        """The share of parts that are there; not a number without any part."""
        return 1 - self.missing / self.parts if self.parts else math.nan


def total(
    values: Sequence[float],
    reasons: Sequence[str],
    policy: Policy = "refuse",
    between: tuple[float, float] | None = None,
) -> Aggregate:
    """The sum of `values`, where those with a reason are missing.

    policy "refuse": DataError if a part is missing. "bound": a missing part is taken to lie `between` two declared
    numbers, and the sum between low and high. "coverage": only says what is known of how many parts. Raises
    ParameterError without a declared range for "bound", and for a part with both a number and a reason, or neither.

    >>> few = total([120, math.nan], ["", "confidential"], "bound", between=(1, 9))
    >>> few.value, few.low, few.high, few.coverage
    (None, 121.0, 129.0, 0.5)
    """
    numbers, gaps = np.asarray(values, float), np.asarray(reasons, object)
    missing = np.isnan(numbers)
    if len(numbers) != len(gaps) or ((gaps == "") == missing).any():
        raise ParameterError(
            "Each part of a total has a number or a reason, not both and not neither.",
            found=f"{len(numbers)} numbers, {int((gaps != '').sum())} reasons",
        )
    known, count = float(numbers[~missing].sum()), int(missing.sum())
    why = tuple(sorted(set(gaps[missing])))
    if policy == "refuse" and count:
        raise DataError(
            "A total with missing parts is no total.",
            found=f"{count} of {len(numbers)} missing: {', '.join(why)}",
            fix="Take the published total, or ask for bounds or for the coverage.",
        )
    if policy == "bound" and count and (between is None or not between[0] <= between[1]):
        raise ParameterError(
            "To bound a total, say what a missing part lies between.",
            found=str(between),
            expected="two numbers, the lower one first",
        )
    low, high = between if policy == "bound" and between is not None else (-math.inf, math.inf)
    return Aggregate(
        value=None if count else known,
        low=known + count * low if count else known,
        high=known + count * high if count else known,
        known=known,
        parts=len(numbers),
        missing=count,
        reasons=why,
    )
