"""How a number is rounded for people: halves up.

It is what spreadsheets and SPSS do, and what a reader does by hand: 62.5 becomes 63, -62.5 becomes -63. Python's own
formats round halves to even (62), and a share of 0.285 is 28.499999999999996 per cent in binary; so a number is first
taken as the decimal that it stands for, at twelve digits.
"""

import math
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from numbers import Integral, Real
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 12  # beyond them, a double holds what sums and products left behind
_FIXED = re.compile(r"\.(\d+)([f%])$")  # so many places, of a number or of a share in per cent


def half_up(value: Any, places: int | Mapping[str, int] = 0) -> Any:
    """`value` to so many places after the point, halves away from zero: a number, an array, a Series or a DataFrame.

    Of a DataFrame the columns that `places` names, or all that hold numbers with a point. What is missing stays missing.

    >>> half_up(62.5), half_up(-0.125, 2), half_up(100 * 0.285)
    (63.0, -0.13, 29.0)
    >>> half_up(-0.4)
    0.0
    >>> half_up(pd.DataFrame({"mean": [2.25], "people": [7]}), {"mean": 1}).to_dict("records")
    [{'mean': 2.3, 'people': 7}]
    """
    if isinstance(value, pd.DataFrame):
        named = (
            places
            if isinstance(places, Mapping)
            else {column: places for column in value if pd.api.types.is_float_dtype(value[column])}
        )
        return value.assign(
            **{column: half_up(value[column], digits) for column, digits in named.items() if column in value}
        )
    if isinstance(value, pd.Series):
        return value.map(lambda each: half_up(each, places), na_action="ignore").astype(value.dtype)
    if isinstance(value, np.ndarray):
        return np.array([half_up(each, places) for each in value.ravel().tolist()], dtype=float).reshape(value.shape)
    if not isinstance(value, Real | Decimal) or isinstance(value, Integral) or not math.isfinite(value):
        return value
    if isinstance(places, Mapping):
        raise TypeError("Places by column are for a DataFrame.")
    return float(_quantized(float(value), places)) + 0.0  # no minus before a zero


def _quantized(number: float, places: int) -> Decimal:
    exact = Decimal(f"{number:.{DIGITS}g}" if abs(number) < 10 ** (DIGITS - 1) else repr(number))
    step = Decimal(1).scaleb(-places)
    return exact if exact == exact.to_integral_value() and places >= 0 else exact.quantize(step, ROUND_HALF_UP)


def printed(value: Any, form: str = "") -> str:
    """`value` by a format specification, halves up where it says how many places.

    >>> printed(62.5, ".0f"), printed(0.285, ".0%"), printed(-0.25, "+.1f"), printed(1234.5, ",.0f")
    ('63', '29%', '-0.3', '1,235')
    """
    if isinstance(value, Real | Decimal) and (fixed := _FIXED.search(form)):
        value = half_up(value, int(fixed[1]) + 2 * (fixed[2] == "%"))
    return format(value, form)


class HalvesUp(Formatter):
    """Fills a format string as `str.format` does, each number as `printed` has it."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return printed(value, format_spec)


def filled(form: str, *values: object, **named: object) -> str:
    """A format string with its numbers printed.

    >>> filled("{:.0f}% ({low:.1f})", 12.5, low=0.25)
    '13% (0.3)'
    """
    return HalvesUp().vformat(form, values, named)
