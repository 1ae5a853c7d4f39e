"""Charts of the evidence map: the counts given are the counts drawn, nothing overlaps, and no mark is colour alone."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.charts.evidence import (
    CLAIMS,
    LABELS,
    SAYS,
    SHOWS,
    agreement_chart,
    documents_chart,
    matrix_chart,
    theory_chart,
)
from pipeline.charts.style import WIDTH, ink_on
from tests.charts.contrast import contrast, luminance
from tests.charts.extents import outside, overlapping
from tests.charts.gallery import FEATURES, TARGETS, by_document, coders, graph, matrix


def at(axes, text):
    """Where the texts that read so stand, in inches."""
    return [each.get_position() for each in axes.texts if each.get_text() == text]


def test_a_cell_adds_up_the_outcomes_of_its_column_claims_left_and_shows_right():
    axes = matrix_chart(matrix(), FEATURES, TARGETS).axes[0]
    row = at(axes, "Support in the team")[0][1]
    line = sorted(
        (text.get_position()[0], text.get_text())
        for text in axes.texts
        if text.get_position()[0] > LABELS and abs(text.get_position()[1] - row) < 0.01
    )
    assert [text for _, text in line] == ["5", "10", "1"]
    middle = LABELS + (WIDTH - LABELS) / 2
    assert line[1][0] < middle < line[2][0]  # the one for children is in its column's right half: shown
    assert line[2][0] > middle + (WIDTH - LABELS) / 4
    assert len(axes.patches) == 5  # nothing is drawn where there is no passage, nor for outcomes outside the columns


def test_numbers_contrast_with_their_shade_and_shades_darken_with_the_count():
    for shades in (CLAIMS, SHOWS):
        assert sorted(map(luminance, shades), reverse=True) == list(map(luminance, shades))
        for shade in shades:
            assert contrast(ink_on(shade), shade) >= 4.5


def test_a_document_has_a_symbol_and_a_count_for_what_it_names_and_none_where_it_is_silent():
    axes = documents_chart(by_document(), FEATURES, {"a": "Alpha 2012", "b": "Beta 2016"}).axes[0]
    assert [line.get_marker() for line in axes.lines] == ["o", "o", "D", "v", "s"]
    assert sorted(text.get_text() for text in axes.texts if text.get_text().isdigit()) == ["1", "1", "2", "3", "4"]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "better",
        "worse",
        "differs",
        "no change",
        "no result stated",
    ]


def test_what_is_said_differs_by_more_than_colour():
    assert len({(marker, filled) for marker, _, filled, _ in SAYS.values()}) == len(SAYS)


def test_only_links_with_enough_passages_are_drawn_dashed_where_nothing_shows_them():
    axes = theory_chart(*graph(), least=3).axes[0]
    assert [line.get_linestyle() for line in axes.lines] == ["-", "--"]
    assert [line.get_linewidth() for line in axes.lines] == pytest.approx([0.9, 1.5])
    names = [text.get_text().replace("\n", " ") for text in axes.texts]
    assert names[:3] == [
        f"A rather long name of the {node}" for node in ("feature number 0", "mechanism number 0", "outcome number 1")
    ]
    assert names[3:] == ["Form of support", "Way it works", "Outcome"]


def test_a_link_runs_from_the_end_of_its_source_to_the_beginning_of_its_target():
    axes = theory_chart(*graph()).axes[0]
    start = at(axes, "A rather long name of\nthe feature number 0")[0]
    line = axes.lines[1]
    assert line.get_ydata()[0] == pytest.approx(start[1]) and 1 < line.get_xdata()[0] < line.get_xdata()[-1] < WIDTH / 2


def test_a_graph_without_a_link_of_that_many_passages_is_refused():
    with pytest.raises(ValueError, match="No link has 99 passages"):
        theory_chart(*graph(), least=99)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.integers(2, 17), st.randoms(use_true_random=False))
def test_names_never_overlap_and_none_leaves_the_sheet(count, random):
    nodes, _ = graph(count)
    nodes["title"] = [
        " ".join(
            random.choice(["care", "responsibility", "of", "oversight", "relationships"])
            for _ in range(random.randint(1, 5))
        )
        for _ in range(len(nodes))
    ]
    ends = {"feature": "mechanism", "mechanism": "outcome"}
    links = pd.DataFrame(
        [
            (
                f"{kind}:{n}",
                f"{to}:{random.randrange(count)}",
                random.randint(3, 9),
                random.randint(0, 1),
                f"{kind}-{to}",
            )
            for kind, to in ends.items()
            for n in range(count)
        ],
        columns=["source", "target", "passages", "shows", "kind"],
    )
    figure = theory_chart(nodes, links)
    assert overlapping(figure) == [] and outside(figure) == []
    plt.close(figure)


def test_rows_of_one_or_more_lines_do_not_overlap():
    for figure in (
        matrix_chart(matrix(), FEATURES, TARGETS),
        documents_chart(by_document(), FEATURES, {"a": "Community Care 2018", "b": "iMPOWER 2013"}),
    ):
        assert overlapping(figure) == [] and outside(figure) == []


def test_agreement_is_printed_and_drawn_in_the_order_of_the_labels():
    labels = {"features": "Support", "outcomes": "Outcome", "strength": "Strength"}
    axes = agreement_chart(coders(), labels).axes[0]
    assert [text.get_text() for text in axes.texts] == [
        "tentative",
        "reliable",
        "Support, sections",
        "0.71",
        "Support, matched rows",
        "−0.10",
        "Outcome",
        "0.65",
        "Strength",
        "–",
    ]
    assert list(axes.lines[2].get_xdata())[:3] == [0.71, -0.1, 0.65]
    assert axes.get_xlim()[0] == pytest.approx(-0.2)
