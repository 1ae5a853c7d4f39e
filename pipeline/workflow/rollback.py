"""What the last run delivered stays until a new one has finished: a run that fails leaves every output as it was before.

DVC removes the outputs of a stage before it runs the stage. So they are held, as links to the same files, in
`.dvc/tmp/golden-thread/before` while a run goes on, and dvc.lock with them. They come back when the run fails or is
stopped, and at the beginning of the next command after one that was killed. What its finished stages made is in DVC's
cache, from where the next run takes it. Where nothing was delivered yet, there is nothing to come back.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from pipeline.files import write_json
from pipeline.inputs.parameters import surveys_of, texts_of
from pipeline.workflow.dvc_cache import LOCK
from pipeline.workflow.stages import filled

BEFORE = Path(".dvc/tmp/golden-thread/before")
_HELD, _LIST = "files", "list.json"
NOTE = (
    "All outputs are as they were before this run. Stages that were finished are not run again: the next run takes them from "
    "DVC's cache."
)


def outputs_of_stages(root: Path) -> dict[str, list[str]]:
    """The outputs of every stage of dvc.yaml, in its order; one that runs for each survey stands there for each."""
    text = (root / "dvc.yaml").read_text(encoding="utf-8")
    values = texts_of(root) if (root / "params.yaml").is_file() else {}
    found: dict[str, list[str]] = {}
    for name, stage in yaml.safe_load(filled(text, values))["stages"].items():
        if "foreach" in stage:
            found |= {
                f"{name}@{survey}": [path.replace("${item}", survey) for path in _paths(stage["do"])]
                for survey in surveys_of(root)
            }
        else:
            found[name] = _paths(stage)
    return found


@contextmanager
def rolled_back_on_failure(root: Path) -> Iterator[Path]:
    """Hold the outputs; put them back when the block fails, with a note on the error. Gives the folder with what is held."""
    hold(root)
    try:
        yield root / BEFORE / _HELD
    except BaseException as error:
        if put_back(root):
            error.add_note(NOTE)
        raise
    _forget(root)


def hold(root: Path) -> None:
    """Hold every output that is there, and dvc.lock."""
    _forget(root)
    outs = [out for outs in outputs_of_stages(root).values() for out in outs]
    there = [out for out in outs if os.path.lexists(root / out)]
    if not there:
        return
    held = root / BEFORE / _HELD
    for out in there:
        _copy(root / out, held / out)
    if (root / LOCK).exists():  # DVC writes it in place, so no link
        shutil.copy2(root / LOCK, held / LOCK)
        there.append(LOCK)
    write_json(root / BEFORE / _LIST, {"outs": [*outs, LOCK], "there": there})  # last: without it nothing has run


def put_back(root: Path) -> bool:
    """Put back what is held by a run that did not finish; whether there was anything. Stopped half-way, it goes on when called again."""
    listed = root / BEFORE / _LIST
    if not listed.is_file():
        _forget(root)
        return False
    content, held = json.loads(listed.read_text(encoding="utf-8")), root / BEFORE / _HELD
    for out in content["outs"]:
        place = root / out
        if out not in content["there"]:
            _remove(place)
            _remove_empty_above(place, root)
        elif os.path.lexists(held / out):  # if not, it is back already
            _remove(place)
            place.parent.mkdir(parents=True, exist_ok=True)
            (held / out).rename(place)
    _forget(root)
    return True


def _forget(root: Path) -> None:
    if (root / BEFORE).is_dir():
        (root / BEFORE / _LIST).unlink(missing_ok=True)  # first: half of what was held is nothing to put back
        shutil.rmtree(root / BEFORE, ignore_errors=True)


def _copy(source: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, destination, symlinks=True, copy_function=_link)
    else:
        _link(source, destination)


def _link(source: str | Path, destination: str | Path) -> None:
    """A second name for the file, which costs nothing; a copy, where the file system has no such names."""
    try:
        os.link(source, destination, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, destination, follow_symlinks=False)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _remove_empty_above(place: Path, root: Path) -> None:
    for folder in place.parents:
        if folder == root:
            return
        with suppress(OSError):
            folder.rmdir()


def _paths(stage: dict) -> list[str]:
    return [out if isinstance(out, str) else next(iter(out)) for out in stage.get("outs", ())]
