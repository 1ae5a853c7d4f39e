"""What every file of claims holds: statements, where they stand, and the words for proportions that they use."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import Field, model_validator

from pipeline.claims.verdicts import Word
from pipeline.inputs.yaml_models import Slug, Strict, Text


class Place(Strict):
    """A section of the document by its name, or a paragraph by its number, and the sentence in it, from 1."""

    section: Text | None = None
    paragraph: int | None = Field(default=None, ge=1)
    sentence: int = Field(ge=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Place":
        if (self.section is None) == (self.paragraph is None):
            raise ValueError("give either section or paragraph")
        return self

    @property
    def name(self) -> str:
        """As a table prints it."""
        return self.section or f"Paragraph {self.paragraph}"


class Statement(Strict):
    """One statement: its place, what it says in our words, and how it is checked or why it cannot be.

    `check` and `beside` are what the file's own kind of figure has; `beside` goes into the note of a statement that is not
    checkable, and decides nothing.
    """

    id: Slug
    document: Slug | None = None
    place: Place
    claim: Text
    check: Any = None
    not_checkable: Text | None = None
    beside: Any = None
    remark: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Statement":
        if (self.check is None) == (self.not_checkable is None):
            raise ValueError("give either check or not_checkable")
        if self.check and self.beside:
            raise ValueError("beside belongs to a claim that is not checkable; remove it, or make it the check")
        return self


class Statements(Strict):
    """A file of claims: the words for proportions, and the statements."""

    words: dict[Text, Word] = {}
    claims: tuple[Statement, ...] = Field(min_length=1)


def common_problems(file: Statements) -> Iterator[str]:
    """What a file of claims says that does not fit itself: an id that stands twice, a word that is not explained."""
    for claim, n in Counter(claim.id for claim in file.claims).items():
        if n > 1:
            yield f"claims, {claim}, id: stands {n} times; give each entry its own"
    for claim in file.claims:
        for key in ("check", "beside"):
            word = getattr(getattr(claim, key), "word", None)
            if word and word not in file.words:
                yield (
                    f"claims, {claim.id}, {key}, word: {word!r} is not under words; "
                    + (f"use one of {', '.join(file.words)}, or add it there" if file.words else "add it there")
                )
