"""requirements.lock and environment.yml: written from pyproject.toml, and read back.

The lock holds one version and the hashes of every package for Linux, macOS and Windows and each Python that fits.
environment.yml gives conda users the same versions of the packages that pyproject.toml names.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.environment import ROOT, machine_settings
from pipeline.errors import SetUpError
from pipeline.files import replacing, write_text

# conda-forge gives these packages another name than the Python package index.
_CONDA_NAMES = {"matplotlib-base": "matplotlib"}
_PINNED = re.compile(r"^(?P<start>\s*- *)(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s#]+)", flags=re.MULTILINE)


def write_lock(root: Path = ROOT, options: Iterable[str] = ()) -> None:
    """Write requirements.lock anew for pyproject.toml, and the same versions into environment.yml.

    Versions that still fit stay, unless `options` holds `--upgrade`. Raises SetUpError if no set of versions fits.
    """
    lock = root / "requirements.lock"
    with replacing(lock) as beside:
        if lock.exists():
            shutil.copyfile(lock, beside)  # uv keeps the versions that it finds there
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
                   "--generate-hashes", "--no-emit-index-url", "--no-header", "--group", "dev", *options,
                   "pyproject.toml", "--output-file", beside.name]
        settings = machine_settings(sys.executable)
        if subprocess.run(command, cwd=root, env=settings, stdout=subprocess.DEVNULL).returncode != 0:
            raise SetUpError("The lock could not be written.", where="pyproject.toml", found="the message above",
                             fix="Correct the named dependency, or the connection.")
    environment = root / "environment.yml"
    content = environment.read_text(encoding="utf-8")
    versions = locked_versions(lock.read_text(encoding="utf-8"), python=conda_python(content))
    write_text(environment, with_versions(content, versions))


def requirements(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock file's text with its hashes.

    >>> [(requirement, hashes)] = requirements("rich==15.0 \\\\\\n    --hash=sha256:aa\\n    # via x\\n")
    >>> str(requirement), hashes
    ('rich==15.0', ['sha256:aa'])
    """
    entries = re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    split = [re.split(r"\s+--hash=", line.strip()) for line in entries if line.strip()]
    return [(Requirement(specification), hashes) for specification, *hashes in split]


def locked_versions(lock: str, python: str | None = None) -> dict[str, str]:
    """The version of each package that the lock's text gives to this machine, or to a `python` such as '3.12'.

    >>> locked_versions('''numpy==2.4 ; python_full_version < '3.12'
    ... numpy==2.5 ; python_full_version >= '3.12'
    ... ''', python="3.12")
    {'numpy': '2.5'}
    """
    machine = default_environment()
    if python:
        machine |= {"python_version": python, "python_full_version": f"{python}.0"}
    return {canonicalize_name(requirement.name): next(iter(requirement.specifier)).version
            for requirement, _ in requirements(lock)
            if requirement.marker is None or requirement.marker.evaluate(machine)}


def direct_dependencies(root: Path = ROOT) -> list[Requirement]:
    """What pyproject.toml itself names: the project's dependencies, then those of its development."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(text) for text in (*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"])]


def conda_versions(environment: str) -> dict[str, str]:
    """The packages that the text of environment.yml pins exactly, by their names in the Python package index.

    >>> conda_versions("dependencies:\\n  - python=3.12\\n  - matplotlib-base==3.11.2   # charts\\n  - make\\n")
    {'matplotlib': '3.11.2'}
    """
    return {_package(found["name"]): found["version"] for found in _PINNED.finditer(environment)}


def conda_python(environment: str) -> str:
    """The Python that the text of environment.yml asks for, such as '3.12'."""
    return re.search(r"^\s*- *python=([0-9]+\.[0-9]+)\s*(?:#|$)", environment, flags=re.MULTILINE)[1]


def with_versions(environment: str, versions: Mapping[str, str]) -> str:
    """The text of environment.yml with each pinned version replaced by the one in `versions`; all else stays.

    >>> with_versions("  - rich==14.0   # messages\\n  - make\\n", {"rich": "15.0"})
    '  - rich==15.0   # messages\\n  - make\\n'
    """
    def locked(found: re.Match) -> str:
        return f"{found['start']}{found['name']}=={versions[_package(found['name'])]}"

    return _PINNED.sub(locked, environment)


def _package(conda_name: str) -> str:
    return canonicalize_name(_CONDA_NAMES.get(conda_name, conda_name))


if __name__ == "__main__":
    try:
        write_lock(options=sys.argv[1:])
    except SetUpError as mistake:
        print(mistake, file=sys.stderr)
        sys.exit(mistake.exit_code)
