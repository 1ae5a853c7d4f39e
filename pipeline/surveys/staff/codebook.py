"""The codebook of a council's own staff survey: which column of its file is what, and how its answers read.

It is the file survey.yaml beside the export. `golden-thread survey new` drafts it, a person corrects it, and it is
read whole: every problem is named together, with its key and what to do about it. What must be said of the columns
depends on the kind: `responses` (one row a person), or a ready table of `counts` or `percentages` (one row a statement).
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.statistics.rounding import Rounding
from pipeline.surveys.codebook import AnswerScale, Category, Month, listed, part_of, repeated
from pipeline.surveys.deciding.questions import Question
from pipeline.surveys.disclosure.policy import Policy

TABLE_GROUPING = "group"  # the grouping of a ready table's groups
ScaleKind = Literal[
    "agreement",
    "satisfaction",
    "likelihood",
    "favour",
    "ease",
    "positivity",
    "frequency",
    "quality",
    "grades",
    "extent",
    "yes_to_some_extent",
    "intensity",
    "importance",
    "ability",
    "amount",
    "numbers",
    "bipolar",
    "other",
]
REASONS = ("no_answer", "stopped", "not_applicable", "not_asked", "prefer_not_to_say")  # why an answer is missing


class File(Strict):
    """The export: its name, and how to read it where that cannot be told from the file itself."""

    name: Annotated[Text, StringConstraints(pattern=r"^[^/\\]+$")]  # in the survey's own folder
    header: Literal["one", "qualtrics", "surveymonkey"] | None = None
    sheet: Text | None = None
    encoding: Text | None = None
    delimiter: str | None = None


class Fieldwork(Strict):
    """First and last month in which people answered."""

    start: Month
    end: Month


class StaffCategory(Category):
    """One answer; `answers` are the ways in which the file writes it, numbers included."""

    answers: tuple[str, ...] = ()


class MissingAnswers(Strict):
    """What the file writes where somebody gave no answer, by reason. A blank cell needs no entry."""

    reason: Literal["not_applicable", "not_asked", "prefer_not_to_say", "no_answer"]
    answers: tuple[Text, ...] = Field(min_length=1)


class StaffScale(AnswerScale):
    """The answers that some items share: those in order from the strongest agreement on, then "don't know" if any.

    `kind` says what the answers are degrees of; where it is not given, their labels tell. `missing` is what means no answer
    on this scale: a 9 that is a point of another.

    >>> scale = StaffScale(id="likeliness", categories=[dict(id="yes", label="Yes", role="agree", answers=["1"]),
    ...     dict(id="no", label="No", role="disagree"), dict(id="dk", label="Don't know", role="dont_know")])
    >>> scale.ordered, scale.position("no"), scale.points
    (('yes', 'no'), 0.0, 2)
    """

    id: Identifier
    kind: ScaleKind | None = None
    categories: tuple[StaffCategory, ...]
    missing: tuple[MissingAnswers, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "StaffScale":
        problems = repeated("categories", self.ids)
        order = [("agree", "neutral", "disagree", "dont_know").index(category.role) for category in self.categories]
        if order != sorted(order):
            problems.append("the categories stand in the order agree, neutral, disagree, dont_know")
        counts = Counter(category.role for category in self.categories)
        problems += [
            f"{counts[role]} categories have the role {role}; give it to one at most"
            for role in ("neutral", "dont_know")
            if counts[role] > 1
        ]
        if not (counts["agree"] and counts["disagree"]):
            problems.append("a scale needs at least one category of agreement and one of disagreement")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def ordered(self) -> tuple[str, ...]:
        """The categories on the scale, from the strongest agreement on, without "don't know"."""
        return tuple(category.id for category in self.categories if category.role != "dont_know")

    @property
    def points(self) -> int:
        """How many points the scale has."""
        return len(self.ordered)

    def position(self, category: str) -> float:
        """Where a category stands between 0, the strongest disagreement, and 1, the strongest agreement."""
        return 1 - self.ordered.index(category) / (self.points - 1)


class StaffDomain(Strict):
    """A subject that items belong to."""

    id: Identifier
    label: Text


class AskedIf(Strict):
    """Who was asked: those with one of these texts in a column, such as the managers in that of the role."""

    column: Text
    answers: tuple[Text, ...] = Field(min_length=1)


class StaffItem(Strict):
    """One statement. `matches` is the statement of the benchmark survey that asks the same; `may_match` one that a draft
    found near, which is not compared until a person has confirmed it by calling the key `matches`.

    `column` is the column's heading (kind responses) or the row's text in the statement column (ready tables).
    `also` are further columns that hold the same question, put to others on another route through the questionnaire; nobody
    may have an answer in two of them. `asked_if` says to whom it was put, where that was not everybody: a blank of the others
    is "not asked", and nobody stopped there.
    `reversed` marks a statement to which agreement speaks against support or outcomes; `turned` one whose answers the file
    stores the other way round than the scale says, the last point for the first.
    """

    id: Slug
    column: Text
    also: tuple[Text, ...] = ()
    asked_if: AskedIf | None = None
    wording: Text
    label: Text
    domain: Identifier
    measures: Literal["support", "outcome"]
    scale: Identifier
    reversed: bool = False
    turned: bool = False
    matches: Slug | None = None
    may_match: Slug | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold the question, one for each route on which it was put."""
        return (self.column, *self.also)


class Grouping(Strict):
    """A column that tells groups apart, such as the role; `levels` rename what the file writes, for the reports."""

    id: Identifier
    column: Text
    label: Text
    levels: dict[str, Text] = {}


class LeftOut(Strict):
    """A column that is not used, and why."""

    column: Text
    why: Literal["identifier", "contact", "free_text", "multi_select", "date", "progress", "other"]


class NotCounted(Strict):
    """Rows that are nobody's answers, such as previews: those with one of these texts in a column."""

    column: Text
    answers: tuple[Text, ...] = Field(min_length=1)


class Table(Strict):
    """Where a ready table has its parts: the columns of the statements, of the base, and of the group if there is one.

    `everybody` are the texts in the column of the groups that mark the rows of everybody; where there are none, everybody
    is the sum of the groups, which counts allow and percentages do not.
    """

    statement: Text
    base: Text | None = None
    group: Text | None = None
    everybody: tuple[Text, ...] = ()
    decimals: int = Field(default=0, ge=0, le=6)
    rounding: Rounding = "half_up"


class Benchmark(Strict):
    """The published survey to compare with, and which of its groups."""

    survey: Slug
    group: Identifier


class Models(Strict):
    """How the joint models are fitted, and from how many people on they are."""

    minimum: int = Field(default=150, ge=50)
    covariates: tuple[Identifier, ...] = ()
    answered: float = Field(default=0.5, gt=0, le=1)


class StaffSurvey(Strict):
    """Everything that is known about a council's survey apart from its answers."""

    name: Slug
    title: Text
    kind: Literal["responses", "counts", "percentages"]
    simulated: bool = False
    organisation: Text | None = None
    invited: int | None = Field(default=None, ge=1)
    fieldwork: Fieldwork | None = None
    file: File
    scales: tuple[StaffScale, ...] = Field(min_length=1)
    missing: tuple[MissingAnswers, ...] = ()
    domains: tuple[StaffDomain, ...] = Field(min_length=1)
    items: tuple[StaffItem, ...] = Field(min_length=1)
    groups: tuple[Grouping, ...] = ()
    cluster: Text | None = None
    weight: Text | None = None
    without_weight: Literal["refuse", "leave_out", "one"] = "refuse"  # what becomes of a row whose weight is blank
    respondent: Text | None = None
    duplicates: Literal["first", "last", "refuse"] = "refuse"
    not_counted: tuple[NotCounted, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    table: Table | None = None
    benchmark: Benchmark | None = None
    disclosure: Policy = Policy()
    models: Models = Models()
    decide: tuple[Question, ...] = ()
    decided: dict[str, Text] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "StaffSurvey":
        if problems := [*self._repeated(), *self._unknown(), *self._by_kind()]:
            raise ValueError("\n".join(problems))
        return self

    def _repeated(self) -> list[str]:
        problems = [
            line
            for key in ("scales", "domains", "items", "groups", "decide")
            for line in repeated(key, [part.id for part in getattr(self, key)])
        ]
        problems += repeated("items, column", [column for item in self.items for column in item.columns])
        problems += repeated("items, matches", [item.matches for item in self.items if item.matches])
        uses = [(column, "an item") for item in self.items if self.kind == "responses" for column in item.columns]
        uses += [(group.column, "a group") for group in self.groups]
        uses += [(column, key) for key, column in (("weight", self.weight), ("respondent", self.respondent)) if column]
        problems += [
            f"{column!r} is used {len(found)} times ({', '.join(found)}); use a column once"
            for column in dict.fromkeys(column for column, _ in uses)
            if len(found := [use for each, use in uses if each == column]) > 1 and set(found) != {"an item"}
        ]
        used = (
            {column for column, _ in uses}
            | {self.cluster}
            | {part.column for part in self.not_counted}
            | {item.asked_if.column for item in self.items if item.asked_if}
        )
        problems += [
            f"left_out: {part.column!r} is used above; take it out of one of both places"
            for part in self.left_out
            if part.column in used
        ]
        return problems + repeated("left_out", [part.column for part in self.left_out])

    def _unknown(self) -> list[str]:
        scales, domains, groups = ([part.id for part in parts] for parts in (self.scales, self.domains, self.groups))
        problems = [
            f"items, {item.id}, {key}: {value!r} is not one of {listed(known)}"
            for item in self.items
            for key, value, known in (("scale", item.scale, scales), ("domain", item.domain, domains))
            if value not in known
        ]
        return problems + [
            f"models, covariates: {each!r} is not a group; use one of {listed(groups) or 'none'}"
            for each in self.models.covariates
            if each not in groups
        ]

    def _by_kind(self) -> list[str]:
        if self.kind == "responses":
            return ["table: is for ready tables only; take it out"] * (self.table is not None)
        problems = [] if self.table else ["table: say which columns hold the statements and the base"]
        if self.disclosure.round_to:
            problems.append(
                "disclosure, round_to: a ready table is shown as it came; round them there and take this out"
            )
        if self.kind == "percentages" and self.table and not self.table.base:
            problems.append("table, base: percentages need the number of people behind each row; name its column")
        if self.table and self.table.everybody and not self.table.group:
            problems.append("table, everybody: is for a table with a column of groups (group); take it out")
        problems += [
            f"items, {item.id}, {key}: is for one row a person only; take it out"
            for item in self.items
            for key in ("also", "asked_if")
            if getattr(item, key)
        ]
        for key in ("groups", "cluster", "weight", "respondent", "not_counted"):
            if getattr(self, key):
                problems.append(f"{key}: is for one row a person only; take it out")
        return problems

    def scale(self, item: str) -> StaffScale:
        """The scale of an item. Raises CodebookError for an unknown one, as `item` and `grouping` do."""
        wanted = self.item(item).scale
        return next(scale for scale in self.scales if scale.id == wanted)

    def item(self, item: str) -> StaffItem:
        """The item with this slug."""
        return part_of(self, "items", item)

    def grouping(self, grouping: str) -> Grouping:
        """The grouping with this identifier."""
        return part_of(self, "groups", grouping)

    def groupings(self) -> dict[str, str]:
        """What each grouping is called; of a ready table by group the only one is called what its column is."""
        of_table = {TABLE_GROUPING: self.table.group} if self.table and self.table.group else {}
        return {grouping.id: grouping.label for grouping in self.groups} | of_table

    def columns(self) -> tuple[str, ...]:
        """The columns of the file that are read: never one that is left out."""
        if self.kind != "responses":
            return ()
        named = [column for item in self.items for column in item.columns]
        named += [item.asked_if.column for item in self.items if item.asked_if]
        named += [part.column for parts in (self.groups, self.not_counted) for part in parts]
        return tuple(dict.fromkeys([*named, *filter(None, (self.cluster, self.weight, self.respondent))]))


def read_staff_survey(path: Path) -> StaffSurvey:
    """Read and check the survey.yaml of a council's survey; CodebookError names every problem, its key and its fix."""
    return read_model(path, StaffSurvey)
