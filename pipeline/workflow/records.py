"""Which record a run keeps: the study's (dvc.lock, under version control), or this folder's own.

DVC writes what it made into dvc.lock. The one that is shared is the record of the study: made by the embedded engine,
without a council's survey and without downloaded statistics. A run with any of these, or with Quarto, has its record in
`.dvc/tmp/golden-thread/own.lock`: it lies where DVC looks for it while the run goes on and no longer, so that version
control sees no change and an update of the project meets none.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from pipeline.errors import PipelineError
from pipeline.files import replacing, write_text
from pipeline.machine.isolation import environment
from pipeline.workflow.dvc_cache import LOCK
from pipeline.workflow.repairing import at_work, is_running
from pipeline.workflow.rollback import put_back

FOLDER = Path(".dvc/tmp/golden-thread")


def last_record(root: Path) -> Path:
    """The record of the last run in `root`: its own where it made something else than the shared record says."""
    own = root / FOLDER / "own.lock"
    return own if own.is_file() else root / LOCK


def records(root: Path) -> list[Path]:
    """Every place where what a run made is noted, the shared record first; not each is there."""
    folder = root / FOLDER
    return [
        root / LOCK,
        *(folder / name for name in ("own.lock", "shared.lock", LOCK)),
    ]  # the last: repairing.py's copy


def _folder(root: Path) -> Path:
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def one_run_at_a_time(root: Path) -> Iterator[None]:
    """Raise PipelineError, which names the process, while another run is going on in `root`.

    What a run that was killed left is put right first; one whose DVC goes on without it counts as going on.
    """
    folder = _folder(root)
    try:
        with FileLock(folder / "run.lock", timeout=0):
            if (process := _left_running(root)) is not None:
                raise _beside(process)
            put_back(root)
            note_process(root)
            yield
    except Timeout:
        raise _beside(next(iter(_noted(root)), None)) from None


def note_process(root: Path, dvc: int | None = None) -> None:
    """Write down which process runs the pipeline, and the DVC that it has started."""
    write_text(_folder(root) / "running", f"{os.getpid()} {dvc or ''}".strip())


def _noted(root: Path) -> list[int]:
    who = _folder(root) / "running"
    return [int(word) for word in who.read_text(encoding="utf-8").split() if word.isdigit()] if who.exists() else []


def _left_running(root: Path) -> int | None:
    """The process of a DVC at work in `root` whose run was killed, or that was called by itself."""
    who = _folder(root) / "running"
    noted = [{"pid": each} for each in _noted(root)[1:]]
    left = [info for info in noted if is_running(info, who.stat().st_mtime)]
    return next((int(info["pid"]) for info in [*left, *at_work(root)]), None)


def _beside(process: int | None) -> PipelineError:
    since = ""
    with suppress(psutil.Error):
        since = (
            f", since {datetime.fromtimestamp(psutil.Process(process).create_time()).astimezone():%H:%M}"
            if process
            else ""
        )
    return PipelineError(
        "Another run of the pipeline is still going in this folder.",
        found=f"process {process or 'unknown'}{since}",
        fix="Wait for it to end, or stop it, and run again.",
    )


@contextmanager
def shared_record(root: Path) -> Iterator[None]:
    """While this lasts, dvc.lock is written as the study's record; after it, that is the record of the last run."""
    yield
    (root / FOLDER / "own.lock").unlink(missing_ok=True)


@contextmanager
def own_record(root: Path) -> Iterator[None]:
    """While this lasts, dvc.lock is this folder's own record; after it, and after a run that was killed, the shared one.

    Where dvc.lock is not under version control there is nothing to keep apart.
    """
    if not _tracked(root):
        yield
        return
    lock, shared, own = root / LOCK, _folder(root) / "shared.lock", _folder(root) / "own.lock"
    _put_back(root, lock, shared, own)  # what a killed run left
    _copy(lock, shared)
    if own.exists():
        _copy(own, lock)
    try:
        yield
    finally:
        _put_back(root, lock, shared, own)


def _put_back(root: Path, lock: Path, shared: Path, own: Path) -> None:
    """Move what a run recorded to `own`, and the shared record back to its place; nothing where that was done."""
    if not shared.exists():
        return
    made = lock.read_bytes() if lock.exists() else b""
    if made == shared.read_bytes():
        own.unlink(missing_ok=True)  # the run made what the shared record says
    elif not made:
        _copy(shared, lock)
    elif _changed(root):
        _copy(lock, own)
        _copy(shared, lock)
    shared.unlink()


def _copy(source: Path, destination: Path) -> None:
    with replacing(destination) as beside:
        shutil.copyfile(source, beside)


def _tracked(root: Path) -> bool:
    return _git(root, "ls-files", "--error-unmatch", LOCK) is not None


def _changed(root: Path) -> bool:
    """Whether dvc.lock is not what version control holds: if it is, somebody has taken it back already."""
    return bool(_git(root, "status", "--porcelain", "--", LOCK))


def _git(root: Path, *words: str) -> str | None:
    """What git answers, or None where it refuses or is not there."""
    try:
        done = subprocess.run(["git", *words], cwd=root, env=environment(root), capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
