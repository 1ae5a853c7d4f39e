"""Which columns of numbers hold answers on a scale, and which of them share one."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.inputs.exports.table import Column
from pipeline.surveys.drafting.columns import LOW, MEDIUM, answered, heading
from pipeline.surveys.drafting.items import MOST_TEXTS, ON_THEIR_OWN, Doubt, ItemColumn, ScaleKey, counts_of
from pipeline.surveys.drafting.known_scales import Reading
from pipeline.surveys.drafting.number_scales import (
    KNOWN_RANGES,
    NUMBERS,
    Way,
    numbers_of,
    points_and_codes,
    read_numbers,
    stated_range,
    ways,
)
from pipeline.surveys.drafting.traits import trait
from pipeline.surveys.drafting.vocabularies import DONT_KNOW
from pipeline.surveys.drafting.wordings import is_statement, split_heading, statement

RUN = 3  # as many columns of numbers side by side are taken for a grid
_COUNTED = re.compile(
    r"\b(rank\w*|how many|number of|age|years?|months?|hours?|days|caseload size|score|mean|total|"
    r"average|percent\w*|index|count|order of preference|id|code)\b|%",
    re.IGNORECASE,
)
_HIGH_IS_GOOD = re.compile(r"\bhow likely\b.*\brecommend\b|\b(likely|would you) (to )?recommend\b", re.IGNORECASE)


def numbered_items(columns: Sequence[Column], stems: dict[str, str]) -> list[ItemColumn]:
    """The columns of whole numbers that are points of a scale, the range taken from the columns that share it."""
    readings = {column.name: reading for column in columns if (reading := _numbers_of(column, stems))}
    items = []
    for run in _runs([column for column in columns if column.name in readings]):
        for group in _sharing(run, readings):
            items += _on_one_scale(
                [column for column in group if len(run) >= RUN or _is_asked(column, readings, stems)], readings
            )
    return items


def _numbers_of(column: Column, stems: dict[str, str]) -> Reading | None:
    if len(column.texts) > MOST_TEXTS:
        return None
    reading = read_numbers(column.texts, column.question)
    if reading is None or numbers_of(reading) <= {0, 1}:
        return None
    if reading.high is None and _HIGH_IS_GOOD.search(column.question):
        reading = replace(reading, high=True)
    says = reading.high is not None or stated_range(column.question) or is_statement(statement(column, stems))
    if not says and trait(heading(column.question)):
        return None
    counted = _COUNTED.search(heading(statement(column, stems))) and reading.high is None
    return None if counted or re.search(r"\brank", heading(column.question)) else reading


def _is_asked(column: Column, readings: Mapping[str, Reading], stems: dict[str, str]) -> bool:
    """Whether a column that stands alone says itself that its numbers are answers."""
    return (
        readings[column.name].high is not None
        or stated_range(column.question) is not None
        or is_statement(statement(column, stems))
    )


def _runs(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Columns that stand side by side in the file and under one question, in runs."""
    run: list[Column] = []
    for column in columns:
        if run and (
            column.position != run[-1].position + 1
            or split_heading(column.question)[1] != split_heading(run[-1].question)[1]
        ):
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def _sharing(run: Sequence[Column], readings: Mapping[str, Reading]) -> list[list[Column]]:
    """A run's columns by the scale that they share: a grid's is one, of others the numbers and what they are called tell."""
    groups: list[list[Column]] = []
    grid = bool(split_heading(run[0].question)[1])
    points = {column.name: points_and_codes(numbers_of(readings[column.name]))[0] for column in run}
    for column in sorted(run, key=lambda column: (-len(points[column.name]), column.position)):
        home = next(
            (
                group
                for group in groups
                if _same_names(column, group, readings) and (grid or _within(column, group, points))
            ),
            None,
        )
        if home is None:
            groups.append([column])
        else:
            home.append(column)
    return [sorted(group, key=lambda column: column.position) for group in groups]


def _same_names(column: Column, group: Sequence[Column], readings: Mapping[str, Reading]) -> bool:
    """Whether the file calls no point of a column otherwise than in the group."""
    ours = dict(readings[column.name].ends)
    return all(ours.get(number, name) == name for each in group for number, name in readings[each.name].ends)


def _within(column: Column, group: Sequence[Column], points: Mapping[str, set[int]]) -> bool:
    """Whether a column's points may be those of the group, of which some were not chosen in it."""
    stated, theirs = (
        stated_range(column.question),
        next(filter(None, (stated_range(each.question) for each in group)), None),
    )
    if stated and theirs:
        return stated == theirs
    ours, all_of_them = points[column.name], set().union(*(points[each.name] for each in group))
    low, high = theirs or (min(all_of_them), max(all_of_them))
    own = stated or (min(ours), max(ours))
    if own not in KNOWN_RANGES or len(ours) <= own[1] - own[0]:
        return low <= own[0] and own[1] <= high
    return own == (low, high) or (own == (low, high - 1) and answered(column)[1] < ON_THEIR_OWN)


def _on_one_scale(group: Sequence[Column], readings: Mapping[str, Reading]) -> list[ItemColumn]:
    counts: Counter[int] = Counter()
    for column in group:
        texts = counts_of(column)
        counts.update({int(level): 0 for level in readings[column.name].ordered})
        for text, level in readings[column.name].levels.items():
            if level != DONT_KNOW:
                counts[int(level)] += texts[text]
    if not counts:
        return []
    stated = next(filter(None, (stated_range(column.question) for column in group)), None)
    if stated:
        likely = Way(tuple(range(stated[0], stated[1] + 1)), f"the points {stated[0]} to {stated[1]}")
        found, codes = (likely,), set(counts) - set(likely.points)
    else:
        points, codes = points_and_codes(counts)
        found = ways({number: counts[number] for number in points})
    directions = {readings[column.name].high for column in group} - {None}
    high = max(directions) if len(directions) == 1 else None
    ends = dict(sorted(pair for column in group for pair in readings[column.name].ends))
    order = tuple(map(str, found[0].points if high is False else found[0].points[::-1]))
    key = ScaleKey(NUMBERS, order, tuple(sorted(ends.items())))
    doubt = Doubt(ways=found if len(found) > 1 else (), end=high is None, codes=tuple(sorted(codes)))
    reason = f"whole numbers from {min(found[0].points)} to {max(found[0].points)}"
    reason += (
        "; that the highest means agreement is assumed"
        if high is None
        else f"; {'the highest' if high else 'the lowest'} means agreement, as the file says"
    )
    return [
        ItemColumn(
            column, replace(readings[column.name], high=high), key, reason, LOW if high is None else MEDIUM, doubt
        )
        for column in group
    ]
