"""Exercises at the end of each chapter: a question, hints, and a check that says what went wrong.

Each chapter has a module here whose function `exercises` takes tables that the notebook has already and returns three
exercises. An answer is computed from the data when it is asked for; it stands neither here nor in a notebook. Nothing
is kept of what somebody answers.

    first, second, third = chapter_01.exercises(answers, rows, codebook)
    first.check(...)        # the three dots stand for an answer that is still to come
    first.hint()

Where sentences are to be judged, they are lettered, and the answer is a list of the letters that hold: see `letters`.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import pandas as pd

from pipeline.errors import ParameterError
from pipeline.phrases import counted

Answer = bool | float | str | Collection[object]
Plain = Any  # what `_plain` makes of an answer; which kind it is, `_kind` says


@dataclass(frozen=True)
class Reply:
    """What a check or a hint says: Markdown in a notebook, plain text elsewhere."""

    text: str
    right: bool | None = None  # None where nothing was judged

    def _repr_markdown_(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text.replace("*", "").replace("`", "")


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that has a reason: what comes out, and what was probably done.

    Where a list is asked for, `answer` may also compute a single entry: the mistake is then recognised in every list
    that has this entry wrongly, or wrongly lacks it.
    """

    answer: Callable[[], Answer]
    explanation: str


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    `answer` computes the right answer: a number, a truth value, a text, or a collection of texts whose order does not
    matter. A number is right within `tolerance`. `explanation` says why, for whoever found it. `hints` go from a nudge
    to nearly the way. `unit` says in what a number is asked for, such as "people" or "per cent", or what a list is of,
    such as "letters".

    >>> exercise = Exercise("1.1", lambda: 42, unit="people", explanation="Six times seven.",
    ...                     hints=("Multiply.",), mistakes=(Mistake(lambda: 13, "You added."),))
    >>> exercise.check(...)
    Exercise 1.1: no answer yet. Put yours in place of the three dots (a whole number, in people). Stuck? Call .hint().
    >>> exercise.check(42)
    Right. Six times seven.
    >>> exercise.check(13)
    Not yet. You added.
    >>> exercise.check("42")
    Not yet. That is a text (it stands in quotation marks). Expected: a whole number, in people.
    """

    number: str
    answer: Callable[[], Answer]
    explanation: str
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = ()
    tolerance: float = 0.0
    unit: str = ""

    def hint(self, which: int = 1) -> Reply:
        """Hint number `which`, from 1; ParameterError where there are not so many."""
        if which not in range(1, len(self.hints) + 1):
            raise ParameterError(
                "There is no such hint.",
                where=f"exercise {self.number}",
                found=repr(which),
                expected=f"1 to {len(self.hints)}",
            )
        more = len(self.hints) - which
        return Reply(
            f"**Hint {which} of {len(self.hints)}.** {self.hints[which - 1]}"
            + (f" (More: `.hint({which + 1})`)" if more else "")
        )

    def check(self, given: object) -> Reply:
        """Whether `given` is right, and if not, what is likely to have gone wrong; the right answer is never told."""
        expected = _plain(self.answer())
        wanted = _described(expected, self.unit, self.tolerance)
        if given is ...:
            return Reply(
                f"**Exercise {self.number}:** no answer yet. Put yours in place of the three dots ({wanted}). "
                "Stuck? Call `.hint()`."
            )
        given = _plain(given)
        if _kind(given) != _kind(expected):
            return Reply(f"**Not yet.** That is {_described_mistaken(given)}. Expected: {wanted}.", right=False)
        if self._same(given, expected):
            return Reply(f"**Right.** {self.explanation}", right=True)
        for mistake in self.mistakes:
            if self._made(mistake, given, expected):
                return Reply(f"**Not yet.** {mistake.explanation}", right=False)
        difference = _difference(given, expected, self.tolerance)
        return Reply(f"**Not yet.** {difference} `.hint()` gives a hint.", right=False)

    def _made(self, mistake: Mistake, given: Plain, expected: Plain) -> bool:
        wrong = _plain(mistake.answer())
        if isinstance(expected, frozenset) and not isinstance(wrong, frozenset):
            return wrong in given ^ expected
        return self._same(given, wrong)

    def _same(self, given: Plain, expected: Plain) -> bool:
        if _kind(given) != _kind(expected):
            return False
        if _kind(expected) == "number":
            return math.isclose(given, expected, rel_tol=1e-9, abs_tol=self.tolerance)
        return given == expected


def _plain(answer: object) -> Plain:
    """Numbers of any library as Python's own, texts without letter case and outer blanks, collections as sets."""
    if isinstance(answer, pd.DataFrame):
        return answer
    if isinstance(answer, str):
        return answer.strip().casefold()
    if hasattr(answer, "tolist"):  # numpy, a column of pandas
        return _plain(answer.tolist())
    if isinstance(answer, Collection):
        return frozenset(map(_plain, answer))
    return answer


def _kind(answer: Plain) -> str:
    if isinstance(answer, bool):
        return "truth"
    if isinstance(answer, Real):
        return "number"
    if isinstance(answer, str):
        return "text"
    return "collection" if isinstance(answer, frozenset) else type(answer).__name__


def _described(answer: Plain, unit: str = "", tolerance: float = 0.0) -> str:
    """What sort of answer this is, without telling it."""
    kind = _kind(answer)
    if kind == "number":
        whole = not tolerance and float(answer).is_integer()
        return (
            ("a whole number" if whole else "a number")
            + (f", in {unit}" if unit else "")
            + (f"; {tolerance:g} more or less is near enough" if tolerance else "")
        )
    if kind == "collection":
        return f"a list of {unit or 'names'}"
    return {"truth": "True or False", "text": "a text"}.get(kind, kind)


def _described_mistaken(answer: Plain) -> str:
    """What somebody gave in place of the sort that was asked for, and how that may have come about."""
    if answer is None:
        return "nothing (None)"
    if isinstance(answer, pd.DataFrame):
        return "a whole table: take one number or one column out of it"
    if callable(answer):
        return "a function: its brackets `()` are missing"
    if isinstance(answer, frozenset):
        return (
            "a list or column with one entry: take it out, for instance with `.item()`"
            if len(answer) == 1
            else f"a list or column with {counted(len(answer), 'different entry', 'different entries')}"
        )
    if isinstance(answer, str):
        return "a text (it stands in quotation marks)"
    known = _described(answer)
    return known if _kind(answer) in ("truth", "number") else f"of the type {known}"


def _difference(given: Plain, expected: Plain, tolerance: float) -> str:
    """How a wrong answer of the right kind is wrong."""
    if _kind(expected) == "collection":
        return _list_difference(given, expected)
    if _kind(expected) != "number":
        return "It is something else."
    if math.isnan(given):
        return "That is not a number (nan): something in the calculation was missing."

    def near(value: float) -> bool:
        return math.isclose(given, value, rel_tol=1e-6, abs_tol=tolerance)

    if expected and near(-expected):
        return "The size is right, the sign is not: which was taken from which?"
    if expected and (near(expected * 100) or near(expected / 100)):
        return "It is off by a factor of 100: is a share asked for, or per cent?"
    if expected and math.isclose(given, expected, rel_tol=0.01):
        return "Very near: was something rounded, or one left out, on the way?"
    return f"It is too {'large' if given > expected else 'small'}."


def _list_difference(given: frozenset, expected: frozenset) -> str:
    right, missing, extra = len(given & expected), len(expected - given), len(given - expected)
    parts = [f"{right} of your {counted(len(given), 'entry', 'entries')} {'is' if right == 1 else 'are'} right"]
    parts += [f"{missing} {'is' if missing == 1 else 'are'} missing"] * bool(missing)
    parts += [f"{extra} {'does' if extra == 1 else 'do'} not belong there"] * bool(extra)
    return "; ".join(parts) + "."


def letters(holds: Mapping[str, bool]) -> frozenset[str]:
    """The letters of the sentences that hold.

    >>> sorted(letters({"a": 1 > 0, "b": 1 > 2}))
    ['a']
    """
    return frozenset(letter for letter, judged in holds.items() if judged)
