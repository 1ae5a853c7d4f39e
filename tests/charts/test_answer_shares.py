"""Counts, weights and single answers become the shares that a chart draws, and what is suppressed stays so."""

import numpy as np
import pandas as pd
import pytest

from pipeline.charts.answer_shares import answer_shares, mean_answer, sorted_items
from tests.charts.gallery import FOUR, SCALE


def counts(*cells):
    return pd.DataFrame([("time", "sw", f"a{at}", cell) for at, cell in enumerate(cells)],
                        columns=["item", "group", "category", "count"])


def test_counts_become_per_cents_of_their_row():
    table = pd.concat([counts(10, 20, 30, 40), counts(1, 1, 0, 0).assign(group="m")])
    assert answer_shares(table, FOUR, "count").to_numpy().tolist() == [
        ["time", "sw", 10, 20, 30, 40], ["time", "m", 50, 50, 0, 0]]


def test_each_answer_counts_as_much_as_its_weight():
    answers = pd.DataFrame({"item": "time", "group": "sw", "category": ["a0", "a1", "a1", "a3"],
                            "weight": [2, 0.5, 0.5, 1]})
    weighted, counted = answer_shares(answers, FOUR, "weight"), answer_shares(answers, FOUR)
    assert weighted[list(FOUR.ids)].to_numpy().tolist() == [[50, 25, 0, 25]] and "base" not in weighted
    assert counted[[*FOUR.ids, "base"]].to_numpy().tolist() == [[25, 50, 0, 25, 4]]


def test_a_suppressed_count_is_never_zero_and_the_others_rest_on_the_base_where_one_is_given():
    table = counts(10, np.nan, 30, 40)
    assert answer_shares(table, FOUR, "count")[list(FOUR.ids)].isna().all(axis=None)
    shown = answer_shares(table.assign(base=100), FOUR, "count")
    np.testing.assert_array_equal(shown[[*FOUR.ids, "base"]], [[10, np.nan, 30, 40, 100]])


def test_the_mean_leaves_out_what_is_beside_the_scale():
    table = pd.DataFrame([[50, 0, 0, 0, 0, 50]], columns=list(SCALE.ids))
    assert mean_answer(table, SCALE).tolist() == [5]


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="'size'"):
        sorted_items(pd.DataFrame({"item": []}), SCALE, [], "size")
