"""manifest.yaml: which file of each data set is in use, where it came from and when, and what its bytes are.

Files never change once they are there; the manifest is written last and says which one counts. Whatever interrupts a
download, the manifest still names whole files. Unlike the outputs of the pipeline it tells the time: it is raw data.
"""

import hashlib
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, StringConstraints

from pipeline.authorities.releases.catalogue import FOLDER, Hash
from pipeline.errors import DataError
from pipeline.files import write_text
from pipeline.inputs.yaml_models import Slug, Strict, Text, read_model

FROM_FOLDER = "from folder"
_HEADER = "# Written by `golden-thread authorities fetch`: the files in use. Please do not edit.\n"
_AGAIN = "Run golden-thread authorities fetch again (or with --from FOLDER)."
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\]*[^/\\.][^/\\]*$")]


class Release(Strict):
    """One file of a data set: `url` is where it came from, `time` when (UTC), `layout` the schema that it has."""

    name: FileName
    url: Text
    time: Text
    bytes: int = Field(ge=1)
    sha256: Hash
    layout: Slug
    rows: int = Field(ge=1)
    years: tuple[int, ...]


class Entry(Release):
    """The release in use, and those before it that are still in the folder, the newest first."""

    older: tuple[Release, ...] = ()


class Manifest(Strict):
    """The releases in use by data set."""

    sources: dict[Slug, Entry] = {}

    def accepting(self, source_id: str, release: Release) -> "Manifest":
        """With `release` in use and whatever was in use before among the older ones."""
        before = self.sources.get(source_id)
        earlier = [] if before is None else [Release(**before.model_dump(exclude={"older"})), *before.older]
        return self._with(source_id, release, [each for each in earlier if each.sha256 != release.sha256])

    def keeping(self, source_id: str, release: Release) -> "Manifest":
        """With `release` among the older ones, and the same one in use."""
        before = self.sources[source_id]
        return self._with(
            source_id, before, [release, *(each for each in before.older if each.sha256 != release.sha256)]
        )

    def _with(self, source_id: str, release: Release, older: list[Release]) -> "Manifest":
        newest_first = tuple(sorted(older, key=newness, reverse=True))
        entry = Entry(**release.model_dump(exclude={"older"}), older=newest_first)
        return Manifest(sources={**self.sources, source_id: entry})


def newness(release: Release) -> tuple[int, int]:
    """What a newer release has more of: the last year, then rows.

    >>> make = lambda years, rows: Release(name="a.csv", url=FROM_FOLDER, time="2026-01-01T00:00:00Z", bytes=9,
    ...                                    sha256="0" * 64, layout="current", rows=rows, years=years)
    >>> newness(make([2022, 2023], 10)) > newness(make([2017, 2022], 20))
    True
    """
    return max(release.years, default=0), release.rows


def read_manifest(folder: Path) -> Manifest:
    """The manifest of data/raw/authorities; an empty one where nothing was fetched yet.

    Raises CodebookError for a manifest that was changed by hand so that it does not fit.
    """
    path = folder / "manifest.yaml"
    return read_model(path, Manifest) if path.exists() else Manifest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, sorted by data set; whole or not at all."""
    entries = {source_id: manifest.sources[source_id].model_dump(mode="json") for source_id in sorted(manifest.sources)}
    write_text(
        folder / "manifest.yaml",
        _HEADER
        + yaml.safe_dump({"sources": entries}, sort_keys=False, width=120, allow_unicode=True, default_flow_style=None),
    )


def release_path(folder: Path, source_id: str, release: Release) -> Path:
    """Where the file of a release lies."""
    return folder / source_id / release.name


def accepted_files(folder: Path, *, check: bool = False) -> dict[str, Path]:
    """The file in use of each data set that was fetched, by data set; empty where nothing was.

    `folder` is data/raw/authorities. With `check`, each file's bytes are compared with the manifest's hash. Raises
    DataError for a file that is gone or, with `check`, that changed; CodebookError for a manifest that does not fit.
    """
    files = {}
    for source_id, entry in sorted(read_manifest(folder).sources.items()):
        path = release_path(folder, source_id, entry)
        if not path.is_file():
            raise DataError("A file of the manifest is gone.", where=str(FOLDER / source_id / entry.name), fix=_AGAIN)
        if check and (found := file_hash(path)) != entry.sha256:
            raise DataError(
                "A file is not the one that was fetched: it changed since.",
                where=str(FOLDER / source_id / entry.name),
                found=f"SHA-256 {found}",
                expected=entry.sha256,
                fix=f"Delete the file. {_AGAIN}",
            )
        files[source_id] = path
    return files


def file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
