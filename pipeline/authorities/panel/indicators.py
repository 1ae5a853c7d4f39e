"""The indicators of the panel (data/raw/authorities/indicators.yaml): definition, reference date, columns."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.authorities.releases.catalogue import FOLDER
from pipeline.files import project_root
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model


class Day(Strict):
    """A day of a reporting year: `year` counts from it (-1 is the year before), `day` is month and day."""

    year: int
    day: Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]

    def of(self, year: int) -> date:
        """The date in reporting year `year`.

        >>> Day(year=-1, day="04-01").of(2024)
        datetime.date(2023, 4, 1)
        """
        return date.fromisoformat(f"{year + self.year:04d}-{self.day}")


class DenominatorFrom(Strict):
    """A denominator from another data set, of another year of it."""

    source: Slug
    year: int


class Indicator(Strict):
    """One indicator; see the head of indicators.yaml for the keys."""

    id: Identifier
    title: Text
    definition: Text
    role: Literal["support", "outcome", "context"]
    better: Literal["low", "high", "neither"]
    reference: Text
    begins: Day | None = None
    ends: Day
    source: Slug
    value: Identifier | None
    numerator: Identifier | None
    denominator: tuple[Identifier, ...]
    denominator_from: DenominatorFrom | None = None
    rows: dict[Identifier, Text] = {}
    of_all: dict[Identifier, Text] = {}
    per: int | None = Field(ge=1)
    unit: Text
    decimals: int = Field(ge=0, le=6)

    @model_validator(mode="after")
    def _consistent(self) -> "Indicator":
        whole = self.numerator is not None and bool(self.denominator)
        problems = ["value: give the published column, or numerator, denominator and per"] * (
            self.value is None and not whole
        )
        problems += ["per: a rate that is made again needs numerator, denominator and per"] * (
            whole != (self.per is not None)
        )
        problems += ["of_all: without rows there is nothing to tell apart"] * bool(self.of_all and not self.rows)
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def is_count(self) -> bool:
        """A number of children, which can be added up over authorities."""
        return self.numerator is None and self.unit == "children"


class _Indicators(Strict):
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> "_Indicators":
        ids = [indicator.id for indicator in self.indicators]
        if again := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"an id stands twice: {', '.join(again)}")
        return self


def read_indicators(path: Path | None = None) -> tuple[Indicator, ...]:
    """Read indicators.yaml, the project's own if no path is given, in its order.

    Raises CodebookError for a file that is missing or does not fit: all problems at once.

    >>> [indicator.id for indicator in read_indicators()][:3]
    ['vacancy_rate', 'turnover_rate', 'agency_rate']
    """
    return read_model(path or project_root() / FOLDER / "indicators.yaml", _Indicators).indicators
