"""What the report on a council's survey says in words: sentences that follow from its tables, each with its uncertainty.

Every function takes tables that have passed disclosure control and returns Markdown; none of them sees single answers.
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.surveys.disclosure.tables import EVERYBODY
from pipeline.surveys.staff.benchmark import HIGHER, LOWER
from pipeline.surveys.staff.joint_models import ALONE
from pipeline.surveys.staff.codebook import StaffSurvey

FALSE_DISCOVERY_RATE = 0.05
MOST_LISTED = 5
RELIABLE = 0.7  # below this alpha, a scale's statements are better read one by one (Nunnally 1978)


def findings(survey: StaffSurvey, respondents: int, shares: pd.DataFrame, models: pd.DataFrame,
             comparison: pd.DataFrame) -> str:
    """The report in short, as a list."""
    labels = _labels(survey)
    known = _favourable(survey, shares)
    lines = [f"**{respondents:,} people answered.**" + (
        f" That is {100 * respondents / survey.invited:.0f}% of the {survey.invited:,} who were asked." if survey.invited
        else " How many were asked is not recorded, so nobody can say how far they speak for the others.")]
    if len(known):
        top, bottom = known.iloc[0], known.iloc[-1]
        lines.append(f"**Agreement** is highest on {_quoted(labels[top['item']])}, {_share(top)}, and lowest on "
                     f"{_quoted(labels[bottom['item']])}, {_share(bottom)}. In brackets: the 95% interval.")
    lines += [f"**The link.** {_link_in_short(models, survey)}", f"**Against 2011.** {_comparison_in_short(comparison)}"]
    lines.append("**What no survey of staff can say:** whether children fare better. It asks staff what they think, once.")
    return "\n".join(f"- {line}" for line in lines)


def _link_in_short(models: pd.DataFrame, survey: StaffSurvey) -> str:
    tested = models[(models["adjusted"] == ALONE) & models["q"].notna()] if len(models) else models
    if not len(models):
        return _no_link(survey)
    if not len(tested):
        return f"No model was fitted: {models['reason'].iloc[0]}."
    clear = tested[tested["q"] < FALSE_DISCOVERY_RATE]
    together = (clear["odds_ratio"] > 1).sum()
    more = f", {len(clear) - together} in the other direction" if len(clear) > together else ""
    return (f"Of {len(tested)} pairs of a domain of support and an outcome that staff report, {together} go together "
            f"more clearly than chance explains, allowing for how many were looked at{more}. That is a link between two "
            "answers of the same people, not proof that one brings about the other.")


def _no_link(survey: StaffSurvey) -> str:
    if survey.kind != "responses":
        return ("A table of totals does not say how one person's answers go together, so it cannot be looked at. For that, "
                "keep the export with one row a person and put it through the pipeline.")
    return ("No statement of this survey is about an outcome (`measures: outcome` in survey.yaml), or none about support, "
            "so there is nothing to look at.")


def _favourable(survey: StaffSurvey, shares: pd.DataFrame) -> pd.DataFrame:
    """The shares of the statements with which agreement is good news, from the highest down."""
    reversed_items = {item.id for item in survey.items if item.reversed}
    known = shares[shares["share"].notna() & ~shares["item"].isin(reversed_items)]
    return known.sort_values("share", kind="stable", ascending=False)


def _comparison_in_short(comparison: pd.DataFrame) -> str:
    compared = comparison[comparison["comparable"].astype(bool)] if len(comparison) else comparison
    if not len(compared):
        return "No statement could be compared."
    counts = compared["verdict"].value_counts()
    return (f"Of {len(compared)} statements that can be compared, agreement is higher on {counts.get(HIGHER, 0)}, lower on "
            f"{counts.get(LOWER, 0)}, and not told apart on {len(compared) - counts.get(HIGHER, 0) - counts.get(LOWER, 0)}.")


def extremes(survey: StaffSurvey, shares: pd.DataFrame) -> str:
    """The statements at both ends, for everybody; those to which agreement is bad news apart."""
    labels = _labels(survey)
    known = _favourable(survey, shares)
    number = min(MOST_LISTED, len(known) // 2)
    against = shares[shares["share"].notna() & ~shares["item"].isin(known["item"])]
    parts = (("Most agree", known.head(number)), ("Fewest agree", known.tail(number).iloc[::-1]),
             ("Agreement is bad news", against.sort_values("share", kind="stable", ascending=False)))
    return "\n\n".join(f"{head}\n:   " + "; ".join(f"{labels[row['item']]} {_share(row)}" for _, row in part.iterrows())
                       for head, part in parts if len(part))


def groups_text(survey: StaffSurvey, groups: pd.DataFrame) -> str:
    """Which groups are shown, and which cannot be."""
    shown = [survey.grouping(grouping).label for grouping in groups["grouping"].unique() if grouping != EVERYBODY]
    hidden = [grouping.label for grouping in survey.groups if grouping.label not in shown]
    minimum = survey.disclosure.minimum_group
    lines = [f"Groups of fewer than {minimum} people are joined with others, and never shown alone."]
    if shown:
        lines.append(f"Shown by: {', '.join(shown)}.")
    if hidden:
        lines.append(f"Not shown, because fewer than two groups are large enough: {', '.join(hidden)}.")
    if not survey.groups:
        lines.append("The survey has no column that tells groups apart.")
    return " ".join(lines)


def next_steps(survey: StaffSurvey, scores: pd.DataFrame, importance: pd.DataFrame, shares: pd.DataFrame,
               comparison: pd.DataFrame) -> str:
    """What the results suggest doing, each with what is uncertain about it."""
    domains, labels = {domain.id: domain.label for domain in survey.domains}, _labels(survey)
    lines = []
    low = _favourable(survey, shares).sort_values("high", kind="stable").head(3)
    low = low[low["high"] < 0.5]
    if len(low):
        lines.append("**Ask why fewer than half agree.** Even at the upper end of the interval that holds for "
                     + "; ".join(f"{labels[row['item']]} {_share(row)}" for _, row in low.iterrows()) + ".")
    fallen = comparison[comparison["verdict"] == LOWER].sort_values("difference") if len(comparison) else comparison
    if len(fallen):
        lines.append("**Look at what is below 2011.** " + "; ".join(
            f"{labels[row['item']]}: {row['difference']:.0f} points ({row['difference_low']:.0f} to "
            f"{row['difference_high']:.0f})".replace("-", "−") for _, row in fallen.head(MOST_LISTED).iterrows())
            + ". The authorities of 2011 had been chosen for doing well.")
    lines += _by_importance(scores, importance, domains)
    lines.append("**Ask again, and keep people's answers together.** One survey shows how things stand, not what changes "
                 "them. The same statements a year later, or before and after a change in one service and not in another, "
                 "would say more than a larger survey of the same kind.")
    return "\n".join(f"- {line}" for line in lines)


def _by_importance(scores: pd.DataFrame, importance: pd.DataFrame, domains: Mapping[str, str]) -> list[str]:
    known = importance.dropna(subset=["share"]) if len(importance) else importance
    if not len(known):
        return []
    first = known.loc[known["share"].idxmax()]
    score = scores.set_index("score").loc[first["domain"]]
    sure = f"In {100 * first['first']:.0f}% of resamples it comes first" + (
        ", so the order of the domains is open." if first["first"] < 0.8 else ".")
    return [f"**Begin with what goes most with outcomes.** That is {domains[first['domain']].lower()}: it accounts for "
            f"{100 * first['share']:.0f}% of the differences in reported outcomes (95% interval {100 * first['low']:.0f} "
            f"to {100 * first['high']:.0f}%), at a mean score of {score['mean']:.0f} of 100 ({score['low']:.0f} to "
            f"{score['high']:.0f}). {sure} It need not be the cause."]


def link_text(models: pd.DataFrame, survey: StaffSurvey) -> str:
    """What was fitted, to whom, and what was not and why."""
    if not len(models):
        return _no_link(survey)
    fitted = models[models["odds_ratio"].notna()]
    lines = []
    if len(fitted):
        people = fitted["respondents"].astype(int)
        clusters = int(fitted["clusters"].max())
        allowance = (f"Intervals allow for people of one cluster answering alike ({clusters} clusters)." if clusters else
                     "Intervals take people as independent: no cluster with enough members was declared, so they may be "
                     "too narrow.")
        lines.append(f"Each model rests on at least {people.min():,} people. {allowance}")
    reasons = models.loc[models["odds_ratio"].isna(), "reason"].value_counts()
    lines += [f"Not fitted ({count} estimates): {reason}." for reason, count in reasons.items()]
    fails = fitted[fitted["po_verdict"] == "fails"]
    if len(fails):
        lines.append(f"In {len(fails)} of {len(fitted)} estimates one odds ratio does not fit every cut of the answers; "
                     "the data table gives them cut by cut.")
    notes = [note for note in models["note"].dropna().unique() if note]
    return " ".join([*lines, *(f"Note: {note}." for note in notes)])


def comparison_text(comparison: pd.DataFrame, survey: StaffSurvey) -> str:
    """How many statements were compared, and why others were not."""
    if survey.benchmark is None:
        return "The codebook names no survey to compare with (`benchmark` in survey.yaml)."
    lines = [_comparison_in_short(comparison)]
    left = comparison.loc[~comparison["comparable"].astype(bool), "reason"].value_counts() if len(comparison) else {}
    lines += [f"Not compared ({count}): {reason}" for reason, count in dict(left).items()]
    return " ".join(lines)


def _labels(survey: StaffSurvey) -> dict[str, str]:
    return {item.id: item.label for item in survey.items}


def _quoted(text: str) -> str:
    return f"“{text}”"


def _share(row: pd.Series) -> str:
    return f"{100 * row['share']:.0f}% ({100 * row['low']:.0f}–{100 * row['high']:.0f})"


def domains_text(survey: StaffSurvey, scores: pd.DataFrame) -> str:
    """How to read the scores, and which of them hold together badly."""
    if not len(scores):
        return "Scores need the answers of single people; the survey came as a table of totals."
    weak = scores[scores["alpha"] < RELIABLE]
    text = "A score is the mean of a person's answers to the statements of a domain: 0 for the least favourable, 100 for the most."
    if len(weak):
        text += (f" Read these statement by statement, for their reliability (alpha) is below {RELIABLE:g}: "
                 + ", ".join(weak["score_label"].str.lower()) + ".")
    single = scores[scores["items"] == 1]
    if len(single):
        text += " Of one statement only, so without a reliability: " + ", ".join(single["score_label"].str.lower()) + "."
    return text


def group_scores_text(scores: pd.DataFrame) -> str:
    """How to read differences between groups, and the widest of them whose intervals do not meet."""
    groups = scores[scores["grouping"] != EVERYBODY].dropna(subset=["mean"]) if len(scores) else scores
    apart = []
    for (_, score), part in groups.groupby(["grouping", "score_label"], sort=False) if len(groups) else ():
        top, bottom = part.loc[part["mean"].idxmax()], part.loc[part["mean"].idxmin()]
        if top["low"] > bottom["high"]:
            apart.append((top["mean"] - bottom["mean"], f"{score.lower()}: {top['label']} {top['mean']:.0f}, "
                                                        f"{bottom['label']} {bottom['mean']:.0f}"))
    if not len(groups):
        return ""
    if not apart:
        return ("In no domain do the intervals of two groups lie apart. Small differences between groups are to be "
                "expected by chance.")
    widest = [text for _, text in sorted(apart, reverse=True)[:MOST_LISTED]]
    return ("Where the intervals of the highest and the lowest group lie apart: " + "; ".join(widest) + ". Groups differ in "
            "more than the support they get, so this is where to ask, not an answer.")


def importance_text(importance: pd.DataFrame) -> str:
    """How to read the relative importance, or why there is none."""
    known = importance.dropna(subset=["share"]) if len(importance) else importance
    if not len(known):
        return f"Not computed: {importance['reason'].iloc[0]}." if len(importance) else ""
    return (f"Together the domains account for {100 * known['share'].sum():.0f}% of the differences in reported outcomes "
            f"between {known['respondents'].iloc[0]:,.0f} or more people; the table shares that out. “Ranked first” says in how many "
            "of 500 resamples a domain comes first.")


def pairs_text(pairs: pd.DataFrame) -> str:
    """How many pairs go together, against how many could have been told in 2011."""
    known = pairs.dropna(subset=["correlation"]) if len(pairs) else pairs
    if not len(known):
        return "No pair of statements has enough people on both sides of both to be shown." if len(pairs) else ""
    clear = known[known["q"] < FALSE_DISCOVERY_RATE]
    return (f"Of {len(known)} pairs of a statement on support and one on outcomes, {(clear['correlation'] > 0).sum()} go "
            f"together and {(clear['correlation'] < 0).sum()} go against each other more clearly than chance explains "
            f"(false-discovery rate 5%). Latent correlations run from {known['correlation'].min():.2f} to "
            f"{known['correlation'].max():.2f}. All pairs are in the data tables.").replace(" -", " −")


def suppression_text(summary: pd.DataFrame, survey: StaffSurvey) -> str:
    """What was hidden, in a sentence or two."""
    if survey.kind != "responses":
        return "Nothing was suppressed: the survey came as a table of totals and is shown as it came."
    if not len(summary):
        return "Nothing had to be suppressed."
    return (f"{summary['cells'].sum():,} figures are not shown. Each is named among the data tables (`disclosure`). Most rules "
            "hide a small number; “secondary” hides one of any size, so that a small one cannot be worked out.")
