"""What the published margins say about every pair of a support item and an outcome item.

Nothing published tells how one person answered two items. For each pair and group this module bounds the statistics of
`pipeline.statistics.joint` under a ladder of assumptions, and carries three uncertainties about the margins: rounding,
sampling, and people who left an item out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.statistics.association import NON_NEGATIVE, NOTHING, Assumption, extreme_values, latent_between
from pipeline.statistics.confidence_sets import bound_errors, confidence_set
from pipeline.statistics.joint import STATISTICS
from pipeline.statistics.margin_sets import bounds_over, rounded_margin
from pipeline.statistics.rounding import FeasibleCounts
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.published import feasible_sets


@dataclass(frozen=True)
class Pair:
    """One support item and one outcome item, as one group answered them."""

    group: str
    support: str
    outcome: str
    support_set: FeasibleCounts
    outcome_set: FeasibleCounts


def pairs(answers: pd.DataFrame, codebook: Codebook) -> Iterator[Pair]:
    """Every support item with every outcome item, for each group that was asked both, in the codebook's order.

    Items that a group answered on one side only are left out (see `one_sided`).
    """
    sets = feasible_sets(answers, codebook.decimals, codebook.rounding)
    for key in one_sided(answers, codebook):
        del sets[key]
    asked = {kind: [item.id for item in codebook.items if item.measures == kind] for kind in ("support", "outcome")}
    for group in codebook.groups:
        for outcome in asked["outcome"]:
            for support in asked["support"]:
                if (support, group.id) in sets and (outcome, group.id) in sets:
                    yield Pair(group.id, support, outcome, sets[support, group.id], sets[outcome, group.id])


def one_sided(answers: pd.DataFrame, codebook: Codebook) -> list[tuple[str, str]]:
    """The items that everybody in a group agrees with, or nobody, of those with a view: (item, group).

    Whether those who agree differ from the others is no question there: there are no others.
    """
    scored, agree = scored_positions(codebook), len(codebook.scale.agree)
    counts = {
        key: each.central()[scored]
        for key, each in feasible_sets(answers, codebook.decimals, codebook.rounding).items()
    }
    return [key for key, row in counts.items() if not row[:agree].any() or not row[agree:].any()]


def assumptions(latent_low: float, latent_high: float) -> tuple[Assumption, ...]:
    """The ladder: nothing, non-negative dependence, and a latent correlation within limits that others have measured."""
    return NOTHING, NON_NEGATIVE, latent_between(latent_low, latent_high)


def link_bounds(answers: pd.DataFrame, codebook: Codebook, rungs: Sequence[Assumption]) -> pd.DataFrame:
    """The bounds of every statistic for every pair under every assumption.

    Returns one row a group, pair, assumption and statistic: `group`, `support`, `outcome`, `assumption`, `statistic`;
    `low` and `high` at the central counts; and for `carried_statistics`

    - `rounding_low`, `rounding_high`: over all counts that the printed percentages allow;
    - `confidence_low`, `confidence_high`: Imbens and Manski's 95% set at the central counts, as if those who answered
      were a random sample of independent people;
    - `everyone_low`, `everyone_high`: for the risk difference with nothing assumed, over whatever those who sent a
      questionnaire back but skipped an item or did not know could have answered.

    Probabilities are from 0 to 1, differences and correlations from -1 to 1. Don't-knows are left out of the scale, and
    items of which a group is all on one side (`one_sided`) make no pair.
    """
    scored = scored_positions(codebook)
    agree = tuple(range(len(codebook.scale.agree)))
    every = list(pairs(answers, codebook))
    margins = [
        np.array([each.central()[scored] for each in sets])
        for sets in ([pair.support_set for pair in every], [pair.outcome_set for pair in every])
    ]
    tables = [
        _bounded(every, margins, rung, statistic, scored, agree, codebook) for rung in rungs for statistic in STATISTICS
    ]
    stacked = pd.concat(tables, keys=range(len(tables)), names=["table", "pair"])
    return stacked.sort_index(level=["pair", "table"], sort_remaining=False).reset_index(drop=True)


def carried_statistics(rung: Assumption) -> tuple[str, ...]:
    """The statistics that the chapter on the link is about: the difference, and what the margins alone prove."""
    return ("risk_difference", "both_agree") if rung is NOTHING else ("risk_difference",)


def scored_positions(codebook: Codebook) -> list[int]:
    """Where the answers on the scale stand in a row, from the strongest agreement to the strongest disagreement."""
    scale = codebook.scale
    return [scale.ids.index(category) for category in (*scale.agree, scale.neutral, *scale.disagree)]


def _bounded(
    every: Sequence[Pair],
    margins: Sequence[np.ndarray],
    rung: Assumption,
    statistic: str,
    scored: list[int],
    agree: tuple[int, ...],
    codebook: Codebook,
) -> pd.DataFrame:
    """One statistic under one assumption, all pairs at once: `margins` are pairs × categories, of support and outcome."""
    low, high = extreme_values(statistic, *margins, rung, agree)
    table = pd.DataFrame(
        {
            "group": [pair.group for pair in every],
            "support": [pair.support for pair in every],
            "outcome": [pair.outcome for pair in every],
            "assumption": rung.name,
            "statistic": statistic,
            "low": low,
            "high": high,
        }
    )
    if statistic not in carried_statistics(rung):
        return table
    errors = bound_errors(statistic, *margins, rung, agree)
    sets = [confidence_set(statistic, *ends) for ends in zip(low, high, *errors, strict=True)]
    table["confidence_low"], table["confidence_high"] = [each.low for each in sets], [each.high for each in sets]
    return table.join(pd.DataFrame([_over_sets(pair, statistic, rung, scored, agree, codebook) for pair in every]))


def _over_sets(
    pair: Pair, statistic: str, rung: Assumption, scored: list[int], agree: tuple[int, ...], codebook: Codebook
) -> dict[str, float]:
    """The outermost bounds over what rounding allows, and over what those who did not answer could have answered."""

    def outermost(group: int | None) -> tuple[float, float]:
        found = bounds_over(
            statistic,
            *(rounded_margin(each, scored, group) for each in (pair.support_set, pair.outcome_set)),
            rung,
            agree,
        )
        return found.low[0], found.high[1]

    row = dict(zip(("rounding_low", "rounding_high"), outermost(None), strict=True))
    if rung is NOTHING and statistic == "risk_difference":
        respondents = codebook.group(pair.group).respondents
        row |= dict(zip(("everyone_low", "everyone_high"), outermost(respondents), strict=True))
    return row
