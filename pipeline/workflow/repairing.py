"""Puts right what a run that was killed may have left behind, so that the next one can start."""

import json
import re
import shutil
import time
from pathlib import Path

import psutil
import yaml

from pipeline.files import replacing, write_text
from pipeline.workflow.dvc_cache import LOCK

HOUR = 3600  # seconds: a file that is being written is younger


def repair(root: Path) -> None:
    """Mend dvc.lock, DVC's table of running commands and its settings for this folder; remove half-written files.

    DVC writes its lock files in place. A dvc.lock or a table of running commands that was cut off in the middle stops
    every later command; the first is taken back to the last sound copy, the second holds nothing of value. An entry of
    that table whose process is gone, or is another program by now, is taken out. In an unpacked archive without git,
    DVC is told so.
    """
    lock, sound = root / LOCK, root / ".dvc" / "tmp" / "golden-thread" / LOCK
    if lock.exists():
        if _is_sound(lock):
            with replacing(sound) as beside:
                shutil.copyfile(lock, beside)
        elif sound.exists():
            with replacing(lock) as beside:
                shutil.copyfile(sound, beside)
        else:
            lock.unlink()
    _take_out_the_dead(root / ".dvc" / "tmp" / "rwlock")
    for left in [*root.glob("data/processed/**/.*.part*"), *root.glob("reports/**/.*.part*")]:
        if time.time() - left.stat().st_mtime > HOUR:
            left.unlink(missing_ok=True)
    if not _inside_git(root):
        local = root / ".dvc" / "config.local"
        if not local.exists():
            write_text(local, "[core]\n    no_scm = true\n")


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
    return (
        bool(entry["path"])
        and entry["hash"] == "md5"
        and isinstance(entry["size"], int)
        and re.fullmatch(r"[0-9a-f]{32}(\.dir)?", entry["md5"]) is not None
    )


def _take_out_the_dead(table: Path) -> None:
    """Keep of the table of running commands what is still running; DVC looks only whether there is such a process."""
    if not table.exists():
        return
    try:
        written = table.stat().st_mtime
        content = json.loads(table.read_text(encoding="utf-8"))
        alive = {
            "write": {path: info for path, info in content.get("write", {}).items() if is_running(info, written)},
            "read": {
                path: [info for info in infos if is_running(info, written)]
                for path, infos in content.get("read", {}).items()
            },
        }
    except (ValueError, AttributeError, KeyError, TypeError):
        table.unlink()
        return
    alive["read"] = {path: infos for path, infos in alive["read"].items() if infos}
    if alive != {"write": content.get("write", {}), "read": content.get("read", {})}:
        write_text(table, json.dumps(alive))


def at_work(root: Path) -> list[dict]:
    """What DVC notes of each command that is at work in the folder at this moment: its process and its words."""
    table = root / ".dvc" / "tmp" / "rwlock"
    _take_out_the_dead(table)
    content = json.loads(table.read_text(encoding="utf-8")) if table.exists() else {}
    return [*content.get("write", {}).values(), *(info for infos in content.get("read", {}).values() for info in infos)]


def is_running(info: dict, written: float) -> bool:
    """Whether the process that an entry names is DVC's still: older than the table, and by its command DVC."""
    try:
        process = psutil.Process(int(info["pid"]))
        if process.create_time() > written + 1:  # a second: clocks of processes and of files differ a little
            return False
        return any("dvc" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # another user's: it may be a run in a folder that both use
        return True


def _inside_git(root: Path) -> bool:
    return any((folder / ".git").exists() for folder in (root, *root.parents))
