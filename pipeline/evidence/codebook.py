"""The codebook of the evidence map: which forms of support, mechanisms and outcomes a passage can be coded with.

Each feature of support says which of the survey's subjects and items, which of the eight employer standards and which
indicators of local authorities measure the same thing, so that the three lines of evidence meet.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.surveys.codebook import Codebook as SurveyCodebook
from pipeline.surveys.codebook import listed, repeated

NONE = "none_stated"
TARGETS = {"staff": "Staff", "practice": "Practice", "parents": "Parents", "children": "Children", "service": "Service"}
# a column of passages.csv, and the codebook's list that holds its codes
LISTS = {
    "feature": "features",
    "mechanism": "mechanisms",
    "outcome": "outcomes",
    "who": "who",
    "direction": "direction",
    "evidence": "evidence",
    "strength": "strength",
}


class Code(Strict):
    """One code of a list with its definition."""

    id: Identifier
    title: Text
    definition: Text


class Mechanism(Code):
    """A way in which support works, with the rule for using the code."""

    include: Text
    leave_out: Text


class Outcome(Mechanism):
    """What follows, for whom (`target`), and which indicators and survey items measure it."""

    target: Literal["staff", "practice", "parents", "children", "service", "none"]
    indicators: tuple[Identifier, ...]
    survey_items: tuple[Slug, ...]


class Feature(Mechanism):
    """A form of support; `heading` is the part of the documents that the code comes from, in our words."""

    heading: Text
    survey_domains: tuple[Identifier, ...]
    survey_items: tuple[Slug, ...]
    employer_standards: tuple[Identifier, ...]
    indicators: tuple[Identifier, ...]


class Standard(Strict):
    """One of the eight standards for employers of social workers in England."""

    id: Identifier
    title: Text


class Learned(Strict):
    """What the second coding showed about a rule, and the rule that came of it."""

    about: Text
    found: Text
    rule: Text


class EvidenceCodebook(Strict):
    """All codes, in the order in which tables and charts show them."""

    rules: dict[Identifier, Text]
    learned: tuple[Learned, ...] = ()
    employer_standards: tuple[Standard, ...] = Field(min_length=1)
    features: tuple[Feature, ...] = Field(min_length=1)
    mechanisms: tuple[Mechanism, ...] = Field(min_length=1)
    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    who: tuple[Code, ...] = Field(min_length=1)
    direction: tuple[Code, ...] = Field(min_length=1)
    evidence: tuple[Code, ...] = Field(min_length=1)
    strength: tuple[Code, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> "EvidenceCodebook":
        problems = []
        for key in ("employer_standards", *LISTS.values()):
            problems += repeated(key, [code.id for code in getattr(self, key)])
        standards = [standard.id for standard in self.employer_standards]
        for feature in self.features:
            problems += _unknown(
                f"features, {feature.id}, employer_standards",
                feature.employer_standards,
                standards,
                "an employer standard",
            )
        for key in ("features", "mechanisms", "outcomes"):
            if NONE not in [code.id for code in getattr(self, key)]:
                problems.append(f"{key}: {NONE} is missing; a passage need not say everything")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def codes(self, column: str) -> tuple[str, ...]:
        """The identifiers that a column of passages.csv can hold, in order."""
        return tuple(code.id for code in getattr(self, LISTS[column]))

    def outcomes_for(self, target: str) -> tuple[str, ...]:
        """The outcomes for staff, practice, parents, children or the service, in order."""
        return tuple(outcome.id for outcome in self.outcomes if outcome.target == target)


def titles(codes: Iterable[Code]) -> dict[str, str]:
    """What each code is called.

    >>> titles([Code(id="better", title="Better", definition="The outcome improves.")])
    {'better': 'Better'}
    """
    return {code.id: code.title for code in codes}


def named(codes: Sequence[Code]) -> dict[str, str]:
    """What each code is called, without the code for nothing stated."""
    return {code: title for code, title in titles(codes).items() if code != NONE}


def read_evidence_codebook(path: Path, survey: SurveyCodebook, indicators: Iterable[str]) -> EvidenceCodebook:
    """Read codebook.yaml; what it maps to must be there: domains and items of `survey`, and `indicators` (ids).

    Raises CodebookError naming every problem with its key and fix.

    >>> from pipeline.files import project_root
    >>> from pipeline.surveys.codebook import read_codebook
    >>> from pipeline.authorities.panel.indicators import read_indicators
    >>> raw = project_root() / "data" / "raw"
    >>> survey = read_codebook(raw / "surveys" / "ofsted-2011" / "survey.yaml")
    >>> indicators = [*(indicator.id for indicator in read_indicators()), "inspections"]
    >>> codebook = read_evidence_codebook(raw / "evidence" / "codebook.yaml", survey, indicators)
    >>> len(codebook.features), codebook.outcomes_for("parents")
    (32, ('parental_engagement', 'parenting_change', 'parents_experience'))
    """
    domains, items = [domain.id for domain in survey.domains], [item.id for item in survey.items]
    measured = list(indicators)

    def unmapped(codebook: EvidenceCodebook) -> Iterable[str]:
        for key in ("features", "outcomes"):
            for code in getattr(codebook, key):
                place = f"{key}, {code.id}"
                if isinstance(code, Feature):
                    yield from _unknown(
                        f"{place}, survey_domains", code.survey_domains, domains, "a domain of the survey"
                    )
                yield from _unknown(f"{place}, survey_items", code.survey_items, items, "an item of the survey")
                yield from _unknown(f"{place}, indicators", code.indicators, measured, "an indicator")

    return read_model(path, EvidenceCodebook, unmapped)


def _unknown(place: str, found: Iterable[str], known: Sequence[str], what: str) -> list[str]:
    return [f"{place}: {each!r} is not {what}; use one of {listed(known)}" for each in found if each not in known]
