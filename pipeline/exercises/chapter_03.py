"""Exercises of chapter 3: what the base of a share does, and what a gap between two groups says."""

import pandas as pd

from pipeline.exercises.checking import Exercise, Mistake, letters
from pipeline.surveys.codebook import Codebook

CLEAR = 0.05  # the roles clearly differ where q is below


def exercises(
    answers: pd.DataFrame, agreement: pd.DataFrame, gaps: pd.DataFrame, codebook: Codebook
) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on answers.csv, the shares that agree (`share_table`) and the role gaps (`role_gaps`)."""
    return (
        _fewer_managers(agreement, gaps, codebook),
        _with_a_view(answers, codebook),
        _sentences(agreement, gaps, codebook),
    )


def _fewer_managers(agreement: pd.DataFrame, gaps: pd.DataFrame, codebook: Codebook) -> Exercise:
    first, second = (group.id for group in codebook.groups)
    percent = agreement.pivot(index="item", columns="group", values="percent")
    difference = percent[second] - percent[first]
    return Exercise(
        "3.1",
        lambda: int((difference < 0).sum()),
        unit="statements",
        explanation="Managers are the more content on most statements, not on all. How many of these few differences "
        "are more than chance is another question: the section on the gap between the roles takes it up.",
        hints=(
            "The first table has a column `difference`: managers less social workers.",
            "Fewer managers agree where the difference is below zero. A comparison gives True and False, and "
            "`.sum()` counts the True.",
        ),
        mistakes=(
            Mistake(
                lambda: int((difference <= 0).sum()), "You counted the statements on which the two are equal as well."
            ),
            Mistake(lambda: int((difference > 0).sum()), "Those are the statements on which more managers agree."),
            Mistake(
                lambda: int((gaps["odds_ratio"] < 1).sum()),
                "You counted odds ratios below 1, which look at all answers. Here the published shares that "
                "agree are asked for.",
            ),
            Mistake(
                lambda: int(((gaps["odds_ratio"] < 1) & (gaps["q"] < CLEAR)).sum()),
                "You counted the clear gaps (q below 0.05). Here every difference in the published shares counts.",
            ),
        ),
    )


def _with_a_view(answers: pd.DataFrame, codebook: Codebook) -> Exercise:
    scale = codebook.scale
    of_group = answers[answers["group"] == codebook.groups[0].id]
    wide = of_group.pivot(index="item", columns="category", values="percent")
    row = wide.loc[wide[scale.dont_know].idxmax()]
    agree, unknown, neutral = row[list(scale.agree)].sum(), row[scale.dont_know], row[scale.neutral]
    return Exercise(
        "3.2",
        lambda: 100 * agree / (100 - unknown),
        unit="per cent",
        tolerance=0.6,
        explanation="Of all who answered, fewer than half agree; of those with a view, more than half. Neither figure "
        "is wrong. Whoever quotes one has to say of whom it is a share, and this study says: of all who "
        "answered.",
        hints=(
            "The table of don't-knows names the statement. Its answers stand in `answers`: keep the item and the "
            "group.",
            "Add up *strongly agree* and *agree*. Of how many in a hundred is that a share, once the don't-knows "
            "are gone?",
            "Divide by 100 less the per cent that did not know, and multiply by 100.",
        ),
        mistakes=(
            Mistake(lambda: agree, "That is the share of all who answered, with those who did not know in the base."),
            Mistake(
                lambda: agree + unknown,
                "You added those who did not know to those who agree. Take them out of the base instead.",
            ),
            Mistake(
                lambda: agree - unknown,
                "You took those who did not know off the share that agrees. They are not among those who "
                "agree: take them out of the base.",
            ),
            Mistake(
                lambda: 100 * agree / (100 - unknown - neutral),
                "You left out *neither* as well. Neither agreeing nor disagreeing is a view.",
            ),
        ),
    )


def _sentences(agreement: pd.DataFrame, gaps: pd.DataFrame, codebook: Codebook) -> Exercise:
    first, second = (group.id for group in codebook.groups)

    def hold() -> frozenset[str]:
        clear, unclear = gaps[gaps["q"] < CLEAR], gaps[gaps["q"] >= CLEAR]
        widest = gaps.set_index("item").loc[gaps.set_index("item")["odds_ratio"].idxmax()]
        percent = agreement.pivot(index="item", columns="group", values="percent").loc[widest.name]
        one_side = (clear["odds_ratio_rounding_low"] > 1) | (clear["odds_ratio_rounding_high"] < 1)
        return letters(
            {
                "a": bool((unclear["odds_ratio_low"] == unclear["odds_ratio_high"]).all()),
                "b": bool(
                    widest["odds_ratio_rounding_low"]
                    <= percent[second] / percent[first]
                    <= widest["odds_ratio_rounding_high"]
                ),
                "c": widest["superiority"] > 0.5,
                "d": bool(one_side.all()),
            }
        )

    return Exercise(
        "3.3",
        hold,
        unit="letters",
        explanation="Rounding does not decide who agrees more, and the superiority can be read aloud as it stands. An "
        "odds ratio cannot be read as a ratio of people, and a gap that is not shown is not shown to be "
        "absent.",
        hints=(
            "For each sentence, find the column of `gaps` that it is about, and look at an interval or a range, "
            "not at one number.",
            "For **b**, divide the published shares of the two roles. For **d**, look whether a range over "
            "rounding holds 1.",
            "For **a**: if two groups agreed *equally*, what would the interval of the odds ratio have to look "
            'like? Answer with a list, such as `["a", "b"]`.',
        ),
        mistakes=(
            Mistake(
                lambda: "a",
                "Look at **a** again. A large q means that a gap was not shown. The intervals leave room "
                "for gaps in either direction: not shown is not the same as not there.",
            ),
            Mistake(
                lambda: "b",
                "Look at **b** again. Odds are those who agree for each one who does not. Divide the "
                "published shares by each other, and compare with the odds ratio.",
            ),
            Mistake(
                lambda: "c",
                "Look at **c** again. The column `superiority` is the chance that the manager's answer is "
                "the more agreeing one, ties counted half.",
            ),
            Mistake(
                lambda: "d",
                "Look at **d** again. Compare `odds_ratio_rounding_low` and `odds_ratio_rounding_high` with "
                "1, for the statements with q below 0.05.",
            ),
        ),
    )
