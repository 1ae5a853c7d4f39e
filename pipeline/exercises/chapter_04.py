"""Exercises of chapter 4: what margins settle about a link, and what they leave open."""

from functools import partial

import pandas as pd

from pipeline.exercises.checking import Exercise, Mistake, letters
from pipeline.statistics.association import NON_NEGATIVE, NOTHING
from pipeline.surveys.codebook import Codebook


def exercises(
    answers: pd.DataFrame, bounds: pd.DataFrame, codebook: Codebook, support: str, outcome: str
) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on answers.csv and the bounds of every pair (`link_bounds`).

    `support` and `outcome` are the items of the chapter's own pair.
    """
    return (
        _least_overlap(answers, codebook, support, outcome),
        _many_pairs(bounds, codebook),
        _sentences(bounds, codebook, support, outcome),
    )


def _least_overlap(answers: pd.DataFrame, codebook: Codebook, support: str, outcome: str) -> Exercise:
    agreeing = answers[answers["category"].isin(codebook.scale.agree)]
    shares = agreeing.groupby(["item", "group"])["percent"].sum()
    social_workers, managers = (group.id for group in codebook.groups)

    def least(group: str) -> float:
        return max(0.0, shares[support, group] + shares[outcome, group] - 100)

    return Exercise(
        "4.1",
        lambda: least(managers),
        unit="per cent",
        tolerance=1,
        explanation="Those who do not agree with one statement and those who do not agree with the other are, "
        "together, at most the sum of both. The rest agree with both, and no assumption is needed. But "
        "this says how many, not that the two go together: unrelated answers overlap by as much, or more.",
        hints=(
            "Find the managers' shares that agree (strongly or not) with each of the two statements, in `answers`.",
            "It is the left side of Fréchet's formula: add up the two shares. By how much do they exceed 100 per cent?",
        ),
        mistakes=(
            Mistake(
                lambda: min(shares[support, managers], shares[outcome, managers]),
                "That is the most who can agree with both. The fewest are asked for.",
            ),
            Mistake(
                lambda: shares[support, managers] * shares[outcome, managers] / 100,
                "You multiplied the shares. That is right if the two answers are unrelated, which nobody knows.",
            ),
            Mistake(
                lambda: 200 - shares[support, managers] - shares[outcome, managers],
                "That is the most who can fail to agree with both. The others do agree with both.",
            ),
            Mistake(lambda: least(social_workers), "That is the social workers' figure. The managers are asked for."),
        ),
    )


def _many_pairs(bounds: pd.DataFrame, codebook: Codebook) -> Exercise:
    both = bounds[bounds["statistic"] == "both_agree"]
    nothing = both[both["assumption"] == NOTHING.name]

    def of_group(group: str) -> int:
        return int((nothing.loc[nothing["group"] == group, "low"] >= 0.5).sum())

    one_group = (
        Mistake(partial(of_group, group.id), f"That is one group only ({group.label.lower()}).")
        for group in codebook.groups
    )
    return Exercise(
        "4.2",
        lambda: int((nothing["low"] >= 0.5).sum()),
        unit="pairs",
        explanation="Where most people agree with everything, the overlap is large whatever the link. It is the one "
        "thing that the margins prove here, and it says little about the link: agreement with both is "
        "common because agreement is common.",
        hints=(
            'Keep the rows with `statistic == "both_agree"` and with the first assumption, `rungs[0].name`.',
            "*Must* is about the lower end: the column `low`, a share from 0 to 1.",
            "Compare that column with one half; `.sum()` counts the True.",
        ),
        mistakes=(
            Mistake(
                lambda: int((nothing["high"] >= 0.5).sum()),
                "That is for how many pairs half of the people *can* agree with both (the upper end). For "
                "how many *must* they?",
            ),
            Mistake(
                lambda: int((both["low"] >= 0.5).sum()),
                "You counted each pair once for each assumption. Keep the first, that nothing is assumed.",
            ),
            Mistake(
                lambda: int((both.loc[both["assumption"] == NON_NEGATIVE.name, "low"] >= 0.5).sum()),
                "That assumes that the link is not negative. What holds with nothing assumed?",
            ),
            *one_group,
        ),
    )


def _sentences(bounds: pd.DataFrame, codebook: Codebook, support: str, outcome: str) -> Exercise:
    def hold() -> frozenset[str]:
        pair = bounds[
            (bounds["group"] == codebook.groups[0].id)
            & (bounds["support"] == support)
            & (bounds["outcome"] == outcome)
            & (bounds["assumption"] == NOTHING.name)
        ].set_index("statistic")
        both, difference = pair.loc["both_agree"], pair.loc["risk_difference"]
        return letters(
            {
                "a": both["low"] > 0.5,
                "b": difference["low"] > 0,
                "c": difference["low"] == difference["high"] == 0,
                "d": difference["low"] < 0,
            }
        )

    return Exercise(
        "4.3",
        hold,
        unit="letters",
        explanation="The percentages bound how many agree with both, and they rule out neither direction of the link. "
        "That is the answer of the survey of 2011 to the question of this study: it cannot say. Whoever "
        "says more has assumed more.",
        hints=(
            "Look at the first rung only: the rows of `of_pair` whose assumption is `rungs[0].name`.",
            'A sentence follows if it holds at both ends, `low` and `high`. "Cannot be ruled out" follows if it '
            "holds at one end.",
            "**a** is about `both_agree`; the others are about `risk_difference`. Answer with a list, such as "
            '`["a", "b"]`.',
        ),
        mistakes=(
            Mistake(
                lambda: "b",
                "Look at **b** again. The band of the difference spans zero, so the supported may report "
                "better outcomes more often, as often, or less often than the others.",
            ),
            Mistake(
                lambda: "c",
                "Look at **c** again. That no link can be shown does not mean that there is none: it would "
                "be shown only if both ends were zero.",
            ),
            Mistake(
                lambda: "d",
                "Look at **d** again. Is the lower end of the difference below zero? Then some table with "
                "these margins has fewer good reports among the supported.",
            ),
            Mistake(lambda: "a", "Look at **a** again. Even with nothing assumed, `both_agree` has a lower end."),
        ),
    )
