"""Wordings find the statement of 2011 that asks the same, and none where none does."""

import pytest

from pipeline.surveys.drafting.matching import (
    likely_domain,
    likely_measure,
    match_items,
    scores_against,
    speaks_against,
)
from tests.surveys.drafting.council_wordings import FITTED, HELD_OUT


@pytest.mark.parametrize(("wordings", "found"), [(FITTED, 19), (HELD_OUT, 14)])
def test_no_match_is_wrong_and_most_are_found(codebook, wordings, found):
    matches = [match and match.item for match in match_items(list(wordings), codebook)]
    wrong = {
        wording: match
        for (wording, item), match in zip(wordings.items(), matches, strict=True)
        if match not in (None, item)
    }
    assert not wrong
    assert sum(match is not None for match in matches) >= found


def test_a_statement_of_2011_matches_itself(codebook):
    matches = match_items([item.wording for item in codebook.items], codebook)
    assert [match and match.item for match in matches] == [item.id for item in codebook.items]
    assert min(match.score for match in matches) == 1


def test_each_statement_is_given_once_and_to_the_nearest(codebook):
    first, second = match_items(
        ["Senior leaders are visible and approachable", "Senior managers are visible"], codebook
    )
    assert [each and each.item for each in (first, second)].count("senior-managers-visible") == 1


def test_the_order_of_wordings_does_not_matter(codebook):
    wordings = [*FITTED, *HELD_OUT]
    there = dict(zip(wordings, match_items(wordings, codebook), strict=True))
    back = dict(zip(wordings[::-1], match_items(wordings[::-1], codebook), strict=True))
    assert there == back


@pytest.mark.parametrize(
    "wording",
    [
        "My line manager doesn’t help me to manage my workload",
        "",
        "?",
        "123",
        "I rarely get regular protected supervision",
    ],
)
def test_what_says_the_opposite_or_nothing_is_not_matched(codebook, wording):
    assert match_items([wording], codebook) == [None]


def test_scores_lie_between_0_and_1(codebook):
    scores = scores_against([*FITTED, "", "x"], codebook)
    assert scores.shape == (len(FITTED) + 2, len(codebook.items)) and scores.min() >= 0 and scores.max() <= 1
    assert match_items([], codebook) == []


@pytest.mark.parametrize(
    ("wording", "domain"),
    [
        ("My supervision is regular", "supervision"),
        ("My induction was thorough", "induction"),
        ("The sea is blue", "other"),
        ("Training is good and relevant", "learning_development"),
    ],
)
def test_the_subject_is_that_of_the_nearest_statement(codebook, wording, domain):
    assert likely_domain(wording, codebook) == domain


@pytest.mark.parametrize(
    ("wording", "measure"),
    [
        ("Outcomes for children improve", "outcome"),
        ("We meet the needs of children", "outcome"),
        ("My practice is more effective", "outcome"),
        ("Children are safer because of our work", "outcome"),
        ("Supervision is regular", "support"),
        ("I have time for children and families", "support"),
        ("Workload is managed by an effective system", "support"),
    ],
)
def test_results_of_support_are_outcomes(wording, measure):
    assert likely_measure(wording) == measure


def test_wordings_that_speak_against_support():
    assert speaks_against("My caseload is too high") and speaks_against("I often feel overwhelmed")
    assert speaks_against("I am thinking of leaving") and speaks_against("I do not have enough time")
    assert not speaks_against("My caseload is manageable") and not speaks_against("I do not feel overwhelmed")
