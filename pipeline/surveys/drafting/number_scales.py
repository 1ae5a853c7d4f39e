"""Scales of whole numbers: their range, and which of their ends is agreement where the file says it."""

import re
from collections.abc import Iterable

from pipeline.surveys.drafting.known_scales import (
    DONT_KNOW,
    VOCABULARIES,
    Reading,
    is_unsure,
    level_in,
    missing_reason,
    plain_key,
)

NUMBERS = "numbers"
RANGES = ((1, 4), (1, 5), (1, 6), (1, 7), (0, 10), (1, 10))  # the numbers that surveys offer, the narrowest first
NO_ANSWER_NUMBERS = {-999, -99, -9, 99, 999}


def read_numbers(texts: Iterable[str], question: str = "") -> Reading | None:
    """Whole numbers as points, "0" to "10", of a scale; None if they are none.

    What the ends mean is taken from them ("5 - agree") or from the question.

    >>> read_numbers(["1", "2.0", "5", "N/A"], "My manager helps (1 = strongly agree, 5 = strongly disagree)").high
    False
    """
    levels, missing, ends = {}, {}, _ends(question)
    for text in filter(None, texts):
        found = re.fullmatch(r"(-?\d{1,3})(?:[.,]0+)?(?:\s*[-–—=:.)(]?\s*([^\W\d].*))?", text.strip())
        number = int(found[1]) if found else None
        if found and number in NO_ANSWER_NUMBERS and not found[2]:
            missing[text] = "no_answer"
        elif found and 0 <= number <= 10:
            levels[text] = str(number)
            if found[2]:
                ends |= {number: role for role in [_role(found[2])] if role}
        elif reason := missing_reason(text):
            missing[text] = reason
        elif is_unsure(text):
            levels[text] = DONT_KNOW
        else:
            return None
    reading = Reading(NUMBERS, levels, missing, high=_direction(ends))
    return reading if len(reading.ordered) >= 2 else None


def _ends(question: str) -> dict[int, str]:
    """Numbers of which the question says what they mean, as in "1 = strongly agree" or "5 (very good)"."""
    found = re.findall(r"(?<!\d)(\d{1,2})\s*(?:[-–—=:(]|\bis\b|\bmeans\b|\bbeing\b)\s*[\"'“‘(]?([A-Za-z][A-Za-z' ]+)",
                       question)
    return {int(number): role for number, words in found if (role := _role(words))}


def _role(words: str) -> str | None:
    """The role of the label with which the words begin."""
    words = plain_key(re.split(r"\b(?:to|and)\s+\d", words)[0])
    for cut in range(len(words.split()), 0, -1):
        key = " ".join(words.split()[:cut])
        for kind, levels in VOCABULARIES.items():
            if kind != "intensity" and (level := level_in(kind, key)) not in (None, DONT_KNOW):
                return next(role for identifier, _, role, _ in levels if identifier == level)
    return "agree" if words.startswith(("extremely ", "very ", "completely ")) else None


def _direction(ends: dict[int, str]) -> bool | None:
    agree = [number for number, role in ends.items() if role == "agree"]
    disagree = [number for number, role in ends.items() if role == "disagree"]
    if agree and disagree:
        return max(agree) > max(disagree)
    middle = (min(ends) if len(ends) > 1 else 2) if ends else 0
    return max(agree) > middle if agree else min(disagree) <= middle if disagree else None


def number_range(levels: set[str]) -> tuple[int, int] | None:
    """The narrowest range of RANGES that holds all the numbers."""
    numbers = [int(level) for level in levels]
    return next((each for each in RANGES if each[0] <= min(numbers) and max(numbers) <= each[1]), None)
