"""Builds `.venv` from requirements.lock: every package at its locked version, each file checked against its hash.

`make` calls this; without make, `python -m pipeline.setup.environment` does the same on every system. It runs before
anything is installed, so it uses the standard library only, and it must be readable by an old Python, which is then
told that it is too old.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pipeline.errors import SetUpError

ROOT = Path(__file__).resolve().parents[2]
OLDEST, NEWEST = (3, 11), (3, 14)  # as in pyproject.toml's requires-python

_UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}


def build(root: Path = ROOT) -> None:
    """Build `.venv` in `root`, or bring it into step with requirements.lock, and install the project itself into it.

    The stamp `.venv/.ready` is taken away first and comes back last, holding the folder's name. An environment
    without it is what a killed build left, and is built from nothing. Raises SetUpError.
    """
    environment = root / ".venv"
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, unfinished = environment / ".ready", environment / ".unfinished"
    whole = stamp.is_file() and _succeeds([python, "-m", "pipeline.setup.environment", "--check"], root)
    if whole:
        print("Bringing .venv into step with requirements.lock ...", flush=True)
        os.replace(stamp, unfinished)
    else:
        version = sys.version.split()[0]
        print(f"Building .venv with Python {version} (once; the download is about 300 MB) ...", flush=True)
        _create(environment, python, root)
    try:
        _install(python, root)
    except SetUpError:
        if whole:  # uv fetches everything before it changes anything: what was there still works
            os.replace(unfinished, stamp)
        raise
    unfinished.unlink(missing_ok=True)
    stamp.write_text(f"{root}\n", encoding="utf-8")


def _create(environment: Path, python: Path, root: Path) -> None:
    """An empty environment that holds the locked uv, fetched by pip."""
    _run("The virtual environment could not be made.", [sys.executable, "-m", "venv", "--clear", environment], root)
    locked_uv = environment / "uv.txt"
    locked_uv.write_text(entry((root / "requirements.lock").read_text(encoding="utf-8"), "uv"), encoding="utf-8")
    _run(
        "The installer uv could not be fetched.",
        [
            python,
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--requirement",
            locked_uv,
        ],
        root,
    )


def _install(python: Path, root: Path) -> None:
    """The lock and nothing else (but pip), then the project itself, editable, without a look at the network."""
    # The interpreter is named: otherwise uv would change whatever environment the user has activated.
    uv, into = [python, "-m", "uv", "pip"], ["--quiet", "--python", python]
    sync, settings = [*uv, "sync", *into, "--require-hashes", "requirements.lock"], machine_settings(python)
    if not _succeeds([*sync, "--offline"], root, settings):  # what uv keeps in its cache needs no network
        _run("The locked packages could not be installed.", sync, root, settings)
    _run(
        "The project could not be installed into its environment.",
        [*uv, "install", *into, "--offline", "--no-deps", "--no-build-isolation", "--editable", "."],
        root,
    )


def entry(lock: str, name: str) -> str:
    """The lines of the package `name` in the text of a lock file: its version and its hashes.

    >>> entry("rich==15.0 \\\\\\n    --hash=sha256:aa\\nuv==0.13 \\\\\\n    --hash=sha256:bb\\n", "uv")
    'uv==0.13 \\\\\\n    --hash=sha256:bb\\n'
    """
    found = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t]+.*\n)*", lock, flags=re.MULTILINE)
    if not found:
        raise SetUpError(
            f"The lock holds no {name}.",
            where="requirements.lock",
            fix="Take the file back as it was published (git restore requirements.lock).",
        )
    return found.group()


def uv_settings(pip_config: str, environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with the machine's settings for pip handed on to uv, which does not read them itself.

    `pip_config` is what `pip config list` prints. Behind many firewalls it names the only index that can be reached.
    What uv was told in its own variables stays.

    >>> uv_settings("global.index-url='https://mirror.example/simple'\\n", {"PATH": "/bin"})
    {'UV_DEFAULT_INDEX': 'https://mirror.example/simple', 'UV_INDEX_STRATEGY': 'unsafe-best-match', 'PATH': '/bin'}
    """
    settings: dict[str, str] = {}
    sections = ("global.", "install.", ":env:.")  # as pip ranks them: the last one wins
    for section in sections:
        for key, value in re.findall(rf"^{re.escape(section)}([a-z-]+)=(.+)$", pip_config, flags=re.MULTILINE):
            if key in _UV_NAMES:
                separator = "," if key == "find-links" else " "
                settings[_UV_NAMES[key]] = separator.join(str(ast.literal_eval(value)).split())
    # Every index counts, as it does for pip: the hashes decide which file is the right one.
    return {**settings, "UV_INDEX_STRATEGY": "unsafe-best-match", **environ}


def machine_settings(python: str | Path) -> dict[str, str]:
    """The environment variables for uv on this machine: those that are set, and what the pip of `python` was told."""
    listed = subprocess.run([str(python), "-m", "pip", "config", "list"], capture_output=True, text=True)
    return uv_settings(listed.stdout if listed.returncode == 0 else "", os.environ)


def _succeeds(command: list[object], root: Path, environ: Mapping[str, str] | None = None) -> bool:
    try:
        done = subprocess.run([str(word) for word in command], cwd=root, env=environ, capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def _run(what_failed: str, command: list[object], root: Path, environ: Mapping[str, str] | None = None) -> None:
    if subprocess.run([str(word) for word in command], cwd=root, env=environ).returncode != 0:
        raise SetUpError(
            what_failed,
            where=str(root / ".venv"),
            found="the message above",
            fix="Check the connection and the space on the disk, then call the same command again. Where packages come "
            "from a mirror, name it to pip (index-url in pip's configuration).",
        )


def check() -> None:
    """Raise SetUpError if this Python cannot build the environment."""
    found = sys.version_info[:2]
    oldest, newest = ("{}.{}".format(*version) for version in (OLDEST, NEWEST))
    if not OLDEST <= found <= NEWEST:
        raise SetUpError(
            "This Python is too {}.".format("old" if found < OLDEST else "new"),
            where=sys.executable,
            found="Python {}.{}".format(*found),
            expected=f"Python {oldest} to {newest}",
            fix=f"Install one of these beside it, for example with uv (uv python install {newest}), and "
            f'name it: make report PYTHON="$(uv python find {newest})"',
        )
    try:
        import ensurepip  # noqa: F401  Debian and Ubuntu leave it out of their Python
        import venv  # noqa: F401
    except ImportError as missing:
        raise SetUpError(
            "This Python cannot make virtual environments.",
            where=sys.executable,
            found=str(missing),
            fix="Install the package python3-venv.",
        ) from None


def main() -> None:
    """`--check` only tells whether this Python fits; without it, the environment is built."""
    try:
        check()
        if "--check" not in sys.argv:
            build()
    except SetUpError as mistake:
        print(mistake, file=sys.stderr)
        sys.exit(mistake.exit_code)


if __name__ == "__main__":
    main()
