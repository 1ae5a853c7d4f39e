"""Cell texts: tidied without changing what is read, and compared as people read them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.inputs.exports.texts import label_key, tidy_text


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("Agree ", "Agree"),
        ("\ufeffAgree", "Agree"),
        ("Strongly\u00a0agree", "Strongly agree"),
        ("Strongly\u202f\u2009 agree", "Strongly agree"),
        ("Don\u200bt\u2060", "Dont"),
        ("two\r\n lines\there", "two lines here"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u200b \ufeff", ""),
        ("N/A", "N/A"),
        ("Don\u2019t know", "Don\u2019t know"),
    ],
    ids=ascii,
)
def test_tidy_text(text, tidy):
    assert tidy_text(text) == tidy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Don\u2019t know", "don't  know "),
        ("\u201cJust right\u201d", '"just right"'),
        ("STRASSE", "stra\u00dfe"),
        ("CAFE\u0301", "caf\u00e9"),
    ],
    ids=ascii,
)
def test_labels_that_read_the_same_share_a_key(one, other):
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize(("one", "other"), [("Agree", "Disagree"), ("1", "10"), ("N/A", "NA"), ("", "-")])
def test_other_labels_do_not(one, other):
    assert label_key(one) != label_key(other)


@given(st.text())
def test_tidying_is_done_once(text):
    tidy = tidy_text(text)
    assert tidy_text(tidy) == tidy
    assert label_key(tidy) == label_key(text)
    assert tidy == tidy.strip() and "  " not in tidy and unicodedata.is_normalized("NFC", tidy)
