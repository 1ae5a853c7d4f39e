"""Captions state the bases, and speak of rounding only where it shows."""

import numpy as np
import pandas as pd

from pipeline.charts.captions import ROUNDED, bases, rounding_note

GROUPS = {"sw": "Social workers", "m": "Managers"}


def test_bases_are_the_fewest_and_the_most_of_each_group_in_the_order_given():
    table = pd.DataFrame({"group": ["m", "sw", "sw", "m"], "base": [125, 437, 1469, np.nan]})
    assert bases(table, GROUPS) == "Bases: social workers 437 to 1,469, managers 125."


def test_a_group_without_a_base_is_left_out_and_no_base_at_all_says_nothing():
    table = pd.DataFrame({"group": ["sw", "m"], "base": [437, np.nan]})
    assert bases(table, GROUPS) == "Bases: social workers 437."
    assert bases(table[1:], GROUPS) == ""


def test_rounding_is_named_where_one_row_does_not_add_up_and_only_there():
    whole = pd.DataFrame({"yes": [50, 33], "no": [50, 67]})
    assert rounding_note(whole) == ""
    assert rounding_note(whole.assign(unsure=[0, 1])) == ROUNDED
    assert rounding_note(pd.DataFrame({"a": [100 / 3], "b": [100 / 3], "c": [100 / 3]})) == ROUNDED  # printed 33 each


def test_a_row_with_a_suppressed_share_is_not_judged():
    assert rounding_note(pd.DataFrame({"yes": [50, 50.0], "no": [np.nan, 50]})) == ""
