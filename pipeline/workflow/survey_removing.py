"""Removes a council's own survey: its answers, what was made of them, and what DVC keeps and notes of both.

DVC keeps every output twice: in its place, and as an object of its cache, named by its content. It also keeps a record
of each run, so that an output can be taken from the cache instead of being made again. Records and objects of the
survey's earlier runs are removed too; an object that another stage uses as well, such as an empty table, stays.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from pipeline.errors import ParameterError
from pipeline.files import write_text
from pipeline.inputs.parameters import surveys_of
from pipeline.inputs.survey_names import check_name
from pipeline.suggestions import suggestion
from pipeline.workflow.dvc_cache import FOLDER, cache_folder, object_path, objects_of, outputs, recorded_stages
from pipeline.workflow.records import one_run_at_a_time, records
from pipeline.workflow.survey_list import listing, take_off
from pipeline.workflow.usual_times import forget_survey

PLACES = {
    "data/raw/surveys": "the answers and their codebook",
    "data/processed/surveys": "tables made of them",
    "reports/published/survey": "what was published of them",
    "reports/site/survey": "the report",
    "reports/kept/survey": "files of the report that were changed by hand",
}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Traces:
    """What there is of a survey. `folders` with what each is; `objects` and `runs` are files of DVC's cache; `stages`
    are those of dvc.lock and of this folder's own record; `listed` are the files of parameters that name it."""

    name: str
    folders: dict[Path, str]
    objects: tuple[Path, ...]
    runs: tuple[Path, ...]
    stages: tuple[str, ...]
    listed: tuple[str, ...]

    def __bool__(self) -> bool:
        return any((self.folders, self.objects, self.runs, self.stages, self.listed))


def find_traces(root: Path, name: str) -> Traces:
    """All that there is of the survey `name`. Raises ParameterError where there is nothing, or for the published survey."""
    check_name(name)
    cache = cache_folder(root)
    stages = [stage for lock in records(root) for stage in recorded_stages(lock).items()]
    own = tuple(sorted({stage for stage, _ in stages if stage.endswith(f"@{name}")}))
    folders = {root / place / name: what for place, what in PLACES.items() if (root / place / name).exists()}
    folders |= dict.fromkeys((root / "data/raw/surveys").glob(f".{name}.*.part"), "left by a command that was stopped")
    runs, its, others = [], set(), set()
    for path, record in _records(cache):
        objects = {md5 for out in record.get("outs", []) for md5 in objects_of(cache, out)}
        if any(_is_of(entry["path"], name) for part in ("deps", "outs") for entry in record.get(part, [])):
            runs.append(path)
            its |= objects
        else:
            others |= objects
    for stage, content in stages:
        objects = {md5 for out in outputs({stage: content}) for md5 in objects_of(cache, out)}
        its, others = (its | objects, others) if stage in own else (its, others | objects)
    kept = [object_path(cache, md5) for md5 in sorted(its - others, key=lambda md5: (md5.endswith(FOLDER), md5))]
    traces = Traces(name, folders, tuple(filter(Path.exists, kept)), tuple(runs), own, listing(root, name))
    if not traces:
        raise ParameterError(
            "There is no such survey.",
            where="data/raw/surveys",
            found=f"{name!r}{suggestion(name, _known(root))}",
            expected=", ".join(_known(root)) or "none is there",
            fix="Correct the name.",
        )
    return traces


def remove_survey(root: Path, traces: Traces) -> None:
    """Remove what was found. Stopped half-way, it goes on when it is called again: what leads to the rest goes last.

    Raises PipelineError while a run of the pipeline is going on.
    """
    with one_run_at_a_time(root):
        _remove(root, find_traces(root, traces.name))  # again: what a run that was killed had held is back


def _remove(root: Path, traces: Traces) -> None:
    for path in (*traces.objects, *traces.runs):  # lists of folders come behind the files that they list
        path.chmod(0o600)  # DVC protects its objects; Windows does not remove a protected file
        path.unlink()
        _remove_empty(path.parent)
    for folder in traces.folders:
        shutil.rmtree(folder)
    for notes in (root / ".dvc" / "tmp" / "golden-thread" / "dvc", _old_notes(root)):
        if notes and notes.is_dir():  # paths and hashes of files; DVC finds them out again
            shutil.rmtree(notes)
    for lock in records(root):
        if lock.is_file():
            write_text(lock, _without(lock.read_text(encoding="utf-8"), traces.name))
    forget_survey(root, traces.name)
    if traces.listed:
        take_off(root, traces.name)


def size_of(places: Iterable[Path]) -> tuple[int, int]:
    """The number of files in folders and files, and their bytes."""
    files = [each for place in places for each in ([place] if place.is_file() else place.rglob("*")) if each.is_file()]
    return len(files), sum(each.stat().st_size for each in files)


def _records(cache: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The records of earlier runs: their files, and what each says."""
    for path in sorted((cache / "runs").glob("*/*/*")):
        try:
            record = yaml.load(path.read_text(encoding="utf-8"), _Loader)
        except (OSError, ValueError, yaml.YAMLError):  # cut off; DVC takes no notice of it either
            continue
        if isinstance(record, dict):
            yield path, record


def _is_of(path: str, name: str) -> bool:
    return any(PurePosixPath(path).is_relative_to(f"{place}/{name}") for place in PLACES)


def _without(lock: str, name: str) -> str:
    """The text of a dvc.lock without the stages of a survey; every other byte stays.

    >>> print(_without("schema: '2.0'\\nstages:\\n  a@leeds:\\n    cmd: x\\n  b:\\n    cmd: y\\n", "leeds"), end="")
    schema: '2.0'
    stages:
      b:
        cmd: y
    """
    left = re.sub(rf"^  [\w-]+@{re.escape(name)}:\n(?:    .*\n|\n)*", "", lock, flags=re.MULTILINE)
    return re.sub(r"^stages:\n(?!  )", "stages: {}\n", left, flags=re.MULTILINE)


def _old_notes(root: Path) -> Path | None:
    """Where DVC, called by itself, keeps its notes on this folder: on most systems in a place that all users share."""
    from dvc.dirs import site_cache_dir  # takes a while
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    if not Path(site_cache_dir()).is_dir():
        return None
    try:
        with Repo(str(root)) as repo:
            return Path(repo.site_cache_dir)
    except DvcException:  # settings that it cannot read, or none: it has been of no use here
        return None


def _remove_empty(folder: Path) -> None:
    """Remove a folder of the cache with nothing in it, and the one above: a record's lies two deep."""
    for place in (folder, folder.parent):
        try:
            os.rmdir(place)
        except OSError:
            return


def _known(root: Path) -> list[str]:
    from pipeline.workflow.survey_adding import own_surveys

    return sorted({*own_surveys(root), *surveys_of(root)})
