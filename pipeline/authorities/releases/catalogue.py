"""The data sets of published statistics: who publishes them, where, and what their columns are called.

The catalogue is data/raw/authorities/sources.yaml. Publishers rename columns from one release to the next; every other
module uses one name for a column ("our name"), and the catalogue says what each release calls it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipeline.errors import DataError, ParameterError
from pipeline.files import project_root
from pipeline.inputs.yaml_models import Identifier, Slug, Strict, Text, read_model
from pipeline.suggestions import suggestion

FOLDER = Path("data") / "raw" / "authorities"  # within the project
# The columns of place and time in every file of Explore Education Statistics.
STANDARD_COLUMNS = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
CURRENT = "current"  # the name of the schema that `columns` of a source describes

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
DataSet = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Pattern = Annotated[str, StringConstraints(pattern=r"^[^/\\]+\.(csv|ods)$")]


class Api(Strict):
    """The address of the statistics service: `route` has {data_set} where the identifier goes."""

    base: Address
    route: Annotated[str, StringConstraints(pattern=r"^/\S*\{data_set\}\S*$")]

    def url(self, data_set: str, base: str | None = None) -> str:
        """The address of a data set's CSV.

        >>> Api(base="https://statistics.example/api", route="/v1/data-sets/{data_set}/csv").url("1a2b")
        'https://statistics.example/api/v1/data-sets/1a2b/csv'
        """
        return (base or self.base).rstrip("/") + self.route.replace("{data_set}", data_set)


class Known(Strict):
    """A file that this version of the project was developed with."""

    sha256: Hash
    rows: int = Field(ge=1)
    years: tuple[int, ...]


class Schema(Strict):
    """An older release's columns: only names that differ from today's, and those that it does not have."""

    name: Slug
    recognised_by: tuple[Text, ...] = Field(min_length=1)
    columns: dict[Identifier, Text] = {}
    absent: tuple[Identifier, ...] = ()
    last_known: Known | None = None


class Sheet(Strict):
    """A table in a spreadsheet: the sheet's name, and its columns under our names."""

    id: Identifier
    name: Text
    columns: dict[Identifier, Text] = Field(min_length=1)


class Source(Strict):
    """One data set. `key` names what tells its rows apart, the place first; `year` the column with the year.

    For kind `statistics`, place and year are the standard columns of Explore Education Statistics, which `columns`
    does not repeat; `key` names the filters beside them. A spreadsheet's tables are told apart by a column `sheet`.
    """

    id: Slug
    title: Text
    publisher: Text
    licence: Text
    page: Address
    kind: Literal["statistics", "inspections", "neighbours", "deprivation"]
    file: tuple[Pattern, ...] = Field(min_length=1)
    data_set: DataSet | None
    required: bool
    reference: Text
    key: tuple[Identifier, ...] = ()
    year: Identifier | None = None
    columns: dict[Identifier, Text] = {}
    sheets: tuple[Sheet, ...] = ()
    schemas: tuple[Schema, ...] = ()
    last_known: Known | None

    @model_validator(mode="after")
    def _consistent(self) -> "Source":
        problems = list(self._problems())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems(self) -> Iterator[str]:
        if bool(self.columns) == bool(self.sheets):
            yield "give either columns (a CSV file) or sheets (a spreadsheet), not both and not neither"
        names = set(self.names)
        for what, given in (("key", self.key), ("year", (self.year,) if self.year else ())):
            if strangers := sorted(set(given) - names):
                yield f"{what}: not among the columns: {', '.join(strangers)}"
        if self.kind != "statistics" and not self.key:
            yield "key: name the columns that tell the rows apart"
        for part in (self, *self.sheets):
            yield from _repeated(part.columns.values(), f"{part.id}: one column of the file has two names")
        if self.kind == "statistics" and (again := sorted(set(self.columns.values()) & set(STANDARD_COLUMNS))):
            yield f"columns: standard columns are not repeated here: {', '.join(again)}"
        yield from _repeated([CURRENT, *(schema.name for schema in self.schemas)], "schemas: a name stands twice")
        for schema in self.schemas:
            if strangers := sorted({*schema.columns, *schema.absent} - names):
                yield f"schemas, {schema.name}: not among the columns: {', '.join(strangers)}"
            if both := sorted(set(schema.columns) & set(schema.absent)):
                yield f"schemas, {schema.name}: named and absent: {', '.join(both)}"
            if shared := sorted(set(schema.recognised_by) & set(self.columns.values())):
                yield f"schemas, {schema.name}: recognised_by names columns of today's release: {', '.join(shared)}"
            if strangers := sorted(set(schema.recognised_by) - set(schema.columns.values())):
                yield f"schemas, {schema.name}: recognised_by is not among its columns: {', '.join(strangers)}"

    @property
    def names(self) -> tuple[str, ...]:
        """Our names of all columns in the catalogue's order; for statistics, the standard columns first."""
        standard = STANDARD_COLUMNS if self.kind == "statistics" else ()
        own = self.columns or {name: "" for sheet in self.sheets for name in ("sheet", *sheet.columns)}
        return (*standard, *own)

    @property
    def values(self) -> tuple[str, ...]:
        """Our names of the columns that are neither place, year nor filter."""
        standard = STANDARD_COLUMNS if self.kind == "statistics" else ()
        return tuple(name for name in self.names if name not in {"sheet", *standard, *self.key, self.year})

    @property
    def known(self) -> tuple[Known, ...]:
        """The files that this version was developed with, the newest schema first."""
        return tuple(known for known in (self.last_known, *(schema.last_known for schema in self.schemas)) if known)

    def takes(self, file_name: str) -> bool:
        """Whether a file of this name is one of this data set's, capitals or not."""
        return any(fnmatchcase(file_name.lower(), pattern.lower()) for pattern in self.file)


def _repeated(names: Iterable[str], what: str) -> Iterator[str]:
    again = sorted(name for name, times in Counter(names).items() if times > 1)
    if again:
        yield f"{what}: {', '.join(again)}"


class Catalogue(Strict):
    """All data sets, and where the service that publishes them is."""

    api: Api
    sources: tuple[Source, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> "Catalogue":
        problems = [
            *_repeated((source.id for source in self.sources), "sources: an id stands twice"),
            *_repeated(
                (pattern for source in self.sources for pattern in source.file),
                "sources: two data sets have the same file pattern",
            ),
            *_repeated(
                (source.data_set for source in self.sources if source.data_set),
                "sources: two data sets have the same data_set",
            ),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def source(self, source_id: str) -> Source:
        """The data set of this id. Raises ParameterError for an unknown one."""
        for source in self.sources:
            if source.id == source_id:
                return source
        known = [source.id for source in self.sources]
        raise ParameterError(
            "There is no such data set.",
            where=str(FOLDER / "sources.yaml"),
            found=f"{source_id}{suggestion(source_id, known)}",
            expected=", ".join(known),
        )

    def source_of_file(self, file_name: str) -> Source | None:
        """The data set that a file belongs to by its name, if any. Raises DataError if it fits several."""
        fitting = [source for source in self.sources if source.takes(file_name)]
        if len(fitting) > 1:
            raise DataError(
                "A file's name fits several data sets.",
                where=file_name,
                found=", ".join(source.id for source in fitting),
                expected="one",
                fix="Make the patterns under `file` in sources.yaml narrower.",
            )
        return fitting[0] if fitting else None


def read_catalogue(path: Path | None = None) -> Catalogue:
    """Read sources.yaml, the project's own if no path is given.

    Raises CodebookError for a file that is missing or does not fit: all problems at once, each with its key.
    """
    return read_model(path or project_root() / FOLDER / "sources.yaml", Catalogue)


@dataclass(frozen=True)
class Layout:
    """Which schema a file has, and what the file calls each of our columns that it has."""

    schema: str
    columns: Mapping[str, str]  # our name to the file's name


def layout_of(source: Source, header: Sequence[str], where: str) -> Layout:
    """Recognise the schema of a CSV file from its header; columns that the catalogue does not know do not matter.

    Raises DataError, naming missing columns, for a header of no known schema or with a column twice.
    """
    if again := sorted(name for name, times in Counter(header).items() if times > 1):
        raise DataError(
            "A column stands twice.",
            where=f"{where}, line 1",
            found=", ".join(map(repr, again)),
            expected="each column once",
            fix="Take the file as it was published.",
        )
    older = next((schema for schema in source.schemas if set(schema.recognised_by) <= set(header)), None)
    columns = {name: name for name in STANDARD_COLUMNS} if source.kind == "statistics" else {}
    columns |= {
        name: older.columns.get(name, column) if older else column
        for name, column in source.columns.items()
        if older is None or name not in older.absent
    }
    refuse_missing(columns.values(), header, where=f"{where}, line 1", source=source)
    return Layout(older.name if older else CURRENT, columns)


def refuse_missing(expected: Iterable[str], header: Sequence[str], *, where: str, source: Source) -> None:
    """Raise DataError if a header lacks expected columns; near names are offered."""
    missing = [column for column in expected if column not in header]
    if not missing:
        return
    near = {column: get_close_matches(column, header, 1, 0.6) for column in missing}
    raise DataError(
        f"The columns are not those of {source.id} ({source.title}).",
        where=where,
        found="; ".join(
            f"no column {column!r}" + "".join(f", but {name!r}" for name in near[column]) for column in missing
        ),
        expected="the columns of "
        + " or ".join([CURRENT, *(schema.name for schema in source.schemas)])
        + " in sources.yaml",
        fix=f"Check that it is the right file ({source.page}). If the publisher renamed columns, write the new names "
        "under `columns` in sources.yaml, and move the ones before into a schema under `schemas`.",
    )
