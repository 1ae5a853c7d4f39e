"""Files that a reader put or changed where a run delivers: kept aside before the run, for DVC replaces whatever lies there.

A file at an output's place in reports/site is the project's own where DVC has its bytes, in its record or its cache, or
where a command that was called by hand has noted them. Any other is somebody's work: a copy goes to reports/kept.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import replacing, write_json
from pipeline.workflow.dvc_cache import LOCK, cache_folder, files_of, md5_of, object_path, outputs, recorded_stages
from pipeline.workflow.records import FOLDER, last_record
from pipeline.workflow.rollback import outputs_of_stages

SITE, KEPT = Path("reports/site"), Path("reports/kept")
BY_HAND = FOLDER / "by-hand.json"  # what commands wrote that were called by hand: paths and hashes
_OF_SYSTEMS = ("Thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Kept:
    """A file that a run would replace, and its copy; paths from the project's folder."""

    found: str
    copy: str

    def __str__(self) -> str:
        return f"{self.found} is not as the last run left it, and a run replaces it: a copy is kept as {self.copy}."


def keep_readers_files(root: Path, outs: Iterable[str]) -> list[Kept]:
    """Copy what is not the project's own among `outs`, the places of outputs, to reports/kept; a copy that is there is not made twice."""
    known, cache = _known(root), cache_folder(root)
    kept = []
    for path in sorted({each for out in outs if Path(out).is_relative_to(SITE) for each in _files(root, out)}):
        md5 = md5_of(root / path)
        if md5 not in known.get(path, ()) and not object_path(cache, md5).is_file():
            kept.append(Kept(path, _copied(root, path, md5)))
    return kept


def note_by_hand(root: Path, made: Iterable[Path]) -> None:
    """Note what a command that was called by hand has written, for it is the project's own: the files `made`, and whatever else the
    stage gives that would make them."""
    paths = {path.relative_to(root).as_posix() for path in made}
    for outs in outputs_of_stages(root).values():
        if any(Path(path).is_relative_to(out) for path in paths for out in outs):
            paths |= set(outs)
    noted = dict(_by_hand(root)) | {
        file: md5_of(root / file) for path in paths if Path(path).is_relative_to(SITE) for file in _files(root, path)
    }
    write_json(root / BY_HAND, {path: md5 for path, md5 in noted.items() if (root / path).is_file()})


def _known(root: Path) -> dict[str, set[str]]:
    """The hashes that a file of each path may have."""
    known: dict[str, set[str]] = {path: {md5} for path, md5 in _by_hand(root).items()}
    for record in {root / LOCK, last_record(root)}:
        for out in outputs(recorded_stages(record)):
            for path, md5 in (files_of(cache_folder(root), out) or {}).items():
                known.setdefault(path, set()).add(md5)
    return known


def _by_hand(root: Path) -> Mapping[str, str]:
    try:
        return {str(path): str(md5) for path, md5 in json.loads((root / BY_HAND).read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _files(root: Path, out: str) -> Iterator[str]:
    """The files at an output's place, without what systems and programs leave, and without empty ones."""
    place = root / out
    for file in place.rglob("*") if place.is_dir() else [place]:
        if file.is_file() and not file.name.startswith(".") and file.name not in _OF_SYSTEMS and file.stat().st_size:
            yield file.relative_to(root).as_posix()


def _copied(root: Path, path: str, md5: str) -> str:
    """The copy of a file: by its own name, and by a number behind it where that holds something else."""
    wanted = KEPT / Path(path).relative_to(SITE)
    number = 1
    while True:
        copy = wanted if number == 1 else wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        if not os.path.lexists(root / copy):
            with replacing(root / copy) as beside:
                shutil.copyfile(root / path, beside)
            return copy.as_posix()
        if (root / copy).is_file() and md5_of(root / copy) == md5:
            return copy.as_posix()
        number += 1
