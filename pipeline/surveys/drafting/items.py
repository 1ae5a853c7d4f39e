"""Which columns of an export hold answers on a scale, on which scale, and which only look like it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pipeline.inputs.exports.table import Column
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.columns import HIGH, LOW, MEDIUM, Guess, answered
from pipeline.surveys.drafting.known_scales import Reading, clashes, plain_key, read_labels, smallest_scale
from pipeline.surveys.drafting.number_scales import Way, read_numbers
from pipeline.surveys.drafting.other_languages import translated
from pipeline.surveys.drafting.vocabularies import DONT_KNOW, LADDERS

KNOWN_SHARE = 0.8  # of the answers: a column of which fewer are on the scale is no item
ON_THEIR_OWN = 100  # answers: when nobody of so many chose a category, it was hardly on offer
MOST_TEXTS = 100  # different texts: a column of more is no item, however they are spelt
MOST_STRANGE = 8  # labels of another language, in one column


class ScaleKey(NamedTuple):
    """What tells scales apart: what they are degrees of, their levels from the best on, and what numbers are called."""

    kind: str
    levels: tuple[str, ...]
    ends: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Doubt:
    """What is not certain of a scale: how to take its numbers and which end of them is agreement, codes beside them, points
    that nobody chose, labels beside those of a known scale, or the order of all labels.
    """

    ways: tuple[Way, ...] = ()
    end: bool = False
    codes: tuple[int, ...] = ()
    absent: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    order: bool = False


@dataclass(frozen=True)
class ItemColumn:
    """A column of answers on a scale, its levels from the end that is agreement on, and what is not certain of it."""

    column: Column
    reading: Reading
    scale: ScaleKey
    reason: str
    confidence: str
    doubt: Doubt = Doubt()


def counts_of(column: Column) -> dict[str, int]:
    """How many cells hold each text."""
    return dict(zip(column.texts, np.bincount(column.codes, minlength=len(column.texts)).tolist(), strict=True))


def labelled_items(columns: Sequence[Column]) -> list[ItemColumn]:
    """The columns whose answers are labels of known scales; one questionnaire's scales are shared where they can be."""
    readings = _readings(columns)
    fits = {
        name: variant
        for name, reading in readings.items()
        if (variant := smallest_scale(reading.kind, reading.ordered))
    }
    whole = Counter(
        (readings[name].kind, variant) for name, variant in fits.items() if readings[name].ordered == set(variant)
    )
    chosen: list[ScaleKey] = []
    items = {}
    for column in sorted(
        (column for column in columns if column.name in fits),
        key=lambda column: (-len(readings[column.name].ordered), column.position),
    ):
        reading, own = readings[column.name], ScaleKey(readings[column.name].kind, fits[column.name])
        alone = reading.ordered == set(own.levels) and (
            whole[own.kind, own.levels] > 1 or answered(column)[1] >= ON_THEIR_OWN
        )
        holding = [scale for scale in chosen if scale.kind == own.kind and reading.ordered <= set(scale.levels)]
        scale = own if alone or not holding else min(holding, key=lambda scale: len(scale.levels))
        chosen += [scale] * (scale not in chosen)
        items[column.name] = ItemColumn(column, reading, scale, *_why(column, reading, scale))
    used = {
        scale: {level for item in items.values() if item.scale == scale for level in item.reading.ordered}
        for scale in chosen
    }
    return [_with_doubts(items[column.name], used) for column in columns if column.name in items]


def _with_doubts(item: ItemColumn, used: dict[ScaleKey, set[str]]) -> ItemColumn:
    """Points of a ladder that nobody chose may not have been on offer, which a scale of two like sides tells by itself."""
    absent = tuple(level for level in item.scale.levels if level not in used[item.scale])
    doubt = Doubt(absent=absent if item.scale.kind in LADDERS else (), strange=item.reading.unknown)
    return replace(item, doubt=doubt)


def _readings(columns: Sequence[Column]) -> dict[str, Reading]:
    """The readings of columns of labels by the column's name, unless too many of its answers are on no known scale."""
    found = {
        column.name: reading
        for column in columns
        if len(column.texts) <= MOST_TEXTS
        and (reading := read_labels(column.texts))
        and not clashes(reading)
        and not (reading.unknown and read_numbers(column.texts))
    }
    shared = Counter(key for reading in found.values() for key in set(map(plain_key, reading.unknown)))
    return {
        column.name: found[column.name]
        for column in columns
        if column.name in found and _is_on_scale(column, found[column.name], shared)
    }


def _is_on_scale(column: Column, reading: Reading, shared: Counter[str]) -> bool:
    """Whether the labels that are not known are strays, or stand for those that are: in another language, in other columns too.

    A label beside a scale of which a point is lacking may be that point; then the order of all is not known.
    """
    if not reading.unknown:
        return True
    counts = counts_of(column)
    strange, known = (sum(counts[text] for text in texts) for texts in (reading.unknown, reading.levels))
    if len(reading.ordered) < 3 or smallest_scale(reading.kind, reading.ordered) is None:
        return False
    if reading.kind in LADDERS and set(smallest_scale(reading.kind, reading.ordered)) != reading.ordered:
        return False
    others = all(translated(text) or shared[plain_key(text)] > 1 for text in reading.unknown)
    return (others and known >= strange and len(reading.unknown) <= MOST_STRANGE) or (
        known >= KNOWN_SHARE * (strange + known) and len(reading.unknown) <= 3
    )


def _why(column: Column, reading: Reading, scale: ScaleKey) -> tuple[str, str]:
    reason = f"scale of {scale.kind.replace('_', ' ')}, {len(scale.levels)} points"
    if reading.unknown:
        return f"{reason}; {len(reading.unknown)} other answers are not on it", LOW
    if reading.typos:
        return f"{reason}; a label that is misspelt was read as the one it comes near to", LOW
    if len(reading.ordered) == 2 and len(scale.levels) > 2:
        return f"{reason}, of which two were chosen", MEDIUM
    return reason, HIGH


def families_left_out(columns: Sequence[Column], stems: dict[str, str]) -> list[Guess]:
    """The columns of questions with several answers, and of rankings."""
    options = [column for column in columns if _is_option(column, stems)]
    found = {
        column.name: Guess(column.name, "multi_select", "one option of a question with several answers", HIGH)
        for run in _side_by_side(options)
        if len(run) > 1
        for column in run
    }
    for stem in dict.fromkeys(stems.values()):
        family = [column for column in columns if stems.get(column.name) == stem]
        if _is_ranking(family, stem):
            found |= {
                column.name: Guess(column.name, "other", "a place in a ranking, no answer on a scale", HIGH)
                for column in family
            }
    return list(found.values())


def _is_option(column: Column, stems: dict[str, str]) -> bool:
    """Whether a column holds one option's text or blank, or says yes or no to one option of a shared question."""
    if len(column.texts) > MOST_TEXTS:
        return False
    texts = {label_key(text) for text in column.texts}
    ticked = len(texts - {""}) == 1 and "" in texts
    return ticked or (
        column.name in stems
        and texts
        <= {
            "",
            "0",
            "1",
            "yes",
            "no",
            "checked",
            "unchecked",
            "selected",
            "not selected",
            "true",
            "false",
            "0.0",
            "1.0",
        }
        and texts != {""}
    )


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
    numbers = np.column_stack(
        [
            np.array(
                [
                    int(reading.levels.get(text, -1)) if reading.levels.get(text) != DONT_KNOW else -1
                    for text in column.texts
                ]
            )[column.codes]
            for column, reading in zip(family, readings, strict=True)
        ]
    )
    full = numbers[(numbers > 0).all(axis=1)]
    permuted = (np.sort(full, axis=1) == np.arange(1, len(family) + 1)).all(axis=1)
    return (len(full) > 1 and permuted.mean() > 0.9) or bool(re.search(r"\brank", stem, re.IGNORECASE))
