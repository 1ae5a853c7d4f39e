"""Why two runs differ: the parameters, inputs, texts, notebooks, code and packages that they were made from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.inputs.parameters import FILE, KNOBS
from pipeline.provenance.runs import Run, changed_lines
from pipeline.workflow.stages import parameters

PACKAGES = "requirements.lock"
_OF_NOTEBOOKS = {key for knobs in KNOBS.values() for key in knobs.values()}
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Causes:
    """What differs. `parameters` and `packages`: name, was, now. `inputs`: files, with the number of lines that changed
    where they are known. The others: paths."""

    parameters: tuple[tuple[str, str, str], ...]
    inputs: tuple[tuple[str, int | None], ...]
    texts: tuple[str, ...]
    notebooks: tuple[str, ...]
    code: tuple[str, ...]
    packages: tuple[tuple[str, str, str], ...]

    def __bool__(self) -> bool:
        return any((self.parameters, self.inputs, self.texts, self.notebooks, self.code, self.packages))


def find_causes(root: Path, was: Run, now: Run) -> Causes:
    """What differs between the dependencies that dvc.lock records for two runs.

    Of a council's survey only its folder is named. What a stage takes from another stage is no cause of its own.
    """
    before, after = _dependencies(was), _dependencies(now)
    differ = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return Causes(
        parameters=_parameters_that_differ(was, now),
        inputs=tuple(
            sorted({each for path in differ if path.startswith("data/raw/") for each in _files(root, was, now, path)})
        ),
        texts=tuple(path for path in differ if path.startswith("reports/")),
        notebooks=tuple(path for path in differ if path.startswith("notebooks/")),
        code=tuple(path for path in differ if path.startswith("pipeline/")),
        packages=_packages(was, now) if PACKAGES in differ else (),
    )


def _parameters_that_differ(was: Run, now: Run) -> tuple[tuple[str, str, str], ...]:
    """Of the stages that both runs have: one that a stage was not given shows as nothing."""
    found = set()
    for stage in was.stages.keys() & now.stages.keys():
        before, after = (_given(stage, run.stages[stage]) for run in (was, now))
        found |= {
            (name, before.get(name, ""), after.get(name, ""))
            for name in before.keys() | after.keys()
            if before.get(name) != after.get(name)
        }
    return tuple(sorted(found))


def _given(name: str, stage: Mapping) -> dict[str, str]:
    """The parameters of a stage in dvc.lock; one that runs for each survey has that survey's name in its own.

    What a notebook is given is told by the notebook's name for it, and not once more where its metadata are written.
    """
    given = parameters(stage["cmd"], stage.get("params", {}).get(FILE) or {})
    return {
        key: value
        for key, value in given.items()
        if key not in _OF_NOTEBOOKS and ("@" not in name or key not in ("survey", "edition"))
    }


def _dependencies(run: Run) -> dict[str, str]:
    """What the stages took from outside the pipeline, with its hash."""
    made = tuple(path for stage in run.stages for path in run.outputs(stage))
    return {
        dep["path"]: dep["md5"]
        for stage in run.stages.values()
        for dep in stage.get("deps", [])
        if dep["path"] not in made
    }


def _files(root: Path, was: Run, now: Run, path: str) -> list[tuple[str, int | None]]:
    """The files of an input that differ, as git knows them; the input itself where git does not have it."""
    lines = changed_lines(root, was, now, path)
    return list(lines.items()) or [(path, None)]


def _packages(was: Run, now: Run) -> tuple[tuple[str, str, str], ...]:
    before, after = (_pinned(run.folder / PACKAGES) for run in (was, now))
    return tuple(
        (name, before.get(name, ""), after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _pinned(lock: Path) -> Mapping[str, str]:
    return dict(_PINNED.findall(lock.read_text(encoding="utf-8"))) if lock.is_file() else {}
