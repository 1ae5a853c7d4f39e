"""What the report says in numbers, or in words for proportions, held against its own table.

claims.yaml holds one entry for each statistic of each group that a sentence states: where it stands, the claim in our
own words, and either a check or why there is none. `check_claims` gives each entry a verdict; `pipeline.claims.verdicts` says
by which rules: reproduced, within rounding, reproduced literally only, not reproduced, or not checkable.
"""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, model_validator

from pipeline.claims.checking import Stated, verdicts_on
from pipeline.claims.entries import Statement, Statements, common_problems
from pipeline.claims.figures import Figure
from pipeline.claims.verdicts import Judgement, Share, judge_comparison, judge_count, judge_number, judge_word, percent
from pipeline.errors import DataError
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.surveys.codebook import Codebook
from pipeline.surveys.published import row_counts

Role = Literal["agree", "neutral", "disagree", "dont_know"]


class Part(Strict):
    """The share of a group's answers to an item that fall into the categories with a role."""

    item: Slug
    group: Identifier
    categories: Role


class PercentCheck(Part):
    """That a share is a number of per cent, or what a word says."""

    statistic: Literal["percent"]
    number: Annotated[int, Field(ge=0, le=100)] | None = None
    word: Text | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "PercentCheck":
        if (self.number is None) == (self.word is None):
            raise ValueError("give either number or word")
        return self


class ComparisonCheck(Strict):
    """That one share is less or greater than another."""

    statistic: Literal["comparison"]
    left: Part
    relation: Literal["less", "greater"]
    right: Part

    @model_validator(mode="after")
    def _two_rows(self) -> "ComparisonCheck":
        if (self.left.item, self.left.group) == (self.right.item, self.right.group):
            raise ValueError("left and right are the same row; compare two items or two groups")
        return self


class CountCheck(Strict):
    """That a number of people, places or rows is, or exceeds, a number; no groups means all of them."""

    statistic: Literal["count"]
    of: Literal[
        "respondents",
        "rows_with_fewer_answers",
        "authorities_listed",
        "authorities_answering",
        "authorities_not_answering",
    ]
    groups: tuple[Identifier, ...] = ()
    relation: Literal["equals", "greater"] = "equals"
    number: int = Field(ge=0)


Check = Annotated[PercentCheck | ComparisonCheck | CountCheck, Field(discriminator="statistic")]


class Claim(Statement):
    """A statement of the report on its survey."""

    check: Check | None = None
    beside: None = None


class Claims(Statements):
    """All claims, the words that they use, and the report's sections in order."""

    sections: tuple[Text, ...]
    claims: tuple[Claim, ...] = Field(min_length=1)


def read_claims(path: Path, codebook: Codebook) -> Claims:
    """Read and check a claims.yaml; raise CodebookError naming the file, and each problem's entry, key and fix."""
    return read_model(path, Claims, lambda claims: _problems(claims, codebook))


def check_claims(claims: Claims, answers: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """A verdict on every claim, as `pipeline.claims.checking.verdicts_on` has them.

    `answers` is the canonical table (see `pipeline.surveys.published.count_tables`). found is the published figure as
    text; found_low and found_high are what rounding allows: per cent for a share, percentage points (left less right)
    for a comparison, the number itself for a count. literal and convention are "true", "false" or, where there is no
    such reading, "". Raises DataError if `answers` lacks a row that a claim needs.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> from pipeline.surveys.published import count_tables, read_published
    >>> folder = project_root() / "data/raw/surveys/ofsted-2011"
    >>> codebook = read_codebook(folder / "survey.yaml")
    >>> answers, _ = count_tables(read_published(folder, codebook), codebook)
    >>> checked = check_claims(read_claims(folder / "claims.yaml", codebook), answers, codebook)
    >>> checked.set_index("id").loc["effectiveness-managers", ["claimed", "found", "verdict"]].tolist()
    ['78%', '74%', 'not reproduced']
    """
    return verdicts_on(claims.claims, SurveyFigures(claims, answers, codebook))


class SurveyFigures:
    """The shares of the survey's rows, and the numbers around them, as the checks of `claims` look into them."""

    def __init__(self, claims: Claims, answers: pd.DataFrame, codebook: Codebook):
        self.words, self.codebook = claims.words, codebook
        self.rows = {key: row.set_index("category") for key, row in answers.groupby(["item", "group"], sort=False)}

    def stated(self, check: Check) -> Stated:
        """The groups and items that a check is about, and what it claims of them."""
        match check:
            case PercentCheck():
                return Stated([check.group], [check.item], f"{check.number}%" if check.word is None else check.word)
            case ComparisonCheck(left=left, right=right):
                return Stated([left.group, right.group], [left.item, right.item], f"{check.relation} than")
            case CountCheck():
                return Stated(check.groups, [], "more than " * (check.relation == "greater") + str(check.number))

    def found(self, check: Check) -> tuple[Figure, Judgement]:
        """The published figure, and the judgement; all figures that a check can name are there."""
        match check:
            case PercentCheck():
                share = self.share(check)
                judgement = (
                    judge_number(share, check.number)
                    if check.word is None
                    else judge_word(share, check.word, self.words[check.word])
                )
                return Figure(share.published, share.lowest, share.highest, percent(share.published)), judgement
            case ComparisonCheck(left=left, right=right):
                one, other = self.share(left), self.share(right)
                gap = Figure(
                    one.published - other.published,
                    one.lowest - other.highest,
                    one.highest - other.lowest,
                    f"{percent(one.published)} against {percent(other.published)}",
                )
                return gap, judge_comparison(one, check.relation, other)
            case CountCheck():
                number = self.count(check)
                return Figure.exactly(number, str(number)), judge_count(number, check.relation, check.number)

    def revised(self, check: Check, figure: Figure) -> str:
        """Nothing: a survey is published once."""
        return ""

    def share(self, part: Part) -> Share:
        """The published percentage of the part, and the counts that rounding allows it."""
        categories = self.codebook.scale.ids
        row = self.rows.get((part.item, part.group))
        if row is None or set(row.index) != set(categories):
            raise DataError(
                "A claim needs a row that is not there whole.",
                where="answers.csv",
                expected=f"item {part.item}, group {part.group}, a line each for {', '.join(categories)}",
                fix="Make the table again from the survey that the claims are about.",
            )
        row = row.loc[list(categories)]
        base = int(row["base"].iloc[0])
        chosen = [categories.index(category) for category in self.codebook.scale.with_role(part.categories)]
        feasible = row_counts(
            row["percent"].tolist(), base, self.codebook, f"answers.csv, item {part.item}, group {part.group}"
        )
        published = sum((Fraction(feasible.percentages[k]) for k in chosen), Fraction())
        return Share(published, *feasible.bounds(chosen), base, self.codebook.rounding)

    def count(self, check: CountCheck) -> int:
        """A number of people, places or rows."""
        groups = [self.codebook.group(group) for group in check.groups] or self.codebook.groups
        places = self.codebook.authorities
        bases = {
            group.id: [int(row["base"].iloc[0]) for (_, of), row in self.rows.items() if of == group.id]
            for group in groups
        }
        return {
            "respondents": sum(group.respondents for group in groups),
            "rows_with_fewer_answers": sum(base < group.respondents for group in groups for base in bases[group.id]),
            "authorities_listed": len(places.visited),
            "authorities_answering": places.answering,
            "authorities_not_answering": places.surveyed - places.answering,
        }[check.of]


def _parts(check: Check | None) -> list[tuple[str, Part]]:
    """The shares that a check looks at, each with the words that lead to it in the file."""
    if isinstance(check, ComparisonCheck):
        return [("left, ", check.left), ("right, ", check.right)]
    return [("", check)] if isinstance(check, PercentCheck) else []


def _problems(claims: Claims, codebook: Codebook) -> Iterator[str]:
    """What a claims file says that does not fit itself or the codebook."""
    yield from common_problems(claims)
    items, groups = {item.id: item for item in codebook.items}, {group.id for group in codebook.groups}
    for claim in claims.claims:
        entry = f"claims, {claim.id}"
        if claim.place.name not in claims.sections:
            yield f"{entry}, place, section: {claim.place.name!r} is not listed; use one of the names under sections"
        check = claim.check
        if isinstance(check, CountCheck):
            yield from (
                f"{entry}, check, groups: {group!r} is not a group; use one of {', '.join(sorted(groups))}"
                for group in check.groups
                if group not in groups
            )
        for side, part in _parts(check):
            if part.item not in items:
                yield f"{entry}, check, {side}item: {part.item!r} is not in survey.yaml; correct its spelling"
            elif part.group not in items[part.item].groups:
                yield (
                    f"{entry}, check, {side}group: {part.group!r} was not asked {part.item}; "
                    f"use one of {', '.join(items[part.item].groups)}"
                )
