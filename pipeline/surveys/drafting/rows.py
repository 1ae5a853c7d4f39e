"""Rows of an export that are no respondent's answers: previews and tests, and files with one row an answer."""

import numpy as np

from pipeline.errors import DataError
from pipeline.inputs.exports.table import Column, Export
from pipeline.inputs.exports.texts import label_key
from pipeline.surveys.drafting.columns import RESPONDENT, answered, heading, platform_column
from pipeline.surveys.drafting.wordings import is_statement

_STATUS = (
    "status",
    "response type",
)  # Qualtrics: 0 is an answer, 1 a preview, 2 a test; 8 more is spam, 16 more offline
_NOBODY = {"survey preview", "survey test", "preview", "test"} | {f"{code}" for code in (1, 2, 9, 10, 17, 18, 25, 26)}
_ASKED = ("question", "question text", "statement", "item", "survey question", "variable", "field", "field name")
_GIVEN = ("answer", "response", "value", "answer text", "answer value", "response text", "choice")
PER_PERSON = 2  # rows or more, of the respondent in the middle: a file with one row an answer


def not_counted(export: Export) -> dict[str, tuple[str, ...]]:
    """The texts of Qualtrics' column of statuses that mark previews and tests, by the column's name."""
    found = {}
    for column in export.columns:
        if label_key(column.name) in _STATUS and (
            export.header == "qualtrics" or not all(map(str.isdigit, column.texts))
        ):
            texts = tuple(sorted(text for text in column.texts if label_key(text) in _NOBODY))
            if texts:
                found[column.name] = texts
    return found


def refuse_long(export: Export) -> None:
    """Raise DataError for a file with one row an answer: its questions stand below each other in a column.

    Either two columns are headed so, or the rows of each respondent differ in a column of questions, which come again with
    the next one.
    """
    persons = [column for column in export.columns if _comes_again(column)]
    for column in export.columns:
        asked = [text for text in column.texts if text]
        if len(asked) < 2 or len(asked) > export.rows / 2:
            continue
        headed = label_key(column.name) in _ASKED and any(label_key(each.name) in _GIVEN for each in export.columns)
        if not headed and np.mean([is_statement(text) or text.endswith("?") for text in asked]) <= 0.5:
            continue
        person = next((each for each in persons if each is not column and _tells_apart(each, column)), None)
        if headed or person:
            people = f" of {len(answered(person)[0]):,} in column {person.name}" if person else ""
            raise DataError(
                "The file has one row an answer, not one row a person.",
                where=f"{export.file}, column {column.name}",
                found=f"{len(asked)} questions below each other in {export.rows:,} rows{people}",
                expected="one row a person, a column for each question",
                fix='Export it in "wide" form; or turn it in a spreadsheet: a pivot table with the respondents as rows and '
                "the questions as columns.",
            )


def _comes_again(person: Column) -> bool:
    """Whether a column may tell respondents apart who have several rows each."""
    guess = platform_column(person)
    named = (guess and guess.use in (RESPONDENT, "identifier")) or len(heading(person.name).split()) <= 3
    return bool(
        named
        and "" not in person.texts
        and len(person.texts) > 1
        and float(np.median(np.bincount(person.codes))) >= PER_PERSON
    )


def _tells_apart(person: Column, asked: Column) -> bool:
    """Whether each row of a respondent is another question's."""
    pairs = person.codes.astype(np.int64) * len(asked.texts) + asked.codes
    return len(np.unique(pairs)) == len(pairs)
