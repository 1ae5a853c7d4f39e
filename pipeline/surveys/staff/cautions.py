"""What fits in a survey's codebook and file, and still asks for a person's look: sentences at the top of the check.

None of them quotes a cell of a column that is left out.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipeline.inputs.exports.table import Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.codebook import listed, read_codebook
from pipeline.surveys.disclosure.policy import OTHER, join_small_groups
from pipeline.surveys.staff.codebook import StaffSurvey
from pipeline.surveys.staff.comparability import why_not_comparable
from pipeline.surveys.staff.responses import Responses
from pipeline.surveys.staff.routes import stopping_place

TESTS = {
    "test",
    "tests",
    "testing",
    "tester",
    "test test",
    "test response",
    "test answer",
    "test user",
    "this is a test",
    "just a test",
    "test only",
    "preview",
    "survey preview",
    "survey test",
    "dummy",
}
MANY_STOPPED = 0.15  # of the respondents, at one place: a route that ends there is as likely
LEAST_MINIMUM = 5  # people: a group that may be smaller says much of each of them


def cautions(folder: Path, export: Export, survey: StaffSurvey) -> Iterator[str]:
    """What to look at, most grave first, in a survey whose codebook fits its file and the published one."""
    yield from _comparison(folder, survey)
    yield from _tests(export)
    if survey.disclosure.minimum_group < LEAST_MINIMUM:
        yield (
            f"disclosure, minimum_group: {survey.disclosure.minimum_group} people can often be told apart; "
            f"{LEAST_MINIMUM} or more is advised, 10 is usual."
        )
    used = {item.scale for item in survey.items}
    yield from (f"scales, {scale.id}: no item uses it." for scale in survey.scales if scale.id not in used)
    columns = {column.name: column for column in export.columns}
    for group in survey.groups:
        known = set(map(label_key, columns[group.column].texts))
        yield from (
            f"groups, {group.id}, levels: nobody has {level!r}."
            for level in group.levels
            if label_key(level) not in known
        )
    if survey.table and survey.table.group and not survey.table.everybody:
        yield (
            f"table: no row of everybody is named, so everybody is the sum of the groups in column {survey.table.group}. "
            "If somebody can be in two of them or in none, add rows such as All to the file, and name them in "
            "survey.yaml (table, everybody)."
        )
    if survey.table:
        rows = set(map(label_key, columns[survey.table.statement].texts)) - {
            label_key(item.column) for item in survey.items
        }
        if rows:
            yield f"{len(rows)} rows of the table are no item and will not be reported."


def of_answers(responses: Responses) -> Iterator[str]:
    """What to look at in the answers themselves: groups that are joined with larger ones, and many who stopped at one place."""
    survey, least = responses.survey, responses.survey.disclosure.minimum_group
    for grouping in survey.groups:
        sizes = responses.groups[grouping.id].sizes()
        joined = [level for level, counted in join_small_groups(sizes, least).items() if counted == OTHER]
        large = [level for level in joined if sizes[level] >= least]
        if large:
            small = [level for level in joined if level not in large]
            yield (
                f"groups, {grouping.id}: {listed(large)} has no row of its own. {listed(small)} together are fewer than "
                f"{least} people, and would follow from the rest; so all of these are counted as {OTHER!r}. To join them "
                "otherwise, give levels that belong together one name (levels)."
            )
    item, people = stopping_place(responses.codes, [item.id for item in survey.items])
    if people >= max(least, MANY_STOPPED * len(responses)):
        yield (
            f"items, {item}: {people:,} of {len(responses):,} people have no answer from there on, and count as stopped "
            "half-way. If they were not asked, say who was: asked_if at each of these items; if they were asked the same in "
            "other columns, name those (also)."
        )


def _tests(export: Export) -> Iterator[str]:
    """Columns in which somebody has nothing but the word for a test."""
    for column in export.columns:
        words = [text for text in column.texts if label_key(text) in TESTS]
        if words:
            rows = int(np.isin(column.codes, [column.texts.index(word) for word in words]).sum())
            yield (
                f"column {column.position} ({column.name}): {rows} rows have nothing but {listed(map(repr, words))} there. "
                f"If they are no answers, take the column out of where it stands in survey.yaml and add not_counted: "
                f"[{{column: {column.name!r}, answers: {words}}}]."
            )


def _comparison(folder: Path, survey: StaffSurvey) -> Iterator[str]:
    """Matches that nobody has confirmed, and those of items whose answers are none that can be compared."""
    if not survey.benchmark:
        return
    waiting = [item.id for item in survey.items if item.may_match and not item.matches]
    if waiting:
        yield (
            f"{len(waiting)} statements may ask what {survey.benchmark.survey} asked, and are not compared with it: "
            f"{listed(waiting)}. Where one asks the same, write matches in place of may_match in survey.yaml; where "
            "it does not, take may_match out."
        )
    scale = read_codebook(folder.parent / survey.benchmark.survey / "survey.yaml").scale
    for item in survey.items:
        if item.matches and (reason := why_not_comparable(survey.scale(item.id), scale)):
            yield (
                f"items, {item.id}: not compared with {survey.benchmark.survey}. {reason} If they are degrees of "
                "agreement all the same, write kind: agreement at the scale."
            )
