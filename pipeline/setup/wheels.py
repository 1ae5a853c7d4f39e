"""Which of the lock's files each supported machine installs: requirements.wheels.csv, kept beside requirements.lock.

The lock holds hashes, which do not say what they are of. The index's own list of files does: uv writes it as
pylock.toml (PEP 751). From it each package's row tells the Pythons that find a wheel on each machine.
"""

import csv
import io
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from pipeline.setup.environment import NEWEST, OLDEST

PYTHONS = tuple(f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1))
SOURCE = "source"


@dataclass(frozen=True)
class Machine:
    """A kind of machine: the platform tags of wheels that it takes (PEP 425), and its values of markers (PEP 508)."""

    platforms: tuple[str, ...]
    system: str
    processor: str

    @cache  # noqa: B019  machines are few, and there for as long as the program
    def tags(self, python: str) -> set[Tag]:
        version = tuple(map(int, python.split(".")))
        return {
            *cpython_tags(version, None, self.platforms),
            *compatible_tags(version, f"cp{version[0]}{version[1]}", self.platforms),
        }

    def environments(self, python: str) -> Iterator[dict[str, str]]:
        """The values of its markers for the first release of `python` and for one later than all."""
        sys_platform, os_name = {
            "Linux": ("linux", "posix"),
            "Darwin": ("darwin", "posix"),
            "Windows": ("win32", "nt"),
        }[self.system]
        for release in ("0", "99"):
            yield {
                "python_version": python,
                "python_full_version": f"{python}.{release}",
                "os_name": os_name,
                "sys_platform": sys_platform,
                "platform_system": self.system,
                "platform_machine": self.processor,
                "implementation_name": "cpython",
                "platform_python_implementation": "CPython",
            }


def _glibc(processor: str) -> tuple[str, ...]:
    """glibc 2.28, of 2018: what Debian 10, Ubuntu 20.04 and Red Hat 8 have, and everything newer."""
    named = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    return tuple(
        f"{tag}_{processor}"
        for minor in range(28, 4, -1)
        for tag in (f"manylinux_2_{minor}", *([named[minor]] if minor in named else []))
    )


# The columns of the table. docs/how-to/set-up.md names the oldest systems.
MACHINES = {
    "linux-x86_64": Machine(_glibc("x86_64"), "Linux", "x86_64"),
    "linux-arm64": Machine(_glibc("aarch64"), "Linux", "aarch64"),
    "macos-arm64": Machine(tuple(mac_platforms((12, 0), "arm64")), "Darwin", "arm64"),
    "macos-x86_64": Machine(tuple(mac_platforms((12, 0), "x86_64")), "Darwin", "x86_64"),
    "windows-amd64": Machine(("win_amd64",), "Windows", "AMD64"),
}


def table(listing: str, hashes: Mapping[tuple[str, str], Collection[str]]) -> list[dict[str, str]]:
    """One row for each package and version of `listing`, the text of a pylock.toml that names every file of the index.

    A machine's cell holds the Pythons that find a wheel there; "source" after them if the others build the package
    from its source, "missing" if they cannot, and nothing where no Python needs it. A file counts if `hashes`, those
    of the lock by name and version, hold its own. The row's `hashes` is how many the lock has.

    >>> listing = '''
    ... [[packages]]
    ... name = "rich"
    ... version = "15.0"
    ... wheels = [{name = "rich-15.0-py3-none-any.whl", hashes = {sha256 = "aa"}}]
    ... '''
    >>> [row] = table(listing, {("rich", "15.0"): ["sha256:aa"]})
    >>> row["hashes"], row["linux-arm64"]
    ('1', '3.11 3.12 3.13 3.14')
    """
    rows = []
    for package in tomllib.loads(listing)["packages"]:
        locked = hashes.get((package["name"], package["version"]), ())
        files = [file for file in package.get("wheels", []) if f"sha256:{file['hashes']['sha256']}" in locked]
        wheels = [parse_wheel_filename(_name(file))[3] for file in files]
        sources = [file for file in [package.get("sdist")] if file and f"sha256:{file['hashes']['sha256']}" in locked]
        rows.append(
            {"package": package["name"], "version": package["version"], "hashes": str(len(locked))}
            | {name: _cell(machine, package.get("marker"), wheels, bool(sources)) for name, machine in MACHINES.items()}
        )
    return rows


def _name(file: Mapping) -> str:
    return file.get("name") or unquote(urlsplit(file["url"]).path.rsplit("/", 1)[-1])


def _cell(machine: Machine, marker: str | None, wheels: list[frozenset[Tag]], has_source: bool) -> str:
    needing = [
        python
        for python in PYTHONS
        if marker is None or any(map(Marker(marker).evaluate, machine.environments(python)))
    ]
    by_wheel = [python for python in needing if any(tags & machine.tags(python) for tags in wheels)]
    otherwise = [] if by_wheel == needing else [SOURCE if has_source else "missing"]
    return " ".join([*by_wheel, *otherwise])


def gaps(rows: list[dict[str, str]]) -> list[str]:
    """Where a machine lacks a file, in words. A package that has wheels must have one for every machine that needs it.

    What has none at all is pure Python, built from its source in a second. But where some machines have a wheel, the
    source wants a compiler, which the others cannot be expected to have.

    >>> gaps([{"package": "a", "version": "1", "linux-x86_64": "3.11 3.12", "macos-arm64": "3.11 source"}])
    ['a 1 (macos-arm64: a wheel for 3.11, else source)']
    """
    found = []
    for row in rows:
        cells = {name: cell.split() for name, cell in row.items() if name in MACHINES}
        refused = {"missing"} | ({SOURCE} if any(set(cell) - {SOURCE, "missing"} for cell in cells.values()) else set())
        wanting = [f"{name}: {_in_words(cell)}" for name, cell in cells.items() if refused & set(cell)]
        if wanting:
            found.append(f"{row['package']} {row['version']} ({'; '.join(wanting)})")
    return found


def _in_words(cell: list[str]) -> str:
    *pythons, otherwise = cell
    return f"a wheel for {', '.join(pythons)}, else {otherwise}" if pythons else otherwise


def as_csv(rows: list[dict[str, str]]) -> str:
    """The rows as the text of requirements.wheels.csv."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ["package", "version", "hashes", *MACHINES], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
