"""What the report on a council's survey says in words: sentences that follow from its tables, each with its uncertainty.

Every function takes tables that have passed disclosure control and returns Markdown; none of them sees single answers.
Labels are texts of others, and come out as they were written.
"""

from collections.abc import Mapping

import pandas as pd

from pipeline.markdown import Markdown, md
from pipeline.phrases import lower_first, number
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.staff.against_published import HIGHER, LOWER
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.joint_models import ALONE, COMPLETE, OPPOSITE

FALSE_DISCOVERY_RATE = 0.05
MOST_LISTED = 5
RELIABLE = 0.7  # below this alpha, a scale's statements are better read one by one (Nunnally 1978)


def findings(survey: StaffSurvey, respondents: int, shares: pd.DataFrame, models: pd.DataFrame,
             comparison: pd.DataFrame) -> Markdown:
    """The report in short, as a list."""
    labels = _labels(survey)
    known, invited = _favourable(survey, shares), survey.invited and survey.disclosure.rounded(survey.invited)
    lines = [md("**{:,} people answered.**", respondents) + (
        md(" That is {:.0f}% of the {:,} who were asked.", 100 * respondents / invited, invited)
        if invited
        else md(" How many were asked is not recorded, so nobody can say how far they speak for the others."))]
    if len(known):
        top, bottom = known.iloc[0], known.iloc[-1]
        lines.append(md("**Agreement** is highest on {}, {}, and lowest on "
                        "{}, {}. In brackets: the 95% interval.",
                        _quoted(labels[top['item']]), _share(top), _quoted(labels[bottom['item']]), _share(bottom)))
    lines += [md("**The link.** {}", _link_in_short(models, survey)),
              md("**Against 2011.** {}", _comparison_in_short(comparison))]
    lines.append(md("**What no survey of staff can say:** whether children fare better. It asks staff what they think, once."))
    return Markdown("\n").join(md("- {}", line) for line in lines)


def _link_in_short(models: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    if not len(models):
        return _no_link(survey)
    alone = models[models["adjusted"] == ALONE]
    tested, complete = alone[alone["q"].notna()], alone[alone["reason"].isin([COMPLETE, OPPOSITE])]
    if not len(tested) and not len(complete):
        return md("No model was fitted: {}.", models['reason'].iloc[0])
    clear = tested[tested["q"] < FALSE_DISCOVERY_RATE]
    together, against = (clear["odds_ratio"] > 1).sum(), (clear["odds_ratio"] < 1).sum()
    together += (complete["reason"] == COMPLETE).sum()
    against += (complete["reason"] == OPPOSITE).sum()
    more = md(", {} in the other direction", against) if against else ""
    return md("Of {} pairs of a domain of support and an outcome that staff report, {} go together "
              "more clearly than chance explains, allowing for how many were looked at{}.{} That is a link between two "
              "answers of the same people, not proof that one brings about the other.",
              len(tested) + len(complete), together, more, _completely(complete))


def _completely(models: pd.DataFrame) -> Markdown:
    """The domains and outcomes of which the one follows from the other."""
    if not len(models):
        return md("")
    pairs = [md("{} and {}", _quoted(row.domain_label), _quoted(row.outcome_label)) for row in models.itertuples()]
    return md(" Completely, so that no odds ratio bounds it: {}. See whether they are the same answers twice.",
              Markdown("; ").join(pairs))


def _no_link(survey: StaffSurvey) -> Markdown:
    if survey.kind != "responses":
        return md("A table of totals does not say how one person's answers go together, so it cannot be looked at. For that, "
                  "keep the export with one row a person and put it through the pipeline.")
    return md("No statement of this survey is about an outcome (`measures: outcome` in survey.yaml), or none about support, "
              "so there is nothing to look at.")


def _favourable(survey: StaffSurvey, shares: pd.DataFrame) -> pd.DataFrame:
    """The shares of the statements with which agreement is good news, from the highest down."""
    reversed_items = {item.id for item in survey.items if item.reversed}
    known = shares[shares["share"].notna() & ~shares["item"].isin(reversed_items)]
    return known.sort_values("share", kind="stable", ascending=False)


def _comparison_in_short(comparison: pd.DataFrame) -> Markdown:
    compared = comparison[comparison["comparable"].astype(bool)] if len(comparison) else comparison
    if not len(compared):
        return md("No statement could be compared.")
    counts = compared["verdict"].value_counts()
    return md("Of {} statements that can be compared, agreement is higher on {}, lower on "
              "{}, and not told apart on {}.",
              len(compared), counts.get(HIGHER, 0), counts.get(LOWER, 0),
              len(compared) - counts.get(HIGHER, 0) - counts.get(LOWER, 0))


def extremes(survey: StaffSurvey, shares: pd.DataFrame) -> Markdown:
    """The statements at both ends, for everybody; those to which agreement is bad news apart."""
    labels = _labels(survey)
    known = _favourable(survey, shares)
    number = min(MOST_LISTED, len(known) // 2)
    against = shares[shares["share"].notna() & ~shares["item"].isin(known["item"])]
    parts = (("Most agree", known.head(number)), ("Fewest agree", known.tail(number).iloc[::-1]),
             (md("Agreement is bad news"), against.sort_values("share", kind="stable", ascending=False)))
    return Markdown("\n\n").join(md("{}\n:   {}", head, _with_shares(labels, part)) for head, part in parts if len(part))


def groups_text(survey: StaffSurvey, groups: pd.DataFrame) -> Markdown:
    """Which groups are shown, and which cannot be."""
    labels = survey.groupings()
    shown = [labels[grouping] for grouping in groups["grouping"].unique() if grouping != EVERYBODY]
    if survey.table and shown:
        return md("Shown by: {}, as the table of totals has it.", ", ".join(shown))
    hidden = [grouping.label for grouping in survey.groups if grouping.label not in shown]
    minimum = survey.disclosure.minimum_group
    lines = [md("Groups of fewer than {} people are joined with others, and never shown alone.", minimum)]
    if shown:
        lines.append(md("Shown by: {}.", ", ".join(shown)))
    if hidden:
        lines.append(md("Not shown, because fewer than two groups are large enough: {}.", ", ".join(hidden)))
    if not survey.groups:
        lines.append(md("The survey has no column that tells groups apart."))
    return Markdown(" ").join(lines)


def next_steps(survey: StaffSurvey, scores: pd.DataFrame, models: pd.DataFrame, importance: pd.DataFrame,
               shares: pd.DataFrame, comparison: pd.DataFrame) -> Markdown:
    """What the results suggest doing, each with what is uncertain about it."""
    domains, labels = {domain.id: domain.label for domain in survey.domains}, _labels(survey)
    lines = []
    low = _favourable(survey, shares).sort_values("high", kind="stable").head(3)
    low = low[low["high"] < 0.5]
    if len(low):
        lines.append(md("**Ask why fewer than half agree.** Even at the upper end of the interval that holds for ")
                     + _with_shares(labels, low) + md("."))
    fallen = comparison[comparison["verdict"] == LOWER].sort_values("difference") if len(comparison) else comparison
    if len(fallen):
        lines.append(md("**Look at what is below 2011.** ") + Markdown("; ").join(
            md("{}: {} points ({} to {})", labels[row["item"]], *(number(row[name], "{:.0f}") for name in (
                "difference", "difference_low", "difference_high"))) for _, row in fallen.head(MOST_LISTED).iterrows())
            + md(". The authorities of 2011 had been chosen for doing well."))
    lines += _by_importance(scores, models, importance, domains)
    lines.append(md("**Ask again, and keep people's answers together.** One survey shows how things stand, not what changes "
                    "them. The same statements a year later, or before and after a change in one service and not in another, "
                    "would say more than a larger survey of the same kind."))
    return Markdown("\n").join(md("- {}", line) for line in lines)


def _by_importance(scores: pd.DataFrame, models: pd.DataFrame, importance: pd.DataFrame,
                   domains: Mapping[str, str]) -> list[Markdown]:
    known = importance.dropna(subset=["share"]) if len(importance) else importance
    if not len(known):
        return []
    first = known.loc[known["share"].idxmax()]
    if _goes_against(models, first["domain"]):
        return [md("**Do not begin with what goes most with outcomes.** That is {}, and it goes against them: where its score is "
                   "higher, reported outcomes are worse. Answers that are stored the wrong way round look like this; whether "
                   "these are has to be settled before anything is read into the link.", lower_first(domains[first["domain"]]))]
    score = scores.set_index("score").loc[first["domain"]]
    sure = md("In {:.0f}% of resamples it comes first", 100 * first['first']) + (
        md(", so the order of the domains is open.") if first["first"] < 0.8 else md("."))
    return [md("**Begin with what goes most with outcomes.** That is {}: it accounts for "
               "{:.0f}% of the differences in reported outcomes (95% interval {:.0f} "
               "to {:.0f}%), at a mean score of {:.0f} of 100 ({:.0f} to "
               "{:.0f}). {} It need not be the cause.",
               lower_first(domains[first["domain"]]), 100 * first['share'], 100 * first['low'], 100 * first['high'],
               score['mean'], score['low'], score['high'], sure)]


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
    lines = []
    if len(fitted):
        people = fitted["respondents"].astype(int)
        clusters = int(fitted["clusters"].max())
        allowance = (md("Intervals allow for people of one cluster answering alike ({} clusters).", clusters) if clusters else
                     md("Intervals take people as independent: no cluster with enough members was declared, so they may be "
                        "too narrow."))
        lines.append(md("Each model rests on at least {:,} people. {}", people.min(), allowance))
    reasons = models.loc[models["odds_ratio"].isna(), "reason"].value_counts()
    lines += [md("Not fitted ({} estimates): {}.", count, reason) for reason, count in reasons.items()]
    fails = fitted[fitted["po_verdict"] == "fails"]
    if len(fails):
        lines.append(md("In {} of {} estimates one odds ratio does not fit every cut of the answers; "
                        "the data table gives them cut by cut.", len(fails), len(fitted)))
    notes = [note for note in models["note"].dropna().unique() if note]
    return Markdown(" ").join([*lines, *(md("Note: {}.", note) for note in notes)])


def comparison_text(comparison: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    """How many statements were compared, and why others were not."""
    if survey.benchmark is None:
        return md("The codebook names no survey to compare with (`benchmark` in survey.yaml).")
    lines = [_comparison_in_short(comparison)]
    left = comparison.loc[~comparison["comparable"].astype(bool), "reason"].value_counts() if len(comparison) else {}
    lines += [md("Not compared ({}): {}", count, reason) for reason, count in dict(left).items()]
    return Markdown(" ").join(lines)


def _labels(survey: StaffSurvey) -> dict[str, str]:
    return {item.id: item.label for item in survey.items}


def _quoted(text: str) -> Markdown:
    return md("“{}”", text)


def _with_shares(labels: Mapping[str, str], rows: pd.DataFrame) -> Markdown:
    return Markdown("; ").join(md("{} {}", labels[row["item"]], _share(row)) for _, row in rows.iterrows())


def _share(row: pd.Series) -> Markdown:
    return md("{:.0f}% ({:.0f}–{:.0f})", 100 * row['share'], 100 * row['low'], 100 * row['high'])


def domains_text(survey: StaffSurvey, scores: pd.DataFrame) -> Markdown:
    """How to read the scores, and which of them hold together badly."""
    if not len(scores):
        return md("Scores need the answers of single people; the survey came as a table of totals.")
    weak = scores[scores["alpha"] < RELIABLE]
    text = md("A score is the mean of a person's answers to the statements of a domain: 0 for the least favourable, 100 for the most.")
    if len(weak):
        text += (md(" Read these statement by statement, for their reliability (alpha) is below {:g}: ", RELIABLE)
                 + Markdown(", ").join(map(lower_first, weak["score_label"])) + md("."))
    single = scores[scores["items"] == 1]
    if len(single):
        names = Markdown(", ").join(map(lower_first, single["score_label"]))
        text += md(" Of one statement only, so without a reliability: {}.", names)
    return text


def group_scores_text(scores: pd.DataFrame) -> Markdown:
    """How to read differences between groups, and the widest of them whose intervals do not meet."""
    groups = scores[scores["grouping"] != EVERYBODY].dropna(subset=["mean"]) if len(scores) else scores
    apart = []
    for (_, score), part in groups.groupby(["grouping", "score_label"], sort=False) if len(groups) else ():
        top, bottom = part.loc[part["mean"].idxmax()], part.loc[part["mean"].idxmin()]
        if top["low"] > bottom["high"]:
            told = md("{}: {} {:.0f}, {} {:.0f}", lower_first(score), top["label"], top["mean"], bottom["label"],
                      bottom["mean"])
            apart.append((top["mean"] - bottom["mean"], told))
    if not len(groups):
        return md("")
    if not apart:
        return md("In no domain do the intervals of two groups lie apart. Small differences between groups are to be "
                  "expected by chance.")
    widest = [text for _, text in sorted(apart, reverse=True)[:MOST_LISTED]]
    return md("Where the intervals of the highest and the lowest group lie apart: {}. Groups differ in more than the support "
              "they get, so this is where to ask, not an answer.", Markdown("; ").join(widest))


def importance_text(importance: pd.DataFrame) -> Markdown:
    """How to read the relative importance, or why there is none."""
    known = importance.dropna(subset=["share"]) if len(importance) else importance
    if not len(known):
        return md("Not computed: {}.", importance['reason'].iloc[0]) if len(importance) else md("")
    return md("Together the domains account for {:.0f}% of the differences in reported outcomes "
              "between {:,.0f} or more people; the table shares that out. “Ranked first” says in how many "
              "of 500 resamples a domain comes first.", 100 * known['share'].sum(), known['respondents'].iloc[0])


def pairs_text(pairs: pd.DataFrame) -> Markdown:
    """How many pairs go together, against how many could have been told in 2011."""
    known = pairs.dropna(subset=["correlation"]) if len(pairs) else pairs
    if not len(known):
        return md("No pair of statements has enough people on both sides of both to be shown.") if len(pairs) else md("")
    clear, complete = known[known["q"] < FALSE_DISCOVERY_RATE], known[known["q"].isna()]
    more = md(" and {} more", len(complete) - MOST_LISTED) if len(complete) > MOST_LISTED else md("")
    said = md("Completely, so that nobody's answers contradict it, go together or against each other: {}{}. ",
              Markdown("; ").join(map(_quoted, complete["pair_label"].head(MOST_LISTED))), more) if len(complete) else md("")
    if len(complete) == len(known):
        return md("{}All pairs are in the data tables.", said)
    return md("{}Of {} pairs of a statement on support and one on outcomes{}, {} go "
              "together and {} go against each other more clearly than chance explains "
              "(false-discovery rate 5%). Latent correlations run from {} to {}. All pairs are in the data tables.",
              said, len(known) - len(complete), md(" that can be tested" if len(complete) else ""),
              (clear["correlation"] > 0).sum(), (clear["correlation"] < 0).sum(),
              *(number(known["correlation"].agg(end), "{:.2f}") for end in ("min", "max")))


def suppression_text(summary: pd.DataFrame, survey: StaffSurvey) -> Markdown:
    """What was hidden, in a sentence or two."""
    if survey.kind != "responses":
        return md("Nothing was suppressed: the survey came as a table of totals and is shown as it came.")
    if not len(summary):
        return md("Nothing had to be suppressed.")
    return md("{:,} figures are not shown. Each is named among the data tables (`disclosure`). Most rules "
              "hide a small number; “secondary” hides one of any size, so that a small one cannot be worked out.",
              summary['cells'].sum())
