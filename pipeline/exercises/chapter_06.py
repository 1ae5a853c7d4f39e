"""The exercises of chapter 6: when a figure was counted, and what a total with confidential parts allows to be said.

They rest on the declared indicators and on made-up authorities, so they work where no statistics were downloaded.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.authorities.panel.indicators import Indicator
from pipeline.authorities.panel.values import total
from pipeline.exercises.checking import Exercise, Mistake, letters

SEED = 6
AUTHORITIES = 12
BETWEEN = (1, 5)  # what a confidential count lies between
RATE = 0.2  # of plans that are repeat plans, in the made-up country
ZERO, LEFT_OUT, BOUNDED = "a", "b", "c"


def practice_authorities() -> pd.DataFrame:
    """Made-up authorities as the panel has them, England first: `name`, `repeat_plans`, `plans` (children), `reason`.

    Counts of repeat plans from 1 to 5 are confidential; England's row is the publisher's, who knows them.
    """
    random = np.random.default_rng(SEED)
    plans = np.sort(random.integers(12, 40, AUTHORITIES) * np.repeat([1, 8], AUTHORITIES // 2))
    repeats = random.binomial(plans, RATE).clip(min=1)
    small = repeats <= BETWEEN[1]
    authorities = pd.DataFrame(
        {
            "name": [f"Authority {letter}" for letter in "ABCDEFGHIJKL"],
            "repeat_plans": np.where(small, np.nan, repeats),
            "plans": plans,
            "reason": np.where(small, "confidential", ""),
        }
    )
    england = {"name": "England", "repeat_plans": float(repeats.sum()), "plans": plans.sum(), "reason": ""}
    return pd.concat([pd.DataFrame([england]), authorities], ignore_index=True)


def exercises(indicators: Sequence[Indicator], practice: pd.DataFrame) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on the declared indicators and on `practice_authorities`."""
    authorities = practice[practice["name"] != "England"]
    return (
        _looking_up(indicators),
        _adding_up(authorities),
        _judging(authorities, practice[practice["name"] == "England"].iloc[0]),
    )


def _looking_up(indicators: Sequence[Indicator]) -> Exercise:
    def titles(roles: Sequence[str] = ("support",), one_day: bool = True) -> list[str]:
        return [each.title for each in indicators if each.role in roles and (each.begins is None) == one_day]

    return Exercise(
        "6.1",
        titles,
        unit="titles",
        explanation="A count of one day can be out of date the day after; a figure of a year takes in its whole year. "
        "Which of two figures comes first has to be read from these dates, not from the year's number.",
        hints=(
            'The column `reference` says when: "year to …" is a period, "30 September" is a day.',
            "Measures of the workforce are the first five rows of the table of indicators. Write the titles in a "
            'list: `["…", "…"]`.',
        ),
        mistakes=(
            Mistake(
                lambda: titles(("support", "outcome")),
                "Some of these are about children. Take the measures of the workforce only.",
            ),
            Mistake(lambda: titles(one_day=False), "Those are about a whole year. Which are about one day?"),
            Mistake(
                lambda: [*titles(), *titles(one_day=False)],
                "Those are all measures of the workforce. Some of them are about a whole year.",
            ),
        ),
    )


def _adding_up(authorities: pd.DataFrame) -> Exercise:
    values = authorities["repeat_plans"]
    known, hidden = float(values.sum()), int(values.isna().sum())

    def bounded() -> float:
        return total(values.tolist(), authorities["reason"].tolist(), "bound", between=BETWEEN).high

    return Exercise(
        "6.2",
        bounded,
        unit="children",
        explanation="The sum is somewhere between two numbers, and both are known for certain. That is less than one "
        "number, and more than nothing.",
        hints=(
            "How large can one confidential count be at most? And how many are there?",
            '`total(numbers, reasons, policy="bound", between=(…, …))` does it; `.tolist()` makes a list of a '
            "column. Leave England out: it is the sum already.",
        ),
        mistakes=(
            Mistake(
                lambda: known,
                "That is the sum of the counts that are known: it puts 0 in place of each "
                "confidential one, and none of them is 0.",
            ),
            Mistake(lambda: known + hidden * BETWEEN[0], "That is the least that the sum can be. What is the most?"),
            Mistake(
                lambda: float(values.mean()) * len(values),
                "You put the mean of the others in place of those that are missing. But they are missing because "
                "they are small.",
            ),
        ),
    )


def _judging(authorities: pd.DataFrame, england: pd.Series) -> Exercise:
    true = round(100 * float(england["repeat_plans"] / england["plans"]), 1)
    known = authorities[authorities["reason"] == ""]

    def ways() -> dict[str, tuple[float, float]]:
        few, plans = float(known["repeat_plans"].sum()), float(authorities["plans"].sum())
        hidden = len(authorities) - len(known)
        left_out = few / float(known["plans"].sum())
        low, high = ((few + hidden * end) / plans for end in BETWEEN)
        return {ZERO: (few / plans, few / plans), LEFT_OUT: (left_out, left_out), BOUNDED: (low, high)}

    def sound() -> frozenset[str]:
        return letters(
            {way: round(100 * low, 1) <= true <= round(100 * high, 1) for way, (low, high) in ways().items()}
        )

    return Exercise(
        "6.3",
        sound,
        unit="letters",
        explanation="Confidential figures are small ones. To call them zero makes the rate too low; to leave their "
        "authorities out makes it too high here; and a reader would see neither. Bounds say what is not "
        "known.",
        hints=(
            "Work out all three, each as 100 times repeat plans over plans, and hold them against the same rate of "
            "the row for England.",
            "a: `.fillna(0)`. b: only the rows without a reason, in both columns. c: `total` twice over, once for "
            "the lower end and once for the upper.",
            "A way is sound if England's rate, to one decimal, is its result or lies between its two ends. The "
            'answer is a list of letters, such as `["a", "b"]`.',
        ),
        mistakes=(
            Mistake(
                lambda: ZERO,
                "Look at a again: a confidential count is at least 1, so 0 in its place makes the sum too small.",
            ),
            Mistake(
                lambda: LEFT_OUT,
                "Look at b again: the authorities that are left out are not like the others, for "
                "their counts are small. Hold the result against England's.",
            ),
            Mistake(lambda: BOUNDED, "Look at c again: does England's rate lie between its two ends?"),
        ),
    )
