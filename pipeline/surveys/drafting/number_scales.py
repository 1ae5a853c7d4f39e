"""Scales of whole numbers: their range, the codes beside it, and which of their ends is agreement where the file says it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pipeline.surveys.drafting.known_scales import Reading, is_unsure, level_in, missing_reason, plain_key
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, VOCABULARIES

NUMBERS = "numbers"
KNOWN_RANGES = ((1, 4), (1, 5), (0, 4), (1, 7), (1, 10), (0, 10))  # the numbers that surveys offer, the narrowest first
HIGHEST = 10
PER_POINT = 10  # answers for each point: where nobody of so many chose one between the ends, it was hardly on offer
_BESIDE = {7, 8, 9}  # a code where a gap parts it from the points
_FAR = {77, 88, 96, 97, 98, 99, 777, 888, 997, 998, 999}
_BELOW = {-1, -2, -3, -7, -8, -9, -77, -88, -96, -97, -98, -99, -777, -888, -997, -998, -999}
_RANGE = re.compile(r"(?<![\d.£$-])([01])\s*(?:-|–|—|to|and)\s*(10|[3-9])(?![\d.%])", re.IGNORECASE)


@dataclass(frozen=True)
class Way:
    """A way to take the numbers of a scale: its points, the lowest first, and numbers that mean no answer, by reason."""

    points: tuple[int, ...]
    label: str
    missing: tuple[tuple[str, int], ...] = ()

    @property
    def key(self) -> str:
        """What the way is called where it is an answer to a question.

        >>> Way((1, 2, 3), "").key, Way((1, 2, 4), "").key
        ('1-to-3', '3-points')
        """
        low, high = self.points[0], self.points[-1]
        return f"{low}-to-{high}" if len(self.points) == high - low + 1 else f"{len(self.points)}-points"


def read_numbers(texts: Iterable[str], question: str = "") -> Reading | None:
    """Whole numbers as points, "0" to "10", of a scale, codes such as "-8" and "99" among them; None if they are none.

    What the ends mean is taken from them ("5 - agree") or from the question.

    >>> read_numbers(["1", "2.0", "5", "N/A"], "My manager helps (1 = strongly agree, 5 = strongly disagree)").high
    False
    """
    levels, missing, ends, named = {}, {}, _ends(question), _names(question)
    for text in filter(None, texts):
        found = re.fullmatch(r"(-?\d{1,3})(?:[.,]0+)?(?:\s*[-–—=:.)(]?\s*([^\W\d].*))?", text.strip())
        number = int(found[1]) if found else None
        if found and (0 <= number <= HIGHEST or number in _FAR | _BELOW):
            levels[text] = str(number)
            if found[2]:
                if role := _role(found[2]):
                    ends[number] = role
                named[number] = plain_key(found[2])
        elif reason := missing_reason(text):
            missing[text] = reason
        elif is_unsure(text):
            levels[text] = DONT_KNOW
        else:
            return None
    reading = Reading(NUMBERS, levels, missing, high=_direction(ends), ends=tuple(sorted(named.items())))
    return reading if len(points_and_codes(numbers_of(reading))[0]) >= 2 else None


def numbers_of(reading: Reading) -> set[int]:
    """The numbers that somebody gave."""
    return set(map(int, reading.ordered))


def points_and_codes(numbers: Collection[int]) -> tuple[set[int], set[int]]:
    """The numbers that look like points of a scale, and those that look like codes for no answer beside them.

    >>> points_and_codes({1, 2, 3, 4, 5, 8, 9}), points_and_codes({0, 9, 10})
    (({1, 2, 3, 4, 5}, {8, 9}), ({0, 9, 10}, set()))
    >>> sorted(points_and_codes({1, 2, 3, 4, 5, -8, 99})[1])
    [-8, 99]
    """
    points = {number for number in numbers if 0 <= number <= HIGHEST}
    top = max(points, default=0)
    run = {number for number in points if all(each in points for each in range(number, top))}
    rest = points - run
    if run <= _BESIDE and len(rest) > 2 and len(rest) >= max(rest) - min(rest):
        points = rest
    return points, set(numbers) - points


def stated_range(question: str) -> tuple[int, int] | None:
    """The lowest and highest number that a question says there are.

    >>> stated_range("Rate it from 1 to 7"), stated_range("(1 = poor, 5 = good)"), stated_range("Is it on 24 May?")
    ((1, 7), (1, 5), None)
    """
    ends = {number for number in _names(question) if number <= HIGHEST}
    if len(ends) > 1 and min(ends) <= 1:
        return min(ends), max(ends)
    found = _RANGE.search(question)
    return (int(found[1]), int(found[2])) if found else None


def ways(counts: Mapping[int, int]) -> tuple[Way, ...]:
    """The ways to take the points that were chosen, with how often, the likely one first; one where there is no doubt.

    >>> [way.points for way in ways({1: 9, 2: 9, 4: 30, 5: 30, 6: 30})]
    [(1, 2, 4, 5, 6), (1, 2, 3, 4, 5, 6)]
    >>> [way.points for way in ways({0: 9, 1: 9, 2: 30, 3: 30, 4: 30})]
    [(0, 1, 2, 3, 4)]
    """
    chosen, low, high = sorted(counts), min(counts), max(counts)
    whole = tuple(range(low, high + 1))
    gap = [number for number in whole if number not in counts]
    known = (low, high) in KNOWN_RANGES
    many = sum(counts.values()) >= PER_POINT * len(whole)
    if known and not (gap and many):
        return (Way(whole, f"the points {low} to {high}"),)
    found = [Way(whole, _told(low, high, gap))]
    if gap and len(chosen) > 2:
        found.insert(
            0 if not known or many else 1,
            Way(tuple(chosen), f"{len(chosen)} points, which have the codes {_listed(chosen)}"),
        )
    if not known:
        if low == 0 and (1, high) in KNOWN_RANGES and not gap:
            found.append(
                Way(whole[1:], f"the points 1 to {high}; 0 means that it does not apply", (("not_applicable", 0),))
            )
        if high - 1 > 2 and (low, high - 1) in KNOWN_RANGES and not gap:
            found.append(
                Way(
                    whole[:-1],
                    f"the points {low} to {high - 1}; {high} means that it does not apply",
                    (("not_applicable", high),),
                )
            )
        wider = [each for each in KNOWN_RANGES if each[0] <= low and high <= each[1]]
        for first, last in wider[: not gap]:
            absent = [number for number in range(first, last + 1) if number not in counts]
            found.insert(
                0 if len(absent) == 1 and not many else 1,
                Way(tuple(range(first, last + 1)), _told(first, last, absent)),
            )
    return tuple(found)


def _told(low: int, high: int, absent: list[int]) -> str:
    return f"the points {low} to {high}" + (f"; nobody chose {_listed(absent)}" if absent else "")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _names(question: str) -> dict[int, str]:
    """Numbers of which the question says what they are called, as in "1 = strongly agree" or "5 (very good)"."""
    found = re.findall(
        r"(?<![\d-])(\d{1,2})\s*(?:[-–—=:(]|\bis\b|\bmeans\b|\bbeing\b)\s*[\"'“‘(]?([A-Za-z][A-Za-z' ]+)", question
    )
    return {int(number): plain_key(re.split(r"\b(?:to|and)\s+\d|\band$", words)[0]) for number, words in found}


def _ends(question: str) -> dict[int, str]:
    return {number: role for number, words in _names(question).items() if (role := _role(words))}


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
