"""The entries of data/raw/authorities/claims.yaml: statements of the documents on authorities, and how each is checked.

`pipeline.claims.national` reads the file and holds every entry against the published statistics.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.claims.entries import Statement, Statements
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text

Unit = Annotated[str, StringConstraints(pattern=r"^E\d{8}(\+E\d{8})*$")]
Year = Annotated[int, Field(ge=2000, le=2100)]
Positive = Annotated[Decimal, Field(gt=0)]


class Document(Strict):
    """A document, described in our words, and the year it came out."""

    described: Text
    year: Year


class Measured(Strict):
    """An indicator, and whether its value or one of the counts behind it; counts say to what unit they are printed."""

    indicator: Identifier
    measure: Literal["value", "numerator", "denominator"] = "value"
    printed_to: Positive | None = None

    @model_validator(mode="after")
    def _precise(self) -> "Measured":
        if (self.measure == "value") != (self.printed_to is None):
            raise ValueError("printed_to belongs to a numerator or denominator, and only there")
        return self


class Cell(Measured):
    """A figure of a unit in a year."""

    unit: Unit
    year: Year


class ValueCheck(Cell):
    """That a figure is a number."""

    statistic: Literal["value"]
    number: Decimal


class ChangeCheck(Measured):
    """That a figure of a unit changed by a number from one year to another: per cent of the first, or points."""

    statistic: Literal["change"]
    unit: Unit
    first: Year
    last: Year
    change_in: Literal["per cent", "points"] = Field(alias="in")
    number: Decimal

    @model_validator(mode="after")
    def _forward(self) -> "ChangeCheck":
        if self.first >= self.last:
            raise ValueError("first must be a year before last")
        return self


class ComparisonCheck(Strict):
    """That one figure is less or greater than another."""

    statistic: Literal["comparison"]
    left: Cell
    relation: Literal["less", "greater"]
    right: Cell


class RangeCheck(Strict):
    """That the authorities' figures of a year go from lowest to highest."""

    statistic: Literal["range"]
    indicator: Identifier
    year: Year
    lowest: Decimal
    highest: Decimal


class ShareCheck(Strict):
    """That so many authorities, as a word says, lie below or above a number or England; no units means all of them."""

    statistic: Literal["authorities"]
    indicator: Identifier
    year: Year
    units: tuple[Unit, ...] = ()
    relation: Literal["less", "greater"]
    than: Literal["england"] | Decimal
    word: Text


class JudgementCheck(Strict):
    """That a unit's first judgement within some time was a grade, from 1 (outstanding) to 4 (inadequate)."""

    statistic: Literal["judgement"]
    unit: Unit
    grade: int = Field(ge=1, le=4)
    since: date
    until: date | None = None


Check = Annotated[
    ValueCheck | ChangeCheck | ComparisonCheck | RangeCheck | ShareCheck | JudgementCheck,
    Field(discriminator="statistic"),
]


class NationalClaim(Statement):
    """A statement of a document on authorities; `figures` are the numbers that it prints."""

    document: Slug
    figures: tuple[Text, ...] = ()
    check: Check | None = None
    beside: Check | None = None


class NoClaim(Strict):
    """Numbers of a paragraph that state nothing about authorities, and why."""

    document: Slug
    paragraph: int = Field(ge=1)
    figures: tuple[Text, ...] = Field(min_length=1)
    why: Text


class NationalClaims(Statements):
    """All claims, their documents, the words for shares that they use, and the numbers that are no claims."""

    documents: dict[Slug, Document]
    claims: tuple[NationalClaim, ...] = Field(min_length=1)
    not_claims: tuple[NoClaim, ...] = ()
