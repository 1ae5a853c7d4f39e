"""The tables of the report on a council's survey, unrounded, and to how many places each is published.

A ready table of totals has no respondents: what needs their single answers is then an empty table.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.chapters.staff_survey.headings import GROUP_SCORES
from pipeline.numerals import filled, half_up
from pipeline.surveys.codebook import read_codebook
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.disclosure.policy import (
    GROUP_SIZE,
    OTHER,
    SECONDARY,
    SUPPRESSED,
    THRESHOLD,
    UNANIMITY,
    WITHHELD,
    Policy,
)
from pipeline.surveys.published import count_tables, read_published
from pipeline.surveys.staff.against_published import COLUMNS as BENCHMARK_COLUMNS
from pipeline.surveys.staff.against_published import benchmark
from pipeline.surveys.staff.associations import COLUMNS as PAIR_COLUMNS
from pipeline.surveys.staff.associations import Published, associations
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.domain_scores import TABLE, score_items, score_table
from pipeline.surveys.staff.joint_models import ALONE, IMPORTANCE, domain_importance, joint_models
from pipeline.surveys.staff.joint_models import COLUMNS as MODEL_COLUMNS
from pipeline.surveys.staff.responses import Responses
from pipeline.surveys.staff.tabulation import Tabulation, joined_label

WIDEST = 6  # groups beside each other in a table, everybody among them
DRAWN = 15  # pairs in the chart: more would not fit a page beside its text
RULES = {
    THRESHOLD: "too few people",
    GROUP_SIZE: "too few answers in the row",
    UNANIMITY: "everybody gave the same answer",
    SECONDARY: "hidden so that another cannot be worked out",
    WITHHELD: "the statement could not be protected",
}
# Digits after the point in a file for readers. A figure with more would tell no reader more, and might tell an attacker who
# is behind it. Sentences and printed tables are rounded from the unrounded figure: no number is rounded twice.
SHARES = dict.fromkeys(("agree", "neutral", "disagree", "dont_know", "share", "low", "high"), 3)
AGREEMENT = dict.fromkeys(("agree", "neutral", "disagree", "dont_know", "low", "high"), 1)
SCORES = {
    "mean": 1,
    "low": 1,
    "high": 1,
    "alpha": 2,
    "alpha_low": 2,
    "alpha_high": 2,
    "omega": 2,
    "omega_low": 2,
    "omega_high": 2,
}
MODELS = {"odds_ratio": 2, "low": 2, "high": 2, "p": 4, "q": 4, "po_p": 4}
SHARES_OF_R2 = {"share": 3, "low": 3, "high": 3, "first": 2}
PAIRS = {
    "correlation": 2,
    "low": 2,
    "high": 2,
    "p": 4,
    "q": 4,
    "difference": 2,
    "difference_low": 2,
    "difference_high": 2,
    "bound_low_2011": 2,
    "bound_high_2011": 2,
}
COMPARISON = {
    "share": 3,
    "low": 3,
    "high": 3,
    "share_2011": 3,
    "rounding_low_2011": 3,
    "rounding_high_2011": 3,
    "low_2011": 3,
    "high_2011": 3,
    "difference": 1,
    "difference_low": 1,
    "difference_high": 1,
    "p": 4,
    "q": 4,
}


def published_survey(raw: Path, survey: StaffSurvey) -> Published | None:
    """The survey that the codebook names to compare with, from the folder of raw surveys; None where it names none."""
    if survey.benchmark is None:
        return None
    folder = raw / survey.benchmark.survey
    codebook = read_codebook(folder / "survey.yaml")
    answers, _ = count_tables(read_published(folder, codebook), codebook)
    return Published(answers, codebook)


def score_tables(
    responses: Responses | None, scores: pd.DataFrame | None, labels: dict[str, str], tables: Tabulation
) -> pd.DataFrame:
    """The scores of everybody and of each group: grouping, group, then the columns of `domain_scores.score_table`.

    `labels` names the scores; the columns `label` (of the group) and `score_label` are for readers. `respondents` is
    the size of the group: how many have the score would tell how many did not know.
    """
    if responses is None:
        return pd.DataFrame(columns=["grouping", "by", "label", "score_label", *TABLE, "rule"])
    parts = [score_table(responses, scores).assign(grouping=EVERYBODY, by="–", label="Everybody")]
    for grouping in responses.survey.groups:
        part = score_table(responses, scores, grouping.id)
        others = joined_label(responses.groups[grouping.id], responses.survey.disclosure.minimum_group)
        parts.append(part.assign(grouping=grouping.id, by=grouping.label, label=part["group"].replace({OTHER: others})))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    hidden = table["mean"].isna()
    hidden[_derivable(table, responses.survey.disclosure.minimum_group)] = True
    hidden |= _suppressed_statement(table, responses.survey, tables)
    sizes = tables.groups.set_index(["grouping", "label"])["respondents"]
    table["respondents"] = sizes.loc[pd.MultiIndex.from_frame(table[["grouping", "label"]])].to_numpy()
    table = table.astype({"respondents": "Int64"})
    table.loc[hidden, ["respondents", "clusters", "note"]] = pd.NA
    table.loc[hidden, [*SCORES]] = np.nan
    table["rule"] = np.where(hidden, SUPPRESSED, "")
    table = _told_in_steps(table, responses.survey.disclosure)
    return table.drop(columns="sd").assign(score_label=table["score"].map(labels))


def _told_in_steps(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Means and their intervals as finely as the policy lets them be told."""
    steps = [
        policy.score_step(people, statements) if pd.notna(people) else 0.0
        for people, statements in zip(table["respondents"], table["items"], strict=True)
    ]
    steps = pd.Series(steps, index=table.index).where(lambda each: each > 0)
    return (
        table.assign(**{column: half_up(table[column] / steps) * steps for column in ("mean", "low", "high")})
        if steps.notna().any()
        else table
    )


def _suppressed_statement(table: pd.DataFrame, survey: StaffSurvey, tables: Tabulation) -> pd.Series:
    """Scores of a single statement of which a count is suppressed: their mean would help to work it out."""
    hidden = tables.answers.loc[tables.answers["rule"] != "", ["item", "grouping", "group"]].drop_duplicates()
    labels = tables.groups.set_index(["grouping", "group"])["label"]
    places = set(
        zip(hidden["item"], hidden["grouping"], hidden.join(labels, on=["grouping", "group"])["label"], strict=True)
    )
    single = {score: survey.items[held[0]].id for score, held in score_items(survey).items() if len(held) == 1}
    return pd.Series(
        [
            (single.get(score), grouping, label) in places
            for score, grouping, label in zip(table["score"], table["grouping"], table["label"], strict=True)
        ],
        index=table.index,
    )


def side_by_side(table: pd.DataFrame) -> pd.DataFrame:
    """The scores of `score_tables` with a column a group, "mean (low–high)"; as they are where that would be too wide."""
    if not 1 < table.groupby(["grouping", "group"]).ngroups <= WIDEST:
        return half_up(table, SCORES)[["score_label", "by", "label", "mean", "low", "high"]].rename(
            columns=GROUP_SCORES
        )
    cells = [
        filled("{:.0f} ({:.0f}–{:.0f})", mean, low, high) if pd.notna(mean) else "–"
        for mean, low, high in table[["mean", "low", "high"]].to_numpy(dtype=float)
    ]
    by = dict(zip(table["grouping"], table["by"], strict=True))
    wide = table.assign(cell=cells).pivot(index="score_label", columns=["grouping", "label"], values="cell")
    wide = (
        wide[list(dict.fromkeys(zip(table["grouping"], table["label"], strict=True)))]
        .loc[table["score_label"].unique()]
        .fillna("–")
    )
    names = [label for _, label in wide.columns]
    wide.columns = [
        label if names.count(label) == 1 else f"{label} ({by[grouping]})" for grouping, label in wide.columns
    ]
    return wide.rename_axis(GROUP_SCORES["score_label"]).reset_index()


def _derivable(table: pd.DataFrame, minimum: int) -> list[int]:
    """The rows to hide besides those that are: the rest of everybody's score would be that of too few people.

    A hidden group's mean is the mean of everybody less those of the groups that are shown. So the smallest shown groups
    of a grouping are hidden as well, until the hidden ones hold as many people as a group needs.
    """
    everybody = table[table["grouping"] == EVERYBODY].set_index("score")["respondents"]
    rows = []
    for (_, score), part in table[table["grouping"] != EVERYBODY].groupby(["grouping", "score"], sort=False):
        shown = part.dropna(subset=["respondents"]).sort_values("respondents", kind="stable")
        rest = everybody[score] - shown["respondents"].sum() if pd.notna(everybody[score]) else 0
        for row, people in shown["respondents"].items():
            if not 0 < rest < minimum:
                break
            rows.append(row)
            rest += people
    return rows


def link_models(responses: Responses | None, scores: pd.DataFrame | None, labels: dict[str, str]) -> pd.DataFrame:
    """The ordinal models of each outcome on the domains (see joint_models.py), with the labels of both."""
    if responses is None:
        return pd.DataFrame(columns=[*MODEL_COLUMNS, "outcome_label", "domain_label"])
    table = joint_models(responses, scores).drop(columns=["left_out", "df"])
    answered, policy = _answered(responses), responses.survey.disclosure
    table["respondents"] = [
        policy.at_least(people, [answered[outcome], *_of_single(responses.survey, answered)], len(responses))
        for people, outcome in zip(table["respondents"], table["outcome"], strict=True)
    ]
    items = {item.id: item.label for item in responses.survey.items}
    return table.assign(outcome_label=table["outcome"].map(items), domain_label=table["domain"].map(labels))


def importance_table(responses: Responses | None, scores: pd.DataFrame | None, labels: dict[str, str]) -> pd.DataFrame:
    """How much of the differences in reported outcomes goes with each domain."""
    if responses is None:
        return pd.DataFrame(columns=[*IMPORTANCE, "domain_label"])
    table = domain_importance(responses, scores)
    single, policy = _of_single(responses.survey, _answered(responses)), responses.survey.disclosure
    table["respondents"] = [policy.at_least(people, single, len(responses)) for people in table["respondents"]]
    return table.assign(domain_label=table["domain"].map(labels))


def pair_table(responses: Responses | None, published: Published | None) -> pd.DataFrame:
    """Each support with each outcome statement, beside what 2011 left open; `pair` and `pair_label` name the two."""
    if responses is None:
        return pd.DataFrame(columns=[*PAIR_COLUMNS, "pair", "pair_label"])
    table = associations(responses, published)
    answered, policy = _answered(responses), responses.survey.disclosure
    table["respondents"] = [
        policy.at_least(people, [answered[support], answered[outcome]], len(responses))
        for people, support, outcome in zip(table["respondents"], table["support"], table["outcome"], strict=True)
    ]
    items = {item.id: item.label for item in responses.survey.items}
    return table.assign(
        pair=table["support"] + " " + table["outcome"],
        pair_label=table["support"].map(items) + " – " + table["outcome"].map(items),
    )


def _answered(responses: Responses) -> dict[str, int]:
    """The base of each item: how many answered it, don't know included."""
    return dict(
        zip((item.id for item in responses.survey.items), (responses.codes >= 0).sum(axis=0).tolist(), strict=True)
    )


def _of_single(survey: StaffSurvey, answered: dict[str, int]) -> list[int]:
    """The bases of the statements that make a score on their own."""
    return [answered[survey.items[held[0]].id] for held in score_items(survey).values() if len(held) == 1]


def comparison_table(survey: StaffSurvey, tables: Tabulation, published: Published | None) -> pd.DataFrame:
    """Everybody against the published survey, item by item; empty where the codebook names none."""
    if published is None or survey.benchmark is None:
        return pd.DataFrame(columns=[*BENCHMARK_COLUMNS, "label"])
    everybody = tables.shares[tables.shares["grouping"] == EVERYBODY]
    table = benchmark(everybody, survey, published.codebook, published.answers)
    return table.assign(label=table["item"].map({item.id: item.label for item in survey.items}))


def agreement_by_group(survey: StaffSurvey, tables: Tabulation) -> pd.DataFrame:
    """One row an item and group: its label, respondents, the per cent that agree, and the 95% interval, in per cent too."""
    labels = tables.groups.set_index(["grouping", "group"])["label"]
    table = tables.shares.join(labels, on=["grouping", "group"])
    table["statement"] = table["item"].map({item.id: item.label for item in survey.items})
    table[["low", "high"]] = 100 * table[["low", "high"]]
    columns = [
        "item",
        "statement",
        "grouping",
        "group",
        "label",
        "respondents",
        "agree",
        "neutral",
        "disagree",
        "dont_know",
        "low",
        "high",
        "rule",
    ]
    return table[columns]


def model_lines(models: pd.DataFrame) -> pd.DataFrame:
    """The models of one domain at a time that were fitted, with a `key` for each: what the chart of the link draws."""
    fitted = models[(models["adjusted"] == ALONE) & models["odds_ratio"].notna()]
    return fitted.assign(key=fitted["outcome"] + " " + fitted["domain"])


def model_sections(lines: pd.DataFrame) -> dict[str, list[str]]:
    """The outcomes' labels, each with the keys of its models."""
    return {label: part["key"].tolist() for label, part in lines.groupby("outcome_label", sort=False)}


def pairs_to_draw(pairs: pd.DataFrame) -> pd.DataFrame:
    """The pairs that go together most, of those whose difference is shown: at most DRAWN."""
    return pairs.dropna(subset=["difference"]).sort_values("difference", ascending=False, kind="stable").head(DRAWN)


def public_record(record: pd.DataFrame) -> pd.DataFrame:
    """The figures that are not shown, without the rule: who knows that a count is below a threshold knows more of it."""
    hidden = record[record["cell"].fillna("") != ""]
    return hidden[["table", "cell"]].assign(rule=SUPPRESSED).reset_index(drop=True)


def suppression_summary(record: pd.DataFrame) -> pd.DataFrame:
    """How many figures each rule hides, and in how many tables."""
    hidden = record[record["cell"].fillna("") != ""]
    counted = hidden.groupby("rule", sort=True).agg(cells=("cell", "size"), tables=("table", "nunique")).reset_index()
    return counted.assign(meaning=counted["rule"].map(RULES))
