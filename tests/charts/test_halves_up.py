"""What a chart prints of a number that ends in a half is the higher one, as everywhere."""

from pipeline.charts.authorities import yearly_panels
from pipeline.charts.evidence import agreement_chart
from pipeline.charts.likert import likert_bars
from pipeline.charts.link import bounds_ladder
from tests.charts.gallery import GROUPS, ITEMS, SCALE, YEARLY, coders, rungs, shares, yearly


def printed(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [text.get_text() for text in figure.texts]


def test_the_answers_and_the_totals_of_a_bar():
    table = shares()
    table[list(SCALE.ids)] = 0.0
    table[SCALE.agree[0]], table[SCALE.agree[1]], table[SCALE.disagree[0]] = 40.5, 22.0, 37.5
    texts = printed(likert_bars(table, SCALE, ITEMS, GROUPS))
    assert {"41", "22", "38", "63"} <= set(texts) and not {"40", "37", "62"} & set(texts)


def test_the_ends_of_a_band():
    table = rungs().assign(low=[-0.205, -0.004], high=[0.905, 0.305])
    texts = printed(bounds_ladder(table, {"none": "Nothing assumed", "some": "Something"}))
    assert {"−21 to +91 points", "0 to +31 points"} <= set(texts)


def test_an_alpha():
    table = coders().assign(alpha=0.125)
    assert "0.13" in printed(agreement_chart(table, dict.fromkeys(table["variable"], "Variable")))


def test_englands_first_and_last_value():
    table = yearly().assign(england=20.25)
    texts = printed(yearly_panels(table, {name: name for name in YEARLY}))
    assert "20.3" in texts and "20.2" not in texts
