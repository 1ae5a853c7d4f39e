"""What the national analysis of authorities declares before it looks: supports, outcomes, steps, families, draws."""

import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """By how much more of a support effects are told: its size in the support's unit, words, and why this size."""

    size: float
    words: str
    reason: str


STEPS = {
    "vacancy_rate": Step(
        10,
        "10 percentage points more vacancies",
        "about one standard deviation between authorities; from the lower to the upper quarter is 15",
    ),
    "turnover_rate": Step(
        5,
        "5 percentage points more turnover",
        "about one standard deviation between authorities, and within one over the years",
    ),
    "agency_rate": Step(
        10,
        "10 percentage points more agency workers",
        "about one standard deviation between authorities; England moved by less in eight years",
    ),
    "caseload": Step(
        2, "2 more cases a worker", "about one standard deviation between authorities, and within one over the years"
    ),
    "absence_rate": Step(
        1,
        "1 percentage point more absence",
        "about one standard deviation between authorities, and within one over the years",
    ),
}
SUPPORTS = tuple(STEPS)
OUTCOMES = ("repeat_plans", "long_plans", "re_referrals")  # published by year: a panel
CROSS_OUTCOME = "worker_changes"  # one year only: a cross-section
PRIMARY_TIMING = "before"
SIGNIFICANCE = 0.05
DRAWS = 9999  # of the wild bootstrap
CURVE_DRAWS = 999  # of a specification curve: its models are many
ROOT_SEED = 2012
UNPUBLISHED_COUNT = (1, 5)  # the fewest and the most that an unpublished small count can be
FITTED = "fitted"
POINTS, RATIO = "percentage points", "odds ratio"


def seed_of(root: int, *names: str) -> list[int]:
    """A seed of a model's own, from one root and its name: the same whatever else is fitted, and in which order.

    >>> seed_of(1, "bootstrap", "agency_rate") == seed_of(1, "bootstrap", "agency_rate")
    True
    >>> seed_of(1, "bootstrap", "agency_rate") == seed_of(1, "bootstrap", "caseload")
    False
    """
    return [root, zlib.crc32("/".join(names).encode())]
