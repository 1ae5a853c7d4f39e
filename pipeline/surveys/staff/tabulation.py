"""Coded answers to tables that can be published: counted by group, small groups joined, small counts suppressed.

`tabulate` is where single answers end. What it returns has passed disclosure control; the counts before it stay inside.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
import pandas as pd

from pipeline.statistics.clustered_shares import clustered_share
from pipeline.statistics.intervals import wilson
from pipeline.surveys.agreeing import share_table
from pipeline.surveys.disclosure import join_small_groups, protect
from pipeline.surveys.disclosure.linked_tables import EVERYBODY
from pipeline.surveys.disclosure.policy import OTHER, SUPPRESSED
from pipeline.surveys.disclosure.record import size_record
from pipeline.surveys.disclosure.rounding import narrowed_sizes
from pipeline.surveys.staff.codebook import REASONS, TABLE_GROUPING, StaffSurvey
from pipeline.surveys.staff.responses import Groups, Responses
from pipeline.surveys.staff.routes import missing_code

KEYS = ["item", "grouping", "group"]
OTHER_GROUPS = "Other groups, or not stated"


@dataclass(frozen=True)
class Rows:
    """Rows of the tables: for each grouping the group of each respondent (respondents,), and what the groups are called.

    A grouping of which fewer than two groups can be shown is not there.
    """

    codes: dict[str, np.ndarray]
    labels: dict[str, tuple[str, ...]]

    def table(self) -> pd.DataFrame:
        """One row a group: grouping, group, label, respondents. The first is everybody."""
        return pd.DataFrame(
            [
                (grouping, identifier, label, int((codes == number).sum()))
                for grouping, codes in self.codes.items()
                for number, (identifier, label) in enumerate(
                    zip(self.identifiers(grouping), self.labels[grouping], strict=True)
                )
            ],
            columns=["grouping", "group", "label", "respondents"],
        )

    def identifiers(self, grouping: str) -> list[str]:
        """An identifier for each group, no two the same: a number is put to what labels such as "東" and "西" share."""
        found: list[str] = []
        for label in self.labels[grouping]:
            wanted = _identifier(label, grouping)
            number = next(each for each in count(1) if (wanted if each == 1 else f"{wanted}_{each}") not in found)
            found.append(wanted if number == 1 else f"{wanted}_{number}")
        return found


@dataclass(frozen=True)
class Tabulation:
    """A survey's tables after disclosure control.

    answers: the canonical table, with `grouping`: item, grouping, group, category, percent, base, count_low, count_high,
    count; `rule` says why a cell is empty. shares: one row an item and group: the base `respondents`, the per cent that
    agree, are neutral, disagree, do not know, and the interval of agreement (`low`, `high`, from 0 to 1, with `share`).
    missing: item, reason, count. groups: who they are. record: what was suppressed and why.
    """

    answers: pd.DataFrame
    shares: pd.DataFrame
    missing: pd.DataFrame
    groups: pd.DataFrame
    record: pd.DataFrame


def tabulate(responses: Responses) -> Tabulation:
    """Count the answers of each item for everybody and for each group, and protect what was counted."""
    survey = responses.survey
    rows = table_rows(responses)
    groups = rows.table()
    nothing = pd.DataFrame(columns=["item", "reason", "count"])
    sizes = groups.set_index(["grouping", "group"])["respondents"].to_dict()
    protected = protect(_counts(responses, rows), _roles(survey), nothing, survey.disclosure, sizes)
    cells = protected.cells.assign(rule=protected.cells["rule"].mask(protected.cells["rule"] != "", SUPPRESSED))
    cells = cells.set_index("kind")
    answers, policy, record = _answers(cells, responses, rows), survey.disclosure, protected.record
    if policy.round_to:
        record = pd.concat([size_record(narrowed_sizes(groups, policy), policy.round_to), record], ignore_index=True)
    return Tabulation(
        answers=answers,
        shares=_shares(cells, answers, responses, rows),
        groups=groups.assign(respondents=policy.rounded(groups["respondents"])),
        missing=_missing(responses, cells),
        record=record,
    )


def tabulate_ready(answers: pd.DataFrame, survey: StaffSurvey) -> Tabulation:
    """The same tables from a ready table's answers (see ready_tables.py), which carry what rounding leaves open.

    Whoever made the table has decided what can be published of it: nothing more is suppressed.
    """
    answers = answers.assign(grouping=np.where(answers["group"] == EVERYBODY, EVERYBODY, TABLE_GROUPING), rule="")
    roles = _role_of_each(answers, survey)
    sums = answers.assign(role=roles).pivot_table(
        index=KEYS, columns="role", values="percent", aggfunc="sum", sort=False
    )
    exact = survey.kind == "counts"
    if exact:
        bases = answers.groupby(KEYS, sort=False)["base"].first()
        counts = answers[roles == "agree"].groupby(KEYS, sort=False)["count"].sum().reindex(bases.index)
        low, high = wilson(counts, bases)
        shares = pd.DataFrame({"share": counts / bases, "low": low, "high": high}, index=bases.index)
    else:
        found = pd.concat(
            share_table(rows, survey.scale(item).agree, decimals=survey.table.decimals, rounding=survey.table.rounding)
            for item, rows in answers.groupby("item", sort=False)
        )
        shares = found.rename(columns={"interval_low": "low", "interval_high": "high"})
        shares = shares.assign(grouping=np.where(shares["group"] == EVERYBODY, EVERYBODY, TABLE_GROUPING)).set_index(
            KEYS
        )
        bases = shares["base"]
    table = pd.DataFrame({"respondents": bases}).join(
        sums.reindex(columns=["agree", "neutral", "disagree", "dont_know"])
    )
    table = table.join(shares[["share", "low", "high"]]).assign(effective_size=bases, rule="").reset_index()
    groups = table.groupby(["grouping", "group"], sort=False)["respondents"].max().reset_index()
    groups.insert(2, "label", groups["group"].replace({EVERYBODY: "Everybody"}))
    nothing = pd.DataFrame(columns=["item", "reason", "count", "rule"])
    return Tabulation(
        answers=answers[[*KEYS, "category", "percent", "base", "count_low", "count_high", "count", "rule"]],
        shares=table,
        missing=nothing,
        groups=groups,
        record=pd.DataFrame(columns=["table", "cell", "rule"]),
    )


def table_rows(responses: Responses) -> Rows:
    """Everybody, and the groups that are large enough; smaller ones are joined."""
    codes = {EVERYBODY: np.zeros(len(responses), dtype=np.int32)}
    labels = {EVERYBODY: ("Everybody",)}
    for grouping, groups in responses.groups.items():
        joined = join_small_groups(groups.sizes(), responses.survey.disclosure.minimum_group)
        if not joined:
            continue
        kept = [label for label in groups.labels if joined[label] != OTHER]
        labels[grouping] = (
            *kept,
            *[joined_label(groups, responses.survey.disclosure.minimum_group)] * (OTHER in joined.values()),
        )
        place = [kept.index(label) if joined[label] != OTHER else len(kept) for label in groups.labels]
        codes[grouping] = np.array(place, dtype=np.int32)[groups.codes]
    return Rows(codes, labels)


def joined_label(groups: Groups, minimum: int) -> str:
    """What the row of the groups that are joined is called: those that would be large enough by themselves are named."""
    joined = join_small_groups(groups.sizes(), minimum)
    large = [level for level, size in groups.sizes().items() if size >= minimum and joined.get(level) == OTHER]
    return f"{', '.join(large)}, and smaller groups" if large else OTHER_GROUPS


def _identifier(label: str, grouping: str) -> str:
    """A group's identifier: its label in lower-case ASCII.

    >>> _identifier("Referral & Assessment", "team"), _identifier("Everybody", "all")
    ('team_referral_assessment', 'all')
    """
    if grouping == EVERYBODY:
        return EVERYBODY
    ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return f"{grouping}_{re.sub(r'[^a-z0-9]+', '_', ascii_only.lower()).strip('_')}"


def _roles(survey: StaffSurvey) -> dict[str, dict[str, str]]:
    """By item the role of each category of its scale: "3" agrees on one scale and is neutral on another."""
    return {
        item.id: {category.id: category.role for category in survey.scale(item.id).categories} for item in survey.items
    }


def _role_of_each(answers: pd.DataFrame, survey: StaffSurvey) -> pd.Series:
    """The role of the category in each row of `answers`, on its item's own scale."""
    roles = pd.Series(
        {(item, category): role for item, of_item in _roles(survey).items() for category, role in of_item.items()}
    )
    return pd.Series(roles.reindex(pd.MultiIndex.from_frame(answers[["item", "category"]])).to_numpy(), answers.index)


def _sums(responses: Responses, rows: Rows, weights: np.ndarray | None = None) -> Iterator[tuple]:
    """item, grouping, group, categories, and a number for each category: how many people, or what they weigh."""
    for item in responses.survey.items:
        codes, categories = responses.item(item.id), responses.survey.scale(item.id).ids
        answered = codes >= 0
        for (grouping, group), names in zip(rows.codes.items(), rows.labels.values(), strict=True):
            sums = np.bincount(
                group[answered] * len(categories) + codes[answered],
                None if weights is None else weights[answered],
                minlength=len(names) * len(categories),
            ).reshape(len(names), -1)
            yield from (
                (item.id, grouping, identifier, categories, line)
                for identifier, line in zip(rows.identifiers(grouping), sums, strict=True)
            )


def _counts(responses: Responses, rows: Rows) -> pd.DataFrame:
    """item, grouping, group, category, count: one row a cell. A group that was not asked has no row."""
    cells = [
        (*keys, category, count)
        for *keys, categories, line in _sums(responses, rows)
        if line.any() or keys[1] == EVERYBODY
        for category, count in zip(categories, line.tolist(), strict=True)
    ]
    return pd.DataFrame(cells, columns=[*KEYS, "category", "count"])


def _missing(responses: Responses, cells: pd.DataFrame) -> pd.DataFrame:
    """item, reason, count, rule: how many people gave no answer, by reason, and in all.

    That somebody did not answer follows from the base and is not protected. Why is: the reasons of an item are told
    apart only where each has as many people as a count needs. Nothing is told of an item whose base is withheld. Where
    counts are rounded, how many did not answer is the rounded respondents less the rounded base, and the reasons are not
    told: these numbers, each rounded on its own, would narrow the respondents down.
    """
    policy, rows = responses.survey.disclosure, []
    bases = cells.loc[["base"]].query("grouping == @EVERYBODY").set_index("item")["count"]
    for item in responses.survey.items:
        counts = {reason: int((responses.item(item.id) == missing_code(reason)).sum()) for reason in REASONS}
        told = not policy.round_to and all(count == 0 or count >= policy.minimum_cell for count in counts.values())
        known = pd.notna(bases[item.id])
        cells_of_item = {
            "any": (policy.rounded(len(responses)) - bases[item.id], known),
            **{reason: (count, told and known) for reason, count in counts.items()},
        }
        rows += [
            (item.id, reason, count if shown else None, "" if shown else SUPPRESSED)
            for reason, (count, shown) in cells_of_item.items()
        ]
    return pd.DataFrame(rows, columns=["item", "reason", "count", "rule"]).astype({"count": "Int64"})


def _answers(cells: pd.DataFrame, responses: Responses, rows: Rows) -> pd.DataFrame:
    bases = cells.loc[["base"]].set_index(KEYS)["count"].rename("base")
    answers = cells.loc[["category"]].reset_index(drop=True).join(bases, on=KEYS)
    if responses.weights is None:
        answers["percent"] = 100 * answers["count"].astype(float) / answers["base"].astype(float)
    else:
        answers = answers.join(_weighted_percentages(responses, rows), on=[*KEYS, "category"])
        weighed = responses.survey.disclosure.part(answers["percent"], answers["base"].astype(float), 100)
        answers["percent"] = weighed.where(answers["count"].notna() & answers["base"].notna())
    return answers[[*KEYS, "category", "percent", "base", "count_low", "count_high", "count", "rule"]]


def _weighted_percentages(responses: Responses, rows: Rows) -> pd.Series:
    with np.errstate(invalid="ignore"):
        cells = {
            (*keys, category): share
            for *keys, categories, line in _sums(responses, rows, responses.weights)
            for category, share in zip(categories, (100 * line / line.sum()).tolist(), strict=True)
        }
    return pd.Series(cells, name="percent").rename_axis([*KEYS, "category"])


def _shares(cells: pd.DataFrame, answers: pd.DataFrame, responses: Responses, rows: Rows) -> pd.DataFrame:
    """One row an item and group: the per cent in each role, where it is published, and the interval of agreement."""
    subtotals, policy = cells.loc[["subtotal"]].reset_index(drop=True), responses.survey.disclosure
    wide = subtotals.pivot(index=KEYS, columns="category", values="count").astype(float)
    wide = wide.reindex(columns=["agree", "neutral", "disagree", "dont_know"])
    order = answers[KEYS].drop_duplicates()
    bases = answers.groupby(KEYS, sort=False)["base"].first()
    table = pd.DataFrame({"respondents": bases}).join(100 * wide.div(bases.astype(float), axis=0))
    intervals = pd.DataFrame(_agreement(responses, rows), columns=[*KEYS, "share", "low", "high", "effective_size"])
    intervals = intervals.set_index(KEYS)
    table = table.join(intervals.where(table["agree"].notna()))
    if responses.weights is not None:
        weighted = answers.drop(columns="percent").join(_weighted_percentages(responses, rows), on=[*KEYS, "category"])
        weighted = weighted.assign(role=_role_of_each(answers, responses.survey), hidden=answers["percent"].isna())
        by_role = weighted.groupby([*KEYS, "role"], sort=False)
        shares = by_role["percent"].sum().mask(by_role["hidden"].any()).unstack().reindex(table.index)
        for role in wide.columns.intersection(shares.columns):
            of_role = 100 * table["share"] if role == "agree" else shares[role]
            table[role] = policy.part(of_role, bases.astype(float), 100).where(table[role].notna())
    if policy.round_to:  # exact shares and their intervals would give the counts behind rounded ones away
        known, table["share"] = table["agree"].notna(), table["agree"] / 100
        exact = _counts(responses, rows).groupby(KEYS)["count"].sum().reindex(table.index)
        table["effective_size"] = policy.effective(table["effective_size"], exact, bases.astype(float))
        size = table.loc[known, "effective_size"]
        table.loc[known, "low"], table.loc[known, "high"] = wilson(table.loc[known, "share"] * size, size)
    rule = cells.loc[["base", "subtotal"]].groupby(KEYS)["rule"].agg(lambda rules: next((r for r in rules if r), ""))
    return table.join(rule).loc[pd.MultiIndex.from_frame(order)].reset_index()


def _agreement(responses: Responses, rows: Rows) -> list[tuple]:
    """The share that agrees with its interval for each item and group, from the counts in each cluster."""
    clusters, weights = _units(responses)
    number = int(clusters.max()) + 1
    found = []
    for item in responses.survey.items:
        codes = responses.item(item.id)
        answered = codes >= 0
        agrees = answered & (codes < len(responses.survey.scale(item.id).agree))  # agreement comes first on a scale
        for (grouping, group), names in zip(rows.codes.items(), rows.labels.values(), strict=True):
            place = group * np.int64(number) + clusters
            agreeing, asked = (
                np.bincount(
                    place[chosen], None if weights is None else weights[chosen], minlength=len(names) * number
                ).reshape(len(names), number)
                for chosen in (agrees, answered)
            )
            for identifier, counts, bases in zip(rows.identifiers(grouping), agreeing, asked, strict=True):
                if bases.any():
                    share = clustered_share(counts, bases)
                    interval = share.share, share.low, share.high, share.effective
                else:
                    interval = (np.nan,) * 4
                found.append((item.id, grouping, identifier, *interval))
    return found


def _units(responses: Responses) -> tuple[np.ndarray, np.ndarray | None]:
    """What the error of a share is computed from: clusters, else weighted people one by one, else everybody at once."""
    weights = None if responses.weights is None else responses.weights / responses.weights.mean()
    if responses.clusters is not None:
        return responses.clusters, weights
    return (np.zeros(len(responses), dtype=np.int32) if weights is None else np.arange(len(responses))), weights
