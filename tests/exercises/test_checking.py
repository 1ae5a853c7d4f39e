"""The check at the end of every chapter: what is right, what a wrong answer hears, and what it never gives away."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.errors import ParameterError
from pipeline.exercises.checking import Exercise, Mistake, letters


def exercise(answer, **parts):
    given_parts = {"unit": "people", "explanation": "Because.", "hints": ("One.", "Two.", "Three."), **parts}
    return Exercise("0.1", lambda: answer, **given_parts)


@pytest.mark.parametrize("answer", [42, 42.0, np.int64(42), np.float32(42), Fraction(84, 2)])
def test_a_number_is_right_whichever_library_it_comes_from(answer):
    assert exercise(42).check(answer).right
    assert exercise(answer).check(42).right


@pytest.mark.parametrize(
    "answer",
    [
        ["b", "a"],
        ("a", "b"),
        {"a", "b"},
        pd.Series(["a", "b", "a"]),
        pd.Index(["b", "a"]),
        np.array(["a", "b"]),
        [" A", "b "],
    ],
)
def test_a_list_is_right_in_any_order_and_of_any_kind(answer):
    assert exercise(["a", "b"]).check(answer).right


def test_a_text_is_right_whatever_its_letter_case_and_outer_blanks():
    assert exercise("Managers").check(" managers").right


def test_a_truth_value_is_no_number():
    assert exercise(True).check(np.bool_(True)).right
    assert exercise(1).check(True).text == "**Not yet.** That is True or False. Expected: a whole number, in people."
    assert "That is a whole number. Expected: True or False." in exercise(True).check(1).text


@given(st.floats(-1e6, 1e6), st.floats(0.01, 10), st.floats(-2, 2))
def test_a_number_is_right_exactly_within_its_tolerance(answer, tolerance, part):
    assume(abs(abs(part) - 1) > 1e-6 and (answer == 0 or abs(part * tolerance / answer) > 1e-8))
    assert exercise(answer, tolerance=tolerance).check(answer + part * tolerance).right is (abs(part) < 1)


@pytest.mark.slow
@given(st.sets(st.sampled_from("abcde")), st.sets(st.sampled_from("abcde")))
def test_a_wrong_list_hears_how_many_are_right_missing_and_too_many(answer, given_answer):
    reply = exercise(answer).check(given_answer)
    assert reply.right is (answer == given_answer)
    if not reply.right:
        missing, extra = len(answer - given_answer), len(given_answer - answer)
        assert f"{len(answer & given_answer)} of your {len(given_answer)} entr" in reply.text
        assert (f"{missing} {'is' if missing == 1 else 'are'} missing" in reply.text) is bool(missing)
        assert (f"{extra} {'does' if extra == 1 else 'do'} not belong" in reply.text) is bool(extra)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (-64, "the sign is not"),
        (6400, "factor of 100"),
        (0.64, "factor of 100"),
        (64.3, "Very near"),
        (90, "too large"),
        (10, "too small"),
        (float("nan"), "nan"),
        (float("inf"), "too large"),
    ],
)
def test_a_wrong_number_hears_how_it_is_wrong(answer, words):
    reply = exercise(64).check(answer)
    assert words in reply.text and reply.text.endswith("`.hint()` gives a hint.") and reply.right is False


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("42", "a text (it stands in quotation marks)"),
        (None, "nothing (None)"),
        ([4, 2], "2 different entries"),
        (pd.Series([42]), "with one entry: take it out"),
        (pd.DataFrame({"a": [42]}), "a whole table"),
        (pd.Series([42]).sum, "brackets `()`"),
        (pd.NA, "of the type NAType"),
        (Decimal(42), "of the type Decimal"),
        (42j, "of the type complex"),
    ],
)
def test_another_sort_of_answer_hears_what_it_is_and_what_was_expected(answer, words):
    reply = exercise(42).check(answer)
    assert words in reply.text and reply.text.endswith("Expected: a whole number, in people.") and reply.right is False


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        (exercise(3), "a whole number, in people"),
        (exercise(3.5, unit=""), "a number"),
        (exercise(True), "True or False"),
        (exercise(3, tolerance=0.5), "a number, in people; 0.5 more or less is near enough"),
        (exercise("a"), "a text"),
        (exercise(["a"], unit="letters"), "a list of letters"),
        (exercise(["a"], unit=""), "a list of names"),
    ],
)
def test_three_dots_hear_what_is_wanted_and_are_not_judged(made, wanted):
    reply = made.check(...)
    assert reply.right is None
    assert reply.text == (
        f"**Exercise 0.1:** no answer yet. Put yours in place of the three dots ({wanted}). Stuck? Call `.hint()`."
    )


def test_a_known_mistake_has_its_own_words_and_the_first_of_two_is_named():
    made = exercise(
        10, mistakes=(Mistake(lambda: 5, "Half."), Mistake(lambda: 5.0, "Also half."), Mistake(lambda: 20, "Twice."))
    )
    assert [made.check(answer).text for answer in (5, 20)] == ["**Not yet.** Half.", "**Not yet.** Twice."]


def test_a_mistake_that_happens_to_be_the_right_answer_is_right():
    assert exercise(10, mistakes=(Mistake(lambda: 10, "No."),)).check(10).right


def test_a_mistake_of_one_entry_is_recognised_where_the_list_has_it_wrongly_or_lacks_it():
    made = exercise(["a", "b"], mistakes=(Mistake(lambda: "c", "About c."), Mistake(lambda: "a", "About a.")))
    assert "About c." in made.check(["a", "b", "c"]).text and "About c." in made.check(["c", "d"]).text
    assert "About a." in made.check(["b"]).text and "About a." in made.check([]).text
    assert "1 does not belong" in made.check(["a", "b", "d"]).text


def test_hints_come_in_order_and_say_whether_there_are_more():
    made = exercise(1)
    assert [made.hint().text, made.hint(2).text, made.hint(3).text] == [
        "**Hint 1 of 3.** One. (More: `.hint(2)`)",
        "**Hint 2 of 3.** Two. (More: `.hint(3)`)",
        "**Hint 3 of 3.** Three.",
    ]
    for which in (0, 4, "2"):
        with pytest.raises(ParameterError, match="no such hint"):
            made.hint(which)


def test_a_reply_is_markdown_in_a_notebook_and_plain_text_elsewhere():
    reply = exercise(1, mistakes=(Mistake(lambda: 2, "Look at **a**, *not* `b`."),)).check(2)
    assert reply._repr_markdown_() == "**Not yet.** Look at **a**, *not* `b`."
    assert repr(reply) == "Not yet. Look at a, not b."


def test_the_answer_is_computed_only_when_it_is_asked_for():
    asked = []
    made = Exercise("0.1", lambda: asked.append(1) or 5, explanation="", hints=("One.",))
    made.hint()
    assert asked == []
    made.check(...)
    assert asked == [1]


@pytest.mark.slow
@given(st.integers(1000, 9999), st.integers(1000, 9999) | st.text("xyz") | st.lists(st.sampled_from("xyz")))
def test_a_wrong_answer_is_never_told_the_right_one(answer, wrong):
    assume(wrong != answer and str(answer) not in str(wrong))
    reply = exercise(answer).check(wrong)
    assert reply.right is False and str(answer) not in reply.text


def test_letters_are_those_of_the_sentences_that_hold():
    assert letters({"a": np.bool_(True), "b": False, "c": True}) == {"a", "c"}
