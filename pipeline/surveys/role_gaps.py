"""Role gaps: how much more, or less, one group agrees than the other, item by item and by domain.

Each item is a table of two rows of counts, without the don't-knows, and a cumulative-link model of it (McCullagh 1980)
gives the odds of a more agreeing answer in the second group against the first. The printed percentages allow many such
tables; every statistic comes with its lowest and highest value over those that are looked at (see `rounding_pairs`).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from pipeline.numerals import printed
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries
from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.ordinal.results import OrdinalFit
from pipeline.statistics.pooling import pool
from pipeline.statistics.rounding import FeasibleCounts
from pipeline.surveys.codebook import Codebook, Scale
from pipeline.surveys.published import feasible_sets

ROLE = "role"
DESIGN = pd.DataFrame({ROLE: [0, 1]})
SIGNIFICANCE = 0.05  # for the verdict on proportional odds, and the false-discovery rate

NOT_ESTIMABLE = "not estimable"

_STATISTICS = ("odds_ratio", "p", "superiority", "po_p")
_COLUMNS = (
    "odds_ratio",
    "odds_ratio_low",
    "odds_ratio_high",
    "log_odds",
    "std_error",
    "p",
    "po_p",
    "superiority",
    "superiority_low",
    "superiority_high",
    *(f"{statistic}_rounding_{end}" for statistic in _STATISTICS for end in ("low", "high")),
)

CORRELATIONS = (0.0, 0.2, 0.4, 0.6, 0.8)  # assumed between the errors of two items that the same people answered


def role_gaps(answers: pd.DataFrame, codebook: Codebook, draws: int = 20, seed: int = 2011) -> pd.DataFrame:
    """The gap between the codebook's second group and its first, for each item that both were asked.

    Returns one row an item, in the codebook's order:

    - `odds_ratio` of a more agreeing answer (above 1: the second group agrees more), with its 95% interval
      `odds_ratio_low`, `odds_ratio_high`, and `log_odds`, `std_error`, `p` (Wald), `q` (Benjamini and Hochberg 1995,
      over the items);
    - `po_p`, the likelihood-ratio test that the odds ratio is the same at every threshold, and `po_verdict`: holds,
      fails, or depends on rounding;
    - `threshold_odds_ratios`, the odds ratio at each threshold from the lowest up, where it fails for some table;
    - `superiority`, the chance that someone of the second group gives the more agreeing answer, ties counted half, with
      its interval;
    - for each statistic S the range over the feasible tables looked at, `S_rounding_low` and `S_rounding_high`; the odds
      ratio is infinite or 0 in one that bounds it on one side only, and p is of those that bound it.

    Where everybody in a group gave the same answer, or the two groups' answers do not overlap, the odds ratio has no finite
    estimate: every statistic is NaN then, `po_verdict` says "not estimable" and why, and q is over the other items.
    """
    names = {group.id: group.label for group in codebook.groups}
    scale = [*list(reversed(codebook.scale.disagree)), codebook.scale.neutral, *list(reversed(codebook.scale.agree))]
    sets = feasible_sets(answers, codebook.decimals, codebook.rounding)
    first, second = (group.id for group in codebook.groups)
    positions = [codebook.scale.ids.index(category) for category in scale]
    rows = []
    for number, item in enumerate(codebook.items):
        if (item.id, first) in sets and (item.id, second) in sets:
            pairs = rounding_pairs(sets[item.id, first], sets[item.id, second], codebook.scale, draws, seed + number)
            rows.append(
                {"item": item.id, "domain": item.domain, **_item_row(pairs[:, :, positions], list(names.values()))}
            )
    gaps = pd.DataFrame(rows)
    return gaps.assign(q=adjusted_for_false_discoveries(gaps["p"]))


def rounding_pairs(first: FeasibleCounts, second: FeasibleCounts, scale: Scale, draws: int, seed: int) -> np.ndarray:
    """Pairs of feasible tables at which a gap is evaluated: pairs × 2 × categories.

    The central pair comes first. Then the pairs in which one group leans to agreement as far as rounding allows and
    the other to disagreement, each with the fewest and with the most don't-knows: at given don't-knows no other pair
    has a wider gap, because these members are stochastically largest and smallest. Last, `draws` pairs drawn uniformly,
    which show whether something between the extremes goes further.
    """
    agreeing = [scale.ids.index(category) for category in scale.agree]
    rest = [scale.ids.index(category) for category in (scale.neutral, *scale.disagree)]
    unknown = scale.ids.index(scale.dont_know)
    up, down = [*agreeing, *rest], [*reversed(rest), *reversed(agreeing)]
    leaning = [
        [[each.leaning([unknown, *order]), each.leaning([*order, unknown])] for order in (up, down)]
        for each in (first, second)
    ]
    extremes = [(one, other) for side in (0, 1) for one in leaning[0][side] for other in leaning[1][1 - side]]
    random = zip(first.sample(draws, seed), second.sample(draws, seed + 1), strict=True)
    return np.array([(first.central(), second.central()), *extremes, *random])


def _item_row(tables: np.ndarray, groups: Sequence[str]) -> dict[str, object]:
    """The statistics of the central table (tables × 2 × categories), which comes first, and their ranges over all."""
    fits = [_fit(table) for table in tables]
    values = pd.DataFrame([_statistics(fit) for fit in fits])
    central = fits[0]
    if central is None or ROLE in central.separated:
        return {
            **dict.fromkeys(_COLUMNS, np.nan),
            "po_verdict": f"{NOT_ESTIMABLE}: {_why(tables[0], groups)}",
            "threshold_odds_ratios": "",
        }
    ratio = central.odds_ratios().loc[ROLE]
    superiority = central.superiority(ROLE)
    row = {
        "odds_ratio": ratio["odds_ratio"],
        "odds_ratio_low": ratio["low"],
        "odds_ratio_high": ratio["high"],
        "log_odds": central.params[ROLE],
        "std_error": central.std_errors[ROLE],
        "p": values["p"].iloc[0],
        "po_p": values["po_p"].iloc[0],
        "superiority": superiority.estimate,
        "superiority_low": superiority.low,
        "superiority_high": superiority.high,
    }
    for statistic in values.columns:
        row[f"{statistic}_rounding_low"] = values[statistic].min()
        row[f"{statistic}_rounding_high"] = values[statistic].max()
    fails = values["po_p"] < SIGNIFICANCE
    row["po_verdict"] = "fails" if fails.all() else "depends on rounding" if fails.any() else "holds"
    row["threshold_odds_ratios"] = _threshold_ratios(tables[0]) if fails.any() else ""
    return row


def _fit(table: np.ndarray) -> OrdinalFit | None:
    """The model of a table (2 × categories); None where there is none: an empty row, or answers in one category only."""
    if not table.any(axis=1).all() or table.any(axis=0).sum() < 2:
        return None
    return CumulativeLink().fit(table, DESIGN)


def _why(table: np.ndarray, groups: Sequence[str]) -> str:
    """Why a table (2 × categories) bounds no odds ratio."""
    chosen = (table > 0).sum(axis=1)
    for said, whose in (
        ("nobody in {} gave an answer on the scale", chosen == 0),
        ("everybody in {} gave the same answer", chosen == 1),
    ):
        if whose.any():
            return said.format(" and ".join(group for group, this in zip(groups, whose, strict=True) if this))
    return f"the answers of {' and '.join(groups)} do not overlap"


def _statistics(fit: OrdinalFit | None) -> dict[str, float]:
    if fit is None:
        return dict.fromkeys(_STATISTICS, np.nan)
    with np.errstate(invalid="ignore"):  # without a finite estimate there is no z
        z = fit.params[ROLE] / fit.std_errors[ROLE]
    return {
        "odds_ratio": float(np.exp(fit.params[ROLE])),
        "p": float(2 * norm.sf(abs(z))),
        "superiority": fit.superiority(ROLE).estimate,
        "po_p": float(fit.nominal_test(notes=False).loc[ROLE, "p"]),
    }


def _threshold_ratios(table: np.ndarray) -> str:
    """The odds ratio at each threshold, from the lowest up, when they are free to differ."""
    wider = CumulativeLink().fit(table, DESIGN, nominal=[ROLE])
    return "; ".join(printed(ratio, ".2f") for ratio in wider.odds_ratios()["odds_ratio"])


def pooled_by_domain(gaps: pd.DataFrame, codebook: Codebook) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pool the items' log odds ratios by domain; returns the domains and the items' shrunken odds ratios.

    Domains: one row a domain in the codebook's order: `domain`, `items`, `odds_ratio` with `low` and `high` (95%),
    `tau` (log odds, between items), `heterogeneity_p`, and for each correlation r of CORRELATIONS the interval
    `low_r`, `high_r` if the errors of two items of the domain had that correlation. The same people answered all items,
    so r is not 0; what it is cannot be known from percentages. `items` counts those that are pooled: items that are not
    estimable are left out, and a domain of nothing else has NaN.

    Items: `gaps` with `shrunken`, `shrunken_low`, `shrunken_high`: the odds ratio drawn towards its domain's mean. An
    item that is alone in its domain keeps its own.
    """
    domains, shrunken = [], []
    for domain in codebook.domains:
        items = gaps[(gaps["domain"] == domain.id) & gaps["log_odds"].notna()]
        if not len(items):
            domains.append({"domain": domain.id, "items": 0})
            continue
        pooled = {r: pool(items["log_odds"], items["std_error"], correlation=r) for r in CORRELATIONS}
        alone = pooled[CORRELATIONS[0]]
        row = {
            "domain": domain.id,
            "items": len(items),
            "odds_ratio": np.exp(alone.mean),
            "low": np.exp(alone.low),
            "high": np.exp(alone.high),
            "tau": alone.tau,
            "heterogeneity_p": alone.heterogeneity_p,
        }
        for r, each in pooled.items():
            row |= {f"low_{r:g}": np.exp(each.low), f"high_{r:g}": np.exp(each.high)}
        domains.append(row)
        half = norm.ppf(0.975) * alone.shrunken_errors
        shrunken.append(
            pd.DataFrame(
                {
                    "shrunken": np.exp(alone.shrunken),
                    "shrunken_low": np.exp(alone.shrunken - half),
                    "shrunken_high": np.exp(alone.shrunken + half),
                },
                index=items.index,
            )
        )
    columns = ["shrunken", "shrunken_low", "shrunken_high"]
    return pd.DataFrame(domains), gaps.join(pd.concat(shrunken) if shrunken else pd.DataFrame(columns=columns))
