"""The rules of the verdicts on small shares: what is printed, and what counts behind it allow."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.claims.verdicts import Band, Share, Word, judge_comparison, judge_count, judge_number, judge_word
from pipeline.statistics.rounding import feasible_counts

MOST = Word(literal=Band(above=50), convention=(80, 96), note="…")
HALF = Word(literal=Band(above=50, at_most=55), note="…")


def exactly(percent: int, base: int = 100) -> Share:
    return Share(Fraction(percent), percent * base // 100, percent * base // 100, base)


@pytest.mark.parametrize(
    ("share", "number", "verdict"),
    [
        (exactly(76), 76, "reproduced"),
        (exactly(74), 78, "not reproduced"),
        (Share(Fraction(64), 95, 97, 150), 65, "within rounding"),  # 97 of 150 are 64.67 per cent
        (Share(Fraction(64), 95, 96, 150), 65, "not reproduced"),  # 96 of 150 are 64.00
    ],
)
def test_numbers(share, number, verdict):
    assert judge_number(share, number).verdict == verdict


@pytest.mark.parametrize(
    ("share", "word", "verdict", "literal", "convention"),
    [
        (exactly(80), MOST, "reproduced", True, True),
        (exactly(96), MOST, "reproduced", True, True),
        (exactly(97), MOST, "reproduced literally only", True, False),
        (exactly(79), MOST, "reproduced literally only", True, False),
        (exactly(50), MOST, "not reproduced", False, False),
        (Share(Fraction(79), 159, 160, 200), MOST, "within rounding", True, False),  # 159 of 200 are 79.5, which is 80
        (exactly(51), HALF, "reproduced", True, None),
        (exactly(56), HALF, "not reproduced", False, None),
        (Share(Fraction(50), 100, 101, 200), HALF, "within rounding", False, None),
    ],
)
def test_words(share, word, verdict, literal, convention):
    judgement = judge_word(share, "a word", word)
    assert (judgement.verdict, judgement.literal, judgement.convention) == (verdict, literal, convention)


@pytest.mark.parametrize(
    ("left", "relation", "right", "verdict"),
    [
        (exactly(54), "less", exactly(77), "reproduced"),
        (exactly(77), "greater", exactly(54), "reproduced"),
        (exactly(77), "less", exactly(54), "not reproduced"),
        (exactly(54), "less", exactly(54), "not reproduced"),
        (Share(Fraction(54), 107, 109, 200), "less", Share(Fraction(55), 109, 111, 200), "within rounding"),
        (Share(Fraction(54), 107, 108, 200), "less", Share(Fraction(55), 109, 111, 200), "reproduced"),
    ],
)
def test_comparisons(left, relation, right, verdict):
    assert judge_comparison(left, relation, right).verdict == verdict


@pytest.mark.parametrize(
    ("found", "relation", "number", "verdict"),
    [
        (646, "equals", 646, "reproduced"),
        (645, "equals", 646, "not reproduced"),
        (1, "greater", 0, "reproduced"),
        (0, "greater", 0, "not reproduced"),
    ],
)
def test_counts(found, relation, number, verdict):
    assert judge_count(found, relation, number).verdict == verdict


@pytest.mark.parametrize(("limits", "said"), [({}, "give above, at_least"), ({"over": 3}, "over")])
def test_a_band_needs_a_known_limit(limits, said):
    with pytest.raises(ValueError, match=said):
        Band(**limits)


@given(base=st.integers(3, 60), data=st.data())
def test_the_truth_is_never_judged_not_reproduced(base, data):
    """Any counts, rounded half up and published: the true share, rounded, is reproduced or within rounding."""
    first = data.draw(st.integers(0, base))
    second = data.draw(st.integers(0, base - first))
    counts = (first, second, base - first - second)
    printed = [(200 * count + base) // (2 * base) for count in counts]
    feasible = feasible_counts(printed, base)
    share = Share(Fraction(printed[0] + printed[1]), *feasible.bounds([0, 1]), base)
    truth = (200 * (first + second) + base) // (2 * base)
    assert judge_number(share, truth).verdict in ("reproduced", "within rounding")
