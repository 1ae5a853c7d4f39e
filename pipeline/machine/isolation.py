"""What a run is given of the machine: nothing that changes what it makes, and no place that others can write to.

A run depends on the project alone. A reader's own settings (of DVC, Jupyter, IPython, matplotlib, git, the language)
stay outside: `environment` names what is handed on and leaves everything else behind. What programs write on the side
goes into a folder that is this process's own and that nobody else may read; it is removed when the process ends. What
processes left that were killed is removed by the next one.
"""

import atexit
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psutil

from pipeline.errors import SetUpError
from pipeline.files import project_root

HANDED_ON = frozenset(
    (
        # Where programs and their libraries are.
        "PATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "CONDA_DEFAULT_ENV",
        "QUARTO_SHARE_PATH",
        "QUARTO_PANDOC",
        "QUARTO_TYPST",
        "QUARTO_DENO",
        "QUARTO_DENO_DOM",
        "DENO_DOM_PLUGIN",
        "QUARTO_ESBUILD",
        "QUARTO_DART_SASS",
        # What Windows programs do not start without.
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "PROGRAMFILES",
        "PROCESSOR_ARCHITECTURE",
        # Who is at work: DVC asks.
        "USER",
        "LOGNAME",
        "USERNAME",
        # What the documentation offers.
        "GOLDEN_THREAD_ENGINE",
        "SOURCE_DATE_EPOCH",
    )
)
WEEK = 7 * 24 * 3600  # seconds
CLOCK = 5  # seconds by which two looks at the start of one process may differ, while the clock is being set
_PREFIX = "golden-thread-run"
_making = threading.Lock()  # formats of a report are made side by side
_folders: dict[tuple[int, Path], Path] = {}  # of a process (by id: a fork is another one) and a project


def environment(root: Path | None = None) -> dict[str, str]:
    """The environment variables for a program that works for the project at `root`.

    >>> settings = environment()
    >>> settings["TZ"], "MATPLOTLIBRC" in settings, Path(settings["IPYTHONDIR"]).parent == scratch()
    ('UTC', False, True)
    """
    root = (root or project_root()).resolve()
    own = scratch(root)
    home, kept = str(own / "home"), _kept(root, own)
    language = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    handed = {name: value for name, value in os.environ.items() if name.upper() in HANDED_ON}
    return handed | {
        "PATH": os.pathsep.join(
            [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        ),  # `python` is this one
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home,
        "LOCALAPPDATA": home,
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(own / "tmp")),
        "SHELL": "/bin/sh",
        "LANG": language,
        "LC_ALL": language,
        "TZ": "UTC",
        "PYTHONPATH": str(root),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        # The order of a sum is its last digit: one thread adds up in one order on every machine.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
        "IPYTHONDIR": str(own / "ipython"),
        "JUPYTER_CONFIG_DIR": str(own / "jupyter"),
        "JUPYTER_DATA_DIR": str(own / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(own / "jupyter"),
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLCONFIGDIR": str(kept / "matplotlib"),
        "DVC_SITE_CACHE_DIR": str(kept / "dvc"),
        "DVC_SYSTEM_CONFIG_DIR": str(own / "none"),
        "DVC_GLOBAL_CONFIG_DIR": str(own / "none"),
        "DVC_NO_ANALYTICS": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }


@contextmanager
def isolated(root: Path | None = None) -> Iterator[None]:
    """Within the block this process has that environment, as have those that it starts. Not for several threads."""
    before, folder = dict(os.environ), tempfile.tempdir
    settings = environment(root)
    os.environ.clear()
    os.environ.update(settings)
    tempfile.tempdir = None  # Python remembers the folder that it found first
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        tempfile.tempdir = folder


def scratch(root: Path | None = None) -> Path:
    """This process's own folder: readable by its user only, removed when the process ends."""
    root = (root or project_root()).resolve()
    with _making:
        return _folders.get((os.getpid(), root)) or _new(root)


def _new(root: Path) -> Path:
    places = (_inside(root), Path(tempfile.gettempdir()))
    for place in places:
        _sweep(place)
    folder = next(filter(None, map(_made, places)), None)
    if folder is None:
        raise SetUpError(
            "There is no folder to write to.",
            where=" and ".join(map(str, places)),
            fix="Copy the project to a folder of your own, or free some space on the disk.",
        )
    for name in ("home", "tmp"):
        (folder / name).mkdir()
    _hand_on_trust(root, folder / "home")
    _folders[os.getpid(), root] = folder
    atexit.register(_remove, folder, os.getpid())
    return folder


def _hand_on_trust(root: Path, home: Path) -> None:
    """Of git's settings only this: which folders of other users it may work in, where the project is one."""
    if os.name != "posix" or root.stat().st_uid == os.geteuid():
        return
    asked = subprocess.run(["git", "config", "--get-all", "safe.directory"], cwd=home, capture_output=True, text=True)
    trusted = "".join(f"\tdirectory = {place}\n" for place in asked.stdout.splitlines())
    (home / ".gitconfig").write_text(f"[safe]\n{trusted}" if trusted else "", encoding="utf-8")


def _inside(root: Path) -> Path:
    return root / ".dvc" / "tmp" / "golden-thread"


def _kept(root: Path, own: Path) -> Path:
    """Where it is written down for the next run what takes long to find out; in `own` where the project takes nothing."""
    inside = _inside(root)
    return inside if own.parent == inside else own


def _made(place: Path) -> Path | None:
    """A new folder in `place`; None where nothing can be made there."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        return Path(
            tempfile.mkdtemp(
                prefix=f"{_PREFIX}-{_machine()}-{os.getpid()}-{int(psutil.Process().create_time())}-", dir=place
            )
        )
    except OSError:
        return None


def _machine() -> str:
    """This machine: a folder may be shared by several."""
    return sha256(platform.node().encode()).hexdigest()[:8]


def _sweep(place: Path) -> None:
    """Remove the folders of processes that are gone, and those of other machines that are a week old."""
    for folder in place.glob(f"{_PREFIX}-*-*-*-*"):
        machine, process, started, _ = folder.name.removeprefix(f"{_PREFIX}-").split("-", 3)
        try:
            left = _is_gone(process, started) if machine == _machine() else time.time() - folder.stat().st_mtime > WEEK
        except (OSError, ValueError, psutil.Error):  # removed by another process, or nothing that can be told
            continue
        if left:
            shutil.rmtree(folder, ignore_errors=True)


def _is_gone(process: str, started: str) -> bool:
    """Whether a process has ended. Numbers are given again, so its start counts too."""
    try:
        return abs(psutil.Process(int(process)).create_time() - int(started)) > CLOCK
    except psutil.NoSuchProcess:
        return True


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a fork inherits what is registered
        shutil.rmtree(folder, ignore_errors=True)
