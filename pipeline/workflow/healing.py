"""Finds what a power loss left behind: objects of DVC's cache, and delivered files, that are not what dvc.lock records.

DVC takes an object of its cache for what its name says, without a look at it. So an empty file in the cache would be
delivered as an empty page, and kept there whatever is run again. Here every object that dvc.lock refers to is hashed
before a run, and every output that the run looked at afterwards; what is damaged is removed, and made again.
"""

from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import PipelineError
from pipeline.workflow.dvc_cache import (
    FOLDER,
    LOCK,
    cache_folder,
    files_of,
    md5_of,
    object_path,
    objects_of,
    outputs,
    recorded_stages,
)


def remove_damaged_objects(root: Path) -> list[Path]:
    """Remove the objects of the cache that are not what dvc.lock records; returns their paths."""
    return _remove_damaged(cache_folder(root), outputs(recorded_stages(root / LOCK)))


def remove_damaged_outputs(root: Path, stages: Iterable[str]) -> list[str]:
    """Remove what `stages` delivered that is not what dvc.lock records, from the cache too; returns its paths.

    An output that is not there counts as damaged.
    """
    cache = cache_folder(root)
    recorded = recorded_stages(root / LOCK)
    looked_at = {name: recorded[name] for name in stages if name in recorded}
    _remove_damaged(cache, outputs(looked_at))
    damaged = []
    for out in outputs(looked_at):
        files = files_of(cache, out)
        if files is None and (root / out["path"]).is_dir():
            continue  # the list of a folder's files is lost: nothing to compare it with
        for path, md5 in (files or {}).items():
            place = root / path
            if not place.is_file() or md5_of(place) != md5:
                place.unlink(missing_ok=True)
                damaged.append(path)
    return damaged


def refuse_damaged(damaged: list[str]) -> None:
    """Raise PipelineError where outputs are damaged again after they were made again."""
    if damaged:
        raise PipelineError(
            "What was made does not come out of the disk as it was written.",
            where=", ".join(damaged[:3]) + (f" and {len(damaged) - 3} more" if len(damaged) > 3 else ""),
            expected="the bytes whose hashes dvc.lock records",
            fix="Look at the disk's health, or copy the project to another one, and run the command again.",
        )


def _remove_damaged(cache: Path, outs: Iterable) -> list[Path]:
    removed = []
    for out in outs:
        for md5 in objects_of(cache, out):
            path = object_path(cache, md5)
            if path.is_file() and md5_of(path) != md5.removesuffix(FOLDER):
                path.chmod(0o600)  # DVC protects its objects; Windows does not remove a protected file
                path.unlink()
                removed.append(path)
    return removed
