"""The codebook of a survey: what was asked, of whom, on which scale, and where each row stands in the source.

A codebook is a file survey.yaml beside the data. It is read once, checked whole, and never changed: every problem is
named together, with its key and what to do about it.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.errors import CodebookError
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.statistics.rounding import Rounding

Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Source(Strict):
    """The publication that the figures were taken from."""

    title: Text
    publisher: Text
    year: int
    place: Text
    licence: Text


class Period(Strict):
    """First and last month of a stage of the fieldwork, as YYYY-MM."""

    start: Month
    end: Month


class FieldPeriod(Strict):
    """When questionnaires went out, and when the places were visited."""

    start: Month
    visits: Period


class Authorities(Strict):
    """How many places were asked and answered, and the names of those visited."""

    surveyed: int = Field(ge=1)
    answering: int = Field(ge=0)
    visited: tuple[Text, ...]

    @model_validator(mode="after")
    def _consistent(self) -> "Authorities":
        if self.answering > self.surveyed:
            raise ValueError(f"{self.answering} answering of {self.surveyed} surveyed; they cannot be more")
        unique("visited", self.visited)
        return self


class Category(Strict):
    """One answer on the scale; `role` says what it counts as."""

    id: Identifier
    label: Text
    role: Literal["agree", "neutral", "disagree", "dont_know"]


class AnswerScale(Strict):
    """Answers in order, from the strongest agreement on, with those beside the scale at the end."""

    categories: tuple[Category, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The categories' identifiers in order: the columns of a published table."""
        return tuple(category.id for category in self.categories)

    @property
    def agree(self) -> tuple[str, ...]:
        """The categories that count as agreement, in order."""
        return self.with_role("agree")

    @property
    def disagree(self) -> tuple[str, ...]:
        """The categories that count as disagreement, in order."""
        return self.with_role("disagree")

    def with_role(self, role: str) -> tuple[str, ...]:
        """The identifiers of the categories with a role, in order."""
        return tuple(category.id for category in self.categories if category.role == role)


class Scale(AnswerScale):
    """The answers in published order, from the strongest agreement to don't know.

    >>> scale = Scale(categories=[dict(id="yes", label="Yes", role="agree"), dict(id="hm", label="Hm", role="neutral"),
    ...     dict(id="no", label="No", role="disagree"), dict(id="dk", label="Don't know", role="dont_know")])
    >>> scale.ids, scale.agree, scale.neutral, scale.disagree, scale.dont_know
    (('yes', 'hm', 'no', 'dk'), ('yes',), 'hm', ('no',), 'dk')
    """

    @model_validator(mode="after")
    def _complete(self) -> "Scale":
        unique("categories", self.ids)
        roles = Counter(category.role for category in self.categories)
        for role in ("neutral", "dont_know"):
            if roles[role] != 1:
                raise ValueError(f"{roles[role]} categories have the role {role}; give it to exactly one")
        if not (roles["agree"] and roles["disagree"]):
            raise ValueError("a scale needs at least one category of agreement and one of disagreement")
        return self

    @property
    def neutral(self) -> str:
        """The category that is neither agreement nor disagreement."""
        return self.with_role("neutral")[0]

    @property
    def dont_know(self) -> str:
        """The category that stands beside the scale."""
        return self.with_role("dont_know")[0]


class Group(Strict):
    """Those who answered one table: its file, and how many of them sent a questionnaire back."""

    id: Identifier
    label: Text
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.csv$")]
    respondents: int = Field(ge=1)


class Domain(Strict):
    """A subject that items belong to; `report` says whether the publication has a section on it."""

    id: Identifier
    label: Text
    report: bool


class Item(Strict):
    """One statement of the questionnaire, in our own short words.

    `measures` is "support" or "outcome" by the codebook's rule; `place` is the row in each group's table, from 1;
    `heading` is the part of the questionnaire that the row stands under, paraphrased.
    """

    id: Slug
    wording: Text
    label: Text
    domain: Identifier
    measures: Literal["support", "outcome"]
    place: dict[Identifier, Annotated[int, Field(ge=1)]] = Field(min_length=1)
    heading: Text | None = None
    note: Text | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that were asked."""
        return tuple(self.place)


class Codebook(Strict):
    """Everything that is known about a survey apart from its answers."""

    name: Slug
    title: Text
    kind: Literal["published"]
    source: Source
    field_period: FieldPeriod
    authorities: Authorities
    decimals: int = Field(ge=0, le=6)
    rounding: Rounding
    scale: Scale
    groups: tuple[Group, ...] = Field(min_length=1)
    domains: tuple[Domain, ...] = Field(min_length=1)
    outcome_rule: Text
    items: tuple[Item, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> "Codebook":
        problems = []
        for key in ("groups", "domains", "items"):
            problems += repeated(key, [part.id for part in getattr(self, key)])
        problems += repeated("groups", [group.file for group in self.groups])
        groups, domains = [group.id for group in self.groups], [domain.id for domain in self.domains]
        for item in self.items:
            if item.domain not in domains:
                problems.append(
                    f"items, {item.id}, domain: {item.domain!r} is not a domain; use one of {listed(domains)}"
                )
            problems += [
                f"items, {item.id}, place: {group!r} is not a group; use one of {listed(groups)}"
                for group in item.groups
                if group not in groups
            ]
        for group in groups:
            places = sorted(item.place[group] for item in self.items if group in item.place)
            if places != list(range(1, len(places) + 1)):
                problems.append(
                    f"items, place, {group}: rows {listed(places)}; number the rows of a table "
                    f"from 1 to {len(places)}, each once"
                )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def item(self, item: str) -> Item:
        """The item with this slug. Raises CodebookError for an unknown one, as `domain` and `group` do."""
        return part_of(self, "items", item)

    def domain(self, domain: str) -> Domain:
        """The domain with this identifier."""
        return part_of(self, "domains", domain)

    def group(self, group: str) -> Group:
        """The group with this identifier."""
        return part_of(self, "groups", group)

    def rows(self, group: str) -> tuple[Item, ...]:
        """The items that a group was asked, in the order of its published table."""
        self.group(group)
        return tuple(sorted((item for item in self.items if group in item.place), key=lambda item: item.place[group]))


def part_of(codebook: Any, key: str, identifier: str) -> Any:
    """The entry of a codebook's list `key` that has this identifier; CodebookError for an unknown one."""
    parts = {part.id: part for part in getattr(codebook, key)}
    if identifier not in parts:
        raise CodebookError(
            f"The codebook of {codebook.name} has no such entry.",
            where=f"survey.yaml, {key}",
            found=repr(identifier),
            expected=listed(parts),
            fix="Correct the spelling.",
        )
    return parts[identifier]


def read_codebook(path: Path) -> Codebook:
    """Read and check a survey.yaml; raise CodebookError naming the file, and every problem's key and fix.

    >>> from pipeline.files import project_root
    >>> codebook = read_codebook(project_root() / "data/raw/surveys/ofsted-2011/survey.yaml")
    >>> len(codebook.items), codebook.group("managers").respondents, codebook.rows("managers")[7].label
    (38, 163, 'Training helps managing staff')
    """
    return read_model(path, Codebook)


def unique(key: str, values: Iterable[str]) -> None:
    """Raise ValueError, which a model's reader turns into a problem of the file, for a value that stands twice."""
    if problems := repeated(key, values):
        raise ValueError("\n".join(problems))


def repeated(key: str, values: Iterable[str]) -> list[str]:
    """A problem for each value that stands more than once."""
    return [
        f"{key}: {value!r} stands {n} times; give each entry its own" for value, n in Counter(values).items() if n > 1
    ]


def listed(values: Iterable[Any]) -> str:
    """Values as a message names them."""
    return ", ".join(map(str, values))
