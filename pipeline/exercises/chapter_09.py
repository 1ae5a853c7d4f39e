"""The exercises of chapter 9: which counts are hidden, how a hidden one comes out, and those who did not answer.

They rest on the answers of a made-up council, never on the survey that the chapter reads: nothing of a real survey is
asked for or told.
"""

import numpy as np
import pandas as pd

from pipeline.exercises.checking import Exercise, Mistake
from pipeline.numerals import printed
from pipeline.surveys.disclosure.policy import Policy

TEAMS = {
    "Assessment": (21, 6, 8, 3),
    "Children in care": (12, 0, 2, 1),
    "Fostering": (4, 0, 3, 1),
    "Leaving care": (9, 5, 6, 0),
    "Safeguarding": (31, 7, 11, 2),
}
ANSWERS = ["agree", "neither", "disagree", "dont_know"]
ASKED = 190  # people; those in the table answered
RELEASED = {"Assessment": (19, 8, 11, None, 40), "Safeguarding": (27, 9, 10, 6, 52)}  # hidden for being small


def practice_counts() -> pd.DataFrame:
    """The answers of a made-up council to one statement: `team`, a column each answer, and `answered` (people)."""
    counts = pd.DataFrame.from_dict(TEAMS, orient="index", columns=ANSWERS).rename_axis("team").reset_index()
    return counts.assign(answered=counts[ANSWERS].sum(axis=1))


def released_counts() -> pd.DataFrame:
    """What that council published on another statement, in the same columns: one count is hidden and not a number."""
    columns = [*ANSWERS, "answered"]
    return pd.DataFrame.from_dict(RELEASED, orient="index", columns=columns).rename_axis("team").reset_index()


def exercises(counts: pd.DataFrame, released: pd.DataFrame) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on `practice_counts` and `released_counts`."""
    return _looking_up(counts), _working_out(released), _judging(counts)


def _looking_up(counts: pd.DataFrame) -> Exercise:
    policy = Policy()
    cells = counts[ANSWERS].to_numpy()
    few = (counts["answered"] < policy.minimum_group).to_numpy()[:, np.newaxis]

    def hidden(least: int = 1, most: int = policy.minimum_cell - 1, small_rows: bool = True) -> int:
        return int(((cells >= least) & (cells <= most) | (few & small_rows)).sum())

    return Exercise(
        "9.1",
        hidden,
        unit="counts",
        explanation="And it does not end there: others have to be hidden with them, so that nobody can work these out. "
        "Protection costs detail, and most of all about small teams.",
        hints=(
            "Two rules: a count of 1 to 4, or any count of a row with fewer than 10 answers.",
            "A 0 in a row of 10 or more is shown. In a row of fewer than 10 nothing is.",
            "Count the cells of the four answers, not those of `answered`.",
        ),
        mistakes=(
            Mistake(
                lambda: hidden(small_rows=False),
                "You left out the second rule: in a row of fewer than 10 answers every count is hidden.",
            ),
            Mistake(lambda: hidden(least=0), "You hid zeros as well. In a row of 10 or more answers a 0 may be shown."),
            Mistake(
                lambda: hidden(most=policy.minimum_cell), "You hid counts of 5 as well. The rule is: fewer than 5."
            ),
        ),
    )


def _working_out(released: pd.DataFrame) -> Exercise:
    row = released[released[ANSWERS].isna().any(axis=1)].iloc[0]

    def rest(columns: list[str]) -> int:
        return int(row["answered"] - row[columns].sum())

    return Exercise(
        "9.2",
        lambda: rest(ANSWERS),
        unit="people",
        explanation="One subtraction, and the count is out: hiding a single one protects nobody. So the solver of this "
        "chapter hides further counts until no arithmetic can narrow a hidden one down.",
        hints=(
            "The row's total is published, and every other count of the row.",
            "`answered` less all the counts that are shown.",
        ),
        mistakes=(
            Mistake(lambda: rest(["agree"]), "You took only those who agree away. What else is shown in the row?"),
            Mistake(lambda: rest(["agree", "disagree"]), "You forgot those who neither agree nor disagree."),
            Mistake(
                lambda: int(row[ANSWERS].sum()),
                "That is the sum of the counts that are shown. What is missing to the total?",
            ),
        ),
    )


def _judging(counts: pd.DataFrame) -> Exercise:
    agree, answered = int(counts["agree"].sum()), int(counts["answered"].sum())
    return Exercise(
        "9.3",
        lambda: 100 * agree / ASKED,
        unit="per cent",
        tolerance=0.5,
        explanation=f"At the most it could be {printed(100 * (agree + ASKED - answered) / ASKED, '.0f')}%. "
        "Nothing in the answers says where between the two it lies: the interval of a share allows for chance, not for people "
        "who did not answer and may think otherwise.",
        hints=(
            "Suppose that everybody who did not answer would not have agreed.",
            f"Then the same number agree, but of all {ASKED} people who were asked.",
        ),
        mistakes=(
            Mistake(
                lambda: 100 * agree / answered,
                "That is the share of those who answered. It is the share of "
                "everybody only if the others think as they do.",
            ),
            Mistake(
                lambda: 100 * (agree + ASKED - answered) / ASKED,
                "That is the highest it could be: you let everybody agree who did not answer.",
            ),
            Mistake(
                lambda: 100 * answered / ASKED, "That is the response rate: how many answered, not how many agree."
            ),
        ),
    )
