"""Whether a survey's codebook and its file fit together: every problem at once, or a summary of what will be reported.

Nothing here quotes a cell of a column that is left out; answers off the scale are described as `read_responses` does.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import process

from pipeline.errors import DataError
from pipeline.inputs.exports.table import Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.codebook import listed, read_codebook
from pipeline.surveys.date_bands import likely_bands, told
from pipeline.surveys.deciding.editing import with_likely_answers
from pipeline.surveys.deciding.questions import Question
from pipeline.surveys.disclosure.policy import join_small_groups
from pipeline.surveys.drafting.columns import personal_content
from pipeline.surveys.staff.cautions import cautions, of_answers
from pipeline.surveys.staff.codebook import REASONS, StaffSurvey, read_staff_survey
from pipeline.surveys.staff.responses import Responses, answer_codes, open_export, read_responses, unclaimed_columns
from pipeline.surveys.staff.routes import missing_code

PERSONAL = ("identifier", "contact", "free_text")  # why a column is left out that may tell who somebody is
LEVELS_PER_ROW = 0.5  # a group column with more levels than this share of the rows tells persons apart, not groups


@dataclass(frozen=True)
class Part:
    """A part of the summary: a title, and rows of texts."""

    title: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """What is known of a survey in which everything fits, and what a person should look at all the same."""

    survey: StaffSurvey
    parts: tuple[Part, ...]
    warnings: tuple[str, ...]
    questions: tuple[Question, ...] = ()


def check_survey(folder: Path) -> Report:
    """Check survey.yaml in `folder` against its file and against the published survey it is compared with.

    What is still open is taken as the likely answers have it. Raises CodebookError for a codebook that is wrong in itself,
    else one DataError that names every problem.
    """
    written = read_staff_survey(folder / "survey.yaml")
    survey = with_likely_answers(folder / "survey.yaml", written)
    export = open_export(folder, survey)
    problems = [*_name(folder, survey), *_ambiguous(survey), *_benchmark(folder, survey), *_columns(export, survey)]
    if survey.kind == "responses":
        problems += [*_contents(export, survey), *_bands_as_dates(export, survey)]
        responses, found = _read(folder, _without_absent(export, survey))
        problems += found
        parts = _of_responses(responses) if responses and not problems else ()
    else:
        parts, found = _of_table(folder, survey) if not problems else ((), [])
        problems += found
    if problems:
        count = f"{len(problems)} problems" if len(problems) > 1 else "a problem"
        raise DataError(
            f"The survey {survey.name} has {count}:\n" + "\n".join(f"  - {each}" for each in problems),
            where=str(folder),
            fix="Correct survey.yaml or the file, and check again.",
        )
    warnings = [*cautions(folder, export, survey), *(of_answers(responses) if survey.kind == "responses" else ())]
    survey = survey.model_copy(update={"decided": written.decided})
    return Report(survey, (*parts, *_every_kind(survey)), tuple(warnings), written.decide)


def _name(folder: Path, survey: StaffSurvey) -> Iterator[str]:
    if survey.name != folder.name:
        yield f"name: {survey.name!r} is not the name of the folder, {folder.name!r}. Make them the same."


def _ambiguous(survey: StaffSurvey) -> Iterator[str]:
    """Answers that could be two categories, or a category and a reason for none."""
    reasons = {label_key(text): each.reason for each in survey.missing for text in each.answers}
    for scale in survey.scales:
        seen: dict[str, str] = {}
        for category in scale.categories:
            for key in dict.fromkeys(map(label_key, (category.label, *category.answers))):
                other = seen.get(key) or reasons.get(key)
                if other:
                    yield (
                        f"scales, {scale.id}: the answer {key!r} stands at {category.id} and at {other}. "
                        "Give it to one of them."
                    )
                seen[key] = category.id


def _benchmark(folder: Path, survey: StaffSurvey) -> Iterator[str]:
    matching = {item.id: ("matches", item.matches) for item in survey.items if item.matches}
    matching |= {item.id: ("may_match", item.may_match) for item in survey.items if item.may_match}
    if survey.benchmark is None:
        if matching:
            yield f"items, matches: {len(matching)} items match, but benchmark does not say which survey. Add it."
        return
    name, group = survey.benchmark.survey, survey.benchmark.group
    path = folder.parent / name / "survey.yaml"
    if not path.is_file():
        yield f"benchmark, survey: there is no survey {name!r} in {folder.parent}. Correct the name."
        return
    published = read_codebook(path)
    groups, items = [each.id for each in published.groups], {item.id: item for item in published.items}
    if group not in groups:
        yield f"benchmark, group: {group!r} is no group of {name}; use one of {listed(groups)}."
    for item, (key, match) in matching.items():
        if match not in items:
            yield f"items, {item}, {key}: {match!r} is no item of {name}{_nearest(match, list(items))}."


def _nearest(text: str, known: list[str]) -> str:
    near = process.extractOne(text, known, score_cutoff=60)
    return f"; perhaps {near[0]!r}" if near else ""


def _columns(export: Export, survey: StaffSurvey) -> Iterator[str]:
    """Columns that the codebook names and the file has not, and the other way round."""
    names = [column.name for column in export.columns]
    table = survey.table and [
        column for column in (survey.table.statement, survey.table.base, survey.table.group) if column
    ]
    for column in dict.fromkeys([*survey.columns(), *(table or ()), *(part.column for part in survey.left_out)]):
        if column not in names:
            yield f"column {column!r} is not in {export.file}{_nearest(column, names)}."
    answers = (
        {
            label_key(text)
            for scale in survey.scales
            for category in scale.categories
            for text in (category.label, *category.answers)
        }
        if table
        else set()
    )
    for column in unclaimed_columns(export, survey):
        if not (table and (column.name in table or label_key(column.name) in answers)):
            yield (
                f"column {column.position} ({column.name}) is neither used nor left out. Use it in survey.yaml, or "
                "add it to left_out with a reason."
            )


def _contents(export: Export, survey: StaffSurvey) -> Iterator[str]:
    """Items nobody answered, and columns in use that may tell who somebody is."""
    columns = {column.name: column for column in export.columns}
    for item in survey.items:
        for column in filter(None, map(columns.get, item.columns)):
            codes = answer_codes(survey.scale(item.id), survey)
            if personal_content(column):
                yield (
                    f"column {column.position} ({column.name}) is the item {item.id}, but looks like personal data. "
                    "Leave it out."
                )
            elif not any(codes.get(label_key(text), -1) >= 0 for text in column.texts):
                yield (
                    f"column {column.position} ({column.name}): nobody gave an answer of the scale {item.scale}. "
                    "Leave it out, or correct the scale."
                )
    for group in survey.groups:
        if column := columns.get(group.column):
            levels = len({label_key(text) for text in column.texts} - {""})
            if personal_content(column):
                yield (
                    f"column {column.position} ({column.name}) is a group, but looks like personal data. Leave it out."
                )
            elif levels > 2 and levels > LEVELS_PER_ROW * export.rows:
                yield (
                    f"column {column.position} ({column.name}): {levels} levels for {export.rows} rows are no "
                    "groups. Leave it out."
                )


def _bands_as_dates(export: Export, survey: StaffSurvey) -> Iterator[str]:
    """Groups of which some levels are dates: bands such as 1-2 that a spreadsheet took for a day and a month."""
    columns = {column.name: column for column in export.columns}
    for group in survey.groups:
        named = set(map(label_key, group.levels))
        if bands := likely_bands(
            text
            for text in (columns[group.column].texts if group.column in columns else ())
            if label_key(text) not in named
        ):
            place, probably = told(columns[group.column], export, bands)
            levels = ", ".join(f'"{text}": "{band}"' for text, band in bands.items())
            yield (
                f"{place}: found dates among the groups; expected bands, which a spreadsheet turns into dates: {probably}. "
                f"If so, write at the group {group.id}: levels: {{{levels}}}; or correct the file."
            )


def _without_absent(export: Export, survey: StaffSurvey) -> StaffSurvey | None:
    """The codebook of the columns that are there, so that their problems are told too; None if no item is."""
    names = {column.name for column in export.columns}
    items = tuple(
        item
        for item in survey.items
        if names.issuperset(item.columns) and not (item.asked_if and item.asked_if.column not in names)
    )
    kept = {
        key: value if value in names else None
        for key, value in (("cluster", survey.cluster), ("weight", survey.weight), ("respondent", survey.respondent))
    }
    groups = tuple(group for group in survey.groups if group.column in names)
    return survey.model_copy(update={"items": items, "groups": groups, **kept}) if items else None


def _read(folder: Path, survey: StaffSurvey | None) -> tuple[Responses | None, list[str]]:
    if survey is None:
        return None, []
    try:
        return read_responses(folder, survey), []
    except DataError as error:
        return None, _lines(error)


def _lines(error: DataError) -> list[str]:
    """The problems that an error names: its list, or all of it on one line."""
    listed_there = [line.removeprefix("  - ") for line in error.what.split("\n") if line.startswith("  - ")]
    said = [" ".join(line.split()).removesuffix(".") for line in str(error).split("\n")]
    return listed_there or ["; ".join(said) + "."]


def _of_responses(responses: Responses) -> tuple[Part, ...]:
    survey, total = responses.survey, len(responses)
    complete, stopped = responses.completed()
    people = [
        ("in the file", f"{responses.in_file:,} rows"),
        ("counted", f"{total:,} people"),
        ("answered every item", f"{complete:,}"),
        ("stopped half-way", f"{stopped:,}"),
        ("without any answer, not counted", f"{responses.empty:,}"),
        ("sent again, not counted", f"{responses.repeated:,}"),
    ]
    if responses.set_aside:
        columns = listed(part.column for part in survey.not_counted)
        people.insert(1, (f"no answers, by column {columns}", f"{responses.set_aside:,}"))
    least = survey.disclosure.minimum_group
    groups = [
        (
            grouping.label,
            "; ".join(
                f"{label}: " + (f"{size:,}" if size >= least else f"fewer than {least}")
                for label, size in responses.groups[grouping.id].sizes().items()
            ),
        )
        for grouping in survey.groups
    ]
    reasons = [
        (reason.replace("_", " "), f"{int((responses.codes == missing_code(reason)).sum()):,} answers")
        for reason in REASONS
    ]
    parts = [
        Part("Respondents", tuple(people)),
        _subjects(survey),
        Part("Groups", tuple(groups)),
        Part("Missing answers", tuple(reasons)),
        Part("The report", tuple(_contained(responses))),
    ]
    if responses.clusters is not None:
        sizes = np.bincount(responses.clusters)
        said = f"{len(sizes):,} in column {survey.cluster}", f"{np.median(sizes):g} people in the middle one"
        parts.insert(3, Part("Clusters", (said,)))
    return tuple(part for part in parts if part.rows)


def _subjects(survey: StaffSurvey) -> Part:
    """How many items each domain has, by what they measure."""
    counts = Counter((item.domain, item.measures) for item in survey.items)
    rows = [
        (domain.label, *(f"{counts[domain.id, measure]} of {measure}" for measure in ("support", "outcome")))
        for domain in survey.domains
    ]
    return Part(
        "Items",
        (
            *rows,
            (
                "all",
                f"{len(survey.items)}",
                f"{sum(item.reversed for item in survey.items)} reversed",
                f"{sum(item.turned for item in survey.items)} turned",
            ),
        ),
    )


def _contained(responses: Responses) -> Iterator[tuple[str, str]]:
    """What the report will hold and what it will not."""
    survey, total = responses.survey, len(responses)
    shown = [
        grouping.label
        for grouping in survey.groups
        if join_small_groups(responses.groups[grouping.id].sizes(), survey.disclosure.minimum_group)
    ]
    hidden = [grouping.label for grouping in survey.groups if grouping.label not in shown]
    yield "shares for each item", "yes, of everybody" + (f" and by {listed(shown)}" if shown else "")
    if hidden:
        yield "no table by", f"{listed(hidden)}: fewer than two groups of {survey.disclosure.minimum_group} people"
    yield (
        "joint models",
        (
            f"yes, from {survey.models.minimum} respondents on"
            if total >= survey.models.minimum
            else f"no: they need {survey.models.minimum} respondents, and there are {total:,}"
        ),
    )
    outcomes = any(item.measures == "outcome" for item in survey.items)
    supports = any(item.measures == "support" for item in survey.items)
    if not (outcomes and supports):
        yield "support and outcomes", f"no: no item measures {'support' if outcomes else 'outcomes'}"


def _of_table(folder: Path, survey: StaffSurvey) -> tuple[tuple[Part, ...], list[str]]:
    from pipeline.surveys.staff.ready_tables import read_ready_table

    try:
        answers = read_ready_table(folder, survey)
    except DataError as error:
        return (), _lines(error)
    bases = answers.groupby(["item", "group"], sort=False)["base"].first()
    rows = [("rows", f"{len(bases):,}"), ("people behind a row", f"{bases.min():,} to {bases.max():,}")]
    report = [("shares for each item", "yes"), ("joint models", "no: they need one row a person")]
    return (Part("Table", tuple(rows)), _subjects(survey), Part("The report", tuple(report))), []


def _every_kind(survey: StaffSurvey) -> Iterator[Part]:
    """What was decided, scales, the comparison, and what is left out: names of columns only."""
    if survey.decided:
        yield Part("Decided", tuple(survey.decided.items()))
    used = Counter(item.scale for item in survey.items)
    yield Part(
        "Scales",
        tuple(
            (scale.id, f"{used[scale.id]} items", " > ".join(category.label for category in scale.categories))
            for scale in survey.scales
        ),
    )
    if survey.benchmark:
        matched = sum(item.matches is not None for item in survey.items)
        open_ones = sum(item.may_match is not None and item.matches is None for item in survey.items)
        said = f"{matched} of {len(survey.items)} items match"
        yield Part("Comparison", ((survey.benchmark.survey, said + (f", {open_ones} may match" if open_ones else "")),))
    others = [(part.column, part.why.replace("_", " ")) for part in survey.left_out if part.why not in PERSONAL]
    personal = [
        (part.column, f"{part.why.replace('_', ' ')}; never leaves data/raw")
        for part in survey.left_out
        if part.why in PERSONAL
    ]
    if survey.respondent:
        personal.append((survey.respondent, "to find answers sent twice; never leaves data/raw"))
    if rows := (*personal, *others):  # whom it concerns first
        yield Part("Columns left out", tuple(rows))
