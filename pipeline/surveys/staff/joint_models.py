"""How the outcomes that respondents report go with the support that they report, person by person.

For each outcome item a cumulative-link model (logit) of its answers on the domain scores: each domain alone, and all of
them together, both adjusted for the survey's covariates. Only answers of single people can show this. It is a link
between two views of the same person, not an effect of support on children.

A model is fitted only where the survey can carry it; elsewhere the row says why not in `reason`, and holds no numbers.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.stats import t

from pipeline.errors import DataError
from pipeline.numerals import printed
from pipeline.statistics.false_discovery import adjusted_for_false_discoveries
from pipeline.statistics.ordinal.fitting import CumulativeLink
from pipeline.statistics.ordinal.results import OrdinalFit
from pipeline.statistics.ordinal.robust import Brant, People, brant_test, robust_covariance
from pipeline.statistics.relative_importance import relative_importance
from pipeline.surveys.disclosure.policy import join_small_groups
from pipeline.surveys.staff.domain_scores import (
    OUTCOMES,
    cluster_note,
    favourable_answers,
    favourable_codes,
    usable_clusters,
)
from pipeline.surveys.staff.responses import Responses

STEP = 10  # points of a score to which an odds ratio belongs
PER_TERM = 10  # people that the rarer half of the answers must have for each term
LEAST_DF = 10  # residual degrees of freedom
COLLINEAR = 0.95  # correlation of two domain scores beyond which nobody can tell them apart
MOST_PEOPLE = 50_000  # in a model of all domains, where hardly two people have the same scores; more are sampled
RESAMPLES = 500  # for the intervals of the domains' importance
SIGNIFICANCE = 0.05  # for the verdict on proportional odds
ALONE, TOGETHER = "alone", "together"
COMPLETE, OPPOSITE = (
    f"the score and the answers go {how} completely, so no odds ratio bounds it"
    for how in ("together", "against each other")
)
COLUMNS = [
    "outcome",
    "domain",
    "adjusted",
    "odds_ratio",
    "low",
    "high",
    "p",
    "q",
    "respondents",
    "left_out",
    "clusters",
    "df",
    "po_p",
    "po_verdict",
    "cut_odds_ratios",
    "reason",
    "note",
]
IMPORTANCE = ["domain", "share", "low", "high", "first", "respondents", "reason", "note"]


def joint_models(responses: Responses, scores: pd.DataFrame, *, level: float = 0.95, seed: int = 0) -> pd.DataFrame:
    """The link of every outcome item with every domain; `scores` are those of `domain_scores`.

    One row an outcome, domain and way of adjustment (`adjusted`: "alone", or "together" with the other domains):

    - `odds_ratio` of a more favourable answer to the outcome for 10 points more on the domain's score, its interval
      `low`, `high`, and `p` (Wald); `q` (Benjamini and Hochberg 1995) over all models of one domain;
    - `respondents` in the model (complete cases), `left_out` (all others), `clusters` (0: people count as independent),
      `df` (respondents less parameters); empty where fewer than `minimum_group` people are in the model;
    - `po_p`, Brant's test that the odds ratio is the same at every cut of the answers (`brant_test`), and `po_verdict`:
      holds, fails, or not checked; where it fails, `cut_odds_ratios` has them from the least favourable cut up;
    - `reason`, in plain words, why there is no model, and `note`, what else must be said of it.

    With 10 clusters or more, or with weights, covariances are sandwiches (by cluster, or by person); intervals and
    p-values are then Student's with G − 1 degrees of freedom. Weights are scaled to add to the number of people, and
    those without weight are left out. Covariates enter as indicators of their groups against the biggest, small groups
    joined. With more than 50,000 people a model of all domains is fitted to that many, drawn at random by `seed`.

    There is no model with fewer than `models.minimum` people; fewer than 10 people a term who agree with the outcome,
    or who do not; fewer than 10 degrees of freedom; two scores that correlate by more than 0.95; answers that separate.
    """
    codes, clusters = favourable_codes(responses), usable_clusters(responses)
    domains = [column for column in scores.columns if column != OUTCOMES]
    coded = {domain: pd.factorize(scores[domain], sort=True) for domain in domains}
    models = [(ALONE, [domain]) for domain in domains] + [(TOGETHER, domains)] * (len(domains) > 1)
    notes, rows = [cluster_note(responses)], []
    for place, item in enumerate(responses.survey.items):
        for adjusted, subset in models if item.measures == "outcome" else []:
            answers, own_notes = codes[:, place], notes
            who = _complete(responses, answers >= 0, scores[subset].to_numpy())
            if adjusted == TOGETHER and len(who) > MOST_PEOPLE:
                who = np.sort(np.random.default_rng(seed).choice(who, MOST_PEOPLE, replace=False))
                own_notes = [*notes, f"a random {MOST_PEOPLE:,} of all people"]
            common = {
                "outcome": item.id,
                "adjusted": adjusted,
                **_numbers(responses, len(who)),
                "reason": "",
                "note": "; ".join(filter(None, own_notes)),
            }
            reason = _too_few(responses, len(who)) or _no_spread(answers[who], scores[subset].take(who))
            if reason:
                found = ({"domain": domain, "reason": reason} for domain in subset)
            else:
                agree = int((answers[who] >= favourable_answers(responses.survey, item.id)).sum())
                people = people_of(responses, answers, {domain: coded[domain] for domain in subset}, who, clusters)
                found = _model_rows(people, subset, min(agree, len(who) - agree), level)
            rows += [{**common, **row} for row in found]
    return _with_q(pd.DataFrame(rows, columns=COLUMNS))


def _with_q(table: pd.DataFrame) -> pd.DataFrame:
    q = adjusted_for_false_discoveries(table["p"], table["adjusted"] == ALONE)
    return table.assign(q=q).astype({"respondents": "Int64", "left_out": "Int64", "clusters": "Int64", "df": "Int64"})


def _complete(responses: Responses, answered: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The numbers of the respondents who have an answer, all of the scores, and a weight above 0."""
    has = answered & ~np.isnan(scores).any(axis=1)
    return np.flatnonzero(has if responses.weights is None else has & (responses.weights > 0))


def _numbers(responses: Responses, people: int) -> dict[str, int]:
    """How many are in the model and how many are not; nothing where that would tell of a small group."""
    if people < responses.survey.disclosure.minimum_group:
        return {}
    return {"respondents": people, "left_out": len(responses) - people}


def _too_few(responses: Responses, people: int) -> str:
    least = responses.survey.models.minimum
    return f"fewer than {least} people gave all the answers that the model needs" if people < least else ""


def _no_spread(answers: np.ndarray, scores: pd.DataFrame) -> str:
    """Why scores that do not vary, or vary as one, carry no model; empty where they do."""
    if (answers == answers[0]).all():
        return "everybody gave the same answer"
    constant = [domain for domain in scores if np.ptp(scores[domain]) == 0]
    if constant:
        return f"everybody has the same score: {', '.join(constant)}"
    correlation = np.atleast_2d(np.corrcoef(scores.to_numpy().T))
    pairs = np.argwhere(np.triu(abs(correlation), 1) > COLLINEAR)
    alike = [f"{scores.columns[one]} and {scores.columns[other]}" for one, other in pairs]
    return f"scores that are nearly the same: {'; '.join(alike)}" if alike else ""


def people_of(
    responses: Responses,
    answers: np.ndarray,
    scores: Mapping[str, tuple[np.ndarray, np.ndarray]],
    who: np.ndarray,
    clusters: np.ndarray | None,
) -> People:
    """What a model of some respondents needs: their answers by distinct row of scores, per 10 points, and covariates.

    `scores` holds for each domain the respondents' codes and what these stand for, as pd.factorize gives them; `who`
    (m,) are numbers of respondents with an answer and all scores. Groups of a covariate with too few of them are
    joined, and a covariate of which that leaves one group is not in the model.
    """
    levels, names = [], []
    for grouping in responses.survey.models.covariates:
        codes, labels = _joined(responses, grouping, who)
        levels.append(codes)
        names.append([f"{grouping}: {label}" for label in labels])
    row, first = distinct_rows([*(codes[who] for codes, _ in scores.values()), *levels])
    design = {domain: np.asarray(values)[codes[who[first]]] / STEP for domain, (codes, values) in scores.items()}
    for codes, labels in zip(levels, names, strict=True):
        design |= {label: (codes[first] == code).astype(float) for code, label in enumerate(labels) if code}
    return People(
        pd.DataFrame(design),
        row,
        np.unique(answers[who], return_inverse=True)[1],
        None if responses.weights is None else responses.weights[who],
        None if clusters is None else pd.factorize(clusters[who])[0],
    )


def people_of_pair(responses: Responses, scores: pd.DataFrame, outcome: str, domain: str) -> People:
    """Everybody in the model of one outcome item on the score of one domain, as `joint_models` fits it for the pair."""
    answers = favourable_codes(responses)[:, [item.id for item in responses.survey.items].index(outcome)]
    who = _complete(responses, answers >= 0, scores[[domain]].to_numpy())
    return people_of(
        responses, answers, {domain: pd.factorize(scores[domain], sort=True)}, who, usable_clusters(responses)
    )


def _joined(responses: Responses, grouping: str, who: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The group of each of some respondents once small ones are joined, 0 for the biggest, and the groups' names."""
    groups = responses.groups[grouping]
    sizes = np.bincount(groups.codes[who], minlength=len(groups.labels))
    asked = {label: int(size) for label, size in zip(groups.labels, sizes, strict=True) if size}
    joined = join_small_groups(asked, responses.survey.disclosure.minimum_group)
    totals = Counter()
    for label, size in asked.items():
        totals[joined.get(label, "all")] += size
    order = sorted(totals, key=lambda group: (-totals[group], group))
    of_code = np.array([order.index(joined.get(label, order[0])) for label in groups.labels])
    return of_code[groups.codes[who]], order


def distinct_rows(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Which distinct combination each place has (n,), and where each combination stands first; columns of codes from 0.

    >>> row, first = distinct_rows([np.array([0, 1, 0, 1]), np.array([2, 2, 2, 0])])
    >>> row.tolist(), first.tolist()
    ([0, 1, 0, 2], [0, 1, 3])
    """
    row = np.zeros(len(columns[0]), dtype=np.int64)
    for codes in columns:
        row = pd.factorize(row * (int(codes.max()) + 1) + codes)[0]
    first = np.empty(int(row.max()) + 1, dtype=np.int64)
    first[row[::-1]] = np.arange(len(row))[::-1]
    return row, first


def _model_rows(people: People, domains: list[str], rarer: int, level: float) -> Iterator[dict[str, object]]:
    """The rows of one model, one a domain, whose outcome has `rarer` answers in its rarer half."""
    terms, df = people.design.shape[1], len(people.answer) - people.categories + 1 - people.design.shape[1]
    needed, fit, reason = PER_TERM * terms, None, ""
    if rarer < needed:
        reason = f"fewer than {needed} people in the rarer half of the answers, {PER_TERM} for each of {terms} terms"
    elif df < LEAST_DF:
        reason = f"fewer than {LEAST_DF} residual degrees of freedom"
    else:
        fit, reason = _fitted(people, domains)
    if fit is None:
        yield from ({"domain": domain, "df": df, "reason": reason} for domain in domains)
        return
    robust = people.clusters is not None or people.weights is not None
    covariance = robust_covariance(fit, people) if robust else fit.covariance
    freedom = people.units - 1 if robust else np.inf
    brant = brant_test(people, domains)
    for domain in domains:
        effect, error = fit.params[domain], np.sqrt(covariance.loc[domain, domain])
        half = t.ppf((1 + level) / 2, freedom) * error
        yield {
            "domain": domain,
            "odds_ratio": np.exp(effect),
            "low": np.exp(effect - half),
            "df": df,
            "high": np.exp(effect + half),
            "p": 2 * t.sf(abs(effect) / error, freedom),
            "clusters": 0 if people.clusters is None else people.units,
            **_proportional(brant[domain]),
        }


def _fitted(people: People, domains: list[str]) -> tuple[OrdinalFit | None, str]:
    """The fit, or why there is none."""
    try:
        fit = CumulativeLink().fit(people.counts, people.design)
    except DataError:
        return None, "the covariates repeat each other or a score"
    if len(domains) == 1 and np.isinf(fit.params[domains[0]]):
        return None, COMPLETE if fit.params[domains[0]] > 0 else OPPOSITE
    if fit.separated:
        return None, "the answers separate: some groups or scores have only one kind of answer"
    return (fit, "") if fit.converged else (None, "the model did not converge")


def _proportional(brant: Brant) -> dict[str, object]:
    """The verdict on proportional odds, and what the odds ratios are where it fails."""
    if np.isnan(brant.p):
        return {"po_verdict": "not checked"}
    fails = brant.p < SIGNIFICANCE
    ratios = "; ".join(printed(ratio, ".2f") for ratio in np.exp(brant.effects)) if fails else ""
    return {"po_p": brant.p, "po_verdict": "fails" if fails else "holds", "cut_odds_ratios": ratios}


def domain_importance(
    responses: Responses, scores: pd.DataFrame, *, level: float = 0.95, draws: int = RESAMPLES, seed: int = 0
) -> pd.DataFrame:
    """How much of the differences in the outcomes' score goes with each domain; `scores` are those of `domain_scores`.

    One row a domain: `share` of R² with `low`, `high` and `first` (`relative_importance`, resampling clusters where
    there are 10 or more), `respondents` (complete cases), `reason` why there are no numbers, `note`. Not weighted, not
    adjusted. It stops as `joint_models` does, with all respondents for the rarer half; no row without outcome items.
    """
    domains = [column for column in scores.columns if column != OUTCOMES]
    if OUTCOMES not in scores or not domains:
        return pd.DataFrame(columns=IMPORTANCE)
    who = _complete(responses, scores[OUTCOMES].notna().to_numpy(), scores[domains].to_numpy())
    df = len(who) - len(domains) - 1
    reason = _too_few(responses, len(who)) or _no_spread(scores[OUTCOMES].to_numpy()[who], scores[domains].take(who))
    if not reason and (df < LEAST_DF or len(who) < PER_TERM * len(domains)):
        reason = f"fewer than {PER_TERM} people for each of {len(domains)} domains"
    if reason:
        table = pd.DataFrame({"domain": domains, **_numbers(responses, len(who)), "reason": reason})
    else:
        clusters = usable_clusters(responses)
        table = relative_importance(
            scores[domains].take(who),
            scores[OUTCOMES].to_numpy()[who],
            None if clusters is None else clusters[who],
            level=level,
            draws=draws,
            seed=seed,
        )
        table = table.rename(columns={"predictor": "domain"}).assign(reason="")
    notes = [cluster_note(responses), "weights are not used" if responses.weights is not None else ""]
    table["note"] = "; ".join(filter(None, notes))
    return (
        table.drop(columns="respondents", errors="ignore")
        .reindex(columns=IMPORTANCE)
        .assign(respondents=pd.array([_numbers(responses, len(who)).get("respondents")] * len(table), dtype="Int64"))
    )
