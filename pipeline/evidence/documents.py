"""The documents of the evidence map: what each is, and every place in it where a passage can stand."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.inputs.yaml_models import Slug, Strict, Text, read_model
from pipeline.surveys.codebook import repeated

Date = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}){0,2}$")]


class Section(Strict):
    """A place: a numbered paragraph, a case study, a point of a summary, a reader's comment; labels are ours."""

    section: Text
    kind: Text
    label: Text
    under: Text | None = None
    authority: Text | None = None


class Document(Strict):
    """One document. `chosen_for_results` says how places or cases were picked, where that was for going well."""

    id: Slug
    short: Text
    title: Text
    publisher: Text
    author: Text | None
    date: Date
    date_note: Text | None = None
    kind: Text
    sample: Text
    chosen_for_results: Text | None
    licence: Text
    quoted: Literal["nothing"]
    sections: tuple[Section, ...] = Field(min_length=1)

    @property
    def places(self) -> tuple[str, ...]:
        """The names of its sections, in reading order."""
        return tuple(section.section for section in self.sections)

    @model_validator(mode="after")
    def _unique(self) -> "Document":
        if problems := repeated("sections", self.places):
            raise ValueError("\n".join(problems))
        return self


class _Documents(Strict):
    documents: tuple[Document, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> "_Documents":
        problems = repeated("documents", [document.id for document in self.documents])
        dates = [document.date for document in self.documents]
        if dates != sorted(dates):
            problems.append("documents: put them in the order of their dates")
        if problems:
            raise ValueError("\n".join(problems))
        return self


def read_documents(path: Path) -> tuple[Document, ...]:
    """Read documents.yaml in its order; CodebookError names every problem with its key and fix.

    >>> from pipeline.files import project_root
    >>> documents = read_documents(project_root() / "data" / "raw" / "evidence" / "documents.yaml")
    >>> [document.short for document in documents][0], documents[0].places[0]
    ('Ofsted 2012', 'title')
    """
    return read_model(path, _Documents).documents
