"""Likert charts: every share in its place and to one scale, nothing hidden as zero, and no label on another."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex

from pipeline.charts.likert import likert_bars
from pipeline.charts.staff_survey import answer_bars
from pipeline.charts.style import AGREE, DISAGREE, DONT_KNOW, NEUTRAL, PAPER, WIDTH, house_style
from pipeline.surveys.codebook import AnswerScale
from tests.charts.extents import outside, overlapping, texts
from tests.charts.gallery import FOUR, GROUPS, ITEMS, LONG, SCALE, SEVEN, STAFF, on_scale, shares, staff_shares

KEY = 0.2  # inches from the top: what is drawn above belongs to the key


def bars(figure, colour):
    """Left edge, width and middle of the bars of a colour, in inches, from the top down."""
    found = [
        path.get_extents()
        for drawn in figure.axes[0].collections
        if isinstance(drawn, PolyCollection) and to_hex(drawn.get_facecolor()[0]) == colour
        for path in drawn.get_paths()
    ]
    boxes = sorted(((box.y0 + box.y1) / 2, box.x0, box.width) for box in found if box.y0 > KEY)
    return [(x, width, y) for y, x, width in boxes]


def words(figure):
    """All texts, line by line from the top, each line from the left."""
    lines, last = [], None
    for y, x, text in sorted((-(box.y0 + box.y1) / 2, box.x0, text.get_text()) for text, box in texts(figure)):
        if last is None or y - last > 0.05:
            lines.append([])
        lines[-1].append((x, text))
        last = y
    return [[text for _, text in sorted(line)] for line in lines]


def beside(figure, label):
    """What follows `label` in each line that begins with it."""
    return [line[1:] for line in words(figure) if line[0] == label]


def middle(figure):
    """Where the middle line is, in inches: over the bars or behind them."""
    (zero,) = [text.get_position()[0] for text in figure.axes[0].texts if text.get_text() == "0%"]
    return zero


def test_bars_are_to_one_scale_and_centred_on_the_neutral_answer():
    figure = likert_bars(shares(), SCALE, ITEMS, GROUPS)
    neutral = bars(figure, NEUTRAL)
    unit = neutral[0][1] / 22
    assert [width / unit for _, width, _ in neutral] == pytest.approx([22, 24, 18])
    assert [x + width / 2 for x, width, _ in neutral] == pytest.approx([middle(figure)] * 3)
    ends = [x + width for x, width, _ in neutral]
    for colour, wanted in ((AGREE[2], [18, 38, 54]), (AGREE[0], [3, 8, 21])):
        drawn = bars(figure, colour)
        assert [width / unit for _, width, _ in drawn] == pytest.approx(wanted)
        assert [x for x, _, _ in drawn] == pytest.approx(ends)
        ends = [x + width for x, width, _ in drawn]
    starts = [x for x, _, _ in neutral]
    for colour, wanted in ((DISAGREE[2], [38, 25, 6]), (DISAGREE[0], [19, 4, 1])):
        drawn = bars(figure, colour)
        assert [width / unit for _, width, _ in drawn] == pytest.approx(wanted)
        assert [x + width for x, width, _ in drawn] == pytest.approx(starts)
        starts = [x for x, _, _ in drawn]
    assert [width / unit for _, width, _ in bars(figure, DONT_KNOW)] == pytest.approx([1, 1])  # of three: one is zero


def test_a_row_prints_its_totals_its_wide_pieces_its_dont_knows_and_its_base():
    figure = likert_bars(shares().assign(base=[1449, 146, np.nan]), SCALE, ITEMS, GROUPS)
    assert beside(figure, "Social workers") == [["57", "19", "38", "22", "18", "21", "1", "1,449"]]
    assert beside(figure, "Managers") == [
        ["29", "25", "24", "38", "8", "46", "1", "146"],
        ["7", "18", "54", "21", "75", "0", "–"],
    ]  # no room for the number of 6


def test_a_group_that_was_not_asked_has_no_row():
    lines = words(likert_bars(shares(), SCALE, ITEMS, GROUPS))
    assert [line[0] for line in lines if line[0] in [*ITEMS.values(), *GROUPS.values()]] == [
        "Enough time",
        "Social workers",
        "Managers",
        "Can give views",
        "Managers",
    ]


def test_facets_set_the_items_of_a_group_together():
    lines = words(likert_bars(shares(), SCALE, ITEMS, GROUPS, facet="group"))
    assert [line[0] for line in lines if line[0] in [*ITEMS.values(), *GROUPS.values()]] == [
        "Social workers",
        "Enough time",
        "Managers",
        "Enough time",
        "Can give views",
    ]


def test_sections_stand_above_their_items_and_empty_ones_are_left_out():
    lines = words(
        likert_bars(
            on_scale(FOUR),
            FOUR,
            ITEMS | {"item0": "One", "item1": "Two"},
            sections={"A": ["item1"], "B": ["time"], "C": ["item0"]},
        )
    )
    assert [line[0] for line in lines if line[0] in ("A", "B", "C", "One", "Two")] == ["A", "Two", "C", "One"]


@pytest.mark.parametrize(
    ("sort", "order"), [("given", ["a", "b", "c"]), ("agreement", ["c", "b", "a"]), ("mean", ["b", "c", "a"])]
)
def test_items_are_sorted_as_asked_and_what_is_not_known_comes_last(sort, order):
    scale = AnswerScale(
        categories=[
            {"id": name, "label": name, "role": role}
            for name, role in [
                ("very", "agree"),
                ("rather", "agree"),
                ("hm", "neutral"),
                ("no", "disagree"),
                ("dk", "dont_know"),
            ]
        ]
    )
    table = pd.DataFrame(
        [("a", np.nan, 30, 20, 10, 0), ("b", 50, 5, 40, 0, 5), ("c", 10, 60, 0, 30, 0)], columns=["item", *scale.ids]
    )
    lines = words(likert_bars(table, scale, {name: name for name in "abc"}, sort=sort))
    assert [line[0] for line in lines if line[0] in ("a", "b", "c")] == order


def test_a_neutral_answer_can_be_split_apart_or_out():
    drawn = {place: likert_bars(shares(), SCALE, ITEMS, GROUPS, neutral=place) for place in ("split", "apart", "out")}
    zero = middle(drawn["split"])
    halves = bars(drawn["split"], NEUTRAL)
    assert sorted(round(x + width - zero, 6) == 0 or round(x - zero, 6) == 0 for x, width, _ in halves) == [True] * 6
    assert beside(drawn["split"], "Social workers")[0][0] == "68"  # 57 that disagree, and half of 22
    for place in ("apart", "out"):
        disagree, agree = bars(drawn[place], DISAGREE[2]), bars(drawn[place], AGREE[2])
        assert [x + width for x, width, _ in disagree] == pytest.approx([middle(drawn[place])] * 3)
        assert [x for x, _, _ in agree] == pytest.approx([middle(drawn[place])] * 3)
        assert beside(drawn[place], "Social workers")[0][0] == "57"
    right = max(x for x, _, _ in bars(drawn["apart"], AGREE[0]))
    assert all(x > right for x, _, _ in bars(drawn["apart"], NEUTRAL)) and bars(drawn["out"], NEUTRAL) == []


def test_what_is_suppressed_is_a_named_gap_and_never_zero():
    figure = answer_bars(staff_shares(), STAFF, {"": list(STAFF)})
    (views,) = [line for line in words(figure) if line[0].startswith("Can give views")]
    assert views[1:] == ["–", "77", "77", "3"] and beside(figure, "Praised for good work") == [["Not shown", "–"]]
    unit = bars(figure, AGREE[0])[0][1] / 51.2
    assert [width / unit for _, width, _ in bars(figure, PAPER)] == pytest.approx([20])  # 100 less 77 and 3
    (hatched,) = [drawn for drawn in figure.axes[0].collections if drawn.get_hatch()]
    (heading,) = [text for text in figure.axes[0].texts if text.get_text() == "Not\nshown"]
    assert hatched.get_paths()[0].get_extents().x0 == pytest.approx(heading.get_position()[0])


def test_a_scale_without_a_dont_know_lacks_nothing():
    table = staff_shares().query("item == 'culture'")
    figure = answer_bars(table, STAFF, {"": ["culture"]})
    assert bars(figure, PAPER) == [] and "Don't\nknow" not in [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("scale", [FOUR, SCALE, SEVEN])
def test_ticks_are_at_the_same_distances_on_both_sides_and_have_no_sign(scale):
    figure = likert_bars(on_scale(scale, 8), scale, LONG)
    ticks = [
        (text.get_position()[0] - middle(figure), int(text.get_text()[:-1]))
        for text in figure.axes[0].texts
        if text.get_text().endswith("%")
    ]
    unit = max(abs(x) for x, _ in ticks) / max(tick for _, tick in ticks)
    assert [abs(x) for x, _ in ticks] == pytest.approx([unit * tick for _, tick in ticks]) and len(ticks) >= 3


def test_without_a_neutral_answer_a_line_divides_the_sides():
    figure = likert_bars(on_scale(FOUR), FOUR, LONG)
    rules = [drawn for drawn in figure.axes[0].collections if isinstance(drawn, LineCollection)]
    (over,) = [drawn for drawn in rules if drawn.get_zorder() > 1]
    assert {x for segment in over.get_segments() for x, _ in segment} == {middle(figure)}


def test_forty_long_statements_are_legible_at_the_house_width():
    figure = likert_bars(on_scale(SCALE, 40), SCALE, LONG)
    assert figure.get_figwidth() == WIDTH and len(bars(figure, NEUTRAL)) == 40
    assert sum(text.get_text().startswith("Statement number") for text, _ in texts(figure)) == 40
    assert overlapping(figure) == [] and outside(figure) == []


@pytest.mark.parametrize("wrong", [{"facet": "column"}, {"neutral": "hidden"}, {"sort": "name"}])
def test_an_unknown_choice_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong.values()))):
        likert_bars(shares(), SCALE, ITEMS, GROUPS, **wrong)


def test_nothing_to_draw_and_too_many_answers_are_refused():
    with pytest.raises(ValueError, match="No item has a row"):
        likert_bars(shares(), SCALE, {"other": "Other"}, GROUPS)
    many = AnswerScale(
        categories=[{"id": f"a{at}", "label": "x", "role": "agree" if at < 4 else "disagree"} for at in range(5)]
    )
    with pytest.raises(ValueError, match="4 answers on one side"):
        likert_bars(on_scale(many), many, LONG)


WORDS = ["of", "care", "supervision", "$5 to $10", "W" * 14, "Verantwortungsbewusstsein", "ji"]
LABELS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)


@st.composite
def charts(draw):
    """Any scale, shares, labels, groups and options."""
    roles = (
        ["agree"] * draw(st.integers(1, 3))
        + ["neutral"] * draw(st.integers(0, 1))
        + ["disagree"] * draw(st.integers(1, 3))
        + ["dont_know"] * draw(st.integers(0, 1))
    )
    scale = AnswerScale(
        categories=[{"id": f"a{at}", "label": draw(LABELS), "role": role} for at, role in enumerate(roles)]
    )
    items = {f"i{at}": draw(LABELS) for at in range(draw(st.integers(1, 5)))}
    groups = {f"g{at}": draw(LABELS) for at in range(draw(st.integers(1, 3)))}
    rows = []
    for item in items:
        for group in groups:
            parts = np.array(draw(st.lists(st.integers(0, 100), min_size=len(roles), max_size=len(roles))), float)
            parts = 100 * parts / max(parts.sum(), 1)
            hidden = draw(st.sampled_from([(), (0,), (0, len(roles) - 1), range(len(roles))]))
            parts[list(hidden)] = np.nan
            rows.append((item, group, *parts, draw(st.sampled_from([np.nan, 7, 123456]))))
    table = pd.DataFrame(rows, columns=["item", "group", *scale.ids, "base"])
    sections = draw(st.sampled_from([None, {draw(LABELS): list(items)}]))
    return (table, scale, items, groups, sections), {
        "facet": draw(st.sampled_from(["item", "group"])),
        "sort": draw(st.sampled_from(["given", "agreement", "mean"])),
        "neutral": draw(st.sampled_from(["centred", "split", "apart", "out"])),
        "ends": (draw(LABELS), draw(LABELS)),
    }


@pytest.mark.slow
@settings(max_examples=25, deadline=None, derandomize=True)
@given(charts())
def test_no_two_labels_overlap_and_none_leaves_the_figure_whatever_is_drawn(chart):
    house_style()
    arguments, options = chart
    figure = likert_bars(*arguments, **options)
    plt.close(figure)
    assert overlapping(figure) == [] and outside(figure) == []
    for drawn in figure.axes[0].collections:
        if isinstance(drawn, PolyCollection):
            boxes = [path.get_extents() for path in drawn.get_paths()]
            assert all(-1e-9 <= box.x0 <= box.x1 <= WIDTH + 1e-9 for box in boxes)
