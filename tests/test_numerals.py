"""Halves are rounded up, as spreadsheets and SPSS round them, from the decimal that a number stands for."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.numerals import half_up


@pytest.mark.parametrize(
    ("value", "places", "right"),
    [
        (62.5, 0, 63),
        (63.5, 0, 64),
        (-62.5, 0, -63),
        (100 * 0.285, 0, 29),
        (0.325, 2, 0.33),
        (1.005, 2, 1.01),
        (2.675, 2, 2.68),
        (0.49999999, 0, 0),
        (1e15 + 0.5, 0, 1e15 + 1),
        (7, 2, 7),
        (0.1 + 0.2, 1, 0.3),
    ],
)
def test_known_values(value, places, right):
    assert half_up(value, places) == right


@given(st.decimals(-(10**6), 10**6, places=4, allow_nan=False), st.integers(0, 4))
def test_every_decimal_is_rounded_as_by_hand(number, places):
    assert half_up(float(number), places) == float(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def test_what_is_missing_stays_missing_and_whole_numbers_stay_whole():
    table = pd.DataFrame({"mean": [2.25, np.nan], "people": pd.array([7, None], dtype="Int64"), "label": ["a", None]})
    rounded = half_up(table, {"mean": 1, "people": 1, "label": 1})
    assert rounded["mean"][0] == 2.3 and pd.isna(rounded["mean"][1]) and rounded["people"].dtype == "Int64"
    assert half_up(np.array([[0.5, np.nan]]), 0)[0, 0] == 1
