"""Exercises of chapter 1: what a rounded percentage leaves open, and what it settles."""

from functools import partial

import pandas as pd

from pipeline.exercises.checking import Exercise, Mistake, letters
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.published import feasible_sets


def exercises(answers: pd.DataFrame, rows: pd.DataFrame, codebook: Codebook) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on the two tables that the chapter makes (see `pipeline.surveys.published.count_tables`)."""
    return _totals(rows, codebook), _exact_counts(answers, codebook), _sentences(answers, codebook)


def _totals(rows: pd.DataFrame, codebook: Codebook) -> Exercise:
    def other_than_100(group: str | None = None) -> int:
        chosen = rows if group is None else rows[rows["group"] == group]
        return int((chosen["percent_total"] != 100).sum())

    one_group = (
        Mistake(
            partial(other_than_100, group.id),
            f"That counts one group only ({group.label.lower()}): add up both lines of the table.",
        )
        for group in codebook.groups
    )
    return Exercise(
        "1.1",
        other_than_100,
        unit="rows",
        explanation="Each percentage is rounded by itself, and the six roundings need not cancel out. Such a total is "
        "what honest rounding looks like; a report in which every row added up to 100 would have been "
        "adjusted.",
        hints=(
            "The table above has one column for each total. Which columns are not 100?",
            "Add up the numbers of both groups in those columns. Or compare the column `percent_total` of `rows` "
            'with 100 (`!=` means "is not") and take the `.sum()`, which counts the True.',
        ),
        mistakes=(
            Mistake(lambda: int((rows["percent_total"] == 100).sum()), "Those are the rows that do add up to 100."),
            Mistake(lambda: int((rows["percent_total"] < 100).sum()), "Totals above 100 count as well as those below."),
            Mistake(lambda: int((rows["percent_total"] > 100).sum()), "Totals below 100 count as well as those above."),
            *one_group,
        ),
    )


def _exact_counts(answers: pd.DataFrame, codebook: Codebook) -> Exercise:
    exact = answers["count_low"] == answers["count_high"]
    first, second = (answers["group"] == group.id for group in codebook.groups[:2])
    return Exercise(
        "1.2",
        lambda: 100 * exact[second].mean(),
        unit="per cent of the managers' counts",
        tolerance=0.5,
        explanation="Where fewer than a hundred answered, each number of people prints as a percentage of its own; up "
        "to two hundred many still do. With several hundred, a whole per cent stands for several people, "
        "so that for social workers no count is certain. The smaller a group, the more a percentage gives "
        "away about its members: chapter 9 guards against that.",
        hints=(
            "A count is certain where the fewest and the most are the same number: compare two columns of `answers`.",
            'Keep the managers\' lines: `of = answers[answers["group"] == "managers"]`.',
            "The mean of a column of True and False is the share of True; 100 times that is per cent.",
        ),
        mistakes=(
            Mistake(lambda: 100 * exact[first].mean(), "That is the other group, the social workers."),
            Mistake(lambda: 100 * exact.mean(), "That is of both groups together. Only the managers are asked for."),
            Mistake(
                lambda: int(exact[second].sum()),
                "That is the number of such counts. How many per cent of the managers' lines is it?",
            ),
            Mistake(lambda: 100 * (1 - exact[second].mean()), "Those are the counts that are not certain."),
        ),
    )


def _sentences(answers: pd.DataFrame, codebook: Codebook) -> Exercise:
    group = codebook.groups[0]
    item = codebook.rows(group.id)[-1]

    def hold() -> frozenset[str]:
        row = answers[(answers["item"] == item.id) & (answers["group"] == group.id)]
        counts = feasible_sets(row, codebook.decimals, codebook.rounding)[item.id, group.id]
        scale = codebook.scale

        def people(*categories: str) -> tuple[int, int]:
            return counts.bounds([scale.ids.index(category) for category in categories])

        return letters(
            {
                "a": people(scale.disagree[-1])[1] == 0,
                "b": people(*scale.agree)[0] >= 0.7 * counts.base,
                "c": people(scale.neutral)[0] > people(*scale.disagree)[1],
                "d": counts.size == 1,
            }
        )

    return Exercise(
        "1.3",
        hold,
        unit="letters",
        explanation="A sentence follows if it holds for every list of counts that prints as this row; the fewest and "
        "the most are enough to tell. That is how chapter 2 treats the sentences of the report.",
        hints=(
            "A sentence follows only if it is true for the fewest and for the most people.",
            "Printed 0: look at the most people who can stand behind it, in the table of the section on feasible sets.",
            "For a sum of answers, the fewest possible is at least the sum of the fewest of its parts. Answer with "
            'a list, such as `["a", "b"]`.',
        ),
        mistakes=(
            Mistake(
                lambda: "a",
                "Look at **a** again. Printed 0 means less than half a per cent, and half a per cent of so "
                "many is not nobody.",
            ),
            Mistake(
                lambda: "d", "Look at **d** again. The central counts are one list of many that print as this row."
            ),
            Mistake(
                lambda: "b",
                "Look at **b** again. Add up the fewest people who agree and who strongly agree, and divide "
                "by the base.",
            ),
            Mistake(
                lambda: "c",
                "Look at **c** again. Compare the fewest who chose *neither* with the most who disagreed, "
                "in either strength.",
            ),
        ),
    )
