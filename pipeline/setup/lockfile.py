"""requirements.lock and environment.yml: written from pyproject.toml, and read back.

The lock holds one version and the hashes of every package for Linux, macOS and Windows and each Python that fits;
requirements.wheels.csv says which machine finds a wheel (see pipeline.setup.wheels). environment.yml gives conda users the
same versions of the packages that pyproject.toml names.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pipeline.errors import SetUpError
from pipeline.files import write_text
from pipeline.setup.environment import OLDEST, ROOT, machine_settings
from pipeline.setup.wheels import MACHINES, as_csv, gaps, table

# conda-forge gives these packages another name than the Python package index.
_CONDA_NAMES = {"matplotlib-base": "matplotlib"}
_PINNED = re.compile(r"^(?P<start>\s*- *)(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s#]+)", flags=re.MULTILINE)
_INDEX_NAMES = {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}
# uv's own variables that say how the index is reached; every other one would say what else there is to install.
_WAY_OUT = _INDEX_NAMES | {
    "UV_CACHE_DIR",
    "UV_HTTP_RETRIES",
    "UV_HTTP_TIMEOUT",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_NO_CACHE",
    "UV_OFFLINE",
    "UV_SYSTEM_CERTS",
}


def write_lock(root: Path = ROOT, options: Iterable[str] = ()) -> None:
    """Write requirements.lock anew for pyproject.toml, requirements.wheels.csv beside it, and environment.yml in step.

    Versions that still fit stay, unless `options` holds `--upgrade`; every hash comes from the index. Raises
    SetUpError, and leaves all three files, if no set of versions fits or a supported machine would lack a file.
    """
    lock, environment = root / "requirements.lock", root / "environment.yml"
    text, listing = compiled(root, lock.read_text(encoding="utf-8") if lock.exists() else "", options)
    rows = table(listing, hashes_by_version(text))
    if wanting := gaps(rows):
        raise SetUpError(
            "The lock is not whole: some machines would lack a file.",
            where="requirements.lock, which was not changed",
            found="\n            ".join(wanting),
            expected="a wheel for each Python on each machine",
            fix="In pyproject.toml, keep these machines at an older version (constraint-dependencies), "
            "or leave the package out there by a marker.",
        )
    content = environment.read_text(encoding="utf-8")
    content = with_versions(content, locked_versions(text, python=conda_python(content)))
    write_text(root / "requirements.wheels.csv", as_csv(rows))
    write_text(environment, content)
    write_text(lock, text)


def compiled(root: Path, old: str, options: Iterable[str] = ()) -> tuple[str, str]:
    """The new lock for pyproject.toml, and the index's list of every file of these versions (a pylock.toml).

    uv works in a folder of its own: beside a lock it would keep the hashes that it finds in it, and elsewhere it would
    read the machine's settings.
    """
    declaration = (root / "pyproject.toml").read_text(encoding="utf-8")
    rules = tomllib.loads(declaration).get("tool", {}).get("uv", {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_text(folder / "pyproject.toml", declaration)
        write_text(folder / "overrides.txt", "\n".join(rules.get("override-dependencies", [])))
        write_text(folder / "constraints.txt", "\n".join(rules.get("constraint-dependencies", [])))
        write_text(folder / "requirements.lock", _versions_only(old))  # uv keeps these versions where they fit
        uv = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--no-config",
            "--universal",
            "--python-version",
            ".".join(map(str, OLDEST)),
            "--no-header",
            "--no-emit-index-url",
            "--group",
            "dev",
            "--override",
            "overrides.txt",
            "pyproject.toml",
        ]
        environ = index_only(machine_settings(sys.executable))
        for arguments in (
            ["--generate-hashes", "--constraint", "constraints.txt", *options, "--output-file", "requirements.lock"],
            ["--format", "pylock.toml", "--constraint", "requirements.lock", "--output-file", "pylock.toml"],
        ):
            if subprocess.run([*uv, *arguments], cwd=folder, env=environ, stdout=subprocess.DEVNULL).returncode != 0:
                raise SetUpError(
                    "The lock could not be written.",
                    where="pyproject.toml",
                    found="the message above",
                    fix="Correct the named dependency, or the connection.",
                )
        return (
            (folder / "requirements.lock").read_text(encoding="utf-8"),
            (folder / "pylock.toml").read_text(encoding="utf-8"),
        )


def _versions_only(lock: str) -> str:
    return "".join(f"{requirement}\n" for requirement, _ in requirements(lock))


def index_only(settings: Mapping[str, str]) -> dict[str, str]:
    """`settings` without what only this machine has: folders of wheels, further indexes, an index on the disk.

    The way to the index stays (a mirror, a proxy, a certificate), because behind many firewalls there is no other.

    >>> index_only({"UV_DEFAULT_INDEX": "https://mirror.example/simple", "UV_FIND_LINKS": "/srv/wheels",
    ...             "UV_INDEX": "https://ours.example/simple", "PATH": "/bin"})
    {'UV_DEFAULT_INDEX': 'https://mirror.example/simple', 'PATH': '/bin'}
    """
    kept = {name: value for name, value in settings.items() if name in _WAY_OUT or not name.startswith(("UV_", "PIP_"))}
    for name in _INDEX_NAMES & set(kept):
        if not re.match(r"(?:[\w-]+=)?https?://", kept[name]):
            del kept[name]
    return kept


def requirements(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each package of a lock file's text with its hashes.

    >>> [(requirement, hashes)] = requirements("rich==15.0 \\\\\\n    --hash=sha256:aa\\n    # via x\\n")
    >>> str(requirement), hashes
    ('rich==15.0', ['sha256:aa'])
    """
    entries = re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    split = [re.split(r"\s+--hash=", line.strip()) for line in entries if line.strip()]
    return [(Requirement(specification), hashes) for specification, *hashes in split]


def hashes_by_version(lock: str) -> dict[tuple[str, str], list[str]]:
    """The hashes that a lock file's text has for each package's name and version.

    >>> hashes_by_version("rich==15.0 \\\\\\n    --hash=sha256:aa\\n")
    {('rich', '15.0'): ['sha256:aa']}
    """
    return {
        (canonicalize_name(requirement.name), next(iter(requirement.specifier)).version): hashes
        for requirement, hashes in requirements(lock)
    }


def locked_versions(lock: str, python: str | None = None) -> dict[str, str]:
    """The version of each package that the lock's text gives to this machine, or to `python` ('3.12') on Linux.

    >>> locked_versions('''numpy==2.4 ; python_full_version < '3.12'
    ... numpy==2.5 ; python_full_version >= '3.12'
    ... ''', python="3.12")
    {'numpy': '2.5'}
    """
    machine = next(MACHINES["linux-x86_64"].environments(python)) if python else default_environment()
    return {
        canonicalize_name(requirement.name): next(iter(requirement.specifier)).version
        for requirement, _ in requirements(lock)
        if requirement.marker is None or requirement.marker.evaluate(machine)
    }


def direct_dependencies(root: Path = ROOT) -> list[Requirement]:
    """What pyproject.toml itself names: the project's dependencies, then those of its development."""
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [Requirement(text) for text in (*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"])]


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
