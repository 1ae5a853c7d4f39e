"""Every support item with every outcome item, as the same people answered both, beside what 2011 left open.

Published percentages only bound how far people who agree with a support item agree with an outcome item more often than
others (`pipeline.surveys.pair_bounds`). Answers of single people tell it. Here the difference stands beside those bounds, and
with it the polychoric correlation, which uses all points of both scales.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from pipeline.statistics.association import bounds
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries
from pipeline.statistics.intervals import wilson
from pipeline.statistics.polychoric import polychoric_matrix
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.disclosure.policy import Policy
from pipeline.surveys.pair_bounds import scored_positions
from pipeline.surveys.published import feasible_sets
from pipeline.surveys.staff.codebook import StaffItem, StaffSurvey
from pipeline.surveys.staff.comparability import why_not_comparable
from pipeline.surveys.staff.domain_scores import cluster_note, favourable_answers, favourable_codes, usable_clusters
from pipeline.surveys.staff.responses import Responses

COLUMNS = [
    "support",
    "outcome",
    "correlation",
    "low",
    "high",
    "p",
    "q",
    "difference",
    "difference_low",
    "difference_high",
    "bound_low_2011",
    "bound_high_2011",
    "respondents",
    "clusters",
    "reason",
    "note",
]
NOT_WEIGHTED = "correlations are not weighted"
TOO_FEW_TOGETHER = "difference not shown: too few people gave one of the four combinations of answers"
PERFECT = "nobody's answers contradict a perfect correlation, so it has no interval"


@dataclass(frozen=True)
class Published:
    """The survey to compare with: its canonical table of answers, and its codebook."""

    answers: pd.DataFrame
    codebook: Codebook


def associations(responses: Responses, published: Published | None = None, *, level: float = 0.95) -> pd.DataFrame:
    """One row a pair of a support and an outcome item, in the codebook's order:

    - `correlation` (polychoric) with `low`, `high`, `p` for none and `q` (Benjamini and Hochberg 1995, over the pairs);
    - `difference` with `difference_low`, `difference_high`: the share that agrees with the outcome item among those who
      agree with the support item, less that among those who do not, from −1 to 1;
    - `bound_low_2011`, `bound_high_2011`: the sharp bounds of that difference from the published margins (central
      counts), in the group of the survey's benchmark, where both items match published ones;
    - `respondents` who answered both (don't know is no answer), `clusters` (0: people count as independent), `reason`
      why a pair is not shown, and `note`.

    To a reversed item, disagreement counts as agreement does otherwise, in the bounds too. A pair is not shown where
    fewer than `minimum_group` people agree with one of both items, or do not, among those who answered both.

    The interval of a difference is Newcombe's, from Wilson's for both shares (1998, Statistics in Medicine 17: 873–890,
    method 10), at effective sizes: the groups' own, divided by the design effect, which is the linearised variance of
    the difference by cluster (with weights: by person) over that of simple random samples, if more than 1, and lessened
    for few clusters as in `clustered_shares`. Correlations are not weighted.
    """
    survey, codes, clusters = responses.survey, _codes(responses), usable_clusters(responses)
    minimum = survey.disclosure.minimum_group
    places = {
        kind: [place for place, item in enumerate(survey.items) if item.measures == kind]
        for kind in ("support", "outcome")
    }
    pairs = [(support, outcome) for outcome in places["outcome"] for support in places["support"]]
    correlations = polychoric_matrix(
        codes, [survey.scale(item.id).points for item in survey.items], pairs, clusters, level=level
    )
    lowest = np.array([favourable_answers(survey, item.id) for item in survey.items], dtype=np.int8)
    agrees = np.ascontiguousarray(np.where(codes < 0, np.int8(-1), (codes >= lowest).astype(np.int8)).T)
    margins = _margins(survey.benchmark.group, published) if published and survey.benchmark else {}
    notes = [cluster_note(responses), NOT_WEIGHTED if responses.weights is not None else ""]
    rows = []
    for (support, outcome), correlation in zip(pairs, correlations.itertuples(), strict=True):
        items = survey.items[support], survey.items[outcome]
        row = {
            "support": items[0].id,
            "outcome": items[1].id,
            **_bounds(items, margins, published, survey),
            "reason": "",
            "note": "",
        }
        cells = _cells(agrees[support], agrees[outcome])
        people = np.bincount(cells, minlength=5)[:4].reshape(2, 2)
        if people.sum() >= minimum:
            row["respondents"] = int(people.sum())
        if min(*people.sum(axis=0), *people.sum(axis=1)) < minimum:
            row["reason"] = f"fewer than {minimum} people agree with one of the items, or fewer do not"
        else:
            row |= _correlation(correlation)
            told = (
                people.min() >= survey.disclosure.minimum_cell
            )  # with its margins, a difference tells the four counts
            if told:
                row |= _difference(cells, people, responses.weights, clusters, level, survey.disclosure)
            of_pair = [PERFECT] * bool(np.isnan(correlation.error)) + [TOO_FEW_TOGETHER] * (not told)
            row |= {"clusters": correlation.clusters, "note": "; ".join(filter(None, [*notes, *of_pair]))}
        rows.append(row)
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.assign(q=adjusted_for_false_discoveries(found["p"])).astype(
        {"respondents": "Int64", "clusters": "Int64"}
    )


def _codes(responses: Responses) -> np.ndarray:
    """Favourable codes, as if those without weight had given no answer."""
    codes = favourable_codes(responses)
    if responses.weights is not None:
        codes[responses.weights == 0] = -1
    return codes


def _cells(support: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """2 × support + outcome of two agreements (n,), 0 or 1 and −1 where missing; 4 where one is missing."""
    return np.array([4, 4, 4, 4, 0, 1, 4, 2, 3])[3 * support + outcome + 4]


def _correlation(found: Any) -> dict[str, float]:
    """The columns of a correlation from its row of `polychoric_matrix`; the test is on the scale of atanh r."""
    row = {"correlation": found.correlation, "low": found.low, "high": found.high}
    if np.isnan(found.error):
        return row
    away = np.arctanh(abs(found.correlation)) * (1 - found.correlation**2) / found.error
    return row | {"p": 2 * t.sf(away, (found.clusters or found.respondents) - 1)}


def _difference(
    cells: np.ndarray,
    people: np.ndarray,
    weights: np.ndarray | None,
    clusters: np.ndarray | None,
    level: float,
    policy: Policy,
) -> dict[str, float]:
    """The columns of a difference; `people` (2 × 2) counts those in each of the `cells` (n,).

    It follows from counts as they are published: with their margins, it tells them.
    """
    totals = people if weights is None else np.bincount(cells, weights, minlength=5)[:4].reshape(2, 2)
    groups = totals.sum(axis=1)
    shares = np.minimum(totals[:, 1] / groups, 1)
    influence = np.array([[-1], [1]]) * ([0, 1] - shares[:, None]) / groups[:, None]
    effective = people.sum(axis=1).astype(float)
    if clusters is not None or weights is not None:
        simple = (shares * (1 - shares) / effective).sum()
        variance, units = _linearised(cells, influence.ravel(), weights, clusters)
        outside = (1 + level) / 2
        lessened = (t.ppf(outside, people.sum() - 1) / t.ppf(outside, units - 1)) ** 2 if units > 1 else 1.0
        effective *= lessened / (max(variance / simple, 1) if simple else 1)
    if policy.round_to:
        told = policy.rounded(people)
        shares = policy.part(shares, told.sum(axis=1)) if weights is not None else told[:, 1] / told.sum(axis=1)
        effective = policy.effective(effective, people.sum(axis=1), told.sum(axis=1))
    low, high = wilson(shares * effective, effective, level)
    not_agreeing, agreeing = shares
    below = np.hypot(agreeing - low[1], high[0] - not_agreeing)
    above = np.hypot(high[1] - agreeing, not_agreeing - low[0])
    difference = agreeing - not_agreeing
    return {"difference": difference, "difference_low": difference - below, "difference_high": difference + above}


def _linearised(
    cells: np.ndarray, influence: np.ndarray, weights: np.ndarray | None, clusters: np.ndarray | None
) -> tuple[float, int]:
    """Variance of an estimate from each cell's influence on it (4), and over how many clusters (or people)."""
    if clusters is None:
        squares = np.bincount(cells, None if weights is None else weights**2, minlength=5)[:4]
        units = int((cells < 4).sum())
        return float(units / (units - 1) * (squares @ influence**2)), units
    by_cluster = np.bincount(clusters * 5 + cells, weights, minlength=5 * (int(clusters.max()) + 1)).reshape(-1, 5)
    sums = (by_cluster[:, :4] @ influence)[by_cluster[:, :4].any(axis=1)]
    return float(len(sums) / max(len(sums) - 1, 1) * (sums @ sums)), len(sums)


def _margins(group: str, published: Published) -> dict[str, np.ndarray]:
    """The published counts of a group's answers on the scale, from the strongest agreement on, by item."""
    scored = scored_positions(published.codebook)
    sets = feasible_sets(published.answers, published.codebook.decimals, published.codebook.rounding)
    return {item: feasible.central()[scored] for (item, of_group), feasible in sets.items() if of_group == group}


def _bounds(
    items: tuple[StaffItem, StaffItem],
    margins: Mapping[str, np.ndarray],
    published: Published | None,
    survey: StaffSurvey,
) -> dict[str, float]:
    """The columns of the published bounds; nothing where one of both items was not asked then, or on another scale."""
    if not all(
        item.matches in margins and not why_not_comparable(survey.scale(item.id), published.codebook.scale)
        for item in items
    ):
        return {}
    scale = published.codebook.scale
    points = len(scored_positions(published.codebook))
    ends = [range(points - len(scale.disagree), points) if item.reversed else range(len(scale.agree)) for item in items]
    found = bounds("risk_difference", *(margins[item.matches] for item in items), agree=ends[0], outcome_agree=ends[1])
    return {"bound_low_2011": found.low, "bound_high_2011": found.high}
