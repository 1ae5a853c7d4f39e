"""The exercises of chapter 7: between authorities, within one over time, and what chance does among many pairs.

They rest on a made-up panel and on the declared pairs, so they work where no statistics were downloaded. In the panel,
deprivation moves both the agency rate and re-referrals of an authority, and the agency rate moves nothing at all.
"""

import numpy as np
import pandas as pd

from pipeline.authorities.models.declared import OUTCOMES, SIGNIFICANCE, SUPPORTS
from pipeline.exercises.checking import Exercise, Mistake
from pipeline.numerals import printed

SEED = 55
AUTHORITIES, YEARS = 30, range(2018, 2024)
SUPPORT, OUTCOME = "agency_rate", "re_referrals"


def practice_panel() -> pd.DataFrame:
    """A made-up panel, a row an authority and year: `authority`, `year`, `agency_rate`, `re_referrals` (per cent)."""
    random = np.random.default_rng(SEED)
    deprivation = random.normal(size=(AUTHORITIES, 1))
    shape = (AUTHORITIES, len(YEARS))
    agency = 15 + 4 * deprivation + random.normal(scale=3, size=shape)
    referrals = 21 + 3 * deprivation + random.normal(scale=2, size=shape)
    names = [f"Authority {number:02d}" for number in range(1, AUTHORITIES + 1)]
    return pd.DataFrame(
        {
            "authority": np.repeat(names, len(YEARS)),
            "year": list(YEARS) * AUTHORITIES,
            SUPPORT: agency.clip(min=0).ravel().round(1),
            OUTCOME: referrals.clip(min=0).ravel().round(1),
        }
    )


def exercises(panel: pd.DataFrame) -> tuple[Exercise, Exercise, Exercise]:
    """Three exercises on `practice_panel` and on the pairs that the chapter looks at."""
    return _looking_up(panel), _working_out(panel), _judging()


def _looking_up(panel: pd.DataFrame) -> Exercise:
    last = panel[panel["year"] == panel["year"].max()]
    return Exercise(
        "7.1",
        lambda: panel.groupby("authority")[SUPPORT].mean().idxmax(),
        explanation="Its mean over the years is what the comparison *between* authorities uses. A single year mixes "
        "what is always so in a place with what chance did in that year.",
        hints=(
            "An authority has one row a year. Take the mean of its years first.",
            f'`panel.groupby("authority")["{SUPPORT}"].mean()` gives one number an authority; `.idxmax()` names '
            "the one with the highest.",
        ),
        mistakes=(
            Mistake(
                lambda: panel.loc[panel[SUPPORT].idxmax(), "authority"],
                "It has the highest rate of a single year. Over all years another one is higher.",
            ),
            Mistake(
                lambda: last.loc[last[SUPPORT].idxmax(), "authority"],
                "It is highest in the last year. Over all years another one is higher.",
            ),
            Mistake(
                lambda: panel.groupby("authority")[OUTCOME].mean().idxmax(),
                "It has the most re-referrals. The question is about agency workers.",
            ),
        ),
    )


def _working_out(panel: pd.DataFrame) -> Exercise:
    means = panel.groupby("authority")[[SUPPORT, OUTCOME]].mean()
    departures = panel[[SUPPORT, OUTCOME]] - panel.groupby("authority")[[SUPPORT, OUTCOME]].transform("mean")
    return Exercise(
        "7.2",
        lambda: _slope(departures),
        unit="percentage points for one percentage point more",
        tolerance=0.005,
        explanation="Next to nothing. Between the same authorities one point more goes with "
        f"{printed(_slope(means), '.1f')} points more, and yet agency workers do nothing at all in this made-up country: deprivation moves "
        "both rates. Comparing each authority with itself holds it still.",
        hints=(
            "From each rate take the mean of its own authority: what is left is how far each year departs from what "
            "is usual there.",
            f'`panel["{SUPPORT}"] - panel.groupby("authority")["{SUPPORT}"].transform("mean")` gives x; do '
            f'the same with `"{OUTCOME}"` for y.',
            "The slope is the covariance of x and y over the variance of x: `x.cov(y) / x.var()`.",
        ),
        mistakes=(
            Mistake(
                lambda: _slope(means),
                "That is the slope *between* authorities, from their means. Here each "
                "authority is compared with itself.",
            ),
            Mistake(
                lambda: _slope(panel),
                "That takes all rows as they are, so differences between authorities come "
                "in as well. Take each authority's mean away first.",
            ),
            Mistake(
                lambda: _slope(departures, of=SUPPORT, on=OUTCOME),
                "That is the slope of agency workers on re-referrals: divide by the variance of the other one.",
            ),
            Mistake(
                lambda: float(departures.corr().iloc[0, 1]),
                "That is a correlation: it has no unit. Divide the covariance by the variance of x.",
            ),
        ),
    )


def _judging() -> Exercise:
    pairs = len(SUPPORTS) * len(OUTCOMES)
    return Exercise(
        "7.3",
        lambda: 100 * (1 - (1 - SIGNIFICANCE) ** pairs),
        unit="per cent",
        tolerance=0.5,
        explanation="More often than not, somebody who looks at so many pairs can report one although there is nothing "
        "to find. So the chapter tells how many it looked at and adjusts for it ($q$): one small $p$ among "
        "them is no finding.",
        hints=(
            f"There are {len(SUPPORTS)} measures of the workforce and {len(OUTCOMES)} outcomes; each pair is tested "
            f"once. What is the probability that one pair is *not* below {SIGNIFICANCE}?",
            "The probability that none of them is below is that number multiplied by itself once for each pair.",
            "What is left to 100% is the probability that at least one is.",
        ),
        mistakes=(
            Mistake(lambda: 100 * SIGNIFICANCE, "That is for one pair alone."),
            Mistake(
                lambda: 100 * SIGNIFICANCE * pairs,
                "You added the probabilities up. With twice as many pairs that would come to more than 100%.",
            ),
            Mistake(
                lambda: 100 * (1 - SIGNIFICANCE) ** pairs,
                "That is the probability that none is. The question is about at least one.",
            ),
        ),
    )


def _slope(table: pd.DataFrame, of: str = OUTCOME, on: str = SUPPORT) -> float:
    """The slope of a straight line through the rows, by least squares."""
    return float(table[on].cov(table[of]) / table[on].var())
