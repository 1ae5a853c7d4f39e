"""Take files of published statistics into data/raw/authorities, downloaded or from a folder; checks come first.

A file is read and checked where it is, copied beside the ones before it, and only then named in the manifest. A new
release of a data set that has one in use already is compared with it, and not used until somebody accepts it.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline.authorities.releases.catalogue import Catalogue, Source
from pipeline.authorities.releases.changes import Changes, change_table, compare_releases
from pipeline.authorities.releases.data_file import ReleaseTable, read_release
from pipeline.authorities.releases.downloading import Patience, Progress, download
from pipeline.authorities.releases.manifest import (
    FROM_FOLDER,
    Entry,
    Manifest,
    Release,
    file_hash,
    newness,
    read_manifest,
    release_path,
    write_manifest,
)
from pipeline.errors import DataError, ParameterError
from pipeline.files import replacing, write_csv

_DOWNLOAD = ".download.csv"  # within the data set's folder, while it is not checked yet


@dataclass(frozen=True)
class Offer:
    """A file that may become a data set's release: where it lies, how it will be called, where it came from."""

    path: Path
    name: str
    url: str


@dataclass(frozen=True)
class Outcome:
    """What became of an offered file.

    ``accepted``: in use now. ``unchanged``: the file in use is the same. ``older``: kept beside a newer one.
    ``waiting``: not taken, because nobody has accepted the changes. ``before`` is the release that it was compared
    with, ``report`` the file with all changes.
    """

    state: Literal["accepted", "unchanged", "older", "waiting"]
    release: Release
    known: bool
    changes: Changes | None = None
    before: Release | None = None
    report: Path | None = None


Decide = Callable[[Source, Outcome], bool]  # whether a new release is accepted, with state "waiting" and its changes


@dataclass(frozen=True)
class FolderContents:
    """The files of a folder by data set, and what was left with the reason."""

    offers: dict[str, tuple[Offer, ...]]
    left: tuple[tuple[str, str], ...]


def look_into(folder: Path, catalogue: Catalogue) -> FolderContents:
    """Sort a folder's files by data set, by their names.

    Raises ParameterError for a folder that is not there or cannot be read, DataError for one without a known file.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ParameterError(
            "The folder cannot be read.",
            where=str(folder),
            found=error.strerror or "",
            fix="Give a folder with the downloaded files after --from.",
        ) from None
    offers: dict[str, list[Offer]] = {}
    left = []
    for path in paths:
        source = catalogue.source_of_file(path.name)
        if path.is_symlink():
            left.append((path.name, "a symbolic link; copy the file itself into the folder"))
        elif not path.is_file():
            left.append((path.name, "no file; only the folder itself is looked into"))
        elif source is None:
            left.append((path.name, "no data set has files of this name"))
        else:
            offers.setdefault(source.id, []).append(Offer(path, path.name, FROM_FOLDER))
    if not offers:
        raise DataError(
            "The folder has no file of a known data set.",
            where=str(folder),
            found="; ".join(f"{name} ({why})" for name, why in left[:10]) or "nothing",
            expected="; ".join(pattern for source in catalogue.sources for pattern in source.file),
            fix="Unpack ZIP files first, keep the published names, and give the folder with the files.",
        )
    return FolderContents({source_id: tuple(found) for source_id, found in offers.items()}, tuple(left))


def address(source: Source, catalogue: Catalogue, base: str | None = None) -> str:
    """Where the API has a data set; `base` replaces the service's address.

    Raises ParameterError for a data set without identifier.
    """
    if source.data_set is None:
        raise ParameterError(
            "The data set cannot be downloaded.",
            where=f"sources.yaml, {source.id}, data_set",
            found="no identifier",
            fix=by_hand(source),
        )
    return catalogue.api.url(source.data_set, base)


def download_offer(
    folder: Path,
    source: Source,
    url: str,
    progress: Progress = lambda done, total: None,
    patience: Patience | None = None,
) -> Offer:
    """Download a data set's present release, to be taken by `take`, which deletes the download.

    `folder` is data/raw/authorities. Raises DataError when the download fails.
    """
    target = folder / source.id / _DOWNLOAD
    proposed = download(url, target, progress, patience)
    sound = source.takes(proposed) and not set(proposed) & set("/\\") and not proposed.startswith(".")
    return Offer(target, proposed if sound else f"{source.id}.csv", url)


def by_hand(source: Source) -> str:
    """What to do about a data set that cannot be downloaded."""
    identifier = "Give the identifier in sources.yaml, or download" if source.kind == "statistics" else "Download"
    return f"{identifier} the file by hand from {source.page} and use --from FOLDER."


def take(folder: Path, source: Source, offers: Sequence[Offer], decide: Decide) -> list[Outcome]:
    """Check offered files of one data set, and put the newest to use if it is the first one or `decide` accepts it.

    `folder` is data/raw/authorities. Of several offers the newest (last year, then rows) counts; those older than the
    release in use are kept beside it. Nothing is written before every offer is checked. Gives the outcomes, the newest
    release first. Raises DataError for a file that is not as it should be.
    """
    try:
        checked = [(offer, read_release(source, offer.path), file_hash(offer.path)) for offer in offers]
        checked.sort(key=lambda each: (max(each[1].years, default=0), len(each[1].table), each[0].name), reverse=True)
        settled = _settled(folder, source, {sha256 for _, _, sha256 in checked})
        proposed = next((sha256 for _, _, sha256 in checked if sha256 not in settled), None)
        return [
            _take_one(folder, source, offer, table, sha256, decide if sha256 == proposed else None)
            for offer, table, sha256 in checked
        ]
    finally:
        for offer in offers:
            if offer.url != FROM_FOLDER:
                offer.path.unlink(missing_ok=True)


def _settled(folder: Path, source: Source, offered: set[str]) -> set[str]:
    """The files about which somebody has decided: with the one in use, those before it lie in the folder again."""
    entry = _intact(folder, source.id).sources.get(source.id)
    return {entry.sha256, *(each.sha256 for each in entry.older)} if entry and entry.sha256 in offered else set()


def _take_one(
    folder: Path, source: Source, offer: Offer, table: ReleaseTable, sha256: str, decide: Decide | None
) -> Outcome:
    """Take one checked file; without `decide`, only if it is older than the release in use."""
    manifest = _intact(folder, source.id)
    entry = manifest.sources.get(source.id)
    release = _release(source, entry, offer, table, sha256)
    known = sha256 in {each.sha256 for each in source.known}
    if entry is None:
        _install(folder, source, offer, release, manifest.accepting(source.id, release))
        return Outcome("accepted", release, known)
    if sha256 == entry.sha256 or (decide is None and sha256 in {each.sha256 for each in entry.older}):
        return Outcome("unchanged", release, known)
    in_use = read_release(source, release_path(folder, source.id, entry))
    is_older = (
        newness(release) < newness(entry)
        if decide is None
        else offer.url == FROM_FOLDER and newness(release)[0] < newness(entry)[0]
    )
    if is_older:
        changes = compare_releases(source, table, in_use)
        _install(folder, source, offer, release, manifest.keeping(source.id, release))
        return Outcome("older", release, known, changes, entry, _report(folder, source, release, entry, changes))
    changes = compare_releases(source, in_use, table)
    outcome = Outcome("waiting", release, known, changes, entry, _report(folder, source, entry, release, changes))
    if decide is None or not decide(source, outcome):
        return outcome
    _install(folder, source, offer, release, manifest.accepting(source.id, release))
    return replace(outcome, state="accepted")


def _intact(folder: Path, source_id: str) -> Manifest:
    """The manifest without a data set whose file is gone or was changed, so that it can be fetched afresh."""
    manifest = read_manifest(folder)
    entry = manifest.sources.get(source_id)
    if entry is not None:
        path = release_path(folder, source_id, entry)
        if not path.is_file() or file_hash(path) != entry.sha256:
            return Manifest(sources={each: kept for each, kept in manifest.sources.items() if each != source_id})
    return manifest


def _release(source: Source, entry: Entry | None, offer: Offer, table: ReleaseTable, sha256: str) -> Release:
    """The manifest's words about a file; it is called otherwise if a file of other contents has its name."""
    there = {} if entry is None else {each.name: each.sha256 for each in (entry, *entry.older)}
    same = next((name for name, known in there.items() if known == sha256), None)
    name = Path(offer.name)
    unused = offer.name if offer.name not in there else f"{name.stem}-{sha256[:8]}{name.suffix}"
    return Release(
        name=same or unused,
        url=offer.url,
        bytes=offer.path.stat().st_size,
        sha256=sha256,
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        layout=table.layout,
        rows=len(table.table),
        years=table.years,
    )


def _install(folder: Path, source: Source, offer: Offer, release: Release, manifest: Manifest) -> None:
    """Copy a file to its place, see that the copy is what was checked, and write the manifest last."""
    with replacing(release_path(folder, source.id, release)) as beside:
        shutil.copyfile(offer.path, beside)
        if file_hash(beside) != release.sha256:
            raise DataError("The file changed while it was read.", where=offer.name, fix="Try again.")
    write_manifest(folder, manifest)


def _report(folder: Path, source: Source, before: Release, now: Release, changes: Changes) -> Path:
    """Write all changes beside the files."""
    path = folder / source.id / f"changes-{Path(before.name).stem}-to-{Path(now.name).stem}.csv"
    write_csv(path, change_table(changes))
    return path
