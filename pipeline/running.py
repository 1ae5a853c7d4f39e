"""Runs the pipeline: DVC decides what is out of date, this module shows progress and mends what a killed run left."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.errors import PipelineError
from pipeline.files import replacing
from pipeline.records import one_run_at_a_time, own_record

_RUNNING = re.compile(r"Running stage '(?P<name>.+)':")
_SKIPPED = re.compile(r"Stage '(?P<name>.+)' (didn't change, skipping|is cached)")
_STAGE_FAILED = re.compile(r"failed to reproduce '(?P<name>[^']+)'")
_NOT_THE_STAGE_S = re.compile(r"> |ERROR: |Updating lock file|To track|Use `dvc|\[IPKernelApp\]")
_BLOCKED = re.compile(r"Unable to acquire lock|is being blocked by")
_USER_MISTAKE = re.compile(r"exited with 2\b")
HOUR = 3600  # seconds: a file that is being written is younger


@dataclass
class StageRun:
    """One stage in one run: whether it ran or was up to date, and for how long (seconds)."""

    name: str
    ran: bool
    seconds: float = 0.0


def stage_names(root: Path) -> list[str]:
    """The stages in the order in which dvc.yaml tells them; one that runs for each survey as <stage>@<survey>."""
    stages = yaml.safe_load((root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return [name for stage, content in stages.items()
            for name in ([f"{stage}@{survey}" for survey in surveys_of(root)] if "foreach" in content else [stage])]


def surveys_of(root: Path) -> list[str]:
    """The surveys of a council's own that params.yaml names."""
    return yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))["surveys"]


def reproduce(root: Path, options: Iterable[str] = (), on_start: Callable[[StageRun], None] = lambda stage: None,
              on_end: Callable[[StageRun], None] = lambda stage: None, record: bool = False) -> list[StageRun]:
    """Run `dvc repro` in `root`; return the stages that DVC looked at, in order, with their times.

    `on_start` and `on_end` are called as each stage starts and ends. What was made is noted in this folder's own record,
    or with `record` in dvc.lock, which version control shares (records.py). Raises PipelineError with the failed stage's
    own words when one fails, and where another run is going on; what the stages before it made is kept.
    """
    with one_run_at_a_time(root), nullcontext() if record else own_record(root):
        return _reproduce(root, options, on_start, on_end)


def _reproduce(root: Path, options: Iterable[str], on_start: Callable[[StageRun], None],
               on_end: Callable[[StageRun], None]) -> list[StageRun]:
    repair(root)
    process = subprocess.Popen([sys.executable, "-m", "dvc", "repro", *options], cwd=root, env=_environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, encoding="utf-8", errors="replace", bufsize=1)
    stages: list[StageRun] = []
    printed: list[str] = []
    started = time.monotonic()

    def close() -> None:
        if stages and stages[-1].ran:
            stages[-1].seconds = time.monotonic() - started
        if stages:
            on_end(stages[-1])

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
    if process.wait() != 0:
        raise _failure("".join(printed))
    close()
    return stages


def _environment() -> dict[str, str]:
    """The stages call `python`: let that be this one. DVC asks nobody's permission and reports to nobody."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # slow to start
    return {**inherited, "PATH": path, "DVC_NO_ANALYTICS": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}


def _failure(printed: str) -> PipelineError:
    if _BLOCKED.search(printed):
        return PipelineError("Another run of the pipeline is still going in this folder.",
                             fix="Wait for it to end, or stop it, and run again.")
    stage = _STAGE_FAILED.search(printed)
    words = "\n".join(line for line in printed.splitlines() if line.strip() and not _NOT_THE_STAGE_S.match(line))
    if not stage:
        return PipelineError("DVC could not run the pipeline.", where="dvc.yaml", found=printed.strip())
    failure = PipelineError(f"The pipeline stopped at the stage '{stage['name']}'.\n{words or printed.strip()}")
    failure.exit_code = 2 if _USER_MISTAKE.search(printed) else 1
    return failure


def repair(root: Path) -> None:
    """Put right what a run that was killed may have left behind, so that the next one can start.

    DVC writes its lock files in place. A dvc.lock or a table of running commands that was cut off in the middle stops
    every later command; the first is taken back to the last sound copy, the second holds nothing of value. In an
    unpacked archive without git, DVC is told so.
    """
    lock, sound = root / "dvc.lock", root / ".dvc" / "tmp" / "golden-thread" / "dvc.lock"
    if lock.exists():
        if _is_sound(lock):
            with replacing(sound) as beside:
                shutil.copyfile(lock, beside)
        elif sound.exists():
            with replacing(lock) as beside:
                shutil.copyfile(sound, beside)
        else:
            lock.unlink()
    running = root / ".dvc" / "tmp" / "rwlock"
    if running.exists() and not _is_json(running):
        running.unlink()
    for left in [*root.glob("data/processed/**/.*.part*"), *root.glob("reports/**/.*.part*")]:
        if time.time() - left.stat().st_mtime > HOUR:
            left.unlink(missing_ok=True)
    if not _inside_git(root):
        local = root / ".dvc" / "config.local"
        if not local.exists():
            local.write_text("[core]\n    no_scm = true\n", encoding="utf-8")


def _is_sound(lock: Path) -> bool:
    """Whether a dvc.lock can be read and each of its entries is whole."""
    try:
        content = yaml.safe_load(lock.read_text(encoding="utf-8"))
        stages = content["stages"].values()
        entries = [entry for stage in stages for part in ("deps", "outs") for entry in stage.get(part, [])]
        commands = [stage["cmd"] for stage in stages]
        return content["schema"] == "2.0" and all(isinstance(c, str) for c in commands) and all(map(_is_whole, entries))
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return False


def _is_whole(entry: dict) -> bool:
    return (bool(entry["path"]) and entry["hash"] == "md5" and isinstance(entry["size"], int)
            and re.fullmatch(r"[0-9a-f]{32}(\.dir)?", entry["md5"]) is not None)


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def _inside_git(root: Path) -> bool:
    return any((folder / ".git").exists() for folder in (root, *root.parents))
