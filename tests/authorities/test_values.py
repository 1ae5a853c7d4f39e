"""A marker is never a number, and a sum of parts never hides that some are missing."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.authorities.panel.values import REASONS, SYMBOLS, parse_values, total
from pipeline.errors import DataError, ParameterError

TEXTS = st.lists(
    st.one_of(
        st.sampled_from([*SYMBOLS, *(f"[{mark}]" for mark in SYMBOLS)]),
        st.decimals(-1000, 100000, places=2, allow_nan=False).map(str),
    ),
    max_size=40,
)


@pytest.mark.slow
@given(TEXTS)
def test_each_text_gives_a_number_or_a_reason_and_no_marker_gives_a_number(texts):
    parsed = parse_values(pd.Series(texts, dtype=object))
    for text, value, reason in zip(texts, parsed["value"], parsed["reason"], strict=True):
        marker = text.strip("[]") in SYMBOLS
        assert math.isnan(value) == marker == (reason != "")
        assert value == float(text) if not marker else reason in REASONS


def test_each_marker_has_the_publishers_meaning():
    meaning = {
        "c": "confidential",
        "z": "not_applicable",
        "x": "unavailable",
        ":": "unavailable",
        "u": "low_reliability",
        "low": "rounds_to_zero",
        "k": "rounds_to_zero",
        "~": "rounds_to_zero",
        "-": "not_collected",
        "": "blank",
    }
    assert parse_values(pd.Series(list(meaning)))["reason"].tolist() == list(meaning.values())


def test_the_last_printed_digit_is_kept_and_blanks_around_do_no_harm():
    parsed = parse_values(pd.Series([" 17.3", "0.123456789", "320461", "17.399999999999999"]))
    assert parsed["value"].tolist() == [17.3, 0.123456789, 320461.0, 17.4]


@pytest.mark.parametrize("text", ["1,234", "12%", "N/A", "nan", "inf", "LOW", "c c", "1e999", "--", "0x10", "１２"])
def test_anything_else_is_refused_with_line_and_column(text):
    with pytest.raises(DataError) as error:
        parse_values(
            pd.Series(["1", text, "x", text], index=[2, 3, 5, 9], name="caseload_fte"), where="workforce, a.csv"
        )
    assert "2 figures in column caseload_fte" in str(error.value)
    assert f"line 3: found {text!r}" in str(error.value) and "line 9" in str(error.value)
    assert "workforce, a.csv" in str(error.value)


PARTS = st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=30)


@given(PARTS)
def test_bounds_hold_the_true_total_and_close_where_nothing_is_missing(parts):
    truth = sum(count for count, _ in parts)
    values = [math.nan if hidden else count for count, hidden in parts]
    reasons = ["confidential" if hidden else "" for _, hidden in parts]
    found = total(values, reasons, "bound", between=(1, 9))
    assert found.low <= truth <= found.high
    assert found.missing == sum(hidden for _, hidden in parts)
    assert (found.value == truth) if not found.missing else found.value is None
    assert found.high - found.low == 8 * found.missing


@given(PARTS)
def test_a_missing_part_is_refused_or_reported_but_never_added_as_nought(parts):
    values = [math.nan if hidden else count for count, hidden in parts]
    reasons = ["unavailable" if hidden else "" for _, hidden in parts]
    covered = total(values, reasons, "coverage")
    if any(hidden for _, hidden in parts):
        assert covered.value is None and covered.coverage < 1 and covered.high == math.inf
        with pytest.raises(DataError, match="no total"):
            total(values, reasons)
    else:
        assert covered.coverage == 1 and total(values, reasons).value == covered.value


@pytest.mark.parametrize("between", [None, (9, 1)])
def test_bounds_need_a_declared_range(between):
    with pytest.raises(ParameterError, match="between"):
        total([math.nan], ["confidential"], "bound", between=between)


@pytest.mark.parametrize(("values", "reasons"), [([1.0], ["confidential"]), ([math.nan], [""]), ([1.0], [])])
def test_a_part_with_both_or_neither_is_refused(values, reasons):
    with pytest.raises(ParameterError, match="a number or a reason"):
        total(values, reasons, "coverage")


def test_a_total_of_nothing_has_no_coverage():
    assert math.isnan(total([], [], "coverage").coverage)
