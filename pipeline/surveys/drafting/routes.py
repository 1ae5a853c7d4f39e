"""Routes through a questionnaire, as a file shows them: one question in two columns, and questions put to some only."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.inputs.exports.table import Column, tidied
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.known_scales import missing_reason

_SECOND = re.compile(
    r"\s*(?:\(\d{1,2}\)|(?<=[^\W\d?.!)])\d|(?<=[?.!)])\s*\d)$"
)  # what tools add to a question's second column
FEWEST = 5  # people who were not asked
MOST_LEVELS = 12  # of a column that tells who was asked
ANSWERED_SHARE = 0.5  # of those who were asked


def same_questions(columns: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """Columns with the same question of which nobody answered two: the first's name, and those of the others."""
    alike: dict[str, list[Column]] = {}
    for column in columns:
        alike.setdefault(label_key(_SECOND.sub("", column.question)), []).append(column)
    return {
        family[0].name: tuple(column.name for column in family[1:])
        for family in alike.values()
        if len(family) > 1 and _apart(family)
    }


def _apart(family: Sequence[Column]) -> bool:
    answered = [_answered(column) for column in family]
    return all(each.any() for each in answered) and int(np.sum(answered, axis=0).max()) == 1


def _answered(column: Column) -> np.ndarray:
    """Whether each person has an answer (respondents,); words for a missing one are none."""
    return np.array([bool(text) and not missing_reason(text) for text in column.texts])[column.codes]


def joined(columns: Sequence[Column], routes: Mapping[str, Sequence[str]]) -> Iterator[Column]:
    """The columns with the answers of every route in the first one, the others taken out."""
    by_name, others = {column.name: column for column in columns}, {name for names in routes.values() for name in names}
    for column in columns:
        if column.name in others:
            continue
        for name in routes.get(column.name, ()):
            column = _with(column, by_name[name])
        yield column


def _with(column: Column, other: Column) -> Column:
    """The column, and where it is blank the answers of the other."""
    blank = ~_answered(column)
    codes = np.where(blank & _answered(other), other.codes + len(column.texts), column.codes)
    texts = (*column.texts, *other.texts)
    codes, used = tidied(codes, texts)
    offered = dict.fromkeys(text for text in texts if text not in used)  # answers that nobody gave stay on offer
    return replace(column, codes=codes, texts=(*used, *offered))


def who_was_asked(items: Sequence[Column], tellers: Sequence[Column]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The items that nobody of some groups answered and most of the others did: a column, and its texts of those asked."""
    tellers = [column for column in tellers if 2 <= len(column.texts) <= MOST_LEVELS]
    found = {}
    for item in items:
        answered = np.array([bool(text) for text in item.texts])[
            item.codes
        ]  # who was not asked may be told so in words
        if (~answered).sum() >= FEWEST:
            asked = (_asked(answered, teller) for teller in tellers if teller.name != item.name)
            found[item.name] = next(filter(None, asked), None)
    return {name: asked for name, asked in found.items() if asked}


def _asked(answered: np.ndarray, teller: Column) -> tuple[str, tuple[str, ...]] | None:
    people = np.bincount(teller.codes, minlength=len(teller.texts))
    answers = np.bincount(teller.codes, weights=answered, minlength=len(teller.texts))
    put = answers > 0
    said = np.array([bool(text) for text in teller.texts])
    if people[~put & said].sum() < FEWEST or not put.any() or answers[put].sum() < ANSWERED_SHARE * people[put].sum():
        return None
    texts = tuple(text for text, asked in zip(teller.texts, put & said, strict=True) if asked)
    return (teller.name, texts) if texts else None
