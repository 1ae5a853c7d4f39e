"""What the passages of the report on a council's survey are filled with: rows chosen from its tables, and counts of them.

The words are templates, reports/passages/staff_survey. Every function takes tables that have passed disclosure control,
unrounded, and returns Markdown; none of them sees single answers. Labels are texts of others, and come out as they were
written. Shares reach the templates in per cent.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.markdown import Markdown, md
from pipeline.passages import passage, wording
from pipeline.phrases import lower_first
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.staff.against_published import HIGHER, LOWER
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.joint_models import ALONE, COMPLETE, OPPOSITE, RESAMPLES

CHAPTER = "staff_survey"
FALSE_DISCOVERY_RATE = 0.05
MOST_LISTED = 5
LOWEST_LISTED = 3
RELIABLE = 0.7  # below this alpha, a scale's statements are better read one by one (Nunnally 1978)


def caption(shown: str, **values: Any) -> str:
    """The caption of a table or figure, as text."""
    return wording(f"{CHAPTER}/captions", shown=shown, **values)


def alternative(shown: str, drawn: pd.Series, **values: Any) -> str:
    """What a chart shows, as text for those who do not see it; `drawn` are the values of its dots or bars."""
    known = drawn.dropna().astype(float)
    ends = {"lowest": known.min(), "highest": known.max()} if len(known) else {"lowest": None, "highest": None}
    return wording(f"{CHAPTER}/alternatives", shown=shown, rows=len(drawn), **ends, **values)


def findings(
    survey: StaffSurvey, respondents: int, shares: pd.DataFrame, models: pd.DataFrame, comparison: pd.DataFrame
) -> Markdown:
    """The report in short, as a list."""
    labels = _labels(survey)
    known, invited = _favourable(survey, shares), survey.invited and survey.disclosure.rounded(survey.invited)
    told = _told(labels, known)
    return passage(
        f"{CHAPTER}/findings",
        respondents=respondents,
        invited=invited,
        rate=100 * respondents / invited if invited else None,
        top=told[0] if told else None,
        bottom=told[-1] if told else None,
        link=_link_in_short(models, survey),
        comparison=_comparison_in_short(comparison),
    )


def _link_in_short(models: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    if not len(models):
        return _no_link(survey)
    alone = models[models["adjusted"] == ALONE]
    tested, complete = alone[alone["q"].notna()], alone[alone["reason"].isin([COMPLETE, OPPOSITE])]
    clear = tested[tested["q"] < FALSE_DISCOVERY_RATE]
    together = int((clear["odds_ratio"] > 1).sum() + (complete["reason"] == COMPLETE).sum())
    against = int((clear["odds_ratio"] < 1).sum() + (complete["reason"] == OPPOSITE).sum())
    pairs = [{"domain": row.domain_label, "outcome": row.outcome_label} for row in complete.itertuples()]
    return passage(
        f"{CHAPTER}/link-in-short",
        pairs=len(tested) + len(complete),
        together=together,
        against=against,
        complete=pairs,
        reason=models["reason"].iloc[0],
    )


def _no_link(survey: StaffSurvey) -> Markdown:
    return passage(f"{CHAPTER}/no-link", totals=survey.kind != "responses")


def _favourable(survey: StaffSurvey, shares: pd.DataFrame) -> pd.DataFrame:
    """The shares of the statements with which agreement is good news, from the highest down."""
    reversed_items = {item.id for item in survey.items if item.reversed}
    known = shares[shares["share"].notna() & ~shares["item"].isin(reversed_items)]
    return known.sort_values("share", kind="stable", ascending=False)


def _comparison_in_short(comparison: pd.DataFrame) -> Markdown:
    compared = comparison[comparison["comparable"].astype(bool)] if len(comparison) else comparison
    counts = compared["verdict"].value_counts() if len(compared) else {}
    higher, lower = int(counts.get(HIGHER, 0)), int(counts.get(LOWER, 0))
    return passage(
        f"{CHAPTER}/comparison-in-short",
        compared=len(compared),
        higher=higher,
        lower=lower,
        alike=len(compared) - higher - lower,
    )


def extremes(survey: StaffSurvey, shares: pd.DataFrame) -> Markdown:
    """The statements at both ends, for everybody; those to which agreement is bad news apart."""
    labels = _labels(survey)
    known = _favourable(survey, shares)
    number = min(MOST_LISTED, len(known) // 2)
    against = shares[shares["share"].notna() & ~shares["item"].isin(known["item"])]
    return passage(
        f"{CHAPTER}/answers",
        most=_told(labels, known.head(number)),
        fewest=_told(labels, known.tail(number).iloc[::-1]),
        bad_news=_told(labels, against.sort_values("share", kind="stable", ascending=False)),
    )


def groups_text(survey: StaffSurvey, groups: pd.DataFrame) -> Markdown:
    """Which groups are shown, and which cannot be."""
    labels = survey.groupings()
    shown = [labels[grouping] for grouping in groups["grouping"].unique() if grouping != EVERYBODY]
    return passage(
        f"{CHAPTER}/groups",
        totals=survey.table is not None,
        shown=shown,
        hidden=[grouping.label for grouping in survey.groups if grouping.label not in shown],
        minimum=survey.disclosure.minimum_group,
    )


def next_steps(
    survey: StaffSurvey,
    scores: pd.DataFrame,
    models: pd.DataFrame,
    importance: pd.DataFrame,
    shares: pd.DataFrame,
    comparison: pd.DataFrame,
) -> Markdown:
    """What the results suggest doing, each with what is uncertain about it."""
    labels = _labels(survey)
    low = _favourable(survey, shares).sort_values("high", kind="stable").head(LOWEST_LISTED)
    fallen = comparison[comparison["verdict"] == LOWER].sort_values("difference") if len(comparison) else comparison
    below = [
        {
            "label": labels[row["item"]],
            "difference": row["difference"],
            "low": row["difference_low"],
            "high": row["difference_high"],
        }
        for row in fallen.head(MOST_LISTED).to_dict("records")
    ]
    return passage(
        f"{CHAPTER}/next-steps",
        low=_told(labels, low[low["high"] < 0.5]),
        fallen=below,
        first=_most_important(scores, models, importance, {domain.id: domain.label for domain in survey.domains}),
    )


def _most_important(
    scores: pd.DataFrame, models: pd.DataFrame, importance: pd.DataFrame, domains: Mapping[str, str]
) -> dict[str, object] | None:
    """The domain that goes most with outcomes, or against them, in per cent, with its mean score if that is shown; None without
    models.
    """
    known = importance.dropna(subset=["share"]) if len(importance) else importance
    if not len(known):
        return None
    first = known.loc[known["share"].idxmax()]
    score = scores.set_index("score").loc[first["domain"]]
    mean, low, high = (score[name] if pd.notna(score["mean"]) else None for name in ("mean", "low", "high"))
    return {
        "domain": lower_first(domains[first["domain"]]),
        "share": 100 * first["share"],
        "low": 100 * first["low"],
        "high": 100 * first["high"],
        "resamples": 100 * first["first"],
        "mean": mean,
        "mean_low": low,
        "mean_high": high,
        "against": _goes_against(models, first["domain"]),
    }


def _goes_against(models: pd.DataFrame, domain: str) -> bool:
    """Whether most models of outcomes on a domain alone have them worse where its score is higher."""
    if not len(models):
        return False
    alone = models[(models["domain"] == domain) & (models["adjusted"] == ALONE)]
    fitted = alone["odds_ratio"].notna() | alone["reason"].isin([COMPLETE, OPPOSITE])
    against = (alone["odds_ratio"] < 1) | (alone["reason"] == OPPOSITE)
    return bool(2 * against.sum() > fitted.sum())


def link_text(models: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    """What was fitted, to whom, and what was not and why."""
    if not len(models):
        return _no_link(survey)
    fitted = models[models["odds_ratio"].notna()]
    reasons = models.loc[models["odds_ratio"].isna(), "reason"].value_counts()
    return passage(
        f"{CHAPTER}/link",
        estimates=len(fitted),
        people=int(fitted["respondents"].min()) if len(fitted) else 0,
        clusters=int(fitted["clusters"].max()) if len(fitted) else 0,
        not_fitted=[{"estimates": count, "reason": reason} for reason, count in reasons.items()],
        fails=int((fitted["po_verdict"] == "fails").sum()),
        notes=[note for note in models["note"].dropna().unique() if note],
    )


def comparison_text(comparison: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    """How many statements were compared, and why others were not."""
    left = comparison.loc[~comparison["comparable"].astype(bool), "reason"].value_counts() if len(comparison) else {}
    return passage(
        f"{CHAPTER}/comparison",
        benchmark=survey.benchmark is not None,
        in_short=_comparison_in_short(comparison),
        not_compared=[{"statements": count, "reason": reason} for reason, count in dict(left).items()],
    )


def _labels(survey: StaffSurvey) -> dict[str, str]:
    return {item.id: item.label for item in survey.items}


def _told(labels: Mapping[str, str], rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Shares with their intervals, in per cent, and what their statements are called."""
    return [
        {"label": labels[row["item"]], **{name: 100 * row[name] for name in ("share", "low", "high")}}
        for row in rows.to_dict("records")
    ]


def domains_text(survey: StaffSurvey, scores: pd.DataFrame) -> Markdown:
    """How to read the scores, and which of them hold together badly."""
    weak, single = scores[scores["alpha"] < RELIABLE], scores[scores["items"] == 1]
    return passage(
        f"{CHAPTER}/domains",
        scores=len(scores),
        reliable=RELIABLE,
        weak=[lower_first(label) for label in weak["score_label"]],
        single=[lower_first(label) for label in single["score_label"]],
    )


def group_scores_text(scores: pd.DataFrame) -> Markdown:
    """How to read differences between groups, and the widest of them whose intervals do not meet."""
    groups = scores[scores["grouping"] != EVERYBODY].dropna(subset=["mean"]) if len(scores) else scores
    if not len(groups):
        return md("")
    apart = []
    for (_, score), part in groups.groupby(["grouping", "score_label"], sort=False):
        top, bottom = part.loc[part["mean"].idxmax()], part.loc[part["mean"].idxmin()]
        if top["low"] > bottom["high"]:
            apart.append(
                {
                    "score": lower_first(score),
                    "highest": top["label"],
                    "highest_mean": top["mean"],
                    "lowest": bottom["label"],
                    "lowest_mean": bottom["mean"],
                }
            )
    apart.sort(key=lambda each: each["highest_mean"] - each["lowest_mean"], reverse=True)
    return passage(f"{CHAPTER}/scores-by-group", apart=apart[:MOST_LISTED])


def importance_text(importance: pd.DataFrame) -> Markdown:
    """How to read the relative importance, or why there is none."""
    if not len(importance):
        return md("")
    known = importance.dropna(subset=["share"])
    return passage(
        f"{CHAPTER}/importance",
        reason="" if len(known) else importance["reason"].iloc[0],
        share=100 * known["share"].sum(),
        people=int(known["respondents"].iloc[0]) if len(known) else 0,
        resamples=RESAMPLES,
    )


def pairs_text(pairs: pd.DataFrame) -> Markdown:
    """How many pairs go together, against how many could have been told in 2011."""
    if not len(pairs):
        return md("")
    known = pairs.dropna(subset=["correlation"])
    clear, complete = known[known["q"] < FALSE_DISCOVERY_RATE], known[known["q"].isna()]
    return passage(
        f"{CHAPTER}/pairs",
        shown=len(known),
        tested=len(known) - len(complete),
        complete=complete["pair_label"].head(MOST_LISTED).tolist(),
        more_complete=max(0, len(complete) - MOST_LISTED),
        together=int((clear["correlation"] > 0).sum()),
        against=int((clear["correlation"] < 0).sum()),
        lowest=known["correlation"].min(),
        highest=known["correlation"].max(),
    )


def suppression_text(summary: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    """What was hidden, in a sentence or two."""
    return passage(
        f"{CHAPTER}/suppression",
        totals=survey.kind != "responses",
        figures=int(summary["cells"].sum()) if len(summary) else 0,
    )
