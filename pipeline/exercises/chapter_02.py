"""Exercises of chapter 2: shares of what, points and per cent, and what rounding can explain."""

import pandas as pd

from pipeline.claims.verdicts import LITERALLY, NOT_CHECKABLE, NOT_REPRODUCED, REPRODUCED
from pipeline.exercises.checking import Exercise, Mistake
from pipeline.statistics.rounding import rounded_percentage
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.published import feasible_sets


def exercises(checked: pd.DataFrame, answers: pd.DataFrame, codebook: Codebook) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on the claims with their verdicts (see `pipeline.claims.survey.check_claims`) and on answers.csv."""
    return _borne_out(checked), _widest_gap(checked), _within_rounding(answers, codebook)


def _borne_out(checked: pd.DataFrame) -> Exercise:
    verdicts = checked["verdict"]

    def share(right: pd.Series, of: pd.Series) -> float:
        return 100 * right.sum() / of.sum()

    reproduced, everything = verdicts == REPRODUCED, verdicts.notna()
    checkable = verdicts != NOT_CHECKABLE
    return Exercise(
        "2.1",
        lambda: share(reproduced, checkable),
        unit="per cent",
        tolerance=0.5,
        explanation="The report is careful with its figures. A share always has a base, and the sentence around it "
        "should say which: of all claims it would look much worse, because many cannot be checked by "
        "anybody outside.",
        hints=(
            "Look at the table of verdicts. Which number of claims goes on top, and which below?",
            "Below go the claims that could be checked: all of them, less the ones that are not checkable.",
        ),
        mistakes=(
            Mistake(
                lambda: share(reproduced, everything),
                "That is a share of all claims. What could not be checked is neither right nor wrong: leave "
                "it out of the base.",
            ),
            Mistake(
                lambda: share(reproduced | (verdicts == LITERALLY), checkable),
                "You counted those that hold only as plain English. Here only the verdict *reproduced* counts.",
            ),
            Mistake(lambda: share(checkable, everything), "That is the share of the claims that could be checked."),
        ),
    )


def _widest_gap(checked: pd.DataFrame) -> Exercise:
    numbers = checked[checked["claimed"].fillna("").str.endswith("%")]

    def points(column: str) -> pd.Series:
        return numbers[column].str.rstrip("%").astype(float)

    return Exercise(
        "2.2",
        lambda: (points("claimed") - points("found")).abs().max(),
        unit="percentage points",
        explanation="A sum of two rounded percentages can differ from the rounded sum, but by no more than one point. "
        "A gap of several points cannot come from rounding: either the sentence or the table is in error, "
        "and nobody outside can say which.",
        hints=(
            "Keep the claims whose `claimed` ends with a per cent sign: "
            '`checked[checked["claimed"].str.endswith("%")]`.',
            'Make numbers of the texts: `.str.rstrip("%").astype(float)`.',
            "Take `found` from `claimed`, drop the sign with `.abs()`, and ask for the `.max()`.",
        ),
        mistakes=(
            Mistake(
                lambda: (points("claimed") - numbers["found_low"]).abs().max(),
                "You compared with the lowest share that rounding allows (`found_low`). The printed figure "
                "stands in `found`.",
            ),
            Mistake(lambda: len(numbers), "That is how many claims state a per cent. By how much do they differ?"),
            Mistake(
                lambda: int((numbers["verdict"] == NOT_REPRODUCED).sum()),
                "That is how many of them fail. By how many points?",
            ),
        ),
    )


def _within_rounding(answers: pd.DataFrame, codebook: Codebook) -> Exercise:
    group = codebook.groups[0]
    item = codebook.rows(group.id)[-1]
    row = answers[(answers["item"] == item.id) & (answers["group"] == group.id)]

    def printed() -> int:
        return int(row.loc[row["category"].isin(codebook.scale.agree), "percent"].sum())

    def not_refuted() -> frozenset[int]:
        counts = feasible_sets(row, codebook.decimals, codebook.rounding)[item.id, group.id]
        low, high = counts.bounds([codebook.scale.ids.index(category) for category in codebook.scale.agree])
        return frozenset(
            int(rounded_percentage(people, counts.base, codebook.decimals, codebook.rounding))
            for people in range(low, high + 1)
        )

    return Exercise(
        "2.3",
        not_refuted,
        unit="whole per cents",
        explanation="Only the printed sum would be called *reproduced*; its neighbours would be *within rounding*. To "
        "accuse a sentence of an error on a single point would be to trust the table more than it can "
        "bear.",
        hints=(
            "Two printed percentages are added up. Each may be up to half a point off, in either direction.",
            "Work with people: the fewest who strongly agree and the fewest who agree, from `answers`; then the most.",
            "Divide the fewest and the most by the base and round each to a whole per cent. Answer with a list, "
            "such as `[50, 51]`.",
        ),
        mistakes=(
            Mistake(
                lambda: [printed()],
                "That is the printed sum. Which other whole numbers could the share of the people round to, "
                "once the two answers are added up before rounding?",
            ),
            Mistake(
                lambda: [printed(), printed() - 1], "That is one side only: rounding may have gone down as well as up."
            ),
            Mistake(
                lambda: [printed(), printed() + 1], "That is one side only: rounding may have gone up as well as down."
            ),
            Mistake(
                lambda: range(printed() - 2, printed() + 3), "That is too wide: two halves of a point make one point."
            ),
        ),
    )
