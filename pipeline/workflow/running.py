"""Runs the pipeline: DVC decides what is out of date, this module shows progress; what it delivers is what dvc.lock records."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import StoppedError
from pipeline.inputs.parameters import check_names
from pipeline.machine.disk import ended_when_full
from pipeline.machine.isolation import environment
from pipeline.machine.stopping import Stopped, end_with_all, stoppable
from pipeline.surveys.private import keep_private
from pipeline.workflow.failures import failure
from pipeline.workflow.healing import refuse_damaged, remove_damaged_objects, remove_damaged_outputs
from pipeline.workflow.readers_files import Kept, keep_readers_files
from pipeline.workflow.records import note_process, one_run_at_a_time, own_record, shared_record
from pipeline.workflow.repairing import repair
from pipeline.workflow.rollback import outputs_of_stages, rolled_back_on_failure
from pipeline.workflow.usual_times import note_seconds

DVC = "pipeline.workflow.dvc_with_own"
_RUNNING = re.compile(r"Running stage '(?P<name>.+)':")
_SKIPPED = re.compile(r"Stage '(?P<name>.+)' (didn't change, skipping|is cached)")


@dataclass
class StageRun:
    """One stage in one run: whether it ran or was up to date, and for how long (seconds)."""

    name: str
    ran: bool
    seconds: float = 0.0


def stage_names(root: Path) -> list[str]:
    """The stages in the order in which dvc.yaml tells them; one that runs for each survey as <stage>@<survey>."""
    return list(outputs_of_stages(root))


def reproduce(
    root: Path,
    options: Iterable[str] = (),
    on_start: Callable[[StageRun], None] = lambda stage: None,
    on_end: Callable[[StageRun], None] = lambda stage: None,
    record: bool = False,
    prepare: Callable[[Path], object] = lambda root: None,
    on_kept: Callable[[Kept], None] = lambda kept: None,
) -> list[StageRun]:
    """Run `dvc repro` in `root`; return the stages that DVC looked at, in order, with their times.

    `prepare` is called before DVC, `on_kept` for each file of a reader that is kept aside before the run would replace it
    (readers_files.py), `on_start` and `on_end` as each stage starts and ends. What was made is noted in this
    folder's own record, or with `record` in dvc.lock, which version control shares (records.py). Raises PipelineError with the failed stage's
    own words when one fails, or with DVC's reason, and where another run is going on, StoppedError when somebody stops it;
    every output is then as it was before (rollback.py). Raises ParameterError, before anything runs, for a name in
    params.yaml that can be no survey's.
    """
    check_names(root)
    try:
        with stoppable(), one_run_at_a_time(root):
            for kept in keep_readers_files(root, [out for outs in outputs_of_stages(root).values() for out in outs]):
                on_kept(kept)
            return _recorded(root, list(options), on_start, on_end, record, prepare)
    except KeyboardInterrupt as stop:
        stopped = StoppedError("The run was stopped.", stop.number if isinstance(stop, Stopped) else 2)
        stopped.__notes__ = getattr(stop, "__notes__", [])
        raise stopped from None


def _recorded(
    root: Path,
    options: list[str],
    on_start: Callable[[StageRun], None],
    on_end: Callable[[StageRun], None],
    record: bool,
    prepare: Callable[[Path], object],
) -> list[StageRun]:
    """Run it with the record that is wanted in its place; where it fails, every output comes back."""
    with shared_record(root) if record else own_record(root), rolled_back_on_failure(root):
        prepare(root)
        return _healed(root, options, on_start, on_end)


def _healed(
    root: Path, options: list[str], on_start: Callable[[StageRun], None], on_end: Callable[[StageRun], None]
) -> list[StageRun]:
    """Run it; where what was delivered is not what the record that is in place says, once more without that."""
    repair(root)
    keep_private(root)
    remove_damaged_objects(root)
    stages = _reproduce(root, options, on_start, on_end)
    if remove_damaged_outputs(root, [stage.name for stage in stages]):
        again = _reproduce(root, [option for option in options if option != "--force"], on_start, on_end)
        refuse_damaged(remove_damaged_outputs(root, [stage.name for stage in again]))
        stages += again
    keep_private(root)
    return stages


def _reproduce(
    root: Path, options: Iterable[str], on_start: Callable[[StageRun], None], on_end: Callable[[StageRun], None]
) -> list[StageRun]:
    process = subprocess.Popen(
        [sys.executable, "-m", DVC, "repro", *options],
        cwd=root,
        env=environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        bufsize=1,
    )
    stages: list[StageRun] = []
    printed: list[str] = []
    started = time.monotonic()

    def close() -> None:
        if stages and stages[-1].ran:
            stages[-1].seconds = time.monotonic() - started
            note_seconds(root, stages[-1].name, stages[-1].seconds)
        if stages:
            on_end(stages[-1])

    note_process(root, process.pid)
    try:
        with ended_when_full(process, root):
            for line in process.stdout:
                found = _RUNNING.match(line) or _SKIPPED.match(line)
                if not found:
                    printed.append(line)
                    continue
                close()
                stages.append(StageRun(found["name"], ran=bool(_RUNNING.match(line))))
                started = time.monotonic()
                printed.clear()
                on_start(stages[-1])
            process.wait()
    finally:
        if process.poll() is None:
            end_with_all(process)
    if process.returncode:
        raise failure("".join(printed))
    close()
    return stages
