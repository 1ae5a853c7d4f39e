"""Domain scores: how much of the support in each domain a respondent reports, from 0 to 100, and what is known of it.

An answer counts by its position on its scale, 0 for the least and 1 for the most favourable one; statements that speak
against support or outcomes are turned first. Don't knows are missing, as are answers that were not given.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import t

from pipeline.errors import CodebookError, DataError
from pipeline.statistics.reliability import reliability
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.disclosure.policy import join_small_groups
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.responses import Responses

OUTCOMES = "outcomes"  # the score of all outcome items
POINTS = 100  # the highest score
MINIMUM_CLUSTERS = 10  # fewer say too little about how alike the people of a cluster answer
RELIABILITY = ["alpha", "alpha_low", "alpha_high", "omega", "omega_low", "omega_high"]
TABLE = ["group", "score", "items", "respondents", "mean", "low", "high", "sd", *RELIABILITY, "clusters", "note"]


def favourable_codes(responses: Responses) -> np.ndarray:
    """Answers in order (respondents × items, int8): 0 for the least favourable, −1 for a missing one or a don't know.

    The most favourable answer is the strongest agreement, or disagreement to a reversed item.
    """
    orders = {}
    for item in responses.survey.items:
        points = responses.survey.scale(item.id).points
        orders[item.id] = np.arange(points) if item.reversed else np.arange(points)[::-1]
    return _looked_up(responses, orders, np.int8(-1))


def favourable_answers(survey: StaffSurvey, item: str) -> int:
    """The lowest of an item's `favourable_codes` that is an agreement (a disagreement to a reversed item)."""
    scale = survey.scale(item)
    return scale.points - len(scale.disagree if survey.item(item).reversed else scale.agree)


def item_values(responses: Responses) -> np.ndarray:
    """Each answer's place between 0, least, and 1, most favourable (respondents × items, float32); NaN if missing."""
    positions = {}
    for item in responses.survey.items:
        scale = responses.survey.scale(item.id)
        agreement = np.array([scale.position(category) for category in scale.ordered])
        positions[item.id] = 1 - agreement if item.reversed else agreement
    return _looked_up(responses, positions, np.float32(np.nan))


def _looked_up(responses: Responses, of_item: Mapping[str, np.ndarray], missing: np.generic) -> np.ndarray:
    """What each answer stands for: the item's value at the answer's place on the scale, else `missing`."""
    found = np.empty(responses.codes.shape, dtype=missing.dtype, order="F")
    for place, values in enumerate(of_item.values()):
        known = np.full(256, missing)  # negative codes, as unsigned bytes, stand at its end
        known[: len(values)] = values
        found[:, place] = known[responses.codes[:, place].view(np.uint8)]
    return found


def score_items(survey: StaffSurvey) -> dict[str, list[int]]:
    """The positions of each score's items: of its support items for a domain that has any, then of all outcome items.

    Raises CodebookError for a domain of support items that has the name of the outcomes' score.
    """
    places: dict[str, list[int]] = {domain.id: [] for domain in survey.domains}
    outcomes = []
    for place, item in enumerate(survey.items):
        (places[item.domain] if item.measures == "support" else outcomes).append(place)
    if places.get(OUTCOMES):
        raise CodebookError(
            "A domain with support items has the name of the score of the outcome items.",
            where="survey.yaml, domains",
            found=OUTCOMES,
            fix="Give the domain another identifier.",
        )
    return {score: held for score, held in {**places, OUTCOMES: outcomes}.items() if held}


def domain_scores(responses: Responses) -> pd.DataFrame:
    """The scores of each respondent (respondents × scores), 0 to 100: a column a domain, then "outcomes".

    A score is the mean of the answered items' values, where at least the share `answered` of the survey's models has an
    answer; otherwise it is NaN. Outcome items count towards no domain, only towards "outcomes". CodebookError as
    `score_items`.
    """
    values, least = item_values(responses), responses.survey.models.answered
    scores = {}
    for score, places in score_items(responses.survey).items():
        of_score = values[:, places]
        answered = (~np.isnan(of_score)).sum(axis=1)
        enough = answered >= max(least * len(places) - 1e-9, 1)
        total = np.nansum(of_score, axis=1, dtype=float)
        means = np.full(len(values), np.nan)
        means[enough] = POINTS * total[enough] / answered[enough]
        scores[score] = means.round(4)  # the same answers in another order are the same score
    return pd.DataFrame(scores)


def usable_clusters(responses: Responses) -> np.ndarray | None:
    """The respondents' clusters where there are at least MINIMUM_CLUSTERS of them."""
    clusters = responses.clusters
    return clusters if clusters is not None and np.count_nonzero(np.bincount(clusters)) >= MINIMUM_CLUSTERS else None


def cluster_note(responses: Responses) -> str:
    """Why intervals make no allowance for the clusters that the survey has; empty where they do or there are none."""
    if responses.clusters is None or usable_clusters(responses) is not None:
        return ""
    return f"fewer than {MINIMUM_CLUSTERS} clusters: people count as independent"


def score_table(
    responses: Responses,
    scores: pd.DataFrame,
    grouping: str | None = None,
    *,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """What is known of each score: one row a score, or one a group of `grouping` and score.

    `scores` are those of `domain_scores`. Columns: `group` ("all" without grouping), `score`, `items`,
    `respondents` (with a score), `mean` with `low` and `high`, `sd` (all in points), the reliability of the items
    (`alpha`, `omega` and their intervals; for everybody only), `clusters` (0: people count as independent), `note`.

    Means and standard deviations are weighted where the survey has weights, reliability is not. The interval is
    Student's with G − 1 degrees of freedom and the linearised variance of a ratio, G/(G − 1) Σ_g s_g² / (Σ w)² with s_g
    the sum of w (x − mean) over cluster g, or respondent g without clusters (Cochran 1977, Sampling Techniques, 11.8).

    Groups of fewer than the survey's `minimum_group` people are joined (`join_small_groups`); a score that fewer people
    of a group have is not shown. No row where that leaves fewer than two groups. CodebookError for a grouping that the
    codebook does not have.
    """
    values = item_values(responses)
    minimum = responses.survey.disclosure.minimum_group
    counted = np.ones(len(responses), dtype=bool) if responses.weights is None else responses.weights > 0
    rows = []
    for group, members in _members(responses, grouping, minimum).items():
        for score, places in score_items(responses.survey).items():
            row = {"group": group, "score": score, "items": len(places)}
            has = members & counted & scores[score].notna().to_numpy()
            if has.sum() < minimum:
                rows.append(row | {"note": f"fewer than {minimum} people have this score: not shown"})
                continue
            row |= _mean_row(responses, scores[score].to_numpy(), has, level)
            notes = [cluster_note(responses)]
            if grouping is None:
                known, note = _reliability(values[:, places], usable_clusters(responses), level, draws, seed)
                row |= known
                notes.append(note)
            rows.append(row | {"note": "; ".join(filter(None, notes))})
    table = pd.DataFrame(rows, columns=TABLE)
    return table.astype({"respondents": "Int64", "clusters": "Int64"})


def _members(responses: Responses, grouping: str | None, minimum: int) -> dict[str, np.ndarray]:
    """Who is in each group that may be shown, as masks, in the order of the groups' labels."""
    if grouping is None:
        return {EVERYBODY: np.ones(len(responses), dtype=bool)}
    groups = responses.groups[responses.survey.grouping(grouping).id]
    joined = join_small_groups(groups.sizes(), minimum)
    return {
        shown: np.isin(groups.codes, [code for code, label in enumerate(groups.labels) if joined[label] == shown])
        for shown in dict.fromkeys(joined.values())
    }


def _mean_row(responses: Responses, scores: np.ndarray, has: np.ndarray, level: float) -> dict[str, float]:
    values = scores[has]
    weights = np.ones(len(values)) if responses.weights is None else responses.weights[has]
    mean = weights @ values / weights.sum()
    away = weights * (values - mean)
    clusters = usable_clusters(responses)
    own = None if clusters is None else pd.factorize(clusters[has])[0]
    if own is None or own.max() < 1:
        own, shown = np.arange(len(values)), 0
    else:
        shown = int(own.max()) + 1
    sums = np.bincount(own, weights=away)
    error = np.sqrt(len(sums) / (len(sums) - 1) * (sums @ sums)) / weights.sum()
    half = t.ppf((1 + level) / 2, len(sums) - 1) * error
    sd = np.sqrt(away @ (values - mean) / weights.sum() * len(values) / (len(values) - 1))
    return {
        "respondents": len(values),
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "sd": sd,
        "clusters": shown,
    }


def _reliability(
    values: np.ndarray, clusters: np.ndarray | None, level: float, draws: int, seed: int
) -> tuple[dict[str, float], str]:
    """The reliability columns of one score's items, and why there are none."""
    if values.shape[1] == 1:
        return {}, "one item: no reliability"
    try:
        found = reliability(values, clusters, level=level, draws=draws, seed=seed)
    except DataError as error:
        return {}, f"no reliability: {error.what}"
    note = "omega needs three items" if values.shape[1] == 2 else ""
    return {column: getattr(found, column) for column in RELIABILITY}, note
