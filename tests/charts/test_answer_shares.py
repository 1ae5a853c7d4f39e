"""The order of a chart's items."""

import pandas as pd
import pytest

from pipeline.charts.answer_shares import mean_answer, sorted_items
from tests.charts.gallery import SCALE


def test_the_mean_leaves_out_what_is_beside_the_scale():
    table = pd.DataFrame([[50, 0, 0, 0, 0, 50]], columns=list(SCALE.ids))
    assert mean_answer(table, SCALE).tolist() == [5]


def test_an_unknown_order_is_refused():
    with pytest.raises(ValueError, match="'size'"):
        sorted_items(pd.DataFrame({"item": []}), SCALE, [], "size")
