"""Each rule of the grades, at its boundary, and what no evidence can do."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.evidence.grades import GRADES, RULES, STATISTICS, Lines, grade, reason

BASE = Lines(shown=4, contrary=0, publishers=1, chosen=False, statistic="none")
LINES = st.builds(
    Lines,
    shown=st.integers(0, 12),
    contrary=st.integers(0, 12),
    publishers=st.integers(0, 4),
    chosen=st.booleans(),
    statistic=st.sampled_from(STATISTICS),
).map(
    lambda lines: replace(lines, publishers=min(lines.publishers, lines.shown), chosen=lines.chosen and lines.shown > 0)
)


@pytest.mark.parametrize(
    ("changes", "expected", "rules"),
    [
        ({}, "low", ("start",)),
        ({"shown": 1}, "very low", ("start",)),
        ({"shown": 2}, "low", ("start",)),
        ({"shown": 0, "publishers": 0}, "very low", ("start", "claims_only")),
        ({"publishers": 2}, "moderate", ("start", "publishers")),
        ({"publishers": 3}, "moderate", ("start", "publishers")),
        ({"statistic": "agrees"}, "moderate", ("start", "statistics")),
        ({"publishers": 2, "statistic": "agrees"}, "high", ("start", "publishers", "statistics")),
        ({"contrary": 1}, "low", ("start",)),  # 1 of 5 places: a fifth
        ({"shown": 3, "contrary": 1}, "very low", ("start", "contrary")),  # 1 of 4 places: a quarter
        ({"statistic": "contradicts"}, "very low", ("start", "statistics_against")),
        ({"statistic": "differs by outcome"}, "low", ("start",)),
        ({"statistic": "no clear link"}, "low", ("start",)),
        ({"statistic": "not downloaded"}, "low", ("start",)),
        ({"chosen": True}, "low", ("start", "chosen")),
        ({"chosen": True, "publishers": 3}, "low", ("start", "publishers", "chosen")),
        ({"chosen": True, "statistic": "agrees"}, "moderate", ("start", "statistics")),
        ({"chosen": True, "publishers": 2, "statistic": "agrees"}, "high", ("start", "publishers", "statistics")),
        ({"shown": 0, "publishers": 0, "statistic": "agrees"}, "low", ("start", "statistics", "claims_only")),
        (
            {"shown": 0, "publishers": 0, "contrary": 3, "statistic": "contradicts"},
            "very low",
            ("start", "contrary", "statistics_against", "claims_only"),
        ),
        (
            {"publishers": 2, "contrary": 2, "statistic": "agrees"},
            "moderate",
            ("start", "publishers", "statistics", "contrary"),
        ),
    ],
)
def test_each_rule_at_its_boundary(changes, expected, rules):
    found = grade(replace(BASE, **changes))
    assert (found.grade, found.rules) == (expected, rules)


def level(lines: Lines) -> int:
    return GRADES.index(grade(lines).grade)


@given(LINES)
def test_more_that_shows_it_never_lowers_a_grade_and_contrary_results_never_raise_it(lines):
    if lines.shown:
        assert level(replace(lines, shown=lines.shown + 1)) >= level(lines)
    assert level(replace(lines, contrary=lines.contrary + 1)) <= level(lines)


@given(LINES)
def test_high_needs_two_publishers_and_statistics_that_agree(lines):
    if grade(lines).grade == "high":
        assert lines.statistic == "agrees" and lines.publishers >= 2 and lines.shown >= 2


@given(LINES)
def test_nothing_above_low_from_places_chosen_for_doing_well_or_from_claims(lines):
    if lines.statistic != "agrees" and (lines.chosen or not lines.shown):
        assert level(lines) <= GRADES.index("low")


@given(LINES)
def test_every_rule_that_is_given_as_a_reason_is_told_to_readers(lines):
    found = grade(lines)
    assert set(found.rules) <= set(RULES) and found.rules[0] == "start"
    assert reason(lines)


def test_every_rule_can_apply_but_the_surveys():
    used = {
        rule
        for shown in (0, 2)
        for contrary in (0, 2)
        for statistic in STATISTICS
        for chosen in (False, True)
        for rule in grade(Lines(shown, contrary, 2, chosen, statistic)).rules
    }
    assert used == set(RULES) - {"survey"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (Lines(1, 0, 1, True, "none"), "shown in 1 place, chosen because it did well"),
        (Lines(3, 0, 2, False, "agrees"), "shown in 3 places, by 2 publishers; statistics agree"),
        (Lines(0, 0, 0, False, "contradicts"), "nowhere shown; statistics contradict"),
    ],
)
def test_reasons_in_words(lines, words):
    assert reason(lines) == words
