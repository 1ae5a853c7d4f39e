"""Which columns of an export hold answers on a scale, on which scale, and which only look like it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.inputs.exports.table import Column
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.columns import HIGH, LOW, MEDIUM, Guess, answered, heading
from pipeline.surveys.drafting.known_scales import DONT_KNOW, Reading, clashes, read_labels, smallest_scale
from pipeline.surveys.drafting.number_scales import NUMBERS, number_range, read_numbers
from pipeline.surveys.drafting.wordings import is_statement, split_heading, statement

KNOWN_SHARE = 0.8  # of the answers: a column of which fewer are on the scale is no item
ON_THEIR_OWN = 100  # answers: when nobody of so many chose a category, it was hardly on offer
MOST_TEXTS = 100  # different texts: a column of more is no item, however they are spelt
RUN = 3  # as many columns of numbers side by side are taken for a grid
_COUNTED = re.compile(r"\b(rank\w*|how many|number of|age|years?|months?|hours?|days|caseload size|score|mean|total|"
                      r"average|percent\w*|index|count|order of preference|id|code)\b|%", re.I)


@dataclass(frozen=True)
class ItemColumn:
    """A column of answers on a scale: `scale` is (kind, levels in order), numbers from the end that is agreement."""

    column: Column
    reading: Reading
    scale: tuple[str, tuple[str, ...]]
    reason: str
    confidence: str


def labelled_items(columns: Sequence[Column]) -> list[ItemColumn]:
    """The columns whose answers are labels of known scales; one questionnaire's scales are shared where they can be."""
    readings = {column.name: reading for column in columns if (reading := _labels_of(column))}
    fits = {name: variant for name, reading in readings.items()
            if (variant := smallest_scale(reading.kind, reading.ordered))}
    whole = Counter((readings[name].kind, variant) for name, variant in fits.items()
                    if readings[name].ordered == set(variant))
    chosen: list[tuple[str, tuple[str, ...]]] = []
    items = {}
    for column in sorted((column for column in columns if column.name in fits),
                         key=lambda column: (-len(readings[column.name].ordered), column.position)):
        reading, own = readings[column.name], (readings[column.name].kind, fits[column.name])
        alone = reading.ordered == set(own[1]) and (whole[own] > 1 or answered(column)[1] >= ON_THEIR_OWN)
        holding = [scale for scale in chosen if scale[0] == own[0] and reading.ordered <= set(scale[1])]
        scale = own if alone or not holding else min(holding, key=lambda scale: len(scale[1]))
        chosen += [scale] * (scale not in chosen)
        items[column.name] = ItemColumn(column, reading, scale, *_why(column, reading, scale))
    return [items[column.name] for column in columns if column.name in items]


def _labels_of(column: Column) -> Reading | None:
    """The reading of a column of labels, unless too many of its answers are on no known scale."""
    if len(column.texts) > MOST_TEXTS:
        return None
    reading = read_labels(column.texts)
    if reading is None or clashes(reading) or (reading.unknown and read_numbers(column.texts)):
        return None
    counts = dict(zip(column.texts, np.bincount(column.codes, minlength=len(column.texts)).tolist(), strict=True))
    strange, known = (sum(counts[text] for text in texts) for texts in (reading.unknown, reading.levels))
    mostly = known >= KNOWN_SHARE * (strange + known) and len(reading.unknown) <= 3 and len(reading.ordered) > 2
    return reading if mostly or not reading.unknown else None


def _why(column: Column, reading: Reading, scale: tuple[str, tuple[str, ...]]) -> tuple[str, str]:
    reason = f"scale of {scale[0].replace('_', ' ')}, {len(scale[1])} points"
    if reading.unknown:
        return f"{reason}; {len(reading.unknown)} other answers are not on it: add them to answers or missing", LOW
    if reading.typos:
        return f"{reason}; a label that is misspelt was read as the one it comes near to", LOW
    if len(reading.ordered) == 2 and len(scale[1]) > 2:
        return f"{reason}, of which two were chosen", MEDIUM
    return reason, HIGH


def numbered_items(columns: Sequence[Column], stems: dict[str, str]) -> list[ItemColumn]:
    """The columns of whole numbers that are points of a scale, the range taken from the columns beside them."""
    readings = {column.name: reading for column in columns if (reading := _numbers_of(column, stems))}
    items = []
    for run in _runs([column for column in columns if column.name in readings]):
        ranges = {column.name: number_range(readings[column.name].ordered) for column in run}
        usual = Counter(ranges.values()).most_common(1)[0][0]
        directions = {readings[column.name].high for column in run} - {None}
        for column in run:
            reading, (low, high) = readings[column.name], ranges[column.name]
            if len(directions) == 1:  # what the file says of one column of a grid holds for those beside it
                reading = replace(reading, high=max(directions))
            stated = reading.high is not None
            if not (stated or len(run) >= RUN or is_statement(statement(column, stems))):
                continue
            if usual[0] <= low and high <= usual[1]:
                low, high = usual
            points = tuple(map(str, range(low, high + 1)))
            reason = f"whole numbers from {low} to {high}"
            reason += (f"; {'the highest' if reading.high else 'the lowest'} means agreement, as the file says"
                       if stated else
                       "; that the highest means agreement is assumed")
            order = points if reading.high is False else points[::-1]
            items.append(ItemColumn(column, reading, (NUMBERS, order), reason, MEDIUM if stated else LOW))
    return items


def _numbers_of(column: Column, stems: dict[str, str]) -> Reading | None:
    if len(column.texts) > MOST_TEXTS:
        return None
    reading = read_numbers(column.texts, column.question)
    if reading is None or number_range(reading.ordered) is None or reading.ordered <= {"0", "1"}:
        return None
    counted = _COUNTED.search(heading(statement(column, stems))) and reading.high is None
    return None if counted or re.search(r"\brank", heading(column.question)) else reading


def _runs(columns: Sequence[Column]) -> Iterator[list[Column]]:
    """Columns that stand side by side in the file and under one question, in runs."""
    run: list[Column] = []
    for column in columns:
        if run and (column.position != run[-1].position + 1
                    or split_heading(column.question)[1] != split_heading(run[-1].question)[1]):
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def families_left_out(columns: Sequence[Column], stems: dict[str, str]) -> list[Guess]:
    """The columns of questions with several answers, and of rankings."""
    options = [column for column in columns if _is_option(column, stems)]
    found = {column.name: Guess(column.name, "multi_select", "one option of a question with several answers", HIGH)
             for run in _side_by_side(options) if len(run) > 1 for column in run}
    for stem in dict.fromkeys(stems.values()):
        family = [column for column in columns if stems.get(column.name) == stem]
        if _is_ranking(family, stem):
            found |= {column.name: Guess(column.name, "other", "a place in a ranking, no answer on a scale", HIGH)
                      for column in family}
    return list(found.values())


def unordered_families(columns: Sequence[Column]) -> list[Guess]:
    """Three columns or more with the same few answers, of which no order is known."""
    alike: dict[frozenset[str], list[Column]] = {}
    for column in columns:
        texts = frozenset(map(label_key, answered(column)[0])) if len(column.texts) <= MOST_TEXTS else frozenset()
        if 3 <= len(texts) <= 11 and not all(text.replace(".", "").isdigit() for text in texts):
            alike.setdefault(texts, []).append(column)
    return [Guess(column.name, "other", "answers whose order is not known; declare a scale", MEDIUM)
            for family in alike.values() if len(family) >= 3 for column in family]


def _is_option(column: Column, stems: dict[str, str]) -> bool:
    """Whether a column holds one option's text or blank, or says yes or no to one option of a shared question."""
    if len(column.texts) > MOST_TEXTS:
        return False
    texts = {label_key(text) for text in column.texts}
    ticked = len(texts - {""}) == 1 and "" in texts
    return ticked or (column.name in stems and texts <= {"", "0", "1", "yes", "no", "checked", "unchecked", "selected",
                                                         "not selected", "true", "false", "0.0", "1.0"}
                      and texts != {""})


def _side_by_side(columns: Sequence[Column]) -> Iterator[list[Column]]:
    run: list[Column] = []
    for column in columns:
        if run and column.position != run[-1].position + 1:
            yield run
            run = []
        run.append(column)
    if run:
        yield run


def _is_ranking(family: Sequence[Column], stem: str) -> bool:
    """Whether the columns of a grid hold places: every person gives each number once."""
    readings = [read_numbers(column.texts) for column in family]
    if len(family) < 3 or not all(readings):
        return False
    numbers = np.column_stack([np.array([int(reading.levels.get(text, -1)) if reading.levels.get(text) != DONT_KNOW
                                         else -1
                                         for text in column.texts])[column.codes]
                               for column, reading in zip(family, readings, strict=True)])
    full = numbers[(numbers > 0).all(axis=1)]
    permuted = (np.sort(full, axis=1) == np.arange(1, len(family) + 1)).all(axis=1)
    return len(full) > 1 and permuted.mean() > 0.9 or bool(re.search(r"\brank", stem, re.I))
