"""What DVC keeps: the record of the last run (dvc.lock) and the objects of its cache, each named by its content's MD5.

A file is one object; a folder is an object that lists its files, and one for each of them.
"""

import configparser
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

LOCK = "dvc.lock"
FOLDER = ".dir"  # at the end of the hash of a folder
_IGNORED, _PART = (
    {"__pycache__", ".ipynb_checkpoints", ".DS_Store", "Thumbs.db"},
    re.compile(r"\..*\.part"),
)  # as in .dvcignore
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def recorded_stages(lock: Path) -> dict[str, Any]:
    """The stages of a dvc.lock; none, where there was no run, or one that was killed left it cut off."""
    try:
        content = yaml.load(lock.read_text(encoding="utf-8"), _Loader) if lock.exists() else None
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return (content.get("stages") or {}) if isinstance(content, dict) else {}


def cache_folder(root: Path) -> Path:
    """Where the objects and the record of earlier runs lie: .dvc/cache, if nobody said otherwise."""
    settings = configparser.ConfigParser(interpolation=None, strict=False, allow_no_value=True)
    place = root / ".dvc"
    for name in ("config", "config.local"):
        try:
            settings.read(place / name, encoding="utf-8")
        except configparser.Error:  # DVC will say so
            continue
    return place / settings.get("cache", "dir", fallback="cache")


def object_path(cache: Path, md5: str) -> Path:
    """The path of an object by its hash.

    >>> object_path(Path("cache"), "7e584b90c987173284706eff58411223").as_posix()
    'cache/files/md5/7e/584b90c987173284706eff58411223'
    """
    return cache / "files" / "md5" / md5[:2] / md5[2:]


def files_of(cache: Path, out: Mapping[str, Any]) -> dict[str, str] | None:
    """The files of an output, by their paths, with their hashes; None where the list of a folder's files is lost."""
    path, md5 = out["path"], out["md5"]
    if not md5.endswith(FOLDER):
        return {path: md5}
    try:
        listed = json.loads(object_path(cache, md5).read_text(encoding="utf-8"))
        return {f"{path}/{each['relpath']}": each["md5"] for each in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def objects_of(cache: Path, out: Mapping[str, Any]) -> set[str]:
    """The hashes of all objects that hold an output."""
    return {out["md5"], *(files_of(cache, out) or {}).values()} if out.get("md5") else set()


def outputs(stages: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The outputs of stages, those with a hash; of a lock that was cut off, what is whole."""
    whole = (stage for stage in stages.values() if isinstance(stage, Mapping))
    return (out for stage in whole for out in stage.get("outs") or [] if isinstance(out, Mapping) and out.get("md5"))


def md5_of_folder(folder: Path) -> str:
    """The hash by which DVC knows a folder: of the list of its files, each with its own."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and not _IGNORED & {*path.relative_to(folder).parts} and not _PART.match(path.name)
    }
    listed = [{"md5": md5_of(files[name]), "relpath": name} for name in sorted(files)]
    return hashlib.md5(json.dumps(listed, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + FOLDER


def md5_of(path: Path) -> str:
    """The MD5 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
