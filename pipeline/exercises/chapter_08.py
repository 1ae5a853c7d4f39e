"""The exercises of chapter 8: a place among others, an interval for a share, and which differences chance could make.

They rest on made-up authorities, so they work where no statistics were downloaded.
"""

from math import sqrt

import numpy as np
import pandas as pd

from pipeline.exercises.checking import Exercise, Mistake
from pipeline.statistics.intervals import wilson

SEED = 81
OURS = "Authority E"
Z = 1.96


def practice_authorities() -> pd.DataFrame:
    """Twelve made-up authorities: `name`, `vacancy_rate` (per cent), `plans` and `repeat_plans` (children)."""
    random = np.random.default_rng(SEED)
    plans = random.integers(30, 700, 12)
    true = random.choice([0.17, 0.22, 0.27], 12)
    return pd.DataFrame(
        {
            "name": [f"Authority {letter}" for letter in "ABCDEFGHIJKL"],
            "vacancy_rate": random.normal(15, 3, 12).round(),
            "plans": plans,
            "repeat_plans": random.binomial(plans, true),
        }
    )


def exercises(practice: pd.DataFrame) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on `practice_authorities`."""
    table = practice.set_index("name")
    return _looking_up(table["vacancy_rate"]), _working_out(table), _judging(table)


def _looking_up(rates: pd.Series) -> Exercise:
    ours = rates[OURS]
    return Exercise(
        "8.1",
        lambda: int((rates < ours).sum()) + 1,
        explanation="Authorities with the same rate share a place. A place says nothing of the distance: the next one "
        "may be a tenth of a point away, or five points.",
        hints=(
            "A low vacancy rate is the favourable one. How many authorities have a lower one?",
            "The place is that number plus one. Who has the same rate does not count.",
        ),
        mistakes=(
            Mistake(lambda: int((rates > ours).sum()) + 1, "You counted from the wrong end: few vacancies are better."),
            Mistake(
                lambda: int((rates <= ours).sum()),
                "Authorities with the same rate share the better place: only those with a lower one come before.",
            ),
            Mistake(lambda: int((rates < ours).sum()), "That many are better. The place is one more."),
        ),
    )


def _working_out(table: pd.DataFrame) -> Exercise:
    count, base = int(table.loc[OURS, "repeat_plans"]), int(table.loc[OURS, "plans"])
    share = count / base
    return Exercise(
        "8.2",
        lambda: 100 * wilson(count, base)[0],
        unit="per cent",
        tolerance=0.05,
        explanation="The interval is not even on both sides of the share: it reaches further towards 50%. True shares "
        "outside it would rarely give a count like this one.",
        hints=(
            "The ends of the interval are the two values of $p$ for which both sides of the formula above are equal.",
            "The lower end is $(k + z^2/2 - z\\sqrt{k(n-k)/n + z^2/4})\\,/\\,(n + z^2)$.",
            "Or let the pipeline do it: `from pipeline.statistics.intervals import wilson`, then `wilson(k, n)` "
            "gives both ends as shares.",
        ),
        mistakes=(
            Mistake(lambda: 100 * wilson(count, base)[1], "That is the upper end."),
            Mistake(
                lambda: 100 * (share - Z * sqrt(share * (1 - share) / base)),
                "That is the textbook interval, which puts the share found in place of the true one under the "
                "root. It is poor where counts are small; the formula above keeps the true share $p$ there.",
            ),
            Mistake(lambda: 100 * share, "That is the share itself. How low could the true one be?"),
        ),
    )


def _judging(table: pd.DataFrame) -> Exercise:
    shares = table["repeat_plans"] / table["plans"]
    england = float(table["repeat_plans"].sum() / table["plans"].sum())
    low, high = wilson(table["repeat_plans"].to_numpy(), table["plans"].to_numpy())
    return Exercise(
        "8.3",
        lambda: table.index[low > england].tolist(),
        explanation="For the others above England, chance alone could have put them there. And a flag is no verdict: "
        "it says that the share is higher, not why, and with many authorities some are flagged by chance.",
        hints=(
            "England is all of them together: the sum of repeat plans over the sum of plans, not the mean of the "
            "shares.",
            "Which authorities have an interval that lies wholly above England's share?",
            '`wilson` takes whole columns: `low, high = wilson(practice["repeat_plans"], practice["plans"])`. '
            'Then `practice.loc[low > england, "name"].tolist()`.',
        ),
        mistakes=(
            Mistake(
                lambda: table.index[shares > england].tolist(),
                "Those have a higher share. For some of them "
                "England's share lies within the interval: chance "
                "could do it.",
            ),
            Mistake(
                lambda: table.index[(low > england) | (high < england)].tolist(),
                "Some of those lie *below* England. The question is about those above.",
            ),
            Mistake(lambda: table.index[high < england].tolist(), "Those lie below England."),
        ),
    )
