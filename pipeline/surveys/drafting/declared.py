"""What the file of a statistical package says of its variables, as far as a draft goes by it."""

from collections.abc import Iterator
from dataclasses import replace

from pipeline.inputs.exports.table import Column, Export, tidied
from pipeline.surveys.drafting.columns import HIGH, Guess
from pipeline.surveys.drafting.known_scales import is_unsure, missing_reason


def without_declared_missing(export: Export) -> Export:
    """The export with blanks for missing answers whose label does not say why: "Don't know" and "Refused" stay."""
    return replace(export, columns=tuple(map(_blanked, export.columns)))


def _blanked(column: Column) -> Column:
    if not column.declared.missing:
        return column
    unsaid = set(_unsaid(column))
    codes, texts = tidied(column.codes, ["" if text in unsaid else text for text in column.texts])
    return replace(column, codes=codes, texts=texts)


def with_declared_answers(column: Column) -> Column:
    """The column with the answers that nobody gave among its texts: the scale is then known whole."""
    unused = tuple(text for text in column.declared.answers if text not in column.texts)
    return replace(column, texts=column.texts + unused) if unused else column


def declared_options(export: Export) -> Iterator[Guess]:
    """The columns that are options of a question with several answers."""
    for column in export.columns:
        if column.declared.option:
            yield Guess(
                column.name, "multi_select", "one option of a question with several answers, as the file says", HIGH
            )


def declared_missing(column: Column) -> Iterator[tuple[str, str]]:
    """The texts that are declared as missing and do not say why, each with the reason "no_answer"."""
    return ((text, "no_answer") for text in _unsaid(column))


def _unsaid(column: Column) -> Iterator[str]:
    return (text for text in column.declared.missing if not (missing_reason(text) or is_unsure(text)))
