"""How a survey was understood, column by column, with the answers behind it: for those who may see the answers, and no others.

`look` counts what `golden-thread survey preview` shows. Its counts are exact: the page lies beside the export, is for its
owner's eyes only, and nothing of it reaches a report.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.phrases import listed
from pipeline.surveys.disclosure.policy import OTHER, join_small_groups
from pipeline.surveys.drafting.evidence import AGAINST, correlations_with_rest
from pipeline.surveys.staff.checking import Report, check_survey
from pipeline.surveys.staff.codebook import REASONS, Grouping, StaffItem, StaffScale, StaffSurvey
from pipeline.surveys.staff.responses import Responses, read_responses
from pipeline.surveys.staff.routes import missing_code


@dataclass(frozen=True)
class Bar:
    """One answer, group or reason: how many gave it, of how many in per cent, and what it is taken for."""

    label: str
    count: int
    percent: float
    role: str = ""


@dataclass(frozen=True)
class ItemView:
    """A statement: its column, what it is taken for, the bars of its scale in order, and what is missing by reason.

    `with_others` is the correlation of its answers with the mean of all other statements', every one of them turned so
    that more is better; None where too few people answered or everybody answered alike.
    """

    item: StaffItem
    domain: str
    answered: int
    bars: tuple[Bar, ...]
    missing: tuple[Bar, ...]
    with_others: float | None

    @property
    def against(self) -> bool:
        """Whether it goes against the others clearly enough to look at its direction."""
        return self.with_others is not None and self.with_others <= AGAINST


@dataclass(frozen=True)
class ScaleView:
    """A scale: its points in order with how often each was chosen in all its statements."""

    scale: StaffScale
    items: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class GroupView:
    """A column of groups: each level with its size, and what the report does with it."""

    grouping: Grouping
    levels: tuple[Bar, ...]
    said: str


@dataclass(frozen=True)
class Preview:
    """All that the page shows. `report` is what the check says; the other parts are empty for a ready table."""

    report: Report
    items: tuple[ItemView, ...] = ()
    scales: tuple[ScaleView, ...] = ()
    groups: tuple[GroupView, ...] = ()


def look(folder: Path) -> Preview:
    """Look at the survey in `folder`. Raises what `check_survey` raises where codebook and file do not fit."""
    report = check_survey(folder)
    if report.survey.kind != "responses":
        return Preview(report)
    responses = read_responses(folder, report.survey)
    return Preview(report, tuple(_items(responses)), tuple(_scales(responses)), tuple(_groups(responses)))


def _items(responses: Responses) -> Iterator[ItemView]:
    survey = responses.survey
    domains = {domain.id: domain.label for domain in survey.domains}
    with_others = correlations_with_rest(better_positions(responses))
    for number, item in enumerate(survey.items):
        codes = responses.codes[:, number]
        answered = int((codes >= 0).sum())
        reasons = (
            Bar(reason.replace("_", " "), count, 100 * count / len(codes))
            for reason in REASONS
            if (count := int((codes == missing_code(reason)).sum()))
        )
        yield ItemView(
            item,
            domains[item.domain],
            answered,
            tuple(_bars(survey.scale(item.id), codes)),
            tuple(reasons),
            round(told[0], 12) if (told := with_others[number]) else None,
        )


def _bars(scale: StaffScale, codes: np.ndarray) -> Iterator[Bar]:
    counts = np.bincount(codes[codes >= 0], minlength=len(scale.categories))
    of = max(int(counts.sum()), 1)
    for category, count in zip(scale.categories, counts.tolist(), strict=True):
        yield Bar(category.label, count, 100 * count / of, category.role)


def better_positions(responses: Responses) -> np.ndarray:
    """Where each answer stands between 0 and 1, 1 the best for staff and children (respondents × items); NaN: none."""
    columns = []
    for number, item in enumerate(responses.survey.items):
        scale = responses.survey.scale(item.id)
        place = np.array(
            [np.nan if category.role == "dont_know" else scale.position(category.id) for category in scale.categories]
            + [np.nan] * len(REASONS)
        )  # the last are reached by -1, -2 …
        position = place[responses.codes[:, number]]
        columns.append(1 - position if item.reversed else position)
    return np.column_stack(columns)


def _scales(responses: Responses) -> Iterator[ScaleView]:
    survey = responses.survey
    for scale in survey.scales:
        of_scale = [number for number, item in enumerate(survey.items) if item.scale == scale.id]
        if of_scale:
            yield ScaleView(scale, len(of_scale), tuple(_bars(scale, responses.codes[:, of_scale].ravel())))


def _groups(responses: Responses) -> Iterator[GroupView]:
    survey = responses.survey
    for grouping in survey.groups:
        sizes = responses.groups[grouping.id].sizes()
        fates = join_small_groups(sizes, survey.disclosure.minimum_group)
        levels = tuple(
            Bar(label, size, 100 * size / len(responses), _fate(label, fates)) for label, size in sizes.items()
        )
        yield GroupView(grouping, levels, _said_of(survey, sizes, fates))


def _fate(level: str, fates: dict[str, str]) -> str:
    if not fates:
        return "not shown"
    return "joined" if fates[level] == OTHER else "shown"


def _said_of(survey: StaffSurvey, sizes: dict[str, int], fates: dict[str, str]) -> str:
    """What happens to the groups of a column, and whom it hides."""
    least = survey.disclosure.minimum_group
    if not fates:
        return f"Not shown: fewer than two groups of {least} people or more."
    joined = [level for level, fate in fates.items() if fate == OTHER]
    if not joined:
        return "Each is shown."
    large = [level for level in joined if sizes[level] >= least]
    said = f"{listed(joined)} are counted together as one group, because some have fewer than {least} people."
    return said + (
        f" {listed(large)} would be large enough alone, and is joined so that nobody can take the others out."
        if large
        else ""
    )
